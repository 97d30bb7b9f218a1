/*
 * pipeline_run.c
 *		The run of a survey procedure: lists what is to be done, hands it out in
 *		chunks, commits each, tells how far it is.
 *
 * Called outside a transaction block, a chunk is a transaction.  Inside a block
 * (or a function) all of the run belongs to the caller's transaction and is done
 * in this process, for workers could not see what is not committed.
 */
#include "pg/module/plasticc.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "portability/instr_time.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "pg/pipeline/pipeline.h"
#include "pg/train/train_run.h"

/* Of the four fields of an advisory lock's tag the last tells users' locks (1 and 2) from ours. */
#define SURVEY_LOCK 98

#define LIST_ROWS 10000

typedef struct SurveyRun
{
	MemoryContext context;
	MemoryContext chunk_context;
	bool		  commits;
	bool		  locked; /* by a lock of the session, to be released */
	LOCKTAG		  lock;
	const char	 *procedure;
	SurveyPlan	  plan;
	SurveyChunk	 *chunks;
	int			  n_chunks;
	int64		  n_objects;
	SurveyPool	 *pool;
	instr_time	  start;
	double		  last_report; /* seconds since start */
} SurveyRun;

void
survey_execute(const char *statement, int n, Oid *types, Datum *values, int expected)
{
	int status = SPI_execute_with_args(statement, n, types, values, NULL, false, 0);

	if (status != expected)
		elog(ERROR, "statement of a survey procedure failed: %s", SPI_result_code_string(status));
}

/* ------------------------------------------------------------------------
 * A chunk
 * ------------------------------------------------------------------------
 */

/* What is still to be done in the chunk, as bigint[]; n is their number. */
static Datum
find_objects(const SurveyJob *job, const SurveyChunk *chunk, uint64 *n)
{
	Oid		   types[] = {INT8OID, INT8OID};
	Datum	   values[] = {Int64GetDatum(chunk->first), Int64GetDatum(chunk->last)};
	Datum	  *ids;
	ArrayType *array;

	survey_execute(job->find, 2, types, values, SPI_OK_SELECT);
	*n = SPI_processed;
	ids = palloc(sizeof(Datum) * Max(1, *n));
	for (uint64 i = 0; i < *n; i++)
	{
		bool is_null;

		ids[i] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);
	}
	array = construct_array(ids, *n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	SPI_freetuptable(SPI_tuptable);
	return PointerGetDatum(array);
}

/*
 * JIT is off, for it would compile the same statements again for each chunk.
 */
int64
survey_do_chunk(SurveyJob *job, const SurveyChunk *chunk)
{
	int	   nest_level = NewGUCNestLevel();
	uint64 n;
	Datum  ids;

	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
	ids = find_objects(job, chunk, &n);
	if (n > 0)
	{
		if (job->kind == SURVEY_EXTRACT)
			extract_objects(job, ids);
		else
			predict_objects(job, ids);
	}
	AtEOXact_GUC(true, nest_level);
	return n;
}

/* ------------------------------------------------------------------------
 * What is to be done
 * ------------------------------------------------------------------------
 */

static void
add_object(SurveyRun *run, int64 id)
{
	if (run->n_objects++ % run->plan.chunk_objects == 0)
	{
		if (run->n_chunks == 0)
			run->chunks = palloc(sizeof(SurveyChunk) * 64);
		else if (run->n_chunks >= 64 && (run->n_chunks & (run->n_chunks - 1)) == 0)
			run->chunks = repalloc_huge(run->chunks, sizeof(SurveyChunk) * 2 * run->n_chunks);
		run->chunks[run->n_chunks++].first = id;
	}
	run->chunks[run->n_chunks - 1].last = id;
}

static void
list_chunks(SurveyRun *run)
{
	SPIPlanPtr plan = SPI_prepare_cursor(run->plan.list, 0, NULL, CURSOR_OPT_NO_SCROLL);
	Portal	   portal;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, false);
	SPI_freeplan(plan);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, LIST_ROWS);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool is_null;

			add_object(run, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
														SPI_tuptable->tupdesc, 1, &is_null)));
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
}

static int
workers_wanted(const SurveyRun *run)
{
	int n = run->plan.workers < 0 ? max_parallel_maintenance_workers : run->plan.workers;

	return run->commits && !run->plan.temporary ? Min(n, run->n_chunks - 1) : 0;
}

/* ------------------------------------------------------------------------
 * Progress
 * ------------------------------------------------------------------------
 */

static double
elapsed_seconds(const SurveyRun *run)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, run->start);
	return INSTR_TIME_GET_DOUBLE(now);
}

/* In pg_stat_activity always, as a NOTICE now and then. */
static void
report_progress(SurveyRun *run)
{
	int64		  done = check_survey_pool(run->pool);
	double		  elapsed = elapsed_seconds(run);
	MemoryContext caller = MemoryContextSwitchTo(run->chunk_context);
	char		 *text;

	if (done > 0 && done < run->n_objects)
	{
		double rate = done / Max(elapsed, 1e-6);

		text =
			psprintf(INT64_FORMAT " of " INT64_FORMAT " objects, %.0f objects/s, about %s left",
					 done, run->n_objects, rate, describe_duration((run->n_objects - done) / rate));
		pgstat_report_activity(STATE_RUNNING,
							   psprintf("/* %s: %s */ %s", run->procedure, text,
										debug_query_string ? debug_query_string : ""));
		if (elapsed - run->last_report >= run->plan.report_interval)
		{
			ereport(NOTICE, (errmsg("%s", text)));
			run->last_report = elapsed;
		}
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(run->chunk_context);
}

static void
report_start(const SurveyRun *run)
{
	char *target = get_rel_name(run->plan.job.target);

	if (run->plan.job.kind == SURVEY_EXTRACT)
		ereport(NOTICE, (errmsg("\"%s\": " INT64_FORMAT " objects have new observations", target,
								run->n_objects)));
	else
		ereport(NOTICE,
				(errmsg("\"%s\": " INT64_FORMAT " objects are to be classified by model \"%s\" "
						"version %d",
						target, run->n_objects, run->plan.job.model, run->plan.job.version)));
}

static void
report_end(const SurveyRun *run)
{
	double elapsed = elapsed_seconds(run);
	int64  done = check_survey_pool(run->pool);
	int	   processes = survey_pool_workers(run->pool) + 1;

	ereport(NOTICE, (errmsg(INT64_FORMAT " objects done in %s by %d %s, %.0f objects/s", done,
							describe_duration(elapsed), processes,
							processes == 1 ? "process" : "processes", done / Max(elapsed, 1e-6))));
}

/* ------------------------------------------------------------------------
 * The run
 * ------------------------------------------------------------------------
 */

/* Commits are possible in a CALL by itself, but not below an exception handler. */
static bool
can_commit(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL && IsA(fcinfo->context, CallContext) &&
		   !castNode(CallContext, fcinfo->context)->atomic && !IsSubTransaction();
}

static void
commit(const SurveyRun *run)
{
	if (!run->commits)
		return;
	SPI_commit();
	SPI_start_transaction(); /* SPI_commit has done it in later minor releases */
}

/* Two runs on one target would do the same work twice. */
static void
lock_target(SurveyRun *run)
{
	Oid target = run->plan.job.target;

	SET_LOCKTAG_ADVISORY(run->lock, MyDatabaseId, target, 0, SURVEY_LOCK);
	if (LockAcquire(&run->lock, ExclusiveLock, run->commits, true) == LOCKACQUIRE_NOT_AVAIL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
						errmsg("another %s of table \"%s\" is already running", run->procedure,
							   get_rel_name(target)),
						errhint("Wait for its end, or end it: it loses no more than the chunks "
								"that are being done.")));
	run->locked = run->commits;
}

static void
do_chunks(SurveyRun *run)
{
	SurveyChunk chunk;

	while (next_survey_chunk(run->pool, &chunk))
	{
		MemoryContext caller = MemoryContextSwitchTo(run->chunk_context);
		int64		  n = survey_do_chunk(&run->plan.job, &chunk);

		MemoryContextSwitchTo(caller);
		commit(run);
		survey_chunk_done(run->pool, n);
		report_progress(run);
		CHECK_FOR_INTERRUPTS();
	}
	while (!wait_for_survey_pool(run->pool))
		report_progress(run);
}

static void
carry_out(SurveyRun *run)
{
	list_chunks(run);
	report_start(run);
	commit(run); /* workers are to see what came before */
	run->pool = start_survey_pool(&run->plan.job, run->chunks, run->n_chunks, workers_wanted(run));
	do_chunks(run);
	if (run->n_objects > 0)
		report_end(run);
}

Datum
run_survey(FunctionCallInfo fcinfo, const char *procedure, SurveyPlanner planner)
{
	bool		  commits = can_commit(fcinfo);
	MemoryContext context = AllocSetContextCreate(commits ? PortalContext : TopTransactionContext,
												  "plasticc survey", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	SurveyRun	 *run = palloc0(sizeof(SurveyRun));

	PG_TRY();
	{
		PreventCommandIfReadOnly(psprintf("CALL %s()", procedure));
		run->context = context;
		run->chunk_context =
			AllocSetContextCreate(context, "plasticc survey chunk", ALLOCSET_DEFAULT_SIZES);
		run->commits = commits;
		run->procedure = procedure;
		INSTR_TIME_SET_CURRENT(run->start);
		SPI_connect_ext(commits ? SPI_OPT_NONATOMIC : 0);
		MemoryContextSwitchTo(context);
		run->plan.job.procedure = fcinfo->flinfo->fn_oid;
		run->plan.job.context = context;
		planner(fcinfo, &run->plan);
		lock_target(run);
		carry_out(run);
		SPI_finish();
	}
	PG_FINALLY();
	{
		if (run->pool)
			end_survey_pool(run->pool);
		if (run->locked)
			LockRelease(&run->lock, ExclusiveLock, true);
		if (debug_query_string)
			pgstat_report_activity(STATE_RUNNING, debug_query_string);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	PG_END_TRY();
	PG_RETURN_VOID();
}
