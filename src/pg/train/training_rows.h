/*
 * training_rows.h
 *		The features of a training set, in memory that the workers of the
 *		training can map.
 *
 * How many rows there are is known when the last one has been read.  So they lie
 * in blocks, each a segment of dynamic shared memory, that no transaction owns:
 * a row is written where it stays, and nothing is copied.  A block has room for
 * a sixteenth of the rows before it, which bounds both the number of blocks and
 * what the last one has to spare.
 *
 * Where no worker is wanted, or a segment cannot be had, blocks are of this
 * process.
 */
#ifndef PLASTICC_PG_TRAIN_TRAINING_ROWS_H
#define PLASTICC_PG_TRAIN_TRAINING_ROWS_H

#include "storage/dsm.h"

/* What a worker has to know of a block. */
typedef struct RowBlock
{
	dsm_handle handle;
	int		   n_rows;
} RowBlock;

typedef struct TrainingRows TrainingRows;

/* None yet, in memory of context; the segments go with it at the latest. */
extern TrainingRows *create_training_rows(bool shared, MemoryContext context);

/* Room for the features of one more row, of which each has as many. */
extern float *add_training_row(TrainingRows *rows, int n_features);

/* Each row's features, until rows are added or freed. */
extern float **training_row_features(const TrainingRows *rows);

/* The blocks, where all of them are shared; else NULL. */
extern const RowBlock *shared_row_blocks(const TrainingRows *rows, int *n_blocks);

extern void free_training_rows(TrainingRows *rows);

/* In a worker, each row's features [n_rows]; NULL when the leader has gone. */
extern float **attach_training_rows(const RowBlock *blocks, int n_blocks, int n_rows,
									int n_features);

#endif /* PLASTICC_PG_TRAIN_TRAINING_ROWS_H */
