/*
 * boosting.h
 *		Feature selection by gradient-boosted trees.
 *
 * Dense networks lose accuracy when most of many inputs are uninformative; trees
 * split on the informative ones.
 */
#ifndef PLASTICC_CORE_TREES_BOOSTING_H
#define PLASTICC_CORE_TREES_BOOSTING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"
#include "core/trees/tree_sample.h"

/*
 * gain [n_inputs]: total reduction of the cross-entropy by splits on the input
 * (second-order approximation: Chen and Guestrin, arXiv:1603.02754, equation 7); 0 for
 * inputs that no tree uses.  Leaves are vectors with a value for each class.
 */
extern void boosted_tree_gains(const TreeSample *sample, int64_t seed, Workspace *workspace,
							   double *gain);

/*
 * chosen [n], ascending: of the inputs marked in eligible [n_inputs], at least n, those of
 * the largest gain; ties are resolved in favour of the lower index.
 */
extern void choose_by_trees(const TreeSample *sample, int64_t seed, const bool *eligible, int n,
							Workspace *workspace, int32_t *chosen);

#endif /* PLASTICC_CORE_TREES_BOOSTING_H */
