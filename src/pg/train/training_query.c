/*
 * training_query.c
 *		The rows of the training query.
 */
#include "pg/module/plasticc.h"

#include <float.h>
#include <math.h>

#include "core/base/limits.h"
#include "pg/train/class_labels.h"
#include "pg/train/training_query.h"
#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"

enum
{
	FEATURES,
	TARGET,
	WEIGHT,
	FOLD,
	OBJECT_ID,
	N_COLUMNS
};

/* Enlarges an array to n elements; NULL allocates a new one in the context. */
static void *
grown(MemoryContext context, void *array, Size n, Size element_size)
{
	return array == NULL ? MemoryContextAllocHuge(context, element_size * n)
						 : repalloc_huge(array, element_size * n);
}

/* Arrays of optional columns exist only where the query returns the column. */
static void
grow_arrays(TrainingQuery *rows, const QueryColumn *columns, int n, MemoryContext context)
{
	rows->target = grown(context, rows->target, n, sizeof(int32_t));
	if (columns[WEIGHT].number > 0)
		rows->weight = grown(context, rows->weight, n, sizeof(float));
	if (columns[FOLD].number > 0)
		rows->fold = grown(context, rows->fold, n, sizeof(int64));
	if (columns[OBJECT_ID].number > 0)
		rows->object_id = grown(context, rows->object_id, n, sizeof(char *));
}

/* The feature array of the current row; its length must be that of the first row's. */
static ArrayType *
read_features(QueryReader *reader, int *n_features)
{
	ArrayType *features = required_features(reader, FEATURES);
	int n = feature_array_length(features, ARR_NDIM(features) <= 1 ? NULL : row_name(reader));

	if (n == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s has no features", row_name(reader))));
	if (n > MODEL_MAX_FEATURES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("%s has %d features", row_name(reader), n),
						errhint("A model can have at most %d features.", MODEL_MAX_FEATURES)));
	if (reader->row == 1)
		*n_features = n;
	else if (n != *n_features)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s has %d features, but the rows before it have %d",
							   row_name(reader), n, *n_features),
						errhint("All rows must have the same features, in the same order; a "
								"missing value is NULL or NaN.")));
	return features;
}

static int32_t
read_target(QueryReader *reader)
{
	int64 target = required_integer(reader, TARGET);

	if (target < PG_INT32_MIN || target > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("target " INT64_FORMAT " of %s is out of range for integer", target,
							   row_name(reader)),
						errhint("Cast it to text, or number the classes otherwise.")));
	return (int32_t) target;
}

static float
read_weight(QueryReader *reader)
{
	double weight = required_number(reader, WEIGHT);

	if (weight > 0.0 && isfinite(weight) && (weight < FLT_MIN || weight > FLT_MAX))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("weight %g of %s is out of range", weight, row_name(reader)),
						errdetail("Weights are numbers from %g to %g.", FLT_MIN, FLT_MAX),
						errhint("Weights are relative: multiply all by the same number.")));
	if (!(weight > 0.0) || !isfinite(weight))
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("weight of %s must be positive and finite, not %g", row_name(reader),
							   weight),
						errhint("Exclude rows that should have no weight.")));
	return (float) weight;
}

/* A copy in the context, NULL for NULL. */
static const char *
read_object_id(QueryReader *reader, MemoryContext context)
{
	const char *object_id = row_text(reader, OBJECT_ID);

	return object_id ? MemoryContextStrdup(context, object_id) : NULL;
}

/* labels is NULL where the target is an integer. */
static void
read_row(TrainingQuery *rows, QueryReader *reader, ArrayType *features, ClassLabels *labels,
		 MemoryContext context)
{
	int row = rows->n_rows++;

	Assert(rows->target != NULL);
	copy_features(features, add_training_row(rows->features, rows->n_features));
	rows->target[row] = labels ? read_class_label(labels, reader, TARGET) : read_target(reader);
	if (rows->weight != NULL)
		rows->weight[row] = read_weight(reader);
	if (rows->fold != NULL)
		rows->fold[row] = required_integer(reader, FOLD);
	if (rows->object_id != NULL)
		rows->object_id[row] = read_object_id(reader, context);
}

TrainingQuery
read_training_query(const char *query, const TrainingOptions *options, bool shared)
{
	QueryColumn columns[N_COLUMNS] = {
		[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
		[TARGET] = {.name = "target", .kind = COLUMN_LABEL, .required = true},
		[WEIGHT] = {.name = "weight", .kind = COLUMN_NUMBER},
		[FOLD] = {.name = "fold", .kind = COLUMN_INTEGER},
		[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_ANY},
	};
	MemoryContext context = CurrentMemoryContext;
	TrainingQuery rows = {.features = create_training_rows(shared, context)};
	QueryReader	 *reader = begin_query("training query", query, columns, N_COLUMNS);
	ClassLabels *labels = is_integer_column(&columns[TARGET]) ? NULL : create_class_labels(context);
	int			 capacity = 0;

	if (options->validation_fold >= 0 && columns[FOLD].number == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("option \"validation_fold\" requires a column \"fold\" in the query")));
	while (next_row(reader))
	{
		ArrayType *features = read_features(reader, &rows.n_features);

		if (row_exceeds(reader, &capacity))
			grow_arrays(&rows, columns, capacity, context);
		read_row(&rows, reader, features, labels, context);
	}
	if (rows.n_rows == 0)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("training query returned no rows")));
	if (labels)
		rows.class_names = number_classes(labels, rows.target, rows.n_rows);
	rows.integer_id = is_integer_column(&columns[OBJECT_ID]);
	return rows;
}
