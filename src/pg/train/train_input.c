/*
 * train_input.c
 *		The training set: classes, groups, gate, held-out rows and folds.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "core/model/challenge_classes.h"
#include "core/train/ensemble.h"
#include "core/train/folds.h"
#include "pg/model/feature_names.h"
#include "pg/train/train_input.h"
#include "pg/train/training_query.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"

#define MAX_FOLDS 1000

const char *
class_name(const TrainingInput *input, int c)
{
	return input->class_names ? input->class_names[c] : psprintf("%d", input->set.classes[c]);
}

const char *
quoted_class(const TrainingInput *input, int c)
{
	return psprintf(input->class_names ? "\"%s\"" : "%s", quoted_string(class_name(input, c)));
}

Datum
class_names_datum(const TrainingInput *input)
{
	return input->class_names
			   ? PointerGetDatum(text_array(input->class_names, input->set.n_classes))
			   : (Datum) 0;
}

static int
compare_classes(const void *a, const void *b)
{
	int32_t x = *(const int32_t *) a, y = *(const int32_t *) b;

	return (x > y) - (x < y);
}

/* Lists the classes, ascending, and replaces each target by the index of its class. */
static void
index_classes(TrainingInput *input, int32_t *target, MemoryContext context)
{
	int		 n_rows = input->set.n_rows;
	int32_t *classes = MemoryContextAllocHuge(context, sizeof(int32_t) * (Size) n_rows);
	int		 n = 1;

	memcpy(classes, target, sizeof(int32_t) * (Size) n_rows);
	qsort(classes, n_rows, sizeof(int32_t), compare_classes);
	for (int i = 1; i < n_rows; i++)
		if (classes[i] != classes[n - 1])
			classes[n++] = classes[i];
	if (n > MODEL_MAX_CLASSES)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("training query returned %d classes", n),
			 errhint(
				 "A model can have at most %d classes; check that column \"target\" is the class.",
				 MODEL_MAX_CLASSES)));

	input->class_counts = MemoryContextAllocZero(context, sizeof(int) * n);
	for (int i = 0; i < n_rows; i++)
	{
		const int32_t *class = bsearch(&target[i], classes, n, sizeof(int32_t), compare_classes);

		target[i] = (int32_t) (class - classes);
		input->class_counts[target[i]]++;
	}
	input->set.n_classes = n;
	input->set.classes = classes;
	input->set.target = target;
	if (n == 1)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION), errmsg("training query returned only one class"),
				 errdetail("The target of all %d rows is %s.", n_rows, quoted_class(input, 0)),
				 errhint("At least two classes are required.")));
}

typedef struct ObjectRow
{
	const char *object_id;
	int32_t		row;
} ObjectRow;

static int
compare_objects(const void *a, const void *b)
{
	const ObjectRow *x = a, *y = b;
	int				 order = strcmp(x->object_id, y->object_id);

	return order != 0 ? order : x->row < y->row ? -1 : 1;
}

/* The rows of an object must have one target: a network would learn both, or one from the other. */
static void
check_same_target(const TrainingInput *input, const char *object_id, int row, int other)
{
	int target = input->set.target[row], other_target = input->set.target[other];

	if (target != other_target)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has targets %s and %s", object_name(object_id, input->integer_id),
						quoted_class(input, target), quoted_class(input, other_target)),
				 errdetail("They are those of rows %d and %d.", row + 1, other + 1),
				 errhint("Rows with the same object_id are copies of one object and have one "
						 "target; correct it, or select a column that identifies objects.")));
}

/* Rows with the same object_id form a group, identified by the index of the first of them. */
static void
group_rows(TrainingInput *input, MemoryContext context)
{
	int		   n_rows = input->set.n_rows;
	int32_t	  *group;
	ObjectRow *rows;
	int		   n = 0;

	if (input->object_id == NULL)
		return;
	group = MemoryContextAllocHuge(context, sizeof(int32_t) * (Size) n_rows);
	rows = MemoryContextAllocHuge(context, sizeof(ObjectRow) * (Size) n_rows);
	for (int i = 0; i < n_rows; i++)
	{
		group[i] = i;
		if (input->object_id[i] != NULL)
			rows[n++] = (ObjectRow){input->object_id[i], i};
	}
	qsort(rows, n, sizeof(ObjectRow), compare_objects);
	for (int k = 1; k < n; k++)
		if (strcmp(rows[k].object_id, rows[k - 1].object_id) == 0)
		{
			check_same_target(input, rows[k].object_id, rows[k - 1].row, rows[k].row);
			group[rows[k].row] = group[rows[k - 1].row];
		}
	pfree(rows);
	input->set.group = group;
}

/* ------------------------------------------------------------------------
 * Weights
 * ------------------------------------------------------------------------
 */

/* A class whose weights are a smaller part of all is as good as absent. */
#define SMALLEST_CLASS_SHARE 1e-7

/* Scales the weights, which are relative, by a power of two, so that the largest is about 1. */
static void
scale_weights(TrainingInput *input, float *weight)
{
	float largest = 0.0f;
	int	  exponent;

	for (int i = 0; i < input->set.n_rows; i++)
		largest = Max(largest, weight[i]);
	(void) frexpf(largest, &exponent);
	for (int i = 0; i < input->set.n_rows; i++)
		weight[i] = ldexpf(weight[i], -exponent);
}

static void
check_weights(const TrainingInput *input)
{
	const TrainingSet *set = &input->set;
	double			  *sum = palloc0(sizeof(double) * set->n_classes);
	double			   total = 0.0;

	for (int i = 0; i < set->n_rows; i++)
	{
		sum[set->target[i]] += set->weight[i];
		total += set->weight[i];
	}
	for (int c = 0; c < set->n_classes; c++)
		if (sum[c] < SMALLEST_CLASS_SHARE * total)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("weights of class %s are too small", quoted_class(input, c)),
					 errdetail("They sum to %.3g of the weights of all rows.", sum[c] / total),
					 errhint("Give its rows larger weights, or exclude the class.")));
	pfree(sum);
}

/* The index of the class that the option names; an error where no row has it. */
static int
weighted_class(const TrainingInput *input, const char *class)
{
	int last = input->set.n_classes - 1;

	for (int c = 0; c <= last; c++)
		if (strcmp(class_name(input, c), class) == 0)
			return c;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg(input->class_names
							   ? "option \"class_weights\" has class \"%s\", which no row has"
							   : "option \"class_weights\" has class %s, which no row has",
						   quoted_string(class)),
					errdetail("Training query returned %d classes, from %s to %s.", last + 1,
							  quoted_class(input, 0), quoted_class(input, last)),
					errhint("Leave it out, or check column \"target\" of the query.")));
}

/* The weights of the option, by default the challenge's; one class must have one. */
static void
choose_class_weights(TrainingInput *input, const TrainingOptions *options)
{
	TrainingSet *set = &input->set;
	double		*weight = palloc(sizeof(double) * set->n_classes);
	bool		 any = false;

	for (int c = 0; c < set->n_classes; c++)
		weight[c] = challenge_label_weight(class_name(input, c));
	for (int i = 0; i < options->n_class_weights; i++)
		weight[weighted_class(input, options->class_weights[i].class)] =
			options->class_weights[i].weight;
	for (int c = 0; c < set->n_classes; c++)
		any |= weight[c] > 0.0;
	set->class_weight = weight;
	if (!any && options->loss == LOSS_WEIGHTED)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"class_weights\" gives all classes a weight of 0")));
}

/* ------------------------------------------------------------------------
 * Features with a meaning
 * ------------------------------------------------------------------------
 */

int
named_feature(const TrainingInput *input, const TrainingOptions *options, const char *name)
{
	return feature_position(input->set.n_features, options->feature_names, options->n_feature_names,
							name);
}

void
measure_known_days(TrainingInput *input, const TrainingOptions *options)
{
	const TrainingSet *set = &input->set;
	KnownDays		   days =
		find_known_days(set->n_features, options->feature_names, options->n_feature_names);

	input->known_days = known_days_range(&days, set->n_rows, set->features);
}

void
choose_gate(TrainingInput *input, const TrainingOptions *options, MemoryContext context)
{
	TrainingSet *set = &input->set;
	int			 feature = options->gate_feature > 0 ? options->gate_feature - 1
													 : named_feature(input, options, "hostgal_photoz");
	uint8_t		*side;

	if (feature >= set->n_features)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"gate_feature\" is %d, but there are %d features",
						options->gate_feature, set->n_features),
				 errhint("Give the position of a feature, counted from 1, or -1 for no gate.")));
	if (options->gate_feature < 0 || feature < 0)
		return;
	side = MemoryContextAllocHuge(context, set->n_rows);
	for (int i = 0; i < set->n_rows; i++)
		side[i] = gate_side(set->features[i][feature]);
	set->side = side;
	set->gate_feature = feature;
}

/* ------------------------------------------------------------------------
 * Held-out rows and folds
 * ------------------------------------------------------------------------
 */

/* Each class must have a training object. */
static void
check_holdout(const TrainingInput *input, const TrainingOptions *options)
{
	int *held_out = palloc0(sizeof(int) * input->set.n_classes);

	for (int i = 0; i < input->set.n_rows; i++)
		held_out[input->set.target[i]] += input->set.validation[i];
	if (input->n_validation == 0 && options->validation_fold >= 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("no row has fold %d", options->validation_fold),
						errhint("Option \"validation_fold\" must be a value of column \"fold\".")));
	for (int i = 0; i < input->set.n_classes; i++)
		if (held_out[i] == input->class_counts[i])
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("all %d objects of class %s are held out", held_out[i],
								   quoted_class(input, i)),
							errhint("Assign folds so that each class is in more than one.")));
	pfree(held_out);
}

void
choose_holdout(TrainingInput *input, const TrainingOptions *options, MemoryContext context)
{
	Workspace		   workspace = server_workspace(context);
	const TrainingSet *set = &input->set;
	SplitRows		   rows = {set->n_rows, set->n_classes, set->target, set->group, NULL};
	bool			  *validation;

	if (options->validation_fold < 0 && options->validation_fraction <= 0.0)
		return;
	validation = workspace_array(&workspace, bool, set->n_rows);
	if (options->validation_fold < 0)
		stratified_holdout(&rows, options->validation_fraction, options->seed, validation,
						   &workspace);
	else
		for (int i = 0; i < set->n_rows; i++)
			validation[i] = input->fold[i] == options->validation_fold;
	for (int i = 0; i < set->n_rows; i++)
		input->n_validation += validation[i];
	input->set.validation = validation;
	check_holdout(input, options);
	if (input->n_validation == 0)
		input->set.validation = NULL;
}

static int
compare_folds(const void *a, const void *b)
{
	int64 x = *(const int64 *) a, y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/*
 * Lists the values of column fold, ascending, and fills fold [n_rows] with indexes into
 * the list; returns its length.
 */
static int
index_folds(TrainingInput *input, int32_t *fold, MemoryContext context)
{
	int	   n_rows = input->set.n_rows;
	int64 *values = MemoryContextAllocHuge(context, sizeof(int64) * (Size) n_rows);
	int	   n = 1;

	memcpy(values, input->fold, sizeof(int64) * (Size) n_rows);
	qsort(values, n_rows, sizeof(int64), compare_folds);
	for (int i = 1; i < n_rows; i++)
		if (values[i] != values[n - 1])
			values[n++] = values[i];
	if (n > MAX_FOLDS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("column \"fold\" has %d values", n),
						errhint("At most %d different values are allowed.", MAX_FOLDS)));
	if (values[0] < PG_INT32_MIN || values[n - 1] > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("column \"fold\" has values out of range for integer")));
	for (int i = 0; i < n_rows; i++)
		fold[i] =
			(int32_t) ((int64 *) bsearch(&input->fold[i], values, n, sizeof(int64), compare_folds) -
					   values);
	input->fold_values = values;
	return n;
}

/* Each class must have a training object whichever fold is left out. */
static void
check_folds(const TrainingInput *input, const int32_t *fold)
{
	const TrainingSet *set = &input->set;
	int				  *only = palloc(sizeof(int) * set->n_classes);
	bool			  *several = palloc0(sizeof(bool) * set->n_classes);

	for (int c = 0; c < set->n_classes; c++)
		only[c] = -1;
	for (int i = 0; i < set->n_rows; i++)
	{
		int c = set->target[i];

		several[c] = several[c] || (only[c] >= 0 && only[c] != fold[i]);
		only[c] = fold[i];
	}
	for (int c = 0; c < set->n_classes; c++)
		if (!several[c])
			ereport(
				ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("class %s is in only one fold", quoted_class(input, c)),
				 errhint("Each class must be in more than one fold, which requires at least two "
						 "objects.")));
}

const int32_t *
choose_folds(TrainingInput *input, const TrainingOptions *options, MemoryContext context,
			 int *n_folds)
{
	Workspace workspace = server_workspace(context);
	int32_t	 *fold = workspace_array(&workspace, int32_t, input->set.n_rows);

	if (input->fold != NULL)
		*n_folds = index_folds(input, fold, context);
	else
	{
		*n_folds = options->folds;
		cross_validation_folds(&input->set, options, fold, &workspace);
		input->fold_values = workspace_array(&workspace, int64, *n_folds);
		for (int f = 0; f < *n_folds; f++)
			input->fold_values[f] = f + 1;
	}
	check_folds(input, fold);
	return fold;
}

/* ------------------------------------------------------------------------
 * Reading
 * ------------------------------------------------------------------------
 */

TrainingInput *
read_training_input(const char *query, const TrainingOptions *options, bool shared,
					MemoryContext context)
{
	MemoryContext  caller = MemoryContextSwitchTo(context);
	TrainingInput *input = palloc0(sizeof(TrainingInput));
	TrainingQuery  rows = read_training_query(query, options, shared);

	input->set.n_rows = rows.n_rows;
	input->set.n_features = rows.n_features;
	input->set.features = training_row_features(rows.features);
	input->set.weight = rows.weight;
	input->rows = rows.features;
	input->object_id = rows.object_id;
	input->integer_id = rows.integer_id;
	input->class_names = rows.class_names;
	input->fold = rows.fold;
	index_classes(input, rows.target, context);
	group_rows(input, context);
	if (rows.weight)
	{
		scale_weights(input, rows.weight);
		check_weights(input);
	}
	choose_class_weights(input, options);
	MemoryContextSwitchTo(caller);
	return input;
}
