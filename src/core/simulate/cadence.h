/*
 * cadence.h
 *		Where and when the synthetic survey observes: positions on the sky and
 *		the visits to an object.
 */
#ifndef PLASTICC_CORE_SIMULATE_CADENCE_H
#define PLASTICC_CORE_SIMULATE_CADENCE_H

#include "core/base/random.h"

#define SURVEY_START 59580.0 /* mjd of the first night */
#define SURVEY_NIGHTS 1095
#define SURVEY_MAX_VISITS 640

typedef struct SurveyPosition
{
	double ra; /* all in degrees, J2000 */
	double decl;
	double gal_l;
	double gal_b;
	double mwebv; /* E(B-V) of the Milky Way on the line of sight, mag */
} SurveyPosition;

typedef struct SurveyVisit
{
	double mjd;		  /* days */
	int	   passband;  /* 0-5 */
	double sky_error; /* flux error without the source's own photons */
} SurveyVisit;

/* Equatorial to galactic coordinates, degrees. */
extern void galactic_coordinates(double ra, double decl, double *gal_l, double *gal_b);

/*
 * A place in the survey's area: one of the deep fields, or the wide area,
 * where stars (in_galaxy) crowd towards the galactic plane and galaxies are
 * only seen away from it.
 */
extern SurveyPosition survey_position(Random *random, bool deep, bool in_galaxy);

/*
 * The visits to that place over the whole survey in order of time.  Fills at
 * most SURVEY_MAX_VISITS and returns how many.
 */
extern int survey_visits(Random *random, bool deep, double ra, SurveyVisit *visits);

#endif /* PLASTICC_CORE_SIMULATE_CADENCE_H */
