// One object: its light curve, probabilities, history, look-alikes and metadata.

import { explanationBars } from '../charts/explanation.js';
import { probabilityBars, probabilityHistory } from '../charts/probabilities.js';
import { loadObject, load } from '../data.js';
import { card, drawing, emptyMessage, h, message } from '../dom.js';
import { moment, number, percent, sexagesimal } from '../format.js';
import { classLabel } from '../palette.js';
import { lightcurveCard } from '../parts/lightcurve.js';
import { address } from '../route.js';

// Without a number in the address: the first of those that have a page, and a field to name another.
async function chooser() {
	const { ids } = await load('index');
	const list = h('datalist', { id: 'ids' }, ids.slice(0, 200).map((id) => h('option', { value: id })));
	return h('form', {
		class: 'search', role: 'search', onsubmit: (event) => {
			event.preventDefault();
			const id = event.target.elements.id.value.trim();
			if (id) location.hash = address('object', [id]);
		},
	}, h('label', {}, 'Object ', h('input', { name: 'id', list: 'ids', required: true, autocomplete: 'off' })), list, h('button', { type: 'submit' }, 'Open'));
}

function headline(survey, object) {
	const { row } = object;
	const step = (id, key, text) => h('a', { class: 'button', rel: key, href: id ? address('object', [id]) : null, 'aria-disabled': id ? null : 'true', title: `${text} object` }, key === 'prev' ? '← Previous' : 'Next →');
	return h('div', { class: 'headline' },
		h('div', {},
			h('h1', {}, object.id),
			h('p', { class: 'facts' },
				classLabel(row.class_name), ' ', h('strong', {}, percent(row.probability)),
				row.runner_up_name && h('span', { class: 'muted' }, `, then ${row.runner_up_name} ${percent(row.runner_up_probability)}`),
				row.true_class_name && h('span', { class: `tag ${row.true_class_name === row.class_name ? 'good' : 'bad'}` }, `true class ${row.true_class_name}`),
				row.previous_class_name && row.previous_class_name !== row.class_name && h('span', { class: 'tag' }, `was ${row.previous_class_name}`))),
		h('dl', { class: 'numbers' },
			[['redshift', number(row.redshift, 3)], ['field', row.field ?? '–'], ['coordinates', sexagesimal(row[survey.raName], row[survey.declName])], ['observations', object.observations?.mjd.length ?? '–']]
				.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
		h('div', { class: 'row' }, step(object.previousId, 'prev', 'Previous'), step(object.nextId, 'next', 'Next')));
}

// The classes of the prediction set, and how unlike the training set the object is.
function judgement(object) {
	const { coverage, prediction_set: classes, novelty } = object;
	return [
		classes && h('p', { class: 'judgement', id: 'set' }, `The true class is, with a probability of ${percent(coverage)}, `, classes.length > 1 && 'among ', classes.length > 0 ? classes.map((name) => [classLabel(name), ' ']) : 'none of those of the model'),
		Number.isFinite(novelty) && h('p', { class: 'note', id: 'novelty' }, `Of the training objects, ${percent(novelty)} have probabilities that are nearer to those of others.`),
	];
}

// Of some objects only.
function explanationCard(object) {
	const note = 'Shapley values of the features as they are now: their sum over all features is the difference from the mean of training objects.';
	return object.explanation && card('Explanation', { id: 'explanation', note }, drawing((width) => explanationBars(width, { rows: object.explanation })));
}

function neighbourList(object) {
	if (!object.neighbours) return emptyMessage('The object has no features to compare by.');
	return h('ul', { class: 'neighbours' }, object.neighbours.map((neighbour) => h('li', {},
		h('a', { href: address('object', [neighbour.id]) }, neighbour.id), classLabel(neighbour.class_name),
		h('span', { class: 'muted' }, `distance ${number(neighbour.distance, 2)}${neighbour.true_class_name ? `, truly ${neighbour.true_class_name}` : ''}`))));
}

function shownValue(value) {
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? moment(value) : number(value, 6);
}

const shownAbove = ['class', 'runner_up', 'previous_class', 'class_name', 'probability', 'runner_up_name', 'runner_up_probability', 'previous_class_name', 'true_class_name'];

function metadataTable(object) {
	return h('dl', { class: 'metadata' }, Object.entries(object.row).filter(([name]) => !shownAbove.includes(name)).map(([name, value]) =>
		h('div', {}, h('dt', {}, name), h('dd', {}, shownValue(value)))));
}

// Left and right go to the next object, unless a control has the focus that uses the keys itself.
function onKey(event) {
	if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches?.('input, select, textarea')) return;
	const link = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
	const target = link && document.querySelector(`.headline a[rel="${link}"][href]`);
	if (target) target.click();
}
document.addEventListener('keydown', onKey);

export async function objectPage(survey, route) {
	if (route.parts.length === 0) {
		const { ids } = await load('index');
		if (ids.length === 0) return message('empty', 'No object has a light curve', 'The dashboard was made without any.');
		return objectPage(survey, { ...route, parts: [ids[0]] });
	}
	const object = await loadObject(route.parts[0]);
	if (!object)
		return h('div', { class: 'cards' }, await chooser(), message('empty', `Object ${route.parts[0]} has no page`, 'It is not in the survey, or not among those whose light curves the dashboard was made with.'));

	const classes = survey.classes.map(({ name }) => name);
	return h('div', { class: 'cards' },
		await chooser(),
		headline(survey, object),
		lightcurveCard(survey, object, route),
		h('div', { class: 'column' },
			card('Probabilities', { id: 'probabilities' }, drawing((width) => probabilityBars(width, { classes, probabilities: object.probabilities, trueClass: object.row.true_class_name })), judgement(object)),
			explanationCard(object)),
		h('div', { class: 'column' },
			card('History', { id: 'history', note: 'Probabilities by what had been observed at the time.' },
				object.history.length > 1 ? drawing((width) => probabilityHistory(width, { classes, history: object.history })) : emptyMessage('There is one prediction only. A table of predictions with history => true keeps all.')),
			card('Look-alikes', { id: 'neighbours', note: 'The objects most alike in features that the model uses, those that matter most where this is known.' }, neighbourList(object))),
		card('Metadata', { wide: true, id: 'metadata' }, metadataTable(object)));
}
