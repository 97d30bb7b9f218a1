/*
 * lightcurve_functions.c
 *		Functions of light curves, and the operator ||.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "access/htup_details.h"
#include "utils/builtins.h"

#include "core/curve/clip.h"
#include "core/curve/extinction.h"
#include "core/curve/selection.h"
#include "pg/curve/lightcurve_type.h"
#include "pg/curve/photometry.h"
#include "pg/curve/row_counts.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_union);
PG_FUNCTION_INFO_V1(plasticc_slice);
PG_FUNCTION_INFO_V1(plasticc_select);
PG_FUNCTION_INFO_V1(plasticc_coalesce);
PG_FUNCTION_INFO_V1(plasticc_clip);
PG_FUNCTION_INFO_V1(plasticc_deredden);
PG_FUNCTION_INFO_V1(plasticc_truncate);
PG_FUNCTION_INFO_V1(plasticc_n_observations);
PG_FUNCTION_INFO_V1(plasticc_observations);

/*
 * The union.  NULL is a light curve without observations, as in array || array,
 * because the aggregates return it for a night without observations.
 */
Datum
plasticc_union(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Observations first, second, both;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_POINTER(canonical_lightcurve(PG_GETARG_LIGHTCURVE(PG_ARGISNULL(0) ? 1 : 0)));
	first = lightcurve_observations(PG_GETARG_LIGHTCURVE(0));
	second = lightcurve_observations(PG_GETARG_LIGHTCURVE(1));
	both = allocate_observations((Size) first.count + second.count, &workspace);
	append_observations(&both, 0, &first);
	append_observations(&both, first.count, &second);
	both.count = first.count + second.count;
	both.n_rejected = add_rejected(first.n_rejected, second.n_rejected);
	PG_RETURN_POINTER(make_lightcurve(&both));
}

/* A bound of a time range; NULL leaves that end open. */
static double
time_bound(FunctionCallInfo fcinfo, int argument, const char *name, double open_end)
{
	double bound;

	if (PG_ARGISNULL(argument))
		return open_end;
	bound = PG_GETARG_FLOAT8(argument);
	if (isnan(bound))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be NaN", name),
				 errhint("Pass NULL to leave that end of the range open.")));
	return bound;
}

/*
 * Observations within [mjd_from, mjd_to], as with BETWEEN.  Rejected measurements
 * have no known time and are not counted.
 */
Datum
plasticc_slice(PG_FUNCTION_ARGS)
{
	double		 from = time_bound(fcinfo, 1, "mjd_from", -INFINITY);
	double		 to = time_bound(fcinfo, 2, "mjd_to", INFINITY);
	Observations whole, slice;
	uint32		 first, last;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	whole = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	find_time_range(&whole, from, to, &first, &last);
	slice = (Observations){
		.count = last - first,
		.mjd = whole.mjd + first,
		.flux = whole.flux + first,
		.flux_err = whole.flux_err + first,
		.kind = whole.kind + first,
	};
	PG_RETURN_POINTER(make_lightcurve(&slice));
}

/* The passbands of an array as bits; all where it is NULL. */
static uint8
passbands_argument(FunctionCallInfo fcinfo, int argument)
{
	const int32 *elements;
	uint8		 passbands = 0;
	int			 n;

	if (PG_ARGISNULL(argument))
		return (1 << N_PASSBANDS) - 1;
	elements = integer_elements(PG_GETARG_ARRAYTYPE_P(argument), "passbands", PG_INT32_MAX, &n);
	for (int i = 0; i < n; i++)
	{
		if (elements[i] < 0 || elements[i] >= N_PASSBANDS)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("passbands must be between 0 and %d, not %d", N_PASSBANDS - 1,
								   elements[i]),
							errhint("They are numbered 0 to 5 in the order u, g, r, i, z, y.")));
		passbands |= 1 << elements[i];
	}
	return passbands;
}

/* Signals to noise that can be asked for. */
#define MAX_SNR 1e38

/* plasticc_select(lightcurve, passbands, min_snr, mjd_from, mjd_to): what is NULL is no condition.
 */
Datum
plasticc_select(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Selection	 selection;
	Observations whole, selected;

	selection.passbands = passbands_argument(fcinfo, 1);
	selection.min_snr = number_argument_or(fcinfo, 2, "min_snr", 0.0, 0.0, MAX_SNR);
	selection.mjd_from = time_bound(fcinfo, 3, "mjd_from", -INFINITY);
	selection.mjd_to = time_bound(fcinfo, 4, "mjd_to", INFINITY);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	whole = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	selected = select_observations(&whole, &selection, &workspace);
	PG_RETURN_POINTER(make_lightcurve(&selected));
}

/* plasticc_coalesce(lightcurve, seconds) */
Datum
plasticc_coalesce(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	double		 seconds = number_argument(fcinfo, 1, "seconds", 0.0, MAX_COALESCED_SECONDS);
	Observations whole = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	Observations together = coalesce_observations(&whole, seconds, &workspace);

	PG_RETURN_POINTER(make_lightcurve(&together));
}

/* plasticc_clip(lightcurve, n_sigma) */
Datum
plasticc_clip(PG_FUNCTION_ARGS)
{
	Workspace workspace = server_workspace(CurrentMemoryContext);
	double n_sigma = number_argument(fcinfo, 1, "n_sigma", LOWEST_CLIP_SIGMA, HIGHEST_CLIP_SIGMA);
	Observations whole = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	Observations clipped = clip_observations(&whole, n_sigma, &workspace);

	row_counts.rejected[WILD_POINT] += whole.count - clipped.count;
	PG_RETURN_POINTER(make_lightcurve(&clipped));
}

/* plasticc_deredden(lightcurve, mwebv [, survey]) */
Datum
plasticc_deredden(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	double		 mwebv = number_argument(fcinfo, 1, "mwebv", 0.0, MAX_COLOR_EXCESS);
	const char	*survey = PG_NARGS() > 2 ? text_to_cstring(PG_GETARG_TEXT_PP(2)) : "rubin";
	Observations whole = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	Observations corrected;
	double		 extinction[N_PASSBANDS];

	survey_extinction(require_survey(survey), extinction);
	if (!deredden_observations(&whole, extinction, mwebv, &corrected, &workspace))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("dereddened light curve is out of range for type real")));
	PG_RETURN_POINTER(make_lightcurve(&corrected));
}

#define MAX_TRUNCATED_DAYS 1e6

/* plasticc_truncate(lightcurve, days): NULL where nothing was detected */
Datum
plasticc_truncate(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	double		 days = number_argument(fcinfo, 1, "days", 0.0, MAX_TRUNCATED_DAYS);
	Observations whole = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	Observations known = truncate_observations(&whole, days, &workspace);

	if (known.count == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(make_lightcurve(&known));
}

/*
 * plasticc_n_observations(lightcurve): rejected ones included.  Of a stored
 * value, which is canonical, only the first bytes are read.
 */
Datum
plasticc_n_observations(PG_FUNCTION_ARGS)
{
	Datum		datum = PG_GETARG_DATUM(0);
	LightCurve *head =
		(LightCurve *) PG_DETOAST_DATUM_SLICE(datum, 0, LIGHTCURVE_HEADER - VARHDRSZ);

	if (VARSIZE(head) < LIGHTCURVE_HEADER || head->version != LIGHTCURVE_VERSION ||
		(head->flags & LIGHTCURVE_CANONICAL) == 0)
		head = canonical_lightcurve(datum_lightcurve(datum));
	PG_RETURN_INT64((int64) head->n_observations + head->n_rejected);
}

Datum
plasticc_observations(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Observations	*observations;
	uint64			 i;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		call = begin_rows(fcinfo);
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		observations = palloc(sizeof(Observations));
		/* A copy in any case, because the argument may not outlive this call. */
		*observations = lightcurve_observations(
			canonical_lightcurve((LightCurve *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
		call->user_fctx = observations;
		call->max_calls = observations->count;
		MemoryContextSwitchTo(caller);
	}
	call = SRF_PERCALL_SETUP();
	observations = call->user_fctx;
	i = call->call_cntr;
	if (i < call->max_calls)
	{
		Datum	  values[5];
		bool	  nulls[5] = {false};
		HeapTuple tuple;

		values[0] = Float8GetDatum(observations->mjd[i]);
		values[1] = Int16GetDatum(observations->kind[i] & KIND_PASSBAND);
		values[2] = Float4GetDatum(observations->flux[i]);
		values[3] = Float4GetDatum(observations->flux_err[i]);
		values[4] = BoolGetDatum((observations->kind[i] & KIND_DETECTED) != 0);
		tuple = heap_form_tuple(call->tuple_desc, values, nulls);
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(tuple));
	}
	SRF_RETURN_DONE(call);
}
