/*
 * selection.c
 *		Parts of a light curve, and epochs that were measured more than once brought
 *		together.
 */
#include "core/curve/selection.h"

#include <math.h>

#define SECONDS_PER_DAY 86400.0

static Observation
observation_at(const Observations *o, uint32_t i)
{
	return (Observation){o->mjd[i], o->flux[i], o->flux_err[i], o->kind[i]};
}

Observations
select_observations(const Observations *o, const Selection *selection, Workspace *workspace)
{
	Observations selected = allocate_observations(o->count, workspace);
	uint32_t	 first, last;

	find_time_range(o, selection->mjd_from, selection->mjd_to, &first, &last);
	for (uint32_t i = first; i < last; i++)
	{
		if ((selection->passbands >> (o->kind[i] & KIND_PASSBAND) & 1) != 0 &&
			fabs((double) o->flux[i]) >= selection->min_snr * (double) o->flux_err[i])
			put_observation(&selected, selected.count++, observation_at(o, i));
	}
	return selected;
}

/* Observations of one epoch: weighted sums of differences from the first of them. */
typedef struct Epoch
{
	Observation first;
	uint32_t	count;
	double		weight;
	double		days;
	double		flux;
	double		flux_err;
	uint8_t		detected;
} Epoch;

static void
add_to_epoch(Epoch *epoch, Observation observation)
{
	double weight = 1.0 / ((double) observation.flux_err * (double) observation.flux_err);

	if (epoch->count == 0)
		*epoch = (Epoch){.first = observation};
	epoch->count++;
	epoch->weight += weight;
	epoch->days += weight * (observation.mjd - epoch->first.mjd);
	epoch->flux += weight * ((double) observation.flux - (double) epoch->first.flux);
	epoch->flux_err += weight * (double) observation.flux_err;
	epoch->detected |= observation.kind & KIND_DETECTED;
}

static Observation
epoch_mean(const Epoch *epoch)
{
	Observation mean = epoch->first;

	if (epoch->count > 1)
	{
		mean.mjd += epoch->days / epoch->weight;
		mean.flux = (float) ((double) mean.flux + epoch->flux / epoch->weight) + 0.0f;
		mean.flux_err = (float) (epoch->flux_err / epoch->weight);
		mean.kind |= epoch->detected;
	}
	return mean;
}

Observations
coalesce_observations(const Observations *o, double seconds, Workspace *workspace)
{
	Observations together = allocate_observations(o->count, workspace);

	together.n_rejected = o->n_rejected;
	for (uint8_t band = 0; band < N_PASSBANDS; band++)
	{
		Epoch epoch = {.count = 0};

		for (uint32_t i = 0; i < o->count; i++)
		{
			if ((o->kind[i] & KIND_PASSBAND) != band)
				continue;
			if (epoch.count > 0 && (o->mjd[i] - epoch.first.mjd) * SECONDS_PER_DAY > seconds)
			{
				put_observation(&together, together.count++, epoch_mean(&epoch));
				epoch.count = 0;
			}
			add_to_epoch(&epoch, observation_at(o, i));
		}
		if (epoch.count > 0)
			put_observation(&together, together.count++, epoch_mean(&epoch));
		workspace->check_interrupts();
	}
	return together;
}

Observations
truncate_observations(const Observations *o, double days, Workspace *workspace)
{
	Selection all = {.passbands = (1 << N_PASSBANDS) - 1, .mjd_from = -INFINITY};

	for (uint32_t i = 0; i < o->count; i++)
	{
		if ((o->kind[i] & KIND_DETECTED) != 0)
		{
			all.mjd_to = o->mjd[i] + days;
			return select_observations(o, &all, workspace);
		}
	}
	return allocate_observations(0, workspace);
}
