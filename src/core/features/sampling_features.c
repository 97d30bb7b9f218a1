/*
 * sampling_features.c
 *		Features of when and how often an object was observed and detected.
 */
#include <math.h>

#include "core/features/group.h"

static const FeatureRow sampling_rows[N_SAMPLING_ROWS] = {
	[SAMPLING_OBSERVATIONS] = {"n_observations", "count", "number of observations"},
	[SAMPLING_DETECTIONS] = {"n_detections", "count", "number of detected observations"},
	[SAMPLING_DETECTED_FRACTION] = {"detected_fraction", "1",
									"detected observations divided by all observations; NaN "
									"without observations"},
	[SAMPLING_DETECTION_SPAN] =
		{"detection_span", "day",
		 "time between the first and the last detection; 0 for one, NaN for none"},
};

static void
compute_sampling(Measurements *m, double *out)
{
	double *n_observations = out + SAMPLING_OBSERVATIONS * N_SCOPES;
	double *n_detections = out + SAMPLING_DETECTIONS * N_SCOPES;
	double *fraction = out + SAMPLING_DETECTED_FRACTION * N_SCOPES;
	double *span = out + SAMPLING_DETECTION_SPAN * N_SCOPES;
	double	first_of_all = INFINITY;
	double	last_of_all = -INFINITY;

	n_detections[SCOPE_ALL] = 0.0;
	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		uint32_t first = m->start[scope];
		uint32_t end = m->end[scope];
		uint32_t detected = 0;

		for (uint32_t i = first; i < end; i++)
			detected += (m->kind[i] & KIND_DETECTED) != 0;
		n_detections[scope] = detected;
		n_detections[SCOPE_ALL] += detected;
		span[scope] = NAN;
		if (detected == 0)
			continue;

		/* A passband's measurements are in the order of time. */
		while (!(m->kind[first] & KIND_DETECTED))
			first++;
		while (!(m->kind[end - 1] & KIND_DETECTED))
			end--;
		span[scope] = m->time[end - 1] - m->time[first];
		first_of_all = fmin(first_of_all, m->time[first]);
		last_of_all = fmax(last_of_all, m->time[end - 1]);
	}
	span[SCOPE_ALL] = n_detections[SCOPE_ALL] > 0.0 ? last_of_all - first_of_all : NAN;
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		n_observations[scope] = scope_size(m, scope);
		fraction[scope] = n_detections[scope] / n_observations[scope]; /* 0/0 is NaN */
	}
}

const FeatureGroup sampling_features = {
	.table = {"sampling", EXPAND_SCOPES, N_SAMPLING_ROWS, sampling_rows},
	.compute = compute_sampling,
};

static const FeatureRow rejection_rows[] = {
	{"n_rejected", "count",
	 "number of measurements left out because mjd, passband, flux or flux_err was NULL, NaN or "
	 "infinite, or flux_err not positive"},
};

static void
compute_rejection(Measurements *m, double *out)
{
	out[0] = m->observations->n_rejected;
}

const FeatureGroup rejection_features = {
	.table = {"rejection", EXPAND_NOT, 1, rejection_rows},
	.compute = compute_rejection,
};

/* Rows of a group that has mean, median, standard deviation and skew of a quantity. */
#define FOUR_STATISTICS(prefix, unit, quantity, none)                                              \
	{prefix "_mean", unit, "mean of " quantity none},                                              \
		{prefix "_median", unit, "median of " quantity none},                                      \
		{prefix "_std", unit,                                                                      \
		 "population standard deviation of " quantity "; 0 for one observation"},                  \
	{                                                                                              \
		prefix "_skew", "1",                                                                       \
			"biased skew m3/m2^1.5 of " quantity "; NaN where all values are equal"                \
	}

static const FeatureRow time_rows[] = {
	FOUR_STATISTICS("mjd", "day", "time since the object's first observation of any passband",
					"; NaN without observations"),
};

/* The median time of a scope: a passband's times are sorted, and all of them are in the light
 * curve. */
static double
median_time(const Measurements *m, int scope)
{
	const Observations *o = m->observations;
	uint32_t			n = scope_size(m, scope);

	if (scope != SCOPE_ALL)
		return quantile(m->time + m->start[scope], n, 0.5);
	return 0.5 * (o->mjd[(n - 1) / 2] - o->mjd[0]) + 0.5 * (o->mjd[n / 2] - o->mjd[0]);
}

static void
compute_time(Measurements *m, double *out)
{
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		Moments moments = compute_moments(m->time + m->start[scope], scope_size(m, scope));

		out[0 * N_SCOPES + scope] = moments.mean;
		out[1 * N_SCOPES + scope] = median_time(m, scope);
		out[2 * N_SCOPES + scope] = moments.std;
		out[3 * N_SCOPES + scope] = moments.skew;
	}
}

const FeatureGroup time_features = {
	.table = {"time", EXPAND_SCOPES, 4, time_rows},
	.compute = compute_time,
};

static const FeatureRow passband_rows[] = {
	FOUR_STATISTICS("passband", "1", "the observations' passband numbers (u = 0 ... y = 5)", ""),
};

static void
compute_passband(Measurements *m, double *out)
{
	double	*values = m->values;
	Moments	 moments;
	uint32_t n = m->end[SCOPE_ALL];

	for (uint32_t i = 0; i < n; i++)
		values[i] = m->kind[i] & KIND_PASSBAND;
	moments = compute_moments(values, n);
	out[0] = moments.mean;
	out[1] = quantile(values, n, 0.5); /* measurements are ordered by passband */
	out[2] = moments.std;
	out[3] = moments.skew;
}

const FeatureGroup passband_features = {
	.table = {"passband", EXPAND_NOT, 4, passband_rows},
	.compute = compute_passband,
};
