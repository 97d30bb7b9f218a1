/*
 * test_feature_properties.c
 *		Properties of all features, whatever their group: how they scale with flux,
 *		that they do not depend on the epoch or the order of the observations, and
 *		that difficult input gives a number or NaN.
 */
#include <float.h>
#include <stdint.h>

#include "unit.h"

#include "core/features/catalog.h"
#include "core/base/random.h"
#include "core/simulate/simulate.h"

/* Light curves used to check each property, followed by those of difficult input. */
#define N_SURVEY_CURVES 15
#define N_FADING_CURVES 9

static const HostMetadata host = {1.0, 0.37, 0.02, NAN, 0.05};

static int
count_all(void)
{
	return feature_count(FEATURES_ALL) + host_feature_count(FEATURES_ALL);
}

/* All features of observations in any order, then those of a host. */
static float *
features_of(const Observations *o, Workspace *workspace)
{
	float		*features = workspace_array(workspace, float, count_all());
	Observations canonical = allocate_observations(o->count, workspace);
	uint32_t	*order;
	uint32_t	 n = canonical_order(o, &order, workspace);

	gather_observations(o, order, n, &canonical);
	compute_features(&canonical, FEATURES_ALL, features, workspace);
	compute_host_features(features, FEATURES_ALL, host, features + feature_count(FEATURES_ALL),
						  workspace);
	return features;
}

static Observations
copy_observations(const Observations *from, Workspace *workspace)
{
	Observations to = allocate_observations(from->count, workspace);

	append_observations(&to, 0, from);
	to.count = from->count;
	to.n_rejected = from->n_rejected;
	return to;
}

/* ----------------------------------------------------------------
 * Light curves
 * ----------------------------------------------------------------
 */

/*
 * Times are on a grid of 2^-10 days, so that they shift without rounding, and
 * fluxes and errors have 16 binary digits, so that floats hold their products with
 * a small integer.
 */
static double
on_grid(double value, double step)
{
	return step * rint(value / step);
}

static float
short_number(double value)
{
	int	   exponent;
	double mantissa = frexp(value, &exponent);

	return (float) ldexp(on_grid(mantissa, 0x1p-16), exponent);
}

static void
put(Observations *o, double mjd, int passband, double flux, double flux_err, Detection detected)
{
	Observation observation;

	make_observation(on_grid(mjd, 0x1p-10), passband, short_number(flux), short_number(flux_err),
					 detected, &observation);
	put_observation(o, o->count++, observation);
}

/* An object of the synthetic survey by its number. */
static Observations
survey_curve(int number, Workspace *workspace)
{
	SurveyObservation *made = workspace_array(workspace, SurveyObservation, SURVEY_MAX_VISITS);
	Observations	   o = allocate_observations(SURVEY_MAX_VISITS, workspace);
	SurveyObject	   object;
	int				   n = survey_simulate(5, number, SURVEY_UNIFORM, &object, made);

	for (int i = 0; i < n; i++)
		put(&o, made[i].mjd, made[i].passband, made[i].flux, made[i].flux_err,
			made[i].detected ? DETECTED_YES : DETECTED_NO);
	o.n_rejected = (uint32_t) number;
	return o;
}

/* A fading source in noise, seen at random times in all passbands. */
static Observations
fading_curve(Random *random, uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	for (uint32_t i = 0; i < n; i++)
	{
		double time = 1000.0 * random_uniform(random);
		double flux_err = 1.0 + 9.0 * random_uniform(random);

		put(&o, 59580.0 + time, (int) random_below(random, N_PASSBANDS),
			80.0 * exp(-time / 300.0) + flux_err * random_normal(random), flux_err,
			DETECTED_UNKNOWN);
	}
	return o;
}

typedef enum HardInput
{
	ONE_POINT,
	TWO_POINTS,
	ONE_BAND,
	ONE_NIGHT,
	IDENTICAL_TIMES,
	ZERO_FLUX,
	ZERO_SCATTER,
	GIGANTIC_SIGNAL, /* flux / flux_err = 1e6 */
	MANY_POINTS,	 /* 10,000 */
	GRIZ_ONLY,
	HUGE_FLUX, /* 1e33 */
	TINY_FLUX, /* 1e-27 */
	LARGEST_FLOATS,
	HUGE_GAP,	 /* of 27,000 years */
	ENDLESS_GAP, /* of 1e300 days */
	OUTLIERS,	 /* every second up, every other down */
	NEGATIVE_FLUX,
	UNEQUAL_ERRORS,	 /* 1e-30 to 1e30 */
	POINT_AND_BLOCK, /* one point, years before all others */
	ONE_INSTANT,	 /* 120 observations within 0.1 ms */
	N_HARD_INPUTS
} HardInput;

#define FIRST_HARD_CURVE (N_SURVEY_CURVES + N_FADING_CURVES)
#define N_CURVES (FIRST_HARD_CURVE + N_HARD_INPUTS)

static uint32_t
hard_count(HardInput input)
{
	return input == ONE_POINT ? 1 : input == TWO_POINTS ? 2 : input == MANY_POINTS ? 10000 : 120;
}

/* A bump in all passbands, modified according to the kind of input. */
static Observations
hard_curve(HardInput input, Workspace *workspace)
{
	uint32_t	 n = hard_count(input);
	Observations o = allocate_observations(n, workspace);
	Random		 random;

	random_seed(&random, 9, input);
	for (uint32_t i = 0; i < n; i++)
	{
		double z = ((double) i - 0.5 * n) / (0.1 * n);
		double err = 10.0;
		double flux = 1000.0 * exp(-0.5 * z * z) + err * random_normal(&random);

		o.mjd[i] = 59580.0 + on_grid(600.0 * i / n, 0x1p-10);
		o.kind[i] = (uint8_t) (i * 7 / 3 % N_PASSBANDS);
		if (input == ONE_NIGHT)
			o.mjd[i] = 59580.0 + on_grid(0.3 * i / n, 0x1p-10);
		else if (input == IDENTICAL_TIMES)
			o.mjd[i] = 59580.0;
		else if (input == ONE_INSTANT)
			o.mjd[i] = 59580.0 + 0x1p-36 * (i / 2);
		else if ((input == HUGE_GAP || input == ENDLESS_GAP) && i > n / 2)
			o.mjd[i] += input == HUGE_GAP ? 1e7 : 1e300;
		else if (input == POINT_AND_BLOCK)
			o.mjd[i] = i == 0 ? 50000.0 : 59580.0 + 0x1p-6 * i;

		if (input == ONE_BAND)
			o.kind[i] = 2;
		else if (input == GRIZ_ONLY)
			o.kind[i] = (uint8_t) (1 + i % 4);

		if (input == ZERO_FLUX)
			flux = 0.0;
		else if (input == ZERO_SCATTER)
			flux = 321.0;
		else if (input == GIGANTIC_SIGNAL)
			err = 1e-3;
		else if (input == OUTLIERS)
			flux = i % 2 ? 1e6 : -1e6;
		else if (input == NEGATIVE_FLUX)
			flux = -fabs(flux) - 1.0;
		else if (input == UNEQUAL_ERRORS)
			err = pow(10.0, (double) (i % 61) - 30.0);
		else if (input == LARGEST_FLOATS)
		{
			flux = i % 2 ? 0x1p+127 : -0x1p+127;
			err = i < n / 2 ? FLT_TRUE_MIN : 0x1p+127;
		}
		if (input == HUGE_FLUX || input == TINY_FLUX)
		{
			flux *= input == HUGE_FLUX ? 1e30 : 1e-30;
			err *= input == HUGE_FLUX ? 1e30 : 1e-30;
		}
		o.flux[i] = short_number(flux);
		o.flux_err[i] = short_number(err);
		if (fabs(flux) >= 5.0 * err)
			o.kind[i] |= KIND_DETECTED;
	}
	o.count = n;
	return o;
}

static Observations
curve_of_number(int number, Workspace *workspace)
{
	Random random;

	if (number < N_SURVEY_CURVES)
		return survey_curve(number, workspace);
	if (number >= FIRST_HARD_CURVE)
		return hard_curve((HardInput) (number - FIRST_HARD_CURVE), workspace);
	random_seed(&random, 6, (uint64_t) number);
	return fading_curve(&random, 1 + (uint32_t) random_below(&random, 300), workspace);
}

/* ----------------------------------------------------------------
 * Comparison
 * ----------------------------------------------------------------
 */

static void
check_same_bits(const float *expected, const float *actual, const char *what, int number)
{
	for (int i = 0; i < count_all(); i++)
	{
		FeatureDescription description;

		describe_feature(i, &description);
		CHECK(memcmp(&expected[i], &actual[i], sizeof(float)) == 0 ||
				  (isnan(expected[i]) && isnan(actual[i])),
			  "%s, curve %d, %s: %.9g, expected %.9g", what, number, description.name,
			  (double) actual[i], (double) expected[i]);
	}
}

/* The feature expected after scaling flux and flux_err by a factor, according to its unit. */
static double
scaled(const char *unit, double value, double factor)
{
	if (strcmp(unit, "flux") == 0 || strcmp(unit, "flux/day") == 0)
		return value * factor;
	if (strcmp(unit, "mag(flux)") == 0)
		return value - 2.5 * log10(factor);
	CHECK(strcmp(unit, "1") == 0 || strcmp(unit, "count") == 0 || strcmp(unit, "day") == 0 ||
			  strcmp(unit, "mag") == 0,
		  "unknown unit %s", unit);
	return value;
}

/*
 * Whether rounding may change the result of a group: a period is chosen among aliases,
 * some of them equally good, and errors over sixty decades leave no digit of a residual.
 */
static bool
rounding_chooses(const char *group, int number)
{
	return strncmp(group, "period", 6) == 0 || number == FIRST_HARD_CURVE + UNEQUAL_ERRORS;
}

static double
largest_flux(const Observations *o)
{
	double largest = 0.0;

	for (uint32_t i = 0; i < o->count; i++)
		if (fabs(o->flux[i]) > largest)
			largest = fabs(o->flux[i]);
	return largest;
}

/*
 * A tolerance of 0 requires identical bits, unless the unit is logarithmic or a
 * float is denormal; otherwise it is relative, or a millionth of it relative to the
 * flux, or a thousandth of it relative to 1, because colours and declines are differences.
 */
static void
check_scaled(const Observations *o, const float *features, const float *changed, double factor,
			 double tolerance, int number)
{
	double flux_scale = largest_flux(o) * factor;

	for (int i = 0; i < count_all(); i++)
	{
		FeatureDescription description;
		double			   expected, smallest, allowed;

		describe_feature(i, &description);
		if (tolerance > 0.0 && rounding_chooses(description.group, number))
			continue;
		expected = scaled(description.unit, features[i], factor);
		smallest = strncmp(description.unit, "flux", 4) == 0 ? 1e-6 * flux_scale : 1e-3;
		allowed = strcmp(description.unit, "mag(flux)") == 0
					  ? fmax(tolerance, 1e-5)
					  : fmax(tolerance * fmax(fabs(expected), smallest), (double) FLT_TRUE_MIN);
		CHECK((isnan(changed[i]) && isnan(expected)) || fabs(changed[i] - expected) <= allowed,
			  "curve %d times %g, %s: %.9g, expected %.9g", number, factor, description.name,
			  (double) changed[i], expected);
	}
}

/* ----------------------------------------------------------------
 * Properties
 * ----------------------------------------------------------------
 */

/* Scales fluxes and errors; false if a float cannot represent one of them exactly. */
static bool
scale_observations(const Observations *o, double factor, Observations *scaled)
{
	bool exact = true;

	for (uint32_t i = 0; i < o->count; i++)
	{
		scaled->flux[i] = (float) (o->flux[i] * factor);
		scaled->flux_err[i] = (float) (o->flux_err[i] * factor);
		exact &= (double) scaled->flux[i] == o->flux[i] * factor &&
				 (double) scaled->flux_err[i] == o->flux_err[i] * factor;
	}
	return exact;
}

/* How often each property was checked, because not all apply to every light curve. */
static int n_scaled, n_rescaled, n_shifted;

/*
 * Scaling by a power of two causes no rounding, even in fits.  Any other factor
 * changes the rounding, on which the end of a fit depends slightly.
 */
static void
check_scale(const Observations *o, const float *features, int number, Workspace *workspace)
{
	double		 power = number % 2 ? 0x1p-30 : 0x1p+51;
	Observations other = copy_observations(o, workspace);

	if (scale_observations(o, power, &other))
	{
		check_scaled(o, features, features_of(&other, workspace), power, 0.0, number);
		n_scaled++;
	}
	if (scale_observations(o, 11.0, &other))
	{
		check_scaled(o, features, features_of(&other, workspace), 11.0, 1e-4, number);
		n_rescaled++;
	}
}

/* Shifts the times; false if that changes their differences. */
static bool
shift_observations(const Observations *o, double days, Observations *shifted)
{
	bool exact = true;

	for (uint32_t i = 0; i < o->count; i++)
	{
		shifted->mjd[i] = o->mjd[i] + days;
		exact &= shifted->mjd[i] - days == o->mjd[i] &&
				 shifted->mjd[i] - shifted->mjd[0] == o->mjd[i] - o->mjd[0];
	}
	return exact;
}

static void
check_shift(const Observations *o, const float *features, int number, Workspace *workspace)
{
	double		 days = number % 2 ? -32768.0 : 0x1p+20;
	Observations other = copy_observations(o, workspace);

	if (shift_observations(o, days, &other))
	{
		check_same_bits(features, features_of(&other, workspace), "shifted", number);
		n_shifted++;
	}
}

/* Half of the observations twice, then all in a random order. */
static Observations
shuffle(const Observations *o, Random *random, Workspace *workspace)
{
	Observations shuffled = allocate_observations(2 * (size_t) o->count, workspace);

	append_observations(&shuffled, 0, o);
	append_observations(&shuffled, o->count, o);
	shuffled.count = o->count + o->count / 2;
	shuffled.n_rejected = o->n_rejected;
	for (uint32_t i = shuffled.count - 1; i > 0; i--)
	{
		uint32_t	j = (uint32_t) random_below(random, i + 1);
		Observation a = {shuffled.mjd[i], shuffled.flux[i], shuffled.flux_err[i], shuffled.kind[i]};
		Observation b = {shuffled.mjd[j], shuffled.flux[j], shuffled.flux_err[j], shuffled.kind[j]};

		put_observation(&shuffled, i, b);
		put_observation(&shuffled, j, a);
	}
	return shuffled;
}

static void
check_order(const Observations *o, const float *features, int number, Workspace *workspace)
{
	Observations shuffled;
	Random		 random;

	random_seed(&random, 12, (uint64_t) number);
	shuffled = shuffle(o, &random, workspace);
	check_same_bits(features, features_of(&shuffled, workspace), "shuffled", number);
}

static void
check_finite(const float *features, int number)
{
	for (int i = 0; i < count_all(); i++)
	{
		FeatureDescription description;

		describe_feature(i, &description);
		CHECK(!isinf(features[i]), "curve %d, %s is infinite", number, description.name);
	}
}

/*
 * Beyond MAX_FITTED_OBSERVATIONS, the features that are fitted are those of the observations that
 * fitted_observations() chooses, and all others those of all observations.
 */
static void
test_long_curve(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = allocate_observations(MAX_FITTED_OBSERVATIONS + 5000, &workspace);
	Observations chosen;
	int			 n = feature_count(FEATURES_ALL);
	int			 n_simple = feature_count(FEATURES_SIMPLE);
	float		*features = workspace_array(&workspace, float, n);
	float		*fitted = workspace_array(&workspace, float, n);
	float		*simple = workspace_array(&workspace, float, n_simple);
	int			 n_same = 0;
	Random		 random;

	random_seed(&random, 21, 0);
	for (int i = 0; i < MAX_FITTED_OBSERVATIONS + 5000; i++)
	{
		double mjd = 59000.0 + 0.001 * (i + 0.5 * random_uniform(&random));

		put(&o, mjd, i % 2, 100.0 + 20.0 * sin(mjd) + 8.0 * random_normal(&random), 8.0,
			DETECTED_YES);
	}
	chosen = fitted_observations(&o, &workspace);
	CHECK(chosen.count == MAX_FITTED_OBSERVATIONS, "%u chosen", chosen.count);
	compute_features(&o, FEATURES_ALL, features, &workspace);
	compute_features(&o, FEATURES_SIMPLE, simple, &workspace);
	CHECK(memcmp(features, simple, sizeof(float) * n_simple) == 0, "simple features differ");
	/* All errors are equal, so that those chosen have the same median. */
	compute_features(&chosen, FEATURES_ALL, fitted, &workspace);
	for (int i = 0; i < n_simple; i++)
		n_same += features[i] == fitted[i];
	CHECK(n_same < n_simple / 2, "%d simple features of both are the same", n_same);
	for (int i = n_simple; i < n; i++)
		CHECK(features[i] == fitted[i] || (isnan(features[i]) && isnan(fitted[i])),
			  "feature %d: %.9g, of those chosen %.9g", i, features[i], fitted[i]);
	unit_free();
}

int
main(void)
{
	int n_curves = unit_repeats(N_CURVES);

	for (int i = 0; i < n_curves; i++)
	{
		int			 number = i * (N_CURVES / n_curves);
		Workspace	 workspace = unit_workspace();
		Observations o = curve_of_number(number, &workspace);
		float		*features = features_of(&o, &workspace);

		check_finite(features, number);
		check_scale(&o, features, number, &workspace);
		check_shift(&o, features, number, &workspace);
		check_order(&o, features, number, &workspace);
		unit_free();
	}
	CHECK(n_scaled > 0.9 * n_curves && n_rescaled > 0.8 * n_curves && n_shifted > 0.8 * n_curves,
		  "of %d curves %d and %d could be scaled, %d shifted", n_curves, n_scaled, n_rescaled,
		  n_shifted);
	test_long_curve();
	return unit_report();
}
