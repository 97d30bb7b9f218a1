/*
 * noise_features.c
 *		Features of flux_err, and of flux in units of it.
 */
#include "core/features/group.h"

#define NOISE_ROWS(prefix, unit, quantity)                                                         \
	[NOISE_MEAN] = {prefix "_mean", unit, "mean of " quantity "; NaN without observations"},       \
	[NOISE_MEDIAN] = {prefix "_median", unit, "median of " quantity "; NaN without observations"}, \
	[NOISE_STD] = {prefix "_std", unit,                                                            \
				   "population standard deviation of " quantity "; 0 for one observation"},        \
	[NOISE_SKEW] = {prefix "_skew", "1",                                                           \
					"biased skew m3/m2^1.5 of " quantity "; NaN where all values are equal"}

static const FeatureRow flux_err_rows[N_FLUX_ERR_ROWS] = {
	NOISE_ROWS("flux_err", "flux", "flux_err"),
};

static const FeatureRow signal_to_noise_rows[N_SIGNAL_TO_NOISE_ROWS] = {
	NOISE_ROWS("signal_to_noise", "1", "flux/flux_err"),
	[NOISE_MAXIMUM] = {"signal_to_noise_maximum", "1",
					   "largest flux/flux_err; NaN without observations"},
	[NOISE_SUM_OF_SQUARES] = {"signal_to_noise_sum_of_squares", "1",
							  "sum of (flux/flux_err)^2; 0 without observations"},
};

static void
put_statistics(double *out, int scope, const Moments *moments, double median)
{
	out[NOISE_MEAN * N_SCOPES + scope] = moments->mean;
	out[NOISE_MEDIAN * N_SCOPES + scope] = median;
	out[NOISE_STD * N_SCOPES + scope] = moments->std;
	out[NOISE_SKEW * N_SCOPES + scope] = moments->skew;
}

static void
compute_flux_err(Measurements *m, double *out)
{
	sort_scopes(m, m->flux_err);
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		uint32_t n = scope_size(m, scope);
		Moments	 moments = compute_moments(m->flux_err + m->start[scope], n);

		put_statistics(out, scope, &moments, quantile(sorted_scope(m, scope), n, 0.5));
	}
	m->flux_err_median = out[NOISE_MEDIAN * N_SCOPES + SCOPE_ALL];
}

static void
compute_signal_to_noise(Measurements *m, double *out)
{
	double *ratio = m->values;

	for (uint32_t i = 0; i < m->end[SCOPE_ALL]; i++)
		ratio[i] = m->flux[i] / m->flux_err[i];
	sort_scopes(m, ratio);
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		uint32_t start = m->start[scope];
		uint32_t n = scope_size(m, scope);
		Moments	 moments = compute_moments(ratio + start, n);
		double	 sum_of_squares = 0.0;

		for (uint32_t i = start; i < start + n; i++)
			sum_of_squares += ratio[i] * ratio[i];
		put_statistics(out, scope, &moments, quantile(sorted_scope(m, scope), n, 0.5));
		out[NOISE_MAXIMUM * N_SCOPES + scope] = moments.maximum;
		out[NOISE_SUM_OF_SQUARES * N_SCOPES + scope] = sum_of_squares;
	}
}

const FeatureGroup flux_err_features = {
	.table = {"flux_err", EXPAND_SCOPES, N_FLUX_ERR_ROWS, flux_err_rows},
	.compute = compute_flux_err,
};

const FeatureGroup signal_to_noise_features = {
	.table = {"signal_to_noise", EXPAND_SCOPES, N_SIGNAL_TO_NOISE_ROWS, signal_to_noise_rows},
	.compute = compute_signal_to_noise,
};
