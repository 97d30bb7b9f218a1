// The survey: where the objects are, how any two columns relate, the mix of classes by night, and the
// objects themselves, of those that the filters let through.

import { histogram, scatter } from '../charts/columns.js';
import { nightMix } from '../charts/mix.js';
import { skyMap } from '../charts/sky.js';
import { load, rowsOf } from '../data.js';
import { card, checkbox, choice, drawing, emptyMessage, h, select } from '../dom.js';
import { objectTable } from '../parts/table.js';
import { surveyFilters } from '../parts/filters.js';
import { count } from '../format.js';
import { address, keep } from '../route.js';

const openObject = (id) => {
	location.hash = address('object', [id]);
};

// Columns that can be plotted: those of every survey, then numbers of the metadata and features, if any
// object has a value.
function plottable(survey) {
	const columns = [
		{ name: 'probability', label: 'confidence' },
		{ name: 'entropy', label: 'entropy of the probabilities (nats)' },
		{ name: 'redshift', label: 'redshift' },
		{ name: 'observations', label: 'number of observations' },
		{ name: 'first_detected', label: 'first detection (MJD)' },
		...survey.numbers.map(({ name }) => ({ name: `number ${name}`, label: name })),
	];
	return columns.filter(({ name }) => survey.rows.some((row) => Number.isFinite(row[name])));
}

export async function surveyPage(survey, route) {
	const nights = await load('nights');
		const columns = plottable(survey);
	const first = columns.find(({ name }) => name === 'redshift') ?? columns[0];
	const values = { x: first.name, y: 'probability', hist: first.name, ...route.values };
	const options = columns.map(({ name, label }) => [name, label]);
	const column = (name) => columns.find((candidate) => candidate.name === name) ?? columns[0];
	const nightRows = nights ? rowsOf({ night: nights.night, class_name: nights.class_name, objects: nights.objects, detected: nights.detected }) : [];
	let rows = survey.rows;
	let shownClasses = new Set(survey.classes.map(({ name }) => name));

	const note = () => keep('survey', [], values);
	const order = () => survey.classes.map(({ name }) => name).filter((name) => shownClasses.has(name));
	const orEmpty = (plot) => plot ?? emptyMessage('No object that the filters let through has these values.');
	const set = (name, value, ...drawings) => {
		values[name] = value;
		note();
		drawings.forEach((box) => box.redraw());
	};

	const sky = drawing((width) => (survey.rows[0]?.ra === undefined ? emptyMessage('The metadata have no coordinates.')
		: skyMap(width, { rows, sky: survey.sky, shownClasses, open: openObject })), { minHeight: 260 });
	const histogramBox = drawing((width) => orEmpty(histogram(width, { rows, column: column(values.hist), log: values.loghist === '1', classes: order() })), { minHeight: 260 });
	const scatterBox = drawing((width) => orEmpty(scatter(width, { rows, x: column(values.x), y: column(values.y), logX: values.logx === '1', logY: values.logy === '1', open: openObject })), { minHeight: 320 });
	const mix = drawing((width) => orEmpty(nightMix(width, { rows: nightRows, measure: values.measure ?? 'detected', relative: values.relative === '1', classes: order(), nights: nights?.width })), { minHeight: 260 });
	const table = objectTable(() => rows);
	const summary = h('p', { class: 'summary', role: 'status', id: 'summary' });

	const filters = surveyFilters(survey, values, (filtered, classes) => {
		rows = filtered;
		shownClasses = classes;
		summary.replaceChildren(h('strong', {}, count(rows.length)), ` of ${count(survey.rows.length)} objects`,
			survey.total > survey.rows.length ? `, a sample of the ${count(survey.total)} that model “${survey.model}” has classified` : `, classified by model “${survey.model}”`);
		note();
		[sky, histogramBox, scatterBox, mix].forEach((box) => box.redraw());
		table.redraw();
	});

	return h('div', { class: 'with-sidebar' },
		filters,
		h('div', { class: 'cards' },
			summary,
			card('Sky', { wide: true, id: 'sky', note: survey.sky ? 'Shade: all objects of the chosen classes. Points: the sample. Dashed: the plane of the Milky Way.' : 'Hammer projection, equal areas, right ascension and declination. Dashed: the plane of the Milky Way. Choose a point to open the object.' }, sky),
			card('Relation', {
				id: 'scatter',
				tools: [
					select('x', options, values.x, (value) => set('x', value, scatterBox)), checkbox('log x', values.logx === '1', (on) => set('logx', on ? '1' : null, scatterBox)),
					select('y', options, values.y, (value) => set('y', value, scatterBox)), checkbox('log y', values.logy === '1', (on) => set('logy', on ? '1' : null, scatterBox)),
				],
			}, scatterBox),
			card('Distribution', {
				id: 'histogram',
				tools: [select('column', options, values.hist, (value) => set('hist', value, histogramBox)), checkbox('log', values.loghist === '1', (on) => set('loghist', on ? '1' : null, histogramBox))],
			}, histogramBox),
			card('Class mix by night', {
				wide: true,
				id: 'nights',
				note: 'Of all objects of the chosen classes, by the night of the observation; other filters do not apply.',
				tools: [
					choice('count', [['detected', 'detected'], ['objects', 'observed']], values.measure ?? 'detected', (value) => set('measure', value, mix)),
					checkbox('fractions', values.relative === '1', (on) => set('relative', on ? '1' : null, mix)),
				],
			}, mix),
			card('Objects', { wide: true, id: 'objects' }, table)));
}
