-- Order and hash values of light curves: sorting, grouping, joins, indexes, partitions.
CREATE TABLE curves (id integer, curve lightcurve);
INSERT INTO curves VALUES
    (1, '{}'), (2, '{} + 1 rejected'), (3, '{(1,1,3,4,t)}'), (4, '{(1,1,3,4,t)} + 1 rejected'), (5, '{(1,1,3,4,f)}'), (6, '{(1,1,3,5,t)}'),
    (7, '{(1,1,-3,4,t)}'), (8, '{(1,0,3,4,t)}'), (9, '{(-1,5,3,4,t)}'), (10, '{(1,1,3,4,t),(2,1,3,4,t)}'), (11, '{(1e10,1,3,4,t)}'),
    (12, '{(1,1,3,4,f)}'), (13, '{(2,1,3,4,t),(1,1,3,4,t)}'), (14, NULL), (15, '{} + 4294967295 rejected');
SELECT id, curve FROM curves ORDER BY curve, id;
-- a total order with which all operators agree
SELECT count(*) AS pairs FROM curves a, curves b
WHERE (a.curve < b.curve, a.curve <= b.curve, a.curve = b.curve, a.curve <> b.curve, a.curve >= b.curve, a.curve > b.curve)
    = (lightcurve_cmp(a.curve, b.curve) < 0, lightcurve_cmp(a.curve, b.curve) <= 0, lightcurve_cmp(a.curve, b.curve) = 0,
       lightcurve_cmp(a.curve, b.curve) <> 0, lightcurve_cmp(a.curve, b.curve) >= 0, lightcurve_cmp(a.curve, b.curve) > 0)
  AND lightcurve_cmp(a.curve, b.curve) = -lightcurve_cmp(b.curve, a.curve)
  AND (a.curve = b.curve) = (a.curve::text = b.curve::text);
SELECT count(*) AS wrong FROM curves a, curves b, curves c WHERE a.curve <= b.curve AND b.curve <= c.curve AND NOT a.curve <= c.curve;
-- hash values: equal where the curves are, and the 64-bit one without seed goes on from the other
SELECT count(DISTINCT curve) AS curves, count(DISTINCT lightcurve_hash(curve)) AS hashes,
       bool_and((lightcurve_hash_extended(curve, 0) & 4294967295) = (lightcurve_hash(curve)::bigint & 4294967295)) AS low_half,
       count(DISTINCT lightcurve_hash_extended(curve, 1)) AS seeded
FROM curves;
-- states of aggregates, unsorted and with room to spare, are values too
CREATE AGGREGATE unsorted(double precision, bigint, double precision, double precision) (SFUNC = lightcurve_accum, STYPE = lightcurve);
SELECT a = b AS equal, lightcurve_cmp(a, b), lightcurve_hash(a) = lightcurve_hash(b) AS same_hash
FROM (SELECT unsorted(-i, i % 6, i, 1) AS a, plasticc_lightcurve(-i, i % 6, i, 1) AS b FROM generate_series(1, 100) AS i) AS v;

-- The same answer by sorting and by hashing, with curves that are compressed and moved out of the row, too.
INSERT INTO curves SELECT 100 + n, plasticc_lightcurve(i, i % 6, n % 7 + i % (n % 3 + 1), 1) FROM generate_series(1, 20) n, generate_series(1, 300 * (n % 4)) i GROUP BY n;
CREATE VIEW answers AS
SELECT (SELECT count(*) FROM (SELECT DISTINCT curve FROM curves) AS d) AS "distinct",
       (SELECT sum(n * n) FROM (SELECT count(*) AS n FROM curves GROUP BY curve) AS g) AS grouped,
       (SELECT count(*) FROM (SELECT curve FROM curves EXCEPT SELECT curve FROM curves WHERE id % 2 = 0) AS e) AS "except",
       (SELECT count(*) FROM curves WHERE curve IN (SELECT curve FROM curves WHERE id % 3 = 0)) AS "in",
       (SELECT count(*) FROM curves a JOIN curves b ON a.curve = b.curve) AS joined,
       (SELECT count(*) FROM curves a FULL JOIN curves b ON a.curve = b.curve AND b.id < 105) AS full_joined;
SET enable_nestloop = off;
SET enable_hashagg = off;
SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM curves a JOIN curves b ON a.curve = b.curve;
SELECT * FROM answers;
RESET enable_hashagg;
RESET enable_hashjoin;
SET enable_sort = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM curves a JOIN curves b ON a.curve = b.curve;
EXPLAIN (COSTS OFF) SELECT curve, count(*) FROM curves GROUP BY curve;
SELECT * FROM answers;
RESET enable_sort;
RESET enable_mergejoin;
RESET enable_nestloop;

-- indexes and partitions
CREATE TABLE small AS SELECT DISTINCT curve FROM curves WHERE pg_column_size(curve) < 200;
CREATE UNIQUE INDEX ON small (curve);
CREATE INDEX ON small USING hash (curve);
INSERT INTO small SELECT curve FROM small LIMIT 1 ON CONFLICT DO NOTHING;
SET enable_seqscan = off;
SELECT count(*), count(s.curve) AS found FROM curves c LEFT JOIN LATERAL (SELECT curve FROM small WHERE small.curve = c.curve) AS s ON true WHERE c.id < 20;
RESET enable_seqscan;
CREATE TABLE parts (curve lightcurve) PARTITION BY HASH (curve);
CREATE TABLE part_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT curve FROM curves;
SELECT (SELECT count(*) FROM parts) AS all, (SELECT count(*) > 5 FROM part_0) AS some, (SELECT count(*) > 5 FROM part_1) AS others,
       (SELECT count(*) FROM parts WHERE curve = '{(1,1,3,4,f)}') AS found;
-- the server's own check of both classes
SELECT amname, opcname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'lightcurve'::regtype ORDER BY 1;
DROP TABLE curves, small, parts CASCADE;
DROP AGGREGATE unsorted(double precision, bigint, double precision, double precision);
