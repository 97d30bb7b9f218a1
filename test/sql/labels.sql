-- Targets that are texts, and objects identified by any type.
\set VERBOSITY terse
SET client_min_messages = warning;

-- three classes, whose labels sort differently by their bytes than by most locales, and as integers
CREATE TYPE kind AS ENUM ('zeta', 'Alpha', 'étoile');
CREATE TABLE objects AS
SELECT i AS object_id, c + 1 AS target, (ARRAY['Alpha', 'zeta', 'étoile'])[c + 1] AS label,
       i % 3 AS fold, ARRAY[c * 2 + hashint4(i) / 2e9, hashint4(i + 1000) / 2e9, hashint4(i + 2000) / 2e9]::real[] AS features
FROM generate_series(1, 90) AS i, LATERAL (SELECT i / 3 % 3 AS c) AS class;

CREATE FUNCTION train(name text, target text, others text DEFAULT '') RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CALL plasticc_train(%L, %L, %L)', name,
        'SELECT features, ' || target || ' AS target' || others || ' FROM objects ORDER BY object_id',
        '{"epochs": 5, "layers": [4], "networks": 2, "trees": 0, "report_interval": 1000}');
    RETURN plasticc_model(name);
END $$;

-- The model of labels and that of the integers 1 to n are the same but for the names.
SELECT train('numbers', 'target') IS NOT NULL, train('labels', 'label') IS NOT NULL;
SELECT name, classes, class_names, metrics -> 'classes' AS objects FROM plasticc_model_versions ORDER BY name;
SELECT plasticc_class_names(plasticc_model('numbers')), plasticc_class_names(plasticc_model('labels'));
SELECT count(*), count(DISTINCT plasticc_classify(plasticc_model('labels'), features)) AS different,
       bool_and(plasticc_classify(plasticc_model('numbers'), features)::text = plasticc_classify(plasticc_model('labels'), features)::text) AS same
FROM objects;
SELECT plasticc_model_info(plasticc_model('labels')) -> 'class_names' AS names,
       plasticc_model_info(plasticc_model('labels')) #> '{class_multipliers}' AS multipliers,
       plasticc_model_info(plasticc_model('numbers')) -> 'class_names' AS none;
SELECT class, name, probability > 0 AS positive FROM plasticc_probabilities(plasticc_model('labels'), '{1, 2, 3}');
SELECT class, name FROM plasticc_probabilities(plasticc_model('numbers'), '{1, 2, 3}');

-- other types of targets; bytes 8 to 11 are the version of the format
SELECT type, get_byte(model, 8) AS format, plasticc_class_names(model),
       plasticc_classify(model, '{1, 2, 3}')::text = plasticc_classify(plasticc_model('numbers'), '{1, 2, 3}')::text AS same
FROM (VALUES ('smallint', 'target::smallint'), ('bigint', 'target::bigint'), ('varchar', 'label::varchar'), ('char(20)', 'label::char(20)'),
    ('name', 'label::name'), ('enum', 'label::kind')) AS t(type, target),
    LATERAL train(type, target) AS model;
-- the object and the types that are not accepted; every type can be cast to text
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT train('x', 'target::numeric');
SELECT train('x', 'target::bigint + 3000000000');
SELECT train('x', 'target = 1');
SELECT train('x', 'NULLIF(label, ''zeta'')', ', ''id'' || object_id AS object_id');
SELECT train('x', 'left(label, object_id - 1)', ', object_id');
SELECT train('x', 'repeat(label, 100)', ', object_id');
SELECT train('x', '''one''::text');
SELECT train('x', 'object_id::text') IS NOT NULL AS many;
CALL plasticc_train('x', 'SELECT ARRAY[1, i]::real[] AS features, ''class '' || i AS target FROM generate_series(1, 1025) AS i');
SELECT train('x', 'label', ', date ''2026-01-01'' AS weight');
SELECT train('x', 'date ''2026-01-01''');
SELECT train('x', 'label', ', ''1''::text AS weight');
\set VERBOSITY terse

-- weights of classes by their labels
CALL plasticc_train('weighted', 'SELECT features, label AS target FROM objects', '{"trees": 0, "epochs": 1, "layers": [4], "class_weights": {"zeta": 3, "étoile": 0}}');
SELECT options -> 'class_weights' FROM plasticc_models WHERE name = 'weighted';
\set VERBOSITY default
CALL plasticc_train('x', 'SELECT features, label AS target FROM objects', '{"trees": 0, "epochs": 1, "layers": [4], "class_weights": {"2": 3}}');
CALL plasticc_train('x', 'SELECT features, target FROM objects', '{"trees": 0, "epochs": 1, "layers": [4], "class_weights": {"zeta": 3}}');
\set VERBOSITY terse
-- a label that is a number of the challenge's weighs as that, another of the same number does not
CREATE FUNCTION loss(name text, target text) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CALL plasticc_cross_validate(%L, %L, %L)', name, 'SELECT features, fold, ' || target || ' AS target FROM objects',
        '{"epochs": 2, "layers": [4], "networks": 1, "trees": 0, "report_interval": 1000}');
    RETURN (SELECT round((metrics ->> 'log_loss')::numeric, 6) FROM plasticc_cross_validations AS v WHERE v.name = loss.name ORDER BY version DESC LIMIT 1);
END $$;
SELECT loss('15', '13 + target') = loss('label 15', '(13 + target)::text') AS same,
       loss('15', '13 + target') <> loss('plain', '''n'' || target') AS weighted;

-- Objects: rows of the same text are of one object, whatever the type.
CREATE FUNCTION folds(name text, object_id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CALL plasticc_cross_validate(%L, %L, %L)', name, 'SELECT features, label AS target, ' || object_id || ' AS object_id FROM objects ORDER BY objects.object_id',
        '{"epochs": 1, "layers": [4], "networks": 1, "trees": 0, "report_interval": 1000}');
    RETURN (SELECT md5(string_agg(fold || ':' || probabilities::text, ';' ORDER BY o.ctid)) FROM plasticc_out_of_fold AS o WHERE o.name = folds.name);
END $$;
SELECT count(*), count(DISTINCT folds(t.type, t.object_id)) AS results FROM (VALUES ('bigint', 'object_id / 3'), ('integer', '(object_id / 3)::integer'), ('text', '''ZTF'' || object_id / 3'),
    ('uuid', 'md5((object_id / 3)::text)::uuid'), ('char(30)', '(object_id / 3)::char(30)'), ('timestamptz', 'timestamptz ''2026-01-01 UTC'' + object_id / 3 * interval ''1 day'''),
    ('record', 'ROW(object_id / 3, 1)')) AS t(type, object_id);
SELECT name, count(object_id) AS object_ids, count(object_key) AS object_keys, min(object_key), count(DISTINCT coalesce(object_key, object_id::text)) AS objects
FROM plasticc_out_of_fold WHERE name IN ('bigint', 'text', 'char(30)', 'uuid', 'record') GROUP BY name ORDER BY name;
-- no object is in two folds
SELECT count(*) FROM (SELECT FROM plasticc_out_of_fold WHERE name = 'text' GROUP BY object_key HAVING count(DISTINCT fold) > 1) AS torn;
SELECT classes, class_names, metrics -> 'recall' ? 'zeta' AS named FROM plasticc_cross_validations WHERE name = 'text';
SELECT count(*), bool_and(label = class_names[o.target]) AS labels FROM plasticc_out_of_fold AS o JOIN plasticc_cross_validations USING (name, version)
JOIN objects ON object_key = 'ZTF' || objects.object_id / 3 WHERE name = 'text';
-- the scores with labels are those of the metrics
SELECT name, abs(plasticc_log_loss(class_names[target], probabilities, class_names) - (max(metrics ->> 'log_loss'))::float8) < 1e-6 AS log_loss,
       abs(plasticc_calibration_error(class_names[target], probabilities, class_names) - (max(metrics ->> 'calibration_error'))::float8) < 1e-6 AS calibration_error
FROM plasticc_out_of_fold JOIN plasticc_cross_validations USING (name, version) WHERE name IN ('text', 'label 15') AND version = 1 GROUP BY name ORDER BY name;
\set VERBOSITY default
SELECT train('x', 'label', ', ''a "b"'' AS object_id');
SELECT train('x', 'label', ', repeat(''long '', 50) AS object_id');
SELECT train('x', 'target', ', 7 AS object_id');

-- importance and target sample with them
SELECT feature, count(DISTINCT loss_increase) AS results, min(loss_increase) > 0 AS useful
FROM (VALUES ('labels', 'label'), ('labels', 'label::kind'), ('labels', 'target'), ('numbers', 'target'), ('numbers', 'target::text')) AS m(name, target),
     LATERAL plasticc_importance(plasticc_model(name), format('SELECT features, %s AS target, ''o'' || object_id AS object_id FROM objects', target))
GROUP BY feature ORDER BY feature;
SELECT * FROM plasticc_importance(plasticc_model('labels'), 'SELECT features, ''Beta'' AS target, ''o'' || object_id AS object_id FROM objects');
SELECT * FROM plasticc_importance(plasticc_model('labels'), 'SELECT features, 4 AS target FROM objects');
CALL plasticc_train('sample', 'SELECT features, label AS target FROM objects',
    '{"trees": 0, "epochs": 1, "layers": [4], "survey_features": [1], "survey_query": "SELECT features[1:2] AS features, md5(object_id::text)::uuid AS object_id FROM objects ORDER BY objects.object_id"}');

-- the challenge's classes
SELECT * FROM plasticc_class_catalog();

DROP TABLE objects;
DROP FUNCTION train, loss, folds;
DROP TYPE kind;
TRUNCATE plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold;
