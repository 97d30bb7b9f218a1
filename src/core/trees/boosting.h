/*
 * boosting.h
 *		Which inputs tell the classes apart, as gradient-boosted trees see it.
 *
 * Networks use a bit of every input, which costs them where few inputs matter
 * and many are noise; trees look for the ones that do.
 */
#ifndef PLASTICC_CORE_TREES_BOOSTING_H
#define PLASTICC_CORE_TREES_BOOSTING_H

#include <stdint.h>

#include "core/base/workspace.h"
#include "core/trees/tree_sample.h"

/*
 * gain[n_inputs]: by how much all splits by the input lower the cross-entropy of
 * boosted trees (second-order approximation: Chen and Guestrin,
 * arXiv:1603.02754, equation 7); 0 for inputs that no tree uses.  A
 * tree has a vector of all classes in each leaf.
 */
extern void boosted_tree_gains(const TreeSample *sample, int64_t seed, Workspace *workspace,
							   double *gain);

/*
 * chosen [n], ascending: the inputs of the largest gain, of equal ones those that come
 * first; n is at most n_inputs.
 */
extern void choose_by_trees(const TreeSample *sample, int64_t seed, int n, Workspace *workspace,
							int32_t *chosen);

#endif /* PLASTICC_CORE_TREES_BOOSTING_H */
