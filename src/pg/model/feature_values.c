/*
 * feature_values.c
 *		plasticc_features_json and plasticc_feature_rows: the elements of a feature
 *		array by their names.
 *
 * The names are those of the catalog, of a model, or given.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "core/base/limits.h"
#include "pg/model/feature_names.h"
#include "pg/model/model_cache.h"
#include "pg/util/arrays.h"
#include "pg/util/json_text.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_features_json);
PG_FUNCTION_INFO_V1(plasticc_features_json_names);
PG_FUNCTION_INFO_V1(plasticc_features_json_model);
PG_FUNCTION_INFO_V1(plasticc_features_json_model_name);
PG_FUNCTION_INFO_V1(plasticc_feature_rows);
PG_FUNCTION_INFO_V1(plasticc_feature_rows_names);
PG_FUNCTION_INFO_V1(plasticc_feature_rows_model);
PG_FUNCTION_INFO_V1(plasticc_feature_rows_model_name);

typedef struct NamedFeatures
{
	int			 n;
	float		*values; /* NaN where missing */
	FeatureName *names;
} NamedFeatures;

/* ------------------------------------------------------------------------
 * Features and their names
 * ------------------------------------------------------------------------
 */

/* The features in argument 0, without names yet. */
static NamedFeatures
feature_values(FunctionCallInfo fcinfo)
{
	ArrayType	 *array = PG_GETARG_ARRAYTYPE_P(0);
	NamedFeatures features = {.n = feature_array_length(array, NULL)};

	features.values = palloc(sizeof(float) * Max(1, features.n));
	copy_features(array, features.values);
	return features;
}

static NamedFeatures
features_by_catalog(FunctionCallInfo fcinfo)
{
	NamedFeatures features = feature_values(fcinfo);

	features.names = catalog_names(features.n);
	return features;
}

static NamedFeatures
features_by_names(FunctionCallInfo fcinfo)
{
	NamedFeatures features = feature_values(fcinfo);
	int			  n;
	text		**names = text_elements(PG_GETARG_ARRAYTYPE_P(1), "names", MODEL_MAX_FEATURES, &n);

	if (n != features.n)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("expected %d names, not %d", features.n, n),
						errhint("Pass one name for each feature.")));
	features.names = palloc(sizeof(FeatureName) * n);
	for (int i = 0; i < n; i++)
		features.names[i] = described_name(text_to_cstring(names[i]));
	return features;
}

static NamedFeatures
features_of_model(FunctionCallInfo fcinfo, const Model *model)
{
	NamedFeatures features = feature_values(fcinfo);

	check_feature_count(model, PG_GETARG_ARRAYTYPE_P(0), NULL);
	features.names = model_feature_names(model);
	return features;
}

static NamedFeatures
features_by_model(FunctionCallInfo fcinfo)
{
	return features_of_model(fcinfo, cached_model(fcinfo->flinfo, PG_GETARG_DATUM(1))->model);
}

static NamedFeatures
features_by_model_name(FunctionCallInfo fcinfo)
{
	return features_of_model(fcinfo,
							 cached_model_by_name(fcinfo->flinfo, PG_GETARG_TEXT_PP(1))->model);
}

/* ------------------------------------------------------------------------
 * Results
 * ------------------------------------------------------------------------
 */

/* {"name": value, ...}, null where a value is missing */
static Datum
features_object(NamedFeatures features)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (int i = 0; i < features.n; i++)
	{
		char number[FLOAT_SHORTEST_DECIMAL_LEN] = "null";

		if (!isnan(features.values[i]))
			float_to_shortest_decimal_buf(features.values[i], number);
		json_key(&text, features.names[i].name);
		appendStringInfoString(&text, number);
	}
	appendStringInfoChar(&text, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
}

/* Rows (ordinal, name, value, unit, feature_group). */
static Datum
feature_rows(FunctionCallInfo fcinfo, NamedFeatures features)
{
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = 0; i < features.n; i++)
	{
		const FeatureName *name = &features.names[i];
		Datum			   values[5] = {Int32GetDatum(i + 1), CStringGetTextDatum(name->name)};
		bool			   nulls[lengthof(values)] = {false};

		values[2] = float_or_null(features.values[i], &nulls[2]);
		values[3] = text_or_null(name->unit, &nulls[3]);
		values[4] = text_or_null(name->group, &nulls[4]);
		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

/* plasticc_features_json(features [, names | model | name of a model]) */
Datum
plasticc_features_json(PG_FUNCTION_ARGS)
{
	return features_object(features_by_catalog(fcinfo));
}

Datum
plasticc_features_json_names(PG_FUNCTION_ARGS)
{
	return features_object(features_by_names(fcinfo));
}

Datum
plasticc_features_json_model(PG_FUNCTION_ARGS)
{
	return features_object(features_by_model(fcinfo));
}

Datum
plasticc_features_json_model_name(PG_FUNCTION_ARGS)
{
	return features_object(features_by_model_name(fcinfo));
}

/* plasticc_feature_rows(features [, names | model | name of a model]) */
Datum
plasticc_feature_rows(PG_FUNCTION_ARGS)
{
	return feature_rows(fcinfo, features_by_catalog(fcinfo));
}

Datum
plasticc_feature_rows_names(PG_FUNCTION_ARGS)
{
	return feature_rows(fcinfo, features_by_names(fcinfo));
}

Datum
plasticc_feature_rows_model(PG_FUNCTION_ARGS)
{
	return feature_rows(fcinfo, features_by_model(fcinfo));
}

Datum
plasticc_feature_rows_model_name(PG_FUNCTION_ARGS)
{
	return feature_rows(fcinfo, features_by_model_name(fcinfo));
}
