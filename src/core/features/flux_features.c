/*
 * flux_features.c
 *		Features of the distribution of flux, of its rolling average, and of
 *		shrunken flux.
 */
#include <math.h>

#include "core/features/group.h"

/* Observations of one passband that a rolling average spans: one and its predecessors. */
#define ROLLING_WINDOW 3

/* All families have these rows; `weight` describes the weights of the weighted mean. */
#define FLUX_ROWS(prefix, quantity, weight)                                                        \
	[FLUX_MEAN] = {prefix "_mean", "flux", "mean of " quantity "; NaN without observations"},      \
	[FLUX_MEDIAN] = {prefix "_median", "flux",                                                     \
					 "median of " quantity "; NaN without observations"},                          \
	[FLUX_MINIMUM] = {prefix "_minimum", "flux",                                                   \
					  "smallest value of " quantity "; NaN without observations"},                 \
	[FLUX_MAXIMUM] = {prefix "_maximum", "flux",                                                   \
					  "largest value of " quantity "; NaN without observations"},                  \
	[FLUX_STD] = {prefix "_std", "flux",                                                           \
				  "population standard deviation of " quantity "; 0 for one observation"},         \
	[FLUX_SKEW] = {prefix "_skew", "1",                                                            \
				   "biased skew m3/m2^1.5 of " quantity "; NaN where all values are equal"},       \
	[FLUX_KURTOSIS] = {prefix "_kurtosis", "1",                                                    \
					   "biased excess kurtosis m4/m2^2 - 3 of " quantity                           \
					   "; NaN where all values are equal"},                                        \
	[FLUX_PERCENTILE_05] = {prefix "_percentile_05", "flux",                                       \
							"5th percentile of " quantity ", linear interpolation (type 7)"},      \
	[FLUX_PERCENTILE_10] = {prefix "_percentile_10", "flux",                                       \
							"10th percentile of " quantity ", linear interpolation (type 7)"},     \
	[FLUX_PERCENTILE_25] = {prefix "_percentile_25", "flux",                                       \
							"25th percentile of " quantity ", linear interpolation (type 7)"},     \
	[FLUX_PERCENTILE_75] = {prefix "_percentile_75", "flux",                                       \
							"75th percentile of " quantity ", linear interpolation (type 7)"},     \
	[FLUX_PERCENTILE_90] = {prefix "_percentile_90", "flux",                                       \
							"90th percentile of " quantity ", linear interpolation (type 7)"},     \
	[FLUX_PERCENTILE_95] = {prefix "_percentile_95", "flux",                                       \
							"95th percentile of " quantity ", linear interpolation (type 7)"},     \
	[FLUX_AMPLITUDE] = {prefix "_amplitude", "flux",                                               \
						"half of largest minus smallest value of " quantity                        \
						"; 0 for one observation"},                                                \
	[FLUX_MEDIAN_ABSOLUTE_DEVIATION] = {prefix "_median_absolute_deviation", "flux",               \
										"median of |x - median|, x = " quantity                    \
										"; not scaled to a standard deviation"},                   \
	[FLUX_WEIGHTED_MEAN] = {prefix "_weighted_mean", "flux",                                       \
							"mean of " quantity " with weights " weight},                          \
	[FLUX_SLOPE_MAXIMUM] = {prefix "_slope_maximum", "flux/day",                                   \
							"largest slope between successive observations of one passband at "    \
							"different times, x = " quantity                                       \
							"; the largest of all passbands; NaN without such a pair"},            \
	[FLUX_SLOPE_MINIMUM] = {prefix "_slope_minimum", "flux/day",                                   \
							"smallest (steepest falling) slope between successive observations "   \
							"of one passband at different times, x = " quantity                    \
							"; the smallest of all passbands; NaN without such a pair"},           \
	[FLUX_FRACTION_BEYOND_STD] = {prefix "_fraction_beyond_std", "1",                              \
								  "fraction of observations with |x - mean| > population "         \
								  "standard deviation, x = " quantity}

static const FeatureRow flux_rows[N_FLUX_ROWS] = {
	FLUX_ROWS("flux", "flux", "1/flux_err^2"),
};

static const FeatureRow rolling_flux_rows[N_FLUX_ROWS] = {
	FLUX_ROWS("rolling_flux",
			  "the rolling average of flux (each observation and up to two before it in its "
			  "passband)",
			  "k^2 / (sum of flux_err^2), k the number of observations averaged"),
};

static const FeatureRow shrunken_flux_rows[N_FLUX_ROWS] = {
	FLUX_ROWS("shrunken_flux",
			  "shrunken flux (f/e^2 + m/s^2) / (1/e^2 + 1/s^2), f = flux, e = flux_err, m and s = "
			  "mean and population standard deviation of the passband's flux",
			  "1/(e^2 + s^2)"),
};

static const struct
{
	enum FluxRow row;
	double		 p;
} percentiles[] = {
	{FLUX_MEDIAN, 0.50},		{FLUX_PERCENTILE_05, 0.05}, {FLUX_PERCENTILE_10, 0.10},
	{FLUX_PERCENTILE_25, 0.25}, {FLUX_PERCENTILE_75, 0.75}, {FLUX_PERCENTILE_90, 0.90},
	{FLUX_PERCENTILE_95, 0.95},
};

static double
weighted_mean(const double *values, const double *weights, size_t n)
{
	double sum = 0.0;
	double sum_of_weights = 0.0;

	for (size_t i = 0; i < n; i++)
	{
		sum += weights[i] * values[i];
		sum_of_weights += weights[i];
	}
	return sum / sum_of_weights;
}

/* Two values lie at one standard deviation exactly; rounding is not to put them beyond it. */
static double
fraction_beyond_std(const double *values, size_t n, const Moments *moments)
{
	double limit = moments->std * (1.0 + 1e-9);
	size_t beyond = 0;

	for (size_t i = 0; i < n; i++)
		beyond += fabs(values[i] - moments->mean) > limit;
	return (double) beyond / (double) n; /* 0/0 is NaN */
}

/* Largest and smallest slope of each passband, and over all of them. */
static void
compute_slopes(const Measurements *m, const double *values, double *maximum, double *minimum)
{
	maximum[SCOPE_ALL] = minimum[SCOPE_ALL] = NAN;
	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		double high = -INFINITY;
		double low = INFINITY;

		for (uint32_t i = m->start[scope] + 1; i < m->end[scope]; i++)
		{
			double days = m->time[i] - m->time[i - 1];
			double slope = (values[i] - values[i - 1]) / days;

			if (days > 0.0)
			{
				high = slope > high ? slope : high;
				low = slope < low ? slope : low;
			}
		}
		maximum[scope] = high >= low ? high : NAN;
		minimum[scope] = high >= low ? low : NAN;
		/* fmax and fmin ignore a NaN. */
		maximum[SCOPE_ALL] = fmax(maximum[SCOPE_ALL], maximum[scope]);
		minimum[SCOPE_ALL] = fmin(minimum[SCOPE_ALL], minimum[scope]);
	}
}

/* All rows for values[all] with m->weights; leaves the statistics of each scope in statistics[]. */
static void
compute_family(Measurements *m, const double *values, ScopeStatistics *statistics, double *out)
{
	sort_scopes(m, values);
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		uint32_t	  start = m->start[scope];
		uint32_t	  n = scope_size(m, scope);
		const double *sorted = sorted_scope(m, scope);
		Moments		  moments = compute_moments(values + start, n);
		double		  row[N_FLUX_ROWS];

		row[FLUX_MEAN] = moments.mean;
		row[FLUX_MINIMUM] = moments.minimum;
		row[FLUX_MAXIMUM] = moments.maximum;
		row[FLUX_STD] = moments.std;
		row[FLUX_SKEW] = moments.skew;
		row[FLUX_KURTOSIS] = moments.kurtosis;
		for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
			row[percentiles[i].row] = quantile(sorted, n, percentiles[i].p);
		row[FLUX_AMPLITUDE] = 0.5 * (moments.maximum - moments.minimum);
		row[FLUX_MEDIAN_ABSOLUTE_DEVIATION] =
			median_absolute_deviation(sorted, n, row[FLUX_MEDIAN]);
		row[FLUX_WEIGHTED_MEAN] = weighted_mean(values + start, m->weights + start, n);
		row[FLUX_FRACTION_BEYOND_STD] = fraction_beyond_std(values + start, n, &moments);
		for (int i = 0; i < N_FLUX_ROWS; i++)
			out[i * N_SCOPES + scope] = row[i];
		statistics[scope] = (ScopeStatistics){moments, row[FLUX_MEDIAN], row[FLUX_PERCENTILE_25],
											  row[FLUX_PERCENTILE_75]};
	}
	compute_slopes(m, values, out + FLUX_SLOPE_MAXIMUM * N_SCOPES,
				   out + FLUX_SLOPE_MINIMUM * N_SCOPES);
}

static void
compute_flux(Measurements *m, double *out)
{
	for (uint32_t i = 0; i < m->end[SCOPE_ALL]; i++)
		m->weights[i] = 1.0 / (m->flux_err[i] * m->flux_err[i]);
	compute_family(m, m->flux, m->flux_statistics, out);
}

static void
compute_rolling_flux(Measurements *m, double *out)
{
	ScopeStatistics statistics[N_SCOPES];

	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		uint32_t start = m->start[scope];

		for (uint32_t i = start; i < m->end[scope]; i++)
		{
			uint32_t n = i - start + 1 < ROLLING_WINDOW ? i - start + 1 : ROLLING_WINDOW;
			double	 sum = 0.0;
			double	 variance = 0.0;

			for (uint32_t j = i + 1 - n; j <= i; j++)
			{
				sum += m->flux[j];
				variance += m->flux_err[j] * m->flux_err[j];
			}
			m->values[i] = sum / n;
			m->weights[i] = (double) (n * n) / variance;
		}
	}
	compute_family(m, m->values, statistics, out);
}

/* Both sides of the fraction are multiplied by flux_err^2 s^2, so that s may be 0. */
void
shrink_flux(const Measurements *m, double *values)
{
	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		double mean = m->flux_statistics[scope].moments.mean;
		double std = m->flux_statistics[scope].moments.std;

		for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
		{
			double noise = m->flux_err[i] * m->flux_err[i];

			values[i] = mean + (m->flux[i] - mean) * (std * std / (std * std + noise));
		}
	}
}

static void
compute_shrunken_flux(Measurements *m, double *out)
{
	ScopeStatistics statistics[N_SCOPES];

	shrink_flux(m, m->values);
	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		double std = m->flux_statistics[scope].moments.std;

		for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
			m->weights[i] = 1.0 / (m->flux_err[i] * m->flux_err[i] + std * std);
	}
	compute_family(m, m->values, statistics, out);
}

const FeatureGroup flux_features = {
	.table = {"flux", EXPAND_SCOPES, N_FLUX_ROWS, flux_rows},
	.compute = compute_flux,
};

const FeatureGroup rolling_flux_features = {
	.table = {"rolling_flux", EXPAND_SCOPES, N_FLUX_ROWS, rolling_flux_rows},
	.compute = compute_rolling_flux,
};

const FeatureGroup shrunken_flux_features = {
	.table = {"shrunken_flux", EXPAND_SCOPES, N_FLUX_ROWS, shrunken_flux_rows},
	.compute = compute_shrunken_flux,
};
