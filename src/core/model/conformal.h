/*
 * conformal.h
 *		Sets of classes that hold the true one with a wanted probability.
 *
 * Split conformal prediction (Vovk, Gammerman and Shafer, "Algorithmic learning in a random
 * world", 2005), with the probability of a class as its score, which gives the smallest sets
 * on average (Sadinle, Lei and Wasserman, "Least ambiguous set-valued classifiers with bounded
 * error levels", JASA 114, 2019).  Of n unseen objects like those that are classified, and the
 * k-th smallest of the probabilities that they were given of their true classes, k the largest
 * integer <= (n + 1) (1 - coverage), the set has the classes whose probability is not less.
 */
#ifndef PLASTICC_CORE_MODEL_CONFORMAL_H
#define PLASTICC_CORE_MODEL_CONFORMAL_H

#include "core/model/reference.h"

/*
 * The least probability of a class in the set, 0 < coverage < 1, from the objects of class c, or
 * for c = n_classes of all; 0, which puts the class into every set, if there are too few for
 * this coverage.
 */
extern double conformal_threshold(const Conformal *conformal, int c, double coverage);

#endif /* PLASTICC_CORE_MODEL_CONFORMAL_H */
