/*
 * tree_sample.h
 *		The training sample of boosted trees.
 */
#ifndef PLASTICC_CORE_TREES_TREE_SAMPLE_H
#define PLASTICC_CORE_TREES_TREE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct TreeSample
{
	int		   n_rows;	   /* that trees are fitted to */
	int		   n_held_out; /* that they are evaluated on */
	const int *rows; /* [n_rows + n_held_out], indexes into the arrays by row, held-out ones last */
	int		   n_inputs;
	int		   n_classes;
	const int32_t *target; /* by row, 0 to n_classes - 1 */
	const float	  *weight; /* by row, > 0, about 1 on average */

	/*
	 * By row, [n_classes]: classes with a value > 0 are left out of the softmax.  NULL, of a
	 * row or as a whole, leaves out none.
	 */
	const float *const *closed;

	/*
	 * The result of bin_inputs, if it is shared by several calls on the same rows; NULL to
	 * compute it.
	 */
	const uint8_t *bins;

	/* computes the inputs [n_inputs] of a row; NaN or infinite = missing */
	void (*read_inputs)(const void *source, int row, float *inputs);
	const void *source;
} TreeSample;

/* The entry of closed of a row of the sample (not of the arrays by row), NULL if there is none. */
static inline const float *
closed_of_row(const TreeSample *sample, int row)
{
	return sample->closed ? sample->closed[sample->rows[row]] : NULL;
}

#endif /* PLASTICC_CORE_TREES_TREE_SAMPLE_H */
