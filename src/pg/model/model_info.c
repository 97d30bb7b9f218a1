/*
 * model_info.c
 *		plasticc_model_info: what a model is.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/json.h"

#include "core/model/preprocess.h"
#include "pg/model/model_cache.h"
#include "pg/model/model_classes.h"
#include "pg/model/model_info.h"
#include "pg/util/json_text.h"

PG_FUNCTION_INFO_V1(plasticc_model_info);

static int64
network_parameters(const DenseNetwork *network)
{
	int64 n = 0;

	for (int i = 0; i < network->n_layers; i++)
		n += ((int64) network->layers[i].n_in + 1) * network->layers[i].n_out;
	return n;
}

/* The thresholds and the values of leaves. */
static int64
booster_parameters(const Booster *booster, int n_classes)
{
	int64 n = n_classes;

	for (int t = 0; t < booster->n_trees; t++)
		n += booster->trees[t].n_nodes / 2 + (int64) tree_leaves(&booster->trees[t]) * n_classes;
	return n;
}

/* The layers, whose shapes all networks share; none without networks. */
static void
append_layers(StringInfo text, const Model *model)
{
	int n_layers = model->n_networks > 0 ? model->networks[0].n_layers : 0;

	json_key(text, "layers");
	appendStringInfoChar(text, '[');
	for (int i = 0; i < n_layers; i++)
	{
		const DenseLayer *layer = &model->networks[0].layers[i];

		appendStringInfo(text, "%s{\"inputs\": %d, \"outputs\": %d, \"activation\": \"%s\"}",
						 i > 0 ? ", " : "", layer->n_in, layer->n_out,
						 activation_choices[layer->activation]);
	}
	appendStringInfoChar(text, ']');
}

/* The trees of each booster, their number. */
static void
append_rounds(StringInfo text, const Model *model)
{
	json_key(text, "rounds");
	appendStringInfoChar(text, '[');
	for (int m = 0; m < model->n_boosters; m++)
		appendStringInfo(text, "%s%d", m > 0 ? ", " : "", model->boosters[m].n_trees);
	appendStringInfoChar(text, ']');
}

static void
append_members(StringInfo text, const Model *model)
{
	int64 n_parameters = 0;

	json_integer_member(text, "members", model->n_networks + model->n_boosters);
	json_integer_member(text, "networks", model->n_networks);
	append_layers(text, model);
	json_integer_member(text, "trees", model->n_boosters);
	append_rounds(text, model);
	json_number_member(text, "tree_weight", model->tree_weight);
	for (int m = 0; m < model->n_networks; m++)
		n_parameters += network_parameters(&model->networks[m]);
	for (int m = 0; m < model->n_boosters; m++)
		n_parameters += booster_parameters(&model->boosters[m], model->n_classes);
	json_integer_member(text, "parameters", n_parameters);
}

/* The temperature, and the factor by which calibration multiplies each class's probability. */
static void
append_calibration(StringInfo text, const Model *model)
{
	json_number_member(text, "temperature", model->temperature);
	json_key(text, "class_multipliers");
	appendStringInfoChar(text, '{');
	for (int c = 0; c < model->n_classes; c++)
		json_number_member(text, model_class_name(model, c), exp(model->log_multipliers[c]));
	appendStringInfoChar(text, '}');
}

/* The constant probabilities of the classes that are closed on a side of the gate. */
static void
append_closed(StringInfo text, const Model *model, const char *key, GateSide side)
{
	const float *closed = gate_row(&model->gate, model->n_classes, side);

	Assert(closed != NULL);
	json_key(text, key);
	appendStringInfoChar(text, '{');
	for (int c = 0; c < model->n_classes; c++)
		if (closed[c] > 0.0f)
			json_number_member(text, model_class_name(model, c), closed[c]);
	appendStringInfoChar(text, '}');
}

/* The gate's feature, counted from 1, and the classes closed where it is 0 and elsewhere. */
static void
append_gate(StringInfo text, const Model *model)
{
	json_key(text, "gate");
	if (model->gate.closed == NULL)
	{
		appendStringInfoString(text, "null");
		return;
	}
	appendStringInfoChar(text, '{');
	json_integer_member(text, "feature", model->gate.feature + 1);
	append_closed(text, model, "closed_at_zero", GATE_ZERO);
	append_closed(text, model, "closed_elsewhere", GATE_OTHER);
	appendStringInfoChar(text, '}');
}

/* An array of numbers, to each of which first is added. */
static void
append_integers(StringInfo text, const char *key, int n, const int32_t *values, int first)
{
	json_key(text, key);
	appendStringInfoChar(text, '[');
	for (int i = 0; i < n; i++)
		appendStringInfo(text, "%s%d", i > 0 ? ", " : "", first + values[i]);
	appendStringInfoChar(text, ']');
}

/* An array of n names, or null for none. */
static void
append_names(StringInfo text, const char *key, int n, char *const *names)
{
	json_key(text, key);
	if (n == 0)
	{
		appendStringInfoString(text, "null");
		return;
	}
	appendStringInfoChar(text, '[');
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		escape_json(text, server_text(names[i]));
	}
	appendStringInfoChar(text, ']');
}

Jsonb *
model_info(const CachedModel *cached)
{
	const Model			*model = cached->model;
	const Preprocessing *preprocessing = &model->preprocessing;
	StringInfoData		 text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	append_integers(&text, "classes", model->n_classes, model->classes, 0);
	append_names(&text, "class_names", model->class_names ? model->n_classes : 0,
				 model->class_names);
	json_integer_member(&text, "features", preprocessing->n_features);
	append_names(&text, "feature_names", model->n_feature_names, model->feature_names);
	json_key(&text, "normalisation");
	escape_json(&text, normalisation_choices[preprocessing->normalisation]);
	append_integers(&text, "used_features", preprocessing->n_used, preprocessing->used, 1);
	append_integers(&text, "missing_flags", preprocessing->n_flagged, preprocessing->flagged, 1);
	append_integers(&text, "tree_features", model->n_tree_inputs, model->tree_inputs, 1);
	append_members(&text, model);
	append_calibration(&text, model);
	append_gate(&text, model);
	json_integer_member(&text, "bytes", (int64) cached->size);
	json_key(&text, "options");
	appendStringInfoString(&text, server_text(model->options));
	json_key(&text, "metrics");
	appendStringInfoString(&text, server_text(model->metrics));
	appendStringInfoChar(&text, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data)));
}

/* plasticc_model_info(model) */
Datum
plasticc_model_info(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(model_info(cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))));
}
