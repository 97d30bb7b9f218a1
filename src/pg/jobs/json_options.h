/*
 * json_options.h
 *		Options of the procedures: a flat JSON object, read and described by a table.
 */
#ifndef PLASTICC_PG_JOBS_JSON_OPTIONS_H
#define PLASTICC_PG_JOBS_JSON_OPTIONS_H

#include "utils/jsonb.h"

#include "core/train/option_row.h"

/*
 * Puts the members of argument, a JSON object, into the struct, which holds the
 * defaults; NULL, for the argument or a member, leaves them.  Strings are in the
 * current memory context.  Errors: not an object, an unknown key, a value of
 * another type or out of range.
 */
extern void read_options(FunctionCallInfo fcinfo, int argument, const OptionTable *table,
						 void *values);

/* The row's type and what it accepts, in words: "integer", "integer, 1 to 100000". */
extern const char *option_type(const OptionRow *row);
extern char		  *option_range(const OptionRow *row);

/*
 * Its value in JSON; null for what is not given, and for OPTION_NAMES
 * ("feature_names" is stored in the model by itself).
 */
extern char *option_json(const OptionRow *row, const void *values);

#endif /* PLASTICC_PG_JOBS_JSON_OPTIONS_H */
