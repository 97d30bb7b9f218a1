/*
 * measurements.h
 *		A light curve as the feature groups read it, and results that they share.
 */
#ifndef PLASTICC_CORE_FEATURES_MEASUREMENTS_H
#define PLASTICC_CORE_FEATURES_MEASUREMENTS_H

#include "core/base/statistics.h"
#include "core/curve/observations.h"
#include "core/features/gp_curves.h"
#include "core/features/scopes.h"
#include "core/fit/models.h"
#include "core/period/period.h"

/* Statistics of a measured quantity in one scope. */
typedef struct ScopeStatistics
{
	Moments moments;
	double	median;
	double	percentile_25;
	double	percentile_75;
} ScopeStatistics;

/*
 * A light curve's measurements, passband by passband and in canonical order
 * within each: scope s is [start[s], end[s]) of every array, so that all bands
 * together are one range as well.
 */
typedef struct Measurements
{
	const Observations *observations; /* the same, in canonical order */
	uint32_t			start[N_SCOPES];
	uint32_t			end[N_SCOPES];
	double			   *time; /* days since the first observation of any band */
	double			   *flux;
	double			   *flux_err;
	uint8_t			   *kind;

	/* Set by the group that computes them, for later groups. */
	ScopeStatistics flux_statistics[N_SCOPES];
	double			flux_err_median;
	LightCurveFit	fits[N_FIT_MODELS];
	GpCurves	   *gp_curves;
	double			gp_log_likelihood_gain; /* over a constant flux in each passband */
	double			gp_chi_square;			/* of the fluxes about the process's curve */
	Period			period;
	double			period_explained[N_PASSBANDS]; /* share of chi-square about the mean */

	double	  *values;	   /* room for a quantity derived from the measurements */
	double	  *weights;	   /* likewise */
	double	  *sorted;	   /* what sort_scopes() made, passband by passband */
	double	  *sorted_all; /* the same of all bands */
	double	  *scratch;
	double	  *merged;
	Workspace *workspace;
} Measurements;

static inline uint32_t
scope_size(const Measurements *m, int scope)
{
	return m->end[scope] - m->start[scope];
}

/* Sorts a copy of values[all] within each scope; sorted_scope() returns the result. */
extern void sort_scopes(Measurements *m, const double *values);

static inline const double *
sorted_scope(const Measurements *m, int scope)
{
	return scope == SCOPE_ALL ? m->sorted_all : m->sorted + m->start[scope];
}

/* The measurements of canonical observations, of which there is at least one. */
extern Measurements *measure(const Observations *observations, Workspace *workspace);

/* What fitted groups measure: the same, or fewer observations with the statistics of all. */
extern Measurements *measure_for_fits(Measurements *all);

#endif /* PLASTICC_CORE_FEATURES_MEASUREMENTS_H */
