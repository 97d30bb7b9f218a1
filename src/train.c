/*
 * train.c
 *		CALL plasticc_train: a network trained on the result of a query, stored
 *		as a new version of a model.
 *
 * Called outside a transaction block, the procedure commits as it goes, so
 * that the log of epochs can be watched from elsewhere and the long training
 * holds back no vacuum.  Inside a block (or a function, or a PL/pgSQL block
 * with an exception handler) it commits nothing.  Either way the model's row
 * is inserted in one go at the end, or not at all.
 *
 * Memory that has to survive the commits is in a context of the run's own.  A
 * lock on the name keeps two trainings from making the same version: until
 * the end of the run when it commits, otherwise until the transaction's end,
 * because only then do others see the new version.
 */
#include "plasticc.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "portability/instr_time.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "model_cache.h"
#include "train_input.h"
#include "train_metrics.h"
#include "train_options.h"

/*
 * Seconds between commits: epochs may take milliseconds, and their rows are
 * then committed together.  An error or a cancel loses no earlier ones.
 */
#define COMMIT_INTERVAL 0.2

/* An entry of an index has to hold it, and a line of a report. */
#define MAX_NAME_BYTES 1000

/* Of the four fields of an advisory lock's tag the last tells users' locks (1 and 2) from ours. */
#define TRAINING_LOCK 99

PG_FUNCTION_INFO_V1(plasticc_train);

typedef struct Run
{
	MemoryContext context;
	bool		commits;		/* as it goes */
	bool		locked;			/* by a lock of the session, to be released */
	LOCKTAG		lock;
	char	   *name;
	char	   *query;
	char	   *models_table;	/* qualified */
	char	   *log_table;
	TrainingOptions *options;
	TrainingInput *input;
	int			version;
	instr_time	start;
	double		last_report;	/* seconds since start */
	double		last_commit;
} Run;

static double
elapsed_seconds(const Run *run)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, run->start);
	return INSTR_TIME_GET_DOUBLE(now);
}

/* "85 s", "12 min" or "3.5 h" */
static char *
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

/* ------------------------------------------------------------------------
 * Before the training
 * ------------------------------------------------------------------------
 */

static char *
required_text(FunctionCallInfo fcinfo, int argument, const char *what)
{
	char	   *value;

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
	Oid			relation = get_relname_relid(table, get_func_namespace(flinfo->fn_oid));

	if (!OidIsValid(relation))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("table %s does not exist", qualified)));
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
	uint64		hash = hash_bytes_extended((const unsigned char *) run->name, strlen(run->name),
										   get_func_namespace(flinfo->fn_oid));

	SET_LOCKTAG_ADVISORY(run->lock, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash,
						 TRAINING_LOCK);
	if (LockAcquire(&run->lock, ExclusiveLock, run->commits, true) == LOCKACQUIRE_NOT_AVAIL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
						errmsg("a training of model \"%s\" is already running", run->name),
						errhint("Wait for its end, or choose another name.")));
	run->locked = run->commits;
}

static void
commit(Run *run)
{
	if (!run->commits)
		return;
	SPI_commit();
	SPI_start_transaction();	/* SPI_commit has done it in later minor releases */
	run->last_commit = elapsed_seconds(run);
}

/* One more than any version of that name, also one whose training has failed. */
static int
next_version(Run *run)
{
	Oid			type = TEXTOID;
	Datum		name = CStringGetTextDatum(run->name);
	bool		is_null;
	int32		newest;
	char	   *query =
		psprintf("SELECT COALESCE(pg_catalog.max(v.version), 0) FROM ("
				 "SELECT version FROM %s WHERE name OPERATOR(pg_catalog.=) $1 UNION ALL "
				 "SELECT version FROM %s WHERE name OPERATOR(pg_catalog.=) $1) AS v",
				 run->models_table, run->log_table);
	int			status = SPI_execute_with_args(query, 1, &type, &name, NULL, false, 1);

	if (status != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "reading versions failed: %s", SPI_result_code_string(status));
	newest = DatumGetInt32(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
	SPI_freetuptable(SPI_tuptable);
	if (newest == PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("model \"%s\" has no version left", run->name)));
	return newest + 1;
}

static void
report_input(const Run *run)
{
	const TrainingInput *input = run->input;
	StringInfoData counts;

	initStringInfo(&counts);
	for (int i = 0; i < input->set.n_classes; i++)
		appendStringInfo(&counts, "%s%d: %d", i > 0 ? ", " : "", input->set.classes[i],
						 input->class_counts[i]);
	ereport(NOTICE,
			(errmsg("training model \"%s\" on %d objects with %d features, %d classes, %d objects "
					"held out",
					run->name, input->set.n_rows, input->set.n_features, input->set.n_classes,
					input->n_validation),
			 errdetail("Objects of each class: %s.", counts.data)));
}

/* What can be known about the model before it is trained. */
static void
check_model(const Run *run)
{
	const TrainingOptions *options = run->options;
	const TrainingSet *set = &run->input->set;
	double		n_numbers = 0.0;
	int			n_in = set->n_features;

	if (options->n_feature_names > 0 && options->n_feature_names != set->n_features)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there are %d feature_names for %d features",
							   options->n_feature_names, set->n_features)));
	for (int i = 0; i <= options->n_layers; i++)
	{
		int			n_out = i < options->n_layers ? options->layers[i] : set->n_classes;

		n_numbers += ((double) n_in + 1.0) * n_out;
		n_in = n_out;
	}
	if (options->normalisation == NORMALISATION_RANK_GAUSS)
		n_numbers += (double) set->n_features * options->quantiles;
	if (n_numbers * sizeof(float) > MODEL_MAX_BYTES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("model would take %.0f bytes", n_numbers * sizeof(float)),
						errhint("The limit is %zu; use fewer features or smaller layers.",
								MODEL_MAX_BYTES)));
}

/* ------------------------------------------------------------------------
 * During the training
 * ------------------------------------------------------------------------
 */

static Datum
interval_datum(double seconds)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->time = (TimeOffset) rint(seconds * USECS_PER_SEC);
	return IntervalPGetDatum(interval);
}

static void
log_epoch(const Run *run, const EpochReport *report)
{
	Oid			types[] = {TEXTOID,	  INT4OID,	 INT4OID,	 FLOAT8OID,
						   FLOAT8OID, FLOAT8OID, INTERVALOID};
	Datum		values[] = {CStringGetTextDatum(run->name),
							Int32GetDatum(run->version),
							Int32GetDatum(report->epoch),
							Float8GetDatum(report->training_loss),
							Float8GetDatum(report->validation_loss),
							Float8GetDatum(report->learning_rate),
							interval_datum(elapsed_seconds(run))};
	char		nulls[] = {' ', ' ', ' ', ' ', ' ', ' ', ' '};
	char	   *query = psprintf("INSERT INTO %s (name, version, epoch, training_loss, "
								 "validation_loss, learning_rate, elapsed) "
								 "VALUES ($1, $2, $3, $4, $5, $6, $7)",
								 run->log_table);
	int			status;

	if (isnan(report->validation_loss))
		nulls[4] = 'n';
	status = SPI_execute_with_args(query, lengthof(types), types, values, nulls, false, 0);
	if (status != SPI_OK_INSERT)
		elog(ERROR, "logging an epoch failed: %s", SPI_result_code_string(status));
}

static void
report_epoch(const Run *run, const EpochReport *report, double elapsed)
{
	int			n_epochs = run->options->epochs;
	char	   *validation = isnan(report->validation_loss)
								 ? ""
								 : psprintf(", validation loss %.4f", report->validation_loss);

	ereport(NOTICE,
			(errmsg("epoch %d of %d: training loss %.4f%s, about %s left", report->epoch, n_epochs,
					report->training_loss, validation,
					describe_duration(elapsed / report->epoch * (n_epochs - report->epoch)))));
}

/* Called after every epoch. */
static void
finish_epoch(const EpochReport *report, void *argument)
{
	Run		   *run = argument;
	double		elapsed = elapsed_seconds(run);
	MemoryContext epoch_context =
		AllocSetContextCreate(run->context, "plasticc epoch", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(epoch_context);

	log_epoch(run, report);
	if (elapsed - run->last_report >= run->options->report_interval)
	{
		report_epoch(run, report, elapsed);
		run->last_report = elapsed;
	}
	if (elapsed - run->last_commit >= COMMIT_INTERVAL)
		commit(run);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(epoch_context);
}

/* ------------------------------------------------------------------------
 * After the training
 * ------------------------------------------------------------------------
 */

/* Texts inside a model are UTF-8. */
static char *
model_text(const char *text)
{
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

static bytea *
model_bytes(Run *run, Model *model, const char *metrics)
{
	const TrainingOptions *options = run->options;
	size_t		size;
	bytea	   *bytes;

	model->options = model_text(training_options_text(options));
	model->metrics = model_text(psprintf("{%s}", metrics));
	model->n_feature_names = options->n_feature_names;
	model->feature_names = palloc(sizeof(char *) * Max(1, options->n_feature_names));
	for (int i = 0; i < options->n_feature_names; i++)
		model->feature_names[i] = model_text(options->feature_names[i]);

	size = model_size(model);
	if (size > MODEL_MAX_BYTES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("model takes %zu bytes", size),
						errhint("The limit is %zu; use fewer features or smaller layers.",
								MODEL_MAX_BYTES)));
	bytes = palloc(VARHDRSZ + size);
	SET_VARSIZE(bytes, VARHDRSZ + size);
	model_write(model, (unsigned char *) VARDATA(bytes));
	return bytes;
}

static Datum
classes_datum(const TrainingSet *set)
{
	Datum	   *classes = palloc(sizeof(Datum) * set->n_classes);

	for (int i = 0; i < set->n_classes; i++)
		classes[i] = Int32GetDatum(set->classes[i]);
	return PointerGetDatum(
		construct_array(classes, set->n_classes, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

static Datum
names_datum(const TrainingOptions *options)
{
	Datum	   *names = palloc(sizeof(Datum) * Max(1, options->n_feature_names));

	for (int i = 0; i < options->n_feature_names; i++)
		names[i] = CStringGetTextDatum(options->feature_names[i]);
	return PointerGetDatum(
		construct_array(names, options->n_feature_names, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
store_model(Run *run, Model *model, const TrainingResult *result)
{
	char	   *metrics = training_metrics(run->input, model, result);
	char	   *row_metrics =
		psprintf("{%s, \"elapsed_seconds\": %.3f}", metrics, elapsed_seconds(run));
	Oid			types[] = {TEXTOID,	 INT4OID,  INT4ARRAYOID, TEXTARRAYOID,
						   JSONBOID, JSONBOID, BYTEAOID};
	Datum		values[] = {
		CStringGetTextDatum(run->name),
		Int32GetDatum(run->version),
		classes_datum(&run->input->set),
		names_datum(run->options),
		DirectFunctionCall1(jsonb_in, CStringGetDatum(training_options_text(run->options))),
		DirectFunctionCall1(jsonb_in, CStringGetDatum(row_metrics)),
		PointerGetDatum(model_bytes(run, model, metrics)),
	};
	char		nulls[] = {' ', ' ', ' ', ' ', ' ', ' ', ' '};
	char	   *query = psprintf("INSERT INTO %s (name, version, classes, feature_names, options, "
								 "metrics, model) VALUES ($1, $2, $3, $4, $5, $6, $7)",
								 run->models_table);
	int			status;

	if (run->options->n_feature_names == 0)
		nulls[3] = 'n';
	status = SPI_execute_with_args(query, lengthof(types), types, values, nulls, false, 0);
	if (status != SPI_OK_INSERT)
		elog(ERROR, "storing the model failed: %s", SPI_result_code_string(status));
}

static void
report_result(const Run *run, const TrainingResult *result)
{
	char	   *validation = isnan(result->validation_loss)
								 ? ""
								 : psprintf(", validation loss %.4f", result->validation_loss);

	ereport(NOTICE,
			(errmsg("model \"%s\" version %d is ready", run->name, run->version),
			 errdetail("Best epoch %d of %d: training loss %.4f%s; %s in all.", result->best_epoch,
					   result->epochs, result->training_loss, validation,
					   describe_duration(elapsed_seconds(run)))));
}

/* From the query to the stored model; all memory is the run's context. */
static void
train(Run *run)
{
	Workspace	workspace = server_workspace(run->context);
	TrainingResult result;
	Model	   *model;

	run->input = read_training_input(run->query, run->options, run->context);
	check_model(run);
	report_input(run);
	run->version = next_version(run);
	commit(run);				/* lets go of the query's snapshot */
	run->last_commit = -COMMIT_INTERVAL;	/* the first epoch shows at once */

	model = train_network(&run->input->set, run->options, &workspace, finish_epoch, run, &result);
	commit(run);				/* the epochs since the last one, whatever comes now */
	if (model == NULL)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("training of model \"%s\" diverged: the loss is not finite",
							   run->name),
						errhint("Lower the option \"learning_rate\".")));
	store_model(run, model, &result);
	commit(run);
	report_result(run, &result);
}

/*
 * plasticc_train(name, training_query, options)
 */
Datum
plasticc_train(PG_FUNCTION_ARGS)
{
	bool		commits = can_commit(fcinfo);
	MemoryContext context = AllocSetContextCreate(commits ? PortalContext : TopTransactionContext,
												  "plasticc training", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Run		   *run = palloc0(sizeof(Run));

	PG_TRY();
	{
		PreventCommandIfReadOnly("CALL plasticc_train()");
		run->context = context;
		run->commits = commits;
		INSTR_TIME_SET_CURRENT(run->start);
		run->name = required_text(fcinfo, 0, "model name");
		if (strlen(run->name) > MAX_NAME_BYTES)
			ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
							errmsg("model name has %zu bytes", strlen(run->name)),
							errhint("It may have %d.", MAX_NAME_BYTES)));
		run->query = required_text(fcinfo, 1, "training query");
		run->options = palloc(sizeof(TrainingOptions));
		read_training_options(PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2), run->options);
		run->models_table = extension_table(fcinfo->flinfo, "plasticc_models");
		run->log_table = extension_table(fcinfo->flinfo, "plasticc_training_log");
		check_privileges(fcinfo->flinfo, "plasticc_models", run->models_table);
		check_privileges(fcinfo->flinfo, "plasticc_training_log", run->log_table);
		lock_name(run, fcinfo->flinfo);
		SPI_connect_ext(commits ? SPI_OPT_NONATOMIC : 0);
		MemoryContextSwitchTo(context);
		train(run);
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
