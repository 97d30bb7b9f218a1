/*
 * histogram.h
 *		Binned inputs, gradient histograms, and the best split of a node.
 */
#ifndef PLASTICC_CORE_TREES_HISTOGRAM_H
#define PLASTICC_CORE_TREES_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"
#include "core/trees/tree_sample.h"

#define BINS 32					  /* of values */
#define MISSING_BIN BINS		  /* of missing values */
#define HISTOGRAM_BINS (BINS + 1) /* of an input */

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

typedef struct SplitOptions
{
	float lambda;			/* added to the Hessian of a node */
	float min_child_weight; /* least Hessian of a child, > 0 */
} SplitOptions;

typedef struct Split
{
	int	  input; /* -1 for none */
	int	  bin;	 /* rows with bin <= this go left */
	bool  missing_right;
	float gain; /* twice the reduction of the loss */
} Split;

/* The binned inputs of a sample. */
typedef struct BinnedInputs
{
	int			   n_rows;
	const uint8_t *bin;	  /* [inputs][n_rows], ascending with the value, or MISSING_BIN */
	const float	  *edges; /* [inputs][BINS - 1]: a value has the number of edges below it as its
						   * bin, so bin <= b if and only if value <= edges[b].  NULL if unknown */
} BinnedInputs;

static inline const uint8_t *
input_bins(const BinnedInputs *binned, int input)
{
	return binned->bin + (size_t) input * binned->n_rows;
}

static inline bool
goes_right(const Split *split, uint8_t bin)
{
	return bin == MISSING_BIN ? split->missing_right : bin > split->bin;
}

/*
 * bins [n_inputs][n_rows + n_held_out] of the sample's rows, and the edges of BinnedInputs.
 * Bins of an input have about equal numbers of the rows that trees are fitted to; equal
 * values are in the same bin.
 */
extern void bin_inputs(const TreeSample *sample, uint8_t *bins, float *edges, Workspace *workspace);

/*
 * histogram [n_candidates][HISTOGRAM_BINS] = sums of sketch [binned->n_rows] over the given rows
 * [n_rows], by bin of each candidate input.
 */
extern void fill_histogram(const BinnedInputs *binned, int n_candidates, const int *candidates,
						   int n_rows, const int *rows, const Sums *sketch, Sums *histogram,
						   Workspace *workspace);

/* Replaces a node's histogram by that of one child, given the other's. */
extern void subtract_histogram(int n_candidates, const Sums *other, Sums *histogram);

/*
 * The split of the largest gain (Chen and Guestrin, arXiv:1603.02754, equation 7; its
 * algorithm 3 for missing values, which go to the side that gains more); its input is -1 if
 * none has a positive gain.
 */
extern Split best_split(const SplitOptions *options, int n_candidates, const int *candidates,
						const Sums *histogram);

#endif /* PLASTICC_CORE_TREES_HISTOGRAM_H */
