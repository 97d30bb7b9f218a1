/*
 * labelled_objects.h
 *		The objects that a query returns with their classes, as inputs of a model.
 */
#ifndef PLASTICC_PG_MODEL_LABELLED_OBJECTS_H
#define PLASTICC_PG_MODEL_LABELLED_OBJECTS_H

#include "core/model/model.h"
#include "pg/util/query_reader.h"

typedef struct LabelledObjects
{
	const Model *model;
	int			 n;
	int			 capacity;	  /* of the arrays */
	float		*inputs;	  /* [n][preprocessing_inputs()] */
	float		*tree_inputs; /* [n][n_tree_inputs] of the model */
	int32_t		*target;	  /* [n], index into the model's classes */
	uint8_t		*side;		  /* [n], of the model's gate */
} LabelledObjects;

/*
 * Runs a query that returns features, target and optionally object_id, in the
 * current memory context.  An error where a row has another number of features
 * than the model or a class that the model does not know.
 */
extern LabelledObjects *read_labelled_objects(const Model *model, const char *query);

/* The model's classes as the column gives them: an integer is a number, a text a name. */
extern char **target_labels(const Model *model, const QueryColumn *column);

/* Index of the current row's class among those labels; an error where it is none of them. */
extern int row_target(const Model *model, char *const *labels, const QueryReader *reader,
					  int column);

#endif /* PLASTICC_PG_MODEL_LABELLED_OBJECTS_H */
