// Objects to look at next, those of highest priority.

import { quoted, rounded } from './database.js';

const longest = 500;

export async function exportQueue(survey, write) {
	const coordinates = survey.ra && survey.decl;
	const rows = await survey.query(`
		SELECT object_id::text AS id, priority, low_confidence, changed_class, class_name, probability, runner_up_name,
		       runner_up_probability, previous_class_name, entropy, field, redshift
		       ${coordinates ? `, ${quoted(survey.ra)} AS ra, ${quoted(survey.decl)} AS decl` : ''}
		FROM dashboard_queue WHERE model = $1 ORDER BY priority DESC, object_id LIMIT ${longest}`, [survey.model]);
	const [{ total }] = await survey.query('SELECT count(*) AS total FROM dashboard_queue WHERE model = $1', [survey.model]);
	write('queue', {
		total,
		objects: rounded(rows, 6),
	});
}
