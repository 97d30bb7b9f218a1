/*
 * density_ratio.h
 *		Weights that make a training set look like the survey to be classified.
 */
#ifndef PLASTICC_CORE_TRAIN_DENSITY_RATIO_H
#define PLASTICC_CORE_TRAIN_DENSITY_RATIO_H

#include "core/base/workspace.h"

#define IMPORTANCE_MAX_COLUMNS 8

/* Before the division by their mean, weights are within [1 / this, this]. */
#define IMPORTANCE_MAX_WEIGHT 10.0

/*
 * weights[n_training], of mean 1: the density of the target sample over that of
 * the training sample at each training object, as a histogram tells it.
 *
 * training is [n_training][n_columns] and target [n_target][n_columns], the
 * same columns of both, such as redshift and deep-field flag; n_training and
 * n_target > 0, 1 <= n_columns <= IMPORTANCE_MAX_COLUMNS.
 *
 * A column is divided into bins: one for NaN; one for each value if there are
 * no more than 8, as of flags; else one for exactly 0 (a redshift of 0 means
 * the Milky Way), and for the rest 2 to 16 bins between quantiles of both
 * samples together, either counting one half.  Their number is such that a cell
 * of all columns' bins would on average have 30 training objects.
 *
 * The weight of a cell is (t + s q) / (r + s q), with t and r its shares of the
 * target and the training sample, q = (t + r) / 2, and s = occupied cells /
 * objects of the smaller sample: in every cell, on average, one object more of
 * each sample, which are distributed alike.  Samples in the same proportions get
 * weights of exactly 1; a cell that only one sample has, a finite one.
 *
 * The weights depend on the sets of rows, not on their order.
 */
extern void importance_weights(int n_training, const double *training, int n_target,
							   const double *target, int n_columns, double *weights,
							   Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_DENSITY_RATIO_H */
