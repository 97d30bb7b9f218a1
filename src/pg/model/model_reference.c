/*
 * model_reference.c
 *		Objects compared with what a model has kept of its training set: plasticc_drift,
 *		plasticc_novelty, plasticc_prediction_set, plasticc_explain.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "utils/builtins.h"

#include "core/model/conformal.h"
#include "core/model/drift.h"
#include "core/model/novelty.h"
#include "core/model/scoring.h"
#include "core/model/shapley.h"
#include "pg/model/classify_block.h"
#include "pg/model/feature_names.h"
#include "pg/model/model_cache.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_drift);
PG_FUNCTION_INFO_V1(plasticc_novelty);
PG_FUNCTION_INFO_V1(plasticc_prediction_set);
PG_FUNCTION_INFO_V1(plasticc_explain);

/* An error where the model has kept nothing. */
static const Reference *
require_reference(const Model *model)
{
	if (model->reference == NULL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("model has kept nothing of its training set"),
						errdetail("Models of versions before 0.2.0 do not."),
						errhint("Train the model again.")));
	return model->reference;
}

/* ----------------------------------------------------------------
 * Drift
 * ----------------------------------------------------------------
 */

enum
{
	FEATURES,
	OBJECT_ID,
	N_COLUMNS
};

/* Counts the objects that the query returns; an error where there are none. */
static DriftCounts *
count_objects(const Model *model, const char *query)
{
	QueryColumn columns[N_COLUMNS] = {
		[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
		[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_ANY},
	};
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	float		*values = workspace_array(&workspace, float, model->preprocessing.n_features);
	DriftCounts *counts = palloc0(sizeof(DriftCounts) * Max(1, model->reference->n_features));
	QueryReader *reader = begin_query("query", query, columns, N_COLUMNS);
	int64		 n = 0;

	while (next_row(reader))
	{
		ArrayType *features;

		if (!row_features(reader, FEATURES, &features))
			continue;
		check_feature_count(model, features, row_name(reader));
		copy_features(features, values);
		count_drift(model->reference, values, counts);
		n++;
	}
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("query returned no rows with features"),
				 errhint("Drift is that of a sample of objects: hundreds are required for "
						 "meaningful results.")));
	return counts;
}

typedef struct DriftRow
{
	int	  j; /* of the reference's features */
	Drift drift;
} DriftRow;

/* Descending by psi; equal ones in the order of features. */
static int
compare_drift(const void *a, const void *b)
{
	const DriftRow *x = a, *y = b;

	if (x->drift.psi != y->drift.psi)
		return x->drift.psi < y->drift.psi ? 1 : -1;
	return x->j - y->j;
}

/* plasticc_drift(model, query) */
Datum
plasticc_drift(PG_FUNCTION_ARGS)
{
	const Model		*model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	const Reference *reference = require_reference(model);
	ReturnSetInfo	*result = begin_result(fcinfo);
	DriftCounts		*counts = count_objects(model, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	DriftRow		*rows = palloc(sizeof(DriftRow) * Max(1, reference->n_features));
	FeatureName		*names = model_feature_names(model);

	for (int j = 0; j < reference->n_features; j++)
		rows[j] = (DriftRow){j, feature_drift(reference, j, &counts[j])};
	qsort(rows, reference->n_features, sizeof(DriftRow), compare_drift);
	for (int i = 0; i < reference->n_features; i++)
	{
		FeatureName name = names[reference->features[rows[i].j]];
		Datum		values[6];
		bool		nulls[lengthof(values)] = {false};

		values[0] = CStringGetTextDatum(name.name);
		values[1] = text_or_null(name.group, &nulls[1]);
		values[2] = Float8GetDatum(rows[i].drift.psi);
		values[3] = double_or_null(rows[i].drift.ks, &nulls[3]);
		values[4] = Float8GetDatum(rows[i].drift.missing);
		values[5] = Float8GetDatum(reference->missing[rows[i].j]);
		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

/* ----------------------------------------------------------------
 * Novelty
 * ----------------------------------------------------------------
 */

/* plasticc_novelty(model, features) */
Datum
plasticc_novelty(PG_FUNCTION_ARGS)
{
	CachedModel		*cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));
	const Model		*model = cached->model;
	const Reference *reference = require_reference(model);

	add_to_block(cached->block, PG_GETARG_ARRAYTYPE_P(1), NULL);
	classify_block(cached->block);
	PG_RETURN_FLOAT8(
		novelty(&reference->neighbours, model->n_classes, cached->block->probabilities));
}

/* ----------------------------------------------------------------
 * Prediction sets
 * ----------------------------------------------------------------
 */

static const Conformal *
require_unseen_objects(const Model *model)
{
	const Conformal *conformal = &require_reference(model)->conformal;

	if (conformal->n_objects[model->n_classes] == 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("model has no predictions of objects that it was not trained on"),
						errhint("Train it with the option \"bagging_folds\", for example 5.")));
	return conformal;
}

/* Moves a class up to its place among the n before it, which are in descending order. */
static void
insert_class(int32 *members, int n, int c, const float *probabilities)
{
	for (; n > 0 && probabilities[members[n - 1]] < probabilities[c]; n--)
		members[n] = members[n - 1];
	members[n] = c;
}

/* plasticc_prediction_set(model, features, coverage, by_class): the most probable class first */
Datum
plasticc_prediction_set(PG_FUNCTION_ARGS)
{
	CachedModel		*cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));
	const Model		*model = cached->model;
	const Conformal *conformal = require_unseen_objects(model);
	double			 coverage = number_argument(fcinfo, 2, "coverage", 0.0, 1.0);
	bool			 by_class = PG_GETARG_BOOL(3);
	int32			*members = palloc(sizeof(int32) * model->n_classes);
	int				 n = 0;
	const float		*probabilities;

	add_to_block(cached->block, PG_GETARG_ARRAYTYPE_P(1), NULL);
	classify_block(cached->block);
	probabilities = cached->block->probabilities;
	for (int c = 0; c < model->n_classes; c++)
	{
		int reference_class = by_class ? c : model->n_classes;

		if (probabilities[c] >= conformal_threshold(conformal, reference_class, coverage))
			insert_class(members, n++, c, probabilities);
	}
	for (int i = 0; i < n; i++)
		members[i] = model->classes[members[i]];
	PG_RETURN_ARRAYTYPE_P(integer_array(members, n));
}

/* ----------------------------------------------------------------
 * Contributions
 * ----------------------------------------------------------------
 */

/* A feature that the model reads, or a group of them. */
typedef struct Contribution
{
	FeatureName name;
	int			position;
	double		value;
} Contribution;

/* Sets the unit [n_features of the reference] of each feature; returns the number of units. */
static int
choose_units(const Model *model, bool by_group, Contribution *units, int32_t *unit)
{
	const Reference *reference = model->reference;
	FeatureName		*names = model_feature_names(model);
	int				 n = 0;

	for (int j = 0; j < reference->n_features; j++)
	{
		FeatureName name = names[reference->features[j]];
		int			u = by_group ? 0 : n;

		while (u < n && strcmp(units[u].name.group ? units[u].name.group : "",
							   name.group ? name.group : "") != 0)
			u++;
		if (u == n)
			units[n++] = (Contribution){.name = name, .position = reference->features[j]};
		unit[j] = u;
	}
	return n;
}

/* Descending by magnitude; equal ones by position. */
static int
compare_contributions(const void *a, const void *b)
{
	const Contribution *x = a, *y = b;

	if (fabs(x->value) != fabs(y->value))
		return fabs(x->value) < fabs(y->value) ? 1 : -1;
	return x->position - y->position;
}

static void
compute_contributions(const Model *model, const float *features, int c, Contribution *units, int n,
					  const int32_t *unit)
{
	Workspace workspace = server_workspace(CurrentMemoryContext);
	double	 *values = workspace_array(&workspace, double, n);

	if (!shapley_values(model, features, c, n, unit, values, &workspace))
		report_unusable_model(NULL);
	for (int i = 0; i < n; i++)
		units[i].value = values[i];
}

/* plasticc_explain(model, features, by_group) */
Datum
plasticc_explain(PG_FUNCTION_ARGS)
{
	CachedModel		*cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));
	const Model		*model = cached->model;
	const Reference *reference = require_reference(model);
	bool			 by_group = PG_GETARG_BOOL(2);
	ReturnSetInfo	*result = begin_result(fcinfo);
	Contribution	*units = palloc(sizeof(Contribution) * Max(1, reference->n_features));
	int32_t			*unit = palloc(sizeof(int32_t) * Max(1, reference->n_features));
	int				 n, c;

	add_to_block(cached->block, PG_GETARG_ARRAYTYPE_P(1), NULL);
	classify_block(cached->block);
	c = most_probable(cached->block->probabilities, model->n_classes);
	n = choose_units(model, by_group, units, unit);
	compute_contributions(model, cached->block->features, c, units, n, unit);
	qsort(units, n, sizeof(Contribution), compare_contributions);
	for (int i = 0; i < n; i++)
	{
		Datum values[3];
		bool  nulls[lengthof(values)] = {by_group, false, false};

		values[0] = by_group ? (Datum) 0 : CStringGetTextDatum(units[i].name.name);
		values[1] = text_or_null(units[i].name.group, &nulls[1]);
		values[2] = Float8GetDatum(units[i].value);
		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}
