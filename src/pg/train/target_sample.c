/*
 * target_sample.c
 *		The objects to be classified, which option survey_query returns.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "executor/spi.h"
#include "miscadmin.h"

#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"
#include "pg/train/target_sample.h"

enum
{
	FEATURES,
	OBJECT_ID,
	N_COLUMNS
};

/* What has been read, in an array that grows. */
typedef struct Reader
{
	QueryColumn columns[N_COLUMNS];
	int			n_features; /* as of the training rows */
	float	   *features;	/* [n_features] of a row */
	int			n_compared;
	int			compared[IMPORTANCE_MAX_COLUMNS]; /* features */
	int			n_rows;
	int			capacity;
	double	   *values; /* [n_rows][n_compared] */
} Reader;

/* The features to compare: of the option, or else redshift and field, as far as they are there. */
static void
choose_features(Reader *reader, const TrainingInput *input, const TrainingOptions *options)
{
	static const char *const names[] = {"hostgal_photoz", "ddf"};

	for (int i = 0; i < options->n_survey_features; i++)
	{
		if (options->survey_features[i] > reader->n_features)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("option \"survey_features\" has %d, but there are %d features",
								   options->survey_features[i], reader->n_features),
							errhint("They are positions of features, from 1.")));
		reader->compared[reader->n_compared++] = options->survey_features[i] - 1;
	}
	for (int i = 0; i < lengthof(names) && options->n_survey_features == 0; i++)
	{
		int feature = named_feature(input, options, names[i]);

		if (feature >= 0)
			reader->compared[reader->n_compared++] = feature;
	}
	if (reader->n_compared == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"survey_query\" needs option \"survey_features\""),
				 errdetail("There is no feature \"hostgal_photoz\" or \"ddf\" to compare the "
						   "objects by."),
				 errhint("Give the positions of the features to compare, from 1, or "
						 "\"feature_names\".")));
}

static void
keep_values(const Reader *reader, const float *features, double *values)
{
	for (int k = 0; k < reader->n_compared; k++)
	{
		float value = features[reader->compared[k]];

		values[k] = isfinite(value) ? value : NAN;
	}
}

static void
make_room(Reader *reader)
{
	if (reader->n_rows < reader->capacity)
		return;
	if (reader->capacity > PG_INT32_MAX / 2)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("survey query returns more than %d rows", reader->capacity),
						errhint("A sample of its objects is enough.")));
	reader->capacity *= 2;
	reader->values =
		repalloc_huge(reader->values, sizeof(double) * reader->n_compared * reader->capacity);
}

static void
read_row(Reader *reader, HeapTuple tuple, TupleDesc desc)
{
	int64	   object_id;
	char	  *name = column_integer(tuple, desc, &reader->columns[OBJECT_ID], &object_id)
						  ? psprintf("object " INT64_FORMAT, object_id)
						  : psprintf("row %d", reader->n_rows + 1);
	ArrayType *features;
	int		   n;

	if (!column_features(tuple, desc, &reader->columns[FEATURES], &features))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("features of %s of the survey are NULL", name),
						errhint("Leave such rows out with WHERE features IS NOT NULL.")));
	n = feature_array_length(features, psprintf("%s of the survey", name));
	if (n != reader->n_features)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s of the survey has %d features, training rows have %d", name, n,
							   reader->n_features),
						errhint("All must have the same features, in the same order.")));
	copy_features(features, reader->features);
	keep_values(reader, reader->features,
				reader->values + (Size) reader->n_rows * reader->n_compared);
	reader->n_rows++;
}

static void
read_rows(Reader *reader, const char *query, MemoryContext row_context)
{
	Portal portal = open_query(query, reader->columns, N_COLUMNS);

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, query_batch_rows(reader->n_features));
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext caller = MemoryContextSwitchTo(row_context);

			make_room(reader);
			read_row(reader, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			MemoryContextSwitchTo(caller);
			MemoryContextReset(row_context);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	if (reader->n_rows == 0)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("survey query returned no rows")));
}

SurveySample *
read_survey(const TrainingInput *input, const TrainingOptions *options, MemoryContext context)
{
	const TrainingSet *set = &input->set;
	SurveySample	  *sample;
	double			  *training;
	MemoryContext	   row_context;
	Reader			   reader = {
					.columns =
						{
							[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
							[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_INTEGER},
			},
					.n_features = set->n_features,
					.capacity = 1024,
	};

	if (options->survey_query == NULL)
		return NULL;
	choose_features(&reader, input, options);
	row_context = AllocSetContextCreate(context, "plasticc survey row", ALLOCSET_DEFAULT_SIZES);
	reader.features = MemoryContextAlloc(context, sizeof(float) * reader.n_features);
	reader.values =
		MemoryContextAllocHuge(context, sizeof(double) * reader.n_compared * reader.capacity);
	read_rows(&reader, options->survey_query, row_context);
	MemoryContextDelete(row_context);

	training =
		MemoryContextAllocHuge(context, sizeof(double) * reader.n_compared * (Size) set->n_rows);
	for (int i = 0; i < set->n_rows; i++)
		keep_values(&reader, set->features[i], training + (Size) i * reader.n_compared);
	sample = MemoryContextAlloc(context, sizeof(SurveySample));
	*sample = (SurveySample){
		.n_columns = reader.n_compared,
		.training = training,
		.n_target = reader.n_rows,
		.target = reader.values,
	};
	return sample;
}

void
weigh_like_survey(Ensemble *ensemble, const SurveySample *sample, MemoryContext context)
{
	Size   n_rows = ensemble->set->n_rows;
	float *weight;

	if (sample == NULL)
		return;
	weight = MemoryContextAllocHuge(context, sizeof(float) * n_rows * ensemble->n_folds);
	for (int f = 0; f < ensemble->n_folds; f++)
	{
		MemoryContext fold_context =
			AllocSetContextCreate(context, "plasticc survey", ALLOCSET_DEFAULT_SIZES);
		Workspace workspace = server_workspace(fold_context);

		survey_weights(ensemble, f, sample, weight + f * n_rows, &workspace);
		MemoryContextDelete(fold_context);
	}
	ensemble->weight = weight;
}
