/*
 * sample_weights.c
 *		Importance weights of an ensemble's training rows for a target sample.
 */
#include "core/train/sample_weights.h"

#include <math.h>
#include <string.h>

/* Scales the weights of the given rows to mean 1 within each class. */
static void
balance_classes(const TrainingSet *set, int n, const int *rows, double *weights,
				Workspace *workspace)
{
	double *sum = workspace_array(workspace, double, set->n_classes);
	int	   *count = workspace_array(workspace, int, set->n_classes);

	memset(sum, 0, sizeof(double) * set->n_classes);
	memset(count, 0, sizeof(int) * set->n_classes);
	for (int k = 0; k < n; k++)
	{
		sum[set->target[rows[k]]] += weights[k];
		count[set->target[rows[k]]]++;
	}
	for (int k = 0; k < n; k++)
		weights[k] *= count[set->target[rows[k]]] / sum[set->target[rows[k]]];
}

/* weights [n] of the given rows, by the sample's columns. */
static void
weigh_by_columns(const TargetSample *sample, int n, const int *rows, double *weights,
				 Workspace *workspace)
{
	size_t	n_columns = sample->n_columns;
	double *training = workspace_array(workspace, double, n *n_columns);

	for (int k = 0; k < n; k++)
		memcpy(training + k * n_columns, sample->training + rows[k] * n_columns,
			   sizeof(double) * n_columns);
	importance_weights(n, training, sample->n_target, sample->target, sample->n_columns, weights,
					   workspace);
}

/* The same by all features. */
static void
weigh_by_classifier(const Ensemble *ensemble, const TargetSample *sample, int n, const int *rows,
					double *weights, Separation *separation, Workspace *workspace)
{
	const TrainingSet *set = ensemble->set;
	const float		 **features =
		workspace_array(workspace, const float *, (size_t) n + sample->n_target);
	int32_t *group = workspace_array(workspace, int32_t, n);
	int32_t *first = workspace_array(workspace, int32_t, set->n_rows);
	Domains	 domains = {n, sample->n_target, set->n_features, features, group};

	for (int i = 0; i < set->n_rows; i++)
		first[i] = -1;
	for (int k = 0; k < n; k++)
	{
		int object = set->group ? set->group[rows[k]] : rows[k];

		if (first[object] < 0)
			first[object] = k;
		group[k] = first[object];
		features[k] = set->features[rows[k]];
	}
	for (size_t k = 0; k < (size_t) sample->n_target; k++)
		features[n + k] = sample->features + k * set->n_features;
	classifier_weights(&domains, ensemble->options->seed, weights, separation, workspace);
}

void
target_weights(const Ensemble *ensemble, int fold, const TargetSample *sample, float *weight,
			   Separation *separation, Workspace *workspace)
{
	const TrainingSet *set = ensemble->set;
	const bool		  *skip = fold_skip(ensemble, fold, workspace);
	int				  *rows = workspace_array(workspace, int, set->n_rows);
	double			  *weights = workspace_array(workspace, double, set->n_rows);
	int				   n = 0;

	for (int i = 0; i < set->n_rows; i++)
	{
		weight[i] = set->weight ? set->weight[i] : 1.0f;
		if (!skip[i])
			rows[n++] = i;
	}
	if (n == 0)
		return;
	if (sample->n_columns > 0)
		weigh_by_columns(sample, n, rows, weights, workspace);
	else
		weigh_by_classifier(ensemble, sample, n, rows, weights, separation, workspace);
	if (ensemble->options->loss == LOSS_WEIGHTED)
		balance_classes(set, n, rows, weights, workspace);
	for (int k = 0; k < n; k++)
		weight[rows[k]] *= (float) weights[k];
}

int
weighted_rows(const TrainingSet *set, Workspace *workspace)
{
	Workspace scratch = workspace_open(workspace);
	float	 *heaviest = workspace_zeros(&scratch, set->n_rows);
	double	  sum = 0.0;

	if (set->group && set->weight)
	{
		for (int i = 0; i < set->n_rows; i++)
			heaviest[set->group[i]] = fmaxf(heaviest[set->group[i]], set->weight[i]);
		for (int i = 0; i < set->n_rows; i++)
			sum += (double) set->weight[i] / heaviest[set->group[i]];
	}
	else
		sum = set->n_rows;
	workspace_close(&scratch);
	return (int) rint(sum);
}

double
effective_objects(const Ensemble *ensemble, int fold, Workspace *workspace)
{
	const bool	*skip = fold_skip(ensemble, fold, workspace);
	const float *weight = fold_weight(ensemble, fold);
	double		 sum = 0.0, squares = 0.0;

	for (int i = 0; i < ensemble->set->n_rows; i++)
	{
		double w = weight ? weight[i] : 1.0;

		if (skip[i])
			continue;
		sum += w;
		squares += w * w;
	}
	return sum * sum / squares;
}
