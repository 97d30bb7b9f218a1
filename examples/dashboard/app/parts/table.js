// A table of objects, sorted by any column, some at a time.

import { emptyMessage, h } from '../dom.js';
import { count, number, percent } from '../format.js';
import { classLabel } from '../palette.js';
import { address } from '../route.js';

const pageSize = 25;

const columns = [
	{ name: 'id', title: 'Object', cell: (row) => h('a', { href: address('object', [row.id]) }, row.id) },
	{ name: 'class_name', title: 'Class', cell: (row) => classLabel(row.class_name) },
	{ name: 'probability', title: 'Probability', cell: (row) => percent(row.probability), numeric: true },
	{ name: 'runner_up_name', title: 'Runner-up', cell: (row) => h('span', {}, classLabel(row.runner_up_name), ' ', h('span', { class: 'muted' }, percent(row.runner_up_probability))) },
	{ name: 'entropy', title: 'Entropy', cell: (row) => number(row.entropy, 3), numeric: true },
	{ name: 'redshift', title: 'Redshift', cell: (row) => number(row.redshift, 3), numeric: true },
	{ name: 'field', title: 'Field', cell: (row) => row.field ?? '–' },
	{ name: 'observations', title: 'Observations', cell: (row) => number(row.observations), numeric: true },
];

// NULL comes last in both directions; texts that are numbers are compared as such.
function comparison(name, descending) {
	return ({ [name]: a }, { [name]: b }) => {
		if (a === b) return 0;
		if (a === null) return 1;
		if (b === null) return -1;
		const order = typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
		return descending ? -order : order;
	};
}

export function objectTable(rowsNow) {
	const box = h('div', { class: 'table-box' });
	const state = { sort: 'entropy', descending: true, page: 0 };

	box.redraw = () => {
		const rows = [...rowsNow()].sort(comparison(state.sort, state.descending));
		const pages = Math.max(1, Math.ceil(rows.length / pageSize));
		state.page = Math.min(state.page, pages - 1);
		if (rows.length === 0) return box.replaceChildren(emptyMessage('The filters let no object through.'));
		const turn = (step, text, disabled) => h('button', {
			type: 'button', disabled, onclick: () => {
				state.page += step;
				box.redraw();
			},
		}, text);
		return box.replaceChildren(
			h('div', { class: 'scroll' }, h('table', {},
				h('thead', {}, h('tr', {}, columns.map(({ name, title, numeric }) => h('th', { class: numeric ? 'number' : null, 'aria-sort': state.sort === name ? (state.descending ? 'descending' : 'ascending') : null },
					h('button', {
						type: 'button', onclick: () => {
							state.descending = state.sort === name ? !state.descending : Boolean(numeric);
							state.sort = name;
							state.page = 0;
							box.redraw();
							box.querySelector(`[data-column="${name}"]`).focus();
						}, 'data-column': name,
					}, title, h('span', { 'aria-hidden': 'true' }, state.sort === name ? (state.descending ? ' ↓' : ' ↑') : '')))))),
				h('tbody', {}, rows.slice(state.page * pageSize, (state.page + 1) * pageSize).map((row) =>
					h('tr', {}, columns.map(({ cell, numeric }) => h('td', { class: numeric ? 'number' : null }, cell(row)))))))),
			h('div', { class: 'pager' }, turn(-1, 'Previous', state.page === 0), h('span', {}, `${count(state.page * pageSize + 1)}–${count(Math.min(rows.length, (state.page + 1) * pageSize))} of ${count(rows.length)}`), turn(1, 'Next', state.page >= pages - 1)));
	};
	return box;
}
