\echo Use "ALTER EXTENSION plasticc UPDATE TO '0.2.0'" to load this file. \quit

-- Rows that are there belong to whoever runs the update, a superuser; see README.md for giving them to others.
ALTER TABLE plasticc_models ADD COLUMN owner name NOT NULL DEFAULT current_user;
ALTER TABLE plasticc_training_log ADD COLUMN owner name NOT NULL DEFAULT current_user;
ALTER TABLE plasticc_cross_validations ADD COLUMN owner name NOT NULL DEFAULT current_user;
ALTER TABLE plasticc_out_of_fold ADD COLUMN owner name NOT NULL DEFAULT current_user;

ALTER TABLE plasticc_models ADD COLUMN class_names text[];
ALTER TABLE plasticc_cross_validations ADD COLUMN class_names text[];
ALTER TABLE plasticc_out_of_fold ADD COLUMN object_key text;

-- Promotions: of the rows of an alias, the last one counts.
CREATE TABLE plasticc_aliases (
    name text NOT NULL CHECK (name <> ''),
    promotion integer NOT NULL CHECK (promotion > 0),
    model text NOT NULL,
    version integer NOT NULL,
    promoted_at timestamptz NOT NULL DEFAULT now(),
    owner name NOT NULL DEFAULT current_user,
    PRIMARY KEY (name, promotion)
);

SELECT pg_catalog.pg_extension_config_dump('plasticc_aliases', '');

-- The owner of a name is the role of its rows in these tables, all of which have the same.  Everyone who may read them
-- reads all rows; only the owner's members insert and delete rows of a name; nobody updates any.  Policies do not concern
-- superusers and the tables' owner.
CREATE FUNCTION plasticc_is_owner(owner name) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10;

-- Volatile, because it locks the name and reads rows that a snapshot does not show.
CREATE FUNCTION plasticc_check_owner(relation oid, name text, owner name) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100;

COMMENT ON FUNCTION plasticc_is_owner(name) IS
'whether the current user has the privileges of a role; false if there is no such role';
COMMENT ON FUNCTION plasticc_check_owner(oid, text, name) IS
'true if the current user may insert a row of a name and owner into a relation, otherwise an error; for the policies of plasticc_models, the other tables of trainings and plasticc_aliases';

ALTER TABLE plasticc_models ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON plasticc_models FOR SELECT USING (true);
CREATE POLICY owners_insert ON plasticc_models FOR INSERT WITH CHECK (plasticc_check_owner(tableoid, name, owner));
CREATE POLICY owners_delete ON plasticc_models FOR DELETE USING (plasticc_is_owner(owner));
ALTER TABLE plasticc_training_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON plasticc_training_log FOR SELECT USING (true);
CREATE POLICY owners_insert ON plasticc_training_log FOR INSERT WITH CHECK (plasticc_check_owner(tableoid, name, owner));
CREATE POLICY owners_delete ON plasticc_training_log FOR DELETE USING (plasticc_is_owner(owner));
ALTER TABLE plasticc_cross_validations ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON plasticc_cross_validations FOR SELECT USING (true);
CREATE POLICY owners_insert ON plasticc_cross_validations FOR INSERT WITH CHECK (plasticc_check_owner(tableoid, name, owner));
CREATE POLICY owners_delete ON plasticc_cross_validations FOR DELETE USING (plasticc_is_owner(owner));
ALTER TABLE plasticc_out_of_fold ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON plasticc_out_of_fold FOR SELECT USING (true);
CREATE POLICY owners_insert ON plasticc_out_of_fold FOR INSERT WITH CHECK (plasticc_check_owner(tableoid, name, owner));
CREATE POLICY owners_delete ON plasticc_out_of_fold FOR DELETE USING (plasticc_is_owner(owner));
ALTER TABLE plasticc_aliases ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON plasticc_aliases FOR SELECT USING (true);
CREATE POLICY owners_insert ON plasticc_aliases FOR INSERT WITH CHECK (plasticc_check_owner(tableoid, name, owner));
CREATE POLICY owners_delete ON plasticc_aliases FOR DELETE USING (plasticc_is_owner(owner));

-- What models there are, for those who need no model itself.
CREATE VIEW plasticc_model_versions AS
SELECT name, version, owner, created_at, classes, class_names, feature_names, options, metrics, pg_catalog.octet_length(model) AS bytes
FROM plasticc_models;

-- Not strict: a NULL version means the newest.
CREATE FUNCTION plasticc_promote(name text, version integer, alias text) RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

COMMENT ON FUNCTION plasticc_promote(text, integer, text) IS
'makes an alias, which can be passed for the name of a model, stand for the given version of a model, or the newest for NULL; returns the number of the promotion';

CREATE FUNCTION plasticc_roll_back(alias text, OUT name text, OUT version integer) RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000;

COMMENT ON FUNCTION plasticc_roll_back(text) IS
'removes the last promotion of an alias, and returns the model and version that it stands for again, NULL if none is left';

CREATE FUNCTION plasticc_export_onnx(model bytea) RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION plasticc_export_onnx(bytea) IS
'a model as a file of ONNX (opset 13): input "features", float [N][number of features] with NaN for missing values, output "probabilities", float [N][number of classes], in the order of plasticc_classes(model)';

CREATE FUNCTION plasticc_import_onnx(file bytea) RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION plasticc_import_onnx(bytea) IS
'the model that plasticc_export_onnx made the file of, byte for byte; an error if the graph of the file has been changed since';

CREATE FUNCTION plasticc_model_card(model bytea) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION plasticc_model_card(bytea) IS
'description of a model for people, as Markdown: data, recipe, metrics and limits, all of which come from plasticc_model_info';

CREATE FUNCTION plasticc_class_names(model bytea) RETURNS text[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION plasticc_class_names(bytea) IS
'names of the classes in the order of plasticc_classes(model): the labels that were the target in training, or the numbers as texts';

-- Features by their names.  Some of these forms, with a text, are what literals without a type are resolved to.
CREATE FUNCTION plasticc_features_json(features double precision[]) RETURNS jsonb
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500000;

CREATE FUNCTION plasticc_features_json(features double precision[], names text[]) RETURNS jsonb
AS 'MODULE_PATHNAME', 'plasticc_features_json_names' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500000;

CREATE FUNCTION plasticc_features_json(features double precision[], model bytea) RETURNS jsonb
AS 'MODULE_PATHNAME', 'plasticc_features_json_model' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500000;

CREATE FUNCTION plasticc_features_json(features double precision[], model text) RETURNS jsonb
AS 'MODULE_PATHNAME', 'plasticc_features_json_model_name' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 500000;

CREATE FUNCTION plasticc_feature_rows(
    features double precision[], OUT ordinal integer, OUT name text, OUT value real, OUT unit text, OUT feature_group text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500000 ROWS 1500;

CREATE FUNCTION plasticc_feature_rows(
    features double precision[], names text[], OUT ordinal integer, OUT name text, OUT value real, OUT unit text, OUT feature_group text
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'plasticc_feature_rows_names' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500000 ROWS 1500;

CREATE FUNCTION plasticc_feature_rows(
    features double precision[], model bytea, OUT ordinal integer, OUT name text, OUT value real, OUT unit text, OUT feature_group text
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'plasticc_feature_rows_model' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500000 ROWS 1500;

CREATE FUNCTION plasticc_feature_rows(
    features double precision[], model text, OUT ordinal integer, OUT name text, OUT value real, OUT unit text, OUT feature_group text
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'plasticc_feature_rows_model_name' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 500000 ROWS 1500;

COMMENT ON FUNCTION plasticc_features_json(double precision[]) IS
'an array returned by plasticc_features or plasticc_host_features as an object of values by feature name, null where a value is missing; features of any other array are called feature 1 and so on';
COMMENT ON FUNCTION plasticc_features_json(double precision[], text[]) IS
'features as an object of values by the given names, null where a value is missing';
COMMENT ON FUNCTION plasticc_features_json(double precision[], bytea) IS
'features as an object of values by the names that a model has for them, or else the catalog, null where a value is missing';
COMMENT ON FUNCTION plasticc_features_json(double precision[], text) IS
'plasticc_features_json(double precision[], bytea) with the newest version of a model, or the version that an alias stands for';
COMMENT ON FUNCTION plasticc_feature_rows(double precision[]) IS
'an array returned by plasticc_features or plasticc_host_features as rows: ordinal from 1, name, value (NULL where it is missing), and unit and group of the catalog; features of any other array are called feature 1 and so on';
COMMENT ON FUNCTION plasticc_feature_rows(double precision[], text[]) IS
'features as rows with the given names; unit and feature_group are NULL for names that the catalog does not have';
COMMENT ON FUNCTION plasticc_feature_rows(double precision[], bytea) IS
'features as rows with the names that a model has for them, or else the catalog; unit and feature_group are NULL for names that the catalog does not have';
COMMENT ON FUNCTION plasticc_feature_rows(double precision[], text) IS
'plasticc_feature_rows(double precision[], bytea) with the newest version of a model, or the version that an alias stands for';

CREATE FUNCTION plasticc_class_catalog(OUT class integer, OUT name text, OUT galactic boolean, OUT weight double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 15;

COMMENT ON FUNCTION plasticc_class_catalog() IS
'classes of the challenge: number, name, whether their objects are in the Milky Way (NULL for 99, of both kinds), weight in the log loss';

-- A column is new: what depends on the function, such as a view, has to be dropped before the update.
DROP FUNCTION plasticc_probabilities(bytea, real[]);

CREATE FUNCTION plasticc_probabilities(model bytea, features real[], OUT class integer, OUT probability real, OUT name text)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40000 ROWS 14;

COMMENT ON FUNCTION plasticc_probabilities(bytea, real[]) IS
'class probabilities as rows, one per class, whose name is as in plasticc_class_names(model)';

-- Volatile, because the query may be.
CREATE FUNCTION plasticc_drift(
    model bytea, query text,
    OUT feature text, OUT feature_group text, OUT psi double precision, OUT ks double precision,
    OUT missing double precision, OUT training_missing double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 300;

COMMENT ON FUNCTION plasticc_drift(bytea, text) IS
'how features that the model reads differ between its training set and the rows of a query, run as the current user, that returns features and optionally object_id: population stability index, Kolmogorov-Smirnov distance of values that are not missing, and the fractions that are missing; the largest psi first';

CREATE FUNCTION plasticc_novelty(model bytea, features real[]) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50000;

COMMENT ON FUNCTION plasticc_novelty(bytea, real[]) IS
'how unlike the training set of a model an object is, from 0 to 1: the fraction of training objects whose probabilities of the classes are nearer, in Hellinger distance, to those of other training objects';

CREATE FUNCTION plasticc_prediction_set(
    model bytea, features real[], coverage double precision DEFAULT 0.9, by_class boolean DEFAULT false
) RETURNS integer[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40000;

COMMENT ON FUNCTION plasticc_prediction_set(bytea, real[], double precision, boolean) IS
'classes among which the true one is with a probability of coverage, for objects like the training set, or by_class for those of each class, the most probable first; from predictions of objects that networks were not trained on, which a model has that was trained with bagging_folds; it may be empty';

CREATE FUNCTION plasticc_explain(
    model bytea, features real[], by_group boolean DEFAULT false,
    OUT feature text, OUT feature_group text, OUT contribution double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 8000000 ROWS 300;

COMMENT ON FUNCTION plasticc_explain(bytea, real[], boolean) IS
'what each feature, or each group of features, contributes to the log-odds of the most probable class against the rest, the largest first: Shapley values, whose sum is the difference from the mean of 32 training objects';

-- Not strict: of the last argument, only the type matters.
CREATE FUNCTION plasticc_classify_query(
    model bytea, query text, object_id_type anyelement, OUT object_id anyelement, OUT probabilities real[]
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10000;

COMMENT ON FUNCTION plasticc_classify_query(bytea, text, anyelement) IS
'plasticc_classify_query(bytea, text) for objects identified by any type, which is that of the last argument: NULL::uuid';

-- For the types that the form of 0.1.0 does not take.  An integer with real[] is resolved to that one, also where the classes
-- are a literal without a type.  The target is double precision, the preferred type of numbers, so that a smallint decides
-- between the two where nothing else does.
CREATE FUNCTION plasticc_log_loss_accum(double precision[], double precision, double precision[], bigint[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], double precision, double precision[], bigint[]) IS
'transition function of plasticc_log_loss: state, target, probabilities, classes';

CREATE AGGREGATE plasticc_log_loss(target double precision, probabilities double precision[], classes bigint[]) (
    SFUNC = plasticc_log_loss_accum, STYPE = double precision[],
    FINALFUNC = plasticc_log_loss_final, COMBINEFUNC = plasticc_log_loss_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_log_loss(double precision, double precision[], bigint[]) IS
'plasticc_log_loss(integer, real[], integer[]) for targets and classes that are numbers of other types, or probabilities that are double precision, which are rounded to real';

CREATE FUNCTION plasticc_log_loss_accum(double precision[], double precision, double precision[], bigint[], double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], double precision, double precision[], bigint[], double precision[]) IS
'transition function of plasticc_log_loss: state, target, probabilities, classes, weights';

CREATE AGGREGATE plasticc_log_loss(target double precision, probabilities double precision[], classes bigint[], weights double precision[]) (
    SFUNC = plasticc_log_loss_accum, STYPE = double precision[],
    FINALFUNC = plasticc_log_loss_final, COMBINEFUNC = plasticc_log_loss_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_log_loss(double precision, double precision[], bigint[], double precision[]) IS
'plasticc_log_loss(integer, real[], integer[], double precision[]) for targets and classes that are numbers of other types, or probabilities that are double precision, which are rounded to real';

CREATE FUNCTION plasticc_log_loss_accum(double precision[], text, double precision[], text[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], text, double precision[], text[]) IS
'transition function of plasticc_log_loss: state, target, probabilities, classes';

CREATE AGGREGATE plasticc_log_loss(target text, probabilities double precision[], classes text[]) (
    SFUNC = plasticc_log_loss_accum, STYPE = double precision[],
    FINALFUNC = plasticc_log_loss_final, COMBINEFUNC = plasticc_log_loss_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_log_loss(text, double precision[], text[]) IS
'plasticc_log_loss(integer, real[], integer[]) for classes that are texts: one that is a number weighs what the class of that number weighs';

CREATE FUNCTION plasticc_log_loss_accum(double precision[], text, double precision[], text[], double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], text, double precision[], text[], double precision[]) IS
'transition function of plasticc_log_loss: state, target, probabilities, classes, weights';

CREATE AGGREGATE plasticc_log_loss(target text, probabilities double precision[], classes text[], weights double precision[]) (
    SFUNC = plasticc_log_loss_accum, STYPE = double precision[],
    FINALFUNC = plasticc_log_loss_final, COMBINEFUNC = plasticc_log_loss_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_log_loss(text, double precision[], text[], double precision[]) IS
'plasticc_log_loss(integer, real[], integer[], double precision[]) for classes that are texts';

CREATE FUNCTION plasticc_calibration_error_accum(double precision[], double precision, double precision[], bigint[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], double precision, double precision[], bigint[]) IS
'transition function of plasticc_calibration_error: state, target, probabilities, classes';

CREATE AGGREGATE plasticc_calibration_error(target double precision, probabilities double precision[], classes bigint[]) (
    SFUNC = plasticc_calibration_error_accum, STYPE = double precision[],
    FINALFUNC = plasticc_calibration_error_final, COMBINEFUNC = plasticc_calibration_error_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_calibration_error(double precision, double precision[], bigint[]) IS
'plasticc_calibration_error(integer, real[], integer[]) for targets and classes that are numbers of other types, or probabilities that are double precision, which are rounded to real';

CREATE FUNCTION plasticc_calibration_error_accum(double precision[], double precision, double precision[], bigint[], double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], double precision, double precision[], bigint[], double precision[]) IS
'transition function of plasticc_calibration_error: state, target, probabilities, classes, weights';

CREATE AGGREGATE plasticc_calibration_error(target double precision, probabilities double precision[], classes bigint[], weights double precision[]) (
    SFUNC = plasticc_calibration_error_accum, STYPE = double precision[],
    FINALFUNC = plasticc_calibration_error_final, COMBINEFUNC = plasticc_calibration_error_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_calibration_error(double precision, double precision[], bigint[], double precision[]) IS
'plasticc_calibration_error(integer, real[], integer[], double precision[]) for targets and classes that are numbers of other types, or probabilities that are double precision, which are rounded to real';

CREATE FUNCTION plasticc_calibration_error_accum(double precision[], text, double precision[], text[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], text, double precision[], text[]) IS
'transition function of plasticc_calibration_error: state, target, probabilities, classes';

CREATE AGGREGATE plasticc_calibration_error(target text, probabilities double precision[], classes text[]) (
    SFUNC = plasticc_calibration_error_accum, STYPE = double precision[],
    FINALFUNC = plasticc_calibration_error_final, COMBINEFUNC = plasticc_calibration_error_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_calibration_error(text, double precision[], text[]) IS
'plasticc_calibration_error(integer, real[], integer[]) for classes that are texts';

CREATE FUNCTION plasticc_calibration_error_accum(double precision[], text, double precision[], text[], double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], text, double precision[], text[], double precision[]) IS
'transition function of plasticc_calibration_error: state, target, probabilities, classes, weights';

CREATE AGGREGATE plasticc_calibration_error(target text, probabilities double precision[], classes text[], weights double precision[]) (
    SFUNC = plasticc_calibration_error_accum, STYPE = double precision[],
    FINALFUNC = plasticc_calibration_error_final, COMBINEFUNC = plasticc_calibration_error_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_calibration_error(text, double precision[], text[], double precision[]) IS
'plasticc_calibration_error(integer, real[], integer[], double precision[]) for classes that are texts';

CREATE FUNCTION plasticc_confusion_accum(bigint[], double precision, double precision[], bigint[]) RETURNS bigint[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_confusion_accum(bigint[], double precision, double precision[], bigint[]) IS
'transition function of plasticc_confusion: state, target, probabilities, classes';

CREATE AGGREGATE plasticc_confusion(target double precision, probabilities double precision[], classes bigint[]) (
    SFUNC = plasticc_confusion_accum, STYPE = bigint[],
    FINALFUNC = plasticc_confusion_final, COMBINEFUNC = plasticc_confusion_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_confusion(double precision, double precision[], bigint[]) IS
'plasticc_confusion(integer, real[], integer[]) for targets and classes that are numbers of other types, or probabilities that are double precision, which are rounded to real';

CREATE FUNCTION plasticc_confusion_accum(bigint[], text, double precision[], text[]) RETURNS bigint[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_confusion_accum(bigint[], text, double precision[], text[]) IS
'transition function of plasticc_confusion: state, target, probabilities, classes';

CREATE AGGREGATE plasticc_confusion(target text, probabilities double precision[], classes text[]) (
    SFUNC = plasticc_confusion_accum, STYPE = bigint[],
    FINALFUNC = plasticc_confusion_final, COMBINEFUNC = plasticc_confusion_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_confusion(text, double precision[], text[]) IS
'plasticc_confusion(integer, real[], integer[]) for classes that are texts';

-- Scores: class probabilities compared with the true classes, in a value of bounded size from which all figures and curves follow.
CREATE TYPE plasticc_scores;

CREATE FUNCTION plasticc_scores_in(cstring) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_scores_out(plasticc_scores) RETURNS cstring
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_scores_recv(internal) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_scores_send(plasticc_scores) RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- Counts are mostly zeros, which compress well.
CREATE TYPE plasticc_scores (
    INPUT = plasticc_scores_in,
    OUTPUT = plasticc_scores_out,
    RECEIVE = plasticc_scores_recv,
    SEND = plasticc_scores_send,
    ALIGNMENT = double,
    STORAGE = extended
);

COMMENT ON TYPE plasticc_scores IS
'class probabilities compared with the true classes, from which plasticc_evaluate and others compute figures and curves: up to 16384 objects, or counts and sums of more';
COMMENT ON FUNCTION plasticc_scores_in(cstring) IS 'input function of plasticc_scores: the binary form in hexadecimal digits';
COMMENT ON FUNCTION plasticc_scores_out(plasticc_scores) IS 'output function of plasticc_scores: the binary form in hexadecimal digits';
COMMENT ON FUNCTION plasticc_scores_recv(internal) IS 'binary input function of plasticc_scores: version, classes, and objects, or counts that are not 0, in network byte order';
COMMENT ON FUNCTION plasticc_scores_send(plasticc_scores) IS 'binary output function of plasticc_scores: version, classes, and objects, or counts that are not 0, in network byte order';

-- They are not strict, because they skip NULL and make the first state.
CREATE FUNCTION plasticc_scores_accum(plasticc_scores, integer, real[], integer[]) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_scores_accum(plasticc_scores, integer, real[], integer[]) IS
'transition function of plasticc_scores: state, target, probabilities, classes';

CREATE FUNCTION plasticc_scores_accum(plasticc_scores, double precision, double precision[], bigint[]) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_scores_accum(plasticc_scores, double precision, double precision[], bigint[]) IS
'transition function of plasticc_scores: state, target, probabilities, classes';

CREATE FUNCTION plasticc_scores_accum(plasticc_scores, text, double precision[], text[]) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_scores_accum(plasticc_scores, text, double precision[], text[]) IS
'transition function of plasticc_scores: state, target, probabilities, classes';

CREATE FUNCTION plasticc_scores_accum(plasticc_scores, integer, real[], integer[], double precision) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_scores_accum(plasticc_scores, integer, real[], integer[], double precision) IS
'transition function of plasticc_scores: state, target, probabilities, classes, weight';

CREATE FUNCTION plasticc_scores_accum(plasticc_scores, double precision, double precision[], bigint[], double precision) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_scores_accum(plasticc_scores, double precision, double precision[], bigint[], double precision) IS
'transition function of plasticc_scores: state, target, probabilities, classes, weight';

CREATE FUNCTION plasticc_scores_accum(plasticc_scores, text, double precision[], text[], double precision) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_scores_accum(plasticc_scores, text, double precision[], text[], double precision) IS
'transition function of plasticc_scores: state, target, probabilities, classes, weight';

CREATE FUNCTION plasticc_scores_combine(plasticc_scores, plasticc_scores) RETURNS plasticc_scores
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_scores_combine(plasticc_scores, plasticc_scores) IS 'combine function of plasticc_scores';

CREATE AGGREGATE plasticc_scores(target integer, probabilities real[], classes integer[]) (
    SFUNC = plasticc_scores_accum, STYPE = plasticc_scores, SSPACE = 400000,
    COMBINEFUNC = plasticc_scores_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_scores(integer, real[], integer[]) IS
'scores of predictions, for plasticc_evaluate and the functions of plots: of each row the true class, the class probabilities and the classes, the same in all rows; rows are skipped and errors raised as by plasticc_log_loss';

CREATE AGGREGATE plasticc_scores(target double precision, probabilities double precision[], classes bigint[]) (
    SFUNC = plasticc_scores_accum, STYPE = plasticc_scores, SSPACE = 400000,
    COMBINEFUNC = plasticc_scores_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_scores(double precision, double precision[], bigint[]) IS
'plasticc_scores(integer, real[], integer[]) for targets and classes that are numbers of other types, or probabilities that are double precision, which are rounded to real';

CREATE AGGREGATE plasticc_scores(target text, probabilities double precision[], classes text[]) (
    SFUNC = plasticc_scores_accum, STYPE = plasticc_scores, SSPACE = 400000,
    COMBINEFUNC = plasticc_scores_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_scores(text, double precision[], text[]) IS
'plasticc_scores(integer, real[], integer[]) for classes that are texts';

CREATE AGGREGATE plasticc_scores(target integer, probabilities real[], classes integer[], weight double precision) (
    SFUNC = plasticc_scores_accum, STYPE = plasticc_scores, SSPACE = 400000,
    COMBINEFUNC = plasticc_scores_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_scores(integer, real[], integer[], double precision) IS
'scores of predictions in which each object counts as much as it weighs (0 to 1048576, in steps of 2^-24); a row whose weight is NULL is skipped';

CREATE AGGREGATE plasticc_scores(target double precision, probabilities double precision[], classes bigint[], weight double precision) (
    SFUNC = plasticc_scores_accum, STYPE = plasticc_scores, SSPACE = 400000,
    COMBINEFUNC = plasticc_scores_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_scores(double precision, double precision[], bigint[], double precision) IS
'plasticc_scores(integer, real[], integer[], double precision) for targets and classes that are numbers of other types, or probabilities that are double precision, which are rounded to real';

CREATE AGGREGATE plasticc_scores(target text, probabilities double precision[], classes text[], weight double precision) (
    SFUNC = plasticc_scores_accum, STYPE = plasticc_scores, SSPACE = 400000,
    COMBINEFUNC = plasticc_scores_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_scores(text, double precision[], text[], double precision) IS
'plasticc_scores(integer, real[], integer[], double precision) for classes that are texts';

CREATE FUNCTION plasticc_evaluate(
    scores plasticc_scores,
    OUT class integer, OUT label text, OUT support bigint, OUT "precision" double precision, OUT recall double precision,
    OUT f1 double precision, OUT roc_auc double precision, OUT average_precision double precision, OUT brier double precision,
    OUT log_loss double precision, OUT calibration_error double precision, OUT best_threshold double precision,
    OUT best_f1 double precision, OUT accuracy double precision, OUT weighted_log_loss double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 15;

COMMENT ON FUNCTION plasticc_evaluate(plasticc_scores) IS
'figures of all classes (class NULL: means over the classes that have objects; log_loss, brier and accuracy over objects, weighted_log_loss the challenge''s) and of each class against the rest: number of objects, of the most probable class precision, recall and F1, over thresholds ROC AUC, average precision and the largest F1 with its threshold, Brier score, mean of -ln p over the class''s objects, calibration error; NULL where a figure is not defined';

CREATE FUNCTION plasticc_roc_curve(
    scores plasticc_scores,
    OUT class integer, OUT label text, OUT threshold double precision,
    OUT false_positive_rate double precision, OUT true_positive_rate double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5000;

COMMENT ON FUNCTION plasticc_roc_curve(plasticc_scores) IS
'receiver operating characteristic of each class against the rest: which share of the other classes'' objects and of its own has at least a probability, the threshold, from the highest to the lowest, after the point (0, 0), whose threshold is NULL';

CREATE FUNCTION plasticc_precision_recall(
    scores plasticc_scores,
    OUT class integer, OUT label text, OUT threshold double precision,
    OUT "precision" double precision, OUT recall double precision, OUT f1 double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5000;

COMMENT ON FUNCTION plasticc_precision_recall(plasticc_scores) IS
'precision, recall and F1 of each class against the rest, of the objects that have at least a probability, the threshold, from the highest to the lowest';

CREATE FUNCTION plasticc_reliability(
    scores plasticc_scores,
    OUT class integer, OUT label text, OUT bin integer, OUT lower double precision, OUT upper double precision,
    OUT objects bigint, OUT mean_probability double precision, OUT frequency double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 200;

COMMENT ON FUNCTION plasticc_reliability(plasticc_scores) IS
'reliability diagram: in 15 equal-width bins of the probability of a class, how many objects, their mean probability and how frequent the class is among them; and first, with class NULL, that of the most probable class';

CREATE FUNCTION plasticc_confusion_rows(
    scores plasticc_scores,
    OUT true_class integer, OUT true_label text, OUT predicted_class integer, OUT predicted_label text,
    OUT count bigint, OUT share double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 200;

COMMENT ON FUNCTION plasticc_confusion_rows(plasticc_scores) IS
'confusion matrix as rows: number of objects by true and most probable class, and their share of the true class';

-- Volatile, because the query may be.  Not strict: NULL means no groups.
CREATE FUNCTION plasticc_evaluate(
    model bytea, query text, by text DEFAULT NULL,
    OUT subset text, OUT class integer, OUT label text, OUT support bigint, OUT "precision" double precision,
    OUT recall double precision, OUT f1 double precision, OUT roc_auc double precision,
    OUT average_precision double precision, OUT brier double precision, OUT log_loss double precision,
    OUT calibration_error double precision, OUT best_threshold double precision, OUT best_f1 double precision,
    OUT accuracy double precision, OUT weighted_log_loss double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'plasticc_evaluate_query' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 15;

COMMENT ON FUNCTION plasticc_evaluate(bytea, text, text) IS
'plasticc_evaluate(plasticc_scores) of a model''s predictions for the rows of a query, run as the current user, that returns features, target and optionally weight and object_id, for each subset of rows with the same values of the columns that by lists, separated by commas';

CREATE FUNCTION plasticc_evaluate(
    name text, query text, by text DEFAULT NULL,
    OUT subset text, OUT class integer, OUT label text, OUT support bigint, OUT "precision" double precision,
    OUT recall double precision, OUT f1 double precision, OUT roc_auc double precision,
    OUT average_precision double precision, OUT brier double precision, OUT log_loss double precision,
    OUT calibration_error double precision, OUT best_threshold double precision, OUT best_f1 double precision,
    OUT accuracy double precision, OUT weighted_log_loss double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'plasticc_evaluate_query_name' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 15;

COMMENT ON FUNCTION plasticc_evaluate(text, text, text) IS
'plasticc_evaluate(bytea, text, text) of the newest version of a model';

-- The forms with double precision[], as client libraries send lists of numbers, must not make calls ambiguous whose array is
-- numeric[], integer[] or a literal without a type: of two forms that both need a conversion of it, the one with more
-- exact types wins.  So their other arguments are none: this domain for bytea, varchar for text.
CREATE DOMAIN plasticc_model_bytes AS bytea;

COMMENT ON DOMAIN plasticc_model_bytes IS
'model as an argument of the functions that take features as double precision[]: any bytea';

CREATE FUNCTION plasticc_classify(model plasticc_model_bytes, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40000;

CREATE FUNCTION plasticc_classify(name varchar, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'plasticc_classify_name' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 40000;

CREATE FUNCTION plasticc_probabilities(
    model plasticc_model_bytes, features double precision[], OUT class integer, OUT probability real, OUT name text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40000 ROWS 14;

COMMENT ON FUNCTION plasticc_classify(plasticc_model_bytes, double precision[]) IS
'plasticc_classify(bytea, real[]) of features that are double precision, which are rounded to real';
COMMENT ON FUNCTION plasticc_classify(varchar, double precision[]) IS
'plasticc_classify(text, real[]) of features that are double precision, which are rounded to real';
COMMENT ON FUNCTION plasticc_probabilities(plasticc_model_bytes, double precision[]) IS
'plasticc_probabilities(bytea, real[]) of features that are double precision, which are rounded to real';

CREATE FUNCTION plasticc_novelty(model plasticc_model_bytes, features double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50000;

CREATE FUNCTION plasticc_prediction_set(
    model plasticc_model_bytes, features double precision[], coverage double precision DEFAULT 0.9, by_class boolean DEFAULT false
) RETURNS integer[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40000;

CREATE FUNCTION plasticc_explain(
    model plasticc_model_bytes, features double precision[], by_group boolean DEFAULT false,
    OUT feature text, OUT feature_group text, OUT contribution double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 8000000 ROWS 300;

COMMENT ON FUNCTION plasticc_novelty(plasticc_model_bytes, double precision[]) IS
'plasticc_novelty(bytea, real[]) of features that are double precision, which are rounded to real';
COMMENT ON FUNCTION plasticc_prediction_set(plasticc_model_bytes, double precision[], double precision, boolean) IS
'plasticc_prediction_set(bytea, real[], double precision, boolean) of features that are double precision, which are rounded to real';
COMMENT ON FUNCTION plasticc_explain(plasticc_model_bytes, double precision[], boolean) IS
'plasticc_explain(bytea, real[], boolean) of features that are double precision, which are rounded to real';

CREATE FUNCTION plasticc_feature(features double precision[], name varchar) RETURNS real
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION plasticc_feature(double precision[], varchar) IS
'plasticc_feature(real[], text) of features that are double precision, which are rounded to real';

-- Not strict: classes may be omitted.
CREATE FUNCTION plasticc_add_unknown(probabilities double precision[], method varchar, classes integer[] DEFAULT NULL) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION plasticc_add_unknown(double precision[], varchar, integer[]) IS
'plasticc_add_unknown(real[], text, integer[]) of probabilities that are double precision';

CREATE FUNCTION plasticc_taxonomy(name text, OUT parent text, OUT child text) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 50;

COMMENT ON FUNCTION plasticc_taxonomy(text) IS
'edges of a taxonomy that comes with the extension, plasticc or elasticc (DESC''s): from groups of classes to classes, and from their names to the numbers that are their targets';

CREATE FUNCTION plasticc_rollup(
    probabilities real[], classes integer[], taxonomy jsonb,
    OUT node text, OUT parent text, OUT depth integer, OUT probability real
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;

COMMENT ON FUNCTION plasticc_rollup(real[], integer[], jsonb) IS
'probability of each node of a taxonomy that has a class at it or below, with its parent and its depth, each node followed by those below it; the taxonomy is a tree of all classes, given by its edges: [{"parent": "supernova", "child": "SNIa"}, ...], as jsonb_agg makes it of the rows of a table';

-- For the types that the form above does not take: a literal without a type, with integer[], is resolved to that one, and classes
-- that are one, with double precision[], to the form with text[], because of the domain.
CREATE DOMAIN plasticc_taxonomy_edges AS jsonb;

COMMENT ON DOMAIN plasticc_taxonomy_edges IS
'taxonomy as an argument of the form of plasticc_rollup that takes probabilities as double precision[]: any jsonb';

CREATE FUNCTION plasticc_rollup(
    probabilities double precision[], classes bigint[], taxonomy plasticc_taxonomy_edges,
    OUT node text, OUT parent text, OUT depth integer, OUT probability real
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;

COMMENT ON FUNCTION plasticc_rollup(double precision[], bigint[], plasticc_taxonomy_edges) IS
'plasticc_rollup(real[], integer[], jsonb) of probabilities that are double precision, or classes that are bigint';

CREATE FUNCTION plasticc_rollup(
    probabilities double precision[], classes text[], taxonomy jsonb,
    OUT node text, OUT parent text, OUT depth integer, OUT probability real
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;

COMMENT ON FUNCTION plasticc_rollup(double precision[], text[], jsonb) IS
'plasticc_rollup(real[], integer[], jsonb) of classes that are texts';

-- Of integers, booleans and, for literals without a type, texts.  Not strict: NULL metadata are unknown.
CREATE FUNCTION plasticc_host_features(
    features double precision[], ddf anynonarray, hostgal_photoz double precision, hostgal_photoz_err double precision,
    distmod double precision, mwebv double precision
) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE FUNCTION plasticc_host_features(
    features double precision[], ddf text, hostgal_photoz double precision, hostgal_photoz_err double precision,
    distmod double precision, mwebv double precision
) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION plasticc_host_features(double precision[], anynonarray, double precision, double precision, double precision, double precision) IS
'plasticc_host_features(real[], boolean, double precision, double precision, double precision, double precision) for ddf that is an integer, 0 or 1, or features that are double precision, which are rounded to real';
COMMENT ON FUNCTION plasticc_host_features(double precision[], text, double precision, double precision, double precision, double precision) IS
'plasticc_host_features(double precision[], anynonarray, double precision, double precision, double precision, double precision) for ddf as a text: 0, 1, or a boolean';

CREATE FUNCTION plasticc_option_catalog(
    OUT procedure text, OUT name text, OUT type text, OUT default_value text, OUT range text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 120;

CREATE FUNCTION plasticc_progress(
    OUT pid integer, OUT procedure text, OUT name text, OUT phase text, OUT done bigint, OUT total bigint,
    OUT started_at timestamptz, OUT seconds_left double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 10;

-- Objects may be identified by other types than bigint.
DROP FUNCTION plasticc_create_feature_table(text);
DROP FUNCTION plasticc_create_prediction_table(text, boolean);

CREATE FUNCTION plasticc_create_feature_table(name text, object_id_type regtype DEFAULT 'bigint') RETURNS regclass
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;

COMMENT ON FUNCTION plasticc_create_feature_table(text, regtype) IS
'creates a table for plasticc_extract: object_id, of any type that has a btree order, PRIMARY KEY, lightcurve and features real[] (both NULL if the object has no usable observations), n_rows bigint (number of observations), extracted_at timestamptz';

CREATE FUNCTION plasticc_create_prediction_table(name text, history boolean DEFAULT false, object_id_type regtype DEFAULT 'bigint') RETURNS regclass
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;

COMMENT ON FUNCTION plasticc_create_prediction_table(text, boolean, regtype) IS
'creates a table for plasticc_predict: object_id, of any type that has a btree order, model text, version integer, probabilities real[], predicted_at timestamptz, features_at timestamptz (extracted_at of the features), with primary key (object_id, model) or, to keep the history, (object_id, model, version, features_at)';

-- Not strict: observations and schema may be NULL.
CREATE FUNCTION plasticc_create_views(
    features regclass, predictions regclass, metadata regclass, observations regclass DEFAULT NULL,
    prefix text DEFAULT 'survey_', schema text DEFAULT NULL, options jsonb DEFAULT '{}',
    OUT view regclass, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10;

COMMENT ON FUNCTION plasticc_create_views(regclass, regclass, regclass, regclass, text, text, jsonb) IS
'creates views for dashboards, in a schema (by default the first of the search_path), with names that begin with a prefix: predictions with metadata and the most probable classes, class mix, confusion, scores, training curves, objects to look at next; plasticc_option_catalog() lists the options';

-- Order and hash values of light curves.
CREATE FUNCTION lightcurve_lt(lightcurve, lightcurve) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_le(lightcurve, lightcurve) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_gt(lightcurve, lightcurve) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_ge(lightcurve, lightcurve) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_cmp(lightcurve, lightcurve) RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_hash(lightcurve) RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_hash_extended(lightcurve, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR < (
    LEFTARG = lightcurve, RIGHTARG = lightcurve, FUNCTION = lightcurve_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR <= (
    LEFTARG = lightcurve, RIGHTARG = lightcurve, FUNCTION = lightcurve_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR > (
    LEFTARG = lightcurve, RIGHTARG = lightcurve, FUNCTION = lightcurve_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR >= (
    LEFTARG = lightcurve, RIGHTARG = lightcurve, FUNCTION = lightcurve_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS lightcurve_ops DEFAULT FOR TYPE lightcurve USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 lightcurve_cmp(lightcurve, lightcurve);

CREATE OPERATOR CLASS lightcurve_ops DEFAULT FOR TYPE lightcurve USING hash AS
    OPERATOR 1 =, FUNCTION 1 lightcurve_hash(lightcurve), FUNCTION 2 lightcurve_hash_extended(lightcurve, bigint);

-- ALTER OPERATOR can do this from PostgreSQL 17 on.
UPDATE pg_catalog.pg_operator SET oprcanhash = true, oprcanmerge = true
WHERE oid OPERATOR(pg_catalog.=) '=(lightcurve, lightcurve)'::pg_catalog.regoperator;

COMMENT ON FUNCTION lightcurve_lt(lightcurve, lightcurve) IS 'before in the order of lightcurve_cmp';
COMMENT ON FUNCTION lightcurve_le(lightcurve, lightcurve) IS 'before in the order of lightcurve_cmp, or equal';
COMMENT ON FUNCTION lightcurve_gt(lightcurve, lightcurve) IS 'after in the order of lightcurve_cmp';
COMMENT ON FUNCTION lightcurve_ge(lightcurve, lightcurve) IS 'after in the order of lightcurve_cmp, or equal';
COMMENT ON OPERATOR < (lightcurve, lightcurve) IS 'before in the order of lightcurve_cmp';
COMMENT ON OPERATOR <= (lightcurve, lightcurve) IS 'before in the order of lightcurve_cmp, or equal';
COMMENT ON OPERATOR > (lightcurve, lightcurve) IS 'after in the order of lightcurve_cmp';
COMMENT ON OPERATOR >= (lightcurve, lightcurve) IS 'after in the order of lightcurve_cmp, or equal';
COMMENT ON FUNCTION lightcurve_cmp(lightcurve, lightcurve) IS
'-1, 0 or 1 by the first observation in canonical order that differs, the longer light curve last, then by the number of rejected measurements';
COMMENT ON FUNCTION lightcurve_hash(lightcurve) IS 'hash value of a light curve, for hash joins, aggregates and indexes';
COMMENT ON FUNCTION lightcurve_hash_extended(lightcurve, bigint) IS '64-bit hash value of a light curve with a seed, for hash partitions';
COMMENT ON OPERATOR FAMILY lightcurve_ops USING btree IS 'total order of light curves';
COMMENT ON OPERATOR FAMILY lightcurve_ops USING hash IS 'hash values of light curves';
COMMENT ON OPERATOR CLASS lightcurve_ops USING btree IS 'total order of light curves, consistent with =';
COMMENT ON OPERATOR CLASS lightcurve_ops USING hash IS 'hash values of light curves, consistent with =';

-- Parts of light curves.
-- Not strict: NULL is no condition.
CREATE FUNCTION plasticc_select(
    lightcurve, passbands integer[] DEFAULT NULL, min_snr double precision DEFAULT NULL,
    mjd_from double precision DEFAULT NULL, mjd_to double precision DEFAULT NULL
) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

-- Aggregates for detected as a number of any type.
CREATE FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, double precision)
RETURNS lightcurve
AS 'MODULE_PATHNAME', 'lightcurve_accum_number' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE AGGREGATE plasticc_lightcurve(mjd double precision, passband bigint, flux double precision, flux_err double precision, detected double precision) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = lightcurve_final, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE plasticc_features(mjd double precision, passband bigint, flux double precision, flux_err double precision, detected double precision) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = plasticc_features, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, double precision) IS
'transition function of the light-curve aggregates: state, mjd in days, passband 0-5, flux and flux_err in FLUXCAL units, detected 0 or 1 as a number of any type';
COMMENT ON AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision, double precision) IS
'plasticc_lightcurve(double precision, bigint, double precision, double precision, bigint) for detected as a number of another type, where NaN is NULL';
COMMENT ON AGGREGATE plasticc_features(double precision, bigint, double precision, double precision, double precision) IS
'plasticc_features(double precision, bigint, double precision, double precision, bigint) for detected as a number of another type, where NaN is NULL';

CREATE FUNCTION plasticc_coalesce(lightcurve, seconds double precision DEFAULT 1) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION plasticc_clip(lightcurve, n_sigma double precision DEFAULT 10) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;

CREATE FUNCTION plasticc_deredden(lightcurve, mwebv double precision) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE FUNCTION plasticc_deredden(lightcurve, mwebv double precision, survey text) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE FUNCTION plasticc_truncate(lightcurve, days double precision) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION plasticc_select(lightcurve, integer[], double precision, double precision, double precision) IS
'observations in some passbands, with |flux| >= min_snr flux_err and mjd_from <= mjd <= mjd_to, where NULL is no condition; the number of rejected measurements becomes 0, because their passbands and times are unknown';
COMMENT ON FUNCTION plasticc_coalesce(lightcurve, double precision) IS
'light curve in which observations of a passband within so many seconds (0 to 86400) of the first of them, taken for one exposure reduced more than once, are one: means of mjd, flux and flux_err weighted by 1/flux_err^2, detected if any was';
COMMENT ON FUNCTION plasticc_clip(lightcurve, double precision) IS
'light curve without wild points, which count as rejected: observations more than n_sigma (1 to 1e6) standard deviations from the median of their neighbours in the passband that no other observation confirms';
COMMENT ON FUNCTION plasticc_deredden(lightcurve, double precision) IS
'light curve corrected for the dust of the Milky Way: flux and flux_err times 10^(0.4 A), where A is the extinction of the passband at the color excess mwebv, E(B-V) in mag from 0 to 10; detected stays as it is';
COMMENT ON FUNCTION plasticc_deredden(lightcurve, double precision, text) IS
'plasticc_deredden(lightcurve, double precision) of a light curve in a survey''s passbands, whose extinctions differ from Rubin''s; surveys as for plasticc_passband(text, text)';
COMMENT ON FUNCTION plasticc_truncate(lightcurve, double precision) IS
'what was known so many days after the first detection, earlier observations included; NULL without detection; the number of rejected measurements becomes 0, because their times are unknown';

-- Fits.
CREATE FUNCTION plasticc_gp_predict(
    lightcurve, mjd_from double precision, mjd_to double precision, step double precision,
    OUT mjd double precision, OUT passband smallint, OUT flux real, OUT flux_err real
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'plasticc_gp_predict_range' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 150000 ROWS 600;

CREATE TYPE plasticc_supernova AS (
    mjd_peak double precision, mjd_peak_err double precision, rise double precision, fall double precision,
    flux_peak real[], chi2 double precision
);
COMMENT ON TYPE plasticc_supernova IS
'result of plasticc_supernova_fit: mjd_peak and its error, rise and fall in days, flux_peak of each passband in the unit of flux, chi2';

CREATE FUNCTION plasticc_supernova_fit(lightcurve) RETURNS plasticc_supernova
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400000;

COMMENT ON FUNCTION plasticc_gp_predict(lightcurve, double precision, double precision, double precision) IS
'plasticc_gp_predict(lightcurve, double precision[]) at the times mjd_from, mjd_from + step and so on up to mjd_to, flux_err being the standard deviation';
COMMENT ON FUNCTION plasticc_supernova_fit(lightcurve) IS
'when a supernova was brightest (mjd_peak: in the passbands in which it was brightest, by a Gaussian process), and the fit of exp(-x/fall) / (1 + exp(-x/rise)) with amplitudes and baselines of its own in each passband: rise, fall, flux_peak above the baseline (NaN where there are no observations), chi2; NULL where there is no fit';

-- Passbands, units and times of other surveys.
CREATE FUNCTION plasticc_passband(name text, survey text) RETURNS smallint
AS 'MODULE_PATHNAME', 'plasticc_survey_passband' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_passband(number bigint, survey text) RETURNS smallint
AS 'MODULE_PATHNAME', 'plasticc_survey_passband_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_flux_from_microjansky(flux double precision) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_flux_from_magnitude(magnitude double precision, zero_point double precision DEFAULT 27.5)
RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_flux_err_from_magnitude(
    magnitude double precision, magnitude_err double precision, zero_point double precision DEFAULT 27.5
) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_rescale_flux(flux double precision, zero_point double precision) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_magnitude(flux double precision) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_magnitude_err(flux double precision, flux_err double precision) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_mjd(jd double precision) RETURNS double precision
AS 'MODULE_PATHNAME', 'plasticc_mjd_from_jd' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_mjd(timestamptz) RETURNS double precision
AS 'MODULE_PATHNAME', 'plasticc_mjd_from_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_timestamp(mjd double precision) RETURNS timestamptz
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_passband(text, text) IS
'number 0-5 of the passband nearest to one of a survey''s, by its name, letter or number there; NULL if none is near; surveys: ztf, atlas, panstarrs, des, sdss, rubin, ogle, gaia, snana';
COMMENT ON FUNCTION plasticc_passband(bigint, text) IS
'plasticc_passband(text, text) by the number of the passband in the survey''s tables, such as ZTF''s fid';
COMMENT ON FUNCTION plasticc_flux_from_microjansky(double precision) IS
'converts a flux or flux_err from microjansky (zero point 23.9) to FLUXCAL units (zero point 27.5): flux * 10^1.44';
COMMENT ON FUNCTION plasticc_flux_from_magnitude(double precision, double precision) IS
'flux of an AB magnitude in the unit of a zero point, FLUXCAL by default: 10^(0.4 (zero_point - magnitude)); NULL unless both are between -30 and 50, beyond which surveys write what stands for missing';
COMMENT ON FUNCTION plasticc_flux_err_from_magnitude(double precision, double precision, double precision) IS
'flux_err of a magnitude and its error, to first order: 0.4 ln 10 flux magnitude_err; NULL where the flux is and unless magnitude_err is positive';
COMMENT ON FUNCTION plasticc_rescale_flux(double precision, double precision) IS
'converts a flux or flux_err from the unit of a zero point, the AB magnitude of flux 1 in it, to FLUXCAL units: flux * 10^(0.4 (27.5 - zero_point)); NULL unless the zero point is between -30 and 50';
COMMENT ON FUNCTION plasticc_magnitude(double precision) IS
'AB magnitude of a flux in FLUXCAL units: 27.5 - 2.5 log10(flux); NULL unless the flux is positive';
COMMENT ON FUNCTION plasticc_magnitude_err(double precision, double precision) IS
'error of plasticc_magnitude(flux), to first order: flux_err / (0.4 ln 10 flux); NULL unless both are positive';
COMMENT ON FUNCTION plasticc_mjd(double precision) IS
'Modified Julian Date of a Julian Date: jd - 2400000.5; NULL unless it is finite';
COMMENT ON FUNCTION plasticc_mjd(timestamptz) IS
'Modified Julian Date (UTC) of a time, in days of 86400 seconds; NULL unless it is finite';
COMMENT ON FUNCTION plasticc_timestamp(double precision) IS
'time of a Modified Julian Date (UTC), rounded to the microsecond; NULL unless it is finite';

-- A literal without a type is a text rather than an enum: without these forms, functions that others create in this
-- schema would be called instead.  The planner replaces them by the forms with the enum (src/pg/module/enums.c).
CREATE FUNCTION plasticc_features(lightcurve, feature_set text) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000000 SUPPORT plasticc_features_support;

COMMENT ON FUNCTION plasticc_features(lightcurve, text) IS
'plasticc_features(lightcurve, plasticc_feature_set) with the name of the set as a text';

CREATE FUNCTION plasticc_feature_catalog(
    feature_set text,
    OUT ordinal integer, OUT name text, OUT unit text, OUT feature_group text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1200;

CREATE FUNCTION plasticc_feature_names(feature_set text) RETURNS text[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

CREATE FUNCTION plasticc_host_feature_catalog(
    feature_set text,
    OUT ordinal integer, OUT name text, OUT unit text, OUT feature_group text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 80;

CREATE FUNCTION plasticc_host_feature_names(feature_set text) RETURNS text[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION plasticc_feature_catalog(text) IS
'plasticc_feature_catalog(plasticc_feature_set) with the name of the set as a text';
COMMENT ON FUNCTION plasticc_feature_names(text) IS
'plasticc_feature_names(plasticc_feature_set) with the name of the set as a text';
COMMENT ON FUNCTION plasticc_host_feature_catalog(text) IS
'plasticc_host_feature_catalog(plasticc_feature_set) with the name of the set as a text';
COMMENT ON FUNCTION plasticc_host_feature_names(text) IS
'plasticc_host_feature_names(plasticc_feature_set) with the name of the set as a text';

ALTER TYPE plasticc_unknown_method ADD VALUE 'confidence';

-- A function, because an update that adds the value cannot use it as a constant in the same transaction.
CREATE FUNCTION plasticc_default_unknown_method() RETURNS plasticc_unknown_method
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_default_unknown_method() IS
'method that plasticc_add_unknown uses by default, confidence';

-- Of the method as a text it makes the enum value, for the reason given at plasticc_features(lightcurve, text); and it leaves out
-- the conversion of real[], which the library takes as well, because it would not be sent to foreign servers.
CREATE FUNCTION plasticc_add_unknown_support(internal) RETURNS internal
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- The same functions of arrays of all numbers, so that what depends on them, such as a view, stays: the library takes real[] too.
UPDATE pg_catalog.pg_proc SET proargtypes = pg_catalog.concat_ws(' ', 'double precision[]'::pg_catalog.regtype::pg_catalog.oid,
    'plasticc_unknown_method'::pg_catalog.regtype::pg_catalog.oid, 'integer[]'::pg_catalog.regtype::pg_catalog.oid)::pg_catalog.oidvector
WHERE oid OPERATOR(pg_catalog.=) 'plasticc_add_unknown(real[], plasticc_unknown_method, integer[])'::pg_catalog.regprocedure;

UPDATE pg_catalog.pg_proc SET proargtypes = pg_catalog.concat_ws(' ', 'double precision[]'::pg_catalog.regtype::pg_catalog.oid,
    'bigint[]'::pg_catalog.regtype::pg_catalog.oid)::pg_catalog.oidvector, pronargdefaults = 0, proargdefaults = NULL
WHERE oid OPERATOR(pg_catalog.=) 'plasticc_submission(real[], integer[])'::pg_catalog.regprocedure;

CREATE OR REPLACE FUNCTION plasticc_submission(probabilities double precision[], classes bigint[] DEFAULT NULL) RETURNS plasticc_submission_row
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

CREATE OR REPLACE FUNCTION plasticc_add_unknown(
    probabilities double precision[], method plasticc_unknown_method DEFAULT plasticc_default_unknown_method(),
    classes integer[] DEFAULT NULL
) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 SUPPORT plasticc_add_unknown_support;

CREATE FUNCTION plasticc_add_unknown(probabilities real[], method text) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT plasticc_add_unknown_support;

-- Not strict, like the form with the enum.
CREATE FUNCTION plasticc_add_unknown(probabilities real[], method text, classes integer[]) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 SUPPORT plasticc_add_unknown_support;

COMMENT ON FUNCTION plasticc_add_unknown_support(internal) IS
'planner support function of plasticc_add_unknown';
COMMENT ON FUNCTION plasticc_add_unknown(real[], text) IS
'plasticc_add_unknown(double precision[], plasticc_unknown_method) with the name of the method as a text';
COMMENT ON FUNCTION plasticc_add_unknown(real[], text, integer[]) IS
'plasticc_add_unknown(double precision[], plasticc_unknown_method, integer[]) with the name of the method as a text';

CREATE FUNCTION plasticc_period(lightcurve, min_period double precision, max_period double precision)
RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1100000;

CREATE FUNCTION plasticc_period_candidates(
    lightcurve, n integer DEFAULT 5, min_period double precision DEFAULT NULL, max_period double precision DEFAULT NULL,
    OUT period double precision, OUT power double precision, OUT false_alarm double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1100000 ROWS 5;

-- All names are qualified, because distributed engines do not ship functions with SET clauses, and types too, because a
-- search_path may put other schemas before pg_catalog.
CREATE OR REPLACE FUNCTION plasticc_distribute(
    tables regclass[] DEFAULT '{}', distribution_column name DEFAULT 'object_id', models boolean DEFAULT true,
    OUT relation regclass, OUT action text
) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 10 AS $$
DECLARE
    registry pg_catalog.regclass;
    leader pg_catalog.regclass;
    leader_group pg_catalog.int4;
    citus_table pg_catalog.record;
BEGIN
    -- By the extension, because the schema may have been renamed, and the name given to another one.
    SELECT c.oid INTO STRICT registry
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_depend AS d ON d.refobjid OPERATOR(pg_catalog.=) e.oid
        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) d.objid
    WHERE e.extname OPERATOR(pg_catalog.=) 'plasticc' AND c.relname OPERATOR(pg_catalog.=) 'plasticc_models';

    IF pg_catalog.to_regproc('pg_catalog.create_distributed_table') IS NULL THEN
        RAISE EXCEPTION 'Citus is not installed in this database' USING
            ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Create extension citus before plasticc, on the coordinator, or see docs/distributed.md for a setup without Citus.';
    END IF;

    -- Check everything before changing anything.
    FOREACH relation IN ARRAY tables LOOP
        SELECT p.partmethod, p.colocationid, pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) AS key
        INTO citus_table
        FROM pg_catalog.pg_dist_partition AS p WHERE p.logicalrelid OPERATOR(pg_catalog.=) relation;
        CONTINUE WHEN NOT FOUND;
        IF citus_table.partmethod OPERATOR(pg_catalog.<>) 'h' THEN
            RAISE EXCEPTION 'table % is not distributed by hash', relation USING
                ERRCODE = 'wrong_object_type',
                HINT = 'Call undistribute_table() first.';
        ELSIF citus_table.key OPERATOR(pg_catalog.<>) distribution_column::pg_catalog.text THEN
            RAISE EXCEPTION 'table % is distributed by column "%", not "%"', relation, citus_table.key, distribution_column USING
                ERRCODE = 'wrong_object_type',
                HINT = 'Call alter_distributed_table() to change the distribution column.';
        ELSIF citus_table.colocationid OPERATOR(pg_catalog.<>) leader_group THEN
            RAISE EXCEPTION 'distributed tables % and % are not co-located', leader, relation USING
                ERRCODE = 'wrong_object_type',
                HINT = 'Call update_distributed_table_colocation() or alter_distributed_table() for one of them.';
        END IF;
        leader := relation;
        leader_group := citus_table.colocationid;
    END LOOP;

    -- First, because Citus cannot create a reference table in a transaction that has written to shards in parallel.
    IF models THEN
        relation := registry;
        PERFORM FROM pg_catalog.pg_dist_partition AS p WHERE p.logicalrelid OPERATOR(pg_catalog.=) registry;
        IF FOUND THEN
            action := 'already a Citus table';
        ELSE
            PERFORM pg_catalog.create_reference_table(registry);
            action := 'made a reference table';
        END IF;
        RETURN NEXT;
    END IF;

    FOREACH relation IN ARRAY tables LOOP
        PERFORM FROM pg_catalog.pg_dist_partition AS p WHERE p.logicalrelid OPERATOR(pg_catalog.=) relation;
        IF FOUND THEN
            action := 'already distributed';
        ELSE
            PERFORM pg_catalog.create_distributed_table(relation, distribution_column::pg_catalog.text, colocate_with => coalesce(
                (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
                 FROM pg_catalog.pg_class AS c
                 JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                 WHERE c.oid OPERATOR(pg_catalog.=) leader),
                'default'));
            action := pg_catalog.format('distributed by %I', distribution_column);
        END IF;
        leader := coalesce(leader, relation);
        RETURN NEXT;
    END LOOP;

    PERFORM FROM pg_catalog.pg_dist_object AS o
    JOIN pg_catalog.pg_extension AS e ON e.oid OPERATOR(pg_catalog.=) o.objid
    WHERE o.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
          AND e.extname OPERATOR(pg_catalog.=) 'plasticc';
    IF NOT FOUND THEN
        RAISE WARNING 'extension plasticc is not registered with Citus and may be missing on the workers' USING
            HINT = 'It was probably created before extension citus. Create it on every worker, or drop and re-create it.';
    END IF;
END
$$;

COMMENT ON TYPE lightcurve IS
'light curve of an object: observations (mjd in days, passband 0-5 = ugrizy, flux and flux_err in FLUXCAL units, detected) in canonical order, and the number of rejected measurements';
COMMENT ON FUNCTION lightcurve_in(cstring) IS
'input function of lightcurve: {(mjd,passband,flux,flux_err,t|f),...} in any order, exact duplicates kept once, optionally followed by + K rejected';
COMMENT ON FUNCTION lightcurve_out(lightcurve) IS
'output function of lightcurve: observations in canonical order, in the shortest digits that read back to the same bits';
COMMENT ON FUNCTION lightcurve_recv(internal) IS
'binary input function of lightcurve: version, counts and observations in network byte order; observations in any order, exact duplicates kept once';
COMMENT ON FUNCTION lightcurve_send(lightcurve) IS
'binary output function of lightcurve: version, counts and observations in canonical order, in network byte order';
COMMENT ON FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, boolean) IS
'transition function of the light-curve aggregates: state, mjd in days, passband 0-5, flux and flux_err in FLUXCAL units, detected';
COMMENT ON FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, bigint) IS
'transition function of the light-curve aggregates: state, mjd in days, passband 0-5, flux and flux_err in FLUXCAL units, detected 0 or 1';
COMMENT ON FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision) IS
'transition function of the light-curve aggregates: state, mjd in days, passband 0-5, flux and flux_err in FLUXCAL units';
COMMENT ON FUNCTION lightcurve_combine(lightcurve, lightcurve) IS
'transition function of plasticc_merge and combine function of all light-curve aggregates';
COMMENT ON AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision, boolean) IS
'light curve of a group: mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected (NULL: |flux| >= 5 flux_err); measurements that are NULL, NaN or infinite, or whose flux_err is not positive, are skipped and counted, and at most 1000000 observations are allowed';
COMMENT ON AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision, bigint) IS
'light curve of a group: mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected 0 or 1 (NULL: |flux| >= 5 flux_err); measurements that are NULL, NaN or infinite, or whose flux_err is not positive, are skipped and counted, and at most 1000000 observations are allowed';
COMMENT ON AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision) IS
'light curve of a group: mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected where |flux| >= 5 flux_err; measurements that are NULL, NaN or infinite, or whose flux_err is not positive, are skipped and counted, and at most 1000000 observations are allowed';
COMMENT ON AGGREGATE plasticc_merge(lightcurve) IS
'union of the observations of light curves, with exact duplicates kept once and the numbers of rejected measurements added';
COMMENT ON FUNCTION plasticc_union(lightcurve, lightcurve) IS
'union of the observations of two light curves, with exact duplicates kept once and the numbers of rejected measurements added; NULL has no observations';
COMMENT ON OPERATOR || (lightcurve, lightcurve) IS
'union of the observations of two light curves, with exact duplicates kept once and the numbers of rejected measurements added; NULL has no observations';
COMMENT ON FUNCTION lightcurve_ne(lightcurve, lightcurve) IS 'different observations or different numbers of rejected measurements';
COMMENT ON OPERATOR <> (lightcurve, lightcurve) IS 'different observations or different numbers of rejected measurements';
COMMENT ON FUNCTION plasticc_slice(lightcurve, double precision, double precision) IS
'observations with mjd_from <= mjd <= mjd_to, in days, where a NULL bound is open; the number of rejected measurements becomes 0, because their times are unknown';
COMMENT ON FUNCTION plasticc_passband(text) IS 'number of a passband by its name: u 0, g 1, r 2, i 3, z 4, y or Y 5';
COMMENT ON FUNCTION plasticc_flux_from_nanojansky(double precision) IS
'converts a flux or flux_err from nanojansky (zero point 31.4) to FLUXCAL units (zero point 27.5): flux * 10^-1.56';
COMMENT ON TYPE plasticc_feature_set IS
'set of light-curve features: simple, which take microseconds per object, or all, which start with the simple ones and add those from fits and searches, at milliseconds per object';
COMMENT ON FUNCTION plasticc_features_support(internal) IS
'planner support function of plasticc_features(lightcurve, plasticc_feature_set), whose cost depends on the set';
COMMENT ON FUNCTION plasticc_features(lightcurve, plasticc_feature_set) IS
'features of a light curve as real[] in the order of plasticc_feature_catalog(feature_set); for rows, use plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), ''simple'')';
COMMENT ON FUNCTION plasticc_features(lightcurve) IS
'all features of a light curve in the order of plasticc_feature_catalog(); NaN for a feature that cannot be computed, NULL without observations; of more than 20000 observations, fits, Gaussian process and period use 20000, one at random of each of as many runs of successive ones';
COMMENT ON AGGREGATE plasticc_features(double precision, bigint, double precision, double precision) IS
'all features of the light curve of a group, in the order of plasticc_feature_catalog(): mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected where |flux| >= 5 flux_err; input as for plasticc_lightcurve';
COMMENT ON FUNCTION plasticc_feature_catalog(plasticc_feature_set) IS
'elements of the array that plasticc_features returns: ordinal from 1, name, unit (if flux and flux_err are scaled by c, "flux" and "flux/day" scale by c, "mag(flux)" changes by -2.5 log10 c, and others are unchanged), group, description';
COMMENT ON FUNCTION plasticc_feature_names(plasticc_feature_set) IS 'names of the features that plasticc_features returns, in order';
COMMENT ON FUNCTION plasticc_feature(real[], text) IS
'one element, by name, of an array returned by plasticc_features or plasticc_host_features';
COMMENT ON FUNCTION plasticc_host_features(real[], boolean, double precision, double precision, double precision, double precision) IS
'light-curve features followed by host features: ddf (in a deep drilling field), photometric redshift (0 = galactic) and its error, distmod in mag (NULL or NaN: derived from the redshift in a flat Lambda-CDM cosmology), mwebv in mag, by which some features of the set "all" are corrected (pass 0 if the fluxes are already corrected); NULL, NaN or negative means unknown';
COMMENT ON FUNCTION plasticc_host_feature_catalog(plasticc_feature_set) IS
'features that plasticc_host_features appends: ordinal (continuing plasticc_feature_catalog), name, unit, group, description';
COMMENT ON FUNCTION plasticc_host_feature_names(plasticc_feature_set) IS
'names of the features that plasticc_host_features returns, in order: those of the light curve, then those of the host';
COMMENT ON TYPE plasticc_gp IS
'result of plasticc_gp_fit: amplitude in the unit of flux, length_scale in days, log_likelihood';
COMMENT ON FUNCTION plasticc_gp_fit(lightcurve) IS
'maximum-likelihood fit of a zero-mean Gaussian process with a Matern 3/2 kernel in time and, at a fixed scale of 6000 Angstrom, in wavelength: amplitude (standard deviation, in the unit of flux), length_scale in days (0.1 to 1000), log_likelihood including its constant; NULL without observations; of at most 20000 observations, as plasticc_features';
COMMENT ON FUNCTION plasticc_gp_predict(lightcurve, double precision[]) IS
'mean and standard deviation of the noiseless flux in all six passbands at each of the given times, which need not lie within the light curve, by the Gaussian process that plasticc_gp_fit fits; no rows without observations';
COMMENT ON TYPE plasticc_host IS
'host of an augmented copy: redshift, photometric redshift and its error, and the distance modulus in mag of the photometric redshift';
-- Arguments are new: what depends on the function, such as a view, has to be dropped before the update.
DROP FUNCTION plasticc_augment(lightcurve, bigint, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, integer);

-- Not strict: a NULL redshift is unknown.
CREATE FUNCTION plasticc_augment(
    lightcurve, seed bigint,
    redshift double precision DEFAULT NULL, new_redshift double precision DEFAULT NULL,
    drop_fraction double precision DEFAULT 0.1, drop_block double precision DEFAULT 0,
    noise double precision DEFAULT 0.5, time_shift double precision DEFAULT 0,
    galactic_dimming double precision DEFAULT 0.5, galactic_dimming_sd double precision DEFAULT 0.5,
    detection_threshold double precision DEFAULT 5.5, detection_width double precision DEFAULT 2,
    min_detections integer DEFAULT 2,
    truncate boolean DEFAULT false, min_days double precision DEFAULT 1, max_days double precision DEFAULT 120
) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;

COMMENT ON FUNCTION plasticc_augment(lightcurve, bigint, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, integer, boolean, double precision, double precision) IS
'augmented copy of a light curve, the same for the same arguments: moved from redshift (NULL, NaN or negative: unknown) to new_redshift (NULL: not moved) through a Gaussian process or, at redshift 0, dimmed by galactic_dimming +- galactic_dimming_sd mag; observations dropped singly (drop_fraction) and in a block of drop_block days, with noise added (in units of flux_err) and times shifted by up to time_shift days; with truncate, as known at a time after its first detection that is log-uniform from min_days to max_days; NULL if fewer than min_detections remain';
COMMENT ON FUNCTION plasticc_augment_host(bigint, double precision, double precision, double precision, double precision, double precision, double precision) IS
'host of an augmented copy: new_redshift is log-uniform from min_redshift (NULL: 0.95 redshift) to max_redshift (NULL: the lesser of 5 redshift and 1.5 (1 + redshift) - 1), hostgal_photoz keeps its error relative to 1 + z and gets noise of photoz_noise times its error, and distmod is that of hostgal_photoz; a redshift that is 0 or unknown is left unchanged';
COMMENT ON FUNCTION plasticc_periodogram(lightcurve, double precision, double precision, double precision) IS
'multiband periodogram: the fraction (0-1) of chi-squared about the passband means that is explained by sinusoids of a common frequency (per day), with their own amplitude and phase in each passband, from min_frequency (NULL: 1/time span) to max_frequency (NULL: 20) in steps of 1/(oversampling * time span) (NULL: 5), at most 1000000 rows, and 20000000000 rows times observations; no rows unless some passband has 4 distinct times';
COMMENT ON FUNCTION plasticc_period(lightcurve) IS
'period in days, from 0.05 to the time span, whose folded light curve is best fitted by one shape common to all passbands; possibly half the orbital period of an eclipsing binary, returned even if the light curve is not periodic, and NULL unless some passband has 4 distinct times and some scatter; of at most 20000 observations, as plasticc_features';
COMMENT ON FUNCTION plasticc_period(lightcurve, double precision, double precision) IS
'likewise, from min_period to max_period, in days; NULL stands for 0.05 and the time span';
COMMENT ON FUNCTION plasticc_period_candidates(lightcurve, integer, double precision, double precision) IS
'the n (1 to 16) best candidates for the period, the best first, which is plasticc_period of the same range: period in days, power of the periodogram at its frequency, and the false-alarm probability of a peak of that power in white noise; no rows where the period is NULL';
COMMENT ON COLUMN plasticc_models.classes IS 'classes in the order of the probabilities';
COMMENT ON COLUMN plasticc_models.feature_names IS 'value of the option feature_names, or NULL';
COMMENT ON COLUMN plasticc_models.options IS 'all training options, including defaults';
COMMENT ON COLUMN plasticc_models.metrics IS
'size of the training set, epochs and losses, and the scores and calibration on held-out rows, if any';
COMMENT ON COLUMN plasticc_models.model IS 'serialised model, the argument of plasticc_classify; portable between databases';
COMMENT ON TABLE plasticc_training_log IS
'training log, one row per member and epoch, ten rounds being an epoch of boosted trees, written during training; losses are of the kind set by the option loss';
COMMENT ON COLUMN plasticc_training_log.member IS 'number of the member in the ensemble, from 1: networks, then boosted trees';
COMMENT ON COLUMN plasticc_training_log.elapsed IS 'time since training started, including reading the training query';
COMMENT ON TABLE plasticc_cross_validations IS
'cross-validations, one row per run; a run under an existing name adds the next version, independently of the versions of models';
COMMENT ON COLUMN plasticc_cross_validations.classes IS 'classes in the order of the probabilities';
COMMENT ON COLUMN plasticc_cross_validations.options IS 'all training options, including defaults';
COMMENT ON COLUMN plasticc_cross_validations.metrics IS
'scores over all objects and by fold, number of objects in each class, number of features, and elapsed seconds';
COMMENT ON TABLE plasticc_out_of_fold IS
'out-of-fold predictions of cross-validations: the class probabilities of each row by models trained without its fold';
COMMENT ON COLUMN plasticc_out_of_fold.object_id IS 'object_id of the training query where it is an integer, or NULL';
COMMENT ON COLUMN plasticc_out_of_fold.object_key IS 'object_id of the training query as a text where it is no integer, or NULL';
COMMENT ON COLUMN plasticc_models.class_names IS 'names of the classes, in the same order, where the target was a text, or NULL';
COMMENT ON COLUMN plasticc_cross_validations.class_names IS
'names of the classes, in the same order, where the target was a text, or NULL';
COMMENT ON COLUMN plasticc_out_of_fold.target IS 'true class';
COMMENT ON COLUMN plasticc_out_of_fold.probabilities IS 'class probabilities in the order of plasticc_cross_validations.classes';
COMMENT ON PROCEDURE plasticc_train(text, text, jsonb) IS
'trains an ensemble of networks and boosted trees on training_query, run once as the current user, and stores it in plasticc_models as the next version of name; the query returns features real[] or double precision[] (NULL, NaN and infinite elements are missing values), target integer or text (the class), and optionally weight double precision (> 0), fold integer and object_id of any type, and plasticc_option_catalog() lists the options';
COMMENT ON PROCEDURE plasticc_cross_validate(text, text, jsonb) IS
'cross-validates a training with the query and options of plasticc_train: trains once per fold on all other folds, and stores the out-of-fold predictions in plasticc_out_of_fold and the scores in plasticc_cross_validations';
COMMENT ON FUNCTION plasticc_training_options() IS
'options of plasticc_train and plasticc_cross_validate: name, type, accepted range, values (as JSON) in the presets default and reference, description';
COMMENT ON FUNCTION plasticc_option_catalog() IS
'options of plasticc_train, plasticc_cross_validate, plasticc_extract, plasticc_predict and plasticc_create_views: type, default (as JSON; null where it depends on tables or settings), accepted range, description';
COMMENT ON FUNCTION plasticc_progress() IS
'progress of the calls of plasticc_train, plasticc_cross_validate, plasticc_extract and plasticc_predict that run in this database: name is the model or the target table, done and total count epochs of all members or objects, and what is unknown is NULL';
COMMENT ON FUNCTION plasticc_model(text, integer) IS
'newest or given version of a model, or the version that an alias stands for; an error if there is none, NULL for a NULL name';
COMMENT ON FUNCTION plasticc_classes(bytea) IS 'classes that the model knows, ascending: the order of its probabilities';
COMMENT ON FUNCTION plasticc_model_info(bytea) IS
'description of a model as jsonb: classes, features, network layers, trees, calibration, class gate, size, options and metrics';
COMMENT ON FUNCTION plasticc_classify(bytea, real[]) IS
'class probabilities, which sum to 1, in the order of plasticc_classes(model); features as in training, where NULL, NaN or infinite elements are missing values, which count as the mean (zscore) or median (rank_gauss) of the feature in training, values beyond those in training count as the nearest of them, and a different number of features is an error';
COMMENT ON FUNCTION plasticc_classify(text, real[]) IS
'class probabilities by the newest version of a model, or by the version that an alias stands for, as plasticc_classify(plasticc_model(name), features); in distributed queries, pass the model as an argument instead';
COMMENT ON FUNCTION plasticc_classify_query(bytea, text) IS
'classifies, in blocks, the rows of a query, run as the current user, that returns object_id (an integer type) and features (real[] or double precision[]); results differ from plasticc_classify by rounding only, and NULL features give NULL probabilities';
COMMENT ON FUNCTION plasticc_importance(bytea, text, boolean, integer, bigint) IS
'permutation importance: mean increase of the challenge''s weighted log loss over repeats (1 to 1000) random permutations of a feature, or of all features of a group together, among the rows of a query, run as the current user, that returns features, target and optionally object_id; largest first';
COMMENT ON TYPE plasticc_unknown_method IS
'formula by which plasticc_add_unknown derives the probability of class 99 from the probabilities of the known classes';
COMMENT ON FUNCTION plasticc_add_unknown(double precision[], plasticc_unknown_method, integer[]) IS
'appends the probability of class 99 by a formula and renormalises; classes may be omitted for 14 probabilities of the challenge''s classes in ascending order and for the methods confidence, prior, presentation, product and scirpus';
COMMENT ON TYPE plasticc_submission_row IS 'class probabilities in one row of a submission to the challenge';
COMMENT ON FUNCTION plasticc_submission(double precision[], bigint[]) IS
'probabilities as the columns of a submission to the challenge, 0 for classes not given; classes may be omitted for 14 or 15 probabilities of the challenge''s classes in ascending order';
COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], integer, real[], integer[]) IS
'transition function of plasticc_log_loss: state, target, probabilities, classes';
COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], integer, real[], integer[], double precision[]) IS
'transition function of plasticc_log_loss: state, target, probabilities, classes, weights';
COMMENT ON AGGREGATE plasticc_log_loss(integer, real[], integer[]) IS
'the challenge''s weighted log loss: the mean over classes with objects, weighted 2 for 15, 64 and 99 and 1 for others, of the mean of -ln p(target) over the objects of the class, with probabilities normalised and clipped to [1e-15, 1 - 1e-15]; rows whose target or probabilities are NULL are skipped';
COMMENT ON AGGREGATE plasticc_log_loss(integer, real[], integer[], double precision[]) IS
'weighted log loss with a given weight (finite, not negative) for each of classes; NULL if all classes with objects have weight 0';
COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], integer, real[], integer[]) IS
'transition function of plasticc_calibration_error: state, target, probabilities, classes';
COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], integer, real[], integer[], double precision[]) IS
'transition function of plasticc_calibration_error: state, target, probabilities, classes, weights';
COMMENT ON AGGREGATE plasticc_calibration_error(integer, real[], integer[]) IS
'expected calibration error (Guo et al. 2017): the mean over objects, in 15 equal-width bins of the largest probability, of the absolute difference between mean confidence and accuracy in the bin; rows are skipped and errors raised as by plasticc_log_loss';
COMMENT ON AGGREGATE plasticc_calibration_error(integer, real[], integer[], double precision[]) IS
'expected calibration error in which the objects of a class share a given weight (finite, not negative), as in plasticc_log_loss; NULL if all classes with objects have weight 0';
COMMENT ON FUNCTION plasticc_confusion_accum(bigint[], integer, real[], integer[]) IS
'transition function of plasticc_confusion: state, target, probabilities, classes';
COMMENT ON AGGREGATE plasticc_confusion(integer, real[], integer[]) IS
'confusion matrix: counts of objects as [true class][predicted class], both in the order of classes, where the predicted class is the first of the most probable ones; rows are skipped and errors raised as by plasticc_log_loss';
COMMENT ON FUNCTION plasticc_n_observations(lightcurve) IS
'number of observations of a light curve, including rejected measurements; reads only the first bytes';
COMMENT ON PROCEDURE plasticc_extract(regclass, regclass, jsonb) IS
'extracts light curves and features of all objects whose number of observations differs from that in the target, in chunks of objects, one transaction each, in the calling session and in parallel workers; it can be restarted after an error, a cancel or a crash; plasticc_option_catalog() lists the options';
COMMENT ON PROCEDURE plasticc_predict(text, regclass, regclass, jsonb) IS
'classifies, by the newest version of a model or the version that an alias stands for, all objects whose present features this version has not classified yet, in chunks of objects, one transaction each, in the calling session and in parallel workers; it can be restarted after an error, a cancel or a crash; plasticc_option_catalog() lists the options';
COMMENT ON FUNCTION plasticc_simulate_objects(bigint, bigint, text, bigint) IS
'objects first_object to first_object + n - 1 of a synthetic LSST-like survey for demonstrations and load tests, one row per object, with coordinates in degrees, redshifts, distance modulus and extinction in mag, and the class; mix is ''training'', ''test'' or ''uniform''';
COMMENT ON FUNCTION plasticc_simulate_observations(bigint, bigint, text, bigint) IS
'observations of the objects that plasticc_simulate_objects returns for the same arguments, ordered by object_id and mjd: mjd in days, passband 0-5 = ugrizy, flux and flux_err (template-subtracted, zero point 27.5), detected';
COMMENT ON FUNCTION plasticc_distribute(regclass[], name, boolean) IS
'for Citus: distributes tables by hash of a column, co-located with each other, makes plasticc_models a reference table unless models is false, and returns the action taken for each; tables already set up are left unchanged';
COMMENT ON TABLE plasticc_models IS
'trained models, one immutable row per version; training under an existing name adds the next version; DROP EXTENSION drops them, pg_dump --table=plasticc_models saves them';
COMMENT ON COLUMN plasticc_models.owner IS
'role whose members may add and delete rows of this name; the same in all rows of the name';
COMMENT ON COLUMN plasticc_training_log.owner IS
'role whose members may add and delete rows of this name; the same in all rows of the name';
COMMENT ON COLUMN plasticc_cross_validations.owner IS
'role whose members may add and delete rows of this name; the same in all rows of the name';
COMMENT ON COLUMN plasticc_out_of_fold.owner IS
'role whose members may add and delete rows of this name; the same in all rows of the name';
COMMENT ON TABLE plasticc_aliases IS
'aliases of versions of models, one row for each promotion, of which the one with the largest number counts; plasticc_promote adds them, plasticc_roll_back removes the last one';
COMMENT ON COLUMN plasticc_aliases.name IS 'the alias, which is the name of no model';
COMMENT ON COLUMN plasticc_aliases.promotion IS 'number of the promotion, counted from 1 for each alias';
COMMENT ON COLUMN plasticc_aliases.model IS 'name of the model that the alias stands for';
COMMENT ON COLUMN plasticc_aliases.version IS 'version of the model that the alias stands for';
COMMENT ON COLUMN plasticc_aliases.owner IS
'role whose members may add and delete rows of this alias; the same in all rows of the alias';
COMMENT ON VIEW plasticc_model_versions IS 'the versions in plasticc_models without the models: their size in bytes instead';

CREATE FUNCTION plasticc_importance(model bytea, OUT feature text, OUT feature_group text, OUT gain double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'plasticc_gains' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;

COMMENT ON FUNCTION plasticc_importance(bytea) IS
'gain of every feature in the model''s boosted trees: by how much the splits on it reduce the weighted cross-entropy of the training objects, in the second-order approximation, summed over the splits of a member and averaged over members; largest first';

-- Transition, combine and final functions are called by the server, which asks for the rights of the aggregate's owner.
-- (Citus asks for the caller's: docs/distributed.md.)  plasticc_features(lightcurve), a final function too, is for everybody.
REVOKE EXECUTE ON FUNCTION
    lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, boolean),
    lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, bigint),
    lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, double precision),
    lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision),
    lightcurve_combine(lightcurve, lightcurve),
    lightcurve_final(lightcurve),
    plasticc_log_loss_accum(double precision[], integer, real[], integer[]),
    plasticc_log_loss_accum(double precision[], integer, real[], integer[], double precision[]),
    plasticc_log_loss_accum(double precision[], double precision, double precision[], bigint[]),
    plasticc_log_loss_accum(double precision[], double precision, double precision[], bigint[], double precision[]),
    plasticc_log_loss_accum(double precision[], text, double precision[], text[]),
    plasticc_log_loss_accum(double precision[], text, double precision[], text[], double precision[]),
    plasticc_calibration_error_accum(double precision[], double precision, double precision[], bigint[]),
    plasticc_calibration_error_accum(double precision[], double precision, double precision[], bigint[], double precision[]),
    plasticc_calibration_error_accum(double precision[], text, double precision[], text[]),
    plasticc_calibration_error_accum(double precision[], text, double precision[], text[], double precision[]),
    plasticc_scores_accum(plasticc_scores, integer, real[], integer[]),
    plasticc_scores_accum(plasticc_scores, double precision, double precision[], bigint[]),
    plasticc_scores_accum(plasticc_scores, text, double precision[], text[]),
    plasticc_scores_accum(plasticc_scores, integer, real[], integer[], double precision),
    plasticc_scores_accum(plasticc_scores, double precision, double precision[], bigint[], double precision),
    plasticc_scores_accum(plasticc_scores, text, double precision[], text[], double precision),
    plasticc_scores_combine(plasticc_scores, plasticc_scores),
    plasticc_confusion_accum(bigint[], double precision, double precision[], bigint[]),
    plasticc_confusion_accum(bigint[], text, double precision[], text[]),
    plasticc_log_loss_combine(double precision[], double precision[]),
    plasticc_log_loss_final(double precision[]),
    plasticc_calibration_error_accum(double precision[], integer, real[], integer[]),
    plasticc_calibration_error_accum(double precision[], integer, real[], integer[], double precision[]),
    plasticc_calibration_error_combine(double precision[], double precision[]),
    plasticc_calibration_error_final(double precision[]),
    plasticc_confusion_accum(bigint[], integer, real[], integer[]),
    plasticc_confusion_combine(bigint[], bigint[]),
    plasticc_confusion_final(bigint[])
FROM PUBLIC;
