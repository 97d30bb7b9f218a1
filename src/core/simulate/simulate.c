/*
 * simulate.c
 *		One object of the synthetic survey: its class and place, its source and
 *		host, and what the survey measures of it.
 */
#include "core/simulate/simulate.h"

#include <math.h>
#include <string.h>

#include "core/curve/cosmology.h"
#include "core/curve/passbands.h"
#include "core/curve/units.h"
#include "core/simulate/explosions.h"
#include "core/simulate/variables.h"

/*
 * An object that the survey does not detect twice is drawn again.  After some
 * attempts its event happens at a visit, and each further attempt brings it
 * nearer, so that the loop ends.
 */
#define MIN_DETECTIONS 2
#define FREE_ATTEMPTS 12
#define MAX_ATTEMPTS 400
#define APPROACH 0.9	 /* factor on the redshift, an attempt */
#define BRIGHTENING 0.15 /* magnitudes of a star, an attempt */

#define MIN_REDSHIFT 0.003
#define MAX_REDSHIFT 3.5
#define DEEP_STACK 12.0 /* exposures in one visit of a deep field */

typedef struct SurveyClass
{
	int	   target;
	bool   in_galaxy;
	double training_share; /* objects in the challenge's sets: only the ratios matter */
	double test_share;
	double training_redshift; /* median */
	double test_redshift;
	double redshift_scatter; /* standard deviation of ln(redshift) */
} SurveyClass;

static const SurveyClass classes[] = {
	{90, false, 2313, 1659831, 0.36, 0.48, 0.45},
	{42, false, 1193, 1000150, 0.19, 0.36, 0.60},
	{65, true, 981, 93494, 0, 0, 0},
	{16, true, 924, 96572, 0, 0, 0},
	{15, false, 495, 13555, 0.22, 0.40, 0.50},
	{62, false, 484, 175094, 0.20, 0.34, 0.50},
	{88, false, 370, 101424, 0.75, 1.00, 0.60},
	{92, true, 239, 197155, 0, 0, 0},
	{67, false, 208, 40193, 0.25, 0.36, 0.35},
	{52, false, 183, 63664, 0.26, 0.38, 0.45},
	{95, false, 175, 35782, 1.25, 1.40, 0.40},
	{6, true, 151, 1303, 0, 0, 0},
	{64, false, 102, 133, 0.07, 0.09, 0.45},
	{53, true, 30, 1453, 0, 0, 0},
	{99, false, 0, 13087, 0, 0, 0},
};

#define N_CLASSES ((int) (sizeof(classes) / sizeof(classes[0])))

/* What class 99 is made of. */
typedef struct OddKind
{
	double		  share;
	bool		  lensed; /* a binary lens in the Galaxy, else an explosion */
	ExplosionKind explosion;
	double		  training_redshift;
	double		  test_redshift;
} OddKind;

static const OddKind odd_kinds[] = {
	{0.15, true, EXPLOSION_KINDS, 0, 0},
	{0.15, false, EXPLOSION_ILOT, 0.02, 0.03},
	{0.55, false, EXPLOSION_CALCIUM_RICH, 0.09, 0.13},
	{0.15, false, EXPLOSION_PAIR_INSTABILITY, 0.60, 0.80},
};

#define N_ODD_KINDS ((int) (sizeof(odd_kinds) / sizeof(odd_kinds[0])))

/* What shines, once its kind is settled. */
typedef struct Source
{
	bool		  explodes;
	bool		  in_galaxy;
	ExplosionKind explosion_kind;
	VariableKind  variable_kind;
	double		  median_redshift;
	double		  redshift_scatter;
	Explosion	  explosion;
	Variable	  variable;
	double		  steady_flux[N_PASSBANDS]; /* under the difference: adds noise only */
} Source;

const char *const survey_mix_names[] = {
	[SURVEY_TRAINING] = "training",
	[SURVEY_TEST] = "test",
	[SURVEY_UNIFORM] = "uniform",
	NULL,
};

bool
survey_mix_by_name(const char *name, SurveyMix *mix)
{
	for (int i = 0; survey_mix_names[i] != NULL; i++)
		if (strcmp(survey_mix_names[i], name) == 0)
		{
			*mix = (SurveyMix) i;
			return true;
		}
	return false;
}

static double
class_share(const SurveyClass *class, SurveyMix mix)
{
	switch (mix)
	{
		case SURVEY_TRAINING:
			return class->training_share;
		case SURVEY_TEST:
			return class->test_share;
		case SURVEY_UNIFORM:
			return 1.0;
	}
	return 0.0;
}

/* The last class with a share takes what rounding leaves. */
static const SurveyClass *
draw_class(Random *random, SurveyMix mix)
{
	const SurveyClass *drawn = &classes[0];
	double			   total = 0.0;
	double			   rest;

	for (int i = 0; i < N_CLASSES; i++)
		total += class_share(&classes[i], mix);
	rest = total * random_uniform(random);
	for (int i = 0; i < N_CLASSES; i++)
	{
		double share = class_share(&classes[i], mix);

		if (share == 0.0)
			continue;
		drawn = &classes[i];
		rest -= share;
		if (rest < 0.0)
			break;
	}
	return drawn;
}

static void
set_explosion(Source *source, ExplosionKind kind)
{
	source->explodes = true;
	source->explosion_kind = kind;
}

static void
set_variable(Source *source, VariableKind kind)
{
	source->explodes = false;
	source->variable_kind = kind;
}

static void
draw_odd_kind(Source *source, Random *random, SurveyMix mix)
{
	double rest = random_uniform(random);
	int	   i = 0;

	for (; i < N_ODD_KINDS - 1; i++)
	{
		rest -= odd_kinds[i].share;
		if (rest < 0.0)
			break;
	}
	source->in_galaxy = odd_kinds[i].lensed;
	source->median_redshift =
		mix == SURVEY_TEST ? odd_kinds[i].test_redshift : odd_kinds[i].training_redshift;
	source->redshift_scatter = 0.4;
	if (odd_kinds[i].lensed)
		set_variable(source, VARIABLE_BINARY_MICROLENSING);
	else
		set_explosion(source, odd_kinds[i].explosion);
}

/* From the class to the kind of source. */
static void
draw_kind(Source *source, Random *random, const SurveyClass *class, SurveyMix mix)
{
	source->in_galaxy = class->in_galaxy;
	source->median_redshift = mix == SURVEY_TEST ? class->test_redshift : class->training_redshift;
	source->redshift_scatter = class->redshift_scatter;
	switch (class->target)
	{
		case 90:
			set_explosion(source, EXPLOSION_IA);
			break;
		case 42:
			set_explosion(source, random_uniform(random) < 0.12 ? EXPLOSION_IIN : EXPLOSION_II);
			break;
		case 62:
			set_explosion(source, EXPLOSION_IBC);
			break;
		case 67:
			set_explosion(source, EXPLOSION_IA_91BG);
			break;
		case 52:
			set_explosion(source, EXPLOSION_IAX);
			break;
		case 95:
			set_explosion(source, EXPLOSION_SLSN);
			break;
		case 15:
			set_explosion(source, EXPLOSION_TDE);
			break;
		case 64:
			set_explosion(source, EXPLOSION_KILONOVA);
			break;
		case 88:
			set_variable(source, VARIABLE_AGN);
			break;
		case 6:
			set_variable(source, VARIABLE_MICROLENSING);
			break;
		case 16:
			set_variable(source, VARIABLE_ECLIPSING_BINARY);
			break;
		case 53:
			set_variable(source, VARIABLE_MIRA);
			break;
		case 65:
			set_variable(source, VARIABLE_M_DWARF);
			break;
		case 92:
			set_variable(source, VARIABLE_RR_LYRAE);
			break;
		default:
			draw_odd_kind(source, random, mix);
			break;
	}
}

/* Log-normal, nearer with each attempt beyond the free ones. */
static double
draw_redshift(const Source *source, Random *random, int forced)
{
	double redshift;

	if (source->in_galaxy)
		return 0.0;
	redshift = source->median_redshift * exp(source->redshift_scatter * random_normal(random)) *
			   pow(APPROACH, forced);
	return fmax(MIN_REDSHIFT, fmin(MAX_REDSHIFT, redshift));
}

/*
 * When the event peaks: any time from a little before the survey to its end,
 * or, if it must be seen, at one of the visits.
 */
static double
draw_event(Random *random, bool forced, const SurveyVisit *visits, int n_visits)
{
	if (forced)
		return visits[random_below(random, n_visits)].mjd;
	return SURVEY_START - 50.0 + (SURVEY_NIGHTS + 50.0) * random_uniform(random);
}

/* Light of the host in the aperture of the explosion, of an old population. */
static void
set_host_flux(Source *source, double redshift)
{
	double magnitude = -17.5 + distance_modulus(redshift);

	for (int band = 0; band < N_PASSBANDS; band++)
		source->steady_flux[band] =
			flux_of_magnitude(magnitude) * passbands[band].wavelength / passbands[2].wavelength;
}

/* Draws all that an attempt may change, and notes the truth. */
static void
draw_source(Source *source, Random *random, int attempt, SurveyMix mix, const SurveyVisit *visits,
			int n_visits, double mwebv, SurveyTruth *truth)
{
	int forced = attempt > FREE_ATTEMPTS ? attempt - FREE_ATTEMPTS : 0;

	memset(truth, 0, sizeof(*truth));
	truth->attempts = attempt + 1;
	truth->redshift = draw_redshift(source, random, forced);
	truth->event_mjd = draw_event(random, forced > 0, visits, n_visits);
	if (source->explodes)
	{
		explosion_draw(&source->explosion, random, source->explosion_kind, truth->redshift, mwebv,
					   truth->event_mjd);
		truth->absolute_magnitude = source->explosion.magnitude;
		set_host_flux(source, truth->redshift);
	}
	else
	{
		VariableSetting setting = {
			.redshift = truth->redshift,
			.mwebv = mwebv,
			.event_mjd = truth->event_mjd,
			.force_event = forced > 0,
			.fainter = (mix == SURVEY_TEST ? 1.0 : 0.0) - BRIGHTENING * forced,
		};

		variable_draw(&source->variable, random, source->variable_kind, &setting);
		truth->period = source->variable.period;
		if (source->variable_kind == VARIABLE_AGN)
			truth->time_scale = source->variable.u.walk.time_scale;
		memcpy(source->steady_flux, source->variable.template_flux, sizeof(source->steady_flux));
	}
}

/* The challenge's efficiency: half of the visits with a signal of 5.5 times the noise. */
static bool
draw_detection(Random *random, double flux, double flux_err)
{
	double signal_to_noise = fabs(flux) / flux_err;
	double draw = random_uniform(random);

	if (signal_to_noise > 12.0)
		return true;
	return draw < 0.5 * (1.0 + erf((signal_to_noise - 5.5) / 2.0));
}

/* Fills the light curve and returns the number of detections. */
static int
observe(Source *source, Random *random, bool deep, const SurveyVisit *visits, int n_visits,
		SurveyObservation *observations)
{
	int n_detections = 0;

	for (int i = 0; i < n_visits; i++)
	{
		const SurveyVisit *visit = &visits[i];
		int				   band = visit->passband;
		double flux = source->explodes ? explosion_flux(&source->explosion, visit->mjd, band)
									   : variable_flux(&source->variable, random, visit->mjd, band);
		double photons = fmax(0.0, source->steady_flux[band] + flux);
		double electrons = passbands[band].electrons * (deep ? DEEP_STACK : 1.0);
		double flux_err = sqrt(visit->sky_error * visit->sky_error + photons / electrons);

		flux += flux_err * random_normal(random);
		observations[i] = (SurveyObservation){
			.mjd = visit->mjd,
			.passband = band,
			.flux = (float) flux,
			.flux_err = (float) flux_err,
			.detected = draw_detection(random, flux, flux_err),
		};
		n_detections += observations[i].detected;
	}
	return n_detections;
}

/*
 * The host's photometric redshift, good to a few hundredths but for outliers,
 * and, mostly for bright hosts, a spectroscopic one.
 */
static void
draw_host(Random *random, SurveyMix mix, SurveyObject *object)
{
	double redshift = object->truth.redshift;
	bool   test = mix == SURVEY_TEST;
	double error = (test ? 0.03 : 0.02) * (1.0 + redshift) * exp(0.4 * random_normal(random));
	double photoz;

	object->hostgal_specz = (float) redshift;
	if (test && random_uniform(random) >= (object->ddf ? 0.25 : 0.03))
		object->hostgal_specz = NAN;
	if (redshift == 0.0)
	{
		object->hostgal_photoz = 0.0f;
		object->hostgal_photoz_err = 0.0f;
		object->distmod = NAN;
		return;
	}
	if (random_uniform(random) < (test ? 0.10 : 0.07))
	{
		photoz = 0.02 + 2.5 * random_uniform(random);
		error = 0.3 + 0.9 * random_uniform(random);
	}
	else
	{
		photoz = redshift + error * random_normal(random);
		error *= exp(0.2 * random_normal(random));
	}
	object->hostgal_photoz = (float) fmax(MIN_REDSHIFT, fabs(photoz));
	object->hostgal_photoz_err = (float) error;
	object->distmod = (float) distance_modulus(object->hostgal_photoz);
}

int
survey_simulate(uint64_t seed, int64_t object_id, SurveyMix mix, SurveyObject *object,
				SurveyObservation *observations)
{
	Random random;
	Source source;
	const SurveyClass *class;
	SurveyVisit visits[SURVEY_MAX_VISITS];
	int			n_visits;

	random_seed(&random, seed, (uint64_t) object_id);
	class = draw_class(&random, mix);
	draw_kind(&source, &random, class, mix);
	object->object_id = object_id;
	object->target = class->target;
	object->ddf = random_uniform(&random) < (mix == SURVEY_TEST ? 0.01 : 0.30);
	object->position = survey_position(&random, object->ddf, source.in_galaxy);
	do
		n_visits = survey_visits(&random, object->ddf, object->position.ra, visits);
	while (n_visits < MIN_DETECTIONS);

	for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
	{
		draw_source(&source, &random, attempt, mix, visits, n_visits, object->position.mwebv,
					&object->truth);
		if (observe(&source, &random, object->ddf, visits, n_visits, observations) >=
			MIN_DETECTIONS)
			break;
	}
	draw_host(&random, mix, object);
	return n_visits;
}
