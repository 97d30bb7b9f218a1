/*
 * json_options.h
 *		Options of the procedures: a flat JSON object, read by a table.
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

#endif /* PLASTICC_PG_JOBS_JSON_OPTIONS_H */
