// The database: a session with the views of plasticc_create_views in its temporary schema, and tables of
// what is asked for often, so that nothing is left behind.

import pg from 'pg';
import { connect } from './connection.js';

pg.types.setTypeParser(20, Number); // bigint
pg.types.setTypeParser(1700, Number); // numeric
pg.types.setTypeParser(1082, (date) => date);

const numericTypes = ['smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric'];
const ownColumns = ['object_id', 'version', 'class', 'runner_up', 'previous_class', 'probability',
	'runner_up_probability', 'entropy', 'redshift'];

// Features that the table has: a set of simple features lacks some.
async function presentFeatures(query, settings) {
	const present = [];
	for (const name of settings.columns) {
		try {
			await query('SAVEPOINT feature');
			await query(`SELECT plasticc_feature(features::real[], $1) FROM ${settings.features} LIMIT 1`, [name]);
			present.push(name);
		} catch {
			await query('ROLLBACK TO feature');
		}
	}
	return present;
}

async function columnsOf(query, view) {
	return query(`
		SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
		       col_description(attrelid, attnum) AS comment
		FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`, [view]);
}

function pickColumn(columns, chosen, ...usual) {
	const wanted = chosen ? [chosen] : usual;
	const found = wanted.find((name) => columns.some((column) => column.name === name));
	if (chosen && !found) throw new Error(`the metadata have no column "${chosen}"`);
	return found;
}

// Tables of the objects on the maps, of those with a page, the first of the queue among them, and of
// the light curves of both: those stored, or made of the observations.
async function chooseObjects(query, settings) {
	await query(`
		CREATE TEMP TABLE mapped AS
		SELECT object_id, row_number() OVER (ORDER BY hashtext(object_id::text), object_id) AS number
		FROM predicted ORDER BY number LIMIT ${settings.sample}`);
	await query(`
		CREATE TEMP TABLE detailed AS
		SELECT object_id, row_number() OVER (ORDER BY number) AS number
		FROM (SELECT object_id, min(number) AS number
		      FROM (SELECT object_id, number FROM mapped
		            UNION ALL
		            (SELECT object_id, 0 FROM queued ORDER BY priority DESC, object_id LIMIT 200)) AS u
		      GROUP BY 1 ORDER BY 2 LIMIT ${settings.objects}) AS d`);
	const stored = (await columnsOf(query, settings.features)).some(({ name }) => name === 'lightcurve');
	await query(`
		CREATE TEMP TABLE curves AS
		SELECT object_id, ${stored ? 'lightcurve' : 'plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve'}
		FROM ${stored ? settings.features : settings.observations}
		WHERE object_id IN (SELECT object_id FROM mapped UNION ALL SELECT object_id FROM detailed)
		${stored ? '' : 'GROUP BY object_id'}`);
	await query('CREATE UNIQUE INDEX ON curves (object_id); ANALYZE mapped; ANALYZE detailed; ANALYZE curves');
}

export async function openSurvey(settings) {
	const client = await connect();
	try {
		return { ...await prepareSurvey(settings, client), close: () => client.end() };
	} catch (error) {
		await client.end();
		throw error;
	}
}

async function prepareSurvey(settings, client) {
	const query = async (text, values) => (await client.query(text, values)).rows;

	await query('BEGIN');
	const features = await presentFeatures(query, settings);
	const options = { ...settings.options, ...(features.length ? { feature_columns: features } : {}) };
	const views = await query(`
		SELECT view::text AS name, description
		FROM plasticc_create_views($1, $2, $3, $4, 'dashboard_', 'pg_temp', $5)`,
		[settings.features, settings.predictions, settings.metadata, settings.observations || null, options]);
	const columns = await columnsOf(query, 'dashboard_predictions');
	const featureColumns = features.length ? await columnsOf(query, 'dashboard_feature_columns') : [];
	const [latest] = await query(`
		SELECT model FROM dashboard_history WHERE $1 IN ('', model) ORDER BY predicted_at DESC LIMIT 1`, [settings.model]);
	if (!latest) throw new Error('there are no predictions: CALL plasticc_predict first');
	await query(`
		CREATE TEMP TABLE predicted AS SELECT * FROM dashboard_predictions WHERE model = ${literal(latest.model)};
		CREATE TEMP TABLE queued AS
		SELECT object_id, priority, low_confidence, changed_class FROM dashboard_queue WHERE model = ${literal(latest.model)};
		CREATE UNIQUE INDEX ON predicted (object_id); ANALYZE predicted; ANALYZE queued`);
	const [{ total }] = await query('SELECT count(*) AS total FROM predicted');

	await chooseObjects(query, settings);

	return {
		settings,
		query,
		model: latest.model,
		total,
		has: (view) => views.some(({ name }) => name.endsWith(`dashboard_${view}`)),
		columns,
		numbers: [...columns.filter(({ name, type }) => numericTypes.includes(type) && !ownColumns.includes(name)),
			...featureColumns.filter(({ name }) => name !== 'object_id')],
		features: featureColumns.filter(({ name }) => name !== 'object_id').map(({ name }) => name),
		ra: pickColumn(columns, settings.ra, 'ra'),
		decl: pickColumn(columns, settings.decl, 'decl', 'dec', 'declination'),
	};
}

// Rows of a query that not every model can answer; where this one cannot, none, and a warning.
export async function rowsIfPossible(survey, what, text, values) {
	try {
		await survey.query('SAVEPOINT possible');
		return await survey.query(text, values);
	} catch (error) {
		console.warn(`no ${what}: ${error.message}`);
		await survey.query('ROLLBACK TO possible');
		return [];
	}
}

// A name as SQL writes it.
export const quoted = (name) => pg.escapeIdentifier(name);
export const literal = (text) => pg.escapeLiteral(text);

// Rows as arrays by column, which is shorter and faster to read.
export function byColumn(rows) {
	return Object.fromEntries(Object.keys(rows[0] ?? {}).map((name) => [name, rows.map((row) => row[name])]));
}

// Numbers with a few digits, of a value and all that it consists of: pages show no more.
export function rounded(value, digits = 4) {
	if (Array.isArray(value)) return value.map((element) => rounded(element, digits));
	if (value !== null && typeof value === 'object' && !(value instanceof Date))
		return Object.fromEntries(Object.entries(value).map(([name, element]) => [name, rounded(element, digits)]));
	return typeof value === 'number' ? (Number.isFinite(value) ? Number(value.toPrecision(digits)) : null) : value;
}
