/*
 * tree_sample.h
 *		What boosted trees learn from.
 */
#ifndef PLASTICC_CORE_TREES_TREE_SAMPLE_H
#define PLASTICC_CORE_TREES_TREE_SAMPLE_H

#include <stdint.h>

/* Of more rows trees look at a random part, and have no use for bins of all. */
#define TREE_MAX_ROWS 65536

typedef struct TreeSample
{
	int			   n_rows;
	const int	  *rows; /* [n_rows], which of the following count */
	int			   n_inputs;
	int			   n_classes;
	const int32_t *target; /* [...], 0 to n_classes - 1 */
	const float	  *weight; /* [...], > 0, about 1 on average */

	/*
	 * The inputs of the rows in bins, as bin_inputs leaves them, where many trees learn from the
	 * same rows; NULL where they are to be made.
	 */
	const uint8_t *bins;

	/* writes the inputs of a row [n_inputs], all finite */
	void (*read_inputs)(const void *source, int row, float *inputs);
	const void *source;
} TreeSample;

#endif /* PLASTICC_CORE_TREES_TREE_SAMPLE_H */
