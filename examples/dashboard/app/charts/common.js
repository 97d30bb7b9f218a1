// What charts have in common.

import * as Plot from '@observablehq/plot';
import { classColor } from '../palette.js';

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
