/*
 * extinction.c
 *		Light that the dust of the Milky Way takes away.
 */
#include "core/curve/extinction.h"

#include <math.h>

bool
deredden_observations(const Observations *o, const double extinction[N_PASSBANDS], double mwebv,
					  Observations *result, Workspace *workspace)
{
	double gain[N_PASSBANDS];

	for (int passband = 0; passband < N_PASSBANDS; passband++)
		gain[passband] = pow(10.0, 0.4 * extinction[passband] * mwebv);
	*result = allocate_observations(o->count, workspace);
	result->count = o->count;
	result->n_rejected = o->n_rejected;
	for (uint32_t i = 0; i < o->count; i++)
	{
		Observation observation;
		int			passband = o->kind[i] & KIND_PASSBAND;

		if (make_observation(o->mjd[i], passband, gain[passband] * (double) o->flux[i],
							 gain[passband] * (double) o->flux_err[i],
							 (o->kind[i] & KIND_DETECTED) != 0 ? DETECTED_YES : DETECTED_NO,
							 &observation) != OBSERVATION_VALID)
			return false;
		put_observation(result, i, observation);
	}
	return true;
}
