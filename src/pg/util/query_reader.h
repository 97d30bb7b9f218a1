/*
 * query_reader.h
 *		Reads the result of a user's query through a cursor, columns by name.
 */
#ifndef PLASTICC_PG_UTIL_QUERY_READER_H
#define PLASTICC_PG_UTIL_QUERY_READER_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/array.h"
#include "utils/portal.h"

/* What a column may be. */
typedef enum ColumnKind
{
	COLUMN_FEATURES, /* real[] or double precision[] */
	COLUMN_INTEGER,	 /* smallint, integer or bigint */
	COLUMN_NUMBER,	 /* an integer, real, double precision or numeric */
} ColumnKind;

typedef struct QueryColumn
{
	const char *name;
	ColumnKind	kind;
	bool		required;
	int			number; /* in the result, from 1; 0 when absent */
	Oid			type;	/* of domains the type beneath */
} QueryColumn;

/*
 * Opens a cursor on the query, as the current user, and finds the columns in
 * its result.  Errors: a query without a result, a required column missing, a
 * column of a wrong type, twice there, or not among those listed (so that a
 * misspelt optional one does not go unnoticed).  Call it connected to SPI.
 */
extern Portal open_query(const char *query, QueryColumn *columns, int n_columns);

/*
 * Rows to fetch at once when a row has n_features features: about a thousand,
 * fewer when features are very many, one when their number is not known yet (0).
 */
extern int query_batch_rows(int n_features);

/* A row's value; false for NULL or for an absent column. */
extern bool column_features(HeapTuple tuple, TupleDesc desc, const QueryColumn *column,
							ArrayType **value);
extern bool column_integer(HeapTuple tuple, TupleDesc desc, const QueryColumn *column,
						   int64 *value);
extern bool column_number(HeapTuple tuple, TupleDesc desc, const QueryColumn *column,
						  double *value);

#endif /* PLASTICC_PG_UTIL_QUERY_READER_H */
