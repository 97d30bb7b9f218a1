/*
 * train_metrics.c
 *		What a training came to, as JSON.
 */
#include "plasticc.h"

#include "miscadmin.h"

#include "core/challenge.h"
#include "json_text.h"
#include "metrics.h"
#include "train_metrics.h"

#define METRICS_BLOCK 1024

/* How the model does on the objects held out. */
typedef struct Validation
{
	int		   *objects;		/* [n_classes] */
	int		   *correct;		/* [n_classes] */
	double	   *loss;			/* [n_classes] sums */
} Validation;

static void
score_block(Validation *validation, const TrainingSet *set, const int *rows, int n_rows,
			const float *probabilities)
{
	for (int i = 0; i < n_rows; i++)
	{
		const float *p = probabilities + (Size) i * set->n_classes;
		int			target = set->target[rows[i]];

		validation->objects[target]++;
		validation->correct[target] += most_probable(p, set->n_classes) == target;
		validation->loss[target] += object_log_loss(p, set->n_classes, target);
	}
}

static Validation *
validate(const Model *model, const TrainingSet *set)
{
	Workspace	workspace = server_workspace(CurrentMemoryContext);
	ClassifyScratch *scratch = classify_scratch(model, METRICS_BLOCK, &workspace);
	float	   *features =
		workspace_array(&workspace, float, (Size) METRICS_BLOCK * set->n_features);
	float	   *probabilities =
		workspace_array(&workspace, float, (Size) METRICS_BLOCK * set->n_classes);
	int			rows[METRICS_BLOCK];
	int			n = 0;
	Validation *validation = palloc(sizeof(Validation));

	validation->objects = palloc0(sizeof(int) * set->n_classes);
	validation->correct = palloc0(sizeof(int) * set->n_classes);
	validation->loss = palloc0(sizeof(double) * set->n_classes);
	for (int row = 0; row < set->n_rows; row++)
	{
		if (set->validation[row])
		{
			memcpy(features + (Size) n * set->n_features,
				   set->features + (Size) row * set->n_features, sizeof(float) * set->n_features);
			rows[n++] = row;
		}
		if (n == METRICS_BLOCK || (n > 0 && row == set->n_rows - 1))
		{
			CHECK_FOR_INTERRUPTS();
			model_classify(model, scratch, n, features, probabilities);
			score_block(validation, set, rows, n, probabilities);
			n = 0;
		}
	}
	return validation;
}

/* "validation": {"objects", "log_loss", "accuracy", "recall": {class: ...}} */
static void
append_validation(StringInfo text, const Model *model, const TrainingInput *input)
{
	const TrainingSet *set = &input->set;
	Validation *validation = validate(model, set);
	double		loss = 0.0,
				weights = 0.0;
	int			correct = 0;

	for (int i = 0; i < set->n_classes; i++)
	{
		double		weight = challenge_weight(set->classes[i]);

		correct += validation->correct[i];
		if (validation->objects[i] == 0)
			continue;
		loss += weight * validation->loss[i] / validation->objects[i];
		weights += weight;
	}
	json_key(text, "validation");
	appendStringInfoChar(text, '{');
	json_integer_member(text, "objects", input->n_validation);
	json_number_member(text, "log_loss", loss / weights);
	json_number_member(text, "accuracy", (double) correct / input->n_validation);
	json_key(text, "recall");
	appendStringInfoChar(text, '{');
	for (int i = 0; i < set->n_classes; i++)
		json_number_member(text, psprintf("%d", set->classes[i]),
						   (double) validation->correct[i] / validation->objects[i]);
	appendStringInfoString(text, "}}");
}

char *
training_metrics(const TrainingInput *input, const Model *model, const TrainingResult *result)
{
	StringInfoData text;

	initStringInfo(&text);
	json_integer_member(&text, "objects", input->set.n_rows);
	json_integer_member(&text, "features", input->set.n_features);
	json_key(&text, "classes");
	appendStringInfoChar(&text, '{');
	for (int i = 0; i < input->set.n_classes; i++)
		json_integer_member(&text, psprintf("%d", input->set.classes[i]), input->class_counts[i]);
	appendStringInfoChar(&text, '}');
	json_integer_member(&text, "epochs", result->epochs);
	json_integer_member(&text, "best_epoch", result->best_epoch);
	json_number_member(&text, "training_loss", result->training_loss);
	json_number_member(&text, "validation_loss", result->validation_loss);
	if (input->n_validation > 0)
		append_validation(&text, model, input);
	return text.data;
}
