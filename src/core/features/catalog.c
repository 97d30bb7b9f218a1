/*
 * catalog.c
 *		The catalog of all features, and the order of their computation.
 */
#include "core/features/catalog.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/curve/cosmology.h"
#include "core/features/group.h"

const char *const feature_set_names[] = {
	[FEATURES_SIMPLE] = "simple", [FEATURES_ALL] = "all", NULL};

static const FeatureGroup *const lightcurve_groups[] = {
	&sampling_features,	 &rejection_features,		&flux_features,		  &rolling_flux_features,
	&flux_err_features,	 &signal_to_noise_features, &passband_features,	  &time_features,
	&pair_features,		 &shrunken_flux_features,	&shape_features,	  &passband_share_features,
	&detection_features, &timing_features,			&peak_delay_features, &peak_window_features,
	&gp_features,		 &gp_curve_features,		&gp_flux_features,	  &gp_color_features,
	&fit_features,		 &fit_amplitude_features,	&period_features,	  &period_band_features,
};

static const HostGroup *const host_groups[] = {
	&host_metadata_features,   &host_luminosity_features,	   &host_rest_frame_features,
	&host_distance_features,   &host_peak_luminosity_features, &host_dereddened_color_features,
	&host_rest_curve_features, &host_rest_fit_features,		   &host_rest_spectrum_features,
};

#define N_LIGHTCURVE_GROUPS ((int) (sizeof(lightcurve_groups) / sizeof(lightcurve_groups[0])))
#define N_HOST_GROUPS ((int) (sizeof(host_groups) / sizeof(host_groups[0])))
#define N_TABLES (N_LIGHTCURVE_GROUPS + N_HOST_GROUPS)

static const FeatureTable *
feature_table(int i)
{
	return i < N_LIGHTCURVE_GROUPS ? &lightcurve_groups[i]->table
								   : &host_groups[i - N_LIGHTCURVE_GROUPS]->table;
}

static int
count_features(int first_table, int end_table)
{
	int count = 0;

	for (int i = first_table; i < end_table; i++)
		count += table_size(feature_table(i));
	return count;
}

/* The groups of a set: fitted ones come after all others. */
static int
group_count(FeatureSet set)
{
	int n = 0;

	while (n < N_LIGHTCURVE_GROUPS && (set == FEATURES_ALL || !lightcurve_groups[n]->fitted))
		n++;
	return n;
}

/* Likewise of the host's. */
static int
host_group_count(FeatureSet set)
{
	int n = 0;

	while (n < N_HOST_GROUPS && (set == FEATURES_ALL || !host_groups[n]->fitted))
		n++;
	return n;
}

int
feature_count(FeatureSet set)
{
	return count_features(0, group_count(set));
}

int
host_feature_count(FeatureSet set)
{
	return count_features(N_LIGHTCURVE_GROUPS, N_LIGHTCURVE_GROUPS + host_group_count(set));
}

bool
find_feature_set(int n, FeatureSet *set, bool *with_host)
{
	for (*set = FEATURES_SIMPLE; *set <= FEATURES_ALL; (*set)++)
		for (int host = 0; host <= 1; host++)
			if (n == feature_count(*set) + host * host_feature_count(*set))
			{
				*with_host = host;
				return true;
			}
	return false;
}

int
feature_ordinal(FeatureSet set, int i)
{
	return i < feature_count(set) ? i : i - feature_count(set) + feature_count(FEATURES_ALL);
}

/* ----------------------------------------------------------------
 * Names
 * ----------------------------------------------------------------
 */

/* The suffix of a name: "" for all bands or an unexpanded row, "_g" for a passband, "_gr" for a
 * pair. */
static void
write_suffix(Expansion expansion, int i, char suffix[4])
{
	int first = 0;

	memset(suffix, 0, 4);
	if (expansion == EXPAND_PASSBANDS || (expansion == EXPAND_SCOPES && i != SCOPE_ALL))
	{
		suffix[0] = '_';
		suffix[1] = PASSBAND_LETTERS[expansion == EXPAND_SCOPES ? i - 1 : i];
	}
	else if (expansion == EXPAND_PAIRS)
	{
		while (i >= N_PASSBANDS - 1 - first)
			i -= N_PASSBANDS - 1 - first++;
		suffix[0] = '_';
		suffix[1] = PASSBAND_LETTERS[first];
		suffix[2] = PASSBAND_LETTERS[first + 1 + i];
	}
}

static void
write_description(const FeatureRow *row, Expansion expansion, int i, char *to, size_t size)
{
	char suffix[4];

	write_suffix(expansion, i, suffix);
	if (expansion == EXPAND_NOT)
		snprintf(to, size, "%s", row->description);
	else if (expansion == EXPAND_PAIRS)
		snprintf(to, size, "%s; first passband %c, second %c", row->description, suffix[1],
				 suffix[2]);
	else if (expansion == EXPAND_SCOPES && i == SCOPE_ALL)
		snprintf(to, size, "%s; all passbands together", row->description);
	else
		snprintf(to, size, "%s; passband %c", row->description, suffix[1]);
}

void
describe_feature(int ordinal, FeatureDescription *description)
{
	const FeatureTable *table;
	const FeatureRow   *row;
	char				suffix[4];
	int					i = 0;

	for (table = feature_table(i); ordinal >= table_size(table); table = feature_table(++i))
		ordinal -= table_size(table);
	row = &table->rows[ordinal / (int) table->expansion];
	ordinal %= (int) table->expansion;

	write_suffix(table->expansion, ordinal, suffix);
	description->unit = row->unit;
	description->group = table->group;
	snprintf(description->name, sizeof(description->name), "%s%s", row->name, suffix);
	write_description(row, table->expansion, ordinal, description->description,
					  sizeof(description->description));
}

/* The place of a suffix in an expansion, or -1. */
static int
find_suffix(Expansion expansion, const char *text, size_t length)
{
	for (int i = 0; i < (int) expansion; i++)
	{
		char suffix[4];

		write_suffix(expansion, i, suffix);
		if (strlen(suffix) == length && memcmp(suffix, text, length) == 0)
			return i;
	}
	return -1;
}

int
find_feature(const char *name, size_t length)
{
	int ordinal = 0;

	for (int i = 0; i < N_TABLES; i++)
	{
		const FeatureTable *table = feature_table(i);

		for (int row = 0; row < table->n_rows; row++, ordinal += (int) table->expansion)
		{
			size_t stem = strlen(table->rows[row].name);
			int	   place;

			/* No suffix is longer than "_gr". */
			if (length < stem || length > stem + 3 ||
				memcmp(name, table->rows[row].name, stem) != 0)
				continue;
			place = find_suffix(table->expansion, name + stem, length - stem);
			if (place >= 0)
				return ordinal + place;
		}
	}
	return -1;
}

const FeatureGroup *
lightcurve_group(int i)
{
	return i < N_LIGHTCURVE_GROUPS ? lightcurve_groups[i] : NULL;
}

const float *
feature_row(const float *features, const FeatureGroup *group, int row)
{
	int i = 0;

	while (lightcurve_groups[i] != group)
		i++;
	return features + count_features(0, i) + row * (int) group->table.expansion;
}

/* ----------------------------------------------------------------
 * Computation
 * ----------------------------------------------------------------
 */

/* Rounds to float; what is not finite there is NaN. */
static void
store_features(const double *values, int n, float *features)
{
	for (int i = 0; i < n; i++)
	{
		float value = (float) values[i];

		features[i] = isfinite(value) ? value : NAN;
	}
}

void
compute_features(const Observations *observations, FeatureSet set, float *features,
				 Workspace *workspace)
{
	Measurements *measurements = measure(observations, workspace);
	double		 *values = workspace_array(workspace, double, feature_count(set));
	int			  n_groups = group_count(set);
	int			  first_fitted = group_count(FEATURES_SIMPLE);
	int			  at = 0;

	for (int i = 0; i < n_groups; i++)
	{
		if (i == first_fitted)
			measurements = measure_for_fits(measurements);
		lightcurve_groups[i]->compute(measurements, values + at);
		workspace->check_interrupts();
		at += table_size(&lightcurve_groups[i]->table);
	}
	store_features(values, at, features);
}

static double
unless_negative(double value)
{
	return value >= 0.0 ? value : NAN;
}

/* The metadata with the unknown as NaN, and the distance modulus that the object has. */
static HostMetadata
resolve_host(HostMetadata host)
{
	host.hostgal_photoz = unless_negative(host.hostgal_photoz);
	host.hostgal_photoz_err = unless_negative(host.hostgal_photoz_err);
	host.distmod = unless_negative(host.distmod);
	host.mwebv = unless_negative(host.mwebv);
	if (host.hostgal_photoz == 0.0)
		host.distmod = NAN;
	else if (isnan(host.distmod))
		host.distmod = distance_modulus(host.hostgal_photoz);
	return host;
}

void
compute_host_features(const float *lightcurve_features, FeatureSet set, HostMetadata host,
					  float *features, Workspace *workspace)
{
	double		*values = workspace_array(workspace, double, host_feature_count(set));
	HostMetadata resolved = resolve_host(host);
	int			 n_groups = host_group_count(set);
	int			 at = 0;

	for (int i = 0; i < n_groups; i++)
	{
		host_groups[i]->compute(&resolved, lightcurve_features, values + at);
		at += table_size(&host_groups[i]->table);
	}
	store_features(values, at, features);
}
