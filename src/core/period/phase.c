/*
 * phase.c
 *		Phases of the observations of a light curve.
 */
#include "core/period/phase.h"

#include "core/base/simd.h"

DISPATCHED void
compute_phases(uint32_t n, const double *restrict time, double frequency, double *restrict c,
			   double *restrict s)
{
	for (uint32_t i = 0; i < n; i++)
		unit_circle(frequency * time[i], &c[i], &s[i]);
}
