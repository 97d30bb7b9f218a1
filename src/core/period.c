/*
 * period.c
 *		The search for the period of a light curve.
 *
 * The grid of frequencies, in single precision, yields candidates; they are
 * compared and refined in double.  A sharp-edged light curve, above all that of
 * a detached eclipsing binary, spreads its power over many harmonics, so that
 * the periodogram's own peak may be noise: hence candidates are also taken from
 * sums of the shared power over harmonics, and compared by their folded light
 * curves.
 */
#include "core/period.h"

#include <math.h>
#include <string.h>

#include "core/periodogram_fold.h"
#include "core/simd.h"

#define YEAR 365.25

/* ----------------------------------------------------------------
 * Peaks of the grid
 * ----------------------------------------------------------------
 */

#define MAX_PEAKS 32

/* The highest peaks seen so far, in falling order. */
typedef struct Peaks
{
	int limit;
	int count;
	uint64_t index[MAX_PEAKS];
	float height[MAX_PEAKS];
} Peaks;

static void
add_peak(Peaks *peaks, uint64_t index, float height)
{
	int i = peaks->count < peaks->limit ? peaks->count++ : peaks->limit - 1;

	for (; i > 0 && peaks->height[i - 1] < height; i--)
	{
		peaks->height[i] = peaks->height[i - 1];
		peaks->index[i] = peaks->index[i - 1];
	}
	peaks->height[i] = height;
	peaks->index[i] = index;
}

static bool
is_peak(const float *values, uint64_t i, uint64_t count)
{
	return (i == 0 || values[i] > values[i - 1]) && (i + 1 == count || values[i] >= values[i + 1]);
}

/* How many of n values are above a threshold. */
DISPATCHED static int32_t
count_above(const float *values, int32_t n, float threshold)
{
	int32_t above = 0;

	for (int32_t i = 0; i < n; i++)
		above += values[i] > threshold;
	return above;
}

static Peaks
highest_peaks(const float *values, uint64_t count, int limit)
{
	enum
	{
		BLOCK = 256
	};
	Peaks peaks = {.limit = limit};
	float threshold = 0.0f;

	for (uint64_t start = 0; start < count; start += BLOCK)
	{
		uint64_t end = start + BLOCK < count ? start + BLOCK : count;

		if (count_above(values + start, (int32_t) (end - start), threshold) == 0)
			continue;
		for (uint64_t i = start; i < end; i++)
		{
			if (!(values[i] > threshold) || !is_peak(values, i, count))
				continue;
			add_peak(&peaks, i, values[i]);
			if (peaks.count == limit)
				threshold = peaks.height[limit - 1];
		}
	}
	return peaks;
}

/* ----------------------------------------------------------------
 * Refinement
 * ----------------------------------------------------------------
 */

typedef double (*Objective)(const PeriodogramInput *input, double frequency, int n_harmonics);

static double
power_objective(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	return multiband_power(input, frequency);
}

static double
fold_objective(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	return fit_fold(input, frequency, n_harmonics).explained[n_harmonics];
}

/*
 * Climbs from *frequency to a maximum: to the higher neighbour at distance
 * `width`, or, at a peak, to the vertex of the parabola through the three, with
 * a quarter of the width.  Never leaves for a lower value; a fixed number of
 * rounds.
 */
static double
refine(const PeriodogramInput *input, Objective objective, int n_harmonics, double width,
	   int n_rounds, double *frequency)
{
	double best = objective(input, *frequency, n_harmonics);

	for (int round = 0; round < n_rounds; round++)
	{
		double centre = *frequency;
		double below = objective(input, centre - width, n_harmonics);
		double above = objective(input, centre + width, n_harmonics);
		double curvature = below - 2.0 * best + above;
		double vertex;

		if (below > best || above > best)
		{
			*frequency = below > above ? centre - width : centre + width;
			best = fmax(below, above);
			continue;
		}
		width *= 0.25;
		if (!(curvature < 0.0))
			continue;
		centre += 2.0 * width * (below - above) / curvature;
		vertex = objective(input, centre, n_harmonics);
		if (vertex > best)
		{
			best = vertex;
			*frequency = centre;
		}
	}
	return best;
}

/* ----------------------------------------------------------------
 * The periodogram's peaks
 * ----------------------------------------------------------------
 */

/* A grid point is at most 3 percent lower than the peak between two of them. */
#define CONTENDERS 4
#define CONTENDER_SHARE 0.95f

static void
refine_peak(const PeriodogramInput *input, const FrequencyGrid *grid, const Peaks *peaks,
			Period *period)
{
	double centre = NAN, best = -INFINITY;

	for (int i = 0; i < peaks->count && i < CONTENDERS; i++)
	{
		double frequency = grid_frequency(grid, peaks->index[i]);
		double power;

		if (peaks->height[i] < CONTENDER_SHARE * peaks->height[0])
			break;
		power = refine(input, power_objective, 1, 0.25 * grid->step, 2, &frequency);
		if (power > best)
		{
			best = power;
			centre = frequency;
		}
	}
	period->peak_power = refine(input, power_objective, 1, grid->step / 32.0, 8, &centre);
	period->peak_frequency = centre;
	period->alias_power[0] = multiband_power(input, fabs(centre - 1.0));
	period->alias_power[1] = multiband_power(input, centre + 1.0);
}

/* Mean over the bands of the weighted variance of the times. */
static double
time_variance(const PeriodogramInput *input)
{
	double sum = 0.0;

	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];
		double mean = 0.0, variance = 0.0;

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
	int sign;

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

static void
find_second(const PeriodogramInput *input, const FrequencyGrid *grid, const float *power,
			Period *period)
{
	double width = 1.0 / input->baseline;
	double frequency = NAN;
	float highest = 0.0f;

	for (uint64_t i = 0; i < grid->count; i++)
	{
		if (!(power[i] > highest) || !is_peak(power, i, grid->count) ||
			is_relative(grid_frequency(grid, i), period->peak_frequency, width))
			continue;
		highest = power[i];
		frequency = grid_frequency(grid, i);
	}
	if (isnan(frequency))
		return;
	period->second_power_ratio =
		refine(input, power_objective, 1, 0.25 * grid->step, 4, &frequency) / period->peak_power;
	period->second_frequency = frequency;
}

/* ----------------------------------------------------------------
 * The period
 * ----------------------------------------------------------------
 */

#define MAX_CANDIDATES 128
#define N_SCANNED 8

#define MAX_SUMMED 8
#define PEAKS_OF_SUM 12
#define N_REFINED 3

typedef struct Candidate
{
	double frequency;
	double criterion; /* the lower, the better */
	int n_harmonics;
} Candidate;

typedef struct Candidates
{
	const PeriodogramInput *input;
	int n_harmonics; /* as many as the observations can bear */
	int count;
	Candidate list[MAX_CANDIDATES]; /* the best first */
} Candidates;

/* At most half of the observations' degrees of freedom go into a shape. */
static int
bearable_harmonics(const PeriodogramInput *input, int n_harmonics)
{
	int degrees = (int) input->count - 2 * input->n_bands;

	return degrees < 4 * n_harmonics ? (degrees < 0 ? 0 : degrees / 4) : n_harmonics;
}

static Candidate
judge(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	Fold fold = fit_fold(input, frequency, n_harmonics);
	Candidate candidate = {.frequency = frequency, .criterion = INFINITY};
	double n = input->count;

	for (int h = 1; h <= n_harmonics; h++)
	{
		double criterion = n * log(fmax(1e-12, 1.0 - fold.explained[h])) + 2.0 * h * log(n);

		if (criterion < candidate.criterion)
		{
			candidate.criterion = criterion;
			candidate.n_harmonics = h;
		}
	}
	return candidate;
}

static void
insert_candidate(Candidates *candidates, Candidate candidate)
{
	int i = candidates->count;

	if (i == MAX_CANDIDATES)
		return;
	candidates->count++;
	for (; i > 0 && candidates->list[i - 1].criterion > candidate.criterion; i--)
		candidates->list[i] = candidates->list[i - 1];
	candidates->list[i] = candidate;
}

static bool
is_candidate(const Candidates *candidates, double frequency, double tolerance)
{
	for (int i = 0; i < candidates->count; i++)
		if (fabs(candidates->list[i].frequency - frequency) < tolerance)
			return true;
	return false;
}

/* Peaks whose index counts steps from `first` on. */
static void
add_candidates(Candidates *candidates, const Peaks *peaks, uint64_t first, double step)
{
	for (int i = 0; i < peaks->count; i++)
	{
		double frequency = (double) (first + peaks->index[i]) * step;

		if (!is_candidate(candidates, frequency, 0.1 * step))
			insert_candidate(candidates,
							 judge(candidates->input, frequency, candidates->n_harmonics));
	}
}

/*
 * Sums of Q over the harmonics h = 1 .. n of the frequencies j step / n are made
 * from those of n / 2, which are the harmonics of even h: adds those of odd h.
 * The n-th harmonic is on the grid, the others are at most half a step off it.
 * shared[] and sums[] have an element for each multiple of the step, from 0 on.
 */
static inline void
add_odd_harmonics(uint64_t count, const float *restrict shared, const int n, float *restrict sums)
{
	for (uint64_t i = 0; i < count / n; i++)
	{
		for (int j = 0; j < n; j++)
		{
			float sum = 0.0f;

			for (int h = 1; h < n; h += 2)
				sum += shared[h * i + (2 * h * j + n) / (2 * n)];
			sums[n * i + j] += sum;
		}
	}
}

/* With n constant, its divisions and inner loops are the compiler's. */
DISPATCHED static void
extend_harmonic_sums(uint64_t count, const float *restrict shared, int n, float *restrict sums)
{
	if (n == 2)
		add_odd_harmonics(count, shared, 2, sums);
	else if (n == 4)
		add_odd_harmonics(count, shared, 4, sums);
	else if (n == 8)
		add_odd_harmonics(count, shared, 8, sums);
}

/* Candidates from the sums of Q over 1, 2, 4 and 8 harmonics. */
static void
add_harmonic_candidates(Candidates *candidates, const FrequencyGrid *grid, const float *shared,
						float *sums, Workspace *workspace)
{
	uint64_t end = grid->first + grid->count;

	memcpy(sums, shared, end * sizeof(float));
	for (int n = 1; n <= MAX_SUMMED; n *= 2)
	{
		uint64_t start = grid->first * n;
		Peaks peaks;

		extend_harmonic_sums(end, shared, n, sums);
		if (start >= end)
			break;
		peaks = highest_peaks(sums + start, end - start, PEAKS_OF_SUM);
		add_candidates(candidates, &peaks, start, grid->step / n);
		workspace->check_interrupts();
	}
}

/* The first candidates again at a few frequencies about theirs, a fine peak's width apart. */
static void
look_around(Candidates *candidates, double step)
{
	int n = candidates->count < N_SCANNED ? candidates->count : N_SCANNED;
	double seeds[N_SCANNED];

	for (int i = 0; i < n; i++)
		seeds[i] = candidates->list[i].frequency;
	for (int i = 0; i < n; i++)
		for (int offset = -2; offset <= 2; offset++)
			if (offset != 0)
				insert_candidate(candidates,
								 judge(candidates->input, seeds[i] + 0.25 * offset * step,
									   candidates->n_harmonics));
}

static Candidate
refine_candidates(Candidates *candidates, double step)
{
	Candidate best = {.frequency = NAN, .criterion = INFINITY};
	int n_refined = 0;

	for (int i = 0; i < candidates->count && n_refined < N_REFINED; i++)
	{
		Candidate candidate = candidates->list[i];
		bool known = false;

		for (int j = 0; j < i; j++)
			known |= fabs(candidates->list[j].frequency - candidate.frequency) < step;
		if (known)
			continue;
		n_refined++;
		refine(candidates->input, fold_objective, candidate.n_harmonics,
			   0.25 * step / candidate.n_harmonics, 4, &candidate.frequency);
		candidate = judge(candidates->input, candidate.frequency, candidates->n_harmonics);
		if (candidate.criterion < best.criterion)
			best = candidate;
	}
	return best;
}

static void
choose_period(const PeriodogramInput *input, const FrequencyGrid *grid, const Peaks *peaks,
			  const float *shared, float *sums, Workspace *workspace, Period *period)
{
	Candidates candidates = {
		.input = input,
		.n_harmonics = bearable_harmonics(input, FOLD_HARMONICS),
	};
	double frequency = period->peak_frequency;

	if (candidates.n_harmonics > 0)
	{
		add_candidates(&candidates, peaks, grid->first, grid->step);
		add_harmonic_candidates(&candidates, grid, shared, sums, workspace);
		look_around(&candidates, grid->step);
		frequency = refine_candidates(&candidates, grid->step).frequency;
	}
	period->period = 1.0 / frequency;
	period->power = multiband_power(input, frequency);
}

/* ----------------------------------------------------------------
 * The folded light curve
 * ----------------------------------------------------------------
 */

static double
peak_to_peak(const Fold *fold)
{
	enum
	{
		N_PHASES = 64
	};
	double low = INFINITY, high = -INFINITY;

	for (int i = 0; i < N_PHASES; i++)
	{
		double shape = fold_shape(fold, (double) i / N_PHASES);

		low = fmin(low, shape);
		high = fmax(high, shape);
	}
	return high - low;
}

static void
describe_fold(PeriodogramInput *input, Period *period)
{
	int n_harmonics = bearable_harmonics(input, PERIOD_HARMONICS);
	double first_amplitude, first_phase;
	double height;
	Fold fold;

	if (n_harmonics == 0)
		return;
	fold = fit_fold_and_scales(input, 1.0 / period->period, n_harmonics);
	height = peak_to_peak(&fold);
	period->explained = fold.explained[n_harmonics];
	for (int b = 0; b < input->n_bands; b++)
		period->band_amplitude[input->bands[b].passband] = fabs(input->bands[b].scale) * height;
	first_amplitude = hypot(fold.cosine[0], fold.sine[0]);
	first_phase = atan2(-fold.sine[0], fold.cosine[0]);
	if (!(first_amplitude > 0.0))
		return;
	for (int h = 2; h <= n_harmonics; h++)
	{
		double c = fold.cosine[h - 1], s = fold.sine[h - 1];
		double cycles = (atan2(-s, c) - h * first_phase) / (2.0 * M_PI);

		period->harmonic_ratio[h - 2] = hypot(c, s) / first_amplitude;
		period->harmonic_phase[h - 2] = 2.0 * M_PI * (cycles - floor(cycles));
	}
}

static Period
unknown_period(void)
{
	Period period = {
		NAN, NAN, NAN, {NAN, NAN}, NAN, NAN, NAN, NAN, NAN,
	};

	for (int h = 0; h < PERIOD_HARMONICS - 1; h++)
		period.harmonic_ratio[h] = period.harmonic_phase[h] = NAN;
	for (int passband = 0; passband < N_PASSBANDS; passband++)
		period.band_amplitude[passband] = NAN;
	return period;
}

Period
find_period(const Observations *observations, Workspace *workspace)
{
	PeriodogramInput input = periodogram_input(observations, workspace);
	FrequencyGrid grid = frequency_grid(input.baseline, OVERSAMPLING, 1.0 / input.baseline,
										MAX_FREQUENCY, MAX_FREQUENCIES);
	Period period = unknown_period();
	PeriodogramScan *scan;
	float *power, *shared, *sums;
	Peaks peaks;

	if (input.n_bands == 0 || grid.count == 0)
		return period;
	scan = begin_scan(&input, grid.step, workspace);
	power = workspace_array(workspace, float, grid.count + SCAN_FREQUENCIES);
	shared = workspace_array(workspace, float, grid.first + grid.count + SCAN_FREQUENCIES);
	sums = workspace_array(workspace, float, grid.first + grid.count);
	memset(shared, 0, grid.first * sizeof(float));
	for (uint64_t i = 0; i < grid.count; i += SCAN_FREQUENCIES)
	{
		uint64_t n = grid.count - i < SCAN_FREQUENCIES ? grid.count - i : SCAN_FREQUENCIES;

		scan_frequencies(scan, grid.first + i, (uint32_t) n, power + i, shared + grid.first + i);
		workspace->check_interrupts();
	}
	peaks = highest_peaks(power, grid.count, 16);
	if (peaks.count == 0)
		return period;
	refine_peak(&input, &grid, &peaks, &period);
	period.log10_false_alarm =
		log10_false_alarm(&input, period.peak_power, (double) grid.count * grid.step);
	find_second(&input, &grid, power, &period);
	choose_period(&input, &grid, &peaks, shared, sums, workspace, &period);
	describe_fold(&input, &period);
	return period;
}
