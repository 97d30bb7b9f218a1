/*
 * row_query.c
 *		The rows of a survey's observations as a subquery.
 *
 * Functions and operators have their schema, and arguments exactly the declared types,
 * except in the condition of the option "where", which is the caller's.
 */
#include "pg/module/plasticc.h"

#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"

#include "pg/curve/photometry.h"
#include "pg/pipeline/row_query.h"
#include "pg/util/args.h"

/* A syntax error is one of the condition, not of the caller's statement. */
static void
point_at_condition(void *query)
{
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(query);
	}
	errcontext("option \"where\"");
}

/*
 * The condition of the caller, whose expression it must be, as a whole: nothing of
 * it can end the parenthesis in which it is put, or the statement.
 */
static void
check_where(const char *where)
{
	char				*query = psprintf("SELECT %s", where);
	ErrorContextCallback callback = {error_context_stack, point_at_condition, query};
	List				*statements;
	SelectStmt			*select;

	error_context_stack = &callback;
	statements = pg_parse_query(query);
	error_context_stack = callback.previous;
	select = list_length(statements) == 1 ? (SelectStmt *) linitial_node(RawStmt, statements)->stmt
										  : NULL;
	if (select == NULL || !IsA(select, SelectStmt) || select->op != SETOP_NONE ||
		list_length(select->targetList) != 1 ||
		linitial_node(ResTarget, select->targetList)->name != NULL || select->distinctClause ||
		select->intoClause || select->fromClause || select->whereClause || select->groupClause ||
		select->havingClause || select->windowClause || select->sortClause || select->limitOffset ||
		select->limitCount || select->lockingClause)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"where\" is not one condition"),
						errhint("Write an SQL expression on columns of the observations, such as "
								"\"chi_n < 5\".")));
}

void
check_row_options(RowSource *source)
{
	const ExtractOptions *options = source->options;

	if (options->survey)
		source->survey = require_survey(options->survey);
	if (options->zero_point && (has_magnitudes(options) || options->unit != UNIT_NOT_GIVEN))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"zero_point\" stands in place of a unit or of magnitudes")));
	if ((options->magnitude != NULL) != (options->magnitude_err != NULL))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options \"magnitude\" and \"magnitude_err\" belong together")));
	if (options->limits && options->limit_magnitude == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"limits\" needs \"limit_magnitude\", a column of that table")));
	if (options->where)
		check_where(options->where);
}

static char *
row_condition(const RowSource *source, const KeyColumn *id, RowChoice choice)
{
	switch (choice)
	{
		case ALL_ROWS:
			return psprintf("s.%s IS NOT NULL", id->name);
		case ROWS_IN_RANGE:
			return psprintf("s.%s IS NOT NULL%s", id->name, key_range(true, source->key, "s", id));
		case ROWS_OF_OBJECTS:
			return key_in(source->key, "s", id);
	}
	pg_unreachable();
}

char *
where_condition(const RowSource *source)
{
	return source->options->where ? psprintf(" AND (%s\n)", source->options->where) : "";
}

/* SELECT object_id and columns of the observations and, if there are some, those of the limits. */
static char *
rows_with(const RowSource *source, RowChoice choice, const char *columns, const char *limit_columns)
{
	bool		   limits = source->limits.name != NULL;
	StringInfoData rows;

	initStringInfo(&rows);
	appendStringInfo(
		&rows, "SELECT %s AS object_id%s FROM %s AS s WHERE %s",
		limits ? key_value(source->key, "s", &source->id) : psprintf("s.%s", source->id.name),
		columns, source->observations.name, row_condition(source, &source->id, choice));
	appendStringInfoString(&rows, where_condition(source));
	if (limits)
		appendStringInfo(&rows, " UNION ALL SELECT %s%s FROM %s AS s WHERE %s",
						 key_value(source->key, "s", &source->limits_id), limit_columns,
						 source->limits.name, row_condition(source, &source->limits_id, choice));
	return rows.data;
}

char *
object_rows(const RowSource *source, RowChoice choice)
{
	return rows_with(source, choice, "", "");
}

/* ", band, time" */
static char *
described_columns(const RowSource *source, const PipelineTable *table, const char *mjd)
{
	return psprintf(", %s AS band, %s AS time", passband_text(source, table),
					text_column(table, "s", mjd, "mjd"));
}

char *
measurement_rows(const RowSource *source, RowChoice choice, bool described)
{
	const ExtractOptions *options = source->options;
	const char			 *limits_mjd = options->limits_mjd ? options->limits_mjd : options->mjd;
	char				 *flux, *flux_err, *columns;
	char				 *limit_columns = "";

	flux_expressions(source, &flux, &flux_err);
	columns = psprintf(
		", %s AS mjd, %s AS passband, %s AS flux, %s AS flux_err, %s AS detected%s",
		time_expression(source, &source->observations, options->mjd, "mjd", "time", options->time),
		passband_expression(source, &source->observations), flux, flux_err,
		detected_expression(source),
		described ? described_columns(source, &source->observations, options->mjd) : "");
	if (source->limits.name)
		limit_columns = psprintf(
			", %s, %s, 0::pg_catalog.float8, %s, false%s",
			time_expression(source, &source->limits, limits_mjd, "limits_mjd", "limits_time",
							options->limits_time ? options->limits_time : options->time),
			passband_expression(source, &source->limits), limit_expression(source, &source->limits),
			described ? described_columns(source, &source->limits, limits_mjd) : "");
	return rows_with(source, choice, columns, limit_columns);
}
