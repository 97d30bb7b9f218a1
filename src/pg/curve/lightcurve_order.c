/*
 * lightcurve_order.c
 *		Comparison and hash values of light curves, for the btree and hash operator
 *		classes.
 *
 * Canonical values are equal if and only if their bytes are: they contain no -0.0
 * and no NaN.  Which of two comes first does not depend on the processor, unlike
 * the order of their bytes.
 */
#include "pg/module/plasticc.h"

#include "common/hashfn.h"

#include "pg/curve/lightcurve_type.h"

PG_FUNCTION_INFO_V1(lightcurve_eq);
PG_FUNCTION_INFO_V1(lightcurve_ne);
PG_FUNCTION_INFO_V1(lightcurve_lt);
PG_FUNCTION_INFO_V1(lightcurve_le);
PG_FUNCTION_INFO_V1(lightcurve_gt);
PG_FUNCTION_INFO_V1(lightcurve_ge);
PG_FUNCTION_INFO_V1(lightcurve_cmp);
PG_FUNCTION_INFO_V1(lightcurve_hash);
PG_FUNCTION_INFO_V1(lightcurve_hash_extended);

/*
 * B-trees and hash tables hold on to what a support function allocates until the
 * query ends: so detoasted arguments and canonical copies are freed.
 */
static void
free_copies(FunctionCallInfo fcinfo, int argument, LightCurve *detoasted, LightCurve *canonical)
{
	if (canonical != detoasted)
		pfree(canonical);
	PG_FREE_IF_COPY(detoasted, argument);
}

static bool
lightcurves_equal(FunctionCallInfo fcinfo)
{
	LightCurve *a = PG_GETARG_LIGHTCURVE(0), *canonical_a = canonical_lightcurve(a);
	LightCurve *b = PG_GETARG_LIGHTCURVE(1), *canonical_b = canonical_lightcurve(b);
	bool		equal =
		VARSIZE(canonical_a) == VARSIZE(canonical_b) &&
		memcmp(VARDATA(canonical_a), VARDATA(canonical_b), VARSIZE(canonical_a) - VARHDRSZ) == 0;

	free_copies(fcinfo, 0, a, canonical_a);
	free_copies(fcinfo, 1, b, canonical_b);
	return equal;
}

static int
compare_lightcurves(FunctionCallInfo fcinfo)
{
	LightCurve	*a = PG_GETARG_LIGHTCURVE(0), *canonical_a = canonical_lightcurve(a);
	LightCurve	*b = PG_GETARG_LIGHTCURVE(1), *canonical_b = canonical_lightcurve(b);
	Observations first = lightcurve_observations(canonical_a);
	Observations second = lightcurve_observations(canonical_b);
	int			 order = compare_observations(&first, &second);

	free_copies(fcinfo, 0, a, canonical_a);
	free_copies(fcinfo, 1, b, canonical_b);
	return order;
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

Datum
lightcurve_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_lightcurves(fcinfo) < 0);
}

Datum
lightcurve_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_lightcurves(fcinfo) <= 0);
}

Datum
lightcurve_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_lightcurves(fcinfo) > 0);
}

Datum
lightcurve_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_lightcurves(fcinfo) >= 0);
}

Datum
lightcurve_cmp(PG_FUNCTION_ARGS)
{
	int order = compare_lightcurves(fcinfo);

	PG_RETURN_INT32((order > 0) - (order < 0));
}

/* The low half of the value with seed 0 is the value without, as hash operator classes need it. */
static uint64
hash_lightcurve(FunctionCallInfo fcinfo, uint64 seed)
{
	LightCurve *given = PG_GETARG_LIGHTCURVE(0), *canonical = canonical_lightcurve(given);
	uint64		hash = hash_bytes_extended((const unsigned char *) VARDATA(canonical),
										   VARSIZE(canonical) - VARHDRSZ, seed);

	free_copies(fcinfo, 0, given, canonical);
	return hash;
}

Datum
lightcurve_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) hash_lightcurve(fcinfo, 0));
}

Datum
lightcurve_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_lightcurve(fcinfo, PG_GETARG_INT64(1)));
}
