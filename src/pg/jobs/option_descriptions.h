/*
 * option_descriptions.h
 *		Options of the procedures in words and in JSON.
 */
#ifndef PLASTICC_PG_JOBS_OPTION_DESCRIPTIONS_H
#define PLASTICC_PG_JOBS_OPTION_DESCRIPTIONS_H

#include "core/train/option_row.h"

/* The row's type and what it accepts, in words: "integer", "integer, 1 to 100000". */
extern const char *option_type(const OptionRow *row);
extern char		  *option_range(const OptionRow *row);

/*
 * Its value in JSON; null for what is not given, which is a number below the
 * minimum, and for OPTION_NAMES ("feature_names" is stored in the model by itself)
 * and OPTION_PASSBANDS.
 */
extern char *option_json(const OptionRow *row, const void *values);

#endif /* PLASTICC_PG_JOBS_OPTION_DESCRIPTIONS_H */
