/*
 * pipeline_tables.h
 *		The tables that plasticc_extract and plasticc_predict read and fill: their
 *		columns, checked before work begins, and how statements name them.
 */
#ifndef PLASTICC_PG_PIPELINE_PIPELINE_TABLES_H
#define PLASTICC_PG_PIPELINE_PIPELINE_TABLES_H

typedef struct PipelineTable
{
	Oid	  oid;
	char *name;		 /* qualified and quoted, for statements */
	bool  temporary; /* only this session can read it */
} PipelineTable;

/* role is what messages call it: "observations".  An error for what has no rows. */
extern PipelineTable source_table(Oid oid, const char *role);

/* An error unless rows can be inserted with ON CONFLICT. */
extern PipelineTable target_table(Oid oid);

/* The type of a column, of a domain the type beneath; InvalidOid when there is none. */
extern Oid column_type(Oid relation, const char *column);

/* The same; an error, which names the option that would name another column, when there is none. */
extern Oid require_column(const PipelineTable *table, const char *column, const char *option);

/* The error of a column that has not the type accepted: "boolean". */
extern void raise_bad_type(const PipelineTable *table, const char *column, Oid type,
						   const char *accepted);

/*
 * The column as an expression, of exactly the type, on a row that is called alias.
 * An error, which names the option that would name another column (NULL where
 * there is none), when it is missing or its type is not accepted.  Numbers and
 * booleans may be texts, where what stands_for_missing is NULL; 0 and 1 are booleans.
 */
extern char *text_column(const PipelineTable *table, const char *alias, const char *column,
						 const char *option);
extern char *number_column(const PipelineTable *table, const char *alias, const char *column,
						   const char *option);
extern char *boolean_column(const PipelineTable *table, const char *alias, const char *column,
							const char *option);

/*
 * Whether the text, an expression, stands for a missing value: blank, null, none, na, -, *, masked,
 * or a limit, which is no measurement (">19.5").
 */
extern char *stands_for_missing(const char *text);

/* An error unless the target has the column with that type; hint states how to get such a table. */
extern void check_target_column(const PipelineTable *target, const char *column, Oid type,
								const char *hint);

/* Has the table a unique index, without a predicate, on just these columns in any order? */
extern bool has_unique_index(Oid relation, const char *const *columns, int n_columns);

/* A WARNING when the table is large and no index finds the rows of an object. */
extern void warn_without_index(const PipelineTable *table, const char *column);

#endif /* PLASTICC_PG_PIPELINE_PIPELINE_TABLES_H */
