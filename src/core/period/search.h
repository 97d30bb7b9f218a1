/*
 * search.h
 *		What the search for a period is made of: peaks of a grid, climbing to the
 *		top of one, and the choice between candidates by their folded light curves.
 */
#ifndef PLASTICC_CORE_PERIOD_SEARCH_H
#define PLASTICC_CORE_PERIOD_SEARCH_H

#include "core/period/fold.h"

#define MAX_PEAKS 16

/* The highest peaks of an array, in falling order. */
typedef struct Peaks
{
	int		 limit;
	int		 count;
	uint64_t index[MAX_PEAKS];
	float	 height[MAX_PEAKS];
} Peaks;

/* Whether values[i] is above its neighbours; of equal ones, the first is. */
static inline bool
is_peak(const float *values, uint64_t i, uint64_t count)
{
	return (i == 0 || values[i] > values[i - 1]) && (i + 1 == count || values[i] >= values[i + 1]);
}

/* The highest positive peaks, at most limit <= MAX_PEAKS. */
extern Peaks highest_peaks(const float *values, uint64_t count, int limit);

/* What is climbed: multiband_power(), or what a fold of n_harmonics explains. */
typedef double (*Objective)(const PeriodogramInput *input, double frequency, int n_harmonics);

extern double power_objective(const PeriodogramInput *input, double frequency, int n_harmonics);

/*
 * Climbs from *frequency to a maximum: to the higher neighbour at distance
 * `width`, or, at a peak, to the vertex of the parabola through the three, with
 * a quarter of the width.  Never leaves for a lower value; a fixed number of
 * rounds.  Returns the value at the new *frequency.
 */
extern double climb(const PeriodogramInput *input, Objective objective, int n_harmonics,
					double width, int n_rounds, double *frequency);

/* Of n_harmonics, as many as take at most half of the observations' degrees of freedom. */
extern int bearable_harmonics(const PeriodogramInput *input, int n_harmonics);

/*
 * Schwarz's criterion (1978) of the first harmonics of a fold less that of the means alone, with
 * the number of epochs for that of observations, whose deviations from the model are not
 * independent within an epoch; the least of h = 1 .. fold->n_harmonics, to which *n_harmonics is
 * set.  Infinite, and 0, without harmonics.
 */
extern double fold_criterion(const PeriodogramInput *input, const Fold *fold, int *n_harmonics);

/*
 * The frequencies whose folded light curves are best, see struct Period, in falling order and more
 * than a step apart; returns their number, at most limit <= MAX_PEAKS and 0 if the observations do
 * not determine one harmonic.  peaks are those of P on the grid, peak_frequency is the highest of
 * them, refined; shared[] is Q at all multiples of the step below first + count, 0 below the grid;
 * sums[] is scratch of the same size.
 */
extern int rank_frequencies(const PeriodogramInput *input, const FrequencyGrid *grid,
							const Peaks *peaks, double peak_frequency, const float *shared,
							float *sums, int limit, double *frequencies, Workspace *workspace);

#endif /* PLASTICC_CORE_PERIOD_SEARCH_H */
