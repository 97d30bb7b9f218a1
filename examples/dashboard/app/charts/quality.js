// How good probabilities are: reliability, ROC and precision-recall curves.

import * as Plot from '@observablehq/plot';
import { count, number, percent } from '../format.js';
import { classColor } from '../palette.js';
import { figure } from './common.js';

const unit = (label) => ({ label, domain: [0, 1], grid: true });
const square = (width) => ({ width, height: Math.min(width, 360), marginLeft: 46, marginRight: 16 });

export function reliabilityPlot(width, { rows }) {
	return figure('Reliability: accuracy by confidence', {
		...square(width),
		x: unit('confidence (probability of the most probable class)'),
		y: unit('accuracy'),
		r: { range: [2, 11] },
		marks: [
			Plot.line([[0, 0], [1, 1]], { stroke: 'var(--muted)', strokeDasharray: '4 4' }),
			Plot.ruleX(rows, { x: 'confidence', y1: 'confidence', y2: 'accuracy', stroke: 'var(--accent)', strokeOpacity: 0.5, strokeWidth: 2 }),
			Plot.line(rows, { x: 'confidence', y: 'accuracy', stroke: 'var(--accent)', strokeWidth: 2 }),
			Plot.dot(rows, {
				x: 'confidence', y: 'accuracy', r: 'objects', fill: 'var(--accent)', stroke: 'var(--card)',
				title: (row) => `confidence ${percent(row.confidence)}\naccuracy ${percent(row.accuracy)}\n${count(row.objects)} objects`, tip: true,
			}),
		],
	});
}

// Curves of each class from counts by probability, with the areas beneath: ROC, and the average precision.
export function classCurves(rows) {
	const byClass = new Map();
	for (const row of rows) byClass.set(row.class_name, [...(byClass.get(row.class_name) ?? []), row]);
	return [...byClass].map(([name, bins]) => {
		const positives = bins.reduce((sum, bin) => sum + bin.positives, 0);
		const negatives = bins.reduce((sum, bin) => sum + bin.negatives, 0);
		const roc = [{ name, x: 0, y: 0 }];
		const precision = [];
		let right = 0;
		let wrong = 0;
		let area = 0;
		let average = 0;
		for (const bin of [...bins].sort((a, b) => b.bin - a.bin)) {
			area += (bin.negatives * (right + bin.positives / 2)) / (positives * negatives);
			right += bin.positives;
			wrong += bin.negatives;
			average += (bin.positives / positives) * (right / (right + wrong));
			roc.push({ name, x: wrong / negatives, y: right / positives });
			precision.push({ name, x: right / positives, y: right / (right + wrong) });
		}
		return { name, positives, area, average, roc, precision };
	}).filter(({ positives }) => positives > 0);
}

function curvePlot(label, width, { curves, points, x, y, diagonal, figureOf }) {
	return figure(label, {
		...square(width),
		x: unit(x),
		y: unit(y),
		marks: [
			diagonal && Plot.line([[0, 0], [1, 1]], { stroke: 'var(--muted)', strokeDasharray: '4 4' }),
			curves.map((curve) => Plot.line(points(curve), { x: 'x', y: 'y', stroke: classColor(curve.name), strokeWidth: 1.8 })),
			Plot.tip(curves.flatMap((curve) => points(curve).map((point) => ({ ...point, value: figureOf(curve) }))),
				Plot.pointer({ x: 'x', y: 'y', maxRadius: 16, title: (point) => `${point.name}\n${x} ${number(point.x, 3)}\n${y} ${number(point.y, 3)}\narea ${number(point.value, 3)}` })),
		],
	});
}

export const rocPlot = (width, { curves }) => curvePlot('ROC curves by class', width,
	{ curves, points: ({ roc }) => roc, x: 'false-positive rate', y: 'true-positive rate', diagonal: true, figureOf: ({ area }) => area });

export const precisionPlot = (width, { curves }) => curvePlot('Precision-recall curves by class', width,
	{ curves, points: ({ precision }) => precision, x: 'recall', y: 'precision', diagonal: false, figureOf: ({ average }) => average });
