/*
 * test_simulated_sources.c
 *		The physics of the synthetic survey's sources, without noise.
 */
#include "unit.h"

#include "core/curve/cosmology.h"
#include "core/curve/units.h"
#include "core/simulate/cadence.h"
#include "core/simulate/explosions.h"
#include "core/simulate/variables.h"

#define SEED 314159

static Explosion
explosion(int stream, ExplosionKind kind, double redshift)
{
	Random	  random;
	Explosion result;

	random_seed(&random, SEED, stream);
	explosion_draw(&result, &random, kind, redshift, 0.0, 60000.0);
	return result;
}

/* Type Ia have the known brightness, and no kind is brighter at peak than its magnitude. */
static void
test_peak_magnitudes(void)
{
	double redshift = 4827.0 / 4800.0 - 1.0; /* g is the reference wavelength */
	double sum = 0.0;
	double square = 0.0;
	int	   n = 2000;

	for (int i = 0; i < n; i++)
	{
		Explosion supernova = explosion(i, EXPLOSION_IA, redshift);

		sum += supernova.magnitude;
		square += supernova.magnitude * supernova.magnitude;
	}
	CHECK_CLOSE(sum / n, -19.25, 0.001, "mean peak of type Ia");
	CHECK_CLOSE(sqrt(square / n - sum * sum / n / n), 0.2, 0.02, "its scatter");

	for (int kind = 0; kind < EXPLOSION_KINDS; kind++)
	{
		double brightest = 0.0;

		for (int i = 0; i < 200; i++)
		{
			Explosion source = explosion(i, kind, redshift);
			double	  unextinguished =
				(1.0 + redshift) * flux_of_magnitude(source.magnitude + distance_modulus(redshift));

			brightest = fmax(brightest, explosion_flux(&source, 60000.0, 1) / unextinguished);
		}
		CHECK(brightest > 0.9 && brightest <= 1.0 + 1e-9, "kind %d reaches %g of its peak", kind,
			  brightest);
	}
}

/*
 * u at redshift z1 and r at z2 see the same light if (1 + z2) / (1 + z1) is
 * the ratio of their wavelengths: the light curves differ by time dilation and
 * distance alone.
 */
static void
test_redshift(void)
{
	double ratio = passbands[2].wavelength / passbands[0].wavelength;
	double near = 0.1;
	double far = (1.0 + near) * ratio - 1.0;
	double dimming = ratio * exp(-0.4 * M_LN10 * (distance_modulus(far) - distance_modulus(near)));

	for (int kind = 0; kind < EXPLOSION_KINDS; kind++)
	{
		Explosion near_source = explosion(kind, kind, near);
		Explosion far_source = explosion(kind, kind, far);

		for (double day = -30.0; day < 150.0; day += 7.0)
		{
			double expected = dimming * explosion_flux(&near_source, 60000.0 + day, 0);

			CHECK(fabs(explosion_flux(&far_source, 60000.0 + day * ratio, 2) - expected) <=
					  1e-9 * fabs(expected),
				  "kind %d, day %g", kind, day);
		}
		CHECK(explosion_flux(&far_source, 60000.0, 2) < explosion_flux(&near_source, 60000.0, 2),
			  "kind %d: dimmer when farther", kind);
	}
}

/* All fade; all except tidal disruption events redden; type Ia rise again in the infrared. */
static void
test_light_curves(void)
{
	for (int kind = 0; kind < EXPLOSION_KINDS; kind++)
	{
		Explosion source = explosion(kind, kind, 0.05);
		double	  peak = 0.0;
		double	  colour_at_peak =
			explosion_flux(&source, 60000.0, 1) / explosion_flux(&source, 60000.0, 3);
		double day = source.fall * 0.5 * source.stretch;
		double colour_later =
			explosion_flux(&source, 60000.0 + day, 1) / explosion_flux(&source, 60000.0 + day, 3);

		for (double mjd = 59000.0; mjd < 63000.0; mjd += 0.5)
		{
			double flux = explosion_flux(&source, mjd, 2);

			if (!(flux >= 0.0 && isfinite(flux)))
				CHECK(false, "kind %d: flux %g", kind, flux);
			peak = fmax(peak, flux);
		}
		CHECK(explosion_flux(&source, 59000.0, 2) == 0.0, "kind %d: nothing before", kind);
		CHECK(explosion_flux(&source, 63000.0, 2) < 0.02 * peak, "kind %d: fades", kind);
		if (kind == EXPLOSION_TDE)
			CHECK(fabs(colour_later / colour_at_peak - 1.0) < 0.1, "a disruption stays blue");
		else
			CHECK(colour_later < 0.95 * colour_at_peak, "kind %d reddens: %g to %g", kind,
				  colour_at_peak, colour_later);
	}
	for (int i = 0; i < 20; i++)
	{
		Explosion source = explosion(i, EXPLOSION_IA, 0.05);
		double	  dip = explosion_flux(&source, 60000.0 + 15.0 * source.stretch, 5);
		double	  second = explosion_flux(&source, 60000.0 + 25.0 * source.stretch, 5);

		CHECK(second > dip, "second maximum of type Ia in y: %g after %g", second, dip);
		CHECK(explosion_flux(&source, 60000.0 + 25.0 * source.stretch, 1) <
				  explosion_flux(&source, 60000.0 + 15.0 * source.stretch, 1),
			  "none in g");
	}
}

static Variable
variable(Random *random, int stream, VariableKind kind, double redshift)
{
	VariableSetting setting = {.redshift = redshift, .mwebv = 0.05, .event_mjd = 60100.0};
	Variable		result;

	random_seed(random, SEED, stream);
	variable_draw(&result, random, kind, &setting);
	return result;
}

/* Variance within phase bins as a fraction of the total variance; noise-free r band. */
static double
folded_variance(Variable *star, Random *random, double period)
{
	enum
	{
		N_BINS = 40
	};
	double count[N_BINS] = {0.0};
	double sum[N_BINS] = {0.0};
	double total = 0.0;
	double square = 0.0;
	double between = 0.0;
	int	   n = 4000;

	for (int i = 0; i < n; i++)
	{
		double mjd = SURVEY_START + SURVEY_NIGHTS * random_uniform(random);
		double flux = variable_flux(star, random, mjd, 2);
		int	   bin = (int) (N_BINS * (mjd / period - floor(mjd / period)));

		count[bin]++;
		sum[bin] += flux;
		total += flux;
		square += flux * flux;
	}
	for (int bin = 0; bin < N_BINS; bin++)
		between += count[bin] > 0.0 ? sum[bin] * sum[bin] / count[bin] : 0.0;
	return (square - between) / (square - total * total / n);
}

static void
test_periodic(void)
{
	static const struct
	{
		VariableKind kind;
		double		 shortest;
		double		 longest;
	} stars[] = {
		{VARIABLE_RR_LYRAE, 0.2, 1.0},
		{VARIABLE_ECLIPSING_BINARY, 0.24, 10.0},
		{VARIABLE_MIRA, 100.0, 500.0},
	};

	for (int s = 0; s < 3; s++)
		for (int i = 0; i < 40; i++)
		{
			Random	 random;
			Variable star = variable(&random, i, stars[s].kind, 0.0);
			double	 share = folded_variance(&star, &random, star.period);

			CHECK(star.period >= stars[s].shortest && star.period <= stars[s].longest,
				  "kind %d: period %g", stars[s].kind, star.period);
			CHECK(share < 0.25, "kind %d: %g of the variance stays after folding", stars[s].kind,
				  share);
			if (stars[s].kind != VARIABLE_MIRA)
				CHECK(folded_variance(&star, &random, star.period * 0.8137) > 0.8,
					  "kind %d: another period folds as well", stars[s].kind);
		}
}

/* A periodic star varies above and below its template, and each star has its own phase. */
static void
test_templates(void)
{
	static const VariableKind kinds[] = {
		VARIABLE_RR_LYRAE,
		VARIABLE_ECLIPSING_BINARY,
		VARIABLE_MIRA,
	};

	for (int k = 0; k < 3; k++)
	{
		double cosine = 0.0;
		double sine = 0.0;
		int	   n = 300;

		for (int i = 0; i < n; i++)
		{
			Random	 random;
			Variable star = variable(&random, i, kinds[k], 0.0);
			double	 phase = 2.0 * M_PI * (SURVEY_START - star.epoch) / star.period;
			double	 low = INFINITY;
			double	 high = -INFINITY;

			for (int step = 0; step < 500; step++)
			{
				double mjd = 60000.0 + star.period * step / 500.0;
				double flux = variable_flux(&star, &random, mjd, 2);

				low = fmin(low, flux);
				high = fmax(high, flux);
			}
			/* a template may be without an eclipse: then nothing is brighter */
			CHECK(low < 0.0 && (high > 0.0 || kinds[k] == VARIABLE_ECLIPSING_BINARY),
				  "kind %d: flux from %g to %g", kinds[k], low, high);
			cosine += cos(phase) / n;
			sine += sin(phase) / n;
		}
		/* Rayleigh's test: the mean vector of random phases is shorter than sqrt(10 / n) */
		CHECK(cosine * cosine + sine * sine < 10.0 / n, "kind %d: phases agree", kinds[k]);
	}
}

/* RR Lyrae stars vary more in g than in z, and rise faster than they decline. */
static void
test_rr_lyrae(void)
{
	int n_steep = 0;
	int n = 200;

	for (int i = 0; i < n; i++)
	{
		Random	 random;
		Variable star = variable(&random, i, VARIABLE_RR_LYRAE, 0.0);
		int		 n_rising = 0;

		CHECK(star.u.pulsation.amplitude[1] > star.u.pulsation.amplitude[4], "g over z");
		for (int step = 0; step < 200; step++)
		{
			double mjd = 60000.0 + star.period * step / 200.0;

			n_rising += variable_flux(&star, &random, mjd + star.period / 200.0, 2) >
						variable_flux(&star, &random, mjd, 2);
		}
		CHECK(n_rising < 100, "%d of 200 steps rise", n_rising);
		n_steep += n_rising < 70;
	}
	CHECK(n_steep > 0.6 * n && n_steep < 0.9 * n, "%d of %d rise steeply", n_steep, n);
}

static void
test_eclipses(void)
{
	for (int i = 0; i < 100; i++)
	{
		Random			random;
		Variable		star = variable(&random, i, VARIABLE_ECLIPSING_BINARY, 0.0);
		const Eclipses *eclipses = &star.u.eclipses;

		for (int band = 0; band < N_PASSBANDS; band++)
			CHECK(eclipses->depth[0][band] >= eclipses->depth[1][band] * (1.0 - 1e-12) &&
					  eclipses->depth[1][band] > 0.0 && eclipses->depth[0][band] < 1.0,
				  "the hotter star's eclipse is the deeper one");
		/* a cooler companion hides less in the red */
		CHECK(eclipses->depth[0][0] >= eclipses->depth[0][5] * (1.0 - 1e-12), "bluer is deeper");
	}
}

/* The magnification is Paczynski's and the same in all bands. */
static void
test_microlensing(void)
{
	for (int i = 0; i < 20; i++)
	{
		Random	 random;
		Variable star = variable(&random, i, VARIABLE_MICROLENSING, 0.0);
		double	 u = star.u.lens.impact;

		for (double day = -100.0; day <= 100.0; day += 10.0)
		{
			double x = day / star.u.lens.einstein_time;
			double square = u * u + x * x;
			double excess = (square + 2.0) / sqrt(square * square + 4.0 * square) - 1.0;

			for (int band = 0; band < N_PASSBANDS; band++)
				CHECK_CLOSE(variable_flux(&star, &random, 60100.0 + day, band) /
								star.template_flux[band],
							excess, 1e-9, "magnification");
		}
	}
}

static void
test_flares(void)
{
	double sum[N_PASSBANDS] = {0.0};
	int	   n_flaring = 0;

	for (int i = 0; i < 100; i++)
	{
		Random	 random;
		Variable star = variable(&random, i, VARIABLE_M_DWARF, 0.0);

		for (int night = 0; night < 500; night++)
			for (int band = 0; band < N_PASSBANDS; band++)
			{
				double flux = variable_flux(&star, &random, 59580.2 + night, band);

				CHECK(flux >= 0.0, "a flare only adds light: %g", flux);
				sum[band] += flux / star.mean_flux[band];
				n_flaring += flux > 0.0;
			}
	}
	CHECK(n_flaring > 0.01 * 300000 && n_flaring < 0.15 * 300000, "%d of 300000", n_flaring);
	for (int band = 1; band < N_PASSBANDS; band++)
		CHECK(sum[band] < sum[band - 1], "flares are blue: band %d", band);
}

/* E (x(t + dt) - x(t))^2 = 2 sigma^2 (1 - exp(-dt / tau)), x in magnitudes. */
static void
test_random_walk(void)
{
	static const double lags[] = {1.0, 10.0, 100.0, 1000.0};
	double				ratio[4] = {0.0};
	int					n = 3000;

	for (int i = 0; i < n; i++)
	{
		Random	 random;
		Variable nucleus = variable(&random, i, VARIABLE_AGN, 0.5);
		double	 mjd = SURVEY_START;
		double	 before = 0.0;

		CHECK(nucleus.u.walk.amplitude[0] > nucleus.u.walk.amplitude[5], "stronger in the blue");
		for (int step = 0; step <= 4; step++)
		{
			double lag = step == 0 ? 0.0 : lags[step - 1];
			double flux, magnitude;

			mjd += lag;
			flux = variable_flux(&nucleus, &random, mjd, 2) + nucleus.template_flux[2];
			magnitude = -2.5 * log10(flux / nucleus.mean_flux[2]);
			if (step > 0)
			{
				double sigma = nucleus.u.walk.amplitude[2];
				double expected =
					2.0 * sigma * sigma * (1.0 - exp(-lag / nucleus.u.walk.time_scale));

				ratio[step - 1] += (magnitude - before) * (magnitude - before) / expected / n;
			}
			before = magnitude;
		}
	}
	for (int step = 0; step < 4; step++)
		CHECK(fabs(ratio[step] - 1.0) < 5.0 * sqrt(2.0 / n), "lag %g: %g of the structure function",
			  lags[step], ratio[step]);
}

int
main(void)
{
	test_peak_magnitudes();
	test_redshift();
	test_light_curves();
	test_periodic();
	test_templates();
	test_rr_lyrae();
	test_eclipses();
	test_microlensing();
	test_flares();
	test_random_walk();
	return unit_report();
}
