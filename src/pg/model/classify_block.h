/*
 * classify_block.h
 *		Objects that a model classifies together.
 */
#ifndef PLASTICC_PG_MODEL_CLASSIFY_BLOCK_H
#define PLASTICC_PG_MODEL_CLASSIFY_BLOCK_H

#include "utils/array.h"

#include "core/model/model.h"
#include "pg/model/known_days.h"

/* Capacity for many objects: matrix products are faster than products with vectors. */
#define CLASSIFY_BLOCK_ROWS 1024

typedef struct ClassifyBlock
{
	const Model		*model;
	const text		*name; /* of the model, for errors; NULL if it is not known */
	ClassifyScratch *scratch;
	int				 capacity;
	int				 n;				/* objects in the block */
	float			*features;		/* [n][n_features] */
	float			*probabilities; /* [n][n_classes], by classify_block() */
	EarlyCounter	*early;			/* counts the objects that are classified; NULL for none */
} ClassifyBlock;

/* An empty block for up to that many objects, in the current memory context. */
extern ClassifyBlock *new_classify_block(const Model *model, int capacity);

/*
 * Adds an object; row is what messages call the row that its features stand in,
 * NULL for an argument.
 */
extern void add_to_block(ClassifyBlock *block, ArrayType *features, const char *row);

/* Computes the probabilities of all objects in the block, and empties it. */
extern void classify_block(ClassifyBlock *block);

/*
 * An error unless probabilities [n_rows][n_classes] of the model of that name, NULL if it is
 * not known, are such.
 */
extern void require_probabilities(const text *name, int n_rows, int n_classes,
								  const float *probabilities);

/* The error of a model whose probabilities are none; name as above. */
extern void report_unusable_model(const text *name);

/* An error unless the array has the model's number of features; row as above. */
extern void check_feature_count(const Model *model, ArrayType *features, const char *row);

#endif /* PLASTICC_PG_MODEL_CLASSIFY_BLOCK_H */
