/*
 * preprocess.c
 *		From feature arrays to the inputs of a network.
 */
#include "core/preprocess.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/*
 * Quantile of the standard normal distribution, by Newton's method on erfc from
 * the logistic approximation; 0 < p < 1.  Called once per knot, not per value.
 */
static double
normal_quantile(double p)
{
	double		z = log(p / (1.0 - p)) / 1.702;

	for (int i = 0; i < 50; i++)
	{
		double		excess = 0.5 * erfc(-z * M_SQRT1_2) - p;
		double		step = excess / (exp(-0.5 * z * z) * M_SQRT1_2 / sqrt(M_PI));

		step = fmax(-1.0, fmin(1.0, step));
		z -= step;
		if (fabs(step) < 1e-12)
			break;
	}
	return z;
}

static int
compare_floats(const void *a, const void *b)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return (x > y) - (x < y);
}

/* Copies the finite values of a feature in the rows that count; returns how many there are. */
static int
present_values(int n_rows, int n_features, const float *features, const bool *skip, int feature,
			   float *values, int *n_considered)
{
	int			n = 0;

	*n_considered = 0;
	for (int i = 0; i < n_rows; i++)
	{
		float		value = features[(size_t) i * n_features + feature];

		if (skip && skip[i])
			continue;
		(*n_considered)++;
		if (isfinite(value))
			values[n++] = value;
	}
	return n;
}

static void
fit_zscore(int n, const float *values, float *center, float *scale)
{
	double		mean = 0.0;
	double		variance = 0.0;

	for (int i = 0; i < n; i++)
		mean += values[i];
	mean /= n > 0 ? n : 1;
	for (int i = 0; i < n; i++)
		variance += (values[i] - mean) * (values[i] - mean);
	variance /= n > 0 ? n : 1;
	*center = (float) mean;
	/* what rounding leaves of a constant feature is not a scale */
	*scale = sqrt(variance) > 1e-6 * fabs(mean) && variance > 0.0 ? (float) (1.0 / sqrt(variance)) : 0.0f;
	if (!isfinite(*scale))
		*scale = 0.0f;
}

/* Knots at equally spaced ranks, interpolated linearly between the sorted values. */
static void
fit_quantiles(int n, float *values, int n_quantiles, float *quantiles)
{
	qsort(values, n, sizeof(float), compare_floats);
	for (int k = 0; k < n_quantiles; k++)
	{
		double		rank = n > 0 ? (double) k / (n_quantiles - 1) * (n - 1) : 0.0;
		int			below = (int) rank;
		double		share = rank - below;

		if (n == 0)
			quantiles[k] = 0.0f;
		else if (below + 1 < n)
			quantiles[k] = (float) ((1.0 - share) * values[below] + share * values[below + 1]);
		else
			quantiles[k] = values[n - 1];
	}
}

void
preprocessing_fit(Preprocessing *preprocessing, const TrainingOptions *options, int n_rows,
				  int n_features, const float *features, const bool *skip, Workspace *workspace)
{
	float	   *values = workspace_array(workspace, float, n_rows);

	*preprocessing = (Preprocessing)
	{
		.n_features = n_features,
		.normalisation = options->normalisation,
		.clip = options->clip > 0.0 ? (float) options->clip : FLT_MAX,
		.flagged = workspace_array(workspace, int32_t, n_features),
	};
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		preprocessing->center = workspace_array(workspace, float, n_features);
		preprocessing->scale = workspace_array(workspace, float, n_features);
	}
	else
	{
		preprocessing->n_quantiles = options->quantiles;
		preprocessing->quantiles =
			workspace_array(workspace, float, (size_t) n_features * options->quantiles);
	}

	for (int j = 0; j < n_features; j++)
	{
		int			n_considered;
		int			n = present_values(n_rows, n_features, features, skip, j, values, &n_considered);
		int			n_missing = n_considered - n;

		workspace->check_interrupts();
		if (preprocessing->normalisation == NORMALISATION_ZSCORE)
			fit_zscore(n, values, &preprocessing->center[j], &preprocessing->scale[j]);
		else
			fit_quantiles(n, values, options->quantiles,
						  preprocessing->quantiles + (size_t) j * options->quantiles);

		/* a feature that is always missing is 0 everywhere: a flag would say nothing */
		if (n_missing > 0 && n > 0 && n_missing >= options->missing_flag_fraction * n_considered)
			preprocessing->flagged[preprocessing->n_flagged++] = j;
	}
}

float *
preprocessing_scores(const Preprocessing *preprocessing, Workspace *workspace)
{
	int			n = preprocessing->n_quantiles;
	float	   *scores;

	if (preprocessing->normalisation != NORMALISATION_RANK_GAUSS)
		return NULL;
	scores = workspace_array(workspace, float, n);
	for (int k = 0; k < n; k++)
		scores[k] = (float) normal_quantile((k + 0.5) / n);
	return scores;
}

/* The first knot that is not below the value (n if all are). */
static int
first_not_below(const float *knots, int n, float value)
{
	int			low = 0;

	while (n > 0)
	{
		int			half = n / 2;

		if (knots[low + half] < value)
		{
			low += half + 1;
			n -= half + 1;
		}
		else
			n = half;
	}
	return low;
}

/*
 * Piecewise linear through (knot, score).  A value that several knots share, as
 * those of a feature with few values are, gets the middle of their scores.
 */
static float
rank_gauss(const float *knots, const float *scores, int n, float value)
{
	int			first = first_not_below(knots, n, value);
	int			last = first;

	if (first == n)
		return scores[n - 1];
	if (knots[first] > value)
	{
		if (first == 0)
			return scores[0];
		/* in double, where the difference of two floats cannot overflow */
		return scores[first - 1] +
			(scores[first] - scores[first - 1]) *
			(float) (((double) value - knots[first - 1]) / ((double) knots[first] - knots[first - 1]));
	}
	if (first + 1 < n && knots[first + 1] == value)
	{
		/* one past the run of equal knots */
		int			low = first + 1;
		int			length = n - low;

		while (length > 0)
		{
			int			half = length / 2;

			if (knots[low + half] == value)
			{
				low += half + 1;
				length -= half + 1;
			}
			else
				length = half;
		}
		last = low - 1;
	}
	return 0.5f * (scores[first] + scores[last]);
}

void
preprocess(const Preprocessing *preprocessing, const float *scores, int n_rows,
		   const float *features, float *inputs)
{
	int			n_features = preprocessing->n_features;
	float		clip = preprocessing->clip;

	for (int i = 0; i < n_rows; i++)
	{
		for (int j = 0; j < n_features; j++)
		{
			float		value = features[j];

			if (!isfinite(value))
				value = 0.0f;
			else if (preprocessing->normalisation == NORMALISATION_ZSCORE)
				value = (value - preprocessing->center[j]) * preprocessing->scale[j];
			else
				value = rank_gauss(preprocessing->quantiles + (size_t) j * preprocessing->n_quantiles,
								   scores, preprocessing->n_quantiles, value);
			value = value > clip ? clip : value;
			inputs[j] = value < -clip ? -clip : value;
		}
		for (int j = 0; j < preprocessing->n_flagged; j++)
			inputs[n_features + j] = isfinite(features[preprocessing->flagged[j]]) ? 0.0f : 1.0f;
		features += n_features;
		inputs += n_features + preprocessing->n_flagged;
	}
}
