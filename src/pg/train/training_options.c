/*
 * training_options.c
 *		Training options between SQL and src/core.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#include "utils/varlena.h"

#include "pg/util/json_text.h"
#include "pg/train/training_options.h"

/* Longer keys are not worth comparing with the names of options. */
#define MAX_KEY_TO_COMPARE 64

PG_FUNCTION_INFO_V1(plasticc_training_options);

/* The option whose name is nearest to a mistyped key, or NULL when none is near. */
static const char *
nearest_option(const char *key, int length)
{
	const char		*nearest = NULL;
	int				 n_rows, nearest_distance = Min(3, length / 2) + 1;
	const OptionRow *rows = training_option_rows(&n_rows);

	if (length > MAX_KEY_TO_COMPARE)
		return NULL;
	for (int i = 0; i < n_rows; i++)
	{
		int distance = varstr_levenshtein_less_equal(
			key, length, rows[i].name, strlen(rows[i].name), 1, 1, 1, nearest_distance, true);

		if (distance < nearest_distance)
		{
			nearest_distance = distance;
			nearest = rows[i].name;
		}
	}
	return nearest;
}

static void
raise_unknown_option(const char *key, int length)
{
	const char		*nearest = nearest_option(key, length);
	int				 n_rows;
	const OptionRow *rows = training_option_rows(&n_rows);
	StringInfoData	 names;

	initStringInfo(&names);
	for (int i = 0; i < n_rows; i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", rows[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown training option \"%.*s\"", length, key),
			 nearest ? errhint("Perhaps you meant \"%s\".  Options are %s.", nearest, names.data)
					 : errhint("Options are %s.", names.data)));
}

static void
raise_bad_value(const OptionRow *row, const char *accepted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value for training option \"%s\"", row->name),
					errhint("Accepted: %s.", accepted)));
}

static void
raise_bad_kind(const OptionRow *row)
{
	char accepted[OPTIONS_MAX_MESSAGE];

	training_option_range(row, accepted);
	raise_bad_value(row, accepted);
}

static double
json_double(const OptionRow *row, const JsonbValue *value)
{
	if (value->type != jbvNumeric)
		raise_bad_kind(row);
	return DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
}

/* The elements of an array; an error for anything else. */
static JsonbValue *
json_elements(const OptionRow *row, const JsonbValue *value, int *n)
{
	JsonbContainer *container = value->type == jbvBinary ? value->val.binary.data : NULL;
	JsonbValue	   *elements;

	if (container == NULL || !JsonContainerIsArray(container))
		raise_bad_kind(row);
	*n = JsonContainerSize(container);
	elements = palloc(sizeof(JsonbValue) * Max(1, *n));
	for (int i = 0; i < *n; i++)
		elements[i] = *getIthJsonbValueFromContainer(container, i);
	return elements;
}

static bool
set_numbers(TrainingOptions *options, const OptionRow *row, const JsonbValue *value, char *message)
{
	int			n;
	JsonbValue *elements = json_elements(row, value, &n);
	double	   *numbers = palloc(sizeof(double) * Max(1, n));

	for (int i = 0; i < n; i++)
		numbers[i] = json_double(row, &elements[i]);
	return training_option_set_numbers(options, row, n, numbers, message);
}

static bool
set_names(TrainingOptions *options, const OptionRow *row, const JsonbValue *value, char *message)
{
	int			 n;
	JsonbValue	*elements = json_elements(row, value, &n);
	const char **names = palloc(sizeof(char *) * Max(1, n));

	for (int i = 0; i < n; i++)
	{
		if (elements[i].type != jbvString)
			raise_bad_kind(row);
		names[i] = pnstrdup(elements[i].val.string.val, elements[i].val.string.len);
	}
	return training_option_set_names(options, row, n, names, message);
}

static int32
json_class(const OptionRow *row, const JsonbValue *key)
{
	char *text = pnstrdup(key->val.string.val, key->val.string.len);
	char *end;
	long class;

	errno = 0;
	class = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || class < PG_INT32_MIN || class > PG_INT32_MAX)
		raise_bad_value(row, "an object whose keys are classes, such as {\"15\": 2, \"64\": 2}");
	return (int32) class;
}

static bool
set_weights(TrainingOptions *options, const OptionRow *row, const JsonbValue *value, char *message)
{
	JsonbContainer	  *container = value->type == jbvBinary ? value->val.binary.data : NULL;
	JsonbIterator	  *iterator;
	JsonbIteratorToken token;
	JsonbValue		   item;
	ClassWeight		  *weights;
	int				   n = 0;

	if (container == NULL || !JsonContainerIsObject(container))
		raise_bad_kind(row);
	weights = palloc(sizeof(ClassWeight) * Max(1, JsonContainerSize(container)));
	iterator = JsonbIteratorInit(container);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			weights[n].class = json_class(row, &item);
		else if (token == WJB_VALUE)
			weights[n++].weight = json_double(row, &item);
	}
	return training_option_set_weights(options, row, n, weights, message);
}

static void
set_option(TrainingOptions *options, const OptionRow *row, const JsonbValue *value)
{
	char message[OPTIONS_MAX_MESSAGE];
	bool accepted = false;

	switch (row->type)
	{
		case OPTION_INTEGER:
		case OPTION_NUMBER:
			accepted = training_option_set_number(options, row, json_double(row, value), message);
			break;
		case OPTION_CHOICE:
			if (value->type != jbvString)
				raise_bad_kind(row);
			accepted = training_option_set_text(options, row, value->val.string.val,
												value->val.string.len, message);
			break;
		case OPTION_NUMBERS:
			if (value->type == jbvNumeric)
				accepted =
					training_option_set_number(options, row, json_double(row, value), message);
			else
				accepted = set_numbers(options, row, value, message);
			break;
		case OPTION_INTEGERS:
			accepted = set_numbers(options, row, value, message);
			break;
		case OPTION_WEIGHTS:
			accepted = set_weights(options, row, value, message);
			break;
		case OPTION_NAMES:
			accepted = set_names(options, row, value, message);
			break;
		case OPTION_TEXT:
			if (value->type != jbvString)
				raise_bad_kind(row);
			accepted = training_option_set_string(
				options, row, pnstrdup(value->val.string.val, value->val.string.len), message);
			break;
	}
	if (!accepted)
		raise_bad_value(row, message);
}

/* Sets either the preset, which must come first, or all other options. */
static void
set_options(TrainingOptions *options, Jsonb *json, bool presets)
{
	JsonbIterator	  *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue		   item;
	const OptionRow	  *row = NULL;

	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			row = training_option_find(item.val.string.val, item.val.string.len);
			if (row == NULL)
				raise_unknown_option(item.val.string.val, item.val.string.len);
		}
		else if (token == WJB_VALUE && (strcmp(row->name, "preset") == 0) == presets)
			set_option(options, row, &item);
	}
}

void
read_training_options(Jsonb *json, TrainingOptions *options)
{
	char message[OPTIONS_MAX_MESSAGE];

	training_options_default(options);
	if (json == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("training options must be a JSON object"),
						errhint("An example is '{\"epochs\": 60, \"seed\": 1}'.")));
	set_options(options, json, true);
	set_options(options, json, false);
	if (!training_options_check(options, message))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("training options contradict each other"), errdetail("%s.", message)));
}

/* An option's value in JSON. */
static char *
option_value(const TrainingOptions *options, const OptionRow *row)
{
	int	  length = training_option_json(options, row, NULL, 0);
	char *text = palloc(length + 1);

	training_option_json(options, row, text, length + 1);
	return text;
}

char *
training_options_text(const TrainingOptions *options)
{
	StringInfoData	 text;
	int				 n_rows;
	const OptionRow *rows = training_option_rows(&n_rows);

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (int i = 0; i < n_rows; i++)
	{
		if (rows[i].type == OPTION_NAMES ||
			(rows[i].type == OPTION_TEXT && options->survey_query == NULL))
			continue;
		json_key(&text, rows[i].name);
		appendStringInfoString(&text, option_value(options, &rows[i]));
	}
	appendStringInfoChar(&text, '}');
	return text.data;
}

static const char *
type_name(OptionType type)
{
	switch (type)
	{
		case OPTION_INTEGER:
			return "integer";
		case OPTION_NUMBER:
			return "number";
		case OPTION_CHOICE:
			return "string";
		case OPTION_INTEGERS:
			return "array of integers";
		case OPTION_NUMBERS:
			return "number or array of numbers";
		case OPTION_WEIGHTS:
			return "object of numbers";
		case OPTION_NAMES:
			return "array of strings";
		case OPTION_TEXT:
			return "string";
	}
	pg_unreachable();
}

/*
 * plasticc_training_options(): name, type, range, values of the presets
 * default and reference, and description of every option.
 */
Datum
plasticc_training_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo	*result = (ReturnSetInfo *) fcinfo->resultinfo;
	TrainingOptions *presets[2];
	char			 range[OPTIONS_MAX_MESSAGE];
	int				 n_rows;
	const OptionRow *rows = training_option_rows(&n_rows);

	InitMaterializedSRF(fcinfo, 0);
	presets[0] = palloc(sizeof(TrainingOptions));
	training_options_default(presets[0]);
	presets[1] = palloc(sizeof(TrainingOptions));
	training_options_default(presets[1]);
	if (!training_option_set_text(presets[1], training_option_find("preset", strlen("preset")),
								  "reference", strlen("reference"), range))
		elog(ERROR, "no preset \"reference\"");

	for (int i = 0; i < n_rows; i++)
	{
		Datum values[6];
		bool  nulls[6] = {false};

		training_option_range(&rows[i], range);
		values[0] = CStringGetTextDatum(rows[i].name);
		values[1] = CStringGetTextDatum(type_name(rows[i].type));
		values[2] = CStringGetTextDatum(range);
		values[3] = CStringGetTextDatum(option_value(presets[0], &rows[i]));
		values[4] = CStringGetTextDatum(option_value(presets[1], &rows[i]));
		values[5] = CStringGetTextDatum(rows[i].description);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
