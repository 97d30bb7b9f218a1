/*
 * train_input.h
 *		The training set: classes, groups, gate, held-out rows and folds.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_INPUT_H
#define PLASTICC_PG_TRAIN_TRAIN_INPUT_H

#include "core/train/options.h"
#include "core/train/trainer.h"
#include "pg/train/training_rows.h"

typedef struct TrainingInput
{
	TrainingSet	  set;
	TrainingRows *rows;			/* the set's features */
	int			 *class_counts; /* [set.n_classes], all rows */
	int			  n_validation; /* rows held out */
	int64		 *object_id;	/* [n_rows]; NULL without the column */
	bool		 *has_id;		/* [n_rows], not NULL; likewise */
	int64		 *fold;			/* [n_rows], the column; likewise */
	int64		 *fold_values;	/* what the folds of choose_folds are called, by index */
} TrainingInput;

/*
 * Reads the query's result, the features into shared memory where that is wanted and
 * to be had.  Memory comes from context.  Errors: whatever of
 * the columns and rows cannot be used, naming the object (by object_id, or else
 * the number of its row).
 */
extern TrainingInput *read_training_input(const char *query, const TrainingOptions *options,
										  bool shared, MemoryContext context);

/*
 * The index of a feature by its name: one of the option feature_names or, without
 * them, of the features that plasticc_host_features returns; or -1.
 */
extern int named_feature(const TrainingInput *input, const TrainingOptions *options,
						 const char *name);

/*
 * Finds the feature of the gate, if there is to be one, and on which side of it each
 * row is.  An error if the option names one that there is not.
 */
extern void choose_gate(TrainingInput *input, const TrainingOptions *options,
						MemoryContext context);

/* Decides which rows a training holds out, in input->set.validation. */
extern void choose_holdout(TrainingInput *input, const TrainingOptions *options,
						   MemoryContext context);

/*
 * The folds of a cross-validation, as indexes [n_rows] below n_folds: those of
 * the query, or else as many as option "folds".  An error when a class is in
 * one fold only.
 */
extern const int32_t *choose_folds(TrainingInput *input, const TrainingOptions *options,
								   MemoryContext context, int *n_folds);

#endif /* PLASTICC_PG_TRAIN_TRAIN_INPUT_H */
