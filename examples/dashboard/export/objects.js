// The objects on the maps, a sample of a large survey, and counts of all by place on the sky.

import { byColumn, quoted, rounded } from './database.js';

// Cells of equal area: columns of right ascension, rows of sin(declination).
const skyColumns = 72;
const skyRows = 36;

async function skyCells(survey) {
	if (!survey.ra || !survey.decl || survey.total <= survey.settings.sample) return null;
	const rows = await survey.query(`
		SELECT floor((ra - 360 * floor(ra / 360)) / ${360 / skyColumns})::integer AS column,
		       least(floor((sin(radians(decl)) + 1) * ${skyRows / 2}), ${skyRows - 1})::integer AS row, class_name, count(*) AS objects
		FROM (SELECT ${quoted(survey.ra)}::float8 AS ra, ${quoted(survey.decl)}::float8 AS decl, class_name
		      FROM predicted) AS p
		WHERE ra IS NOT NULL AND decl BETWEEN -90 AND 90 GROUP BY 1, 2, 3`);
	return { columns: skyColumns, rows: skyRows, ...byColumn(rows) };
}

async function classes(survey) {
	return survey.query(`
		SELECT class_name AS name, bool_or(galactic) AS galactic, min(position) AS position, coalesce(min(objects), 0) AS objects
		FROM dashboard_classes LEFT JOIN (SELECT class_name, count(*) AS objects FROM predicted GROUP BY 1) AS p USING (class_name)
		WHERE model = $1 GROUP BY 1 ORDER BY 3`, [survey.model]);
}

export async function exportObjects(survey, write) {
	const numbers = survey.numbers.map(({ name }) =>
		`${survey.features.includes(name) ? 'f' : 'p'}.${quoted(name)} AS ${quoted(`number ${name}`)}`);
	const rows = await survey.query(`
		SELECT p.object_id::text AS id, class_name, probability, runner_up_name, runner_up_probability, entropy,
		       previous_class_name, true_class_name, field, redshift,
		       ${survey.ra && survey.decl ? `p.${quoted(survey.ra)} AS ra, p.${quoted(survey.decl)} AS decl,` : ''}
		       n.first_detected, n.last_observed, n.observations ${numbers.map((column) => `, ${column}`).join('')}
		FROM mapped JOIN predicted p USING (object_id)
		     ${survey.features.length ? 'LEFT JOIN dashboard_feature_columns f USING (object_id)' : ''}
		     LEFT JOIN LATERAL (
		         SELECT min(mjd) FILTER (WHERE detected) AS first_detected, max(mjd) AS last_observed, count(*) AS observations
		         FROM curves l, plasticc_observations(l.lightcurve) o WHERE l.object_id = p.object_id) AS n ON true
		ORDER BY number`);

	const classList = await classes(survey);
	survey.classNames = classList.map(({ name }) => name);
	write('survey', {
		title: survey.settings.title,
		model: survey.model,
		raName: survey.ra,
		declName: survey.decl,
		total: survey.total,
		made: new Date().toISOString(),
		classes: classList,
		fields: [...new Set(rows.map(({ field }) => field))].filter((field) => field !== null).sort(),
		hasTruth: survey.has('confusion'),
		numbers: survey.numbers.map(({ name, comment }) => ({ name, comment })),
		objects: rounded(byColumn(rows), 7),
		sky: await skyCells(survey),
	});
	return rows;
}
