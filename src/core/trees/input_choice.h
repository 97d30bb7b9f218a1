/*
 * input_choice.h
 *		Feature selection by gradient-boosted trees.
 *
 * Dense networks lose accuracy when most of many inputs are uninformative; trees
 * split on the informative ones.
 */
#ifndef PLASTICC_CORE_TREES_INPUT_CHOICE_H
#define PLASTICC_CORE_TREES_INPUT_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"
#include "core/trees/tree_sample.h"

/* With more rows, trees are fitted to a random subset, and bins of all rows are not used. */
#define CHOICE_MAX_ROWS 65536

/* gain [n_inputs] of boost_trees, for the choice of inputs. */
extern void boosted_tree_gains(const TreeSample *sample, int64_t seed, Workspace *workspace,
							   double *gain);

/*
 * chosen [n], ascending: of the inputs marked in eligible [n_inputs], at least n, those of
 * the largest gain; ties are resolved in favour of the lower index.
 */
extern void choose_by_trees(const TreeSample *sample, int64_t seed, const bool *eligible, int n,
							Workspace *workspace, int32_t *chosen);

#endif /* PLASTICC_CORE_TREES_INPUT_CHOICE_H */
