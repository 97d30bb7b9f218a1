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
	int32_t		 *target;	 /* [n_rows], classes */
	float		 *weight;	 /* [n_rows] */
	int64		 *fold;		 /* [n_rows] */
	int64		 *object_id; /* [n_rows] */
	bool		 *has_id;	 /* [n_rows], whether object_id is not NULL */
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
