/*
 * test_host_rest_frame.c
 *		Host features derived from fitted features, compared with closed forms for
 *		arrays of features of a known source.
 */
#include "unit.h"

#include "core/features/catalog.h"
#include "core/curve/observations.h"

#define MAX_FEATURES 4000

/* Repeated here, so that an error in the code's table is detected. */
static const double wavelengths[N_PASSBANDS] = {3671.0, 4827.0, 6223.0, 7546.0, 8691.0, 9710.0};
static const double dust[N_PASSBANDS] = {4.145, 3.237, 2.273, 1.684, 1.323, 1.088};

#define MWEBV 0.13

static const char *const rest_names[] = {"2800", "3600", "4400", "5500", "6500"};
static const double		 rest_wavelengths[] = {2800.0, 3600.0, 4400.0, 5500.0, 6500.0};

static float features[MAX_FEATURES];

static int
ordinal(const char *name)
{
	int found = find_feature(name, strlen(name));

	CHECK(found >= 0, "no feature %s", name);
	return found < 0 ? 0 : found;
}

static double
get(const char *stem, const char *suffix)
{
	char name[80];

	snprintf(name, sizeof(name), "%s%s", stem, suffix);
	return (double) features[ordinal(name)];
}

static void
put(const char *stem, const char *suffix, double value)
{
	char name[80];

	snprintf(name, sizeof(name), "%s%s", stem, suffix);
	features[ordinal(name)] = (float) value;
}

static const char *
suffix_of(int band)
{
	static const char *const suffixes[] = {"_u", "_g", "_r", "_i", "_z", "_y"};

	return suffixes[band];
}

/* NaN, except for the values set by a test. */
static void
clear(void)
{
	CHECK(feature_count(FEATURES_ALL) + host_feature_count(FEATURES_ALL) <= MAX_FEATURES,
		  "room for the features");
	for (int i = 0; i < MAX_FEATURES; i++)
		features[i] = NAN;
}

static void
append_host(HostMetadata host)
{
	Workspace workspace = unit_workspace();

	compute_host_features(features, FEATURES_ALL, host, features + feature_count(FEATURES_ALL),
						  &workspace);
	unit_free();
}

static void
check(const char *stem, const char *suffix, double expected)
{
	double value = get(stem, suffix);

	CHECK((isnan(value) && isnan(expected)) ||
			  fabs(value - expected) <= 3e-6 * fmax(1.0, fabs(expected)),
		  "%s%s is %.9g, expected %.9g", stem, suffix, value, expected);
}

/* By Simpson's rule in redshift. */
static double
modulus(double redshift)
{
	int	   steps = 2000;
	double sum = 0.0;

	for (int i = 0; i <= steps; i++)
		sum += (i == 0 || i == steps ? 1.0 : (i % 2 ? 4.0 : 2.0)) /
			   sqrt(0.3 * pow(1.0 + redshift * i / steps, 3.0) + 0.7);
	return 5.0 * log10((1.0 + redshift) * 299792.458 / 70.0 * sum * redshift / steps / 3.0) + 25.0;
}

/* ----------------------------------------------------------------
 * A source of known spectrum and decline
 * ----------------------------------------------------------------
 */

/*
 * Observed magnitudes without dust, linear in ln(wavelength) and in time: a power
 * law that fades exponentially, faster in the blue.
 */
#define SLOPE 1.7
#define FADING 0.04		 /* mag a day at 5000 Angstrom, observed */
#define BLUE_FADING 0.02 /* more of it for each 1/e of the wavelength */

static double
source_magnitude(double wavelength, double days)
{
	double x = log(wavelength / 5000.0);

	return 22.0 + SLOPE * x + (FADING - BLUE_FADING * x) * days;
}

static double
source_flux(int band, double days, double mwebv)
{
	return pow(10.0, 0.4 * (27.5 - source_magnitude(wavelengths[band], days) - dust[band] * mwebv));
}

static void
put_source(double mwebv)
{
	clear();
	put("flux_err_median", "", 3.0);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		put("gp_flux_before_15", suffix_of(band), -7.0 * band);
		put("gp_flux_at_peak", suffix_of(band), source_flux(band, 0.0, mwebv));
		put("gp_flux_after_20", suffix_of(band), source_flux(band, 20.0, mwebv));
		put("gp_flux_after_40", suffix_of(band), source_flux(band, 40.0, mwebv));
		put("gp_flux_after_60", suffix_of(band), source_flux(band, 60.0, mwebv));
		put("gp_flux_maximum", suffix_of(band), 2.0 * source_flux(band, 0.0, mwebv));
		put("gp_maximum_to_sd", suffix_of(band), 10.0 + band);
		put("supernova_amplitude", suffix_of(band), 3.0 * source_flux(band, 0.0, mwebv));
	}
}

/* NaN beyond the passbands. */
static double
seen(double value, double observed_wavelength)
{
	return observed_wavelength >= wavelengths[0] && observed_wavelength <= wavelengths[5] ? value
																						  : NAN;
}

/* All results of compute_host_features() for the spectrum of put_source(). */
static void
check_spectrum(double z, double distmod)
{
	for (int i = 0; i < 5; i++)
	{
		double observed = rest_wavelengths[i] * (1.0 + z);
		double next = i < 4 ? rest_wavelengths[i + 1] * (1.0 + z) : NAN;
		double days = z > 2.0 ? NAN : 20.0 * (1.0 + z);
		double at_peak = source_magnitude(observed, 0.0);
		char   pair[20];

		check("rest_magnitude_", rest_names[i],
			  seen(at_peak - distmod + 2.5 * log10(1.0 + z), observed));
		check("rest_decline_", rest_names[i],
			  seen(source_magnitude(observed, days) - at_peak, observed));
		if (i == 4)
			break;
		snprintf(pair, sizeof(pair), "%s_%s", rest_names[i], rest_names[i + 1]);
		check("rest_color_", pair,
			  seen(seen(at_peak - source_magnitude(next, 0.0), observed), next));
		check("rest_color_later_", pair,
			  seen(seen(source_magnitude(observed, days) - source_magnitude(next, days), observed),
				   next));
	}
}

/* The redshifts place rest-frame days at, between and beyond the sampled times. */
static void
test_spectrum(void)
{
	static const double redshifts[] = {0.0, 0.05, 0.4, 1.0, 1.3, 2.0, 2.01, 4.0};

	for (int i = 0; i < (int) (sizeof(redshifts) / sizeof(redshifts[0])); i++)
	{
		double z = redshifts[i];

		put_source(MWEBV);
		append_host((HostMetadata){0.0, z, 0.02, NAN, MWEBV});
		check_spectrum(z, z == 0.0 ? NAN : modulus(z));
		append_host((HostMetadata){0.0, z, 0.02, 41.0, MWEBV});
		check_spectrum(z, z == 0.0 ? NAN : 41.0);
	}
}

/* Between two passbands the magnitude is interpolated from these two alone. */
static void
test_between_passbands(void)
{
	double share = log(5500.0 * 1.2 / 6223.0) / log(7546.0 / 6223.0);

	clear();
	put("gp_flux_at_peak", "_r", 100.0);
	put("gp_flux_at_peak", "_i", 1000.0);
	append_host((HostMetadata){0.0, 0.2, 0.02, 40.0, 0.0});
	check("rest_magnitude_", "5500", 22.5 - 2.5 * share - 40.0 + 2.5 * log10(1.2));
	check("rest_magnitude_", "6500", NAN);
	put("gp_flux_at_peak", "_i", 0.0);
	append_host((HostMetadata){0.0, 0.2, 0.02, 40.0, 0.0});
	check("rest_magnitude_", "5500", NAN);
}

/* A decline with two slopes, each between its sampled times. */
static void
test_between_times(void)
{
	clear();
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		put("gp_flux_at_peak", suffix_of(band), 1000.0);
		put("gp_flux_after_20", suffix_of(band), 100.0);
		put("gp_flux_after_40", suffix_of(band), 10.0);
		put("gp_flux_after_60", suffix_of(band), 10.0);
	}
	append_host((HostMetadata){0.0, 0.5, 0.02, NAN, 0.0});
	check("rest_decline_", "4400", 2.5 + 1.25);
	append_host((HostMetadata){0.0, 1.0, 0.02, NAN, 0.0});
	check("rest_decline_", "4400", 5.0);
	append_host((HostMetadata){0.0, 1.2, 0.02, NAN, 0.0});
	check("rest_decline_", "4400", 5.0);

	/* Sampled days do not depend on other days. */
	for (int band = 0; band < N_PASSBANDS; band++)
		put("gp_flux_after_60", suffix_of(band), NAN);
	append_host((HostMetadata){0.0, 1.0, 0.02, NAN, 0.0});
	check("rest_decline_", "4400", 5.0);
	append_host((HostMetadata){0.0, 1.2, 0.02, NAN, 0.0});
	check("rest_decline_", "4400", NAN);
}

static void
test_peak_luminosity(void)
{
	double z = 0.37, distmod = modulus(0.37);
	double distmod_err = 0.05 * (modulus(0.3701) - modulus(0.3699)) / 0.0002;

	put_source(MWEBV);
	put("gp_flux_maximum", "_i", -5.0);
	put("supernova_amplitude", "_z", 0.0);
	append_host((HostMetadata){0.0, z, 0.05, NAN, MWEBV});
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		const char *suffix = suffix_of(band);
		double		magnitude = source_magnitude(wavelengths[band], 0.0);
		double		peak = band == 3 ? NAN : magnitude - 2.5 * log10(2.0);

		check("dereddened_magnitude", suffix, peak);
		check("gp_absolute_magnitude", suffix, peak - distmod);
		check("gp_absolute_magnitude_err", suffix,
			  band == 3 ? NAN : hypot(distmod_err, 1.0857362 / (10.0 + band)));
		check("supernova_absolute_magnitude", suffix,
			  band == 4 ? NAN : magnitude - 2.5 * log10(3.0) - distmod);
	}
	check("distmod_err", "", distmod_err);
	check("distmod_nearer", "", distmod - modulus(0.32));
	check("distmod_farther", "", modulus(0.42) - distmod);
}

/* Corrected dust has no effect; at high signal to noise a colour gives the slope. */
static void
test_colors(void)
{
	static const char *const names[] = {"dereddened_color_maximum", "dereddened_color_before",
										"dereddened_color_after", "dereddened_color_maxima"};
	static const char *const fluxes[] = {"gp_flux_at_peak", "gp_flux_before_15", "gp_flux_after_20",
										 "gp_flux_maximum"};

	put_source(MWEBV);
	append_host((HostMetadata){0.0, 0.0, 0.0, NAN, MWEBV});
	for (int a = 0; a < N_PASSBANDS; a++)
	{
		for (int b = a + 1; b < N_PASSBANDS; b++)
		{
			char pair[] = {'_', PASSBAND_LETTERS[a], PASSBAND_LETTERS[b], '\0'};

			for (int i = 0; i < 4; i++)
				check(names[i], pair,
					  asinh(get(fluxes[i], suffix_of(a)) * pow(10.0, 0.4 * dust[a] * MWEBV) / 3.0) -
						  asinh(get(fluxes[i], suffix_of(b)) * pow(10.0, 0.4 * dust[b] * MWEBV) /
								3.0));
		}
	}
	put("flux_err_median", "", 1e-3);
	append_host((HostMetadata){0.0, 0.0, 0.0, NAN, MWEBV});
	check("dereddened_color_maximum", "_gi", 0.4 * M_LN10 * SLOPE * log(7546.0 / 4827.0));
}

static void
test_times(void)
{
	static const char *const names[] = {
		"gp_width_positive", "gp_fall_80",			"gp_fall_50",
		"gp_fall_20",		 "gp_rise_80",			"gp_rise_50",
		"gp_rise_20",		 "supernova_rise_time", "supernova_fall_time",
	};

	for (int galactic = 0; galactic < 2; galactic++)
	{
		double dilation = galactic ? 1.0 : 1.6;

		clear();
		for (int i = 0; i < 9; i++)
		{
			put(names[i], "", 3.0 + i);
			for (int band = 0; i < 7 && band < N_PASSBANDS; band++)
				put(names[i], suffix_of(band), 4.0 + i + 0.1 * band);
		}
		put("gp_log_length_scale", "", 2.5);
		append_host((HostMetadata){0.0, galactic ? 0.0 : 0.6, NAN, NAN, NAN});
		for (int i = 0; i < 9; i++)
		{
			char rest[60];

			snprintf(rest, sizeof(rest), "rest_%s", names[i]);
			check(rest, "", get(names[i], "") / dilation);
			for (int band = 0; i < 7 && band < N_PASSBANDS; band++)
				check(rest, suffix_of(band), get(names[i], suffix_of(band)) / dilation);
		}
		check("rest_gp_log_length_scale", "", 2.5 - log(dilation));
	}
}

/* ----------------------------------------------------------------
 * Unknown values
 * ----------------------------------------------------------------
 */

static int
known_features(const char *group)
{
	int known = 0;

	for (int i = 0; i < host_feature_count(FEATURES_ALL); i++)
	{
		FeatureDescription description;

		describe_feature(feature_count(FEATURES_ALL) + i, &description);
		known += strcmp(description.group, group) == 0 &&
				 !isnan(features[feature_count(FEATURES_ALL) + i]);
	}
	return known;
}

static void
test_unknown(void)
{
	static const double unknown[] = {NAN, -9.0};

	for (int i = 0; i < 2; i++)
	{
		put_source(MWEBV);
		put("gp_fall_50", "_r", 10.0);
		put("gp_log_length_scale", "", 3.0);

		append_host((HostMetadata){0.0, 0.4, 0.05, NAN, unknown[i]});
		CHECK(known_features("dereddened_color") == 0 && known_features("rest_spectrum") == 0,
			  "dust unknown");
		CHECK(known_features("peak_luminosity") == N_PASSBANDS,
			  "of an unknown dust only the errors are known");
		CHECK(known_features("rest_curve") == 1 && known_features("rest_fit") == 1, "times");

		append_host((HostMetadata){0.0, unknown[i], 0.05, NAN, MWEBV});
		CHECK(known_features("dereddened_color") == 4 * 15, "colours without a redshift");
		CHECK(known_features("peak_luminosity") == N_PASSBANDS,
			  "without a redshift only apparent magnitudes");
		CHECK(known_features("rest_spectrum") == 0 && known_features("rest_curve") == 0 &&
				  known_features("rest_fit") == 0 && known_features("distance") == 0,
			  "rest frame without a redshift");

		append_host((HostMetadata){0.0, unknown[i], 0.05, 40.0, MWEBV});
		check("gp_absolute_magnitude", "_r", get("dereddened_magnitude", "_r") - 40.0);
		check("gp_absolute_magnitude_err", "_r", NAN);

		append_host((HostMetadata){0.0, 0.4, unknown[i], NAN, MWEBV});
		CHECK(known_features("distance") == 0, "error unknown");
		check("gp_absolute_magnitude", "_r", get("dereddened_magnitude", "_r") - modulus(0.4));
		check("gp_absolute_magnitude_err", "_r", NAN);
	}
}

static void
test_galactic(void)
{
	put_source(MWEBV);
	append_host((HostMetadata){0.0, 0.0, 0.0, 40.0, MWEBV});
	CHECK(known_features("distance") == 0, "distance of a galactic object");
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		check("dereddened_magnitude", suffix_of(band),
			  source_magnitude(wavelengths[band], 0.0) - 2.5 * log10(2.0));
		check("gp_absolute_magnitude", suffix_of(band), NAN);
		check("gp_absolute_magnitude_err", suffix_of(band), NAN);
		check("supernova_absolute_magnitude", suffix_of(band), NAN);
	}
	CHECK(known_features("dereddened_color") == 4 * 15, "colours of a galactic object");

	/* If the error exceeds the redshift, the nearer distance is undefined. */
	append_host((HostMetadata){0.0, 0.2, 0.3, NAN, MWEBV});
	check("distmod_nearer", "", NAN);
	check("distmod_farther", "", modulus(0.5) - modulus(0.2));
}

/* The set of simple features has the first of them, bit for bit. */
static void
test_sets(void)
{
	Workspace	 workspace = unit_workspace();
	int			 n = host_feature_count(FEATURES_SIMPLE);
	HostMetadata host = {1.0, 0.4, 0.05, NAN, MWEBV};
	float		 simple[MAX_FEATURES];

	put_source(MWEBV);
	for (int i = 0; i < feature_count(FEATURES_ALL); i++)
		features[i] = isnan(features[i]) ? (float) (i + 1) : features[i];
	append_host(host);
	compute_host_features(features, FEATURES_SIMPLE, host, simple, &workspace);
	CHECK(n < host_feature_count(FEATURES_ALL), "fewer simple features");
	CHECK(memcmp(simple, features + feature_count(FEATURES_ALL), sizeof(float) * (size_t) n) == 0,
		  "simple features");
	for (int i = 0; i < host_feature_count(FEATURES_ALL); i++)
		CHECK(!isinf(features[feature_count(FEATURES_ALL) + i]), "feature %d is infinite", i);
	unit_free();
}

int
main(void)
{
	test_spectrum();
	test_between_passbands();
	test_between_times();
	test_peak_luminosity();
	test_colors();
	test_times();
	test_unknown();
	test_galactic();
	test_sets();
	return unit_report();
}
