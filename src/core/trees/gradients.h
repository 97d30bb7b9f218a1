/*
 * gradients.h
 *		Gradients of a tree's rows, and their projections.
 */
#ifndef PLASTICC_CORE_TREES_GRADIENTS_H
#define PLASTICC_CORE_TREES_GRADIENTS_H

#include "core/base/random.h"
#include "core/base/workspace.h"
#include "core/trees/histogram.h"
#include "core/trees/tree_sample.h"

/* Rows whose gradients are computed together, one in each lane of the vector units. */
#define GRADIENT_ROWS 64

typedef struct Gradients
{
	const TreeSample *sample;
	Workspace		 *workspace;
	float			 *direction; /* [DIRECTIONS][n_classes] */

	/*
	 * [n_rows][2][n_classes]: gradients of the cross-entropy with respect to the logits, and the
	 * diagonal of its Hessian; set for the tree's rows only
	 */
	float *pairs;
	Sums  *sketch; /* [n_rows], likewise */
	float *block;  /* [2][n_classes][GRADIENT_ROWS]: the pairs of rows side by side */
} Gradients;

extern void make_gradients(Gradients *gradients, const TreeSample *sample, Workspace *workspace);

/* Draws new directions for the projections of a tree. */
extern void draw_directions(Gradients *gradients, Random *random);

/* Computes those of the given rows [n_rows] from the logits score [sample->n_rows][n_classes]. */
extern void fill_gradients(Gradients *gradients, int n_rows, const int *rows, const float *score);

/* Adds the pairs of the given rows [n_rows] to sums [2][n_classes]. */
extern void add_pairs(const Gradients *gradients, int n_rows, const int *rows, float *sums);

#endif /* PLASTICC_CORE_TREES_GRADIENTS_H */
