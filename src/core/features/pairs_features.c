/*
 * pairs_features.c
 *		Differences and ratios of flux between passbands: colours.
 *
 * The log ratio of statistics a and b is asinh(a / s) - asinh(b / s), with s
 * the median flux_err of the light curve.  Well above the noise it is
 * ln(a / b); at and below the noise, where a logarithm has no meaning, it is
 * linear and keeps the signs.  It is the difference of two asinh magnitudes
 * (Lupton, Gunn and Szalay, AJ 118, 1406, 1999) in units of ln, and does not
 * change when flux and flux_err are scaled together.
 */
#include <math.h>

#include "core/features/group.h"

#define PAIR_ROWS(statistic, quantity)                                                             \
	{"flux_" statistic "_difference", "flux",                                                      \
	 quantity " flux of the first passband minus that of the second; NaN where one has no "        \
			  "observation"},                                                                      \
	{                                                                                              \
		"flux_" statistic "_log_ratio", "1",                                                       \
			"asinh(a/s) - asinh(b/s), which far above the noise is ln(a/b), of a, b = " quantity   \
			" flux of the two passbands and s = median flux_err of the light curve; NaN where "    \
			"one has no observation"                                                               \
	}

static const FeatureRow pair_rows[] = {
	PAIR_ROWS("mean", "mean"),
	PAIR_ROWS("median", "median"),
	PAIR_ROWS("maximum", "largest"),
	PAIR_ROWS("minimum", "smallest"),
	PAIR_ROWS("std", "population standard deviation of"),
};

#define N_PAIR_STATISTICS 5

/* The statistics in the order of pair_rows. */
static void
list_statistics(const ScopeStatistics *statistics, double *list)
{
	list[0] = statistics->moments.mean;
	list[1] = statistics->median;
	list[2] = statistics->moments.maximum;
	list[3] = statistics->moments.minimum;
	list[4] = statistics->moments.std;
}

static void
compute_pairs(Measurements *m, double *out)
{
	double values[N_PASSBANDS][N_PAIR_STATISTICS];
	double logs[N_PASSBANDS][N_PAIR_STATISTICS];
	int	   pair = 0;

	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		list_statistics(&m->flux_statistics[1 + passband], values[passband]);
		for (int i = 0; i < N_PAIR_STATISTICS; i++)
			logs[passband][i] = asinh(values[passband][i] / m->flux_err_median);
	}
	for (int first = 0; first < N_PASSBANDS; first++)
	{
		for (int second = first + 1; second < N_PASSBANDS; second++, pair++)
		{
			for (int i = 0; i < N_PAIR_STATISTICS; i++)
			{
				out[2 * i * N_PAIRS + pair] = values[first][i] - values[second][i];
				out[(2 * i + 1) * N_PAIRS + pair] = logs[first][i] - logs[second][i];
			}
		}
	}
}

const FeatureGroup pair_features = {
	.table = {"pair", EXPAND_PAIRS, 2 * N_PAIR_STATISTICS, pair_rows},
	.compute = compute_pairs,
};
