/*
 * json_options.c
 *		Options of the procedures: a flat JSON object, read and described by a table.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/varlena.h"

#include "pg/jobs/json_options.h"
#include "pg/util/args.h"

/* Longer keys are not worth comparing with the names of options. */
#define MAX_KEY_TO_COMPARE 64

/* ------------------------------------------------------------------------
 * Errors
 * ------------------------------------------------------------------------
 */

/* The option whose name is nearest to a mistyped key, or NULL when none is near. */
static const char *
nearest_option(const OptionTable *table, const char *key, int length)
{
	const char *nearest = NULL;
	int			nearest_distance = Min(3, length / 2) + 1;

	if (length > MAX_KEY_TO_COMPARE)
		return NULL;
	for (int i = 0; i < table->n_rows; i++)
	{
		const char *name = table->rows[i].name;
		int distance = varstr_levenshtein_less_equal(key, length, name, strlen(name), 1, 1, 1,
													 nearest_distance, true);

		if (distance < nearest_distance)
		{
			nearest_distance = distance;
			nearest = name;
		}
	}
	return nearest;
}

static const OptionRow *
find_option(const OptionTable *table, const JsonbValue *key)
{
	const char	  *name = key->val.string.val;
	int			   length = key->val.string.len;
	const char	  *nearest;
	StringInfoData names;

	for (int i = 0; i < table->n_rows; i++)
		if (strlen(table->rows[i].name) == length && memcmp(table->rows[i].name, name, length) == 0)
			return &table->rows[i];
	nearest = nearest_option(table, name, length);
	initStringInfo(&names);
	for (int i = 0; i < table->n_rows; i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", table->rows[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown option \"%s\"", quoted_bytes(name, length)),
			 nearest ? errhint("Perhaps you meant \"%s\".  Options are %s.", nearest, names.data)
					 : errhint("Options are %s.", names.data)));
}

static void
raise_bad_value(const OptionRow *row)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value for option \"%s\"", row->name),
					errhint("Accepted: %s.", option_range(row))));
}

/* ------------------------------------------------------------------------
 * Reading
 * ------------------------------------------------------------------------
 */

static double
read_number(const OptionRow *row, const JsonbValue *value, bool integer)
{
	double number;

	if (value->type != jbvNumeric)
		raise_bad_value(row);
	number = DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	if (!(number >= row->minimum && number <= row->maximum) || (integer && number != floor(number)))
		raise_bad_value(row);
	return number;
}

static char *
read_text(const OptionRow *row, const JsonbValue *value)
{
	if (value->type == jbvNumeric && row->type == OPTION_SCALAR)
		return DatumGetCString(
			DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	if (value->type != jbvString || value->val.string.len == 0)
		raise_bad_value(row);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static int
read_choice(const OptionRow *row, const JsonbValue *value)
{
	if (value->type == jbvString)
		for (int i = 0; row->choices[i]; i++)
			if (strlen(row->choices[i]) == value->val.string.len &&
				memcmp(row->choices[i], value->val.string.val, value->val.string.len) == 0)
				return i;
	raise_bad_value(row);
	pg_unreachable();
}

/* The container of an array or an object with at most as many elements as allowed. */
static JsonbContainer *
read_container(const OptionRow *row, const JsonbValue *value, bool object, int *n)
{
	JsonbContainer *container = value->type == jbvBinary ? value->val.binary.data : NULL;

	if (container == NULL ||
		!(object ? JsonContainerIsObject(container) : JsonContainerIsArray(container)))
		raise_bad_value(row);
	*n = JsonContainerSize(container);
	if (row->type != OPTION_NAMES && *n > row->capacity)
		raise_bad_value(row);
	return container;
}

static int
read_integers(const OptionRow *row, const JsonbValue *value, int *place)
{
	int				n;
	JsonbContainer *array = read_container(row, value, false, &n);

	for (int i = 0; i < n; i++)
		place[i] = (int) read_number(row, getIthJsonbValueFromContainer(array, i), true);
	return n;
}

static int
read_numbers(const OptionRow *row, const JsonbValue *value, double *place)
{
	int				n;
	JsonbContainer *array;

	if (value->type == jbvNumeric)
	{
		place[0] = read_number(row, value, false);
		return 1;
	}
	array = read_container(row, value, false, &n);
	if (n == 0)
		raise_bad_value(row);
	for (int i = 0; i < n; i++)
		place[i] = read_number(row, getIthJsonbValueFromContainer(array, i), false);
	return n;
}

static int
read_names(const OptionRow *row, const JsonbValue *value, const char ***place)
{
	int				n;
	JsonbContainer *array = read_container(row, value, false, &n);

	*place = palloc(sizeof(char *) * Max(1, n));
	for (int i = 0; i < n; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(array, i);

		if (element->type != jbvString)
			raise_bad_value(row);
		(*place)[i] = pnstrdup(element->val.string.val, element->val.string.len);
	}
	return n;
}

static int
read_weights(const OptionRow *row, const JsonbValue *value, ClassWeight *place)
{
	int				   size, n = 0;
	JsonbContainer	  *object = read_container(row, value, true, &size);
	JsonbIterator	  *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue		   item;

	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			place[n].class = pnstrdup(item.val.string.val, item.val.string.len);
		else if (token == WJB_VALUE)
			place[n++].weight = read_number(row, &item, false);
	}
	return n;
}

static void
read_option(const OptionRow *row, const JsonbValue *value, void *values)
{
	void *place = (char *) values + row->offset;
	int	 *count = (int *) ((char *) values + row->count_offset);

	switch (row->type)
	{
		case OPTION_INTEGER:
			*(int *) place = (int) read_number(row, value, true);
			break;
		case OPTION_LARGE_INTEGER:
			*(int64_t *) place = (int64_t) read_number(row, value, true);
			break;
		case OPTION_NUMBER:
			*(double *) place = read_number(row, value, false);
			break;
		case OPTION_BOOLEAN:
			if (value->type != jbvBool)
				raise_bad_value(row);
			*(OptionBoolean *) place = value->val.boolean ? OPTION_TRUE : OPTION_FALSE;
			break;
		case OPTION_CHOICE:
			*(int *) place = read_choice(row, value);
			break;
		case OPTION_TEXT:
		case OPTION_SCALAR:
			*(char **) place = read_text(row, value);
			break;
		case OPTION_INTEGERS:
			*count = read_integers(row, value, place);
			break;
		case OPTION_NUMBERS:
			*count = read_numbers(row, value, place);
			break;
		case OPTION_WEIGHTS:
			*count = read_weights(row, value, place);
			break;
		case OPTION_NAMES:
			*count = read_names(row, value, place);
			break;
	}
}

void
read_options(FunctionCallInfo fcinfo, int argument, const OptionTable *table, void *values)
{
	Jsonb			  *json;
	JsonbIterator	  *iterator;
	JsonbIteratorToken token;
	JsonbValue		   item;

	if (PG_ARGISNULL(argument))
		return;
	json = PG_GETARG_JSONB_P(argument);
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options are not a JSON object"),
				 errhint("Write them as {\"option\": value, ...}.")));
	iterator = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			const OptionRow *row = find_option(table, &item);

			JsonbIteratorNext(&iterator, &item, true);
			if (item.type != jbvNull)
				read_option(row, &item, values);
		}
	}
}

/* ------------------------------------------------------------------------
 * Describing
 * ------------------------------------------------------------------------
 */

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
			return "array of integers";
		case OPTION_NUMBERS:
			return "number or array of numbers";
		case OPTION_WEIGHTS:
			return "object of numbers";
		case OPTION_NAMES:
			return "array of strings";
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

static char *
choices_range(const OptionRow *row)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; row->choices[i]; i++)
		appendStringInfo(&text, "%s\"%s\"", i == 0 ? "one of " : ", ", row->choices[i]);
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
			return choices_range(row);
		case OPTION_TEXT:
			return "non-empty string";
		case OPTION_SCALAR:
			return "non-empty string or number";
		case OPTION_INTEGERS:
			return psprintf("array of at most %d integers, each %s", row->capacity,
							number_range(row));
		case OPTION_NUMBERS:
			return psprintf("number, or array of at most %d numbers, each %s", row->capacity,
							number_range(row));
		case OPTION_WEIGHTS:
			return psprintf("object from class to number, each %s", number_range(row));
		case OPTION_NAMES:
			return "array of strings";
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
			return psprintf("%.15g", *(const double *) value);
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
			return integers_json(value, n);
		case OPTION_NUMBERS:
			return numbers_json(value, n);
		case OPTION_WEIGHTS:
			return weights_json(value, n);
		case OPTION_NAMES:
			return "null";
	}
	pg_unreachable();
}
