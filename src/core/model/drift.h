/*
 * drift.h
 *		How the distribution of features has changed since training: population stability
 *		index and Kolmogorov-Smirnov distance.
 */
#ifndef PLASTICC_CORE_MODEL_DRIFT_H
#define PLASTICC_CORE_MODEL_DRIFT_H

#include "core/model/reference.h"

/*
 * Objects counted by the values of a feature: at[k] those equal to knot k of the reference,
 * the first of equal ones, and below[k] those between it and the knot before; below
 * [REFERENCE_KNOTS] are those above all knots.
 */
typedef struct DriftCounts
{
	double at[REFERENCE_KNOTS];
	double below[REFERENCE_KNOTS + 1];
	double missing;
} DriftCounts;

/*
 * Adds an object: counts [reference->n_features], features those of the model's feature arrays.
 */
extern void count_drift(const Reference *reference, const float *features, DriftCounts *counts);

typedef struct Drift
{
	double psi;
	double ks;
	double missing; /* fraction of the objects in which the feature is missing */
} Drift;

/*
 * The drift of feature j of the reference, from counts of at least one object.
 *
 * psi is the sum over bins of (q - p) ln(q / p), p and q being the fractions of training and
 * counted objects: of ten bins between the deciles of the training objects, fewer if these
 * coincide, and one for missing values; fractions below 1e-4 count as that.
 *
 * ks is the largest difference between the cumulative distributions of values that are not
 * missing, at the knots, which are a sixtieth of the training objects apart; NaN where all
 * values of either are missing.
 */
extern Drift feature_drift(const Reference *reference, int j, const DriftCounts *counts);

#endif /* PLASTICC_CORE_MODEL_DRIFT_H */
