/*
 * predict_statements.c
 *		The SQL of plasticc_predict.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"

#include "pg/pipeline/predict_statements.h"

/* ------------------------------------------------------------------------
 * What is to be done
 * ------------------------------------------------------------------------
 */

/*
 * The condition on a row f of the features, by range.  As in extraction, the target's rows
 * lie in the range where both have the same collation.
 */
static char *
is_unclassified(const Prediction *prediction, const PipelineJob *job, bool range)
{
	const ObjectKey *key = &prediction->key;
	const KeyColumn *id = &prediction->id;
	const KeyColumn *target_id = &prediction->target_id;

	return psprintf("f.%s IS NOT NULL AND f.%s IS NOT NULL%s AND NOT EXISTS ("
					"SELECT 1 FROM %s AS p WHERE %s%s "
					"AND p.model OPERATOR(pg_catalog.=) %s "
					"AND p.version OPERATOR(pg_catalog.=) %d "
					"AND p.features_at OPERATOR(pg_catalog.=) %s)",
					id->name, prediction->column, key_range(range, key, "f", id),
					prediction->target.name,
					key_equals(key, "p", target_id, psprintf("f.%s", id->name)),
					key_range(range && id->collation == target_id->collation, key, "p", target_id),
					quote_literal_cstr(job->model), job->version, prediction->extracted_at);
}

char *
unclassified_query(const Prediction *prediction, const PipelineJob *job, bool range)
{
	return psprintf("SELECT %s AS object_id FROM %s AS f WHERE %s ORDER BY 1",
					key_value(&prediction->key, "f", &prediction->id), prediction->features.name,
					is_unclassified(prediction, job, range));
}

/* INSERT with this query of (object_id, model, version, probabilities, predicted_at, features_at).
 */
static char *
insert_query(const Prediction *prediction, const char *query)
{
	return psprintf("INSERT INTO %s AS t "
					"(object_id, model, version, probabilities, predicted_at, features_at) "
					"%s ON CONFLICT (%s) DO %s",
					prediction->target.name, query, prediction->conflict,
					prediction->history ? "NOTHING"
										: "UPDATE SET model = EXCLUDED.model, "
										  "version = EXCLUDED.version, "
										  "probabilities = EXCLUDED.probabilities, "
										  "predicted_at = EXCLUDED.predicted_at, "
										  "features_at = EXCLUDED.features_at");
}

/* ------------------------------------------------------------------------
 * Classified by this process
 * ------------------------------------------------------------------------
 */

char *
stored_features_query(const Prediction *prediction)
{
	return psprintf("SELECT %s, f.%s, %s FROM %s AS f WHERE %s AND f.%s IS NOT NULL ORDER BY 1",
					key_value(&prediction->key, "f", &prediction->id), prediction->column,
					prediction->extracted_at, prediction->features.name,
					key_in(&prediction->key, "f", &prediction->id), prediction->column);
}

char *
insert_statement(const Prediction *prediction)
{
	return insert_query(
		prediction,
		"SELECT u.object_id, $6, $7, ($5)[u.first:u.last], pg_catalog.clock_timestamp(), "
		"u.features_at FROM unnest($1, $2, $3, $4) AS u (object_id, features_at, first, last)");
}

/* ------------------------------------------------------------------------
 * Classified where they lie
 * ------------------------------------------------------------------------
 */

/* The column of the features, with exactly the type of the functions' parameters. */
static char *
features_value(const Prediction *prediction)
{
	return psprintf("f.%s::pg_catalog.%s[]", prediction->column,
					prediction->is_double ? "float8" : "float4");
}

/* The days that the object of a row f has been known; not finite or NULL where they are not. */
static char *
known_days_expression(const Prediction *prediction, const EarlyCounter *early)
{
	char *features = features_value(prediction);

	/* a slice begins with 1, whatever the array does */
	return psprintf("((%s)[:])[%d]::pg_catalog.float8 OPERATOR(pg_catalog.+) "
					"((%s)[:])[%d]::pg_catalog.float8",
					features, early->days.detection_span + 1, features,
					early->days.time_after_detections + 1);
}

char *
count_query(const Prediction *prediction, const PipelineJob *job, const EarlyCounter *early)
{
	if (early == NULL)
		return NULL;
	/* groups of one, lest the planner put the expression, which reads the features, in each place
	 * of c.days */
	return psprintf("SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER "
					"(WHERE c.days OPERATOR(pg_catalog.<) '%.17g'::pg_catalog.float8) "
					"FROM (SELECT pg_catalog.max(%s) AS days FROM %s AS f WHERE %s "
					"GROUP BY f.%s) AS c "
					"WHERE c.days OPERATOR(pg_catalog.>) '-Infinity'::pg_catalog.float8 "
					"AND c.days OPERATOR(pg_catalog.<) 'Infinity'::pg_catalog.float8",
					early->objects.days, known_days_expression(prediction, early),
					prediction->features.name, is_unclassified(prediction, job, true),
					prediction->id.name);
}

char *
classify_statement(const Prediction *prediction, const PipelineJob *job)
{
	const char *schema = prediction->schema;
	char	   *model = "m.model";

	if (prediction->is_double)
		model = psprintf("m.model::%s.plasticc_model_bytes", schema);
	return insert_query(
		prediction, psprintf("SELECT f.%s, m.name, m.version, %s.plasticc_classify(%s, %s), $2, %s "
							 "FROM %s AS f, %s.plasticc_models AS m "
							 "WHERE m.name OPERATOR(pg_catalog.=) %s::pg_catalog.text "
							 "AND m.version OPERATOR(pg_catalog.=) %d AND %s",
							 prediction->id.name, schema, model, features_value(prediction),
							 prediction->extracted_at, prediction->features.name, schema,
							 quote_literal_cstr(job->model), job->version,
							 is_unclassified(prediction, job, true)));
}
