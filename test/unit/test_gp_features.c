/*
 * test_gp_features.c
 *		Features of the Gaussian process: values for a known light curve, scaling
 *		and shifts.
 */
#include <stdint.h>

#include "unit.h"

#include "core/features/group.h"
#include "core/base/random.h"

static const FeatureGroup *const groups[] = {&gp_features, &gp_curve_features, &gp_flux_features,
											 &gp_color_features};

#define N_GROUPS ((int) (sizeof(groups) / sizeof(groups[0])))

#define MAX_FEATURES 1000

static int
compute_all(const Observations *o, double *out, Workspace *workspace)
{
	Measurements *m = measure(o, workspace);
	int			  at = 0;

	sort_scopes(m, m->flux_err);
	m->flux_err_median = quantile(sorted_scope(m, SCOPE_ALL), o->count, 0.5);
	for (int i = 0; i < N_GROUPS; i++)
	{
		groups[i]->compute(m, out + at);
		at += table_size(&groups[i]->table);
	}
	return at;
}

static double
curve_feature(const double *features, const char *name, int scope)
{
	const FeatureTable *table = &gp_curve_features.table;

	for (int row = 0; row < table->n_rows; row++)
	{
		if (strcmp(table->rows[row].name, name) == 0)
			return features[table_size(&gp_features.table) + row * N_SCOPES + scope];
	}
	CHECK(false, "no feature %s", name);
	return NAN;
}

/* A bump in every passband, later and fainter in the redder ones, nearly without noise. */
static Observations
bump(uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	o.count = n;
	for (uint32_t i = 0; i < n; i++)
	{
		int	   passband = (int) (i % N_PASSBANDS);
		double z;

		o.mjd[i] = 59580.0 + 0.5 * i;
		z = (o.mjd[i] - 59680.0 - 2.0 * passband) / 15.0;
		o.flux[i] = (float) (1000.0 * (1.0 - 0.1 * passband) * exp(-0.5 * z * z));
		o.flux_err[i] = 2.0f;
		o.kind[i] = (uint8_t) passband;
	}
	return o;
}

static void
test_bump(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = bump(600, &workspace);
	double		 features[MAX_FEATURES];

	compute_all(&o, features, &workspace);
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		int	   scope = 1 + passband;
		double peak = 1000.0 * (1.0 - 0.1 * passband);

		CHECK(fabs(curve_feature(features, "gp_flux_maximum", scope) / peak - 1.0) < 0.01, "peak");
		CHECK(fabs(curve_feature(features, "gp_time_of_maximum", scope) +
				   curve_feature(features, "gp_time_of_maximum", SCOPE_ALL) - 100.0 -
				   2.0 * passband) < 1.5,
			  "time of the peak");
		for (int side = 0; side < 2; side++)
		{
			static const char *const names[2][3] = {{"gp_fall_80", "gp_fall_50", "gp_fall_20"},
													{"gp_rise_80", "gp_rise_50", "gp_rise_20"}};
			static const double		 shares[] = {0.8, 0.5, 0.2};

			for (int i = 0; i < 3; i++)
				CHECK(fabs(curve_feature(features, names[side][i], scope) -
						   15.0 * sqrt(-2.0 * log(shares[i]))) < 1.5,
					  "%s is %g", names[side][i], curve_feature(features, names[side][i], scope));
		}
		CHECK(fabs(curve_feature(features, "gp_width_positive", scope) - 15.0 * sqrt(2.0 * M_PI)) <
				  1.0,
			  "width");
		CHECK(fabs(curve_feature(features, "gp_decline_15", scope) - (1.0 - exp(-0.5))) < 0.05,
			  "decline");
	}
	unit_free();
}

/* Fluxes at the common peak, and the features derived from them. */
static void
test_common_times(void)
{
	static const double times[N_GP_FLUX_ROWS] = {-15.0, 0.0, 20.0, 40.0, 60.0};
	Workspace			workspace = unit_workspace();
	Observations		o = bump(600, &workspace);
	double				features[MAX_FEATURES];
	const double	   *fluxes =
		features + table_size(&gp_features.table) + table_size(&gp_curve_features.table);
	const double *colors = fluxes + table_size(&gp_flux_features.table);
	double		  peak, sum = 0.0;

	compute_all(&o, features, &workspace);
	peak = curve_feature(features, "gp_time_of_maximum", SCOPE_ALL);
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		for (int row = 0; row < N_GP_FLUX_ROWS; row++)
		{
			double z = (peak + times[row] - 100.0 - 2.0 * passband) / 15.0;

			CHECK(fabs(fluxes[row * N_PASSBANDS + passband] -
					   1000.0 * (1.0 - 0.1 * passband) * exp(-0.5 * z * z)) < 20.0,
				  "flux %g days from the peak", times[row]);
		}
		sum += fluxes[GP_FLUX_AT_PEAK * N_PASSBANDS + passband];
	}
	CHECK_CLOSE(sum / N_PASSBANDS, curve_feature(features, "gp_flux_maximum", SCOPE_ALL), 1e-9,
				"mean of the passbands at the peak");
	CHECK_CLOSE(colors[0],
				asinh(fluxes[GP_FLUX_AT_PEAK * N_PASSBANDS] / 2.0) -
					asinh(fluxes[GP_FLUX_AT_PEAK * N_PASSBANDS + 1] / 2.0),
				1e-12, "gp_color_maximum_ug");
	unit_free();
}

/* Features scale according to their units; times shift by a power of two, without rounding. */
static void
test_scale_and_shift(void)
{
	Random random;

	random_seed(&random, 3, 0);
	for (int k = 0; k < 20; k++)
	{
		Workspace	 workspace = unit_workspace();
		Observations o = bump(30 + 20 * (uint32_t) k, &workspace);
		double		 features[MAX_FEATURES], scaled[MAX_FEATURES];
		int			 n, at = 0;

		for (uint32_t i = 0; i < o.count; i++)
		{
			o.flux[i] += (float) (50.0 * random_normal(&random));
			o.flux_err[i] = 50.0f;
		}
		n = compute_all(&o, features, &workspace);
		CHECK(n <= MAX_FEATURES, "%d features", n);
		for (uint32_t i = 0; i < o.count; i++)
		{
			o.flux[i] *= 8.0f;
			o.flux_err[i] *= 8.0f;
			o.mjd[i] += 1024.0;
		}
		compute_all(&o, scaled, &workspace);
		for (int group = 0; group < N_GROUPS; group++)
		{
			const FeatureTable *table = &groups[group]->table;

			for (int i = 0; i < table_size(table); i++, at++)
			{
				const FeatureRow *row = &table->rows[i / (int) table->expansion];
				double			  factor = strcmp(row->unit, "flux") == 0 ? 8.0 : 1.0;

				CHECK((isnan(features[at]) && isnan(scaled[at])) ||
						  fabs(scaled[at] - factor * features[at]) <=
							  1e-9 * fmax(1.0, fabs(scaled[at])),
					  "%s: %.12g, scaled %.12g", row->name, features[at], scaled[at]);
			}
		}
		unit_free();
	}
}

/* A single observation gives only the features it determines, and no infinite value. */
static void
test_hard_input(void)
{
	Workspace workspace = unit_workspace();
	double	  features[MAX_FEATURES];

	for (int k = 0; k < 5; k++)
	{
		Observations o = bump(k == 0 ? 1 : 40, &workspace);
		int			 n;

		for (uint32_t i = 0; i < o.count; i++)
		{
			o.mjd[i] = k == 1 ? 59580.0 : k == 2 ? 59580.0 + 1e-3 * i : o.mjd[i];
			o.flux[i] = k == 3 ? 0.0f : o.flux[i];
			o.kind[i] = k == 4 ? 2 : o.kind[i];
		}
		n = compute_all(&o, features, &workspace);
		for (int i = 0; i < n; i++)
			CHECK(!isinf(features[i]), "input %d, feature %d", k, i);
		CHECK(curve_feature(features, "gp_flux_maximum", SCOPE_ALL) >= 0.0, "maximum");
	}
	unit_free();
}

int
main(void)
{
	test_bump();
	test_common_times();
	test_scale_and_shift();
	test_hard_input();
	return unit_report();
}
