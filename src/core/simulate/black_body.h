/*
 * black_body.h
 *		Planck's law, for the colours of the simulated sources.
 */
#ifndef PLASTICC_CORE_SIMULATE_BLACK_BODY_H
#define PLASTICC_CORE_SIMULATE_BLACK_BODY_H

#include <math.h>

#define PLANCK_CONSTANT 1.438777e8 /* h c / k, Angstrom K */

/*
 * A black body's f_nu at one wavelength over that at another; both as
 * 1/Angstrom, because that is what a caller in a loop has at hand.
 */
static inline double
black_body_ratio(double inverse_wavelength, double inverse_reference, double temperature)
{
	double x = PLANCK_CONSTANT / temperature;
	double ratio = inverse_wavelength / inverse_reference;

	return ratio * ratio * ratio * (exp(x * inverse_reference) - 1.0) /
		   (exp(x * inverse_wavelength) - 1.0);
}

#endif /* PLASTICC_CORE_SIMULATE_BLACK_BODY_H */
