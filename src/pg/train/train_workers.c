/*
 * train_workers.c
 *		Trains the networks of an ensemble in this backend and in background
 *		workers.
 *
 * PostgreSQL's parallel mode would not do: it forbids the writes and commits
 * with which the leader logs epochs while the networks are trained.  So the
 * workers are plain dynamic ones, without a database connection, of the class
 * that max_parallel_workers bounds.  They read the training set in a segment of
 * dynamic shared memory, take jobs from a counter there and leave the results
 * beside it.  Reports of epochs come through a queue for each worker.
 *
 * The segment outlives the leader's commits; when the leader lets go of it, be
 * it at exit, the flag "stop" is set, which the workers look at as often as at
 * their interrupts.
 */
#include "pg/module/plasticc.h"

#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/pmsignal.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"
#include "tcop/tcopprot.h"

#include "pg/train/train_shared.h"
#include "pg/train/train_workers.h"

/* The leader's latch wakes it; this is for the case that a commit has reset it unseen. */
#define WAIT_MS 1000

/* What a worker tells of an epoch. */
typedef struct Message
{
	int			job;
	EpochReport report;
} Message;

/* The leader's side of a worker. */
typedef struct Worker
{
	BackgroundWorkerHandle *handle;
	shm_mq_handle		   *queue; /* of what it tells */
	bool					gone;  /* the queue has ended */
} Worker;

/* A process's view of the pool. */
typedef struct Pool
{
	PoolMemory	  memory;
	MemoryContext fold_context; /* of what the networks of a fold share */
	MemoryContext job_context;
	Inputs		  inputs;
	int			  job; /* being done */

	/* of the leader */
	const PoolEvents *events;
	int				  n_workers;
	Worker			 *workers;

	/* of a worker */
	shm_mq_handle *queue;
} Pool;

PGDLLEXPORT void plasticc_training_worker(Datum segment);

/* The pool that this process works in: what core code calls back has no argument. */
static Pool *current_pool;

/* ------------------------------------------------------------------------
 * What goes on elsewhere
 * ------------------------------------------------------------------------
 */

/* Raises what has gone wrong in whichever process. */
static void
raise_failure(Pool *pool)
{
	Header *header = pool->memory.header;

	switch ((Failure) pg_atomic_read_u32(&header->failure))
	{
		case FAILURE_NONE:
		case FAILURE_CLAIMED:
			return;
		case FAILURE_DIVERGED:
			pool->events->diverged(header->failed_job, pool->events->argument);
			pg_unreachable();
		case FAILURE_ERROR:
			pg_read_barrier();
			ereport(ERROR, (errcode(header->sqlerrcode), errmsg("%s", header->message),
							header->detail[0] ? errdetail("%s", header->detail) : 0,
							header->hint[0] ? errhint("%s", header->hint) : 0,
							errcontext("training worker")));
	}
}

/* Passes on what the worker has reported; notices when it is gone. */
static void
hear_worker(Pool *pool, Worker *worker)
{
	while (!worker->gone)
	{
		Size	length;
		void   *data;
		Message message;

		switch (shm_mq_receive(worker->queue, &length, &data, true))
		{
			case SHM_MQ_WOULD_BLOCK:
				return;
			case SHM_MQ_DETACHED:
				worker->gone = true;
				return;
			case SHM_MQ_SUCCESS:
				break;
		}
		if (length != sizeof(Message))
			elog(ERROR, "message of a training worker has %zu bytes", length);
		memcpy(&message, data, sizeof(Message));
		pool->events->epoch(message.job, &message.report, pool->events->argument);
	}
}

/*
 * Passes on the workers' reports and raises their errors.  A worker that never
 * started is missed by nobody: the others do its work.
 */
static void
hear_workers(Pool *pool)
{
	bool lost = false;

	for (int i = 0; i < pool->n_workers; i++)
	{
		hear_worker(pool, &pool->workers[i]);
		lost = lost || (pool->workers[i].gone && pool->memory.states[i].started &&
						!pool->memory.states[i].finished);
	}
	raise_failure(pool);
	if (lost)
		ereport(ERROR,
				(errcode(ERRCODE_OPERATOR_INTERVENTION), errmsg("a training worker was terminated"),
				 errhint("The server's log may say why.")));
}

/* Notes the first failure of all processes; error is NULL for a loss that diverges. */
static void
note_failure(Pool *pool, const ErrorData *error)
{
	Header *header = pool->memory.header;
	uint32	none = FAILURE_NONE;

	if (!pg_atomic_compare_exchange_u32(&header->failure, &none, FAILURE_CLAIMED))
		return;
	header->failed_job = pool->job;
	if (error)
	{
		header->sqlerrcode = error->sqlerrcode;
		strlcpy(header->message, error->message ? error->message : "", MAX_ERROR_TEXT);
		strlcpy(header->detail, error->detail ? error->detail : "", MAX_ERROR_TEXT);
		strlcpy(header->hint, error->hint ? error->hint : "", MAX_ERROR_TEXT);
	}
	pg_write_barrier();
	pg_atomic_write_u32(&header->failure, error ? FAILURE_ERROR : FAILURE_DIVERGED);
}

/* The workspace's check_interrupts, in the leader and in workers. */
static void
check_pool(void)
{
	Pool *pool = current_pool;
	bool  is_worker = pool->queue != NULL;

	if (is_worker && pg_atomic_read_u32(&pool->memory.header->stop))
		proc_exit(0);
	if (is_worker && !PostmasterIsAlive())
		proc_exit(1);
	CHECK_FOR_INTERRUPTS();
	if (!is_worker && pg_atomic_read_u32(&pool->memory.header->failure) != FAILURE_NONE)
		hear_workers(pool);
}

static void
create_contexts(Pool *pool, MemoryContext parent)
{
	pool->fold_context = AllocSetContextCreate(parent, "plasticc fold", ALLOCSET_DEFAULT_SIZES);
	pool->job_context = AllocSetContextCreate(parent, "plasticc network", ALLOCSET_DEFAULT_SIZES);
}

/* ------------------------------------------------------------------------
 * Work, of the leader and of workers
 * ------------------------------------------------------------------------
 */

/* Does the given job, and then those that nobody has taken. */
static void
work(Pool *pool, uint32 job, EpochCallback callback)
{
	PoolMemory *memory = &pool->memory;
	int			members = memory->header->options.members;
	int			fold = -1;

	for (; job < memory->n_jobs; job = pg_atomic_fetch_add_u32(&memory->header->next_job, 1))
	{
		Workspace fold_workspace = server_workspace(pool->fold_context);
		Workspace workspace = server_workspace(pool->job_context);
		Model	 *model;

		fold_workspace.check_interrupts = check_pool;
		workspace.check_interrupts = check_pool;
		if (job / members != fold)
		{
			MemoryContextReset(pool->fold_context);
			fold = job / members;
			if (memory->ensemble.fold)
				fold_inputs(&memory->ensemble, fold, &fold_workspace, &pool->inputs);
			else
			{
				normalised_inputs(&memory->ensemble, memory->header->n_flagged, memory->flagged,
								  &fold_workspace, &pool->inputs);
				pool->inputs.bins = memory->bins;
			}
		}
		MemoryContextReset(pool->job_context);
		pool->job = job;
		model = train_job(&memory->ensemble, job, &pool->inputs, &workspace, callback, pool,
						  &memory->results[job],
						  memory->logits + memory->logit_start[job] * memory->set.n_classes);
		if (model == NULL)
		{
			note_failure(pool, NULL);
			return;
		}
		if (memory->networks)
			member_save(&model->members[0], memory->networks + job * memory->header->network_bytes);
		pg_atomic_fetch_add_u32(&memory->header->n_done, 1);
	}
}

/* ------------------------------------------------------------------------
 * Workers
 * ------------------------------------------------------------------------
 */

/* The leader has gone if it cannot be told. */
static void
tell_leader(Pool *pool, const Message *message)
{
	shm_mq_result result = shm_mq_send(pool->queue, sizeof(Message), message, false, true);

	if (result != SHM_MQ_SUCCESS)
		proc_exit(0);
}

static void
tell_epoch(const EpochReport *report, void *argument)
{
	Pool   *pool = argument;
	Message message;

	memset(&message, 0, sizeof(message));
	message.job = pool->job;
	message.report = *report;
	tell_leader(pool, &message);
}

/* Works, and leaves an error for the leader to raise. */
static void
work_as_worker(Pool *pool)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		work(pool, pg_atomic_fetch_add_u32(&pool->memory.header->next_job, 1), tell_epoch);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		note_failure(pool, error);
	}
	PG_END_TRY();
}

void
plasticc_training_worker(Datum handle)
{
	Pool	pool = {0};
	shm_mq *queue;
	int		number;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	if (!attach_pool_memory(&pool.memory, DatumGetUInt32(handle)))
		proc_exit(0); /* the leader has gone */
	current_pool = &pool;
	memcpy(&number, MyBgworkerEntry->bgw_extra, sizeof(number));
	queue = (shm_mq *) (pool.memory.queues + QUEUE_BYTES * number);
	shm_mq_set_sender(queue, MyProc);
	pool.queue = shm_mq_attach(queue, pool.memory.segment, NULL);
	create_contexts(&pool, TopMemoryContext);
	pool.memory.states[number].started = true;
	work_as_worker(&pool);
	pool.memory.states[number].finished = true;
	dsm_detach(pool.memory.segment); /* the end of the queue wakes the leader */
}

/* ------------------------------------------------------------------------
 * The leader
 * ------------------------------------------------------------------------
 */

static void
tell_workers_to_stop(dsm_segment *segment, Datum header)
{
	pg_atomic_write_u32(&((Header *) DatumGetPointer(header))->stop, 1);
}

int
training_workers(int n_jobs)
{
	return Min(n_jobs - 1, max_parallel_maintenance_workers);
}

static bool
start_worker(Pool *pool, int number)
{
	Worker			*worker = &pool->workers[number];
	shm_mq			*queue = shm_mq_create(pool->memory.queues + QUEUE_BYTES * number, QUEUE_BYTES);
	BackgroundWorker request;

	memset(&request, 0, sizeof(request));
	snprintf(request.bgw_name, sizeof(request.bgw_name), "plasticc training worker for PID %d",
			 MyProcPid);
	strlcpy(request.bgw_type, "plasticc training worker", sizeof(request.bgw_type));
	strlcpy(request.bgw_library_name, "plasticc", sizeof(request.bgw_library_name));
	strlcpy(request.bgw_function_name, "plasticc_training_worker",
			sizeof(request.bgw_function_name));
	request.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_CLASS_PARALLEL;
	request.bgw_start_time = BgWorkerStart_ConsistentState;
	request.bgw_restart_time = BGW_NEVER_RESTART;
	request.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(pool->memory.segment));
	request.bgw_notify_pid = MyProcPid;
	memcpy(request.bgw_extra, &number, sizeof(number));

	shm_mq_set_receiver(queue, MyProc);
	if (!RegisterDynamicBackgroundWorker(&request, &worker->handle))
		return false;
	worker->queue = shm_mq_attach(queue, pool->memory.segment, worker->handle);
	worker->gone = false;
	return true;
}

static void
start_workers(Pool *pool, int n_workers)
{
	if (pool->memory.segment == NULL)
		return;
	on_dsm_detach(pool->memory.segment, tell_workers_to_stop, PointerGetDatum(pool->memory.header));
	pool->workers = palloc(sizeof(Worker) * n_workers);
	while (pool->n_workers < n_workers && start_worker(pool, pool->n_workers))
		pool->n_workers++;
}

/*
 * Ends the workers, whatever they are doing, and waits for that.  Those at work
 * look at the flag; one that the postmaster is only about to start is called off.
 */
static void
end_workers(Pool *pool)
{
	if (pool->memory.segment == NULL)
		return;
	tell_workers_to_stop(pool->memory.segment, PointerGetDatum(pool->memory.header));
	HOLD_INTERRUPTS();
	for (int i = 0; i < pool->n_workers; i++)
	{
		pid_t pid;

		if (GetBackgroundWorkerPid(pool->workers[i].handle, &pid) == BGWH_NOT_YET_STARTED)
			TerminateBackgroundWorker(pool->workers[i].handle);
		WaitForBackgroundWorkerShutdown(pool->workers[i].handle);
	}
	dsm_detach(pool->memory.segment);
	pool->memory.segment = NULL;
	RESUME_INTERRUPTS();
}

static bool
all_done(const Pool *pool)
{
	return pg_atomic_read_u32(&pool->memory.header->n_done) == pool->memory.n_jobs;
}

static void
wait_for_workers(Pool *pool)
{
	while (!all_done(pool))
	{
		hear_workers(pool);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, WAIT_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	hear_workers(pool);
}

static void
report_own_epoch(const EpochReport *report, void *argument)
{
	Pool *pool = argument;

	pool->events->epoch(pool->job, report, pool->events->argument);
	hear_workers(pool);
}

/* An array of the pool's, in memory of this process. */
static void *
keep_array(const Pool *pool, void *array, Size size, MemoryContext context)
{
	void *copy;

	if (pool->memory.segment == NULL)
		return array;
	copy = MemoryContextAllocHuge(context, Max(1, size));
	memcpy(copy, array, size);
	return copy;
}

static PoolResult *
keep_result(const Pool *pool, MemoryContext context)
{
	const PoolMemory *memory = &pool->memory;
	PoolResult		 *result = MemoryContextAllocZero(context, sizeof(PoolResult));
	int				  n_jobs = memory->n_jobs;
	size_t			  network_bytes = memory->header->network_bytes;
	float			 *logits =
		keep_array(pool, memory->logits,
				   sizeof(float) * memory->set.n_classes * memory->logit_start[n_jobs], context);
	char *networks = keep_array(pool, memory->networks, network_bytes * n_jobs, context);

	result->n_workers = pool->n_workers;
	result->results = keep_array(pool, memory->results, sizeof(TrainingResult) * n_jobs, context);
	result->logits = MemoryContextAllocZero(context, sizeof(float *) * n_jobs);
	result->networks = MemoryContextAllocZero(context, sizeof(char *) * n_jobs);
	for (int job = 0; job < n_jobs; job++)
	{
		result->logits[job] = logits + memory->logit_start[job] * memory->set.n_classes;
		if (network_bytes > 0)
			result->networks[job] = networks + network_bytes * job;
	}
	return result;
}

PoolResult *
train_jobs(Ensemble *ensemble, TrainingRows *rows, bool keep_networks, const PoolEvents *events,
		   MemoryContext context)
{
	Pool		 *outer = current_pool; /* a trigger on the log may train as well */
	Pool		 *pool = MemoryContextAllocZero(context, sizeof(Pool));
	MemoryContext caller = MemoryContextSwitchTo(context);
	int			  n_workers = training_workers(ensemble_jobs(ensemble));
	Workspace	  workspace = server_workspace(context);
	Preprocessing preprocessing = {0};
	PoolResult	 *result = NULL;

	PG_TRY();
	{
		if (!ensemble->fold)
			preprocessing = normalise_set(ensemble, &workspace);
		create_pool_memory(&pool->memory, ensemble, rows, ensemble->fold ? NULL : &preprocessing,
						   keep_networks, n_workers);
		pool->events = events;
		create_contexts(pool, context);
		current_pool = pool;
		start_workers(pool, n_workers);
		work(pool, 0, report_own_epoch);
		wait_for_workers(pool);
		free_training_rows(rows);
		result = keep_result(pool, context);
		result->preprocessing = preprocessing;
	}
	PG_FINALLY();
	{
		current_pool = outer;
		end_workers(pool);
		MemoryContextSwitchTo(caller);
	}
	PG_END_TRY();
	return result;
}
