/*
 * fuzz.h
 *		What fuzz targets share: a workspace, checks that abort, and numbers and light
 *		curves made of the input's bytes.
 *
 * A byte stands for a number of a table of extremes, or a small one: mutations of
 * single bytes then reach the numbers that matter.  Input that has run out gives zeros.
 */
#ifndef PLASTICC_FUZZ_H
#define PLASTICC_FUZZ_H

#include "unit.h"

#include <stdint.h>

#include "core/curve/observations.h"

#define FUZZ_MAX_OBSERVATIONS 48

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#if defined(__clang__) && defined(__has_feature)
#if __has_feature(address_sanitizer)
/* Stacks of allocations cost more than what is tested; a finding is run again with them. */
extern const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "malloc_context_size=1:quarantine_size_mb=8:allocator_may_return_null=1";
}
#endif
#endif

#define REQUIRE(condition)                                                                         \
	do                                                                                             \
	{                                                                                              \
		if (!(condition))                                                                          \
		{                                                                                          \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
			abort();                                                                               \
		}                                                                                          \
	} while (0)

typedef struct FuzzInput
{
	const uint8_t *at;
	size_t		   left;
} FuzzInput;

static inline unsigned
take_byte(FuzzInput *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/* An integer from minimum to maximum. */
static inline int
take_range(FuzzInput *input, int minimum, int maximum)
{
	return minimum + (int) (take_byte(input) % (unsigned) (maximum - minimum + 1));
}

/* 0 to 191: a small number of either sign; the rest: an extreme one, finite as a float. */
static inline double
take_number(FuzzInput *input)
{
	static const double extremes[] = {
		0.0,   -0.0,  1e-45,  -1e-45, 1.1754944e-38, 1e-30, 1e-12, 1e-6, 1e6,	-1e6,		1e12,
		-1e12, 1e18,  -1e18,  1e30,	  -1e30,		 3e38,	-3e38, 1.0,	 -1.0,	0.1,		1e-3,
		1e3,   -1e-3, 65536., 1e9,	  1.0000001,	 27.5,	1e-20, 1e20, -1e20, 16777216.0,
	};
	unsigned byte = take_byte(input);

	if (byte >= 192)
		return extremes[byte % (sizeof(extremes) / sizeof(extremes[0]))];
	return ((int) byte - 96) * (1.0 + take_byte(input) / 256.0);
}

/*
 * Canonical observations, at least one.  Steps of time are 0, tiny, nights or years;
 * fluxes and errors of any size.
 */
static inline Observations
take_curve(FuzzInput *input, Workspace *workspace)
{
	static const double steps[] = {0.0, 0.0, 1e-9, 1e-3, 0.02,	0.5,	1.0, 1.0,
								   2.5, 7.0, 30.0, 0.9,	 200.0, 3000.0, 1e5, 3.0};
	static const double starts[] = {0.0, 59580.0, -1e6, 1e9, 1e15, 60000.5, -1e-3, 1e300};
	int					n = take_range(input, 1, FUZZ_MAX_OBSERVATIONS);
	double				mjd = starts[take_byte(input) % 8];
	double				scale = fabs(take_number(input));
	Observations		raw = allocate_observations(n, workspace);
	Observations		curve = allocate_observations(n, workspace);
	uint32_t		   *order;

	raw.n_rejected = take_byte(input);
	for (int i = 0; i < n; i++)
	{
		unsigned	what = take_byte(input);
		double		flux = take_number(input) * (what & 0x80 ? scale : 1.0);
		double		flux_err = fabs(take_number(input)) * (what & 0x80 ? scale : 1.0);
		Observation observation;

		mjd += steps[what % 16];
		if (make_observation(mjd, (what >> 4) % 8 % N_PASSBANDS, flux, flux_err,
							 (Detection) (flux_err > 5.0 ? DETECTED_UNKNOWN : what % 2),
							 &observation) == OBSERVATION_VALID)
			put_observation(&raw, raw.count++, observation);
	}
	if (raw.count == 0)
	{
		Observation observation = {60000.0, 1.0f, 1.0f, 2};

		put_observation(&raw, raw.count++, observation);
	}
	n = (int) canonical_order(&raw, &order, workspace);
	gather_observations(&raw, order, n, &curve);
	return curve;
}

#endif /* PLASTICC_FUZZ_H */
