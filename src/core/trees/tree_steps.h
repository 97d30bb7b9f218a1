/*
 * tree_steps.h
 *		Boosted trees of a row of which one input after the other changes.
 *
 * An index from inputs to the trees that split on them, and the leaf in which the row is in each
 * tree: a step costs a descent in every tree that reads the input, and no tree is looked at
 * otherwise.  The index takes up to four bytes a split.
 */
#ifndef PLASTICC_CORE_TREES_TREE_STEPS_H
#define PLASTICC_CORE_TREES_TREE_STEPS_H

#include "core/base/workspace.h"
#include "core/trees/booster.h"

typedef struct TreeSteps TreeSteps;

extern TreeSteps *tree_steps(int n_boosters, const Booster *boosters, int n_inputs, int n_classes,
							 Workspace *workspace);

/*
 * Goes to the row inputs [n_inputs], NaN = missing.  Here and below change [n_classes] is
 * increased by what the sum of the boosters' logits, without their bases, is larger afterwards;
 * it is 0 before the first row.
 */
extern void start_trees(TreeSteps *steps, const float *inputs, double *change);

/* Replaces the row's input j. */
extern void replace_tree_input(TreeSteps *steps, int j, float value, double *change);

#endif /* PLASTICC_CORE_TREES_TREE_STEPS_H */
