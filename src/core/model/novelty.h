/*
 * novelty.h
 *		How unlike the training set of a model an object is.
 *
 * An object counts as unlike the others by its distance to the second nearest of them (the
 * outliers of Ramaswamy, Rastogi and Shim, "Efficient algorithms for mining outliers from large
 * data sets", SIGMOD 2000), in what the model makes of them: the Hellinger distance of the
 * probabilities of the classes, sqrt(1 - sum over classes of sqrt(p q)), 0 to 1.  An object of no
 * class that the model knows is often given a mixture of classes that none of training had.
 */
#ifndef PLASTICC_CORE_MODEL_NOVELTY_H
#define PLASTICC_CORE_MODEL_NOVELTY_H

#include "core/model/reference.h"

/*
 * The neighbours that n_rows > 0 training objects in random order make, of which the first are
 * kept, with probabilities [n_rows][n_classes].
 */
extern Neighbours fit_neighbours(int n_rows, int n_classes, const float *probabilities,
								 Workspace *workspace);

/* The distance of probabilities [n_classes] to the second nearest neighbour; 1 if there is none. */
extern double neighbour_distance(const Neighbours *neighbours, int n_classes,
								 const float *probabilities);

/* The fraction of training objects of which knot k of the neighbours' distances is the quantile:
 * most knots are among the farthest objects. */
extern double novelty_level(int k);

/* The fraction of training objects that are less far from the others than the object: 0 to 1. */
extern double novelty(const Neighbours *neighbours, int n_classes, const float *probabilities);

#endif /* PLASTICC_CORE_MODEL_NOVELTY_H */
