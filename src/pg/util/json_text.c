/*
 * json_text.c
 *		JSON text: written one member of an object after the other, or checked.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "utils/json.h"

#include "pg/util/json_text.h"

void
json_key(StringInfo text, const char *key)
{
	if (text->len > 0 && text->data[text->len - 1] != '{')
		appendStringInfoString(text, ", ");
	escape_json(text, key);
	appendStringInfoString(text, ": ");
}

void
json_number(StringInfo text, double value)
{
	if (isfinite(value))
		appendStringInfo(text, "%.9g", value);
	else
		appendStringInfoString(text, "null");
}

void
json_integer_member(StringInfo text, const char *key, int64 value)
{
	json_key(text, key);
	appendStringInfo(text, INT64_FORMAT, value);
}

void
json_number_member(StringInfo text, const char *key, double value)
{
	json_key(text, key);
	json_number(text, value);
}

bool
is_json(const char *text)
{
	JsonLexContext *lex = new_json_lexer(text, strlen(text), PG_UTF8);

	return pg_parse_json(lex, &nullSemAction) == JSON_SUCCESS;
}
