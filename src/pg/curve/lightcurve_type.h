/*
 * lightcurve_type.h
 *		The lightcurve type as the server stores it.
 */
#ifndef PLASTICC_PG_CURVE_LIGHTCURVE_TYPE_H
#define PLASTICC_PG_CURVE_LIGHTCURVE_TYPE_H

#include "pg/module/plasticc.h"

#include "core/curve/observations.h"

/*
 * A varlena that is both the stored value and the state of every light-curve
 * aggregate.  The header is followed by the arrays of map_observations(), whose
 * capacity follows from the size of the varlena.  A state has spare capacity and
 * keeps observations in order of arrival; a canonical value is in canonical
 * order and has no spare capacity.
 */
typedef struct LightCurve
{
	int32  vl_len_; /* varlena header, only through the macros */
	uint8  version; /* LIGHTCURVE_VERSION */
	uint8  flags;
	uint16 zero;
	uint32 n_observations;
	uint32 n_rejected; /* measurements that were missing or unusable */
	double arrays[FLEXIBLE_ARRAY_MEMBER];
} LightCurve;

#define LIGHTCURVE_VERSION 1
#define LIGHTCURVE_CANONICAL 0x01
#define LIGHTCURVE_HEADER offsetof(LightCurve, arrays)

/* The number of observations that a light curve can hold. */
static inline uint32
lightcurve_capacity(const LightCurve *lightcurve)
{
	return (VARSIZE(lightcurve) - LIGHTCURVE_HEADER) / OBSERVATION_SIZE;
}

/* An empty state of `size` bytes in all, in the current memory context. */
extern LightCurve *new_lightcurve(Size size);

/* A view of the light curve's own arrays. */
static inline Observations
lightcurve_observations(LightCurve *lightcurve)
{
	Observations observations = {
		.count = lightcurve->n_observations,
		.n_rejected = lightcurve->n_rejected,
	};

	map_observations(&observations, lightcurve->arrays, lightcurve_capacity(lightcurve));
	return observations;
}

/* The detoasted light curve of a datum, in any order; an error if it is corrupt. */
extern LightCurve *datum_lightcurve(Datum datum);

/* A canonical value of observations in any order; an error above MAX_OBSERVATIONS. */
extern LightCurve *make_lightcurve(const Observations *observations);

/*
 * The same set as a canonical value: the given one where it is canonical, else
 * a new one in the current memory context.  An error above MAX_OBSERVATIONS.
 */
extern LightCurve *canonical_lightcurve(LightCurve *lightcurve);

#define PG_GETARG_LIGHTCURVE(n) datum_lightcurve(PG_GETARG_DATUM(n))

#endif /* PLASTICC_PG_CURVE_LIGHTCURVE_TYPE_H */
