/*
 * search.h
 *		The choice between candidates for the period by their folded light curves.
 */
#ifndef PLASTICC_CORE_PERIOD_SEARCH_H
#define PLASTICC_CORE_PERIOD_SEARCH_H

#include "core/period/fold.h"
#include "core/period/peaks.h"

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
 * than `resolution` apart; returns their number, at most limit <= MAX_PEAKS and 0 if the
 * observations do not determine one harmonic.  peaks are those of P on the grid, peak_frequency is
 * the highest of them, refined; shared[] is Q at all multiples of the grid's step below first +
 * count, 0 below the grid; sums[] is scratch of the same size.
 */
extern int rank_frequencies(const PeriodogramInput *input, const FrequencyGrid *grid,
							double resolution, const Peaks *peaks, double peak_frequency,
							const float *shared, float *sums, int limit, double *frequencies,
							Workspace *workspace);

#endif /* PLASTICC_CORE_PERIOD_SEARCH_H */
