/*
 * view_definitions.c
 *		What plasticc_create_views creates: names, columns and statements.
 */
#include "pg/module/plasticc.h"

#include "pg/views/view_definitions.h"

/* Classes and their names as arrays, by model and version: computed once a query. */
#define CLASS_ARRAYS                                                                               \
	"(SELECT model, version, array_agg(class ORDER BY position) AS classes,"                       \
	" array_agg(class_name ORDER BY position) AS class_names"                                      \
	" FROM {classes} GROUP BY model, version)"

/* Of predictions p the arrays c, and of each row the ranking r of classes by probability. */
#define RANKED                                                                                     \
	" JOIN " CLASS_ARRAYS " AS c ON c.model = p.model AND c.version = p.version"                   \
	" CROSS JOIN LATERAL ("                                                                        \
	"SELECT array_agg(u.position ORDER BY u.probability DESC, u.position) AS positions,"           \
	" coalesce(-sum(u.probability::float8 * ln(u.probability::float8))"                            \
	" FILTER (WHERE u.probability > 0), 0) AS entropy"                                             \
	" FROM unnest(p.probabilities) WITH ORDINALITY AS u (probability, position)) AS r"

#define RANKED_COLUMNS                                                                             \
	{"object_id", "p.object_id", "what identifies the object"}, /* */                              \
		{"model", "p.model::text", "name of the model"},                                           \
		{"version", "p.version", "version of the model"},                                          \
		{"class", "c.classes[r.positions[1]]", "most probable class: its number"},                 \
		{"class_name", "c.class_names[r.positions[1]]", "most probable class: its name"},          \
		{"probability", "p.probabilities[r.positions[1]]",                                         \
		 "probability of the most probable class: the confidence"},                                \
		{"runner_up", "c.classes[r.positions[2]]", "second most probable class: its number"},      \
		{"runner_up_name", "c.class_names[r.positions[2]]",                                        \
		 "second most probable class: its name"},                                                  \
		{"runner_up_probability", "p.probabilities[r.positions[2]]",                               \
		 "probability of the second most probable class"},                                         \
		{"entropy", "r.entropy",                                                                   \
		 "entropy of the probabilities, from 0 to ln(number of classes): 0 is certain"},           \
	{                                                                                              \
		"probabilities", "p.probabilities", "probabilities of all classes, in the model's order"   \
	}

static const ViewColumn class_columns[] = {
	{"model", "v.name", "name of the model"},
	{"version", "v.version", "version of the model"},
	{"position", "u.position::int4", "place of the class among the probabilities, from 1"},
	{"class", "u.class", "class: its number"},
	{"class_name", "coalesce(v.class_names[u.position], k.name, u.class::text)",
	 "class: the label in training, the challenge's name of the number, or the number"},
	{"galactic", "k.galactic",
	 "whether objects of the class are in the Milky Way; NULL where not known"},
};

/* Numbers are those of the challenge if all classes of the model are. */
static const char class_source[] =
	"FROM {model_versions} AS v"
	" CROSS JOIN LATERAL unnest(v.classes) WITH ORDINALITY AS u (class, position)"
	" LEFT JOIN {class_catalog} AS k ON v.class_names IS NULL AND k.class = u.class"
	" AND v.classes <@ ARRAY(SELECT class FROM {class_catalog})";

static const ViewColumn history_columns[] = {
	RANKED_COLUMNS,
	{"predicted_at", "p.predicted_at", "when the prediction was made"},
	{"features_at", "p.features_at", "when the features were extracted"},
};

static const char history_source[] = "FROM {all_predictions} AS p" RANKED;

static const ViewColumn prediction_columns[] = {
	RANKED_COLUMNS,
	{"predicted_at", "p.predicted_at", "when the prediction was made"},
	{"features_at", "p.features_at", "when the features were extracted"},
	{"previous_class", "b.classes[q.position]",
	 "most probable class of the prediction before, of this model in any version; NULL where there "
	 "is none"},
	{"previous_class_name", "b.class_names[q.position]", "its name"},
	{"true_class_name", "{true_class_name}", "true class, where known: its name"},
	{"field", "{field}", "deep or wide, or the field's name"},
	{"redshift", "{redshift}",
	 "redshift of the host galaxy, 0 in the Milky Way; NULL where not known"},
};

/*
 * The most probable class before, of the version that made that prediction.  The arrays
 * b are computed once a query, and with OFFSET the position once a row.
 */
static const char prediction_source[] =
	"FROM {latest_predictions} AS p" RANKED " LEFT JOIN " CLASS_ARRAYS
	" AS b ON b.model = p.model AND b.version = p.previous_version"
	" LEFT JOIN LATERAL ("
	"SELECT array_position(p.previous_probabilities,"
	" (SELECT max(u) FROM unnest(p.previous_probabilities) AS u)) AS position OFFSET 0) AS q ON "
	"true"
	" LEFT JOIN {metadata} AS m ON {metadata_matches}{true_class_join}";

static const ViewColumn probability_columns[] = {
	{"object_id", "p.object_id", "what identifies the object"},
	{"model", "p.model::text", "name of the model"},
	{"version", "p.version", "version of the model"},
	{"class", "c.class", "class: its number"},
	{"class_name", "c.class_name", "class: its name"},
	{"probability", "p.probabilities[c.position]", "probability of the class"},
};

static const char probability_source[] =
	"FROM {latest_predictions} AS p"
	" JOIN {classes} AS c ON c.model = p.model AND c.version = p.version";

static const ViewColumn mix_columns[] = {
	{"model", "p.model", "name of the model"},
	{"field", "p.field", "deep or wide, or the field's name"},
	{"redshift_from", "p.redshift_from",
	 "least redshift of the bin; 0 to 0 is the Milky Way, and NULL not known"},
	{"redshift_to", "p.redshift_to", "upper end of the bin"},
	{"class", "p.class", "most probable class: its number"},
	{"class_name", "p.class_name", "most probable class: its name"},
	{"objects", "count(*)", "number of objects"},
	{"mean_probability", "avg(p.probability)", "mean probability of the most probable class"},
};

/* Multiples of the width are exact as numeric. */
static const char mix_source[] =
	"FROM (SELECT p.*, (b.bin * {redshift_bin})::float8 AS redshift_from,"
	" CASE WHEN p.redshift > 0 THEN ((b.bin + 1) * {redshift_bin})::float8 ELSE b.bin::float8 END"
	" AS redshift_to"
	" FROM {predictions} AS p CROSS JOIN LATERAL ("
	"SELECT floor(p.redshift::numeric / {redshift_bin}) AS bin) AS b) AS p"
	" GROUP BY p.model, p.field, p.redshift_from, p.redshift_to, p.class, p.class_name";

static const ViewColumn night_columns[] = {
	{"model", "p.model", "name of the model"},
	{"night", "n.night", "day of the MJD at which the night's noon was, UTC: floor(mjd - 0.5)"},
	{"date", "'1858-11-17'::date + n.night", "its date"},
	{"class", "p.class", "most probable class, by all observations so far: its number"},
	{"class_name", "p.class_name", "most probable class: its name"},
	{"objects", "count(*)", "number of objects observed in the night"},
	{"detected", "count(*) FILTER (WHERE n.detected)",
	 "number of objects detected in the night; 0 where detections are not recorded"},
};

/* OFFSET keeps the ranking of classes to once an object, however many nights it has. */
static const char night_source[] =
	"FROM (SELECT {observed_id} AS object_id, floor({mjd} - 0.5)::int4 AS night,"
	" bool_or({detected}) AS detected FROM {observed}"
	" WHERE {mjd} BETWEEN -1e6 AND 1e6 GROUP BY 1, 2) AS n"
	" JOIN (SELECT object_id, model, class, class_name FROM {predictions} OFFSET 0) AS p"
	" ON {observed_matches}"
	" GROUP BY p.model, n.night, p.class, p.class_name";

static const ViewColumn confusion_columns[] = {
	{"model", "p.model", "name of the model"},
	{"version", "p.version", "version of the model"},
	{"true_class_name", "p.true_class_name", "true class: its name"},
	{"class", "p.class", "most probable class: its number"},
	{"class_name", "p.class_name", "most probable class: its name"},
	{"objects", "count(*)", "number of objects"},
	{"fraction",
	 "count(*)::float8 / sum(count(*)) OVER (PARTITION BY p.model, p.version, "
	 "p.true_class_name)::float8",
	 "fraction of the objects of the true class that this version has classified"},
};

static const char confusion_source[] =
	"FROM {predictions} AS p WHERE p.true_class_name IS NOT NULL"
	" GROUP BY p.model, p.version, p.true_class_name, p.class, p.class_name";

/* Numbers in the metrics, which owners of models write as they like. */
#define METRIC(json, key)                                                                          \
	"CASE WHEN jsonb_typeof(" json " -> '" key "') = 'number'"                                     \
	" THEN (" json " -> '" key "')::float8 END"

static const ViewColumn metric_columns[] = {
	{"model", "s.model", "name of the model or of the cross-validation"},
	{"version", "s.version", "its version"},
	{"created_at", "s.created_at", "when it was made"},
	{"sample", "s.sample",
	 "objects that the scores are of: held out, out of fold, cross-validation; NULL without "
	 "scores"},
	{"objects", METRIC("s.score", "objects"), "number of these objects"},
	{"accuracy", METRIC("s.score", "accuracy"), "fraction of them classified correctly"},
	{"log_loss", METRIC("s.score", "log_loss"), "the challenge's weighted log loss of them"},
	{"calibration_error", METRIC("s.score", "calibration_error"),
	 "their expected calibration error"},
	{"classes", "cardinality(s.classes)", "number of classes"},
	{"training_objects", METRIC("s.metrics", "objects"), "number of objects it was trained on"},
	{"training_features", METRIC("s.metrics", "features"), "number of features it was given"},
	{"epochs", METRIC("s.metrics", "epochs"), "mean number of epochs of its networks"},
	{"training_loss", METRIC("s.metrics", "training_loss"), "mean loss of its networks, training"},
	{"validation_loss", METRIC("s.metrics", "validation_loss"),
	 "mean loss of its networks on what they did not see"},
	{"seconds", METRIC("s.metrics", "elapsed_seconds"), "duration of the training"},
	{"bytes", "s.bytes", "size of the model"},
};

static const char metric_source[] =
	"FROM ("
	"SELECT v.name AS model, v.version, v.created_at, e.sample, e.score, v.classes, v.metrics,"
	" v.bytes::int8 AS bytes"
	" FROM {model_versions} AS v LEFT JOIN LATERAL (VALUES"
	" ('held out', v.metrics -> 'validation'), ('out of fold', v.metrics -> 'out_of_fold'))"
	" AS e (sample, score) ON e.score IS NOT NULL"
	" UNION ALL "
	"SELECT x.name, x.version, x.created_at, 'cross-validation', x.metrics, x.classes, x.metrics,"
	" NULL::int8"
	" FROM {cross_validations} AS x) AS s";

static const ViewColumn curve_columns[] = {
	{"model", "l.name", "name of the model"},
	{"version", "l.version", "version of the model"},
	{"member", "l.member", "number of the member, from 1: networks, then boosted trees"},
	{"epoch", "l.epoch", "epoch, from 1"},
	{"training_loss", "l.training_loss", "loss on the objects trained on"},
	{"validation_loss", "l.validation_loss",
	 "loss on the objects held out; NULL where there are none"},
	{"learning_rate", "l.learning_rate", "learning rate"},
	{"seconds", "EXTRACT(epoch FROM l.elapsed)::float8", "time since the training started"},
};

static const char curve_source[] = "FROM {training_log} AS l";

static const ViewColumn queue_columns[] = {
	{"priority",
	 "p.entropy / ln(greatest(cardinality(p.probabilities), 2)) + (CASE WHEN "
	 "p.previous_class_name <> p.class_name THEN 1 ELSE 0 END)",
	 "entropy as a fraction of its maximum, plus 1 where the class has changed"},
	{"low_confidence", "p.probability < {low_confidence}",
	 "whether the most probable class has a low probability"},
	{"changed_class", "coalesce(p.previous_class_name <> p.class_name, false)",
	 "whether the prediction before was another class"},
};

static const char queue_source[] =
	"FROM {predictions} AS p"
	" WHERE p.probability < {low_confidence} OR p.previous_class_name <> p.class_name";

static const ViewColumn feature_columns[] = {
	{"object_id", "f.object_id", "what identifies the object"},
};

static const char feature_source[] = "FROM {features} AS f";

#define VIEW(name, comment, prefix, need, extras)                                                  \
	{                                                                                              \
		name, comment, prefix##_columns, lengthof(prefix##_columns), prefix##_source, need, extras \
	}

const ViewDefinition view_definitions[] = {
	VIEW("classes", "classes of every model, one row per class", class, NEEDS_NOTHING, NO_EXTRAS),
	VIEW("history", "all predictions that are kept, with the most probable classes", history,
		 NEEDS_NOTHING, NO_EXTRAS),
	VIEW("predictions",
		 "the latest prediction of each object and model, with the most probable classes and the "
		 "metadata",
		 prediction, NEEDS_NOTHING, METADATA_COLUMNS),
	VIEW("probabilities", "the latest prediction of each object and model, one row per class",
		 probability, NEEDS_NOTHING, NO_EXTRAS),
	VIEW("class_mix", "number of objects by most probable class, field and redshift", mix,
		 NEEDS_NOTHING, NO_EXTRAS),
	VIEW("class_mix_by_night", "number of objects observed in each night, by most probable class",
		 night, NEEDS_NIGHTS, NO_EXTRAS),
	VIEW("confusion", "number of objects by true and most probable class", confusion, NEEDS_TARGET,
		 NO_EXTRAS),
	VIEW("model_metrics", "scores of all models and cross-validations in one shape", metric,
		 NEEDS_NOTHING, NO_EXTRAS),
	VIEW("training_curves", "losses of every member of a model by epoch", curve, NEEDS_NOTHING,
		 NO_EXTRAS),
	VIEW("queue",
		 "objects to look at next: those of low confidence, and those whose class has changed",
		 queue, NEEDS_NOTHING, PREDICTION_COLUMNS),
	VIEW("feature_columns", "chosen features as columns", feature, NEEDS_FEATURE_COLUMNS,
		 FEATURE_COLUMNS),
};

const int n_view_definitions = lengthof(view_definitions);
