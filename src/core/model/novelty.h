/*
 * novelty.h
 *		How unlike the training set of a model an object is.
 *
 * As in ECOD (Li et al., "ECOD: unsupervised outlier detection using empirical cumulative
 * distribution functions", IEEE TKDE 35, 2023), features are taken for independent, and each
 * counts by how far out in its distribution in training the object's value is.  Here it counts by
 * the two-sided tail probability, and a value that is missing, or is not, by how often that was so.
 */
#ifndef PLASTICC_CORE_MODEL_NOVELTY_H
#define PLASTICC_CORE_MODEL_NOVELTY_H

#include "core/model/reference.h"

/*
 * The mean over the features that the model reads of -ln of these probabilities, >= 0; 0 without
 * features.  features are all of the object's; NaN and infinite ones are missing.
 */
extern double unlikeliness(const Reference *reference, const float *features);

/* The fraction of training objects of which knot k of the reference's unlikeliness is the quantile:
 * most knots are among the least likely objects. */
extern double novelty_level(int k);

/* The fraction of training objects that are less unlikely than the object: 0 to 1. */
extern double novelty(const Reference *reference, const float *features);

#endif /* PLASTICC_CORE_MODEL_NOVELTY_H */
