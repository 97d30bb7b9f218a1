/*
 * units.h
 *		Units of flux and of time, and their conversion to those of light curves:
 *		FLUXCAL, whose zero point is 27.5 mag, and Modified Julian Date.
 *
 * The zero point of a unit is the AB magnitude of flux 1 in it (Oke and Gunn
 * 1983, ApJ 266, 713): magnitude = zero point - 2.5 log10(flux).
 */
#ifndef PLASTICC_CORE_CURVE_UNITS_H
#define PLASTICC_CORE_CURVE_UNITS_H

#include <math.h>

#define FLUX_ZERO_POINT 27.5	   /* FLUXCAL */
#define NANOJANSKY_ZERO_POINT 31.4 /* 3631 Jy is magnitude 0, to 0.0001 mag */
#define NANOMAGGY_ZERO_POINT 22.5
#define MICROJANSKY_ZERO_POINT 23.9
#define MILLIJANSKY_ZERO_POINT 16.4
#define JANSKY_ZERO_POINT 8.9

/* Flux of an AB magnitude. */
static inline double
flux_of_magnitude(double magnitude)
{
	return exp(-0.4 * M_LN10 * (magnitude - FLUX_ZERO_POINT));
}

/* AB magnitude of a flux; NaN unless it is positive. */
static inline double
magnitude_of_flux(double flux)
{
	return flux > 0.0 ? FLUX_ZERO_POINT - 2.5 * log10(flux) : NAN;
}

/*
 * Magnitudes and zero points are taken for what they say between these: surveys
 * write 99, 100, 999 or -999 for "missing".
 */
#define LOWEST_MAGNITUDE -30.0
#define HIGHEST_MAGNITUDE 50.0

/*
 * Flux of a magnitude, in the unit of that zero point, and the factor from fluxes
 * (and their errors) in that unit to FLUXCAL.  NaN unless all magnitudes are
 * within the limits above.
 */
extern double flux_from_magnitude(double magnitude, double zero_point);
extern double flux_scale(double zero_point);

/*
 * First-order errors: of a flux, in its unit, from that of its magnitude, and of
 * the magnitude of a flux.  NaN unless flux and error are positive.
 */
extern double flux_err_from_magnitude(double flux, double magnitude_err);
extern double magnitude_err_of_flux(double flux, double flux_err);

/* FLUXCAL of a flux in nanojansky or microjansky. */
extern double flux_from_nanojansky(double flux);
extern double flux_from_microjansky(double flux);

/* A way to count time: MJD = origin + time / per_day. */
typedef struct TimeScale
{
	const char *name;
	double		origin;
	double		per_day;
} TimeScale;

enum
{
	TIME_MJD,
	TIME_JD,
	TIME_JD_2450000, /* Julian or heliocentric Julian date - 2450000 */
	TIME_JD_2455197, /* barycentric Julian date - 2455197.5, of Gaia */
	TIME_UNIX,
	N_TIME_SCALES
};

/* By the enum; the name of the element behind the last is NULL. */
extern const TimeScale time_scales[N_TIME_SCALES + 1];

static inline double
mjd_of_time(double time, const TimeScale *scale)
{
	return scale->origin + time / scale->per_day;
}

#endif /* PLASTICC_CORE_CURVE_UNITS_H */
