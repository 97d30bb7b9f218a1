/*
 * training_inputs.c
 *		The inputs of networks.
 */
#include "core/train/training_inputs.h"

#include <math.h>
#include <string.h>

#include "core/train/loss.h"

/* The larger of these is allowed for a network's inputs of all rows. */
#define KEPT_BYTES ((size_t) 32 << 20)
#define KEPT_PART 6 /* of the bytes of the features */

InputSource
input_source(const TrainingSet *set, const Preprocessing *preprocessing, Workspace *workspace)
{
	return (InputSource){
		.preprocessing = preprocessing,
		.scores = preprocessing_scores(preprocessing, workspace),
		.features = set->features,
	};
}

void
read_inputs(const void *source, int row, float *inputs)
{
	const InputSource *from = source;

	preprocess(from->preprocessing, from->scores, 1, from->features[row], inputs);
}

/* Rows compared between two checks for interrupts. */
#define ROWS_AT_ONCE 64

/* Whether an input of the preprocessing is the same in all rows so far. */
typedef struct Constancy
{
	int	  input;
	int	  feature;
	float first; /* value that is not missing, or 0 or 1 for an indicator; NaN if none yet */
} Constancy;

/* Lists the inputs, except features that normalisation makes constant; returns their number. */
static int
list_inputs(const Preprocessing *preprocessing, Constancy *constant)
{
	int n = 0;

	for (int j = 0; j < preprocessing->n_used; j++)
		if (preprocessing->normalisation != NORMALISATION_ZSCORE || preprocessing->scale[j] != 0.0f)
			constant[n++] = (Constancy){j, preprocessing->used[j], NAN};
	for (int j = 0; j < preprocessing->n_flagged; j++)
		constant[n++] = (Constancy){preprocessing->n_used + j, preprocessing->flagged[j], NAN};
	return n;
}

/* Notes a row's value; returns whether it differs from the first. */
static bool
differs(const Preprocessing *preprocessing, Constancy *constant, const float *features)
{
	float value = features[constant->feature];
	bool  missing = !isfinite(value);

	if (constant->input >= preprocessing->n_used)
		value = missing ? 1.0f : 0.0f;
	else if (missing)
		return false;
	if (isnan(constant->first))
		constant->first = value;
	return value != constant->first;
}

int
informative_inputs(const TrainingSet *set, const Preprocessing *preprocessing, int n_rows,
				   const int *rows, Workspace *workspace, bool *informative)
{
	int		   n_inputs = preprocessing_inputs(preprocessing);
	Constancy *constant = workspace_array(workspace, Constancy, n_inputs);
	int		   n_constant = list_inputs(preprocessing, constant);
	int		   n_informative = 0;

	memset(informative, 0, n_inputs);
	for (int i = 0; i < n_rows && n_constant > 0; i++)
	{
		int n = 0;

		if (i % ROWS_AT_ONCE == 0)
			workspace->check_interrupts();
		for (int k = 0; k < n_constant; k++)
		{
			if (differs(preprocessing, &constant[k], set->features[rows[i]]))
				informative[constant[k].input] = true;
			else
				constant[n++] = constant[k];
		}
		n_informative += n_constant - n;
		n_constant = n;
	}
	return n_informative;
}

Gate
training_gate(const TrainingSet *set, const TrainingOptions *options, const bool *skip,
			  Workspace *workspace)
{
	Gate	   gate = {.feature = set->gate_feature};
	double	  *weight;
	int		  *count;
	GateSample sample = {
		.n_rows = set->n_rows,
		.n_classes = set->n_classes,
		.target = set->target,
		.side = set->side,
		.group = set->group,
		.skip = skip,
	};

	if (set->side == NULL)
		return gate;
	sample.weight = weight = workspace_array(workspace, double, set->n_rows);
	count = workspace_array(workspace, int, set->n_classes);
	memset(count, 0, sizeof(int) * set->n_classes);
	for (int i = 0; i < set->n_rows; i++)
		if (!(skip && skip[i]))
			count[set->target[i]]++;
	for (int i = 0; i < set->n_rows; i++)
	{
		int c = set->target[i];

		weight[i] = set->weight ? set->weight[i] : 1.0;
		if (options->loss == LOSS_WEIGHTED && count[c] > 0)
			weight[i] *= class_weight(set, c) / count[c];
	}
	gate_fit(&sample, &gate, workspace);
	return gate;
}

size_t
kept_input_bytes(const TrainingSet *set)
{
	size_t part = sizeof(float) * set->n_features * set->n_rows / KEPT_PART;

	return part > KEPT_BYTES ? part : KEPT_BYTES;
}

void
training_inputs(const TrainingSet *set, const TrainingOptions *options, const bool *skip,
				Workspace *workspace, Inputs *inputs)
{
	preprocessing_fit(&inputs->preprocessing, &options->preprocessing, set->n_rows, set->n_features,
					  set->features, skip, workspace);
	inputs->gate = training_gate(set, options, skip, workspace);
	inputs->bins = NULL;
	inputs->kept_bytes = kept_input_bytes(set);
}
