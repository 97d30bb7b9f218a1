/*
 * sample_weights.h
 *		Importance weights of an ensemble's training rows for a target sample.
 */
#ifndef PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H
#define PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H

#include "core/train/ensemble.h"
#include "core/train/density_ratio.h"

/* The objects to be classified, and the columns in which training rows are compared with them;
 * NaN = missing. */
typedef struct TargetSample
{
	int			  n_columns; /* 1 to IMPORTANCE_MAX_COLUMNS */
	const double *training;	 /* [n_rows of the training set][n_columns] */
	int			  n_target;	 /* > 0 */
	const double *target;	 /* [n_target][n_columns] */
} TargetSample;

/*
 * weight [n_rows] = the set's weights, multiplied by importance_weights for the fold's
 * training rows.  Only those are compared with the target sample; held-out rows keep
 * the set's weights.
 *
 * In the weighted loss the total weight of a class is fixed, however many objects of
 * it the target sample has: there, importance weights are scaled to mean 1 within each
 * class.
 */
extern void target_weights(const Ensemble *ensemble, int fold, const TargetSample *sample,
						   float *weight, Workspace *workspace);

/* Effective number of the fold's training rows, (sum w)^2 / sum w^2 (Kish 1965). */
extern double effective_objects(const Ensemble *ensemble, int fold, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H */
