--
-- plasticc_taxonomy and plasticc_rollup: probabilities of groups of classes
--
SELECT * FROM plasticc_taxonomy('plasticc');
-- every class of the challenge, by name and by number; ELAsTiCC's names have two numbers each
SELECT count(*) FROM plasticc_class_catalog() AS c JOIN plasticc_taxonomy('plasticc') AS t ON t.parent = c.name AND t.child = c.class::text;
SELECT count(*), count(*) FILTER (WHERE numbers = 2) AS two FROM (SELECT parent, count(*) AS numbers FROM plasticc_taxonomy('elasticc') WHERE child ~ '^\d+$' AND parent !~ '^\d+$' GROUP BY 1) AS t;
SELECT plasticc_taxonomy('no such');

-- "supernova, 97 %" when the type is not known
SELECT r.node, r.parent, r.depth, round(r.probability::numeric, 3) AS probability
FROM plasticc_rollup('{0.01,0.35,0.3,0.32,0.02}'::real[], '{15,42,62,90,99}'::integer[], (SELECT jsonb_agg(t) FROM plasticc_taxonomy('plasticc') AS t)) AS r;

-- a table of one's own; classes may be inner nodes; probabilities need not sum to 1
CREATE TABLE taxonomy (parent text, child text PRIMARY KEY, remark text);
INSERT INTO taxonomy VALUES (NULL, 'all'), ('all', 'SN'), ('all', 'other'), ('SN', 'Ia'), ('SN', 'II'), ('II', 'IIb'), ('II', 'IIn'), ('other', 'AGN');
CREATE TABLE predictions AS
SELECT i AS object_id, ARRAY['Ia', 'II', 'IIb', 'AGN'] AS classes, ARRAY[abs(hashint4(i)) % 100, abs(hashint4(-i)) % 100, i % 7, 1]::float8[] AS probabilities FROM generate_series(1, 500) AS i;
CREATE VIEW rolled_up AS
SELECT object_id, r.* FROM predictions, plasticc_rollup(probabilities, classes, (SELECT jsonb_agg(t) FROM taxonomy AS t)) AS r;
SELECT * FROM rolled_up WHERE object_id = 7;
WITH RECURSIVE below (ancestor, node) AS (
    SELECT child, child FROM taxonomy UNION ALL SELECT b.ancestor, t.child FROM below AS b JOIN taxonomy AS t ON t.parent = b.node
), expected AS (
    SELECT object_id, ancestor AS node, sum(p) / max(total) AS probability
    FROM (SELECT object_id, class, p, sum(p) OVER (PARTITION BY object_id) AS total FROM predictions, unnest(classes, probabilities) AS u (class, p)) AS s
    JOIN below ON below.node = s.class GROUP BY 1, 2
)
SELECT count(*), bool_and(abs(r.probability - e.probability) < 1e-6) AS equal, bool_and(r.parent IS NOT DISTINCT FROM t.parent) AS parents
FROM rolled_up AS r FULL JOIN expected AS e USING (object_id, node) LEFT JOIN taxonomy AS t ON t.child = node;
-- the taxonomy and the classes may change from row to row
SELECT string_agg(node || ' ' || probability, ', ' ORDER BY n, node) FROM (VALUES (1, '{1,2}'::int[], 'a'), (2, '{1,2}', 'b'), (3, '{2,1}', 'b'), (4, '{1,2}', 'a')) AS v (n, classes, root),
     plasticc_rollup('{0.25,0.75}'::real[], classes, jsonb_build_array(jsonb_build_object('parent', root, 'child', 1), jsonb_build_object('parent', root, 'child', 2)));
-- numbers as targets
CREATE TABLE numbers (parent integer, child integer);
INSERT INTO numbers VALUES (0, 1), (0, 2), (2, 21), (2, 22);
SELECT * FROM plasticc_rollup('{0.5,0.25,0.25}'::real[], '{1,21,22}'::integer[], (SELECT jsonb_agg(n) FROM numbers AS n));
SELECT * FROM plasticc_rollup('{0.5,0.25,0.25}'::float8[], '{1,21,22}'::integer[], (SELECT jsonb_agg(n) FROM numbers AS n));
SELECT * FROM plasticc_rollup('{0.5,0.25,0.25}', '{1,21,22}'::bigint[], (SELECT jsonb_agg(n) FROM numbers AS n));
-- of other types, also where the classes are a literal without a type
SELECT count(DISTINCT r::text), count(*) FROM (
    SELECT * FROM plasticc_rollup(ARRAY[2,1,1], ARRAY[1,21,22]::smallint[], (SELECT jsonb_agg(n) FROM numbers AS n))
    UNION ALL SELECT * FROM plasticc_rollup(ARRAY[2,1,1]::smallint[], ARRAY[1,21,22]::bigint[], (SELECT jsonb_agg(n) FROM numbers AS n))
    UNION ALL SELECT * FROM plasticc_rollup(ARRAY[2.0,1,1], ARRAY[1,21,22]::smallint[], (SELECT jsonb_agg(n) FROM numbers AS n))
    UNION ALL SELECT * FROM plasticc_rollup(ARRAY[2,1,1]::float8[], ARRAY[1,21,22]::smallint[], (SELECT jsonb_agg(n) FROM numbers AS n))
    UNION ALL SELECT * FROM plasticc_rollup(ARRAY[2,1,1]::float8[], '{1,21,22}', (SELECT jsonb_agg(n) FROM numbers AS n))) AS r;
SELECT * FROM plasticc_rollup('{1}', ARRAY[0], (SELECT jsonb_agg(n) FROM numbers AS n));
SELECT * FROM plasticc_rollup('{0.5,0.5}', ARRAY['21', '22'], '[{"parent": "x", "child": "21"}, {"child": "22"}]');
SELECT (plasticc_rollup('{0.5,0.5}', ARRAY[1, 2], '[{"parent": "x", "child": 1}, {"parent": "x", "child": 2}]')).node;
SELECT count(*) FROM plasticc_rollup(NULL::real[], ARRAY[1, 2], '[]');

-- errors
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[1, 2], '[{"parent": "a", "child": "b"}, {"parent": "b", "child": "c"}, {"parent": "c", "child": "b"}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[1, 2], '[{"parent": "a", "child": "b"}, {"parent": "b", "child": "a"}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[1, 2], '[{"parent": "a", "child": "a"}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[1, 2], '[{"parent": "a", "child": "c"}, {"parent": "b", "child": "c"}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[1, 99], '[{"parent": "a", "child": 1}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY['a', 'a'], '[{"parent": "a", "child": 1}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[1], '[{"parent": "a", "child": 1}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[1, NULL], '[{"parent": "a", "child": 1}]');
SELECT plasticc_rollup('{0.5,0.5}', ARRAY[ARRAY[1, 1]], '[{"parent": "a", "child": 1}]');
SELECT plasticc_rollup('{0.5,-0.5}', ARRAY[1, 2], '[{"parent": "a", "child": 1}, {"parent": "a", "child": 2}]');
SELECT plasticc_rollup('{1}', ARRAY[1], '{"parent": "a", "child": 1}');
SELECT plasticc_rollup('{1}', ARRAY[1], '[]');
SELECT plasticc_rollup('{1}', ARRAY[1], '1');
SELECT plasticc_rollup('{1}', ARRAY[1], '[1]');
SELECT plasticc_rollup('{1}', ARRAY[1], '[["a", "b"]]');
SELECT plasticc_rollup('{1}', ARRAY[1], '[{"parent": "a"}]');
SELECT plasticc_rollup('{1}', ARRAY[1], '[{"parent": ["a"], "child": 1}]');
SELECT plasticc_rollup('{1}', ARRAY[1], '[{"parent": true, "child": 1}]');

DROP VIEW rolled_up;
DROP TABLE taxonomy, predictions, numbers;
