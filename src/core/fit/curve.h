/*
 * curve.h
 *		A light curve laid out for fits, and where in it a fit may start.
 *
 * Fluxes are divided by the largest |flux|, weights are 1/flux_err^2 of the
 * divided errors, and the weighted mean of each passband is subtracted, so that
 * a baseline of its own for each passband costs a fit nothing more: it is the
 * projection of the shape on what has no weighted mean in the passband.
 */
#ifndef PLASTICC_CORE_FIT_CURVE_H
#define PLASTICC_CORE_FIT_CURVE_H

#include "core/curve/observations.h"

/* Numbers in a vector register of the widest units; of passbands, the last two are empty. */
#define N_LANES 8

typedef double Lanes __attribute__((vector_size(N_LANES * sizeof(double))));

/*
 * The amplitude of a shape in a passband is drawn to 0 as by a measurement of 0
 * with this error, in units of the largest |flux|: too weak to be noticed where
 * there is anything to fit, it keeps an amplitude finite where the passband saw
 * only the wing of the shape.
 */
#define AMPLITUDE_PRIOR 3.0

typedef struct FitCurve
{
	uint32_t n;
	double	 flux_scale; /* the largest |flux|; 0 if there is nothing to fit */

	/*
	 * Passband by passband, in the order of time within each: [start, end), and zeros
	 * up to the next start, a multiple of N_LANES.
	 */
	uint32_t start[N_PASSBANDS + 1];
	uint32_t end[N_PASSBANDS];
	double	*time; /* days since the first observation */
	double	*value;
	double	*weight;
	double	*shape;
	double	*derivatives[3];

	/* The same in the order of time alone. */
	double	*ordered_time;
	double	*ordered_value;
	double	*ordered_weight;
	uint8_t *passband;
	double	*rise_decay; /* from the previous observation; find_start() fills these two */
	double	*fall_decay; /* to the next observation */

	double			  mean[N_LANES];		 /* subtracted */
	double			  total_weight[N_LANES]; /* 0 without observations */
	double			  ridge[N_LANES];		 /* the prior's weight */
	double			  constant_chi_square;	 /* of the means alone */
	struct ShapeSums *sums;					 /* room for find_start() */
	Workspace		 *workspace;
} FitCurve;

/* Lays out canonical observations, of which there is at least one. */
extern FitCurve *make_fit_curve(const Observations *observations, Workspace *workspace);

/*
 * The weight of the prior on the amplitude of a passband.  A part of the total
 * weight is in it, so that the rounding of a shape that is constant over the
 * passband is not taken for a shape.
 */
static inline double
amplitude_ridge(double total_weight)
{
	return 1.0 / (AMPLITUDE_PRIOR * AMPLITUDE_PRIOR) + 1e-24 * total_weight;
}

/* A start of a fit: a two-sided exponential about an observation, and what it explains. */
typedef struct FitStart
{
	double time;
	double rise; /* days; 0 = sudden */
	double fall; /* days */
	double gain; /* in chi_square over constant_chi_square; 0 = none */
} FitStart;

/*
 * The observation about which exp(-|x| / rise) before and exp(-x / fall) from
 * then on, with the best amplitudes >= 0 and baselines, gains most.  All
 * observations are tried, in O(n): the sums over either side decay from one
 * observation to the next.
 */
extern FitStart find_start(FitCurve *curve, double rise, double fall);

#endif /* PLASTICC_CORE_FIT_CURVE_H */
