/*
 * train_run.c
 *		What plasticc_train and plasticc_cross_validate have in common.
 *
 * Where a call commits, it does so as epochs end, so that the log of epochs can
 * be watched from elsewhere and the long training holds back no vacuum.  A lock
 * on the name keeps two calls from making the same version.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "core/train/sample_weights.h"
#include "pg/train/model_owner.h"
#include "pg/train/training_options.h"
#include "pg/train/train_run.h"
#include "pg/util/args.h"

/*
 * Seconds between commits: epochs may take milliseconds, and their rows are
 * then committed together.  An error or a cancel loses no earlier ones.
 */
#define COMMIT_INTERVAL 0.2

/* An entry of an index has to hold it, and a line of a report. */
#define MAX_NAME_BYTES 1000

char *
describe_validation(double loss)
{
	return isnan(loss) ? "" : psprintf(", validation loss %.4f", loss);
}

/* ------------------------------------------------------------------------
 * Before the training
 * ------------------------------------------------------------------------
 */

/* One more than any version of that name, also one whose training has failed. */
void
run_next_version(Run *run)
{
	Oid	  type = TEXTOID;
	Datum name = CStringGetTextDatum(run->name);
	bool  is_null;
	int32 newest;
	char *query = psprintf("SELECT COALESCE(pg_catalog.max(v.version), 0) FROM ("
						   "SELECT version FROM %s WHERE name OPERATOR(pg_catalog.=) $1 UNION ALL "
						   "SELECT version FROM %s WHERE name OPERATOR(pg_catalog.=) $1) AS v",
						   run->tables[0], run->tables[1]);
	int	  status = SPI_execute_with_args(query, 1, &type, &name, NULL, false, 1);

	if (status != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "reading versions failed: %s", SPI_result_code_string(status));
	newest =
		DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
	SPI_freetuptable(SPI_tuptable);
	if (newest == PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("version number of model \"%s\" is out of range", run->name)));
	run->version = newest + 1;
}

void
run_read_input(Run *run, int n_jobs)
{
	Workspace		   workspace = server_workspace(run->context);
	const TrainingSet *set;

	progress_phase(&run->procedure->progress, "reading rows", -1);
	run->input =
		read_training_input(run->query, run->options, training_workers(n_jobs) > 0, run->context);
	set = &run->input->set;
	training_options_settle(run->options, weighted_rows(set, &workspace), training_objects(set),
							set->n_features, set->n_classes);
	progress_phase(&run->procedure->progress, "preparing", -1);
}

Datum
run_owner(const Run *run)
{
	return DirectFunctionCall1(namein, CStringGetDatum(run->owner));
}

void
check_feature_names(const Run *run)
{
	int n = run->options->n_feature_names;

	if (n > 0 && n != run->input->set.n_features)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there are %d feature_names for %d features", n,
							   run->input->set.n_features)));
}

/* ------------------------------------------------------------------------
 * During the training
 * ------------------------------------------------------------------------
 */

/* The members of an ensemble and the folds of a cross-validation are counted from 1. */
static char *
describe_job(const Run *run, int job)
{
	int			   members = training_members(run->options);
	StringInfoData text;

	initStringInfo(&text);
	if (run->ensemble.fold)
		appendStringInfo(&text, "fold %d of %d, ", job / members + 1, run->ensemble.n_folds);
	if (members > 1)
		appendStringInfo(&text, "member %d of %d, ", job % members + 1, members);
	return text.data;
}

/* Notes an epoch. */
static void
note_progress(Run *run, const JobEpoch *epoch)
{
	JobProgress *job = &run->jobs[epoch->job];

	run->epochs_done++;
	if (job->epochs++ == 0)
		job->first = epoch->seconds;
	job->last = epoch->seconds;
}

/* The most epochs of a job. */
static int
job_epochs(const Run *run, int job)
{
	return member_epochs(run->options, job % training_members(run->options));
}

/*
 * Processor seconds that jobs of a kind of member will still take, from what those begun took
 * until their first epoch and what further epochs take; negative before one has done two
 * epochs.  Adds the jobs that are not finished to unfinished.
 */
static double
estimate_work_left(const Run *run, bool networks, int *unfinished)
{
	int	   members = training_members(run->options);
	int	   begun = 0, waiting = 0, n_epochs = 0;
	int64  further = 0, to_do = 0;
	double first = 0, last = 0, epoch;

	for (int i = 0; i < ensemble_jobs(&run->ensemble); i++)
	{
		const JobProgress *job = &run->jobs[i];

		if ((i % members < run->options->networks) != networks)
			continue;
		n_epochs = job_epochs(run, i);
		*unfinished += job->epochs < n_epochs;
		waiting += job->epochs == 0;
		if (job->epochs == 0)
			continue;
		begun++;
		further += job->epochs - 1;
		to_do += n_epochs - job->epochs;
		first += job->first;
		last += job->last;
	}
	if (further == 0)
		return -1;
	epoch = (last - first) / further;
	return waiting * (first / begun + (n_epochs - 1) * epoch) + to_do * epoch;
}

/* Seconds left, without those of a kind of member that has not been begun; -1 if unknown. */
static double
estimate_time_left(const Run *run, int processes)
{
	int	   unfinished = 0;
	double networks = estimate_work_left(run, true, &unfinished);
	double trees = estimate_work_left(run, false, &unfinished);

	if (networks < 0 && trees < 0)
		return -1;
	return (Max(0, networks) + Max(0, trees)) / Max(1, Min(processes, unfinished));
}

static void
report_epoch(const Run *run, const JobEpoch *epoch, double seconds_left)
{
	const EpochReport *report = &epoch->report;

	ereport(
		NOTICE,
		(errmsg("%sepoch %d of %d: training loss %.4f%s%s", describe_job(run, epoch->job),
				report->epoch, job_epochs(run, epoch->job), report->training_loss,
				describe_validation(report->validation_loss), describe_time_left(seconds_left))));
}

typedef struct JobEvents
{
	Run		*run;
	EpochLog log;
} JobEvents;

static void
run_commit(Run *run)
{
	procedure_commit(run->procedure);
	run->last_commit = procedure_elapsed(run->procedure);
}

/* Called after every epoch of any member. */
static void
finish_epoch(const JobEpoch *epoch, void *argument)
{
	JobEvents	 *events = argument;
	Run			 *run = events->run;
	double		  seconds_left;
	MemoryContext epoch_context =
		AllocSetContextCreate(run->context, "plasticc epoch", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(epoch_context);

	note_progress(run, epoch);
	seconds_left = estimate_time_left(run, epoch->processes);
	progress_done(&run->procedure->progress, run->epochs_done, seconds_left);
	if (events->log)
		events->log(run, epoch->job % training_members(run->options) + 1, &epoch->report);
	if (report_is_due(run->procedure, run->options->report_interval))
		report_epoch(run, epoch, seconds_left);
	if (procedure_elapsed(run->procedure) - run->last_commit >= COMMIT_INTERVAL)
		run_commit(run);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(epoch_context);
}

/* Without bagging and folds all members have the same training rows. */
static void
raise_uninformed(const Run *run, int job)
{
	bool		own_rows = run->ensemble.fold || run->options->bagging_folds > 0;
	const char *where = own_rows ? psprintf("In %seach", describe_job(run, job)) : "Each";

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("no feature carries information about the training rows of model \"%s\"",
					run->name),
			 errdetail("%s of the %d features has the same value in all rows where it is not "
					   "missing.",
					   where, run->input->set.n_features),
			 errhint("Check the expression of column \"features\" of the training query.")));
}

static void
raise_failure(int job, TrainingFailure failure, void *argument)
{
	Run *run = ((JobEvents *) argument)->run;

	run_commit(run); /* the epochs since the last one */
	if (failure == TRAINING_UNINFORMED)
		raise_uninformed(run, job);
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("training of model \"%s\" diverged: the loss is not finite", run->name),
					errhint("Lower the option \"learning_rate\".")));
}

PoolResult *
run_jobs(Run *run, bool keep_members, EpochLog log)
{
	JobEvents	job_events = {run, log};
	PoolEvents	events = {finish_epoch, raise_failure, &job_events};
	int			n_jobs = ensemble_jobs(&run->ensemble);
	int64		n_epochs = 0;
	PoolResult *result;

	run->jobs = palloc0(sizeof(JobProgress) * n_jobs);
	run_commit(run);					 /* lets go of the query's snapshot */
	run->last_commit = -COMMIT_INTERVAL; /* the first epoch shows at once */
	for (int job = 0; job < n_jobs; job++)
		n_epochs += job_epochs(run, job);
	progress_phase(&run->procedure->progress, "training", n_epochs);
	result = train_jobs(&run->ensemble, psprintf("model \"%s\"", run->name), run->input->rows,
						keep_members, &events, run->context);
	run->input->set.features = NULL; /* they have been freed */
	run_commit(run);				 /* the epochs since the last one, whatever comes now */
	progress_phase(&run->procedure->progress, "storing", -1);
	return result;
}

/* ------------------------------------------------------------------------
 * The whole
 * ------------------------------------------------------------------------
 */

static void
lock_name(const Run *run, LockClass class)
{
	Oid	   function = run->procedure->fcinfo->flinfo->fn_oid;
	uint64 hash = hash_bytes_extended((const unsigned char *) run->name, strlen(run->name),
									  get_func_namespace(function));

	lock_procedure(run->procedure, class, (uint32) (hash >> 32), (uint32) hash,
				   psprintf("model \"%s\"", run->name),
				   "Wait for it to finish, or choose another name.");
}

static void
run_body(Procedure *procedure, const void *argument)
{
	FunctionCallInfo fcinfo = procedure->fcinfo;
	const RunKind	*kind = argument;
	Run				*run = palloc0(sizeof(Run));

	run->procedure = procedure;
	run->context = procedure->context;
	run->name = text_argument(fcinfo, 0, "model name");
	if (strlen(run->name) > MAX_NAME_BYTES)
		ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
						errmsg("model name has %zu bytes", strlen(run->name)),
						errhint("At most %d bytes are allowed.", MAX_NAME_BYTES)));
	run->query = text_argument(fcinfo, 1, "training query");
	run->options = palloc(sizeof(TrainingOptions));
	read_training_options(fcinfo, 2, run->options);
	for (int i = 0; i < lengthof(run->tables); i++)
		run->tables[i] = writable_table(procedure, kind->tables[i]);
	run->owner = model_owner(fcinfo->flinfo->fn_oid, run->name);
	lock_name(run, kind->lock);
	progress_begin(&procedure->progress, fcinfo->flinfo->fn_oid, run->name);
	kind->body(run);
}

Datum
run_training(FunctionCallInfo fcinfo, const RunKind *kind)
{
	return run_procedure(fcinfo, run_body, kind);
}
