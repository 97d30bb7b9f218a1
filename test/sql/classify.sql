--
-- Class probabilities: by row, in long form, by query; class 99; the submission
--
SET client_min_messages = warning;
-- three classes around (0, 0), (2, 0), (4, 3); the third feature is sometimes missing
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, 3 * (i % 3 / 2) + hashint4(-i) / 4e9,
             CASE WHEN i % 7 > 0 THEN i % 3 END, 1]::real[] AS features
FROM generate_series(1, 3000) AS i;
CALL plasticc_train('m', 'SELECT features, target FROM objects WHERE object_id % 10 > 0 ORDER BY object_id',
                    '{"trees": 0, "layers": [16], "epochs": 20, "batch_size": 30, "dropout": 0, "learning_rate": 0.01, "seed": 1}');
-- a model too large for a page, and two that are not
CALL plasticc_train('wide', 'SELECT features, target FROM objects WHERE object_id < 300 ORDER BY object_id',
                    '{"trees": 0, "layers": [64, 64], "epochs": 1, "seed": 1}');
CALL plasticc_train('tiny', 'SELECT features, target FROM objects WHERE object_id < 30 ORDER BY object_id',
                    '{"trees": 0, "layers": [], "epochs": 1, "normalisation": "zscore"}');
CALL plasticc_train('tin2', 'SELECT features, target FROM objects WHERE object_id < 30 ORDER BY object_id',
                    '{"trees": 0, "layers": [], "epochs": 1, "normalisation": "zscore", "seed": 7}');
SELECT name, length(model) < 8000 AS fits FROM plasticc_models ORDER BY name;

-- probabilities of a trained model
CREATE TABLE predictions AS
SELECT object_id, target, plasticc_classify(plasticc_model('m'), features) AS probabilities
FROM objects WHERE object_id % 10 = 0;
SELECT count(*), bool_and(cardinality(probabilities) = 3) AS classes,
       max(abs((SELECT sum(p::float8) FROM unnest(probabilities) AS p) - 1)) < 1e-6 AS sum_1,
       plasticc_log_loss(target, probabilities, plasticc_classes(plasticc_model('m'))) < 0.3 AS learnt
FROM predictions;
SELECT min(c[i][i])::float8 / 100 > 0.9 AS diagonal
FROM (SELECT plasticc_confusion(target, probabilities, '{15,42,90}') AS c FROM predictions) AS s, generate_series(1, 3) AS i;

-- all functions give the same probabilities
SELECT bool_and(p.probabilities = plasticc_classify('m', features)) AS by_name,
       bool_and(p.probabilities = plasticc_classify((SELECT model FROM plasticc_models WHERE name = 'm'), features)) AS by_subquery,
       bool_and(p.probabilities = ARRAY(SELECT probability FROM plasticc_probabilities(plasticc_model('m'), features))) AS long_form,
       bool_and('{15,42,90}' = ARRAY(SELECT class FROM plasticc_probabilities(plasticc_model('m'), features))) AS classes
FROM predictions AS p JOIN objects USING (object_id);
SELECT count(*), max(abs(a - b)) < 1e-6 AS by_query
FROM plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, features FROM objects') AS q
JOIN predictions AS p USING (object_id), unnest(q.probabilities, p.probabilities) AS u(a, b);

-- models that alternate from row to row, more than the cache keeps, in line and toasted
CREATE TABLE models (name text, model bytea);
ALTER TABLE models ALTER model SET STORAGE PLAIN;
INSERT INTO models SELECT name || copy, model FROM plasticc_models, generate_series(1, 2) AS copy WHERE name LIKE 'tin%';
ALTER TABLE models ALTER model SET STORAGE EXTERNAL;
INSERT INTO models SELECT name || copy, model FROM plasticc_models, generate_series(1, 2) AS copy WHERE name NOT LIKE 'tin%';
CREATE TABLE alternating AS
SELECT name, object_id, plasticc_classify(model, features) AS probabilities
FROM objects, models WHERE object_id <= 30 ORDER BY object_id, name;
SELECT count(*), bool_and(a.probabilities = plasticc_classify(left(a.name, -1), features)) AS equal
FROM alternating AS a JOIN objects USING (object_id);
DO $$  -- a variable, whose value is copied in memory
DECLARE m bytea; f real[] := '{0,0,0,1}'; p real[];
BEGIN
    FOR i IN 1 .. 20 LOOP
        SELECT model INTO m FROM models ORDER BY name OFFSET i % 8 LIMIT 1;
        p := plasticc_classify(m, f);
        ASSERT p = (SELECT plasticc_classify(model, f) FROM models ORDER BY name OFFSET i % 8 LIMIT 1);
    END LOOP;
END $$;
-- a name is looked up again when the tables may have changed
DO $$
DECLARE before real[]; after real[];
BEGIN
    FOR i IN 1 .. 2 LOOP
        after := plasticc_classify('tiny', '{0,0,0,1}');
        ASSERT after = plasticc_classify(plasticc_model('tiny'), '{0,0,0,1}');
        IF i = 2 THEN ASSERT after <> before; END IF;
        before := after;
        INSERT INTO plasticc_models SELECT 'tiny', 2, now(), classes, NULL, options, metrics, model FROM plasticc_models WHERE name = 'wide' AND i = 1;
    END LOOP;
END $$;

-- in parallel workers
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE objects SET (parallel_workers = 2);
EXPLAIN (COSTS OFF) SELECT plasticc_log_loss(target, plasticc_classify('m', features), '{15,42,90}') FROM objects;
SELECT plasticc_log_loss(target, plasticc_classify('m', features), '{15,42,90}')
       = plasticc_log_loss(target, plasticc_classify(plasticc_model('m'), features), '{15,42,90}') AS equal,
       plasticc_log_loss(target, plasticc_classify('m', features), '{15,42,90}') < 0.3 AS learnt
FROM objects;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- missing values of all kinds
SELECT plasticc_classify('m', '{0,0,NULL,1}') = plasticc_classify('m', '{0,0,NaN,1}') AS nan,
       plasticc_classify('m', '{0,0,NULL,1}') = plasticc_classify('m', '{0,0,-Infinity,1}') AS infinite,
       plasticc_classify('m', '{0,0,NULL,1}') = plasticc_classify('m', '{0,0,0,1}') AS zero,
       plasticc_classify('m', NULL) IS NULL AS nothing, plasticc_classify(NULL::text, '{0,0,0,1}') IS NULL AS no_model;
SELECT * FROM plasticc_classify_query(plasticc_model('m'),
     $$SELECT 1 AS object_id, '{0,0,0,1}'::real[] AS features WHERE false$$);
SELECT object_id, abs(probabilities[1] - (plasticc_classify('m', '{0,0,NULL,1}'))[1]) < 1e-6 AS equal
FROM plasticc_classify_query(plasticc_model('m'),
     $$SELECT * FROM (VALUES (1::smallint, '{0,0,NULL,1}'::float8[]), (2, NULL), (NULL, '{0,0,1e300,1}')) AS v(object_id, features)$$);

-- errors
SELECT plasticc_classify('m', '{1,2,3}');
SELECT plasticc_classify('m', '{}');
SELECT plasticc_classify('m', '{{1,2,3,4}}');
SELECT plasticc_classify('nobody', '{1,2,3,4}');
SELECT plasticc_probabilities(plasticc_model('m'), '{1,2,3,4,5}');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, features[1:2] AS features FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT NULL::int AS object_id, features[1:2] AS features FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT object_id FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, features::text FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT object_id::text, features FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT object_id::text, features FROM objects', NULL::uuid);
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT object_id::bigint, features FROM objects', NULL::integer);
SELECT * FROM plasticc_classify_query(NULL, 'SELECT object_id, features FROM objects', NULL::integer);
-- objects identified by other types have the probabilities that they have as numbers; a varchar is a text, and NULL stays NULL
CREATE FUNCTION by_id(id text, type text) RETURNS TABLE (id_type regtype, object_id text, probabilities real[]) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT pg_typeof(q.object_id), q.object_id::text, q.probabilities FROM plasticc_classify_query(plasticc_model(''m''), %L, NULL::%s) AS q',
        format('SELECT %s AS object_id, features FROM objects', id), type);
END $$;
SELECT t.id, id_type, count(*), bool_and(q.probabilities = p.probabilities) AS same
FROM (VALUES ('object_id::smallint', 'bigint'), ('object_id', 'integer'), ('object_id::varchar', 'text'), ('object_id::numeric', 'numeric')) AS t(id, type),
     LATERAL by_id(id, type) AS q JOIN plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, features FROM objects') AS p ON q.object_id = p.object_id::text
GROUP BY t.id, id_type ORDER BY t.id;
SELECT id_type, count(*), count(object_id) AS ids, count(DISTINCT object_id) AS objects FROM by_id('NULLIF(md5(object_id::text)::uuid, md5(''7'')::uuid)', 'uuid') GROUP BY 1;
SELECT id_type, min(object_id), count(DISTINCT object_id) AS objects FROM by_id('ARRAY[object_id, 0]', 'integer[]') GROUP BY 1;
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, object_id, features FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT * FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'VALUES (1, ''{1,2,3,4}''::real[])');
SELECT plasticc_classify_query(plasticc_model('m'), '');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELECT 1; SELECT 2');
SELECT plasticc_classify_query(plasticc_model('m'), 'DELETE FROM objects');
SELECT plasticc_classify_query(plasticc_model('m'), 'SELEKT');

--
-- class 99
--
CREATE FUNCTION rounded(real[]) RETURNS numeric[] IMMUTABLE LANGUAGE sql
AS 'SELECT array_agg(round(x::numeric, 5) ORDER BY i) FROM unnest($1) WITH ORDINALITY AS u(x, i)';
-- (1 - 0.7) / 14 = 0.0214286, then divided by 1.0214286
SELECT rounded(plasticc_add_unknown('{0.7,0.2,0.1}', 'presentation')), rounded(plasticc_add_unknown('{7,2,1}', 'presentation', '{6,15,16}'));
-- each formula written out; object a is galactic, b is not; classes 42, 52, 62, 65, 95
WITH p(a, b, c) AS (VALUES ('{0.1,0.05,0.05,0.7,0.1}'::real[], '{0.4,0.1,0.2,0.2,0.1}'::real[], '{42,52,62,65,95}'::int[])),
formulas(method, galactic, extragalactic) AS (VALUES
    ('prior'::plasticc_unknown_method, 2.0 / 5, 2.0 / 5),
    ('confidence', 0.07 + 0.3 * 0.3, 0.07 + 0.3 * 0.6),
    ('presentation', 0.3 / 14, 0.6 / 14),
    ('product', 0.14 * 0.9 * 0.95 * 0.95 * 0.3 * 0.9 / 0.8 ^ 5, 0.14 * 0.6 * 0.9 * 0.8 * 0.8 * 0.9 / 0.8 ^ 5),
    ('scirpus', ((0.1 + 0.1) / 2 + (1 - 0.343) / 2) / 2, ((0.2 + 0.1) / 2 + (1 - 0.064) / 2) / 2),
    ('constant', 0.017, 0.17),
    ('second_place', 0.014, (2 * 0.6 + 0.14) / 3),
    ('boone', 0.04, 0.4 + 0.6 * 0.2 + 0.2 * 0.1 + 0.2 * 0.1),
    ('major_tom', 0.2 * 0.9 * 0.95 * 0.95 * 0.3 * 0.9, 1.65 * 0.8 ^ 2.5 * 0.7 ^ 0.635))
SELECT method, abs(g[6] - galactic / (1 + galactic)) < 1e-6 AS galactic, abs(e[6] - extragalactic / (1 + extragalactic)) < 1e-6 AS extragalactic,
       abs((SELECT sum(x) FROM unnest(g) AS x) - 1) < 1e-6 AND abs((SELECT sum(x) FROM unnest(e) AS x) - 1) < 1e-6 AS sum_1
FROM p, formulas, plasticc_add_unknown(a, method, c) AS g, plasticc_add_unknown(b, method, c) AS e;
-- prior: weights 1, 2, 1, and 2 for class 99; 2/18 for the challenge's classes; unknown classes weigh 1
SELECT rounded(plasticc_add_unknown('{0.5,0.25,0.25}', 'prior', '{6,15,16}')), (plasticc_add_unknown(array_fill(1::real, '{14}'), 'prior'))[15]::numeric(6,5) AS challenge,
       rounded(plasticc_add_unknown('{0.5,0.25,0.25}', 'prior'));
-- the default
SELECT plasticc_add_unknown(p) = plasticc_add_unknown(p, 'confidence') AS same, plasticc_default_unknown_method() FROM (VALUES (array_fill(1::real, '{14}'))) AS v(p);
-- by default, with any classes, and class 42 can be the most probable: with boone it cannot
SELECT rounded(plasticc_add_unknown('{0.5,0.5}')), rounded(plasticc_add_unknown('{0.7,0.3}', classes => '{42,90}')), rounded(plasticc_add_unknown('{0.7,0.3}', 'boone', '{42,90}')) AS boone;
EXPLAIN (VERBOSE, COSTS OFF) SELECT plasticc_add_unknown(p) FROM (VALUES ('{0.5,0.5}'::real[]), (NULL)) AS v(p);
SELECT count(*) AS methods FROM unnest(enum_range(NULL::plasticc_unknown_method));
-- the challenge's own classes may be omitted: the second is 15, the third the galactic 16
SELECT m, plasticc_add_unknown(p, m) = plasticc_add_unknown(p, m, '{6,15,16,42,52,53,62,64,65,67,88,90,92,95}') AS equal
FROM unnest(enum_range(NULL::plasticc_unknown_method)) AS m, (VALUES ('{0.1,0.2,0.3,0.1,0.1,0,0.1,0,0.05,0,0,0,0,0.05}'::real[])) AS v(p);
SELECT rounded(plasticc_add_unknown('{1}', 'product')), plasticc_add_unknown(NULL) IS NULL AS nothing;
-- alternating methods
SELECT m, rounded(plasticc_add_unknown('{0.5,0.5}', m, '{42,65}'))
FROM (VALUES (1, 'constant'::plasticc_unknown_method), (2, 'boone'), (3, 'constant')) AS v(i, m) ORDER BY i;
SELECT plasticc_add_unknown('{0.5,0.5}', 'boone');
SELECT plasticc_add_unknown('{0.5,0.5}', 'boone', '{88,90}');
SELECT plasticc_add_unknown('{0.5,0.5}', 'major_tom', '{88,90}');
SELECT plasticc_add_unknown('{0.5,0.5}', 'boone', '{42,62,65}');
SELECT plasticc_add_unknown('{0.5,0.5}', 'boone', '{42,42}');
SELECT plasticc_add_unknown('{0.5,0.5}', 'presentation', '{42,99}');
SELECT plasticc_add_unknown(plasticc_add_unknown('{1,0,0,0,0,0,0,0,0,0,0,0,0,0}'));
SELECT plasticc_add_unknown('{0.5,NaN}');
SELECT plasticc_add_unknown('{0.5,-1}');
SELECT plasticc_add_unknown('{0,0}');
SELECT plasticc_add_unknown('{}');
SELECT plasticc_add_unknown('{0.5,NULL}');
SELECT plasticc_add_unknown('{0.5,0.5}', 'best');

--
-- the submission
--
COPY (SELECT object_id, s.*
      FROM (VALUES (13, '{0.25,0.5,0.125,0.125}'::real[]), (12, '{1,0,0,0}')) AS p(object_id, probabilities),
           plasticc_submission(probabilities, '{15,42,90,99}') AS s ORDER BY 1) TO STDOUT (FORMAT csv, HEADER);
SELECT plasticc_submission(ARRAY[1,2,3,4,5,6,7,8,9,10,11,12,13,14]);
SELECT (plasticc_submission(plasticc_add_unknown('{1,0,0,0,0,0,0,0,0,0,0,0,0,0}'))).*;
SELECT plasticc_submission(NULL) IS NULL AS nothing;
SELECT plasticc_submission('{0.5,0.5}');
SELECT plasticc_submission('{0.5,0.5}', '{15,17}');
SELECT plasticc_submission('{0.5,0.5}', '{15}');

DROP FUNCTION rounded, by_id;
DROP TABLE objects, predictions, models, alternating;
TRUNCATE plasticc_models, plasticc_training_log;
