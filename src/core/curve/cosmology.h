/*
 * cosmology.h
 *		Distances in the flat LambdaCDM universe of the challenge's metadata:
 *		H0 = 70 km/s/Mpc, Omega_matter = 0.3, no radiation.
 */
#ifndef PLASTICC_CORE_CURVE_COSMOLOGY_H
#define PLASTICC_CORE_CURVE_COSMOLOGY_H

/*
 * Distance modulus, in magnitudes, of an object at this redshift:
 * 5 log10(luminosity distance / 10 pc) (Hogg 1999, arXiv:astro-ph/9905116, eq. 25).
 * NaN where there is none: redshift zero, negative, infinite or NaN.
 */
extern double distance_modulus(double redshift);

/* Its derivative by the redshift, in magnitudes; NaN where there is none. */
extern double distance_modulus_slope(double redshift);

#endif /* PLASTICC_CORE_CURVE_COSMOLOGY_H */
