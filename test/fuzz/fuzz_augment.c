/*
 * fuzz_augment.c
 *		Copies of extreme light curves under extreme conditions, and their hosts.
 */
#include "fuzz.h"

#include "core/augment/augment.h"

static double
take_between(FuzzInput *input, double minimum, double maximum)
{
	return fmin(maximum, fmax(minimum, take_number(input)));
}

static double
take_redshift(FuzzInput *input)
{
	switch (take_range(input, 0, 3))
	{
		case 0:
			return NAN;
		case 1:
			return 0.0;
		default:
			return take_between(input, AUGMENT_MINIMUM_REDSHIFT, AUGMENT_MAXIMUM_REDSHIFT);
	}
}

static void
require_valid(const Observations *curve)
{
	for (uint32_t i = 0; i < curve->count; i++)
	{
		REQUIRE(isfinite(curve->mjd[i]) && isfinite(curve->flux[i]));
		REQUIRE(isfinite(curve->flux_err[i]) && curve->flux_err[i] > 0.0f);
		REQUIRE((curve->kind[i] & KIND_PASSBAND) < N_PASSBANDS);
		REQUIRE(i == 0 || curve->mjd[i] >= curve->mjd[i - 1]);
	}
}

static void
augment_a_host(FuzzInput *input, uint64_t seed)
{
	AugmentedHost host = {
		.redshift = take_between(input, AUGMENT_MINIMUM_REDSHIFT, AUGMENT_MAXIMUM_REDSHIFT),
		.photoz = take_redshift(input),
		.photoz_err = take_redshift(input),
	};
	double		  minimum, maximum;
	AugmentedHost copy;

	augment_redshift_bounds(host.redshift, &minimum, &maximum);
	REQUIRE(minimum > 0.0 && minimum <= maximum);
	copy = augment_host(seed, &host, minimum, maximum, take_between(input, 0.0, 10.0));
	REQUIRE(copy.redshift >= minimum * (1 - 1e-12) && copy.redshift <= maximum * (1 + 1e-12));
	REQUIRE(!isinf(copy.photoz) && !isinf(copy.photoz_err));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace		workspace = unit_workspace();
	FuzzInput		input = {data, size};
	uint64_t		seed = take_byte(&input);
	AugmentOptions	options;
	GaussianProcess process = {1.0, 1.0};
	Observations	curve, copy;

	augment_a_host(&input, seed);
	options = (AugmentOptions){
		.redshift = take_redshift(&input),
		.new_redshift = take_redshift(&input),
		.drop_fraction = take_between(&input, 0.0, 1.0),
		.drop_block = take_between(&input, 0.0, 1e6),
		.noise = take_between(&input, 0.0, 1e6),
		.time_shift = take_between(&input, 0.0, 1e6),
		.dimming = take_between(&input, -100.0, 100.0),
		.dimming_sd = take_between(&input, 0.0, 100.0),
		.detection_threshold = take_between(&input, 0.0, 1e3),
		.detection_width = take_between(&input, 0.0, 1e3),
	};
	options.min_days = take_between(&input, 1e-3, 1e6);
	options.max_days = options.min_days + take_between(&input, 0.0, 1e6);
	options.truncate = (seed & 1) != 0;
	curve = take_curve(&input, &workspace);
	if (augment_moves(&options))
		process = gp_fit(&curve, &workspace).process;
	if (augment_light_curve(&curve, seed, &options, &process, &copy, &workspace))
		require_valid(&copy);
	unit_free();
	return 0;
}
