/*
 * fuzz_lightcurve_text.c
 *		The text form of a light curve.
 */
#include "round_trip.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace	 workspace = unit_workspace();
	char		*text = workspace_alloc(&workspace, size + 1);
	Observations curve;
	ParseError	 error;

	memcpy(text, data, size);
	text[size] = '\0';
	if (parse_lightcurve_text(text, &curve, &workspace, &error))
		require_round_trips(&curve, &workspace);
	else
		REQUIRE(error.position <= size);
	unit_free();
	return 0;
}
