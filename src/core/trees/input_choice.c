/*
 * input_choice.c
 *		Feature selection by gradient-boosted trees.
 */
#include "core/trees/input_choice.h"

#include <stdlib.h>

#include "core/trees/boosting.h"

/* Enough to rank the inputs, in a small part of the time that a network takes. */
static const BoostingOptions choice_options = {
	.rounds = 100,
	.max_depth = 5,
	.most_rows = CHOICE_MAX_ROWS,
	.most_tree_rows = 8192,
	.eta = 0.1,
	.subsample = 0.8,
	.colsample = 0.3,
	.lambda = 1.0,
	.min_child_weight = 1.0,
};

void
boosted_tree_gains(const TreeSample *sample, int64_t seed, Workspace *workspace, double *gain)
{
	boost_trees(sample, &choice_options, seed, workspace, gain, NULL, NULL, NULL);
}

typedef struct Gain
{
	double gain;
	int	   input;
} Gain;

/* Descending by gain, ties by ascending index. */
static int
compare_gains(const void *a, const void *b)
{
	const Gain *x = a;
	const Gain *y = b;

	if (x->gain != y->gain)
		return x->gain > y->gain ? -1 : 1;
	return x->input - y->input;
}

static int
compare_indexes(const void *a, const void *b)
{
	return *(const int32_t *) a - *(const int32_t *) b;
}

void
choose_by_trees(const TreeSample *sample, int64_t seed, const bool *eligible, int n,
				Workspace *workspace, int32_t *chosen)
{
	double *gain = workspace_array(workspace, double, sample->n_inputs);
	Gain   *sorted = workspace_array(workspace, Gain, sample->n_inputs);
	int		n_eligible = 0;

	boosted_tree_gains(sample, seed, workspace, gain);
	for (int j = 0; j < sample->n_inputs; j++)
		if (eligible[j])
			sorted[n_eligible++] = (Gain){gain[j], j};
	qsort(sorted, n_eligible, sizeof(Gain), compare_gains);
	for (int k = 0; k < n; k++)
		chosen[k] = sorted[k].input;
	qsort(chosen, n, sizeof(int32_t), compare_indexes);
}
