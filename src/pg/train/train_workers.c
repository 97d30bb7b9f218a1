/*
 * train_workers.c
 *		Trains the members of an ensemble in this backend and in background
 *		workers.
 *
 * The workers need no database: they read the training set in shared memory and
 * leave the results there.  Each epoch is a message to the leader, which logs it.
 */
#include "pg/module/plasticc.h"

#include "miscadmin.h"
#include "portability/instr_time.h"

#include "pg/train/train_shared.h"
#include "pg/train/train_workers.h"

/* What a process reports. */
typedef struct Message
{
	TrainingFailure failure; /* rather than an epoch */
	JobEpoch		epoch;
} Message;

/* A process of a training. */
typedef struct TrainingProcess
{
	Pool		  *pool;
	SharedTraining shared;
	MemoryContext  fold_context; /* of what the members of a fold share */
	MemoryContext  job_context;
	Inputs		   inputs;
	int			   job;	  /* being done */
	instr_time	   start; /* of the job */

	const PoolEvents *events; /* of the leader */
} TrainingProcess;

PGDLLEXPORT void plasticc_training_worker(Datum handle);

/* What this process works on: what core code calls back has no argument. */
static TrainingProcess *current;

/* ------------------------------------------------------------------------
 * Work, of the leader and of workers
 * ------------------------------------------------------------------------
 */

/* The workspace's check_interrupts. */
static void
check_interrupts(void)
{
	pool_check_interrupts(current->pool);
}

static Message
new_message(const TrainingProcess *process)
{
	Message	   message;
	instr_time now;

	memset(&message, 0, sizeof(message));
	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, process->start);
	message.epoch.job = process->job;
	message.epoch.seconds = INSTR_TIME_GET_DOUBLE(now);
	return message;
}

static void
report_epoch(const EpochReport *report, void *argument)
{
	TrainingProcess *process = argument;
	Message			 message = new_message(process);

	message.epoch.report = *report;
	pool_send(process->pool, &message, sizeof(message));
	pool_receive(process->pool);
}

static void
report_failure(const TrainingProcess *process)
{
	Message message = new_message(process);

	message.failure = process->shared.results[process->job].failure;
	pool_send(process->pool, &message, sizeof(message));
}

static void
receive_report(void *receiver, const void *data, Size size)
{
	const TrainingProcess *process = receiver;
	const PoolEvents	  *events = process->events;
	Message				   message;

	memcpy(&message, data, sizeof(message));
	message.epoch.processes = pool_workers(process->pool) + 1;
	if (message.failure != TRAINING_SUCCEEDED)
		events->failed(message.epoch.job, message.failure, events->argument);
	else
		events->epoch(&message.epoch, events->argument);
}

/* What the members of a fold see. */
static void
prepare_inputs(TrainingProcess *process, int fold)
{
	SharedTraining *shared = &process->shared;
	Workspace		workspace = server_workspace(process->fold_context);

	workspace.check_interrupts = check_interrupts;
	MemoryContextReset(process->fold_context);
	if (shared->ensemble.fold)
		fold_inputs(&shared->ensemble, fold, &workspace, &process->inputs);
	else
	{
		normalised_inputs(&shared->ensemble, shared->header->n_flagged, shared->flagged, &workspace,
						  &process->inputs);
		process->inputs.bins = shared->bins;
	}
}

/* Does jobs until all are taken, or one fails. */
static void
work(TrainingProcess *process)
{
	SharedTraining *shared = &process->shared;
	int				members = training_members(&shared->header->options);
	int				fold = -1;

	while (pool_next_job(process->pool, &process->job))
	{
		int		  job = process->job;
		Workspace workspace = server_workspace(process->job_context);
		Model	 *model;

		INSTR_TIME_SET_CURRENT(process->start);
		workspace.check_interrupts = check_interrupts;
		if (job / members != fold)
		{
			fold = job / members;
			prepare_inputs(process, fold);
		}
		MemoryContextReset(process->job_context);
		model = train_job(&shared->ensemble, job, &process->inputs, &workspace, report_epoch,
						  process, &shared->results[job],
						  shared->logits + shared->logit_start[job] * shared->set.n_classes);
		if (model == NULL)
		{
			report_failure(process);
			return;
		}
		if (shared->members)
			member_save(model, shared->members + job * shared->header->member_bytes);
		pool_job_done(process->pool);
	}
}

static void
create_contexts(TrainingProcess *process, MemoryContext parent)
{
	process->fold_context = AllocSetContextCreate(parent, "plasticc fold", ALLOCSET_DEFAULT_SIZES);
	process->job_context = AllocSetContextCreate(parent, "plasticc member", ALLOCSET_DEFAULT_SIZES);
}

/* ------------------------------------------------------------------------
 * Workers
 * ------------------------------------------------------------------------
 */

static void
train_in_worker(Pool *pool, const void *argument)
{
	TrainingProcess process = {.pool = pool};

	if (!attach_training(pool, &process.shared))
		return; /* the leader has gone */
	create_contexts(&process, CurrentMemoryContext);
	current = &process;
	work(&process);
}

static const PoolKind training_pool = {
	.name = "training worker",
	.function = "plasticc_training_worker",
	.work = train_in_worker,
	.receive = receive_report,
};

void
plasticc_training_worker(Datum handle)
{
	run_pool_worker(handle, &training_pool);
}

/* ------------------------------------------------------------------------
 * The leader
 * ------------------------------------------------------------------------
 */

int
training_workers(int n_jobs)
{
	return Min(n_jobs - 1, max_parallel_maintenance_workers);
}

static void *
copy_array(const void *array, Size size, MemoryContext context)
{
	void *copy = MemoryContextAllocHuge(context, Max(1, size));

	if (size > 0)
		memcpy(copy, array, size);
	return copy;
}

/* The results in memory that outlives the pool. */
static PoolResult *
keep_result(const SharedTraining *shared, MemoryContext context)
{
	PoolResult *result = MemoryContextAllocZero(context, sizeof(PoolResult));
	int			n_jobs = shared->n_jobs;
	int			n_classes = shared->set.n_classes;
	size_t		member_bytes = shared->header->member_bytes;
	float	   *logits = copy_array(shared->logits,
									sizeof(float) * n_classes * shared->logit_start[n_jobs], context);
	char	   *members = copy_array(shared->members, member_bytes * n_jobs, context);

	result->results = copy_array(shared->results, sizeof(TrainingResult) * n_jobs, context);
	result->logits = MemoryContextAllocZero(context, sizeof(float *) * n_jobs);
	result->members = MemoryContextAllocZero(context, sizeof(char *) * n_jobs);
	for (int job = 0; job < n_jobs; job++)
	{
		result->logits[job] = logits + shared->logit_start[job] * n_classes;
		if (member_bytes > 0)
			result->members[job] = members + member_bytes * job;
	}
	return result;
}

PoolResult *
train_jobs(Ensemble *ensemble, const char *title, TrainingRows *rows, bool keep_members,
		   const PoolEvents *events, MemoryContext context)
{
	TrainingProcess *outer = current; /* a trigger on the log may train as well */
	TrainingProcess *process = MemoryContextAllocZero(context, sizeof(TrainingProcess));
	MemoryContext	 caller = MemoryContextSwitchTo(context);
	Workspace		 workspace = server_workspace(context);
	Preprocessing	 preprocessing = {0};
	PoolResult		*result = NULL;

	PG_TRY();
	{
		process->events = events;
		if (!ensemble->fold)
			preprocessing = normalise_set(ensemble, &workspace);
		process->pool = create_training_pool(&training_pool, title, process, ensemble, rows,
											 ensemble->fold ? NULL : &preprocessing, keep_members,
											 &process->shared);
		if (process->shared.bins)
			fill_training_bins(&process->shared);
		create_contexts(process, context);
		current = process;
		start_workers(process->pool);
		work(process);
		pool_wait(process->pool);
		free_training_rows(rows);
		result = keep_result(&process->shared, context);
		result->preprocessing = preprocessing;
	}
	PG_FINALLY();
	{
		current = outer;
		if (process->pool)
			end_pool(process->pool);
		MemoryContextSwitchTo(caller);
	}
	PG_END_TRY();
	return result;
}
