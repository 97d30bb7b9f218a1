/*
 * create_views.c
 *		plasticc_create_views: views of predictions and models, for tools that show
 *		tables.
 *
 * Statements run as the caller, with the search_path pg_catalog while the views are
 * created, so that operators, functions and types are the server's own.  Whatever
 * is not is named with its schema, as are the tables.
 */
#include "pg/module/plasticc.h"

#include "access/relation.h"
#include "access/tupdesc.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/comment.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "core/features/catalog.h"
#include "pg/jobs/json_options.h"
#include "pg/jobs/procedure.h"
#include "pg/util/args.h"
#include "pg/util/extension.h"
#include "pg/util/result_rows.h"
#include "pg/views/view_call.h"
#include "pg/views/view_definitions.h"

PG_FUNCTION_INFO_V1(plasticc_create_views);

/* ----------------------------------------------------------------
 * Columns
 * ----------------------------------------------------------------
 */

static List *
add_column(List *columns, const char *name, const char *expression, const char *comment)
{
	ViewColumn *column = palloc(sizeof(ViewColumn));

	*column = (ViewColumn){pstrdup(name), expression, comment};
	return lappend(columns, column);
}

static bool
has_column(const List *columns, const char *name)
{
	ListCell *cell;

	foreach (cell, columns)
		if (strcmp(((ViewColumn *) lfirst(cell))->name, name) == 0)
			return true;
	return false;
}

/* The columns of the metadata, but for the object's; one whose name is taken gets a longer one. */
static List *
add_metadata_columns(List *columns, const ViewCall *call)
{
	Relation  relation = relation_open(call->metadata.oid, AccessShareLock);
	TupleDesc row = RelationGetDescr(relation);

	for (int i = 0; i < row->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row, i);
		const char		 *column = NameStr(attribute->attname);
		const char		 *name = column;
		char			 *comment;

		if (attribute->attisdropped || strcmp(column, call->options.metadata_object_id) == 0)
			continue;
		while (has_column(columns, name))
		{
			char *longer = psprintf("metadata_%s", name);

			longer[pg_mbcliplen(longer, strlen(longer), NAMEDATALEN - 1)] = '\0';
			if (strcmp(longer, name) == 0)
				ereport(
					ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("no name is free for column \"%s\" of %s", column, call->metadata.name),
					 errhint("Pass a view of the metadata that has other column names.")));
			name = longer;
		}
		comment = GetComment(call->metadata.oid, RelationRelationId, attribute->attnum);
		if (!comment)
			comment = psprintf("column %s of %s", quote_identifier(column), call->metadata.name);
		columns = add_column(columns, name, psprintf("m.%s", quote_identifier(column)), comment);
	}
	relation_close(relation, AccessShareLock);
	return columns;
}

static List *
add_prediction_columns(List *columns, const ViewCall *call)
{
	ListCell *cell;

	foreach (cell, call->prediction_columns)
	{
		const ViewColumn *column = lfirst(cell);

		columns = add_column(columns, column->name,
							 psprintf("p.%s", quote_identifier(column->name)), column->comment);
	}
	return columns;
}

static List *
add_feature_columns(List *columns, const ViewCall *call)
{
	const char *schema = extension_schema(call->flinfo->fn_oid);

	for (int i = 0; i < call->options.n_feature_columns; i++)
	{
		const char		  *name = call->options.feature_columns[i];
		int				   ordinal = find_feature(name, strlen(name));
		FeatureDescription feature;

		if (ordinal < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("unknown feature \"%s\"", quoted_string(name)),
					 errhint("plasticc_feature_catalog() and plasticc_host_feature_catalog() list "
							 "the features.")));
		describe_feature(ordinal, &feature);
		columns = add_column(columns, name,
							 psprintf("%s.plasticc_feature(f.features::float4[], %s::text)", schema,
									  quote_literal_cstr(name)),
							 psprintf("%s (%s)", feature.description, feature.unit));
	}
	return columns;
}

static List *
view_columns(const ViewCall *call, const ViewDefinition *view)
{
	List *columns = NIL;

	for (int i = 0; i < view->n_columns; i++)
	{
		StringInfoData expression;

		initStringInfo(&expression);
		append_filled(&expression, call, view->columns[i].expression);
		columns =
			add_column(columns, view->columns[i].name, expression.data, view->columns[i].comment);
	}
	switch (view->extras)
	{
		case NO_EXTRAS:
			return columns;
		case METADATA_COLUMNS:
			return add_metadata_columns(columns, call);
		case PREDICTION_COLUMNS:
			return add_prediction_columns(columns, call);
		case FEATURE_COLUMNS:
			return add_feature_columns(columns, call);
	}
	pg_unreachable();
}

/* ----------------------------------------------------------------
 * Views
 * ----------------------------------------------------------------
 */

static void
execute_utility(const char *statement)
{
	execute_statement(statement, 0, NULL, NULL, NULL, SPI_OK_UTILITY);
}

static void
comment_on(const char *kind, const char *object, const char *comment)
{
	StringInfoData statement;

	initStringInfo(&statement);
	appendStringInfoString(&statement, "COMMENT ON ");
	appendStringInfoString(&statement, kind);
	appendStringInfoString(&statement, object);
	appendStringInfoString(&statement, " IS ");
	appendStringInfoString(&statement, quote_literal_cstr(comment));
	execute_utility(statement.data);
}

static char *
view_name(const ViewCall *call, const ViewDefinition *view)
{
	char *name = psprintf("%s%s", call->prefix, view->name);

	if (strlen(name) >= NAMEDATALEN)
		ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
						errmsg("prefix is too long: \"%s\"", quoted_string(call->prefix))));
	return name;
}

/* Where the server has it, what the view shows depends on who reads it, not on who made it. */
#if PG_VERSION_NUM >= 150000
#define VIEW_OPTIONS " WITH (security_invoker = true)"
#else
#define VIEW_OPTIONS ""
#endif

static void
create_view(ViewCall *call, const ViewDefinition *view)
{
	char *name =
		quote_qualified_identifier(get_namespace_name(call->schema), view_name(call, view));
	List		  *columns = view_columns(call, view);
	ListCell	  *cell;
	StringInfoData statement;
	const char	  *separator = "SELECT ";

	initStringInfo(&statement);
	appendStringInfoString(&statement, "CREATE VIEW ");
	appendStringInfoString(&statement, name);
	appendStringInfoString(&statement, VIEW_OPTIONS " AS ");
	foreach (cell, columns)
	{
		const ViewColumn *column = lfirst(cell);

		appendStringInfoString(&statement, separator);
		appendStringInfoString(&statement, column->expression);
		appendStringInfoString(&statement, " AS ");
		appendStringInfoString(&statement, quote_identifier(column->name));
		separator = ", ";
	}
	appendStringInfoChar(&statement, ' ');
	append_filled(&statement, call, view->source);
	execute_utility(statement.data);

	comment_on("VIEW ", name, view->comment);
	foreach (cell, columns)
	{
		const ViewColumn *column = lfirst(cell);

		comment_on("COLUMN ", psprintf("%s.%s", name, quote_identifier(column->name)),
				   column->comment);
	}
	if (view->extras == METADATA_COLUMNS)
		call->prediction_columns = columns;
	substitute(call, view->name, name);
}

static bool
is_wanted(const ViewCall *call, const ViewDefinition *view)
{
	switch (view->need)
	{
		case NEEDS_NOTHING:
			return true;
		case NEEDS_TARGET:
			return call->has_target;
		case NEEDS_NIGHTS:
			return call->has_nights;
		case NEEDS_FEATURE_COLUMNS:
			return call->options.n_feature_columns > 0;
	}
	pg_unreachable();
}

/* Reads the arguments and checks the tables. */
static ViewCall
read_call(FunctionCallInfo fcinfo)
{
	ViewCall call = {.flinfo = fcinfo->flinfo};
	char	*schema = PG_ARGISNULL(5) ? NULL : text_argument(fcinfo, 5, "schema");

	memcpy(&call.options, view_options.defaults, sizeof(call.options));
	read_options(fcinfo, 6, &view_options, &call.options);
	call.features = source_table(oid_argument(fcinfo, 0, "features"), "features");
	call.predictions = source_table(oid_argument(fcinfo, 1, "predictions"), "predictions");
	call.metadata = source_table(oid_argument(fcinfo, 2, "metadata"), "metadata");
	if (!PG_ARGISNULL(3))
		call.observations = source_table(PG_GETARG_OID(3), "observations");
	require_argument(fcinfo, 4, "prefix");
	call.prefix = text_to_cstring(PG_GETARG_TEXT_PP(4));
	call.schema = RangeVarGetCreationNamespace(makeRangeVar(schema, "view", -1));
	call.key = key_of_type(require_column(&call.predictions, "object_id", NULL));
	check_predictions(&call.predictions);
	(void) key_column(&call.features, "object_id", NULL, &call.key, NULL);
	return call;
}

/*
 * plasticc_create_views(features, predictions, metadata, observations, prefix,
 * schema, options) returns view, description of each view created.
 */
Datum
plasticc_create_views(PG_FUNCTION_ARGS)
{
	ViewCall	   call = read_call(fcinfo);
	ReturnSetInfo *result = begin_result(fcinfo);
	int			   nest_level;

	substitute_tables(&call);
	SPI_connect();
	nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	for (int i = 0; i < n_view_definitions; i++)
	{
		const ViewDefinition *view = &view_definitions[i];
		Datum				  values[2];
		bool				  nulls[2] = {false};

		if (!is_wanted(&call, view))
			continue;
		create_view(&call, view);
		values[0] = ObjectIdGetDatum(get_relname_relid(view_name(&call, view), call.schema));
		values[1] = CStringGetTextDatum(view->comment);
		add_result_row(result, values, nulls);
	}
	AtEOXact_GUC(false, nest_level);
	SPI_finish();
	return (Datum) 0;
}
