/*
 * test_timing_features.c
 *		The features of timing and shape compared with their definitions, each
 *		computed from a plain list of observations.
 */
#include "unit.h"

#include "core/features/catalog.h"
#include "core/base/random.h"

#define ALL_BANDS (-1)
#define MAX_POINTS 400

/* The observations of one passband or of all, in time order, as collected by collect(). */
typedef struct Points
{
	int	   n;
	double time[MAX_POINTS];
	double flux[MAX_POINTS];
	double flux_err[MAX_POINTS];
	bool   detected[MAX_POINTS];
} Points;

static Points
collect(const Observations *o, int passband)
{
	Points p = {0};

	for (uint32_t i = 0; i < o->count; i++)
	{
		if (passband != ALL_BANDS && (o->kind[i] & KIND_PASSBAND) != passband)
			continue;
		p.time[p.n] = o->mjd[i] - o->mjd[0];
		p.flux[p.n] = o->flux[i];
		p.flux_err[p.n] = o->flux_err[i];
		p.detected[p.n++] = (o->kind[i] & KIND_DETECTED) != 0;
	}
	return p;
}

static int
compare_doubles(const void *a, const void *b)
{
	double left = *(const double *) a, right = *(const double *) b;

	return (left > right) - (left < right);
}

/* The quantile q of an odd or even number of values, interpolated between two neighbours. */
static double
quantile_of(const double *values, int n, double q)
{
	double sorted[MAX_POINTS];
	double position = q * (n - 1);
	int	   below = (int) floor(position);

	if (n == 0)
		return NAN;
	memcpy(sorted, values, sizeof(double) * (size_t) n);
	qsort(sorted, (size_t) n, sizeof(double), compare_doubles);
	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
}

static double
mean_of(const double *values, int n)
{
	double sum = 0.0;

	for (int i = 0; i < n; i++)
		sum += values[i];
	return sum / n;
}

static double
variance_of(const double *values, int n)
{
	double mean = mean_of(values, n), sum = 0.0;

	for (int i = 0; i < n; i++)
		sum += (values[i] - mean) * (values[i] - mean);
	return sum / n;
}

static int n_compared;

static void
check(const float *features, const char *stem, const char *suffix, double expected)
{
	char   name[64];
	int	   length = snprintf(name, sizeof(name), "%s%s", stem, suffix);
	int	   ordinal = find_feature(name, (size_t) length);
	double actual = ordinal < 0 ? NAN : features[ordinal];

	CHECK(ordinal >= 0, "no feature %s", name);
	CHECK((isnan(actual) && isnan(expected)) ||
			  fabs(actual - expected) <= 1e-5 * fmax(fabs(expected), 1e-2),
		  "%s: %.9g, expected %.9g", name, actual, expected);
	n_compared++;
}

/* ----------------------------------------------------------------
 * Detections
 * ----------------------------------------------------------------
 */

static double
brightest_of(const Points *p)
{
	double brightest = NAN;

	for (int i = 0; i < p->n; i++)
		brightest = p->detected[i] ? fmax(brightest, p->flux[i]) : brightest;
	return brightest;
}

static double
span_above(const Points *p, double part)
{
	double brightest = brightest_of(p), span = NAN;

	for (int i = 0; i < p->n; i++)
	{
		for (int j = i; j < p->n; j++)
		{
			if (brightest > 0.0 && p->detected[i] && p->detected[j] &&
				p->flux[i] >= part * brightest && p->flux[j] >= part * brightest)
				span = fmax(span, p->time[j] - p->time[i]);
		}
	}
	return span;
}

/* Whether all, or none, of observations [from, to] are detected. */
static bool
all_are(const Points *p, int from, int to, bool detected)
{
	for (int i = from; i <= to; i++)
	{
		if (p->detected[i] != detected)
			return false;
	}
	return true;
}

static void
check_detections(const float *features, const char *suffix, const Points *p)
{
	double run = 0.0, run_span = NAN, gap = NAN, before = NAN, after = NAN;
	double times[MAX_POINTS];
	int	   n = 0;

	for (int i = 0; i < p->n; i++)
	{
		if (p->detected[i])
			times[n++] = p->time[i];
		for (int j = i; j < p->n; j++)
		{
			if (all_are(p, i, j, true))
			{
				run = fmax(run, j - i + 1);
				run_span = fmax(run_span, p->time[j] - p->time[i]);
			}
			if (i < j && p->detected[i] && p->detected[j] && all_are(p, i + 1, j - 1, false))
				gap = fmax(gap, p->time[j] - p->time[i]);
		}
		if (i > 0 && p->detected[i] && all_are(p, 0, i - 1, false))
			before = p->time[i] - p->time[i - 1];
		if (i + 1 < p->n && p->detected[i] && all_are(p, i + 1, p->n - 1, false))
			after = p->time[i + 1] - p->time[i];
	}
	check(features, "detection_span_25", suffix, span_above(p, 0.25));
	check(features, "detection_span_50", suffix, span_above(p, 0.5));
	check(features, "detection_span_75", suffix, span_above(p, 0.75));
	check(features, "detection_time_std", suffix, sqrt(variance_of(times, n)));
	check(features, "detection_gap_before", suffix, before);
	check(features, "detection_gap_after", suffix, after);
	check(features, "detection_gap_maximum", suffix, gap);
	check(features, "detection_run", suffix, run);
	check(features, "detection_run_span", suffix, run_span);
}

/* ----------------------------------------------------------------
 * The peak
 * ----------------------------------------------------------------
 */

/* Two observations are equally far from the median: a tiny difference of |flux| decides. */
static double
distance(double flux, double median)
{
	return fabs(flux - median) + 1e-9 * fabs(flux);
}

/* The time of a passband's extreme detection; *deviation is its distance from the median. */
static double
extreme_time(const Points *p, double *deviation)
{
	double median = quantile_of(p->flux, p->n, 0.5), time = NAN;

	*deviation = -1.0;
	for (int i = 0; i < p->n; i++)
	{
		if (p->detected[i] && distance(p->flux[i], median) > *deviation)
		{
			*deviation = distance(p->flux[i], median);
			time = p->time[i];
		}
	}
	return time;
}

static void
check_window(const float *features, const char *suffix, const Points *p, const char *window,
			 double from, double to, double peak, double brightest)
{
	char   stem[64];
	double sum = 0.0, count = 0.0;

	for (int i = 0; i < p->n; i++)
	{
		if (p->time[i] - peak >= from && p->time[i] - peak < to)
		{
			sum += p->flux[i];
			count++;
		}
	}
	snprintf(stem, sizeof(stem), "peak_mean_%s", window);
	check(features, stem, suffix, count > 0.0 ? sum / count / brightest : NAN);
	snprintf(stem, sizeof(stem), "peak_count_%s", window);
	check(features, stem, suffix, isnan(peak) ? NAN : count);
}

static void
check_windows(const float *features, const char *suffix, const Points *p, const Points *all,
			  double peak)
{
	double brightest = NAN;

	for (int i = 0; i < all->n; i++)
		brightest = all->detected[i] ? fmax(brightest, fabs(all->flux[i])) : brightest;
	check_window(features, suffix, p, "before_50_20", -50, -20, peak, brightest);
	check_window(features, suffix, p, "before_20_10", -20, -10, peak, brightest);
	check_window(features, suffix, p, "before_10_0", -10, 0, peak, brightest);
	check_window(features, suffix, p, "after_0_10", 0, 10, peak, brightest);
	check_window(features, suffix, p, "after_10_20", 10, 20, peak, brightest);
	check_window(features, suffix, p, "after_20_50", 20, 50, peak, brightest);
	check_window(features, suffix, p, "after_50_100", 50, 100, peak, brightest);
	check_window(features, suffix, p, "after_100_200", 100, 200, peak, brightest);
	check_window(features, suffix, p, "after_200_500", 200, 500, peak, brightest);
}

static void
check_timing(const float *features, const Points *p, double peak)
{
	double first = NAN, last = NAN, before = NAN, after = NAN;

	for (int i = 0; i < p->n; i++)
	{
		first = p->detected[i] ? fmin(first, p->time[i]) : first;
		last = p->detected[i] ? fmax(last, p->time[i]) : last;
		if (p->time[i] < peak)
			before = fmin(before, peak - p->time[i]);
		if (p->time[i] > peak)
			after = fmin(after, p->time[i] - peak);
	}
	check(features, "observation_span", "", p->time[p->n - 1] - p->time[0]);
	check(features, "time_before_detections", "", first - p->time[0]);
	check(features, "time_after_detections", "", p->time[p->n - 1] - last);
	check(features, "peak_rise", "", peak - first);
	check(features, "peak_fall", "", last - peak);
	check(features, "peak_gap_before", "", before);
	check(features, "peak_gap_after", "", after);
}

/* ----------------------------------------------------------------
 * Shape
 * ----------------------------------------------------------------
 */

static double
fraction_of(const Points *p, double sign, double limit)
{
	int count = 0;

	for (int i = 0; i < p->n; i++)
		count += sign * p->flux[i] / p->flux_err[i] > limit;
	return p->n > 0 ? (double) count / p->n : NAN;
}

/* Over all pairs of an observation and a later (or earlier) one on the same side of the peak. */
static double
second_peak(const Points *p)
{
	double x[MAX_POINTS], mean = mean_of(p->flux, p->n), variance = variance_of(p->flux, p->n);
	double rise = 0.0, range;
	int	   peak = 0;

	for (int i = 0; i < p->n; i++)
	{
		double noise = p->flux_err[i] * p->flux_err[i];

		x[i] = variance > 0.0 ? (p->flux[i] / noise + mean / variance) / (1 / noise + 1 / variance)
							  : mean;
		peak = x[i] > x[peak] ? i : peak;
	}
	range = quantile_of(x, p->n, 1.0) - quantile_of(x, p->n, 0.0);
	for (int i = 0; i < p->n; i++)
	{
		for (int j = i; j < p->n; j++)
		{
			if (i >= peak)
				rise = fmax(rise, x[j] - x[i]);
			if (j <= peak)
				rise = fmax(rise, x[i] - x[j]);
		}
	}
	return range > 0.0 ? rise / range : NAN;
}

/* Adds the products, squares, squared differences, points and pairs of a passband. */
static void
add_succession(const Points *p, double sums[5])
{
	double mean = mean_of(p->flux, p->n);

	for (int i = 0; i < p->n; i++)
	{
		sums[1] += pow(p->flux[i] - mean, 2);
		sums[3]++;
		if (i == 0)
			continue;
		sums[0] += (p->flux[i] - mean) * (p->flux[i - 1] - mean);
		sums[2] += pow(p->flux[i] - p->flux[i - 1], 2);
		sums[4]++;
	}
}

static void
check_shape(const float *features, const char *suffix, const Points *p, const double sums[5],
			double second)
{
	double range = quantile_of(p->flux, p->n, 1.0) - quantile_of(p->flux, p->n, 0.0);

	check(features, "flux_autocorrelation", suffix, sums[0] / sums[1]);
	check(features, "flux_von_neumann_ratio", suffix, sums[2] / sums[4] / (sums[1] / sums[3]));
	check(features, "fraction_above_3", suffix, fraction_of(p, 1.0, 3.0));
	check(features, "fraction_above_5", suffix, fraction_of(p, 1.0, 5.0));
	check(features, "fraction_below_3", suffix, fraction_of(p, -1.0, 3.0));
	check(features, "fraction_below_5", suffix, fraction_of(p, -1.0, 5.0));
	check(features, "flux_interquartile_over_range", suffix,
		  (quantile_of(p->flux, p->n, 0.75) - quantile_of(p->flux, p->n, 0.25)) / range);
	check(features, "second_peak_ratio", suffix, second);
}

/* ----------------------------------------------------------------
 * All features
 * ----------------------------------------------------------------
 */

static void
check_curve(const Observations *o, Workspace *workspace)
{
	float *features = workspace_array(workspace, float, feature_count(FEATURES_ALL));
	Points all = collect(o, ALL_BANDS);
	double all_sums[5] = {0}, seconds[N_PASSBANDS], peaks[N_PASSBANDS], shares[N_PASSBANDS];
	double peak = NAN, largest = -1.0, total = 0.0;
	int	   n_seconds = 0;

	compute_features(o, FEATURES_ALL, features, workspace);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		Points p = collect(o, band);
		double deviation;

		peaks[band] = extreme_time(&p, &deviation);
		if (deviation > largest)
		{
			largest = deviation;
			peak = peaks[band];
		}
		shares[band] = 0.0;
		for (int i = 0; i < p.n; i++)
		{
			shares[band] += pow(p.flux[i], 3) / pow(p.flux_err[i], 2);
			total += pow(fabs(p.flux[i]), 3) / pow(p.flux_err[i], 2);
		}
	}
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		const char suffix[] = {'_', PASSBAND_LETTERS[band], '\0'};
		Points	   p = collect(o, band);
		double	   sums[5] = {0}, second = second_peak(&p);

		add_succession(&p, sums);
		add_succession(&p, all_sums);
		if (!isnan(second))
			seconds[n_seconds++] = second;
		check_detections(features, suffix, &p);
		check_shape(features, suffix, &p, sums, second);
		check_windows(features, suffix, &p, &all, peak);
		check(features, "peak_delay", suffix, peaks[band] - peak);
		check(features, "passband_share", suffix, shares[band] / total);
	}
	check_detections(features, "", &all);
	check_shape(features, "", &all, all_sums, quantile_of(seconds, n_seconds, 0.5));
	check_windows(features, "", &all, &all, peak);
	check_timing(features, &all, peak);
}

static int
count_features(void)
{
	static const char *const groups[] = {
		"shape", "passband_share", "detection", "timing", "peak_delay", "peak_window",
	};
	int count = 0;

	for (int i = 0; i < feature_count(FEATURES_ALL); i++)
	{
		FeatureDescription description;

		describe_feature(i, &description);
		for (size_t j = 0; j < sizeof(groups) / sizeof(groups[0]); j++)
			count += strcmp(description.group, groups[j]) == 0;
	}
	return count;
}

/* An outburst above noise in some of the passbands, often with simultaneous observations. */
static Observations
random_curve(Random *random, uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);
	Observations canonical = allocate_observations(n, workspace);
	uint64_t	 n_passbands = 1 + random_below(random, N_PASSBANDS);
	double		 start = 600.0 * random_uniform(random);
	double		 height = 300.0 * random_normal(random);
	uint32_t	*order;

	for (uint32_t i = 0; i < n; i++)
	{
		double		time = (double) random_below(random, 1000 * 4) / 4.0;
		double		flux_err = 1.0 + 9.0 * random_uniform(random);
		double		flux = time > start ? height * exp((start - time) / 60.0) : 0.0;
		Observation observation;

		make_observation(59580.0 + time, (int64_t) random_below(random, n_passbands),
						 flux + flux_err * random_normal(random), flux_err, DETECTED_UNKNOWN,
						 &observation);
		put_observation(&o, i, observation);
	}
	o.count = n;
	n = canonical_order(&o, &order, workspace);
	gather_observations(&o, order, n, &canonical);
	return canonical;
}

static void
test_random_curves(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, 21, 0);
	for (int repeat = 0; repeat < 300; repeat++)
	{
		uint32_t	 n = repeat < 100 ? 1 + repeat / 10 : 1 + (uint32_t) random_below(&random, 200);
		Observations o = random_curve(&random, n, &workspace);

		n_compared = 0;
		check_curve(&o, &workspace);
		CHECK(n_compared == count_features(), "%d of %d features compared", n_compared,
			  count_features());
		unit_free();
	}
}

int
main(void)
{
	test_random_curves();
	return unit_report();
}
