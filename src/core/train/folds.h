/*
 * folds.h
 *		Stratified random splits of a training set, by object: the rows of an
 *		object (its copies) are never separated.
 */
#ifndef PLASTICC_CORE_TRAIN_FOLDS_H
#define PLASTICC_CORE_TRAIN_FOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"

typedef struct SplitRows
{
	int			   n_rows;
	int			   n_classes;
	const int32_t *target; /* [n_rows], 0 to n_classes - 1; an object has its first row's class */
	const int32_t *group;  /* [n_rows], index of the first row of the same object; NULL if each
							* row is an object */
	const bool *skip;	   /* [n_rows], true = not used; NULL for none */
} SplitRows;

/*
 * Sets held_out [n_rows] for a fraction of the objects of each class, determined by the
 * seed.  At least one object of each class is not held out.
 */
extern void stratified_holdout(const SplitRows *rows, double fraction, uint64_t seed,
							   bool *held_out, Workspace *workspace);

/*
 * Assigns the objects of each class to folds 0 to n_folds - 1 as evenly as possible.
 * fold [n_rows] is -1 for skipped rows and for the rows of a class all of whose objects
 * would be in one fold, so that leaving out a fold never removes a class.
 */
extern void stratified_folds(const SplitRows *rows, int n_folds, uint64_t seed, uint64_t stream,
							 int32_t *fold, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_FOLDS_H */
