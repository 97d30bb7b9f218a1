/*
 * pipeline_tables.c
 *		The tables that plasticc_extract and plasticc_predict read and fill: their
 *		columns, checked before work begins, and how statements name them.
 *
 * Privileges are left to the statements, so that no more are asked for than
 * these use.
 */
#include "pg/module/plasticc.h"

#include "access/genam.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "pg/pipeline/pipeline_tables.h"
#include "pg/util/args.h"
#include "pg/util/type_kinds.h"

/* From this many pages on, 80 MB, reading a table for every chunk is worth a warning. */
#define LARGE_TABLE_PAGES 10000

PipelineTable
source_table(Oid oid, const char *role)
{
	char kind = get_rel_relkind(oid);

	if (kind == '\0')
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("%s: relation with OID %u does not exist", role, oid)));
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_VIEW &&
		kind != RELKIND_MATVIEW && kind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("%s: \"%s\" is not a table or view", role, get_rel_name(oid))));
	return (PipelineTable){
		.oid = oid,
		.name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(oid)),
										   get_rel_name(oid)),
		.temporary = get_rel_persistence(oid) == RELPERSISTENCE_TEMP,
	};
}

PipelineTable
target_table(Oid oid)
{
	PipelineTable table = source_table(oid, "target");
	char		  kind = get_rel_relkind(oid);

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("target: \"%s\" is not a table", get_rel_name(oid))));
	return table;
}

Oid
column_type(Oid relation, const char *column)
{
	AttrNumber number = get_attnum(relation, column);

	return number <= 0 ? InvalidOid : getBaseType(get_atttype(relation, number));
}

/* The column whose name differs by the case of letters alone, NULL where there is none. */
static const char *
column_in_other_case(Oid relation, const char *column)
{
	const char *name;

	for (AttrNumber number = 1; (name = get_attname(relation, number, true)) != NULL; number++)
		if (pg_strcasecmp(name, column) == 0)
			return name;
	return NULL;
}

Oid
require_column(const PipelineTable *table, const char *column, const char *option)
{
	Oid			type = column_type(table->oid, column);
	const char *other;

	if (OidIsValid(type))
		return type;
	other = column_in_other_case(table->oid, column);
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
					errmsg("%s has no column \"%s\"", table->name, quoted_string(column)),
					option == NULL	? 0
					: other != NULL ? errhint("Perhaps you mean {\"%s\": \"%s\"}.", option, other)
									: errhint("Name another one with the option \"%s\".", option)));
}

void
raise_bad_type(const PipelineTable *table, const char *column, Oid type, const char *accepted)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of %s has type %s", column, table->name, format_type_be(type)),
			 errhint("It must be %s.", accepted)));
}

char *
stands_for_missing(const char *text)
{
	return psprintf(
		"(pg_catalog.btrim(%s) OPERATOR(pg_catalog.=) ANY "
		"('{\"\",\"null\",\"NULL\",\"Null\",none,None,NONE,na,NA,n/a,N/A,-,--,---,masked,*}'"
		"::pg_catalog.text[]) OR %s OPERATOR(pg_catalog.~~) '>%%'::pg_catalog.text "
		"OR %s OPERATOR(pg_catalog.~~) '<%%'::pg_catalog.text)",
		text, text, text);
}

/*
 * Of a text the value that it is of the type, NULL where it stands for a missing one, and
 * what cases say: texts are found in files that were copied as they are.
 */
static char *
text_or_null(const char *value, const char *cases, const char *type)
{
	return psprintf("CASE WHEN %s THEN NULL %s ELSE %s::%s END", stands_for_missing(value), cases,
					value, type);
}

char *
text_column(const PipelineTable *table, const char *alias, const char *column, const char *option)
{
	(void) require_column(table, column, option);
	return psprintf("%s.%s::pg_catalog.text", alias, quote_identifier(column));
}

char *
number_column(const PipelineTable *table, const char *alias, const char *column, const char *option)
{
	Oid type = require_column(table, column, option);

	if (is_text(type))
		return text_or_null(text_column(table, alias, column, option), "", "pg_catalog.float8");
	if (!is_number(type))
		raise_bad_type(table, column, type,
					   "a number: an integer type, real, double precision, numeric, or text");
	return psprintf("%s.%s::pg_catalog.float8", alias, quote_identifier(column));
}

char *
boolean_column(const PipelineTable *table, const char *alias, const char *column,
			   const char *option)
{
	Oid	  type = require_column(table, column, option);
	char *value;

	if (type == BOOLOID)
		return psprintf("%s.%s::pg_catalog.bool", alias, quote_identifier(column));
	if (is_text(type))
	{
		value = text_column(table, alias, column, option);
		return text_or_null(
			value,
			psprintf("WHEN %s OPERATOR(pg_catalog.=) '0.0'::pg_catalog.text THEN false "
					 "WHEN %s OPERATOR(pg_catalog.=) '1.0'::pg_catalog.text THEN true",
					 value, value),
			"pg_catalog.bool");
	}
	if (!is_number(type))
		raise_bad_type(table, column, type, "boolean, or a number or a text that is 0 or 1");
	value = number_column(table, alias, column, option);
	/* of another number, the error of the cast from its text */
	return psprintf("CASE WHEN %s OPERATOR(pg_catalog.=) 0::pg_catalog.float8 THEN false "
					"WHEN %s OPERATOR(pg_catalog.=) 1::pg_catalog.float8 THEN true "
					"ELSE %s::pg_catalog.text::pg_catalog.bool END",
					value, value, value);
}

void
check_target_column(const PipelineTable *target, const char *column, Oid type, const char *hint)
{
	Oid	 actual = column_type(target->oid, column);
	bool accepted = actual == type || (is_integer(type) && is_integer(actual)) ||
					(type == TEXTOID && OidIsValid(actual) && is_text(actual));

	if (!OidIsValid(actual))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("target %s has no column \"%s\"", target->name, column),
				 errdetail("It must have type %s.", format_type_be(type)), errhint("%s", hint)));
	if (!accepted)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of target %s has type %s", column, target->name,
						format_type_be(actual)),
				 errdetail("It must have type %s.", format_type_be(type)), errhint("%s", hint)));
}

/* Are the key columns of the index just these? */
static bool
index_covers(Relation index, Oid relation, const char *const *columns, int n_columns)
{
	Form_pg_index form = index->rd_index;

	if (form->indnkeyatts != n_columns)
		return false;
	for (int i = 0; i < n_columns; i++)
	{
		AttrNumber number = get_attnum(relation, columns[i]);
		bool	   found = false;

		for (int k = 0; k < n_columns; k++)
			found = found || form->indkey.values[k] == number;
		if (!found)
			return false;
	}
	return true;
}

bool
has_unique_index(Oid oid, const char *const *columns, int n_columns)
{
	Relation  relation = relation_open(oid, AccessShareLock);
	bool	  found = false;
	ListCell *cell;

	foreach (cell, RelationGetIndexList(relation))
	{
		Relation	  index = index_open(lfirst_oid(cell), AccessShareLock);
		Form_pg_index form = index->rd_index;

		if (form->indisunique && form->indimmediate && form->indisvalid &&
			RelationGetIndexPredicate(index) == NIL && index_covers(index, oid, columns, n_columns))
			found = true;
		index_close(index, AccessShareLock);
	}
	relation_close(relation, AccessShareLock);
	return found;
}

void
warn_without_index(const PipelineTable *table, const char *column)
{
	Relation   relation = relation_open(table->oid, AccessShareLock);
	AttrNumber number = get_attnum(table->oid, column);
	bool	   found = relation->rd_rel->relkind != RELKIND_RELATION ||
				 RelationGetNumberOfBlocks(relation) < LARGE_TABLE_PAGES;
	ListCell *cell;

	foreach (cell, RelationGetIndexList(relation))
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		found = found || index->rd_index->indkey.values[0] == number;
		index_close(index, AccessShareLock);
	}
	relation_close(relation, AccessShareLock);
	if (!found)
		ereport(
			WARNING,
			(errmsg("%s has no index on \"%s\": each chunk reads all of it", table->name, column),
			 errhint("CREATE INDEX ON %s (%s);", table->name, quote_identifier(column))));
}
