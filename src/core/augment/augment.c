/*
 * augment.c
 *		Copies of a light curve as it might have been observed otherwise.
 */
#include "core/augment/augment.h"

#include <math.h>
#include <string.h>

#include "core/curve/cosmology.h"
#include "core/base/random.h"
#include "core/curve/passbands.h"

/* A stream of random numbers for each kind of change, so that none disturbs the others. */
enum Stream
{
	STREAM_DROP,
	STREAM_BLOCK,
	STREAM_SHIFT,
	STREAM_DIM,
	STREAM_SKY,
	STREAM_NOISE,
	STREAM_DETECT,
	STREAM_HOST,
	STREAM_TRUNCATE
};

/* A copy in the making. */
typedef struct Copy
{
	const Observations	 *from;
	const AugmentOptions *options;
	uint64_t			  seed;	  /* of the copy and the curve */
	uint32_t			  n;	  /* observations that are left, */
	uint32_t			 *source; /* index of each in `from`, */
	double				 *mjd;	  /* its new time */
	double				 *flux;	  /* and its measurement */
	double				 *flux_err;
	bool				 *detected;
	bool				  changed; /* whether the fluxes are others than those of `from` */
	Workspace			 *workspace;
} Copy;

/* ----------------------------------------------------------------
 * Random numbers
 * ----------------------------------------------------------------
 */

static uint64_t
mix(uint64_t seed, uint64_t word)
{
	uint64_t state = seed ^ word;

	return splitmix64(&state);
}

static uint64_t
mix_double(uint64_t seed, double value)
{
	uint64_t word;

	memcpy(&word, &value, sizeof(word));
	return mix(seed, word);
}

/* The seed of a curve's copy. */
static uint64_t
curve_seed(const Observations *o, uint64_t seed)
{
	seed = mix(seed, o->count);
	for (uint32_t i = 0; i < o->count; i++)
	{
		uint32_t flux, flux_err;

		memcpy(&flux, &o->flux[i], sizeof(flux));
		memcpy(&flux_err, &o->flux_err[i], sizeof(flux_err));
		seed = mix_double(seed, o->mjd[i]);
		seed = mix(seed, (uint64_t) flux << 32 | flux_err);
		seed = mix(seed, o->kind[i]);
	}
	return seed;
}

static Random
stream_of(const Copy *copy, enum Stream stream)
{
	Random random;

	random_seed(&random, copy->seed, stream);
	return random;
}

/* Log-uniform from minimum to maximum. */
static double
draw_log_uniform(Random *random, double minimum, double maximum)
{
	return minimum * exp(log(maximum / minimum) * random_uniform(random));
}

/* ----------------------------------------------------------------
 * Which observations, and when
 * ----------------------------------------------------------------
 */

bool
augment_moves(const AugmentOptions *options)
{
	return options->redshift > 0.0 && !isnan(options->new_redshift) &&
		   options->new_redshift != options->redshift;
}

static double
peak_mjd(const Observations *o)
{
	double greatest = -INFINITY;
	double mjd = NAN;

	for (uint32_t i = 0; i < o->count; i++)
	{
		double ratio = (double) o->flux[i] / (double) o->flux_err[i];

		if (ratio > greatest)
		{
			greatest = ratio;
			mjd = o->mjd[i];
		}
	}
	return mjd;
}

/* Keeps observation i as the next at a new time. */
static void
keep(Copy *copy, uint32_t *n, uint32_t i, double mjd)
{
	copy->source[*n] = copy->source[i];
	copy->mjd[(*n)++] = mjd;
}

/* Dilates the times about the peak and leaves out what the survey would not have lasted for. */
static void
dilate(Copy *copy)
{
	const Observations *o = copy->from;
	double	 factor = (1.0 + copy->options->new_redshift) / (1.0 + copy->options->redshift);
	double	 peak = peak_mjd(o);
	uint32_t n = 0;

	for (uint32_t i = 0; i < copy->n; i++)
	{
		double mjd = peak + (copy->mjd[i] - peak) * factor;

		if (mjd >= o->mjd[0] && mjd <= o->mjd[o->count - 1])
			keep(copy, &n, i, mjd);
	}
	copy->n = n;
}

/* Drops each observation with the same probability. */
static void
drop_points(Copy *copy)
{
	Random	 random = stream_of(copy, STREAM_DROP);
	uint32_t n = 0;

	for (uint32_t i = 0; i < copy->n; i++)
	{
		if (random_uniform(&random) >= copy->options->drop_fraction)
			keep(copy, &n, i, copy->mjd[i]);
	}
	copy->n = n;
}

/* Drops a block of days that overlaps the time range of the curve. */
static void
drop_block(Copy *copy)
{
	Random				random = stream_of(copy, STREAM_BLOCK);
	const Observations *o = copy->from;
	double				length = copy->options->drop_block;
	double				range = o->mjd[o->count - 1] - o->mjd[0] + length;
	double				start = o->mjd[0] - length + range * random_uniform(&random);
	uint32_t			n = 0;

	for (uint32_t i = 0; i < copy->n; i++)
	{
		if (copy->mjd[i] < start || copy->mjd[i] >= start + length)
			keep(copy, &n, i, copy->mjd[i]);
	}
	copy->n = n;
}

static void
shift_times(Copy *copy)
{
	Random random = stream_of(copy, STREAM_SHIFT);
	double shift = copy->options->time_shift * (2.0 * random_uniform(&random) - 1.0);

	for (uint32_t i = 0; i < copy->n; i++)
		copy->mjd[i] += shift;
}

/* ----------------------------------------------------------------
 * Fluxes
 * ----------------------------------------------------------------
 */

/* Of each observation its own wavelength and the one that it is moved to. */
enum Wavelength
{
	OBSERVED,
	MOVED,
	WAVELENGTHS
};

/*
 * The fluxes as seen from the new redshift, but not dimmed yet, with their errors:
 * f + m(t, w) - m(t, w_b), and the root of flux_err^2 - v(t, w_b) + v(t, w).
 */
static void
shift_wavelengths(Copy *copy, const GaussianProcess *process)
{
	double	factor = (1.0 + copy->options->redshift) / (1.0 + copy->options->new_redshift);
	double *mjd = workspace_array(copy->workspace, double, copy->n);
	double *wavelength =
		workspace_array(copy->workspace, double, 3 * WAVELENGTHS * (size_t) copy->n);
	double *mean = wavelength + WAVELENGTHS * (size_t) copy->n;
	double *sd = mean + WAVELENGTHS * (size_t) copy->n;

	for (uint32_t i = 0; i < copy->n; i++)
	{
		int		passband = copy->from->kind[copy->source[i]] & KIND_PASSBAND;
		double *pair = wavelength + WAVELENGTHS * (size_t) i;

		mjd[i] = copy->from->mjd[copy->source[i]];
		pair[OBSERVED] = passbands[passband].wavelength;
		pair[MOVED] = pair[OBSERVED] * factor;
	}
	gp_predict_wavelengths(copy->from, process, mjd, copy->n, wavelength, WAVELENGTHS, mean, sd,
						   copy->workspace);
	for (uint32_t i = 0; i < copy->n; i++)
	{
		const double *m = mean + WAVELENGTHS * (size_t) i;
		const double *s = sd + WAVELENGTHS * (size_t) i;
		double		  variance = copy->flux_err[i] * copy->flux_err[i] - s[OBSERVED] * s[OBSERVED];

		copy->flux[i] += m[MOVED] - m[OBSERVED];
		copy->flux_err[i] = sqrt(fmax(variance, 0.0) + s[MOVED] * s[MOVED]);
	}
}

/* The square of the smallest error in each passband of the curve. */
static void
darkest_sky(const Observations *o, double variance[N_PASSBANDS])
{
	for (int passband = 0; passband < N_PASSBANDS; passband++)
		variance[passband] = INFINITY;
	for (uint32_t i = 0; i < o->count; i++)
	{
		double flux_err = (double) o->flux_err[i];
		int	   passband = o->kind[i] & KIND_PASSBAND;

		variance[passband] = fmin(variance[passband], flux_err * flux_err);
	}
}

/* The variance that the survey would have had of a new flux in place of an observation. */
static double
survey_variance(const Observations *o, uint32_t i, double new_flux, const double sky[N_PASSBANDS])
{
	int	   passband = o->kind[i] & KIND_PASSBAND;
	double flux = (double) o->flux[i];
	double variance = (double) o->flux_err[i] * (double) o->flux_err[i];
	double photons;

	if (flux <= 0.0 || new_flux >= flux)
		return variance;
	photons = fmin(flux / passbands[passband].electrons, variance - sky[passband]);
	return variance - photons * (1.0 - fmax(new_flux, 0.0) / flux);
}

/* Makes the fluxes those of an object so many magnitudes fainter, with the survey's errors. */
static void
dim(Copy *copy, double magnitudes)
{
	Random random = stream_of(copy, STREAM_SKY);
	double scale = pow(10.0, -0.4 * magnitudes);
	double sky[N_PASSBANDS];

	darkest_sky(copy->from, sky);
	for (uint32_t i = 0; i < copy->n; i++)
	{
		double flux = scale * copy->flux[i];
		double carried = scale * copy->flux_err[i];
		double variance = survey_variance(copy->from, copy->source[i], flux, sky);
		double lacking = variance - carried * carried;
		double normal = random_normal(&random);

		copy->flux[i] = flux + (lacking > 0.0 ? sqrt(lacking) * normal : 0.0);
		copy->flux_err[i] = lacking > 0.0 ? sqrt(variance) : carried;
	}
	copy->changed = true;
}

/* Dims an object of the Galaxy. */
static void
dim_galactic(Copy *copy)
{
	Random random = stream_of(copy, STREAM_DIM);
	double normal = random_normal(&random);

	dim(copy, copy->options->dimming + copy->options->dimming_sd * normal);
}

static void
add_noise(Copy *copy)
{
	Random random = stream_of(copy, STREAM_NOISE);
	double noise = copy->options->noise;
	double growth = sqrt(1.0 + noise * noise);

	for (uint32_t i = 0; i < copy->n; i++)
	{
		copy->flux[i] += noise * copy->flux_err[i] * random_normal(&random);
		copy->flux_err[i] *= growth;
	}
	copy->changed = true;
}

/* Decides anew what is detected. */
static void
detect(Copy *copy)
{
	Random random = stream_of(copy, STREAM_DETECT);
	double width = copy->options->detection_width;

	for (uint32_t i = 0; i < copy->n; i++)
	{
		double excess =
			fabs(copy->flux[i]) / copy->flux_err[i] - copy->options->detection_threshold;
		double draw = random_uniform(&random);

		copy->detected[i] = width > 0.0 ? draw < 0.5 * (1.0 + erf(excess / width)) : excess >= 0.0;
	}
}

/* Leaves out what came later than so many days after the first detection, or all without one. */
static void
truncate_copy(Copy *copy)
{
	Random	 random = stream_of(copy, STREAM_TRUNCATE);
	double	 days = draw_log_uniform(&random, copy->options->min_days, copy->options->max_days);
	uint32_t first = 0, n;

	while (first < copy->n && !copy->detected[first])
		first++;
	n = first;
	while (n < copy->n && copy->mjd[n] <= copy->mjd[first] + days)
		n++;
	copy->n = first < copy->n ? n : 0;
}

/* ----------------------------------------------------------------
 * The copy
 * ----------------------------------------------------------------
 */

static Copy
begin_copy(const Observations *o, uint64_t seed, const AugmentOptions *options,
		   Workspace *workspace)
{
	Copy copy = {
		.from = o,
		.options = options,
		.seed = curve_seed(o, seed),
		.n = o->count,
		.source = workspace_array(workspace, uint32_t, o->count),
		.mjd = workspace_array(workspace, double, o->count),
		.workspace = workspace,
	};

	for (uint32_t i = 0; i < o->count; i++)
	{
		copy.source[i] = i;
		copy.mjd[i] = o->mjd[i];
	}
	return copy;
}

/* Takes the measurements of what is left from the original. */
static void
take_measurements(Copy *copy)
{
	copy->flux = workspace_array(copy->workspace, double, copy->n);
	copy->flux_err = workspace_array(copy->workspace, double, copy->n);
	copy->detected = workspace_array(copy->workspace, bool, copy->n);
	for (uint32_t i = 0; i < copy->n; i++)
	{
		uint32_t source = copy->source[i];

		copy->flux[i] = (double) copy->from->flux[source];
		copy->flux_err[i] = (double) copy->from->flux_err[source];
		copy->detected[i] = (copy->from->kind[source] & KIND_DETECTED) != 0;
	}
}

/* The copy as observations; false if one cannot be stored. */
static bool
finish_copy(const Copy *copy, Observations *result)
{
	*result = allocate_observations(copy->n, copy->workspace);
	result->count = copy->n;
	result->n_rejected = copy->options->truncate ? 0 : copy->from->n_rejected;
	for (uint32_t i = 0; i < copy->n; i++)
	{
		Observation observation;
		int			passband = copy->from->kind[copy->source[i]] & KIND_PASSBAND;

		if (make_observation(copy->mjd[i], passband, copy->flux[i], copy->flux_err[i],
							 copy->detected[i] ? DETECTED_YES : DETECTED_NO,
							 &observation) != OBSERVATION_VALID)
			return false;
		put_observation(result, i, observation);
	}
	return true;
}

bool
augment_light_curve(const Observations *observations, uint64_t seed, const AugmentOptions *options,
					const GaussianProcess *process, Observations *result, Workspace *workspace)
{
	Copy copy = begin_copy(observations, seed, options, workspace);
	bool moves = augment_moves(options);

	if (observations->count > 0)
	{
		if (options->drop_fraction > 0.0)
			drop_points(&copy);
		if (moves)
			dilate(&copy);
		if (options->drop_block > 0.0)
			drop_block(&copy);
		if (options->time_shift > 0.0)
			shift_times(&copy);
	}
	take_measurements(&copy);
	if (moves && copy.n > 0)
		shift_wavelengths(&copy, process);
	if (moves)
		dim(&copy, distance_modulus(options->new_redshift) - distance_modulus(options->redshift));
	else if (options->redshift == 0.0 && (options->dimming != 0.0 || options->dimming_sd > 0.0))
		dim_galactic(&copy);
	if (options->noise > 0.0)
		add_noise(&copy);
	if (copy.changed)
		detect(&copy);
	if (options->truncate)
		truncate_copy(&copy);
	return finish_copy(&copy, result);
}

/* ----------------------------------------------------------------
 * The host
 * ----------------------------------------------------------------
 */

void
augment_redshift_bounds(double redshift, double *minimum, double *maximum)
{
	*minimum = 0.95 * redshift;
	*maximum = fmin(5.0 * redshift, 1.5 * (1.0 + redshift) - 1.0);
}

AugmentedHost
augment_host(uint64_t seed, const AugmentedHost *host, double minimum, double maximum, double noise)
{
	AugmentedHost copy = *host;
	Random		  random;
	double		  factor, normal;

	seed = mix_double(seed, host->redshift);
	seed = mix_double(seed, host->photoz);
	seed = mix_double(seed, host->photoz_err);
	random_seed(&random, seed, STREAM_HOST);
	copy.redshift = draw_log_uniform(&random, minimum, maximum);
	normal = random_normal(&random);
	if (!(host->photoz > 0.0))
		return copy;

	factor = (1.0 + copy.redshift) / (1.0 + host->redshift);
	copy.photoz = (1.0 + host->photoz) * factor - 1.0;
	copy.photoz_err = host->photoz_err * factor;
	if (noise > 0.0 && copy.photoz_err > 0.0)
	{
		copy.photoz += noise * copy.photoz_err * normal;
		copy.photoz_err *= sqrt(1.0 + noise * noise);
	}
	/* Not 0, which marks an object in the Galaxy. */
	copy.photoz = fmax(fabs(copy.photoz), AUGMENT_MINIMUM_REDSHIFT);
	return copy;
}
