/*
 * extract_job.c
 *		CALL plasticc_extract: light curves and features of all objects that
 *		have observations which the target table does not know of yet.
 *
 * An object is to be done when its number of observations is not the one that
 * is stored with its features.  Both numbers come from one snapshot, that of
 * the statement which aggregated the rows, so that an observation committed
 * later, in whatever order, is never taken for known.
 */
#include "core/features/catalog.h"
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "pg/jobs/json_options.h"
#include "pg/jobs/procedure.h"
#include "pg/pipeline/extract_statements.h"
#include "pg/pipeline/pipeline_options.h"
#include "pg/pipeline/pipeline_run.h"
#include "pg/pipeline/row_checks.h"
#include "pg/pipeline/row_sample.h"
#include "pg/util/args.h"
#include "pg/util/extension.h"

PG_FUNCTION_INFO_V1(plasticc_extract);

#define TARGET_FUNCTION "plasticc_create_feature_table"
#define TARGET_HINT "SELECT " TARGET_FUNCTION "('name') makes such a table."

static void
extract_objects(PipelineJob *job, Datum ids)
{
	Oid	  types[] = {job->ids_type, TIMESTAMPTZOID};
	Datum values[] = {ids, TimestampTzGetDatum(GetCurrentTimestamp())};

	execute_statement(job->write, lengthof(types), types, values, NULL, SPI_OK_INSERT);
}

/* ------------------------------------------------------------------------
 * The procedure
 * ------------------------------------------------------------------------
 */

static Oid
lightcurve_type(Oid procedure)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, PointerGetDatum("lightcurve"),
						   ObjectIdGetDatum(get_func_namespace(procedure)));
}

static void
check_options(const ExtractOptions *options)
{
	if ((options->arrival == NULL) != (options->since == NULL))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options \"arrival\" and \"since\" belong together"),
						errhint("For example {\"arrival\": \"mjd\", \"since\": 60000}.")));
}

static Oid
named_table(const char *name)
{
	return DatumGetObjectId(DirectFunctionCall1(regclassin, CStringGetDatum(name)));
}

/*
 * Are the target's own curves the source?  Then they are not written: what is
 * appended to them meanwhile would be lost.
 */
static bool
reads_target(const Extraction *extraction)
{
	return extraction->rows.observations.oid == extraction->target.oid &&
		   extraction->stored_curves && strcmp(extraction->options.lightcurve, "lightcurve") == 0;
}

static void
check_observations(Extraction *extraction, Oid curve_type)
{
	ExtractOptions *options = &extraction->options;
	Oid				relation = extraction->rows.observations.oid;

	if (options->lightcurve == NULL && !OidIsValid(column_type(relation, options->mjd)) &&
		column_type(relation, "lightcurve") == curve_type)
		options->lightcurve = "lightcurve";
	extraction->stored_curves = options->lightcurve != NULL;
	if (extraction->stored_curves && column_type(relation, options->lightcurve) != curve_type)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s has no column \"%s\" of type lightcurve",
						extraction->rows.observations.name, quoted_string(options->lightcurve))));
	extraction->rows.id = key_column(&extraction->rows.observations, options->object_id,
									 "object_id", &extraction->key, TARGET_FUNCTION);
	if (options->limits && !extraction->stored_curves)
	{
		extraction->rows.limits = source_table(named_table(options->limits), "limits");
		extraction->rows.limits_id = key_column(&extraction->rows.limits, options->object_id,
												"object_id", &extraction->key, TARGET_FUNCTION);
	}
	check_row_options(&extraction->rows);
	warn_without_index(&extraction->rows.observations, options->object_id);
	if (reads_target(extraction))
		extraction->keep_curves = false;
}

static void
check_target(Extraction *extraction, Oid curve_type)
{
	const PipelineTable *target = &extraction->target;
	const char			*key[] = {"object_id"};
	OptionBoolean		 keep = extraction->options.store_lightcurves;

	extraction->key = target_key(target, &extraction->target_id, TARGET_HINT);
	check_target_column(target, "features", FLOAT4ARRAYOID, TARGET_HINT);
	check_target_column(target, "n_rows", INT8OID, TARGET_HINT);
	check_target_column(target, "extracted_at", TIMESTAMPTZOID, TARGET_HINT);
	if (keep == OPTION_NOT_GIVEN)
		keep = OidIsValid(column_type(target->oid, "lightcurve")) ? OPTION_TRUE : OPTION_FALSE;
	extraction->keep_curves = keep == OPTION_TRUE;
	if (keep == OPTION_TRUE)
		check_target_column(target, "lightcurve", curve_type,
							"Add it, or use the option {\"store_lightcurves\": false}.");
	if (!has_unique_index(target->oid, key, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("target %s has no primary key or unique index on object_id", target->name),
				 errhint(TARGET_HINT)));
}

/* The target must not hold other features than those that are about to come. */
static void
check_stored_features(const Extraction *extraction)
{
	bool is_null;

	execute_statement(
		psprintf("SELECT pg_catalog.cardinality(t.features), "
				 "pg_catalog.cardinality(%s.plasticc_%sfeature_names(%s)) FROM %s AS t "
				 "WHERE t.features IS NOT NULL LIMIT 1",
				 extraction->schema, extraction->options.metadata ? "host_" : "",
				 feature_set_constant(extraction), extraction->target.name),
		0, NULL, NULL, NULL, SPI_OK_SELECT);
	if (SPI_processed > 0)
	{
		HeapTuple row = SPI_tuptable->vals[0];
		TupleDesc desc = SPI_tuptable->tupdesc;
		int		  stored = DatumGetInt32(SPI_getbinval(row, desc, 1, &is_null));
		int		  expected = DatumGetInt32(SPI_getbinval(row, desc, 2, &is_null));

		if (stored != expected)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("target %s holds objects with %d features, these options give %d",
							extraction->target.name, stored, expected),
					 errhint("Use the same feature_set and metadata as before, or another "
							 "target, or TRUNCATE it.")));
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
plan_extraction(FunctionCallInfo fcinfo, PipelinePlan *plan)
{
	Oid		   procedure = fcinfo->flinfo->fn_oid;
	Oid		   curve_type = lightcurve_type(procedure);
	Extraction extraction = {.options = *(const ExtractOptions *) extract_options.defaults};
	const ExtractOptions *options = &extraction.options;

	read_options(fcinfo, 2, &extract_options, &extraction.options);
	check_options(options);
	extraction.schema = extension_schema(procedure);
	extraction.rows.options = options;
	extraction.rows.schema = extraction.schema;
	extraction.rows.key = &extraction.key;
	extraction.rows.observations =
		source_table(oid_argument(fcinfo, 0, "observations"), "observations");
	extraction.target = target_table(oid_argument(fcinfo, 1, "target"));
	if (options->metadata)
		extraction.metadata = source_table(named_table(options->metadata), "metadata");
	check_target(&extraction, curve_type);
	check_observations(&extraction, curve_type);

	plan->target = extraction.target.oid;
	plan->object_id_type = extraction.key.type;
	plan->job.ids_type = extraction.key.array;
	plan->to_do = "have new observations";
	plan->job.find = todo_query(&extraction, true);
	plan->job.write = write_statement(&extraction);
	plan->list = todo_query(&extraction, false);
	if (options->where)
	{
		plan->job.all = all_query(&extraction, true);
		plan->list_all = all_query(&extraction, false);
		plan->undone_of_all = undone_of_all_query(&extraction);
	}
	plan->job.read = rejected_query(&extraction);
	if (!extraction.stored_curves)
	{
		plan->job.explain = bad_texts_query(&extraction.rows);
		warn_of_units(&extraction.rows);
	}
	plan->job.strict = (options->invalid == BAD_ROWS_ARE_ERRORS ? STRICT_MEASUREMENTS : 0) |
					   (options->unmapped == BAD_ROWS_ARE_ERRORS ? STRICT_PASSBANDS : 0);
	plan->undone = undone_query(&extraction);
	plan->chunks = options->chunks;
	plan->temporary = extraction.rows.observations.temporary || extraction.target.temporary ||
					  extraction.metadata.temporary || extraction.rows.limits.temporary;
	check_stored_features(&extraction);
}

static const PipelineKind extract_kind = {
	.phase = "extracting features",
	.worker = "extraction worker",
	.worker_function = "plasticc_extraction_worker",
	.plan = plan_extraction,
	.do_objects = extract_objects,
	.check_rows = check_rejected_rows,
	.explain = explain_bad_text,
	.report_total = report_rejected_rows,
};

PGDLLEXPORT void plasticc_extraction_worker(Datum handle);

void
plasticc_extraction_worker(Datum handle)
{
	run_pipeline_worker(handle, &extract_kind);
}

/*
 * plasticc_extract(observations, target, options)
 */
Datum
plasticc_extract(PG_FUNCTION_ARGS)
{
	return run_pipeline(fcinfo, &extract_kind);
}
