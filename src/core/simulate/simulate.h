/*
 * simulate.h
 *		The synthetic survey: objects of the challenge's 15 classes, their
 *		hosts and their light curves.  For demonstrations and load tests; the
 *		physics is recognisable, not exact.
 */
#ifndef PLASTICC_CORE_SIMULATE_SIMULATE_H
#define PLASTICC_CORE_SIMULATE_SIMULATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/simulate/cadence.h"

/* The distribution of classes, redshifts and fields. */
typedef enum SurveyMix
{
	SURVEY_TRAINING, /* as the training set: near, 30 % deep fields, no class 99 */
	SURVEY_TEST,	 /* as the test set: far, 1 % deep fields */
	SURVEY_UNIFORM	 /* each of the 15 classes equally often, else as training */
} SurveyMix;

/* Their names, then NULL. */
extern const char *const survey_mix_names[];

/* Finds the mix of that name; false if there is none. */
extern bool survey_mix_by_name(const char *name, SurveyMix *mix);

/* Drawn quantities that are not observable; 0 where they do not apply to the class. */
typedef struct SurveyTruth
{
	double redshift;
	double event_mjd;		   /* peak of an explosion or a magnification */
	double absolute_magnitude; /* of an explosion, as in Explosion */
	double period;			   /* days */
	double time_scale;		   /* of a random walk, observed days */
	int	   attempts;		   /* draws until the survey detected the object */
} SurveyTruth;

typedef struct SurveyObject
{
	int64_t		   object_id;
	int			   target; /* class */
	bool		   ddf;
	SurveyPosition position;
	float		   hostgal_specz; /* NaN if not known; 0 in the Galaxy, as the next two */
	float		   hostgal_photoz;
	float		   hostgal_photoz_err;
	float		   distmod; /* of hostgal_photoz, mag; NaN in the Galaxy */
	SurveyTruth	   truth;
} SurveyObject;

typedef struct SurveyObservation
{
	double mjd;		 /* days */
	int	   passband; /* 0-5 */
	float  flux;	 /* less the template's, zero point 27.5 */
	float  flux_err;
	bool   detected;
} SurveyObservation;

/*
 * Makes one object and its light curve in order of mjd; returns the number of
 * observations, at most SURVEY_MAX_VISITS, at least two of them detections.
 * The result depends on seed, object_id and mix alone.
 */
extern int survey_simulate(uint64_t seed, int64_t object_id, SurveyMix mix, SurveyObject *object,
						   SurveyObservation *observations);

#endif /* PLASTICC_CORE_SIMULATE_SIMULATE_H */
