/*
 * target_tables.c
 *		Makes the tables that plasticc_extract and plasticc_predict fill.
 */
#include "pg/module/plasticc.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/varlena.h"

#include "pg/jobs/procedure.h"
#include "pg/pipeline/object_key.h"
#include "pg/util/args.h"
#include "pg/util/extension.h"

PG_FUNCTION_INFO_V1(plasticc_create_feature_table);
PG_FUNCTION_INFO_V1(plasticc_create_prediction_table);

/* Creates a table with these columns, alters it (NULL: not), and returns it. */
static Oid
create_table(text *name, const char *columns, const char *alterations)
{
	List	 *names = textToQualifiedNameList(name);
	RangeVar *range = makeRangeVarFromNameList(names);
	char *quoted = range->schemaname ? quote_qualified_identifier(range->schemaname, range->relname)
									 : pstrdup(quote_identifier(range->relname));

	if (range->catalogname)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
						errmsg("name of the table has too many parts: \"%s\"", quoted_text(name))));
	SPI_connect();
	execute_statement(psprintf("CREATE TABLE %s (%s)", quoted, columns), 0, NULL, NULL, NULL,
					  SPI_OK_UTILITY);
	if (alterations)
		execute_statement(psprintf("ALTER TABLE %s %s", quoted, alterations), 0, NULL, NULL, NULL,
						  SPI_OK_UTILITY);
	SPI_finish();
	return RangeVarGetRelid(range, NoLock, false);
}

/* The type argument of object_id, for a statement; an error for one that cannot identify objects.
 */
static char *
object_id_type(FunctionCallInfo fcinfo, int argument)
{
	Oid type = PG_GETARG_OID(argument);

	if (get_typtype(type) == '\0')
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("type with OID %u does not exist", type)));
	(void) key_of_type(type);
	return format_type_extended(type, -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/*
 * plasticc_create_feature_table(name, object_id_type)
 *
 * Features do not compress (docs/distributed.md has the figures).  They lie
 * outside the rows, so that the table is a few pages from which the planner would
 * conclude that no parallel worker is worth it: hence parallel_workers, which
 * max_parallel_workers_per_gather caps.
 */
Datum
plasticc_create_feature_table(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(
		create_table(PG_GETARG_TEXT_PP(0),
					 psprintf("object_id %s PRIMARY KEY, "
							  "lightcurve %s.lightcurve, "
							  "features pg_catalog.float4[], "
							  "n_rows pg_catalog.int8 NOT NULL, "
							  "extracted_at pg_catalog.timestamptz NOT NULL",
							  object_id_type(fcinfo, 1), extension_schema(fcinfo->flinfo->fn_oid)),
					 "ALTER COLUMN features SET STORAGE EXTERNAL, SET (parallel_workers = 64)"));
}

/*
 * plasticc_create_prediction_table(name, history, object_id_type)
 */
Datum
plasticc_create_prediction_table(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(create_table(PG_GETARG_TEXT_PP(0),
							   psprintf("object_id %s, "
										"model pg_catalog.text, "
										"version pg_catalog.int4 NOT NULL, "
										"probabilities pg_catalog.float4[] NOT NULL, "
										"predicted_at pg_catalog.timestamptz NOT NULL, "
										"features_at pg_catalog.timestamptz NOT NULL, "
										"PRIMARY KEY (object_id, model%s)",
										object_id_type(fcinfo, 2),
										PG_GETARG_BOOL(1) ? ", version, features_at" : ""),
							   NULL));
}
