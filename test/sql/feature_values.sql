--
-- Features by name: as jsonb and as rows, with the names of the catalog, of a model, or given ones
--
SET client_min_messages = warning;
CREATE TABLE curves AS
SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), 'simple') AS features
FROM plasticc_simulate_observations(2, seed => 3) GROUP BY 1;
SELECT object_id, count(*), bool_and(r.name = c.name AND r.ordinal = c.ordinal AND r.unit = c.unit AND r.feature_group = c.feature_group) AS catalog,
       bool_and(r.value IS NOT DISTINCT FROM nullif(features[r.ordinal], 'NaN')) AS same
FROM curves, plasticc_feature_rows(features) AS r JOIN plasticc_feature_catalog('simple') AS c USING (ordinal) GROUP BY 1 ORDER BY 1;
SELECT object_id, (SELECT count(*) FROM jsonb_object_keys(json)) AS names,
       (SELECT bool_and((value #>> '{}')::real IS NOT DISTINCT FROM nullif(plasticc_feature(features, key), 'NaN')) FROM jsonb_each(json)) AS same
FROM curves, plasticc_features_json(features) AS json ORDER BY 1;
SELECT count(*), min(ordinal) FILTER (WHERE feature_group = 'host') AS host
FROM curves, plasticc_feature_rows(plasticc_host_features(features, true, 0.5, 0.1, NULL, 0.1)) WHERE object_id = 1;

SELECT plasticc_features_json('{1,NULL,NaN,Infinity,0.1}', ARRAY['a', 'b', 'c "d"', 'é', 'flux_maximum_r']);
SELECT * FROM plasticc_feature_rows('{1,NULL,NaN,Infinity,0.1}', ARRAY['a', 'b', 'c "d"', 'é', 'flux_maximum_r']);

-- the names of a model, and those of the catalog for a model without names
CREATE TABLE objects AS SELECT (ARRAY[15, 42])[1 + i % 2] AS target, ARRAY[i % 2, hashint4(i) / 4e9]::real[] AS features FROM generate_series(1, 40) AS i;
CALL plasticc_train('named', 'SELECT features, target FROM objects', '{"networks": 1, "trees": 0, "layers": [2], "epochs": 1, "feature_names": ["parity", "flux_maximum_r"]}');
CALL plasticc_train('unnamed', 'SELECT features, target FROM objects', '{"networks": 1, "trees": 0, "layers": [2], "epochs": 1}');
SELECT plasticc_features_json('{1,2}', plasticc_model('named')), plasticc_features_json('{1,2}', 'named'), plasticc_features_json('{1,2}', 'unnamed');
SELECT * FROM plasticc_feature_rows('{1,2}', plasticc_model('named'));
SELECT * FROM plasticc_feature_rows('{1,2}', 'named');
CALL plasticc_train('catalog', 'SELECT features, 15 + 27 * (object_id - 1) AS target FROM curves', '{"networks": 1, "trees": 0, "layers": [2], "epochs": 1}');
SELECT bool_and(plasticc_features_json(features, 'catalog') = plasticc_features_json(features)) AS same FROM curves;

SELECT plasticc_features_json('{1,2}');
SELECT plasticc_features_json('{}', ARRAY['a']);
SELECT plasticc_features_json('{1,2}', ARRAY['a']);
SELECT plasticc_features_json('{1,2}', ARRAY['a', NULL]);
SELECT plasticc_features_json('{1,2,3}', 'named');
SELECT plasticc_features_json('{{1,2}}', 'named');
SELECT plasticc_feature_rows('{1,2}', 'nobody');
SELECT plasticc_features_json(NULL) IS NULL AS nothing;

DROP TABLE curves, objects;
TRUNCATE plasticc_models, plasticc_training_log;
