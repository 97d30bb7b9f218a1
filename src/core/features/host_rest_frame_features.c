/*
 * host_rest_frame_features.c
 *		What an object was where it is: features of the fitted groups, cleared of
 *		the Milky Way's dust, of distance and of redshift.
 *
 * In magnitudes dust takes A = R E(B-V) of a passband's light (passbands.h),
 * so that all of these presume fluxes as measured, and are NaN where the colour
 * excess is unknown.
 */
#include <math.h>

#include "core/curve/cosmology.h"
#include "core/features/group.h"
#include "core/curve/passbands.h"
#include "core/curve/units.h"

#define DUST_NOTE ", corrected for the Milky Way's dust"
#define SIGN_NOTE "; NaN where a flux is not positive"
#define GALACTIC_NOTE " and for galactic objects"
#define PEAK_NOTE " when all passbands together are brightest"

/* Magnitudes of dust in a passband. */
static double
extinction(const HostMetadata *host, int passband)
{
	return passbands[passband].extinction * host->mwebv;
}

/* ----------------------------------------------------------------
 * Distance
 * ----------------------------------------------------------------
 */

static const FeatureRow distance_rows[] = {
	{"distmod_err", "mag",
	 "hostgal_photoz_err times the slope of the distance modulus, by the cosmology of distmod; NaN "
	 "for galactic objects"},
	{"distmod_nearer", "mag",
	 "distance modulus at hostgal_photoz less that at hostgal_photoz - hostgal_photoz_err; NaN "
	 "where that is not positive"},
	{"distmod_farther", "mag",
	 "distance modulus at hostgal_photoz + hostgal_photoz_err less that at hostgal_photoz; NaN for "
	 "galactic objects"},
};

static double
distance_error(const HostMetadata *host)
{
	return host->hostgal_photoz_err * distance_modulus_slope(host->hostgal_photoz);
}

static void
compute_distance(const HostMetadata *host, const float *features, double *out)
{
	double z = host->hostgal_photoz;
	double err = host->hostgal_photoz_err;

	out[0] = distance_error(host);
	out[1] = distance_modulus(z) - distance_modulus(z - err);
	out[2] = distance_modulus(z + err) - distance_modulus(z);
}

const HostGroup host_distance_features = {
	.table = {"distance", EXPAND_NOT, sizeof(distance_rows) / sizeof(distance_rows[0]),
			  distance_rows},
	.compute = compute_distance,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * Luminosity at the peak
 * ----------------------------------------------------------------
 */

static const FeatureRow peak_luminosity_rows[] = {
	{"dereddened_magnitude", "mag(flux)", "27.5 - 2.5 log10(gp_flux_maximum)" DUST_NOTE SIGN_NOTE},
	{"gp_absolute_magnitude", "mag(flux)",
	 "dereddened_magnitude - distmod" SIGN_NOTE GALACTIC_NOTE},
	{"gp_absolute_magnitude_err", "mag",
	 "error of gp_absolute_magnitude by distmod_err and the Gaussian process's standard deviation, "
	 "in quadrature" SIGN_NOTE GALACTIC_NOTE},
	{"supernova_absolute_magnitude", "mag(flux)",
	 "27.5 - 2.5 log10(supernova_amplitude) - distmod" DUST_NOTE SIGN_NOTE GALACTIC_NOTE},
};

/* Magnitudes for a relative error of the flux: 2.5 / ln 10. */
#define POGSON (2.5 / M_LN10)

static void
compute_peak_luminosity(const HostMetadata *host, const float *features, double *out)
{
	const float *maximum = feature_row(features, &gp_curve_features, GP_CURVE_MAXIMUM) + 1;
	const float *to_sd = feature_row(features, &gp_curve_features, GP_CURVE_MAXIMUM_TO_SD) + 1;
	const float *amplitude =
		feature_row(features, &fit_amplitude_features, FIT_SUPERNOVA_AMPLITUDE);
	double distmod_err = distance_error(host);

	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double dust = extinction(host, band);
		double peak = magnitude_of_flux(maximum[band]) - dust;

		out[0 * N_PASSBANDS + band] = peak;
		out[1 * N_PASSBANDS + band] = peak - host->distmod;
		out[2 * N_PASSBANDS + band] =
			maximum[band] > 0.0f ? hypot(distmod_err, POGSON / to_sd[band]) : NAN;
		out[3 * N_PASSBANDS + band] = magnitude_of_flux(amplitude[band]) - dust - host->distmod;
	}
}

const HostGroup host_peak_luminosity_features = {
	.table = {"peak_luminosity", EXPAND_PASSBANDS,
			  sizeof(peak_luminosity_rows) / sizeof(peak_luminosity_rows[0]), peak_luminosity_rows},
	.compute = compute_peak_luminosity,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * Colours without dust
 * ----------------------------------------------------------------
 */

#define COLOR_ROW(name, original)                                                                  \
	{                                                                                              \
		name, "1", "as " original ", of the two fluxes" DUST_NOTE                                  \
	}

static const FeatureRow color_rows[] = {
	COLOR_ROW("dereddened_color_maximum", "gp_color_maximum"),
	COLOR_ROW("dereddened_color_before", "gp_color_before"),
	COLOR_ROW("dereddened_color_after", "gp_color_after"),
	COLOR_ROW("dereddened_color_maxima", "gp_color_maxima"),
};

#define N_COLOR_ROWS ((int) (sizeof(color_rows) / sizeof(color_rows[0])))

static void
compute_colors(const HostMetadata *host, const float *features, double *out)
{
	const float *fluxes[N_COLOR_ROWS] = {
		feature_row(features, &gp_flux_features, GP_FLUX_AT_PEAK),
		feature_row(features, &gp_flux_features, GP_FLUX_BEFORE_15),
		feature_row(features, &gp_flux_features, GP_FLUX_AFTER_20),
		feature_row(features, &gp_curve_features, GP_CURVE_MAXIMUM) + 1,
	};
	double noise = *feature_row(features, &flux_err_features, NOISE_MEDIAN);

	for (int row = 0; row < N_COLOR_ROWS; row++)
	{
		double values[N_PASSBANDS];
		int	   pair = 0;

		for (int band = 0; band < N_PASSBANDS; band++)
			values[band] =
				asinh(fluxes[row][band] / noise * pow(10.0, 0.4 * extinction(host, band)));
		for (int a = 0; a < N_PASSBANDS; a++)
		{
			for (int b = a + 1; b < N_PASSBANDS; b++, pair++)
				out[row * N_PAIRS + pair] = values[a] - values[b];
		}
	}
}

const HostGroup host_dereddened_color_features = {
	.table = {"dereddened_color", EXPAND_PAIRS, N_COLOR_ROWS, color_rows},
	.compute = compute_colors,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * Times in the rest frame
 * ----------------------------------------------------------------
 */

#define REST_ROW(name)                                                                             \
	{                                                                                              \
		"rest_" name, "day", name " / (1 + hostgal_photoz)"                                        \
	}

static const FeatureRow rest_curve_rows[] = {
	REST_ROW("gp_width_positive"), REST_ROW("gp_fall_80"), REST_ROW("gp_fall_50"),
	REST_ROW("gp_fall_20"),		   REST_ROW("gp_rise_80"), REST_ROW("gp_rise_50"),
	REST_ROW("gp_rise_20"),
};

#define N_REST_CURVE_ROWS ((int) (sizeof(rest_curve_rows) / sizeof(rest_curve_rows[0])))

static void
compute_rest_curve(const HostMetadata *host, const float *features, double *out)
{
	static const enum GpCurveRow originals[N_REST_CURVE_ROWS] = {
		GP_CURVE_WIDTH_POSITIVE, GP_CURVE_FALL_80, GP_CURVE_FALL_50, GP_CURVE_FALL_20,
		GP_CURVE_RISE_80,		 GP_CURVE_RISE_50, GP_CURVE_RISE_20};

	for (int row = 0; row < N_REST_CURVE_ROWS; row++)
	{
		const float *days = feature_row(features, &gp_curve_features, originals[row]);

		for (int scope = 0; scope < N_SCOPES; scope++)
			out[row * N_SCOPES + scope] = days[scope] / (1.0 + host->hostgal_photoz);
	}
}

const HostGroup host_rest_curve_features = {
	.table = {"rest_curve", EXPAND_SCOPES, N_REST_CURVE_ROWS, rest_curve_rows},
	.compute = compute_rest_curve,
	.fitted = true,
};

static const FeatureRow rest_fit_rows[] = {
	REST_ROW("supernova_rise_time"),
	REST_ROW("supernova_fall_time"),
	{"rest_gp_log_length_scale", "1", "gp_log_length_scale - ln(1 + hostgal_photoz)"},
};

static void
compute_rest_fit(const HostMetadata *host, const float *features, double *out)
{
	double dilation = 1.0 + host->hostgal_photoz;

	out[0] = *feature_row(features, &fit_features, FIT_SUPERNOVA_RISE_TIME) / dilation;
	out[1] = *feature_row(features, &fit_features, FIT_SUPERNOVA_FALL_TIME) / dilation;
	out[2] = *feature_row(features, &gp_features, GP_LOG_LENGTH_SCALE) - log(dilation);
}

const HostGroup host_rest_fit_features = {
	.table = {"rest_fit", EXPAND_NOT, sizeof(rest_fit_rows) / sizeof(rest_fit_rows[0]),
			  rest_fit_rows},
	.compute = compute_rest_fit,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * The spectrum in the rest frame
 *
 * A spectrum of six points, one a passband, read at fixed wavelengths of the
 * rest frame: linear in magnitudes over the logarithm of the wavelength.  This
 * stands in for a k-correction, which needs a template.
 * ----------------------------------------------------------------
 */

/* Rest-frame wavelengths, Angstrom. */
static const double rest_wavelengths[] = {2800.0, 3600.0, 4400.0, 5500.0, 6500.0};

#define N_WAVELENGTHS ((int) (sizeof(rest_wavelengths) / sizeof(rest_wavelengths[0])))

/* Rest-frame days after the peak. */
#define LATER 20.0

#define READ_NOTE                                                                                  \
	", from the passbands' magnitudes, linear in the logarithm of wavelength" DUST_NOTE            \
	"; NaN where a passband beside it is not positive, beyond the passbands"

#define MAGNITUDE_ROW(wavelength)                                                                  \
	{                                                                                              \
		"rest_magnitude_" wavelength, "mag(flux)",                                                 \
			"absolute AB magnitude at " wavelength                                                 \
			" Angstrom in the rest frame" PEAK_NOTE READ_NOTE GALACTIC_NOTE                        \
	}

#define COLOR_AT_PEAK_ROW(blue, red)                                                               \
	{                                                                                              \
		"rest_color_" blue "_" red, "mag",                                                         \
			"magnitude at " blue " less that at " red                                              \
			" Angstrom in the rest frame" PEAK_NOTE READ_NOTE                                      \
	}
#define COLOR_LATER_ROW(blue, red)                                                                 \
	{                                                                                              \
		"rest_color_later_" blue "_" red, "mag",                                                   \
			"as rest_color_" blue "_" red ", 20 rest-frame days later"                             \
	}
#define DECLINE_ROW(wavelength)                                                                    \
	{                                                                                              \
		"rest_decline_" wavelength, "mag",                                                         \
			"magnitudes by which the light at " wavelength                                         \
			" Angstrom in the rest frame declines in the 20 rest-frame days from when all "        \
			"passbands together are brightest; read as rest_magnitude_" wavelength                 \
			"; NaN where that cannot be read, and above redshift 2"                                \
	}

static const FeatureRow rest_spectrum_rows[] = {
	MAGNITUDE_ROW("2800"),
	MAGNITUDE_ROW("3600"),
	MAGNITUDE_ROW("4400"),
	MAGNITUDE_ROW("5500"),
	MAGNITUDE_ROW("6500"),
	COLOR_AT_PEAK_ROW("2800", "3600"),
	COLOR_AT_PEAK_ROW("3600", "4400"),
	COLOR_AT_PEAK_ROW("4400", "5500"),
	COLOR_AT_PEAK_ROW("5500", "6500"),
	COLOR_LATER_ROW("2800", "3600"),
	COLOR_LATER_ROW("3600", "4400"),
	COLOR_LATER_ROW("4400", "5500"),
	COLOR_LATER_ROW("5500", "6500"),
	DECLINE_ROW("2800"),
	DECLINE_ROW("3600"),
	DECLINE_ROW("4400"),
	DECLINE_ROW("5500"),
	DECLINE_ROW("6500"),
};

/* The line through two points; on one of them, the other may be NaN. */
static double
interpolate(double x, double x0, double y0, double x1, double y1)
{
	if (x == x0)
		return y0;
	if (x == x1)
		return y1;
	return y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
}

/* The passbands' magnitudes LATER rest-frame days after the peak, linear between the times known.
 */
static void
find_later_magnitudes(double dilation, const float *features, double magnitudes[N_PASSBANDS])
{
	static const struct
	{
		double		   days;
		enum GpFluxRow row;
	} samples[] = {{20.0, GP_FLUX_AFTER_20}, {40.0, GP_FLUX_AFTER_40}, {60.0, GP_FLUX_AFTER_60}};
	double		 days = LATER * dilation;
	int			 i = days > samples[1].days;
	const float *before = feature_row(features, &gp_flux_features, samples[i].row);
	const float *after = feature_row(features, &gp_flux_features, samples[i + 1].row);

	for (int band = 0; band < N_PASSBANDS; band++)
		magnitudes[band] = days <= samples[2].days
							   ? interpolate(days, samples[i].days, magnitude_of_flux(before[band]),
											 samples[i + 1].days, magnitude_of_flux(after[band]))
							   : NAN;
}

/* A spectrum at an observed wavelength; NaN beyond the passbands. */
static double
magnitude_at(const double magnitudes[N_PASSBANDS], double wavelength)
{
	int band = 0;

	if (!(wavelength >= passbands[0].wavelength &&
		  wavelength <= passbands[N_PASSBANDS - 1].wavelength))
		return NAN;
	while (wavelength > passbands[band + 1].wavelength)
		band++;
	return interpolate(log(wavelength), log(passbands[band].wavelength), magnitudes[band],
					   log(passbands[band + 1].wavelength), magnitudes[band + 1]);
}

/*
 * The spectral flux density that is observed is (1 + z) times that of the rest
 * frame's wavelength over the distance squared: absolute magnitudes are fainter
 * by 2.5 log10(1 + z) (Hogg et al. 2002, arXiv:astro-ph/0210394, section 2).
 */
static void
compute_rest_spectrum(const HostMetadata *host, const float *features, double *out)
{
	const float *peak_flux = feature_row(features, &gp_flux_features, GP_FLUX_AT_PEAK);
	double		 dilation = 1.0 + host->hostgal_photoz;
	double		 peak[N_PASSBANDS], later[N_PASSBANDS];
	double		 at_peak[N_WAVELENGTHS], at_later[N_WAVELENGTHS];
	double		*next = out;

	find_later_magnitudes(dilation, features, later);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		peak[band] = magnitude_of_flux(peak_flux[band]) - extinction(host, band);
		later[band] -= extinction(host, band);
	}
	for (int i = 0; i < N_WAVELENGTHS; i++)
	{
		at_peak[i] = magnitude_at(peak, rest_wavelengths[i] * dilation);
		at_later[i] = magnitude_at(later, rest_wavelengths[i] * dilation);
	}

	for (int i = 0; i < N_WAVELENGTHS; i++)
		*next++ = at_peak[i] - host->distmod + 2.5 * log10(dilation);
	for (int i = 0; i + 1 < N_WAVELENGTHS; i++)
		*next++ = at_peak[i] - at_peak[i + 1];
	for (int i = 0; i + 1 < N_WAVELENGTHS; i++)
		*next++ = at_later[i] - at_later[i + 1];
	for (int i = 0; i < N_WAVELENGTHS; i++)
		*next++ = at_later[i] - at_peak[i];
}

const HostGroup host_rest_spectrum_features = {
	.table = {"rest_spectrum", EXPAND_NOT,
			  sizeof(rest_spectrum_rows) / sizeof(rest_spectrum_rows[0]), rest_spectrum_rows},
	.compute = compute_rest_spectrum,
	.fitted = true,
};
