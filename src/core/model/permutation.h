/*
 * permutation.h
 *		What a model makes of objects some of whose inputs are another object's.
 *
 * For permutation importance (Breiman, "Random forests", Machine Learning 45,
 * 2001; Fisher, Rudin and Dominici, arXiv:1801.01489), which asks it of each
 * input in turn.  The first layer, by far the largest when features are many,
 * is applied once to all objects; afterwards only what the changed inputs add to it is.
 */
#ifndef PLASTICC_CORE_MODEL_PERMUTATION_H
#define PLASTICC_CORE_MODEL_PERMUTATION_H

#include <stdint.h>

#include "core/model/model.h"
#include "core/base/workspace.h"

typedef struct PermutedClassifier PermutedClassifier;

/*
 * For inputs [n_rows][preprocessing_inputs()] and their sides of the model's gate
 * [n_rows], which stay the caller's and must remain, to be classified at most max_block objects at
 * a time with at most max_columns columns changed.  Takes memory for the first layer's outputs of
 * all objects.
 */
extern PermutedClassifier *permuted_classifier(const Model *model, int n_rows, const float *inputs,
											   const uint8_t *side, int max_block, int max_columns,
											   Workspace *workspace);

/*
 * Class probabilities [n][n_classes] of the n <= max_block objects from first
 * on, in which object i has, in the n_columns <= max_columns given columns of its inputs,
 * the values of object permutation[i], the gate's side included.
 */
extern void classify_permuted(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
							  const int32_t *permutation, int first, int n, float *probabilities);

#endif /* PLASTICC_CORE_MODEL_PERMUTATION_H */
