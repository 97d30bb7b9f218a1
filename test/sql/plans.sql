--
-- Plans: with the server's default settings the planner uses parallel workers where they pay off
--
SET client_min_messages = warning;
SELECT plasticc_create_feature_table('stored');
SELECT attname, attstorage FROM pg_attribute WHERE attrelid = 'stored'::regclass AND attlen < 0 AND attnum > 0 ORDER BY attnum;
CREATE TABLE observed (object_id bigint, mjd double precision, passband smallint, flux real, flux_err real, detected boolean) PARTITION BY HASH (object_id);
CREATE TABLE observed_0 PARTITION OF observed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE observed_1 PARTITION OF observed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO observed SELECT * FROM plasticc_simulate_observations(60, 5);
INSERT INTO stored SELECT object_id, l, plasticc_features(l, 'simple'), count, now()
FROM (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS l, count(*) FROM observed GROUP BY 1) AS c;
ANALYZE observed, stored;
CALL plasticc_train('plans', 'SELECT features, (1 + object_id % 2)::integer AS target FROM stored ORDER BY object_id', '{"trees": 0, "layers": [8], "epochs": 2}');
-- settings that distributions and packagers may have changed
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 1000;
SET parallel_tuple_cost = 0.1;

EXPLAIN (COSTS OFF) SELECT object_id, plasticc_features(lightcurve) FROM stored;
EXPLAIN (COSTS OFF) SELECT object_id, plasticc_classify(m, features) FROM stored, plasticc_model('plans') AS m;
EXPLAIN (COSTS OFF) SELECT plasticc_log_loss((1 + object_id % 2)::integer, plasticc_classify('plans', features), '{1,2}') FROM stored;
EXPLAIN (COSTS OFF) CREATE TABLE made AS SELECT object_id, plasticc_features(lightcurve, 'all') AS features FROM stored;
-- light curves without features are not worth a worker, and neither are the simple features of a few objects
EXPLAIN (COSTS OFF) SELECT object_id, plasticc_n_observations(lightcurve) FROM stored;
EXPLAIN (COSTS OFF) SELECT object_id, plasticc_features(lightcurve, 'simple') FROM stored WHERE object_id = 1;

-- partition by partition, including the features
SET enable_partitionwise_aggregate = on;
EXPLAIN (COSTS OFF) SELECT object_id, plasticc_features(mjd, passband, flux, flux_err, detected) FROM observed GROUP BY 1;
EXPLAIN (COSTS OFF) SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected)) FROM observed GROUP BY 1;
-- a group spread over all partitions: in parts
EXPLAIN (COSTS OFF) SELECT passband, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) FROM observed GROUP BY 1;

-- the results equal those of one process
CREATE TABLE results AS
SELECT object_id, plasticc_features(mjd, passband, flux, flux_err, detected) AS f FROM observed GROUP BY 1;
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = off;
SELECT count(*), bool_and(f::text = plasticc_features(lightcurve)::text) AS same FROM results JOIN stored USING (object_id);

-- nights of stored light curves are counted once, also where nobody has analysed the tables
CREATE TABLE fresh (LIKE stored INCLUDING ALL) WITH (autovacuum_enabled = false);
INSERT INTO fresh SELECT copy * 60 + object_id, lightcurve, features, n_rows, extracted_at FROM stored, generate_series(1, 10) AS copy;
SELECT plasticc_create_prediction_table('track', history => true);
ALTER TABLE track SET (autovacuum_enabled = false);
CALL plasticc_predict('plans', 'fresh', 'track');
CREATE SCHEMA views;
SELECT count(*) > 0 AS created FROM plasticc_create_views('fresh', 'track', 'fresh', schema => 'views');
CREATE FUNCTION evaluations(query text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
    RETURN jsonb_path_query_first(plan, '$.** ? (@."Function Name" == "plasticc_observations")."Actual Loops"');
END $$;
SELECT evaluations('SELECT * FROM views.survey_class_mix_by_night');
DROP FUNCTION evaluations;
DROP SCHEMA views CASCADE;
DROP TABLE fresh, track;

DELETE FROM plasticc_models WHERE name = 'plans';
DELETE FROM plasticc_training_log WHERE name = 'plans';
DROP TABLE stored, observed, results;
