/*
 * workers.c
 *		A pool: this backend and background workers share a number of jobs.
 *
 * What a worker reports to its client, errors above all, goes to its queue, by
 * the server's own means for parallel workers.  Messages of the pool travel
 * between them, under a type of their own.
 */
#include "pg/module/plasticc.h"

#include "access/xact.h"
#include "libpq/pqformat.h"
#include "libpq/pqmq.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/pmsignal.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"

#include "pg/jobs/workers.h"
#include "pg/util/error_data.h"

#define POOL_MAGIC UINT64CONST(0x706c617374696363)
#define QUEUE_BYTES ((Size) 16384)
#define POOL_MESSAGE 'j' /* no type of the protocol that a backend sends */

/* The leader's latch wakes it; this is for the case that a commit has reset it unseen. */
#define WAIT_MS 200

/* Keys of the table of contents, above those of the parts. */
enum
{
	KEY_SHARED = POOL_MAX_PARTS,
	KEY_TITLE,
	KEY_STATES,
	KEY_QUEUES,
	KEY_SETTINGS,
	N_KEYS
};

typedef struct Shared
{
	pg_atomic_uint32 next_job;
	pg_atomic_uint32 jobs_done;
	pg_atomic_uint32 stop;	 /* set by the leader */
	pg_atomic_uint32 failed; /* set by a worker whose error is in its queue */

	/* set before workers start */
	uint32 n_jobs;
	Oid	   database;
	Oid	   authenticated_user;
	Oid	   user;
	int	   security_context;
} Shared;

/* A worker's steps; only the worker moves on. */
typedef enum WorkerState
{
	WORKER_AWAITED,
	WORKER_STARTED, /* may have a job in hand */
	WORKER_FINISHED,
} WorkerState;

/* The leader's side of a worker. */
typedef struct Worker
{
	BackgroundWorkerHandle *handle;
	shm_mq_handle		   *queue; /* NULL when it has ended */
} Worker;

/* A process's view of the pool. */
struct Pool
{
	const PoolKind	 *kind;
	dsm_segment		 *segment;				 /* NULL without workers */
	void			 *parts[POOL_MAX_PARTS]; /* of this process alone */
	shm_toc			 *toc;					 /* of the segment */
	Shared			 *shared;
	pg_atomic_uint32 *states; /* [workers], WorkerState */

	/* of the leader */
	MemoryContext context;
	int			  n_wanted;
	int			  n_workers; /* that were started */
	Worker		 *workers;
	void		 *receiver;

	/* of a worker */
	bool		   is_worker;
	shm_mq_handle *queue;
};

int
pool_workers(const Pool *pool)
{
	return pool->n_workers;
}

void *
pool_part(const Pool *pool, int key)
{
	return pool->toc ? shm_toc_lookup(pool->toc, key, true) : pool->parts[key];
}

/* ------------------------------------------------------------------------
 * Jobs and messages, in any process
 * ------------------------------------------------------------------------
 */

bool
pool_next_job(Pool *pool, int *job)
{
	uint32 next;

	if (pg_atomic_read_u32(&pool->shared->stop) || pg_atomic_read_u32(&pool->shared->failed))
		return false;
	next = pg_atomic_fetch_add_u32(&pool->shared->next_job, 1);
	if (next >= pool->shared->n_jobs)
		return false;
	*job = (int) next;
	if (pool->is_worker)
	{
		char *text = psprintf("plasticc %s: %s, job %u of %u", pool->kind->name,
							  (char *) shm_toc_lookup(pool->toc, KEY_TITLE, false), next + 1,
							  pool->shared->n_jobs);

		pgstat_report_activity(STATE_RUNNING, text);
		pfree(text);
	}
	return true;
}

void
pool_job_done(Pool *pool)
{
	pg_atomic_fetch_add_u32(&pool->shared->jobs_done, 1);
}

void
pool_send(Pool *pool, const void *message, Size size)
{
	StringInfoData buffer;

	if (!pool->is_worker)
	{
		pool->kind->receive(pool->receiver, message, size);
		return;
	}
	pq_beginmessage(&buffer, POOL_MESSAGE);
	pq_sendbytes(&buffer, message, size);
	pq_endmessage(&buffer);
}

void
pool_check_interrupts(Pool *pool)
{
	if (pool->is_worker && pg_atomic_read_u32(&pool->shared->stop))
		proc_exit(0);
	if (pool->is_worker && !PostmasterIsAlive())
		proc_exit(1);
	CHECK_FOR_INTERRUPTS();
	if (!pool->is_worker && pg_atomic_read_u32(&pool->shared->failed))
		pool_receive(pool);
}

/* ------------------------------------------------------------------------
 * Receiving
 * ------------------------------------------------------------------------
 */

static void
raise_lost_worker(const Pool *pool)
{
	ereport(ERROR, (errcode(ERRCODE_OPERATOR_INTERVENTION),
					errmsg("plasticc %s was terminated", pool->kind->name),
					errhint("The server's log may say why.  Call the procedure again.")));
}

/* An error or a notice of a worker, as if it were the leader's. */
static void
throw_workers_error(const Pool *pool, StringInfo message)
{
	ErrorData error;

	pq_parse_errornotice(message, &error);
	if (error.elevel >= FATAL)
		raise_lost_worker(pool);
	error.context = error.context ? psprintf("%s\nplasticc %s", error.context, pool->kind->name)
								  : psprintf("plasticc %s", pool->kind->name);
	detach_error(&error);
	ThrowErrorData(&error);
}

static void
receive_message(const Pool *pool, const void *data, Size size)
{
	StringInfoData message;
	int			   type;

	initStringInfo(&message);
	appendBinaryStringInfo(&message, data, size);
	type = pq_getmsgbyte(&message);
	if (type == POOL_MESSAGE)
		pool->kind->receive(pool->receiver, message.data + 1, size - 1);
	else if (type == 'E' || type == 'N')
		throw_workers_error(pool, &message);
	else if (type != 'A') /* a notification, which the session that listens gets by itself */
		elog(ERROR, "unexpected message of a %s: type %c", pool->kind->name, type);
	pfree(message.data);
}

/*
 * A worker that has ended without having finished has lost a job.  One that never
 * started has none: others do its work.
 */
static void
receive_from(Pool *pool, int number)
{
	Worker *worker = &pool->workers[number];

	while (worker->queue)
	{
		Size  size;
		void *data;

		switch (shm_mq_receive(worker->queue, &size, &data, true))
		{
			case SHM_MQ_WOULD_BLOCK:
				return;
			case SHM_MQ_SUCCESS:
				receive_message(pool, data, size);
				break;
			case SHM_MQ_DETACHED:
				shm_mq_detach(worker->queue);
				worker->queue = NULL;
				if (pg_atomic_read_u32(&pool->states[number]) == WORKER_STARTED)
					raise_lost_worker(pool);
				break;
		}
	}
}

void
pool_receive(Pool *pool)
{
	for (int i = 0; i < pool->n_workers; i++)
		receive_from(pool, i);
}

void
pool_wait(Pool *pool)
{
	while (pg_atomic_read_u32(&pool->shared->jobs_done) < pool->shared->n_jobs)
	{
		pool_receive(pool);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, WAIT_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	pool_receive(pool);
}

/* ------------------------------------------------------------------------
 * The leader
 * ------------------------------------------------------------------------
 */

static void
describe_leader(Shared *shared, int n_jobs)
{
	pg_atomic_init_u32(&shared->next_job, 0);
	pg_atomic_init_u32(&shared->jobs_done, 0);
	pg_atomic_init_u32(&shared->stop, 0);
	pg_atomic_init_u32(&shared->failed, 0);
	shared->n_jobs = n_jobs;
	shared->database = MyDatabaseId;
	shared->authenticated_user = MyProc->roleId;
	GetUserIdAndSecContext(&shared->user, &shared->security_context);
}

/* Called when the leader lets go of the segment, at exit as well. */
static void
stop_workers(dsm_segment *segment, Datum argument)
{
	Pool *pool = (Pool *) DatumGetPointer(argument);

	pg_atomic_write_u32(&pool->shared->stop, 1);
	for (int i = 0; i < pool->n_workers; i++)
		TerminateBackgroundWorker(pool->workers[i].handle);
}

static bool
start_worker(Pool *pool, int number)
{
	Worker *worker = &pool->workers[number];
	void   *place = (char *) shm_toc_lookup(pool->toc, KEY_QUEUES, false) + QUEUE_BYTES * number;
	shm_mq *queue = shm_mq_create(place, QUEUE_BYTES);
	BackgroundWorker request;

	memset(&request, 0, sizeof(request));
	snprintf(request.bgw_name, sizeof(request.bgw_name), "plasticc %s for PID %d", pool->kind->name,
			 MyProcPid);
	snprintf(request.bgw_type, sizeof(request.bgw_type), "plasticc %s", pool->kind->name);
	strlcpy(request.bgw_library_name, "plasticc", sizeof(request.bgw_library_name));
	strlcpy(request.bgw_function_name, pool->kind->function, sizeof(request.bgw_function_name));
	request.bgw_flags =
		BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION | BGWORKER_CLASS_PARALLEL;
	request.bgw_start_time = BgWorkerStart_ConsistentState;
	request.bgw_restart_time = BGW_NEVER_RESTART;
	request.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(pool->segment));
	request.bgw_notify_pid = MyProcPid;
	memcpy(request.bgw_extra, &number, sizeof(number));

	shm_mq_set_receiver(queue, MyProc);
	if (!RegisterDynamicBackgroundWorker(&request, &worker->handle))
		return false;
	worker->queue = shm_mq_attach(queue, pool->segment, worker->handle);
	return true;
}

void
start_workers(Pool *pool)
{
	MemoryContext caller = MemoryContextSwitchTo(pool->context);

	while (pool->n_workers < pool->n_wanted && start_worker(pool, pool->n_workers))
		pool->n_workers++;
	if (pool->n_wanted > 0 && pool->n_workers == 0)
		ereport(WARNING, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
						  errmsg("could not start any %s", pool->kind->name),
						  errhint("The session does all of the work.  max_worker_processes and "
								  "max_parallel_workers bound the workers of all sessions.")));
	MemoryContextSwitchTo(caller);
}

static int
workers_wanted(int requested, int n_jobs)
{
	int n = requested < 0 ? max_parallel_maintenance_workers : requested;

	/* one that cannot be had either is worth a warning */
	return Max(0, Min(Min(n, n_jobs - 1), Max(1, max_worker_processes)));
}

/*
 * The pool is in a context that is there at exit, for stop_workers; until it is
 * complete, in the caller's, which an error frees.
 */
Pool *
create_pool(const PoolKind *kind, const char *title, int n_jobs, int requested,
			const SharedPart *parts, int n_parts, void *receiver)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc pool", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Pool		 *pool = palloc0(sizeof(Pool));
	Shared		 *shared = palloc0(sizeof(Shared));
	int			  n_workers = workers_wanted(requested, n_jobs);
	Size		  settings = n_workers > 0 && kind->connected ? EstimateGUCStateSpace() : 0;
	SharedPart	  all[N_KEYS] = {
		   {KEY_SHARED, shared, sizeof(Shared)},
		   {KEY_TITLE, title, strlen(title) + 1},
		   {KEY_STATES, NULL, sizeof(pg_atomic_uint32) * n_workers},
		   {KEY_QUEUES, NULL, mul_size(QUEUE_BYTES, n_workers)},
		   {KEY_SETTINGS, NULL, settings},
	   };
	int n_all = KEY_SETTINGS - KEY_SHARED + 1;

	pool->kind = kind;
	pool->context = context;
	pool->shared = shared;
	pool->receiver = receiver;
	describe_leader(shared, n_jobs);
	for (int i = 0; i < n_parts; i++)
		all[n_all++] = parts[i];
	if (n_workers > 0)
		pool->segment = create_segment(parts_size(all, n_all), kind->name);
	if (pool->segment)
	{
		pool->toc = write_parts(pool->segment, POOL_MAGIC, all, n_all);
		pool->shared = shm_toc_lookup(pool->toc, KEY_SHARED, false);
		pool->states = shm_toc_lookup(pool->toc, KEY_STATES, false);
		if (settings > 0)
			SerializeGUCState(settings, shm_toc_lookup(pool->toc, KEY_SETTINGS, false));
		pool->workers = palloc0(sizeof(Worker) * n_workers);
		pool->n_wanted = n_workers;
		on_dsm_detach(pool->segment, stop_workers, PointerGetDatum(pool));
	}
	for (int i = 0; i < n_parts && pool->segment == NULL; i++)
		pool->parts[parts[i].key] = local_part(&parts[i], context);
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, TopMemoryContext);
	return pool;
}

/* Workers that are sending must not wait for a leader that does not listen. */
void
end_pool(Pool *pool)
{
	HOLD_INTERRUPTS();
	if (pool->segment)
	{
		for (int i = 0; i < pool->n_workers; i++)
			if (pool->workers[i].queue)
				shm_mq_detach(pool->workers[i].queue);
		stop_workers(pool->segment, PointerGetDatum(pool));
		for (int i = 0; i < pool->n_workers; i++)
			WaitForBackgroundWorkerShutdown(pool->workers[i].handle);
		cancel_on_dsm_detach(pool->segment, stop_workers, PointerGetDatum(pool));
		dsm_detach(pool->segment);
	}
	MemoryContextDelete(pool->context);
	RESUME_INTERRUPTS();
}

/* ------------------------------------------------------------------------
 * A worker
 * ------------------------------------------------------------------------
 */

/*
 * Becomes a session of the leader's user: in the leader's database with the
 * leader's settings, or in none, which is enough to be seen in pg_stat_activity.
 */
static void
take_session(const Pool *pool)
{
	const Shared *shared = pool->shared;

	BackgroundWorkerInitializeConnectionByOid(pool->kind->connected ? shared->database : InvalidOid,
											  shared->authenticated_user, 0);
	if (pool->kind->connected)
	{
		StartTransactionCommand();
		RestoreGUCState(shm_toc_lookup(pool->toc, KEY_SETTINGS, false));
		CommitTransactionCommand();
		SetUserIdAndSecContext(shared->user, shared->security_context);
	}
	/* the leader expects texts in the encoding of the database */
	SetClientEncoding(GetDatabaseEncoding());
}

/* Works; an error goes to the queue, for the leader to raise. */
static void
work_until_error(Pool *pool)
{
	PG_TRY();
	{
		pool->kind->work(pool, pool->kind->argument);
	}
	PG_CATCH();
	{
		EmitErrorReport();
		FlushErrorState();
		pg_atomic_write_u32(&pool->shared->failed, 1);
		AbortCurrentTransaction();
	}
	PG_END_TRY();
}

void
run_pool_worker(Datum handle, const PoolKind *kind)
{
	Pool		  pool = {.kind = kind, .is_worker = true};
	MemoryContext context;
	shm_mq		 *queue;
	int			  number;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	context = AllocSetContextCreate(TopMemoryContext, "plasticc worker", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	memcpy(&number, MyBgworkerEntry->bgw_extra, sizeof(number));
	pool.segment = dsm_attach(DatumGetUInt32(handle));
	if (pool.segment == NULL)
		proc_exit(0); /* the leader has gone */
	dsm_pin_mapping(pool.segment);
	pool.toc = shm_toc_attach(POOL_MAGIC, dsm_segment_address(pool.segment));
	if (pool.toc == NULL)
		elog(ERROR, "shared memory of a %s has no table of contents", kind->name);
	pool.shared = shm_toc_lookup(pool.toc, KEY_SHARED, false);
	pool.states = shm_toc_lookup(pool.toc, KEY_STATES, false);
	queue =
		(shm_mq *) ((char *) shm_toc_lookup(pool.toc, KEY_QUEUES, false) + QUEUE_BYTES * number);
	shm_mq_set_sender(queue, MyProc);
	pool.queue = shm_mq_attach(queue, pool.segment, NULL);
	take_session(&pool);
	MemoryContextSwitchTo(context);
	pq_redirect_to_shm_mq(pool.segment, pool.queue);
	pg_atomic_write_u32(&pool.states[number], WORKER_STARTED);
	work_until_error(&pool);
	pg_atomic_write_u32(&pool.states[number], WORKER_FINISHED);
	dsm_detach(pool.segment); /* the end of the queue wakes the leader */
}
