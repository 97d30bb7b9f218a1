// The sky in Hammer's projection, which keeps areas: right ascension grows to the left, as seen from
// the ground.

import * as Plot from '@observablehq/plot';
import { geoHammer } from 'd3-geo-projection';
import { number, percent } from '../format.js';
import { canvasDots, clickable, figure } from './common.js';

const degrees = Math.PI / 180;

// The plane of the Milky Way, from galactic coordinates (pole at 192.859, 27.128; node at 32.932).
const galacticPlane = {
	type: 'LineString',
	coordinates: Array.from({ length: 181 }, (_, i) => {
		const l = (2 * i - 32.93192) * degrees;
		const pole = 27.12825 * degrees;
		const decl = Math.asin(Math.cos(pole) * Math.sin(l));
		const ra = Math.atan2(Math.cos(l), -Math.sin(l) * Math.sin(pole)) / degrees + 192.85948;
		return [ra, decl / degrees];
	}),
};

const labels = [
	...[0, 60, 120, 180, 240, 300].map((ra) => ({ ra, decl: 0, text: `${ra / 15} h` })),
	...[-60, -30, 30, 60].map((decl) => ({ ra: 179.9, decl, text: `${decl > 0 ? '+' : '−'}${Math.abs(decl)}°` })),
];

// Cells of equal area in right ascension and sin(declination), with the number of objects in each.
function cellPolygons(sky, shownClasses) {
	const totals = new Map();
	sky.column.forEach((column, i) => {
		if (!shownClasses.has(sky.class_name[i])) return;
		const key = sky.row[i] * sky.columns + column;
		totals.set(key, (totals.get(key) ?? 0) + sky.objects[i]);
	});
	return [...totals].map(([key, objects]) => {
		const column = key % sky.columns;
		const row = Math.floor(key / sky.columns);
		const [west, east] = [column, column + 1].map((c) => (360 * c) / sky.columns);
		const [south, north] = [row, row + 1].map((r) => Math.asin((2 * r) / sky.rows - 1) / degrees);
		return { type: 'Feature', properties: { objects }, geometry: { type: 'Polygon', coordinates: [[[west, south], [west, north], [east, north], [east, south], [west, south]]] } };
	});
}

export function skyMap(width, { rows, sky, shownClasses, open }) {
	const height = Math.round(width / 2) + 8;
	const placed = rows.filter(({ ra, decl }) => ra !== null && decl !== null);
	const cells = sky ? cellPolygons(sky, shownClasses) : [];

	return clickable(figure(`Sky map of ${placed.length} objects, coloured by class`, {
		width,
		height,
		projection: ({ width: w, height: h }) => geoHammer().reflectX(true).rotate([180, 0]).fitExtent([[4, 4], [w - 4, h - 4]], { type: 'Sphere' }),
		color: cells.length ? { type: 'sqrt', scheme: 'Greys', label: 'objects in the cell' } : undefined,
		marks: [
			Plot.sphere({ fill: 'var(--sky)', stroke: 'none' }),
			cells.length && Plot.geo(cells, { fill: ({ properties }) => properties.objects, fillOpacity: 0.6 }),
			Plot.graticule({ stroke: 'var(--grid)', strokeOpacity: 1 }),
			Plot.geo(galacticPlane, { stroke: 'var(--accent)', strokeWidth: 1.5, strokeDasharray: '5 4', strokeOpacity: 0.7 }),
			Plot.sphere({ stroke: 'var(--line)' }),
			Plot.text(labels, { x: 'ra', y: 'decl', text: 'text', fill: 'var(--muted)', stroke: 'var(--sky)', fontSize: 10 }),
			Plot.dot(placed, { x: 'ra', y: 'decl', render: canvasDots(placed, { radius: placed.length > 2500 ? 2 : 3.1, edge: '--sky' }) }),
			Plot.tip(placed, Plot.pointer({ x: 'ra', y: 'decl', maxRadius: 18, title: (row) => `${row.id}\n${row.class_name} ${percent(row.probability)}\nredshift ${number(row.redshift)}` })),
		],
	}), ({ id }) => open(id));
}
