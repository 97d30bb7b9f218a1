/*
 * measurements.c
 *		Measurements by passband, and sorted.
 */
#include "core/features/measurements.h"

#include <string.h>

/* Where each passband's measurements stand. */
static void
find_scopes(Measurements *m, const Observations *o)
{
	uint32_t count[N_PASSBANDS] = {0};
	uint32_t at = 0;

	for (uint32_t i = 0; i < o->count; i++)
		count[o->kind[i] & KIND_PASSBAND]++;
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		m->start[1 + passband] = at;
		m->end[1 + passband] = at += count[passband];
	}
	m->start[SCOPE_ALL] = 0;
	m->end[SCOPE_ALL] = at;
}

Measurements *
measure(const Observations *o, Workspace *workspace)
{
	Measurements *m = workspace_array(workspace, Measurements, 1);
	size_t		  n = o->count;
	double		 *arrays = workspace_array(workspace, double, 9 * n);
	uint32_t	  at[N_PASSBANDS];

	m->observations = o;
	m->workspace = workspace;
	m->time = arrays;
	m->flux = arrays + n;
	m->flux_err = arrays + 2 * n;
	m->values = arrays + 3 * n;
	m->weights = arrays + 4 * n;
	m->sorted = arrays + 5 * n;
	m->sorted_all = arrays + 6 * n;
	m->scratch = arrays + 7 * n;
	m->merged = arrays + 8 * n;
	m->kind = workspace_array(workspace, uint8_t, n);

	find_scopes(m, o);
	memcpy(at, m->start + 1, sizeof(at));
	for (size_t i = 0; i < n; i++)
	{
		uint32_t j = at[o->kind[i] & KIND_PASSBAND]++;

		m->time[j] = o->mjd[i] - o->mjd[0];
		m->flux[j] = (double) o->flux[i];
		m->flux_err[j] = (double) o->flux_err[i];
		m->kind[j] = o->kind[i];
	}
	return m;
}

void
sort_scopes(Measurements *m, const double *values)
{
	uint32_t n = m->end[SCOPE_ALL];
	uint32_t r = m->start[3];
	uint32_t z = m->start[5];

	memcpy(m->sorted, values, n * sizeof(double));
	for (int scope = 1; scope < N_SCOPES; scope++)
		sort_values(m->sorted + m->start[scope], scope_size(m, scope), m->scratch);

	/* u with g, r with i, z with y; then the first two pairs; then all. */
	for (int scope = 1; scope < N_SCOPES; scope += 2)
		merge_values(m->sorted + m->start[scope], scope_size(m, scope),
					 m->sorted + m->start[scope + 1], scope_size(m, scope + 1),
					 m->merged + m->start[scope]);
	merge_values(m->merged, r, m->merged + r, z - r, m->scratch);
	merge_values(m->scratch, z, m->merged + z, n - z, m->sorted_all);
	m->workspace->check_interrupts();
}

Measurements *
measure_for_fits(Measurements *all)
{
	Observations *fitted = workspace_array(all->workspace, Observations, 1);
	Measurements *measurements;

	*fitted = fitted_observations(all->observations, all->workspace);
	if (fitted->count == all->observations->count)
		return all;
	measurements = measure(fitted, all->workspace);
	memcpy(measurements->flux_statistics, all->flux_statistics, sizeof(all->flux_statistics));
	measurements->flux_err_median = all->flux_err_median;
	return measurements;
}
