/*
 * domain_classifier.h
 *		Importance weights of training objects for a target sample, by a classifier that
 *		tells the two samples apart.
 */
#ifndef PLASTICC_CORE_TRAIN_DOMAIN_CLASSIFIER_H
#define PLASTICC_CORE_TRAIN_DOMAIN_CLASSIFIER_H

#include <stdint.h>

#include "core/base/workspace.h"

/* The training rows, then those of the target sample; both > 0. */
typedef struct Domains
{
	int					n_training;
	int					n_target;
	int					n_features;
	const float *const *features; /* of each row; NaN or infinite = missing */
	const int32_t	   *group; /* [n_training], index of the first row of the same object; NULL if
								* each row is an object */
} Domains;

#define SEPARATING_FEATURES 10

/* A feature in which the samples differ. */
typedef struct SeparatingFeature
{
	int	   feature;
	double gain; /* of its splits, as a part of that of all splits */
} SeparatingFeature;

/* How well the classifier tells the samples apart, and by what. */
typedef struct Separation
{
	double			  auc; /* area under the ROC curve, out of fold; 0.5 if they are alike */
	int				  n_features;
	SeparatingFeature features[SEPARATING_FEATURES]; /* [n_features], descending by gain, > 0 */
} Separation;

/*
 * weights [n_training], with mean 1: the square root of the ratio of the target sample's density
 * to the training sample's at each training row.  The ratio is the odds p / (1 - p) of a
 * classifier trained on both samples with equal total weights (Bickel, Brueckner and Scheffer
 * 2007, "Discriminative learning for differing training and test distributions"), limited to
 * [1 / IMPORTANCE_MAX_WEIGHT, IMPORTANCE_MAX_WEIGHT]; the root flattens the weights (Shimodaira
 * 2000, "Improving predictive inference under covariate shift by weighting the log-likelihood
 * function").
 *
 * The classifier is boosted trees, and each row's odds come from trees that were not trained on
 * its fold, nor on any row of its object.  The number of rounds is that of the least loss out of
 * fold: samples that are alike get weights of about 1.
 */
extern void classifier_weights(const Domains *domains, int64_t seed, double *weights,
							   Separation *separation, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_DOMAIN_CLASSIFIER_H */
