/*
 * train_pool.c
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
#include "plasticc.h"

#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/pmsignal.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"
#include "storage/shm_toc.h"
#include "tcop/tcopprot.h"
#include "utils/resowner.h"

#include "core/preprocess.h"
#include "train_pool.h"

#define POOL_MAGIC		UINT64CONST(0x706c617374696363)
#define QUEUE_BYTES		((Size) 16384)
#define MAX_ERROR_TEXT	1024

/* The leader's latch wakes it; this is for the case that a commit has reset it unseen. */
#define WAIT_MS			1000

/* The parts of the shared memory. */
enum
{
	PART_HEADER,
	PART_FEATURES,
	PART_CLASSES,
	PART_TARGET,
	PART_WEIGHT,
	PART_GROUP,
	PART_VALIDATION,
	PART_FOLD,
	PART_RESULTS,
	PART_LOGIT_START,
	PART_LOGITS,
	PART_PARAMETERS,
	PART_STATES,
	PART_QUEUES,
	N_PARTS
};

typedef enum Failure
{
	FAILURE_NONE,
	FAILURE_CLAIMED,			/* one process is writing */
	FAILURE_DIVERGED,
	FAILURE_ERROR,
} Failure;

typedef struct Header
{
	pg_atomic_uint32 next_job;
	pg_atomic_uint32 n_done;
	pg_atomic_uint32 stop;
	pg_atomic_uint32 failure;
	int			failed_job;
	int			sqlerrcode;
	char		message[MAX_ERROR_TEXT];
	char		detail[MAX_ERROR_TEXT];
	char		hint[MAX_ERROR_TEXT];

	int			n_rows;
	int			n_features;
	int			n_classes;
	int			n_folds;
	size_t		n_parameters;	/* of a network */
	TrainingOptions options;
} Header;

typedef struct WorkerState
{
	bool		started;
	bool		finished;		/* no job is lost with it */
} WorkerState;

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
	shm_mq_handle *queue;		/* of what it tells */
	bool		gone;			/* the queue has ended */
} Worker;

/* A process's view of the pool. */
typedef struct Pool
{
	Header	   *header;
	TrainingSet set;
	Ensemble	ensemble;
	int			n_jobs;
	TrainingResult *results;	/* [n_jobs] */
	size_t	   *logit_start;	/* [n_jobs + 1], in rows */
	float	   *logits;
	float	   *parameters;		/* [n_jobs][n_parameters], or NULL */
	MemoryContext fold_context; /* of what the networks of a fold share */
	MemoryContext job_context;
	Inputs		inputs;
	int			job;			/* being done */

	/* of the leader */
	const PoolEvents *events;
	dsm_segment *segment;		/* NULL without workers */
	int			n_workers;
	Worker	   *workers;
	WorkerState *states;

	/* of a worker */
	shm_mq_handle *queue;
} Pool;

PGDLLEXPORT void plasticc_training_worker(Datum segment);

/* The pool that this process works in: what core code calls back has no argument. */
static Pool *current_pool;

static Size
array_size(Size element_size, Size n)
{
	return mul_size(element_size, n);
}

/* ------------------------------------------------------------------------
 * Shared memory
 * ------------------------------------------------------------------------
 */

/* The pool in the memory of the given table of contents. */
static void
open_pool(Pool *pool, shm_toc *toc)
{
	Header	   *header = shm_toc_lookup(toc, PART_HEADER, false);

	pool->header = header;
	pool->set = (TrainingSet)
	{
		.n_rows = header->n_rows,
		.n_features = header->n_features,
		.n_classes = header->n_classes,
		.features = shm_toc_lookup(toc, PART_FEATURES, true),
		.classes = shm_toc_lookup(toc, PART_CLASSES, false),
		.target = shm_toc_lookup(toc, PART_TARGET, false),
		.weight = shm_toc_lookup(toc, PART_WEIGHT, true),
		.group = shm_toc_lookup(toc, PART_GROUP, true),
		.validation = shm_toc_lookup(toc, PART_VALIDATION, true),
	};
	pool->ensemble = (Ensemble)
	{
		.set = &pool->set,
		.options = &header->options,
		.n_folds = header->n_folds,
		.fold = shm_toc_lookup(toc, PART_FOLD, true),
	};
	pool->n_jobs = ensemble_jobs(&pool->ensemble);
	pool->results = shm_toc_lookup(toc, PART_RESULTS, false);
	pool->logit_start = shm_toc_lookup(toc, PART_LOGIT_START, false);
	pool->logits = shm_toc_lookup(toc, PART_LOGITS, true);
	pool->parameters = shm_toc_lookup(toc, PART_PARAMETERS, true);
}

static void
fill_header(Header *header, const Ensemble *ensemble, size_t n_parameters)
{
	memset(header, 0, sizeof(Header));
	pg_atomic_init_u32(&header->next_job, 1);	/* the leader takes the first */
	pg_atomic_init_u32(&header->n_done, 0);
	pg_atomic_init_u32(&header->stop, 0);
	pg_atomic_init_u32(&header->failure, FAILURE_NONE);
	header->n_rows = ensemble->set->n_rows;
	header->n_features = ensemble->set->n_features;
	header->n_classes = ensemble->set->n_classes;
	header->n_folds = ensemble->n_folds;
	header->n_parameters = n_parameters;
	header->options = *ensemble->options;
	header->options.n_feature_names = 0;
	header->options.feature_names = NULL;
}

/* How many rows each job does not see, summed up. */
static size_t *
count_unseen(const Ensemble *ensemble)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc split", ALLOCSET_DEFAULT_SIZES);
	Workspace	workspace = server_workspace(context);
	int			n_jobs = ensemble_jobs(ensemble);
	size_t	   *start = palloc(sizeof(size_t) * (n_jobs + 1));

	start[0] = 0;
	for (int job = 0; job < n_jobs; job++)
	{
		int		   *rows = workspace_array(&workspace, int, ensemble->set->n_rows);

		start[job + 1] = start[job] + job_unseen(ensemble, job, &workspace, rows);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	return start;
}

static size_t
count_parameters(const Ensemble *ensemble)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc count", ALLOCSET_DEFAULT_SIZES);
	Workspace	workspace = server_workspace(context);
	const TrainingSet *set = ensemble->set;
	const bool *skip = fold_skip(ensemble, 0, &workspace);
	int			n_inputs =
		preprocessing_count_inputs(ensemble->options, set->n_rows, set->n_features, set->features,
								   skip, &workspace);

	MemoryContextDelete(context);
	return member_parameters(ensemble->options, n_inputs, set->n_classes);
}

/*
 * A segment that no transaction owns; NULL where there is no room for one,
 * which in containers, that often have 64 MB of shared memory, is common.
 */
static dsm_segment *
create_segment(Size size)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	dsm_segment *volatile segment = NULL;

	CurrentResourceOwner = NULL;
	PG_TRY();
	{
		segment = dsm_create(size, DSM_CREATE_NULL_IF_MAXSEGMENTS);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		CurrentResourceOwner = owner;
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INSUFFICIENT_RESOURCES)
			PG_RE_THROW();
		FlushErrorState();
		ereport(WARNING, (errcode(error->sqlerrcode),
						  errmsg("training without parallel workers: %s", error->message),
						  errhint("The server has too little shared memory for the training set.")));
		FreeErrorData(error);
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
	return segment;
}

typedef struct Part
{
	const void *source;			/* NULL for zeros */
	Size		size;			/* 0 for a part that there is not */
} Part;

/*
 * Writes the parts, with their table of contents, to the segment, or without
 * one to memory of this process.
 */
static shm_toc *
write_parts(dsm_segment *segment, Size size, const Part *parts)
{
	void	   *address = segment ? dsm_segment_address(segment)
								  : MemoryContextAllocHuge(CurrentMemoryContext, size);
	shm_toc    *toc = shm_toc_create(POOL_MAGIC, address, size);

	for (int i = 0; i < N_PARTS; i++)
	{
		void	   *part;

		if (parts[i].size == 0)
			continue;
		part = shm_toc_allocate(toc, parts[i].size);
		if (parts[i].source)
			memcpy(part, parts[i].source, parts[i].size);
		else
			memset(part, 0, parts[i].size);
		shm_toc_insert(toc, i, part);
	}
	return toc;
}

static Size
parts_size(const Part *parts)
{
	shm_toc_estimator estimator;

	shm_toc_initialize_estimator(&estimator);
	for (int i = 0; i < N_PARTS; i++)
		if (parts[i].size > 0)
		{
			shm_toc_estimate_chunk(&estimator, parts[i].size);
			shm_toc_estimate_keys(&estimator, 1);
		}
	return shm_toc_estimate(&estimator);
}

/*
 * Puts the parts of the pool into a segment for n_workers, or if there is none
 * into memory of this process.
 */
static shm_toc *
create_pool(Pool *pool, const Ensemble *ensemble, bool keep_networks, int n_workers)
{
	const TrainingSet *set = ensemble->set;
	Size		n_rows = set->n_rows;
	int			n_jobs = ensemble_jobs(ensemble);
	size_t	   *logit_start = count_unseen(ensemble);
	Header	   *header = palloc(sizeof(Header));
	Part		parts[N_PARTS] = {{NULL, 0}};
	shm_toc    *toc;

	fill_header(header, ensemble, keep_networks ? count_parameters(ensemble) : 0);
	parts[PART_HEADER] = (Part) {header, sizeof(Header)};
	parts[PART_FEATURES] =
		(Part) {set->features, array_size(sizeof(float) * set->n_features, n_rows)};
	parts[PART_CLASSES] = (Part) {set->classes, sizeof(int32_t) * set->n_classes};
	parts[PART_TARGET] = (Part) {set->target, array_size(sizeof(int32_t), n_rows)};
	parts[PART_WEIGHT] = (Part) {set->weight, set->weight ? array_size(sizeof(float), n_rows) : 0};
	parts[PART_GROUP] = (Part) {set->group, set->group ? array_size(sizeof(int32_t), n_rows) : 0};
	parts[PART_VALIDATION] =
		(Part) {set->validation, set->validation ? array_size(sizeof(bool), n_rows) : 0};
	parts[PART_FOLD] =
		(Part) {ensemble->fold, ensemble->fold ? array_size(sizeof(int32_t), n_rows) : 0};
	parts[PART_RESULTS] = (Part) {NULL, sizeof(TrainingResult) * n_jobs};
	parts[PART_LOGIT_START] = (Part) {logit_start, sizeof(size_t) * (n_jobs + 1)};
	parts[PART_LOGITS] =
		(Part) {NULL, array_size(sizeof(float) * set->n_classes, logit_start[n_jobs])};
	parts[PART_PARAMETERS] =
		(Part) {NULL, array_size(sizeof(float) * header->n_parameters, n_jobs)};
	if (n_workers > 0)
	{
		parts[PART_STATES] = (Part) {NULL, sizeof(WorkerState) * n_workers};
		parts[PART_QUEUES] = (Part) {NULL, array_size(QUEUE_BYTES, n_workers)};
		pool->segment = create_segment(parts_size(parts));
	}
	if (pool->segment == NULL)
	{
		parts[PART_STATES].size = parts[PART_QUEUES].size = 0;
		parts[PART_FEATURES].size = 0;	/* can stay where they are */
	}
	toc = write_parts(pool->segment, parts_size(parts), parts);
	open_pool(pool, toc);
	if (pool->segment == NULL)
		pool->set.features = set->features;
	pfree(header);
	pfree(logit_start);
	return toc;
}

/* ------------------------------------------------------------------------
 * What goes on elsewhere
 * ------------------------------------------------------------------------
 */

/* Raises what has gone wrong in whichever process. */
static void
raise_failure(Pool *pool)
{
	Header	   *header = pool->header;

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
		Size		length;
		void	   *data;
		Message		message;

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
	bool		lost = false;

	for (int i = 0; i < pool->n_workers; i++)
	{
		hear_worker(pool, &pool->workers[i]);
		lost = lost || (pool->workers[i].gone && pool->states[i].started &&
						!pool->states[i].finished);
	}
	raise_failure(pool);
	if (lost)
		ereport(ERROR, (errcode(ERRCODE_OPERATOR_INTERVENTION),
						errmsg("a training worker was terminated"),
						errhint("The server's log may say why.")));
}

/* Notes the first failure of all processes; error is NULL for a loss that diverges. */
static void
note_failure(Pool *pool, const ErrorData *error)
{
	Header	   *header = pool->header;
	uint32		none = FAILURE_NONE;

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
	Pool	   *pool = current_pool;
	bool		is_worker = pool->queue != NULL;

	if (is_worker && pg_atomic_read_u32(&pool->header->stop))
		proc_exit(0);
	if (is_worker && !PostmasterIsAlive())
		proc_exit(1);
	CHECK_FOR_INTERRUPTS();
	if (!is_worker && pg_atomic_read_u32(&pool->header->failure) != FAILURE_NONE)
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
	int			members = pool->header->options.members;
	int			fold = -1;

	for (; job < pool->n_jobs; job = pg_atomic_fetch_add_u32(&pool->header->next_job, 1))
	{
		Workspace	fold_workspace = server_workspace(pool->fold_context);
		Workspace	workspace = server_workspace(pool->job_context);
		Model	   *model;

		fold_workspace.check_interrupts = check_pool;
		workspace.check_interrupts = check_pool;
		if (job / members != fold)
		{
			MemoryContextReset(pool->fold_context);
			fold = job / members;
			fold_inputs(&pool->ensemble, fold, &fold_workspace, &pool->inputs);
		}
		MemoryContextReset(pool->job_context);
		pool->job = job;
		model = train_job(&pool->ensemble, job, &pool->inputs, &workspace, callback, pool,
						  &pool->results[job],
						  pool->logits + pool->logit_start[job] * pool->set.n_classes);
		if (model == NULL)
		{
			note_failure(pool, NULL);
			return;
		}
		if (pool->parameters)
			member_save(&model->members[0], pool->parameters + job * pool->header->n_parameters);
		pg_atomic_fetch_add_u32(&pool->header->n_done, 1);
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
#if PG_VERSION_NUM >= 150000
	shm_mq_result result = shm_mq_send(pool->queue, sizeof(Message), message, false, true);
#else
	shm_mq_result result = shm_mq_send(pool->queue, sizeof(Message), message, false);
#endif

	if (result != SHM_MQ_SUCCESS)
		proc_exit(0);
}

static void
tell_epoch(const EpochReport *report, void *argument)
{
	Pool	   *pool = argument;
	Message		message;

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
		work(pool, pg_atomic_fetch_add_u32(&pool->header->next_job, 1), tell_epoch);
	}
	PG_CATCH();
	{
		ErrorData  *error;

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
	Pool		pool = {0};
	dsm_segment *segment;
	shm_toc    *toc;
	shm_mq	   *queue;
	WorkerState *state;
	int			number;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	segment = dsm_attach(DatumGetUInt32(handle));
	toc = segment ? shm_toc_attach(POOL_MAGIC, dsm_segment_address(segment)) : NULL;
	if (toc == NULL)
		proc_exit(0);			/* the leader has gone */
	open_pool(&pool, toc);
	current_pool = &pool;
	memcpy(&number, MyBgworkerEntry->bgw_extra, sizeof(number));
	queue = (shm_mq *) ((char *) shm_toc_lookup(toc, PART_QUEUES, false) + QUEUE_BYTES * number);
	shm_mq_set_sender(queue, MyProc);
	pool.queue = shm_mq_attach(queue, segment, NULL);
	create_contexts(&pool, TopMemoryContext);
	state = (WorkerState *) shm_toc_lookup(toc, PART_STATES, false) + number;
	state->started = true;
	work_as_worker(&pool);
	state->finished = true;
	dsm_detach(segment);		/* the end of the queue wakes the leader */
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

/* As many as there are jobs for beside the leader's. */
static int
workers_wanted(const Ensemble *ensemble)
{
	return Min(ensemble_jobs(ensemble) - 1, max_parallel_maintenance_workers);
}

static bool
start_worker(Pool *pool, shm_toc *toc, int number)
{
	Worker	   *worker = &pool->workers[number];
	char	   *queues = shm_toc_lookup(toc, PART_QUEUES, false);
	shm_mq	   *queue = shm_mq_create(queues + QUEUE_BYTES * number, QUEUE_BYTES);
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
	request.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(pool->segment));
	request.bgw_notify_pid = MyProcPid;
	memcpy(request.bgw_extra, &number, sizeof(number));

	shm_mq_set_receiver(queue, MyProc);
	if (!RegisterDynamicBackgroundWorker(&request, &worker->handle))
		return false;
	worker->queue = shm_mq_attach(queue, pool->segment, worker->handle);
	worker->gone = false;
	return true;
}

static void
start_workers(Pool *pool, shm_toc *toc, int n_workers)
{
	if (pool->segment == NULL)
		return;
	on_dsm_detach(pool->segment, tell_workers_to_stop, PointerGetDatum(pool->header));
	pool->workers = palloc(sizeof(Worker) * n_workers);
	pool->states = shm_toc_lookup(toc, PART_STATES, false);
	while (pool->n_workers < n_workers && start_worker(pool, toc, pool->n_workers))
		pool->n_workers++;
}

/*
 * Ends the workers, whatever they are doing, and waits for that.  Those at work
 * look at the flag; one that the postmaster is only about to start is called off.
 */
static void
end_workers(Pool *pool)
{
	if (pool->segment == NULL)
		return;
	tell_workers_to_stop(pool->segment, PointerGetDatum(pool->header));
	HOLD_INTERRUPTS();
	for (int i = 0; i < pool->n_workers; i++)
	{
		pid_t		pid;

		if (GetBackgroundWorkerPid(pool->workers[i].handle, &pid) == BGWH_NOT_YET_STARTED)
			TerminateBackgroundWorker(pool->workers[i].handle);
		WaitForBackgroundWorkerShutdown(pool->workers[i].handle);
	}
	dsm_detach(pool->segment);
	pool->segment = NULL;
	RESUME_INTERRUPTS();
}

static bool
all_done(const Pool *pool)
{
	return pg_atomic_read_u32(&pool->header->n_done) == pool->n_jobs;
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
	Pool	   *pool = argument;

	pool->events->epoch(pool->job, report, pool->events->argument);
	hear_workers(pool);
}

/* An array of the pool's, in memory of this process. */
static void *
keep_array(const Pool *pool, void *array, Size size, MemoryContext context)
{
	void	   *copy;

	if (pool->segment == NULL)
		return array;
	copy = MemoryContextAllocHuge(context, Max(1, size));
	memcpy(copy, array, size);
	return copy;
}

static PoolResult *
keep_result(const Pool *pool, MemoryContext context)
{
	PoolResult *result = MemoryContextAllocZero(context, sizeof(PoolResult));
	int			n_jobs = pool->n_jobs;
	size_t		n_parameters = pool->header->n_parameters;
	float	   *logits =
		keep_array(pool, pool->logits,
				   sizeof(float) * pool->set.n_classes * pool->logit_start[n_jobs], context);
	float	   *parameters =
		keep_array(pool, pool->parameters, sizeof(float) * n_parameters * n_jobs, context);

	result->n_workers = pool->n_workers;
	result->results =
		keep_array(pool, pool->results, sizeof(TrainingResult) * n_jobs, context);
	result->logits = MemoryContextAllocZero(context, sizeof(float *) * n_jobs);
	result->parameters = MemoryContextAllocZero(context, sizeof(float *) * n_jobs);
	for (int job = 0; job < n_jobs; job++)
	{
		result->logits[job] = logits + pool->logit_start[job] * pool->set.n_classes;
		if (n_parameters > 0)
			result->parameters[job] = parameters + n_parameters * job;
	}
	result->preprocessing = pool->inputs.preprocessing;
	return result;
}

PoolResult *
train_jobs(Ensemble *ensemble, TrainingSet *set, bool keep_networks, const PoolEvents *events,
		   MemoryContext context)
{
	Pool	   *outer = current_pool;	/* a trigger on the log may train as well */
	Pool	   *pool = MemoryContextAllocZero(context, sizeof(Pool));
	MemoryContext caller = MemoryContextSwitchTo(context);
	int			n_workers = workers_wanted(ensemble);
	PoolResult *result = NULL;

	PG_TRY();
	{
		shm_toc    *toc = create_pool(pool, ensemble, keep_networks, n_workers);

		pool->events = events;
		create_contexts(pool, context);
		current_pool = pool;
		start_workers(pool, toc, n_workers);
		if (pool->segment)
		{
			pfree(unconstify(float *, set->features));
			set->features = NULL;
		}
		work(pool, 0, report_own_epoch);
		wait_for_workers(pool);
		result = keep_result(pool, context);
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
