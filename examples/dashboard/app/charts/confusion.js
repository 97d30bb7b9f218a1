// Confusion matrix: true classes by row, predicted ones by column, fractions of the row.

import * as Plot from '@observablehq/plot';
import { percent } from '../format.js';
import { theme } from '../palette.js';
import { figure } from './common.js';

export function confusionMatrix(width, { rows, classes }) {
	const totals = new Map();
	for (const { true_class_name: name, objects } of rows) totals.set(name, (totals.get(name) ?? 0) + objects);
	const truths = [...classes.filter((name) => totals.has(name)), ...[...totals.keys()].filter((name) => !classes.includes(name))];
	const cells = rows.map((row) => ({ ...row, fraction: row.objects / totals.get(row.true_class_name) }));
	const side = (width - 150) / classes.length;
	const dark = theme() === 'dark';

	return figure('Confusion matrix', {
		width,
		height: Math.min(side, 44) * truths.length + 90,
		marginLeft: 110,
		marginTop: 76,
		marginBottom: 8,
		marginRight: 40,
		x: { domain: classes, label: null, axis: 'top', tickRotate: -40, tickSize: 0 },
		y: { domain: truths, label: null, tickSize: 0, tickFormat: (name) => `${name} (${totals.get(name)})` },
		color: { domain: [0, 1], range: dark ? ['#1b2636', '#7cc4ff'] : ['#f0f5fa', '#08519c'], interpolate: 'lab' },
		marks: [
			Plot.cell(truths.flatMap((truth) => classes.map((name) => ({ truth, name }))), { x: 'name', y: 'truth', fill: 'var(--sky)', inset: 0.5 }),
			Plot.cell(cells, { x: 'class_name', y: 'true_class_name', fill: 'fraction', inset: 0.5, rx: 2 }),
			Plot.text(cells.filter(({ fraction }) => fraction >= 0.005), {
				x: 'class_name', y: 'true_class_name', text: ({ fraction }) => Math.round(100 * fraction), fontSize: side < 30 ? 9 : 11,
				fill: ({ fraction }) => ((fraction > 0.5) !== dark ? '#fff' : fraction > 0.5 ? '#0b1420' : 'var(--text)'),
			}),
			Plot.tip(cells, Plot.pointer({ x: 'class_name', y: 'true_class_name', title: (cell) => `true ${cell.true_class_name}, predicted ${cell.class_name}\n${cell.objects} objects, ${percent(cell.fraction)}` })),
		],
	});
}
