/*
 * train_metrics.c
 *		The metrics of a training as JSON, and the calibration on unseen rows that
 *		they report.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "utils/json.h"

#include "core/model/challenge_classes.h"
#include "core/model/scoring.h"
#include "core/train/sample_weights.h"
#include "pg/model/feature_names.h"
#include "pg/util/json_text.h"
#include "pg/train/train_metrics.h"

Probabilities *
calibrate_model(const Ensemble *ensemble, int fold, Model *model, const PoolResult *result,
				bool report)
{
	Workspace	   workspace = server_workspace(CurrentMemoryContext);
	Probabilities *probabilities = palloc(sizeof(Probabilities));
	Unseen		   unseen;

	model->tree_weight = (float) unseen_log_probabilities(
		ensemble, fold, result->logits + fold * training_members(ensemble->options), &workspace,
		&unseen);
	calibrate_ensemble(ensemble, fold, &unseen, model, report ? &probabilities->calibration : NULL,
					   &workspace);
	probabilities->values = unseen.log_probabilities;
	probabilities->n_members = unseen.n_members;
	return probabilities;
}

static void
sum_up(Score *score, const TrainingInput *input)
{
	WeightedLoss loss = {0};
	int			 correct = 0;

	for (int c = 0; c < input->set.n_classes; c++)
	{
		score->n_objects += score->objects[c];
		correct += score->correct[c];
		add_class_loss(&loss, challenge_label_weight(class_name(input, c)), score->loss[c],
					   score->objects[c]);
	}
	score->log_loss = weighted_log_loss(&loss);
	score->accuracy = (double) correct / score->n_objects;
}

Score
score_rows(const TrainingInput *input, const float *probabilities, const bool *chosen)
{
	const TrainingSet *set = &input->set;
	Score			   score = {
					 .objects = palloc0(sizeof(int) * set->n_classes),
					 .correct = palloc0(sizeof(int) * set->n_classes),
					 .loss = palloc0(sizeof(double) * set->n_classes),
	 };
	ConfidenceBin bins[CALIBRATION_BINS] = {{0}};

	for (int row = 0; row < set->n_rows; row++)
	{
		const float *p = probabilities + (Size) row * set->n_classes;
		int			 target = set->target[row];

		if (chosen && !chosen[row])
			continue;
		score.objects[target]++;
		score.correct[target] += most_probable(p, set->n_classes) == target;
		score.loss[target] += object_log_loss(p, set->n_classes, target);
		add_to_confidence_bins(bins, set->n_classes, p, target, 1.0);
	}
	score.calibration_error = calibration_error(bins);
	sum_up(&score, input);
	return score;
}

void
append_score(StringInfo text, const TrainingInput *input, const Score *score)
{
	json_integer_member(text, "objects", score->n_objects);
	json_number_member(text, "log_loss", score->log_loss);
	json_number_member(text, "accuracy", score->accuracy);
	json_number_member(text, "calibration_error", score->calibration_error);
	json_key(text, "recall");
	appendStringInfoChar(text, '{');
	for (int c = 0; c < input->set.n_classes; c++)
		json_number_member(text, class_name(input, c),
						   (double) score->correct[c] / score->objects[c]);
	appendStringInfoChar(text, '}');
}

/* "survey": {"auc", "features": [{"feature", "name", "gain"}, ...]}, the largest gain first. */
static void
append_separation(StringInfo text, const Ensemble *ensemble, const Separation *separation)
{
	const TrainingOptions *options = ensemble->options;
	const FeatureName	  *names =
		options->n_feature_names > 0 ? NULL : catalog_names(ensemble->set->n_features);

	json_key(text, "survey");
	appendStringInfoChar(text, '{');
	json_number_member(text, "auc", separation->auc);
	json_key(text, "features");
	appendStringInfoChar(text, '[');
	for (int k = 0; k < separation->n_features; k++)
	{
		int feature = separation->features[k].feature;

		appendStringInfoString(text, k > 0 ? ", {" : "{");
		json_integer_member(text, "feature", feature + 1);
		json_key(text, "name");
		escape_json(text, names ? names[feature].name : options->feature_names[feature]);
		json_number_member(text, "gain", separation->features[k].gain);
		appendStringInfoChar(text, '}');
	}
	appendStringInfoString(text, "]}");
}

void
append_weights(StringInfo text, const Ensemble *ensemble, int fold)
{
	Workspace workspace = server_workspace(CurrentMemoryContext);

	if (ensemble->weight)
		json_number_member(text, "effective_objects",
						   effective_objects(ensemble, fold, &workspace));
	if (ensemble->separation)
		append_separation(text, ensemble, &ensemble->separation[fold]);
}

/*
 * "validation" of the rows held out from all members, "out_of_fold" of those
 * that some member has not seen: {"objects", "log_loss", "accuracy",
 * "calibration_error", "recall": {class: ...}}.
 */
static void
append_scores(StringInfo text, const TrainingInput *input, const Probabilities *unseen)
{
	static const char *const names[] = {"validation", "out_of_fold"};
	const TrainingSet		*set = &input->set;
	bool					*chosen = MemoryContextAllocHuge(CurrentMemoryContext, set->n_rows);

	for (int k = 0; k < lengthof(names); k++)
	{
		Score score;

		for (int i = 0; i < set->n_rows; i++)
		{
			bool held_out = set->validation && set->validation[i];

			chosen[i] = unseen->n_members[i] > 0 && held_out == (k == 0);
		}
		score = score_rows(input, unseen->values, chosen);
		if (score.n_objects == 0)
			continue;
		json_key(text, names[k]);
		appendStringInfoChar(text, '{');
		append_score(text, input, &score);
		appendStringInfoChar(text, '}');
	}
}

/*
 * "calibration" of the rows that it is fitted on: {"objects", "error_before", "error",
 * "weighted_error_before", "weighted_error"}, the errors without and with it.
 */
static void
append_calibration(StringInfo text, const CalibrationReport *report)
{
	if (report->n_rows == 0)
		return;
	json_key(text, "calibration");
	appendStringInfoChar(text, '{');
	json_integer_member(text, "objects", report->n_rows);
	json_number_member(text, "error_before", report->error[0]);
	json_number_member(text, "error", report->error[1]);
	json_number_member(text, "weighted_error_before", report->weighted_error[0]);
	json_number_member(text, "weighted_error", report->weighted_error[1]);
	appendStringInfoChar(text, '}');
}

TrainingResult
mean_result(const TrainingResult *results, int n)
{
	double		   epochs = 0.0, best_epoch = 0.0;
	TrainingResult mean = {0};

	for (int i = 0; i < n; i++)
	{
		epochs += results[i].epochs;
		best_epoch += results[i].best_epoch;
		mean.training_loss += results[i].training_loss / n;
		mean.validation_loss += results[i].validation_loss / n;
	}
	mean.epochs = (int) rint(epochs / n);
	mean.best_epoch = (int) rint(best_epoch / n);
	return mean;
}

void
append_counts(StringInfo text, const TrainingInput *input)
{
	json_integer_member(text, "features", input->set.n_features);
	json_key(text, "classes");
	appendStringInfoChar(text, '{');
	for (int i = 0; i < input->set.n_classes; i++)
		json_integer_member(text, class_name(input, i), input->class_counts[i]);
	appendStringInfoChar(text, '}');
}

/* Means over n members: epochs, best_epoch, training_loss, validation_loss. */
static void
append_result(StringInfo text, const TrainingResult *results, int n)
{
	TrainingResult mean = mean_result(results, n);

	json_integer_member(text, "epochs", mean.epochs);
	json_integer_member(text, "best_epoch", mean.best_epoch);
	json_number_member(text, "training_loss", mean.training_loss);
	json_number_member(text, "validation_loss", mean.validation_loss);
}

char *
training_metrics(const Ensemble *ensemble, const TrainingInput *input, const PoolResult *result,
				 const TrainingCurve *curve, const Probabilities *unseen)
{
	const TrainingOptions *options = ensemble->options;
	StringInfoData		   text;

	initStringInfo(&text);
	json_integer_member(&text, "objects", input->set.n_rows);
	append_counts(&text, input);
	if (options->networks > 0)
		append_result(&text, result->results, options->networks);
	if (options->trees > 0)
	{
		json_key(&text, "trees");
		appendStringInfoChar(&text, '{');
		append_result(&text, result->results + options->networks, options->trees);
		appendStringInfoChar(&text, '}');
	}
	append_known_days(&text, &input->known_days);
	append_weights(&text, ensemble, 0);
	append_scores(&text, input, unseen);
	append_calibration(&text, &unseen->calibration);
	if (options->networks > 0)
		append_curve(&text, curve);
	return text.data;
}
