/*
 * shape_features.c
 *		Features of the correlation of successive fluxes, of how many exceed the
 *		noise, and of how the signal is divided among passbands.
 */
#include <math.h>

#include "core/features/group.h"

enum ShapeRow
{
	SHAPE_AUTOCORRELATION,
	SHAPE_VON_NEUMANN,
	SHAPE_ABOVE_3,
	SHAPE_ABOVE_5,
	SHAPE_BELOW_3,
	SHAPE_BELOW_5,
	SHAPE_INTERQUARTILE_OVER_RANGE,
	SHAPE_SECOND_PEAK,
	N_SHAPE_ROWS
};

static const FeatureRow shape_rows[N_SHAPE_ROWS] = {
	[SHAPE_AUTOCORRELATION] =
		{"flux_autocorrelation", "1",
		 "sum of d(i) d(i+1) over successive observations of a passband, divided by the sum of "
		 "d(i)^2, d = flux less the passband's mean; sums over all passbands before the division; "
		 "NaN where all d are 0"},
	[SHAPE_VON_NEUMANN] =
		{"flux_von_neumann_ratio", "1",
		 "mean of (flux(i+1) - flux(i))^2 over successive observations of a passband, divided by "
		 "the mean of (flux less the passband's mean)^2: 2 for noise, near 0 for a smooth curve; "
		 "NaN for equal values or without such a pair"},
	[SHAPE_ABOVE_3] = {"fraction_above_3", "1",
					   "fraction of observations with flux/flux_err > 3; NaN without observations"},
	[SHAPE_ABOVE_5] = {"fraction_above_5", "1",
					   "fraction of observations with flux/flux_err > 5; NaN without observations"},
	[SHAPE_BELOW_3] =
		{"fraction_below_3", "1",
		 "fraction of observations with flux/flux_err < -3; NaN without observations"},
	[SHAPE_BELOW_5] =
		{"fraction_below_5", "1",
		 "fraction of observations with flux/flux_err < -5; NaN without observations"},
	[SHAPE_INTERQUARTILE_OVER_RANGE] = {"flux_interquartile_over_range", "1",
										"75th less 25th percentile of flux, divided by largest "
										"less smallest; NaN where all values "
										"are equal"},
	[SHAPE_SECOND_PEAK] =
		{"second_peak_ratio", "1",
		 "how far shrunken flux rises again on either side of its largest value, divided by "
		 "largest "
		 "less smallest: 0 for a single peak, near 1 for two alike; the median over all passbands; "
		 "NaN where all values are equal"},
};

/* Sums over successive observations; those of all passbands are the passbands' together. */
typedef struct Succession
{
	double products;
	double squares;
	double differences;
	double n;
	double n_pairs;
} Succession;

static Succession
sum_succession(const Measurements *m, int scope)
{
	const double *flux = m->flux + m->start[scope];
	uint32_t	  n = scope_size(m, scope);
	double		  mean = m->flux_statistics[scope].moments.mean;
	Succession	  s = {.n = n, .n_pairs = n > 0 ? n - 1 : 0};

	for (uint32_t i = 0; i < n; i++)
	{
		double d = flux[i] - mean;

		s.squares += d * d;
		if (i + 1 < n)
		{
			s.products += d * (flux[i + 1] - mean);
			s.differences += (flux[i + 1] - flux[i]) * (flux[i + 1] - flux[i]);
		}
	}
	return s;
}

static void
add_succession(Succession *sum, Succession s)
{
	sum->products += s.products;
	sum->squares += s.squares;
	sum->differences += s.differences;
	sum->n += s.n;
	sum->n_pairs += s.n_pairs;
}

static void
compute_successions(const Measurements *m, double *autocorrelation, double *von_neumann)
{
	Succession all = {0};

	for (int scope = N_SCOPES - 1; scope >= 0; scope--)
	{
		Succession s = scope == SCOPE_ALL ? all : sum_succession(m, scope);

		/* 0/0 is NaN. */
		autocorrelation[scope] = s.products / s.squares;
		von_neumann[scope] = s.differences / s.n_pairs / (s.squares / s.n);
		add_succession(&all, s);
	}
}

static void
compute_fractions(const Measurements *m, int scope, double *out)
{
	uint32_t above_3 = 0, above_5 = 0, below_3 = 0, below_5 = 0;
	double	 n = scope_size(m, scope);

	for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
	{
		double ratio = m->flux[i] / m->flux_err[i];

		above_3 += ratio > 3.0;
		above_5 += ratio > 5.0;
		below_3 += ratio < -3.0;
		below_5 += ratio < -5.0;
	}
	out[SHAPE_ABOVE_3 * N_SCOPES + scope] = above_3 / n;
	out[SHAPE_ABOVE_5 * N_SCOPES + scope] = above_5 / n;
	out[SHAPE_BELOW_3 * N_SCOPES + scope] = below_3 / n;
	out[SHAPE_BELOW_5 * N_SCOPES + scope] = below_5 / n;
}

/* The highest rise of x[0], x[step], ... x[(n - 1) step] above the lowest value before it. */
static double
highest_rise(const double *x, ptrdiff_t n, ptrdiff_t step)
{
	double low = INFINITY;
	double rise = 0.0;

	for (ptrdiff_t i = 0; i < n; i++)
	{
		double value = x[i * step];

		low = value < low ? value : low;
		rise = value - low > rise ? value - low : rise;
	}
	return rise;
}

static double
second_peak_ratio(const double *x, uint32_t n)
{
	uint32_t peak = 0;
	double	 lowest = INFINITY;

	for (uint32_t i = 0; i < n; i++)
	{
		peak = x[i] > x[peak] ? i : peak;
		lowest = x[i] < lowest ? x[i] : lowest;
	}
	if (n == 0 || x[peak] == lowest)
		return NAN;
	return fmax(highest_rise(x + peak, n - peak, 1), highest_rise(x + peak, peak + 1, -1)) /
		   (x[peak] - lowest);
}

static void
compute_second_peaks(Measurements *m, double *ratios)
{
	double known[N_PASSBANDS], scratch[N_PASSBANDS];
	size_t n_known = 0;

	shrink_flux(m, m->values);
	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		ratios[scope] = second_peak_ratio(m->values + m->start[scope], scope_size(m, scope));
		if (!isnan(ratios[scope]))
			known[n_known++] = ratios[scope];
	}
	sort_values(known, n_known, scratch);
	ratios[SCOPE_ALL] = quantile(known, n_known, 0.5);
}

static void
compute_shape(Measurements *m, double *out)
{
	compute_successions(m, out + SHAPE_AUTOCORRELATION * N_SCOPES,
						out + SHAPE_VON_NEUMANN * N_SCOPES);
	compute_second_peaks(m, out + SHAPE_SECOND_PEAK * N_SCOPES);
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		const ScopeStatistics *flux = &m->flux_statistics[scope];

		compute_fractions(m, scope, out);
		out[SHAPE_INTERQUARTILE_OVER_RANGE * N_SCOPES + scope] =
			(flux->percentile_75 - flux->percentile_25) /
			(flux->moments.maximum - flux->moments.minimum);
	}
}

const FeatureGroup shape_features = {
	.table = {"shape", EXPAND_SCOPES, N_SHAPE_ROWS, shape_rows},
	.compute = compute_shape,
};

static const FeatureRow passband_share_rows[] = {
	{"passband_share", "1",
	 "sum of flux (flux/flux_err)^2 in the passband, divided by the sum of |flux| "
	 "(flux/flux_err)^2 in all passbands; 0 without observations, NaN where all flux is 0"},
};

static void
compute_passband_share(Measurements *m, double *out)
{
	double total = 0.0;

	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		out[passband] = 0.0;
		for (uint32_t i = m->start[1 + passband]; i < m->end[1 + passband]; i++)
		{
			double ratio = m->flux[i] / m->flux_err[i];
			double term = m->flux[i] * (ratio * ratio);

			out[passband] += term;
			total += fabs(term);
		}
	}
	for (int passband = 0; passband < N_PASSBANDS; passband++)
		out[passband] /= total;
}

const FeatureGroup passband_share_features = {
	.table = {"passband_share", EXPAND_PASSBANDS, 1, passband_share_rows},
	.compute = compute_passband_share,
};
