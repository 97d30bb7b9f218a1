/*
 * calibration.h
 *		Calibration of class probabilities.
 */
#ifndef PLASTICC_CORE_MODEL_CALIBRATION_H
#define PLASTICC_CORE_MODEL_CALIBRATION_H

#include <stdint.h>

#include "core/base/workspace.h"

/*
 * Calibrated p_c is proportional to exp(log_multipliers[c]) * p_c^inverse_temperature:
 * temperature scaling (Guo et al., "On calibration of modern neural networks",
 * ICML 2017, arXiv:1706.04599) with a bias for each class.
 */
typedef struct Calibration
{
	double	inverse_temperature;
	double *log_multipliers; /* [n_classes] */
} Calibration;

/* Predictions for objects that the predicting model was not trained on. */
typedef struct CalibrationSet
{
	int			   n_rows;
	int			   n_classes;
	const float	  *log_probabilities; /* [n_rows][n_classes], clipped to at least ln 1e-15 */
	const int32_t *target;			  /* [n_rows], index of the class */
	const float	  *weight;			  /* [n_rows], > 0, or NULL for all 1 */
} CalibrationSet;

/*
 * The weight of fit_calibration's prior, in objects.  Weighted log loss of the challenge
 * on out-of-fold predictions of one network for 6,277 real objects of 14 classes, fitted
 * on four folds and measured on the fifth:
 *
 *	prior_objects				  ~0	  1		  4		 16		 64		256	   1e4	 none fitted
 *	trained with that loss		0.598	0.598	0.598	0.598	0.598	0.599	0.599	0.599
 *	trained without weights		0.599	0.604	0.621	0.655	0.700	0.752	0.844	0.855
 *
 * The second network needs multipliers of up to 18, which the prior must allow; the
 * first gains little, and its loss must not increase.
 */
#define CALIBRATION_PRIOR_OBJECTS 1.0

/*
 * Fits the calibration that minimises the weighted mean of -ln p(target) plus a prior
 * that shrinks it towards the identity,
 *
 *		(prior_objects / 2) * (m * (inverse_temperature - 1)^2 +
 *							   sum_c m_c * (log_multipliers[c] - mean)^2),
 *
 * where m = sum w^2 / (sum w)^2 is the mean fraction of the total weight that an object
 * has, m_c = sum_c w^2 / (sum_c w * sum w) that of an object of class c, and mean the
 * mean of the logarithms weighted by the classes' effective numbers of objects,
 * (sum_c w)^2 / sum_c w^2.  An object contributes at most 1/4 of its fraction to the
 * loss's second derivative in its class's multiplier.  So the multiplier of a class
 * with few objects stays close to the others, whatever the weight of the class, and
 * with many objects the prior is negligible.  A common factor of all multipliers
 * changes no probability; it is chosen such that mean is 0.
 *
 * The problem is convex and solved by Newton's method.  inverse_temperature is at
 * least CALIBRATION_MIN_INVERSE_TEMPERATURE.  prior_objects > 0; n_rows > 0.
 * Returns the mean loss at the solution, without the prior.
 */
#define CALIBRATION_MIN_INVERSE_TEMPERATURE 0.05

extern double fit_calibration(const CalibrationSet *set, double prior_objects,
							  Calibration *calibration, Workspace *workspace);

/* Fits the temperature only; log_multipliers are 0. */
extern double fit_temperature(const CalibrationSet *set, double prior_objects,
							  Calibration *calibration, Workspace *workspace);

/*
 * Computes calibrated probabilities [n_rows][n_classes] from log_probabilities of the
 * same shape; both may be the same array.
 */
extern void calibrate(const Calibration *calibration, int n_rows, int n_classes,
					  const float *log_probabilities, float *probabilities);

#endif /* PLASTICC_CORE_MODEL_CALIBRATION_H */
