-- The module must not start threads in the backend: a threaded BLAS would, as soon as it is loaded.
-- Without /proc, threads cannot be counted.
SET client_min_messages = warning;
CREATE FUNCTION threads() RETURNS bigint LANGUAGE sql AS $$
    SELECT CASE WHEN (pg_stat_file('/proc/self/task', true)).isdir
                THEN (SELECT count(*) FROM pg_ls_dir('/proc/self/task'))
                ELSE 1 END $$;
LOAD 'plasticc';
SELECT threads();
-- matrix products large enough for a library to parallelise
CALL plasticc_train('threads', $$
    SELECT array_agg(sin(i * j + target * j)::real ORDER BY j) AS features, target
    FROM generate_series(1, 300) i, LATERAL (SELECT i % 3 AS target) t, generate_series(1, 200) j
    GROUP BY i, target ORDER BY i $$, '{"epochs": 2, "batch_size": 256, "layers": [512, 512]}');
SELECT count(*) FROM plasticc_classify_query(plasticc_model('threads'),
    'SELECT i AS object_id, array_fill(i::real, ARRAY[200]) AS features FROM generate_series(1, 2000) i');
SELECT threads();
DROP FUNCTION threads();
DELETE FROM plasticc_models WHERE name = 'threads';
DELETE FROM plasticc_training_log WHERE name = 'threads';
