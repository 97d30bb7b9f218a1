/*
 * target_sample.c
 *		The target sample: the objects to be classified, returned by option survey_query.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "core/base/random.h"
#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"
#include "pg/train/target_sample.h"

enum
{
	FEATURES,
	OBJECT_ID,
	N_COLUMNS
};

/*
 * Where all features are compared, of more objects a random sample is kept: at most so many, and
 * so many values, but at least so many.
 */
#define MOST_OBJECTS 16384
#define MOST_VALUES (1 << 25)
#define LEAST_OBJECTS 1000

/* The features in which the two samples are compared. */
typedef struct Comparison
{
	int n_compared;						  /* 0 for all */
	int compared[IMPORTANCE_MAX_COLUMNS]; /* [n_compared], feature indexes */
} Comparison;

/* Those of option survey_features, by default host redshift and field if they exist. */
static void
choose_features(Comparison *comparison, const TrainingInput *input, const TrainingOptions *options)
{
	int						 n_features = input->set.n_features;
	static const char *const names[] = {"hostgal_photoz", "ddf"};

	if (options->n_survey_features == SURVEY_FEATURES_AUTO)
		return;
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
						 "\"feature_names\", or compare all features with \"auto\".")));
}

/* Bytes that are kept of a row. */
static Size
kept_size(const Comparison *comparison, int n_features)
{
	return comparison->n_compared > 0 ? sizeof(double) * comparison->n_compared
									  : sizeof(float) * n_features;
}

/* Rows that are kept of the query's. */
static int
most_rows(const Comparison *comparison, int n_features)
{
	if (comparison->n_compared > 0)
		return PG_INT32_MAX;
	return Max(LEAST_OBJECTS, Min(MOST_OBJECTS, MOST_VALUES / n_features));
}

static void
keep_columns(const Comparison *comparison, const float *features, double *values)
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

/*
 * What is kept of the query's rows, in the current memory context: all of them, or a random
 * sample (algorithm R: Vitter, "Random sampling with a reservoir", 1985).
 */
static char *
read_rows(const Comparison *comparison, const TrainingOptions *options, int n_features, int *n_rows)
{
	QueryColumn columns[N_COLUMNS] = {
		[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
		[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_ANY},
	};
	Size		 row_size = kept_size(comparison, n_features);
	uint64		 most = most_rows(comparison, n_features);
	float		*features = palloc(sizeof(float) * n_features);
	char		*rows = palloc(row_size);
	int			 capacity = 0;
	Random		 random;
	QueryReader *reader =
		begin_query("target sample query", options->survey_query, columns, N_COLUMNS);

	random_seed(&random, (uint64_t) options->seed, STREAM_TARGET_SAMPLE);
	while (next_row(reader))
	{
		uint64 place = reader->row - 1;

		copy_features(row_like_training(reader, n_features), features);
		if (reader->row > most)
			place = random_below(&random, (uint32) Min(reader->row, PG_UINT32_MAX));
		else if (row_exceeds(reader, &capacity))
			rows = repalloc_huge(rows, row_size * capacity);
		if (place >= most)
			continue;
		if (comparison->n_compared > 0)
			keep_columns(comparison, features, (double *) (rows + place * row_size));
		else
			memcpy(rows + place * row_size, features, row_size);
	}
	pfree(features);
	if (reader->row == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("target sample query returned no rows")));
	*n_rows = (int) Min(reader->row, most);
	return rows;
}

/* The compared columns of the training set [n_rows][n_compared], in the current memory context. */
static double *
training_columns(const Comparison *comparison, const TrainingSet *set)
{
	Size	n_compared = comparison->n_compared;
	double *training =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * n_compared * set->n_rows);

	for (int i = 0; i < set->n_rows; i++)
		keep_columns(comparison, set->features[i], training + i * n_compared);
	return training;
}

TargetSample *
read_target_sample(const TrainingInput *input, const TrainingOptions *options,
				   MemoryContext context)
{
	const TrainingSet *set = &input->set;
	Comparison		   comparison = {0};
	MemoryContext	   caller;
	TargetSample	  *sample;
	char			  *rows;

	if (options->survey_query == NULL)
		return NULL;
	choose_features(&comparison, input, options);
	caller = MemoryContextSwitchTo(context);
	sample = palloc0(sizeof(TargetSample));
	sample->n_columns = comparison.n_compared;
	rows = read_rows(&comparison, options, set->n_features, &sample->n_target);
	if (comparison.n_compared > 0)
	{
		sample->target = (const double *) rows;
		sample->training = training_columns(&comparison, set);
	}
	else
		sample->features = (const float *) rows;
	MemoryContextSwitchTo(caller);
	return sample;
}

void
weigh_like_target_sample(Ensemble *ensemble, const TargetSample *sample, MemoryContext context)
{
	Size		n_rows = ensemble->set->n_rows;
	float	   *weight;
	Separation *separation;

	if (sample == NULL)
		return;
	weight = MemoryContextAllocHuge(context, sizeof(float) * n_rows * ensemble->n_folds);
	separation = MemoryContextAllocZero(context, sizeof(Separation) * ensemble->n_folds);
	for (int f = 0; f < ensemble->n_folds; f++)
	{
		MemoryContext fold_context =
			AllocSetContextCreate(context, "plasticc target weights", ALLOCSET_DEFAULT_SIZES);
		Workspace workspace = server_workspace(fold_context);

		target_weights(ensemble, f, sample, weight + f * n_rows, &separation[f], &workspace);
		MemoryContextDelete(fold_context);
	}
	ensemble->weight = weight;
	ensemble->separation = sample->n_columns > 0 ? NULL : separation;
}
