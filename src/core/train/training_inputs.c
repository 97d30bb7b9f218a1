/*
 * training_inputs.c
 *		The inputs of networks.
 */
#include "core/train/training_inputs.h"

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
			weight[i] *= class_weight(options, set->classes[c]) / count[c];
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
