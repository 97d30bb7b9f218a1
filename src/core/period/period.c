/*
 * period.c
 *		The period of a light curve.
 *
 * From coarse to fine: a scan of all frequencies, in single precision, yields
 * candidates; they are compared and refined in double.
 */
#include "core/period/period.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/period/search.h"

#define YEAR 365.25

/* ----------------------------------------------------------------
 * The periodogram's peaks
 * ----------------------------------------------------------------
 */

/* The peaks that may be the highest: of so great a share of the highest, and so many. */
#define CONTENDER_SHARE 0.9
#define CONTENDERS 4

/* Their vertices are as far from the tops, in units of 1 / baseline. */
#define VERTEX_ERROR (0.25 / OVERSAMPLING)

/* A peak, by its exact power. */
typedef struct Peak
{
	double frequency;
	double power;
} Peak;

static int
compare_peaks(const void *a, const void *b)
{
	const Peak *x = a, *y = b;

	if (x->power != y->power)
		return x->power > y->power ? -1 : 1;
	return (x->frequency > y->frequency) - (x->frequency < y->frequency);
}

/* The scanned peaks in order of exact power; returns their number. */
static int
exact_peaks(const PeriodogramInput *input, const FrequencyGrid *grid, const Peaks *scanned,
			Peak *peaks)
{
	for (int i = 0; i < scanned->count; i++)
	{
		peaks[i].frequency = ((double) grid->first + scanned->place[i]) * grid->step;
		peaks[i].power = multiband_power(input, peaks[i].frequency);
	}
	qsort(peaks, scanned->count, sizeof(Peak), compare_peaks);
	return scanned->count;
}

/*
 * The highest of n peaks in order of power, at its top.  Those that may be it are climbed: the
 * first few, and the lowest of all frequencies as high.
 */
static Peak
highest_peak(const PeriodogramInput *input, const Peak *peaks, int n)
{
	double width = VERTEX_ERROR / input->baseline;
	int	   lowest = 0;
	Peak   best;

	for (int i = 1; i < n; i++)
		if (peaks[i].power >= CONTENDER_SHARE * peaks[0].power &&
			peaks[i].frequency < peaks[lowest].frequency)
			lowest = i;
	best = peaks[lowest];
	best.power = climb(input, width, 3, &best.frequency);
	for (int i = 0; i < n && i < CONTENDERS; i++)
	{
		Peak peak = peaks[i];

		if (peak.power < CONTENDER_SHARE * peaks[0].power)
			break;
		peak.power = climb(input, width, 3, &peak.frequency);
		if (peak.power > (1.0 + EQUAL_SHARE) * best.power)
			best = peak;
	}
	best.power = climb(input, width / 8.0, 8, &best.frequency);
	return best;
}

/* Mean over the bands of the weighted variance of the times. */
static double
time_variance(const PeriodogramInput *input)
{
	double sum = 0.0;

	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];
		double				   mean = 0.0, variance = 0.0;

		for (uint32_t i = band->start; i < band->end; i++)
			mean += input->weight[i] * input->time[i];
		for (uint32_t i = band->start; i < band->end; i++)
			variance += input->weight[i] * (input->time[i] - mean) * (input->time[i] - mean);
		sum += variance;
	}
	return sum / input->n_bands;
}

/* See struct Period for the formula; n_bands is at least 1. */
static double
log10_false_alarm(const PeriodogramInput *input, double power, double frequency_range)
{
	double bands = input->n_bands;
	double m = 0.5 * ((double) input->count - 3.0 * bands);
	double width = frequency_range * sqrt(4.0 * M_PI * time_variance(input));
	double term = 1.0, sum = 1.0;
	double rest = log1p(-fmin(power, 1.0 - 1e-15));
	double log_p, log_tau, log_larger;
	int	   sign;

	if (!(m > 0.5) || !(width > 0.0))
		return 0.0;
	for (int k = 1; k < input->n_bands; k++)
	{
		term *= (m + k - 1.0) / k * power;
		sum += term;
	}
	log_p = fmin(0.0, m * rest + log(sum));
	log_tau = log(width) + lgamma_r(m + bands, &sign) - lgamma_r(bands, &sign) -
			  lgamma_r(m + 0.5, &sign) + (bands - 0.5) * log(power) + (m - 0.5) * rest;
	log_larger = fmax(log_p, log_tau);
	if (log_larger > -18.0)
		return log10(-expm1(log1p(-fmin(exp(log_p), 1.0 - 1e-15)) - exp(log_tau)));
	return (log_larger + log1p(exp(fmin(log_p, log_tau) - log_larger))) / M_LN10;
}

static bool
is_relative(double frequency, double of, double width)
{
	static const double harmonics[] = {1.0, 0.5, 2.0, 1.0 / 3.0, 2.0 / 3.0, 1.5, 3.0, 4.0};

	for (size_t h = 0; h < sizeof(harmonics) / sizeof(harmonics[0]); h++)
	{
		for (int n = -3; n <= 3; n++)
		{
			double alias = fabs(harmonics[h] * of + n);

			if (fabs(frequency - alias) < width + (n == 0 ? 0.0 : 1.0 / YEAR))
				return true;
		}
	}
	return false;
}

/* The highest peak, what is one day from it, and the highest that is no relative of it. */
static void
find_peaks(const PeriodogramInput *input, const FrequencyGrid *grid, const Peaks *scanned,
		   Period *period)
{
	double width = 1.0 / input->baseline;
	Peak   peaks[MAX_PEAKS];
	int	   n = exact_peaks(input, grid, scanned, peaks);
	Peak   peak = highest_peak(input, peaks, n);
	int	   n_others = 0;

	period->peak_frequency = peak.frequency;
	period->peak_power = peak.power;
	period->alias_power[0] = multiband_power(input, fabs(peak.frequency - 1.0));
	period->alias_power[1] = multiband_power(input, peak.frequency + 1.0);
	for (int i = 0; i < n; i++)
		if (!is_relative(peaks[i].frequency, peak.frequency, width))
			peaks[n_others++] = peaks[i];
	if (n_others == 0)
		return;
	peak = highest_peak(input, peaks, n_others);
	period->second_frequency = peak.frequency;
	period->second_power_ratio = peak.power / period->peak_power;
}

/* ----------------------------------------------------------------
 * The folded light curve
 * ----------------------------------------------------------------
 */

/* Sets the shares of the shape; returns its peak-to-peak height. */
static double
describe_shape(const Fold *fold, Period *period)
{
	FoldExtremes extremes = fold_extremes(fold);
	double		 height = extremes.maximum - extremes.minimum;
	int			 rise = extremes.maximum_at - extremes.minimum_at;

	if (height > 0.0)
	{
		period->maximum_share = extremes.maximum / height;
		period->rise_share = (double) ((rise + FOLD_PHASES) % FOLD_PHASES) / FOLD_PHASES;
	}
	return height;
}

static void
describe_fold(PeriodogramInput *input, Period *period)
{
	int	   n_harmonics = bearable_harmonics(input, PERIOD_HARMONICS);
	int	   n_doubled = 2 * n_harmonics;
	double first_amplitude, first_phase;
	double height;
	int	   n_needed;
	Fold  *fold = &period->fold;

	if (n_harmonics == 0)
		return;
	*fold = fit_fold_and_scales(input, 1.0 / period->period, n_harmonics);
	height = describe_shape(fold, period);
	period->explained = fold->explained[n_harmonics];
	period->criterion = fold_criterion(input, fold, &n_needed);
	if (bearable_harmonics(input, n_doubled) == n_doubled)
		period->doubled_explained =
			fit_fold(input, 0.5 * fold->frequency, n_doubled).explained[n_doubled];
	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];
		double				   scale = input->flux_unit * band->scale;

		period->band_scale[band->passband] = scale;
		period->band_amplitude[band->passband] = fabs(scale) * height;
	}
	first_amplitude = hypot(fold->cosine[0], fold->sine[0]);
	first_phase = atan2(-fold->sine[0], fold->cosine[0]);
	if (!(first_amplitude > 0.0))
		return;
	for (int h = 2; h <= n_harmonics; h++)
	{
		double c = fold->cosine[h - 1], s = fold->sine[h - 1];
		double cycles = (atan2(-s, c) - h * first_phase) / (2.0 * M_PI);

		period->harmonic_ratio[h - 2] = hypot(c, s) / first_amplitude;
		period->harmonic_phase[h - 2] = 2.0 * M_PI * (cycles - floor(cycles));
	}
}

static Period
unknown_period(void)
{
	Period period = {
		.peak_frequency = NAN,
		.peak_power = NAN,
		.log10_false_alarm = NAN,
		.alias_power = {NAN, NAN},
		.second_frequency = NAN,
		.second_power_ratio = NAN,
		.period = NAN,
		.power = NAN,
		.n_epochs = NAN,
		.explained = NAN,
		.criterion = NAN,
		.doubled_explained = NAN,
		.maximum_share = NAN,
		.rise_share = NAN,
	};

	for (int h = 0; h < PERIOD_HARMONICS - 1; h++)
		period.harmonic_ratio[h] = period.harmonic_phase[h] = NAN;
	for (int passband = 0; passband < N_PASSBANDS; passband++)
		period.band_scale[passband] = period.band_amplitude[passband] = NAN;
	return period;
}

/* ----------------------------------------------------------------
 * The search
 * ----------------------------------------------------------------
 */

/*
 * Where the bands have so many observations, a quick scan at a low oversampling shows the peaks
 * that the whole periodogram has, and the exact one at a higher oversampling where they have fewer
 * (bench/README.md, "periods").
 */
#define QUICK_OBSERVATIONS 18
#define QUICK_OVERSAMPLING 2.0
#define SCAN_OVERSAMPLING 3.5

/* P and Q of a light curve on the grid, exact or by a quick scan. */
typedef struct Scanned
{
	PeriodogramInput input;
	FrequencyGrid	 grid;
	float			*power;	 /* [grid.count] */
	float			*shared; /* see rank_frequencies() */
	Peaks			 peaks;	 /* of P; none where the periodogram is undefined */
} Scanned;

/* Fills power[] and shared[], which has zeros below the grid. */
static void
fill_grid(Scanned *scanned, bool quick, Workspace *workspace)
{
	const PeriodogramInput *input = &scanned->input;
	const FrequencyGrid	   *grid = &scanned->grid;
	float				   *shared;
	QuickScan			   *quick_scan = NULL;
	PeriodogramScan		   *scan = NULL;

	if (quick)
		quick_scan = begin_quick_scan(input, grid->step, workspace);
	else
		scan = begin_scan(input, grid->step, workspace);
	scanned->power = workspace_array(workspace, float, grid->count + SCAN_FREQUENCIES);
	scanned->shared =
		workspace_array(workspace, float, grid->first + grid->count + SCAN_FREQUENCIES);
	memset(scanned->shared, 0, grid->first * sizeof(float));
	shared = scanned->shared + grid->first;
	for (uint64_t i = 0; i < grid->count; i += SCAN_FREQUENCIES)
	{
		uint64_t n = grid->count - i < SCAN_FREQUENCIES ? grid->count - i : SCAN_FREQUENCIES;

		if (quick)
			quick_scan_frequencies(quick_scan, grid->first + i, scanned->power + i, shared + i);
		else
			scan_frequencies(scan, grid->first + i, (uint32_t) n, scanned->power + i, shared + i);
		workspace->check_interrupts();
	}
}

static Scanned
scan_range(const Observations *observations, PeriodRange range, Workspace *workspace)
{
	Observations	  fitted = fitted_observations(observations, workspace);
	Scanned			  scanned = {.input = periodogram_input(&fitted, workspace)};
	PeriodogramInput *input = &scanned.input;
	FrequencyGrid	 *grid = &scanned.grid;
	bool			  quick = input->count >= QUICK_OBSERVATIONS * (uint32_t) input->n_bands;

	*grid = frequency_grid(input->baseline, quick ? QUICK_OVERSAMPLING : SCAN_OVERSAMPLING,
						   fmax(1.0 / input->baseline, 1.0 / range.maximum), 1.0 / range.minimum,
						   MAX_FREQUENCIES);
	if (input->n_bands == 0 || grid->count == 0 || grid->first >= MAX_FREQUENCIES)
		return scanned;
	if (grid->first + grid->count > MAX_FREQUENCIES)
		grid->count = MAX_FREQUENCIES - grid->first;
	fill_grid(&scanned, quick, workspace);
	scanned.peaks = highest_peaks(scanned.power, grid->count, MAX_PEAKS);
	return scanned;
}

/* The frequencies of the best folded light curves; the peak's where no fold is determined. */
static int
best_frequencies(const Scanned *scanned, double peak_frequency, int limit, double *frequencies,
				 Workspace *workspace)
{
	const FrequencyGrid *grid = &scanned->grid;
	float				*sums = workspace_array(workspace, float, grid->first + grid->count);
	int n = rank_frequencies(&scanned->input, grid, 1.0 / (OVERSAMPLING * scanned->input.baseline),
							 &scanned->peaks, peak_frequency, scanned->shared, sums, limit,
							 frequencies, workspace);

	if (n > 0)
		return n;
	frequencies[0] = peak_frequency;
	return 1;
}

static double
scanned_false_alarm(const Scanned *scanned, double power)
{
	return log10_false_alarm(&scanned->input, power,
							 (double) scanned->grid.count * scanned->grid.step);
}

Period
find_period(const Observations *observations, PeriodRange range, Workspace *workspace)
{
	Scanned scanned = scan_range(observations, range, workspace);
	Period	period = unknown_period();
	double	frequency;

	if (scanned.peaks.count == 0)
		return period;
	find_peaks(&scanned.input, &scanned.grid, &scanned.peaks, &period);
	period.log10_false_alarm = scanned_false_alarm(&scanned, period.peak_power);
	best_frequencies(&scanned, period.peak_frequency, 1, &frequency, workspace);
	period.period = 1.0 / frequency;
	period.power = multiband_power(&scanned.input, frequency);
	period.n_epochs = scanned.input.n_epochs;
	describe_fold(&scanned.input, &period);
	return period;
}

int
find_period_candidates(const Observations *observations, PeriodRange range, int limit,
					   PeriodCandidate *candidates, Workspace *workspace)
{
	Scanned scanned = scan_range(observations, range, workspace);
	Period	period = unknown_period();
	double	frequencies[MAX_PERIOD_CANDIDATES];
	int		n;

	if (scanned.peaks.count == 0 || limit < 1)
		return 0;
	find_peaks(&scanned.input, &scanned.grid, &scanned.peaks, &period);
	n = best_frequencies(&scanned, period.peak_frequency, limit, frequencies, workspace);
	for (int i = 0; i < n; i++)
	{
		PeriodCandidate *candidate = &candidates[i];

		candidate->period = 1.0 / frequencies[i];
		candidate->power = multiband_power(&scanned.input, frequencies[i]);
		candidate->log10_false_alarm = scanned_false_alarm(&scanned, candidate->power);
	}
	return n;
}
