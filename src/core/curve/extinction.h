/*
 * extinction.h
 *		Light that the dust of the Milky Way takes away.
 */
#ifndef PLASTICC_CORE_CURVE_EXTINCTION_H
#define PLASTICC_CORE_CURVE_EXTINCTION_H

#include "core/curve/observations.h"
#include "core/curve/passbands.h"

/* Color excesses E(B-V), in magnitudes, that can be corrected for: behind more nothing is seen. */
#define MAX_COLOR_EXCESS 10.0

/*
 * Canonical observations as they would be without dust of the color excess mwebv: flux and
 * flux_err times 10^(0.4 A), A = extinction * mwebv of the passband, in magnitudes, with detected
 * and n_rejected as they are; into *result, allocated in the workspace and in the same order. False
 * if one of them is out of range.
 */
extern bool deredden_observations(const Observations *observations,
								  const double extinction[N_PASSBANDS], double mwebv,
								  Observations *result, Workspace *workspace);

#endif /* PLASTICC_CORE_CURVE_EXTINCTION_H */
