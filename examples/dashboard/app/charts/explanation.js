// What features contribute to the most probable class.

import * as Plot from '@observablehq/plot';
import { number } from '../format.js';
import { figure } from './common.js';

export function explanationBars(width, { rows }) {
	const directions = { domain: ['for the class', 'against it'], range: ['var(--accent)', 'var(--second)'], legend: true };
	return figure('Contributions of features', {
		width,
		height: 22 * rows.length + 60,
		marginLeft: Math.min(280, width * 0.45),
		marginRight: 44,
		x: { label: 'contribution to the log-odds of the most probable class', grid: true, nice: true },
		y: { label: null, domain: rows.map(({ feature }) => feature), tickSize: 0 },
		color: directions,
		marks: [
			Plot.barX(rows, {
				x: 'contribution', y: 'feature', fill: ({ contribution }) => directions.domain[contribution < 0 ? 1 : 0], insetTop: 3, insetBottom: 3, rx: 2,
				title: (row) => `${row.feature}\ngroup ${row.feature_group ?? '–'}\n${number(row.contribution)}`, tip: true,
			}),
			Plot.ruleX([0], { stroke: 'var(--line)' }),
		],
	});
}
