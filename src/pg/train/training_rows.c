/*
 * training_rows.c
 *		The features of a training set, in memory that training workers can
 *		attach.
 */
#include "pg/module/plasticc.h"

#include "pg/jobs/shared_parts.h"
#include "pg/train/training_rows.h"

#define FIRST_BLOCK_BYTES ((Size) 1 << 20)
#define BLOCK_PART 16 /* a block has space for 1/16 of the rows before it */

typedef struct Block
{
	dsm_segment *segment; /* NULL for local memory */
	float		*values;
} Block;

struct TrainingRows
{
	MemoryContext context;
	bool		  shared; /* all blocks so far, and the next one if a segment is available */
	int			  n_rows;
	int			  capacity;
	float		**row; /* [capacity] */
	int			  n_blocks;
	int			  block_capacity;
	Block		 *blocks;  /* [block_capacity] */
	RowBlock	 *handles; /* likewise */
	int			  room;	   /* capacity of the last block, in rows */

	MemoryContextCallback callback;
};

/* Detaches the segments; local blocks are freed with their context. */
static void
detach_blocks(void *argument)
{
	TrainingRows *rows = argument;

	for (int i = 0; i < rows->n_blocks; i++)
		if (rows->blocks[i].segment != NULL)
			dsm_detach(rows->blocks[i].segment);
	rows->n_blocks = 0;
}

TrainingRows *
create_training_rows(bool shared, MemoryContext context)
{
	TrainingRows *rows = MemoryContextAllocZero(context, sizeof(TrainingRows));

	rows->context = context;
	rows->shared = shared;
	rows->capacity = 1024;
	rows->row = MemoryContextAlloc(context, sizeof(float *) * rows->capacity);
	rows->block_capacity = 16;
	rows->blocks = MemoryContextAlloc(context, sizeof(Block) * rows->block_capacity);
	rows->handles = MemoryContextAlloc(context, sizeof(RowBlock) * rows->block_capacity);
	rows->callback.func = detach_blocks;
	rows->callback.arg = rows;
	MemoryContextRegisterResetCallback(context, &rows->callback);
	return rows;
}

static void
add_block(TrainingRows *rows, int n_features)
{
	Size   row_size = sizeof(float) * n_features;
	int	   n_rows = Max(rows->n_rows / BLOCK_PART, (int) (FIRST_BLOCK_BYTES / row_size));
	Size   size = row_size * Max(n_rows, 1);
	Block *block;

	if (rows->n_blocks == rows->block_capacity)
	{
		rows->block_capacity *= 2;
		rows->blocks = repalloc(rows->blocks, sizeof(Block) * rows->block_capacity);
		rows->handles = repalloc(rows->handles, sizeof(RowBlock) * rows->block_capacity);
	}
	block = &rows->blocks[rows->n_blocks];
	block->segment = rows->shared ? create_segment(size, "training worker") : NULL;
	rows->shared = block->segment != NULL;
	block->values = rows->shared ? dsm_segment_address(block->segment)
								 : MemoryContextAllocHuge(rows->context, size);
	rows->handles[rows->n_blocks].handle = rows->shared ? dsm_segment_handle(block->segment) : 0;
	rows->handles[rows->n_blocks].n_rows = 0;
	rows->room = Max(n_rows, 1);
	rows->n_blocks++;
}

float *
add_training_row(TrainingRows *rows, int n_features)
{
	RowBlock *handle;

	if (rows->n_blocks == 0 || rows->handles[rows->n_blocks - 1].n_rows == rows->room)
		add_block(rows, n_features);
	if (rows->n_rows == rows->capacity)
	{
		rows->capacity *= 2;
		rows->row = repalloc_huge(rows->row, sizeof(float *) * rows->capacity);
	}
	handle = &rows->handles[rows->n_blocks - 1];
	return rows->row[rows->n_rows++] =
			   rows->blocks[rows->n_blocks - 1].values + (Size) n_features * handle->n_rows++;
}

float **
training_row_features(const TrainingRows *rows)
{
	return rows->row;
}

const RowBlock *
shared_row_blocks(const TrainingRows *rows, int *n_blocks)
{
	*n_blocks = rows->shared ? rows->n_blocks : 0;
	return rows->shared ? rows->handles : NULL;
}

void
free_training_rows(TrainingRows *rows)
{
	for (int i = 0; i < rows->n_blocks; i++)
		if (rows->blocks[i].segment == NULL)
			pfree(rows->blocks[i].values);
	detach_blocks(rows);
	pfree(rows->row);
	rows->row = NULL;
}

float **
attach_training_rows(const RowBlock *blocks, int n_blocks, int n_rows, int n_features)
{
	float **row = palloc_extended(sizeof(float *) * n_rows, MCXT_ALLOC_HUGE);
	int		n = 0;

	for (int i = 0; i < n_blocks; i++)
	{
		dsm_segment *segment = dsm_attach(blocks[i].handle);
		float		*values;

		if (segment == NULL)
			return NULL;
		values = dsm_segment_address(segment);
		for (int k = 0; k < blocks[i].n_rows; k++)
			row[n++] = values + (Size) n_features * k;
	}
	Assert(n == n_rows);
	return row;
}
