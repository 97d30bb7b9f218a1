/*
 * augment.h
 *		Copies of a light curve under other observing conditions: with
 *		points and a season missing, noisier, at another time, fainter, at another
 *		redshift, or as it was known some days after the first detection; and the
 *		redshifts of its host that go with them.
 *
 * After the augmentation of avocado (Boone, "Avocado: Photometric Classification
 * of Astronomical Transients with Gaussian Process Augmentation", AJ 158, 257,
 * 2019, section 2.4), with two differences: the residual that an observation has
 * from the Gaussian process goes with it, so that no structure finer than the
 * process is lost and nothing changes for an object that stays where it is; and
 * errors come from the object's own.
 *
 * An object of redshift z that is moved to z' is seen
 *
 *		at the time			t' = t_peak + (t - t_peak) (1 + z') / (1 + z),
 *		at the wavelength	w = w_b (1 + z) / (1 + z')	in what was observed,
 *		with the flux		f' = s (f + m(t, w) - m(t, w_b)),
 *							s = 10^(-0.4 (mu(z') - mu(z))),
 *
 * m the mean of the Gaussian process, mu the distance modulus and t_peak the time
 * of the greatest flux / flux_err.  If the process is true, the variance of f' is
 *
 *		s^2 (flux_err^2 - v(t, w_b) + v(t, w)),
 *
 * v the variance of the process given all observations: the residual of f has
 * variance flux_err^2 - v(t, w_b) and is independent of the error of m(t, w).
 *
 * The error that the survey would have made of f' is taken to be that of f less
 * the photon noise that f' lacks:
 *
 *		flux_err'^2 = flux_err^2 - p (1 - f'/f),
 *
 * p = f / e the photon noise of f, e the photoelectrons per unit of flux of a 30 s
 * visit of LSST, but p no more than what flux_err^2 exceeds the square of the
 * object's smallest error in the passband by; f'/f is taken from [0, 1].  Noise is
 * drawn to bring the variance of f' up to that; where it is already greater, as
 * where the process leaves m(t, w) uncertain, flux_err' is the greater.
 */
#ifndef PLASTICC_CORE_AUGMENT_AUGMENT_H
#define PLASTICC_CORE_AUGMENT_AUGMENT_H

#include "core/gp/gp.h"

/* Redshifts that a distance can be taken of without running out of numbers. */
#define AUGMENT_MINIMUM_REDSHIFT 1e-5
#define AUGMENT_MAXIMUM_REDSHIFT 100.0

typedef struct AugmentOptions
{
	double redshift;	  /* of the object; 0 in the Galaxy, NaN if unknown */
	double new_redshift;  /* that of the copy; NaN or the same leaves it where it is */
	double drop_fraction; /* probability of each observation to be dropped, 0 to 1 */
	double drop_block;	  /* days, anywhere in the time range, without observations */
	double noise;		  /* standard deviation of added noise, of flux_err */
	double time_shift;	  /* days: all times move by as much, uniform in +- this */
	double dimming;		  /* magnitudes by which an object of the Galaxy becomes fainter ... */
	double dimming_sd;	  /* ... and their standard deviation */
	double detection_threshold; /* see augment_light_curve() */
	double detection_width;
	bool   truncate; /* cut the copy so many days after its first detection: */
	double min_days; /* log-uniform from min_days > 0 ... */
	double max_days; /* ... to max_days >= min_days */
} AugmentOptions;

/* Whether the object is moved, which takes the Gaussian process of its light curve. */
extern bool augment_moves(const AugmentOptions *options);

/*
 * Makes a copy of canonical observations: into *result, allocated in the workspace
 * and in order of time, but possibly not canonical.  process is what gp_fit()
 * returned of the observations, needed if augment_moves(), else ignored.  False if
 * a flux or a time is out of range.
 *
 * Of an object that is moved, what would fall outside the time range of the
 * original is dropped: the survey lasts as long.  An observation whose flux
 * changed is detected with the probability (1 + erf((|flux| / flux_err -
 * detection_threshold) / detection_width)) / 2; if the width is 0, where the ratio
 * is not less than the threshold.
 *
 * A copy is truncated last, as truncate_observations() does: its first detection is the
 * one that it has after all other changes, and nothing is left of a copy without any.
 *
 * The copy depends on the observations, the seed and the options, and each kind of
 * change draws from a stream of random numbers of its own: copies of different
 * curves by the same seed are independent.
 */
extern bool augment_light_curve(const Observations *observations, uint64_t seed,
								const AugmentOptions *options, const GaussianProcess *process,
								Observations *result, Workspace *workspace);

typedef struct AugmentedHost
{
	double redshift;
	double photoz;
	double photoz_err;
} AugmentedHost;

/*
 * Draws a new redshift, log-uniform from minimum to maximum (0 < minimum <=
 * maximum), for a host of this redshift > 0.  The photometric redshift keeps its
 * error relative to 1 + z, (1 + photoz') / (1 + photoz) = (1 + z') / (1 + z), and
 * photoz_err likewise; then noise of the standard deviation noise * photoz_err is
 * added, photoz_err growing accordingly.  A photoz that is not positive, or NaN,
 * stays as it is.  The result depends on the arguments alone.
 */
extern AugmentedHost augment_host(uint64_t seed, const AugmentedHost *host, double minimum,
								  double maximum, double noise);

/*
 * The bounds in which avocado draws the new redshift: 0.95 z, and the lesser of 5 z
 * and 1.5 (1 + z) - 1, which keep the wavelengths within reach of the passbands.
 */
extern void augment_redshift_bounds(double redshift, double *minimum, double *maximum);

#endif /* PLASTICC_CORE_AUGMENT_AUGMENT_H */
