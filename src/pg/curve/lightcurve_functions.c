/*
 * lightcurve_functions.c
 *		Functions of light curves, and the operator ||.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "access/htup_details.h"

#include "pg/curve/lightcurve_type.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_union);
PG_FUNCTION_INFO_V1(plasticc_slice);
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
