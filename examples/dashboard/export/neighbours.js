// The objects most alike in the features that matter most to the model, in plain SQL: features become
// ranks among the objects on the maps, so that none outweighs the others.

const usedFeatures = 12;
const count = 6;

export async function neighbours(survey, importantFeatures) {
	const names = importantFeatures.slice(0, usedFeatures).map(({ feature }) => feature);
	if (names.length === 0) return [];
	const columns = names.map((_, i) => `x${i}`);

	await survey.query(`
		CREATE TEMP TABLE ranks AS
		SELECT object_id, ${columns.map((column, i) => `percent_rank() OVER (ORDER BY coalesce(nullif(v[${i + 1}], 'NaN'), 0)) AS ${column}`)}
		FROM (SELECT object_id, ARRAY(SELECT plasticc_feature(f.features::real[], name) FROM unnest($1::text[]) WITH ORDINALITY AS u (name, i) ORDER BY i) AS v
		      FROM ${survey.settings.features} f
		      WHERE object_id IN (SELECT object_id FROM mapped UNION ALL SELECT object_id FROM detailed)) AS q`, [names]);
	return survey.query(`
		SELECT d.number, n.object_id::text AS id, p.class_name, p.true_class_name, sqrt(n.distance / ${names.length}) AS distance
		FROM detailed d JOIN ranks a USING (object_id)
		     CROSS JOIN LATERAL (
		         SELECT b.object_id, ${columns.map((column) => `(a.${column} - b.${column}) ^ 2`).join(' + ')} AS distance
		         FROM ranks b JOIN detailed USING (object_id) WHERE b.object_id <> a.object_id ORDER BY 2 LIMIT ${count}) AS n
		     JOIN dashboard_predictions p ON p.object_id = n.object_id AND p.model = $1
		ORDER BY d.number, n.distance`, [survey.model]);
}
