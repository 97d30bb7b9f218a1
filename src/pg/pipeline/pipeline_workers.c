/*
 * pipeline_workers.c
 *		The processes of a survey procedure: this backend and background workers
 *		with a connection to the same database.
 *
 * PostgreSQL's parallel mode would not do, as it forbids writing.  So the
 * workers are dynamic ones, of the class that max_parallel_workers bounds, which
 * act as the caller, with the caller's settings.  They take chunks from a counter
 * in a segment of dynamic shared memory and do each in a transaction of their
 * own.
 *
 * They do not outlive the caller: the caller ends them when it lets go of the
 * segment, be it at exit.
 */
#include "pg/module/plasticc.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "pg/pipeline/pipeline.h"

#define MAX_ERROR_TEXT 1024
#define WAIT_MS 200

/* A worker's steps; only the worker moves on. */
typedef enum WorkerStep
{
	WORKER_AWAITED,
	WORKER_STARTED, /* may have a chunk in hand */
	WORKER_FINISHED,
} WorkerStep;

typedef enum Failure
{
	FAILURE_NONE,
	FAILURE_CLAIMED, /* being described */
	FAILURE_DESCRIBED,
} Failure;

/* Texts of the job, one after the other behind the chunks. */
enum
{
	TEXT_FIND,
	TEXT_READ,
	TEXT_WRITE,
	TEXT_MODEL,
	N_TEXTS
};

/* What the processes share.  Behind it: chunks, steps of the workers, texts, settings. */
typedef struct Shared
{
	pg_atomic_uint32 next_chunk;
	pg_atomic_uint32 chunks_done;
	pg_atomic_uint64 objects_done;
	pg_atomic_uint32 stop;

	/* of the first failure */
	pg_atomic_uint32 failure; /* Failure */
	int				 sqlerrcode;
	char			 message[MAX_ERROR_TEXT];
	char			 detail[MAX_ERROR_TEXT];
	char			 hint[MAX_ERROR_TEXT];

	/* set before workers start */
	Oid		   database;
	Oid		   authenticated_user;
	Oid		   user;
	int		   security_context;
	SurveyKind kind;
	Oid		   procedure;
	Oid		   target;
	int32	   version;
	int		   n_chunks;
	Size	   chunks; /* offsets */
	Size	   steps;
	Size	   texts[N_TEXTS]; /* 0 for none */
	Size	   settings;
} Shared;

struct SurveyPool
{
	Shared					*shared;
	dsm_segment				*segment; /* NULL without workers */
	int						 n_workers;
	BackgroundWorkerHandle **handles;
};

PGDLLEXPORT void plasticc_survey_worker(Datum segment);

static SurveyChunk *
shared_chunks(Shared *shared)
{
	return (SurveyChunk *) ((char *) shared + shared->chunks);
}

static pg_atomic_uint32 *
shared_steps(Shared *shared)
{
	return (pg_atomic_uint32 *) ((char *) shared + shared->steps);
}

static char *
shared_text(Shared *shared, int i)
{
	return shared->texts[i] == 0 ? NULL : (char *) shared + shared->texts[i];
}

static bool
take_chunk(Shared *shared, SurveyChunk *chunk)
{
	uint32 i;

	if (pg_atomic_read_u32(&shared->stop))
		return false;
	i = pg_atomic_fetch_add_u32(&shared->next_chunk, 1);
	if (i >= shared->n_chunks)
		return false;
	*chunk = shared_chunks(shared)[i];
	return true;
}

static void
note_done(Shared *shared, int64 n_objects)
{
	pg_atomic_fetch_add_u64(&shared->objects_done, n_objects);
	pg_atomic_fetch_add_u32(&shared->chunks_done, 1);
}

/* ------------------------------------------------------------------------
 * Workers
 * ------------------------------------------------------------------------
 */

static void
copy_error_text(char *place, const char *text)
{
	int length = text ? pg_mbcliplen(text, strlen(text), MAX_ERROR_TEXT - 1) : 0;

	memcpy(place, text ? text : "", length);
	place[length] = '\0';
}

static void
note_failure(Shared *shared, const ErrorData *error)
{
	uint32 none = FAILURE_NONE;

	if (!pg_atomic_compare_exchange_u32(&shared->failure, &none, FAILURE_CLAIMED))
		return;
	shared->sqlerrcode = error->sqlerrcode;
	copy_error_text(shared->message, error->message);
	copy_error_text(shared->detail, error->detail);
	copy_error_text(shared->hint, error->hint);
	pg_write_barrier();
	pg_atomic_write_u32(&shared->failure, FAILURE_DESCRIBED);
	pg_atomic_write_u32(&shared->stop, 1);
}

static void
work(Shared *shared, SurveyJob *job)
{
	SurveyChunk chunk;

	while (take_chunk(shared, &chunk))
	{
		int64 n;

		CHECK_FOR_INTERRUPTS();
		SetCurrentStatementStartTimestamp();
		StartTransactionCommand();
		SPI_connect();
		PushActiveSnapshot(GetTransactionSnapshot());
		n = survey_do_chunk(job, &chunk);
		PopActiveSnapshot();
		SPI_finish();
		CommitTransactionCommand();
		note_done(shared, n);
	}
}

/* Works, and leaves an error for the leader to raise. */
static void
work_until_error(Shared *shared, SurveyJob *job)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		work(shared, job);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		note_failure(shared, error);
		AbortCurrentTransaction();
	}
	PG_END_TRY();
}

/* Becomes a session of the leader's user, with the leader's settings. */
static void
take_session(Shared *shared)
{
	BackgroundWorkerInitializeConnectionByOid(shared->database, shared->authenticated_user, 0);
	StartTransactionCommand();
	RestoreGUCState((char *) shared + shared->settings);
	CommitTransactionCommand();
	SetUserIdAndSecContext(shared->user, shared->security_context);
}

void
plasticc_survey_worker(Datum handle)
{
	dsm_segment	 *segment;
	Shared		 *shared;
	SurveyJob	  job;
	int			  number;
	MemoryContext context;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	memcpy(&number, MyBgworkerEntry->bgw_extra, sizeof(number));
	segment = dsm_attach(DatumGetUInt32(handle));
	if (segment == NULL)
		proc_exit(0); /* the leader has gone */
	dsm_pin_mapping(segment);
	shared = dsm_segment_address(segment);
	take_session(shared);
	context = AllocSetContextCreate(TopMemoryContext, "plasticc survey", ALLOCSET_DEFAULT_SIZES);
	job = (SurveyJob){
		.kind = shared->kind,
		.procedure = shared->procedure,
		.target = shared->target,
		.find = shared_text(shared, TEXT_FIND),
		.read = shared_text(shared, TEXT_READ),
		.write = shared_text(shared, TEXT_WRITE),
		.model = shared_text(shared, TEXT_MODEL),
		.version = shared->version,
		.context = context,
	};
	MemoryContextSwitchTo(context);
	pg_atomic_write_u32(&shared_steps(shared)[number], WORKER_STARTED);
	pgstat_report_activity(STATE_RUNNING, job.write);
	work_until_error(shared, &job);
	pg_atomic_write_u32(&shared_steps(shared)[number], WORKER_FINISHED);
}

/* ------------------------------------------------------------------------
 * The leader
 * ------------------------------------------------------------------------
 */

/* Makes the shared memory, in a segment that no transaction owns if there are to be workers. */
static void
create_shared(SurveyPool *pool, const SurveyJob *job, const SurveyChunk *chunks, int n_chunks,
			  int n_workers)
{
	const char *texts[N_TEXTS] = {job->find, job->read, job->write, job->model};
	Size		settings = n_workers > 0 ? EstimateGUCStateSpace() : 0;
	Shared		header;
	Size		size = MAXALIGN(sizeof(Shared));
	Shared	   *shared;

	memset(&header, 0, sizeof(header));
	header.n_chunks = n_chunks;
	header.chunks = size;
	size = add_size(size, MAXALIGN(mul_size(sizeof(SurveyChunk), n_chunks)));
	header.steps = size;
	size = add_size(size, MAXALIGN(mul_size(sizeof(pg_atomic_uint32), n_workers)));
	for (int i = 0; i < N_TEXTS; i++)
		if (texts[i])
		{
			header.texts[i] = size;
			size = add_size(size, MAXALIGN(strlen(texts[i]) + 1));
		}
	header.settings = size;
	size = add_size(size, settings);

	if (n_workers > 0)
		pool->segment = dsm_create(size, DSM_CREATE_NULL_IF_MAXSEGMENTS);
	if (pool->segment)
		dsm_pin_mapping(pool->segment);
	shared = pool->segment ? dsm_segment_address(pool->segment)
						   : MemoryContextAllocHuge(job->context, size);
	*shared = header;
	pg_atomic_init_u32(&shared->next_chunk, 0);
	pg_atomic_init_u32(&shared->chunks_done, 0);
	pg_atomic_init_u64(&shared->objects_done, 0);
	pg_atomic_init_u32(&shared->stop, 0);
	pg_atomic_init_u32(&shared->failure, FAILURE_NONE);
	shared->database = MyDatabaseId;
	shared->authenticated_user = MyProc->roleId;
	GetUserIdAndSecContext(&shared->user, &shared->security_context);
	shared->kind = job->kind;
	shared->procedure = job->procedure;
	shared->target = job->target;
	shared->version = job->version;
	if (n_chunks > 0)
		memcpy(shared_chunks(shared), chunks, sizeof(SurveyChunk) * n_chunks);
	for (int i = 0; i < n_workers; i++)
		pg_atomic_init_u32(&shared_steps(shared)[i], WORKER_AWAITED);
	for (int i = 0; i < N_TEXTS; i++)
		if (texts[i])
			strcpy(shared_text(shared, i), texts[i]);
	if (pool->segment)
		SerializeGUCState(settings, (char *) shared + shared->settings);
	pool->shared = shared;
}

/* Called when the leader lets go of the segment, at exit as well. */
static void
terminate_workers(dsm_segment *segment, Datum argument)
{
	SurveyPool *pool = (SurveyPool *) DatumGetPointer(argument);

	pg_atomic_write_u32(&pool->shared->stop, 1);
	for (int i = 0; i < pool->n_workers; i++)
		TerminateBackgroundWorker(pool->handles[i]);
}

static bool
start_worker(SurveyPool *pool, int number)
{
	BackgroundWorker request;

	memset(&request, 0, sizeof(request));
	snprintf(request.bgw_name, sizeof(request.bgw_name), "plasticc survey worker for PID %d",
			 MyProcPid);
	strlcpy(request.bgw_type, "plasticc survey worker", sizeof(request.bgw_type));
	strlcpy(request.bgw_library_name, "plasticc", sizeof(request.bgw_library_name));
	strlcpy(request.bgw_function_name, "plasticc_survey_worker", sizeof(request.bgw_function_name));
	request.bgw_flags =
		BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION | BGWORKER_CLASS_PARALLEL;
	request.bgw_start_time = BgWorkerStart_ConsistentState;
	request.bgw_restart_time = BGW_NEVER_RESTART;
	request.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(pool->segment));
	request.bgw_notify_pid = MyProcPid;
	memcpy(request.bgw_extra, &number, sizeof(number));
	return RegisterDynamicBackgroundWorker(&request, &pool->handles[number]);
}

/*
 * The pool is in a context that is there at exit, for terminate_workers.
 */
SurveyPool *
start_survey_pool(const SurveyJob *job, const SurveyChunk *chunks, int n_chunks, int n_workers)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	SurveyPool	 *pool = palloc0(sizeof(SurveyPool));

	n_workers = Max(0, Min(n_workers, max_worker_processes));
	pool->handles = palloc0(sizeof(BackgroundWorkerHandle *) * Max(1, n_workers));
	create_shared(pool, job, chunks, n_chunks, n_workers);
	if (pool->segment)
	{
		on_dsm_detach(pool->segment, terminate_workers, PointerGetDatum(pool));
		while (pool->n_workers < n_workers && start_worker(pool, pool->n_workers))
			pool->n_workers++;
	}
	MemoryContextSwitchTo(caller);
	return pool;
}

void
end_survey_pool(SurveyPool *pool)
{
	HOLD_INTERRUPTS();
	if (pool->segment)
	{
		terminate_workers(pool->segment, PointerGetDatum(pool));
		for (int i = 0; i < pool->n_workers; i++)
			WaitForBackgroundWorkerShutdown(pool->handles[i]);
		cancel_on_dsm_detach(pool->segment, terminate_workers, PointerGetDatum(pool));
		dsm_detach(pool->segment);
	}
	for (int i = 0; i < pool->n_workers; i++)
		pfree(pool->handles[i]);
	pfree(pool->handles);
	pfree(pool);
	RESUME_INTERRUPTS();
}

bool
next_survey_chunk(SurveyPool *pool, SurveyChunk *chunk)
{
	return take_chunk(pool->shared, chunk);
}

void
survey_chunk_done(SurveyPool *pool, int64 n_objects)
{
	note_done(pool->shared, n_objects);
}

/* Has a worker ended without having finished?  One that never started is missed by nobody. */
static bool
has_lost_worker(const SurveyPool *pool)
{
	for (int i = 0; i < pool->n_workers; i++)
	{
		pid_t pid;

		if (GetBackgroundWorkerPid(pool->handles[i], &pid) == BGWH_STOPPED &&
			pg_atomic_read_u32(&shared_steps(pool->shared)[i]) == WORKER_STARTED)
			return true;
	}
	return false;
}

int64
check_survey_pool(SurveyPool *pool)
{
	Shared *shared = pool->shared;
	bool	lost = has_lost_worker(pool);

	if (pg_atomic_read_u32(&shared->failure) == FAILURE_DESCRIBED)
	{
		pg_read_barrier();
		ereport(ERROR,
				(errcode(shared->sqlerrcode), errmsg("%s", shared->message),
				 shared->detail[0] ? errdetail("%s", shared->detail) : 0,
				 shared->hint[0] ? errhint("%s", shared->hint) : 0, errcontext("survey worker")));
	}
	if (lost)
		ereport(ERROR,
				(errcode(ERRCODE_OPERATOR_INTERVENTION), errmsg("a survey worker was terminated"),
				 errdetail("What was committed before is kept."),
				 errhint("The server's log may say why. Call the procedure again to "
						 "do the rest.")));
	return pg_atomic_read_u64(&shared->objects_done);
}

bool
wait_for_survey_pool(SurveyPool *pool)
{
	if (pg_atomic_read_u32(&pool->shared->chunks_done) >= pool->shared->n_chunks)
		return true;
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, WAIT_MS,
					 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	return false;
}

int
survey_pool_workers(const SurveyPool *pool)
{
	return pool->n_workers;
}
