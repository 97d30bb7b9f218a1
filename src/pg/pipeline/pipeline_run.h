/*
 * pipeline_run.h
 *		Brings a table up to date, one chunk of objects after the other:
 *		what plasticc_extract and plasticc_predict have in common.
 *
 * A run lists the objects that are to be done, divides the list into chunks
 * and does each chunk in a transaction of its own, in this process and in
 * background workers.  What is to be done follows from the committed rows of
 * the tables alone, so that a run which was interrupted is simply called again.
 */
#ifndef PLASTICC_PG_PIPELINE_PIPELINE_RUN_H
#define PLASTICC_PG_PIPELINE_PIPELINE_RUN_H

#include "fmgr.h"

#include "pg/curve/row_counts.h"
#include "pg/model/known_days.h"
#include "pg/pipeline/pipeline_options.h"

/* Bits of PipelineJob.strict. */
#define STRICT_MEASUREMENTS 1
#define STRICT_PASSBANDS 2

/* What became of a chunk, in bytes that travel from worker to leader. */
typedef struct ChunkReport
{
	int			 chunk;
	int64		 n_done;
	int64		 n_skipped; /* objects that cannot be done */
	RowCounts	 rows;
	EarlyObjects early;			/* objects that are classified */
	char		 skipped[300];	/* the first of them, and why */
	char		 rejected[300]; /* the first row that was rejected, where known */
	char		 bands[100];	/* names of passbands that are not mapped, where known */
} ChunkReport;

/*
 * What every process of a run knows.  The statements:
 *
 * find		$1 -> object_id: what is to be done from the first to the second object of
 *			the array $1, ascending
 * all		the same of all objects, where data of one may make find fail; else NULL
 * read		$1 -> what predictions of the objects of the array $1 are made of, or what is
 *			to be told of rows that extraction rejects
 * explain	$1 -> name, value and time of a text that is no number; NULL where there are
 *			none
 * write	$1, and the time $2 or, for predictions, more: does these objects
 * classify	$1, $2 the time: classifies what is to be done from the first to the second
 *			object of the array $1 where it lies; NULL where this process is to do it
 * count	$1 -> how many of these objects have been known for some days, and how many of
 *			them are early; NULL where the model does not tell
 */
typedef struct PipelineJob
{
	Oid	  procedure;
	Oid	  ids_type; /* of $1, an array */
	char *find;
	char *all;
	char *read;
	char *explain;
	char *write;
	char *classify;
	char *count;
	char *model; /* its name, for predictions */
	int32 version;
	int32 strict; /* which rows that are rejected are an error: STRICT_... */

	/* of each process */
	Datum		  chunk;   /* the first and the last object of the one that is being done */
	int			  told;	   /* what it has told of rejected rows */
	MemoryContext context; /* lives as long as the job in this process */
	void		 *state;   /* what it keeps from chunk to chunk, NULL at first */
} PipelineJob;

/*
 * Brings the target up to date: list is the query of all objects that are to
 * be done, ascending, and list_all that of all objects, where data of one may make
 * list fail; else NULL.
 */
typedef struct PipelinePlan
{
	PipelineJob	 job;
	Oid			 target;
	Oid			 object_id_type;
	char		*list;
	char		*list_all;
	char		*to_do;	 /* for the message "12 objects ..." */
	char		*undone; /* the query that lists objects which could not be done */
	char		*undone_of_all;
	ChunkOptions chunks;
	bool		 temporary; /* a table of this session's: no workers */
} PipelinePlan;

/* A procedure that runs so. */
typedef struct PipelineKind
{
	const char *phase;			 /* of plasticc_progress(), while chunks are done */
	const char *worker;			 /* name of its workers: "extraction worker" */
	const char *worker_function; /* of the library, which calls run_pipeline_worker */

	/* Makes the plan from the arguments, in the procedure's context and connected to SPI. */
	void (*plan)(FunctionCallInfo fcinfo, PipelinePlan *plan);

	/* Does the objects of the array ids, connected to SPI. */
	void (*do_objects)(PipelineJob *job, Datum ids);

	/* Adds what is to be told of the objects that were done, unless there is check_rows. */
	void (*describe)(PipelineJob *job, ChunkReport *report);

	/* Tells what was found in all. */
	void (*report_total)(const ChunkReport *total);

	/*
	 * Of rows, or NULL: an object is skipped that raises an error of its data.  Looks
	 * at what was rejected, with an error where that is asked for, or a description;
	 * explains an error of one object in more detail than its message, or returns
	 * NULL.
	 */
	void (*check_rows)(PipelineJob *job, Datum ids, ChunkReport *report);
	char *(*explain)(PipelineJob *job, Datum ids);
} PipelineKind;

extern Datum run_pipeline(FunctionCallInfo fcinfo, const PipelineKind *kind);
extern void	 run_pipeline_worker(Datum handle, const PipelineKind *kind);

#endif /* PLASTICC_PG_PIPELINE_PIPELINE_RUN_H */
