// Objects to look at next, those of highest priority.

import { quoted, rounded } from './database.js';

const longest = 500;

export async function exportQueue(survey, write) {
	const coordinates = survey.ra && survey.decl;
	const rows = await survey.query(`
		SELECT p.object_id::text AS id, priority, low_confidence, changed_class, class_name, probability, runner_up_name,
		       runner_up_probability, previous_class_name, entropy, field, redshift
		       ${coordinates ? `, ${quoted(survey.ra)} AS ra, ${quoted(survey.decl)} AS decl` : ''}
		FROM queued JOIN predicted p USING (object_id) ORDER BY priority DESC, object_id LIMIT ${longest}`);
	const [{ total }] = await survey.query('SELECT count(*) AS total FROM queued');
	write('queue', {
		total,
		objects: rounded(rows, 6),
	});
}
