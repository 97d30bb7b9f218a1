-- The lightcurve type: values, aggregates, functions, and their errors.
SET extra_float_digits = 0;

--
-- Text form
--
SELECT '{(59580.5,2,3.25,1,t),(59580.25,0,-1e-3,.5,f)} + 3 rejected'::lightcurve;
SELECT ' { ( 2 , 1 , 3 , 4 , f ) , ( 1 , 1 , 3 , 4 , t ) } '::lightcurve AS sorted;
SELECT '{(1,1,3,4,t),(1,1,3,4,t),(1,1,3,4,f)}'::lightcurve AS duplicate_once;
SELECT '{(-0.0,1,-0.0,4,t),(0,1,0,4,t)}'::lightcurve AS one_zero;
SELECT '{}'::lightcurve AS empty, '{} + 2 rejected'::lightcurve AS only_rejected;
SELECT '{(0.1,1,0.1,16777217,t),(59580.123456789012,1,3.4028235e38,1e-45,f)}'::lightcurve AS shortest_exact;

SELECT ''::lightcurve;
SELECT '{(1,2,3,4,t)'::lightcurve;
SELECT '{(1,2,3,4,yes)}'::lightcurve;
SELECT '{(1,2,3,4)}'::lightcurve;
SELECT '{(none,2,3,4,t)}'::lightcurve;
SELECT '{(0x1p3,2,3,4,t)}'::lightcurve;
SELECT '{(1,6,3,4,t)}'::lightcurve;
-- rejected as by the aggregates
SELECT '{(NaN,2,3,4,t),(1,2,-Infinity,4,t),(1,2,3,0,t),(1,2,1e39,1,t),(1e999,2,3,4,f),(1,2,3,4,t)} + 2 rejected'::lightcurve;
SELECT '{} + 1 lost'::lightcurve;
SELECT ('{' || repeat('(1,2,3,4,t),', 1000001) || '}')::lightcurve;

--
-- Aggregates accept the column types in common use
--
SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected)
FROM (VALUES (2::float8, 1::smallint, 3::real, 4::real, true), (1, 2, 5, 6, false)) v (mjd, passband, flux, flux_err, detected);
SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected)
FROM (VALUES (2::numeric, 1::integer, 3::numeric, 4::float8, 1::integer), (1, 2, 5, 6, 0)) v (mjd, passband, flux, flux_err, detected);
SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected)
FROM (VALUES (2::real, 1::bigint, 3::integer, 4::bigint, 1::bigint), (1, 2, 5, 6, 0)) v (mjd, passband, flux, flux_err, detected);
SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected) = plasticc_lightcurve(mjd, passband, flux, flux_err, detected::real) AS same, plasticc_lightcurve(mjd, passband, flux, flux_err, detected),
       plasticc_features(mjd, passband, flux, flux_err, detected) = plasticc_features(mjd, passband, flux, flux_err, CASE WHEN detected <> 'NaN' THEN detected = 1 END) AS same_features
FROM (VALUES (2::numeric, 1::smallint, 3::numeric, 4::numeric, 1.0), (1, 2, 5, 6, 0), (3, 2, 50, 6, 'NaN'), (4, 2, 50, 6, NULL)) v (mjd, passband, flux, flux_err, detected);
SELECT plasticc_lightcurve(1, 1, 1, 1, 0.4);
SELECT plasticc_lightcurve(1, 1, 1, 1, 5::numeric);
-- without detected, or where it is NULL, an observation is detected if |flux| >= 5 flux_err
SELECT plasticc_lightcurve(i, 2, flux, 2) FROM (VALUES (1, 10.0), (2, -10.0), (3, 9.99), (4, -9.99)) v (i, flux);
SELECT plasticc_lightcurve(i, 2, flux, 2, NULL::boolean) FROM (VALUES (1, 10.0), (3, 9.99)) v (i, flux);
SELECT plasticc_lightcurve(i, 2, flux, 2, NULL::integer) FROM (VALUES (1, 10.0), (3, 9.99)) v (i, flux);

-- NULL and NaN are skipped and counted
SELECT plasticc_lightcurve(mjd, passband, flux, flux_err)
FROM (VALUES (1::float8, 1, 1::float8, 1::float8), (NULL, 1, 1, 1), ('NaN', 1, 1, 1), (1, NULL, 1, 1), (1, 1, NULL, 1),
      (1, 1, 'NaN', 1), (1, 1, 1, NULL), (1, 1, 1, 'NaN')) v (mjd, passband, flux, flux_err);
SELECT plasticc_lightcurve(1, 1, NULL, 1) IS NULL AS nothing_left, plasticc_lightcurve(1, 1, 1, 1) FILTER (WHERE false) IS NULL AS no_rows;

-- no spare room in the result: a header of 16 bytes, and 17 bytes per observation
SELECT pg_column_size(plasticc_lightcurve(i, 1, 1, 1)) AS three, pg_column_size(plasticc_lightcurve(i / 2, 1, 1, 1)) AS two,
       pg_column_size(plasticc_merge(c)) AS merged
FROM (SELECT i, plasticc_slice('{(1,1,1,1,t),(2,1,1,1,t)}', i, NULL) AS c FROM generate_series(1, 3) i) s;

-- and so is what surveys write for "missing", and what does not fit into a real
SELECT plasticc_lightcurve(mjd, passband, flux, flux_err)
FROM (VALUES (1::float8, 1, 1::float8, 1::float8), ('-Infinity', 1, 1, 1), (1, 1, 'Infinity', 1), (1, 1, 1e39, 1), (1, 1, 1, 'Infinity'),
      (1, 1, 1, 0), (1, 1, 1, -9), (1, 1, 1, 1e-60), (1, 1, 1, 1e39), (1, 9, -9, -9)) v (mjd, passband, flux, flux_err);
SELECT plasticc_lightcurve(1, 1, 1, 0) IS NULL AS nothing_left;
SELECT plasticc_feature(plasticc_features(plasticc_lightcurve(mjd, 2, flux, flux_err), 'simple'), 'n_rejected') AS n_rejected
FROM (VALUES (1::float8, 1::float8, 1::float8), (2, 1, 1), (3, -9, -9), (4, 10, 0), (5, 'Infinity', 1), (6, 1, 'Infinity'), ('Infinity', 1, 1)) v (mjd, flux, flux_err);
-- any other invalid value is an error
SELECT plasticc_lightcurve(1, 6, 1, 1);
SELECT plasticc_lightcurve(1, -1, 1, 1);
SELECT plasticc_lightcurve(1, 1, 1, 1, 2);

-- the limit applies to distinct observations, in any order
SELECT plasticc_lightcurve(i, 2, i, 1) FROM generate_series(1, 1000001) i;
SELECT plasticc_merge(c) FROM (SELECT plasticc_lightcurve(i, 2, i, 1) c FROM generate_series(1, 1200000) i GROUP BY i % 2) s;
WITH whole AS MATERIALIZED (SELECT plasticc_lightcurve(i, 2, i, 1) AS c FROM generate_series(1, 1000000) i)
SELECT plasticc_merge(c) = (SELECT c FROM whole) AS duplicates_do_not_count FROM whole, generate_series(1, 4);

--
-- Functions
--
SELECT '{(1,1,3,4,t)} + 1 rejected'::lightcurve || '{(1,1,3,4,t),(0,5,1,1,f)} + 2 rejected';
-- A night without measurements leaves a stored light curve unchanged.
SELECT '{(1,1,3,4,t)} + 1 rejected' || night.curve AS kept, night.curve || '{(1,1,3,4,t)}' AS kept_too, night.curve || NULL AS nothing
FROM (SELECT plasticc_lightcurve(2, 1, 'NaN', 4, true) AS curve) AS night;
SELECT plasticc_merge(c) FROM (VALUES ('{(2,1,3,4,t)}'::lightcurve), (NULL), ('{(1,1,3,4,t)} + 5 rejected'), ('{(2,1,3,4,t)}')) v (c);
SELECT plasticc_merge(c) IS NULL AS nothing FROM (VALUES ('{}'::lightcurve), (NULL)) v (c);
SELECT a = b AS eq, a <> b AS ne
FROM (VALUES ('{(1,1,3,4,t),(2,1,3,4,t)}'::lightcurve, '{(2,1,3,4,t),(1,1,3,4,t)}'::lightcurve),
      ('{(1,1,3,4,t)}', '{(1,1,3,4,f)}'), ('{(1,1,3,4,t)}', '{(1,1,3,4,t)} + 1 rejected'), ('{}', '{}')) v (a, b);
SELECT * FROM plasticc_observations('{(59580.5,2,3.25,1,t),(59580.25,0,-1,.5,f)} + 3 rejected');
SELECT * FROM plasticc_observations('{}');
SELECT i, o.* FROM (VALUES (1, '{(1,1,1,1,t)}'::lightcurve), (2, '{(2,2,2,2,f),(3,3,3,3,t)}')) v (i, c), plasticc_observations(c) o;

SELECT plasticc_slice(c, 2, 3), plasticc_slice(c, NULL, 2), plasticc_slice(c, 3, NULL), plasticc_slice(c, NULL, NULL) = '{(1,1,1,1,t),(2,1,1,1,t),(3,1,1,1,t)}' AS whole
FROM (VALUES ('{(1,1,1,1,t),(2,1,1,1,t),(3,1,1,1,t)} + 4 rejected'::lightcurve)) v (c);
SELECT plasticc_slice(c, 3, 2), plasticc_slice(c, 1.5, 1.6), plasticc_slice(c, '-Infinity', 'Infinity'), plasticc_slice(NULL, 1, 2)
FROM (VALUES ('{(1,1,1,1,t),(2,1,1,1,t)}'::lightcurve)) v (c);
SELECT plasticc_slice('{}', 'NaN', 2);
SELECT plasticc_slice('{}', 1, 'NaN');

SELECT band, plasticc_passband(band) FROM unnest('{u,g,r,i,z,y,Y}'::text[]) band;
SELECT plasticc_passband('U');
SELECT plasticc_passband('');
SELECT abs(plasticc_flux_from_nanojansky(1) / power(10::float8, -1.56) - 1) < 1e-14 AS nanojansky;

--
-- The same set, bit for bit, however it is collected
--
CREATE TABLE observations AS
SELECT i % 37 AS object_id, 59580 + (i * 7919 % 10007) / 16.0::float8 AS mjd, (i * 31 % 6)::smallint AS passband,
       ((i * 104729 % 20011) / 7.0 - 500)::real AS flux, ((i * 6007 % 997 + 1) / 9.0)::real AS flux_err,
       i % 11 = 0 AS detected
FROM generate_series(1, 20000) i;
INSERT INTO observations SELECT * FROM observations WHERE object_id % 5 = 0;
INSERT INTO observations SELECT object_id, mjd, passband, 'NaN', flux_err, detected FROM observations WHERE object_id = 3;
ANALYZE observations;

CREATE TABLE serial AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM observations GROUP BY object_id;
SELECT count(*), sum((SELECT count(*) FROM plasticc_observations(curve))) FROM serial;
SELECT curve::text LIKE '% + ___ rejected' AS counted FROM serial WHERE object_id = 3;

-- parallel plans
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF)
SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected), plasticc_features(mjd, passband, flux, flux_err, detected) FROM observations;
EXPLAIN (COSTS OFF)
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM observations GROUP BY object_id;
CREATE TABLE parallel AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM observations GROUP BY object_id;
EXPLAIN (COSTS OFF) SELECT plasticc_merge(curve) FROM serial;
CREATE TABLE whole AS
SELECT plasticc_merge(curve) AS curve FROM serial;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- a different order of rows, by sorting
SET enable_hashagg = off;
CREATE TABLE shuffled AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM (SELECT * FROM observations ORDER BY hashint4(('x' || substr(md5(observations::text), 1, 8))::bit(32)::int)) o GROUP BY object_id;
RESET enable_hashagg;

-- partitions that each have a part of every object
CREATE TABLE partitioned (LIKE observations) PARTITION BY HASH (passband);
CREATE TABLE partitioned_0 PARTITION OF partitioned FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE partitioned_1 PARTITION OF partitioned FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE partitioned_2 PARTITION OF partitioned FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO partitioned SELECT * FROM observations;
ANALYZE partitioned;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF)
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM partitioned GROUP BY object_id;
CREATE TABLE by_parts AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM partitioned GROUP BY object_id;
RESET enable_partitionwise_aggregate;
RESET max_parallel_workers_per_gather;

-- merged from light curves of a month each, also after conversion to text and back
CREATE TABLE merged AS
SELECT object_id, plasticc_merge(curve::text::lightcurve) AS curve, plasticc_features(plasticc_merge(curve)) AS features
FROM (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve FROM observations GROUP BY object_id, floor(mjd / 30)) o
GROUP BY object_id;

-- spilled to disk
SET work_mem = '64kB';
CREATE TABLE spilled AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
FROM observations GROUP BY object_id;
RESET work_mem;

SELECT way, count(*) AS objects,
       count(*) FILTER (WHERE lightcurve_send(t.curve) = lightcurve_send(serial.curve)) AS same_curve,
       count(*) FILTER (WHERE array_send(t.features) = array_send(serial.features)) AS same_features
FROM (SELECT 'parallel' AS way, * FROM parallel UNION ALL SELECT 'shuffled', * FROM shuffled UNION ALL SELECT 'by parts', * FROM by_parts
      UNION ALL SELECT 'merged', * FROM merged UNION ALL SELECT 'spilled', * FROM spilled) t
JOIN serial USING (object_id) GROUP BY way ORDER BY way COLLATE "C";
SELECT (SELECT curve FROM whole) = plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS merge_of_all FROM observations;

-- each night appended to the stored light curve
SELECT bool_and(curve = plasticc_slice(curve, NULL, 59700) || plasticc_slice(curve, 59650, NULL) || '{} + 0 rejected') AS appended
FROM serial WHERE object_id <> 3;

-- over a window, where the final function is called repeatedly on a growing state
SELECT count(*) FILTER (WHERE running = expected), count(*)
FROM (SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected) OVER (ORDER BY mjd, passband, flux, flux_err) AS running,
             mjd, object_id FROM observations WHERE object_id = 7) w
JOIN LATERAL (SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS expected
              FROM observations o WHERE o.object_id = w.object_id AND o.mjd <= w.mjd) e ON true;

-- states that an engine passes on without calling the final function
CREATE AGGREGATE raw_state(double precision, bigint, double precision, double precision, boolean) (SFUNC = lightcurve_accum, STYPE = lightcurve);
CREATE TABLE raw AS
SELECT object_id, raw_state(mjd, passband, flux, flux_err, detected) AS curve FROM observations GROUP BY object_id;
SELECT count(*) FILTER (WHERE pg_column_size(raw.curve) <> pg_column_size(serial.curve)) > 0 AS states_have_room,
       bool_and(raw.curve = serial.curve) AS eq,
       bool_and(raw.curve::text = serial.curve::text) AS text,
       bool_and(lightcurve_send(raw.curve) = lightcurve_send(serial.curve)) AS bytes,
       bool_and(raw.curve || raw.curve = serial.curve || serial.curve) AS united,
       bool_and(plasticc_slice(raw.curve, 59600, 59700) = plasticc_slice(serial.curve, 59600, 59700)) AS sliced,
       bool_and(array_send(plasticc_features(raw.curve)) = array_send(serial.features)) AS features,
       bool_and((SELECT array_agg(o::text) FROM plasticc_observations(raw.curve) o) = (SELECT array_agg(o::text) FROM plasticc_observations(serial.curve) o)) AS rows
FROM raw JOIN serial USING (object_id);
SELECT (SELECT plasticc_merge(curve) FROM raw) = (SELECT curve FROM whole) AS merged;
SELECT raw_state(1, 1, NULL, 1, true), raw_state(1, 1, NULL, 1, true) || '{}' AS partial_state_of_nothing;
-- and have nothing of others in their room: the state of a group after a larger one, as when it is alone
BEGIN;
SET LOCAL enable_hashagg = off;
CREATE TABLE grouped AS SELECT 1 AS g, i AS mjd FROM generate_series(1, 29) AS i UNION ALL SELECT 2, 1;
SELECT record_image_eq(ROW(after_other.curve), ROW(alone.curve)) AS same_bytes
FROM (SELECT g, raw_state(mjd, 1, mjd, 1, true) AS curve FROM grouped GROUP BY g) AS after_other,
     (SELECT raw_state(mjd, 1, mjd, 1, true) AS curve FROM grouped WHERE g = 2) AS alone
WHERE g = 2;
ROLLBACK;

--
-- Binary form
--
CREATE FUNCTION binary_copy() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    file text := current_setting('data_directory') || '/plasticc_lightcurve_test.bin';
BEGIN
    EXECUTE format('COPY (SELECT object_id, curve FROM serial) TO %L (FORMAT binary)', file);
    EXECUTE format('COPY copied FROM %L (FORMAT binary)', file);
END $$;
CREATE TABLE copied (object_id integer, curve lightcurve);
SELECT binary_copy();
SELECT count(*) AS copied, count(*) FILTER (WHERE c.curve = s.curve) AS same, count(*) FILTER (WHERE s.curve::text::lightcurve = s.curve) AS same_text
FROM copied c JOIN serial s USING (object_id);
SELECT lightcurve_send('{(1,2,3,4,t)} + 5 rejected');
SELECT lightcurve_send('{}');

-- bytes that are not a light curve, passed to the receive function by COPY
CREATE FUNCTION receive(bytes bytea) RETURNS lightcurve LANGUAGE plpgsql AS $$
DECLARE
    file text := current_setting('data_directory') || '/plasticc_lightcurve_test.bin';
    large oid;
    result lightcurve;
BEGIN
    large := lo_from_bytea(0, '\x5047434f50590aff0d0a000000000000000000'::bytea || '\x0001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea);
    PERFORM lo_export(large, file);
    PERFORM lo_unlink(large);
    CREATE TEMPORARY TABLE received (curve lightcurve) ON COMMIT DROP;
    EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
    SELECT curve INTO result FROM received;
    DROP TABLE received;
    RETURN result;
END $$;
\set VERBOSITY terse
SELECT receive(lightcurve_send('{(1,2,3,4,t),(0.1,2,-3e-5,4,f)} + 5 rejected'));
SELECT receive('\x01000000020000000040000000000000003f8000003f800000013ff00000000000003f8000003f80000001') AS other_order;
SELECT receive('');
SELECT receive('\x0100000001');
SELECT receive('\x020000000000000000');
SELECT receive('\x010000000100000000');
SELECT receive('\x01ffffffff00000000');
SELECT receive('\x0100000001000000007ff80000000000003f8000003f80000000');
SELECT receive('\x0100000001000000007ff00000000000003f8000003f80000000');
SELECT receive('\x0100000001000000003ff00000000000003f8000003f80000006');
SELECT receive('\x0100000001000000003ff00000000000003f8000003f80000010');
SELECT receive('\x0100000001000000003ff00000000000003f8000000000000000');
\set VERBOSITY default

DO $$ BEGIN
    EXECUTE format('COPY (SELECT) TO PROGRAM %L', format('cat >/dev/null; rm -f "%s/plasticc_lightcurve_test.bin"', current_setting('data_directory')));
END $$;

DROP FUNCTION receive, binary_copy;
DROP AGGREGATE raw_state(double precision, bigint, double precision, double precision, boolean);
DROP TABLE raw, observations, serial, parallel, whole, shuffled, partitioned, by_parts, merged, spilled, copied;

-- input that cannot be read is a soft error where the server has those
CREATE FUNCTION is_valid(input text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    valid boolean;
BEGIN
    IF current_setting('server_version_num')::integer >= 160000 THEN
        EXECUTE 'SELECT pg_input_is_valid($1, ''lightcurve'')' INTO valid USING input;
        RETURN valid;
    END IF;
    PERFORM input::lightcurve;
    RETURN true;
EXCEPTION WHEN invalid_text_representation THEN
    -- a hard error would get here on a server with soft ones
    RETURN CASE WHEN current_setting('server_version_num')::integer < 160000 THEN false END;
END
$$;
SELECT input, is_valid(input) FROM unnest('{"{(1,2,3,4,t)}","{(1,2,3","{(1,9,3,4,t)}"}'::text[]) AS input;
DROP FUNCTION is_valid(text);
