/*
 * importance.c
 *		plasticc_importance: what the features are worth to a model, by
 *		permutation.
 *
 * A feature's values are exchanged among the objects, its flag for missing
 * values with them, which leaves its distribution as it is and takes away what
 * it tells of an object; the loss increases by what the model made of that.
 */
#include "pg/module/plasticc.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"
#include "pg/util/result_rows.h"
#include "pg/model/classify.h"
#include "core/train/scoring.h"
#include "core/features/catalog.h"
#include "core/model/permutation.h"
#include "core/model/preprocess.h"
#include "core/base/random.h"
#include "pg/score/metrics.h"
#include "pg/model/model_cache.h"
#include "pg/util/query_reader.h"

#define BLOCK_ROWS 512
#define MAX_REPEATS 1000

PG_FUNCTION_INFO_V1(plasticc_importance);

enum
{
	FEATURES,
	TARGET,
	OBJECT_ID,
	N_COLUMNS
};

/* The query's objects, as the model's inputs, in arrays that grow. */
typedef struct Objects
{
	const Model	 *model;
	QueryColumn	  columns[N_COLUMNS];
	int			  n;
	int			  capacity;
	float		 *inputs;	   /* [n][preprocessing_inputs()] */
	int32_t		 *target;	   /* [n], index into the model's classes */
	uint8_t		 *side;		   /* [n], of the model's gate */
	float		 *scores;	   /* of the preprocessing */
	float		 *features;	   /* [n_features] of one object */
	MemoryContext row_context; /* emptied after every row */
} Objects;

/* A feature, or a group of them: what is permuted together. */
typedef struct Unit
{
	char	*feature;  /* NULL of a group */
	char	*group;	   /* NULL when not known */
	int		 position; /* of the feature, or of the group's first */
	int		 n_inputs;
	int32_t *inputs; /* their columns; none of what the model does not look at */
	double	 loss_increase;
} Unit;

/* ----------------------------------------------------------------
 * Objects
 * ----------------------------------------------------------------
 */

/* A row, for messages: "object 615", or "row 12" where object_id is absent. */
static char *
row_name(const Objects *objects, HeapTuple tuple, TupleDesc desc)
{
	int64 object_id;

	if (column_integer(tuple, desc, &objects->columns[OBJECT_ID], &object_id))
		return psprintf("object " INT64_FORMAT, object_id);
	return psprintf("row %d", objects->n + 1);
}

static void
raise_null(const Objects *objects, HeapTuple tuple, TupleDesc desc, int column)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		 errmsg("%s of %s is NULL", objects->columns[column].name, row_name(objects, tuple, desc)),
		 errhint("Leave such rows out with WHERE %s IS NOT NULL.", objects->columns[column].name)));
}

static int32_t
read_target(const Objects *objects, HeapTuple tuple, TupleDesc desc)
{
	int64 target;
	int	  i = -1;

	if (!column_integer(tuple, desc, &objects->columns[TARGET], &target))
		raise_null(objects, tuple, desc, TARGET);
	if (target >= PG_INT32_MIN && target <= PG_INT32_MAX)
		i = class_index(objects->model->classes, objects->model->n_classes, (int32) target);
	if (i < 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("target " INT64_FORMAT " of %s is not a class of the model", target,
							   row_name(objects, tuple, desc)),
						errhint("Leave out the objects of classes that the model does not know.")));
	return i;
}

static void
make_room(Objects *objects)
{
	Size n_inputs = preprocessing_inputs(&objects->model->preprocessing);

	if (objects->n < objects->capacity)
		return;
	if (objects->capacity > PG_INT32_MAX / 2)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("query returns more than %d rows", objects->capacity)));
	objects->capacity *= 2;
	objects->inputs = repalloc_huge(objects->inputs, sizeof(float) * n_inputs * objects->capacity);
	objects->target = repalloc_huge(objects->target, sizeof(int32_t) * (Size) objects->capacity);
	objects->side = repalloc_huge(objects->side, objects->capacity);
}

static void
read_row(Objects *objects, HeapTuple tuple, TupleDesc desc)
{
	const Preprocessing *preprocessing = &objects->model->preprocessing;
	MemoryContext		 caller = MemoryContextSwitchTo(objects->row_context);
	ArrayType			*features;

	if (!column_features(tuple, desc, &objects->columns[FEATURES], &features))
		raise_null(objects, tuple, desc, FEATURES);
	check_feature_count(objects->model, features,
						psprintf(" for %s", row_name(objects, tuple, desc)));
	copy_features(features, objects->features);
	make_room(objects);
	preprocess(preprocessing, objects->scores, 1, objects->features,
			   objects->inputs + (Size) objects->n * preprocessing_inputs(preprocessing));
	objects->side[objects->n] = objects->model->gate.closed
									? gate_side(objects->features[objects->model->gate.feature])
									: GATE_UNKNOWN;
	objects->target[objects->n] = read_target(objects, tuple, desc);
	objects->n++;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(objects->row_context);
}

static Objects *
read_objects(const Model *model, const char *query)
{
	const Preprocessing *preprocessing = &model->preprocessing;
	Objects				*objects = palloc(sizeof(Objects));
	Workspace			 workspace = server_workspace(CurrentMemoryContext);
	Portal				 portal;

	*objects = (Objects){
		.model = model,
		.columns =
			{
				[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
				[TARGET] = {.name = "target", .kind = COLUMN_INTEGER, .required = true},
				[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_INTEGER},
			},
		.capacity = BLOCK_ROWS,
		.inputs = workspace_array(&workspace, float,
								  (Size) BLOCK_ROWS *preprocessing_inputs(preprocessing)),
		.target = workspace_array(&workspace, int32_t, BLOCK_ROWS),
		.side = workspace_array(&workspace, uint8_t, BLOCK_ROWS),
		.scores = preprocessing_scores(preprocessing, &workspace),
		.features = workspace_array(&workspace, float, preprocessing->n_features),
		.row_context = AllocSetContextCreate(CurrentMemoryContext, "plasticc importance row",
											 ALLOCSET_DEFAULT_SIZES),
	};
	SPI_connect();
	portal = open_query(query, objects->columns, N_COLUMNS);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, query_batch_rows(preprocessing->n_features));
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
			read_row(objects, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
	if (objects->n < 2)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("query returned %s", objects->n == 0 ? "no rows" : "one row only"),
						errhint("Values are exchanged between objects: at least two are needed, "
								"and hundreds of each class for figures that mean something.")));
	return objects;
}

/* ----------------------------------------------------------------
 * Features and groups
 * ----------------------------------------------------------------
 */

/* Names feature i by the model's names, or the catalog's, which alone knows groups. */
static void
name_feature(const Model *model, int i, Unit *unit)
{
	FeatureDescription description;
	FeatureSet		   set;
	bool			   with_host;
	int				   ordinal = -1;

	if (model->n_feature_names > 0)
		ordinal = find_feature(model->feature_names[i], strlen(model->feature_names[i]));
	else if (find_feature_set(model->preprocessing.n_features, &set, &with_host))
		ordinal = feature_ordinal(set, i);
	if (ordinal >= 0)
		describe_feature(ordinal, &description);
	unit->group = ordinal >= 0 ? pstrdup(description.group) : NULL;
	if (model->n_feature_names > 0)
		unit->feature = pstrdup(model->feature_names[i]);
	else
		unit->feature = ordinal >= 0 ? pstrdup(description.name) : psprintf("feature %d", i + 1);
}

static void
add_input(Unit *unit, int32_t input)
{
	unit->inputs[unit->n_inputs++] = input;
}

/* A unit for each feature: its input, and its flag, as far as the model has them. */
static Unit *
feature_units(const Model *model)
{
	const Preprocessing *preprocessing = &model->preprocessing;
	int					 n = preprocessing->n_features;
	Unit				*units = palloc0(sizeof(Unit) * n);

	for (int i = 0; i < n; i++)
	{
		name_feature(model, i, &units[i]);
		units[i].position = i;
		units[i].inputs = palloc(sizeof(int32_t) * 2);
	}
	for (int j = 0; j < preprocessing->n_used; j++)
		add_input(&units[preprocessing->used[j]], j);
	for (int j = 0; j < preprocessing->n_flagged; j++)
		add_input(&units[preprocessing->flagged[j]], preprocessing->n_used + j);
	return units;
}

static bool
same_group(const Unit *a, const Unit *b)
{
	if (a->group == NULL || b->group == NULL)
		return a->group == b->group;
	return strcmp(a->group, b->group) == 0;
}

/* Unites the units of a group, in place; returns the number of groups. */
static int
unite_groups(Unit *units, int n)
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

/* The challenge's weighted log loss with the unit's inputs permuted; of none, the model's own. */
static double
permuted_loss(PermutedClassifier *classifier, const Objects *objects, const Unit *unit,
			  const int32_t *permutation, float *probabilities)
{
	const Model *model = objects->model;
	double		*losses = palloc0(sizeof(double) * model->n_classes);
	int			*counts = palloc0(sizeof(int) * model->n_classes);
	double		 loss = 0.0, weights = 0.0;

	for (int first = 0; first < objects->n; first += BLOCK_ROWS)
	{
		int n = Min(BLOCK_ROWS, objects->n - first);

		CHECK_FOR_INTERRUPTS();
		classify_permuted(classifier, unit ? unit->n_inputs : 0, unit ? unit->inputs : NULL,
						  permutation, first, n, probabilities);
		for (int i = 0; i < n; i++)
		{
			int target = objects->target[first + i];

			counts[target]++;
			losses[target] += object_log_loss(probabilities + (Size) i * model->n_classes,
											  model->n_classes, target);
		}
	}
	for (int c = 0; c < model->n_classes; c++)
	{
		if (counts[c] == 0)
			continue;
		loss += challenge_weight(model->classes[c]) * losses[c] / counts[c];
		weights += challenge_weight(model->classes[c]);
	}
	pfree(losses);
	pfree(counts);
	return loss / weights;
}

/* A random order of n objects (Fisher and Yates). */
static void
shuffle(int32_t *permutation, int n, Random *random)
{
	for (int i = 0; i < n; i++)
		permutation[i] = i;
	for (int i = n - 1; i > 0; i--)
	{
		int		j = (int) random_below(random, i + 1);
		int32_t swapped = permutation[i];

		permutation[i] = permutation[j];
		permutation[j] = swapped;
	}
}

/* All units see the same permutations, so that they differ by what they are alone. */
static void
measure(const Objects *objects, Unit *units, int n_units, int repeats, int64 seed)
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
	classifier = permuted_classifier(objects->model, objects->n, objects->inputs, objects->side,
									 BLOCK_ROWS, max_inputs, &workspace);
	loss = permuted_loss(classifier, objects, NULL, NULL, probabilities);
	for (int repeat = 0; repeat < repeats; repeat++)
	{
		Random random;

		random_seed(&random, (uint64_t) seed, repeat);
		shuffle(permutation, objects->n, &random);
		for (int i = 0; i < n_units; i++)
			if (units[i].n_inputs > 0)
				units[i].loss_increase +=
					(permuted_loss(classifier, objects, &units[i], permutation, probabilities) -
					 loss) /
					repeats;
	}
}

/* Descending; of equal ones the one that comes first. */
static int
compare_units(const void *a, const void *b)
{
	const Unit *x = a, *y = b;

	if (x->loss_increase != y->loss_increase)
		return x->loss_increase < y->loss_increase ? 1 : -1;
	return x->position - y->position;
}

/*
 * plasticc_importance(model, query, by_group, repeats, seed)
 */
Datum
plasticc_importance(PG_FUNCTION_ARGS)
{
	const Model	  *model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	char		  *query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	bool		   by_group = PG_GETARG_BOOL(2);
	int			   repeats = integer_argument(fcinfo, 3, "repeats", 1, MAX_REPEATS);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Objects		  *objects;
	Unit		  *units;
	int			   n_units;

	InitMaterializedSRF(fcinfo, 0);
	objects = read_objects(model, query);
	units = feature_units(model);
	n_units = model->preprocessing.n_features;
	if (by_group)
		n_units = unite_groups(units, n_units);
	measure(objects, units, n_units, repeats, PG_GETARG_INT64(4));
	qsort(units, n_units, sizeof(Unit), compare_units);
	for (int i = 0; i < n_units; i++)
	{
		Datum values[3];
		bool  nulls[3] = {false};

		values[0] = text_or_null(units[i].feature, &nulls[0]);
		values[1] = text_or_null(units[i].group, &nulls[1]);
		values[2] = Float8GetDatum(units[i].loss_increase);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
