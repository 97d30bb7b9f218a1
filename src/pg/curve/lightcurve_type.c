/*
 * lightcurve_type.c
 *		The lightcurve type: values, input and output, functions on them.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "pg/curve/lightcurve_type.h"

PG_FUNCTION_INFO_V1(lightcurve_in);
PG_FUNCTION_INFO_V1(lightcurve_out);
PG_FUNCTION_INFO_V1(lightcurve_recv);
PG_FUNCTION_INFO_V1(lightcurve_send);
PG_FUNCTION_INFO_V1(lightcurve_eq);
PG_FUNCTION_INFO_V1(lightcurve_ne);
PG_FUNCTION_INFO_V1(plasticc_union);
PG_FUNCTION_INFO_V1(plasticc_slice);
PG_FUNCTION_INFO_V1(plasticc_observations);
PG_FUNCTION_INFO_V1(plasticc_passband);
PG_FUNCTION_INFO_V1(plasticc_flux_from_nanojansky);

/* ----------------------------------------------------------------
 * Values
 * ----------------------------------------------------------------
 */

void
report_too_many_observations(void)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("light curve exceeds %d observations", MAX_OBSERVATIONS),
					errhint("Check that GROUP BY names the object, or split the observations by "
							"time.")));
}

LightCurve *
datum_lightcurve(Datum datum)
{
	LightCurve *lightcurve = (LightCurve *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(lightcurve) < LIGHTCURVE_HEADER || lightcurve->version != LIGHTCURVE_VERSION ||
		lightcurve->n_observations > lightcurve_capacity(lightcurve))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("light curve is corrupt")));
	return lightcurve;
}

LightCurve *
new_lightcurve(Size size)
{
	LightCurve *lightcurve = palloc(size);

	SET_VARSIZE(lightcurve, size);
	lightcurve->version = LIGHTCURVE_VERSION;
	lightcurve->flags = 0;
	lightcurve->zero = 0;
	lightcurve->n_observations = 0;
	lightcurve->n_rejected = 0;
	return lightcurve;
}

/* A canonical value of observations in any order. */
static LightCurve *
make_lightcurve(const Observations *observations)
{
	Workspace workspace = server_workspace(CurrentMemoryContext);
	bool	  canonical = observations_are_canonical(observations);
	uint32	 *order = NULL;
	uint32	  count =
		   canonical ? observations->count : canonical_order(observations, &order, &workspace);
	LightCurve	*lightcurve;
	Observations stored;

	if (count > MAX_OBSERVATIONS)
		report_too_many_observations();
	lightcurve = new_lightcurve(LIGHTCURVE_HEADER + (Size) count * OBSERVATION_SIZE);
	lightcurve->flags = LIGHTCURVE_CANONICAL;
	lightcurve->n_observations = count;
	lightcurve->n_rejected = observations->n_rejected;
	stored = lightcurve_observations(lightcurve);
	if (canonical)
		append_observations(&stored, 0, observations);
	else
		gather_observations(observations, order, count, &stored);
	return lightcurve;
}

LightCurve *
canonical_lightcurve(LightCurve *lightcurve)
{
	Observations observations;

	if (lightcurve->flags & LIGHTCURVE_CANONICAL &&
		lightcurve->n_observations == lightcurve_capacity(lightcurve))
		return lightcurve;
	observations = lightcurve_observations(lightcurve);
	return make_lightcurve(&observations);
}

/* ----------------------------------------------------------------
 * Input and output
 * ----------------------------------------------------------------
 */

static const NumberWriter shortest_exact = {
	.write_double = double_to_shortest_decimal_bufn,
	.write_float = float_to_shortest_decimal_bufn,
};

Datum
lightcurve_in(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Observations observations;
	ParseError	 error;

	if (!parse_lightcurve_text(PG_GETARG_CSTRING(0), &observations, &workspace, &error))
	{
		if (error.too_many)
			report_too_many_observations();
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: %s at byte %zu", "lightcurve",
						error.message, error.position + 1),
				 errhint("A light curve is written as "
						 "{(mjd,passband,flux,flux_err,t|f),...}, optionally followed by \"+ K "
						 "rejected\".")));
	}
	PG_RETURN_POINTER(make_lightcurve(&observations));
}

Datum
lightcurve_out(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Observations observations =
		lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));

	PG_RETURN_CSTRING(format_lightcurve_text(&observations, &shortest_exact, &workspace));
}

Datum
lightcurve_recv(PG_FUNCTION_ARGS)
{
	StringInfo	 message = (StringInfo) PG_GETARG_POINTER(0);
	int			 size = message->len - message->cursor;
	const uint8 *bytes = (const uint8 *) pq_getmsgbytes(message, size);
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Observations observations;
	ParseError	 error;

	if (!parse_lightcurve_binary(bytes, size, &observations, &workspace, &error))
	{
		if (error.too_many)
			report_too_many_observations();
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid binary light curve: %s at byte %zu", error.message,
							   error.position + 1)));
	}
	PG_RETURN_POINTER(make_lightcurve(&observations));
}

Datum
lightcurve_send(PG_FUNCTION_ARGS)
{
	Observations observations =
		lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	Size size = VARHDRSZ + LIGHTCURVE_BINARY_HEADER + (Size) observations.count * OBSERVATION_SIZE;
	bytea *bytes = palloc(size);

	SET_VARSIZE(bytes, size);
	format_lightcurve_binary(&observations, (uint8 *) VARDATA(bytes));
	PG_RETURN_BYTEA_P(bytes);
}

/* ----------------------------------------------------------------
 * Functions of light curves
 * ----------------------------------------------------------------
 */

/* Canonical values are equal where their bytes are: -0.0 and NaN do not occur. */
static bool
lightcurves_equal(FunctionCallInfo fcinfo)
{
	LightCurve *a = canonical_lightcurve(PG_GETARG_LIGHTCURVE(0));
	LightCurve *b = canonical_lightcurve(PG_GETARG_LIGHTCURVE(1));

	return VARSIZE(a) == VARSIZE(b) && memcmp(VARDATA(a), VARDATA(b), VARSIZE(a) - VARHDRSZ) == 0;
}

Datum
lightcurve_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(lightcurves_equal(fcinfo));
}

Datum
lightcurve_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!lightcurves_equal(fcinfo));
}

/*
 * The union; NULL stands for no observations, as it does for arrays in array || array,
 * because that is what the aggregates return of a night that has none.
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

/* A bound of a time range: the argument, or where it is NULL the open end. */
static double
time_bound(FunctionCallInfo fcinfo, int argument, const char *name, double open_end)
{
	double bound;

	if (PG_ARGISNULL(argument))
		return open_end;
	bound = PG_GETARG_FLOAT8(argument);
	if (isnan(bound))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is NaN", name),
						errhint("NULL stands for an open end.")));
	return bound;
}

/* What lies within [mjd_from, mjd_to], as of BETWEEN; when a measurement was rejected is not known.
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
		/* A copy in any case: the argument may not outlive this call. */
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

/* ----------------------------------------------------------------
 * Conversions for other people's columns
 * ----------------------------------------------------------------
 */

Datum
plasticc_passband(PG_FUNCTION_ARGS)
{
	text *name = PG_GETARG_TEXT_PP(0);
	int	  passband = find_passband(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (passband < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unknown passband \"%s\"", text_to_cstring(name)),
						errhint("Passbands are \"u\", \"g\", \"r\", \"i\", \"z\" and \"y\".")));
	PG_RETURN_INT16(passband);
}

Datum
plasticc_flux_from_nanojansky(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(flux_from_nanojansky(PG_GETARG_FLOAT8(0)));
}
