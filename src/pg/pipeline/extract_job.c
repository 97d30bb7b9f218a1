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

#include "pg/jobs/json_options.h"
#include "pg/jobs/procedure.h"
#include "pg/pipeline/object_key.h"
#include "pg/pipeline/pipeline_options.h"
#include "pg/pipeline/pipeline_run.h"
#include "pg/pipeline/row_checks.h"
#include "pg/util/args.h"
#include "pg/util/extension.h"

PG_FUNCTION_INFO_V1(plasticc_extract);

#define TARGET_FUNCTION "plasticc_create_feature_table"
#define TARGET_HINT "SELECT " TARGET_FUNCTION "('name') makes such a table."

/* An extraction while its statements are written. */
typedef struct Extraction
{
	ExtractOptions options;
	const char	  *schema; /* the extension's, quoted */
	RowSource	   rows;
	PipelineTable  target;
	PipelineTable  metadata;
	bool		   stored_curves; /* observations has a light curve a row */
	bool		   keep_curves;
	ObjectKey	   key;
	KeyColumn	   target_id;
} Extraction;

/* ------------------------------------------------------------------------
 * What is to be done
 * ------------------------------------------------------------------------
 */

/* " AND s.arrived >= '2027-01-01'::timestamptz" */
static char *
arrival_condition(const Extraction *extraction)
{
	const ExtractOptions *options = &extraction->options;
	Oid					  type;

	if (options->arrival == NULL)
		return "";
	type = column_type(extraction->rows.observations.oid, options->arrival);
	if (!OidIsValid(type))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("%s has no column \"%s\"", extraction->rows.observations.name,
							   quoted_string(options->arrival)),
						errhint("The option \"arrival\" names the column that records when rows "
								"arrived.")));
	return psprintf(" AND s.%s OPERATOR(pg_catalog.>=) %s::%s", quote_identifier(options->arrival),
					quote_literal_cstr(options->since),
					format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY));
}

/*
 * The column of stored light curves of a row s.  Like all arguments of the
 * extension's functions it has exactly the type of their parameter, here also
 * where the column is of a domain: otherwise a function of that name that somebody
 * else has created in the extension's schema could be a better match.
 */
static char *
stored_curve(const Extraction *extraction)
{
	return psprintf("s.%s::%s.lightcurve", quote_identifier(extraction->options.lightcurve),
					extraction->schema);
}

/* A value of the enum plasticc_feature_set. */
static char *
feature_set_constant(const Extraction *extraction)
{
	return psprintf("%s::%s.plasticc_feature_set",
					quote_literal_cstr(feature_set_names[extraction->options.feature_set]),
					extraction->schema);
}

/* The column of a subquery of rows, which has the collation of the observations. */
static const KeyColumn row_id = {"object_id", "", InvalidOid};

/* (object_id, n_rows) of observations, by range. */
static char *
count_query(const Extraction *extraction, bool range)
{
	const ObjectKey *key = &extraction->key;
	const KeyColumn *id = &extraction->rows.id;
	RowChoice		 choice = range ? ROWS_IN_RANGE : ALL_ROWS;

	if (extraction->stored_curves)
		return psprintf("SELECT %s AS object_id, "
						"%s.plasticc_n_observations(%s)::pg_catalog.int8 AS n_rows FROM %s AS s "
						"WHERE s.%s IS NOT NULL%s%s%s AND s.%s IS NOT NULL",
						key_value(key, "s", id), extraction->schema, stored_curve(extraction),
						extraction->rows.observations.name, id->name,
						key_range(range, key, "s", id), arrival_condition(extraction),
						where_condition(&extraction->rows),
						quote_identifier(extraction->options.lightcurve));
	if (extraction->options.arrival)
		return psprintf("SELECT %s AS object_id, "
						"(SELECT pg_catalog.count(*) FROM (%s) AS a WHERE %s) AS n_rows "
						"FROM (SELECT DISTINCT s.%s AS object_id FROM %s AS s "
						"WHERE s.%s IS NOT NULL%s%s) AS c",
						key_value(key, "c", &row_id), object_rows(&extraction->rows, ALL_ROWS),
						key_equals(key, "a", &row_id, "c.object_id"), id->name,
						extraction->rows.observations.name, id->name,
						key_range(range, key, "s", id), arrival_condition(extraction));
	return psprintf("SELECT %s AS object_id, pg_catalog.count(*) AS n_rows "
					"FROM (%s) AS r GROUP BY r.object_id",
					key_value(key, "r", &row_id), object_rows(&extraction->rows, choice));
}

/*
 * A range of the observations' order is one of the target's if both have the same
 * collation; if not, the target's rows are found by the objects.
 */
static char *
todo_query(const Extraction *extraction, bool range)
{
	const KeyColumn *id = &extraction->target_id;
	bool			 same_order = extraction->rows.id.collation == id->collation;

	return psprintf("SELECT o.object_id FROM (%s) AS o LEFT JOIN %s AS t ON %s%s "
					"WHERE t.n_rows IS NULL OR t.n_rows OPERATOR(pg_catalog.<>) o.n_rows "
					"ORDER BY o.object_id",
					count_query(extraction, range), extraction->target.name,
					key_equals(&extraction->key, "t", id, "o.object_id"),
					key_range(range && same_order, &extraction->key, "t", id));
}

/* ------------------------------------------------------------------------
 * Doing it
 * ------------------------------------------------------------------------
 */

/* A light curve, its measurements of one epoch brought together where that is asked for. */
static char *
coalesced(const Extraction *extraction, char *curve)
{
	if (extraction->options.coalesce < 0)
		return curve;
	return psprintf("%s.plasticc_coalesce(%s, %.17g::pg_catalog.float8)", extraction->schema, curve,
					extraction->options.coalesce);
}

/* (object_id, lightcurve, n_rows) of the objects in $1. */
static char *
curves_query(const Extraction *extraction)
{
	const ObjectKey *key = &extraction->key;
	const RowSource *rows = &extraction->rows;

	if (extraction->stored_curves)
		return psprintf("SELECT %s AS object_id, %s AS lightcurve, "
						"%s.plasticc_n_observations(%s)::pg_catalog.int8 AS n_rows FROM %s AS s "
						"WHERE %s%s",
						key_value(key, "s", &rows->id),
						coalesced(extraction, stored_curve(extraction)), extraction->schema,
						stored_curve(extraction), rows->observations.name,
						key_in(key, "s", &rows->id), where_condition(rows));
	return psprintf(
		"SELECT %s AS object_id, %s AS lightcurve, pg_catalog.count(*) AS n_rows "
		"FROM (%s) AS r GROUP BY r.object_id",
		key_value(key, "r", &row_id),
		coalesced(extraction, psprintf("%s.plasticc_lightcurve(r.mjd, r.passband, r.flux, "
									   "r.flux_err, r.detected)",
									   extraction->schema)),
		measurement_rows(rows, ROWS_OF_OBJECTS, false));
}

/* The features of a row c, with those of the host m where there are metadata. */
static char *
features_expression(const Extraction *extraction)
{
	const ExtractOptions *options = &extraction->options;
	const PipelineTable	 *metadata = &extraction->metadata;
	const char			 *distmod = options->distmod ? options->distmod : "distmod";
	char *features = psprintf("%s.plasticc_features(c.lightcurve, %s)", extraction->schema,
							  feature_set_constant(extraction));

	if (options->metadata == NULL)
		return features;
	return psprintf("%s.plasticc_host_features(%s, %s, %s, %s, %s, %s)", extraction->schema,
					features, boolean_column(metadata, "m", options->ddf, "ddf"),
					number_column(metadata, "m", options->hostgal_photoz, "hostgal_photoz"),
					number_column(metadata, "m", options->hostgal_photoz_err, "hostgal_photoz_err"),
					options->distmod == NULL && !OidIsValid(column_type(metadata->oid, distmod))
						? "NULL::pg_catalog.float8"
						: number_column(metadata, "m", distmod, "distmod"),
					number_column(metadata, "m", options->mwebv, "mwebv"));
}

static char *
write_statement(const Extraction *extraction)
{
	const ExtractOptions *options = &extraction->options;
	bool				  keep = extraction->keep_curves;
	char				 *join = "";

	if (options->metadata)
	{
		const char *name =
			options->metadata_object_id ? options->metadata_object_id : options->object_id;
		KeyColumn id =
			key_column(&extraction->metadata, name, "metadata_object_id", &extraction->key, NULL);

		warn_without_index(&extraction->metadata, name);
		join = psprintf(" LEFT JOIN %s AS m ON %s AND %s", extraction->metadata.name,
						key_equals(&extraction->key, "m", &id, "c.object_id"),
						key_in(&extraction->key, "m", &id));
	}
	return psprintf(
		"INSERT INTO %s AS t (object_id, %sfeatures, n_rows, extracted_at) "
		"SELECT c.object_id, %s%s, c.n_rows, pg_catalog.clock_timestamp() FROM (%s) AS c%s "
		"ORDER BY c.object_id "
		"ON CONFLICT (object_id) DO UPDATE SET %sfeatures = EXCLUDED.features, "
		"n_rows = EXCLUDED.n_rows, extracted_at = EXCLUDED.extracted_at",
		extraction->target.name, keep ? "lightcurve, " : "", keep ? "c.lightcurve, " : "",
		features_expression(extraction), curves_query(extraction), join,
		keep ? "lightcurve = EXCLUDED.lightcurve, " : "");
}

static void
extract_objects(PipelineJob *job, Datum ids)
{
	execute_statement(job->write, 1, &job->ids_type, &ids, NULL, SPI_OK_INSERT);
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

/* For people: the objects whose rows are not those that were extracted. */
static char *
undone_query(const Extraction *extraction)
{
	const RowSource *rows = &extraction->rows;

	return psprintf("SELECT %s, count(*) FROM %s AS s WHERE true%s GROUP BY 1 "
					"EXCEPT SELECT object_id, n_rows FROM %s",
					rows->id.name, rows->observations.name, where_condition(rows),
					extraction->target.name);
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
	if (!extraction.stored_curves)
	{
		plan->job.read = rejected_rows_query(&extraction.rows);
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
	.report_rows = report_rejected_rows,
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
