/*
 * histogram.h
 *		Inputs in bins, sums of the gradient in each bin, and the best split that
 *		they tell of.
 */
#ifndef PLASTICC_CORE_TREES_HISTOGRAM_H
#define PLASTICC_CORE_TREES_HISTOGRAM_H

#include <stdint.h>

#include "core/base/workspace.h"
#include "core/trees/tree_sample.h"

#define BINS 32

/*
 * Splits are sought in a few directions of the space of the classes (SketchBoost: Iosipoi
 * and Vakhrushev, arXiv:2211.12858), which up to four classes is the whole of it.
 */
#define DIRECTIONS 3

/*
 * Of one row or summed over several: the gradient in these directions, and last the trace of
 * the Hessian.  A vector, as memory comes from the workspace, at no special address.
 */
typedef float Sums
	__attribute__((vector_size(sizeof(float) * (DIRECTIONS + 1)), aligned(sizeof(float))));

#define REGULARISATION 1.0f	  /* added to the Hessian of a node */
#define SMALLEST_HESSIAN 1.0f /* of a leaf */

typedef struct Split
{
	int	  input; /* -1 for none */
	int	  bin;	 /* up to this one goes left */
	float gain;	 /* twice what it lowers the loss */
} Split;

/* Of the rows of a sample. */
typedef struct BinnedInputs
{
	int			   n_rows;
	const uint8_t *bin; /* [inputs][n_rows], ascending with the value */
} BinnedInputs;

static inline const uint8_t *
input_bins(const BinnedInputs *binned, int input)
{
	return binned->bin + (size_t) input * binned->n_rows;
}

/*
 * bins [n_inputs][n_rows] of the sample's rows, in each about as many, and equal values in
 * one bin.
 */
extern void bin_inputs(const TreeSample *sample, uint8_t *bins, Workspace *workspace);

/*
 * histogram [n_candidates][BINS] = sums over the given rows of sketch [binned->n_rows], for
 * each of the candidates among the inputs.
 */
extern void fill_histogram(const BinnedInputs *binned, int n_candidates, const int *candidates,
						   int n_rows, const int *rows, const Sums *sketch, Sums *histogram,
						   Workspace *workspace);

/* From the histogram of a node to that of one child, by that of the other. */
extern void subtract_histogram(int n_candidates, const Sums *other, Sums *histogram);

/* The split of the largest gain, if any has one (Chen and Guestrin, arXiv:1603.02754, equation 7).
 */
extern Split best_split(int n_candidates, const int *candidates, const Sums *histogram);

#endif /* PLASTICC_CORE_TREES_HISTOGRAM_H */
