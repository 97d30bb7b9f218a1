/*
 * cadence.c
 *		Positions and visits.
 *
 * The wide fields get a visit every sixth night or so that they can be seen,
 * in a band that suits the moon, sometimes followed by another within the
 * hour.  The deep fields get a sequence of grizy a week and, about new moon,
 * u every night; a visit there stacks many exposures.
 */
#include "core/simulate/cadence.h"

#include <math.h>

#include "core/curve/passbands.h"

#define DEGREE (M_PI / 180.0)

#define SUN_RA_AT_START 281.3 /* right ascension of the sun at SURVEY_START, degrees */
#define SUN_DEGREES_PER_DAY (360.0 / 365.25)
#define NEW_MOON 59581.77  /* mjd of a new moon */
#define LUNATION 29.530588 /* days */

#define WIDE_HALF_SEASON 112.0 /* nights before and after opposition */
#define DEEP_HALF_SEASON 77.0
#define DEEP_FIELD_RADIUS 1.75 /* degrees */

static const struct
{
	double ra;
	double decl;
} deep_fields[] = {
	{9.45, -44.0}, {35.71, -4.75}, {53.13, -28.1}, {150.1, 2.18}, {349.4, -63.3},
};

/*
 * Errors of flux, without the source's own photons: they reproduce the medians
 * of the challenge's training set by field and passband.
 */
static const struct
{
	double wide;	  /* of a moonless visit with average seeing, wide fields */
	double deep;	  /* the same for a stacked visit of the deep fields */
	double moonlight; /* growth of that error from new to full moon */
} sky_errors[N_PASSBANDS] = {
	{9.6, 1.60, 0.9}, {2.10, 0.85, 0.6}, {3.1, 0.90, 0.35},
	{5.8, 1.40, 0.2}, {13.2, 2.10, 0.1}, {29.0, 5.00, 0.05},
};

/* Which band a wide visit takes, at new and at full moon. */
static const double dark_share[N_PASSBANDS] = {0.18, 0.12, 0.23, 0.18, 0.15, 0.14};
static const double bright_share[N_PASSBANDS] = {0.01, 0.05, 0.11, 0.15, 0.31, 0.37};

void
galactic_coordinates(double ra, double decl, double *gal_l, double *gal_b)
{
	/* the galactic north pole, and the longitude of the celestial one (J2000) */
	double pole_ra = 192.85948 * DEGREE;
	double pole_decl = 27.12825 * DEGREE;
	double from_pole = ra * DEGREE - pole_ra;
	double sin_decl = sin(decl * DEGREE);
	double cos_decl = cos(decl * DEGREE);
	double sin_b = sin(pole_decl) * sin_decl + cos(pole_decl) * cos_decl * cos(from_pole);
	double l =
		122.93192 - atan2(cos_decl * sin(from_pole),
						  cos(pole_decl) * sin_decl - sin(pole_decl) * cos_decl * cos(from_pole)) /
						DEGREE;

	*gal_b = asin(fmax(-1.0, fmin(1.0, sin_b))) / DEGREE;
	*gal_l = l < 0.0 ? l + 360.0 : (l >= 360.0 ? l - 360.0 : l);
}

/* Dust of a plane-parallel layer with patches. */
static double
line_of_sight_dust(Random *random, double gal_b)
{
	double sine = fmax(0.05, fabs(sin(gal_b * DEGREE)));

	return fmin(2.0, 0.02 / sine * exp(0.5 * random_normal(random)));
}

static void
deep_position(Random *random, SurveyPosition *position)
{
	int	   field = (int) random_below(random, sizeof(deep_fields) / sizeof(deep_fields[0]));
	double angle = 2.0 * M_PI * random_uniform(random);
	double radius = DEEP_FIELD_RADIUS * sqrt(random_uniform(random));

	position->decl = deep_fields[field].decl + radius * sin(angle);
	position->ra = deep_fields[field].ra + radius * cos(angle) / cos(position->decl * DEGREE);
}

/* Uniform on the sphere between declinations -64 and +4. */
static void
wide_position(Random *random, SurveyPosition *position)
{
	double south = sin(-64.0 * DEGREE);
	double north = sin(4.0 * DEGREE);

	position->ra = 360.0 * random_uniform(random);
	position->decl = asin(south + (north - south) * random_uniform(random)) / DEGREE;
}

SurveyPosition
survey_position(Random *random, bool deep, bool in_galaxy)
{
	SurveyPosition position;
	bool		   accepted;

	do
	{
		if (deep)
			deep_position(random, &position);
		else
			wide_position(random, &position);
		galactic_coordinates(position.ra, position.decl, &position.gal_l, &position.gal_b);
		if (deep)
			accepted = true;
		else if (in_galaxy)
			accepted = random_uniform(random) < 0.08 + exp(-fabs(position.gal_b) / 18.0);
		else
			accepted = fabs(position.gal_b) > 10.0;
	} while (!accepted);

	position.mwebv = line_of_sight_dust(random, position.gal_b);
	return position;
}

/* The moon's lit fraction, 0 to 1. */
static double
moonlight(double mjd)
{
	return 0.5 - 0.5 * cos(2.0 * M_PI * (mjd - NEW_MOON) / LUNATION);
}

/* Nights from the nearest opposition, when the field crosses the meridian at midnight. */
static double
nights_from_opposition(double ra, double night)
{
	double sun = SUN_RA_AT_START + SUN_DEGREES_PER_DAY * night;

	return remainder(sun + 180.0 - ra, 360.0) / SUN_DEGREES_PER_DAY;
}

static int
wide_band(Random *random, double moon)
{
	double draw = random_uniform(random);
	int	   band = 0;

	for (; band < N_PASSBANDS - 1; band++)
	{
		draw -= (1.0 - moon) * dark_share[band] + moon * bright_share[band];
		if (draw < 0.0)
			break;
	}
	return band;
}

/* What a night's visits share. */
typedef struct Night
{
	double mjd; /* of its first visit */
	double moon;
	double seeing; /* factor on the error */
	bool   deep;
} Night;

static void
add_visit(Random *random, const Night *night, int passband, double delay, SurveyVisit *visits,
		  int *n_visits)
{
	SurveyVisit *visit;

	if (*n_visits == SURVEY_MAX_VISITS)
		return;
	visit = &visits[(*n_visits)++];
	visit->mjd = night->mjd + delay;
	visit->passband = passband;
	visit->sky_error = (night->deep ? sky_errors[passband].deep : sky_errors[passband].wide) *
					   night->seeing * (1.0 + sky_errors[passband].moonlight * night->moon) *
					   exp(0.07 * random_normal(random));
}

static void
wide_night(Random *random, const Night *night, SurveyVisit *visits, int *n_visits)
{
	double delay = 0.0;

	add_visit(random, night, wide_band(random, night->moon), delay, visits, n_visits);
	while (delay < 0.1 && random_uniform(random) < 0.2)
	{
		delay += 0.003 + 0.03 * random_uniform(random);
		add_visit(random, night, wide_band(random, night->moon), delay, visits, n_visits);
	}
}

static void
deep_night(Random *random, const Night *night, bool dark, SurveyVisit *visits, int *n_visits)
{
	static const int sequence[] = {2, 1, 3, 4, 5};

	if (dark)
		add_visit(random, night, 0, 0.0, visits, n_visits);
	else
		for (int i = 0; i < 5; i++)
			add_visit(random, night, sequence[i], 0.008 * i, visits, n_visits);
}

int
survey_visits(Random *random, bool deep, double ra, SurveyVisit *visits)
{
	double half_season = deep ? DEEP_HALF_SEASON : WIDE_HALF_SEASON;
	int	   n_visits = 0;
	int	   rest = 0; /* nights before the next sequence of a deep field */

	for (int i = 0; i < SURVEY_NIGHTS; i++)
	{
		double from_opposition = nights_from_opposition(ra, i);
		Night  night = {.deep = deep};
		bool   dark;
		double chance;

		rest--;
		if (fabs(from_opposition) > half_season)
			continue;
		/* fields to the west of the anti-solar point are up in the evening */
		night.mjd = SURVEY_START + i + 0.21 - 0.17 * from_opposition / half_season;
		night.moon = moonlight(night.mjd);
		dark = deep && night.moon < 0.08;
		chance = deep ? (dark ? 0.62 : (rest > 0 ? 0.0 : 0.2)) : 0.15;
		if (random_uniform(random) >= chance)
			continue;
		night.mjd += 0.02 * random_uniform(random);
		night.seeing = exp(0.15 * random_normal(random));
		if (random_uniform(random) < 0.08)
			night.seeing *= 1.0 + random_uniform(random); /* clouds */
		if (deep)
			deep_night(random, &night, dark, visits, &n_visits);
		else
			wide_night(random, &night, visits, &n_visits);
		if (!dark)
			rest = 3;
	}
	return n_visits;
}
