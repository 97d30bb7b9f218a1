/*
 * variables.c
 *		Variable stars, lensed stars and active galactic nuclei.
 *
 * A star's colour is that of a black body behind the dust of the Milky Way.
 */
#include "core/simulate/variables.h"

#include "core/base/fourier.h"
#include "core/curve/cosmology.h"
#include "core/curve/units.h"
#include "core/simulate/black_body.h"
#include "core/simulate/cadence.h"

#define RED_BAND 2
#define TEMPLATE_EPOCHS 4
#define FLARE_TEMPERATURE 9000.0 /* K, Hawley and Fisher 1992 (ApJS 78, 565) */
#define AGN_WAVELENGTH 4800.0	 /* Angstrom, rest frame, of its magnitude and variability */

static double
uniform_between(Random *random, double low, double high)
{
	return low + (high - low) * random_uniform(random);
}

static double
log_uniform_between(Random *random, double low, double high)
{
	return low * exp(log(high / low) * random_uniform(random));
}

static double
star_colour(int band, double temperature)
{
	return black_body_ratio(1.0 / passbands[band].wavelength, 1.0 / passbands[RED_BAND].wavelength,
							temperature);
}

/* Of a black body to another one, at a band's wavelength. */
static double
surface_brightness_ratio(int band, double temperature, double other)
{
	double x = PLANCK_CONSTANT / passbands[band].wavelength;

	return (exp(x / other) - 1.0) / (exp(x / temperature) - 1.0);
}

/* Draws a star's brightness in r and gives the other bands by temperature and dust. */
static void
draw_star(Variable *variable, Random *random, const VariableSetting *setting, double red_magnitude,
		  double scatter, double temperature)
{
	double magnitude = red_magnitude + scatter * random_normal(random) + setting->fainter;
	double red_flux = flux_of_magnitude(magnitude);

	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double reddening =
			(passbands[band].extinction - passbands[RED_BAND].extinction) * setting->mwebv;

		variable->mean_flux[band] =
			red_flux * star_colour(band, temperature) * exp(-0.4 * M_LN10 * reddening);
		variable->template_flux[band] = variable->mean_flux[band];
	}
}

/* The series of the magnitude at a phase in cycles. */
static double
pulsation_series(const Pulsation *pulsation, double phase)
{
	return fourier_series(pulsation->cosine, pulsation->sine, FOURIER_TERMS, 2.0 * M_PI * phase);
}

/* Scales the series to span one magnitude. */
static void
normalise_series(Pulsation *pulsation)
{
	double low = INFINITY;
	double high = -INFINITY;

	for (int i = 0; i < 64; i++)
	{
		double value = pulsation_series(pulsation, i / 64.0);

		low = fmin(low, value);
		high = fmax(high, value);
	}
	for (int k = 0; k < FOURIER_TERMS; k++)
	{
		pulsation->cosine[k] /= high - low;
		pulsation->sine[k] /= high - low;
	}
}

/*
 * Type ab: a steep rise and a slow decline; a quarter are of type c: shorter,
 * weaker, nearly sinusoidal.
 */
static void
draw_rr_lyrae(Variable *variable, Random *random, const VariableSetting *setting)
{
	static const double band_factor[N_PASSBANDS] = {1.15, 1.25, 0.90, 0.72, 0.66, 0.63};
	static const double steep[FOURIER_TERMS] = {1.0, 0.48, 0.33, 0.20};
	static const double smooth[FOURIER_TERMS] = {1.0, 0.16, 0.06, 0.02};
	Pulsation		   *pulsation = &variable->u.pulsation;
	bool				overtone = random_uniform(random) < 0.25;
	double				amplitude;

	draw_star(variable, random, setting, 18.3, 1.2, uniform_between(random, 6100, 7400));
	variable->period = overtone ? 0.32 * exp(0.12 * random_normal(random))
								: 0.57 * exp(0.13 * random_normal(random));
	variable->period = fmax(0.2, fmin(1.0, variable->period));
	amplitude = overtone ? uniform_between(random, 0.25, 0.55) : uniform_between(random, 0.45, 1.2);
	for (int k = 0; k < FOURIER_TERMS; k++)
	{
		pulsation->cosine[k] = 0.05 * random_normal(random) / (k + 1);
		pulsation->sine[k] =
			-(overtone ? smooth[k] : steep[k]) * (1.0 + 0.1 * random_normal(random));
	}
	normalise_series(pulsation);
	for (int band = 0; band < N_PASSBANDS; band++)
		pulsation->amplitude[band] = amplitude * band_factor[band];
}

static void
draw_mira(Variable *variable, Random *random, const VariableSetting *setting)
{
	static const double band_factor[N_PASSBANDS] = {1.3, 1.25, 1.0, 0.68, 0.50, 0.44};
	Pulsation		   *pulsation = &variable->u.pulsation;
	double				amplitude = uniform_between(random, 2.5, 5.5);

	draw_star(variable, random, setting, 18.0, 1.2, uniform_between(random, 2400, 3000));
	variable->period = fmax(100.0, fmin(500.0, 270.0 + 95.0 * random_normal(random)));
	for (int k = 0; k < FOURIER_TERMS; k++)
	{
		pulsation->cosine[k] = k == 0 ? 1.0 : (k == 1 ? 0.15 * random_normal(random) : 0.0);
		pulsation->sine[k] = k == 1 ? 0.20 * random_normal(random) : 0.0;
	}
	normalise_series(pulsation);
	for (int band = 0; band < N_PASSBANDS; band++)
		pulsation->amplitude[band] = amplitude * band_factor[band];
}

/*
 * Two black bodies hide the same area of each other twice a period; those in
 * contact are also deformed by tides.
 */
static void
draw_eclipsing_binary(Variable *variable, Random *random, const VariableSetting *setting)
{
	Eclipses *eclipses = &variable->u.eclipses;
	bool	  contact = random_uniform(random) < 0.4;
	double	  primary = uniform_between(random, 4300, 9000);
	double	  secondary = primary * (contact ? uniform_between(random, 0.9, 1.0)
											 : uniform_between(random, 0.55, 1.0));
	double	  radius_ratio =
		   contact ? uniform_between(random, 0.6, 1.0) : uniform_between(random, 0.4, 1.0);
	double hidden = radius_ratio * radius_ratio * uniform_between(random, 0.3, 0.98);

	draw_star(variable, random, setting, 19.9, 1.3, primary);
	variable->period =
		contact ? log_uniform_between(random, 0.24, 0.8) : log_uniform_between(random, 0.5, 10.0);
	eclipses->ellipsoidal = contact ? uniform_between(random, 0.06, 0.2) : 0.0;
	eclipses->half_width = contact
							   ? uniform_between(random, 0.09, 0.12)
							   : uniform_between(random, 0.04, 0.09) * pow(variable->period, -0.3);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double ratio = surface_brightness_ratio(band, secondary, primary);
		double total = 1.0 + radius_ratio * radius_ratio * ratio;

		eclipses->depth[0][band] = hidden / total;
		eclipses->depth[1][band] = hidden * ratio / total;
	}
}

static void
draw_m_dwarf(Variable *variable, Random *random, const VariableSetting *setting)
{
	Flares *flares = &variable->u.flares;

	draw_star(variable, random, setting, 19.5, 1.2, uniform_between(random, 2700, 3500));
	flares->chance = 0.05 * exp(0.6 * random_normal(random));
	flares->forced_mjd = setting->force_event ? setting->event_mjd - 0.01 : INFINITY;
	flares->last_mjd = -INFINITY;
	flares->height = 0.0;
	flares->peak_mjd = 0.0;
	flares->decay = 1.0;
	for (int band = 0; band < N_PASSBANDS; band++)
		flares->colour[band] = star_colour(band, FLARE_TEMPERATURE);
}

static void
draw_lens(Variable *variable, Random *random, const VariableSetting *setting)
{
	Lens *lens = &variable->u.lens;

	draw_star(variable, random, setting, 19.8, 1.2, uniform_between(random, 3500, 7500));
	lens->peak_mjd = setting->event_mjd;
	lens->impact = uniform_between(random, 0.01, 0.9);
	lens->einstein_time = fmin(300.0, 30.0 * exp(0.7 * random_normal(random)));
	lens->caustic[0] = lens->caustic[1] = lens->peak_mjd;
	if (variable->kind == VARIABLE_BINARY_MICROLENSING)
	{
		lens->caustic[0] -= lens->einstein_time * uniform_between(random, 0.05, 0.5);
		lens->caustic[1] += lens->einstein_time * uniform_between(random, 0.05, 0.5);
	}
}

/*
 * A damped random walk (Kelly et al. 2009, ApJ 698, 895) of the magnitude,
 * stronger in the blue (MacLeod et al. 2010, ApJ 721, 1014).
 */
static void
draw_agn(Variable *variable, Random *random, const VariableSetting *setting)
{
	RandomWalk *walk = &variable->u.walk;
	double		magnitude = -22.0 + 0.9 * random_normal(random);
	double		deviation = 0.15 * exp(0.35 * random_normal(random));
	double		template_level = 0.6 * random_normal(random);
	double		stretch = 1.0 + setting->redshift;

	magnitude += distance_modulus(setting->redshift) - 2.5 * log10(stretch);
	walk->time_scale = 200.0 * exp(0.6 * random_normal(random)) * stretch;
	walk->level = random_normal(random);
	walk->last_mjd = SURVEY_START;
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double wavelength = passbands[band].wavelength / stretch / AGN_WAVELENGTH;

		walk->amplitude[band] = deviation / sqrt(wavelength);
		variable->mean_flux[band] =
			sqrt(wavelength) *
			flux_of_magnitude(magnitude + passbands[band].extinction * setting->mwebv);
		variable->template_flux[band] =
			variable->mean_flux[band] * exp(-0.4 * M_LN10 * walk->amplitude[band] * template_level);
	}
}

static double
phase_at(const Variable *variable, double mjd)
{
	double cycles = (mjd - variable->epoch) / variable->period;

	return cycles - floor(cycles);
}

static double
pulsating_flux(const Variable *variable, double mjd, int band)
{
	const Pulsation *pulsation = &variable->u.pulsation;
	double			 magnitude =
		pulsation->amplitude[band] * pulsation_series(pulsation, phase_at(variable, mjd));

	return variable->mean_flux[band] * exp(-0.4 * M_LN10 * magnitude);
}

/* The eclipse's profile: flat near its middle, steep at its edges. */
static double
eclipse_profile(double phase, double half_width)
{
	double x = phase / half_width;
	double square = x * x;

	return square > 5.0 ? 0.0 : exp(-square * square);
}

static double
eclipsing_flux(const Variable *variable, double mjd, int band)
{
	const Eclipses *eclipses = &variable->u.eclipses;
	double			phase = phase_at(variable, mjd);
	double			from_primary = phase > 0.5 ? phase - 1.0 : phase;
	double			light = 1.0 -
				   eclipses->depth[0][band] * eclipse_profile(from_primary, eclipses->half_width) -
				   eclipses->depth[1][band] * eclipse_profile(phase - 0.5, eclipses->half_width);

	if (eclipses->ellipsoidal > 0.0)
		light *= 1.0 - eclipses->ellipsoidal * (1.0 + cos(4.0 * M_PI * phase));
	return variable->mean_flux[band] * light;
}

/* Unobserved flares have no effect: only those near a night's first visit are drawn. */
static void
start_flare(Flares *flares, Random *random, double mjd)
{
	bool forced = mjd >= flares->forced_mjd;

	flares->height = 0.0;
	if (forced)
		flares->forced_mjd = INFINITY;
	else if (random_uniform(random) >= flares->chance)
		return;
	flares->decay = log_uniform_between(random, 0.01, 0.08);
	flares->peak_mjd =
		mjd + (forced ? -0.2 * flares->decay : uniform_between(random, -3.0 * flares->decay, 0.03));
	/* energies follow a power law (Hilton et al. 2010, AJ 140, 1402) */
	flares->height = fmin(60.0, 0.03 * pow(1.0 - random_uniform(random), -1.1));
}

/* A fast rise, then two exponentials (after Davenport et al. 2014, ApJ 797, 122). */
static double
flare_profile(double decays)
{
	if (decays < 0.0)
		return fmax(0.0, 1.0 + decays / 0.2);
	return 0.7 * exp(-1.6 * decays) + 0.3 * exp(-0.3 * decays);
}

static double
flaring_flux(Variable *variable, Random *random, double mjd, int band)
{
	Flares *flares = &variable->u.flares;
	double	light = 0.0;

	if (mjd - flares->last_mjd > 0.5)
		start_flare(flares, random, mjd);
	flares->last_mjd = mjd;
	if (flares->height > 0.0)
		light = flares->height * variable->mean_flux[RED_BAND] * flares->colour[band] *
				flare_profile((mjd - flares->peak_mjd) / flares->decay);
	return variable->mean_flux[band] + light;
}

/* Just inside a caustic the magnification falls as the inverse root of the time from it. */
static double
caustic_magnification(const Lens *lens, double mjd)
{
	double width = lens->caustic[1] - lens->caustic[0];
	double entered = (mjd - lens->caustic[0]) / width;

	if (entered < 0.0 || entered > 1.0)
		return 0.0;
	return 0.8 / sqrt(entered + 0.01) + 0.8 / sqrt(1.01 - entered);
}

/* A point lens magnifies by (u^2 + 2) / (u sqrt(u^2 + 4)) (Paczynski 1986, ApJ 304, 1). */
static double
lensed_flux(const Variable *variable, double mjd, int band)
{
	const Lens *lens = &variable->u.lens;
	double		x = (mjd - lens->peak_mjd) / lens->einstein_time;
	double		square = lens->impact * lens->impact + x * x;
	double		magnification = (square + 2.0) / sqrt(square * (square + 4.0));

	if (lens->caustic[1] > lens->caustic[0])
		magnification += caustic_magnification(lens, mjd);
	return variable->mean_flux[band] * magnification;
}

/* The exact step of an Ornstein-Uhlenbeck process. */
static double
walking_flux(Variable *variable, Random *random, double mjd, int band)
{
	RandomWalk *walk = &variable->u.walk;

	if (mjd > walk->last_mjd)
	{
		double memory = exp(-(mjd - walk->last_mjd) / walk->time_scale);

		walk->level = walk->level * memory + sqrt(1.0 - memory * memory) * random_normal(random);
		walk->last_mjd = mjd;
	}
	return variable->mean_flux[band] * exp(-0.4 * M_LN10 * walk->amplitude[band] * walk->level);
}

static double
total_flux(Variable *variable, Random *random, double mjd, int band)
{
	switch (variable->kind)
	{
		case VARIABLE_RR_LYRAE:
		case VARIABLE_MIRA:
			return pulsating_flux(variable, mjd, band);
		case VARIABLE_ECLIPSING_BINARY:
			return eclipsing_flux(variable, mjd, band);
		case VARIABLE_M_DWARF:
			return flaring_flux(variable, random, mjd, band);
		case VARIABLE_MICROLENSING:
		case VARIABLE_BINARY_MICROLENSING:
			return lensed_flux(variable, mjd, band);
		case VARIABLE_AGN:
			return walking_flux(variable, random, mjd, band);
	}
	return 0.0;
}

/* A template image of a periodic star is the mean of a few exposures at random phases. */
static void
draw_template(Variable *variable, Random *random)
{
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double sum = 0.0;

		for (int i = 0; i < TEMPLATE_EPOCHS; i++)
		{
			double mjd = variable->epoch + variable->period * random_uniform(random);

			sum += total_flux(variable, random, mjd, band);
		}
		variable->template_flux[band] = sum / TEMPLATE_EPOCHS;
	}
}

void
variable_draw(Variable *variable, Random *random, VariableKind kind, const VariableSetting *setting)
{
	variable->kind = kind;
	variable->period = 0.0;
	variable->epoch = SURVEY_START;
	switch (kind)
	{
		case VARIABLE_RR_LYRAE:
			draw_rr_lyrae(variable, random, setting);
			break;
		case VARIABLE_ECLIPSING_BINARY:
			draw_eclipsing_binary(variable, random, setting);
			break;
		case VARIABLE_MIRA:
			draw_mira(variable, random, setting);
			break;
		case VARIABLE_M_DWARF:
			draw_m_dwarf(variable, random, setting);
			break;
		case VARIABLE_MICROLENSING:
		case VARIABLE_BINARY_MICROLENSING:
			draw_lens(variable, random, setting);
			break;
		case VARIABLE_AGN:
			draw_agn(variable, random, setting);
			break;
	}
	if (variable->period > 0.0)
	{
		variable->epoch -= variable->period * random_uniform(random);
		draw_template(variable, random);
	}
}

double
variable_flux(Variable *variable, Random *random, double mjd, int passband)
{
	return total_flux(variable, random, mjd, passband) - variable->template_flux[passband];
}
