/*
 * distributed_tables.c
 *		Tables whose rows Citus has distributed over servers.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/jobs/procedure.h"
#include "pg/pipeline/distributed_tables.h"

/* partmethod: h by hash, n not; repmodel of a table that is not: t with a copy on every server. */
static const char query[] =
	"SELECT FROM pg_catalog.pg_dist_partition AS l, pg_catalog.pg_dist_partition AS r, "
	"pg_catalog.pg_dist_partition AS m "
	"WHERE l.logicalrelid OPERATOR(pg_catalog.=) $1 "
	"AND l.partmethod OPERATOR(pg_catalog.=) 'h'::pg_catalog.\"char\" "
	"AND pg_catalog.column_to_column_name(l.logicalrelid, l.partkey) OPERATOR(pg_catalog.=) $2 "
	"AND r.logicalrelid OPERATOR(pg_catalog.=) $3 "
	"AND r.partmethod OPERATOR(pg_catalog.=) 'h'::pg_catalog.\"char\" "
	"AND pg_catalog.column_to_column_name(r.logicalrelid, r.partkey) OPERATOR(pg_catalog.=) $4 "
	"AND l.colocationid OPERATOR(pg_catalog.=) r.colocationid "
	"AND m.logicalrelid OPERATOR(pg_catalog.=) $5 "
	"AND m.partmethod OPERATOR(pg_catalog.=) 'n'::pg_catalog.\"char\" "
	"AND m.repmodel OPERATOR(pg_catalog.=) 't'::pg_catalog.\"char\"";

bool
objects_lie_together(Oid left, const char *left_column, Oid right, const char *right_column,
					 Oid reference)
{
	Oid	  types[] = {REGCLASSOID, TEXTOID, REGCLASSOID, TEXTOID, REGCLASSOID};
	Datum values[] = {ObjectIdGetDatum(left), CStringGetTextDatum(left_column),
					  ObjectIdGetDatum(right), CStringGetTextDatum(right_column),
					  ObjectIdGetDatum(reference)};
	bool  found;

	if (!OidIsValid(get_relname_relid("pg_dist_partition", PG_CATALOG_NAMESPACE)))
		return false;
	execute_statement(query, lengthof(types), types, values, NULL, SPI_OK_SELECT);
	found = SPI_processed > 0;
	SPI_freetuptable(SPI_tuptable);
	return found;
}
