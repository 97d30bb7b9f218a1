// What to look at next: objects that the model is not sure of, and those that have become another class.

import { load } from '../data.js';
import { card, choice, emptyMessage, h, select } from '../dom.js';
import { count, number, percent, sexagesimal } from '../format.js';
import { classLabel } from '../palette.js';
import { address, keep } from '../route.js';

const reasons = [['all', 'all'], ['low', 'low confidence'], ['changed', 'changed class']];

function entry(row, place) {
	return h('tr', {},
		h('td', { class: 'number muted' }, place),
		h('td', {}, h('a', { href: address('object', [row.id]) }, row.id)),
		h('td', {}, h('span', { class: 'meter', role: 'img', 'aria-label': `priority ${number(row.priority, 3)} of 2` }, h('span', { style: `width:${Math.min(100, 50 * row.priority)}%` })), number(row.priority, 3)),
		h('td', {}, row.low_confidence && h('span', { class: 'tag' }, 'low confidence'), row.changed_class && h('span', { class: 'tag accent' }, 'was ', row.previous_class_name)),
		h('td', {}, classLabel(row.class_name), ' ', h('span', { class: 'muted' }, percent(row.probability))),
		h('td', {}, classLabel(row.runner_up_name), ' ', h('span', { class: 'muted' }, percent(row.runner_up_probability))),
		h('td', { class: 'number' }, number(row.redshift, 3)),
		h('td', {}, sexagesimal(row.ra, row.decl)));
}

export async function queuePage(survey, route) {
	const queue = await load('queue');
	const values = { reason: 'all', class: '', ...route.values };
	const body = h('tbody');
	const summary = h('p', { class: 'summary', role: 'status', id: 'summary' });
	const table = h('div', { class: 'scroll' }, h('table', {},
		h('thead', {}, h('tr', {}, ['', 'Object', 'Priority', 'Reason', 'Class', 'Runner-up', 'Redshift', 'Coordinates'].map((title) => h('th', {}, title)))), body));
	const box = h('div');

	const show = () => {
		const rows = queue.objects.filter((row) => (values.reason === 'all' || (values.reason === 'low' ? row.low_confidence : row.changed_class))
			&& (values.class === '' || row.class_name === values.class || row.runner_up_name === values.class));
		keep('queue', [], { reason: values.reason === 'all' ? null : values.reason, class: values.class });
		summary.replaceChildren(h('strong', {}, count(rows.length)), ` of ${count(queue.objects.length)} objects`, queue.total > queue.objects.length ? `, the first of ${count(queue.total)} in the queue` : '');
		body.replaceChildren(...rows.slice(0, 200).map((row, i) => entry(row, i + 1)));
		box.replaceChildren(rows.length > 0 ? table : emptyMessage('No object of the queue is like that.'));
	};
	const set = (name) => (value) => {
		values[name] = value;
		show();
	};
	show();

	return h('div', { class: 'cards' }, summary,
		card('Objects to look at next', {
			wide: true,
			id: 'queue',
			note: 'Priority: entropy of the probabilities as a fraction of its maximum, plus 1 where the most probable class has changed since the prediction before.',
			tools: [choice('reason', reasons, values.reason, set('reason')), select('Class', [['', 'any'], ...survey.classes.map(({ name }) => [name, name])], values.class, set('class'))],
		}, box));
}
