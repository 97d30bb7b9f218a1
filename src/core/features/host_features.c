/*
 * host_features.c
 *		Features of an object's host, and what its distance makes of the light
 *		curve's features.
 *
 * An object of photometric redshift 0 is galactic: it has no cosmological
 * distance, and its rest frame is ours.
 */
#include <math.h>

#include "core/features/group.h"
#include "core/curve/passbands.h"
#include "core/curve/units.h"

/* Luminosities are scaled to this distance, mag, about redshift 0.26, to stay near fluxes in size.
 */
#define LUMINOSITY_DISTMOD 40.0

static const FeatureRow metadata_rows[] = {
	{"ddf", "1", "1 in a deep drilling field, 0 outside"},
	{"hostgal_photoz", "1", "photometric redshift of the host; NaN if NULL or negative"},
	{"hostgal_photoz_err", "1", "uncertainty of the photometric redshift; NaN if NULL or negative"},
	{"distmod", "mag",
	 "distance modulus; if NULL or negative, from hostgal_photoz by a flat Lambda-CDM cosmology "
	 "(H0 = 70 km/s/Mpc, Omega_matter = 0.3); NaN for galactic objects"},
	{"mwebv", "mag", "colour excess E(B-V) of the Milky Way's dust; NaN if NULL or negative"},
	{"galactic", "1", "1 where hostgal_photoz is 0, 0 where it is positive; NaN if unknown"},
	{"hostgal_photoz_err_relative", "1", "hostgal_photoz_err / (1 + hostgal_photoz)"},
};

static void
compute_metadata(const HostMetadata *host, const float *features, double *out)
{
	double z = host->hostgal_photoz;

	out[0] = host->ddf;
	out[1] = z;
	out[2] = host->hostgal_photoz_err;
	out[3] = host->distmod;
	out[4] = host->mwebv;
	out[5] = isnan(z) ? NAN : z == 0.0;
	out[6] = host->hostgal_photoz_err / (1.0 + z);
}

const HostGroup host_metadata_features = {
	.table = {"host", EXPAND_NOT, sizeof(metadata_rows) / sizeof(metadata_rows[0]), metadata_rows},
	.compute = compute_metadata,
};

#define MAGNITUDE_NOTE "; not corrected for dust; NaN where x is not positive"
#define LUMINOSITY_NOTE                                                                            \
	" as at distance modulus 40, multiplied by 10^(0.4 (distmod - 40)); NaN for galactic objects"

static const FeatureRow luminosity_rows[] = {
	{"magnitude_maximum", "mag(flux)",
	 "27.5 - 2.5 log10(x), x = largest flux: apparent magnitude at its brightest" MAGNITUDE_NOTE},
	{"absolute_magnitude_maximum", "mag(flux)",
	 "27.5 - 2.5 log10(x) - distmod, x = largest flux" MAGNITUDE_NOTE " and for galactic objects"},
	{"absolute_magnitude_amplitude", "mag(flux)",
	 "27.5 - 2.5 log10(x) - distmod, x = half of largest minus smallest flux" MAGNITUDE_NOTE
	 " and for galactic objects"},
	{"absolute_magnitude_percentile_75", "mag(flux)",
	 "27.5 - 2.5 log10(x) - distmod, x = 75th percentile of flux" MAGNITUDE_NOTE
	 " and for galactic objects"},
	{"luminosity_maximum", "flux", "largest flux" LUMINOSITY_NOTE},
	{"luminosity_minimum", "flux", "smallest flux" LUMINOSITY_NOTE},
	{"luminosity_std", "flux", "population standard deviation of flux" LUMINOSITY_NOTE},
};

static void
compute_luminosity(const HostMetadata *host, const float *features, double *out)
{
	const float *maximum = feature_row(features, &flux_features, FLUX_MAXIMUM);
	const float *minimum = feature_row(features, &flux_features, FLUX_MINIMUM);
	const float *amplitude = feature_row(features, &flux_features, FLUX_AMPLITUDE);
	const float *percentile_75 = feature_row(features, &flux_features, FLUX_PERCENTILE_75);
	const float *std = feature_row(features, &flux_features, FLUX_STD);
	double		 dilution = pow(10.0, 0.4 * (host->distmod - LUMINOSITY_DISTMOD));

	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		out[0 * N_SCOPES + scope] = magnitude_of_flux(maximum[scope]);
		out[1 * N_SCOPES + scope] = magnitude_of_flux(maximum[scope]) - host->distmod;
		out[2 * N_SCOPES + scope] = magnitude_of_flux(amplitude[scope]) - host->distmod;
		out[3 * N_SCOPES + scope] = magnitude_of_flux(percentile_75[scope]) - host->distmod;
		out[4 * N_SCOPES + scope] = maximum[scope] * dilution;
		out[5 * N_SCOPES + scope] = minimum[scope] * dilution;
		out[6 * N_SCOPES + scope] = std[scope] * dilution;
	}
}

const HostGroup host_luminosity_features = {
	.table = {"luminosity", EXPAND_SCOPES, sizeof(luminosity_rows) / sizeof(luminosity_rows[0]),
			  luminosity_rows},
	.compute = compute_luminosity,
};

static const FeatureRow rest_frame_rows[] = {
	{"rest_detection_span", "day", "detection_span / (1 + hostgal_photoz)"},
	{"rest_flux_slope_maximum", "flux/day", "flux_slope_maximum (1 + hostgal_photoz)"},
	{"rest_flux_slope_minimum", "flux/day", "flux_slope_minimum (1 + hostgal_photoz)"},
};

static void
compute_rest_frame(const HostMetadata *host, const float *features, double *out)
{
	const float *span = feature_row(features, &sampling_features, SAMPLING_DETECTION_SPAN);
	const float *rise = feature_row(features, &flux_features, FLUX_SLOPE_MAXIMUM);
	const float *fall = feature_row(features, &flux_features, FLUX_SLOPE_MINIMUM);
	double		 dilation = 1.0 + host->hostgal_photoz;

	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		out[0 * N_SCOPES + scope] = span[scope] / dilation;
		out[1 * N_SCOPES + scope] = rise[scope] * dilation;
		out[2 * N_SCOPES + scope] = fall[scope] * dilation;
	}
}

const HostGroup host_rest_frame_features = {
	.table = {"rest_frame", EXPAND_SCOPES, sizeof(rest_frame_rows) / sizeof(rest_frame_rows[0]),
			  rest_frame_rows},
	.compute = compute_rest_frame,
};
