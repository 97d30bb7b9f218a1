/*
 * density_ratio.h
 *		Importance weights of training objects for a target sample.
 */
#ifndef PLASTICC_CORE_TRAIN_DENSITY_RATIO_H
#define PLASTICC_CORE_TRAIN_DENSITY_RATIO_H

#include "core/base/workspace.h"

#define IMPORTANCE_MAX_COLUMNS 8

/* Weights are clipped to [1 / this, this] before they are divided by their mean. */
#define IMPORTANCE_MAX_WEIGHT 10.0

/*
 * weights [n_training], with mean 1: the ratio of the target sample's density to the
 * training sample's at each training object, estimated by a histogram.
 *
 * training is [n_training][n_columns], target [n_target][n_columns], with the same
 * columns, such as redshift and deep-field flag; n_training and n_target > 0,
 * 1 <= n_columns <= IMPORTANCE_MAX_COLUMNS.
 *
 * Each column is binned: one bin for NaN; one for each value if there are at most 8
 * different ones, as for flags; otherwise one for exactly 0 (redshift 0 means the
 * Milky Way) and 2 to 16 bins for the other values, delimited by quantiles of the
 * pooled samples, each sample contributing one half.  The number of bins is chosen so
 * that a cell of the joint histogram has 30 training objects on average.
 *
 * The weight of a cell is (t + s q) / (r + s q), where t and r are the fractions of
 * the target and the training sample in the cell, q = (t + r) / 2, and s = occupied
 * cells / objects in the smaller sample: smoothing that adds on average one object of
 * each sample to a cell.  Identically distributed samples get weights of exactly 1,
 * and the weight of a cell occupied by one sample only is finite.
 *
 * The weights do not depend on the order of the rows.
 */
extern void importance_weights(int n_training, const double *training, int n_target,
							   const double *target, int n_columns, double *weights,
							   Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_DENSITY_RATIO_H */
