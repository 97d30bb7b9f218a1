/*
 * gp_curves.c
 *		The curves of a fitted Gaussian process on a grid of times.
 */
#include "core/features/gp_curves.h"

#include <math.h>

#include "core/base/statistics.h"

/* The grid: the times of the observations, and a regular one about them, days. */
#define GRID_STEP 2.0
#define GRID_MARGIN 20.0
#define MAX_REGULAR 1000

/* The observations at times since the first, so that nothing rounds by when that was. */
static Observations
relative_observations(const Observations *o, Workspace *workspace)
{
	Observations relative = *o;

	relative.mjd = workspace_array(workspace, double, o->count);
	for (size_t i = 0; i < o->count; i++)
		relative.mjd[i] = o->mjd[i] - o->mjd[0];
	return relative;
}

/* Sets the number of grid times and the times, of relative observations. */
static void
make_grid(const Observations *o, GpCurves *curves, Workspace *workspace)
{
	double	span = o->mjd[o->count - 1] + 2.0 * GRID_MARGIN;
	double	steps = fmin(ceil(span / GRID_STEP), MAX_REGULAR);
	size_t	n_regular = (size_t) steps + 1;
	double *regular = workspace_array(workspace, double, n_regular);

	for (size_t i = 0; i < n_regular; i++)
		regular[i] = span * ((double) i / steps) - GRID_MARGIN;
	curves->n = n_regular + o->count;
	curves->time = workspace_array(workspace, double, curves->n);
	merge_values(regular, n_regular, o->mjd, o->count, curves->time);
}

/* Of two summits as high, the first: rounding is not to choose. */
#define EQUAL_HEIGHTS 1e-10

/* The summit of the first hill of sign * flux that is as high as any. */
static size_t
first_summit(const GpCurves *curves, int scope, double sign)
{
	const double *flux = curves->flux[scope];
	double		  highest = -INFINITY, largest = 0.0;
	size_t		  at = 0;

	for (size_t i = 0; i < curves->n; i++)
	{
		highest = fmax(highest, sign * flux[i]);
		largest = fmax(largest, fabs(flux[i]));
	}
	while (at + 1 < curves->n && sign * flux[at] < highest - EQUAL_HEIGHTS * largest)
		at++;
	while (at + 1 < curves->n && sign * flux[at + 1] > sign * flux[at])
		at++;
	return at;
}

GpCurves *
draw_gp_curves(const Observations *observations, Workspace *workspace)
{
	GpCurves	*curves = workspace_array(workspace, GpCurves, 1);
	Observations o = relative_observations(observations, workspace);
	double		*flux, *flux_sd;

	curves->fit = gp_fit(&o, workspace);
	make_grid(&o, curves, workspace);
	flux = workspace_array(workspace, double, curves->n *N_PASSBANDS);
	flux_sd = workspace_array(workspace, double, curves->n *N_PASSBANDS);
	gp_predict(&o, &curves->fit.process, curves->time, curves->n, flux, flux_sd, workspace);

	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		curves->flux[scope] = workspace_array(workspace, double, curves->n);
		curves->flux_sd[scope] = workspace_array(workspace, double, curves->n);
	}
	for (size_t i = 0; i < curves->n; i++)
	{
		double sum = 0.0, squares = 0.0;

		for (int passband = 0; passband < N_PASSBANDS; passband++)
		{
			double value = flux[i * N_PASSBANDS + passband];
			double sd = flux_sd[i * N_PASSBANDS + passband];

			curves->flux[1 + passband][i] = value;
			curves->flux_sd[1 + passband][i] = sd;
			sum += value;
			squares += sd * sd;
		}
		curves->flux[SCOPE_ALL][i] = sum / N_PASSBANDS;
		curves->flux_sd[SCOPE_ALL][i] = sqrt(squares / N_PASSBANDS);
	}
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		curves->maximum[scope] = first_summit(curves, scope, 1.0);
		curves->minimum[scope] = first_summit(curves, scope, -1.0);
	}
	return curves;
}

double
gp_curve_at(const GpCurves *curves, int scope, double time)
{
	const double *t = curves->time;
	const double *flux = curves->flux[scope];
	size_t		  low = 0, high = curves->n - 1;

	if (!(time >= t[low] && time <= t[high]))
		return NAN;
	while (high - low > 1)
	{
		size_t middle = low + (high - low) / 2;

		if (t[middle] <= time)
			low = middle;
		else
			high = middle;
	}
	if (t[high] == t[low])
		return flux[low];
	return flux[low] + (flux[high] - flux[low]) * ((time - t[low]) / (t[high] - t[low]));
}
