--
-- Ensembles, cross-validation, and parallel training
--
SET client_min_messages = warning;
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target, 10 * (i % 4) AS fold,
       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, 3 * (i % 3 / 2) + hashint4(-i) / 4e9, hashint4(i + 7) / 4e9,
             CASE WHEN i % 7 > 0 THEN i % 3 END, 1]::real[] AS features
FROM generate_series(1, 300) AS i;
-- two copies of each object, the second noisier
CREATE VIEW copies AS
SELECT object_id, target, CASE WHEN copy = 1 THEN features ELSE array_replace(features, 1::real, 1.5::real) END AS features
FROM objects, generate_series(1, 2) AS copy ORDER BY copy, object_id;

CREATE FUNCTION trained(workers text, options jsonb, query text DEFAULT 'TABLE copies') RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_maintenance_workers', workers, true);
    CALL plasticc_train('t', query, '{"trees": 0, "layers": [8], "epochs": 4, "batch_size": 20, "learning_rate": 0.02, "weight_decay": 0.2}' || options);
    RETURN plasticc_model('t');
END $$;

-- the same bytes with one process and with three
SELECT o, trained('0', o) = trained('2', o) AS same
FROM (VALUES ('{"networks": 5, "trees": 0}'::jsonb), ('{"networks": 5, "trees": 0, "bagging_folds": 3}'), ('{"networks": 2, "trees": 0, "validation_fraction": 0.2}'),
             ('{"networks": 4, "trees": 0, "bagging_folds": 2, "validation_fraction": 0.2}')) AS v(o);
-- outside a transaction block, where it commits
SET max_parallel_maintenance_workers = 2;
CALL plasticc_train('m', 'TABLE copies', '{"layers": [8], "epochs": 4, "batch_size": 20, "learning_rate": 0.02, "weight_decay": 0.2, "networks": 5, "trees": 0, "bagging_folds": 3}');
SELECT plasticc_model('m') = trained('0', '{"networks": 5, "trees": 0, "bagging_folds": 3}') AS same;
RESET max_parallel_maintenance_workers;
SELECT member, count(*) AS epochs, min(epoch), max(epoch), count(validation_loss) AS validated FROM plasticc_training_log
WHERE name = 'm' GROUP BY 1 ORDER BY 1;
SELECT info -> 'members' AS members, info -> 'parameters' AS parameters FROM plasticc_model_info(plasticc_model('m')) AS info;
-- every object is left out in one fold; those held out from all networks are not counted
SELECT metrics #> '{out_of_fold,objects}' AS out_of_fold, metrics #> '{validation}' AS validation,
       (metrics #>> '{out_of_fold,accuracy}')::float8 > 0.8 AS accuracy, (metrics #>> '{out_of_fold,log_loss}')::float8 < 0.6 AS log_loss,
       abs((metrics ->> 'validation_loss')::float8 - (SELECT avg(loss) FROM (SELECT min(validation_loss) AS loss
           FROM plasticc_training_log WHERE name = 'm' GROUP BY member) AS l)) < 1e-6 AS mean_of_the_best
FROM plasticc_models WHERE name = 'm';
-- the model stores the training curve: mean losses of the networks, at most 100 points
SELECT count(*) AS points, bool_and(abs(l.training_loss - c.training_loss::float8) < 1e-6 AND abs(l.validation_loss - c.validation_loss::float8) < 1e-6) AS means
FROM (SELECT epoch, avg(training_loss) AS training_loss, avg(validation_loss) AS validation_loss FROM plasticc_training_log WHERE name = 'm' GROUP BY 1) AS l
FULL JOIN (SELECT e::int AS epoch, curve -> 'training_loss' -> (i::int - 1) AS training_loss, curve -> 'validation_loss' -> (i::int - 1) AS validation_loss
           FROM (SELECT plasticc_model_info(plasticc_model('m')) #> '{metrics,training_curve}' AS curve) AS m,
                jsonb_array_elements(curve -> 'epoch') WITH ORDINALITY AS p (e, i)) AS c USING (epoch);
CALL plasticc_train('curve', 'TABLE objects', '{"layers": [], "epochs": 250, "networks": 1, "trees": 0, "batch_size": 300}');
SELECT jsonb_array_length(curve -> 'epoch') AS points, jsonb_array_length(curve -> 'training_loss') AS losses,
       curve #> '{epoch,0}' AS first, curve #> '{epoch,-1}' AS last, curve #> '{validation_loss,-1}' AS validation_loss
FROM (SELECT metrics -> 'training_curve' AS curve FROM plasticc_models WHERE name = 'curve') AS c;
CALL plasticc_train('h', 'TABLE copies', '{"layers": [8], "epochs": 2, "networks": 3, "trees": 0, "bagging_folds": 3, "validation_fraction": 0.2}');
-- and networks for two of three folds
CALL plasticc_train('h', 'TABLE copies', '{"layers": [8], "epochs": 2, "networks": 2, "trees": 0, "bagging_folds": 3}');
SELECT version, metrics #> '{out_of_fold,objects}' AS out_of_fold, metrics #> '{validation,objects}' AS validation
FROM plasticc_models WHERE name = 'h' ORDER BY 1;

-- probabilities of the ensemble, row by row and in blocks
SELECT plasticc_log_loss(target, plasticc_classify('m', features), '{15,42,90}') < 0.5 AS learnt,
       bool_and(abs((SELECT sum(p) FROM unnest(plasticc_classify('m', features)) AS p) - 1) < 1e-6) AS sum_1 FROM objects;
SELECT max(abs(a - b)) < 1e-6 AS equal FROM objects
JOIN plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, features FROM objects') AS q USING (object_id),
     unnest(plasticc_classify('m', features), q.probabilities) AS u(a, b);

-- the first network equals that of an ensemble of one
CALL plasticc_train('one', 'TABLE copies', '{"networks": 1, "trees": 0, "layers": [8], "epochs": 4}');
CALL plasticc_train('two', 'TABLE copies', '{"layers": [8], "epochs": 4, "networks": 2, "trees": 0}');
SELECT t.member, count(*) FILTER (WHERE o.training_loss = t.training_loss) AS equal
FROM plasticc_training_log AS t JOIN plasticc_training_log AS o USING (epoch) WHERE t.name = 'two' AND o.name = 'one' GROUP BY 1 ORDER BY 1;

--
-- calibration: networks trained briefly are underconfident
--
CREATE FUNCTION calibrated(options jsonb, query text DEFAULT 'SELECT * FROM copies', OUT temperature text, OUT multipliers text, OUT keys text, OUT objects int, OUT better boolean) LANGUAGE plpgsql AS $$
DECLARE m jsonb; i jsonb;
BEGIN
    CALL plasticc_train('calibrated', query, '{"layers": [8], "epochs": 4, "batch_size": 20, "learning_rate": 0.02, "bagging_folds": 3, "networks": 3, "trees": 0}' || options);
    i := plasticc_model_info(plasticc_model('calibrated'));
    m := i #> '{metrics,calibration}';
    temperature := CASE WHEN (i ->> 'temperature')::float8 < 0.6 THEN 'low' ELSE i ->> 'temperature' END;
    multipliers := (SELECT CASE WHEN bool_and(value::float8 = 1) THEN 'all 1' ELSE 'fitted' END FROM jsonb_each_text(i -> 'class_multipliers'));
    keys := (SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_each(m));
    objects := m -> 'objects';
    better := (m -> 'error')::float8 < 0.8 * (m -> 'error_before')::float8 AND (m -> 'weighted_error')::float8 < 0.8 * (m -> 'weighted_error_before')::float8
              AND (i #> '{metrics,out_of_fold,calibration_error}')::float8 = (m -> 'error')::float8;
END $$;
SELECT o, c.* FROM (VALUES ('{}'::jsonb), ('{"calibration": "full"}'), ('{"calibration": "temperature"}'), ('{"calibration": "none"}'),
    ('{"bagging_folds": 0, "validation_fraction": 0.3}'), ('{"validation_fraction": 0.2, "networks": 2, "trees": 0}')) AS v(o), calibrated(o) AS c;
-- classification applies it: the same networks
SELECT count(*) AS objects, bool_and(c > n) AS surer FROM objects,
       LATERAL (SELECT max(p) AS c FROM unnest(plasticc_classify(plasticc_model('calibrated', 3), features)) AS p) AS c,
       LATERAL (SELECT max(p) AS n FROM unnest(plasticc_classify(plasticc_model('calibrated', 4), features)) AS p) AS n;
-- in a cross-validation it is fitted without the fold: out-of-fold errors, with calibration by bagging and without
CALL plasticc_cross_validate('with', 'SELECT * FROM copies', '{"layers": [8], "epochs": 4, "batch_size": 20, "learning_rate": 0.02, "bagging_folds": 3, "networks": 3, "trees": 0, "folds": 2}');
CALL plasticc_cross_validate('without', 'SELECT * FROM copies', '{"layers": [8], "epochs": 4, "batch_size": 20, "learning_rate": 0.02, "bagging_folds": 3, "networks": 3, "trees": 0, "folds": 2, "calibration": "none"}');
SELECT (w.metrics -> 'calibration_error')::float8 < 0.5 * (o.metrics -> 'calibration_error')::float8 AS better,
       (SELECT bool_and((f -> 'calibration_error')::float8 BETWEEN 0.001 AND 0.2) FROM jsonb_array_elements(w.metrics -> 'folds') AS f) AS folds
FROM plasticc_cross_validations AS w, plasticc_cross_validations AS o WHERE w.name = 'with' AND o.name = 'without';
SELECT abs(plasticc_calibration_error(target, probabilities, classes) - (metrics -> 'calibration_error')::float8) < 1e-6 AS same
FROM plasticc_cross_validations JOIN plasticc_out_of_fold USING (name, version) WHERE name = 'with' GROUP BY metrics, classes;
\set VERBOSITY default
SELECT calibrated('{"bagging_folds": 0, "calibration": "full"}');
SELECT calibrated('{"calibration": "platt"}');
DROP FUNCTION calibrated;
DELETE FROM plasticc_cross_validations;
DELETE FROM plasticc_out_of_fold;

-- options
\set VERBOSITY terse
SELECT trained('0', '{"networks": 0, "trees": 0}');
SELECT trained('0', '{"networks": 1001, "trees": 0}');
SELECT trained('0', '{"bagging_folds": 1}');
CALL plasticc_train('e', 'TABLE copies', '{"layers": [8192, 8192], "networks": 100, "trees": 0}');
\set VERBOSITY default

--
-- cross-validation
--
CREATE FUNCTION validated(workers text, query text, options jsonb DEFAULT '{}') RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_maintenance_workers', workers, true);
    CALL plasticc_cross_validate('c', query, '{"trees": 0, "layers": [8], "epochs": 4, "batch_size": 20, "learning_rate": 0.02, "weight_decay": 0.2}' || options);
    RETURN (SELECT max(version) FROM plasticc_cross_validations WHERE name = 'c');
END $$;
CREATE FUNCTION summary(v int, OUT metrics jsonb, OUT accurate boolean, OUT rows bigint, OUT ids bigint, OUT folds int[], OUT sum_1 boolean) LANGUAGE sql AS $$
    SELECT (SELECT c.metrics - '{log_loss,accuracy,calibration_error,recall,folds,elapsed_seconds}'::text[] FROM plasticc_cross_validations AS c WHERE name = 'c' AND version = v),
           (SELECT (c.metrics ->> 'accuracy')::float8 > 0.7 FROM plasticc_cross_validations AS c WHERE name = 'c' AND version = v),
           count(*), count(DISTINCT object_id), array_agg(DISTINCT fold ORDER BY fold),
           bool_and(abs((SELECT sum(p) FROM unnest(probabilities) AS p) - 1) < 1e-6)
    FROM plasticc_out_of_fold WHERE name = 'c' AND version = v $$;
SELECT validated('0', 'SELECT * FROM objects ORDER BY object_id');
SELECT * FROM summary(1);
-- folds without the column; copies stay together
SELECT validated('0', 'TABLE copies', '{"folds": 3, "networks": 2, "trees": 0}');
SELECT * FROM summary(2);
SELECT count(*) AS apart FROM (SELECT object_id FROM plasticc_out_of_fold WHERE version = 2 GROUP BY 1 HAVING count(DISTINCT fold) > 1) AS a;
SELECT max(count) - min(count) <= 4 AS equal FROM (SELECT count(*) FROM plasticc_out_of_fold WHERE version = 2 GROUP BY fold, target) AS a;
-- the same with three processes
SELECT validated('2', 'TABLE copies', '{"folds": 3, "networks": 2, "trees": 0}');
SELECT (SELECT array_agg((object_id, fold, target, probabilities) ORDER BY o) FROM (SELECT *, ctid AS o FROM plasticc_out_of_fold WHERE version = 2) AS a) =
       (SELECT array_agg((object_id, fold, target, probabilities) ORDER BY o) FROM (SELECT *, ctid AS o FROM plasticc_out_of_fold WHERE version = 3) AS a) AS same;
SELECT count(DISTINCT metrics - 'elapsed_seconds') AS metrics FROM plasticc_cross_validations WHERE version IN (2, 3);
-- without object_id each row is an object
SELECT validated('1', 'SELECT features, target FROM objects', '{"folds": 2, "bagging_folds": 2, "networks": 2, "trees": 0, "validation_fraction": 0.1}');
SELECT * FROM summary(4);
-- the metrics agree with the stored probabilities
SELECT c.version, abs(plasticc_log_loss(o.target, o.probabilities, c.classes) - (c.metrics ->> 'log_loss')::float8) < 1e-6 AS log_loss,
       bool_and(jsonb_array_length(c.metrics -> 'folds') = (SELECT count(DISTINCT fold) FROM plasticc_out_of_fold AS f WHERE f.version = c.version)) AS folds,
       abs(avg((SELECT c.classes[i] = o.target FROM unnest(o.probabilities) WITH ORDINALITY AS u(p, i) ORDER BY p DESC LIMIT 1)::int)
           - (c.metrics ->> 'accuracy')::float8) < 1e-6 AS accuracy
FROM plasticc_cross_validations AS c JOIN plasticc_out_of_fold AS o USING (name, version) GROUP BY c.name, c.version ORDER BY 1;
SELECT f ->> 'fold' AS fold, f -> 'objects' AS objects,
       abs((SELECT plasticc_log_loss(o.target, o.probabilities, c.classes) FROM plasticc_out_of_fold AS o WHERE o.version = 1 AND o.fold = (f ->> 'fold')::int)
           - (f ->> 'log_loss')::float8) < 1e-6 AS log_loss
FROM plasticc_cross_validations AS c, jsonb_array_elements(c.metrics -> 'folds') AS f WHERE version = 1 ORDER BY 1;
-- no network has seen the rows that it predicts: random targets cannot be learnt
SELECT validated('1', 'SELECT object_id % 300 AS object_id, features, (ARRAY[15, 42])[1 + (hashint4(object_id % 300) & 1)] AS target FROM (SELECT object_id, ARRAY[hashint4(object_id % 300), hashint4(7 * (object_id % 300))]::real[] AS features FROM generate_series(1, 1500) AS object_id) AS o',
                 '{"trees": 0, "layers": [64], "epochs": 60, "learning_rate": 0.01, "dropout": 0, "input_dropout": 0, "weight_decay": 0}');
SELECT (metrics ->> 'accuracy')::float8 BETWEEN 0.35 AND 0.65 AS chance FROM plasticc_cross_validations WHERE version = 5;

-- a run that fails stores nothing, and versions are independent of those of models
\set VERBOSITY terse
SELECT validated('1', 'SELECT features, target FROM objects', '{"validation_fold": 1}');
SELECT validated('1', 'SELECT features, target, 1 AS fold FROM objects');
SELECT validated('1', 'SELECT features, target, target AS fold FROM objects');
SELECT validated('1', 'SELECT features, target, object_id * 10000000000 AS fold FROM objects');
SELECT validated('1', 'SELECT features, target, i AS fold FROM objects, generate_series(1, 10) AS i', '{"folds": 1}');
SELECT validated('1', 'SELECT features, target, object_id + 1000 * i AS fold FROM objects, generate_series(1, 4) AS i');
SELECT validated('1', 'SELECT object_id, features, CASE WHEN object_id = 5 THEN 99 ELSE target END AS target FROM objects');
CALL plasticc_cross_validate('c', NULL);
CALL plasticc_cross_validate('c', 'TABLE copies', '{"feature_names": ["a"]}');
SELECT count(*) FROM plasticc_cross_validations;
SELECT count(DISTINCT version) FROM plasticc_out_of_fold;
SELECT count(*) AS models FROM plasticc_models WHERE name = 'c';

DROP FUNCTION trained, validated, summary;
DROP VIEW copies;
DROP TABLE objects;
TRUNCATE plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold;
