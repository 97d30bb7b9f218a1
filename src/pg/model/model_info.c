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

/* The layers, whose shapes all members share, and the number of parameters of all members. */
static void
append_layers(StringInfo text, const Model *model)
{
	const Member *first = &model->members[0];
	int64		  n_parameters = 0;

	json_integer_member(text, "members", model->n_members);
	json_key(text, "layers");
	appendStringInfoChar(text, '[');
	for (int i = 0; i < first->n_layers; i++)
	{
		const DenseLayer *layer = &first->layers[i];

		appendStringInfo(text, "%s{\"inputs\": %d, \"outputs\": %d, \"activation\": \"%s\"}",
						 i > 0 ? ", " : "", layer->n_in, layer->n_out,
						 activation_choices[layer->activation]);
	}
	appendStringInfoChar(text, ']');
	for (int m = 0; m < model->n_members; m++)
		for (int i = 0; i < model->members[m].n_layers; i++)
		{
			const DenseLayer *layer = &model->members[m].layers[i];

			n_parameters += ((int64) layer->n_in + 1) * layer->n_out;
		}
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
	append_layers(&text, model);
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
