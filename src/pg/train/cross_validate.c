/*
 * cross_validate.c
 *		CALL plasticc_cross_validate: k-fold cross-validation of a training.
 *
 * The probabilities that each row gets from the networks that have not seen its
 * fold, and a row of metrics, are inserted in one transaction at the end.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "pg/util/arrays.h"
#include "pg/util/json_text.h"
#include "pg/jobs/store_result.h"
#include "pg/train/target_sample.h"
#include "pg/train/train_metrics.h"
#include "pg/train/training_options.h"
#include "pg/train/train_run.h"

PG_FUNCTION_INFO_V1(plasticc_cross_validate);

static void
report_input(const Run *run)
{
	ereport(NOTICE, (errmsg("cross-validating model \"%s\" on %d objects with %d features, %d "
							"classes, in %d folds",
							run->name, run->input->set.n_rows, run->input->set.n_features,
							run->input->set.n_classes, run->ensemble.n_folds)));
}

/*
 * The probabilities of each row by the networks of its fold [n_rows][n_classes],
 * calibrated, if at all, on rows that are not of the fold.
 */
static float *
out_of_fold(const Run *run, const PoolResult *result)
{
	const TrainingSet *set = &run->input->set;
	Size			   n = sizeof(float) * set->n_classes;
	Workspace		   workspace = server_workspace(run->context);
	float *probabilities = workspace_array(&workspace, float, (Size) set->n_rows * set->n_classes);
	Model *model = empty_model(set, &result->preprocessing, 0, 0, &workspace);

	for (int f = 0; f < run->ensemble.n_folds; f++)
	{
		MemoryContext context =
			AllocSetContextCreate(run->context, "plasticc fold", ALLOCSET_DEFAULT_SIZES);
		MemoryContext  caller = MemoryContextSwitchTo(context);
		Workspace	   fold_workspace = server_workspace(context);
		Probabilities *unseen;

		model->gate = fold_gate(&run->ensemble, f, &fold_workspace);
		unseen = calibrate_model(&run->ensemble, f, model, result, false);
		for (int i = 0; i < set->n_rows; i++)
			if (run->ensemble.fold[i] == f)
				memcpy(probabilities + (Size) i * set->n_classes,
					   unseen->values + (Size) i * set->n_classes, n);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	return probabilities;
}

/*
 * counts; log_loss, accuracy, calibration_error and recall overall; "folds": [{"fold",
 * "objects", "log_loss", "accuracy", "calibration_error", "recall", "effective_objects",
 * "survey"}, ...]
 */
static char *
cross_validation_metrics(const Run *run, const float *probabilities)
{
	const TrainingSet *set = &run->input->set;
	bool			  *chosen = MemoryContextAllocHuge(CurrentMemoryContext, set->n_rows);
	Score			   score = score_rows(run->input, probabilities, NULL);
	StringInfoData	   text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	append_counts(&text, run->input);
	append_score(&text, run->input, &score);
	json_key(&text, "folds");
	appendStringInfoChar(&text, '[');
	for (int f = 0; f < run->ensemble.n_folds; f++)
	{
		for (int i = 0; i < set->n_rows; i++)
			chosen[i] = run->ensemble.fold[i] == f;
		score = score_rows(run->input, probabilities, chosen);
		appendStringInfoString(&text, f > 0 ? ", {" : "{");
		json_integer_member(&text, "fold", run->input->fold_values[f]);
		append_score(&text, run->input, &score);
		append_weights(&text, &run->ensemble, f);
		appendStringInfoChar(&text, '}');
	}
	appendStringInfoChar(&text, ']');
	json_number_member(&text, "elapsed_seconds", procedure_elapsed(run->procedure));
	appendStringInfoChar(&text, '}');
	return text.data;
}

static void
insert_metrics(const Run *run, const char *metrics)
{
	Oid	  types[] = {TEXTOID, INT4OID, INT4ARRAYOID, JSONBOID, JSONBOID, NAMEOID, TEXTARRAYOID};
	Datum values[] = {
		CStringGetTextDatum(run->name),
		Int32GetDatum(run->version),
		PointerGetDatum(integer_array(run->input->set.classes, run->input->set.n_classes)),
		DirectFunctionCall1(jsonb_in, CStringGetDatum(training_options_text(run->options))),
		DirectFunctionCall1(jsonb_in, CStringGetDatum(metrics)),
		run_owner(run),
		class_names_datum(run->input),
	};
	char nulls[] = {' ', ' ', ' ', ' ', ' ', ' ', run->input->class_names ? ' ' : 'n'};

	execute_statement(psprintf("INSERT INTO %s (name, version, classes, options, metrics, owner, "
							   "class_names) VALUES ($1, $2, $3, $4, $5, $6, $7)",
							   run->tables[0]),
					  lengthof(types), types, values, nulls, SPI_OK_INSERT);
}

/* An integer goes into column object_id, which is a bigint, anything else into object_key. */
static Datum
object_id_datum(const TrainingInput *input, const char *object_id)
{
	return input->integer_id ? DirectFunctionCall1(int8in, CStringGetDatum(object_id))
							 : CStringGetTextDatum(object_id);
}

static void
insert_row(const Run *run, SPIPlanPtr plan, int row, const float *probabilities)
{
	const TrainingInput *input = run->input;
	int					 n_classes = input->set.n_classes;
	const char			*object_id = input->object_id ? input->object_id[row] : NULL;
	Datum				 values[] = {
					   CStringGetTextDatum(run->name),
					   Int32GetDatum(run->version),
		   object_id ? object_id_datum(input, object_id) : (Datum) 0,
					   Int32GetDatum((int32) input->fold_values[run->ensemble.fold[row]]),
					   Int32GetDatum(input->set.classes[input->set.target[row]]),
					   PointerGetDatum(real_array(probabilities + (Size) row * n_classes, n_classes)),
					   run_owner(run),
	   };
	char nulls[] = {' ', ' ', object_id ? ' ' : 'n', ' ', ' ', ' ', ' '};

	if (SPI_execute_plan(plan, values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "storing probabilities failed: %s", SPI_result_code_string(SPI_result));
}

static void
insert_probabilities(const Run *run, const float *probabilities)
{
	bool	   as_key = run->input->object_id != NULL && !run->input->integer_id;
	Oid		   types[] = {TEXTOID,		  INT4OID, as_key ? TEXTOID : INT8OID, INT4OID, INT4OID,
						  FLOAT4ARRAYOID, NAMEOID};
	SPIPlanPtr plan =
		SPI_prepare(psprintf("INSERT INTO %s (name, version, %s, fold, target, "
							 "probabilities, owner) VALUES ($1, $2, $3, $4, $5, $6, $7)",
							 run->tables[1], as_key ? "object_key" : "object_id"),
					lengthof(types), types);
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc row", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	for (int row = 0; row < run->input->set.n_rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		insert_row(run, plan, row, probabilities);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

typedef struct CrossValidation
{
	const Run	*run;
	const float *probabilities; /* [n_rows][n_classes] */
	const char	*metrics;
} CrossValidation;

static void
insert_result(const void *argument)
{
	const CrossValidation *result = argument;

	insert_metrics(result->run, result->metrics);
	insert_probabilities(result->run, result->probabilities);
}

/* The challenge's log loss and the accuracy of all rows, as the metrics have them. */
static void
report_result(const Run *run, const float *probabilities)
{
	Score score = score_rows(run->input, probabilities, NULL);

	ereport(NOTICE, (errmsg("cross-validation of model \"%s\" version %d: log loss %.4f, accuracy "
							"%.4f",
							run->name, run->version, score.log_loss, score.accuracy),
					 errdetail("%d folds, %s in all.", run->ensemble.n_folds,
							   describe_duration(procedure_elapsed(run->procedure)))));
}

static void
cross_validate(Run *run)
{
	CrossValidation validation = {.run = run};
	PoolResult	   *result;
	float		   *probabilities;

	if (run->options->validation_fold >= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"validation_fold\" is not for a cross-validation"),
						errhint("Each fold of the column \"fold\" is left out once.")));
	run_read_input(run, 2);
	choose_gate(run->input, run->options, run->context);
	run->ensemble = (Ensemble){.set = &run->input->set, .options = run->options};
	run->ensemble.fold =
		choose_folds(run->input, run->options, run->context, &run->ensemble.n_folds);
	check_feature_names(run);
	weigh_like_target_sample(
		&run->ensemble, read_target_sample(run->input, run->options, run->context), run->context);
	report_input(run);
	run_next_version(run);
	result = run_jobs(run, false, NULL);
	probabilities = out_of_fold(run, result);
	validation.probabilities = probabilities;
	validation.metrics = cross_validation_metrics(run, probabilities);
	store_result(run->procedure, insert_result, &validation);
	procedure_commit(run->procedure);
	report_result(run, probabilities);
}

/*
 * plasticc_cross_validate(name, training_query, options)
 */
Datum
plasticc_cross_validate(PG_FUNCTION_ARGS)
{
	static const RunKind kind = {
		.lock = LOCK_CROSS_VALIDATION,
		.tables = {"plasticc_cross_validations", "plasticc_out_of_fold"},
		.body = cross_validate,
	};

	return run_training(fcinfo, &kind);
}
