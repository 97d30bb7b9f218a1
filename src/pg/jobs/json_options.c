/*
 * json_options.c
 *		Options of the procedures: a flat JSON object, read by a table.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/varlena.h"

#include "core/curve/passbands.h"
#include "pg/jobs/json_options.h"
#include "pg/jobs/option_descriptions.h"
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

static bool
is_named(const char *name, const char *key, int length)
{
	return strlen(name) == length && memcmp(name, key, length) == 0;
}

static const OptionRow *
find_option(const OptionTable *table, const JsonbValue *key)
{
	const char	  *name = key->val.string.val;
	int			   length = key->val.string.len;
	const char	  *nearest;
	StringInfoData names;

	for (const OptionSynonym *known = table->synonyms; known && known->name; known++)
		if (is_named(known->synonym, name, length))
		{
			name = known->name;
			length = strlen(name);
			break;
		}
	for (int i = 0; i < table->n_rows; i++)
		if (is_named(table->rows[i].name, name, length))
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
			if (is_named(row->choices[i], value->val.string.val, value->val.string.len))
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
	if (row->type != OPTION_NAMES && row->type != OPTION_PASSBANDS && *n > row->capacity)
		raise_bad_value(row);
	return container;
}

static int
read_integers(const OptionRow *row, const JsonbValue *value, int *place)
{
	int				n;
	JsonbContainer *array;

	if (value->type == jbvString && row->choices)
		return option_word(read_choice(row, value));
	array = read_container(row, value, false, &n);
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

/* The next member of an object; false after the last. */
static bool
next_member(JsonbIterator **iterator, JsonbValue *name, JsonbValue *value)
{
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(iterator, name, true)) != WJB_KEY)
		if (token == WJB_DONE)
			return false;
	JsonbIteratorNext(iterator, value, true);
	return true;
}

static int
read_weights(const OptionRow *row, const JsonbValue *value, ClassWeight *place)
{
	int				size, n = 0;
	JsonbContainer *object = read_container(row, value, true, &size);
	JsonbIterator  *iterator = JsonbIteratorInit(object);
	JsonbValue		name, item;

	for (; next_member(&iterator, &name, &item); n++)
	{
		place[n].class = pnstrdup(name.val.string.val, name.val.string.len);
		place[n].weight = read_number(row, &item, false);
	}
	return n;
}

static int
read_passband(const OptionRow *row, const JsonbValue *value)
{
	int passband = -1;

	if (value->type == jbvString)
		passband = find_passband(value->val.string.val, value->val.string.len);
	else if (value->type == jbvNumeric)
		passband = (int) read_number(row, value, true);
	if (passband < 0)
		raise_bad_value(row);
	return passband;
}

static int
read_passbands(const OptionRow *row, const JsonbValue *value, NamedPassband **place)
{
	int				size, n = 0;
	JsonbContainer *object = read_container(row, value, true, &size);
	JsonbIterator  *iterator = JsonbIteratorInit(object);
	JsonbValue		name, item;

	*place = palloc(sizeof(NamedPassband) * Max(1, size));
	for (; next_member(&iterator, &name, &item); n++)
	{
		(*place)[n].name = pnstrdup(name.val.string.val, name.val.string.len);
		(*place)[n].passband = read_passband(row, &item);
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
		case OPTION_PASSBANDS:
			*count = read_passbands(row, value, place);
			break;
	}
}

void
read_options(FunctionCallInfo fcinfo, int argument, const OptionTable *table, void *values)
{
	Jsonb		  *json;
	JsonbIterator *iterator;
	JsonbValue	   name, item;

	if (PG_ARGISNULL(argument))
		return;
	json = PG_GETARG_JSONB_P(argument);
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options are not a JSON object"),
				 errhint("Write them as {\"option\": value, ...}.")));
	iterator = JsonbIteratorInit(&json->root);
	while (next_member(&iterator, &name, &item))
	{
		const OptionRow *row = find_option(table, &name);

		if (item.type != jbvNull)
			read_option(row, &item, values);
	}
}
