--
-- plasticc_scores, and what follows from them: figures and curves, compared with their definitions in SQL
--
SET client_min_messages = warning;
CREATE TABLE scored AS
SELECT i AS object_id, target, target::text AS label, (i % 9)::float8 AS weight, i % 3 AS part,
       ARRAY[p15, p42, p64, 1]::real[] AS probabilities
FROM (SELECT i, (ARRAY[15, 42, 64])[1 + abs(hashint4(i)) % 3] AS target, abs(hashint4(i + 1)) % 1000 AS a,    -- never 90
             abs(hashint4(i + 2)) % 1000 AS b, abs(hashint4(i + 3)) % 1000 AS c FROM generate_series(1, 3000) AS i) AS r,
     LATERAL (SELECT a + CASE target WHEN 15 THEN 400 ELSE 0 END AS p15, b + CASE target WHEN 42 THEN 300 ELSE 0 END AS p42,
                     c + CASE target WHEN 64 THEN 900 ELSE 0 END AS p64) AS p;
CREATE VIEW figures AS
SELECT e.* FROM (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}') AS s FROM scored) AS q, plasticc_evaluate(s) AS e;
CREATE VIEW weighted_figures AS
SELECT e.* FROM (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}', weight) AS s FROM scored) AS q, plasticc_evaluate(s) AS e;

-- Each object and class: the probability, whether it is the true one, and whether it is the most probable one.
CREATE VIEW pairs AS
SELECT object_id, class, weight, p / sum(p) OVER w AS p, class = target AS own, rank() OVER (w ORDER BY p DESC, class) = 1 AS predicted
FROM scored, unnest('{15,42,64,90}'::int[], probabilities::float8[]) AS u (class, p)
WINDOW w AS (PARTITION BY object_id);
-- Definitions, with each object counted as often as it weighs.
CREATE VIEW definitions AS
SELECT v.kind, class, sum(own::int) AS support, sum(w * (own AND predicted)::int) / nullif(sum(w * predicted::int), 0) AS "precision",
       sum(w * (own AND predicted)::int) / nullif(sum(w * own::int), 0) AS recall,
       2 * sum(w * (own AND predicted)::int) / nullif(sum(w * own::int) + sum(w * predicted::int), 0) AS f1,
       sum(w * (p - own::int) ^ 2) / sum(w) AS brier, -sum(w * ln(p)) FILTER (WHERE own) / nullif(sum(w * own::int), 0) AS log_loss,
       -- of each object of the class, how many of the others are below it
       sum(w * (others_below + others_equal / 2)) FILTER (WHERE own) / nullif(sum(w * own::int) * sum(w * (NOT own)::int), 0) AS roc_auc,
       sum(w * own_above / all_above) FILTER (WHERE own AND w > 0) / nullif(sum(w * own::int), 0) AS average_precision,
       max(2 * own_above / nullif(own_all + all_above, 0)) FILTER (WHERE own_all > 0) AS best_f1
FROM (SELECT kind, class, own, predicted, p, w, sum(w * (NOT own)::int) OVER below AS others_below, sum(w * (NOT own)::int) OVER equal AS others_equal,
             sum(w * own::int) OVER above AS own_above, sum(w) OVER above AS all_above, sum(w * own::int) OVER (PARTITION BY kind, class) AS own_all
      FROM (SELECT k.kind, pairs.*, CASE k.kind WHEN 'plain' THEN 1 ELSE weight END AS w FROM pairs, (VALUES ('plain'), ('weighted')) AS k (kind)) AS t
      WINDOW below AS (PARTITION BY kind, class ORDER BY p GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
             equal AS (PARTITION BY kind, class ORDER BY p GROUPS BETWEEN CURRENT ROW AND CURRENT ROW),
             above AS (PARTITION BY kind, class ORDER BY p DESC)) AS v
GROUP BY v.kind, class;

CREATE FUNCTION near(a double precision, b double precision, tolerance double precision) RETURNS boolean LANGUAGE sql IMMUTABLE
AS 'SELECT a IS NOT DISTINCT FROM b OR abs(a - b) <= tolerance';
SELECT kind, f.class, f.label, f.support = d.support AS support, near(f.precision, d.precision, 1e-12) AS precision, near(f.recall, d.recall, 1e-12) AS recall,
       near(f.f1, d.f1, 1e-12) AS f1, near(f.brier, d.brier, 1e-9) AS brier, near(f.log_loss, d.log_loss, 1e-9) AS log_loss,
       near(f.roc_auc, d.roc_auc, 1e-12) AS roc_auc, near(f.average_precision, d.average_precision, 1e-12) AS average_precision, near(f.best_f1, d.best_f1, 1e-12) AS best_f1
FROM (SELECT 'plain' AS kind, * FROM figures UNION ALL SELECT 'weighted', * FROM weighted_figures) AS f JOIN definitions AS d USING (kind, class) ORDER BY 1, 2;
SELECT class, label, precision IS NULL AS precision, recall IS NULL AS recall, roc_auc IS NULL AS roc_auc, average_precision IS NULL AS average_precision,
       best_f1 IS NULL AS best_f1, best_threshold IS NULL AS best_threshold, log_loss IS NULL AS log_loss, brier IS NULL AS brier, accuracy IS NULL AS accuracy
FROM figures WHERE class = 90 OR class IS NULL ORDER BY class;

-- all classes: the other aggregates, and means over the classes that have objects
SELECT f.support, near(f.weighted_log_loss, o.weighted_log_loss, 1e-10) AS weighted_log_loss, near(f.calibration_error, o.calibration_error, 1e-10) AS calibration_error,
       near(f.accuracy, o.accuracy, 1e-12) AS accuracy, near(f.log_loss, o.log_loss, 1e-10) AS log_loss, near(f.brier, o.brier, 1e-9) AS brier
FROM figures AS f, (SELECT plasticc_log_loss(target, probabilities, '{15,42,64,90}') AS weighted_log_loss,
                           plasticc_calibration_error(target, probabilities, '{15,42,64,90}') AS calibration_error FROM scored) AS a,
     LATERAL (SELECT a.*, (SELECT sum((own AND predicted)::int) / 3000.0 FROM pairs) AS accuracy, (SELECT -avg(ln(p)) FROM pairs WHERE own) AS log_loss,
                     (SELECT sum((p - own::int) ^ 2) / 3000 FROM pairs) AS brier) AS o
WHERE class IS NULL;
SELECT near(a.precision, m.precision, 1e-12) AND near(a.recall, m.recall, 1e-12) AND near(a.f1, m.f1, 1e-12) AND near(a.roc_auc, m.roc_auc, 1e-12)
       AND near(a.average_precision, m.average_precision, 1e-12) AND near(a.best_f1, m.best_f1, 1e-12) AS macro
FROM figures AS a, (SELECT avg(precision) AS precision, avg(recall) AS recall, avg(f1) AS f1, avg(roc_auc) AS roc_auc, avg(average_precision) AS average_precision,
                           avg(best_f1) AS best_f1 FROM figures WHERE support > 0 AND class IS NOT NULL) AS m
WHERE class IS NULL;
-- of a class: its probability in bins against how frequent the class is
SELECT class, near(f.calibration_error, d.error, 1e-9) AS calibration_error
FROM figures AS f JOIN (SELECT class, sum(gap) / 3000 AS error FROM (SELECT class, abs(sum(own::int - p)) AS gap FROM pairs GROUP BY class, greatest(ceil(15 * p), 1)) AS b GROUP BY class) AS d
USING (class) ORDER BY class;

-- every form, order and partition gives the same bits, of listed objects (3000) and of bins (18000); NULLs are skipped
CREATE FUNCTION bits(scores plasticc_scores) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT string_agg(e::text, '' '') FROM plasticc_evaluate(scores) AS e';
CREATE VIEW repeated AS SELECT object_id, target, label, weight, part, probabilities, copies FROM scored, (VALUES (1), (6)) AS v (copies), generate_series(1, copies);
CREATE TABLE expected AS
SELECT copies, bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) AS s, bits(plasticc_scores(target, probabilities, '{15,42,64,90}', 1)) AS w FROM repeated GROUP BY copies;
SELECT copies, s = w AS weight_1, s = bits(plasticc_scores(target::bigint, probabilities::float8[], '{15,42,64,90}')) AS bigint,
       s = bits(plasticc_scores(target, probabilities, '{15,42,64,90}' ORDER BY object_id DESC)) AS order
FROM repeated JOIN expected USING (copies) GROUP BY copies, s, w ORDER BY copies;
SELECT s = (SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) FROM
            (SELECT target, probabilities FROM scored UNION ALL VALUES (NULL::int, '{1,1,1,1}'::real[]), (15, NULL)) AS o) AS nulls,
       s = (SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}', weight)) FROM
            (SELECT target, probabilities, 1 AS weight FROM scored UNION ALL VALUES (15, '{1,1,1,1}'::real[], NULL::int)) AS o) AS null_weight
FROM expected WHERE copies = 1;
-- with bins, scores of one bin count as equal
SELECT a.class, near(a.roc_auc, b.roc_auc, 2e-4) AS roc_auc, near(a.average_precision, b.average_precision, 1e-3) AS average_precision, near(a.best_f1, b.best_f1, 5e-3) AS best_f1,
       near(a.log_loss, b.log_loss, 1e-12) AND near(a.brier, b.brier, 1e-12) AND near(a.calibration_error, b.calibration_error, 1e-12) AND near(a.f1, b.f1, 1e-12) AS others
FROM figures AS a JOIN (SELECT e.* FROM (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}') AS s FROM repeated WHERE copies = 6) AS q, plasticc_evaluate(s) AS e) AS b
ON a.class IS NOT DISTINCT FROM b.class AND 6 * a.support = b.support ORDER BY a.class;
SELECT count(*) = 5 AS named, bool_and(row(n.precision, n.recall, n.f1, n.roc_auc, n.average_precision, n.brier, n.log_loss, n.calibration_error, n.best_threshold)
       IS NOT DISTINCT FROM row(f.precision, f.recall, f.f1, f.roc_auc, f.average_precision, f.brier, f.log_loss, f.calibration_error, f.best_threshold)) AS same,
       array_agg(n.class ORDER BY n.class) AS classes
FROM (SELECT plasticc_scores(label, probabilities::float8[], '{15,42,64,90}') AS s FROM scored) AS q, plasticc_evaluate(s) AS n
LEFT JOIN figures AS f ON f.label IS NOT DISTINCT FROM n.label;
CREATE TABLE parts AS TABLE repeated;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT plasticc_scores(target, probabilities, '{15,42,64,90}') FROM parts WHERE copies = 1;
SELECT copies, s = CASE copies WHEN 1 THEN (SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) FROM parts WHERE copies = 1)
                               ELSE (SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) FROM parts WHERE copies = 6) END AS parallel FROM expected ORDER BY 1;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
DROP TABLE parts;
CREATE TABLE parts (part integer, copies integer, target integer, probabilities real[]) PARTITION BY LIST (part);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES IN (0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1, 2);
INSERT INTO parts SELECT part, copies, target, probabilities FROM repeated;
INSERT INTO parts SELECT 0, 4, target, probabilities FROM repeated WHERE copies = 6;    -- objects in one part, bins in the other
INSERT INTO parts SELECT 1, 4, target, probabilities FROM scored;
SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT plasticc_scores(target, probabilities, '{15,42,64,90}') FROM parts;
SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) = (SELECT s FROM expected WHERE copies = 1) AS objects FROM parts WHERE copies = 1;
SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) = (SELECT s FROM expected WHERE copies = 6) AS bins FROM parts WHERE copies = 6;
CREATE TABLE mixed AS SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) AS s FROM parts WHERE copies = 4;
SET enable_partitionwise_aggregate = off;
SELECT s = (SELECT bits(plasticc_scores(target, probabilities, '{15,42,64,90}')) FROM parts WHERE copies = 4) AS mixed FROM mixed;
RESET enable_partitionwise_aggregate; RESET max_parallel_workers_per_gather;

-- the value as text, as binary and stored
CREATE FUNCTION calls_in(bytes text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN bytes::plasticc_scores IS NOT NULL; EXCEPTION WHEN invalid_text_representation THEN RETURN false; END$$;
CREATE TABLE stored (part integer, s plasticc_scores);
INSERT INTO stored SELECT part, plasticc_scores(target, probabilities, '{15,42,64,90}') FROM scored GROUP BY part;
INSERT INTO stored SELECT 6, plasticc_scores(target, probabilities, '{15,42,64,90}') FROM repeated WHERE copies = 6;
INSERT INTO stored SELECT 10 + part, plasticc_scores(label, probabilities::float8[], ARRAY['15', '42', '64', 'Ω']) FROM scored GROUP BY part;
CREATE TABLE received (LIKE stored);
\set ECHO none
SELECT format('COPY stored TO %1$L (FORMAT binary); COPY received FROM %1$L (FORMAT binary)', current_setting('data_directory') || '/plasticc_scores.bin') \gexec
\set ECHO all
COPY (SELECT) TO PROGRAM 'rm -f plasticc_scores.bin';
SELECT count(*), bool_and(a.s::text = b.s::text) AS binary, bool_and(a.s::text::plasticc_scores::text = a.s::text) AS text FROM stored AS a JOIN received AS b USING (part);
SELECT pg_column_size(s) < 100000 AS compressed, bits(s) = (SELECT s FROM expected WHERE copies = 6) AS same FROM stored WHERE part = 6;
SELECT label FROM stored, plasticc_evaluate(s) WHERE part = 10 AND class = 4;
-- two classes, 15 and 42, with one object; others of the same form are no scores
SELECT class, label, support, recall, round(log_loss::numeric, 6) AS log_loss FROM plasticc_evaluate('000000010000000200000000000000000000000f000000000000002a000000010000000001000000000000013e8000003f400000');
SELECT name, length(bytes) FROM (VALUES ('empty', ''), ('digits', '000000010000000200000000000000000000000f000000000000002a00000000ag'), ('half a byte', '000000010000000200000000000000000000000f000000000000002a000000000'), ('version', '000000020000000100000000000000000000000f00000000'),
    ('no classes', '00000001000000000000000000000000'), ('class', '0000000100000001000000000000000f0000000f00000000'), ('not listed', '000000010000000200000000000000000000000f000000000000002afffffffe'), ('too many', '000000010000000200000000000000000000000f000000000000002a00004001'),
    ('cut off', left('000000010000000200000000000000000000000f000000000000002a000000010000000001000000000000013e8000003f400000', -2)), ('longer', '000000010000000200000000000000000000000f000000000000002a000000010000000001000000000000013e8000003f40000000'), ('weight', '000000010000000200000000000000000000000f000000000000002a00000001' || overlay('0000000001000000000000013e8000003f400000' placing 'ff' from 1)),
    ('target', '000000010000000200000000000000000000000f000000000000002a00000001' || overlay('0000000001000000000000013e8000003f400000' placing '00000002' from 17)), ('NaN', '000000010000000200000000000000000000000f000000000000002a00000001' || overlay('0000000001000000000000013e8000003f400000' placing '7fc00000' from 25)),
    ('negative', '000000010000000200000000000000000000000f000000000000002a00000001' || overlay('0000000001000000000000013e8000003f400000' placing 'be800000' from 25)), ('zero', '000000010000000200000000000000000000000f000000000000002a00000001' || left('0000000001000000000000013e8000003f400000', 24) || repeat('0', 16)),
    ('words', '000000010000000200000000000000000000000f000000000000002affffffff00000002'), ('index', '000000010000000200000000000000000000000f000000000000002affffffff00000001ffffffff0000000000000001'),
    ('names', '0000000100000002000000006100620000000000'), ('no end', '00000001000000020000000361006200000000'), ('encoding', '000000010000000200000004fffe620000000000'),
    ('uppercase', '00000001000000010000000000000000000000FF00000000'), ('beyond f', '00000001000000010000000000000000000000fg00000000'),
    ('many classes', '00000001000003e90000000000000000'), ('length of names', '000000010000000200ffffff6100620000000000'), ('names cut off', '0000000100000002000000046100'),
    ('class cut off', '00000001000000010000000000000000'), ('large class', '000000010000000100000000000000008000000000000000'), ('small class', '00000001000000010000000000000000ffffffff7fffffff00000000'),
    ('no length', '000000010000000200000000000000000000000f000000000000002affffffff'), ('word cut off', '000000010000000200000000000000000000000f000000000000002affffffff000000010000000000'),
    ('object cut off', '000000010000000200000000000000000000000f000000000000002a000000010000000001000000'), ('large weight', '000000010000000200000000000000000000000f000000000000002a000000017fffffffffffffff000000013e8000003f400000'),
    ('long names', '000000010000000200000006610062006300' || '00000000')) AS v (name, bytes), LATERAL calls_in(bytes) AS ok WHERE ok;
SELECT class, label, support FROM plasticc_evaluate('0000000100000002000000046100620000000000');
SELECT ''::plasticc_scores;
\set ECHO none
SELECT format('COPY (SELECT %2$L::bytea) TO %1$L (FORMAT binary); COPY received (s) FROM %1$L (FORMAT binary)', current_setting('data_directory') || '/plasticc_scores.bin', '\x0000000100000000') \gexec
\set ECHO all
COPY (SELECT) TO PROGRAM 'rm -f plasticc_scores.bin';

-- plots: the area under the curves are the figures, the bins of the diagram the calibration error, the matrix that of plasticc_confusion
CREATE TABLE roc AS SELECT c.* FROM (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}', weight) AS s FROM scored) AS q, plasticc_roc_curve(s) AS c;
SELECT class, near(sum((false_positive_rate - x) * (true_positive_rate + y) / 2), max(f.roc_auc), 1e-9) AS area, bool_and(false_positive_rate >= x AND true_positive_rate >= y) AS rises,
       bool_and(r.threshold < t) AS falls, max(true_positive_rate) AS last
FROM (SELECT *, lag(false_positive_rate) OVER w AS x, lag(true_positive_rate) OVER w AS y, lag(threshold) OVER w AS t
      FROM roc WINDOW w AS (PARTITION BY class ORDER BY threshold DESC)) AS r JOIN weighted_figures AS f USING (class) GROUP BY class ORDER BY class;
SELECT class, threshold, false_positive_rate, true_positive_rate FROM roc WHERE threshold IS NULL ORDER BY class;
-- what is at or above a threshold
SELECT class, bool_and(near(r.true_positive_rate, d.tpr, 1e-9)) AS true_positives, bool_and(near(r.false_positive_rate, d.fpr, 1e-9)) AS false_positives
FROM (SELECT *, row_number() OVER (PARTITION BY class ORDER BY threshold) % 20 = 0 AS chosen FROM roc WHERE class < 90) AS r,
     LATERAL (SELECT sum(weight * (own AND p >= threshold - 1e-9)::int) / sum(weight * own::int) AS tpr,
                     sum(weight * (NOT own AND p >= threshold - 1e-9)::int) / sum(weight * (NOT own)::int) AS fpr FROM pairs AS p WHERE p.class = r.class) AS d
WHERE chosen GROUP BY class ORDER BY class;
CREATE TABLE pr AS SELECT c.* FROM (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}', weight) AS s FROM scored) AS q, plasticc_precision_recall(s) AS c;
SELECT class, near(sum((recall - coalesce(before, 0)) * pr.precision), max(f.average_precision), 1e-9) AS area, max(pr.f1) = max(f.best_f1) AS best_f1,
       max(pr.threshold) FILTER (WHERE pr.f1 = f.best_f1) = max(f.best_threshold) AS best_threshold, max(recall) AS last
FROM (SELECT *, lag(recall) OVER (PARTITION BY class ORDER BY threshold DESC) AS before FROM pr) AS pr
JOIN (SELECT class, average_precision, best_f1, best_threshold FROM weighted_figures) AS f USING (class) GROUP BY class ORDER BY class;
SELECT class, near(sum(objects * abs(mean_probability - frequency)) / sum(objects), max(f.calibration_error), 1e-9) AS error, sum(objects) AS objects,
       bool_and(mean_probability BETWEEN lower - 1e-6 AND upper + 1e-6 AND upper = bin / 15::float8) AS bins
FROM (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}') AS s FROM scored) AS q, plasticc_reliability(s) AS r
JOIN (SELECT class, calibration_error FROM figures) AS f USING (class) GROUP BY class ORDER BY class;
SELECT near(sum(objects * abs(mean_probability - frequency)) / sum(objects), max(f.calibration_error), 1e-9) AS error, sum(objects) AS objects, label
FROM (SELECT DISTINCT r.* FROM (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}') AS s FROM scored) AS q, plasticc_reliability(s) AS r WHERE class IS NULL) AS r,
     (SELECT calibration_error FROM figures WHERE class IS NULL) AS f GROUP BY label;
SELECT array_agg(count ORDER BY true_class, predicted_class) = (SELECT array_agg(x ORDER BY n) FROM (SELECT plasticc_confusion(target, probabilities, '{15,42,64,90}') AS m FROM scored) AS c,
       unnest(m) WITH ORDINALITY AS u (x, n)) AS counts, bool_and(share IS NULL) FILTER (WHERE true_class = 90) AS none,
       bool_and(near(share, r.count / total, 1e-12)) FILTER (WHERE true_class < 90) AS shares
FROM (SELECT *, sum(count) OVER (PARTITION BY true_class)::float8 AS total FROM
      (SELECT plasticc_scores(target, probabilities, '{15,42,64,90}') AS s FROM scored) AS q, plasticc_confusion_rows(s)) AS r;
SELECT true_label, predicted_label, count, round(share::numeric, 4) AS share
FROM (SELECT plasticc_scores(t, p, ARRAY['a', 'b'], w) AS s FROM (VALUES ('a', '{0.7,0.3}'::float8[], 1), ('a', '{0.2,0.8}', 3), ('b', '{0.5,0.5}', 1)) AS v (t, p, w)) AS q,
     plasticc_confusion_rows(s);

-- a model and a query: as the predictions
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target, (ARRAY['TDE', 'SNII', 'SNIa'])[1 + i % 3] AS label, (ARRAY['deep', NULL, 'wide'])[1 + hashint4(i) % 2 + 1] AS field,
       i % 2 = 0 AS even, ARRAY[hashint4(i) / 2e9, i % 3 + hashint4(-i) / 2e9]::real[] AS features, 1 + i % 4 AS weight
FROM generate_series(1, 2400) AS i;
CALL plasticc_train('numbers', 'SELECT features, target FROM objects ORDER BY object_id', '{"layers": [8], "epochs": 3, "members": 1, "seed": 1}');
CALL plasticc_train('names', 'SELECT features, label AS target FROM objects ORDER BY object_id', '{"layers": [8], "epochs": 3, "members": 1, "seed": 1}');
CREATE VIEW evaluated AS SELECT * FROM plasticc_evaluate(plasticc_model('numbers'), 'SELECT object_id, features, target FROM objects');
SELECT e.class, e.label, e.support, near(e.roc_auc, p.roc_auc, 1e-6) AND near(e.average_precision, p.average_precision, 1e-6) AND near(e.log_loss, p.log_loss, 1e-6)
       AND near(e.f1, p.f1, 1e-6) AND near(e.brier, p.brier, 1e-6) AS same, subset
FROM evaluated AS e JOIN (SELECT f.* FROM (SELECT plasticc_scores(target, plasticc_classify('numbers', features), '{15,42,90}') AS s FROM objects) AS q, plasticc_evaluate(s) AS f) AS p
ON e.class IS NOT DISTINCT FROM p.class ORDER BY e.class;
SELECT count(*) AS rows, bool_and(n IS NOT DISTINCT FROM e) AS by_name FROM plasticc_evaluate('numbers', 'SELECT features, target FROM objects') AS n JOIN evaluated AS e ON e.class IS NOT DISTINCT FROM n.class;
SELECT subset, class, label, support FROM plasticc_evaluate('names', 'SELECT features, label AS target, even FROM objects ORDER BY object_id', 'even') WHERE class IS NOT NULL;
SELECT subset, support FROM plasticc_evaluate('numbers', 'SELECT features, target, field, even AS "Even" FROM objects ORDER BY field, even', by => 'field, "Even"') WHERE class IS NULL;
SELECT subset, support FROM plasticc_evaluate('numbers', 'SELECT features, target, CASE WHEN even THEN 1.5 END AS x FROM objects ORDER BY even', by => 'X') WHERE class IS NULL;
SELECT e.class, support, near(e.accuracy, p.accuracy, 1e-6) AND near(e.weighted_log_loss, p.weighted_log_loss, 1e-6) AS weighted
FROM plasticc_evaluate('numbers', 'SELECT features, target, weight FROM objects') AS e
JOIN (SELECT f.* FROM (SELECT plasticc_scores(target, plasticc_classify('numbers', features), '{15,42,90}', weight) AS s FROM objects) AS q, plasticc_evaluate(s) AS f) AS p USING (support)
WHERE e.class IS NULL AND p.class IS NULL;
SELECT count(*) FROM plasticc_evaluate('numbers', 'SELECT features, target FROM objects WHERE false');

-- errors
SELECT plasticc_scores(90, '{0.5,0.5}', '{15,42}');
SELECT plasticc_scores('a', '{0.5,0.5}'::float8[], '{b,c}'::text[]);
SELECT plasticc_scores(15, '{0.5,0.5}', '{15,15}');
SELECT plasticc_scores(15, '{0.5,0.5}', c) FROM (VALUES ('{15,42}'::int[]), ('{15,16}')) AS v (c);
SELECT plasticc_scores('a', '{0.5,0.5}'::float8[], c) FROM (VALUES (ARRAY['a', 'b']), (ARRAY['a', 'c'])) AS v (c);
SELECT plasticc_scores(15, '{0.5,0.5}', '{15,42}', w) FROM (VALUES (1), (-1)) AS v (w);
SELECT plasticc_scores(15, '{0.5,0.5}', '{15,42}', 'NaN');
SELECT plasticc_scores(repeat('x', 256), '{1}'::float8[], ARRAY[repeat('x', 256)]);
SELECT * FROM plasticc_evaluate('numbers', 'SELECT features FROM objects');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT features, target, field FROM objects');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT features, target FROM objects', 'field');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT features, target FROM objects', 'target');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT features, target, even FROM objects', 'even, even');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT features, target FROM objects', '"even');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT features, target, object_id AS number FROM objects', 'number');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT object_id, features, 99 AS target FROM objects ORDER BY 1');
SELECT * FROM plasticc_evaluate('numbers', 'SELECT object_id, features, target, -1 AS weight FROM objects ORDER BY 1');
SELECT * FROM plasticc_evaluate('no such', 'SELECT features, target FROM objects');
SELECT * FROM plasticc_evaluate(NULL::text, 'SELECT features, target FROM objects');
SELECT * FROM plasticc_evaluate('numbers', NULL);

DROP VIEW figures, weighted_figures, definitions, pairs, evaluated, repeated;
DROP FUNCTION near, calls_in, bits;
DROP TABLE scored, expected, mixed, parts, stored, received, roc, pr, objects;
TRUNCATE plasticc_models, plasticc_training_log;
