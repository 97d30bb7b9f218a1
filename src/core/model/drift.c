/*
 * drift.c
 *		How the distribution of features has changed since training.
 */
#include "core/model/drift.h"

#include <math.h>

#include "core/base/statistics.h"

#define KNOTS_PER_BIN 6
#define SMALLEST_FRACTION 1e-4

void
count_drift(const Reference *reference, const float *features, DriftCounts *counts)
{
	for (int j = 0; j < reference->n_features; j++)
	{
		const float *knots = reference->knots + (size_t) j * REFERENCE_KNOTS;
		float		 value = features[reference->features[j]];
		int			 k;

		if (!isfinite(value))
		{
			counts[j].missing++;
			continue;
		}
		k = count_below(knots, REFERENCE_KNOTS, value);
		if (k < REFERENCE_KNOTS && knots[k] == value)
			counts[j].at[k]++;
		else
			counts[j].below[k]++;
	}
}

/* A term of the population stability index. */
static double
stability_term(double p, double q)
{
	p = fmax(p, SMALLEST_FRACTION);
	q = fmax(q, SMALLEST_FRACTION);
	return (q - p) * log(q / p);
}

/* The cumulative distributions at the knots, of training and of counted objects. */
typedef struct Cumulative
{
	double training[REFERENCE_KNOTS];
	double counted[REFERENCE_KNOTS];
} Cumulative;

/* Sets both, and returns the largest difference; n is the number of counted values. */
static double
accumulate(const float *knots, const DriftCounts *counts, double n, Cumulative *cumulative)
{
	double sum = 0.0, largest = 0.0;

	cumulative->training[REFERENCE_KNOTS - 1] = 1.0;
	for (int k = REFERENCE_KNOTS - 2; k >= 0; k--)
		cumulative->training[k] =
			knots[k] < knots[k + 1] ? k / (REFERENCE_KNOTS - 1.0) : cumulative->training[k + 1];
	for (int k = 0; k < REFERENCE_KNOTS; k++)
	{
		sum += counts->below[k];
		if (k == 0 || knots[k - 1] < knots[k])
			largest = fmax(largest, fabs(sum / n - k / (REFERENCE_KNOTS - 1.0)));
		sum += counts->at[k];
		cumulative->counted[k] = sum / n;
		largest = fmax(largest, fabs(cumulative->counted[k] - cumulative->training[k]));
	}
	return largest;
}

/* The index of values that are not missing, which are fractions p and q of all objects. */
static double
stability_index(const float *knots, const Cumulative *cumulative, double p, double q)
{
	double psi = 0.0, training = 0.0, counted = 0.0; /* up to the bin before */

	for (int k = KNOTS_PER_BIN; k < REFERENCE_KNOTS - 1; k += KNOTS_PER_BIN)
	{
		if (knots[k] == knots[k - KNOTS_PER_BIN] && k > KNOTS_PER_BIN)
			continue;
		psi += stability_term(p * (cumulative->training[k] - training),
							  q * (cumulative->counted[k] - counted));
		training = cumulative->training[k];
		counted = cumulative->counted[k];
	}
	return psi + stability_term(p * (1.0 - training), q * (1.0 - counted));
}

Drift
feature_drift(const Reference *reference, int j, const DriftCounts *counts)
{
	const float *knots = reference->knots + (size_t) j * REFERENCE_KNOTS;
	double		 missing = (double) reference->missing[j];
	double		 n = counts->below[REFERENCE_KNOTS];
	Cumulative	 cumulative;
	Drift		 drift;

	for (int k = 0; k < REFERENCE_KNOTS; k++)
		n += counts->at[k] + counts->below[k];
	drift.missing = counts->missing / (n + counts->missing);
	drift.psi = stability_term(missing, drift.missing);
	drift.ks = NAN;
	if (n > 0.0 && missing < 1.0)
	{
		drift.ks = accumulate(knots, counts, n, &cumulative);
		drift.psi += stability_index(knots, &cumulative, 1.0 - missing, 1.0 - drift.missing);
	}
	return drift;
}
