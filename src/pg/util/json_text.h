/*
 * json_text.h
 *		JSON text: written one member of an object after the other, or checked.
 */
#ifndef PLASTICC_PG_UTIL_JSON_TEXT_H
#define PLASTICC_PG_UTIL_JSON_TEXT_H

#include "lib/stringinfo.h"

/* Appends the key of an object's next member, after a comma unless it is the first. */
extern void json_key(StringInfo text, const char *key);

/* Nine significant digits, which distinguish all floats; null unless finite. */
extern void json_number(StringInfo text, double value);

/* "key": value */
extern void json_integer_member(StringInfo text, const char *key, int64 value);
extern void json_number_member(StringInfo text, const char *key, double value);

/* Is the UTF-8 text a JSON value? */
extern bool is_json(const char *text);

#endif /* PLASTICC_PG_UTIL_JSON_TEXT_H */
