/*
 * photometry.h
 *		Other surveys by their names.
 */
#ifndef PLASTICC_PG_CURVE_PHOTOMETRY_H
#define PLASTICC_PG_CURVE_PHOTOMETRY_H

#include "core/curve/surveys.h"

/* The survey; an error that lists them where there is none of the name. */
extern const Survey *require_survey(const char *name);

#endif /* PLASTICC_PG_CURVE_PHOTOMETRY_H */
