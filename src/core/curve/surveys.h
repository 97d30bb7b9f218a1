/*
 * surveys.h
 *		What other surveys' files have in them: passbands, fluxes, times.
 */
#ifndef PLASTICC_CORE_CURVE_SURVEYS_H
#define PLASTICC_CORE_CURVE_SURVEYS_H

#include <stddef.h>

#include "core/curve/passbands.h"
#include "core/curve/units.h"

/*
 * One of a survey's names, letters or numbers of a passband, and the one of the
 * six passbands that is nearest to it.  No two passbands of a survey are nearest to
 * the same: the other members follow from it, and so does Survey.extinction.
 */
typedef struct SurveyBand
{
	const char *name;
	int			passband;
	double		zero_point;		  /* of the survey's fluxes; NaN: each row has its own, or none */
	double		magnitude_offset; /* AB magnitude minus the survey's */
} SurveyBand;

/* A name of NULL ends the bands. */
#define MAX_SURVEY_BANDS 16

typedef struct Survey
{
	const char		*name;
	const char		*prefix; /* of its passbands elsewhere, in any case: ZTF_g, ztfg */
	const TimeScale *time;	 /* NULL where its files differ */
	double			 extinction[N_PASSBANDS]; /* magnitudes per E(B-V); 0 where it is Rubin's */
	SurveyBand		 bands[MAX_SURVEY_BANDS];
} Survey;

/* All surveys; the name of the last element is NULL. */
extern const Survey surveys[];

/* The survey of that name, NULL if it is not among them. */
extern const Survey *find_survey(const char *name);

/*
 * The extinction of each of the six passbands in a survey's light curves, in magnitudes per
 * E(B-V): of the survey's passband that is taken for it, or else Rubin's.
 */
extern void survey_extinction(const Survey *survey, double extinction[N_PASSBANDS]);

/*
 * The passband that these bytes name, also with the survey's prefix or any other
 * word before one of "_-.: " in front ("ztfg", "ps1::g"), or the survey's behind one
 * ("g-ZTF"); NULL if there is none.
 */
extern const SurveyBand *find_survey_band(const Survey *survey, const char *name, size_t length);

#endif /* PLASTICC_CORE_CURVE_SURVEYS_H */
