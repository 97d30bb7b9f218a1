// Numbers, dates and names as people read them.

const counts = new Intl.NumberFormat('en-US');

export const count = (n) => counts.format(n);

export function percent(x) {
	if (x === null || x === undefined) return '–';
	if (x > 0 && x < 0.001) return '< 0.1 %';
	return `${(100 * x).toFixed(x > 0 && (x < 0.1 || x > 0.995) && x < 1 ? 1 : 0)} %`;
}

export function number(x, digits = 4) {
	if (x === null || x === undefined) return '–';
	if (typeof x !== 'number') return String(x);
	const magnitude = Math.abs(x);
	if (Number.isInteger(x)) return String(x);
	return magnitude >= 1e6 || (magnitude < 1e-3 && x !== 0) ? x.toExponential(2) : String(Number(x.toPrecision(digits)));
}

const mjdOfEpoch = 40587;
export const dateOfMjd = (mjd) => new Date((mjd - mjdOfEpoch) * 864e5);
export const moment = (date) => new Date(date).toISOString().slice(0, 16).replace('T', ' ');
export const day = (date) => new Date(date).toISOString().slice(0, 10);
export const dayOfMjd = (mjd) => day(dateOfMjd(mjd));

// Magnitudes of fluxes whose zero point is 27.5.
export const zeroPoint = 27.5;
export const magnitude = (flux) => (flux > 0 ? zeroPoint - 2.5 * Math.log10(flux) : null);
export const magnitudeError = (flux, error) => (flux > 0 ? (2.5 / Math.LN10) * (error / flux) : null);

export function sexagesimal(ra, decl) {
	if (ra === null || ra === undefined || decl === null || decl === undefined) return '–';
	const pair = (x, places) => String(Math.floor(x)).padStart(2, '0') + (places ? (x % 1).toFixed(places).slice(1) : '');
	const parts = (x, places) => {
		const total = Math.round(x * 3600 * 10 ** places) / 10 ** places;
		return `${pair(total / 3600)}:${pair((total / 60) % 60)}:${pair(total % 60, places)}`;
	};
	return `${parts((((ra % 360) + 360) % 360) / 15, 2)} ${decl < 0 ? '−' : '+'}${parts(Math.abs(decl), 1)}`;
}
