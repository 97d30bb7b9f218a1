-- Objects that have been known for much less time than a model's training objects: a WARNING of what classifies many.
SET client_min_messages = warning;

CREATE TABLE curves AS
SELECT object_id, target, lightcurve
FROM plasticc_simulate_objects(300, 3)
JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
      FROM plasticc_simulate_observations(300, 3) GROUP BY object_id) AS c USING (object_id)
WHERE target IN (42, 90);
CREATE TABLE whole AS
SELECT object_id, target, 0 AS copy, plasticc_features(lightcurve, 'simple') AS features FROM curves;
CREATE TABLE copies AS
SELECT object_id, target, copy, plasticc_features(early, 'simple') AS features
FROM curves, generate_series(1, 2) AS copy,
     plasticc_augment(lightcurve, copy, drop_fraction => 0, noise => 0, min_detections => 1, truncate => true) AS early;
CREATE TABLE nights AS
SELECT object_id, plasticc_features(plasticc_truncate(lightcurve, 2), 'simple') AS features, now() AS extracted_at FROM curves;
ALTER TABLE whole ADD PRIMARY KEY (object_id);
ALTER TABLE nights ADD PRIMARY KEY (object_id);

-- the days of the training objects, from the first detection to the last observation
CREATE FUNCTION days(lightcurve) RETURNS double precision LANGUAGE sql AS
    'SELECT max(mjd) - min(mjd) FILTER (WHERE detected) FROM plasticc_observations($1)';
CALL plasticc_train('whole', 'SELECT object_id, features, target FROM whole ORDER BY object_id', '{"layers": [4], "epochs": 2, "networks": 1, "trees": 0}');
CALL plasticc_train('copies', 'SELECT object_id, features, target, CASE copy WHEN 0 THEN 1 ELSE 0.5 END AS weight
    FROM (SELECT * FROM whole UNION ALL SELECT * FROM copies) AS rows ORDER BY object_id, copy', '{"layers": [4], "epochs": 2, "networks": 1, "trees": 0}');
SELECT abs((days ->> 'p05')::float8 - q[1]) < 1e-3 AS p05, abs((days ->> 'median')::float8 - q[2]) < 1e-3 AS median,
       abs((days ->> 'p95')::float8 - q[3]) < 1e-3 AS p95
FROM (SELECT plasticc_model_info(plasticc_model('whole')) #> '{metrics,known_days}' AS days) AS m,
     (SELECT percentile_cont('{0.05,0.5,0.95}'::float8[]) WITHIN GROUP (ORDER BY days(lightcurve)) AS q FROM curves) AS c;
SELECT metrics #> '{known_days,p05}' < '2' AS copies_are_early FROM plasticc_models WHERE name = 'copies';

-- a warning for objects that began two days ago, none for the whole or by the model that has seen such
CREATE FUNCTION classified(model text, query text) RETURNS bigint LANGUAGE sql AS
    'SELECT count(*) FROM plasticc_classify_query(plasticc_model(model), query)';
SELECT classified('whole', 'SELECT object_id, features FROM nights ORDER BY object_id LIMIT 40');
SELECT classified('whole', 'SELECT object_id, features FROM whole');
SELECT classified('copies', 'SELECT object_id, features FROM nights');
-- nor for a few among many, or for less than three
SELECT classified('whole', 'SELECT object_id, features FROM whole UNION ALL (SELECT object_id, features FROM nights LIMIT 10)') > 50;
SELECT classified('whole', 'SELECT object_id, features FROM nights LIMIT 2');
SELECT classified('whole', 'SELECT object_id, features FROM nights LIMIT 3');

-- the same of a table
SELECT plasticc_create_prediction_table('predictions');
CALL plasticc_predict('whole', 'nights', 'predictions', '{"chunk_objects": 16}');
CALL plasticc_predict('copies', 'nights', 'predictions');
CALL plasticc_predict('whole', 'whole', 'predictions');

-- the days are not known of other features, by name or by number
CALL plasticc_train('named', 'SELECT object_id, features[1:3] AS features, target FROM whole ORDER BY object_id',
             '{"layers": [4], "epochs": 2, "networks": 1, "trees": 0, "feature_names": ["detection_span", "b", "c"]}');
CALL plasticc_train('nameless', 'SELECT object_id, features[1:3] AS features, target FROM whole ORDER BY object_id', '{"layers": [4], "epochs": 2, "networks": 1, "trees": 0}');
SELECT name, metrics ? 'known_days' AS known FROM plasticc_models WHERE name LIKE 'name%' ORDER BY name COLLATE "C";
SELECT classified('named', 'SELECT object_id, features[1:3] AS features FROM nights') > 50 AS classified;
-- they are by the names of both
CALL plasticc_train('both', 'SELECT object_id, ARRAY[plasticc_feature(features, ''time_after_detections''), features[1], plasticc_feature(features, ''detection_span'')] AS features, target
    FROM whole ORDER BY object_id', '{"layers": [4], "epochs": 2, "networks": 1, "trees": 0, "feature_names": ["time_after_detections", "n", "detection_span"]}');
SELECT (SELECT metrics -> 'known_days' FROM plasticc_models WHERE name = 'both') = (SELECT metrics -> 'known_days' FROM plasticc_models WHERE name = 'whole') AS same;

DROP FUNCTION days, classified;
DROP TABLE curves, whole, copies, nights, predictions;
DELETE FROM plasticc_models; DELETE FROM plasticc_training_log;
