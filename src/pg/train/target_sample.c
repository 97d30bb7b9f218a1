/*
 * target_sample.c
 *		The target sample: the objects to be classified, returned by option survey_query.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"
#include "pg/train/target_sample.h"

enum
{
	FEATURES,
	OBJECT_ID,
	N_COLUMNS
};

/* The features in which the two samples are compared. */
typedef struct Comparison
{
	int n_compared;
	int compared[IMPORTANCE_MAX_COLUMNS]; /* [n_compared], feature indexes */
} Comparison;

/* Those of option survey_features, by default host redshift and field if they exist. */
static void
choose_features(Comparison *comparison, const TrainingInput *input, const TrainingOptions *options)
{
	int						 n_features = input->set.n_features;
	static const char *const names[] = {"hostgal_photoz", "ddf"};

	for (int i = 0; i < options->n_survey_features; i++)
	{
		if (options->survey_features[i] > n_features)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"survey_features\" contains %d, but there are %d features",
							options->survey_features[i], n_features),
					 errhint("Give positions of features, counted from 1.")));
		comparison->compared[comparison->n_compared++] = options->survey_features[i] - 1;
	}
	for (int i = 0; i < lengthof(names) && options->n_survey_features == 0; i++)
	{
		int feature = named_feature(input, options, names[i]);

		if (feature >= 0)
			comparison->compared[comparison->n_compared++] = feature;
	}
	if (comparison->n_compared == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"survey_query\" requires option \"survey_features\""),
				 errdetail("There is no feature \"hostgal_photoz\" or \"ddf\" in which to compare "
						   "the objects."),
				 errhint("Give the positions of the features to compare, counted from 1, or "
						 "\"feature_names\".")));
}

static void
keep_values(const Comparison *comparison, const float *features, double *values)
{
	for (int k = 0; k < comparison->n_compared; k++)
	{
		float value = features[comparison->compared[k]];

		values[k] = isfinite(value) ? value : NAN;
	}
}

/* The feature array of the current row, of the same length as the training rows'. */
static ArrayType *
row_like_training(QueryReader *reader, int n_features)
{
	ArrayType *features = required_features(reader, FEATURES);
	int		   n = feature_array_length(features, row_name(reader));

	if (n != n_features)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s of the target sample has %d features, but training rows have %d",
							   row_name(reader), n, n_features),
						errhint("All must have the same features, in the same order.")));
	return features;
}

/* The compared values of the query's rows [n_rows][n_compared], in the current memory context. */
static double *
read_values(const Comparison *comparison, const char *query, int n_features, int *n_rows)
{
	QueryColumn columns[N_COLUMNS] = {
		[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
		[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_ANY},
	};
	Size		 row_size = sizeof(double) * comparison->n_compared;
	float		*features = palloc(sizeof(float) * n_features);
	double		*values = palloc(row_size);
	int			 capacity = 0;
	QueryReader *reader = begin_query("target sample query", query, columns, N_COLUMNS);

	while (next_row(reader))
	{
		copy_features(row_like_training(reader, n_features), features);
		if (row_exceeds(reader, &capacity))
			values = repalloc_huge(values, row_size * capacity);
		keep_values(comparison, features,
					values + (Size) (reader->row - 1) * comparison->n_compared);
	}
	pfree(features);
	if (reader->row == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("target sample query returned no rows")));
	*n_rows = (int) reader->row;
	return values;
}

TargetSample *
read_target_sample(const TrainingInput *input, const TrainingOptions *options,
				   MemoryContext context)
{
	const TrainingSet *set = &input->set;
	Comparison		   comparison = {0};
	MemoryContext	   caller;
	TargetSample	  *sample;
	double			  *training;

	if (options->survey_query == NULL)
		return NULL;
	choose_features(&comparison, input, options);
	caller = MemoryContextSwitchTo(context);
	sample = palloc(sizeof(TargetSample));
	sample->n_columns = comparison.n_compared;
	sample->target =
		read_values(&comparison, options->survey_query, set->n_features, &sample->n_target);
	training = MemoryContextAllocHuge(context,
									  sizeof(double) * comparison.n_compared * (Size) set->n_rows);
	for (int i = 0; i < set->n_rows; i++)
		keep_values(&comparison, set->features[i], training + (Size) i * comparison.n_compared);
	sample->training = training;
	MemoryContextSwitchTo(caller);
	return sample;
}

void
weigh_like_target_sample(Ensemble *ensemble, const TargetSample *sample, MemoryContext context)
{
	Size   n_rows = ensemble->set->n_rows;
	float *weight;

	if (sample == NULL)
		return;
	weight = MemoryContextAllocHuge(context, sizeof(float) * n_rows * ensemble->n_folds);
	for (int f = 0; f < ensemble->n_folds; f++)
	{
		MemoryContext fold_context =
			AllocSetContextCreate(context, "plasticc target weights", ALLOCSET_DEFAULT_SIZES);
		Workspace workspace = server_workspace(fold_context);

		target_weights(ensemble, f, sample, weight + f * n_rows, &workspace);
		MemoryContextDelete(fold_context);
	}
	ensemble->weight = weight;
}
