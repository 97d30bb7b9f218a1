/*
 * gp_features.c
 *		Features of the Gaussian process fitted to a light curve, and of the
 *		curves that it draws through the observations: after Boone, AJ 158, 257
 *		(2019), table 2, here for every passband.
 *
 * The curves are those of each passband and, as all passbands together, the mean
 * of the six; between the times of the grid they are linear.
 */
#include <math.h>

#include "core/features/group.h"

/* ----------------------------------------------------------------
 * The process
 * ----------------------------------------------------------------
 */

static const FeatureRow process_rows[] = {
	{"gp_amplitude", "flux", "amplitude of the Gaussian process fitted by maximum likelihood"},
	{"gp_log_amplitude_to_noise", "1", "ln of gp_amplitude over the median flux_err"},
	[GP_LOG_LENGTH_SCALE] = {"gp_log_length_scale", "1",
							 "ln of the Gaussian process's length scale in days"},
	{"gp_log_likelihood_gain", "1",
	 "log-likelihood of the Gaussian process less that of a constant flux in each passband, an "
	 "observation"},
};

/* Log-likelihood of the weighted mean flux of each passband. */
static double
constant_log_likelihood(const Measurements *m)
{
	double sum = 0.0;

	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		double weights = 0.0, weighted = 0.0;

		for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
		{
			double weight = 1.0 / (m->flux_err[i] * m->flux_err[i]);

			weights += weight;
			weighted += weight * m->flux[i];
		}
		for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
		{
			double z = (m->flux[i] - weighted / weights) / m->flux_err[i];

			sum -= 0.5 * (z * z + log(2.0 * M_PI)) + log(m->flux_err[i]);
		}
	}
	return sum;
}

/* Chi-square of the fluxes about the curve, each of whose times is on the grid. */
static double
curve_chi_square(const Measurements *m)
{
	double sum = 0.0;

	for (int scope = 1; scope < N_SCOPES; scope++)
	{
		for (uint32_t i = m->start[scope]; i < m->end[scope]; i++)
		{
			double z = (m->flux[i] - gp_curve_at(m->gp_curves, scope, m->time[i])) / m->flux_err[i];

			sum += z * z;
		}
	}
	return sum;
}

static void
compute_process(Measurements *m, double *out)
{
	const GaussianProcessFit *fit;

	m->gp_curves = draw_gp_curves(m->observations, m->workspace);
	fit = &m->gp_curves->fit;
	m->gp_log_likelihood_gain = fit->log_likelihood - constant_log_likelihood(m);
	m->gp_chi_square = curve_chi_square(m);
	out[0] = fit->process.amplitude;
	out[1] = log(fit->process.amplitude / m->flux_err_median);
	out[2] = log(fit->process.length_scale);
	out[3] = m->gp_log_likelihood_gain / m->observations->count;
}

const FeatureGroup gp_features = {
	.table = {"gp", EXPAND_NOT, 4, process_rows},
	.compute = compute_process,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * Each curve
 * ----------------------------------------------------------------
 */

#define FALL_ROW(name, text, percent)                                                              \
	{                                                                                              \
		name, "day",                                                                               \
			"time " text " of the Gaussian process's curve " percent                               \
			"% of it; NaN where it does not within 20 days of the observations, or the "           \
			"greatest flux is not positive"                                                        \
	}

static const FeatureRow curve_rows[] = {
	[GP_CURVE_MAXIMUM] = {"gp_flux_maximum", "flux",
						  "greatest flux of the Gaussian process's curve"},
	{"gp_flux_minimum", "flux", "least flux of the Gaussian process's curve"},
	{"gp_maximum_share", "1", "gp_flux_maximum over gp_flux_maximum - gp_flux_minimum"},
	[GP_CURVE_MAXIMUM_TO_SD] = {"gp_maximum_to_sd", "1",
								"gp_flux_maximum over its standard deviation"},
	{"gp_time_of_maximum", "day",
	 "time of gp_flux_maximum since that of all passbands together; of these, since the first "
	 "observation"},
	{"gp_time_to_minimum", "day", "time from gp_flux_maximum to gp_flux_minimum"},
	[GP_CURVE_WIDTH_POSITIVE] =
		{"gp_width_positive", "day",
		 "integral of the positive flux over gp_flux_maximum; NaN where that is not positive"},
	{"gp_width_negative", "day",
	 "integral of the negative flux over gp_flux_minimum; NaN where that is not negative"},
	[GP_CURVE_FALL_80] = FALL_ROW("gp_fall_80", "from the greatest flux", "down to 80"),
	FALL_ROW("gp_fall_50", "from the greatest flux", "down to 50"),
	FALL_ROW("gp_fall_20", "from the greatest flux", "down to 20"),
	FALL_ROW("gp_rise_80", "to the greatest flux", "up from 80"),
	FALL_ROW("gp_rise_50", "to the greatest flux", "up from 50"),
	FALL_ROW("gp_rise_20", "to the greatest flux", "up from 20"),
	{"gp_decline_15", "1",
	 "share of the greatest flux lost 15 days later; NaN where it is not positive"},
	{"gp_second_maximum", "1",
	 "second greatest local maximum over the greatest flux, 0 if there is none; NaN where the "
	 "greatest is not positive"},
};

#define N_CURVE_ROWS ((int) (sizeof(curve_rows) / sizeof(curve_rows[0])))

/* Days from the maximum, in steps of +1 or -1 on the grid, to where the flux is down to a share of
 * it. */
static double
time_to_share(const GpCurves *curves, int scope, int step, double share)
{
	const double *t = curves->time;
	const double *flux = curves->flux[scope];
	size_t		  from = curves->maximum[scope];
	double		  level = share * flux[from];

	if (!(level > 0.0))
		return NAN;
	for (size_t i = from; step > 0 ? i + 1 < curves->n : i > 0; i += step)
	{
		size_t next = i + step;

		if (flux[next] <= level)
			return fabs(t[i] - t[from]) +
				   fabs(t[next] - t[i]) * ((flux[i] - level) / (flux[i] - flux[next]));
	}
	return NAN;
}

/* Integral of the flux of one sign, flux times days; a line that changes sign counts to its zero.
 */
static double
integrate_sign(const GpCurves *curves, int scope, double sign)
{
	double sum = 0.0;

	for (size_t i = 0; i + 1 < curves->n; i++)
	{
		double a = sign * curves->flux[scope][i];
		double b = sign * curves->flux[scope][i + 1];
		double high = fmax(a, b), low = fmin(a, b);
		double gap = curves->time[i + 1] - curves->time[i];

		if (low >= 0.0)
			sum += 0.5 * gap * (low + high);
		else if (high > 0.0)
			sum += 0.5 * gap * high * (high / (high - low));
	}
	return sign * sum;
}

static double
second_maximum(const GpCurves *curves, int scope)
{
	const double *flux = curves->flux[scope];
	double		  second = 0.0;

	for (size_t i = 1; i + 1 < curves->n; i++)
	{
		if (i != curves->maximum[scope] && flux[i] > flux[i - 1] && flux[i] >= flux[i + 1])
			second = fmax(second, flux[i]);
	}
	return second;
}

static double
unless_positive(double value, double condition)
{
	return condition > 0.0 ? value : NAN;
}

/* The features of one curve in the order of curve_rows. */
static void
describe_curve(const GpCurves *curves, int scope, double values[N_CURVE_ROWS])
{
	static const double shares[] = {0.8, 0.5, 0.2};
	size_t				at = curves->maximum[scope];
	double				high = curves->flux[scope][at];
	double				low = curves->flux[scope][curves->minimum[scope]];
	double	origin = scope == SCOPE_ALL ? 0.0 : curves->time[curves->maximum[SCOPE_ALL]];
	double *next = values;

	*next++ = high;
	*next++ = low;
	*next++ = high / (high - low);
	*next++ = high / curves->flux_sd[scope][at];
	*next++ = curves->time[at] - origin;
	*next++ = curves->time[curves->minimum[scope]] - curves->time[at];
	*next++ = unless_positive(integrate_sign(curves, scope, 1.0) / high, high);
	*next++ = unless_positive(integrate_sign(curves, scope, -1.0) / low, -low);
	for (int step = 1; step >= -1; step -= 2)
	{
		for (int i = 0; i < 3; i++)
			*next++ = time_to_share(curves, scope, step, shares[i]);
	}
	*next++ =
		unless_positive(1.0 - gp_curve_at(curves, scope, curves->time[at] + 15.0) / high, high);
	*next++ = unless_positive(second_maximum(curves, scope) / high, high);
}

static void
compute_curves(Measurements *m, double *out)
{
	for (int scope = 0; scope < N_SCOPES; scope++)
	{
		double values[N_CURVE_ROWS];

		describe_curve(m->gp_curves, scope, values);
		for (int row = 0; row < N_CURVE_ROWS; row++)
			out[row * N_SCOPES + scope] = values[row];
	}
}

const FeatureGroup gp_curve_features = {
	.table = {"gp_curve", EXPAND_SCOPES, N_CURVE_ROWS, curve_rows},
	.compute = compute_curves,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * The passbands at common times
 * ----------------------------------------------------------------
 */

#define PEAK_NOTE " all passbands together are brightest"
#define BEYOND_NOTE "; NaN more than 20 days after the last observation"

static const FeatureRow flux_rows[N_GP_FLUX_ROWS] = {
	[GP_FLUX_BEFORE_15] = {"gp_flux_before_15", "flux",
						   "flux of the Gaussian process 15 days before" PEAK_NOTE
						   "; NaN more than 20 days before the first observation"},
	[GP_FLUX_AT_PEAK] = {"gp_flux_at_peak", "flux", "flux of the Gaussian process when" PEAK_NOTE},
	[GP_FLUX_AFTER_20] = {"gp_flux_after_20", "flux",
						  "flux of the Gaussian process 20 days after" PEAK_NOTE BEYOND_NOTE},
	[GP_FLUX_AFTER_40] = {"gp_flux_after_40", "flux",
						  "flux of the Gaussian process 40 days after" PEAK_NOTE BEYOND_NOTE},
	[GP_FLUX_AFTER_60] = {"gp_flux_after_60", "flux",
						  "flux of the Gaussian process 60 days after" PEAK_NOTE BEYOND_NOTE},
};

static void
list_fluxes(const GpCurves *curves, int scope, double values[N_GP_FLUX_ROWS])
{
	double peak = curves->time[curves->maximum[SCOPE_ALL]];

	values[GP_FLUX_BEFORE_15] = gp_curve_at(curves, scope, peak - 15.0);
	values[GP_FLUX_AT_PEAK] = curves->flux[scope][curves->maximum[SCOPE_ALL]];
	values[GP_FLUX_AFTER_20] = gp_curve_at(curves, scope, peak + 20.0);
	values[GP_FLUX_AFTER_40] = gp_curve_at(curves, scope, peak + 40.0);
	values[GP_FLUX_AFTER_60] = gp_curve_at(curves, scope, peak + 60.0);
}

static void
compute_fluxes(Measurements *m, double *out)
{
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		double values[N_GP_FLUX_ROWS];

		list_fluxes(m->gp_curves, 1 + passband, values);
		for (int row = 0; row < N_GP_FLUX_ROWS; row++)
			out[row * N_PASSBANDS + passband] = values[row];
	}
}

const FeatureGroup gp_flux_features = {
	.table = {"gp_flux", EXPAND_PASSBANDS, N_GP_FLUX_ROWS, flux_rows},
	.compute = compute_fluxes,
	.fitted = true,
};

/* ----------------------------------------------------------------
 * Colours
 * ----------------------------------------------------------------
 */

#define COLOR_ROW(name, when)                                                                      \
	{                                                                                              \
		name, "1",                                                                                 \
			"asinh(a/s) - asinh(b/s) of a, b = flux of the Gaussian process in the two "           \
			"passbands " when " and s = median flux_err"                                           \
	}

static const FeatureRow color_rows[] = {
	COLOR_ROW("gp_color_maximum", "when all passbands together are brightest"),
	COLOR_ROW("gp_color_before", "15 days before all passbands together are brightest"),
	COLOR_ROW("gp_color_after", "20 days after all passbands together are brightest"),
	COLOR_ROW("gp_color_maxima", "when each is brightest"),
};

#define N_COLOR_ROWS ((int) (sizeof(color_rows) / sizeof(color_rows[0])))

/* asinh of a passband's flux over the noise, in the order of color_rows. */
static void
list_colors(const Measurements *m, int scope, double values[N_COLOR_ROWS])
{
	const GpCurves *curves = m->gp_curves;
	double			fluxes[N_GP_FLUX_ROWS];

	list_fluxes(curves, scope, fluxes);
	values[0] = fluxes[GP_FLUX_AT_PEAK];
	values[1] = fluxes[GP_FLUX_BEFORE_15];
	values[2] = fluxes[GP_FLUX_AFTER_20];
	values[3] = curves->flux[scope][curves->maximum[scope]];
	for (int row = 0; row < N_COLOR_ROWS; row++)
		values[row] = asinh(values[row] / m->flux_err_median);
}

static void
compute_colors(Measurements *m, double *out)
{
	double values[N_PASSBANDS][N_COLOR_ROWS];
	int	   pair = 0;

	for (int passband = 0; passband < N_PASSBANDS; passband++)
		list_colors(m, 1 + passband, values[passband]);
	for (int a = 0; a < N_PASSBANDS; a++)
	{
		for (int b = a + 1; b < N_PASSBANDS; b++, pair++)
		{
			for (int row = 0; row < N_COLOR_ROWS; row++)
				out[row * N_PAIRS + pair] = values[a][row] - values[b][row];
		}
	}
}

const FeatureGroup gp_color_features = {
	.table = {"gp_color", EXPAND_PAIRS, N_COLOR_ROWS, color_rows},
	.compute = compute_colors,
	.fitted = true,
};
