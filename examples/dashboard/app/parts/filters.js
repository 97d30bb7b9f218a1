// The filters of the survey: class, confidence, redshift, field, night of the first detection.

import { checkbox, h, numberInput, select, slider } from '../dom.js';
import { count, dateOfMjd, day, percent } from '../format.js';
import { swatch } from '../palette.js';

const mjdOf = (text) => new Date(`${text}T00:00:00Z`).getTime() / 864e5 + 40587;

function dateInput(label, value, onchange) {
	return h('label', { class: 'field' }, h('span', {}, label),
		h('input', { type: 'date', value: value ?? '', onchange: (event) => onchange(event.target.value || null) }));
}

// values holds the filters as texts, as the address does; changed gets the rows that they let through
// and the set of chosen classes.
export function surveyFilters(survey, values, changed) {
	const names = survey.classes.map(({ name }) => name);
	const chosen = new Set(values.classes === undefined ? names : values.classes.split('~').filter((name) => names.includes(name)));
	const detected = survey.rows.map((row) => row.first_detected).filter((mjd) => mjd !== null);

	const apply = () => {
		const least = Number(values.confidence ?? 0);
		const [low, high] = [values.zmin, values.zmax].map((text) => (text ? Number(text) : null));
		const [from, to] = [values.from, values.to].map((text) => (text ? mjdOf(text) : null));
		changed(survey.rows.filter((row) => chosen.has(row.class_name)
			&& row.probability >= least
			&& (low === null || (row.redshift !== null && row.redshift >= low))
			&& (high === null || (row.redshift !== null && row.redshift <= high))
			&& (!values.field || row.field === values.field)
			&& (from === null || (row.first_detected !== null && row.first_detected >= from))
			&& (to === null || (row.first_detected !== null && row.first_detected < to + 1))), chosen);
	};
	let frame;
	const set = (name, value) => {
		values[name] = value === '' || value === null ? null : String(value);
		cancelAnimationFrame(frame);
		frame = requestAnimationFrame(apply);
	};
	const list = h('div', { class: 'classes', id: 'classes' });
	const choose = (names) => {
		chosen.clear();
		names.forEach((name) => chosen.add(name));
		[...list.querySelectorAll('input')].forEach((input) => {
			input.checked = chosen.has(input.dataset.name);
		});
		set('classes', chosen.size === survey.classes.length ? null : [...chosen].join('~') || '~');
	};

	for (const { name, objects } of survey.classes) {
		const box = checkbox(h('span', { class: 'class-row' }, h('span', {}, name), h('span', { class: 'muted' }, count(objects))), chosen.has(name), (on) => {
			choose(names.filter((other) => (other === name ? on : chosen.has(other))));
		}, swatch(name));
		box.querySelector('input').dataset.name = name;
		list.append(box);
	}
	queueMicrotask(apply);

	return h('aside', { class: 'filters', 'aria-label': 'Filters' },
		h('div', { class: 'card-head' }, h('h2', {}, 'Filters'), h('a', { class: 'button', href: '#/survey', id: 'reset', onclick: () => location.hash === '#/survey' && location.reload() }, 'Reset')),
		h('fieldset', {}, h('legend', {}, 'Most probable class'),
			h('div', { class: 'row' },
				h('button', { type: 'button', onclick: () => choose(names) }, 'All'),
				h('button', { type: 'button', onclick: () => choose([]) }, 'None'),
				h('button', { type: 'button', onclick: () => choose(survey.classes.filter(({ galactic }) => galactic).map(({ name }) => name)) }, 'Galactic'),
				h('button', { type: 'button', onclick: () => choose(survey.classes.filter(({ galactic }) => galactic === false).map(({ name }) => name)) }, 'Extragalactic')),
			list),
		slider('Confidence at least', { min: 0, max: 0.99, step: 0.01, value: Number(values.confidence ?? 0), format: percent }, (value) => set('confidence', value || null)),
		h('fieldset', {}, h('legend', {}, 'Redshift'),
			h('div', { class: 'row' }, numberInput('from', values.zmin, 'any', (value) => set('zmin', value)), numberInput('to', values.zmax, 'any', (value) => set('zmax', value)))),
		survey.fields.length > 0 && select('Field', [['', 'all'], ...survey.fields.map((field) => [field, field])], values.field ?? '', (value) => set('field', value)),
		detected.length > 0 && h('fieldset', {}, h('legend', {}, 'Night of the first detection'),
			h('div', { class: 'row' }, dateInput('from', values.from, (value) => set('from', value)), dateInput('to', values.to, (value) => set('to', value))),
			h('p', { class: 'note' }, `${day(dateOfMjd(detected.reduce((a, b) => Math.min(a, b))))} to ${day(dateOfMjd(detected.reduce((a, b) => Math.max(a, b))))}`)));
}
