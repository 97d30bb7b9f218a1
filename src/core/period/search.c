/*
 * search.c
 *		Peaks, and candidates for the period.
 *
 * A sharp-edged light curve, above all that of a detached eclipsing binary,
 * spreads its power over many harmonics, so that the periodogram's own peak may
 * be noise or an alias: hence candidates are also taken from sums of the shared
 * power over harmonics, and compared by their folded light curves.
 */
#include "core/period/search.h"

#include <math.h>
#include <string.h>

#include "core/base/simd.h"

/* ----------------------------------------------------------------
 * Peaks of the grid
 * ----------------------------------------------------------------
 */

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

/* How many of n values are above a threshold. */
DISPATCHED static int32_t
count_above(const float *values, int32_t n, float threshold)
{
	int32_t above = 0;

	for (int32_t i = 0; i < n; i++)
		above += values[i] > threshold;
	return above;
}

Peaks
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
 * Climbing
 * ----------------------------------------------------------------
 */

double
power_objective(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	return multiband_power(input, frequency);
}

static double
fold_objective(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	return fit_fold(input, frequency, n_harmonics).explained[n_harmonics];
}

double
climb(const PeriodogramInput *input, Objective objective, int n_harmonics, double width,
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
 * Candidates
 * ----------------------------------------------------------------
 */

#define MAX_CANDIDATES 128

/* Harmonics that are summed at most, and the highest sums that become candidates. */
#define MAX_SUMMED 8
#define PEAKS_OF_SUM 12

/* How many of the best candidates are looked around, and how many refined. */
#define N_SCANNED 8
#define N_REFINED 3

/* See settle_on_relative(). */
#define MULTIPLE_BONUS 4.0
#define RELATIVE_ROUNDS 4

/* See double_eclipses(). */
#define ECLIPSES_MAXIMUM_SHARE 0.46
#define ECLIPSES_BONUS 12.0

typedef struct Candidate
{
	double frequency;
	double criterion; /* the lower, the better */
	int	   n_harmonics;
} Candidate;

typedef struct Candidates
{
	const PeriodogramInput *input;
	const FrequencyGrid	   *grid;
	int						n_harmonics; /* as many as the observations can bear */
	int						count;
	Candidate				list[MAX_CANDIDATES]; /* the best first */
} Candidates;

int
bearable_harmonics(const PeriodogramInput *input, int n_harmonics)
{
	int degrees = (int) input->count - 2 * input->n_bands;

	return degrees < 4 * n_harmonics ? (degrees < 0 ? 0 : degrees / 4) : n_harmonics;
}

double
fold_criterion(const PeriodogramInput *input, const Fold *fold, int *n_harmonics)
{
	double n = input->n_epochs;
	double least = INFINITY;

	*n_harmonics = 0;
	for (int h = 1; h <= fold->n_harmonics; h++)
	{
		double criterion = n * log(fmax(1e-12, 1.0 - fold->explained[h])) + 2.0 * h * log(n);

		if (criterion < least)
		{
			least = criterion;
			*n_harmonics = h;
		}
	}
	return least;
}

/* The criterion of a candidate has a prior that is uniform in log(frequency). */
static Candidate
judge(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	Candidate candidate = {.frequency = frequency};
	Fold	  fold = fit_fold(input, frequency, n_harmonics);

	candidate.criterion =
		fold_criterion(input, &fold, &candidate.n_harmonics) + 2.0 * log(frequency);
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

/* Whether one of n candidates is closer to a frequency than the distance. */
static bool
is_near(const Candidate *list, int n, double frequency, double distance)
{
	for (int i = 0; i < n; i++)
		if (fabs(list[i].frequency - frequency) < distance)
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

		if (!is_near(candidates->list, candidates->count, frequency, 0.1 * step))
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
		Peaks	 peaks;

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
	int	   n = candidates->count < N_SCANNED ? candidates->count : N_SCANNED;
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

/* The candidate at the top of the folded light curve's peak at a frequency. */
static Candidate
refine(const Candidates *candidates, double frequency, int n_harmonics)
{
	climb(candidates->input, fold_objective, n_harmonics,
		  0.25 * candidates->grid->step / n_harmonics, 4, &frequency);
	return judge(candidates->input, frequency, candidates->n_harmonics);
}

/*
 * Refines the first candidates that are more than a step from each other; returns their number,
 * at most limit.
 */
static int
refine_candidates(const Candidates *candidates, int limit, Candidate *refined)
{
	int n_refined = 0;

	for (int i = 0; i < candidates->count && n_refined < limit; i++)
	{
		const Candidate *candidate = &candidates->list[i];

		if (is_near(candidates->list, i, candidate->frequency, candidates->grid->step))
			continue;
		refined[n_refined++] = refine(candidates, candidate->frequency, candidate->n_harmonics);
	}
	return n_refined;
}

/* The harmonic that explains most. */
static int
strongest_harmonic(const PeriodogramInput *input, const Candidate *candidate)
{
	Fold fold = fit_fold(input, candidate->frequency, candidate->n_harmonics);
	int	 strongest = 1;

	for (int h = 2; h <= fold.n_harmonics; h++)
		if (fold.explained[h] - fold.explained[h - 1] >
			fold.explained[strongest] - fold.explained[strongest - 1])
			strongest = h;
	return strongest;
}

/* The lowest of the frequencies that times of one visit a day cannot tell from this one. */
static double
daily_alias(double frequency)
{
	return fabs(frequency - round(frequency));
}

/*
 * The best of a candidate and its relatives: frequencies that explain the same if the light curve
 * is that of a harmonic alone, or if it is observed at the same time of each day.  A multiple of a
 * frequency replaces it unless its criterion is worse by MULTIPLE_BONUS: a multiple of the period
 * fits whatever the period fits, and what else it fits is often not the star.
 */
static Candidate
settle_on_relative(const Candidates *candidates, Candidate best)
{
	const FrequencyGrid *grid = candidates->grid;

	for (int round = 0; round < RELATIVE_ROUNDS; round++)
	{
		Candidate before = best;
		int		  strongest = strongest_harmonic(candidates->input, &before);
		struct
		{
			double frequency;
			int	   multiple; /* harmonics of `before` for one of the relative */
		} relatives[] = {
			{daily_alias(before.frequency), 1},
			{2.0 * before.frequency, 2},
			{3.0 * before.frequency, 3},
			{strongest * before.frequency, strongest},
			{daily_alias(strongest * before.frequency), strongest},
		};
		int n_relatives = strongest > 1 ? 5 : 3;

		for (int i = 0; i < n_relatives; i++)
		{
			int		  multiple = relatives[i].multiple;
			Candidate candidate;

			if (relatives[i].frequency == before.frequency ||
				relatives[i].frequency < grid_frequency(grid, 0) ||
				relatives[i].frequency > grid_frequency(grid, grid->count - 1))
				continue;
			candidate = refine(candidates, relatives[i].frequency,
							   (before.n_harmonics + multiple - 1) / multiple);
			if (candidate.criterion - (multiple > 1 ? MULTIPLE_BONUS : 0.0) < best.criterion)
				best = candidate;
		}
		if (best.frequency == before.frequency)
			break;
	}
	return best;
}

/*
 * A light curve that falls below its mean further than it rises above it is that of an eclipsing
 * binary, with two minima an orbit: half of the frequency replaces it unless its criterion is
 * worse by ECLIPSES_BONUS.
 */
static Candidate
double_eclipses(const Candidates *candidates, Candidate candidate)
{
	Fold		 fold = fit_fold(candidates->input, candidate.frequency, candidate.n_harmonics);
	FoldExtremes extremes = fold_extremes(&fold);
	int			 n_harmonics = 2 * candidate.n_harmonics;
	Candidate	 doubled;

	if (!(extremes.maximum < ECLIPSES_MAXIMUM_SHARE * (extremes.maximum - extremes.minimum)) ||
		0.5 * candidate.frequency < grid_frequency(candidates->grid, 0))
		return candidate;
	doubled = refine(candidates, 0.5 * candidate.frequency,
					 n_harmonics < candidates->n_harmonics ? n_harmonics : candidates->n_harmonics);
	return doubled.criterion - ECLIPSES_BONUS < candidate.criterion ? doubled : candidate;
}

int
rank_frequencies(const PeriodogramInput *input, const FrequencyGrid *grid, const Peaks *peaks,
				 double peak_frequency, const float *shared, float *sums, int limit,
				 double *frequencies, Workspace *workspace)
{
	Candidates candidates = {
		.input = input,
		.grid = grid,
		.n_harmonics = bearable_harmonics(input, FOLD_HARMONICS),
	};
	Candidates ranking = candidates;
	Candidate  refined[MAX_PEAKS];
	Candidate  chosen[MAX_PEAKS];
	Candidate  best;
	int		   n_refined;
	int		   n = 0;

	if (candidates.n_harmonics == 0)
		return 0;
	insert_candidate(&candidates, judge(input, peak_frequency, candidates.n_harmonics));
	add_candidates(&candidates, peaks, grid->first, grid->step);
	add_harmonic_candidates(&candidates, grid, shared, sums, workspace);
	look_around(&candidates, grid->step);
	n_refined = refine_candidates(&candidates, limit > N_REFINED ? limit : N_REFINED, refined);
	/* the best is the same whatever the limit */
	for (int i = 0; i < n_refined && i < N_REFINED; i++)
		insert_candidate(&ranking, refined[i]);
	best = settle_on_relative(&candidates, ranking.list[0]);
	chosen[n++] = double_eclipses(&candidates, best);
	for (int i = N_REFINED; i < n_refined; i++)
		insert_candidate(&ranking, refined[i]);
	for (int i = 0; i < ranking.count && n < limit; i++)
		if (!is_near(chosen, n, ranking.list[i].frequency, grid->step))
			chosen[n++] = ranking.list[i];
	for (int i = 0; i < n; i++)
		frequencies[i] = chosen[i].frequency;
	return n;
}
