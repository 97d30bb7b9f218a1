/*
 * permutation.h
 *		Classification of objects with permuted inputs.
 *
 * For permutation importance (Breiman, "Random forests", Machine Learning 45,
 * 2001; Fisher, Rudin and Dominici, arXiv:1801.01489), which permutes each input in
 * turn.  The first layer, by far the largest if there are many features, is applied to
 * all objects only once; then only the contribution of the permuted inputs is updated.
 * Likewise only the trees that read a permuted input are evaluated again.
 */
#ifndef PLASTICC_CORE_MODEL_PERMUTATION_H
#define PLASTICC_CORE_MODEL_PERMUTATION_H

#include <stdint.h>

#include "core/model/model.h"
#include "core/base/workspace.h"

typedef struct PermutedClassifier PermutedClassifier;

/* The objects to permute: arrays that belong to the caller and must outlive the classifier. */
typedef struct PermutedObjects
{
	int			   n_rows;
	const float	  *inputs;		/* [n_rows][preprocessing_inputs()] */
	const float	  *tree_inputs; /* [n_rows][n_tree_inputs], features; NULL without boosters */
	const uint8_t *side;		/* [n_rows], of the model's gate */
} PermutedObjects;

/*
 * For calls with at most max_block objects and max_columns permuted columns.  Allocates
 * memory for the first layer's outputs of all objects.
 */
extern PermutedClassifier *permuted_classifier(const Model *model, const PermutedObjects *objects,
											   int max_block, int max_columns,
											   Workspace *workspace);

/*
 * Computes class probabilities [n][n_classes] of n <= max_block objects from first on.
 * In the n_columns <= max_columns given columns, object i has the values of object
 * permutation[i], and also its side if they include the gate's feature.  Columns are
 * counted through the inputs and then the tree inputs.
 */
extern void classify_permuted(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
							  const int32_t *permutation, int first, int n, float *probabilities);

#endif /* PLASTICC_CORE_MODEL_PERMUTATION_H */
