/*
 * train_input.h
 *		The training set: classes, groups, gate, held-out rows and folds.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_INPUT_H
#define PLASTICC_PG_TRAIN_TRAIN_INPUT_H

#include "core/train/options.h"
#include "core/train/trainer.h"
#include "pg/model/known_days.h"
#include "pg/train/training_rows.h"

typedef struct TrainingInput
{
	TrainingSet	  set;
	TrainingRows *rows;			/* owner of set.features */
	int			 *class_counts; /* [set.n_classes], all rows */
	int			  n_validation; /* number of held-out rows */
	int64		 *fold;			/* [n_rows], column fold; NULL without the column */
	int64		 *fold_values;	/* [n_folds], the value that names each fold of choose_folds */

	const char *const *class_names; /* [set.n_classes]; NULL where the classes are numbers */
	const char		 **object_id;	/* [n_rows], NULL where it is; NULL without the column */
	bool			   integer_id;	/* whether the type of object_id is an integer */

	KnownDaysRange known_days; /* of all rows, by measure_known_days() */
} TrainingInput;

/* A class by its index: its label, or its number as a text; and the same as messages quote it. */
extern const char *class_name(const TrainingInput *input, int c);
extern const char *quoted_class(const TrainingInput *input, int c);

/* The labels as a text[]; 0 where the classes are numbers. */
extern Datum class_names_datum(const TrainingInput *input);

/*
 * Runs the training query and reads its rows, the features into shared memory if
 * shared is set and a segment is available; everything is allocated in context.
 * Columns and rows that cannot be used are errors, which name the object by its
 * object_id or the row by its number.
 */
extern TrainingInput *read_training_input(const char *query, const TrainingOptions *options,
										  bool shared, MemoryContext context);

/*
 * The index of the named feature, -1 if there is none.  Names are those of option
 * feature_names; without it, those of the built-in feature set with as many features.
 */
extern int named_feature(const TrainingInput *input, const TrainingOptions *options,
						 const char *name);

/* Sets known_days, from features that are not normalised yet. */
extern void measure_known_days(TrainingInput *input, const TrainingOptions *options);

/*
 * Sets the feature of the gate and the side of each row, if there is a gate.  A position
 * in option gate_feature beyond the last feature is an error.
 */
extern void choose_gate(TrainingInput *input, const TrainingOptions *options,
						MemoryContext context);

/*
 * Sets input->set.validation: rows of option validation_fold, otherwise a fraction
 * validation_fraction of each class.  A class without a training row is an error.
 */
extern void choose_holdout(TrainingInput *input, const TrainingOptions *options,
						   MemoryContext context);

/*
 * The fold of each row [n_rows] in a cross-validation, 0 to n_folds - 1: from column
 * fold, otherwise drawn at random for option folds.  A class that is in only one fold
 * is an error.
 */
extern const int32_t *choose_folds(TrainingInput *input, const TrainingOptions *options,
								   MemoryContext context, int *n_folds);

#endif /* PLASTICC_PG_TRAIN_TRAIN_INPUT_H */
