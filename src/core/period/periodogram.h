/*
 * periodogram.h
 *		The multiband periodogram: how much of a light curve's scatter a sinusoid
 *		of each frequency explains.
 *
 * In each band b the model is an own mean and an own sinusoid of the common
 * frequency f (the generalised Lomb-Scargle periodogram: Zechmeister and
 * Kuerster 2009, A&A 496, 577), fitted with weights w = 1 / flux_err^2.  The
 * power sums over the bands,
 *
 *		P(f) = sum_b [chi2_b(mean) - chi2_b(mean and sinusoid)] / sum_b chi2_b(mean),
 *
 * which is the form (N_base, N_band) = (0, 1) of VanderPlas and Ivezic 2015
 * (ApJ 812, 18).  It is between 0 and 1, the same whatever the unit of flux and
 * the origin of time.  A band is uninformative, and left out of both sums, if it
 * has fewer than 4 distinct times, which mean and sinusoid fit exactly, or one
 * and the same flux throughout.  A combination of cosine and sine whose
 * weighted variance over a band's times is below 1e-9 is not determined there:
 * the fit leaves it out.
 *
 * The shared power Q(f) is a companion for finding periods of many bands with
 * few points: own means, but one sinusoid for all bands but for a factor
 * a_b > 0, each band's scatter beyond its errors (see periodogram_input()).
 *
 * Times are in days, frequencies in cycles per day.
 */
#ifndef PLASTICC_CORE_PERIOD_PERIODOGRAM_H
#define PLASTICC_CORE_PERIOD_PERIODOGRAM_H

#include "core/curve/observations.h"

/* Frequencies on a grid around a scan's centre frequency: SCAN_FINE of them on either side. */
#define SCAN_FINE 128
#define SCAN_COARSE 8

/* The frequencies of one call of scan_frequencies(), at most. */
#define SCAN_FREQUENCIES (2 * SCAN_FINE * SCAN_COARSE)

/* Observations that are worked on side by side. */
#define PERIODOGRAM_LANES 8

/*
 * Observations within so many days of the first of them, in whatever bands, are one epoch.  What a
 * periodic model does not describe is common to the observations of an epoch.
 */
#define EPOCH_LENGTH 0.02

/*
 * An informative band: observations [start, end) of the input's arrays,
 * and zeros up to padded_end, a whole number of PERIODOGRAM_LANES from start.
 * Fluxes are in the input's flux_unit.
 */
typedef struct PeriodogramBand
{
	int		 passband;
	uint32_t start;
	uint32_t end;
	uint32_t padded_end;
	double	 weight;		 /* sum of 1 / flux_err^2 */
	double	 rms;			 /* weighted rms about the mean */
	double	 share;			 /* of the chi^2 about the means, all bands together 1 */
	double	 scale;			 /* a_b */
	double	 shared_normal;	 /* factors of this band's sums in the normal equations of Q ... */
	double	 shared_product; /* ... and in their right-hand side */
	double	 mean_normal;	 /* (1 - sum of squared weights) / 2: cc and ss of random phases */
} PeriodogramBand;

/*
 * The unit of flux is the smallest flux_err.  So all that follows is made of
 * ratios of fluxes, which have the same bits if all fluxes and errors are
 * multiplied by a factor: of peaks as high as each other, as those of aliases
 * of evenly spaced times, rounding would choose another one.
 */
typedef struct PeriodogramInput
{
	uint32_t		count;	  /* observations of the bands below */
	uint32_t		n_epochs; /* groups of them within EPOCH_LENGTH */
	int				n_bands;
	PeriodogramBand bands[N_PASSBANDS];
	double			flux_unit;
	double			baseline; /* days from the first to the last observation of any band */
	double			chi2;	  /* about the bands' means */
	double		   *time;	  /* days since the first observation of any band */
	double		   *weight;	  /* share of its band's weight */
	double		   *value;	  /* (flux - mean) / rms of its band */
} PeriodogramInput;

/*
 * Prepares canonical observations; n_bands is 0 where no power is defined.
 * Memory: 24 bytes an observation and 1 kB.
 */
extern PeriodogramInput periodogram_input(const Observations *observations, Workspace *workspace);

/* Sets the scales a_b of the bands, in flux_unit, and what follows from them. */
extern void set_band_scales(PeriodogramInput *input, const double scales[N_PASSBANDS]);

/* Sum of lanes, in a fixed order. */
static inline double
sum_periodogram_lanes(const double lanes[PERIODOGRAM_LANES])
{
	return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
		   ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

/* What a band alone gives, and P(f), in double precision; O(n). */
extern double band_power(const PeriodogramInput *input, const PeriodogramBand *band,
						 double frequency);
extern double multiband_power(const PeriodogramInput *input, double frequency);

/* The frequencies (first + i) * step, i < count. */
typedef struct FrequencyGrid
{
	double	 step;
	uint64_t first;
	uint64_t count;
} FrequencyGrid;

static inline double
grid_frequency(const FrequencyGrid *grid, uint64_t i)
{
	return (double) (grid->first + i) * grid->step;
}

/*
 * The multiples of 1 / (oversampling * baseline) in [minimum, maximum], both
 * to within a rounding; at most limit of them, the lowest.  Empty if baseline
 * is 0.
 */
extern FrequencyGrid frequency_grid(double baseline, double oversampling, double minimum,
									double maximum, uint64_t limit);

/*
 * Evaluates a grid by matrix products in single precision, which makes the
 * power good to 1e-4.  Memory: 2 kB an observation up to SCAN_RESIDENT of them,
 * then no more, and about 500 kB.
 */
#define SCAN_RESIDENT 2048

typedef struct PeriodogramScan PeriodogramScan;

extern PeriodogramScan *begin_scan(const PeriodogramInput *input, double step,
								   Workspace *workspace);

/*
 * P and Q at the frequencies (first + i) * step, i < count <= SCAN_FREQUENCIES;
 * power[] and shared[] have room for SCAN_FREQUENCIES; shared may be NULL.
 */
extern void scan_frequencies(PeriodogramScan *scan, uint64_t first, uint32_t count, float *power,
							 float *shared);

/*
 * An estimate of P and Q at a fraction of the cost: cosine and sine have in each
 * band the variance that they have on average over random phases, and no
 * covariance.  It is good where the bands have some twenty observations of similar
 * weight at times without a rhythm.  Memory as above.
 */
typedef struct QuickScan QuickScan;

extern QuickScan *begin_quick_scan(const PeriodogramInput *input, double step,
								   Workspace *workspace);

/* At the SCAN_FREQUENCIES frequencies from first * step on. */
extern void quick_scan_frequencies(QuickScan *scan, uint64_t first, float *power, float *shared);

#endif /* PLASTICC_CORE_PERIOD_PERIODOGRAM_H */
