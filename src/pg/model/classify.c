/*
 * classify.c
 *		Class probabilities by a model: of one object, in long form, and of the
 *		rows of a query.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "pg/model/classify_block.h"
#include "pg/model/model_cache.h"
#include "pg/model/model_classes.h"
#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_classify);
PG_FUNCTION_INFO_V1(plasticc_classify_name);
PG_FUNCTION_INFO_V1(plasticc_probabilities);
PG_FUNCTION_INFO_V1(plasticc_classify_query);

/* The probabilities of one object, valid until the next call. */
static const float *
classify_object(CachedModel *cached, ArrayType *features)
{
	add_to_block(cached->block, features, NULL);
	classify_block(cached->block);
	return cached->block->probabilities;
}

static Datum
classify_argument(FunctionCallInfo fcinfo, CachedModel *cached)
{
	const float *probabilities = classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));

	PG_RETURN_ARRAYTYPE_P(real_array(probabilities, cached->model->n_classes));
}

/* plasticc_classify(model bytea, features) */
Datum
plasticc_classify(PG_FUNCTION_ARGS)
{
	return classify_argument(fcinfo, cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0)));
}

/* plasticc_classify(name text, features): by the newest version of that model */
Datum
plasticc_classify_name(PG_FUNCTION_ARGS)
{
	return classify_argument(fcinfo, cached_model_by_name(fcinfo->flinfo, PG_GETARG_TEXT_PP(0)));
}

/* plasticc_probabilities(model, features): a row (class, probability, name) for each class */
Datum
plasticc_probabilities(PG_FUNCTION_ARGS)
{
	CachedModel	  *cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));
	const float	  *probabilities = classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = 0; i < cached->model->n_classes; i++)
	{
		Datum values[] = {Int32GetDatum(cached->model->classes[i]),
						  Float4GetDatum(probabilities[i]),
						  CStringGetTextDatum(model_class_name(cached->model, i))};
		bool  nulls[lengthof(values)] = {false};

		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

enum
{
	OBJECT_ID,
	FEATURES,
	N_COLUMNS
};

/* Rows of the query, in order; those with features are classified in a block. */
typedef struct Batch
{
	ClassifyBlock *block;
	int			   capacity;
	Oid			   id_type; /* of object_id in the result */
	int16		   id_length;
	bool		   id_by_value;
	MemoryContext  ids; /* where object_ids are */
	int			   n_rows;
	Datum		   object_ids[CLASSIFY_BLOCK_ROWS];
	bool		   has_id[CLASSIFY_BLOCK_ROWS];
	bool		   has_features[CLASSIFY_BLOCK_ROWS];
} Batch;

static Batch *
new_batch(const Model *model, Oid id_type)
{
	Batch *batch = palloc0(sizeof(Batch));

	batch->id_type = id_type;
	get_typlenbyval(id_type, &batch->id_length, &batch->id_by_value);
	batch->ids =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc object_ids", ALLOCSET_DEFAULT_SIZES);
	batch->capacity = Min(CLASSIFY_BLOCK_ROWS, query_batch_rows(model->preprocessing.n_features));
	batch->block = new_classify_block(model, batch->capacity);
	batch->block->early = new_early_counter(model);
	return batch;
}

/* All integers are a bigint where the result is one; other types must be the same. */
static void
check_id_type(const Batch *batch, const QueryColumn *column)
{
	if (!(batch->id_type == INT8OID && is_integer_column(column)) &&
		!IsBinaryCoercible(column->type, batch->id_type))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"object_id\" of the query has type %s, not %s",
							   format_type_be(column->type), format_type_be(batch->id_type)),
						errhint("Pass a null of that type as third argument: NULL::%s.",
								format_type_be(column->type))));
}

/* The object_id of the row, in the result's type and in batch->ids; false for NULL. */
static bool
take_id(Batch *batch, const QueryReader *reader, Datum *object_id)
{
	MemoryContext caller;
	int64		  number = 0;

	if (batch->id_type == INT8OID)
	{
		bool present = row_integer(reader, OBJECT_ID, &number);

		*object_id = Int64GetDatum(number);
		return present;
	}
	if (!row_datum(reader, OBJECT_ID, object_id))
		return false;
	caller = MemoryContextSwitchTo(batch->ids);
	*object_id = datumCopy(*object_id, batch->id_by_value, batch->id_length);
	MemoryContextSwitchTo(caller);
	return true;
}

static void
take_row(Batch *batch, QueryReader *reader)
{
	int		   i = batch->n_rows++;
	ArrayType *features;

	batch->has_id[i] = take_id(batch, reader, &batch->object_ids[i]);
	batch->has_features[i] = row_features(reader, FEATURES, &features);
	if (batch->has_features[i])
		add_to_block(batch->block, features, row_name(reader));
}

/* Adds the rows to the result, classified, and empties the batch. */
static void
return_batch(Batch *batch, ReturnSetInfo *result)
{
	const float *probabilities = batch->block->probabilities;
	int			 n_classes = batch->block->model->n_classes;

	classify_block(batch->block);
	for (int i = 0; i < batch->n_rows; i++)
	{
		Datum values[2] = {batch->object_ids[i], (Datum) 0};
		bool  nulls[2] = {!batch->has_id[i], !batch->has_features[i]};

		if (batch->has_features[i])
		{
			values[1] = PointerGetDatum(real_array(probabilities, n_classes));
			probabilities += n_classes;
		}
		add_result_row(result, values, nulls);
	}
	batch->n_rows = 0;
	MemoryContextReset(batch->ids);
}

/* plasticc_classify_query(model, query [, a value of object_id's type]) */
Datum
plasticc_classify_query(PG_FUNCTION_ARGS)
{
	QueryColumn columns[N_COLUMNS] = {
		[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_ANY, .required = true},
		[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
	};
	ReturnSetInfo *result = begin_result(fcinfo);
	Batch		  *batch;
	QueryReader	  *reader;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	batch = new_batch(cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model,
					  TupleDescAttr(result->setDesc, 0)->atttypid);
	reader = begin_query("query", text_to_cstring(PG_GETARG_TEXT_PP(1)), columns, N_COLUMNS);
	check_id_type(batch, &columns[OBJECT_ID]);
	while (next_row(reader))
	{
		take_row(batch, reader);
		if (batch->n_rows == batch->capacity)
			return_batch(batch, result);
	}
	return_batch(batch, result);
	if (batch->block->early)
		warn_of_early_objects(&batch->block->early->objects);
	return (Datum) 0;
}
