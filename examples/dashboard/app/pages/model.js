// Models: what they score, whom they confuse, whether their probabilities can be trusted, how they were
// trained; two versions side by side.

import { confusionMatrix } from '../charts/confusion.js';
import { classCurves, precisionPlot, reliabilityPlot, rocPlot } from '../charts/quality.js';
import { importanceBars, trainingCurves } from '../charts/training.js';
import { load, rowsOf } from '../data.js';
import { card, drawing, emptyMessage, h, select } from '../dom.js';
import { count, day, number, percent } from '../format.js';
import { classLabel } from '../palette.js';
import { address } from '../route.js';

const nameOf = ({ model, version }) => `${model} ${version}`;
const orEmpty = (rows, draw, text) => (rows.length > 0 ? drawing(draw) : emptyMessage(text));

function scoreTable(metrics, shown) {
	const columns = [
		['Model', (row) => `${row.model}, version ${row.version}`], ['Sample', (row) => row.sample ?? '–'], ['Objects', (row) => (row.objects === null ? '–' : count(row.objects)), true],
		['Accuracy', (row) => percent(row.accuracy), true], ['Log loss', (row) => number(row.log_loss, 3), true], ['Calibration error', (row) => number(row.calibration_error, 2), true],
		['Trained on', (row) => (row.training_objects === null ? '–' : count(row.training_objects)), true], ['Epochs', (row) => number(row.epochs), true],
		['Seconds', (row) => number(row.seconds, 3), true], ['Made', (row) => day(row.created_at)],
	];
	return h('div', { class: 'scroll' }, h('table', {},
		h('thead', {}, h('tr', {}, columns.map(([title, , numeric]) => h('th', { class: numeric ? 'number' : null }, title)))),
		h('tbody', {}, metrics.map((row) => h('tr', { class: row.sample !== 'cross-validation' && shown.includes(nameOf(row)) ? 'chosen' : null }, columns.map(([, cell, numeric]) => h('td', { class: numeric ? 'number' : null }, cell(row))))))));
}

function driftTable(rows) {
	const numeric = { class: 'number' };
	return h('div', { class: 'scroll' }, h('table', {},
		h('thead', {}, h('tr', {}, h('th', {}, 'Feature'), h('th', {}, 'Group'), ['Stability index', 'Kolmogorov-Smirnov distance', 'Missing', 'Missing in training'].map((title) => h('th', numeric, title)))),
		h('tbody', {}, rows.map((row) => h('tr', {},
			h('td', {}, row.feature), h('td', {}, row.feature_group ?? '–'),
			h('td', numeric, number(row.psi, 3)), h('td', numeric, number(row.ks, 2)), h('td', numeric, percent(row.missing)), h('td', numeric, percent(row.training_missing)))))));
}

function curveTable(curves) {
	return h('div', { class: 'scroll' }, h('table', {},
		h('thead', {}, h('tr', {}, h('th', {}, 'Class'), h('th', { class: 'number' }, 'Objects'), h('th', { class: 'number' }, 'Area under ROC'), h('th', { class: 'number' }, 'Average precision'))),
		h('tbody', {}, curves.map((curve) => h('tr', {}, h('td', {}, classLabel(curve.name)), h('td', { class: 'number' }, count(curve.positives)), h('td', { class: 'number' }, curve.area.toFixed(3)), h('td', { class: 'number' }, curve.average.toFixed(3)))))));
}

function versionCards(data, survey, chosen) {
	const of = (rows) => rows.filter((row) => nameOf(row) === chosen);
	const confusion = of(data.confusion);
	const predicted = confusion.reduce((sum, { objects }) => sum + objects, 0);
	const right = confusion.reduce((sum, row) => sum + (row.true_class_name === row.class_name ? row.objects : 0), 0);
	const classes = [...new Set([...survey.classes.map(({ name }) => name), ...confusion.map((row) => row.class_name)])];
	const curves = classCurves(of(data.scoreRows));
	const training = of(data.trainingRows);
	const unknown = 'The version has classified no object whose class is known.';

	return h('div', { class: 'version', 'aria-label': chosen },
		h('h2', { class: 'version-name' }, chosen.replace(/ (\d+)$/, ', version $1'), predicted > 0 && h('span', { class: 'muted' }, ` ${percent(right / predicted)} of ${count(predicted)} objects classified correctly, by what had been observed when it classified them last`)),
		h('div', { class: 'column' },
			card('Confusion', { note: 'Rows: true classes and their number of objects. Columns: the most probable class, in per cent of the row.' }, orEmpty(confusion, (width) => confusionMatrix(width, { rows: confusion, classes }), unknown)),
			card('Training', { note: 'Mean of the networks and the range over them.' }, orEmpty(training, (width) => trainingCurves(width, { rows: training }), 'The training has left no log.')),
			card('Areas by class', {}, curves.length > 0 ? curveTable(curves) : emptyMessage(unknown))),
		h('div', { class: 'column' },
			card('Reliability', { note: 'On the diagonal, 80 % of the objects with a confidence of 80 % are classified correctly. Area of a point: number of objects.' }, orEmpty(of(data.reliability), (width) => reliabilityPlot(width, { rows: of(data.reliability) }), unknown)),
			card('ROC', { note: 'Each class against all others.' }, orEmpty(curves, (width) => rocPlot(width, { curves }), unknown)),
			card('Precision and recall', { note: 'Each class against all others.' }, orEmpty(curves, (width) => precisionPlot(width, { curves }), unknown))));
}

export async function modelPage(survey, route) {
	const data = await load('models');
	const versions = [...new Set([...data.metrics.filter(({ sample }) => sample !== 'cross-validation'), ...data.confusion].map(nameOf))];
	if (versions.length === 0) return emptyMessage('There is no model: CALL plasticc_train first.');
	data.trainingRows ??= rowsOf(data.training);
	data.scoreRows ??= rowsOf(data.scores);

	const latest = versions.filter((name) => name.replace(/ \d+$/, '') === data.current).at(-1) ?? versions.at(-1);
	const [first, second] = [route.parts[0] ?? latest, route.values.compare ?? ''];
	const go = (name, other) => {
		location.hash = address('model', [name], { compare: other || null });
	};
	if (!versions.includes(first)) return emptyMessage(`There is no model "${first}".`);

	const options = versions.map((name) => [name, name.replace(/ (\d+)$/, ', version $1')]);
	const compared = versions.includes(second) ? [first, second] : [first];
	return h('div', { class: 'cards' },
		h('div', { class: 'toolbar', role: 'group', 'aria-label': 'Models' },
			select('Model', options, first, (name) => go(name, second)),
			select('beside', [['', 'no other'], ...options.filter(([name]) => name !== first)], second, (name) => go(first, name))),
		card('Scores', { wide: true, id: 'scores', note: 'Accuracy and log loss as stored with the model: of objects held out, out of fold, or cross-validated.' }, scoreTable(data.metrics, compared)),
		h('div', { class: `versions wide${compared.length > 1 ? ' two' : ''}` }, compared.map((name) => versionCards(data, survey, name))),
		card('Importance of features', { wide: true, id: 'importance', note: `Of model ${data.current}, on ${data.importanceObjects} objects at most.` },
			data.importance.length > 0 ? drawing((width) => importanceBars(width, { rows: data.importance.slice(0, 20) })) : emptyMessage('No objects whose class is known.')),
		card('Drift', { wide: true, id: 'drift', note: `How the features that model ${data.current} reads differ between its training set and the objects on the maps, the largest differences. A population stability index above 0.25 is usually taken for a shift.` },
			data.drift.length > 0 ? driftTable(data.drift) : emptyMessage('The model keeps nothing of its training set to compare with.')));
}
