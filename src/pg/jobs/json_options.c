/*
 * json_options.c
 *		Options of the procedures: a flat JSON object.
 */
#include "pg/module/plasticc.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/jobs/json_options.h"

static const SurveyOption *
find_option(const SurveyOption *options, int n_options, const JsonbValue *key)
{
	StringInfoData names;

	for (int i = 0; i < n_options; i++)
		if (strlen(options[i].name) == key->val.string.len &&
			memcmp(options[i].name, key->val.string.val, key->val.string.len) == 0)
			return &options[i];
	initStringInfo(&names);
	for (int i = 0; i < n_options; i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", options[i].name);
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unknown option \"%.*s\"", key->val.string.len, key->val.string.val),
					errhint("Options are %s.", names.data)));
}

static void
raise_bad_option(const SurveyOption *option)
{
	char *accepted = NULL;

	switch (option->kind)
	{
		case SURVEY_TEXT:
			accepted = "a string that is not empty";
			break;
		case SURVEY_SCALAR:
			accepted = "a string or a number";
			break;
		case SURVEY_INTEGER:
			accepted = psprintf("an integer, %d to %d", option->min, option->max);
			break;
		case SURVEY_CHOICE:
			accepted = "true or false";
			break;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value for option \"%s\"", option->name),
					errhint("Accepted: %s.", accepted)));
}

static char *
text_value(const SurveyOption *option, const JsonbValue *value)
{
	if (value->type == jbvNumeric && option->kind == SURVEY_SCALAR)
		return DatumGetCString(
			DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	if (value->type != jbvString || value->val.string.len == 0)
		raise_bad_option(option);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static int
integer_value(const SurveyOption *option, const JsonbValue *value)
{
	double number;

	if (value->type != jbvNumeric)
		raise_bad_option(option);
	number = DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	if (!(number >= option->min && number <= option->max) || number != (int) number)
		raise_bad_option(option);
	return (int) number;
}

static void
set_option(const SurveyOption *option, const JsonbValue *value, void *values)
{
	void *place = (char *) values + option->offset;

	if (value->type == jbvNull)
		return;
	switch (option->kind)
	{
		case SURVEY_TEXT:
		case SURVEY_SCALAR:
			*(char **) place = text_value(option, value);
			break;
		case SURVEY_INTEGER:
			*(int *) place = integer_value(option, value);
			break;
		case SURVEY_CHOICE:
			if (value->type != jbvBool)
				raise_bad_option(option);
			*(SurveyChoice *) place = value->val.boolean ? CHOICE_YES : CHOICE_NO;
			break;
	}
}

void
read_survey_options(Jsonb *json, const SurveyOption *options, int n_options, void *values)
{
	JsonbIterator	   *iterator;
	JsonbIteratorToken	token;
	JsonbValue			item;
	const SurveyOption *option = NULL;

	if (json == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options are not a JSON object"),
				 errhint("Write them as {\"option\": value, ...}.")));
	iterator = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			option = find_option(options, n_options, &item);
		else if (token == WJB_VALUE)
			set_option(option, &item, values);
	}
}
