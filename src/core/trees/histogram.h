/*
 * histogram.h
 *		Binned inputs, gradient histograms, and the best split of a node.
 */
#ifndef PLASTICC_CORE_TREES_HISTOGRAM_H
#define PLASTICC_CORE_TREES_HISTOGRAM_H

#include <stdint.h>

#include "core/base/workspace.h"
#include "core/trees/tree_sample.h"

#define BINS 32

/*
 * Splits are evaluated on gradients projected onto a few directions in the space of the
 * classes (SketchBoost: Iosipoi and Vakhrushev, arXiv:2211.12858); with up to four classes,
 * the projection loses nothing.
 */
#define DIRECTIONS 3

/*
 * The projected gradient and, as the last element, the trace of the Hessian: of one row, or
 * summed over several.  A vector type with the alignment of float, because workspace
 * memory is not aligned for vectors.
 */
typedef float Sums
	__attribute__((vector_size(sizeof(float) * (DIRECTIONS + 1)), aligned(sizeof(float))));

#define REGULARISATION 1.0f	  /* added to the Hessian of a node */
#define SMALLEST_HESSIAN 1.0f /* of a leaf */

typedef struct Split
{
	int	  input; /* -1 for none */
	int	  bin;	 /* rows with bin <= this go left */
	float gain;	 /* twice the reduction of the loss */
} Split;

/* The binned inputs of a sample. */
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
 * bins [n_inputs][n_rows] of the sample's rows.  Bins of an input have about equal
 * numbers of rows; equal values are in the same bin.
 */
extern void bin_inputs(const TreeSample *sample, uint8_t *bins, Workspace *workspace);

/*
 * histogram [n_candidates][BINS] = sums of sketch [binned->n_rows] over the given rows
 * [n_rows], by bin of each candidate input.
 */
extern void fill_histogram(const BinnedInputs *binned, int n_candidates, const int *candidates,
						   int n_rows, const int *rows, const Sums *sketch, Sums *histogram,
						   Workspace *workspace);

/* Replaces a node's histogram by that of one child, given the other's. */
extern void subtract_histogram(int n_candidates, const Sums *other, Sums *histogram);

/*
 * The split of the largest gain (Chen and Guestrin, arXiv:1603.02754, equation 7); its
 * input is -1 if none has a positive gain.
 */
extern Split best_split(int n_candidates, const int *candidates, const Sums *histogram);

#endif /* PLASTICC_CORE_TREES_HISTOGRAM_H */
