// Training curves, and the importance of features.

import * as Plot from '@observablehq/plot';
import { number } from '../format.js';
import { figure } from './common.js';

export function trainingCurves(width, { rows }) {
	const long = rows.flatMap((row) => [
		{ epoch: row.epoch, kind: 'training', loss: row.training_loss, low: row.training_low, high: row.training_high },
		{ epoch: row.epoch, kind: 'held out', loss: row.validation_loss, low: row.validation_low, high: row.validation_high },
	]).filter(({ loss }) => loss !== null);
	const color = { domain: ['training', 'held out'], range: ['var(--accent)', 'var(--second)'], legend: true };

	return figure('Loss by epoch', {
		width,
		height: 300,
		marginLeft: 48,
		x: { label: 'epoch', grid: true },
		y: { label: 'loss', grid: true, zero: true },
		color,
		marks: [
			Plot.areaY(long, { x: 'epoch', y1: 'low', y2: 'high', fill: 'kind', fillOpacity: 0.16 }),
			Plot.line(long, { x: 'epoch', y: 'loss', stroke: 'kind', strokeWidth: 1.8, title: (row) => `epoch ${row.epoch}\n${row.kind} ${number(row.loss)}`, tip: true }),
		],
	});
}

export function importanceBars(width, { rows }) {
	return figure('Importance of features', {
		width,
		height: 22 * rows.length + 44,
		marginLeft: Math.min(280, width * 0.45),
		marginRight: 44,
		x: { type: 'sqrt', label: 'increase of the log loss when the feature is permuted (square-root scale)', grid: true, nice: true },
		y: { label: null, domain: rows.map(({ feature }) => feature), tickSize: 0 },
		marks: [
			Plot.barX(rows, { x: 'loss_increase', y: 'feature', fill: 'var(--accent)', insetTop: 3, insetBottom: 3, rx: 2, title: (row) => `${row.feature}\ngroup ${row.feature_group}\n${number(row.loss_increase)}`, tip: true }),
			Plot.ruleX([0], { stroke: 'var(--line)' }),
		],
	});
}
