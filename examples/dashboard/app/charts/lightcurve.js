// A light curve in six passbands: flux or magnitude by time or phase, and the Gaussian process.

import * as Plot from '@observablehq/plot';
import { dayOfMjd, magnitude, magnitudeError, number, zeroPoint } from '../format.js';
import { bandColor, bands, bandSymbols } from '../palette.js';
import { figure } from './common.js';

// Observations as points, those that are wanted.
function points({ mjd, passband, flux, flux_err: error, detected }, view) {
	return mjd.map((time, i) => ({ mjd: time, band: passband[i], flux: flux[i], error: error[i], detected: detected[i] === 1 }))
		.filter((point) => view.bands.includes(point.band) && (view.forced || point.detected) && Math.abs(point.flux) >= view.minSnr * point.error);
}

function valued(point, view) {
	if (!view.magnitudes) return { ...point, y: point.flux, low: point.flux - point.error, high: point.flux + point.error };
	const y = magnitude(point.flux);
	const error = magnitudeError(point.flux, point.error);
	// an error beyond a magnitude says little, and would set the scale
	return y === null || error > 1 ? null : { ...point, y, low: y - error, high: y + error };
}

// Each point twice, for two cycles.
const folded = (list, { period }) => list.flatMap((point) => {
	const phase = (point.mjd / period) % 1;
	return [{ ...point, x: phase }, { ...point, x: phase + 1 }];
});

function processCurves(process, view) {
	const n = process.mjd.length;
	return view.bands.flatMap((band) => process.mjd.map((mjd, i) => {
		const flux = process.flux[band * n + i];
		const error = process.flux_err[band * n + i];
		if (!view.magnitudes) return { mjd, band, y: flux, low: flux - error, high: flux + error };
		const faintest = 10 ** ((zeroPoint - view.faintest) / 2.5);
		return flux <= faintest ? { mjd, band, y: null, low: null, high: null }
			: { mjd, band, y: magnitude(flux), low: magnitude(flux + error), high: magnitude(Math.max(flux - error, faintest)) };
	}));
}

function title(point) {
	return `${bands[point.band]}  MJD ${point.mjd.toFixed(3)}  ${dayOfMjd(point.mjd)}\nflux ${number(point.flux)} ± ${number(point.error, 3)}  S/N ${number(point.flux / point.error, 3)}`
		+ `${magnitude(point.flux) === null ? '' : `\nmagnitude ${magnitude(point.flux).toFixed(2)} ± ${magnitudeError(point.flux, point.error).toFixed(2)}`}\n${point.detected ? 'detected' : 'forced photometry'}`;
}

export function lightcurvePlot(width, { observations, process, view }) {
	const chosen = points(observations, view).map((point) => valued(point, view)).filter(Boolean);
	if (chosen.length === 0) return null;
	const shown = view.fold ? folded(chosen, view) : chosen.map((point) => ({ ...point, x: point.mjd }));
	const faintest = Math.max(...chosen.map(({ y }) => y));
	const curves = view.process && !view.fold && process ? processCurves(process, { ...view, faintest: faintest + 1 }) : [];
	const colors = (point) => bandColor(point.band);

	return figure(`Light curve, ${chosen.length} observations`, {
		width,
		height: Math.max(320, Math.min(440, width * 0.5)),
		marginLeft: 58,
		x: view.fold ? { label: `phase at a period of ${number(view.period, 7)} days`, domain: [0, 2], grid: true } : { label: 'MJD (days)', grid: true, tickFormat: 'd', insetLeft: 8, insetRight: 8 },
		y: view.magnitudes ? { label: 'AB magnitude', reverse: true, grid: true, nice: true, insetTop: 8, insetBottom: 8 } : { label: 'flux (zero point 27.5)', grid: true, nice: true, insetTop: 8, insetBottom: 8 },
		marks: [
			!view.magnitudes && Plot.ruleY([0], { stroke: 'var(--line)' }),
			Plot.areaY(curves, { x: 'mjd', y1: 'low', y2: 'high', fill: colors, z: 'band', fillOpacity: 0.14, clip: true }),
			Plot.line(curves, { x: 'mjd', y: 'y', stroke: colors, z: 'band', strokeWidth: 1.4, clip: true }),
			Plot.ruleX(shown, { x: 'x', y1: 'low', y2: 'high', stroke: colors, strokeOpacity: (point) => (point.detected ? 0.7 : 0.35) }),
			Plot.dot(shown, {
				x: 'x', y: 'y', stroke: colors, fill: (point) => (point.detected ? bandColor(point.band) : 'var(--card)'), symbol: (point) => bandSymbols[point.band],
				r: (point) => (point.detected ? 3.6 : 2.4), strokeWidth: 1.1, strokeOpacity: (point) => (point.detected ? 1 : 0.55),
			}),
			Plot.tip(shown, Plot.pointer({ x: 'x', y: 'y', maxRadius: 24, title })),
		],
		symbol: { legend: false, type: 'identity' },
		r: { type: 'identity' },
	});
}
