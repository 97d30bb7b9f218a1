--
-- plasticc_importance: permutation importance of features and groups
--
SET client_min_messages = warning;
-- the class depends on the second feature, and weakly on the fourth, which is often missing; the first and third are noise, the fifth
-- is constant
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
       ARRAY[hashint4(i) / 2e9, i % 3 + hashint4(-i) / 4e9, hashint4(3 * i) / 2e9,
             CASE WHEN i % 4 > 0 THEN i % 3 + hashint4(7 * i) / 5e8 END, 1]::real[] AS features
FROM generate_series(1, 1200) AS i;
CALL plasticc_train('named', 'SELECT features, target FROM objects ORDER BY object_id',
    '{"trees": 0, "layers": [16, 8], "epochs": 10, "batch_size": 30, "dropout": 0, "input_dropout": 0, "seed": 1,
      "feature_names": ["noise", "telling", "flux_mean_r", "flux_std_g", "constant"]}');
CALL plasticc_train('linear', 'SELECT features, target FROM objects ORDER BY object_id',
    '{"trees": 0, "layers": [], "epochs": 10, "batch_size": 30, "input_dropout": 0, "seed": 1, "normalisation": "zscore"}');

CREATE TABLE importance AS
SELECT row_number() OVER () AS place, i.*
FROM plasticc_importance(plasticc_model('named'), 'SELECT object_id, features, target FROM objects ORDER BY object_id') AS i;
SELECT count(*), array_agg(loss_increase ORDER BY place) = array_agg(loss_increase ORDER BY loss_increase DESC) AS descending FROM importance;
SELECT place, feature, feature_group FROM importance WHERE place <= 2 ORDER BY place;
SELECT max(loss_increase) FILTER (WHERE feature = 'telling') > 1 AS matters,
       max(abs(loss_increase)) FILTER (WHERE feature IN ('noise', 'flux_mean_r')) < 0.05 AS noise_does_not,
       max(loss_increase) FILTER (WHERE feature = 'constant') = 0 AS constant_is_nothing FROM importance;

-- by group: the features of a group are permuted together, and so are those without a group
SELECT feature, feature_group, loss_increase > 1 AS matters
FROM plasticc_importance(plasticc_model('named'), 'SELECT features, target FROM objects ORDER BY object_id', by_group => true);
-- all features together: the loss becomes that of guessing
SELECT i.feature_group, abs(i.loss_increase - (expected.loss - own.loss)) < 0.05 * expected.loss AS equal
FROM plasticc_importance(plasticc_model('linear'), 'SELECT features, target FROM objects ORDER BY object_id', true, 20) AS i,
     (SELECT plasticc_log_loss(target, plasticc_classify('linear', features), '{15,42,90}') AS loss FROM objects) AS own,
     (SELECT plasticc_log_loss(a.target, p, '{15,42,90}') AS loss
      FROM objects AS a, (SELECT plasticc_classify('linear', features) AS p FROM objects WHERE object_id <= 300) AS b) AS expected;
-- the mean over all pairs of objects, one of which takes the feature from the other, missing values included
WITH few AS (SELECT * FROM objects WHERE object_id <= 120), model AS MATERIALIZED (SELECT plasticc_model('linear') AS model), expected AS (
    SELECT j, plasticc_log_loss(a.target, plasticc_classify(model, a.features[:j - 1] || b.features[j] || a.features[j + 1:]), '{15,42,90}')
              - (SELECT plasticc_log_loss(target, plasticc_classify(model, features), '{15,42,90}') FROM few, model) AS loss_increase
    FROM few AS a, few AS b, generate_series(1, 5) AS j, model GROUP BY j)
SELECT feature, abs(i.loss_increase - e.loss_increase) < 0.01 + 0.02 * e.loss_increase AS equal
FROM plasticc_importance((SELECT model FROM model), 'SELECT target, features FROM objects WHERE object_id <= 120 ORDER BY object_id', repeats => 1000) AS i
JOIN expected AS e ON i.feature = 'feature ' || j ORDER BY j;

-- the same seed and order give the same result, bit for bit
CREATE FUNCTION importance_of(seed bigint) RETURNS float8[] LANGUAGE sql
AS $$SELECT array_agg(loss_increase ORDER BY feature)
     FROM plasticc_importance(plasticc_model('named'), 'SELECT features, target FROM objects ORDER BY object_id', seed => $1)$$;
SELECT importance_of(0) = importance_of(0) AS same, importance_of(0) <> importance_of(1) AS seeds_differ,
       importance_of(0) = (SELECT array_agg(loss_increase ORDER BY feature) FROM importance) AS default_seed;

-- names and groups from the catalog if the model has none, for the output of plasticc_features, with and without host features
CREATE TABLE few AS
SELECT object_id, o.target % 2 AS target, f.features, plasticc_host_features(f.features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS with_host
FROM plasticc_simulate_objects(40) AS o
JOIN (SELECT object_id, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
      FROM plasticc_simulate_observations(40) GROUP BY object_id) AS f USING (object_id);
CALL plasticc_train('catalog', 'SELECT features, target FROM few ORDER BY object_id', '{"trees": 0, "layers": [2], "epochs": 1}');
CALL plasticc_train('host', 'SELECT with_host AS features, target FROM few ORDER BY object_id', '{"trees": 0, "layers": [2], "epochs": 1}');
SELECT count(*) = (SELECT count(*) FROM plasticc_feature_catalog()) AS all, count(c.name) = count(*) AS named
FROM plasticc_importance(plasticc_model('catalog'), 'SELECT features, target FROM few ORDER BY object_id', repeats => 1) AS i
LEFT JOIN plasticc_feature_catalog() AS c ON c.name = i.feature AND c.feature_group = i.feature_group;
WITH groups AS (SELECT DISTINCT feature_group FROM plasticc_feature_catalog() UNION SELECT feature_group FROM plasticc_host_feature_catalog())
SELECT count(*) = (SELECT count(*) FROM groups) AS all, count(g.feature_group) = count(*) AS named
FROM plasticc_importance(plasticc_model('host'), 'SELECT with_host AS features, target FROM few ORDER BY object_id', true, 1) AS i
LEFT JOIN groups AS g USING (feature_group);

-- errors
SELECT plasticc_importance(plasticc_model('named'), 'SELECT features FROM objects');
SELECT plasticc_importance(plasticc_model('named'), 'SELECT features, target FROM objects WHERE object_id = 1');
SELECT plasticc_importance(plasticc_model('named'), 'SELECT object_id, features[:4] AS features, target FROM objects');
SELECT plasticc_importance(plasticc_model('named'), 'SELECT object_id, NULL::real[] AS features, target FROM objects');
SELECT plasticc_importance(plasticc_model('named'), 'SELECT features, NULL::int AS target FROM objects');
SELECT plasticc_importance(plasticc_model('named'), 'SELECT features, 99 AS target, object_id FROM objects');
SELECT plasticc_importance(plasticc_model('named'), 'SELECT features, 1::bigint << 40 AS target FROM objects');
SELECT plasticc_importance(plasticc_model('named'), 'SELECT features, target FROM objects', repeats => 0);
SELECT plasticc_importance(plasticc_model('named'), 'SELECT features, target FROM objects', repeats => 1001);
SELECT plasticc_importance('\x00', 'SELECT features, target FROM objects');

DROP FUNCTION importance_of;
DROP TABLE objects, importance, few;
TRUNCATE plasticc_models, plasticc_training_log;
