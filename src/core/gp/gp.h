/*
 * gp.h
 *		A light curve as a Gaussian process in time and wavelength: likelihood,
 *		maximum-likelihood fit, and prediction.
 *
 * The flux of passband b at time t has mean zero and covariance
 *
 *		amplitude^2 * M(|t - t'| / length_scale) * M(|w_b - w_b'| / 6000 Angstrom),
 *		M(x) = (1 + sqrt(3) x) exp(-sqrt(3) x),
 *
 * Matern of order 3/2 (Rasmussen and Williams, "Gaussian Processes for Machine
 * Learning", 2006, eq. 4.17), w_b the effective wavelength; a measurement adds
 * independent noise of variance flux_err^2.  In time this is a Markov process of
 * two states a band (Hartikainen and Sarkka, "Kalman filtering and smoothing
 * solutions to temporal Gaussian process regression models", 2010), so that all
 * results are exact at a cost linear in the number of observations.
 *
 * The level about which a passband varies is zero: fluxes are differences from a
 * template.  Of a fifth of the measurements held out, those of 356 objects of the
 * challenge's training set have a mean log-likelihood of -4.23 with this level,
 * -4.25 less the passband's median, -4.26 less its mean or weighted mean; those
 * of 5,102 supernovae of Kessler et al. (PASP 122, 1415, 2010) -3.07, -3.10,
 * -3.11 and -3.11.
 */
#ifndef PLASTICC_CORE_GP_GP_H
#define PLASTICC_CORE_GP_GP_H

#include "core/curve/observations.h"

/* Scale of the correlation between passbands, Angstrom. */
#define GP_WAVELENGTH_SCALE 6000.0

/* Bounds of the fitted length scale, days: flares and pulsations last hours. */
#define GP_MINIMUM_LENGTH_SCALE 0.1
#define GP_MAXIMUM_LENGTH_SCALE 1000.0

/* What it is where the observations say nothing of it, as those of one time. */
#define GP_DEFAULT_LENGTH_SCALE 20.0

typedef struct GaussianProcess
{
	double amplitude;	 /* standard deviation, flux units */
	double length_scale; /* days */
} GaussianProcess;

typedef struct GaussianProcessFit
{
	GaussianProcess process;
	double			log_likelihood; /* natural, with its constant, of fluxes in their own unit */
	int				evaluations;	/* of the likelihood */
} GaussianProcessFit;

/*
 * Correlation of the passbands: M of the difference of their effective
 * wavelengths, 1 on the diagonal.
 */
extern void gp_passband_correlation(double correlation[N_PASSBANDS][N_PASSBANDS]);

/* Natural logarithm of the likelihood of canonical observations, of which there is at least one. */
extern double gp_log_likelihood(const Observations *observations, const GaussianProcess *process,
								Workspace *workspace);

/*
 * Fits amplitude and length_scale by maximum likelihood to canonical
 * observations, of which there is at least one.  The length scale lies within
 * its bounds, and the logarithm of amplitude^2 within 10 of that of flux^2 +
 * flux_err^2 where the signal to noise is greatest.  Always
 * ends, after at most GP_MAXIMUM_EVALUATIONS of the likelihood.  Fluxes and
 * errors times c give the amplitude times c and the same length scale.
 */
#define GP_MAXIMUM_EVALUATIONS 256

extern GaussianProcessFit gp_fit(const Observations *observations, Workspace *workspace);

/*
 * Mean and standard deviation of the noiseless flux at n finite times, mjd in
 * any order, in all passbands, given canonical observations: flux[i * N_PASSBANDS
 * + passband], flux_sd likewise.
 */
extern void gp_predict(const Observations *observations, const GaussianProcess *process,
					   const double *mjd, size_t n, double *flux, double *flux_sd,
					   Workspace *workspace);

/*
 * The same at any wavelength > 0, Angstrom, n_wavelengths of them at each time:
 * wavelength[i * n_wavelengths + k] gives flux[i * n_wavelengths + k], flux_sd
 * likewise.  At the wavelengths of the passbands that is what gp_predict() gives.
 */
extern void gp_predict_wavelengths(const Observations *observations, const GaussianProcess *process,
								   const double *mjd, size_t n, const double *wavelength,
								   int n_wavelengths, double *flux, double *flux_sd,
								   Workspace *workspace);

#endif /* PLASTICC_CORE_GP_GP_H */
