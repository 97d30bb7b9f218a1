/*
 * lightcurve_aggregate.c
 *		The light-curve aggregates: transition, combine and final functions.
 *
 * The state is a LightCurve with spare capacity, appended to in place.  A state
 * that has to grow is returned as a new value in the current memory context:
 * the executor copies it into the aggregate's context and frees the old one.
 * Observations are sorted in the final function only, except when a state
 * reaches twice the maximum and duplicates are removed: whether a group exceeds
 * the maximum depends on its set of observations, not on their order.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "port/pg_bitutils.h"

#include "pg/curve/lightcurve_type.h"
#include "pg/curve/row_counts.h"
#include "pg/util/args.h"

PG_FUNCTION_INFO_V1(lightcurve_accum);
PG_FUNCTION_INFO_V1(lightcurve_accum_integer);
PG_FUNCTION_INFO_V1(lightcurve_accum_number);
PG_FUNCTION_INFO_V1(lightcurve_accum_undetected);
PG_FUNCTION_INFO_V1(lightcurve_combine);
PG_FUNCTION_INFO_V1(lightcurve_final);

RowCounts row_counts;

/* Sizes of states are powers of two, as are palloc's chunks; the first holds 29 observations. */
#define SMALLEST_STATE 512

/*
 * Room for observations is set: where a user's aggregate has no final function, a state
 * is a value that is stored whole.
 */
static LightCurve *
new_state(Size size)
{
	LightCurve *state = new_lightcurve(size);

	memset((char *) state + LIGHTCURVE_HEADER, 0, size - LIGHTCURVE_HEADER);
	return state;
}

/* The state if it has room for count more observations, else a larger copy. */
static LightCurve *
state_with_room(LightCurve *state, uint32 count)
{
	uint64		 needed = (uint64) state->n_observations + count;
	LightCurve	*grown;
	Observations from, to;

	if (likely(needed <= lightcurve_capacity(state)))
		return state;
	if (needed > 2 * MAX_OBSERVATIONS)
	{
		state = canonical_lightcurve(state);
		needed = (uint64) state->n_observations + count;
	}
	grown = new_state(
		Max(SMALLEST_STATE, pg_nextpower2_64(LIGHTCURVE_HEADER + needed * OBSERVATION_SIZE)));
	from = lightcurve_observations(state);
	to = lightcurve_observations(grown);
	append_observations(&to, 0, &from);
	grown->n_observations = from.count;
	grown->n_rejected = from.n_rejected;
	return grown;
}

/*
 * Counts a measurement as rejected, or raises the error of its fault; a function of
 * its own to keep it off the hot path.
 */
static pg_noinline void
reject_measurement(LightCurve *state, ObservationFault fault, double mjd, int64 passband,
				   double flux, double flux_err)
{
	char message[120];

	if (is_rejected(fault))
	{
		row_counts.rejected[fault]++;
		state->n_rejected = add_rejected(state->n_rejected, 1);
		return;
	}
	describe_fault(fault, mjd, passband, flux, flux_err, message, sizeof(message));
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("%s", message),
					errhint("Pass NULL for a passband that is none of u, g, r, i, z and y; the "
							"measurement is skipped and counted.")));
}

static Detection
boolean_detection(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(5))
		return DETECTED_UNKNOWN;
	return PG_GETARG_BOOL(5) ? DETECTED_YES : DETECTED_NO;
}

static Detection
integer_detection(FunctionCallInfo fcinfo)
{
	int64 detected;

	if (PG_ARGISNULL(5))
		return DETECTED_UNKNOWN;
	detected = PG_GETARG_INT64(5);
	if (detected != 0 && detected != 1)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("detected must be 0 or 1, not " INT64_FORMAT, detected)));
	return detected == 1 ? DETECTED_YES : DETECTED_NO;
}

/* Of any type that is a number; NaN stands for NULL, as in files that know no NULL. */
static Detection
number_detection(FunctionCallInfo fcinfo)
{
	double detected;

	if (PG_ARGISNULL(5))
		return DETECTED_UNKNOWN;
	detected = PG_GETARG_FLOAT8(5);
	if (isnan(detected))
		return DETECTED_UNKNOWN;
	if (detected != 0 && detected != 1)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("detected must be 0 or 1, not %.15g", detected)));
	return detected == 1 ? DETECTED_YES : DETECTED_NO;
}

static Detection
no_detection(FunctionCallInfo fcinfo)
{
	return DETECTED_UNKNOWN;
}

static pg_noinline int
missing_column(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(1)	 ? MJD_MISSING
		   : PG_ARGISNULL(3) ? FLUX_MISSING
		   : PG_ARGISNULL(4) ? FLUX_ERR_MISSING
							 : PASSBAND_MISSING;
}

/*
 * (state, mjd, passband, flux, flux_err, ...) -> state.  detection() reads the
 * argument after flux_err; it is constant in each caller and therefore inlined.
 */
static pg_attribute_always_inline Datum
accumulate(FunctionCallInfo fcinfo, Detection (*detection)(FunctionCallInfo))
{
	LightCurve		*state;
	Observation		 observation;
	ObservationFault fault;
	double			 mjd, flux, flux_err;
	int64			 passband;

	(void) aggregate_context(fcinfo);
	state = PG_ARGISNULL(0) ? new_state(SMALLEST_STATE) : PG_GETARG_LIGHTCURVE(0);

	row_counts.rows++;
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
	{
		row_counts.rejected[missing_column(fcinfo)]++;
		state->n_rejected = add_rejected(state->n_rejected, 1);
		PG_RETURN_POINTER(state);
	}
	mjd = PG_GETARG_FLOAT8(1);
	passband = PG_GETARG_INT64(2);
	flux = PG_GETARG_FLOAT8(3);
	flux_err = PG_GETARG_FLOAT8(4);

	fault = make_observation(mjd, passband, flux, flux_err, detection(fcinfo), &observation);
	if (unlikely(fault != OBSERVATION_VALID))
		reject_measurement(state, fault, mjd, passband, flux, flux_err);
	else
	{
		Observations observations;

		state = state_with_room(state, 1);
		observations = lightcurve_observations(state);
		put_observation(&observations, state->n_observations++, observation);
		state->flags &= ~LIGHTCURVE_CANONICAL;
	}
	PG_RETURN_POINTER(state);
}

Datum
lightcurve_accum(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, boolean_detection);
}

Datum
lightcurve_accum_integer(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, integer_detection);
}

Datum
lightcurve_accum_number(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, number_detection);
}

Datum
lightcurve_accum_undetected(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, no_detection);
}

/*
 * (state, lightcurve) -> state: appends the observations of the second argument,
 * which may be a state itself, to those of the first.
 */
Datum
lightcurve_combine(PG_FUNCTION_ARGS)
{
	LightCurve	*state, *part;
	Observations to, from;

	(void) aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	part = PG_GETARG_LIGHTCURVE(1);
	state = PG_ARGISNULL(0) ? new_state(SMALLEST_STATE) : PG_GETARG_LIGHTCURVE(0);
	if ((uint64) state->n_observations + part->n_observations > 2 * MAX_OBSERVATIONS)
		part = canonical_lightcurve(part);

	state = state_with_room(state, part->n_observations);
	to = lightcurve_observations(state);
	from = lightcurve_observations(part);
	append_observations(&to, state->n_observations, &from);
	state->n_observations += from.count;
	state->n_rejected = add_rejected(state->n_rejected, from.n_rejected);
	state->flags &= ~LIGHTCURVE_CANONICAL;
	PG_RETURN_POINTER(state);
}

/* The canonical value of a state; NULL without observations, even if some were rejected. */
Datum
lightcurve_final(PG_FUNCTION_ARGS)
{
	LightCurve *state = PG_GETARG_LIGHTCURVE(0);

	if (state->n_observations == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(canonical_lightcurve(state));
}
