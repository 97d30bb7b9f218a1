/*
 * train_run.c
 *		What the procedures that train have in common.
 *
 * Called outside a transaction block, a procedure commits as it goes, so that
 * the log of epochs can be watched from elsewhere and the long training holds
 * back no vacuum.  Inside a block (or a function, or a PL/pgSQL block with an
 * exception handler) it commits nothing.
 *
 * Memory that has to survive the commits is in a context of the run's own.  A
 * lock on the name keeps two runs from making the same version: until the end
 * of the run when it commits, otherwise until the transaction's end, because
 * only then do others see the new version.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/train/training_options.h"
#include "pg/train/train_run.h"
#include "pg/util/extension.h"

/*
 * Seconds between commits: epochs may take milliseconds, and their rows are
 * then committed together.  An error or a cancel loses no earlier ones.
 */
#define COMMIT_INTERVAL 0.2

/* An entry of an index has to hold it, and a line of a report. */
#define MAX_NAME_BYTES 1000

double
run_elapsed(const Run *run)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, run->start);
	return INSTR_TIME_GET_DOUBLE(now);
}

/* "85 s", "12 min" or "3.5 h" */
char *
describe_duration(double seconds)
{
	if (seconds < 10.0)
		return psprintf("%.1f s", seconds);
	if (seconds < 120.0)
		return psprintf("%.0f s", seconds);
	if (seconds < 7200.0)
		return psprintf("%.0f min", seconds / 60.0);
	return psprintf("%.1f h", seconds / 3600.0);
}

char *
describe_validation(double loss)
{
	return isnan(loss) ? "" : psprintf(", validation loss %.4f", loss);
}

/* ------------------------------------------------------------------------
 * Before the training
 * ------------------------------------------------------------------------
 */

static char *
required_text(FunctionCallInfo fcinfo, int argument, const char *what)
{
	char *value;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", what)));
	value = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	if (value[strspn(value, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be empty", what)));
	return value;
}

/*
 * A missing privilege shows before minutes of training, not after.  SELECT is
 * needed to find the next version.
 */
static void
check_privileges(FmgrInfo *flinfo, const char *table, const char *qualified)
{
	Oid relation = get_relname_relid(table, get_func_namespace(flinfo->fn_oid));

	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table %s does not exist", qualified)));
	if (pg_class_aclcheck(relation, GetUserId(), ACL_INSERT) != ACLCHECK_OK ||
		pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s", table),
				 errhint("Its owner can grant it: GRANT SELECT, INSERT ON %s TO %s.", qualified,
						 quote_identifier(GetUserNameFromId(GetUserId(), false)))));
}

/* Commits are possible in a CALL by itself, but not below an exception handler. */
static bool
can_commit(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL && IsA(fcinfo->context, CallContext) &&
		   !castNode(CallContext, fcinfo->context)->atomic && !IsSubTransaction();
}

static void
lock_name(Run *run, FmgrInfo *flinfo)
{
	uint64 hash = hash_bytes_extended((const unsigned char *) run->name, strlen(run->name),
									  get_func_namespace(flinfo->fn_oid));

	SET_LOCKTAG_ADVISORY(run->lock, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash,
						 run->kind->lock);
	if (LockAcquire(&run->lock, ExclusiveLock, run->commits, true) == LOCKACQUIRE_NOT_AVAIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("a %s of model \"%s\" is already running", run->kind->noun, run->name),
				 errhint("Wait for its end, or choose another name.")));
	run->locked = run->commits;
}

void
run_commit(Run *run)
{
	if (!run->commits)
		return;
	SPI_commit();
	SPI_start_transaction(); /* SPI_commit has done it in later minor releases */
	run->last_commit = run_elapsed(run);
}

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
						errmsg("model \"%s\" has no version left", run->name)));
	run->version = newest + 1;
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

/* The networks of an ensemble and the folds of a cross-validation are counted from 1. */
static char *
describe_job(const Run *run, int job)
{
	int			   members = run->options->members;
	StringInfoData text;

	initStringInfo(&text);
	if (run->ensemble.fold)
		appendStringInfo(&text, "fold %d of %d, ", job / members + 1, run->ensemble.n_folds);
	if (members > 1)
		appendStringInfo(&text, "member %d of %d, ", job % members + 1, members);
	return text.data;
}

static void
report_epoch(const Run *run, int job, const EpochReport *report, double elapsed)
{
	int	   n_epochs = run->options->epochs;
	double n_left = (double) ensemble_jobs(&run->ensemble) * n_epochs - run->epochs_done;

	ereport(NOTICE, (errmsg("%sepoch %d of %d: training loss %.4f%s, about %s left",
							describe_job(run, job), report->epoch, n_epochs, report->training_loss,
							describe_validation(report->validation_loss),
							describe_duration(elapsed / run->epochs_done * n_left))));
}

typedef struct Progress
{
	Run		*run;
	EpochLog log;
} Progress;

/* Called after every epoch of any network. */
static void
finish_epoch(int job, const EpochReport *report, void *argument)
{
	Progress	 *progress = argument;
	Run			 *run = progress->run;
	double		  elapsed = run_elapsed(run);
	MemoryContext epoch_context =
		AllocSetContextCreate(run->context, "plasticc epoch", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(epoch_context);

	run->epochs_done++;
	if (progress->log)
		progress->log(run, job % run->options->members + 1, report);
	if (elapsed - run->last_report >= run->options->report_interval)
	{
		report_epoch(run, job, report, elapsed);
		run->last_report = elapsed;
	}
	if (elapsed - run->last_commit >= COMMIT_INTERVAL)
		run_commit(run);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(epoch_context);
}

static void
raise_divergence(int job, void *argument)
{
	Progress *progress = argument;
	Run		 *run = progress->run;

	run_commit(run); /* the epochs since the last one */
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("training of model \"%s\" diverged: the loss is not finite", run->name),
					errhint("Lower the option \"learning_rate\".")));
}

PoolResult *
run_jobs(Run *run, bool keep_networks, EpochLog log)
{
	Progress	progress = {run, log};
	PoolEvents	events = {finish_epoch, raise_divergence, &progress};
	PoolResult *result;

	run_commit(run);					 /* lets go of the query's snapshot */
	run->last_commit = -COMMIT_INTERVAL; /* the first epoch shows at once */
	result = train_jobs(&run->ensemble, run->input->rows, keep_networks, &events, run->context);
	run->input->set.features = NULL; /* they have been freed */
	run_commit(run);				 /* the epochs since the last one, whatever comes now */
	return result;
}

void
run_insert(const char *statement, int n, Oid *types, Datum *values, const char *nulls)
{
	int status = SPI_execute_with_args(statement, n, types, values, nulls, false, 0);

	if (status != SPI_OK_INSERT)
		elog(ERROR, "inserting a row failed: %s", SPI_result_code_string(status));
}

Datum
classes_datum(const TrainingSet *set)
{
	Datum *classes = palloc(sizeof(Datum) * set->n_classes);

	for (int i = 0; i < set->n_classes; i++)
		classes[i] = Int32GetDatum(set->classes[i]);
	return PointerGetDatum(
		construct_array(classes, set->n_classes, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* ------------------------------------------------------------------------
 * The whole
 * ------------------------------------------------------------------------
 */

static void
begin_run(Run *run, FunctionCallInfo fcinfo)
{
	PreventCommandIfReadOnly(psprintf("CALL %s()", run->kind->procedure));
	INSTR_TIME_SET_CURRENT(run->start);
	run->name = required_text(fcinfo, 0, "model name");
	if (strlen(run->name) > MAX_NAME_BYTES)
		ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
						errmsg("model name has %zu bytes", strlen(run->name)),
						errhint("It may have %d.", MAX_NAME_BYTES)));
	run->query = required_text(fcinfo, 1, "training query");
	run->options = palloc(sizeof(TrainingOptions));
	read_training_options(PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2), run->options);
	for (int i = 0; i < lengthof(run->tables); i++)
	{
		run->tables[i] = extension_table(fcinfo->flinfo, run->kind->tables[i]);
		check_privileges(fcinfo->flinfo, run->kind->tables[i], run->tables[i]);
	}
	lock_name(run, fcinfo->flinfo);
}

Datum
run_procedure(FunctionCallInfo fcinfo, const RunKind *kind)
{
	bool		  commits = can_commit(fcinfo);
	MemoryContext context = AllocSetContextCreate(commits ? PortalContext : TopTransactionContext,
												  "plasticc training", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Run			 *run = palloc0(sizeof(Run));

	PG_TRY();
	{
		run->kind = kind;
		run->context = context;
		run->commits = commits;
		begin_run(run, fcinfo);
		SPI_connect_ext(commits ? SPI_OPT_NONATOMIC : 0);
		MemoryContextSwitchTo(context);
		kind->body(run);
		SPI_finish();
	}
	PG_FINALLY();
	{
		if (run->locked)
			LockRelease(&run->lock, ExclusiveLock, true);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	PG_END_TRY();
	PG_RETURN_VOID();
}
