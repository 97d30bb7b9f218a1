/*
 * folds.h
 *		Divides the rows of a training set at random: each class in its share,
 *		the rows of one object (its copies) always together.
 *
 * target [n_rows] is an index below n_classes; group [n_rows] an index below
 * n_rows that the rows of an object have in common, or NULL where each row is
 * an object; the rows marked in skip (which may be NULL) take no part.  An
 * object is of the class of its first row.
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
	const int32_t *target;
	const int32_t *group;
	const bool	  *skip;
} SplitRows;

/*
 * Marks a fraction of each class's objects as held out, always the same for
 * the same seed; a class with an object keeps one.
 */
extern void stratified_holdout(const SplitRows *rows, double fraction, uint64_t seed,
							   bool *held_out, Workspace *workspace);

/*
 * Deals the objects of each class out to folds 0 to n_folds - 1, as evenly as
 * can be.  The fold is -1 for rows that are skipped, and for those of a class
 * that would be in one fold as a whole: whoever leaves a fold out keeps it so.
 */
extern void stratified_folds(const SplitRows *rows, int n_folds, uint64_t seed, uint64_t stream,
							 int32_t *fold, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_FOLDS_H */
