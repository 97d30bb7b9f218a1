/*
 * classify.c
 *		Class probabilities out of a model: for a row, in long form, and for
 *		the result of a query.
 */
#include "pg/module/plasticc.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "pg/util/arrays.h"
#include "pg/model/classify.h"
#include "pg/model/model_cache.h"
#include "pg/util/query_reader.h"

#define BLOCK_ROWS 1024

PG_FUNCTION_INFO_V1(plasticc_classify);
PG_FUNCTION_INFO_V1(plasticc_classify_name);
PG_FUNCTION_INFO_V1(plasticc_probabilities);
PG_FUNCTION_INFO_V1(plasticc_classify_query);

void
check_feature_count(const Model *model, ArrayType *features, const char *whose)
{
	int expected = model->preprocessing.n_features;
	int n = feature_array_length(features, whose);

	if (n != expected)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("model expects %d features, got %d%s", expected, n, whose),
						errhint("Pass the features that the model was trained with, in the same "
								"order; plasticc_model_info(model) describes them.")));
}

/* The probabilities of one object, in cached->probabilities. */
static void
classify_object(CachedModel *cached, ArrayType *features)
{
	check_feature_count(cached->model, features, "");
	copy_features(features, cached->features);
	model_classify(cached->model, cached->scratch, 1, cached->features, cached->probabilities);
}

/*
 * plasticc_classify(model bytea, features)
 */
Datum
plasticc_classify(PG_FUNCTION_ARGS)
{
	CachedModel *cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));

	classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));
	PG_RETURN_ARRAYTYPE_P(real_array(cached->probabilities, cached->model->n_classes));
}

/*
 * plasticc_classify(name text, features): by the newest model of that name.
 */
Datum
plasticc_classify_name(PG_FUNCTION_ARGS)
{
	CachedModel *cached = cached_model_by_name(fcinfo->flinfo, PG_GETARG_TEXT_PP(0));

	classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));
	PG_RETURN_ARRAYTYPE_P(real_array(cached->probabilities, cached->model->n_classes));
}

/*
 * plasticc_probabilities(model, features): a row (class, probability) for each
 * class.
 */
Datum
plasticc_probabilities(PG_FUNCTION_ARGS)
{
	CachedModel	  *cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	classify_object(cached, PG_GETARG_ARRAYTYPE_P(1));
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < cached->model->n_classes; i++)
	{
		Datum values[2] = {Int32GetDatum(cached->model->classes[i]),
						   Float4GetDatum(cached->probabilities[i])};
		bool  nulls[2] = {false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* The state of plasticc_classify_query. */
typedef struct QueryClassifier
{
	const Model		*model;
	ClassifyScratch *scratch;
	ReturnSetInfo	*result;
	int				 n_rows;		/* in the block */
	float			*features;		/* [BLOCK_ROWS][n_features], only of rows that have them */
	float			*probabilities; /* [BLOCK_ROWS][n_classes] */
	int64			 object_ids[BLOCK_ROWS];
	bool			 has_id[BLOCK_ROWS];
	bool			 has_features[BLOCK_ROWS];
	MemoryContext	 row_context; /* emptied after every row */
} QueryClassifier;

/* What an error message says of a row, " for object 615", or " for row 12" without an id. */
static char *
describe_row(bool has_id, int64 object_id, uint64 row)
{
	return has_id ? psprintf(" for object " INT64_FORMAT, object_id)
				  : psprintf(" for row " UINT64_FORMAT, row);
}

/* Takes a row into the block; returns whether it has features. */
static bool
add_row(QueryClassifier *classifier, HeapTuple tuple, TupleDesc desc, const QueryColumn *columns,
		int n_with_features, uint64 row)
{
	MemoryContext caller = MemoryContextSwitchTo(classifier->row_context);
	int			  i = classifier->n_rows++;
	ArrayType	 *features;

	classifier->has_id[i] = column_integer(tuple, desc, &columns[0], &classifier->object_ids[i]);
	classifier->has_features[i] = column_features(tuple, desc, &columns[1], &features);
	if (classifier->has_features[i])
	{
		check_feature_count(classifier->model, features,
							describe_row(classifier->has_id[i], classifier->object_ids[i], row));
		copy_features(features,
					  classifier->features +
						  (size_t) n_with_features * classifier->model->preprocessing.n_features);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(classifier->row_context);
	return classifier->has_features[i];
}

/* Classifies the block and writes its rows to the result. */
static void
flush_block(QueryClassifier *classifier, int n_with_features)
{
	MemoryContext caller = MemoryContextSwitchTo(classifier->row_context);
	int			  n_classes = classifier->model->n_classes;
	const float	 *probabilities = classifier->probabilities;

	if (n_with_features > 0)
		model_classify(classifier->model, classifier->scratch, n_with_features,
					   classifier->features, classifier->probabilities);
	for (int i = 0; i < classifier->n_rows; i++)
	{
		Datum values[2] = {Int64GetDatum(classifier->object_ids[i]), (Datum) 0};
		bool  nulls[2] = {!classifier->has_id[i], !classifier->has_features[i]};

		if (classifier->has_features[i])
		{
			values[1] = PointerGetDatum(real_array(probabilities, n_classes));
			probabilities += n_classes;
		}
		tuplestore_putvalues(classifier->result->setResult, classifier->result->setDesc, values,
							 nulls);
	}
	classifier->n_rows = 0;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(classifier->row_context);
}

static void
classify_rows(QueryClassifier *classifier, const char *query)
{
	QueryColumn columns[] = {
		{.name = "object_id", .kind = COLUMN_INTEGER, .required = true},
		{.name = "features", .kind = COLUMN_FEATURES, .required = true},
	};
	Portal portal = open_query(query, columns, lengthof(columns));
	int	   batch = Min(BLOCK_ROWS, query_batch_rows(classifier->model->preprocessing.n_features));
	uint64 row = 0;

	for (;;)
	{
		int n_with_features = 0;

		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, batch);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
			if (add_row(classifier, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, columns,
						n_with_features, ++row))
				n_with_features++;
		SPI_freetuptable(SPI_tuptable);
		flush_block(classifier, n_with_features);
	}
	SPI_cursor_close(portal);
}

/*
 * plasticc_classify_query(model, query): classifies what the query returns, a
 * block of rows at a time, which takes matrix products where single rows take
 * products of a matrix and a vector.  The result goes to a tuplestore, which
 * spills to disk beyond work_mem.
 */
Datum
plasticc_classify_query(PG_FUNCTION_ARGS)
{
	const Model		*model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	char			*query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Workspace		 workspace = server_workspace(CurrentMemoryContext);
	QueryClassifier *classifier = palloc0(sizeof(QueryClassifier));

	InitMaterializedSRF(fcinfo, 0);
	classifier->model = model;
	classifier->scratch = classify_scratch(model, BLOCK_ROWS, &workspace);
	classifier->result = (ReturnSetInfo *) fcinfo->resultinfo;
	classifier->features =
		workspace_array(&workspace, float, (size_t) BLOCK_ROWS * model->preprocessing.n_features);
	classifier->probabilities =
		workspace_array(&workspace, float, (size_t) BLOCK_ROWS * model->n_classes);
	classifier->row_context = AllocSetContextCreate(CurrentMemoryContext, "plasticc classify row",
													ALLOCSET_DEFAULT_SIZES);
	SPI_connect();
	classify_rows(classifier, query);
	SPI_finish();
	return (Datum) 0;
}
