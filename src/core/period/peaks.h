/*
 * peaks.h
 *		Peaks of a periodogram: the highest of a grid, and the top of one.
 */
#ifndef PLASTICC_CORE_PERIOD_PEAKS_H
#define PLASTICC_CORE_PERIOD_PEAKS_H

#include "core/period/periodogram.h"

#define MAX_PEAKS 48

/*
 * Peaks that differ by less than this share are equal, aliases by regular times, of which rounding
 * makes any the highest: of them, the lowest frequency counts.
 */
#define EQUAL_SHARE 1e-5

/* The highest peaks of an array, in falling order; of equal ones the first stands first. */
typedef struct Peaks
{
	int	   limit;
	int	   count;
	double place[MAX_PEAKS];  /* of the vertex of the parabola through three values, in indexes */
	float  height[MAX_PEAKS]; /* of the vertex */
} Peaks;

/* Whether values[i] is above its neighbours; of equal ones, the first is. */
static inline bool
is_peak(const float *values, uint64_t i, uint64_t count)
{
	return (i == 0 || values[i] > values[i - 1]) && (i + 1 == count || values[i] >= values[i + 1]);
}

/* The highest positive peaks of values that are not negative, at most limit <= MAX_PEAKS. */
extern Peaks highest_peaks(const float *values, uint64_t count, int limit);

/*
 * Climbs from *frequency to a maximum of multiband_power(): to the higher neighbour
 * at distance `width`, or, at a peak, to the vertex of the parabola through the
 * three, with a quarter of the width.  Never leaves for a lower value; a fixed
 * number of rounds.  Returns the power at the new *frequency.
 */
extern double climb(const PeriodogramInput *input, double width, int n_rounds, double *frequency);

#endif /* PLASTICC_CORE_PERIOD_PEAKS_H */
