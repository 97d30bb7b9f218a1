/*
 * fuzz_features.c
 *		Every feature of extreme light curves, and of their hosts: a number that float
 *		can hold, or NaN.
 */
#include "fuzz.h"

#include "core/features/catalog.h"

static double
take_metadata(FuzzInput *input)
{
	return take_range(input, 0, 3) == 0 ? NAN : take_number(input);
}

static void
require_no_infinity(const float *features, int n)
{
	for (int i = 0; i < n; i++)
		REQUIRE(!isinf(features[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace	 workspace = unit_workspace();
	FuzzInput	 input = {data, size};
	FeatureSet	 set = take_range(&input, 0, 3) == 0 ? FEATURES_ALL : FEATURES_SIMPLE;
	HostMetadata host = {
		.ddf = take_range(&input, 0, 1),
		.hostgal_photoz = take_metadata(&input),
		.hostgal_photoz_err = take_metadata(&input),
		.distmod = take_metadata(&input),
		.mwebv = take_metadata(&input),
	};
	Observations curve = take_curve(&input, &workspace);
	float		*features = workspace_array(&workspace, float, feature_count(set));
	float		*of_host = workspace_array(&workspace, float, host_feature_count(set));

	compute_features(&curve, set, features, &workspace);
	require_no_infinity(features, feature_count(set));
	compute_host_features(features, set, host, of_host, &workspace);
	require_no_infinity(of_host, host_feature_count(set));
	unit_free();
	return 0;
}
