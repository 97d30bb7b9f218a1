/*
 * sample_weights.h
 *		Importance weights of an ensemble's training rows for a target sample.
 */
#ifndef PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H
#define PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H

#include "core/train/ensemble.h"
#include "core/train/density_ratio.h"
#include "core/train/domain_classifier.h"

/*
 * The objects to be classified, and what training rows are compared with them in: columns, by
 * importance_weights, or, without columns, all features, by classifier_weights.  NaN = missing.
 */
typedef struct TargetSample
{
	int			  n_columns; /* 0 to IMPORTANCE_MAX_COLUMNS */
	const double *training;	 /* [n_rows of the training set][n_columns] */
	int			  n_target;	 /* > 0 */
	const double *target;	 /* [n_target][n_columns] */
	const float	 *features;	 /* [n_target][n_features], without columns */
} TargetSample;

/*
 * weight [n_rows] = the set's weights, multiplied by importance weights for the fold's
 * training rows.  Only those are compared with the target sample; held-out rows keep
 * the set's weights.  separation is set if all features are compared.
 *
 * In the weighted loss the total weight of a class is fixed, however many objects of
 * it the target sample has: there, importance weights are scaled to mean 1 within each
 * class.
 */
extern void target_weights(const Ensemble *ensemble, int fold, const TargetSample *sample,
						   float *weight, Separation *separation, Workspace *workspace);

/*
 * Rows of the set, of which each counts by its weight, the heaviest of each object as 1; rounded.
 * So copies of little weight do not count as much as an object's own row.
 */
extern int weighted_rows(const TrainingSet *set, Workspace *workspace);

/* Effective number of the fold's training rows, (sum w)^2 / sum w^2 (Kish 1965). */
extern double effective_objects(const Ensemble *ensemble, int fold, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H */
