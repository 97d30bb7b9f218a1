// Probabilities of an object: bars by class, and their history.

import * as Plot from '@observablehq/plot';
import { day, percent } from '../format.js';
import { classColor } from '../palette.js';
import { classScale, figure } from './common.js';

export function probabilityBars(width, { classes, probabilities, trueClass }) {
	const rows = classes.map((name, i) => ({ name, probability: probabilities[i] })).sort((a, b) => b.probability - a.probability);
	return figure('Probabilities by class', {
		width,
		height: 26 * rows.length + 40,
		marginLeft: 96,
		marginRight: 48,
		x: { label: 'probability', domain: [0, 1], grid: true },
		y: { label: null, domain: rows.map(({ name }) => name), tickFormat: (name) => (name === trueClass ? `${name} (true)` : name), tickSize: 0 },
		marks: [
			Plot.barX(rows, { x: 'probability', y: 'name', fill: ({ name }) => classColor(name), insetTop: 3, insetBottom: 3, rx: 2 }),
			Plot.text(rows, { x: 'probability', y: 'name', text: ({ probability }) => percent(probability), dx: 5, textAnchor: 'start', fill: 'currentColor' }),
			Plot.ruleX([0], { stroke: 'var(--line)' }),
		],
	});
}

// The classes that were ever likely; a version of the model begins at each rule.
export function probabilityHistory(width, { classes, history }) {
	const likely = classes.filter((_, c) => history.some(({ probabilities }) => probabilities[c] > 0.08));
	const rows = history.flatMap(({ at, version, probabilities }) =>
		likely.map((name) => ({ at: new Date(at), version, name, probability: probabilities[classes.indexOf(name)] })));
	const starts = history.filter(({ version }, i) => i > 0 && version !== history[i - 1].version).map(({ at, version }) => ({ at: new Date(at), version }));

	return figure('History of the probabilities', {
		width,
		height: 240,
		marginLeft: 42,
		marginRight: 76,
		x: { type: 'utc', label: 'observations up to', grid: true },
		y: { label: 'probability', domain: [0, 1], grid: true },
		color: classScale(likely),
		marks: [
			Plot.ruleX(starts, { x: 'at', stroke: 'var(--muted)', strokeDasharray: '3 3' }),
			Plot.text(starts, { x: 'at', frameAnchor: 'top', text: ({ version }) => `version ${version}`, dx: 4, dy: -13, textAnchor: 'start', fill: 'var(--muted)' }),
			Plot.line(rows, { x: 'at', y: 'probability', stroke: 'name', strokeWidth: 2 }),
			Plot.dot(rows, { x: 'at', y: 'probability', fill: 'name', r: 3.5, title: (row) => `${day(row.at)}, version ${row.version}\n${row.name} ${percent(row.probability)}`, tip: true }),
			Plot.text(likely.map((name) => ({ name, at: new Date(history.at(-1).at), probability: history.at(-1).probabilities[classes.indexOf(name)] })).filter(({ probability }) => probability > 0.06),
				{ x: 'at', y: 'probability', text: 'name', dx: 8, textAnchor: 'start', fill: 'name' }),
		],
	});
}
