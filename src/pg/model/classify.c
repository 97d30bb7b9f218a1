/*
 * classify.c
 *		Class probabilities by a model: of one object, in long form, and of the
 *		rows of a query.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"

#include "pg/model/classify.h"
#include "pg/model/model_cache.h"
#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"
#include "pg/util/result_rows.h"

#define BLOCK_ROWS 1024

PG_FUNCTION_INFO_V1(plasticc_classify);
PG_FUNCTION_INFO_V1(plasticc_classify_name);
PG_FUNCTION_INFO_V1(plasticc_probabilities);
PG_FUNCTION_INFO_V1(plasticc_classify_query);

void
check_feature_count(const Model *model, ArrayType *features, const char *row)
{
	int expected = model->preprocessing.n_features;
	int n = feature_array_length(features, row);

	if (n != expected)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("expected %d features%s%s, not %d", expected, row ? " for " : "",
							   row ? row : "", n),
						errhint("Pass the features that the model was trained with, in the same "
								"order; plasticc_model_info(model) describes them.")));
}

/* Puts the probabilities of one object into cached->probabilities. */
static void
classify_object(CachedModel *cached, ArrayType *features)
{
	check_feature_count(cached->model, features, NULL);
	copy_features(features, cached->features);
	model_classify(cached->model, cached->scratch, 1, cached->features, cached->probabilities);
}

/* plasticc_classify(model bytea, features) */
Datum
plasticc_classify(PG_FUNCTION_ARGS)
{
	CachedModel *cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));

	classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));
	PG_RETURN_ARRAYTYPE_P(real_array(cached->probabilities, cached->model->n_classes));
}

/* plasticc_classify(name text, features): by the newest version of that model */
Datum
plasticc_classify_name(PG_FUNCTION_ARGS)
{
	CachedModel *cached = cached_model_by_name(fcinfo->flinfo, PG_GETARG_TEXT_PP(0));

	classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));
	PG_RETURN_ARRAYTYPE_P(real_array(cached->probabilities, cached->model->n_classes));
}

/* plasticc_probabilities(model, features): a row (class, probability) for each class */
Datum
plasticc_probabilities(PG_FUNCTION_ARGS)
{
	CachedModel	  *cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));
	ReturnSetInfo *result = begin_result(fcinfo);

	classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));
	for (int i = 0; i < cached->model->n_classes; i++)
	{
		Datum values[2] = {Int32GetDatum(cached->model->classes[i]),
						   Float4GetDatum(cached->probabilities[i])};
		bool  nulls[2] = {false, false};

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

/* Rows that are classified together: matrix products take the place of products with a vector. */
typedef struct Block
{
	const Model		*model;
	ClassifyScratch *scratch;
	int				 capacity;
	int				 n_rows;
	int				 n_with_features;
	float			*features;		/* [n_with_features][n_features], of the rows that have them */
	float			*probabilities; /* [n_with_features][n_classes] */
	int64			 object_ids[BLOCK_ROWS];
	bool			 has_id[BLOCK_ROWS];
	bool			 has_features[BLOCK_ROWS];
} Block;

static Block *
make_block(const Model *model)
{
	Workspace workspace = server_workspace(CurrentMemoryContext);
	Block	 *block = palloc0(sizeof(Block));
	int		  n_features = model->preprocessing.n_features;

	block->model = model;
	block->capacity = Min(BLOCK_ROWS, query_batch_rows(n_features));
	block->scratch = classify_scratch(model, block->capacity, &workspace);
	block->features = workspace_array(&workspace, float, (size_t) block->capacity *n_features);
	block->probabilities =
		workspace_array(&workspace, float, (size_t) block->capacity * model->n_classes);
	return block;
}

static void
take_row(Block *block, QueryReader *reader)
{
	int		   i = block->n_rows++;
	ArrayType *features;

	block->has_id[i] = row_integer(reader, OBJECT_ID, &block->object_ids[i]);
	block->has_features[i] = row_features(reader, FEATURES, &features);
	if (!block->has_features[i])
		return;
	check_feature_count(block->model, features, row_name(reader));
	copy_features(features, block->features + (size_t) block->n_with_features++ *
												  block->model->preprocessing.n_features);
}

/* Classifies the rows of the block, adds them to the result and empties the block. */
static void
flush_block(Block *block, ReturnSetInfo *result)
{
	const float *probabilities = block->probabilities;
	int			 n_classes = block->model->n_classes;

	if (block->n_with_features > 0)
		model_classify(block->model, block->scratch, block->n_with_features, block->features,
					   block->probabilities);
	for (int i = 0; i < block->n_rows; i++)
	{
		Datum values[2] = {Int64GetDatum(block->object_ids[i]), (Datum) 0};
		bool  nulls[2] = {!block->has_id[i], !block->has_features[i]};

		if (block->has_features[i])
		{
			values[1] = PointerGetDatum(real_array(probabilities, n_classes));
			probabilities += n_classes;
		}
		add_result_row(result, values, nulls);
	}
	block->n_rows = 0;
	block->n_with_features = 0;
}

/* plasticc_classify_query(model, query) */
Datum
plasticc_classify_query(PG_FUNCTION_ARGS)
{
	QueryColumn columns[N_COLUMNS] = {
		[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_INTEGER, .required = true},
		[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
	};
	ReturnSetInfo *result = begin_result(fcinfo);
	Block		  *block = make_block(cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model);
	QueryReader	  *reader = begin_query(text_to_cstring(PG_GETARG_TEXT_PP(1)), columns, N_COLUMNS);

	while (next_row(reader))
	{
		take_row(block, reader);
		if (block->n_rows == block->capacity)
			flush_block(block, result);
	}
	flush_block(block, result);
	return (Datum) 0;
}
