/*
 * importance.c
 *		plasticc_importance: permutation importance of the features of a model, and
 *		their gains in its boosted trees.
 *
 * The values of a feature, and its missing-value indicator with them, are
 * permuted among the objects, which keeps the feature's distribution but removes
 * its relation to an object.  The importance is the increase of the loss.
 */
#include "pg/module/plasticc.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/base/random.h"
#include "core/model/permutation.h"
#include "core/model/scoring.h"
#include "pg/model/feature_names.h"
#include "pg/model/labelled_objects.h"
#include "pg/model/model_cache.h"
#include "pg/model/model_classes.h"
#include "pg/util/args.h"
#include "pg/util/result_rows.h"

#define BLOCK_ROWS 512
#define MAX_REPEATS 1000

PG_FUNCTION_INFO_V1(plasticc_importance);
PG_FUNCTION_INFO_V1(plasticc_gains);

/* A feature, or a group of features, which is permuted as a whole. */
typedef struct Unit
{
	char *feature;	/* NULL for a group */
	char *group;	/* NULL where unknown */
	int	  position; /* of the feature, or of the group's first */
	int	  n_inputs;
	int32_t
		  *inputs; /* columns of classify_permuted; none of features that the model does not use */
	double importance;
} Unit;

/* ----------------------------------------------------------------
 * Features and groups
 * ----------------------------------------------------------------
 */

static void
add_input(Unit *unit, int32_t input)
{
	unit->inputs[unit->n_inputs++] = input;
}

/*
 * A unit for each feature: its input, its missing-value indicator and its input of trees, where
 * the model has them.
 */
static Unit *
feature_units(const Model *model)
{
	const Preprocessing *preprocessing = &model->preprocessing;
	int					 n = preprocessing->n_features;
	FeatureName			*names = model_feature_names(model);
	Unit				*units = palloc0(sizeof(Unit) * n);

	for (int i = 0; i < n; i++)
	{
		units[i].feature = names[i].name;
		units[i].group = names[i].group;
		units[i].position = i;
		units[i].inputs = palloc(sizeof(int32_t) * 3);
	}
	for (int j = 0; j < preprocessing->n_used; j++)
		add_input(&units[preprocessing->used[j]], j);
	for (int j = 0; j < preprocessing->n_flagged; j++)
		add_input(&units[preprocessing->flagged[j]], preprocessing->n_used + j);
	for (int j = 0; j < model->n_tree_inputs; j++)
		add_input(&units[model->tree_inputs[j]], preprocessing_inputs(preprocessing) + j);
	return units;
}

static bool
same_group(const Unit *a, const Unit *b)
{
	if (a->group == NULL || b->group == NULL)
		return a->group == b->group;
	return strcmp(a->group, b->group) == 0;
}

/* Merges the units of each group, in place; returns the number of groups. */
static int
merge_groups(Unit *units, int n)
{
	int n_groups = 0;

	for (int i = 0; i < n; i++)
	{
		int	  g = 0;
		Unit *group;

		while (g < n_groups && !same_group(&units[g], &units[i]))
			g++;
		if (g == n_groups)
		{
			units[n_groups] = units[i];
			units[n_groups++].feature = NULL;
			continue;
		}
		group = &units[g];
		group->inputs =
			repalloc(group->inputs, sizeof(int32_t) * (group->n_inputs + units[i].n_inputs));
		for (int k = 0; k < units[i].n_inputs; k++)
			add_input(group, units[i].inputs[k]);
	}
	return n_groups;
}

/* ----------------------------------------------------------------
 * Losses
 * ----------------------------------------------------------------
 */

/* The challenge's weighted log loss with the unit's inputs permuted, or without a unit none. */
static double
permuted_loss(PermutedClassifier *classifier, const LabelledObjects *objects, const Unit *unit,
			  const int32_t *permutation, float *probabilities)
{
	const Model *model = objects->model;
	double		*losses = palloc0(sizeof(double) * model->n_classes);
	int			*counts = palloc0(sizeof(int) * model->n_classes);
	WeightedLoss loss = {0};

	for (int first = 0; first < objects->n; first += BLOCK_ROWS)
	{
		int n = Min(BLOCK_ROWS, objects->n - first);

		CHECK_FOR_INTERRUPTS();
		classify_permuted(classifier, unit ? unit->n_inputs : 0, unit ? unit->inputs : NULL,
						  permutation, first, n, probabilities);
		require_probabilities(NULL, n, model->n_classes, probabilities);
		for (int i = 0; i < n; i++)
		{
			int target = objects->target[first + i];

			counts[target]++;
			losses[target] += object_log_loss(probabilities + (Size) i * model->n_classes,
											  model->n_classes, target);
		}
	}
	for (int c = 0; c < model->n_classes; c++)
		add_class_loss(&loss, model_class_weight(model, c), losses[c], counts[c]);
	pfree(losses);
	pfree(counts);
	return weighted_log_loss(&loss);
}

/* All units share the same permutations, so that only the units make a difference. */
static void
measure(const LabelledObjects *objects, Unit *units, int n_units, int repeats, int64 seed)
{
	Workspace workspace = server_workspace(CurrentMemoryContext);
	int32_t	 *permutation = workspace_array(&workspace, int32_t, objects->n);
	float	 *probabilities =
		workspace_array(&workspace, float, (Size) BLOCK_ROWS * objects->model->n_classes);
	int					max_inputs = 1;
	PermutedClassifier *classifier;
	double				loss;

	for (int i = 0; i < n_units; i++)
		max_inputs = Max(max_inputs, units[i].n_inputs);
	classifier = permuted_classifier(
		objects->model,
		&(PermutedObjects){objects->n, objects->inputs, objects->tree_inputs, objects->side},
		BLOCK_ROWS, max_inputs, &workspace);
	loss = permuted_loss(classifier, objects, NULL, NULL, probabilities);
	for (int repeat = 0; repeat < repeats; repeat++)
	{
		Random random;

		random_seed(&random, (uint64_t) seed, repeat);
		for (int i = 0; i < objects->n; i++)
			permutation[i] = i;
		random_shuffle(&random, objects->n, permutation);
		for (int i = 0; i < n_units; i++)
			if (units[i].n_inputs > 0)
				units[i].importance +=
					(permuted_loss(classifier, objects, &units[i], permutation, probabilities) -
					 loss) /
					repeats;
	}
}

/* Descending; equal ones by position. */
static int
compare_units(const void *a, const void *b)
{
	const Unit *x = a, *y = b;

	if (x->importance != y->importance)
		return x->importance < y->importance ? 1 : -1;
	return x->position - y->position;
}

/* Sorts the units and adds them to the result. */
static void
add_units(ReturnSetInfo *result, Unit *units, int n)
{
	qsort(units, n, sizeof(Unit), compare_units);
	for (int i = 0; i < n; i++)
	{
		Datum values[3];
		bool  nulls[3] = {false};

		values[0] = text_or_null(units[i].feature, &nulls[0]);
		values[1] = text_or_null(units[i].group, &nulls[1]);
		values[2] = Float8GetDatum(units[i].importance);
		add_result_row(result, values, nulls);
	}
}

/* With fewer than two objects there is nothing to permute. */
static void
require_pairs(const LabelledObjects *objects)
{
	if (objects->n < 2)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("query returned %s", objects->n == 0 ? "no rows" : "only one row"),
						errhint("Values are permuted among objects: at least two are required, and "
								"hundreds of each class for meaningful results.")));
}

/* plasticc_importance(model, query, by_group, repeats, seed) */
Datum
plasticc_importance(PG_FUNCTION_ARGS)
{
	const Model		*model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	char			*query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	bool			 by_group = PG_GETARG_BOOL(2);
	int				 repeats = integer_argument(fcinfo, 3, "repeats", 1, MAX_REPEATS);
	ReturnSetInfo	*result = begin_result(fcinfo);
	LabelledObjects *objects;
	Unit			*units;
	int				 n_units;

	objects = read_labelled_objects(model, query);
	require_pairs(objects);
	units = feature_units(model);
	n_units = model->preprocessing.n_features;
	if (by_group)
		n_units = merge_groups(units, n_units);
	measure(objects, units, n_units, repeats, PG_GETARG_INT64(4));
	add_units(result, units, n_units);
	return (Datum) 0;
}

/* plasticc_importance(model): gains, 0 of features that no tree splits on */
Datum
plasticc_gains(PG_FUNCTION_ARGS)
{
	const Model	  *model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	ReturnSetInfo *result = begin_result(fcinfo);
	Unit		  *units;

	if (model->n_boosters == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("model has no trees"),
				 errhint("Pass a query as the second argument for permutation importance, or train "
						 "with option \"trees\".")));
	units = feature_units(model);
	for (int j = 0; j < model->n_tree_inputs; j++)
		units[model->tree_inputs[j]].importance = model->tree_gains[j] / model->n_boosters;
	add_units(result, units, model->preprocessing.n_features);
	return (Datum) 0;
}
