/*
 * enums.c
 *		Values of the extension's enum types.
 *
 * Choices are enums and not texts in SQL, because a text constant is not sent
 * to foreign servers as an argument: its collation forbids it.  Labels are
 * spelled in the SQL script and in one table of the C code; test/sql/enums.sql
 * compares the two.
 */
#include "pg/module/plasticc.h"

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "lib/stringinfo.h"
#include "utils/syscache.h"

#include "pg/module/enums.h"

static const char *
table_label(const void *table, Size element_size, int i)
{
	return *(const char *const *) ((const char *) table + i * element_size);
}

static void
raise_unknown_label(const char *label, const void *table, Size element_size)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; table_label(table, element_size, i) != NULL; i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", table_label(table, element_size, i));
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("enum label \"%s\" is unknown to the plasticc library", label),
					errdetail("Known labels: %s.", known.data),
					errhint("Install the library and run ALTER EXTENSION plasticc UPDATE, so that "
							"their versions agree.")));
}

int
enum_index(Oid value, const void *table, Size element_size)
{
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	const char *label, *known;
	int			index = 0;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for enum value %u", value);
	label = NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel);
	while ((known = table_label(table, element_size, index)) != NULL && strcmp(known, label) != 0)
		index++;
	if (known == NULL)
		raise_unknown_label(label, table, element_size);
	ReleaseSysCache(tuple);
	return index;
}
