/*
 * filter.h
 *		The Kalman filter of a Gaussian process in time and wavelength.
 *
 * State: for each passband its flux f and h = f + f' length_scale / sqrt(3), so
 * that over a time t the state goes, with u = sqrt(3) t / length_scale, to
 *
 *		f <- exp(-u) (f + u h) + noise,		h <- exp(-u) h + noise,
 *
 * the same for all passbands, and a measurement is one of the states.  The
 * covariance of the noise is B q, B the correlation of the passbands and
 *
 *		q_hh = 2 P(1, 2u),	q_fh = P(2, 2u),	q_ff = P(3, 2u),
 *
 * P the regularised incomplete gamma function: what makes the stationary
 * covariance B (1 for ff, 1 for fh, 2 for hh) stay.  All covariances here are in
 * units of amplitude^2.
 *
 * Several filters run side by side, one a lane of the vector units, each with
 * its own parameters.  No lane's result depends on the others nor on the width
 * of the vectors.
 */
#ifndef PLASTICC_CORE_GP_FILTER_H
#define PLASTICC_CORE_GP_FILTER_H

#include "core/gp/gp.h"

/* Parameter points that gp_evaluate() takes at once: a vector of the widest units. */
#define GP_LANES 8

/* Pairs of passbands i <= k are numbered row by row. */
#define GP_PAIRS (N_PASSBANDS * (N_PASSBANDS + 1) / 2)

/* Passbands in rising order. */
typedef struct GpPassbands
{
	int n;
	int list[N_PASSBANDS];
} GpPassbands;

/* Observations as the filter reads them, fluxes in a unit that is a power of 2. */
typedef struct GpData
{
	size_t	 n;
	double	*gap;	   /* days since the observation before; 0 for the first */
	double	*flux;	   /* of `unit` */
	double	*variance; /* flux_err^2, of `unit`^2 */
	uint8_t *passband;
	int		 exponent; /* unit = 2^exponent */
	double	 signal; /* sqrt(flux^2 + flux_err^2) where |flux| / flux_err is greatest, of `unit` */
	double	 correlation[GP_PAIRS];
	GpPassbands observed; /* those of the observations: the likelihood is of their states alone */
} GpData;

/* Prepares canonical observations, of which there is at least one; signal lies in [1, 2). */
extern GpData gp_prepare(const Observations *observations, Workspace *workspace);

/* Parameters of the lanes, and the logarithms of the likelihoods of the data in their unit. */
typedef struct GpBatch
{
	double log_variance[GP_LANES]; /* ln amplitude^2, the amplitude of `unit` */
	double log_length[GP_LANES];   /* ln length_scale, days */
	double log_likelihood[GP_LANES];
} GpBatch;

extern void gp_evaluate(const GpData *data, GpBatch *batch, Workspace *workspace);

/* The logarithm of the likelihood of the fluxes in their own unit. */
extern double gp_in_flux_units(const GpData *data, double log_likelihood);

/*
 * exp(x) and ln(x) with the same bits on every processor, which libm's, who
 * chooses its code at run time, need not have; relative error below 1e-15.
 * exp is of |x| <= 700, ln of normal x > 0.
 */
extern double gp_exp(double x);
extern double gp_log(double x);

/* M of a difference of wavelengths, Angstrom, that is not negative. */
extern double gp_wavelength_correlation(double distance);

#endif /* PLASTICC_CORE_GP_FILTER_H */
