/*
 * json_text.h
 *		Writes JSON text, the members of an object one after the other.
 */
#ifndef PLASTICC_PG_UTIL_JSON_TEXT_H
#define PLASTICC_PG_UTIL_JSON_TEXT_H

#include "lib/stringinfo.h"

/* `"key": ` after what stands there, with a comma unless it is the first member. */
extern void json_key(StringInfo text, const char *key);

/* Nine significant digits, which tell floats apart; null unless finite. */
extern void json_number(StringInfo text, double value);

/* "key": value */
extern void json_integer_member(StringInfo text, const char *key, int64 value);
extern void json_number_member(StringInfo text, const char *key, double value);

#endif /* PLASTICC_PG_UTIL_JSON_TEXT_H */
