/*
 * enums.c
 *		Values of the extension's enum types.
 *
 * Choices are enums in SQL, because a text constant is not sent to foreign
 * servers as an argument: its collation forbids it.  What people write is a literal
 * without a type, though, and for that a function with a text wins, whoever has
 * created it.  So each of these functions has a form with a text of its own, which
 * the planner replaces by the one with the enum.
 *
 * Labels are spelled in the SQL script and in one table of the C code;
 * test/sql/enums.sql compares the two.
 */
#include "pg/module/plasticc.h"

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/module/enums.h"

static const char *
table_label(const void *table, Size element_size, int i)
{
	return *(const char *const *) ((const char *) table + i * element_size);
}

/* The labels of a table, separated by commas. */
static char *
known_labels(const void *table, Size element_size)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; table_label(table, element_size, i) != NULL; i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", table_label(table, element_size, i));
	return known.data;
}

/* The index of a label, or that of the NULL at the end. */
static int
label_index(const char *label, const void *table, Size element_size)
{
	const char *known;
	int			index = 0;

	while ((known = table_label(table, element_size, index)) != NULL && strcmp(known, label) != 0)
		index++;
	return index;
}

int
enum_index(Oid value, const void *table, Size element_size)
{
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	const char *label;
	int			index;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for enum value %u", value);
	label = NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel);
	index = label_index(label, table, element_size);
	if (table_label(table, element_size, index) == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("enum label \"%s\" is unknown to the plasticc library", label),
						errdetail("Known labels: %s.", known_labels(table, element_size)),
						errhint("Install the library and run ALTER EXTENSION plasticc UPDATE, so "
								"that their versions agree.")));
	ReleaseSysCache(tuple);
	return index;
}

bool
is_label_argument(FunctionCallInfo fcinfo, int argument)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, argument);

	return type == TEXTOID || type == VARCHAROID;
}

int
enum_argument(FunctionCallInfo fcinfo, int argument, const void *table, Size element_size,
			  const char *what)
{
	char *label;
	int	  index;

	if (!is_label_argument(fcinfo, argument))
		return enum_index(PG_GETARG_OID(argument), table, element_size);
	label = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	index = label_index(label, table, element_size);
	if (table_label(table, element_size, index) == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unknown %s \"%.*s\"", what,
							   pg_mbcliplen(label, strlen(label), NAMEDATALEN - 1), label),
						errhint("Choose one of: %s.", known_labels(table, element_size))));
	return index;
}

Node *
call_with_enum(Node *node, int argument, const char *type_name, Oid first)
{
	FuncExpr *call = (FuncExpr *) node;
	Oid		  schema, type, value, function, types[FUNC_MAX_ARGS];
	Const	 *constant;
	char	 *label;

	if (!IsA(node, FuncExpr) || list_length(call->args) <= argument)
		return NULL;
	constant = list_nth(call->args, argument);
	if (!IsA(constant, Const) || constant->consttype != TEXTOID || constant->constisnull)
		return NULL;
	label = TextDatumGetCString(constant->constvalue);
	if (strlen(label) >= NAMEDATALEN)
		return NULL;
	schema = get_func_namespace(call->funcid);
	type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(type_name),
						   ObjectIdGetDatum(schema));
	value = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(type),
							CStringGetDatum(label));
	if (!OidIsValid(value))
		return NULL;
	for (int i = 0; i < list_length(call->args); i++)
		types[i] = i == argument ? type : exprType(list_nth(call->args, i));
	if (OidIsValid(first))
		types[0] = first;

	/* Not by name: the user of a view need not have USAGE of the schema. */
	function = GetSysCacheOid3(
		PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(get_func_name(call->funcid)),
		PointerGetDatum(buildoidvector(types, list_length(call->args))), ObjectIdGetDatum(schema));
	if (!OidIsValid(function))
		return NULL;

	call = copyObject(call);
	call->funcid = function;
	/* A call with a collation is not sent to foreign servers. */
	call->inputcollid = InvalidOid;
	lfirst(list_nth_cell(call->args, argument)) =
		makeConst(type, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(value), false, true);
	return (Node *) call;
}
