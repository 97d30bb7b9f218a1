/*
 * extension.c
 *		Names of the extension's objects, for statements.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/util/extension.h"

const char *
extension_schema(Oid function)
{
	return quote_identifier(get_namespace_name(get_func_namespace(function)));
}

char *
extension_table(FmgrInfo *flinfo, const char *table)
{
	return psprintf("%s.%s", extension_schema(flinfo->fn_oid), quote_identifier(table));
}
