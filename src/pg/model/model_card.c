/*
 * model_card.c
 *		plasticc_model_card: what a model is, was made of and is worth, as a page for
 *		people.
 *
 * Everything comes from plasticc_model_info, whose options and metrics are JSON that
 * whoever made the model has written: what is not of the expected kind is left out.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "pg/model/model_cache.h"
#include "pg/model/model_classes.h"
#include "pg/model/model_info.h"

PG_FUNCTION_INFO_V1(plasticc_model_card);

/* Of fewer training objects than these, a class's probabilities are worth little. */
#define FEW_OBJECTS 20

/* ------------------------------------------------------------------------
 * Reading JSON
 * ------------------------------------------------------------------------
 */

/* A member of an object; NULL where there is none, or no object. */
static JsonbValue *
member(JsonbContainer *object, const char *key)
{
	if (object == NULL || !JsonContainerIsObject(object))
		return NULL;
	return getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
}

/* The object or array that a member is. */
static JsonbContainer *
container(JsonbContainer *object, const char *key)
{
	JsonbValue *value = member(object, key);

	return value && value->type == jbvBinary ? value->val.binary.data : NULL;
}

/* The number that a member is; NaN where it is none. */
static double
number(JsonbContainer *object, const char *key)
{
	JsonbValue *value = member(object, key);

	if (value == NULL || value->type != jbvNumeric)
		return NAN;
	return DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
}

/* Any value as JSON text. */
static char *
json_text(JsonbValue *value)
{
	Jsonb *json = JsonbValueToJsonb(value);

	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* ------------------------------------------------------------------------
 * Writing Markdown
 * ------------------------------------------------------------------------
 */

/* Words that are not markup, nor end a cell of a table. */
static void
append_words(StringInfo text, const char *words)
{
	for (const char *c = words; *c; c++)
	{
		if (strchr("\\`*[]<>|&", *c))
			appendStringInfoChar(text, '\\');
		appendStringInfoChar(text, (unsigned char) *c < ' ' ? ' ' : *c);
	}
}

static void
append_cell(StringInfo text, const char *words)
{
	appendStringInfoString(text, "| ");
	append_words(text, words);
	appendStringInfoChar(text, ' ');
}

static void
append_number_cell(StringInfo text, double value)
{
	if (isnan(value))
		append_cell(text, "");
	else
		append_cell(text, psprintf("%.6g", value));
}

/* "* LABEL: NUMBER", unless it is unknown. */
static void
append_number_line(StringInfo text, const char *label, double value)
{
	if (!isnan(value))
		appendStringInfo(text, "* %s: %.6g\n", label, value);
}

/* The scores of the rows that were held out, if there are any, else of those left out of folds. */
static JsonbContainer *
best_scores(JsonbContainer *metrics)
{
	JsonbContainer *scores = container(metrics, "validation");

	return scores ? scores : container(metrics, "out_of_fold");
}

/* Features whose values are inputs of networks or of trees. */
static int
used_features(const Model *model)
{
	const Preprocessing *preprocessing = &model->preprocessing;
	int					 n = model->n_tree_inputs;

	for (int j = 0, k = 0; j < preprocessing->n_used; j++)
	{
		while (k < model->n_tree_inputs && model->tree_inputs[k] < preprocessing->used[j])
			k++;
		n += k == model->n_tree_inputs || model->tree_inputs[k] != preprocessing->used[j];
	}
	return n;
}

static void
append_data(StringInfo text, const Model *model, JsonbContainer *metrics)
{
	JsonbContainer *counts = container(metrics, "classes");
	JsonbContainer *recall = container(best_scores(metrics), "recall");

	appendStringInfoString(text, "## Data\n\n");
	append_number_line(text, "training rows", number(metrics, "objects"));
	append_number_line(text, "effective training rows", number(metrics, "effective_objects"));
	append_number_line(text, "area under the ROC curve of telling them from the survey",
					   number(container(metrics, "survey"), "auc"));
	appendStringInfo(text, "* features: %d, of which %d are used\n* classes: %d\n\n",
					 model->preprocessing.n_features, used_features(model), model->n_classes);
	appendStringInfoString(text, "| class | training rows | recall |\n|---|---:|---:|\n");
	for (int c = 0; c < model->n_classes; c++)
	{
		const char *name = model_class_name(model, c);

		append_cell(text, name);
		append_number_cell(text, number(counts, name));
		append_number_cell(text, number(recall, name));
		appendStringInfoString(text, "|\n");
	}
}

static void
append_recipe(StringInfo text, JsonbContainer *info)
{
	JsonbContainer	  *options = container(info, "options");
	JsonbIterator	  *iterator;
	JsonbValue		   value;
	JsonbIteratorToken token;

	appendStringInfoString(text, "\n## Recipe\n\n");
	append_number_line(text, "networks", number(info, "networks"));
	append_number_line(text, "boosted trees", number(info, "trees"));
	append_number_line(text, "parameters", number(info, "parameters"));
	append_number_line(text, "epochs", number(container(info, "metrics"), "epochs"));
	if (options == NULL || !JsonContainerIsObject(options))
		return;
	appendStringInfoString(text, "\n| option | value |\n|---|---|\n");
	iterator = JsonbIteratorInit(options);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_KEY)
			append_cell(text, pnstrdup(value.val.string.val, value.val.string.len));
		else if (token == WJB_VALUE)
		{
			append_cell(text, json_text(&value));
			appendStringInfoString(text, "|\n");
		}
}

/* A row of the table of scores. */
static void
append_scores(StringInfo text, const char *rows, JsonbContainer *scores)
{
	static const char *const keys[] = {"objects", "log_loss", "accuracy", "calibration_error"};

	if (scores == NULL)
		return;
	append_cell(text, rows);
	for (int i = 0; i < lengthof(keys); i++)
		append_number_cell(text, number(scores, keys[i]));
	appendStringInfoString(text, "|\n");
}

static void
append_metrics(StringInfo text, JsonbContainer *info)
{
	JsonbContainer *metrics = container(info, "metrics");

	appendStringInfoString(text, "\n## Metrics\n\n");
	if (best_scores(metrics) != NULL)
	{
		appendStringInfoString(text,
							   "| rows | number | weighted log loss | accuracy | calibration error "
							   "|\n|---|---:|---:|---:|---:|\n");
		append_scores(text, "held out", container(metrics, "validation"));
		append_scores(text, "out of fold", container(metrics, "out_of_fold"));
		appendStringInfoChar(text, '\n');
	}
	append_number_line(text, "training loss", number(metrics, "training_loss"));
	append_number_line(text, "validation loss", number(metrics, "validation_loss"));
	append_number_line(text, "temperature", number(info, "temperature"));
}

/* The names of the classes with few training rows, separated by commas; empty for none. */
static char *
small_classes(const Model *model, JsonbContainer *metrics)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int c = 0; c < model->n_classes; c++)
	{
		const char *name = model_class_name(model, c);

		if (number(container(metrics, "classes"), name) < FEW_OBJECTS)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", name);
	}
	return names.data;
}

static void
append_limits(StringInfo text, const Model *model, JsonbContainer *info)
{
	JsonbContainer *metrics = container(info, "metrics");
	char		   *few = small_classes(model, metrics);

	appendStringInfo(text,
					 "\n## Limits\n\n"
					 "* It expects %d features, those of its training, in the same order%s.\n"
					 "* An object of any other class gets one of the %d classes above.\n",
					 model->preprocessing.n_features,
					 model->n_feature_names > 0 ? ", as `feature_names` lists them" : "",
					 model->n_classes);
	if (!model->preprocessing.unbounded)
		appendStringInfoString(
			text, "* Features beyond the range of those in training count as the nearest of it: "
				  "objects unlike those in training are not noticed.\n");
	if (best_scores(metrics) == NULL)
		appendStringInfoString(text,
							   "* No rows were held out: what the probabilities are worth has "
							   "not been measured.\n");
	if (container(metrics, "calibration") == NULL)
		appendStringInfoString(text, "* The probabilities have not been calibrated.\n");
	if (few[0] != '\0')
	{
		appendStringInfo(text, "* Fewer than %d training rows: ", FEW_OBJECTS);
		append_words(text, few);
		appendStringInfoString(text, ".\n");
	}
	if (model->gate.closed != NULL)
		appendStringInfo(text,
						 "* Some classes are closed where feature %d is 0 or where it is not: they "
						 "get a small, constant probability there (`gate`).\n",
						 model->gate.feature + 1);
}

/* plasticc_model_card(model): Markdown */
Datum
plasticc_model_card(PG_FUNCTION_ARGS)
{
	CachedModel	   *cached = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0));
	JsonbContainer *info = &model_info(cached)->root;
	StringInfoData	text;

	initStringInfo(&text);
	appendStringInfo(&text, "# Model of %d classes\n\n", cached->model->n_classes);
	append_data(&text, cached->model, container(info, "metrics"));
	append_recipe(&text, info);
	append_metrics(&text, info);
	append_limits(&text, cached->model, info);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}
