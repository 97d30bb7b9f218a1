/*
 * preprocess_fit.c
 *		Fits a preprocessing and normalises a training set with it.
 */
#include "core/model/preprocess.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/statistics.h"

/* Features fitted together: each cache line is read only once for all of them. */
#define FIT_FEATURES 16

/* Rows normalised together. */
#define BLOCK_ROWS 64

/*
 * Copies the finite values of n features, from the given one on, in rows that are not
 * skipped: values [n][n_rows]; n_present [n] receives the numbers of values.
 */
static void
present_values(int n_rows, float *const *features, const bool *skip, int first, int n,
			   float *values, int *n_present)
{
	memset(n_present, 0, sizeof(int) * n);
	for (int i = 0; i < n_rows; i++)
	{
		if (skip && skip[i])
			continue;
		for (int k = 0; k < n; k++)
		{
			float value = features[i][first + k];

			values[(size_t) k * n_rows + n_present[k]] = value;
			n_present[k] += isfinite(value) != 0;
		}
	}
}

static void
fit_zscore(Preprocessing *preprocessing, int feature, int n, const float *values)
{
	float *lowest = &preprocessing->lowest[feature];
	float *highest = &preprocessing->highest[feature];
	float *scale = &preprocessing->scale[feature];
	double mean = 0.0;
	double variance = 0.0;

	*lowest = *highest = n > 0 ? values[0] : 0.0f;
	for (int i = 0; i < n; i++)
	{
		mean += values[i];
		*lowest = values[i] < *lowest ? values[i] : *lowest;
		*highest = values[i] > *highest ? values[i] : *highest;
	}
	mean /= n > 0 ? n : 1;
	for (int i = 0; i < n; i++)
		variance += (values[i] - mean) * (values[i] - mean);
	variance /= n > 0 ? n : 1;
	preprocessing->center[feature] = (float) mean;
	/* the standard deviation of a constant feature is rounding error, not a scale */
	*scale = sqrt(variance) > 1e-6 * fabs(mean) && variance > 0.0 ? (float) (1.0 / sqrt(variance))
																  : 0.0f;
	if (!isfinite(*scale))
		*scale = 0.0f;
}

/* Knots at equally spaced ranks, interpolated linearly between the sorted values. */
static void
fit_quantiles(int n, float *values, float *scratch, int n_quantiles, float *quantiles)
{
	sort_floats(values, n, scratch);
	for (int k = 0; k < n_quantiles; k++)
		quantiles[k] = float_quantile(values, n, (double) k / (n_quantiles - 1));
}

/* A feature that is always missing gets no indicator, which would be constant. */
static bool
needs_flag(const PreprocessingOptions *options, int n_present, int n_considered)
{
	int n_missing = n_considered - n_present;

	return n_missing > 0 && n_present > 0 &&
		   n_missing >= options->missing_flag_fraction * n_considered;
}

static void
fit_feature(Preprocessing *preprocessing, int feature, int n, float *values, float *scratch)
{
	size_t n_quantiles = preprocessing->n_quantiles;

	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
		fit_zscore(preprocessing, feature, n, values);
	else
		fit_quantiles(n, values, scratch, preprocessing->n_quantiles,
					  preprocessing->quantiles + feature * n_quantiles);
}

/* Every feature is used: 0, 1, ... */
static int32_t *
all_features(int n_features, Workspace *workspace)
{
	int32_t *used = workspace_array(workspace, int32_t, n_features);

	for (int j = 0; j < n_features; j++)
		used[j] = j;
	return used;
}

static void
allocate_fit(Preprocessing *preprocessing, const PreprocessingOptions *options, int n_features,
			 Workspace *workspace)
{
	*preprocessing = (Preprocessing){
		.n_features = n_features,
		.n_used = n_features,
		.used = all_features(n_features, workspace),
		.normalisation = options->normalisation,
		.clip = options->clip > 0.0 ? (float) options->clip : FLT_MAX,
		.flagged = workspace_array(workspace, int32_t, n_features),
	};
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		preprocessing->lowest = workspace_array(workspace, float, n_features);
		preprocessing->highest = workspace_array(workspace, float, n_features);
		preprocessing->center = workspace_array(workspace, float, n_features);
		preprocessing->scale = workspace_array(workspace, float, n_features);
	}
	else
	{
		preprocessing->n_quantiles = options->quantiles;
		preprocessing->quantiles =
			workspace_array(workspace, float, (size_t) n_features * options->quantiles);
	}
}

void
preprocessing_fit(Preprocessing *preprocessing, const PreprocessingOptions *options, int n_rows,
				  int n_features, float *const *features, const bool *skip, Workspace *workspace)
{
	Workspace scratch = workspace_open(workspace);
	float	 *values = workspace_array(&scratch, float, (size_t) n_rows *FIT_FEATURES);
	float	 *sorted = workspace_array(&scratch, float, n_rows);
	int		  n_considered = 0;

	allocate_fit(preprocessing, options, n_features, workspace);
	for (int i = 0; i < n_rows; i++)
		n_considered += !(skip && skip[i]);
	for (int j = 0; j < n_features; j += FIT_FEATURES)
	{
		int n = n_features - j < FIT_FEATURES ? n_features - j : FIT_FEATURES;
		int n_present[FIT_FEATURES];

		present_values(n_rows, features, skip, j, n, values, n_present);
		for (int k = 0; k < n; k++)
		{
			workspace->check_interrupts();
			fit_feature(preprocessing, j + k, n_present[k], values + (size_t) k * n_rows, sorted);
			if (needs_flag(options, n_present[k], n_considered))
				preprocessing->flagged[preprocessing->n_flagged++] = j + k;
		}
	}
	workspace_close(&scratch);
}

void
normalise_features(const Preprocessing *preprocessing, int n_rows, float *const *features,
				   Workspace *workspace)
{
	Workspace	 scratch = workspace_open(workspace);
	size_t		 n_features = preprocessing->n_features;
	size_t		 n_inputs = preprocessing_inputs(preprocessing);
	const float *scores = preprocessing_scores(preprocessing, &scratch);
	float		*block = workspace_array(&scratch, float, n_features *BLOCK_ROWS);
	float		*inputs = workspace_array(&scratch, float, n_inputs *BLOCK_ROWS);

	for (int start = 0; start < n_rows; start += BLOCK_ROWS)
	{
		int n = n_rows - start < BLOCK_ROWS ? n_rows - start : BLOCK_ROWS;

		workspace->check_interrupts();
		for (int i = 0; i < n; i++)
			memcpy(block + i * n_features, features[start + i], sizeof(float) * n_features);
		preprocess(preprocessing, scores, n, block, inputs);
		for (int i = 0; i < n; i++)
			for (size_t j = 0; j < n_features; j++)
				features[start + i][j] =
					isfinite(block[i * n_features + j]) ? inputs[i * n_inputs + j] : NAN;
	}
	workspace_close(&scratch);
}

Preprocessing
normalised_preprocessing(int n_features, int n_flagged, int32_t *flagged, Workspace *workspace)
{
	return (Preprocessing){
		.n_features = n_features,
		.n_used = n_features,
		.used = all_features(n_features, workspace),
		.normalisation = NORMALISATION_DONE,
		.clip = FLT_MAX,
		.n_flagged = n_flagged,
		.flagged = flagged,
	};
}

/* The preprocessing of used feature j alone. */
static Preprocessing
single_feature(const Preprocessing *preprocessing, int j)
{
	static int32_t first = 0;
	Preprocessing  single = *preprocessing;

	single.n_features = single.n_used = 1;
	single.used = &first;
	single.n_flagged = 0;
	if (single.normalisation == NORMALISATION_ZSCORE)
	{
		single.lowest += j;
		single.highest += j;
		single.center += j;
		single.scale += j;
	}
	else
		single.quantiles += (size_t) j * single.n_quantiles;
	return single;
}

/* Finite floats in order: 0 is the place of 0, MOST_ORDERED that of the largest. */
#define MOST_ORDERED 0x7f7fffff

static float
ordered_float(int64_t place)
{
	uint32_t bits = (uint32_t) (place < 0 ? -place : place);
	float	 value;

	memcpy(&value, &bits, sizeof(float));
	return place < 0 ? -value : value;
}

void
denormalise_limits(const Preprocessing *preprocessing, const float *scores, int j, int n,
				   float *limits)
{
	Preprocessing single = single_feature(preprocessing, j);
	int64_t		  low[BLOCK_ROWS];
	int64_t		  high[BLOCK_ROWS];
	float		  value[BLOCK_ROWS];
	float		  normalised[BLOCK_ROWS];

	for (int start = 0; start < n; start += BLOCK_ROWS)
	{
		int	 n_block = n - start < BLOCK_ROWS ? n - start : BLOCK_ROWS;
		bool found = false;

		for (int i = 0; i < n_block; i++)
		{
			low[i] = -MOST_ORDERED;
			high[i] = MOST_ORDERED;
		}
		while (!found)
		{
			found = true;
			for (int i = 0; i < n_block; i++)
				value[i] = ordered_float(low[i] + (high[i] - low[i] + 1) / 2);
			preprocess(&single, scores, n_block, value, normalised);
			for (int i = 0; i < n_block; i++)
			{
				int64_t middle = low[i] + (high[i] - low[i] + 1) / 2;

				if (low[i] == high[i])
					continue;
				if (normalised[i] <= limits[start + i])
					low[i] = middle;
				else
					high[i] = middle - 1;
				found = found && low[i] == high[i];
			}
		}
		for (int i = 0; i < n_block; i++)
			limits[start + i] = ordered_float(low[i]);
	}
}
