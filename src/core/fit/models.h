/*
 * models.h
 *		Fits of a supernova, a microlensing event and a flare to a light curve,
 *		joint over the passbands.
 *
 * The model in passband b is amplitude_b shape(t) + baseline_b, amplitude_b >= 0,
 * with a shape of shapes.h.  Fluxes are differences from a template, so that
 * a baseline may have either sign; it also holds the blended and the unmagnified
 * light of a microlensing event.  Amplitudes and baselines are solved for inside
 * (variable projection: Golub and Pereyra, Inverse Problems 19, R1, 2003, with
 * the Jacobian of Kaufman, BIT 15, 49, 1975), so that the search is one of the
 * shape's parameters alone.  It starts from the best of a small fixed grid.
 */
#ifndef PLASTICC_CORE_FIT_MODELS_H
#define PLASTICC_CORE_FIT_MODELS_H

#include "core/fit/curve.h"
#include "core/fit/shapes.h"
#include "core/fit/least_squares.h"

/*
 * The parameters as they are reported.  Times are in days, and since the first
 * observation.  A flare's onset is the time of the observation that saw it first.
 */
typedef enum FitParameter
{
	SUPERNOVA_T0 = 0, /* of Bazin's formula */
	SUPERNOVA_RISE = 1,
	SUPERNOVA_FALL = 2,
	MICROLENSING_T0 = 0,
	MICROLENSING_TIME = 1, /* Einstein time */
	MICROLENSING_U0 = 2,   /* smallest separation in Einstein radii */
	FLARE_ONSET = 0,
	FLARE_DECAY = 1,
	N_FIT_PARAMETERS = 3
} FitParameter;

/*
 * A fit.  Errors are one standard deviation by the curvature of chi_square, NaN
 * for a parameter at its bound; the onset of a flare has as error the time since
 * the observation before it.  Unless degrees_of_freedom > 0 and a passband has an
 * amplitude, there is no fit: everything but the chi_squares is NaN.
 */
typedef struct LightCurveFit
{
	LeastSquaresStatus status;
	double			   parameters[N_FIT_PARAMETERS];
	double			   errors[N_FIT_PARAMETERS];
	double			   peak_time;			   /* days since the first observation */
	double			   amplitude[N_PASSBANDS]; /* flux above the baseline at the peak */
	double			   amplitude_err[N_PASSBANDS];
	double			   baseline[N_PASSBANDS]; /* flux */
	double			   chi_square;			  /* of the measurements */
	double			   constant_chi_square;	  /* of a weighted mean for each passband */
	int				   degrees_of_freedom;	  /* passbands of one observation count for none */
} LightCurveFit;

extern void fit_light_curve(FitCurve *curve, FitModel model, LightCurveFit *fit);

#endif /* PLASTICC_CORE_FIT_MODELS_H */
