/*
 * type_kinds.c
 *		Types that columns may have.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"

#include "pg/util/type_kinds.h"

bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

bool
is_number(Oid type)
{
	return is_integer(type) || type == FLOAT4OID || type == FLOAT8OID || type == NUMERICOID;
}

bool
is_text(Oid type)
{
	return TypeCategory(type) == TYPCATEGORY_STRING;
}
