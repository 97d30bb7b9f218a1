/*
 * option_descriptions.c
 *		Options of the procedures in words and in JSON.
 */
#include "pg/module/plasticc.h"

#include "lib/stringinfo.h"

#include "pg/jobs/option_descriptions.h"

const char *
option_type(const OptionRow *row)
{
	switch (row->type)
	{
		case OPTION_INTEGER:
		case OPTION_LARGE_INTEGER:
			return "integer";
		case OPTION_NUMBER:
			return "number";
		case OPTION_BOOLEAN:
			return "boolean";
		case OPTION_CHOICE:
		case OPTION_TEXT:
			return "string";
		case OPTION_SCALAR:
			return "string or number";
		case OPTION_INTEGERS:
			return row->choices ? "string or array of integers" : "array of integers";
		case OPTION_NUMBERS:
			return "number or array of numbers";
		case OPTION_WEIGHTS:
			return "object of numbers";
		case OPTION_NAMES:
			return "array of strings";
		case OPTION_PASSBANDS:
			return "object of passbands";
	}
	pg_unreachable();
}

static char *
number_range(const OptionRow *row)
{
	if (row->maximum == PG_INT32_MAX)
		return psprintf("at least %.15g", row->minimum);
	if (row->type == OPTION_INTEGER || row->type == OPTION_LARGE_INTEGER)
		return psprintf("%.0f to %.0f", row->minimum, row->maximum);
	return psprintf("%.15g to %.15g", row->minimum, row->maximum);
}

/* "auto", "none" */
static char *
choices_list(const OptionRow *row)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; row->choices[i]; i++)
		appendStringInfo(&text, "%s\"%s\"", i == 0 ? "" : ", ", row->choices[i]);
	return text.data;
}

char *
option_range(const OptionRow *row)
{
	switch (row->type)
	{
		case OPTION_INTEGER:
		case OPTION_LARGE_INTEGER:
			return psprintf("integer, %s", number_range(row));
		case OPTION_NUMBER:
			return psprintf("number, %s", number_range(row));
		case OPTION_BOOLEAN:
			return "true or false";
		case OPTION_CHOICE:
			return psprintf("one of %s", choices_list(row));
		case OPTION_TEXT:
			return "non-empty string";
		case OPTION_SCALAR:
			return "non-empty string or number";
		case OPTION_INTEGERS:
			return psprintf("%sarray of at most %d integers, each %s",
							row->choices ? psprintf("%s, or ", choices_list(row)) : "",
							row->capacity, number_range(row));
		case OPTION_NUMBERS:
			return psprintf("number, or array of at most %d numbers, each %s", row->capacity,
							number_range(row));
		case OPTION_WEIGHTS:
			return psprintf("object from class to number, each %s", number_range(row));
		case OPTION_NAMES:
			return "array of strings";
		case OPTION_PASSBANDS:
			return "object from name to letter (u g r i z y) or number (0 to 5)";
	}
	pg_unreachable();
}

/* The bytes are part of a model: control characters are written as numbers. */
static char *
text_json(const char *value)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '"');
	for (; *value; value++)
	{
		if ((unsigned char) *value < ' ')
			appendStringInfo(&text, "\\u%04x", *value);
		else
			appendStringInfo(&text, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
	}
	appendStringInfoChar(&text, '"');
	return text.data;
}

static char *
integers_json(const int *values, int n)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%d", i == 0 ? "" : ", ", values[i]);
	return psprintf("[%s]", text.data);
}

/* One number stands by itself. */
static char *
numbers_json(const double *values, int n)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%.15g", i == 0 ? "" : ", ", values[i]);
	return n == 1 ? text.data : psprintf("[%s]", text.data);
}

static char *
weights_json(const ClassWeight *weights, int n)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%s: %.15g", i == 0 ? "" : ", ", text_json(weights[i].class),
						 weights[i].weight);
	return psprintf("{%s}", text.data);
}

char *
option_json(const OptionRow *row, const void *values)
{
	const void *value = (const char *) values + row->offset;
	int			n = *(const int *) ((const char *) values + row->count_offset);

	switch (row->type)
	{
		case OPTION_INTEGER:
			return *(const int *) value < row->minimum ? "null"
													   : psprintf("%d", *(const int *) value);
		case OPTION_LARGE_INTEGER:
			return psprintf(INT64_FORMAT, (int64) * (const int64_t *) value);
		case OPTION_NUMBER:
			return *(const double *) value < row->minimum
					   ? "null"
					   : psprintf("%.15g", *(const double *) value);
		case OPTION_BOOLEAN:
			return *(const OptionBoolean *) value == OPTION_NOT_GIVEN ? "null"
				   : *(const OptionBoolean *) value == OPTION_TRUE	  ? "true"
																	  : "false";
		case OPTION_CHOICE:
			return text_json(row->choices[*(const int *) value]);
		case OPTION_TEXT:
		case OPTION_SCALAR:
			return *(char *const *) value ? text_json(*(char *const *) value) : "null";
		case OPTION_INTEGERS:
			return n < 0 ? text_json(row->choices[option_word(n)]) : integers_json(value, n);
		case OPTION_NUMBERS:
			return numbers_json(value, n);
		case OPTION_WEIGHTS:
			return weights_json(value, n);
		case OPTION_NAMES:
		case OPTION_PASSBANDS:
			return "null";
	}
	pg_unreachable();
}
