/*
 * training_rows.h
 *		The features of a training set, in memory that training workers can
 *		attach.
 *
 * The number of rows is known only after the last one has been read.  Rows are
 * therefore stored in blocks, each a segment of dynamic shared memory that no
 * transaction owns, and never copied.  A block has space for a sixteenth of the
 * rows before it, which bounds both the number of blocks and the unused space in
 * the last one.
 *
 * If no worker is requested, or no segment is available, blocks are allocated in
 * local memory.
 */
#ifndef PLASTICC_PG_TRAIN_TRAINING_ROWS_H
#define PLASTICC_PG_TRAIN_TRAINING_ROWS_H

#include "storage/dsm.h"

/* A block as workers attach it. */
typedef struct RowBlock
{
	dsm_handle handle;
	int		   n_rows;
} RowBlock;

typedef struct TrainingRows TrainingRows;

/* No rows, allocated in context; deleting or resetting it detaches the segments. */
extern TrainingRows *create_training_rows(bool shared, MemoryContext context);

/* Adds a row and returns its features [n_features], uninitialised; n_features never changes. */
extern float *add_training_row(TrainingRows *rows, int n_features);

/* The features of the rows [n_rows], each [n_features]; valid until rows are added or freed. */
extern float **training_row_features(const TrainingRows *rows);

/* The blocks [n_blocks] if all of them are shared; otherwise NULL, with n_blocks 0. */
extern const RowBlock *shared_row_blocks(const TrainingRows *rows, int *n_blocks);

extern void free_training_rows(TrainingRows *rows);

/* In a worker: the features of the rows [n_rows]; NULL if the leader has exited. */
extern float **attach_training_rows(const RowBlock *blocks, int n_blocks, int n_rows,
									int n_features);

#endif /* PLASTICC_PG_TRAIN_TRAINING_ROWS_H */
