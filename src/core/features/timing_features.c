/*
 * timing_features.c
 *		Features of when an object was detected, and of its light curve before
 *		and after its peak.
 *
 * The peak of an object is its extreme detection: the detected observation
 * whose flux is farthest from the median flux of its passband; of two equally
 * far, as the two observations of a passband always are, that of larger |flux|.
 * Windows around it and the counts of
 * observations in them follow B. Trotta's solution of the challenge (2018).
 */
#include <math.h>

#include "core/features/group.h"

enum DetectionRow
{
	DETECTION_SPAN_25,
	DETECTION_SPAN_50,
	DETECTION_SPAN_75,
	DETECTION_TIME_STD,
	DETECTION_GAP_BEFORE,
	DETECTION_GAP_AFTER,
	DETECTION_GAP_MAXIMUM,
	DETECTION_RUN,
	DETECTION_RUN_SPAN,
	N_DETECTION_ROWS
};

#define BRIGHT_SPAN(name, part)                                                                    \
	{                                                                                              \
		name, "day",                                                                               \
			"time between the first and the last detection with flux >= " part                     \
			" of the largest detected flux; NaN where that is not positive, or without detection"  \
	}

static const FeatureRow detection_rows[N_DETECTION_ROWS] = {
	[DETECTION_SPAN_25] = BRIGHT_SPAN("detection_span_25", "0.25"),
	[DETECTION_SPAN_50] = BRIGHT_SPAN("detection_span_50", "0.5"),
	[DETECTION_SPAN_75] = BRIGHT_SPAN("detection_span_75", "0.75"),
	[DETECTION_TIME_STD] = {"detection_time_std", "day",
							"population standard deviation of the times of detections; 0 for one, "
							"NaN for none"},
	[DETECTION_GAP_BEFORE] = {"detection_gap_before", "day",
							  "time from the observation before the first detection to it; NaN "
							  "without either"},
	[DETECTION_GAP_AFTER] = {"detection_gap_after", "day",
							 "time from the last detection to the observation after it; NaN "
							 "without either"},
	[DETECTION_GAP_MAXIMUM] =
		{"detection_gap_maximum", "day",
		 "longest time between successive detections; NaN for fewer than two"},
	[DETECTION_RUN] = {"detection_run", "count",
					   "most successive observations that are all detected; 0 without detection"},
	[DETECTION_RUN_SPAN] = {"detection_run_span", "day",
							"longest time from first to last of successive observations that are "
							"all detected; NaN without detection"},
};

/* Observations of a scope in the order of time. */
typedef struct Series
{
	uint32_t	   n;
	const double  *time;
	const double  *flux;
	const uint8_t *kind;
} Series;

static Series
scope_series(Measurements *m, int scope)
{
	const Observations *o = m->observations;
	uint32_t			start = m->start[scope];

	if (scope != SCOPE_ALL)
		return (Series){scope_size(m, scope), m->time + start, m->flux + start, m->kind + start};
	for (uint32_t i = 0; i < o->count; i++)
	{
		m->values[i] = o->mjd[i] - o->mjd[0];
		m->weights[i] = (double) o->flux[i];
	}
	return (Series){o->count, m->values, m->weights, o->kind};
}

/* The time between the first and the last of n detections with at least this flux. */
static double
bright_span(const double *times, const double *fluxes, uint32_t n, double flux)
{
	uint32_t first = 0;

	if (!(flux > 0.0))
		return NAN;
	while (fluxes[first] < flux)
		first++;
	while (fluxes[n - 1] < flux)
		n--;
	return times[n - 1] - times[first];
}

static void
compute_runs(const Series *s, double *row)
{
	uint32_t length = 0;

	row[DETECTION_RUN] = 0.0;
	row[DETECTION_RUN_SPAN] = NAN;
	for (uint32_t i = 0; i < s->n; i++)
	{
		length = s->kind[i] & KIND_DETECTED ? length + 1 : 0;
		if (length > 0)
		{
			row[DETECTION_RUN] = fmax(row[DETECTION_RUN], length);
			row[DETECTION_RUN_SPAN] =
				fmax(row[DETECTION_RUN_SPAN], s->time[i] - s->time[i + 1 - length]);
		}
	}
}

static void
compute_detection_scope(Measurements *m, const Series *s, double *row)
{
	double	*times = m->scratch;
	double	*fluxes = m->merged;
	double	 brightest = -INFINITY;
	uint32_t n = 0, first = 0, last = 0;

	for (int i = 0; i < N_DETECTION_ROWS; i++)
		row[i] = NAN;
	compute_runs(s, row);
	for (uint32_t i = 0; i < s->n; i++)
	{
		if (!(s->kind[i] & KIND_DETECTED))
			continue;
		if (n == 0)
			first = i;
		else
			row[DETECTION_GAP_MAXIMUM] =
				fmax(row[DETECTION_GAP_MAXIMUM], s->time[i] - times[n - 1]);
		last = i;
		times[n] = s->time[i];
		fluxes[n++] = s->flux[i];
		brightest = fmax(brightest, s->flux[i]);
	}
	if (n == 0)
		return;
	row[DETECTION_SPAN_25] = bright_span(times, fluxes, n, 0.25 * brightest);
	row[DETECTION_SPAN_50] = bright_span(times, fluxes, n, 0.5 * brightest);
	row[DETECTION_SPAN_75] = bright_span(times, fluxes, n, 0.75 * brightest);
	row[DETECTION_TIME_STD] = compute_moments(times, n).std;
	if (first > 0)
		row[DETECTION_GAP_BEFORE] = s->time[first] - s->time[first - 1];
	if (last + 1 < s->n)
		row[DETECTION_GAP_AFTER] = s->time[last + 1] - s->time[last];
}

static void
compute_detection(Measurements *m, double *out)
{
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		Series series = scope_series(m, scope);
		double row[N_DETECTION_ROWS];

		compute_detection_scope(m, &series, row);
		for (int i = 0; i < N_DETECTION_ROWS; i++)
			out[i * N_SCOPES + scope] = row[i];
	}
}

const FeatureGroup detection_features = {
	.table = {"detection", EXPAND_SCOPES, N_DETECTION_ROWS, detection_rows},
	.compute = compute_detection,
};

/* ----------------------------------------------------------------
 * Around the peak
 * ----------------------------------------------------------------
 */

typedef struct Peak
{
	double time;	  /* NaN without detection */
	double deviation; /* distance from the passband's median flux */
	double flux;
} Peak;

/* Distances that differ by less than the rounding of flux to float are taken for equal. */
#define EQUAL_DEVIATIONS 1e-6

static bool
is_more_extreme(const Peak *a, const Peak *b)
{
	if (fabs(a->deviation - b->deviation) > EQUAL_DEVIATIONS * fabs(b->deviation))
		return a->deviation > b->deviation;
	return fabs(a->flux) > fabs(b->flux);
}

/* The extreme detection of a passband's scope, or one farther from its median that is known. */
static Peak
extreme_detection(const Measurements *m, int scope, Peak known)
{
	double median = m->flux_statistics[scope].median;

	for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
	{
		Peak peak = {m->time[i], fabs(m->flux[i] - median), m->flux[i]};

		if ((m->kind[i] & KIND_DETECTED) && is_more_extreme(&peak, &known))
			known = peak;
	}
	return known;
}

static const Peak no_peak = {NAN, -1.0, 0.0};

static double
peak_time(const Measurements *m)
{
	Peak peak = no_peak;

	for (int scope = 1; scope < N_SCOPES; scope++)
		peak = extreme_detection(m, scope, peak);
	return peak.time;
}

static const FeatureRow timing_rows[] = {
	{"observation_span", "day", "time between the first and the last observation"},
	{"time_before_detections", "day",
	 "time from the first observation to the first detection; NaN without detection"},
	{"time_after_detections", "day",
	 "time from the last detection to the last observation; NaN without detection"},
	{"peak_rise", "day",
	 "time from the first detection to the extreme one, whose flux is farthest from the median of "
	 "its passband; NaN without detection"},
	{"peak_fall", "day",
	 "time from the extreme detection to the last detection; NaN without detection"},
	{"peak_gap_before", "day",
	 "time from the last observation before the extreme detection to it; NaN without either"},
	{"peak_gap_after", "day",
	 "time from the extreme detection to the first observation after it; NaN without either"},
};

static void
compute_timing(Measurements *m, double *out)
{
	const Observations *o = m->observations;
	double				peak = peak_time(m);
	double				first = NAN, last = NAN, before = NAN, after = NAN;
	double				end = o->mjd[o->count - 1] - o->mjd[0];

	for (uint32_t i = 0; i < o->count; i++)
	{
		double time = o->mjd[i] - o->mjd[0];

		if (o->kind[i] & KIND_DETECTED)
		{
			first = isnan(first) ? time : first;
			last = time;
		}
		if (time < peak)
			before = time;
		else if (time > peak && isnan(after))
			after = time;
	}
	out[0] = end;
	out[1] = first;
	out[2] = end - last;
	out[3] = peak - first;
	out[4] = last - peak;
	out[5] = peak - before;
	out[6] = after - peak;
}

const FeatureGroup timing_features = {
	.table = {"timing", EXPAND_NOT, sizeof(timing_rows) / sizeof(timing_rows[0]), timing_rows},
	.compute = compute_timing,
};

static const FeatureRow peak_delay_rows[] = {
	{"peak_delay", "day",
	 "time from the extreme detection of all passbands to that of this passband; NaN where it has "
	 "none"},
};

static void
compute_peak_delay(Measurements *m, double *out)
{
	double peak = peak_time(m);

	for (int passband = 0; passband < N_PASSBANDS; passband++)
		out[passband] = extreme_detection(m, 1 + passband, no_peak).time - peak;
}

const FeatureGroup peak_delay_features = {
	.table = {"peak_delay", EXPAND_PASSBANDS, 1, peak_delay_rows},
	.compute = compute_peak_delay,
};

#define N_WINDOWS 9

/* Days from the extreme detection: a window is from one to just before the next. */
static const double window_edges[N_WINDOWS + 1] = {-50, -20, -10, 0, 10, 20, 50, 100, 200, 500};

#define WINDOW_MEAN(name, window)                                                                  \
	{                                                                                              \
		"peak_mean_" name, "1",                                                                    \
			"mean flux in the window " window                                                      \
			" days from the extreme detection, divided by the largest |flux| of a detection; NaN " \
			"without observations in it or without detection"                                      \
	}

#define WINDOW_COUNT(name, window)                                                                 \
	{                                                                                              \
		"peak_count_" name, "count",                                                               \
			"number of observations in the window " window                                         \
			" days from the extreme detection; NaN without detection"                              \
	}

#define WINDOW_ROWS(WINDOW)                                                                        \
	WINDOW("before_50_20", "[-50, -20)"), WINDOW("before_20_10", "[-20, -10)"),                    \
		WINDOW("before_10_0", "[-10, 0)"), WINDOW("after_0_10", "[0, 10)"),                        \
		WINDOW("after_10_20", "[10, 20)"), WINDOW("after_20_50", "[20, 50)"),                      \
		WINDOW("after_50_100", "[50, 100)"), WINDOW("after_100_200", "[100, 200)"),                \
		WINDOW("after_200_500", "[200, 500)")

static const FeatureRow peak_window_rows[2 * N_WINDOWS] = {
	WINDOW_ROWS(WINDOW_MEAN),
	WINDOW_ROWS(WINDOW_COUNT),
};

static double
brightest_detection(const Measurements *m)
{
	double brightest = NAN;

	for (uint32_t i = 0; i < m->end[SCOPE_ALL]; i++)
	{
		if (m->kind[i] & KIND_DETECTED)
			brightest = fmax(brightest, fabs(m->flux[i]));
	}
	return brightest;
}

/* Adds a passband's observations to the windows' sums and counts. */
static void
add_to_windows(const Measurements *m, int scope, double peak, double *sums, double *counts)
{
	int window = -1;

	for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
	{
		double days = m->time[i] - peak;

		while (window < N_WINDOWS && days >= window_edges[window + 1])
			window++;
		if (window >= N_WINDOWS)
			return;
		if (window >= 0)
		{
			sums[window] += m->flux[i];
			counts[window]++;
		}
	}
}

static void
compute_peak_windows(Measurements *m, double *out)
{
	double peak = peak_time(m);
	double brightest = brightest_detection(m);
	double all_sums[N_WINDOWS] = {0}, all_counts[N_WINDOWS] = {0};

	for (int scope = N_SCOPES - 1; scope >= 0; scope--)
	{
		double	band_sums[N_WINDOWS] = {0}, band_counts[N_WINDOWS] = {0};
		double *sums = scope == SCOPE_ALL ? all_sums : band_sums;
		double *counts = scope == SCOPE_ALL ? all_counts : band_counts;

		if (scope != SCOPE_ALL)
			add_to_windows(m, scope, peak, sums, counts);
		for (int i = 0; i < N_WINDOWS; i++)
		{
			/* 0/0 is NaN. */
			out[i * N_SCOPES + scope] = sums[i] / counts[i] / brightest;
			out[(N_WINDOWS + i) * N_SCOPES + scope] = isnan(peak) ? NAN : counts[i];
			if (scope != SCOPE_ALL)
			{
				all_sums[i] += sums[i];
				all_counts[i] += counts[i];
			}
		}
	}
}

const FeatureGroup peak_window_features = {
	.table = {"peak_window", EXPAND_SCOPES, 2 * N_WINDOWS, peak_window_rows},
	.compute = compute_peak_windows,
};
