/*
 * fuzz_lightcurve.c
 *		libFuzzer target: the text and binary parsers of light curves.
 *
 * The first byte selects the parser.  Accepted input must be reproduced bit for
 * bit by both forms, and its features must not be infinite.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/unit.h"

#include "core/features/catalog.h"
#include "core/curve/observations.h"

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

static const NumberWriter writer = {write_double, write_float};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
require_same(const Observations *a, const Observations *b)
{
	require(a->count == b->count && a->n_rejected == b->n_rejected);
	require(memcmp(a->mjd, b->mjd, 8 * (size_t) a->count) == 0);
	require(memcmp(a->flux, b->flux, 4 * (size_t) a->count) == 0);
	require(memcmp(a->flux_err, b->flux_err, 4 * (size_t) a->count) == 0);
	require(memcmp(a->kind, b->kind, a->count) == 0);
}

static void
check_round_trips(const Observations *o, Workspace *workspace)
{
	size_t		 size = LIGHTCURVE_BINARY_HEADER + (size_t) o->count * OBSERVATION_SIZE;
	uint8_t		*bytes = workspace_alloc(workspace, size);
	Observations again;
	ParseError	 error;

	require(parse_lightcurve_text(format_lightcurve_text(o, &writer, workspace), &again, workspace,
								  &error));
	require_same(o, &again);
	format_lightcurve_binary(o, bytes);
	require(parse_lightcurve_binary(bytes, size, &again, workspace, &error));
	require_same(o, &again);
}

static void
check_features(const Observations *o, Workspace *workspace)
{
	Observations canonical = allocate_observations(o->count, workspace);
	float		*features = workspace_array(workspace, float, feature_count(FEATURES_ALL));
	uint32_t	*order;
	uint32_t	 n = canonical_order(o, &order, workspace);

	gather_observations(o, order, n, &canonical);
	require(observations_are_canonical(&canonical));
	if (n == 0)
		return;
	compute_features(&canonical, FEATURES_ALL, features, workspace);
	for (int i = 0; i < feature_count(FEATURES_ALL); i++)
		require(!isinf(features[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace	 workspace = unit_workspace();
	Observations observations;
	ParseError	 error;
	bool		 valid;

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0)
		valid = parse_lightcurve_binary(data + 1, size - 1, &observations, &workspace, &error);
	else
	{
		char *text = workspace_alloc(&workspace, size);

		memcpy(text, data + 1, size - 1);
		text[size - 1] = '\0';
		valid = parse_lightcurve_text(text, &observations, &workspace, &error);
	}
	if (valid)
	{
		check_round_trips(&observations, &workspace);
		check_features(&observations, &workspace);
	}
	unit_free();
	return 0;
}
