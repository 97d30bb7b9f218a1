/*
 * tree_sample.h
 *		The training sample of boosted trees.
 */
#ifndef PLASTICC_CORE_TREES_TREE_SAMPLE_H
#define PLASTICC_CORE_TREES_TREE_SAMPLE_H

#include <stdint.h>

/* With more rows, trees are fitted to a random subset, and bins of all rows are not used. */
#define TREE_MAX_ROWS 65536

typedef struct TreeSample
{
	int			   n_rows;
	const int	  *rows; /* [n_rows], indexes into target and weight */
	int			   n_inputs;
	int			   n_classes;
	const int32_t *target; /* by row, 0 to n_classes - 1 */
	const float	  *weight; /* by row, > 0, about 1 on average */

	/*
	 * The result of bin_inputs, if it is shared by several calls on the same rows; NULL to
	 * compute it.
	 */
	const uint8_t *bins;

	/* computes the inputs [n_inputs] of a row, all finite */
	void (*read_inputs)(const void *source, int row, float *inputs);
	const void *source;
} TreeSample;

#endif /* PLASTICC_CORE_TREES_TREE_SAMPLE_H */
