/*
 * round_trip.h
 *		What holds of every light curve that a parser accepts.
 */
#ifndef PLASTICC_FUZZ_ROUND_TRIP_H
#define PLASTICC_FUZZ_ROUND_TRIP_H

#include "fuzz.h"

static int
write_double(double value, char *to)
{
	return sprintf(to, "%.17g", value);
}

static int
write_float(float value, char *to)
{
	return sprintf(to, "%.9g", (double) value);
}

static void
require_same(const Observations *a, const Observations *b)
{
	REQUIRE(a->count == b->count && a->n_rejected == b->n_rejected);
	REQUIRE(memcmp(a->mjd, b->mjd, 8 * (size_t) a->count) == 0);
	REQUIRE(memcmp(a->flux, b->flux, 4 * (size_t) a->count) == 0);
	REQUIRE(memcmp(a->flux_err, b->flux_err, 4 * (size_t) a->count) == 0);
	REQUIRE(memcmp(a->kind, b->kind, a->count) == 0);
}

/*
 * The curve is reproduced bit for bit by its text and by its bytes, and its canonical
 * form is canonical.
 */
static void
require_round_trips(const Observations *curve, Workspace *workspace)
{
	static const NumberWriter writer = {write_double, write_float};
	size_t		 size = LIGHTCURVE_BINARY_HEADER + (size_t) curve->count * OBSERVATION_SIZE;
	uint8_t		*bytes = workspace_alloc(workspace, size);
	Observations again, canonical = allocate_observations(curve->count, workspace);
	uint32_t	*order, n;
	ParseError	 error;

	format_lightcurve_binary(curve, bytes);
	REQUIRE(parse_lightcurve_binary(bytes, size, &again, workspace, &error));
	require_same(curve, &again);
	REQUIRE(parse_lightcurve_text(format_lightcurve_text(curve, &writer, workspace), &again,
								  workspace, &error));
	require_same(curve, &again);
	n = canonical_order(curve, &order, workspace);
	gather_observations(curve, order, n, &canonical);
	REQUIRE(observations_are_canonical(&canonical));
	REQUIRE(canonical_order(&canonical, &order, workspace) == n);
}

#endif /* PLASTICC_FUZZ_ROUND_TRIP_H */
