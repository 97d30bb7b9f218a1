/*
 * test_observations.c
 *		Observations: checks, canonical order, text and binary form.
 */
#include <float.h>
#include <stdint.h>

#include "unit.h"

#include "core/curve/observations.h"
#include "core/base/random.h"

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

/* Observations with many equal times, differing in one column, and exact duplicates. */
static Observations
random_observations(Random *random, uint32_t n, uint64_t n_times, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	for (uint32_t i = 0; i < n; i++)
	{
		double		mjd = 59580.0 + (double) random_below(random, n_times) / 8.0;
		Observation observation = {
			.mjd = mjd,
			.flux = (float) random_below(random, 3) - 1.0f,
			.flux_err = 0.5f + (float) random_below(random, 2),
			.kind = (uint8_t) (random_below(random, 6) | random_below(random, 2) << 3),
		};

		put_observation(&o, i, observation);
	}
	o.count = n;
	return o;
}

static Observation
get_observation(const Observations *o, uint32_t i)
{
	return (Observation){o->mjd[i], o->flux[i], o->flux_err[i], o->kind[i]};
}

/* The documented order, column by column. */
static int
compare(const void *left, const void *right)
{
	const Observation *a = left, *b = right;
	double			   columns_a[] = {a->mjd, a->kind & KIND_PASSBAND, a->flux, a->flux_err,
									  (a->kind & KIND_DETECTED) != 0};
	double			   columns_b[] = {b->mjd, b->kind & KIND_PASSBAND, b->flux, b->flux_err,
									  (b->kind & KIND_DETECTED) != 0};

	for (int i = 0; i < 5; i++)
	{
		if (columns_a[i] != columns_b[i])
			return columns_a[i] < columns_b[i] ? -1 : 1;
	}
	return 0;
}

/* Sorted by qsort, equal neighbours dropped. */
static uint32_t
brute_force_order(const Observations *o, Observation *sorted)
{
	uint32_t unique = 0;

	for (uint32_t i = 0; i < o->count; i++)
		sorted[i] = get_observation(o, i);
	qsort(sorted, o->count, sizeof(Observation), compare);
	for (uint32_t i = 0; i < o->count; i++)
	{
		if (unique == 0 || compare(&sorted[unique - 1], &sorted[i]) != 0)
			sorted[unique++] = sorted[i];
	}
	return unique;
}

static void
check_canonical_order(const Observations *o, Workspace *workspace)
{
	Observation *expected = workspace_array(workspace, Observation, o->count + 1);
	uint32_t	 n_expected = brute_force_order(o, expected);
	Observations canonical = allocate_observations(o->count, workspace);
	uint32_t	*order;
	uint32_t	 n = canonical_order(o, &order, workspace);
	bool		 same = n == n_expected;

	gather_observations(o, order, n, &canonical);
	for (uint32_t i = 0; same && i < n; i++)
	{
		Observation actual = get_observation(&canonical, i);

		same = compare(&actual, &expected[i]) == 0;
	}
	CHECK(same, "order of %u observations: %u, expected %u", o->count, n, n_expected);
	CHECK(observations_are_canonical(&canonical), "%u observations", n);
	CHECK(observations_are_canonical(o) ==
			  (n == o->count && memcmp(o->mjd, canonical.mjd, 8 * n) == 0 &&
			   memcmp(o->kind, canonical.kind, n) == 0 &&
			   memcmp(o->flux, canonical.flux, 4 * n) == 0 &&
			   memcmp(o->flux_err, canonical.flux_err, 4 * n) == 0),
		  "%u observations", n);
}

static void
test_canonical_order(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, 1, 0);
	for (uint32_t n = 0; n < 200; n++)
	{
		for (uint64_t n_times = 1; n_times < 5000; n_times *= 8)
		{
			Observations o = random_observations(&random, n, n_times, &workspace);

			check_canonical_order(&o, &workspace);
		}
	}
	for (uint64_t n_times = 1; n_times < 100000; n_times *= 20)
	{
		Observations o = random_observations(&random, 5000, n_times, &workspace);

		check_canonical_order(&o, &workspace);
	}
	unit_free();
}

static void
test_sorted_input(void)
{
	Workspace	 workspace = unit_workspace();
	Observations rising = allocate_observations(100, &workspace);
	Observations falling = allocate_observations(100, &workspace);

	for (uint32_t i = 0; i < 100; i++)
	{
		put_observation(&rising, i, (Observation){.mjd = i, .flux_err = 1.0f});
		put_observation(&falling, i, (Observation){.mjd = 100.0 - i, .flux_err = 1.0f});
	}
	rising.count = falling.count = 100;
	CHECK(observations_are_canonical(&rising), "rising times");
	CHECK(!observations_are_canonical(&falling), "falling times");
	check_canonical_order(&rising, &workspace);
	check_canonical_order(&falling, &workspace);
	unit_free();
}

static void
test_faults(void)
{
	static const struct
	{
		double			 mjd;
		int64_t			 passband;
		double			 flux, flux_err;
		ObservationFault fault;
		const char		*message;
	} cases[] = {
		{1, 0, 1, 1, OBSERVATION_VALID, "valid"},
		{1, 5, -3e38, 1e-40, OBSERVATION_VALID, "valid"},
		{1, 5, 1e-60, 1, OBSERVATION_VALID, "valid"},
		{-INFINITY, 0, 1, 1, MJD_NOT_FINITE, "mjd is not finite: \"-Infinity\""},
		{NAN, 9, 1, 1, MJD_NOT_FINITE, "mjd is not finite: \"NaN\""},
		{1, -1, 1, 1, PASSBAND_OUT_OF_RANGE, "passband is not between 0 and 5: \"-1\""},
		{1, 6, 1, 1, PASSBAND_OUT_OF_RANGE, "passband is not between 0 and 5: \"6\""},
		{1, 0, INFINITY, 1, FLUX_NOT_FINITE, "flux is not finite: \"Infinity\""},
		{1, 0, NAN, -1, FLUX_NOT_FINITE, "flux is not finite: \"NaN\""},
		{1, 0, 1e39, 1, FLUX_OUT_OF_RANGE, "flux is out of range for type real: \"1e+39\""},
		{1, 0, 1, INFINITY, FLUX_ERR_NOT_FINITE, "flux_err is not finite: \"Infinity\""},
		{1, 0, 1, NAN, FLUX_ERR_NOT_FINITE, "flux_err is not finite: \"NaN\""},
		{1, 7, 1, 0, FLUX_ERR_NOT_POSITIVE, "flux_err is not positive: \"0\""},
		{1, 0, 1, -2.5, FLUX_ERR_NOT_POSITIVE, "flux_err is not positive: \"-2.5\""},
		{1, 0, 1, 1e-60, FLUX_ERR_OUT_OF_RANGE,
		 "flux_err is out of range for type real: \"1e-60\""},
		{1, 0, 1, 1e60, FLUX_ERR_OUT_OF_RANGE, "flux_err is out of range for type real: \"1e+60\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Observation		 observation;
		char			 message[120];
		ObservationFault fault = make_observation(cases[i].mjd, cases[i].passband, cases[i].flux,
												  cases[i].flux_err, DETECTED_NO, &observation);

		CHECK(fault == cases[i].fault, "case %zu: %d", i, (int) fault);
		CHECK(is_rejected(fault) ==
				  (fault != OBSERVATION_VALID && cases[i].fault != PASSBAND_OUT_OF_RANGE),
			  "case %zu: rejected", i);
		describe_fault(fault, cases[i].mjd, cases[i].passband, cases[i].flux, cases[i].flux_err,
					   message, sizeof(message));
		CHECK(strcmp(message, cases[i].message) == 0, "case %zu: %s", i, message);
	}
}

static void
test_detection(void)
{
	static const struct
	{
		double	  flux;
		Detection given;
		bool	  detected;
	} cases[] = {
		{10.0, DETECTED_UNKNOWN, true},	 {-10.0, DETECTED_UNKNOWN, true},
		{9.99, DETECTED_UNKNOWN, false}, {-9.99, DETECTED_UNKNOWN, false},
		{100.0, DETECTED_NO, false},	 {0.0, DETECTED_YES, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Observation observation;

		make_observation(1.0, 3, cases[i].flux, 2.0, cases[i].given, &observation);
		CHECK(observation.kind == (3 | (cases[i].detected ? KIND_DETECTED : 0)), "case %zu", i);
	}
}

/* The order of sets: each of these comes before the next one. */
static void
test_order(void)
{
	static const char *const rising[] = {
		"{}",
		"{} + 1 rejected",
		"{(-1,5,9,9,t)}",
		"{(1,0,9,9,t)}",
		"{(1,1,-3,9,t)}",
		"{(1,1,3,4,f)}",
		"{(1,1,3,4,t)}",
		"{(1,1,3,4,t)} + 1 rejected",
		"{(1,1,3,4,t),(1,1,3,5,t)}",
		"{(1,1,3,4,t),(2,1,-9,4,t)}",
		"{(1,1,3,5,f)}",
		"{(2,0,0,1,f)}",
	};
	Workspace	 workspace = unit_workspace();
	Observations sets[sizeof(rising) / sizeof(rising[0])];
	int			 n = (int) (sizeof(rising) / sizeof(rising[0]));
	ParseError	 error;

	for (int i = 0; i < n; i++)
		CHECK(parse_lightcurve_text(rising[i], &sets[i], &workspace, &error), "%s", rising[i]);
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < n; j++)
		{
			int order = compare_observations(&sets[i], &sets[j]);

			CHECK((order > 0) - (order < 0) == (i > j) - (i < j), "%s and %s: %d", rising[i],
				  rising[j], order);
		}
	}
	unit_free();
}

static void
test_negative_zero(void)
{
	Observation observation;

	make_observation(-0.0, 0, -0.0, 1.0, DETECTED_NO, &observation);
	CHECK(!signbit(observation.mjd) && !signbit(observation.flux), "negative zero kept");
	make_observation(1.0, 0, -1e-60, 1.0, DETECTED_NO, &observation);
	CHECK(!signbit(observation.flux), "negative zero of a tiny flux kept");
}

/* A finite double or float with random bits. */
static Observations
extreme_observations(Random *random, uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	while (o.count < n)
	{
		uint64_t	bits[2] = {random_bits(random), random_bits(random)};
		double		mjd;
		float		flux[2];
		Observation observation;

		memcpy(&mjd, &bits[0], 8);
		memcpy(flux, &bits[1], 8);
		if (isfinite(mjd) && isfinite(flux[0]) && isfinite(flux[1]) &&
			make_observation(mjd, (int64_t) random_below(random, 6), flux[0], flux[1],
							 random_below(random, 2) ? DETECTED_YES : DETECTED_NO,
							 &observation) == OBSERVATION_VALID)
			put_observation(&o, o.count++, observation);
	}
	o.n_rejected = (uint32_t) random_below(random, 3) * UINT32_MAX / 2;
	return o;
}

static bool
same_observations(const Observations *a, const Observations *b)
{
	return a->count == b->count && a->n_rejected == b->n_rejected &&
		   memcmp(a->mjd, b->mjd, 8 * a->count) == 0 &&
		   memcmp(a->flux, b->flux, 4 * a->count) == 0 &&
		   memcmp(a->flux_err, b->flux_err, 4 * a->count) == 0 &&
		   memcmp(a->kind, b->kind, a->count) == 0;
}

static void
test_round_trips(void)
{
	Workspace  workspace = unit_workspace();
	Random	   random;
	ParseError error;

	random_seed(&random, 2, 0);
	for (uint32_t n = 0; n < 60; n++)
	{
		Observations o = extreme_observations(&random, n, &workspace);
		Observations parsed;
		size_t		 size = LIGHTCURVE_BINARY_HEADER + (size_t) n * OBSERVATION_SIZE;
		uint8_t		*bytes = workspace_alloc(&workspace, size + 1);
		char		*text = format_lightcurve_text(&o, &writer, &workspace);

		CHECK(parse_lightcurve_text(text, &parsed, &workspace, &error) &&
				  same_observations(&o, &parsed),
			  "text of %u observations: %s", n, text);
		format_lightcurve_binary(&o, bytes);
		CHECK(parse_lightcurve_binary(bytes, size, &parsed, &workspace, &error) &&
				  same_observations(&o, &parsed),
			  "bytes of %u observations", n);
		bytes[size] = 0;
		CHECK(!parse_lightcurve_binary(bytes, size + 1, &parsed, &workspace, &error),
			  "a byte more than %zu accepted", size);
		for (size_t cut = 0; cut < size; cut++)
			CHECK(!parse_lightcurve_binary(bytes, cut, &parsed, &workspace, &error),
				  "%zu of %zu bytes accepted", cut, size);
	}
	unit_free();
}

static void
test_text_errors(void)
{
	static const struct
	{
		const char *text;
		size_t		position;
		const char *message;
	} cases[] = {
		{"", 0, "\"{\" expected, but the text ends"},
		{"(1,2,3,4,t)", 0, "\"{\" expected"},
		{"{", 1, "\"(\" expected, but the text ends"},
		{"{(1,2,3,4,t)", 12, "\",\" or \"}\" expected, but the text ends"},
		{"{(1,2,3,4,t) (1,2,3,4,t)}", 13, "\",\" or \"}\" expected"},
		{"{(1,2,3,4,t),}", 13, "\"(\" expected"},
		{"{(1,2,3,4)}", 9, "\",\" expected"},
		{"{(1,2,3,4,x)}", 10, "detected, \"t\" or \"f\", expected"},
		{"{(1,2,3,4,t,5)}", 11, "\")\" expected"},
		{"{(one,2,3,4,t)}", 2, "a number expected for mjd"},
		{"{(nann,2,3,4,t)}", 2, "invalid number \"nann\" for mjd"},
		{"{(0x10,2,3,4,t)}", 3, "\",\" expected"},
		{"{(1,2.5,3,4,t)}", 4, "invalid integer \"2.5\" for passband"},
		{"{(1,7,3,4,t)}", 1, "passband is not between 0 and 5: \"7\""},
		{"{(1,2,3e,4,t)}", 6, "invalid number \"3e\" for flux"},
		{"{(1,2,3,4,t)} trailing", 14, "the end of the text expected"},
		{"{} + 3", 6, "\"rejected\" expected, but the text ends"},
		{"{} + -3 rejected", 5, "number of rejected measurements out of range"},
		{"{} + 4294967296 rejected", 5, "number of rejected measurements out of range"},
		{"{} + x rejected", 5, "a number expected for the number of rejected measurements"},
		{"{(1,00000000000000000000000000000002,3,4,t)}", 4, "number too long for passband"},
	};
	Workspace workspace = unit_workspace();
	char	  digits[600];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Observations parsed;
		ParseError	 error;
		bool		 valid = parse_lightcurve_text(cases[i].text, &parsed, &workspace, &error);

		CHECK(!valid, "accepted: %s", cases[i].text);
		CHECK(valid || (error.position == cases[i].position &&
						strcmp(error.message, cases[i].message) == 0),
			  "%s: %s at %zu", cases[i].text, error.message, error.position);
	}

	/* as many digits as a number may have, and one more */
	for (int n = 511; n <= 512; n++)
	{
		Observations parsed;
		ParseError	 error;
		char		 text[1000];
		bool		 valid;

		memset(digits, '0', sizeof(digits));
		digits[n - 1] = '7';
		digits[n] = '\0';
		snprintf(text, sizeof(text), "{(%s,2,3,4,t)}", digits);
		valid = parse_lightcurve_text(text, &parsed, &workspace, &error);
		CHECK(valid == (n == 511), "%d digits", n);
		CHECK(valid ? parsed.mjd[0] == 7.0
					: error.position == 2 && strcmp(error.message, "number too long for mjd") == 0,
			  "%d digits", n);
	}
	unit_free();
}

static void
test_text_rejected(void)
{
	static const char *const cases[] = {"NaN,2,3,4",	  "1e999,2,3,4", "-Infinity,2,3,4",
										"1,2,nan,4",	  "1,2,1e39,4",	 "1,2,3,-4",
										"1,2,3,infinity", "1,2,3,1e-60"};
	Workspace				 workspace = unit_workspace();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Observations parsed;
		ParseError	 error;
		char		 text[100];

		snprintf(text, sizeof(text), "{(%s,t),(1,2,3,4,t)} + 2 rejected", cases[i]);
		CHECK(parse_lightcurve_text(text, &parsed, &workspace, &error) && parsed.count == 1 &&
				  parsed.n_rejected == 3 && parsed.flux[0] == 3.0f,
			  "%s", text);
	}
	unit_free();
}

static void
test_text_space(void)
{
	Workspace	 workspace = unit_workspace();
	Observations parsed;
	ParseError	 error;

	CHECK(parse_lightcurve_text("\n { ( 1 , 2 , +3e0\t, .5 , t ) , (1,2,3,4,f) } + 7  rejected ",
								&parsed, &workspace, &error),
		  "%s at %zu", error.message, error.position);
	CHECK(parsed.count == 2 && parsed.n_rejected == 7 && parsed.flux_err[0] == 0.5f &&
			  parsed.kind[0] == (2 | KIND_DETECTED) && parsed.kind[1] == 2,
		  "%u observations", parsed.count);
	unit_free();
}

static void
test_binary_errors(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = allocate_observations(1, &workspace), parsed;
	uint8_t		 valid[LIGHTCURVE_BINARY_HEADER + OBSERVATION_SIZE];
	ParseError	 error;
	static const struct
	{
		size_t		at;
		uint8_t		byte;
		const char *message;
	} cases[] = {
		{0, 9, "unknown version 9"},
		{4, 2, "2 observations take 43 bytes, not 26"},
		{9, 0x7f, NULL}, /* rejected: mjd becomes NaN together with the byte after it */
		{17, 0xff, NULL},
		{21, 0xbf, NULL},
		{25, 7, "passband is not between 0 and 5: \"7\""},
		{25, 16, "unknown bits in an observation: \"16\""},
	};

	put_observation(&o, 0, (Observation){.mjd = 59580.5, .flux = -2.0f, .flux_err = 1.0f});
	o.count = 1;
	format_lightcurve_binary(&o, valid);
	CHECK(parse_lightcurve_binary(valid, sizeof(valid), &parsed, &workspace, &error), "%s",
		  error.message);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		uint8_t bytes[sizeof(valid)];

		memcpy(bytes, valid, sizeof(valid));
		bytes[cases[i].at] = cases[i].byte;
		if (cases[i].message == NULL)
		{
			bytes[cases[i].at + 1] = 0xff;
			CHECK(parse_lightcurve_binary(bytes, sizeof(bytes), &parsed, &workspace, &error) &&
					  parsed.count == 0 && parsed.n_rejected == 1,
				  "case %zu not rejected", i);
			continue;
		}
		CHECK(!parse_lightcurve_binary(bytes, sizeof(bytes), &parsed, &workspace, &error),
			  "case %zu accepted", i);
		CHECK(strcmp(error.message, cases[i].message) == 0, "case %zu: %s", i, error.message);
	}
	unit_free();
}

static void
test_too_many(void)
{
	Workspace workspace = unit_workspace();
	uint8_t header[LIGHTCURVE_BINARY_HEADER] = {LIGHTCURVE_BINARY_VERSION, 0xff, 0xff, 0xff, 0xff};
	char   *text = workspace_alloc(&workspace, MAX_OBSERVATIONS + 2);
	Observations parsed;
	ParseError	 error;

	CHECK(!parse_lightcurve_binary(header, sizeof(header), &parsed, &workspace, &error) &&
			  error.too_many,
		  "four thousand million observations accepted");
	memset(text, '(', MAX_OBSERVATIONS + 1);
	text[MAX_OBSERVATIONS + 1] = '\0';
	CHECK(!parse_lightcurve_text(text, &parsed, &workspace, &error) && error.too_many,
		  "a million observations and one accepted");
	unit_free();
}

static void
test_time_range(void)
{
	static const double bounds[] = {-INFINITY, 59579.0, 59580.0, 59580.5, 59581.0,
									59581.06,  59583.0, 60000.0, INFINITY};
	Workspace			workspace = unit_workspace();
	Random				random;
	Observations		o, canonical;
	uint32_t		   *order, n;

	random_seed(&random, 3, 0);
	o = random_observations(&random, 300, 24, &workspace);
	n = canonical_order(&o, &order, &workspace);
	canonical = allocate_observations(n, &workspace);
	gather_observations(&o, order, n, &canonical);
	for (int i = 0; i < 9; i++)
	{
		for (int j = 0; j < 9; j++)
		{
			uint32_t first, last, inside = 0;

			for (uint32_t k = 0; k < n; k++)
				inside += canonical.mjd[k] >= bounds[i] && canonical.mjd[k] <= bounds[j];
			find_time_range(&canonical, bounds[i], bounds[j], &first, &last);
			CHECK(last - first == inside, "%g to %g: %u, expected %u", bounds[i], bounds[j],
				  last - first, inside);
			CHECK(inside == 0 ||
					  (canonical.mjd[first] >= bounds[i] && canonical.mjd[last - 1] <= bounds[j]),
				  "%g to %g", bounds[i], bounds[j]);
		}
	}
	unit_free();
}

static void
test_conversions(void)
{
	for (int i = 0; i < N_PASSBANDS; i++)
		CHECK(find_passband(&PASSBAND_LETTERS[i], 1) == i, "%c", PASSBAND_LETTERS[i]);
	CHECK(find_passband("Y", 1) == 5, "Y");
	CHECK(find_passband("U", 1) == -1 && find_passband("", 0) == -1 &&
			  find_passband("ug", 2) == -1 && find_passband("\0", 1) == -1,
		  "unknown passbands accepted");
	CHECK(add_rejected(2, 3) == 5 && add_rejected(UINT32_MAX, 1) == UINT32_MAX &&
			  add_rejected(UINT32_MAX - 1, 1) == UINT32_MAX,
		  "counts of rejected measurements");
}

/* Few observations are fitted as they are; of many, the same choice from all of the curve. */
static void
test_fitted_observations(void)
{
	Workspace	 workspace = unit_workspace();
	uint32_t	 n = 3 * MAX_FITTED_OBSERVATIONS + 7;
	Observations o = allocate_observations(n, &workspace);
	Observations fitted, again;
	uint32_t	 in_run = 0;

	for (uint32_t i = 0; i < n; i++)
		put_observation(&o, o.count++, (Observation){i, (float) i, 1.0f, 2});
	fitted = fitted_observations(&o, &workspace);
	again = fitted_observations(&o, &workspace);
	CHECK(fitted.count == MAX_FITTED_OBSERVATIONS, "%u", fitted.count);
	CHECK(observations_are_canonical(&fitted), "not canonical");
	CHECK(memcmp(fitted.mjd, again.mjd, sizeof(double) * fitted.count) == 0, "another choice");
	for (uint32_t i = 0; i < fitted.count; i++)
	{
		double run = (double) n / MAX_FITTED_OBSERVATIONS;

		in_run += fitted.mjd[i] > i * run - 1.0 && fitted.mjd[i] < (i + 1) * run;
	}
	CHECK(in_run == fitted.count, "%u of %u in their run", in_run, fitted.count);
	o.count = MAX_FITTED_OBSERVATIONS;
	CHECK(fitted_observations(&o, &workspace).mjd == o.mjd, "a copy");
}

int
main(void)
{
	test_canonical_order();
	test_sorted_input();
	test_faults();
	test_detection();
	test_negative_zero();
	test_order();
	test_round_trips();
	test_text_errors();
	test_text_rejected();
	test_text_space();
	test_binary_errors();
	test_too_many();
	test_time_range();
	test_conversions();
	test_fitted_observations();
	return unit_report();
}
