/*
 * pipeline_run.c
 *		Brings a table up to date: lists what is to be done, hands it out in
 *		chunks, commits each, reports how far it is.
 *
 * Called outside a transaction block, a chunk is a transaction.  Inside a block
 * (or a function) all of the run belongs to the caller's transaction and is done
 * in this process, for workers could not see what is not committed.
 */
#include "pg/module/plasticc.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/snapmgr.h"

#include "pg/jobs/procedure.h"
#include "pg/jobs/subtransaction.h"
#include "pg/jobs/workers.h"
#include "pg/pipeline/chunk_list.h"
#include "pg/pipeline/chunk_run.h"
#include "pg/pipeline/pipeline_run.h"

#define LIST_ROWS 10000

typedef struct PipelineRun
{
	Procedure		   *procedure;
	const PipelineKind *kind;
	MemoryContext		chunk_context;
	PipelinePlan		plan;
	ChunkList		   *chunks;
	int64				n_objects;
	Pool			   *pool;
	RunTotal			total;
	double				chunks_start; /* seconds since the start of the procedure */
} PipelineRun;

/* What processes share. */
enum
{
	PART_PROCEDURE,
	PART_FIND,
	PART_ALL,
	PART_READ,
	PART_EXPLAIN,
	PART_WRITE,
	PART_CLASSIFY,
	PART_COUNT,
	PART_MODEL,
	PART_VERSION,
	PART_STRICT,
	PART_IDS_TYPE,
	PART_CHUNKS,
	PART_CHUNK_STARTS,
	N_PARTS
};

/* ------------------------------------------------------------------------
 * A worker
 * ------------------------------------------------------------------------
 */

static void
do_chunks_in_worker(Pool *pool, const void *argument)
{
	char	   *chunks = pool_part(pool, PART_CHUNKS);
	const Size *starts = pool_part(pool, PART_CHUNK_STARTS);
	PipelineJob job = {
		.procedure = *(Oid *) pool_part(pool, PART_PROCEDURE),
		.ids_type = *(Oid *) pool_part(pool, PART_IDS_TYPE),
		.find = pool_part(pool, PART_FIND),
		.all = pool_part(pool, PART_ALL),
		.read = pool_part(pool, PART_READ),
		.explain = pool_part(pool, PART_EXPLAIN),
		.write = pool_part(pool, PART_WRITE),
		.classify = pool_part(pool, PART_CLASSIFY),
		.count = pool_part(pool, PART_COUNT),
		.model = pool_part(pool, PART_MODEL),
		.version = *(int32 *) pool_part(pool, PART_VERSION),
		.strict = *(int32 *) pool_part(pool, PART_STRICT),
		.context = CurrentMemoryContext,
	};
	int i;

	while (pool_next_job(pool, &i))
	{
		ChunkReport report = {.chunk = i};

		CHECK_FOR_INTERRUPTS();
		SetCurrentStatementStartTimestamp();
		StartTransactionCommand();
		SPI_connect();
		PushActiveSnapshot(GetTransactionSnapshot());
		do_chunk(argument, &job, PointerGetDatum(chunks + starts[i]), &report);
		PopActiveSnapshot();
		SPI_finish();
		CommitTransactionCommand();
		(void) pgstat_report_stat(true);
		pool_send(pool, &report, sizeof(report));
		pool_job_done(pool);
	}
}

/* ------------------------------------------------------------------------
 * What is to be done
 * ------------------------------------------------------------------------
 */

static void
list_chunks(PipelineRun *run, const char *query)
{
	SPIPlanPtr plan = SPI_prepare_cursor(query, 0, NULL, CURSOR_OPT_NO_SCROLL);
	Portal	   portal;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	MemoryContextSwitchTo(run->procedure->context);
	run->chunks = new_chunk_list(run->plan.object_id_type, run->plan.chunks.chunk_objects);
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, false);
	SPI_freeplan(plan);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, LIST_ROWS);
		if (SPI_processed == 0)
			break;
		MemoryContextSwitchTo(run->procedure->context);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool is_null;

			add_to_chunks(run->chunks,
						  SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null));
		}
		run->n_objects += SPI_processed;
		SPI_freetuptable(SPI_tuptable);
		progress_done(&run->procedure->progress, run->n_objects, -1);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
	MemoryContextSwitchTo(run->procedure->context);
	end_chunks(run->chunks);
}

static void
list_attempt(const void *argument)
{
	PipelineRun *run = unconstify(void *, argument);

	list_chunks(run, run->plan.list);
}

/*
 * Lists what is to be done or, where data of an object make that fail, all objects, of
 * which each chunk finds those that are to be done.
 */
static void
list_or_all(PipelineRun *run)
{
	ErrorData *error;

	if (run->plan.list_all == NULL)
	{
		list_chunks(run, run->plan.list);
		return;
	}
	error = try_in_subtransaction(list_attempt, run, is_fault_of_data);
	if (error == NULL)
		return;
	FreeErrorData(error);
	run->n_objects = 0;
	run->plan.to_do = "are looked at";
	run->plan.undone = run->plan.undone_of_all;
	list_chunks(run, run->plan.list_all);
}

/* ------------------------------------------------------------------------
 * Reports
 * ------------------------------------------------------------------------
 */

static void
report_start(const PipelineRun *run)
{
	ereport(NOTICE, (errmsg("\"%s\": " INT64_FORMAT " objects %s", get_rel_name(run->plan.target),
							run->n_objects, run->plan.to_do)));
}

/* A chunk of any process is done: the message is its report. */
static void
receive_chunk(void *receiver, const void *message, Size size)
{
	PipelineRun *run = receiver;
	double		 elapsed = procedure_elapsed(run->procedure) - run->chunks_start;
	ChunkReport	 report;
	double		 rate;
	int64		 n, left;

	memcpy(&report, message, sizeof(report));
	add_report(&run->total, &report);
	n = run->total.sum.n_done + run->total.sum.n_skipped;
	rate = n / Max(elapsed, 1e-6);
	left = run->n_objects - n;
	progress_done(&run->procedure->progress, n, n > 0 ? left / rate : -1);
	if (n > 0 && left > 0 && report_is_due(run->procedure, run->plan.chunks.report_interval))
	{
		char *time_left = describe_time_left(left / rate);

		ereport(NOTICE, (errmsg(INT64_FORMAT " of " INT64_FORMAT " objects, %.0f objects/s%s", n,
								run->n_objects, rate, time_left)));
		pfree(time_left);
	}
}

/* An error if none of the objects could be done. */
static void
report_skipped(const PipelineRun *run)
{
	const ChunkReport *total = &run->total.sum;

	if (total->n_skipped == 0)
		return;
	ereport(total->n_done > 0 ? WARNING : ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg(INT64_FORMAT " of " INT64_FORMAT " objects could not be done", total->n_skipped,
					total->n_skipped + total->n_done),
			 errdetail("The first is %s", total->skipped),
			 errhint("This lists them: %s", run->plan.undone)));
}

static void
report_end(const PipelineRun *run)
{
	const ChunkReport *total = &run->total.sum;
	double			   elapsed = procedure_elapsed(run->procedure);
	int				   processes = pool_workers(run->pool) + 1;

	run->kind->report_total(total);
	report_skipped(run);
	ereport(NOTICE,
			(errmsg(INT64_FORMAT " objects done in %s by %d %s, %.0f objects/s", total->n_done,
					describe_duration(elapsed), processes, processes == 1 ? "process" : "processes",
					total->n_done / Max(elapsed, 1e-6))));
}

/* ------------------------------------------------------------------------
 * The run
 * ------------------------------------------------------------------------
 */

static PoolKind
pool_kind(const PipelineKind *kind)
{
	return (PoolKind){
		.name = kind->worker,
		.function = kind->worker_function,
		.connected = true,
		.work = do_chunks_in_worker,
		.argument = kind,
		.receive = receive_chunk,
	};
}

void
run_pipeline_worker(Datum handle, const PipelineKind *kind)
{
	PoolKind pool = pool_kind(kind);

	run_pool_worker(handle, &pool);
}

static SharedPart
text_part(int key, const char *text)
{
	return (SharedPart){key, text, text ? strlen(text) + 1 : 0};
}

static Pool *
create_pipeline_pool(PipelineRun *run, const PoolKind *kind)
{
	const PipelinePlan *plan = &run->plan;
	const PipelineJob  *job = &plan->job;
	bool				alone = !run->procedure->commits || plan->temporary;
	SharedPart			parts[N_PARTS] = {
				 {PART_PROCEDURE, &job->procedure, sizeof(job->procedure)},
				 text_part(PART_FIND, job->find),
				 text_part(PART_ALL, job->all),
				 text_part(PART_READ, job->read),
				 text_part(PART_EXPLAIN, job->explain),
				 text_part(PART_WRITE, job->write),
				 text_part(PART_CLASSIFY, job->classify),
				 text_part(PART_COUNT, job->count),
				 text_part(PART_MODEL, job->model),
				 {PART_VERSION, &job->version, sizeof(job->version)},
				 {PART_STRICT, &job->strict, sizeof(job->strict)},
				 {PART_IDS_TYPE, &job->ids_type, sizeof(job->ids_type)},
				 {PART_CHUNKS, run->chunks->bytes, run->chunks->size},
				 {PART_CHUNK_STARTS, run->chunks->starts, mul_size(sizeof(Size), run->chunks->n)},
	 };

	return create_pool(kind, psprintf("table \"%s\"", get_rel_name(plan->target)), run->chunks->n,
					   alone ? 0 : plan->chunks.workers, parts, N_PARTS, run);
}

static void
do_chunks(PipelineRun *run)
{
	MemoryContext caller = CurrentMemoryContext;
	int			  i;

	while (pool_next_job(run->pool, &i))
	{
		ChunkReport report = {.chunk = i};

		MemoryContextSwitchTo(run->chunk_context);
		do_chunk(run->kind, &run->plan.job,
				 PointerGetDatum(run->chunks->bytes + run->chunks->starts[i]), &report);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(run->chunk_context);
		procedure_commit(run->procedure);
		pool_send(run->pool, &report, sizeof(report));
		pool_job_done(run->pool);
		pool_receive(run->pool);
		CHECK_FOR_INTERRUPTS();
	}
	pool_wait(run->pool);
}

/* Two runs on one target would do the same work twice. */
static void
lock_target(const PipelineRun *run)
{
	Oid target = run->plan.target;

	lock_procedure(run->procedure, LOCK_TARGET_TABLE, target, 0,
				   psprintf("table \"%s\"", get_rel_name(target)),
				   "Wait for it to finish or cancel it; only chunks in progress are lost.");
}

static char *
relation_text(Oid relation)
{
	return DatumGetCString(DirectFunctionCall1(regclassout, ObjectIdGetDatum(relation)));
}

/* The objects of a query as one array; NULL of NULL. */
static char *
as_array(const char *query)
{
	return query ? psprintf("SELECT pg_catalog.array_agg(x.object_id) FROM (%s) AS x", query)
				 : NULL;
}

static void
bring_up_to_date(Procedure *procedure, const void *kind)
{
	PipelineRun *run = palloc0(sizeof(PipelineRun));
	PoolKind	 pool = pool_kind(kind);

	run->procedure = procedure;
	run->kind = kind;
	run->chunk_context = AllocSetContextCreate(procedure->context, "plasticc pipeline chunk",
											   ALLOCSET_DEFAULT_SIZES);
	run->plan.job.procedure = procedure->fcinfo->flinfo->fn_oid;
	run->plan.job.context = procedure->context;
	run->kind->plan(procedure->fcinfo, &run->plan);
	run->plan.job.find = as_array(run->plan.job.find);
	run->plan.job.all = as_array(run->plan.job.all);
	lock_target(run);
	progress_begin(&procedure->progress, run->plan.job.procedure, relation_text(run->plan.target));
	progress_phase(&procedure->progress, "listing objects", -1);
	list_or_all(run);
	report_start(run);
	procedure_commit(procedure); /* workers are to see what came before */
	progress_phase(&procedure->progress, run->kind->phase, run->n_objects);
	run->chunks_start = procedure_elapsed(procedure);
	run->pool = create_pipeline_pool(run, &pool);
	PG_TRY();
	{
		start_workers(run->pool);
		do_chunks(run);
		if (run->n_objects > 0)
			report_end(run);
	}
	PG_FINALLY();
	{
		end_pool(run->pool);
	}
	PG_END_TRY();
}

Datum
run_pipeline(FunctionCallInfo fcinfo, const PipelineKind *kind)
{
	return run_procedure(fcinfo, bring_up_to_date, kind);
}
