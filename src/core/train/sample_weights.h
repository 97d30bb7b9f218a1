/*
 * sample_weights.h
 *		Weights with which an ensemble's training rows look like the objects to
 *		be classified.
 */
#ifndef PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H
#define PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H

#include "core/train/ensemble.h"
#include "core/train/density_ratio.h"

/* The columns in which the samples are compared, of both: NaN = missing. */
typedef struct SurveySample
{
	int			  n_columns; /* 1 to IMPORTANCE_MAX_COLUMNS */
	const double *training;	 /* [n_rows of the training set][n_columns] */
	int			  n_target;	 /* > 0 */
	const double *target;	 /* [n_target][n_columns] */
} SurveySample;

/*
 * weight [n_rows] = the set's own weights, times importance_weights of the rows that
 * the fold's networks learn from, which alone are compared with the target.  Rows held
 * out keep their own.
 *
 * In the weighted loss the challenge gives each class its weight, however many
 * objects the survey has of it: there, importance weights have the mean 1 within each class.
 */
extern void survey_weights(const Ensemble *ensemble, int fold, const SurveySample *sample,
						   float *weight, Workspace *workspace);

/* (sum w)^2 / sum w^2 of the rows that the fold's networks learn from (Kish 1965). */
extern double effective_objects(const Ensemble *ensemble, int fold, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_SAMPLE_WEIGHTS_H */
