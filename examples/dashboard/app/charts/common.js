// What charts have in common.

import * as Plot from '@observablehq/plot';
import { classColor, classSymbol } from '../palette.js';

// Classes in their colours.
export const classScale = (names) => ({ domain: names, range: names.map(classColor) });

// A plot whose marks can be clicked: the datum under the pointer is handed on.
export function clickable(plot, open) {
	plot.classList.add('clickable');
	plot.addEventListener('click', () => plot.value && open(plot.value));
	return plot;
}

export function figure(label, { x, marks, ...options }) {
	const plot = Plot.plot({
		style: { background: 'none', fontFamily: 'inherit', fontSize: '12px', overflow: 'visible' },
		...(x ? { marginBottom: x.type === 'utc' ? 54 : 42, x: { labelAnchor: 'center', labelArrow: 'none', labelOffset: x.type === 'utc' ? 48 : 36, ...x } } : {}),
		...options,
		marks: marks.flat().filter(Boolean),
	});
	plot.setAttribute('role', 'img');
	plot.setAttribute('aria-label', label);
	return plot;
}

// Dots of objects on a canvas, coloured and shaped by class: thousands of them as elements would be slow.
// A render function for Plot.dot(rows), which has put them into place.
export const canvasDots = (rows, { radius, edge }) => (index, scales, { x, y }, { width, height }) => {
	const ratio = window.devicePixelRatio || 1;
	const canvas = document.createElement('canvas');
	const pen = canvas.getContext('2d');
	canvas.width = width * ratio;
	canvas.height = height * ratio;
	canvas.style.cssText = `width:${width}px;height:${height}px`;
	pen.scale(ratio, ratio);
	pen.lineWidth = 0.5;
	pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue(edge);
	for (const i of index) {
		pen.beginPath();
		if (classSymbol(rows[i].class_name) === 'diamond') {
			[[0, -1.5], [1, 0], [0, 1.5], [-1, 0]].forEach(([dx, dy]) => pen.lineTo(x[i] + dx * radius, y[i] + dy * radius));
			pen.closePath();
		} else pen.arc(x[i], y[i], radius, 0, 2 * Math.PI);
		pen.fillStyle = classColor(rows[i].class_name);
		pen.fill();
		pen.stroke();
	}
	const box = document.createElementNS('http://www.w3.org/2000/svg', 'foreignObject');
	box.setAttribute('width', width);
	box.setAttribute('height', height);
	box.style.pointerEvents = 'none';
	box.append(canvas);
	return box;
};
