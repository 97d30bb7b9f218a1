/*
 * training_query.h
 *		The rows of the training query.
 */
#ifndef PLASTICC_PG_TRAIN_TRAINING_QUERY_H
#define PLASTICC_PG_TRAIN_TRAINING_QUERY_H

#include "core/train/options.h"
#include "pg/train/training_rows.h"

/* Arrays of the optional columns are NULL where the query does not return them. */
typedef struct TrainingQuery
{
	int			  n_rows;
	int			  n_features;
	TrainingRows *features;
	int32_t		 *target; /* [n_rows], classes */
	float		 *weight; /* [n_rows] */
	int64		 *fold;	  /* [n_rows] */

	/* where the target is no integer: the labels of the classes 1, 2 ..., ascending */
	const char *const *class_names;

	/* texts: rows are of one object if their object_ids are the same text */
	const char **object_id;	 /* [n_rows], NULL where it is NULL */
	bool		 integer_id; /* whether the type of object_id is an integer */
} TrainingQuery;

/*
 * Runs the query and reads its rows, the features into shared memory if shared is
 * set and a segment is available; the rest is allocated in the current memory context.
 * Columns and rows that cannot be used are errors, which name the object by its
 * object_id or the row by its number.
 */
extern TrainingQuery read_training_query(const char *query, const TrainingOptions *options,
										 bool shared);

#endif /* PLASTICC_PG_TRAIN_TRAINING_QUERY_H */
