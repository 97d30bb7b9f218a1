/*
 * query_reader.h
 *		Reads the result of a user's query through a cursor, columns by name.
 */
#ifndef PLASTICC_PG_UTIL_QUERY_READER_H
#define PLASTICC_PG_UTIL_QUERY_READER_H

#include "utils/array.h"
#include "utils/portal.h"

/* What a column may be. */
typedef enum ColumnKind
{
	COLUMN_FEATURES, /* real[] or double precision[] */
	COLUMN_INTEGER,	 /* smallint, integer or bigint */
	COLUMN_NUMBER,	 /* an integer, real, double precision or numeric */
	COLUMN_LABEL,	 /* an integer, text or another string type, an enum */
	COLUMN_ANY,		 /* any type */
} ColumnKind;

typedef struct QueryColumn
{
	const char *name;
	ColumnKind	kind;
	bool		required;
	int			number; /* in the result, from 1; 0 when absent */
	Oid			type;	/* the base type of a domain */
	FmgrInfo	output; /* of the type */
} QueryColumn;

typedef struct QueryReader
{
	const char	*name; /* what messages call the query: "training query" */
	uint64		 row;  /* number of the current row, from 1; after the last row that of all rows */
	QueryColumn *columns;
	int			 n_columns;

	/* private to query_reader.c */
	Portal				  portal;
	struct SPITupleTable *table; /* rows fetched */
	uint64				  n_fetched;
	uint64				  n_taken;	  /* of them */
	int					  n_features; /* of the longest array so far */
	MemoryContext		  caller;
	MemoryContext		  row_context;
} QueryReader;

/*
 * Runs the query through a cursor, as the current user, and finds the columns in
 * its result.  Errors: a query without a result, a required column missing, a
 * column of a wrong type, one that occurs twice, or one that is not listed (so
 * that a misspelled optional column does not go unnoticed).
 *
 *		reader = begin_query("query", query, columns, lengthof(columns));
 *		while (next_row(reader))
 *			...
 *
 * The reader is connected to SPI until next_row() returns false.  Between two
 * calls of next_row() the current memory context is one that the next call
 * resets.
 */
extern QueryReader *begin_query(const char *name, const char *query, QueryColumn *columns,
								int n_columns);
extern bool			next_row(QueryReader *reader);

/* A value of the current row; false for NULL or for an absent column. */
extern bool row_features(QueryReader *reader, int column, ArrayType **value);
extern bool row_integer(const QueryReader *reader, int column, int64 *value);
extern bool row_datum(const QueryReader *reader, int column, Datum *value);

/* The text of a label, or of a value of any type, likewise NULL. */
extern char *row_text(const QueryReader *reader, int column);

/* A value of the current row; an error where it is NULL. */
extern ArrayType *required_features(QueryReader *reader, int column);
extern int64	  required_integer(QueryReader *reader, int column);
extern double	  required_number(QueryReader *reader, int column);
extern char		 *required_text(const QueryReader *reader, int column);

/* Whether the query returns the column as one of the integer types. */
extern bool is_integer_column(const QueryColumn *column);

/*
 * The current row in messages: object 615, object "ZTF18abcdefg", or row 12 where object_id
 * is unknown.
 */
extern char *row_name(const QueryReader *reader);

/* The same of an object_id as a text, and whether it was an integer. */
extern char *object_name(const char *object_id, bool integer);

/*
 * Does the current row exceed the capacity of the caller's arrays?  Then the
 * capacity is doubled; an error where rows can no longer be counted by an int.
 */
extern bool row_exceeds(const QueryReader *reader, int *capacity);

/* Rows to fetch at once where a row has so many features: 1000, or fewer of long rows. */
extern int query_batch_rows(int n_features);

#endif /* PLASTICC_PG_UTIL_QUERY_READER_H */
