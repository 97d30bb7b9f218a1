/*
 * figures.h
 *		How good class probabilities are: figures of each class and of all, and curves over
 *		the threshold.
 *
 * A figure that is not defined, such as the recall of a class without objects, is NaN.  Each
 * object counts as much as it weighs.
 */
#ifndef PLASTICC_CORE_SCORE_FIGURES_H
#define PLASTICC_CORE_SCORE_FIGURES_H

#include "core/base/workspace.h"
#include "core/score/evaluation.h"

/* Objects of equal probability of a class, or of one bin: their weight. */
typedef struct ScoreStep
{
	double	threshold; /* the probability, or the least of the bin */
	int64_t own;	   /* of the class's objects, in units */
	int64_t other;
} ScoreStep;

/*
 * The objects whose probability of a class is at least a threshold, from the highest
 * threshold that any object reaches to the lowest.
 */
typedef struct ScoreCurve
{
	double threshold;		/* NaN before the first step */
	double true_positives;	/* weight of the class's objects among them */
	double false_positives; /* of the other ones */
	double positives;		/* weight of all objects of the class, and of all others */
	double negatives;

	/* private */
	int				 n_left; /* steps to come */
	const ScoreStep *next;
} ScoreCurve;

extern ScoreCurve score_curve(const Evaluation *evaluation, int class, Workspace *workspace);
extern bool		  score_curve_next(ScoreCurve *curve);

static inline double
curve_precision(const ScoreCurve *curve)
{
	return curve->true_positives / (curve->true_positives + curve->false_positives);
}

/* Harmonic mean of precision and recall; NaN without objects of the class. */
static inline double
curve_f1(const ScoreCurve *curve)
{
	return 2.0 * curve->true_positives /
		   (curve->positives + curve->true_positives + curve->false_positives);
}

typedef struct Figures
{
	int64_t support; /* number of objects */

	/* of the most probable class */
	double precision;
	double recall;
	double f1;

	/* over all thresholds of the probability */
	double roc_auc;
	double
		average_precision; /* mean over the class's objects of the precision at their probability;
							* within bins, at their mean place if the order is random */
	double best_threshold; /* at which F1 is largest, the highest if there are several */
	double best_f1;

	double brier;
	double log_loss;
	double calibration_error;
	double accuracy;		  /* NaN of a class */
	double weighted_log_loss; /* likewise */
} Figures;

/*
 * Of a class against the rest: brier is the mean over all objects of (p - 1)^2 or p^2, log_loss
 * that of -ln p over its own, calibration_error that of its probability (Kull et al. 2019,
 * "classwise").
 */
extern Figures class_figures(const Evaluation *evaluation, int class, Workspace *workspace);

/*
 * Of all classes, given the figures of each: precision to average_precision and best_f1 are means
 * over the classes that have objects, where a precision without predictions counts as 0; there is
 * no best_threshold; brier is the sum over the classes, log_loss the mean over objects,
 * weighted_log_loss that over classes with these weights, and calibration_error that of the most
 * probable class (Guo et al. 2017).
 */
extern Figures overall_figures(const Evaluation *evaluation, const Figures *classes,
							   const double *class_weights);

#endif /* PLASTICC_CORE_SCORE_FIGURES_H */
