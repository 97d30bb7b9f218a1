/*
 * test_catalog.c
 *		Features compared with a brute-force computation, few and extreme
 *		observations, the catalog and the host.
 */
#include <float.h>
#include <stdint.h>

#include "unit.h"

#include "core/curve/cosmology.h"
#include "core/features/catalog.h"
#include "core/features/group.h"
#include "core/base/random.h"
#include "core/base/statistics.h"

#define ALL_BANDS (-1)

/* The relative precision of float. */
#define FLOAT_TOLERANCE 2e-6

static double
feature(const float *features, const char *stem, const char *suffix)
{
	char name[64];
	int	 length = snprintf(name, sizeof(name), "%s%s", stem, suffix);
	int	 ordinal = find_feature(name, (size_t) length);

	CHECK(ordinal >= 0, "no feature %s", name);
	return ordinal < 0 ? NAN : features[ordinal];
}

static void
check_feature(const float *features, const char *stem, const char *suffix, double expected,
			  double scale)
{
	char   name[64];
	double actual = feature(features, stem, suffix);

	snprintf(name, sizeof(name), "%s%s", stem, suffix);
	CHECK((isnan(actual) && isnan(expected)) ||
			  fabs(actual - expected) <= FLOAT_TOLERANCE * fmax(fabs(expected), scale),
		  "%s: %.9g, expected %.9g", name, actual, expected);
}

static float *
features_of(const Observations *o, Workspace *workspace)
{
	float		*features = workspace_array(workspace, float, feature_count(FEATURES_ALL));
	Observations canonical = allocate_observations(o->count, workspace);
	uint32_t	*order;
	uint32_t	 n = canonical_order(o, &order, workspace);

	gather_observations(o, order, n, &canonical);
	compute_features(&canonical, FEATURES_ALL, features, workspace);
	return features;
}

/* Observations on a grid of 1/1024 day, so that times shift without rounding. */
static Observations
random_curve(Random *random, uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	for (uint32_t i = 0; i < n; i++)
	{
		double		time = (double) random_below(random, 1000 * 1024) / 1024.0;
		double		flux_err = 1.0 + 9.0 * random_uniform(random);
		Observation observation;

		make_observation(59580.0 + time, (int64_t) random_below(random, 6),
						 80.0 * exp(-time / 300.0) + flux_err * random_normal(random), flux_err,
						 DETECTED_UNKNOWN, &observation);
		put_observation(&o, i, observation);
	}
	o.count = n;
	o.n_rejected = (uint32_t) random_below(random, 5);
	return o;
}

/* ----------------------------------------------------------------
 * The oracle: every statistic computed separately from its definition
 * ----------------------------------------------------------------
 */

typedef struct Series
{
	int	   n;
	double x[2000];
} Series;

static int
compare_doubles(const void *a, const void *b)
{
	double left = *(const double *) a, right = *(const double *) b;

	return (left > right) - (left < right);
}

static double
oracle_mean(const Series *s)
{
	double sum = 0.0;

	for (int i = 0; i < s->n; i++)
		sum += s->x[i];
	return s->n > 0 ? sum / s->n : NAN;
}

static double
oracle_moment(const Series *s, int power)
{
	double mean = oracle_mean(s), sum = 0.0;

	for (int i = 0; i < s->n; i++)
		sum += pow(s->x[i] - mean, power);
	return s->n > 0 ? sum / s->n : NAN;
}

static double
oracle_std(const Series *s)
{
	return sqrt(oracle_moment(s, 2));
}

static double
oracle_skew(const Series *s)
{
	return s->n > 1 ? oracle_moment(s, 3) / pow(oracle_moment(s, 2), 1.5) : NAN;
}

static double
oracle_kurtosis(const Series *s)
{
	return s->n > 1 ? oracle_moment(s, 4) / pow(oracle_moment(s, 2), 2) - 3.0 : NAN;
}

static double
oracle_quantile(const Series *s, double p)
{
	Series sorted = *s;
	double position = p * (s->n - 1);
	int	   below = (int) floor(position);
	int	   above = (int) ceil(position);

	if (s->n == 0)
		return NAN;
	qsort(sorted.x, (size_t) s->n, sizeof(double), compare_doubles);
	return sorted.x[below] * (1.0 - (position - below)) + sorted.x[above] * (position - below);
}

static double
oracle_median_absolute_deviation(const Series *s)
{
	Series deviations = *s;
	double median = oracle_quantile(s, 0.5);

	for (int i = 0; i < s->n; i++)
		deviations.x[i] = fabs(s->x[i] - median);
	return oracle_quantile(&deviations, 0.5);
}

static double
oracle_beyond(const Series *s)
{
	double mean = oracle_mean(s), std = oracle_std(s);
	int	   beyond = 0;

	for (int i = 0; i < s->n; i++)
		beyond += fabs(s->x[i] - mean) > std * (1 + 1e-7);
	return s->n > 0 ? (double) beyond / s->n : NAN;
}

/* The measurements of one passband (or of all passbands) in time order. */
typedef struct Band
{
	Series time, flux, flux_err, ratio, rolling, flux_weight, rolling_weight, passband;
	Series shrunken, shrunken_weight;
	int	   n_detections;
	double first_detection, last_detection;
	double rise, fall, rolling_rise, rolling_fall, shrunken_rise, shrunken_fall;
} Band;

static void
push(Series *s, double value)
{
	s->x[s->n++] = value;
}

static void
collect_passband(const Observations *o, int passband, Band *band)
{
	double recent[3] = {0}, recent_variance[3] = {0};
	double previous_flux = NAN, previous_rolling = NAN, previous_time = NAN;
	int	   n = 0;

	for (uint32_t i = 0; i < o->count; i++)
	{
		double time = o->mjd[i] - o->mjd[0];
		double flux = o->flux[i], flux_err = o->flux_err[i];
		double sum = 0.0, variance = 0.0, rolling;
		int	   k;

		if ((o->kind[i] & KIND_PASSBAND) != passband)
			continue;
		recent[n % 3] = flux;
		recent_variance[n % 3] = flux_err * flux_err;
		n++;
		k = n < 3 ? n : 3;
		for (int j = 0; j < k; j++)
		{
			sum += recent[j];
			variance += recent_variance[j] / (k * k);
		}
		rolling = sum / k;
		push(&band->time, time);
		push(&band->flux, flux);
		push(&band->flux_err, flux_err);
		push(&band->ratio, flux / flux_err);
		push(&band->rolling, rolling);
		push(&band->flux_weight, 1.0 / (flux_err * flux_err));
		push(&band->rolling_weight, 1.0 / variance);
		push(&band->passband, passband);
		if (o->kind[i] & KIND_DETECTED)
		{
			band->n_detections++;
			band->first_detection = fmin(band->first_detection, time);
			band->last_detection = fmax(band->last_detection, time);
		}
		if (time > previous_time)
		{
			double slope = (flux - previous_flux) / (time - previous_time);
			double rolling_slope = (rolling - previous_rolling) / (time - previous_time);

			band->rise = fmax(band->rise, slope);
			band->fall = fmin(band->fall, slope);
			band->rolling_rise = fmax(band->rolling_rise, rolling_slope);
			band->rolling_fall = fmin(band->rolling_fall, rolling_slope);
		}
		previous_flux = flux;
		previous_rolling = rolling;
		previous_time = time;
	}
}

/* From the formula as written, which needs a nonzero standard deviation. */
static void
collect_shrunken(const Observations *o, int passband, Band *band, Workspace *workspace)
{
	Series *fluxes = workspace_alloc(workspace, sizeof(Series));
	double	mean, variance, previous_time = NAN, previous = NAN;

	fluxes->n = 0;
	for (uint32_t i = 0; i < o->count; i++)
	{
		if ((o->kind[i] & KIND_PASSBAND) == passband)
			push(fluxes, o->flux[i]);
	}
	mean = oracle_mean(fluxes);
	variance = oracle_moment(fluxes, 2);
	for (uint32_t i = 0; i < o->count; i++)
	{
		double time = o->mjd[i] - o->mjd[0];
		double noise = (double) o->flux_err[i] * o->flux_err[i];
		double value = variance > 0.0
						   ? (o->flux[i] / noise + mean / variance) / (1.0 / noise + 1.0 / variance)
						   : mean;

		if ((o->kind[i] & KIND_PASSBAND) != passband)
			continue;
		push(&band->shrunken, value);
		push(&band->shrunken_weight, 1.0 / (noise + variance));
		if (time > previous_time)
		{
			double slope = (value - previous) / (time - previous_time);

			band->shrunken_rise = fmax(band->shrunken_rise, slope);
			band->shrunken_fall = fmin(band->shrunken_fall, slope);
		}
		previous_time = time;
		previous = value;
	}
}

static Band *
collect(const Observations *o, int passband, Workspace *workspace)
{
	Band *band = workspace_alloc(workspace, sizeof(Band));

	memset(band, 0, sizeof(Band));
	band->rise = band->fall = band->rolling_rise = band->rolling_fall = NAN;
	band->shrunken_rise = band->shrunken_fall = NAN;
	band->first_detection = INFINITY;
	band->last_detection = -INFINITY;
	for (int i = 0; i < N_PASSBANDS; i++)
	{
		if (passband == i || passband == ALL_BANDS)
		{
			collect_passband(o, i, band);
			collect_shrunken(o, i, band, workspace);
		}
	}
	return band;
}

static double
oracle_weighted_mean(const Series *s, const Series *weights)
{
	double sum = 0.0, total = 0.0;

	for (int i = 0; i < s->n; i++)
	{
		sum += s->x[i] * weights->x[i];
		total += weights->x[i];
	}
	return sum / total;
}

static void
check_stem(const float *features, const char *prefix, const char *statistic, const char *suffix,
		   double expected, double scale)
{
	char stem[64];

	snprintf(stem, sizeof(stem), "%s_%s", prefix, statistic);
	check_feature(features, stem, suffix, expected, scale);
}

static void
check_four_statistics(const float *features, const char *prefix, const char *suffix,
					  const Series *s)
{
	double scale = oracle_std(s);

	check_stem(features, prefix, "mean", suffix, oracle_mean(s), scale);
	check_stem(features, prefix, "median", suffix, oracle_quantile(s, 0.5), scale);
	check_stem(features, prefix, "std", suffix, oracle_std(s), scale);
	check_stem(features, prefix, "skew", suffix, oracle_skew(s), 1.0);
}

static void
check_family(const float *features, const char *prefix, const char *suffix, const Series *s,
			 const Series *weights, double rise, double fall)
{
	static const int percents[] = {5, 10, 25, 75, 90, 95};
	double			 scale = oracle_std(s);
	double			 minimum = oracle_quantile(s, 0.0), maximum = oracle_quantile(s, 1.0);

	check_four_statistics(features, prefix, suffix, s);
	check_stem(features, prefix, "minimum", suffix, minimum, scale);
	check_stem(features, prefix, "maximum", suffix, maximum, scale);
	check_stem(features, prefix, "kurtosis", suffix, oracle_kurtosis(s), 1.0);
	check_stem(features, prefix, "amplitude", suffix, (maximum - minimum) / 2.0, scale);
	check_stem(features, prefix, "median_absolute_deviation", suffix,
			   oracle_median_absolute_deviation(s), scale);
	check_stem(features, prefix, "weighted_mean", suffix, oracle_weighted_mean(s, weights), scale);
	check_stem(features, prefix, "fraction_beyond_std", suffix, oracle_beyond(s), 1.0);
	check_stem(features, prefix, "slope_maximum", suffix, rise, scale);
	check_stem(features, prefix, "slope_minimum", suffix, fall, scale);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++)
	{
		char statistic[32];

		snprintf(statistic, sizeof(statistic), "percentile_%02d", percents[i]);
		check_stem(features, prefix, statistic, suffix, oracle_quantile(s, percents[i] / 100.0),
				   scale);
	}
}

static double
oracle_sum_of_squares(const Series *s)
{
	double sum = 0.0;

	for (int i = 0; i < s->n; i++)
		sum += s->x[i] * s->x[i];
	return sum;
}

static void
check_scope(const float *features, const char *suffix, const Band *band)
{
	check_feature(features, "n_observations", suffix, band->flux.n, 0.0);
	check_feature(features, "n_detections", suffix, band->n_detections, 0.0);
	check_feature(features, "detected_fraction", suffix,
				  band->flux.n > 0 ? (double) band->n_detections / band->flux.n : NAN, 0.0);
	check_feature(features, "detection_span", suffix,
				  band->n_detections > 0 ? band->last_detection - band->first_detection : NAN, 0.0);
	check_family(features, "flux", suffix, &band->flux, &band->flux_weight, band->rise, band->fall);
	check_family(features, "rolling_flux", suffix, &band->rolling, &band->rolling_weight,
				 band->rolling_rise, band->rolling_fall);
	check_family(features, "shrunken_flux", suffix, &band->shrunken, &band->shrunken_weight,
				 band->shrunken_rise, band->shrunken_fall);
	check_four_statistics(features, "flux_err", suffix, &band->flux_err);
	check_four_statistics(features, "signal_to_noise", suffix, &band->ratio);
	check_feature(features, "signal_to_noise_maximum", suffix, oracle_quantile(&band->ratio, 1.0),
				  0.0);
	check_feature(features, "signal_to_noise_sum_of_squares", suffix,
				  oracle_sum_of_squares(&band->ratio), 0.0);
	check_four_statistics(features, "mjd", suffix, &band->time);
}

static void
check_pair(const float *features, const char *suffix, const char *statistic, double a, double b,
		   double noise)
{
	char stem[64];

	snprintf(stem, sizeof(stem), "flux_%s_difference", statistic);
	check_feature(features, stem, suffix, a - b, fmax(fabs(a), fabs(b)));
	snprintf(stem, sizeof(stem), "flux_%s_log_ratio", statistic);
	check_feature(features, stem, suffix, asinh(a / noise) - asinh(b / noise), 1.0);
}

/* Compares every feature of a canonical light curve; returns the number compared. */
static int
check_against_oracle(const Observations *o, const float *features, Workspace *workspace)
{
	Band  *all = collect(o, ALL_BANDS, workspace);
	Band  *bands[N_PASSBANDS];
	double noise = oracle_quantile(&all->flux_err, 0.5);
	int	   before = unit_passed + unit_failed;

	check_scope(features, "", all);
	check_feature(features, "n_rejected", "", o->n_rejected, 0.0);
	check_four_statistics(features, "passband", "", &all->passband);
	for (int i = 0; i < N_PASSBANDS; i++)
	{
		const char suffix[] = {'_', PASSBAND_LETTERS[i], '\0'};

		bands[i] = collect(o, i, workspace);
		check_scope(features, suffix, bands[i]);
	}
	for (int i = 0; i < N_PASSBANDS; i++)
	{
		for (int j = i + 1; j < N_PASSBANDS; j++)
		{
			const char	  suffix[] = {'_', PASSBAND_LETTERS[i], PASSBAND_LETTERS[j], '\0'};
			const Series *a = &bands[i]->flux, *b = &bands[j]->flux;

			check_pair(features, suffix, "mean", oracle_mean(a), oracle_mean(b), noise);
			check_pair(features, suffix, "median", oracle_quantile(a, 0.5), oracle_quantile(b, 0.5),
					   noise);
			check_pair(features, suffix, "maximum", oracle_quantile(a, 1.0),
					   oracle_quantile(b, 1.0), noise);
			check_pair(features, suffix, "minimum", oracle_quantile(a, 0.0),
					   oracle_quantile(b, 0.0), noise);
			check_pair(features, suffix, "std", oracle_std(a), oracle_std(b), noise);
		}
	}
	/* Each feature has two checks: that its name is known, and its value. */
	return (unit_passed + unit_failed - before) / 2;
}

/* The features of all groups except those compared by other test programs. */
static int
count_compared_here(void)
{
	static const char *const elsewhere[] = {
		"shape",  "passband_share", "detection", "timing",	 "peak_delay", "peak_window",
		"fit",	  "fit_amplitude",	"gp",		 "gp_curve", "gp_color",   "gp_flux",
		"period", "period_band",
	};
	int count = feature_count(FEATURES_ALL);

	for (int i = 0; i < feature_count(FEATURES_ALL); i++)
	{
		FeatureDescription description;

		describe_feature(i, &description);
		for (size_t j = 0; j < sizeof(elsewhere) / sizeof(elsewhere[0]); j++)
			count -= strcmp(description.group, elsewhere[j]) == 0;
	}
	return count;
}

static void
test_oracle(void)
{
	static const uint32_t sizes[] = {1, 2, 3, 5, 8, 13, 30, 100, 181, 400, 1500};
	Workspace			  workspace = unit_workspace();
	Random				  random;

	random_seed(&random, 11, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		Observations o = random_curve(&random, sizes[i], &workspace);
		Observations canonical = allocate_observations(o.count, &workspace);
		uint32_t	*order;
		uint32_t	 n = canonical_order(&o, &order, &workspace);
		int			 n_checked;

		gather_observations(&o, order, n, &canonical);
		n_checked = check_against_oracle(&canonical, features_of(&o, &workspace), &workspace);
		CHECK(n_checked == count_compared_here(), "%d of %d features compared", n_checked,
			  count_compared_here());
	}
	unit_free();
}

/* ----------------------------------------------------------------
 * Few and extreme observations, and the catalog
 * ----------------------------------------------------------------
 */

static Observations
constant_curve(uint32_t n, double flux, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	for (uint32_t i = 0; i < n; i++)
	{
		Observation observation;

		make_observation(59580.0 + 0.1 * i, 2, flux, 0.3, DETECTED_UNKNOWN, &observation);
		put_observation(&o, i, observation);
	}
	o.count = n;
	return o;
}

static void
test_few_and_equal_points(void)
{
	Workspace workspace = unit_workspace();

	for (uint32_t n = 1; n < 20; n++)
	{
		Observations o = constant_curve(n, 0.1, &workspace);
		float		*features = features_of(&o, &workspace);

		CHECK(feature(features, "flux_std", "_r") == 0.0, "std of %u equal values", n);
		CHECK(feature(features, "flux_mean", "_r") == (double) 0.1f, "mean of %u equal values", n);
		CHECK(isnan(feature(features, "flux_skew", "_r")), "skew of %u equal values", n);
		CHECK(isnan(feature(features, "flux_kurtosis", "")), "kurtosis of %u equal values", n);
		CHECK(feature(features, "flux_fraction_beyond_std", "") == 0.0,
			  "fraction of %u equal values", n);
		CHECK(feature(features, "rolling_flux_std", "_r") == 0.0, "rolling std of %u", n);
		CHECK(isnan(feature(features, "flux_mean", "_g")), "mean of no values");
		CHECK(isnan(feature(features, "flux_mean_difference", "_gr")), "pair with no values");
		CHECK(isnan(feature(features, "detection_span", "")), "span without detection");
		CHECK(feature(features, "n_observations", "_g") == 0.0, "count of no values");
		CHECK(isnan(feature(features, "flux_slope_maximum", "")) == (n == 1), "slope of %u", n);
	}
	unit_free();
}

/* Eight times the square of the largest float overflows: NaN, never infinity. */
static void
test_extremes(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = constant_curve(6, 1.0, &workspace);
	float		*features;

	for (uint32_t i = 0; i < 6; i++)
	{
		o.flux[i] = i % 2 ? FLT_MAX : -FLT_MAX;
		o.flux_err[i] = i < 3 ? FLT_TRUE_MIN : FLT_MAX;
	}
	features = features_of(&o, &workspace);
	for (int i = 0; i < feature_count(FEATURES_ALL); i++)
		CHECK(!isinf(features[i]), "feature %d is infinite", i);
	CHECK(feature(features, "flux_maximum", "") == (double) FLT_MAX, "largest float");
	CHECK(isnan(feature(features, "signal_to_noise_sum_of_squares", "")), "sum of squares");
	unit_free();
}

static void
test_catalog(void)
{
	int n = feature_count(FEATURES_ALL) + host_feature_count(FEATURES_ALL);

	for (int i = 0; i < n; i++)
	{
		FeatureDescription description;

		describe_feature(i, &description);
		CHECK(find_feature(description.name, strlen(description.name)) == i, "%s",
			  description.name);
		CHECK(strlen(description.name) < sizeof(description.name) - 1 &&
				  strlen(description.description) < sizeof(description.description) - 1,
			  "%s is cut off", description.name);
		CHECK(*description.description != '\0' && *description.group != '\0' &&
				  *description.unit != '\0',
			  "%s is not described", description.name);
	}
	for (int i = 0, at = 0; at < n; i++)
	{
		const FeatureGroup *group = lightcurve_group(i);
		FeatureDescription	description;

		if (group == NULL)
		{
			CHECK(at == feature_count(FEATURES_ALL), "the groups have %d features", at);
			break;
		}
		CHECK(group->fitted == (at >= feature_count(FEATURES_SIMPLE)), "group %d", i);
		describe_feature(at, &description);
		CHECK(strcmp(description.group, group->table.group) == 0, "group %d: %s, not %s", i,
			  group->table.group, description.group);
		at += table_size(&group->table);
	}
	CHECK(find_feature("", 0) == -1 && find_feature("flux", 4) == -1 &&
			  find_feature("flux_mean_x", 11) == -1 && find_feature("flux_mean_", 10) == -1 &&
			  find_feature("flux_mean_difference_gu", 23) == -1 &&
			  find_feature("n_rejected_u", 12) == -1,
		  "unknown names found");
}

/* ----------------------------------------------------------------
 * Statistics and hosts
 * ----------------------------------------------------------------
 */

static void
test_sorting(void)
{
	Random random;
	double values[300], sorted[300], scratch[300];

	random_seed(&random, 14, 0);
	for (int repeat = 0; repeat < 3000; repeat++)
	{
		size_t	 n = (size_t) random_below(&random, 300);
		size_t	 cut = n == 0 ? 0 : (size_t) random_below(&random, n + 1);
		uint64_t n_values = 1 + random_below(&random, 1000);

		for (size_t i = 0; i < n; i++)
			values[i] = sorted[i] = (double) random_below(&random, n_values);
		qsort(sorted, n, sizeof(double), compare_doubles);
		sort_values(values, cut, scratch);
		sort_values(values + cut, n - cut, scratch);
		merge_values(values, cut, values + cut, n - cut, scratch);
		CHECK(memcmp(scratch, sorted, n * sizeof(double)) == 0, "%zu and %zu values", cut, n - cut);
	}
}

static void
test_known_statistics(void)
{
	static const double values[] = {1.0, 2.0, 4.0, 8.0};
	Moments				moments = compute_moments(values, 4);

	CHECK_CLOSE(moments.mean, 3.75, 1e-15, "mean");
	CHECK_CLOSE(moments.std, sqrt(115.0 / 16.0), 1e-15, "std");
	CHECK_CLOSE(quantile(values, 4, 0.5), 3.0, 1e-15, "median");
	CHECK_CLOSE(quantile(values, 4, 0.25), 1.75, 1e-15, "quartile");
	CHECK_CLOSE(quantile(values, 4, 1.0), 8.0, 1e-15, "maximum");
	CHECK_CLOSE(median_absolute_deviation(values, 4, 3.0), 1.5, 1e-15, "deviation");
	CHECK(isnan(quantile(values, 0, 0.5)) && isnan(median_absolute_deviation(values, 0, 0.0)) &&
			  isnan(compute_moments(values, 0).std),
		  "statistics of nothing");
}

static void
check_host(HostMetadata host, const char *name, double expected)
{
	Workspace	 workspace = unit_workspace();
	Observations o = constant_curve(5, 100.0, &workspace);
	float		*all = workspace_array(&workspace, float,
									   feature_count(FEATURES_ALL) + host_feature_count(FEATURES_ALL));

	o.flux[4] = 200.0f;
	memcpy(all, features_of(&o, &workspace), sizeof(float) * (size_t) feature_count(FEATURES_ALL));
	compute_host_features(all, FEATURES_ALL, host, all + feature_count(FEATURES_ALL), &workspace);
	check_feature(all, name, "", expected, 0.0);
	unit_free();
}

static void
test_host(void)
{
	HostMetadata host = {1.0, 0.5, 0.15, 42.0, 0.1};
	HostMetadata no_distmod = {0.0, 0.5, 0.15, NAN, 0.1};
	HostMetadata galactic = {0.0, 0.0, 0.0, 42.0, 0.1};
	HostMetadata unknown = {NAN, -9.0, -9.0, NAN, -9.0};

	check_host(host, "ddf", 1.0);
	check_host(host, "distmod", 42.0);
	check_host(host, "galactic", 0.0);
	check_host(host, "hostgal_photoz_err_relative", 0.1);
	check_host(host, "magnitude_maximum_r", 27.5 - 2.5 * log10(200.0));
	check_host(host, "absolute_magnitude_maximum", 27.5 - 2.5 * log10(200.0) - 42.0);
	check_host(host, "absolute_magnitude_amplitude_r", 27.5 - 2.5 * log10(50.0) - 42.0);
	check_host(host, "absolute_magnitude_percentile_75_r", 27.5 - 2.5 * log10(100.0) - 42.0);
	check_host(host, "absolute_magnitude_maximum_g", NAN);
	check_host(host, "luminosity_maximum_r", 200.0 * pow(10.0, 0.8));
	check_host(host, "luminosity_minimum_r", 100.0 * pow(10.0, 0.8));
	check_host(host, "luminosity_std_r", 40.0 * pow(10.0, 0.8));
	check_host(host, "rest_detection_span_r", 0.4 / 1.5);
	check_host(host, "rest_flux_slope_maximum_r", 1000.0 * 1.5);
	check_host(host, "rest_flux_slope_minimum_r", 0.0);
	check_host(no_distmod, "ddf", 0.0);
	check_host(no_distmod, "distmod", distance_modulus(0.5));
	check_host(galactic, "galactic", 1.0);
	check_host(galactic, "distmod", NAN);
	check_host(galactic, "absolute_magnitude_maximum", NAN);
	check_host(galactic, "luminosity_maximum", NAN);
	check_host(galactic, "magnitude_maximum", 27.5 - 2.5 * log10(200.0));
	check_host(galactic, "rest_detection_span", 0.4);
	check_host(unknown, "ddf", NAN);
	check_host(unknown, "hostgal_photoz", NAN);
	check_host(unknown, "hostgal_photoz_err", NAN);
	check_host(unknown, "mwebv", NAN);
	check_host(unknown, "galactic", NAN);
	check_host(unknown, "distmod", NAN);
	check_host(unknown, "rest_detection_span", NAN);
}

int
main(void)
{
	test_oracle();
	test_few_and_equal_points();
	test_extremes();
	test_catalog();
	test_sorting();
	test_known_statistics();
	test_host();
	return unit_report();
}
