/*
 * shapes.h
 *		How the fluxes of a supernova, a microlensing event and a flare go with
 *		time, the same in all passbands but for a factor and a baseline.
 *
 * A shape is 1 at its peak and has three parameters, p[0] to p[2]; x = time
 * less p[0], times in days:
 *
 * Supernova: exp(-y / fall) / (1 + exp(-y / rise)) divided by its largest value,
 * y = x + peak, peak = rise ln(fall / rise - 1) that value's place (Bazin et
 * al., A&A 499, 653, 2009).  p[0] = time of the peak, p[1] = ln(fall),
 * p[2] = ln(rise / fall) < 0.
 *
 * Microlensing: A(u) - 1 divided by A(u0) - 1, A(u) = (u^2 + 2) / (u sqrt(u^2 + 4)),
 * u^2 = u0^2 + (x / tE)^2 (Paczynski, ApJ 304, 1, 1986).  p[0] = time of the peak,
 * p[1] = ln(tE), p[2] = ln(u0).
 *
 * Flare: exp(-x / decay) from x = 0 on, 0 before.  p[0] = onset, p[1] = ln(decay).
 */
#ifndef PLASTICC_CORE_FIT_SHAPES_H
#define PLASTICC_CORE_FIT_SHAPES_H

#include <stdint.h>

#define N_SHAPE_PARAMETERS 3

typedef enum FitModel
{
	FIT_SUPERNOVA,
	FIT_MICROLENSING,
	FIT_FLARE,
	N_FIT_MODELS
} FitModel;

/* Within these bounds on p[1] and p[2]; p[2] of a flare is not used, and fixed. */
extern const double shape_lower[N_FIT_MODELS][N_SHAPE_PARAMETERS];
extern const double shape_upper[N_FIT_MODELS][N_SHAPE_PARAMETERS];

/*
 * The values of a shape at time[n], and its derivatives by the parameters; those
 * of a flare by onset and by p[2] are 0, since between observations the onset
 * changes nothing but the factor.
 */
extern void evaluate_shape(FitModel model, const double *parameters, const double *time, uint32_t n,
						   double *shape, double *const derivatives[]);

/* The time from the supernova shape's t0, where y = 0, to its peak; by p[1] its derivative is the
 * same, by p[2] it is *slope. */
extern double supernova_peak_offset(const double *parameters, double *slope);

/* exp(-x[i]) for x[i] >= 0; 1e-130 instead of anything less.  x and to may be the same. */
extern void exponentials(const double *x, uint32_t n, double *to);

#endif /* PLASTICC_CORE_FIT_SHAPES_H */
