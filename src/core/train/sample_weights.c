/*
 * sample_weights.c
 *		Importance weights of an ensemble's training rows for a target sample.
 */
#include "core/train/sample_weights.h"

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

void
target_weights(const Ensemble *ensemble, int fold, const TargetSample *sample, float *weight,
			   Workspace *workspace)
{
	const TrainingSet *set = ensemble->set;
	const bool		  *skip = fold_skip(ensemble, fold, workspace);
	size_t			   n_columns = sample->n_columns;
	int				  *rows = workspace_array(workspace, int, set->n_rows);
	double			  *weights = workspace_array(workspace, double, set->n_rows);
	double			  *training = workspace_array(workspace, double, set->n_rows *n_columns);
	int				   n = 0;

	for (int i = 0; i < set->n_rows; i++)
	{
		weight[i] = set->weight ? set->weight[i] : 1.0f;
		if (skip[i])
			continue;
		memcpy(training + n * n_columns, sample->training + i * n_columns,
			   sizeof(double) * n_columns);
		rows[n++] = i;
	}
	if (n == 0)
		return;
	importance_weights(n, training, sample->n_target, sample->target, sample->n_columns, weights,
					   workspace);
	if (ensemble->options->loss == LOSS_WEIGHTED)
		balance_classes(set, n, rows, weights, workspace);
	for (int k = 0; k < n; k++)
		weight[rows[k]] *= (float) weights[k];
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
