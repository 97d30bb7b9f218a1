/*
 * period_features.c
 *		Features of the period, and of the light curve folded at it.
 *
 * Many of them are known from classifiers of variable stars: Debosscher et al.
 * (A&A 475, 1159, 2007), Richards et al. (ApJ 733, 10, 2011).  A phase of a
 * harmonic is a cosine and a sine, which have no jump.
 */
#include <math.h>
#include <stdlib.h>

#include "core/features/group.h"

/* ----------------------------------------------------------------
 * The folded measurements
 * ----------------------------------------------------------------
 */

/* A measurement of a passband that has a part in the fit. */
typedef struct FoldedPoint
{
	double phase; /* cycles, [0, 1) */
	int	   passband;
	double deviation; /* from the passband's weighted mean, over flux_err */
	double residual;  /* from the fit, over flux_err */
} FoldedPoint;

/* In order of phase; what agrees in all that counts may stand in any order. */
static int
compare_points(const void *a, const void *b)
{
	const FoldedPoint *x = a, *y = b;

	if (x->phase != y->phase)
		return x->phase < y->phase ? -1 : 1;
	if (x->passband != y->passband)
		return x->passband - y->passband;
	return (x->deviation > y->deviation) - (x->deviation < y->deviation);
}

/* Folds the measurements of one passband into points[]; sets what the fit explains of them. */
static uint32_t
fold_passband(Measurements *m, int passband, FoldedPoint *points)
{
	const Fold *fold = &m->period.fold;
	double		scale = m->period.band_scale[passband];
	double		weights = 0.0, mean_flux = 0.0, mean_shape = 0.0;
	double		squares = 0.0, left = 0.0;
	uint32_t	start = m->start[1 + passband];
	uint32_t	n = scope_size(m, 1 + passband);

	if (isnan(scale))
		return 0;
	for (uint32_t i = start; i < start + n; i++)
	{
		double weight = 1.0 / (m->flux_err[i] * m->flux_err[i]);

		m->values[i] = fold_shape(fold, fold->frequency * m->time[i]);
		weights += weight;
		mean_flux += weight * m->flux[i];
		mean_shape += weight * m->values[i];
	}
	mean_flux /= weights;
	mean_shape /= weights;
	for (uint32_t i = 0; i < n; i++)
	{
		double cycles = fold->frequency * m->time[start + i];
		double deviation = m->flux[start + i] - mean_flux;
		double fitted = scale * (m->values[start + i] - mean_shape);

		points[i].phase = cycles - floor(cycles);
		points[i].passband = passband;
		points[i].deviation = deviation / m->flux_err[start + i];
		points[i].residual = (deviation - fitted) / m->flux_err[start + i];
		squares += points[i].deviation * points[i].deviation;
		left += points[i].residual * points[i].residual;
	}
	m->period_explained[passband] = 1.0 - left / squares;
	return n;
}

/* Median of the absolute residuals over that of the absolute deviations. */
static double
scatter_ratio(const Measurements *m, const FoldedPoint *points, uint32_t n)
{
	double medians[2];

	for (int of_residuals = 0; of_residuals < 2; of_residuals++)
	{
		for (uint32_t i = 0; i < n; i++)
			m->values[i] = fabs(of_residuals ? points[i].residual : points[i].deviation);
		sort_values(m->values, n, m->scratch);
		medians[of_residuals] = quantile(m->values, n, 0.5);
	}
	return medians[1] / medians[0];
}

/*
 * Of points in order of phase: squared differences of successive ones of a
 * passband, the last of which the first succeeds, over squared deviations.
 */
static double
folded_von_neumann(const FoldedPoint *points, uint32_t n)
{
	const FoldedPoint *first[N_PASSBANDS] = {NULL}, *last[N_PASSBANDS];
	double			   differences = 0.0, squares = 0.0;

	for (uint32_t i = 0; i < n; i++)
	{
		const FoldedPoint *point = &points[i];
		int				   passband = point->passband;

		squares += point->deviation * point->deviation;
		if (first[passband] == NULL)
			first[passband] = point;
		else
			differences += pow(point->deviation - last[passband]->deviation, 2);
		last[passband] = point;
	}
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		if (first[passband] != NULL)
			differences += pow(first[passband]->deviation - last[passband]->deviation, 2);
	}
	return differences / squares;
}

/* The largest part of a cycle without points, which are in order of phase. */
static double
largest_phase_gap(const FoldedPoint *points, uint32_t n)
{
	double gap = n > 0 ? 1.0 + points[0].phase - points[n - 1].phase : NAN;

	for (uint32_t i = 1; i < n; i++)
		gap = fmax(gap, points[i].phase - points[i - 1].phase);
	return gap;
}

/* Over its degrees of freedom: each passband has a mean and, up to one factor, a scale. */
static double
reduced_chi_square(const FoldedPoint *points, uint32_t n, int n_passbands, int n_harmonics)
{
	double sum = 0.0;

	for (uint32_t i = 0; i < n; i++)
		sum += points[i].residual * points[i].residual;
	return n > 0 ? sum / ((double) n - (2 * n_passbands - 1 + 2 * n_harmonics)) : NAN;
}

/* ----------------------------------------------------------------
 * All passbands together
 * ----------------------------------------------------------------
 */

#define PEAK "highest peak of the multiband periodogram"
#define FOLDED_FIT "folded fit, up to four harmonics of one shape for all passbands"
#define NO_FOLD "; NaN for too few observations"

/* Amplitude ratio and phase of a harmonic. */
#define RATIO_ROW(h)                                                                               \
	{                                                                                              \
		"folded_harmonic_ratio_" h, "1",                                                           \
			"amplitude of harmonic " h " over that of the first, of the " FOLDED_FIT NO_FOLD       \
	}
#define PHASE_ROWS(h)                                                                              \
	{"folded_harmonic_cosine_" h, "1",                                                             \
	 "cosine of phi_" h " - " h " phi_1, the relative phase of harmonic " h " of the " FOLDED_FIT  \
	 ", each A_h cos(2 pi h t / period + phi_h)" NO_FOLD},                                         \
	{                                                                                              \
		"folded_harmonic_sine_" h, "1", "sine of the phase of folded_harmonic_cosine_" h NO_FOLD   \
	}

enum PeriodRow
{
	PERIOD_LOG,
	PERIOD_LOG_CYCLES,
	PERIOD_POWER,
	PERIOD_PEAK_LOG,
	PERIOD_PEAK_POWER,
	PERIOD_OVER_PEAK,
	PERIOD_LOG_FALSE_ALARM,
	PERIOD_ALIAS_BELOW,
	PERIOD_ALIAS_ABOVE,
	PERIOD_SECOND_LOG,
	PERIOD_SECOND_OVER_PEAK,
	PERIOD_SECOND_POWER_RATIO,
	PERIOD_EXPLAINED,
	PERIOD_CHI_SQUARE_REDUCED,
	PERIOD_DOUBLED_CHI_SQUARE,
	PERIOD_HARMONIC_RATIOS,
	PERIOD_HARMONIC_PHASES = PERIOD_HARMONIC_RATIOS + PERIOD_HARMONICS - 1,
	PERIOD_MAXIMUM_SHARE = PERIOD_HARMONIC_PHASES + 2 * (PERIOD_HARMONICS - 1),
	PERIOD_RISE_SHARE,
	PERIOD_SCATTER_RATIO,
	PERIOD_VON_NEUMANN,
	PERIOD_PHASE_GAP,
	PERIOD_EPOCHS,
	PERIOD_CRITERION,
	N_PERIOD_ROWS
};

static const FeatureRow period_rows[N_PERIOD_ROWS] = {
	[PERIOD_LOG] =
		{"folded_period_log", "1",
		 "ln of the period in days, that of plasticc_period(): searched for between 0.05 "
		 "days and the time from first to last observation, best of the folded "
		 "light curves; NaN without a passband of four times and two fluxes"},
	[PERIOD_LOG_CYCLES] = {"folded_log_cycles", "1",
						   "ln of the number of periods between first and last observation"},
	[PERIOD_POWER] = {"folded_power", "1",
					  "power of the multiband periodogram at the period: share of the chi-square "
					  "about the passbands' means that a sinusoid in each explains"},
	[PERIOD_PEAK_LOG] = {"periodogram_peak_log", "1", "ln of the period in days at the " PEAK},
	[PERIOD_PEAK_POWER] = {"periodogram_peak_power", "1", "power at the " PEAK},
	[PERIOD_OVER_PEAK] = {"folded_over_peak", "1", "period over that at the " PEAK},
	[PERIOD_LOG_FALSE_ALARM] =
		{"periodogram_log_false_alarm", "1",
		 "log10 of the probability that noise alone has as high a peak in its periodogram"},
	[PERIOD_ALIAS_BELOW] = {"periodogram_alias_below", "1",
							"power one cycle a day below the frequency of the " PEAK
							", over power there"},
	[PERIOD_ALIAS_ABOVE] = {"periodogram_alias_above", "1",
							"power one cycle a day above the frequency of the " PEAK
							", over power there"},
	[PERIOD_SECOND_LOG] = {"periodogram_second_log", "1",
						   "ln of the second period in days: at the highest peak that is no "
						   "harmonic or daily alias of the " PEAK "; NaN without such a peak"},
	[PERIOD_SECOND_OVER_PEAK] = {"periodogram_second_over_peak", "1",
								 "second period over that at the " PEAK},
	[PERIOD_SECOND_POWER_RATIO] = {"periodogram_second_power_ratio", "1",
								   "power at the second period over that at the " PEAK},
	[PERIOD_EXPLAINED] = {"folded_explained", "1",
						  "share of the chi-square about the passbands' means that the " FOLDED_FIT
						  ", explains" NO_FOLD},
	[PERIOD_CHI_SQUARE_REDUCED] = {"folded_chi_square_reduced", "1",
								   "chi-square of the " FOLDED_FIT
								   ", divided by its degrees of freedom" NO_FOLD},
	[PERIOD_DOUBLED_CHI_SQUARE] =
		{"folded_doubled_chi_square", "1",
		 "chi-square of the fit folded at twice the period, with twice the harmonics, over that at "
		 "the period: below 1 where successive cycles differ" NO_FOLD},
	[PERIOD_HARMONIC_RATIOS] = RATIO_ROW("2"),
	RATIO_ROW("3"),
	RATIO_ROW("4"),
	[PERIOD_HARMONIC_PHASES] = PHASE_ROWS("2"),
	PHASE_ROWS("3"),
	PHASE_ROWS("4"),
	[PERIOD_MAXIMUM_SHARE] = {"folded_maximum_share", "1",
							  "maximum over maximum less minimum of the folded fit about its mean: "
							  "0.5 for a sinusoid, less for eclipses" NO_FOLD},
	[PERIOD_RISE_SHARE] =
		{"folded_rise_share", "1",
		 "share of the period from minimum to maximum of the folded fit, in steps "
		 "of 1/64" NO_FOLD},
	[PERIOD_SCATTER_RATIO] =
		{"folded_scatter_ratio", "1",
		 "median of |flux less the folded fit|/flux_err over median of |flux less the passband's "
		 "mean|/flux_err" NO_FOLD},
	[PERIOD_VON_NEUMANN] =
		{"folded_von_neumann_ratio", "1",
		 "sum of (d(i+1) - d(i))^2 over observations of a passband in order of phase and around, "
		 "divided by the sum of d^2, d = (flux less the passband's mean)/flux_err; sums over all "
		 "passbands before the division: 2 for noise, near 0 for a smooth folded curve" NO_FOLD},
	[PERIOD_PHASE_GAP] = {"folded_phase_gap", "1",
						  "largest share of the period without an observation" NO_FOLD},
	[PERIOD_EPOCHS] = {"folded_epochs", "count",
					   "number of epochs: an epoch is the observations, in passbands of four times "
					   "and two fluxes, within 0.02 days of its first one"},
	[PERIOD_CRITERION] = {"folded_criterion", "1",
						  "least of n ln(1 - R) + 2 h ln n over h = 1 .. 4: n epochs, R the share "
						  "of the chi-square about the passbands' means that the first h harmonics "
						  "of the folded fit explain; negative for a periodic light curve" NO_FOLD},
};

static void
put_search(const Measurements *m, double *out)
{
	const Period	   *period = &m->period;
	const Observations *o = m->observations;
	double				baseline = o->mjd[o->count - 1] - o->mjd[0];

	out[PERIOD_LOG] = log(period->period);
	out[PERIOD_LOG_CYCLES] = log(baseline / period->period);
	out[PERIOD_POWER] = period->power;
	out[PERIOD_PEAK_LOG] = -log(period->peak_frequency);
	out[PERIOD_PEAK_POWER] = period->peak_power;
	out[PERIOD_OVER_PEAK] = period->period * period->peak_frequency;
	out[PERIOD_LOG_FALSE_ALARM] = period->log10_false_alarm;
	out[PERIOD_ALIAS_BELOW] = period->alias_power[0] / period->peak_power;
	out[PERIOD_ALIAS_ABOVE] = period->alias_power[1] / period->peak_power;
	out[PERIOD_SECOND_LOG] = -log(period->second_frequency);
	out[PERIOD_SECOND_OVER_PEAK] = period->peak_frequency / period->second_frequency;
	out[PERIOD_SECOND_POWER_RATIO] = period->second_power_ratio;
	out[PERIOD_EPOCHS] = period->n_epochs;
}

static void
put_shape(const Period *period, double *out)
{
	out[PERIOD_EXPLAINED] = period->explained;
	out[PERIOD_CRITERION] = period->criterion;
	out[PERIOD_DOUBLED_CHI_SQUARE] = (1.0 - period->doubled_explained) / (1.0 - period->explained);
	for (int h = 0; h < PERIOD_HARMONICS - 1; h++)
	{
		out[PERIOD_HARMONIC_RATIOS + h] = period->harmonic_ratio[h];
		out[PERIOD_HARMONIC_PHASES + 2 * h] = cos(period->harmonic_phase[h]);
		out[PERIOD_HARMONIC_PHASES + 2 * h + 1] = sin(period->harmonic_phase[h]);
	}
	out[PERIOD_MAXIMUM_SHARE] = period->maximum_share;
	out[PERIOD_RISE_SHARE] = period->rise_share;
}

static void
compute_period(Measurements *m, double *out)
{
	FoldedPoint *points = workspace_array(m->workspace, FoldedPoint, m->observations->count);
	uint32_t	 n = 0;
	int			 n_passbands = 0;

	m->period = find_period(m->observations, ANY_PERIOD, m->workspace);
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		uint32_t n_folded;

		m->period_explained[passband] = NAN;
		n_folded = fold_passband(m, passband, points + n);
		n += n_folded;
		n_passbands += n_folded > 0;
	}
	qsort(points, n, sizeof(FoldedPoint), compare_points);

	put_search(m, out);
	put_shape(&m->period, out);
	out[PERIOD_CHI_SQUARE_REDUCED] =
		reduced_chi_square(points, n, n_passbands, m->period.fold.n_harmonics);
	out[PERIOD_SCATTER_RATIO] = scatter_ratio(m, points, n);
	out[PERIOD_VON_NEUMANN] = folded_von_neumann(points, n);
	out[PERIOD_PHASE_GAP] = largest_phase_gap(points, n);
}

const FeatureGroup period_features = {
	.table = {"period", EXPAND_NOT, N_PERIOD_ROWS, period_rows},
	.compute = compute_period,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * Each passband
 * ----------------------------------------------------------------
 */

#define NO_BAND "; NaN without four times and two fluxes"

static const FeatureRow band_rows[] = {
	{"folded_amplitude", "flux", "peak-to-peak amplitude of the folded fit" NO_BAND},
	{"folded_amplitude_share", "1",
	 "folded_amplitude over the sum of it over the passbands" NO_BAND},
	{"folded_band_explained", "1",
	 "share of the chi-square about the mean that the folded fit explains" NO_BAND},
};

static void
compute_bands(Measurements *m, double *out)
{
	const double *amplitude = m->period.band_amplitude;
	double		  sum = 0.0;

	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		if (!isnan(amplitude[passband]))
			sum += amplitude[passband];
	}
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		out[passband] = amplitude[passband];
		out[N_PASSBANDS + passband] = amplitude[passband] / sum;
		out[2 * N_PASSBANDS + passband] = m->period_explained[passband];
	}
}

const FeatureGroup period_band_features = {
	.table = {"period_band", EXPAND_PASSBANDS, 3, band_rows},
	.compute = compute_bands,
	.fitted = true,
};
