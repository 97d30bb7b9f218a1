--
-- The metrics with targets, probabilities and classes of other types: the same numbers as with integer, real[] and integer[].
--
CREATE TABLE scored AS
SELECT i AS object_id, target, target::smallint AS target2, target::bigint AS target8, target::text AS number,
       'class ' || target AS label, probabilities, probabilities::float8[] AS doubles,
       '{15,42,64,90}'::integer[] AS classes, '{15,42,64,90}'::text[] AS numbers,
       '{class 15,class 42,class 64,class 90}'::text[] AS labels
FROM (SELECT i, (ARRAY[15, 42, 64, 90])[1 + abs(hashint4(i)) % 3] AS target,
             ARRAY[abs(hashint4(i + 1)) % 1000, abs(hashint4(i + 2)) % 1000, abs(hashint4(i + 3)) % 1000, 1]::real[] AS probabilities
      FROM generate_series(1, 2000) AS i) AS s;

CREATE FUNCTION scores(target text, probabilities text, classes text, weights text)
RETURNS TABLE (loss text, weighted_loss text, error text, weighted_error text, confusion text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE replace(format('SELECT plasticc_log_loss(%1$s)::text, plasticc_log_loss(%1$s, %2$s)::text, plasticc_calibration_error(%1$s)::text,
        plasticc_calibration_error(%1$s, %2$s)::text, plasticc_confusion(%1$s)::text FROM scored', concat_ws(', ', target, probabilities, classes), weights), '#', '''');
END $$;

-- Every combination resolves, to one result; a literal without a type too.
SELECT count(*), count(DISTINCT (loss, weighted_loss, error, weighted_error, confusion)) AS results, count(DISTINCT loss) AS losses
FROM (VALUES ('target2'), ('target'), ('target8'), ('target::numeric')) AS t(target),
     (VALUES ('probabilities'), ('doubles'), ('doubles::smallint[]')) AS p(probabilities),
     (VALUES ('classes'), ('#{15,42,64,90}#'), ('classes::smallint[]'), ('classes::bigint[]')) AS c(classes), (VALUES ('#{1,2,3,4}#'), ('ARRAY[1,2,3,4]'), ('ARRAY[1.0,2,3,4]')) AS w(weights),
     LATERAL scores(target, probabilities, classes, weights) WHERE weights LIKE '#%' OR classes = 'classes' AND probabilities <> 'doubles::smallint[]';
-- texts, of which those that are numbers weigh as these
SELECT target, count(*), count(DISTINCT (weighted_loss, error, weighted_error, confusion)) AS results, count(DISTINCT loss) AS losses, bool_and(loss = plain) AS as_numbers
FROM (VALUES ('number', 'numbers'), ('number', '#{15,42,64,90}#'), ('number::varchar(5)', 'numbers::varchar[]'), ('label', 'labels'), ('label::char(10)', 'labels')) AS t(target, classes),
     (VALUES ('probabilities'), ('doubles')) AS p(probabilities), LATERAL scores(target, probabilities, classes, '#{1,2,3,4}#'),
     (SELECT loss AS plain FROM scores('target', 'probabilities', 'classes', '#{1,2,3,4}#')) AS i GROUP BY target ORDER BY target;
SELECT abs(plasticc_log_loss(label, probabilities, labels) - plasticc_log_loss(target, probabilities, classes, '{1,1,1,1}')) < 1e-15 AS unweighted FROM scored;
SELECT plasticc_log_loss('6', '{3,3}', '{6,16}'::text[]) = plasticc_log_loss(6, '{3,3}', '{6,16}') AS literals;

-- states of names travel: any order, in parallel, merged
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE scored SET (parallel_workers = 2);
EXPLAIN (COSTS OFF) SELECT plasticc_log_loss(label, doubles, labels), plasticc_confusion(label, doubles, labels), plasticc_calibration_error(label, doubles, labels) FROM scored;
CREATE TABLE parallel_scores AS SELECT plasticc_log_loss(label, doubles, labels) AS loss, plasticc_confusion(label, doubles, labels) AS confusion, plasticc_calibration_error(label, doubles, labels) AS error FROM scored;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
SELECT p.loss::text = s.loss AS loss, p.confusion::text = s.confusion AS confusion, p.error::text = s.error AS error
FROM parallel_scores AS p, scores('label', 'doubles', 'labels', '#{1,2,3,4}#') AS s;
-- what a state keeps of a name is the same on every server: FNV-1a of its bytes in 52 bits
CREATE AGGREGATE state(text, double precision[], text[]) (SFUNC = plasticc_confusion_accum, STYPE = bigint[]);
SELECT state(target, '{1,2}', '{a,étoile}') FROM (VALUES ('a'), ('étoile'), (NULL)) AS v(target);

-- errors
SELECT plasticc_log_loss('SN II', p, '{AGN,SN Ia}'::text[]) FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_log_loss(1e19::float8, p, '{6,99}') FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_log_loss(6.5, p, '{6,99}') FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_log_loss('NaN'::float8, p, '{6,99}') FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_log_loss(6, p, '{6,3000000000}'::bigint[]) FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_log_loss(3000000000, p, '{6,99}') FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_log_loss(99::bigint, p, '{6,16}') FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_confusion('AGN', p, '{AGN,AGN}'::text[]) FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_confusion('AGN', p, '{AGN,NULL}'::text[]) FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_confusion('AGN', p, '{AGN,SN Ia}'::text[]) FROM (VALUES ('{1,2,3}'::float8[])) AS v(p);
SELECT plasticc_confusion('AGN', p, '{AGN,SN Ia}'::text[]) FROM (VALUES ('{1,NaN}'::float8[])) AS v(p);
SELECT plasticc_confusion('AGN', p, '{AGN,SN Ia}'::text[]) FROM (VALUES ('{1,1e300}'::float8[])) AS v(p);
SELECT plasticc_log_loss('AGN', p, '{AGN,SN Ia}'::text[], '{1,-1}') FROM (VALUES ('{1,2}'::float8[])) AS v(p);
SELECT plasticc_log_loss('AGN', '{1,2}', c) FROM (VALUES ('{AGN,SN Ia}'::text[]), ('{SN Ia,AGN}')) AS v(c);
SELECT plasticc_confusion('AGN', '{1,2}', c) FROM (VALUES ('{AGN,SN Ia}'::text[]), ('{AGN,SN II}')) AS v(c);
SELECT plasticc_calibration_error('AGN', '{1,2}', c) FROM (VALUES ('{AGN,SN Ia}'::text[]), ('{AGN,SN II}')) AS v(c);

DROP AGGREGATE state(text, double precision[], text[]);
DROP FUNCTION scores;
DROP TABLE scored, parallel_scores;
