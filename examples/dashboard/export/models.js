// How good the models are: scores, training, confusion, calibration and the counts of which the page
// makes ROC and precision-recall curves, all of them aggregated by the database.

import { byColumn, quoted, rounded, rowsIfPossible } from './database.js';

const scoreBins = 200;
const confidenceBins = 10;
const importanceObjects = 200;

// Of the networks, the first members of a model: boosted trees have epochs of another kind.
async function training(survey) {
	return survey.query(`
		SELECT model, version, epoch, avg(training_loss) AS training_loss, avg(validation_loss) AS validation_loss,
		       min(training_loss) AS training_low, max(training_loss) AS training_high,
		       min(validation_loss) AS validation_low, max(validation_loss) AS validation_high
		FROM dashboard_training_curves
		     LEFT JOIN (SELECT name AS model, version, options -> 'networks' AS networks FROM plasticc_model_versions) AS v USING (model, version)
		WHERE CASE WHEN jsonb_typeof(networks) = 'number' THEN member <= networks::integer ELSE true END
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`);
}

// Of every version the latest prediction of each object whose class is known.
async function scoredPredictions(survey) {
	await survey.query(`
		CREATE TEMP TABLE scored AS
		SELECT DISTINCT ON (h.object_id, h.model, h.version) h.model, h.version, h.class_name, h.probability, h.probabilities, p.true_class_name
		FROM dashboard_history h JOIN dashboard_predictions p USING (object_id, model)
		WHERE p.true_class_name IS NOT NULL
		ORDER BY h.object_id, h.model, h.version, h.features_at DESC, h.predicted_at DESC`);
	await survey.query('ANALYZE scored');
}

const confusion = (survey) => survey.query(`
	SELECT model, version, true_class_name, class_name, count(*) AS objects FROM scored GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`);

const reliability = (survey) => survey.query(`
	SELECT model, version, least(floor(probability * ${confidenceBins}), ${confidenceBins - 1})::integer AS bin, count(*) AS objects,
	       avg(probability) AS confidence, avg((class_name = true_class_name)::integer) AS accuracy
	FROM scored GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`);

const scores = (survey) => survey.query(`
	SELECT model, version, c.class_name, least(floor(s.probabilities[c.position] * ${scoreBins}), ${scoreBins - 1})::integer AS bin,
	       count(*) FILTER (WHERE true_class_name = c.class_name) AS positives, count(*) FILTER (WHERE true_class_name <> c.class_name) AS negatives
	FROM scored s JOIN dashboard_classes c USING (model, version) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`);

// Importance of the features of the survey's model, on some objects whose class is known: the loss
// that is added if a feature is permuted.  It needs the target as the model knows it.
async function importance(survey) {
	if (!survey.has('confusion')) return [];
	const target = survey.settings.options.target ?? 'target';
	return rowsIfPossible(survey, 'importance of features', `
		SELECT feature, feature_group, loss_increase
		FROM plasticc_importance(plasticc_model($1), $2, repeats => 1) WHERE loss_increase <> 0`, [survey.model, `
		SELECT f.features, m.${quoted(target)} AS target
		FROM ${survey.settings.features} f JOIN mapped USING (object_id) JOIN ${survey.settings.metadata} m USING (object_id)
		     JOIN predicted p USING (object_id)
		WHERE p.true_class_name IN (SELECT class_name FROM dashboard_classes WHERE model = p.model)
		ORDER BY number LIMIT ${importanceObjects}`]);
}

// How the features of the objects on the maps differ from those of the training set.
const drift = (survey) => rowsIfPossible(survey, 'drift', 'SELECT * FROM plasticc_drift(plasticc_model($1), $2) LIMIT 20', [survey.model, `
	SELECT object_id, features FROM ${survey.settings.features} JOIN mapped USING (object_id) WHERE features IS NOT NULL`]);

export async function exportModels(survey, write) {
	const metrics = await survey.query('SELECT * FROM dashboard_model_metrics ORDER BY model, version, sample');
	const known = survey.has('confusion');
	if (known) await scoredPredictions(survey);
	const features = await importance(survey);
	write('models', rounded({
		current: survey.model,
		metrics,
		training: byColumn(await training(survey)),
		confusion: known ? await confusion(survey) : [],
		reliability: known ? await reliability(survey) : [],
		scores: known ? byColumn(await scores(survey)) : {},
		scoreBins,
		importance: features.slice(0, 40),
		importanceObjects,
		drift: await drift(survey),
	}, 5));
	return features;
}
