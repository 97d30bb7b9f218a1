/*
 * enums.c
 *		Values of the extension's enum types.
 *
 * Choices are enums and not texts in SQL: foreign servers are not sent a text
 * constant as an argument, because of its collation.
 */
#include "pg/module/plasticc.h"

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "utils/syscache.h"

#include "pg/module/enums.h"

int
enum_index(Oid value, const char *const *labels, int n)
{
	HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	int		  index = 0;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for enum value %u", value);
	while (index < n &&
		   strcmp(labels[index], NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel)) != 0)
		index++;
	if (index == n)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("this library does not know the value \"%s\"",
							   NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel)),
						errhint("Update the library or the extension, so that their versions "
								"agree.")));
	ReleaseSysCache(tuple);
	return index;
}
