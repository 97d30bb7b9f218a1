/*
 * scoring.h
 *		Scores of class probabilities: the challenge's log loss and the expected
 *		calibration error.
 */
#ifndef PLASTICC_CORE_MODEL_SCORING_H
#define PLASTICC_CORE_MODEL_SCORING_H

/* The challenge clips probabilities to [SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY]. */
#define SMALLEST_PROBABILITY 1e-15
#define LOG_SMALLEST_PROBABILITY (-34.538776394910684)

/* The index of the largest of n probabilities, the first in case of ties. */
extern int most_probable(const float *probabilities, int n);

/*
 * -ln of the probability of an object's true class; the n probabilities, which must not be
 * negative, are divided by their sum, then clipped.
 */
extern double object_log_loss(const float *probabilities, int n, int target);

/* The weighted mean over classes of their objects' mean losses; initialise with zeros. */
typedef struct WeightedLoss
{
	double loss;   /* sum of weight * mean loss */
	double weight; /* sum over classes with objects */
} WeightedLoss;

/* Adds a class, given the summed loss of its objects; ignored without objects. */
extern void add_class_loss(WeightedLoss *sum, double weight, double loss, double n_objects);

/* The weighted log loss; NaN if the weights sum to 0. */
extern double weighted_log_loss(const WeightedLoss *sum);

/*
 * Expected calibration error: the weighted mean over bins of |accuracy - mean
 * confidence|, with 15 bins of equal width in the confidence, which is the largest
 * probability (Guo et al. 2017, section 2).
 */
#define CALIBRATION_BINS 15

typedef struct ConfidenceBin
{
	double weight;	   /* sum over the objects */
	double correct;	   /* sum of weights of objects whose most probable class is the true one */
	double confidence; /* sum of weight * confidence */
} ConfidenceBin;

/* The bin i of 0 < confidence <= 1, with i < 15 * confidence <= i + 1. */
extern int confidence_bin(double confidence);

/* Adds an object to its bin. */
extern void add_to_confidence_bins(ConfidenceBin bins[CALIBRATION_BINS], int n_classes,
								   const float *probabilities, int target, double weight);

/* The error; NaN if the weights sum to 0. */
extern double calibration_error(const ConfidenceBin bins[CALIBRATION_BINS]);

#endif /* PLASTICC_CORE_MODEL_SCORING_H */
