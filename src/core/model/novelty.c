/*
 * novelty.c
 *		How unlike the training set of a model an object is.
 */
#include "core/model/novelty.h"

#include <math.h>

/* The number of n ascending knots below x, or not above it. */
static int
count_knots(int n, const float *knots, float x, bool or_equal)
{
	int low = 0, high = n;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (knots[middle] < x || (or_equal && knots[middle] == x))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Nothing is taken for less probable: a quarter of what lies between two knots. */
#define LEAST_FRACTION (0.25 / (REFERENCE_KNOTS - 1))

/* The fraction of training values below x, or not above it, linear between knots. */
static double
fraction_below(const float *knots, float x, bool or_equal)
{
	int	   k = count_knots(REFERENCE_KNOTS, knots, x, or_equal);
	double share;

	if (k == 0 || k == REFERENCE_KNOTS)
		return k == 0 ? 0.0 : 1.0;
	share = ((double) x - (double) knots[k - 1]) / ((double) knots[k] - (double) knots[k - 1]);
	return (k - 1 + share) / (REFERENCE_KNOTS - 1);
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
	const float *knots = reference->unlikeliness;
	float		 x = (float) unlikeliness(reference, features);
	int			 k = count_knots(NOVELTY_KNOTS, knots, x, false);
	double		 share;

	if (k == 0)
		return 0.0;
	if (k == NOVELTY_KNOTS)
		return 1.0;
	/* knots[k - 1] < x <= knots[k] */
	share = ((double) x - (double) knots[k - 1]) / ((double) knots[k] - (double) knots[k - 1]);
	return (1.0 - share) * novelty_level(k - 1) + share * novelty_level(k);
}
