// The light curve with its controls.

import { lightcurvePlot } from '../charts/lightcurve.js';
import { card, checkbox, choice, drawing, emptyMessage, h, slider } from '../dom.js';
import { number } from '../format.js';
import { bandColor, bands } from '../palette.js';
import { keep } from '../route.js';

const shapes = { circle: '●', triangle: '▲', square: '■', diamond: '◆', star: '★', wye: '✦' };
const symbols = ['circle', 'triangle', 'square', 'diamond', 'star', 'wye'].map((name) => shapes[name]);

// A period is worth folding at from the start where noise alone hardly has it and it is short.
const isPeriodic = (period) => Boolean(period?.period) && period.period < 20 && period.log_false_alarm < -12;

function periodControls(object, view, changed) {
	const base = { value: view.period };
	const text = h('output', { class: 'period' });
	const setPeriod = (period) => {
		view.period = period;
		text.textContent = `${number(period, 7)} days`;
		changed();
	};
	const fine = slider('fine adjustment', { min: -1, max: 1, step: 0.002, value: 0, format: (x) => `${x > 0 ? '+' : ''}${(x / 2).toFixed(3)} %` }, (x) => setPeriod(base.value * (1 + x / 200)));
	const scale = (factor) => {
		base.value *= factor;
		fine.querySelector('input').value = '0';
		fine.querySelector('output').textContent = '0.000 %';
		setPeriod(base.value);
	};
	text.textContent = `${number(view.period, 7)} days`;
	return h('div', { class: 'row periods', id: 'periods' }, h('span', {}, 'period ', text),
		h('button', { type: 'button', onclick: () => scale(0.5) }, '× ½'), h('button', { type: 'button', onclick: () => scale(2) }, '× 2'),
		h('button', { type: 'button', onclick: () => scale(object.period.period / base.value) }, 'Reset'), fine);
}

export function lightcurveCard(survey, object, route) {
	if (!object.observations) return card('Light curve', { wide: true, id: 'lightcurve' }, emptyMessage('The object has no observations.'));
	const { values } = route;
	const view = {
		magnitudes: values.unit === 'mag',
		forced: values.forced !== '0',
		process: values.gp !== '0',
		minSnr: Number(values.snr ?? 0),
		fold: values.fold === undefined ? isPeriodic(object.period) : values.fold === '1',
		period: Number(values.period ?? object.period?.period ?? 1),
		bands: values.bands === undefined ? [0, 1, 2, 3, 4, 5] : [...values.bands].map((letter) => bands.indexOf(letter)).filter((band) => band >= 0),
	};
	const box = drawing((width) => lightcurvePlot(width, { observations: object.observations, process: object.process, view })
		?? emptyMessage('No observation is left: take a condition away.'), { minHeight: 320 });
	const note = () => {
		keep('object', [object.id], {
			unit: view.magnitudes ? 'mag' : null, forced: view.forced ? null : '0', gp: view.process ? null : '0', snr: view.minSnr || null,
			fold: view.fold === isPeriodic(object.period) ? null : view.fold ? '1' : '0', period: view.fold && view.period !== object.period?.period ? view.period : null,
			bands: view.bands.length === 6 ? null : view.bands.map((band) => bands[band]).join('') || '-',
		});
		box.redraw();
	};
	const set = (name) => (value) => {
		view[name] = value;
		note();
	};
	const periods = object.period?.period ? periodControls(object, view, note) : null;
	const showPeriods = () => periods?.toggleAttribute('hidden', !view.fold);
	showPeriods();

	return card('Light curve', {
		wide: true,
		id: 'lightcurve',
		tools: [
			choice('vertical axis', [['flux', 'flux'], ['mag', 'magnitude']], view.magnitudes ? 'mag' : 'flux', (value) => set('magnitudes')(value === 'mag')),
			checkbox('forced photometry', view.forced, set('forced')),
			checkbox('Gaussian process', view.process, set('process')),
			object.period?.period && checkbox('fold', view.fold, (on) => {
				view.fold = on;
				showPeriods();
				note();
			}),
		],
	},
	h('div', { class: 'row bands', role: 'group', 'aria-label': 'Passbands' }, bands.map((name, band) => checkbox(name, view.bands.includes(band), (on) => {
		view.bands = bands.map((_, other) => other).filter((other) => (other === band ? on : view.bands.includes(other)));
		note();
	}, h('span', { class: 'band', style: `color:${bandColor(band)}`, 'aria-hidden': 'true' }, symbols[band]))),
	slider('|S/N| at least', { min: 0, max: 20, step: 0.5, value: view.minSnr }, set('minSnr'))),
	periods,
	box,
	h('p', { class: 'note' }, 'Filled: detected. Open: forced photometry. Bars: one standard error. Bands: the Gaussian process, one standard deviation.'));
}
