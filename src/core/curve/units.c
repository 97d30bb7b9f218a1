/*
 * units.c
 *		Units of flux and of time.
 */
#include "core/curve/units.h"

#include <stdbool.h>
#include <stddef.h>

const TimeScale time_scales[N_TIME_SCALES + 1] = {
	[TIME_MJD] = {"mjd", 0.0, 1.0},
	[TIME_JD] = {"jd", -2400000.5, 1.0},
	[TIME_JD_2450000] = {"jd-2450000", 49999.5, 1.0},
	[TIME_JD_2455197] = {"jd-2455197.5", 55197.0, 1.0},
	[TIME_UNIX] = {"unix", 40587.0, 86400.0},
	[N_TIME_SCALES] = {NULL, 0.0, 0.0},
};

/* NaN is none. */
static bool
is_magnitude(double value)
{
	return value > LOWEST_MAGNITUDE && value < HIGHEST_MAGNITUDE;
}

double
flux_from_magnitude(double magnitude, double zero_point)
{
	if (!is_magnitude(magnitude) || !is_magnitude(zero_point))
		return NAN;
	return pow(10.0, 0.4 * (zero_point - magnitude));
}

double
flux_scale(double zero_point)
{
	return flux_from_magnitude(zero_point, FLUX_ZERO_POINT);
}

double
flux_err_from_magnitude(double flux, double magnitude_err)
{
	return flux > 0.0 && magnitude_err > 0.0 ? flux * (0.4 * M_LN10) * magnitude_err : NAN;
}

double
magnitude_err_of_flux(double flux, double flux_err)
{
	return flux > 0.0 && isfinite(flux) && flux_err > 0.0 ? flux_err / (flux * (0.4 * M_LN10))
														  : NAN;
}

double
flux_from_nanojansky(double flux)
{
	/* 10^((27.5 - 31.4) / 2.5): the same flux against the other zero point. */
	return flux * 0.02754228703338166;
}

double
flux_from_microjansky(double flux)
{
	/* 10^((27.5 - 23.9) / 2.5) */
	return flux * 27.54228703338166;
}
