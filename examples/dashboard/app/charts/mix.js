// How many objects of each class were observed or detected, by night.

import * as Plot from '@observablehq/plot';
import { dateOfMjd } from '../format.js';
import { classScale, figure } from './common.js';

export function nightMix(width, { rows, measure, relative, classes, nights }) {
	const shown = rows.filter((row) => classes.includes(row.class_name) && row[measure] > 0);
	if (shown.length === 0) return null;
	return figure(`Number of objects ${measure} by night and class`, {
		width,
		height: 260,
		marginLeft: 48,
		x: { type: 'utc', label: nights === 1 ? 'night' : `night, in bins of ${nights}` },
		y: { label: relative ? 'fraction of the objects' : measure === 'detected' ? 'objects detected, summed over nights' : 'objects observed, summed over nights', grid: true, percent: false },
		color: classScale(classes),
		marks: [
			Plot.rectY(shown, Plot.stackY({ offset: relative ? 'normalize' : null, order: classes }, {
				x1: (row) => dateOfMjd(row.night + 0.5), x2: (row) => dateOfMjd(row.night + 0.5 + nights), y: measure, fill: 'class_name', insetLeft: 0.3, insetRight: 0.3,
				tip: { format: { x1: true, y: true, fill: true, x2: false } },
			})),
			Plot.ruleY([0], { stroke: 'var(--line)' }),
		],
	});
}
