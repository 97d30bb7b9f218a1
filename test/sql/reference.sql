-- What follows from what a model keeps of its training set: drift, novelty, prediction sets and contributions.
SET client_min_messages = warning;
SET extra_float_digits = 0;

-- Three classes that overlap; feature 3 is often missing, and 4 is noise.
CREATE FUNCTION normal(seed bigint, k integer) RETURNS double precision LANGUAGE sql IMMUTABLE AS
    'SELECT sqrt(-2 * ln((hashint8extended(seed, k) & 1048575) / 1048576.0 + 1e-7)) * cos(2 * pi() * (hashint8extended(seed, k + 100) & 1048575) / 1048576.0)';
CREATE TABLE things AS
SELECT i AS object_id, 6 + 9 * (i % 3) AS target,
       ARRAY[normal(i, 1) + i % 3, normal(i, 2) - (i % 3 = 1)::int, CASE WHEN i % 5 > 0 THEN normal(i, 3) + (i % 3) / 2.0 END, normal(i, 4)]::real[] AS features
FROM generate_series(1, 4000) AS i;
CALL plasticc_train('things', 'SELECT object_id, features, target FROM things WHERE object_id <= 1500 ORDER BY object_id',
    '{"loss": "plain", "layers": [8], "epochs": 10, "networks": 5, "trees": 0, "bagging_folds": 5, "selected_inputs": 0, "input_dropout": 0, "feature_names": ["a", "b", "c", "d"]}');

--
-- Drift: nothing of objects of the same kind, and the feature that has shifted comes first
--
SELECT count(*), max(psi) < 0.03 AS stable, max(ks) < 0.05 AS alike FROM plasticc_drift(plasticc_model('things'), 'SELECT object_id, features FROM things WHERE object_id > 1500');
SELECT feature, feature_group, psi > 0.2 AS drifted, abs(ks - 0.25) < 0.06 AS ks, round(missing::numeric, 1) AS missing, round(training_missing::numeric, 1) AS training_missing
FROM plasticc_drift(plasticc_model('things'), 'SELECT ARRAY[features[1], features[2] + 0.7, features[3], features[4]] AS features FROM things WHERE object_id > 1500') LIMIT 1;
SELECT feature, psi > 1 AS drifted, ks < 0.06 AS alike, round(missing::numeric, 1) AS missing, round(training_missing::numeric, 1) AS training_missing
FROM plasticc_drift(plasticc_model('things'), 'SELECT features[1:2] || CASE WHEN object_id % 4 = 0 THEN features[3] END || features[4:4] AS features FROM things WHERE object_id > 1500') LIMIT 1;
-- the distance by definition, at all values
SELECT d.feature, abs(d.ks - k.ks) < 1 / 60.0 + 0.01 AS by_definition
FROM plasticc_drift(plasticc_model('things'), 'SELECT features FROM things WHERE object_id % 3 = 1 AND object_id > 1500') AS d
JOIN (SELECT feature, max(abs(a - b)) AS ks
      FROM (SELECT feature, sum((object_id <= 1500)::int) OVER w / sum((object_id <= 1500)::int) OVER p::float8 AS a,
                   sum((object_id > 1500)::int) OVER w / sum((object_id > 1500)::int) OVER p::float8 AS b
            FROM things, unnest('{a,b,c,d}'::text[], features) AS f (feature, value)
            WHERE value IS NOT NULL AND (object_id <= 1500 OR object_id % 3 = 1)
            WINDOW w AS (PARTITION BY feature ORDER BY value), p AS (PARTITION BY feature)) AS c GROUP BY feature) AS k USING (feature)
ORDER BY 1;
-- rows without features do not count
SELECT count(*) FROM plasticc_drift(plasticc_model('things'), 'SELECT features FROM things UNION ALL SELECT NULL');

--
-- Novelty: evenly distributed over objects of the same kind
--
SELECT round(avg(n)::numeric, 1) AS mean, abs(avg((n > 0.9)::int) - 0.1) < 0.04 AS tenth, min(n) >= 0 AND max(n) <= 1 AS a_fraction
FROM things, plasticc_novelty(plasticc_model('things'), features) AS n WHERE object_id > 1500;
SELECT count(*) AS differ FROM things
WHERE object_id > 3900 AND plasticc_novelty(plasticc_model('things'), features) <> plasticc_novelty(plasticc_model('things'), features::float8[]);
SELECT plasticc_novelty(plasticc_model('things'), '{1,2,3}');

--
-- Prediction sets hold the true class as often as is wanted, of all objects or of each class
--
SELECT coverage, abs(avg(covered::int) - coverage) < 0.03 AS covered, avg(size) < 3 AS smaller
FROM (SELECT coverage, target = ANY (s) AS covered, cardinality(s) AS size
      FROM things, unnest('{0.5,0.8,0.9,0.95}'::float8[]) AS coverage, plasticc_prediction_set(plasticc_model('things'), features, coverage) AS s
      WHERE object_id > 1500) AS c GROUP BY 1 ORDER BY 1;
SELECT target, abs(avg((target = ANY (plasticc_prediction_set(plasticc_model('things'), features, 0.9, by_class => true)))::int) - 0.9) < 0.04 AS covered
FROM things WHERE object_id > 1500 GROUP BY 1 ORDER BY 1;
-- the most probable classes, in that order
SELECT bool_and(s = (SELECT coalesce(array_agg(class ORDER BY probability DESC), '{}') FROM (
           SELECT class, probability FROM plasticc_probabilities(plasticc_model('things'), features) ORDER BY probability DESC LIMIT cardinality(s)) AS p)) AS ordered,
       count(DISTINCT cardinality(s)) > 1 AS sizes
FROM things, plasticc_prediction_set(plasticc_model('things'), features) AS s WHERE object_id > 3500;
-- everything, and hardly anything
SELECT plasticc_prediction_set(plasticc_model('things'), '{0,0,0,0}', 1) @> '{6,15,24}' AS all, cardinality(plasticc_prediction_set(plasticc_model('things'), '{1,0,0,0}', 0)) AS none;

--
-- Contributions add up to the difference from the mean of the objects that the model has kept
--
CREATE FUNCTION log_odds(model bytea, features real[]) RETURNS double precision LANGUAGE sql AS
    'SELECT max(ln(probability::float8 / (1 - probability::float8))) FROM plasticc_probabilities(model, features)';
CREATE TABLE explained AS
SELECT object_id, features, plasticc_classify(plasticc_model('things'), features) AS probabilities, e.*
FROM things, plasticc_explain(plasticc_model('things'), features) AS e WHERE object_id BETWEEN 3001 AND 3050;
-- the mean is that of the class that is explained: objects of one class have the same
SELECT max(mean) - min(mean) < 1e-3 AS same
FROM (SELECT object_id, array_position(probabilities, (SELECT max(p) FROM unnest(probabilities) AS p)) AS class,
             log_odds(plasticc_model('things'), features) - sum(contribution) AS mean
      FROM explained GROUP BY object_id, features, probabilities) AS m GROUP BY class ORDER BY class;
-- the noise contributes least, on average
SELECT feature FROM explained GROUP BY 1 ORDER BY avg(abs(contribution)) LIMIT 1;
-- the same again, and the largest first
SELECT array_agg(e) = (SELECT array_agg(f ORDER BY abs(contribution) DESC) FROM plasticc_explain(plasticc_model('things'), '{1,0,NULL,0}') AS f) AS same
FROM plasticc_explain(plasticc_model('things'), '{1,0,NULL,0}') AS e;

--
-- Groups of the catalog; a model without predictions of unseen objects
--
CREATE TABLE curves AS
SELECT object_id, target, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM plasticc_simulate_objects(40, 3) JOIN plasticc_simulate_observations(40, 3) USING (object_id) GROUP BY 1, 2;
CALL plasticc_train('curves', 'SELECT features, target FROM curves ORDER BY object_id', '{"layers": [4], "epochs": 2, "networks": 1, "trees": 0}');
SELECT count(*) FILTER (WHERE feature IS NULL) = count(*) AS groups, bool_and(feature_group IN (SELECT feature_group FROM plasticc_feature_catalog())) AS known, count(*) = count(DISTINCT feature_group) AS once
FROM plasticc_explain(plasticc_model('curves'), (SELECT features FROM curves ORDER BY object_id LIMIT 1), by_group => true);
SELECT count(*) = count(DISTINCT feature) AND count(*) > 20 AS features, bool_and(d.feature_group = c.feature_group) AS groups
FROM plasticc_drift(plasticc_model('curves'), 'SELECT features FROM curves') AS d JOIN plasticc_feature_catalog() AS c ON c.name = d.feature;
SELECT plasticc_prediction_set(plasticc_model('curves'), features) FROM curves LIMIT 1;

--
-- Errors
--
SELECT plasticc_prediction_set(plasticc_model('things'), '{0,0,0,0}', 1.1);
SELECT plasticc_prediction_set(plasticc_model('things'), '{0,0,0}', 0.9);
SELECT * FROM plasticc_explain(plasticc_model('things'), '{0,0,0}');
SELECT * FROM plasticc_drift(plasticc_model('things'), 'SELECT features FROM things WHERE false');
SELECT * FROM plasticc_drift(plasticc_model('things'), 'SELECT features[1:2] AS features FROM things');

DROP FUNCTION normal, log_odds;
DROP TABLE things, explained, curves;
DELETE FROM plasticc_models; DELETE FROM plasticc_training_log;
