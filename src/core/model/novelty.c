/*
 * novelty.c
 *		How unlike the training set of a model an object is.
 */
#include "core/model/novelty.h"

#include <math.h>

#include "core/base/statistics.h"

/* Nothing is taken for less probable: a quarter of what lies between two knots. */
#define LEAST_FRACTION (0.25 / (REFERENCE_KNOTS - 1))

/*
 * Where x lies among n ascending knots, from 0 to n - 1, linear between them; of equal knots the
 * first counts, or the last.
 */
static double
position_among(const float *knots, int n, float x, bool last)
{
	int k = count_below(knots, n, x, last);

	if (k == 0 || k == n)
		return k == 0 ? 0.0 : n - 1;
	return k - 1 +
		   ((double) x - (double) knots[k - 1]) / ((double) knots[k] - (double) knots[k - 1]);
}

/* The fraction of training values below x, or not above it. */
static double
fraction_below(const float *knots, float x, bool or_equal)
{
	return position_among(knots, REFERENCE_KNOTS, x, or_equal) / (REFERENCE_KNOTS - 1);
}

/* -ln of the probability of a value as far out in a tail as x. */
static double
tail_information(const float *knots, float x)
{
	double tail = fmin(fraction_below(knots, x, true), 1.0 - fraction_below(knots, x, false));

	return -log(fmin(1.0, 2.0 * fmax(tail, LEAST_FRACTION)));
}

double
unlikeliness(const Reference *reference, const float *features)
{
	double sum = 0.0;

	for (int j = 0; j < reference->n_features; j++)
	{
		float  x = features[reference->features[j]];
		double missing = (double) reference->missing[j];

		if (!isfinite(x))
			sum -= log(fmax(missing, LEAST_FRACTION));
		else
		{
			sum -= log(fmax(1.0 - missing, LEAST_FRACTION));
			if (missing < 1.0)
				sum += tail_information(reference->knots + (size_t) j * REFERENCE_KNOTS, x);
		}
	}
	return reference->n_features > 0 ? sum / reference->n_features : 0.0;
}

double
novelty_level(int k)
{
	double rest = 1.0 - k / (NOVELTY_KNOTS - 1.0);

	return 1.0 - rest * rest;
}

double
novelty(const Reference *reference, const float *features)
{
	float  x = (float) unlikeliness(reference, features);
	double position = position_among(reference->unlikeliness, NOVELTY_KNOTS, x, false);
	int	   below = (int) position;
	double share = position - below;

	if (below == NOVELTY_KNOTS - 1)
		return 1.0;
	return (1.0 - share) * novelty_level(below) + share * novelty_level(below + 1);
}
