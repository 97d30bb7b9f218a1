// What the page of an object shows, in files of some objects each, and which file that is.

import { quoted, rounded } from './database.js';
import { explanations, judgements } from './explanations.js';
import { neighbours } from './neighbours.js';

const objectsInFile = 20;
const gridTimes = 72;

// The period is among the features of fits, if the table has them; else it is searched.
async function periods(survey) {
	const [features] = await survey.query(`
		SELECT cardinality(features) >= cardinality(plasticc_feature_names()) AS stored FROM ${survey.settings.features} WHERE features IS NOT NULL LIMIT 1`);
	return features?.stored
		? `SELECT number, exp(plasticc_feature(features::real[], 'folded_period_log')::float8) AS period,
		          plasticc_feature(features::real[], 'periodogram_log_false_alarm') AS log_false_alarm
		   FROM detailed JOIN ${survey.settings.features} USING (object_id) WHERE features IS NOT NULL`
		: `SELECT d.number, c.period, log(greatest(c.false_alarm, 1e-300)) AS log_false_alarm
		   FROM detailed d JOIN curves USING (object_id), plasticc_period_candidates(lightcurve, 1) c`;
}

// What is known of the object and the latest prediction, without arrays and other values that no table shows.
function summaryQuery(survey) {
	const columns = survey.columns.filter(({ name, type }) => name !== 'object_id' && !/\[\]$|^(bytea|lightcurve|json|jsonb)$/.test(type));
	return `
		SELECT d.number, p.object_id::text AS id, p.probabilities, ${columns.map(({ name }) => `p.${quoted(name)} AS ${quoted(`column ${name}`)}`)}
		FROM detailed d JOIN predicted p USING (object_id) ORDER BY d.number`;
}

// Columns have names that no other value of the query has.
const columnsOf = (row) => Object.fromEntries(Object.entries(row).filter(([name]) => name.startsWith('column '))
	.map(([name, value]) => [name.slice('column '.length), rounded(value, 8)]));

const observationQuery = `
	SELECT d.number, array_agg(o.mjd ORDER BY o.mjd, o.passband) AS mjd, array_agg(o.passband::integer ORDER BY o.mjd, o.passband) AS passband,
	       array_agg(o.flux ORDER BY o.mjd, o.passband) AS flux, array_agg(o.flux_err ORDER BY o.mjd, o.passband) AS flux_err,
	       array_agg(o.detected::integer ORDER BY o.mjd, o.passband) AS detected
	FROM detailed d JOIN curves USING (object_id), plasticc_observations(lightcurve) o GROUP BY 1`;

// The Gaussian process about the detections, or over the light curve where there are few.
const processQuery = `
	SELECT d.number, array_agg(g.mjd ORDER BY g.passband, g.mjd) AS mjd, array_agg(g.flux ORDER BY g.passband, g.mjd) AS flux,
	       array_agg(g.flux_sd ORDER BY g.passband, g.mjd) AS flux_err
	FROM detailed d JOIN curves l USING (object_id)
	     CROSS JOIN LATERAL (
	         SELECT min(mjd) AS first, max(mjd) AS last, coalesce(min(mjd) FILTER (WHERE detected), min(mjd)) - 60 AS from_mjd,
	                coalesce(max(mjd) FILTER (WHERE detected), max(mjd)) + 90 AS to_mjd
	         FROM plasticc_observations(l.lightcurve)) AS s
	     CROSS JOIN LATERAL plasticc_gp_predict(l.lightcurve, ARRAY(
	         SELECT greatest(first, from_mjd) + i / ${gridTimes - 1}.0 * (least(last, to_mjd) - greatest(first, from_mjd))
	         FROM generate_series(0, ${gridTimes - 1}) AS i)) AS g
	GROUP BY 1`;

const historyQuery = `
	SELECT d.number, h.version, h.features_at AS at, h.probabilities
	FROM detailed d JOIN dashboard_history h USING (object_id) WHERE h.model = $1 ORDER BY d.number, h.features_at, h.version`;

// Versions may differ in their classes: a function that puts the probabilities of one into the order
// of the survey's.
async function classOrder(survey) {
	const names = new Map();
	for (const { version, class_name: name } of await survey.query('SELECT version, class_name FROM dashboard_classes WHERE model = $1 ORDER BY version, position', [survey.model]))
		names.set(version, [...(names.get(version) ?? []), name]);
	return (version, probabilities) => survey.classNames.map((name) => rounded(probabilities[names.get(version).indexOf(name)] ?? 0));
}

function process(row) {
	const n = row.mjd.length / 6;
	return { mjd: rounded(row.mjd.slice(0, n), 8), flux: rounded(row.flux, 3), flux_err: rounded(row.flux_err, 2) };
}

export async function exportDetails(survey, importantFeatures, write) {
	const inOrder = await classOrder(survey);
	const objects = new Map();
	for (const { number, id, probabilities, ...columns } of await survey.query(summaryQuery(survey))) {
		const row = columnsOf(columns);
		objects.set(number, { id, row, probabilities: inOrder(row.version, probabilities), history: [] });
	}
	for (const row of await survey.query(observationQuery))
		objects.get(row.number).observations = {
			mjd: rounded(row.mjd, 10), passband: row.passband, flux: rounded(row.flux, 5), flux_err: rounded(row.flux_err, 4), detected: row.detected,
		};
	for (const row of await survey.query(processQuery)) objects.get(row.number).process = process(row);
	for (const { number, ...period } of await survey.query(await periods(survey))) objects.get(number).period = rounded(period, 9);
	for (const { number, probabilities, ...prediction } of await survey.query(historyQuery, [survey.model]))
		objects.get(number).history.push({ ...prediction, probabilities: inOrder(prediction.version, probabilities) });
	for (const { number, ...judgement } of await judgements(survey)) Object.assign(objects.get(number), rounded(judgement));
	for (const { number, ...contribution } of await explanations(survey)) (objects.get(number).explanation ??= []).push(rounded(contribution));
	for (const { number, ...neighbour } of await neighbours(survey, importantFeatures))
		(objects.get(number).neighbours ??= []).push(rounded(neighbour));

	const all = [...objects.values()];
	for (let i = 0; i < all.length; i += objectsInFile) write(`objects/${i / objectsInFile}`, all.slice(i, i + objectsInFile));
	write('index', { objectsInFile, ids: all.map(({ id }) => id) });
	return all.length;
}
