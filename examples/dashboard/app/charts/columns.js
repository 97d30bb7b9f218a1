// Histogram and scatter of any columns.

import * as Plot from '@observablehq/plot';
import { number, percent } from '../format.js';
import { canvasDots, classScale, clickable, figure } from './common.js';

const finite = (rows, column, log) => rows.filter((row) => Number.isFinite(row[column.name]) && (!log || row[column.name] > 0));
const scaleOf = (column, log) => ({ label: column.label, type: log ? 'log' : 'linear', grid: true, nice: true, tickFormat: log ? '~g' : undefined });

// Edges of about n bins of equal width, of the values or their logarithms.
function edges(values, n, log) {
	const transform = log ? Math.log10 : (x) => x;
	const back = log ? (x) => 10 ** x : (x) => x;
	const low = transform(Math.min(...values));
	const high = transform(Math.max(...values));
	return Array.from({ length: n + 1 }, (_, i) => back(low + ((high - low || 1) * i) / n));
}

export function histogram(width, { rows, column, log, classes }) {
	const shown = finite(rows, column, log);
	if (shown.length === 0) return null;
	const thresholds = edges(shown.map((row) => row[column.name]), 40, log);
	return figure(`Histogram of ${column.label}`, {
		width,
		height: 320,
		marginLeft: 48,
		x: scaleOf(column, log),
		y: { label: 'objects', grid: true },
		color: classScale(classes),
		marks: [
			Plot.rectY(shown, Plot.binX({ y: 'count' }, { x: { value: column.name, thresholds }, fill: 'class_name', order: classes, insetLeft: 0.5, insetRight: 0.5, tip: { format: { x: true, y: true, fill: true } } })),
			Plot.ruleY([0], { stroke: 'var(--line)' }),
		],
	});
}

export function scatter(width, { rows, x, y, logX, logY, open }) {
	const shown = finite(finite(rows, x, logX), y, logY);
	if (shown.length === 0) return null;
	return clickable(figure(`${y.label} by ${x.label}`, {
		width,
		height: 320,
		marginLeft: 58,
		x: scaleOf(x, logX),
		y: scaleOf(y, logY),
		marks: [
			Plot.dot(shown, { x: x.name, y: y.name, render: canvasDots(shown, { radius: shown.length > 2500 ? 1.8 : 2.6, edge: '--card' }) }),
			Plot.tip(shown, Plot.pointer({ x: x.name, y: y.name, maxRadius: 18, title: (row) => `${row.id}\n${row.class_name} ${percent(row.probability)}\n${x.label} ${number(row[x.name])}\n${y.label} ${number(row[y.name])}` })),
		],
	}), ({ id }) => open(id));
}
