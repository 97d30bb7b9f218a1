/*
 * train_input.h
 *		The training query's rows as src/core takes them.
 */
#ifndef PLASTICC_TRAIN_INPUT_H
#define PLASTICC_TRAIN_INPUT_H

#include "core/options.h"
#include "core/training.h"

typedef struct TrainingInput
{
	TrainingSet set;
	int		   *class_counts;	/* [set.n_classes], all rows */
	int			n_validation;	/* rows held out */
} TrainingInput;

/*
 * Reads the query's result and decides which rows are held out.  Memory comes
 * from context.  Errors: whatever of the columns and rows cannot be used,
 * naming the object (by object_id, or else the number of its row).  Call it
 * connected to SPI.
 */
extern TrainingInput *read_training_input(const char *query, const TrainingOptions *options,
										  MemoryContext context);

#endif							/* PLASTICC_TRAIN_INPUT_H */
