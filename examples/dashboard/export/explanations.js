// What the version of the latest prediction says of an object beside its probabilities, by its features as they
// are now.

import { rowsIfPossible } from './database.js';

const coverage = 0.9;
const mostFeatures = 12;

const objectsWithFeatures = (survey) => `
	detailed d JOIN predicted p USING (object_id)
	JOIN ${survey.settings.features} f USING (object_id)
	CROSS JOIN LATERAL plasticc_model(p.model, p.version) AS m (bytes)`;

const novelties = (survey) => rowsIfPossible(survey, 'novelty', `
	SELECT d.number, plasticc_novelty(m.bytes, f.features::real[]) AS novelty
	FROM ${objectsWithFeatures(survey)} WHERE f.features IS NOT NULL`);

const predictionSets = (survey) => rowsIfPossible(survey, 'sets of classes', `
	SELECT d.number, ${coverage}::float8 AS coverage, ARRAY(
	           SELECT c.class_name
	           FROM unnest(plasticc_prediction_set(m.bytes, f.features::real[], ${coverage})) WITH ORDINALITY AS s (class, place)
	                JOIN dashboard_classes c ON c.model = p.model AND c.version = p.version AND c.class = s.class
	           ORDER BY s.place) AS prediction_set
	FROM ${objectsWithFeatures(survey)} WHERE f.features IS NOT NULL`);

// Of the objects with a page, how unlike the training set they are and the classes among which the true one is.
export const judgements = async (survey) => [...await novelties(survey), ...await predictionSets(survey)];

// What features contribute to the most probable class, the largest first, of some objects: it takes time, so they are
// chosen before anything is explained.
export const explanations = (survey) => rowsIfPossible(survey, 'explanations', `
	WITH chosen AS MATERIALIZED (
	    SELECT d.number, m.bytes, f.features FROM ${objectsWithFeatures(survey)}
	    WHERE f.features IS NOT NULL AND d.number <= ${survey.settings.explained})
	SELECT c.number, e.feature, e.feature_group, e.contribution
	FROM chosen c CROSS JOIN LATERAL (
	         SELECT * FROM plasticc_explain(c.bytes, c.features::real[]) ORDER BY abs(contribution) DESC LIMIT ${mostFeatures}) AS e
	ORDER BY c.number, abs(e.contribution) DESC`);
