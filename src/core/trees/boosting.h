/*
 * boosting.h
 *		Gradient boosting of trees.
 */
#ifndef PLASTICC_CORE_TREES_BOOSTING_H
#define PLASTICC_CORE_TREES_BOOSTING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"
#include "core/trees/booster.h"
#include "core/trees/tree_sample.h"

/* Names are those of XGBoost. */
typedef struct BoostingOptions
{
	int	   rounds;
	int	   max_depth;		 /* at most TREE_MAX_DEPTH */
	int	   most_rows;		 /* of more, a random subset is used, and bins of all rows are not */
	int	   most_tree_rows;	 /* of a single tree */
	double eta;				 /* factor of the values of leaves */
	double subsample;		 /* fraction of the rows, drawn for each tree */
	double colsample;		 /* fraction of the inputs, likewise */
	int	   least_inputs;	 /* at least so many inputs */
	double lambda;			 /* added to the Hessian of a node */
	double min_child_weight; /* least Hessian of a node, summed over its rows and classes, > 0 */
} BoostingOptions;

/*
 * Called after each round with the sample that is used and its logits
 * [n_rows + n_held_out][n_classes]; returns whether to go on.
 */
typedef bool (*RoundCallback)(int round, const TreeSample *sample, const float *logits,
							  void *argument);

/*
 * Minimises the cross-entropy of the sample's rows.  A tree has a leaf value for each
 * class, a Newton step from the gradients and Hessians of its rows.
 *
 * gain [n_inputs]: total reduction of the cross-entropy by splits on the input
 * (second-order approximation: Chen and Guestrin, arXiv:1603.02754, equation 7); 0 for
 * inputs that no tree uses.
 *
 * The trees are stored in booster, allocated in the workspace; NULL if only the gains
 * matter, which is required if the sample comes with its bins.  callback may be NULL.
 */
extern void boost_trees(const TreeSample *sample, const BoostingOptions *options, int64_t seed,
						Workspace *workspace, double *gain, Booster *booster,
						RoundCallback callback, void *argument);

/*
 * Replaces logits [n_classes] of the sample's row by probabilities; those of closed classes
 * are 0.
 */
extern void tree_softmax(const TreeSample *sample, int row, float *logits);

#endif /* PLASTICC_CORE_TREES_BOOSTING_H */
