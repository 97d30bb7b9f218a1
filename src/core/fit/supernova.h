/*
 * supernova.h
 *		When a supernova was brightest, and how it brightened and faded.
 */
#ifndef PLASTICC_CORE_FIT_SUPERNOVA_H
#define PLASTICC_CORE_FIT_SUPERNOVA_H

#include "core/curve/observations.h"

/*
 * Rise, fall, fluxes and chi_square are those of the fit of Bazin's formula
 * (models.h): fluxes above the baseline at that fit's peak, NaN in passbands
 * without observations.
 *
 * That formula has one peak for all passbands, but supernovae peak days earlier in
 * the ultraviolet and in the near infrared, and its sharp peak comes early.  So the
 * time of the peak is where (sum over passbands of flux^4)^(1/4) of the Gaussian
 * process peaks within 15 days of the fit's peak: mostly the flux of the passbands in
 * which it is brightest, which for type Ia are those about B and V of its rest frame.
 * Noise moves the greatest value of so flat a curve by days, but less so the centroid of
 * what is above 90 % of it.  Its error is half the time during which that is within
 * one standard deviation of its greatest value, NaN where no flux is positive.
 */
typedef struct SupernovaFit
{
	double mjd_peak;
	double mjd_peak_err; /* days */
	double rise;		 /* days */
	double fall;		 /* days */
	double flux_peak[N_PASSBANDS];
	double chi_square;
} SupernovaFit;

/* Fits canonical observations; false where there is no fit. */
extern bool fit_supernova(const Observations *observations, SupernovaFit *fit,
						  Workspace *workspace);

#endif /* PLASTICC_CORE_FIT_SUPERNOVA_H */
