/*
 * gp_curves.h
 *		The curves that a Gaussian process draws through the observations.
 */
#ifndef PLASTICC_CORE_FEATURES_GP_CURVES_H
#define PLASTICC_CORE_FEATURES_GP_CURVES_H

#include "core/features/scopes.h"
#include "core/gp/gp.h"

/* Curves on a grid of times, one a scope; that of SCOPE_ALL is the mean of the passbands'. */
typedef struct GpCurves
{
	GaussianProcessFit fit;
	size_t			   n;
	double			  *time; /* days since the first observation, ascending */
	double			  *flux[N_SCOPES];
	double			  *flux_sd[N_SCOPES]; /* of SCOPE_ALL: the root mean square of the passbands' */
	size_t maximum[N_SCOPES]; /* where each curve is greatest, the first of equal heights */
	size_t minimum[N_SCOPES];
} GpCurves;

/* Fits the process and draws its curves from 20 days before the observations to 20 after them. */
extern GpCurves *draw_gp_curves(const Observations *observations, Workspace *workspace);

/* A curve's flux at a time: linear between the grid's times, NaN beyond them. */
extern double gp_curve_at(const GpCurves *curves, int scope, double time);

#endif /* PLASTICC_CORE_FEATURES_GP_CURVES_H */
