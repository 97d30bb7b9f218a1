// Colours.  Classes have a colour and, by whether they are in the Milky Way, a shape; those of passbands
// follow Rubin Observatory's recommendation for light and dark backgrounds (g and i are darker here, for
// contrast with white), with a shape each.

import { h } from './dom.js';

export const bands = ['u', 'g', 'r', 'i', 'z', 'y'];
export const bandSymbols = ['circle', 'triangle', 'square', 'diamond', 'star', 'wye'];
const bandColors = {
	light: ['#0c71ff', '#2f9e48', '#c61c00', '#d99a00', '#f341a2', '#5d0000'],
	dark: ['#3eb7ff', '#30c39f', '#ff7e00', '#2af5ff', '#a7f9c1', '#fdc900'],
};

// Beyond the Milky Way from blue over green to purple, within it warm: neighbours in the list differ in
// lightness too, so that they do without hue.
const farColors = {
	light: ['#0072b2', '#56b4e9', '#009e73', '#882255', '#332288', '#44aa99', '#117733', '#aa4499', '#88a000', '#6699cc'],
	dark: ['#4aa8ff', '#9fd8ff', '#1fd6a3', '#ff8fc7', '#9d8cff', '#7ce0d0', '#5fc46e', '#e58be0', '#cfe34f', '#8fb8f0'],
};
const nearColors = {
	light: ['#d55e00', '#e69f00', '#a6761d', '#cc6677', '#7a4a1f'],
	dark: ['#ff8a3d', '#ffc44d', '#d8b26a', '#ff9aa8', '#c98f5a'],
};

export const theme = () => document.documentElement.dataset.theme;
export const bandColor = (band) => bandColors[theme()][band];

let places = new Map();

// The classes of the survey, each with its place among those of its kind.
export function setClasses(classes) {
	const used = { near: 0, far: 0 };
	places = new Map(classes.map(({ name, galactic }) => {
		const kind = galactic ? 'near' : 'far';
		return [name, { kind, place: used[kind]++ }];
	}));
}

export function classColor(name) {
	const { kind, place } = places.get(name) ?? {};
	if (kind === undefined) return theme() === 'dark' ? '#9aa4b2' : '#6b7280';
	const colors = (kind === 'near' ? nearColors : farColors)[theme()];
	return colors[place % colors.length];
}

export const classSymbol = (name) => (places.get(name)?.kind === 'near' ? 'diamond' : 'circle');

export const swatch = (name) =>
	h('span', { class: `swatch ${classSymbol(name)}`, style: `background:${classColor(name)}`, 'aria-hidden': 'true' });

export const classLabel = (name) => h('span', { class: 'class' }, swatch(name), name ?? '–');
