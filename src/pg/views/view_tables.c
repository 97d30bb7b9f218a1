/*
 * view_tables.c
 *		What the views read, as SQL: tables, columns whose types may differ, and the
 *		conditions that join them.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/util/extension.h"
#include "pg/util/type_kinds.h"
#include "pg/views/view_call.h"

static bool
is_probabilities(Oid type)
{
	return type == FLOAT4ARRAYOID || type == FLOAT8ARRAYOID;
}

static bool
is_timestamptz(Oid type)
{
	return type == TIMESTAMPTZOID;
}

void
check_predictions(const PipelineTable *predictions)
{
	static const struct
	{
		const char *name;
		bool (*accepts)(Oid type);
		const char *accepted;
	} columns[] = {
		{"model", is_text, "a text"},
		{"version", is_integer, "an integer"},
		{"probabilities", is_probabilities, "real[] or double precision[]"},
		{"predicted_at", is_timestamptz, "timestamptz"},
		{"features_at", is_timestamptz, "timestamptz"},
	};

	for (int i = 0; i < lengthof(columns); i++)
	{
		Oid type = column_type(predictions->oid, columns[i].name);

		if (!OidIsValid(type))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
							errmsg("predictions: %s has no column \"%s\"", predictions->name,
								   columns[i].name),
							errhint("plasticc_create_prediction_table() creates a table for them, "
									"which plasticc_predict fills.")));
		if (!columns[i].accepts(type))
			raise_bad_type(predictions, columns[i].name, type, columns[i].accepted);
	}
}

/* The column that an option names, or else the one that is called so, if there is one. */
static const char *
chosen_column(const PipelineTable *table, const char *option, const char *otherwise)
{
	if (option)
		return option;
	return OidIsValid(column_type(table->oid, otherwise)) ? otherwise : NULL;
}

void
substitute(ViewCall *call, const char *name, const char *value)
{
	call->substitutions =
		call->substitutions
			? repalloc(call->substitutions, sizeof(Substitution) * (call->n_substitutions + 1))
			: palloc(sizeof(Substitution));
	call->substitutions[call->n_substitutions++] = (Substitution){name, value};
}

/*
 * Of each object and model the latest prediction, with the one before: probabilities
 * and the version that they are of.
 */
static char *
latest_predictions(const ViewCall *call)
{
	static const char *const key[] = {"object_id", "model"};

	if (has_unique_index(call->predictions.oid, key, lengthof(key)))
		return psprintf("(SELECT x.*, NULL::float4[] AS previous_probabilities,"
						" NULL::int4 AS previous_version FROM %s AS x)",
						call->predictions.name);
	/* DISTINCT ON, because the planner knows how many rows it leaves. */
	return psprintf(
		"(SELECT DISTINCT ON (x.object_id, x.model) x.*, lead(x.probabilities) OVER w AS"
		" previous_probabilities, lead(x.version) OVER w AS previous_version FROM %s AS x"
		" WINDOW w AS (PARTITION BY x.object_id, x.model ORDER BY x.features_at DESC,"
		" x.predicted_at DESC, x.version DESC) ORDER BY x.object_id, x.model,"
		" x.features_at DESC, x.predicted_at DESC, x.version DESC)",
		call->predictions.name);
}

/* The true class by the name that the model, the challenge or nobody gives to its number. */
static void
substitute_target(ViewCall *call)
{
	const char *column = chosen_column(&call->metadata, call->options.target, "target");
	const char *value;

	call->has_target = column != NULL;
	if (!column)
	{
		substitute(call, "true_class_name", "NULL::text");
		substitute(call, "true_class_join", "");
		return;
	}
	value = text_column(&call->metadata, "m", column, "target");
	if (!is_integer(column_type(call->metadata.oid, column)))
	{
		substitute(call, "true_class_name", value);
		substitute(call, "true_class_join", "");
		return;
	}
	substitute(call, "true_class_name",
			   psprintf("coalesce(c.class_names[array_position(c.classes::int8[], m.%s::int8)], "
						"t.name, %s)",
						quote_identifier(column), value));
	substitute(call, "true_class_join",
			   psprintf(" LEFT JOIN %s.plasticc_class_catalog() AS t ON t.class = m.%s",
						extension_schema(call->flinfo->fn_oid), quote_identifier(column)));
}

static void
substitute_metadata(ViewCall *call)
{
	const char	   *column;
	const KeyColumn predictions_key = {.name = "object_id"};
	KeyColumn		key = key_column(&call->metadata, call->options.metadata_object_id,
									 "metadata_object_id", &call->key, NULL);

	substitute(call, "metadata", call->metadata.name);
	substitute(call, "metadata_matches",
			   key_equals(&call->key, "m", &key, key_value(&call->key, "p", &predictions_key)));
	if (call->options.field)
		substitute(call, "field", text_column(&call->metadata, "m", call->options.field, "field"));
	else if ((column = chosen_column(&call->metadata, NULL, "ddf")))
		substitute(call, "field",
				   psprintf("CASE %s WHEN true THEN 'deep' WHEN false THEN 'wide' END",
							boolean_column(&call->metadata, "m", column, "field")));
	else
		substitute(call, "field", "NULL::text");

	/* surveys write -9 or the like where it is not known */
	column = chosen_column(&call->metadata, call->options.redshift, "hostgal_photoz");
	if (column)
	{
		char *redshift = number_column(&call->metadata, "m", column, "redshift");

		substitute(call, "redshift",
				   psprintf("CASE WHEN %s BETWEEN 0 AND 1000 THEN %s END", redshift, redshift));
	}
	else
		substitute(call, "redshift", "NULL::float8");
	substitute(call, "redshift_bin", psprintf("%.15g", call->options.redshift_bin));
	substitute_target(call);
}

/* When each object was observed: by the table of observations, or by the stored light curves. */
static void
substitute_nights(ViewCall *call)
{
	const char *schema = extension_schema(call->flinfo->fn_oid);
	const char *column;
	KeyColumn	key;

	call->has_nights = true;
	if (OidIsValid(call->observations.oid))
	{
		const PipelineTable *observations = &call->observations;

		key = key_column(observations, call->options.observations_object_id,
						 "observations_object_id", &call->key, NULL);
		column = chosen_column(observations, call->options.detected, "detected");
		substitute(call, "observed", psprintf("%s AS o", observations->name));
		substitute(call, "observed_id", psprintf("o.%s", key.name));
		substitute(call, "mjd", number_column(observations, "o", call->options.mjd, "mjd"));
		substitute(call, "detected",
				   column ? boolean_column(observations, "o", column, "detected") : "false");
	}
	else if (OidIsValid(column_type(call->features.oid, "lightcurve")))
	{
		key = key_column(&call->features, "object_id", NULL, &call->key, NULL);
		substitute(call, "observed",
				   psprintf("%s AS f CROSS JOIN LATERAL %s.plasticc_observations(f.lightcurve) "
							"AS o",
							call->features.name, schema));
		substitute(call, "observed_id", "f.object_id");
		substitute(call, "mjd", "o.mjd");
		substitute(call, "detected", "o.detected");
	}
	else
	{
		call->has_nights = false;
		return;
	}
	key.name = "object_id";
	substitute(call, "observed_matches",
			   key_equals(&call->key, "n", &key, key_value(&call->key, "p", &key)));
}

void
substitute_tables(ViewCall *call)
{
	const char *schema = extension_schema(call->flinfo->fn_oid);

	substitute(call, "model_versions", psprintf("%s.plasticc_model_versions", schema));
	substitute(call, "class_catalog", psprintf("%s.plasticc_class_catalog()", schema));
	substitute(call, "cross_validations", psprintf("%s.plasticc_cross_validations", schema));
	substitute(call, "training_log", psprintf("%s.plasticc_training_log", schema));
	substitute(call, "features", call->features.name);
	substitute(call, "all_predictions", call->predictions.name);
	substitute(call, "latest_predictions", latest_predictions(call));
	substitute(call, "low_confidence", psprintf("%.15g", call->options.low_confidence));
	substitute_metadata(call);
	substitute_nights(call);
}

void
append_filled(StringInfo text, const ViewCall *call, const char *template)
{
	for (const char *open; (open = strchr(template, '{')); template = strchr(open, '}') + 1)
	{
		const char *value = NULL;
		size_t		length = strcspn(open + 1, "}");

		for (int i = 0; i < call->n_substitutions && !value; i++)
			if (strlen(call->substitutions[i].name) == length &&
				memcmp(call->substitutions[i].name, open + 1, length) == 0)
				value = call->substitutions[i].value;
		if (!value)
			elog(ERROR, "nothing to substitute for \"%s\"", open);
		appendBinaryStringInfo(text, template, open - template);
		appendStringInfoString(text, value);
	}
	appendStringInfoString(text, template);
}
