/*
 * passbands.h
 *		The six passbands: what features and the synthetic survey know of them.
 */
#ifndef PLASTICC_CORE_CURVE_PASSBANDS_H
#define PLASTICC_CORE_CURVE_PASSBANDS_H

#include <math.h>

#define SURVEY_BANDS 6
#define FLUX_ZERO_POINT 27.5 /* magnitude of flux 1, AB */

typedef struct SurveyBand
{
	double wavelength; /* effective, Angstrom */
	double dust;	   /* magnitudes of extinction per E(B-V) of the Milky Way */
	double wide_error; /* flux_err of a moonless visit with average seeing, wide fields */
	double deep_error; /* the same for a stacked visit of the deep fields */
	double moonlight;  /* growth of that error from new to full moon */
	double electrons;  /* photoelectrons per unit of flux in one wide visit */
} SurveyBand;

/* In the order u g r i z y. */
extern const SurveyBand survey_bands[SURVEY_BANDS];

/* Flux of an AB magnitude. */
static inline double
flux_of_magnitude(double magnitude)
{
	return exp(-0.4 * M_LN10 * (magnitude - FLUX_ZERO_POINT));
}

/* AB magnitude of a flux; NaN unless it is positive. */
static inline double
magnitude_of_flux(double flux)
{
	return flux > 0.0 ? FLUX_ZERO_POINT - 2.5 * log10(flux) : NAN;
}

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

#endif /* PLASTICC_CORE_CURVE_PASSBANDS_H */
