/*
 * explosions.c
 *		Templates of the explosions and their observation.
 *
 * Peak magnitudes and their spread follow Richardson et al. 2014 (AJ 147, 118)
 * for the supernovae, Foley et al. 2013 (ApJ 767, 57) for type Iax, Gal-Yam
 * 2019 (ARA&A 57, 305) for superluminous ones, van Velzen et al. 2021 (ApJ
 * 908, 4) for tidal disruptions, Villar et al. 2017 (ApJ 851, L21) for the
 * kilonova; durations and temperatures are rounded from the same works.
 */
#include "core/simulate/explosions.h"

#include "core/curve/cosmology.h"
#include "core/curve/units.h"
#include "core/simulate/black_body.h"

#define REFERENCE_WAVELENGTH 4800.0 /* Angstrom */
#define PLATEAU_END 6.0				/* days over which a plateau falls */

typedef struct ExplosionTemplate
{
	double magnitude; /* mean and standard deviation of the peak's absolute magnitude */
	double magnitude_scatter;
	double rise;			 /* days: width of the half Gaussian before the peak */
	double fall;			 /* days: that after it, or the decline of plateau or power law */
	double plateau;			 /* days, 0 for none */
	double tail_fraction;	 /* share of an exponential at peak */
	double tail_time;		 /* days */
	double width_scatter;	 /* standard deviation of ln(width) */
	double peak_temperature; /* K */
	double late_temperature;
	double cooling_time;		/* days */
	double temperature_scatter; /* of ln T */
	double blanketing;			/* magnitudes missing at 3000 A */
	double host_dust;			/* mean E(B-V) in the host */
} ExplosionTemplate;

static const ExplosionTemplate templates[EXPLOSION_KINDS] = {
	[EXPLOSION_IA] = {-19.25, 0.14, 7.5, 11.0, 0, 0.14, 42, 0.10, 11500, 4700, 16, 0.05, 1.3, 0.06},
	[EXPLOSION_IA_91BG] = {-17.5, 0.45, 6.0, 8.0, 0, 0.16, 30, 0.10, 7500, 4300, 12, 0.06, 1.8,
						   0.05},
	[EXPLOSION_IAX] = {-16.9, 0.80, 6.0, 9.5, 0, 0.16, 45, 0.20, 9800, 4600, 13, 0.08, 1.2, 0.08},
	[EXPLOSION_IBC] = {-17.4, 0.75, 7.5, 12.5, 0, 0.18, 55, 0.22, 8800, 4700, 15, 0.10, 1.3, 0.16},
	[EXPLOSION_II] = {-16.9, 0.90, 3.5, 120, 85, 0.10, 110, 0.20, 14000, 5600, 17, 0.10, 0.4, 0.12},
	[EXPLOSION_IIN] = {-18.5, 0.90, 9.0, 38, 0, 0.30, 120, 0.35, 13000, 7000, 40, 0.12, 0.2, 0.08},
	[EXPLOSION_SLSN] = {-21.6, 0.60, 17, 30, 0, 0.20, 70, 0.25, 15000, 6500, 38, 0.12, 0.5, 0.03},
	[EXPLOSION_TDE] = {-19.4, 0.80, 14, 36, 0, 0.0, 1, 0.35, 22000, 24000, 60, 0.25, 0.0, 0.02},
	[EXPLOSION_KILONOVA] = {-15.8, 0.60, 0.5, 1.2, 0, 0.45, 2.6, 0.20, 7500, 2600, 1.5, 0.10, 1.0,
							0.03},
	[EXPLOSION_ILOT] = {-13.0, 1.10, 8, 35, 55, 0.10, 60, 0.40, 5200, 3300, 30, 0.10, 1.0, 0.15},
	[EXPLOSION_CALCIUM_RICH] = {-16.1, 0.40, 5.0, 7.5, 0, 0.10, 35, 0.15, 7800, 4200, 9, 0.08, 1.5,
								0.03},
	[EXPLOSION_PAIR_INSTABILITY] = {-20.6, 0.60, 45, 75, 0, 0.20, 110, 0.20, 10500, 5000, 70, 0.10,
									1.0, 0.04},
};

/* Extinction of a starburst's clouds falls as lambda^-1.3 (Charlot and Fall 2000, ApJ 539, 718). */
static double
host_extinction(double color_excess, double wavelength)
{
	return 3.1 * color_excess * pow(wavelength / 5500.0, -1.3);
}

/* Magnitudes that line blanketing takes: none above 4200 A, `strength` at 3000 A. */
static double
line_blanketing(double strength, double wavelength)
{
	double below = fmax(0.0, 4200.0 - wavelength) / 1200.0;

	return strength * below * sqrt(below);
}

/* Height of a type Ia's second maximum relative to the peak: only red of 6000 A. */
static double
second_maximum(double wavelength)
{
	return 0.42 * fmin(1.0, fmax(0.0, (wavelength - 6000.0) / 1800.0));
}

static void
set_bands(Explosion *explosion, ExplosionKind kind, double redshift, double mwebv,
		  double color_excess)
{
	double magnitude =
		explosion->magnitude + distance_modulus(redshift) - 2.5 * log10(1.0 + redshift);

	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double wavelength = passbands[band].wavelength / (1.0 + redshift);
		double dimming = passbands[band].extinction * mwebv +
						 host_extinction(color_excess, wavelength) +
						 line_blanketing(templates[kind].blanketing, wavelength);

		explosion->scale[band] = flux_of_magnitude(magnitude + dimming);
		explosion->second_peak[band] = kind == EXPLOSION_IA ? second_maximum(wavelength) : 0.0;
		explosion->inverse_wavelength[band] = 1.0 / wavelength;
	}
}

void
explosion_draw(Explosion *explosion, Random *random, ExplosionKind kind, double redshift,
			   double mwebv, double peak_mjd)
{
	const ExplosionTemplate *template = &templates[kind];
	double log_width = template->width_scatter * random_normal(random);
	double heat = exp(template->temperature_scatter * random_normal(random));
	double color_excess = -template->host_dust * log(1.0 - random_uniform(random));

	explosion->peak_mjd = peak_mjd;
	explosion->stretch = exp(log_width) * (1.0 + redshift);
	explosion->magnitude =
		template->magnitude + template->magnitude_scatter * random_normal(random);
	/* wider type Ia are brighter (Phillips 1993, ApJ 413, L105) */
	if (kind == EXPLOSION_IA)
		explosion->magnitude -= 1.4 * log_width;
	explosion->rise = template->rise;
	explosion->fall = template->fall;
	explosion->plateau = template->plateau;
	explosion->tail_fraction = template->tail_fraction;
	explosion->tail_time = template->tail_time;
	explosion->power_law = kind == EXPLOSION_TDE;
	explosion->peak_temperature = template->peak_temperature * heat;
	explosion->late_temperature = template->late_temperature * heat;
	explosion->cooling_time = template->cooling_time;
	/* a fifth of the type II decline linearly, from early on and faster */
	if (kind == EXPLOSION_II && random_uniform(random) < 0.2)
	{
		explosion->plateau = 45.0;
		explosion->fall = 40.0;
		explosion->tail_fraction = 0.2;
	}
	set_bands(explosion, kind, redshift, mwebv, color_excess);
}

/* The light curve at the reference wavelength, 1 at peak; days of the template since peak. */
static double
explosion_shape(const Explosion *explosion, double day)
{
	double core;

	if (day < 0.0)
	{
		double x = day / explosion->rise;

		return x < -5.0 ? 0.0 : exp(-0.5 * x * x);
	}
	if (explosion->power_law)
		return pow(1.0 + day / explosion->fall, -5.0 / 3.0); /* fall-back of debris, Rees 1988 */
	if (explosion->plateau > 0.0)
		core = exp(-day / explosion->fall) * (1.0 + exp(-explosion->plateau / PLATEAU_END)) /
			   (1.0 + exp((day - explosion->plateau) / PLATEAU_END));
	else
	{
		double x = day / explosion->fall;

		core = x > 6.0 ? 0.0 : exp(-0.5 * x * x);
	}
	return (1.0 - explosion->tail_fraction) * core +
		   explosion->tail_fraction * exp(-day / explosion->tail_time);
}

double
explosion_flux(const Explosion *explosion, double mjd, int passband)
{
	double day = (mjd - explosion->peak_mjd) / explosion->stretch;
	double shape = explosion_shape(explosion, day);
	double cooling, temperature, flux;

	if (shape < 1e-6)
		return 0.0;
	/* hotter before the peak, but not without bound */
	cooling = exp(-fmax(day, -explosion->rise) / explosion->cooling_time);
	temperature = explosion->late_temperature +
				  (explosion->peak_temperature - explosion->late_temperature) * cooling;
	flux = shape * black_body_ratio(explosion->inverse_wavelength[passband],
									1.0 / REFERENCE_WAVELENGTH, temperature);
	if (explosion->second_peak[passband] > 0.0 && fabs(day - 26.0) < 26.0)
	{
		double x = (day - 26.0) / 6.5;

		flux += explosion->second_peak[passband] * exp(-0.5 * x * x);
	}
	return flux * explosion->scale[passband];
}
