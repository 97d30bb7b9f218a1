/*
 * phase.h
 *		Cosine and sine of a phase in cycles, for the vector units, which those of
 *		libm are not.
 */
#ifndef PLASTICC_CORE_PERIOD_PHASE_H
#define PLASTICC_CORE_PERIOD_PHASE_H

#include <stdint.h>

/*
 * cos and sin of 2 pi x, |x| < 2^50: the nearest quarter of a cycle is taken
 * off, which loses nothing, and Taylor's series, whose first omitted terms are
 * below 1e-17 within an eighth of a cycle, are turned by the quarters.
 */
static inline void
unit_circle(double x, double *cosine, double *sine)
{
	const double rounding = 0x1.8p52; /* adding and subtracting it rounds to an integer */
	double		 quarters = (4.0 * x + rounding) - rounding;
	double		 halves = (0.5 * quarters + rounding) - rounding;
	double		 wholes = (0.25 * quarters + rounding) - rounding;
	double		 remainder = quarters - 4.0 * wholes; /* -2, -1, 0, 1 or 2 */
	double		 odd = quarters - 2.0 * halves;		  /* -1, 0 or 1 */
	double		 angle = 6.283185307179586476925 * (x - 0.25 * quarters);
	double		 z = angle * angle;
	double		 c, s, x_part, y_part;

	s = -1.0 / 1307674368000.0;
	s = s * z + 1.0 / 6227020800.0;
	s = s * z - 1.0 / 39916800.0;
	s = s * z + 1.0 / 362880.0;
	s = s * z - 1.0 / 5040.0;
	s = s * z + 1.0 / 120.0;
	s = s * z - 1.0 / 6.0;
	s = angle + angle * z * s;
	c = 1.0 / 20922789888000.0;
	c = c * z - 1.0 / 87178291200.0;
	c = c * z + 1.0 / 479001600.0;
	c = c * z - 1.0 / 3628800.0;
	c = c * z + 1.0 / 40320.0;
	c = c * z - 1.0 / 720.0;
	c = c * z + 1.0 / 24.0;
	c = c * z - 0.5;
	c = 1.0 + z * c;

	x_part = odd == 0.0 ? c : s;
	y_part = odd == 0.0 ? s : c;
	*cosine = remainder == 1.0 || remainder == 2.0 || remainder == -2.0 ? -x_part : x_part;
	*sine = remainder == -1.0 || remainder == 2.0 || remainder == -2.0 ? -y_part : y_part;
}

/* c and s [n]: cos and sin of 2 pi frequency time[i]. */
extern void compute_phases(uint32_t n, const double *restrict time, double frequency,
						   double *restrict c, double *restrict s);

#endif /* PLASTICC_CORE_PERIOD_PHASE_H */
