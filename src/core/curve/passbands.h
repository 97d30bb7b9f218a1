/*
 * passbands.h
 *		The six passbands, and the units of flux.
 */
#ifndef PLASTICC_CORE_CURVE_PASSBANDS_H
#define PLASTICC_CORE_CURVE_PASSBANDS_H

#include <math.h>
#include <stddef.h>

#define N_PASSBANDS 6
#define PASSBAND_LETTERS "ugrizy"
#define FLUX_ZERO_POINT 27.5 /* magnitude of flux 1, AB */

typedef struct Passband
{
	double wavelength; /* effective, Angstrom */
	double extinction; /* magnitudes per E(B-V) of the Milky Way */
	double electrons;  /* photoelectrons per unit of flux in one visit of a wide field */
} Passband;

/* In the order of PASSBAND_LETTERS. */
extern const Passband passbands[N_PASSBANDS];

/* 0-5 for one of the letters u g r i z y (Y is taken for y), else -1. */
extern int find_passband(const char *name, size_t length);

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

/* FLUXCAL (zero point 27.5) of a flux in nanojansky (zero point 31.4). */
extern double flux_from_nanojansky(double flux);

#endif /* PLASTICC_CORE_CURVE_PASSBANDS_H */
