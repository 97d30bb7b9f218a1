/*
 * search.c
 *		Candidates for the period.
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

#define MAX_CANDIDATES 192

/* Harmonics that are summed at most, and the highest sums that become candidates. */
#define MAX_SUMMED 8
#define PEAKS_OF_SUM 16

/* How many of the best candidates are looked around, and how many refined. */
#define N_SCANNED 8
#define N_REFINED 5
#define REFINE_ROUNDS 4

/* See refine_aliases(). */
#define N_ALIASED 3
#define N_ALIASES_REFINED 2
#define MAX_DAILY 2
#define YEAR 365.25

/* See settle_on_relative(). */
#define MULTIPLE_BONUS 4.0
#define RELATIVE_ROUNDS 4
#define MAX_RELATIVES 5

/* See double_eclipses(). */
#define ECLIPSES_MAXIMUM_SHARE 0.46
#define ECLIPSES_BONUS 12.0

typedef struct Candidate
{
	double frequency;
	double criterion; /* the lower, the better */
	int	   n_harmonics;
	int	   strongest; /* the harmonic that explains most */
} Candidate;

typedef struct Candidates
{
	const PeriodogramInput *input;
	double					lowest; /* frequencies of the search */
	double					highest;
	double					resolution;
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
	double log_n = log(n);
	double least = INFINITY;

	*n_harmonics = 0;
	for (int h = 1; h <= fold->n_harmonics; h++)
	{
		double left = 1.0 - fold->explained[h];
		double criterion = n * log(left > 1e-12 ? left : 1e-12) + 2.0 * h * log_n;

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
judge(const PeriodogramInput *input, const Fold *fold)
{
	Candidate candidate = {.frequency = fold->frequency, .strongest = 1};

	candidate.criterion =
		fold_criterion(input, fold, &candidate.n_harmonics) + 2.0 * log(fold->frequency);
	for (int h = 2; h <= candidate.n_harmonics; h++)
		if (fold->explained[h] - fold->explained[h - 1] >
			fold->explained[candidate.strongest] - fold->explained[candidate.strongest - 1])
			candidate.strongest = h;
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

/* Judges n frequencies and inserts them. */
static void
judge_frequencies(Candidates *candidates, int n, const double *frequencies)
{
	Fold folds[FOLD_LANES];

	for (int first = 0; first < n; first += FOLD_LANES)
	{
		int n_lanes = n - first < FOLD_LANES ? n - first : FOLD_LANES;

		fit_folds(candidates->input, n_lanes, frequencies + first, candidates->n_harmonics, folds);
		for (int lane = 0; lane < n_lanes; lane++)
			insert_candidate(candidates, judge(candidates->input, &folds[lane]));
	}
}

/* Peaks whose place counts steps from `first` on. */
static void
add_candidates(Candidates *candidates, const Peaks *peaks, uint64_t first, double step)
{
	double frequencies[MAX_PEAKS];
	int	   n = 0;

	for (int i = 0; i < peaks->count; i++)
	{
		double frequency = ((double) first + peaks->place[i]) * step;

		if (!is_near(candidates->list, candidates->count, frequency, 0.1 * step))
			frequencies[n++] = frequency;
	}
	judge_frequencies(candidates, n, frequencies);
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
look_around(Candidates *candidates)
{
	double frequencies[4 * N_SCANNED];
	int	   n = 0;

	for (int i = 0; i < candidates->count && i < N_SCANNED; i++)
		for (int offset = -2; offset <= 2; offset++)
			if (offset != 0)
				frequencies[n++] =
					candidates->list[i].frequency + 0.25 * offset * candidates->resolution;
	judge_frequencies(candidates, n, frequencies);
}

/*
 * The tops of the folded light curves' peaks at n <= MAX_PEAKS candidates, side by side: what their
 * harmonics explain is looked at on either side, and again at the vertex of the parabola.
 */
static void
refine(const Candidates *candidates, int n, Candidate *refined)
{
	double width[MAX_PEAKS], centre[MAX_PEAKS];
	Fold   top[MAX_PEAKS];

	for (int i = 0; i < n; i++)
	{
		centre[i] = refined[i].frequency;
		width[i] = 0.25 * candidates->resolution / refined[i].n_harmonics;
	}
	for (int round = 0; round < REFINE_ROUNDS; round++)
	{
		double frequencies[3 * MAX_PEAKS];
		Fold   folds[3 * MAX_PEAKS];

		for (int i = 0; i < 3 * n; i++)
			frequencies[i] = centre[i / 3] + (i % 3 - 1) * width[i / 3];
		fit_folds(candidates->input, 3 * n, frequencies, candidates->n_harmonics, folds);
		for (int i = 0; i < n; i++)
		{
			int	   h = refined[i].n_harmonics;
			double below = folds[3 * i].explained[h], above = folds[3 * i + 2].explained[h];
			double curvature = below - 2.0 * folds[3 * i + 1].explained[h] + above;
			double offset = curvature < 0.0 ? 0.5 * (below - above) / curvature : INFINITY;

			for (int k = 0; k < 3; k++)
				/* cppcheck-suppress uninitvar ; the first round sets it */
				if ((round == 0 && k == 0) || folds[3 * i + k].explained[h] > top[i].explained[h])
					top[i] = folds[3 * i + k];
			if (fabs(offset) <= 1.0)
			{
				centre[i] += offset * width[i];
				width[i] *= 0.25;
			}
			else
				centre[i] += above > below ? 2.0 * width[i] : -2.0 * width[i];
		}
	}
	for (int i = 0; i < n; i++)
		refined[i] = judge(candidates->input, &top[i]);
}

/*
 * Refines the first candidates that are further than the resolution from each other; returns their
 * number, at most limit.
 */
static int
refine_candidates(const Candidates *candidates, int limit, Candidate *refined)
{
	int n_refined = 0;

	for (int i = 0; i < candidates->count && n_refined < limit; i++)
		if (!is_near(candidates->list, i, candidates->list[i].frequency, candidates->resolution))
			refined[n_refined++] = candidates->list[i];
	refine(candidates, n_refined, refined);
	return n_refined;
}

/*
 * Refines the best of the frequencies that times of nights and seasons hardly tell from those of
 * the first candidates, days and a year away, where the scan is least exact; returns their number.
 */
static int
refine_aliases(const Candidates *candidates, const Candidates *first, Candidate *refined)
{
	Candidates aliases = *candidates;

	aliases.count = 0;
	for (int i = 0; i < first->count && i < N_ALIASED; i++)
	{
		double frequencies[6 * MAX_DAILY];
		int	   n = 0;

		for (int days = -MAX_DAILY; days <= MAX_DAILY; days++)
			for (int years = -1; years <= 1 && days != 0; years++)
			{
				double frequency = fabs(first->list[i].frequency + days + years / YEAR);

				if (frequency >= candidates->lowest && frequency <= candidates->highest)
					frequencies[n++] = frequency;
			}
		judge_frequencies(&aliases, n, frequencies);
	}
	return refine_candidates(&aliases, N_ALIASES_REFINED, refined);
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
	for (int round = 0; round < RELATIVE_ROUNDS; round++)
	{
		Candidate before = best;
		Candidate relatives[MAX_RELATIVES];
		double	  bonus[MAX_RELATIVES];
		struct
		{
			double frequency;
			int	   multiple; /* harmonics of `before` for one of the relative */
		} possible[MAX_RELATIVES] = {
			{daily_alias(before.frequency), 1},
			{2.0 * before.frequency, 2},
			{3.0 * before.frequency, 3},
			{before.strongest * before.frequency, before.strongest},
			{daily_alias(before.strongest * before.frequency), before.strongest},
		};
		int n = 0;

		for (int i = 0; i < (before.strongest > 1 ? MAX_RELATIVES : 3); i++)
		{
			int multiple = possible[i].multiple;

			if (possible[i].frequency == before.frequency ||
				possible[i].frequency < candidates->lowest ||
				possible[i].frequency > candidates->highest)
				continue;
			relatives[n] = (Candidate){
				.frequency = possible[i].frequency,
				.n_harmonics = (before.n_harmonics + multiple - 1) / multiple,
			};
			bonus[n++] = multiple > 1 ? MULTIPLE_BONUS : 0.0;
		}
		refine(candidates, n, relatives);
		for (int i = 0; i < n; i++)
			if (relatives[i].criterion - bonus[i] < best.criterion)
				best = relatives[i];
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
	Candidate	 doubled = {.frequency = 0.5 * candidate.frequency};

	if (!(extremes.maximum < ECLIPSES_MAXIMUM_SHARE * (extremes.maximum - extremes.minimum)) ||
		doubled.frequency < candidates->lowest)
		return candidate;
	doubled.n_harmonics =
		n_harmonics < candidates->n_harmonics ? n_harmonics : candidates->n_harmonics;
	refine(candidates, 1, &doubled);
	return doubled.criterion - ECLIPSES_BONUS < candidate.criterion ? doubled : candidate;
}

int
rank_frequencies(const PeriodogramInput *input, const FrequencyGrid *grid, double resolution,
				 const Peaks *peaks, double peak_frequency, const float *shared, float *sums,
				 int limit, double *frequencies, Workspace *workspace)
{
	Candidates candidates = {
		.input = input,
		.lowest = grid_frequency(grid, 0),
		.highest = grid_frequency(grid, grid->count - 1),
		.resolution = resolution,
		.n_harmonics = bearable_harmonics(input, FOLD_HARMONICS),
	};
	Candidates ranking = candidates;
	Candidate  refined[MAX_PEAKS];
	Candidate  chosen[MAX_PEAKS];
	Candidate  aliases[N_ALIASES_REFINED];
	Candidate  best;
	int		   n_refined, n_aliases;
	int		   n = 0;

	if (candidates.n_harmonics == 0)
		return 0;
	judge_frequencies(&candidates, 1, &peak_frequency);
	add_candidates(&candidates, peaks, grid->first, grid->step);
	add_harmonic_candidates(&candidates, grid, shared, sums, workspace);
	look_around(&candidates);
	workspace->check_interrupts();
	n_refined = refine_candidates(&candidates, limit > N_REFINED ? limit : N_REFINED, refined);
	/* the best is the same whatever the limit */
	for (int i = 0; i < n_refined && i < N_REFINED; i++)
		insert_candidate(&ranking, refined[i]);
	n_aliases = refine_aliases(&candidates, &ranking, aliases);
	for (int i = 0; i < n_aliases; i++)
		insert_candidate(&ranking, aliases[i]);
	best = settle_on_relative(&candidates, ranking.list[0]);
	chosen[n++] = double_eclipses(&candidates, best);
	for (int i = N_REFINED; i < n_refined; i++)
		insert_candidate(&ranking, refined[i]);
	for (int i = 0; i < ranking.count && n < limit; i++)
		if (!is_near(chosen, n, ranking.list[i].frequency, resolution))
			chosen[n++] = ranking.list[i];
	for (int i = 0; i < n; i++)
		frequencies[i] = chosen[i].frequency;
	return n;
}
