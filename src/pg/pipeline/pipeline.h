/*
 * pipeline.h
 *		What the procedures share that bring a whole survey up to date, a chunk
 *		of objects after the other: plasticc_extract and plasticc_predict.
 *
 * A run lists the objects that are to be done, divides the list into chunks
 * and does each chunk in a transaction of its own, in this process and in
 * background workers.  What is to be done follows from the committed rows of
 * the tables alone, so that a run which was interrupted is simply called again.
 */
#ifndef PLASTICC_PG_PIPELINE_PIPELINE_H
#define PLASTICC_PG_PIPELINE_PIPELINE_H

#include "utils/jsonb.h"

/* ------------------------------------------------------------------------
 * Options: json_options.c
 * ------------------------------------------------------------------------
 */

typedef enum SurveyOptionKind
{
	SURVEY_TEXT,	/* char * */
	SURVEY_SCALAR,	/* the same, of a JSON number as well */
	SURVEY_INTEGER, /* int */
	SURVEY_CHOICE,	/* SurveyChoice */
} SurveyOptionKind;

/* A boolean whose default depends on the tables. */
typedef enum SurveyChoice
{
	CHOICE_DEFAULT,
	CHOICE_NO,
	CHOICE_YES,
} SurveyChoice;

typedef struct SurveyOption
{
	const char		*name;
	SurveyOptionKind kind;
	size_t			 offset; /* in the struct that is filled */
	int				 min;	 /* of integers */
	int				 max;
} SurveyOption;

/*
 * Puts the members of a JSON object, or nothing for NULL, into the struct,
 * which holds the defaults; JSON's null leaves the default.  Errors: not an
 * object, an unknown key, a value of another kind or out of range.
 */
extern void read_survey_options(Jsonb *json, const SurveyOption *options, int n_options,
								void *values);

/* ------------------------------------------------------------------------
 * Tables: pipeline_tables.c
 * ------------------------------------------------------------------------
 */

typedef struct SurveyTable
{
	Oid	  oid;
	char *name;		 /* qualified and quoted, for statements */
	bool  temporary; /* only this session can read it */
} SurveyTable;

/* role is what messages call it: "observations".  An error for what has no rows. */
extern SurveyTable survey_table(Oid oid, const char *role);

/* An error unless rows can be inserted with ON CONFLICT. */
extern SurveyTable survey_target(Oid oid);

/* The argument that must not be NULL. */
extern Oid survey_regclass(FunctionCallInfo fcinfo, int argument, const char *what);

/* The type of a column, of a domain the type beneath; InvalidOid when there is none. */
extern Oid column_type(Oid relation, const char *column);

/*
 * The column as an expression on a row that is called alias, with its cast.
 * An error, which names the option that would name another column (NULL where
 * there is none), when it is missing or its type is not accepted.
 */
extern char *integer_column(const SurveyTable *table, const char *alias, const char *column,
							const char *option);
extern char *number_column(const SurveyTable *table, const char *alias, const char *column,
						   const char *option);
extern char *boolean_column(const SurveyTable *table, const char *alias, const char *column,
							const char *option);
extern char *passband_column(const SurveyTable *table, const char *alias, const char *column,
							 const char *option, const char *schema);

/* An error unless the target has the column with that type; hint tells how to get such a table. */
extern void check_target_column(const SurveyTable *target, const char *column, Oid type,
								const char *hint);

/* Has the table a unique index, without a predicate, on just these columns in any order? */
extern bool has_unique_index(Oid relation, const char *const *columns, int n_columns);

/* A WARNING when the table is large and no index finds the rows of an object. */
extern void warn_without_index(const SurveyTable *table, const char *column);

/* " AND s.id >= $1 AND s.id <= $2" for a chunk, nothing for all; column is quoted. */
extern char *survey_range(bool range, const char *alias, const char *column);

/* ------------------------------------------------------------------------
 * The run: pipeline_run.c
 * ------------------------------------------------------------------------
 */

typedef enum SurveyKind
{
	SURVEY_EXTRACT,
	SURVEY_PREDICT,
} SurveyKind;

/*
 * What every process of a run knows.  The statements:
 *
 * find		$1, $2 (bigint) -> object_id: what is to be done between these
 *			numbers, ascending
 * read		$1 (bigint[]) -> what predictions are made of; NULL for extraction
 * write	$1 (bigint[]) and more for predictions: does these objects
 */
typedef struct SurveyJob
{
	SurveyKind kind;
	Oid		   procedure;
	Oid		   target;
	char	  *find;
	char	  *read;
	char	  *write;
	char	  *model; /* its name, for predictions */
	int32	   version;

	/* of each process */
	MemoryContext context; /* lives as long as the job in this process */
	void		 *state;   /* what it keeps from chunk to chunk, NULL at first */
} SurveyJob;

/* The objects from first to last. */
typedef struct SurveyChunk
{
	int64 first;
	int64 last;
} SurveyChunk;

/*
 * Brings the target up to date: list is the query of all objects that are to
 * be done, ascending.  workers < 0 stands for the server's setting.
 */
typedef struct SurveyPlan
{
	SurveyJob job;
	char	 *list;
	int		  chunk_objects;
	int		  workers;
	int		  report_interval; /* seconds */
	bool	  temporary;	   /* a table of this session's: no workers */
} SurveyPlan;

/*
 * Makes the plan by the callback, connected to SPI and in a context that
 * survives commits, and carries it out.
 */
typedef void (*SurveyPlanner)(FunctionCallInfo fcinfo, SurveyPlan *plan);

extern Datum run_survey(FunctionCallInfo fcinfo, const char *procedure, SurveyPlanner planner);

/* Does what is to be done in a chunk; returns the number of objects. Connected to SPI. */
extern int64 survey_do_chunk(SurveyJob *job, const SurveyChunk *chunk);

/* extract_job.c, predict_job.c: does n objects, of the array ids. */
extern void extract_objects(SurveyJob *job, Datum ids);
extern void predict_objects(SurveyJob *job, Datum ids);

/* A statement with parameters; an error unless it gives the status. */
extern void survey_execute(const char *statement, int n, Oid *types, Datum *values, int expected);

/* ------------------------------------------------------------------------
 * Processes: pipeline_workers.c
 * ------------------------------------------------------------------------
 */

typedef struct SurveyPool SurveyPool;

/*
 * Starts up to n_workers, which must be 0 inside a transaction block, on the
 * chunks.  Call end_survey_pool whatever happens.
 */
extern SurveyPool *start_survey_pool(const SurveyJob *job, const SurveyChunk *chunks, int n_chunks,
									 int n_workers);
extern void		   end_survey_pool(SurveyPool *pool);

/* The next chunk for this process; false when all are taken. */
extern bool next_survey_chunk(SurveyPool *pool, SurveyChunk *chunk);

/* The chunk of this process is committed. */
extern void survey_chunk_done(SurveyPool *pool, int64 n_objects);

/* Raises what has gone wrong in workers; returns the number of objects done by all processes. */
extern int64 check_survey_pool(SurveyPool *pool);

/* Are all chunks done?  If not, waits for news, some tenths of a second at most. */
extern bool wait_for_survey_pool(SurveyPool *pool);

/* Workers that were started. */
extern int survey_pool_workers(const SurveyPool *pool);

#endif /* PLASTICC_PG_PIPELINE_PIPELINE_H */
