/*
 * fuzz_lightcurve_binary.c
 *		The binary form of a light curve.
 */
#include "round_trip.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace	 workspace = unit_workspace();
	Observations curve;
	ParseError	 error;

	if (parse_lightcurve_binary(data, size, &curve, &workspace, &error))
		require_round_trips(&curve, &workspace);
	else
		REQUIRE(error.position <= size);
	unit_free();
	return 0;
}
