/*
 * json_options.h
 *		Options of the procedures: a flat JSON object.
 */
#ifndef PLASTICC_PG_JOBS_JSON_OPTIONS_H
#define PLASTICC_PG_JOBS_JSON_OPTIONS_H

#include "utils/jsonb.h"

typedef enum SurveyOptionKind
{
	SURVEY_TEXT,	/* char * */
	SURVEY_SCALAR,	/* the same, of a JSON number as well */
	SURVEY_INTEGER, /* int */
	SURVEY_CHOICE,	/* SurveyChoice */
} SurveyOptionKind;

/* A boolean whose default depends on the tables. */
typedef enum SurveyChoice
{
	CHOICE_DEFAULT,
	CHOICE_NO,
	CHOICE_YES,
} SurveyChoice;

typedef struct SurveyOption
{
	const char		*name;
	SurveyOptionKind kind;
	size_t			 offset; /* in the struct that is filled */
	int				 min;	 /* of integers */
	int				 max;
} SurveyOption;

/*
 * Puts the members of a JSON object, or nothing for NULL, into the struct,
 * which holds the defaults; JSON's null leaves the default.  Errors: not an
 * object, an unknown key, a value of another kind or out of range.
 */
extern void read_survey_options(Jsonb *json, const SurveyOption *options, int n_options,
								void *values);

#endif /* PLASTICC_PG_JOBS_JSON_OPTIONS_H */
