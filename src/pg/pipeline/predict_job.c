/*
 * predict_job.c
 *		CALL plasticc_predict: class probabilities of all objects whose features
 *		are newer than their prediction, or that this version of the model has
 *		not seen.
 *
 * A prediction carries the time stamp of the features that it was made of
 * (features_at), and an object is to be done when there is none with the model,
 * the version and the present time stamp.  Time stamps are only compared for
 * equality, so that neither clocks nor the order of commits matter.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "pg/util/arrays.h"
#include "pg/model/classify_block.h"
#include "pg/model/model_cache.h"
#include "pg/model/model_lookup.h"
#include "pg/jobs/json_options.h"
#include "pg/jobs/procedure.h"
#include "pg/jobs/subtransaction.h"
#include "pg/pipeline/chunk_run.h"
#include "pg/pipeline/distributed_tables.h"
#include "pg/pipeline/pipeline_options.h"
#include "pg/pipeline/pipeline_run.h"
#include "pg/pipeline/pipeline_tables.h"
#include "pg/pipeline/predict_statements.h"
#include "pg/util/args.h"
#include "pg/util/extension.h"

PG_FUNCTION_INFO_V1(plasticc_predict);

#define TARGET_FUNCTION "plasticc_create_prediction_table"
#define TARGET_HINT "SELECT " TARGET_FUNCTION "('name') makes such a table."

/* ------------------------------------------------------------------------
 * A chunk
 * ------------------------------------------------------------------------
 */

/* What a process keeps from chunk to chunk. */
typedef struct Predictor
{
	FmgrInfo	   function;
	ClassifyBlock *block;
} Predictor;

static Predictor *
make_predictor(const PipelineJob *job)
{
	MemoryContext caller = MemoryContextSwitchTo(job->context);
	Predictor	 *predictor = palloc0(sizeof(Predictor));
	Datum		  bytes;

	fmgr_info_cxt(job->procedure, &predictor->function, job->context);
	bytes = fetch_model(&predictor->function, cstring_to_text(job->model), &job->version).bytes;
	predictor->block =
		new_classify_block(cached_model(&predictor->function, bytes)->model, CLASSIFY_BLOCK_ROWS);
	predictor->block->name = cstring_to_text(job->model);
	predictor->block->early = new_early_counter(predictor->block->model);
	MemoryContextSwitchTo(caller);
	return predictor;
}

/* Adds the features of a row (object_id, features, extracted_at) to the block. */
static void
take_features(ClassifyBlock *block, HeapTuple row, TupleDesc desc, Datum *id, Datum *at)
{
	char	  *object = psprintf("object %s", quoted_string(SPI_getvalue(row, desc, 1)));
	ArrayType *features;
	Datum	   stored;
	bool	   is_null;

	*id = SPI_getbinval(row, desc, 1, &is_null);
	stored = SPI_getbinval(row, desc, 2, &is_null);
	*at = SPI_getbinval(row, desc, 3, &is_null);
	features = DatumGetArrayTypeP(stored);
	add_to_block(block, features, object);
	if (PointerGetDatum(features) != stored)
		pfree(features);
}

static Datum
array_of(Datum *values, int n, Oid type)
{
	int16 length;
	bool  by_value;
	char  align;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	return PointerGetDatum(construct_array(values, n, type, length, by_value, align));
}

/* Classifies rows of the table and writes their predictions. */
static void
predict_block(PipelineJob *job, SPITupleTable *table, uint64 first, int n)
{
	ClassifyBlock *block = ((Predictor *) job->state)->block;
	int			   n_classes = block->model->n_classes;
	Datum		  *ids = palloc(sizeof(Datum) * n);
	Datum		  *stamps = palloc(sizeof(Datum) * n);
	Datum		  *from = palloc(sizeof(Datum) * n);
	Datum		  *to = palloc(sizeof(Datum) * n);
	Oid			   types[] = {job->ids_type, TIMESTAMPTZARRAYOID, INT4ARRAYOID,
							  INT4ARRAYOID,	 FLOAT4ARRAYOID,	  TEXTOID,
							  INT4OID};
	Datum		   values[lengthof(types)];

	for (int i = 0; i < n; i++)
	{
		take_features(block, table->vals[first + i], table->tupdesc, &ids[i], &stamps[i]);
		from[i] = Int32GetDatum(i * n_classes + 1);
		to[i] = Int32GetDatum((i + 1) * n_classes);
	}
	classify_block(block);
	values[0] = array_of(ids, n, get_element_type(job->ids_type));
	values[1] = array_of(stamps, n, TIMESTAMPTZOID);
	values[2] = array_of(from, n, INT4OID);
	values[3] = array_of(to, n, INT4OID);
	values[4] = PointerGetDatum(real_array(block->probabilities, n * n_classes));
	values[5] = CStringGetTextDatum(job->model);
	values[6] = Int32GetDatum(job->version);
	execute_statement(job->write, lengthof(types), types, values, NULL, SPI_OK_INSERT);
}

static void
classify_here(PipelineJob *job, Datum ids)
{
	MemoryContext  context = AllocSetContextCreate(CurrentMemoryContext, "plasticc predict block",
												   ALLOCSET_DEFAULT_SIZES);
	MemoryContext  caller;
	SPITupleTable *table;
	uint64		   n_rows;

	execute_statement(job->read, 1, &job->ids_type, &ids, NULL, SPI_OK_SELECT);
	table = SPI_tuptable;
	n_rows = SPI_processed;
	caller = MemoryContextSwitchTo(context);
	for (uint64 first = 0; first < n_rows; first += CLASSIFY_BLOCK_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		predict_block(job, table, first, Min(CLASSIFY_BLOCK_ROWS, n_rows - first));
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	SPI_freetuptable(table);
}

/* Adds how many objects of the chunk are early. */
static void
count_where_they_lie(PipelineJob *job, EarlyObjects *early)
{
	HeapTuple row;
	TupleDesc desc;
	bool	  is_null;

	execute_statement(job->count, 1, &job->ids_type, &job->chunk, NULL, SPI_OK_SELECT);
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	early->n_known += DatumGetInt64(SPI_getbinval(row, desc, 1, &is_null));
	early->n_early += DatumGetInt64(SPI_getbinval(row, desc, 2, &is_null));
	SPI_freetuptable(SPI_tuptable);
}

/* The chunk, by statements that Citus sends to the shards. */
static void
classify_where_they_lie(const void *argument)
{
	PipelineJob	 *job = unconstify(void *, argument);
	Predictor	 *predictor = job->state;
	EarlyCounter *early = predictor->block->early;
	EarlyObjects  objects = {0};
	Oid			  types[] = {job->ids_type, TIMESTAMPTZOID};
	Datum		  values[] = {job->chunk, TimestampTzGetDatum(GetCurrentTimestamp())};

	/* an error if the version has been deleted meanwhile, for the join would have no rows */
	(void) fetch_model(&predictor->function, cstring_to_text(job->model), &job->version);
	if (early)
		count_where_they_lie(job, &objects);
	execute_statement(job->classify, lengthof(types), types, values, NULL, SPI_OK_INSERT);
	if (early)
	{
		early->objects.n_known += objects.n_known;
		early->objects.n_early += objects.n_early;
	}
}

/* What shards find wrong with features is raised here, for the error is to name the object. */
static void
predict_objects(PipelineJob *job, Datum ids)
{
	ErrorData *error;

	if (job->state == NULL)
		job->state = make_predictor(job);
	if (job->classify != NULL)
	{
		error = try_in_subtransaction(classify_where_they_lie, job, is_fault_of_data);
		if (error == NULL)
			return;
		FreeErrorData(error);
	}
	classify_here(job, ids);
}

/* Hands over what has been counted since the last time. */
static void
describe_objects(PipelineJob *job, ChunkReport *report)
{
	EarlyCounter *early = ((Predictor *) job->state)->block->early;

	if (early == NULL)
		return;
	report->early = early->objects;
	early->objects.n_known = 0;
	early->objects.n_early = 0;
}

static void
report_objects(const ChunkReport *total)
{
	warn_of_early_objects(&total->early);
}

/* ------------------------------------------------------------------------
 * The procedure
 * ------------------------------------------------------------------------
 */

static void
check_features(Prediction *prediction)
{
	const PredictOptions *options = &prediction->options;
	const PipelineTable	 *table = &prediction->features;
	Oid					  type = column_type(table->oid, options->features);
	const char			 *stamp = options->extracted_at ? options->extracted_at : "extracted_at";
	Oid					  stamp_type = column_type(table->oid, stamp);

	prediction->id =
		key_column(table, options->object_id, "object_id", &prediction->key, TARGET_FUNCTION);
	if (type != FLOAT4ARRAYOID && type != FLOAT8ARRAYOID)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("%s has no column \"%s\" of type real[]", table->name,
							   quoted_string(options->features)),
						errhint("Name another one with the option \"%s\".", "features")));
	prediction->column = quote_identifier(options->features);
	prediction->is_double = type == FLOAT8ARRAYOID;
	if (!OidIsValid(stamp_type) && options->extracted_at == NULL)
		prediction->extracted_at = "'-infinity'::pg_catalog.timestamptz";
	else if (stamp_type != TIMESTAMPTZOID)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s has no column \"%s\" of type timestamptz", table->name,
							   quoted_string(stamp)),
						errhint("Name another one with the option \"%s\".", "extracted_at")));
	else
		prediction->extracted_at = psprintf("COALESCE(f.%s, '-infinity'::pg_catalog.timestamptz)",
											quote_identifier(stamp));
	warn_without_index(table, options->object_id);
}

/* Whether the target keeps the history follows from its key. */
static void
check_target(Prediction *prediction)
{
	const PipelineTable *target = &prediction->target;
	const char			*key[] = {"object_id", "model", "version", "features_at"};
	OptionBoolean		 history = prediction->options.history;

	prediction->key = target_key(target, &prediction->target_id, TARGET_HINT);
	check_target_column(target, "model", TEXTOID, TARGET_HINT);
	check_target_column(target, "version", INT4OID, TARGET_HINT);
	check_target_column(target, "probabilities", FLOAT4ARRAYOID, TARGET_HINT);
	check_target_column(target, "predicted_at", TIMESTAMPTZOID, TARGET_HINT);
	check_target_column(target, "features_at", TIMESTAMPTZOID, TARGET_HINT);
	if (history != OPTION_FALSE && has_unique_index(target->oid, key, 4))
	{
		prediction->history = true;
		prediction->conflict = "object_id, model, version, features_at";
	}
	else if (history != OPTION_TRUE && has_unique_index(target->oid, key, 2))
		prediction->conflict = "object_id, model";
	else if (history != OPTION_TRUE && has_unique_index(target->oid, key, 1))
		prediction->conflict = "object_id";
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("target %s has no primary key or unique index on %s", target->name,
						history == OPTION_TRUE ? "(object_id, model, version, features_at)"
											   : "(object_id, model)"),
				 errhint("SELECT plasticc_create_prediction_table('name', history => %s) makes "
						 "such a table.",
						 history == OPTION_TRUE ? "true" : "false")));
}

/* The model and version of the whole run, also when another training ends meanwhile. */
static void
find_model(PipelineJob *job, const char *name, int version)
{
	FmgrInfo	function;
	StoredModel model;

	fmgr_info(job->procedure, &function);
	model = fetch_model(&function, cstring_to_text(name), version > 0 ? &version : NULL);
	job->model = text_to_cstring(model.name);
	job->version = model.version;
}

static void
plan_prediction(FunctionCallInfo fcinfo, PipelinePlan *plan)
{
	Prediction prediction = {.options = *(const PredictOptions *) predict_options.defaults};
	const PredictOptions *options = &prediction.options;
	PipelineJob			 *job = &plan->job;

	read_options(fcinfo, 3, &predict_options, &prediction.options);
	prediction.schema = extension_schema(job->procedure);
	prediction.features = source_table(oid_argument(fcinfo, 1, "features"), "features");
	prediction.target = target_table(oid_argument(fcinfo, 2, "target"));
	check_target(&prediction);
	check_features(&prediction);

	plan->target = prediction.target.oid;
	plan->object_id_type = prediction.key.type;
	job->ids_type = prediction.key.array;
	find_model(job, text_argument(fcinfo, 0, "model"), options->version);
	plan->to_do =
		psprintf("are to be classified by model \"%s\" version %d", job->model, job->version);
	job->find = unclassified_query(&prediction, job, true);
	job->read = stored_features_query(&prediction);
	job->write = insert_statement(&prediction);
	plan->list = unclassified_query(&prediction, job, false);
	plan->chunks = options->chunks;
	if (objects_lie_together(
			prediction.features.oid, options->object_id, plan->target, "object_id",
			get_relname_relid("plasticc_models", get_func_namespace(job->procedure))))
	{
		Predictor *predictor = make_predictor(job);

		job->state = predictor;
		job->count = count_query(&prediction, job, predictor->block->early);
		job->classify = classify_statement(&prediction, job);
		if (plan->chunks.workers < 0)
			plan->chunks.workers = 0; /* each chunk occupies all servers */
	}
	plan->temporary = prediction.features.temporary || prediction.target.temporary;
}

static const PipelineKind predict_kind = {
	.phase = "predicting",
	.worker = "prediction worker",
	.worker_function = "plasticc_prediction_worker",
	.plan = plan_prediction,
	.do_objects = predict_objects,
	.describe = describe_objects,
	.report_total = report_objects,
};

PGDLLEXPORT void plasticc_prediction_worker(Datum handle);

void
plasticc_prediction_worker(Datum handle)
{
	run_pipeline_worker(handle, &predict_kind);
}

/*
 * plasticc_predict(model, features, target, options)
 */
Datum
plasticc_predict(PG_FUNCTION_ARGS)
{
	return run_pipeline(fcinfo, &predict_kind);
}
