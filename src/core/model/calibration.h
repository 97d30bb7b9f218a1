/*
 * calibration.h
 *		Makes class probabilities honest, and measures how honest they are.
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
	const float	  *log_probabilities; /* [n_rows][n_classes]; less than ln 1e-15 counts as that */
	const int32_t *target;			  /* [n_rows], index of the class */
	const float	  *weight;			  /* [n_rows], > 0, or NULL for all 1 */
} CalibrationSet;

/*
 * How many objects the prior of fit_calibration counts as.  On out-of-fold
 * predictions of one network for 6,277 real objects of 14 classes, fitted to the
 * challenge's weighted log loss on four folds and measured on the fifth:
 *
 *	prior_objects				  ~0	  1		  4		 16		 64		256	   1e4	 none fitted
 *	trained with that loss		0.598	0.598	0.598	0.598	0.598	0.599	0.599	0.599
 *	trained without weights		0.599	0.604	0.621	0.655	0.700	0.752	0.844	0.855
 *
 * The second network needs multipliers of up to 18, which the prior should not
 * forbid; the first has little to gain and must not lose.
 */
#define CALIBRATION_PRIOR_OBJECTS 1.0

/*
 * Finds the calibration that minimises the weighted mean of -ln p(target) plus
 * a prior that draws towards the identity,
 *
 *		(prior_objects / 2) * (m * (inverse_temperature - 1)^2 +
 *							   sum_c m_c * (log_multipliers[c] - mean)^2),
 *
 * in which m = sum w^2 / (sum w)^2 is the mean share of an object in the weight
 * of all, m_c = sum_c w^2 / (sum_c w * sum w) that of an object of class c, and
 * mean that of all multipliers by their classes' effective numbers of objects,
 * (sum_c w)^2 / sum_c w^2.  As an object curves the loss in its class's multiplier by
 * at most 1/4 of its share, few objects cannot draw the multiplier of their class
 * far from those of the others, whatever the class weighs, and among many the
 * prior vanishes.  A common factor of all multipliers changes no probability; it
 * is such that mean is 0.
 *
 * The problem is convex; Newton's method solves it.  inverse_temperature is at
 * least CALIBRATION_MIN_INVERSE_TEMPERATURE.  prior_objects > 0; n_rows > 0.
 * Returns the mean loss at the solution, without the prior.
 */
#define CALIBRATION_MIN_INVERSE_TEMPERATURE 0.05

extern double fit_calibration(const CalibrationSet *set, double prior_objects,
							  Calibration *calibration, Workspace *workspace);

/* The same with log_multipliers of 0, the temperature alone being fitted. */
extern double fit_temperature(const CalibrationSet *set, double prior_objects,
							  Calibration *calibration, Workspace *workspace);

/*
 * probabilities [n_rows][n_classes] of log_probabilities of the same shape,
 * which may be the same array.
 */
extern void calibrate(const Calibration *calibration, int n_rows, int n_classes,
					  const float *log_probabilities, float *probabilities);

#endif /* PLASTICC_CORE_MODEL_CALIBRATION_H */
