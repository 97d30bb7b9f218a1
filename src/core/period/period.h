/*
 * period.h
 *		The period of a light curve, and what goes with it.
 */
#ifndef PLASTICC_CORE_PERIOD_PERIOD_H
#define PLASTICC_CORE_PERIOD_PERIOD_H

#include <math.h>

#include "core/period/fold.h"

/* The range of periods that are looked for, in days, besides that they do not exceed the baseline.
 */
typedef struct PeriodRange
{
	double minimum;
	double maximum;
} PeriodRange;

/* Unless the caller asks for others: frequencies up to this one, per day, ... */
#define MAX_FREQUENCY 20.0
#define ANY_PERIOD ((PeriodRange){1.0 / MAX_FREQUENCY, INFINITY})

/*
 * ... and no closer to each other than 1 / (OVERSAMPLING * baseline), which is also the step of a
 * whole periodogram; the search scans a coarser grid, see period.c ...
 */
#define OVERSAMPLING 5.0

/* ... of so many frequencies at most: then only up to a lower one. */
#define MAX_FREQUENCIES 1000000

/* Harmonics of the folded light curve. */
#define PERIOD_HARMONICS 4

/* What cannot be computed is NaN. */
typedef struct Period
{
	/*
	 * The highest peak of the multiband periodogram among those that the scan shows, refined in
	 * double.  Its
	 * false-alarm probability is that of as high a peak in n Gaussian
	 * observations of B bands without a signal,
	 *
	 *		1 - (1 - p) exp(-tau),
	 *		p = (1 - P)^m sum_k=0^(B-1) Gamma(m + k) / (Gamma(m) k!) P^k,
	 *		tau = W Gamma(m + B) / (Gamma(B) Gamma(m + 1/2)) P^(B-1/2) (1 - P)^(m-1/2),
	 *
	 * with m = (n - 3 B) / 2 and W = (range of frequencies) sqrt(4 pi var(t)).
	 * p is the probability at one frequency, where P is a beta variable of
	 * (B, m); tau is how often the process rises through P, so that tau / p is
	 * the effective number of independent frequencies.  For B = 1 this is
	 * Baluev 2008 (MNRAS 385, 1279); for more bands, of 2 B amplitudes, the
	 * same after Davies 1987 (Biometrika 74, 33).
	 */
	double peak_frequency; /* per day */
	double peak_power;
	double log10_false_alarm;
	double alias_power[2]; /* at peak_frequency - 1 and + 1 per day */

	/*
	 * The highest other one of these peaks, not within its width or a year's alias of
	 * h f + n for harmonics h = 1/3, 1/2, 2/3, 1, 3/2, 2, 3, 4 of the first and
	 * daily aliases n = -3 .. 3.
	 */
	double second_frequency;
	double second_power_ratio; /* to peak_power */

	/*
	 * The period whose folded light curve is best (fold.h): of the
	 * candidates, highest peaks of P, of Q and of sums of Q over harmonics, and aliases of the
	 * best of them by days and a year, the one with the least n ln(1 - explained) + 2 H ln n - 2
	 * ln(period) with up to FOLD_HARMONICS harmonics, where n is the number of epochs: Schwarz's
	 * criterion (1978) and a prior uniform in ln(period).  A half or a third of
	 * it replaces it unless its criterion is worse by 4; twice the period of a
	 * light curve with eclipses does unless its criterion is worse by 12.  Of an
	 * eclipsing binary with equal minima it may still be half of the orbit's.
	 */
	double period;	 /* days */
	double power;	 /* P at its frequency */
	double n_epochs; /* see EPOCH_LENGTH */

	/*
	 * The folded light curve with PERIOD_HARMONICS harmonics and own amplitudes
	 * of the bands: A_h cos(2 pi h f t + phi_h).  Harmonics above what half of
	 * the observations can determine are left out.
	 */
	Fold   fold;								 /* the shape; n_harmonics 0: there is none */
	double band_scale[N_PASSBANDS];				 /* a_b, flux; NaN for an uninformative band */
	double explained;							 /* share of the chi^2 about the means */
	double criterion;							 /* fold_criterion() */
	double doubled_explained;					 /* at twice the period, with twice the harmonics */
	double harmonic_ratio[PERIOD_HARMONICS - 1]; /* A_h / A_1, h = 2 .. */
	double harmonic_phase[PERIOD_HARMONICS - 1]; /* phi_h - h phi_1, in [0, 2 pi) */
	double band_amplitude[N_PASSBANDS];			 /* peak to peak, flux */
	double maximum_share;						 /* shape's maximum (mean 0) / peak to peak */
	double rise_share;							 /* of the period, from minimum to maximum */
} Period;

/*
 * Of canonical observations.  Memory: that of a scan, and 12 bytes a frequency
 * of the grid, 12 MB at most.
 */
extern Period find_period(const Observations *observations, PeriodRange range,
						  Workspace *workspace);

/* A possible period. */
typedef struct PeriodCandidate
{
	double period;			  /* days */
	double power;			  /* P at its frequency */
	double log10_false_alarm; /* of that power, as of peak_power */
} PeriodCandidate;

/*
 * The periods with the best folded light curves, the best first, which is that of find_period();
 * returns their number, at most limit <= MAX_PERIOD_CANDIDATES.
 */
#define MAX_PERIOD_CANDIDATES 16
extern int find_period_candidates(const Observations *observations, PeriodRange range, int limit,
								  PeriodCandidate *candidates, Workspace *workspace);

#endif /* PLASTICC_CORE_PERIOD_PERIOD_H */
