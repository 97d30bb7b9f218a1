/*
 * preprocess.c
 *		Preprocessing of features: normalisation and missing-value indicators.
 */
#include "core/model/preprocess.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/simd.h"

const char *const normalisation_choices[] = {"zscore", "rank_gauss", NULL};

/* Values ranked in parallel. */
#define LANES 64

/* Features in a tile. */
#define TILE_FEATURES 64

/*
 * Quantile of the standard normal distribution, 0 < p < 1: Newton's method on erfc,
 * starting from the logistic approximation.  Called once per knot, not per value.
 */
static double
normal_quantile(double p)
{
	double z = log(p / (1.0 - p)) / 1.702;

	for (int i = 0; i < 50; i++)
	{
		double excess = 0.5 * erfc(-z * M_SQRT1_2) - p;
		double step = excess / (exp(-0.5 * z * z) * M_SQRT1_2 / sqrt(M_PI));

		step = fmax(-1.0, fmin(1.0, step));
		z -= step;
		if (fabs(step) < 1e-12)
			break;
	}
	return z;
}

/* The elements of x [n_used], n floats each, whose features are marked. */
static float *
subset_floats(const Preprocessing *preprocessing, const bool *keep, size_t n, const float *x,
			  Workspace *workspace)
{
	float *kept = workspace_array(workspace, float, n * preprocessing->n_used);
	float *next = kept;

	for (int j = 0; j < preprocessing->n_used; j++)
		if (keep[j])
		{
			memcpy(next, x + n * j, sizeof(float) * n);
			next += n;
		}
	return kept;
}

/* The marked ones of *n indexes; *n becomes their number. */
static int32_t *
subset_indexes(const bool *keep, int *n, const int32_t *indexes, Workspace *workspace)
{
	int32_t *kept = workspace_array(workspace, int32_t, *n);
	int		 n_kept = 0;

	for (int j = 0; j < *n; j++)
		if (keep[j])
			kept[n_kept++] = indexes[j];
	*n = n_kept;
	return kept;
}

Preprocessing
preprocessing_subset(const Preprocessing *preprocessing, const bool *keep, Workspace *workspace)
{
	Preprocessing subset = *preprocessing;

	if (subset.normalisation == NORMALISATION_ZSCORE)
	{
		subset.lowest = subset_floats(preprocessing, keep, 1, subset.lowest, workspace);
		subset.highest = subset_floats(preprocessing, keep, 1, subset.highest, workspace);
		subset.center = subset_floats(preprocessing, keep, 1, subset.center, workspace);
		subset.scale = subset_floats(preprocessing, keep, 1, subset.scale, workspace);
	}
	else if (subset.normalisation == NORMALISATION_RANK_GAUSS)
		subset.quantiles =
			subset_floats(preprocessing, keep, subset.n_quantiles, subset.quantiles, workspace);
	subset.used = subset_indexes(keep, &subset.n_used, subset.used, workspace);
	subset.flagged =
		subset_indexes(keep + preprocessing->n_used, &subset.n_flagged, subset.flagged, workspace);
	return subset;
}

float *
preprocessing_scores(const Preprocessing *preprocessing, Workspace *workspace)
{
	int	   n = preprocessing->n_quantiles;
	float *scores;

	if (preprocessing->normalisation != NORMALISATION_RANK_GAUSS)
		return NULL;
	scores = workspace_array(workspace, float, n);
	for (int k = 0; k < n; k++)
		scores[k] = (float) normal_quantile((k + 0.5) / n);
	return scores;
}

/*
 * counts[i] = number of the n knots from first[i] on that are below value[i], with
 * equal set not above it: a branchless binary search in all lanes at once.  If the
 * lanes share their knots, its first steps are comparisons with sixteen knots, which
 * need no gather.
 */
INLINED void
count_knots(bool equal, bool shared, const float *knots, int n, const int32_t *restrict first,
			const float *restrict value, int32_t *restrict counts)
{
	int left = n;

	for (int i = 0; i < LANES; i++)
		counts[i] = shared ? 0 : first[i];
	if (shared)
	{
		left = (n + 15) / 16;
		for (int k = left - 1; k < n; k += left)
		{
			float knot = knots[first[0] + k];

			for (int i = 0; i < LANES; i++)
				counts[i] += equal ? knot <= value[i] : knot < value[i];
		}
		for (int i = 0; i < LANES; i++)
			counts[i] = first[i] + (counts[i] * left < n - left ? counts[i] * left : n - left);
	}
	for (int half; left > 1; left -= half)
	{
		half = left / 2;
		for (int i = 0; i < LANES; i++)
		{
			float knot = knots[counts[i] + half - 1];

			counts[i] += (equal ? knot <= value[i] : knot < value[i]) ? half : 0;
		}
	}
	for (int i = 0; i < LANES; i++)
	{
		float knot = knots[counts[i]];

		counts[i] += (equal ? knot <= value[i] : knot < value[i]) - first[i];
	}
}

/*
 * Replaces values by normal quantiles of their ranks among knots: piecewise linear
 * interpolation of (knot, score), constant outside.  A value equal to several knots, as
 * in features with few different values, gets the middle of their scores; a missing
 * value gets 0.  first[i] is the index of the first of the n knots of value[i]; with
 * shared set it is the same in all lanes.
 */
INLINED void
rank_gauss(bool shared, const float *knots, const float *scores, int n,
		   const int32_t *restrict first, float *restrict value)
{
	int32_t low[LANES];
	int32_t high[LANES];
	int		n_ties = 0;

	count_knots(false, shared, knots, n, first, value, low);
	for (int i = 0; i < LANES; i++)
	{
		float knot = knots[first[i] + (low[i] < n ? low[i] : n - 1)];

		n_ties += knot == value[i];
	}
	memcpy(high, low, sizeof(high));
	if (n_ties > 0)
		count_knots(true, shared, knots, n, first, value, high);
	for (int i = 0; i < LANES; i++)
	{
		bool  tie = high[i] > low[i];
		int	  last = low[i] < n ? low[i] : n - 1;
		int	  below = tie ? low[i] : low[i] > 0 ? low[i] - 1 : 0;
		int	  above = tie ? high[i] - 1 : last;
		float left = knots[first[i] + below];
		float right = knots[first[i] + above];
		float share;

		/* in double, because the difference of two floats can overflow */
		share = (float) (((double) value[i] - left) / ((double) right - left));
		share = right > left ? share : 0.0f;
		share = tie ? 0.5f : share;
		share = scores[below] + (scores[above] - scores[below]) * share;
		value[i] = fabsf(value[i]) <= FLT_MAX ? share : 0.0f;
	}
}

static void
rank_gauss_anywhere(bool shared, const float *knots, const float *scores, int n,
					const int32_t *first, float *value)
{
	if (shared)
		rank_gauss(true, knots, scores, n, first, value);
	else
		rank_gauss(false, knots, scores, n, first, value);
}

#ifdef WITH_GATHER
WITH_GATHER static void
rank_gauss_gathered(bool shared, const float *knots, const float *scores, int n,
					const int32_t *first, float *value)
{
	if (shared)
		rank_gauss(true, knots, scores, n, first, value);
	else
		rank_gauss(false, knots, scores, n, first, value);
}
#endif

/*
 * Limits values, unless they are missing, to the range of their knots.  Beyond the last of
 * several equal knots there would be a score that no training value has.
 */
static void
limit_to_knots(const float *knots, int n, const int32_t *restrict first, float *restrict value)
{
	for (int i = 0; i < LANES; i++)
	{
		float lowest = knots[first[i]];
		float highest = knots[first[i] + n - 1];
		float limited = value[i] < lowest ? lowest : value[i] > highest ? highest : value[i];

		value[i] = fabsf(value[i]) <= FLT_MAX ? limited : value[i];
	}
}

/* Replaces feature values by inputs; shared and first as above. */
static void
rank_values(const Preprocessing *preprocessing, const float *scores, bool shared,
			const int32_t *first, float *value)
{
	if (!preprocessing->unbounded)
		limit_to_knots(preprocessing->quantiles, preprocessing->n_quantiles, first, value);
#ifdef WITH_GATHER
	if (has_gather())
		rank_gauss_gathered(shared, preprocessing->quantiles, scores, preprocessing->n_quantiles,
							first, value);
	else
#endif
		rank_gauss_anywhere(shared, preprocessing->quantiles, scores, preprocessing->n_quantiles,
							first, value);
}

/* Ranks the features of one object; lanes are features. */
static void
rank_object(const Preprocessing *preprocessing, const float *scores, const float *features,
			float *inputs)
{
	const int32_t *used = preprocessing->used;
	int			   n_used = preprocessing->n_used;
	int32_t		   first[LANES];
	float		   value[LANES] = {0.0f};

	for (int j = 0; j < n_used; j += LANES)
	{
		int n = n_used - j < LANES ? n_used - j : LANES;

		for (int i = 0; i < LANES; i++)
			first[i] = (i < n ? j + i : j) * preprocessing->n_quantiles;
		for (int i = 0; i < n; i++)
			value[i] = features[used[j + i]];
		rank_values(preprocessing, scores, false, first, value);
		memcpy(inputs + j, value, sizeof(float) * n);
	}
}

/*
 * Ranks the features of several objects; lanes are objects.  Works feature by feature, so
 * that its knots stay in the L1 cache, and in tiles that fit into it too.
 */
static void
rank_block(const Preprocessing *preprocessing, const float *scores, int n_objects,
		   const float *features, float *inputs)
{
	const int32_t *used = preprocessing->used;
	size_t		   n_used = preprocessing->n_used;
	size_t		   n_inputs = preprocessing_inputs(preprocessing);
	int32_t		   first[LANES];
	float		   tile[TILE_FEATURES][LANES] = {0};

	for (size_t j = 0; j < n_used; j += TILE_FEATURES)
	{
		int n = n_used - j < TILE_FEATURES ? (int) (n_used - j) : TILE_FEATURES;

		for (int i = 0; i < n_objects; i++)
			for (int k = 0; k < n; k++)
				tile[k][i] = features[(size_t) i * preprocessing->n_features + used[j + k]];
		for (int k = 0; k < n; k++)
		{
			for (int i = 0; i < LANES; i++)
				first[i] = (int32_t) (j + k) * preprocessing->n_quantiles;
			rank_values(preprocessing, scores, true, first, tile[k]);
		}
		for (int i = 0; i < n_objects; i++)
			for (int k = 0; k < n; k++)
				inputs[i * n_inputs + j + k] = tile[k][i];
	}
}

static void
rank_features(const Preprocessing *preprocessing, const float *scores, int n_rows,
			  const float *features, float *inputs)
{
	size_t n_features = preprocessing->n_features;
	size_t n_inputs = preprocessing_inputs(preprocessing);

	for (int i = 0; i < n_rows;)
	{
		int n = n_rows - i < LANES ? n_rows - i : LANES;

		/* with few objects, lanes would be unused */
		if (n < LANES / 4)
			for (int k = i; k < i + n; k++)
				rank_object(preprocessing, scores, features + k * n_features,
							inputs + k * n_inputs);
		else
			rank_block(preprocessing, scores, n, features + i * n_features, inputs + i * n_inputs);
		i += n;
	}
}

DISPATCHED static void
standardise(int n, const int32_t *restrict used, const float *restrict lowest,
			const float *restrict highest, const float *restrict center,
			const float *restrict scale, const float *restrict features, float *restrict inputs)
{
	for (int j = 0; j < n; j++)
	{
		float x = features[used[j]];
		float limited = x < lowest[j] ? lowest[j] : x > highest[j] ? highest[j] : x;

		inputs[j] = isfinite(x) ? (limited - center[j]) * scale[j] : 0.0f;
	}
}

static void
copy_normalised(int n, const int32_t *used, const float *features, float *inputs)
{
	for (int j = 0; j < n; j++)
	{
		float x = features[used[j]];

		inputs[j] = isfinite(x) ? x : 0.0f;
	}
}

DISPATCHED static void
limit(int n, float bound, float *values)
{
	for (int j = 0; j < n; j++)
	{
		values[j] = values[j] > bound ? bound : values[j];
		values[j] = values[j] < -bound ? -bound : values[j];
	}
}

void
preprocess(const Preprocessing *preprocessing, const float *scores, int n_rows,
		   const float *features, float *inputs)
{
	int n_used = preprocessing->n_used;

	if (preprocessing->normalisation == NORMALISATION_RANK_GAUSS)
		rank_features(preprocessing, scores, n_rows, features, inputs);
	for (int i = 0; i < n_rows; i++)
	{
		if (preprocessing->normalisation == NORMALISATION_ZSCORE)
			standardise(n_used, preprocessing->used, preprocessing->lowest, preprocessing->highest,
						preprocessing->center, preprocessing->scale, features, inputs);
		else if (preprocessing->normalisation == NORMALISATION_DONE)
			copy_normalised(n_used, preprocessing->used, features, inputs);
		limit(n_used, preprocessing->clip, inputs);
		for (int j = 0; j < preprocessing->n_flagged; j++)
			inputs[n_used + j] = isfinite(features[preprocessing->flagged[j]]) ? 0.0f : 1.0f;
		features += preprocessing->n_features;
		inputs += preprocessing_inputs(preprocessing);
	}
}
