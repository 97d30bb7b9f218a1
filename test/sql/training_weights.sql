--
-- Weights and targets that make no training set
--
SET client_min_messages = warning;
CREATE TABLE objects AS
SELECT i AS object_id, 10 * (i % 3) AS target, ARRAY[i % 3 + hashint4(i) / 2e9, hashint4(-i) / 2e9]::real[] AS features
FROM generate_series(1, 90) AS i;
CREATE FUNCTION trained(query text, options jsonb DEFAULT '{}') RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    CALL plasticc_train('w', query, '{"networks": 1, "trees": 0, "layers": [4], "epochs": 2, "batch_size": 20, "seed": 1}' || options);
    RETURN plasticc_model('w');
END $$;

-- weights are relative, however small or large they are
SELECT count(DISTINCT trained(format('SELECT features, target, (1 + object_id %% 2) * %s AS weight FROM objects ORDER BY object_id', w),
    jsonb_build_object('weight_power', 1) || o)) AS models
FROM (VALUES ('1'), ('2::float8 ^ -100'), ('2::float8 ^ 126'), ('2::float8 ^ -126')) AS v(w),
     (VALUES ('{"bagging_folds": 3, "networks": 3, "trees": 0}'::jsonb)) AS p(o);
SELECT trained('SELECT features, target, 1e-45::real AS weight FROM objects');
SELECT trained('SELECT features, target, 1e-60 AS weight FROM objects');
SELECT trained('SELECT features, target, 1e60 AS weight FROM objects');
SELECT trained('SELECT features, target, 0 AS weight FROM objects');
SELECT trained('SELECT features, target, CASE target WHEN 10 THEN 1e-20 ELSE 1 END AS weight FROM objects');

-- class weights
SELECT trained('SELECT features, target FROM objects', '{"class_weights": {"10": 2, "42": 2}}');
SELECT trained('SELECT features, target FROM objects', '{"class_weights": {"0": 0, "10": 0, "20": 0}}');
SELECT trained('SELECT features, target FROM objects', '{"class_weights": {"0": 0, "10": 1, "20": 0}, "loss": "plain"}') IS NOT NULL AS plain;
CALL plasticc_cross_validate('w', 'SELECT features, target FROM objects', '{"class_weights": {"42": 2}}');

-- an object has one target
SELECT trained('SELECT object_id % 80 AS object_id, features, target FROM objects ORDER BY objects.object_id');
SELECT trained('SELECT NULL::bigint AS object_id, features, target FROM objects') IS NOT NULL AS unknown_objects;

-- a class of one object is in all parts of bagging, and cannot be held out
SELECT trained('SELECT object_id, features, CASE object_id WHEN 7 THEN 99 ELSE target END AS target FROM objects',
    '{"bagging_folds": 3, "networks": 3, "trees": 0, "calibration": "full", "validation_fraction": 0.2}') IS NOT NULL AS lonely_class;
CALL plasticc_cross_validate('w', 'SELECT object_id, features, CASE object_id WHEN 7 THEN 99 ELSE target END AS target FROM objects', '{"folds": 3}');
DROP TABLE objects;
DROP FUNCTION trained;
TRUNCATE plasticc_models, plasticc_training_log;
