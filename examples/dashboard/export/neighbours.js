// The objects most alike in features of the model, in plain SQL: features become ranks among the
// objects, so that none outweighs the others.

import { literal } from './database.js';

const mostFeatures = 16;
const count = 6;

// The features that matter most, or, where no true classes are known by which to tell, some of those that
// the model uses; as SQL on a row f of the features.
async function comparedFeatures(survey, importantFeatures) {
	if (importantFeatures.length > 0)
		return importantFeatures.slice(0, mostFeatures).map(({ feature }) => `plasticc_feature(f.features::real[], ${literal(feature)})`);
	const [{ used }] = await survey.query(`SELECT plasticc_model_info(plasticc_model($1)) -> 'used_features' AS used`, [survey.model]);
	const step = Math.max(1, used.length / mostFeatures);
	return Array.from({ length: Math.min(mostFeatures, used.length) }, (_, i) => `f.features[${Number(used[Math.floor(i * step)])}]`);
}

export async function neighbours(survey, importantFeatures) {
	const features = await comparedFeatures(survey, importantFeatures);
	if (features.length === 0) return [];
	const columns = features.map((_, i) => `x${i}`);

	await survey.query(`
		CREATE TEMP TABLE ranks AS
		SELECT object_id, ${features.map((feature, i) => `percent_rank() OVER (ORDER BY coalesce(nullif(${feature}, 'NaN'), 0)) AS ${columns[i]}`)}
		FROM ${survey.settings.features} f JOIN detailed USING (object_id) WHERE features IS NOT NULL`);
	await survey.query('ANALYZE ranks');
	return survey.query(`
		SELECT d.number, n.object_id::text AS id, p.class_name, p.true_class_name, sqrt(n.distance / ${features.length}) AS distance
		FROM detailed d JOIN ranks a USING (object_id)
		     CROSS JOIN LATERAL (
		         SELECT b.object_id, ${columns.map((column) => `(a.${column} - b.${column}) ^ 2`).join(' + ')} AS distance
		         FROM ranks b WHERE b.object_id <> a.object_id ORDER BY 2 LIMIT ${count}) AS n
		     JOIN predicted p ON p.object_id = n.object_id
		ORDER BY d.number, n.distance`);
}
