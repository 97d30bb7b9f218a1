/*
 * train.c
 *		CALL plasticc_train: an ensemble of networks and boosted trees trained on
 *		the result of a query, stored as a new version of a model.
 *
 * The model's row is inserted in one transaction at the end.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/train/tree_trainer.h"
#include "pg/jobs/store_result.h"
#include "pg/train/reference_sample.h"
#include "pg/train/target_sample.h"
#include "pg/train/train_metrics.h"
#include "pg/train/training_options.h"
#include "pg/train/train_run.h"
#include "pg/util/arrays.h"

PG_FUNCTION_INFO_V1(plasticc_train);

static void
report_input(const Run *run)
{
	const TrainingInput *input = run->input;
	StringInfoData		 counts;

	initStringInfo(&counts);
	for (int i = 0; i < input->set.n_classes; i++)
		appendStringInfo(&counts, "%s%s: %d", i > 0 ? ", " : "", quoted_class(input, i),
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
	const TrainingSet	  *set = &run->input->set;
	double				   size = 0.0;

	check_feature_names(run);
	for (int m = 0; m < training_members(options); m++)
		size += (double) member_bytes(options, m, set->n_features, set->n_features, set->n_classes);
	if (options->preprocessing.normalisation == NORMALISATION_RANK_GAUSS)
		size += (double) sizeof(float) * options->preprocessing.quantiles *
				Min((double) set->n_features,
					(double) options->networks * member_inputs(options, set->n_features));
	if (size > MODEL_MAX_BYTES)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("model would take %.0f bytes", size),
			 errhint("The limit is %zu; use fewer features or members, or smaller layers or trees.",
					 MODEL_MAX_BYTES)));
}

static Datum
interval_datum(double seconds)
{
	Interval *interval = palloc0(sizeof(Interval));

	interval->time = (TimeOffset) rint(seconds * USECS_PER_SEC);
	return IntervalPGetDatum(interval);
}

/* Writes a row of plasticc_training_log, and keeps the losses for the model. */
static void
log_epoch(Run *run, int member, const EpochReport *report)
{
	Oid	  types[] = {TEXTOID,	INT4OID,   INT4OID,		INT4OID, FLOAT8OID,
					 FLOAT8OID, FLOAT8OID, INTERVALOID, NAMEOID};
	Datum values[] = {CStringGetTextDatum(run->name),
					  Int32GetDatum(run->version),
					  Int32GetDatum(member),
					  Int32GetDatum(report->epoch),
					  Float8GetDatum(report->training_loss),
					  Float8GetDatum(report->validation_loss),
					  Float8GetDatum(report->learning_rate),
					  interval_datum(procedure_elapsed(run->procedure)),
					  run_owner(run)};
	char  nulls[] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};

	if (member <= run->options->networks)
		note_epoch(run->curve, member - 1, report);
	if (isnan(report->validation_loss))
		nulls[5] = 'n';
	store_row(run->procedure,
			  &(StoredRow){psprintf("INSERT INTO %s (name, version, member, epoch, training_loss, "
									"validation_loss, learning_rate, elapsed, owner) "
									"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
									run->tables[1]),
						   lengthof(types), types, values, nulls});
}

/* The members as one model. */
static Model *
make_model(const Run *run, const PoolResult *result)
{
	const TrainingOptions *options = run->options;
	Workspace			   workspace = server_workspace(run->context);
	Model *model = empty_model(&run->input->set, &result->preprocessing, options->networks,
							   options->trees, &workspace);

	model->gate = fold_gate(&run->ensemble, 0, &workspace);
	for (int m = 0; m < training_members(options); m++)
		member_restore(options, m, result->members[m], &workspace, model);
	denormalise_thresholds(model, &result->preprocessing, &workspace);
	drop_unused_inputs(model, &workspace);
	return model;
}

/* Texts inside a model are UTF-8. */
static char *
model_text(const char *text)
{
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

static char **
model_texts(const char *const *texts, int n)
{
	char **converted = palloc(sizeof(char *) * Max(1, n));

	for (int i = 0; i < n; i++)
		converted[i] = model_text(texts[i]);
	return converted;
}

static bytea *
model_bytes(Run *run, Model *model, const char *metrics)
{
	const TrainingOptions *options = run->options;
	size_t				   size;
	bytea				  *bytes;

	model->options = model_text(training_options_text(options));
	model->metrics = model_text(psprintf("{%s}", metrics));
	model->n_feature_names = options->n_feature_names;
	model->feature_names = model_texts(options->feature_names, options->n_feature_names);
	if (run->input->class_names)
		model->class_names = model_texts(run->input->class_names, model->n_classes);

	size = model_size(model);
	if (size > MODEL_MAX_BYTES)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("model takes %zu bytes", size),
			 errhint("The limit is %zu; use fewer features or members, or smaller layers or trees.",
					 MODEL_MAX_BYTES)));
	bytes = palloc(VARHDRSZ + size);
	SET_VARSIZE(bytes, VARHDRSZ + size);
	model_write(model, (unsigned char *) VARDATA(bytes));
	return bytes;
}

/* Measures the model and stores it. */
static void
store_model(Run *run, Model *model, const PoolResult *result, const Probabilities *unseen)
{
	char *metrics = training_metrics(&run->ensemble, run->input, result, run->curve, unseen);
	char *row_metrics =
		psprintf("{%s, \"elapsed_seconds\": %.3f}", metrics, procedure_elapsed(run->procedure));
	Oid	  types[] = {TEXTOID,  INT4OID,	 INT4ARRAYOID, TEXTARRAYOID, JSONBOID,
					 JSONBOID, BYTEAOID, NAMEOID,	   TEXTARRAYOID};
	Datum values[] = {
		CStringGetTextDatum(run->name),
		Int32GetDatum(run->version),
		PointerGetDatum(integer_array(run->input->set.classes, run->input->set.n_classes)),
		PointerGetDatum(text_array(run->options->feature_names, run->options->n_feature_names)),
		DirectFunctionCall1(jsonb_in, CStringGetDatum(training_options_text(run->options))),
		DirectFunctionCall1(jsonb_in, CStringGetDatum(row_metrics)),
		PointerGetDatum(model_bytes(run, model, metrics)),
		run_owner(run),
		class_names_datum(run->input),
	};
	char nulls[] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', run->input->class_names ? ' ' : 'n'};

	if (run->options->n_feature_names == 0)
		nulls[3] = 'n';
	store_row(
		run->procedure,
		&(StoredRow){psprintf("INSERT INTO %s (name, version, classes, feature_names, options, "
							  "metrics, model, owner, class_names) "
							  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
							  run->tables[0]),
					 lengthof(types), types, values, nulls});
}

static void
report_result(const Run *run, const PoolResult *result)
{
	const TrainingOptions *options = run->options;
	int					   n = options->networks > 0 ? options->networks : options->trees;
	TrainingResult		   mean = mean_result(result->results, n);
	char				  *what =
		 n > 1 ? psprintf("Mean of %d %s", n, options->networks > 0 ? "networks" : "boosted trees")
							   : psprintf("Best epoch %d of %d", mean.best_epoch, mean.epochs);

	ereport(NOTICE, (errmsg("model \"%s\" version %d is ready", run->name, run->version),
					 errdetail("%s: training loss %.4f%s; %s in all.", what, mean.training_loss,
							   describe_validation(mean.validation_loss),
							   describe_duration(procedure_elapsed(run->procedure)))));
}

/* From the query to the stored model. */
static void
train(Run *run)
{
	PoolResult		*result;
	ReferenceSample *sample;
	Probabilities	*unseen;
	Model			*model;

	run_read_input(run, training_members(run->options));
	measure_known_days(run->input, run->options);
	choose_gate(run->input, run->options, run->context);
	choose_holdout(run->input, run->options, run->context);
	run->ensemble = (Ensemble){.set = &run->input->set, .options = run->options, .n_folds = 1};
	check_model(run);
	weigh_like_target_sample(
		&run->ensemble, read_target_sample(run->input, run->options, run->context), run->context);
	report_input(run);
	run_next_version(run);
	sample = take_reference_sample(run->input, run->options, run->context);
	run->curve = create_curve(run->options->epochs, run->options->networks);
	result = run_jobs(run, true, log_epoch);
	model = make_model(run, result);
	unseen = calibrate_model(&run->ensemble, 0, model, result, true);
	model->reference = make_reference(sample, run->input, model, unseen);
	store_model(run, model, result, unseen);
	procedure_commit(run->procedure);
	report_result(run, result);
}

/*
 * plasticc_train(name, training_query, options)
 */
Datum
plasticc_train(PG_FUNCTION_ARGS)
{
	static const RunKind kind = {
		.lock = LOCK_TRAINING,
		.tables = {"plasticc_models", "plasticc_training_log"},
		.body = train,
	};

	return run_training(fcinfo, &kind);
}
