/*
 * fourier.h
 *		Sums of harmonics.
 */
#ifndef PLASTICC_CORE_BASE_FOURIER_H
#define PLASTICC_CORE_BASE_FOURIER_H

#include <math.h>

/* sum over k = 1 .. n of cosine[k - 1] cos(k angle) + sine[k - 1] sin(k angle), by rotation. */
static inline double
fourier_series(const double *cosine, const double *sine, int n, double angle)
{
	double c1 = cos(angle), s1 = sin(angle);
	double c = c1, s = s1;
	double sum = 0.0;

	for (int k = 0; k < n; k++)
	{
		double next = c * c1 - s * s1;

		sum += cosine[k] * c + sine[k] * s;
		s = s * c1 + c * s1;
		c = next;
	}
	return sum;
}

#endif /* PLASTICC_CORE_BASE_FOURIER_H */
