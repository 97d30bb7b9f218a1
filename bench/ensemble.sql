-- Ensembles: four networks of the default preset on 6,000 objects of 200 features, trained
-- by one process and by two, and then used to classify row by row and in blocks.  Three runs each, in
-- turn.  The models must be identical.

SET client_min_messages = warning;

CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[6, 15, 42, 52, 62, 65, 67, 90])[1 + i % 8] AS target,
       (SELECT array_agg((hashint4(i * 1000 + j) / 2e9 + (i % 8 = j % 8)::int)::real) FROM generate_series(1, 200) AS j) AS features
FROM generate_series(1, 6000) AS i;
VACUUM (ANALYZE) objects;

CREATE TABLE measured (what text, seconds double precision);

CREATE PROCEDURE train(processes int) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    PERFORM set_config('max_parallel_maintenance_workers', (processes - 1)::text, false);
    CALL plasticc_train('m', 'SELECT object_id, features, target FROM objects ORDER BY object_id', '{"networks": 4, "trees": 0}');
    INSERT INTO measured VALUES (format('training, processes: %s', processes), extract(epoch FROM clock_timestamp() - start));
END $$;

CREATE PROCEDURE classify(what text, query text) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE query;
    INSERT INTO measured VALUES (what, extract(epoch FROM clock_timestamp() - start));
END $$;

CREATE PROCEDURE measure_all() LANGUAGE plpgsql AS $$
BEGIN
    CALL train(1);
    CALL train(2);
    CALL classify('classifying, rows', 'SELECT count(plasticc_classify(model, features)) FROM objects, (SELECT plasticc_model(''m'') AS model OFFSET 0) AS m');
    CALL classify('classifying, blocks', $q$SELECT count(*) FROM plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, features FROM objects')$q$);
END $$;

CALL measure_all();
CALL measure_all();
CALL measure_all();

SELECT count(DISTINCT model) AS models FROM plasticc_models;
SELECT what, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::numeric, 3) AS median_s,
       CASE WHEN what LIKE 'classifying%' THEN round((6000 / percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::numeric) END AS objects_per_s
FROM measured GROUP BY what ORDER BY what;
