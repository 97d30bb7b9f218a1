/*
 * query_reader.c
 *		Reads the result of a user's query through a cursor, columns by name.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/util/args.h"
#include "pg/util/query_reader.h"
#include "pg/util/type_kinds.h"

#define BATCH_ROWS 1000
#define BATCH_CELLS 4000000 /* 16 MB of real */
#define FIRST_CAPACITY 1024
#define FIRST_ROWS 16 /* while the number of features is unknown */

static const char *
kind_name(ColumnKind kind)
{
	switch (kind)
	{
		case COLUMN_FEATURES:
			return "real[]";
		case COLUMN_INTEGER:
			return "integer";
		case COLUMN_NUMBER:
			return "double precision";
		case COLUMN_LABEL:
			return "integer or text";
		case COLUMN_ANY:
			return "of any type";
	}
	pg_unreachable();
}

bool
is_integer_column(const QueryColumn *column)
{
	return is_integer(column->type);
}

static bool
is_string_or_enum(Oid type)
{
	char category;
	bool is_preferred;

	get_type_category_preferred(type, &category, &is_preferred);
	return category == TYPCATEGORY_STRING || category == TYPCATEGORY_ENUM;
}

static bool
kind_accepts(ColumnKind kind, Oid type)
{
	switch (kind)
	{
		case COLUMN_FEATURES:
			return type == FLOAT4ARRAYOID || type == FLOAT8ARRAYOID;
		case COLUMN_INTEGER:
			return is_integer(type);
		case COLUMN_NUMBER:
			return is_number(type);
		case COLUMN_LABEL:
			return is_integer(type) || is_string_or_enum(type);
		case COLUMN_ANY:
			return true;
	}
	pg_unreachable();
}

/* What to do about a column of that type: every type has a cast to text, but not to others. */
static char *
type_hint(ColumnKind kind, Oid type)
{
	Oid target = kind == COLUMN_FEATURES ? FLOAT4ARRAYOID
				 : kind == COLUMN_NUMBER ? FLOAT8OID
										 : INT4OID;

	if (can_coerce_type(1, &type, &target, COERCION_EXPLICIT))
		return psprintf("Cast it to %s.", kind_name(kind));
	return kind == COLUMN_LABEL ? "Cast it to text." : psprintf("It must be %s.", kind_name(kind));
}

/* "features real[], target integer, optionally weight double precision" */
static char *
describe_columns(const QueryColumn *columns, int n_columns)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n_columns; i++)
	{
		if (i > 0)
			appendStringInfoString(&text, ", ");
		if (!columns[i].required && (i == 0 || columns[i - 1].required))
			appendStringInfoString(&text, "optionally ");
		appendStringInfo(&text, "%s %s", columns[i].name, kind_name(columns[i].kind));
	}
	return text.data;
}

static void
find_columns(const char *name, TupleDesc desc, QueryColumn *columns, int n_columns)
{
	for (int i = 0; i < n_columns; i++)
		columns[i].number = 0;

	for (int number = 1; number <= desc->natts; number++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, number - 1);
		QueryColumn		 *column = NULL;
		Oid				  output;
		bool			  is_varlena;

		for (int i = 0; i < n_columns && column == NULL; i++)
			if (strcmp(columns[i].name, NameStr(attribute->attname)) == 0)
				column = &columns[i];
		if (column == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
					 errmsg("%s has an unknown column \"%s\"", name, NameStr(attribute->attname)),
					 errhint("Accepted columns are %s.", describe_columns(columns, n_columns))));
		if (column->number > 0)
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
							errmsg("%s has more than one column \"%s\"", name, column->name)));
		column->number = number;
		column->type = getBaseType(attribute->atttypid);
		if (!kind_accepts(column->kind, column->type))
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
							errmsg("column \"%s\" of the %s has type %s", column->name, name,
								   format_type_be(attribute->atttypid)),
							errhint("%s", type_hint(column->kind, column->type))));
		getTypeOutputInfo(column->type, &output, &is_varlena);
		fmgr_info(output, &column->output);
	}

	for (int i = 0; i < n_columns; i++)
		if (columns[i].required && columns[i].number == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("%s has no column \"%s\"", name, columns[i].name),
					 errhint("The query must return %s.", describe_columns(columns, n_columns))));
}

static Portal
open_query(const char *name, const char *query, QueryColumn *columns, int n_columns)
{
	SPIPlanPtr plan = SPI_prepare_cursor(query, 0, NULL, CURSOR_OPT_NO_SCROLL);
	Portal	   portal;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	if (!SPI_is_cursor_plan(plan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_DEFINITION),
				 errmsg("%s must be a single statement that returns rows", name),
				 errhint("Pass a SELECT that returns %s.", describe_columns(columns, n_columns))));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, false);
	SPI_freeplan(plan);
	find_columns(name, portal->tupDesc, columns, n_columns);
	return portal;
}

int
query_batch_rows(int n_features)
{
	return n_features == 0 ? FIRST_ROWS : Max(1, Min(BATCH_ROWS, BATCH_CELLS / n_features));
}

/* ------------------------------------------------------------------------
 * Rows
 * ------------------------------------------------------------------------
 */

QueryReader *
begin_query(const char *name, const char *query, QueryColumn *columns, int n_columns)
{
	QueryReader *reader = palloc0(sizeof(QueryReader));

	reader->name = name;
	reader->columns = columns;
	reader->n_columns = n_columns;
	reader->caller = CurrentMemoryContext;
	reader->row_context =
		AllocSetContextCreate(reader->caller, "plasticc query row", ALLOCSET_DEFAULT_SIZES);
	SPI_connect();
	reader->portal = open_query(name, query, columns, n_columns);
	MemoryContextSwitchTo(reader->caller);
	return reader;
}

/* Fetches the next rows; false, with everything released, where there are none. */
static bool
fetch_rows(QueryReader *reader)
{
	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(reader->row_context);
	if (reader->table != NULL)
		SPI_freetuptable(reader->table);
	SPI_cursor_fetch(reader->portal, true, query_batch_rows(reader->n_features));
	reader->table = SPI_tuptable;
	reader->n_fetched = SPI_processed;
	reader->n_taken = 0;
	if (reader->n_fetched > 0)
		return true;
	SPI_cursor_close(reader->portal);
	SPI_finish();
	MemoryContextSwitchTo(reader->caller);
	MemoryContextDelete(reader->row_context);
	return false;
}

bool
next_row(QueryReader *reader)
{
	if (reader->n_taken == reader->n_fetched && !fetch_rows(reader))
		return false;
	MemoryContextReset(reader->row_context);
	MemoryContextSwitchTo(reader->row_context);
	reader->n_taken++;
	reader->row++;
	return true;
}

bool
row_datum(const QueryReader *reader, int column, Datum *value)
{
	int	 number = reader->columns[column].number;
	bool is_null;

	if (number == 0)
		return false;
	*value = SPI_getbinval(reader->table->vals[reader->n_taken - 1], reader->table->tupdesc, number,
						   &is_null);
	return !is_null;
}

bool
row_features(QueryReader *reader, int column, ArrayType **value)
{
	Datum datum;

	if (!row_datum(reader, column, &datum))
		return false;
	*value = DatumGetArrayTypeP(datum);
	reader->n_features =
		Max(reader->n_features, ArrayGetNItems(ARR_NDIM(*value), ARR_DIMS(*value)));
	return true;
}

static int64
integer_datum(Datum datum, Oid type)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(datum);
		case INT4OID:
			return DatumGetInt32(datum);
		default:
			return DatumGetInt64(datum);
	}
}

static double
number_datum(Datum datum, Oid type)
{
	switch (type)
	{
		case FLOAT4OID:
			return DatumGetFloat4(datum);
		case FLOAT8OID:
			return DatumGetFloat8(datum);
		case NUMERICOID:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, datum));
		default:
			return (double) integer_datum(datum, type);
	}
}

bool
row_integer(const QueryReader *reader, int column, int64 *value)
{
	Datum datum;

	if (!row_datum(reader, column, &datum))
		return false;
	*value = integer_datum(datum, reader->columns[column].type);
	return true;
}

/* Spaces that only pad a value are no part of it, as in a cast to text. */
static char *
trim_padding(char *text, Oid type)
{
	int n = strlen(text);

	while (type == BPCHAROID && n > 0 && text[n - 1] == ' ')
		text[--n] = '\0';
	return text;
}

char *
row_text(const QueryReader *reader, int column)
{
	QueryColumn *description = &reader->columns[column];
	Datum		 datum;

	if (!row_datum(reader, column, &datum))
		return NULL;
	return trim_padding(OutputFunctionCall(&description->output, datum), description->type);
}

static void
require_value(const QueryReader *reader, int column, bool present)
{
	const char *name = reader->columns[column].name;

	if (!present)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("%s returned a null value in column \"%s\" for %s", reader->name,
							   name, row_name(reader)),
						errhint("Exclude such rows with WHERE %s IS NOT NULL.", name)));
}

ArrayType *
required_features(QueryReader *reader, int column)
{
	ArrayType *value = NULL;

	require_value(reader, column, row_features(reader, column, &value));
	return value;
}

int64
required_integer(QueryReader *reader, int column)
{
	int64 value = 0;

	require_value(reader, column, row_integer(reader, column, &value));
	return value;
}

double
required_number(QueryReader *reader, int column)
{
	Datum datum = (Datum) 0;

	require_value(reader, column, row_datum(reader, column, &datum));
	return number_datum(datum, reader->columns[column].type);
}

char *
required_text(const QueryReader *reader, int column)
{
	char *value = row_text(reader, column);

	require_value(reader, column, value != NULL);
	return value;
}

char *
object_name(const char *object_id, bool integer)
{
	return psprintf(integer ? "object %s" : "object \"%s\"", quoted_string(object_id));
}

char *
row_name(const QueryReader *reader)
{
	for (int i = 0; i < reader->n_columns; i++)
		if (strcmp(reader->columns[i].name, "object_id") == 0)
		{
			char *object_id = row_text(reader, i);

			if (object_id != NULL)
				return object_name(object_id, is_integer_column(&reader->columns[i]));
		}
	return psprintf("row " UINT64_FORMAT, reader->row);
}

bool
row_exceeds(const QueryReader *reader, int *capacity)
{
	if (reader->row <= *capacity)
		return false;
	if (*capacity > PG_INT32_MAX / 2)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("%s returns more than %d rows", reader->name, *capacity)));
	*capacity = Max(FIRST_CAPACITY, *capacity * 2);
	return true;
}
