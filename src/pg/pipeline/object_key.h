/*
 * object_key.h
 *		What identifies objects: a column of any type that has a btree order, and
 *		how statements compare it.
 *
 * Object identifiers of one run have one type, that of its parameters and results:
 * bigint for all integer types, text for varchar and name, and otherwise the type of
 * the columns itself.  Columns are compared as they are, so that their indexes serve,
 * each in its own collation.
 */
#ifndef PLASTICC_PG_PIPELINE_OBJECT_KEY_H
#define PLASTICC_PG_PIPELINE_OBJECT_KEY_H

#include "pg/pipeline/pipeline_tables.h"

typedef struct ObjectKey
{
	Oid	  type;
	Oid	  array;	 /* arrays of it, the type of parameters */
	char *type_name; /* qualified and quoted, for casts */
	char *equal;	 /* OPERATOR(pg_catalog.=) */
	char *greater_or_equal;
	char *less_or_equal;
} ObjectKey;

typedef struct KeyColumn
{
	const char *name;	 /* quoted */
	char	   *collate; /* " COLLATE ..." of the column, or nothing */
	Oid			collation;
} KeyColumn;

/* The key of the type; an error for a type without btree order or without arrays. */
extern ObjectKey key_of_type(Oid type);

/* The key of a target, whose column object_id it returns; hint states how to get such a table. */
extern ObjectKey target_key(const PipelineTable *target, KeyColumn *column, const char *hint);

/*
 * The column of a table that identifies objects by that key.  An error, which names
 * the option that would name another column, and the function that makes targets for
 * other types (NULL where a target is not what is wrong), when it is missing or of another type.
 */
extern KeyColumn key_column(const PipelineTable *table, const char *column, const char *option,
							const ObjectKey *key, const char *function);

/* The column of a row alias, with the key's type. */
extern char *key_value(const ObjectKey *key, const char *alias, const KeyColumn *column);

/* "s.id = right", in the column's collation. */
extern char *key_equals(const ObjectKey *key, const char *alias, const KeyColumn *column,
						const char *right);

/* "s.id = ANY ($1)" */
extern char *key_in(const ObjectKey *key, const char *alias, const KeyColumn *column);

/* " AND s.id >= ($1)[1] AND s.id <= ($1)[2]" for a chunk, nothing for all. */
extern char *key_range(bool range, const ObjectKey *key, const char *alias,
					   const KeyColumn *column);

#endif /* PLASTICC_PG_PIPELINE_OBJECT_KEY_H */
