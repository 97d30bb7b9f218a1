// Elements.  Texts become text nodes, never HTML, whatever the database holds.

export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (value === undefined || value === null || value === false) continue;
		if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
		else if (name === 'style') element.style.cssText = value;
		else if (name in element && typeof value !== 'string') element[name] = value;
		else element.setAttribute(name, value === true ? '' : value);
	}
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

// A titled box of the page; tools stand beside the title.
export function card(title, { tools = [], note, wide = false, id } = {}, ...content) {
	return h('section', { class: `card${wide ? ' wide' : ''}`, id, 'aria-label': title },
		h('div', { class: 'card-head' }, h('h2', {}, title), h('div', { class: 'tools' }, tools)),
		note && h('p', { class: 'note' }, note),
		content);
}

export function message(kind, title, text) {
	return h('div', { class: `message ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
		kind === 'loading' && h('span', { class: 'spinner', 'aria-hidden': 'true' }),
		h('strong', {}, title), text && h('p', {}, text));
}

export const emptyMessage = (text) => message('empty', 'Nothing to show', text);

export function select(label, options, value, onchange) {
	return h('label', { class: 'field' }, h('span', {}, label),
		h('select', { onchange: (event) => onchange(event.target.value) },
			options.map(([key, text]) => h('option', { value: key, selected: key === value }, text))));
}

export function checkbox(label, checked, onchange, swatch) {
	return h('label', { class: 'check' },
		h('input', { type: 'checkbox', checked, onchange: (event) => onchange(event.target.checked) }),
		swatch, h('span', {}, label));
}

export function slider(label, { min, max, step, value, format = String }, onchange) {
	const output = h('output', {}, format(value));
	return h('label', { class: 'field slider' }, h('span', {}, label, ' ', output),
		h('input', {
			type: 'range', min: String(min), max: String(max), step: String(step), value: String(value),
			oninput: (event) => {
				output.textContent = format(Number(event.target.value));
				onchange(Number(event.target.value));
			},
		}));
}

export function numberInput(label, value, placeholder, onchange) {
	return h('label', { class: 'field' }, h('span', {}, label),
		h('input', { type: 'number', step: 'any', value: value ?? '', placeholder, oninput: (event) => onchange(event.target.value === '' ? null : Number(event.target.value)) }));
}

// One of a few, as buttons.
export function choice(label, options, value, onchange) {
	const group = h('div', { class: 'choice', role: 'radiogroup', 'aria-label': label });
	const name = `choice-${label}`.replaceAll(' ', '-');
	for (const [key, text] of options)
		group.append(h('label', {}, h('input', { type: 'radio', name, value: key, checked: key === value, onchange: () => onchange(key) }), h('span', {}, text)));
	return group;
}

// A box whose content is drawn for its width, anew when that, or the theme, changes.
export function drawing(draw, { minHeight = 120 } = {}) {
	const box = h('div', { class: 'drawing', style: `min-height:${minHeight}px` });
	let width = 0;
	const redraw = () => {
		if (width > 0) box.replaceChildren(draw(width));
	};
	new ResizeObserver(([{ contentRect }]) => {
		if (Math.abs(contentRect.width - width) < 1) return;
		width = contentRect.width;
		redraw();
	}).observe(box);
	box.redraw = redraw;
	box.addEventListener('themechange', redraw);
	return box;
}
