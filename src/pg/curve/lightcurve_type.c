/*
 * lightcurve_type.c
 *		The lightcurve type: its values, input and output.
 */
#include "pg/module/plasticc.h"

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"

#include "pg/curve/lightcurve_type.h"

PG_FUNCTION_INFO_V1(lightcurve_in);
PG_FUNCTION_INFO_V1(lightcurve_out);
PG_FUNCTION_INFO_V1(lightcurve_recv);
PG_FUNCTION_INFO_V1(lightcurve_send);

/* ----------------------------------------------------------------
 * Values
 * ----------------------------------------------------------------
 */

#define ERROR_TOO_MANY_OBSERVATIONS                                                                \
	(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),                                                      \
	 errmsg("light curve exceeds %d observations", MAX_OBSERVATIONS),                              \
	 errhint("Check that GROUP BY names the object, or split the observations by time."))

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

LightCurve *
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
		ereport(ERROR, ERROR_TOO_MANY_OBSERVATIONS);
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
			ereturn(fcinfo->context, (Datum) 0, ERROR_TOO_MANY_OBSERVATIONS);
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: %s at byte %zu", "lightcurve",
						error.message, error.position + 1),
				 errhint("The syntax is {(mjd,passband,flux,flux_err,t|f),...}, optionally "
						 "followed by \"+ K rejected\".")));
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
			ereport(ERROR, ERROR_TOO_MANY_OBSERVATIONS);
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
