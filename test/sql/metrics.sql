--
-- plasticc_log_loss, plasticc_confusion and plasticc_calibration_error, compared with the same sums in SQL
--
CREATE TABLE scored AS
SELECT i AS object_id,
       (ARRAY[15, 42, 64, 90])[1 + abs(hashint4(i)) % 3] AS target,   -- never 90
       ARRAY[abs(hashint4(i + 1)) % 1000, abs(hashint4(i + 2)) % 1000,
             abs(hashint4(i + 3)) % 1000, 1]::real[] AS probabilities  -- do not sum to 1
FROM generate_series(1, 5000) AS i;

CREATE VIEW losses AS
SELECT target,
       -ln(least(greatest(p[array_position('{15,42,64,90}'::int[], target)]::float8
                          / (SELECT sum(x::float8) FROM unnest(p) AS x), 1e-15), 1 - 1e-15)) AS loss
FROM (SELECT target, probabilities AS p FROM scored) AS s;

-- the challenge's weights: 2 for 15 and 64; class 90, which is absent, does not count
SELECT abs(l - oracle) < 1e-12 AS equal, l > 0 AS positive
FROM (SELECT plasticc_log_loss(target, probabilities, '{15,42,64,90}') AS l FROM scored) AS a,
     (SELECT sum(w * mean) / sum(w) AS oracle
      FROM (SELECT avg(loss) AS mean, CASE WHEN target IN (15, 64, 99) THEN 2 ELSE 1 END AS w
            FROM losses GROUP BY target) AS c) AS b;

SELECT abs(l - oracle) < 1e-12 AS equal
FROM (SELECT plasticc_log_loss(target, probabilities, '{15,42,64,90}', '{0,0.5,3,7}') AS l FROM scored) AS a,
     (SELECT sum(w * mean) / sum(w) AS oracle
      FROM (SELECT avg(loss) AS mean, CASE target WHEN 15 THEN 0 WHEN 42 THEN 0.5 ELSE 3 END AS w
            FROM losses GROUP BY target) AS c) AS b;

-- closed forms
SELECT plasticc_log_loss(6, '{1,0}', '{6,16}') < 1e-14 AS certain,
       round(plasticc_log_loss(16, '{1,0}', '{6,16}')::numeric, 6) AS clipped,
       round(plasticc_log_loss(6, '{3,3}', '{6,16}')::numeric, 6) AS ln_2;
-- class 99 weighs 2: (1 * ln 2 + 2 * ln 4) / 3
SELECT round(plasticc_log_loss(target, p, '{6,99}')::numeric, 6) AS loss, round((ln(2) + 2 * ln(4))::numeric / 3, 6) AS formula
FROM (VALUES (6, '{0.5,0.5}'::real[]), (99, '{0.75,0.25}')) AS v(target, p);

-- NULLs are skipped; no rows or weights of 0 give NULL
SELECT round(plasticc_log_loss(target, p, c)::numeric, 6) AS ln_2, plasticc_confusion(target, p, c)
FROM (VALUES (6, '{0.5,0.5}'::real[], '{6,16}'::int[]), (NULL, '{1,0}', '{6,16}'), (6, NULL, NULL)) AS v(target, p, c);
SELECT plasticc_log_loss(target, probabilities, '{15,42,64,90}'), plasticc_confusion(target, probabilities, '{15,42,64,90}')
FROM scored WHERE false;
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,16}', '{0,1}');

-- counts, true by predicted class; the first of equal probabilities is chosen
SELECT plasticc_confusion(target, p, '{6,16}')
FROM (VALUES (6, '{0.5,0.5}'::real[]), (16, '{0.5,0.5}'), (16, '{0.1,0.9}'), (16, '{0.2,0.8}')) AS v(target, p);
SELECT array_agg(counts ORDER BY t, j) = (SELECT array_agg(x ORDER BY n) FROM (SELECT plasticc_confusion(target, probabilities, '{15,42,64,90}') AS m FROM scored) AS s, unnest(m) WITH ORDINALITY AS u(x, n)) AS equal
FROM (SELECT t, j, (SELECT count(*) FROM scored WHERE target = t AND
        (SELECT array_position(probabilities, max(x)) FROM unnest(probabilities) AS x) = j) AS counts
      FROM (VALUES (15), (42), (64), (90)) AS v(t), generate_series(1, 4) AS j) AS o;

-- expected calibration error: bins of width 1/15 in the largest probability, upper ends included
CREATE VIEW confidences AS
SELECT target, ceil(15 * confidence) AS bin, confidence, (array_position(p, largest) = array_position('{15,42,64,90}'::int[], target))::int AS correct
FROM (SELECT target, p, max(x) AS largest, max(x)::float8 / sum(x::float8) AS confidence
      FROM (SELECT object_id, target, probabilities AS p FROM scored) AS s, unnest(p) AS x GROUP BY object_id, target, p) AS c;
SELECT abs(e - oracle) < 1e-12 AS equal, e > 0.1 AS not_calibrated
FROM (SELECT plasticc_calibration_error(target, probabilities, '{15,42,64,90}') AS e FROM scored) AS a,
     (SELECT sum(distance) / (SELECT count(*) FROM scored) AS oracle
      FROM (SELECT abs(sum(correct) - sum(confidence)) AS distance FROM confidences GROUP BY bin) AS b) AS b;
SELECT abs(e - oracle) < 1e-12 AS equal
FROM (SELECT plasticc_calibration_error(target, probabilities, '{15,42,64,90}', '{0,0.5,3,7}') AS e FROM scored) AS a,
     (SELECT sum(distance) / 3.5 AS oracle
      FROM (SELECT abs(sum(w * (correct - confidence))) AS distance
            FROM (SELECT *, CASE target WHEN 15 THEN 0 WHEN 42 THEN 0.5 ELSE 3 END / count(*) OVER (PARTITION BY target) AS w FROM confidences) AS c
            GROUP BY bin) AS b) AS b;
-- certain and right, certain and wrong, half right with confidence 3/4, a quarter right by weight; NULLs are skipped
SELECT plasticc_calibration_error(6, '{1,0}', '{6,16}') AS certain_right, plasticc_calibration_error(16, '{1,0}', '{6,16}') AS certain_wrong;
SELECT plasticc_calibration_error(target, '{3,1}', '{6,16}') AS half_right, plasticc_calibration_error(target, '{3,1}', '{6,16}', '{1,3}') AS quarter_right
FROM (VALUES (6), (16), (NULL)) AS v(target);
SELECT plasticc_calibration_error(target, probabilities, '{15,42,64,90}') FROM scored WHERE false;
SELECT plasticc_calibration_error(6, '{0.5,0.5}', '{6,16}', '{0,1}');

-- the same bits in any order and in parallel
CREATE TABLE scores (how text, loss float8, confusion bigint[], error float8, weighted_error float8);
INSERT INTO scores SELECT 'serial', plasticc_log_loss(target, probabilities, '{15,42,64,90}'), plasticc_confusion(target, probabilities, '{15,42,64,90}'), plasticc_calibration_error(target, probabilities, '{15,42,64,90}'), plasticc_calibration_error(target, probabilities, '{15,42,64,90}', '{1,2,3,4}') FROM scored;
INSERT INTO scores SELECT 'shuffled', plasticc_log_loss(target, probabilities, '{15,42,64,90}'), plasticc_confusion(target, probabilities, '{15,42,64,90}'), plasticc_calibration_error(target, probabilities, '{15,42,64,90}'), plasticc_calibration_error(target, probabilities, '{15,42,64,90}', '{1,2,3,4}')
FROM (SELECT * FROM scored ORDER BY hashint4(object_id)) AS s;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE scored SET (parallel_workers = 2);
EXPLAIN (COSTS OFF) SELECT plasticc_log_loss(target, probabilities, '{15,42,64,90}'), plasticc_confusion(target, probabilities, '{15,42,64,90}') FROM scored;
CREATE TABLE parallel_scores AS SELECT plasticc_log_loss(target, probabilities, '{15,42,64,90}') AS loss, plasticc_confusion(target, probabilities, '{15,42,64,90}') AS confusion, plasticc_calibration_error(target, probabilities, '{15,42,64,90}') AS error, plasticc_calibration_error(target, probabilities, '{15,42,64,90}', '{1,2,3,4}') AS weighted_error FROM scored;
INSERT INTO scores SELECT 'parallel', loss, confusion, error, weighted_error FROM parallel_scores;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
SELECT count(*) AS ways, count(DISTINCT float8send(loss)) AS losses, count(DISTINCT confusion) AS confusions,
       count(DISTINCT float8send(error)) AS errors, count(DISTINCT float8send(weighted_error)) AS weighted_errors FROM scores;

-- as a window function, where the state keeps growing
SELECT round(plasticc_log_loss(6, p, '{6,16}') OVER (ORDER BY i)::numeric, 6) AS running, plasticc_confusion(6, p, '{6,16}') OVER (ORDER BY i)
FROM (VALUES (1, '{0.5,0.5}'::real[]), (2, '{0.25,0.75}'), (3, '{1,0}')) AS v(i, p);

-- errors
SELECT plasticc_log_loss(99, '{0.5,0.5}', '{6,16}');
SELECT plasticc_log_loss(7, '{0.5,0.5}', '{6,16}');
SELECT plasticc_confusion(7, '{0.5,0.5}', '{6,16}');
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,16,42}');
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,6}');
SELECT plasticc_log_loss(6, '{0.5,0.5}', NULL);
SELECT plasticc_log_loss(6, '{NaN,0.5}', '{6,16}');
SELECT plasticc_log_loss(6, '{0.5,-0.5}', '{6,16}');
SELECT plasticc_log_loss(6, '{0.5,Infinity}', '{6,16}');
SELECT plasticc_log_loss(6, '{0,0}', '{6,16}');
SELECT plasticc_log_loss(6, '{0.5,NULL}', '{6,16}');
SELECT plasticc_log_loss(6, '{}', '{6,16}');
SELECT plasticc_log_loss(6, '{{0.5,0.5}}', '{6,16}');
SELECT plasticc_confusion(6, '{0,NaN}', '{6,16}');
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,16}', '{1}');
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,16}', '{1,-1}');
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,16}', '{1,NaN}');
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,16}', NULL);
SELECT plasticc_log_loss(6, '{0.5,0.5}', c) FROM (VALUES ('{6,16}'::int[]), ('{6,42}')) AS v(c);
SELECT plasticc_log_loss(6, '{0.5,0.5}', '{6,16}', w) FROM (VALUES ('{1,1}'::float8[]), ('{1,2}')) AS v(w);
SELECT plasticc_confusion(6, '{0.5,0.5}', c) FROM (VALUES ('{6,16}'::int[]), ('{6,42}')) AS v(c);
SELECT plasticc_calibration_error(7, '{0.5,0.5}', '{6,16}');
SELECT plasticc_calibration_error(6, '{0,0}', '{6,16}');
SELECT plasticc_calibration_error(6, '{0.5,0.5}', '{6,16}', '{1,-1}');
SELECT plasticc_calibration_error(6, '{0.5,0.5}', '{6,6}');
SELECT plasticc_calibration_error(6, '{0.5,0.5}', c) FROM (VALUES ('{6,16}'::int[]), ('{6,42}')) AS v(c);
SELECT plasticc_calibration_error(6, '{0.5,0.5}', '{6,16}', w) FROM (VALUES ('{1,1}'::float8[]), ('{1,2}')) AS v(w);

-- the support functions reject invalid states
SELECT plasticc_log_loss_final('{}');
SELECT plasticc_log_loss_final('{2,1,2,3}');
SELECT plasticc_log_loss_final('{NaN}');
SELECT plasticc_log_loss_final('{{1,6},{1,1}}');
CREATE AGGREGATE merge_losses(double precision[]) (SFUNC = plasticc_log_loss_combine, STYPE = double precision[]);
CREATE AGGREGATE merge_errors(double precision[]) (SFUNC = plasticc_calibration_error_combine, STYPE = double precision[]);
CREATE AGGREGATE merge_counts(bigint[]) (SFUNC = plasticc_confusion_combine, STYPE = bigint[]);
CREATE AGGREGATE bad_losses(integer, real[], integer[]) (SFUNC = plasticc_log_loss_accum, STYPE = double precision[], INITCOND = '{2,1,2,3}');
SELECT merge_losses(s) FROM (VALUES ('{1,6,1,1,0,0.5}'::float8[]), ('{1,16,1,1,0,0.5}')) AS v(s);
SELECT merge_losses(s) FROM (VALUES ('{1,6,1,1,0,0.5}'::float8[]), ('{1,6,2,1,0,0.5}')) AS v(s);
SELECT merge_losses(s) FROM (VALUES ('{1,6,1,1,0,0.5}'::float8[]), ('{1,6,1,1,0,0.75}')) AS v(s);
SELECT bad_losses(6, '{0.5,0.5}', '{6,16}');
SELECT plasticc_calibration_error_final('{}');
SELECT plasticc_calibration_error_final('{2,0,1,2,3}');
SELECT plasticc_calibration_error_final('{NaN}');
SELECT plasticc_calibration_error_final(array_fill(0::float8, '{64}'));
SELECT plasticc_calibration_error_final('{1,0,6,1}' || array_fill(0::float8, '{60}')) AS nothing, plasticc_calibration_error_final('{1,0,6,1}' || array_fill(1::float8, '{60}')) AS one;
SELECT merge_errors(s || array_fill(0::float8, '{60}')) FROM (VALUES ('{1,0,6,1}'::float8[]), ('{1,0,7,1}')) AS v(s);
SELECT merge_errors(s || array_fill(0::float8, '{60}')) FROM (VALUES ('{1,0,6,1}'::float8[]), ('{1,1,6,1}')) AS v(s);
SELECT plasticc_confusion_final('{0}');
SELECT plasticc_confusion_final('{-1,1}');
SELECT plasticc_confusion_final('{100000,1}');
SELECT plasticc_confusion_final('{1,NULL,1}');
SELECT merge_counts(s) FROM (VALUES ('{1,6,4}'::bigint[]), ('{1,6,5}')) AS v(s);
SELECT merge_counts(s) FROM (VALUES ('{1,6,4}'::bigint[]), ('{1,7,5}')) AS v(s);

DROP AGGREGATE merge_losses(double precision[]), merge_errors(double precision[]), merge_counts(bigint[]),
    bad_losses(integer, real[], integer[]);
DROP VIEW losses, confidences;
DROP TABLE scored, scores, parallel_scores;
