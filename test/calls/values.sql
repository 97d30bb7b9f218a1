-- Calls of every function, procedure and aggregate of the extension with values at the edge of what their types allow:
-- what test/sql/direct_calls.sql and test/t/013_random_calls.pl have in common, in the schema "calls".
--
-- A value is an SQL expression.  The usual values make a call that succeeds; the others replace one or more of them.

CREATE SCHEMA calls;
SET search_path = calls, public;

-- What the values refer to: objects to train on and to classify, observations, tables to write to, a model "m".
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42])[1 + i % 2] AS target, i % 2 AS fold, ARRAY[i % 2 + hashint4(i) / 4e9, i % 3, NULL, 1]::real[] AS features
FROM generate_series(1, 20) AS i;
CREATE TABLE observations AS SELECT * FROM plasticc_simulate_observations(2);
CREATE VIEW no_rows AS SELECT object_id, features FROM objects WHERE false;
SELECT plasticc_create_feature_table('calls.extracted'), plasticc_create_prediction_table('calls.predicted');
CALL plasticc_train('m', 'SELECT features, target FROM calls.objects ORDER BY object_id',
    '{"layers": [2], "epochs": 1, "networks": 2, "trees": 0, "bagging_folds": 2, "report_interval": 1000, "feature_names": ["a", "b", "c", "d"]}');

SELECT plasticc_promote('m', 1, 'live');

-- Light curves as values of the type, some of them the unsorted states of an aggregate without final function.
CREATE AGGREGATE unsorted(double precision, bigint, double precision, double precision) (SFUNC = lightcurve_accum, STYPE = lightcurve);
CREATE TABLE curves AS SELECT name, curve::lightcurve FROM (VALUES
    ('usual', '{(1,0,1,1,t),(2,1,9,1,t),(3,1,2,1,f),(4,1,-7,1,f),(5,1,4,1,f),(8,1,2,1,f),(8.5,1,3,2,f)} + 2 rejected'),
    ('empty', '{}'), ('rejected', '{} + 4294967295 rejected'), ('one', '{(1,1,1,1,t)}'),
    ('small', '{(-1e5,0,-1e-38,1e-38,t),(1e5,5,1e-45,1e-45,f)}'),
    ('large', '{(-1e5,0,-1e30,1e30,t),(-1e5,0,1e30,1e-30,t),(1e5,5,3e38,3e38,f)}')) AS v(name, curve);
INSERT INTO curves VALUES ('unsorted', (SELECT unsorted(-i, i % 6, i, 1) FROM generate_series(1, 100) AS i)),
    ('nothing but NULL', (SELECT unsorted(NULL, NULL, NULL, NULL))),
    ('one time', (SELECT plasticc_lightcurve(59000, 1, i, 1) FROM generate_series(1, 30) AS i));

-- The bytes of the model, changed, with a valid checksum (CRC-32C).
CREATE FUNCTION crc32c(bytes bytea) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    step bigint[];
    crc bigint := 4294967295;
BEGIN
    FOR i IN 0..255 LOOP
        step[i] := i;
        FOR bit IN 1..8 LOOP
            step[i] := (step[i] >> 1) # (step[i] & 1) * 2197175160;
        END LOOP;
    END LOOP;
    FOR i IN 0..length(bytes) - 1 LOOP
        crc := (crc >> 8) # step[(crc # get_byte(bytes, i)) & 255];
    END LOOP;
    RETURN crc # 4294967295;
END $$;
CREATE FUNCTION put_integer(bytes bytea, at integer, value bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT set_byte(set_byte(set_byte(set_byte(bytes, at, (value & 255)::int), at + 1, (value >> 8 & 255)::int),
                             at + 2, (value >> 16 & 255)::int), at + 3, (value >> 24 & 255)::int)
$$;
CREATE FUNCTION sealed(bytes bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT put_integer(put_integer(bytes, 12, length(bytes)), 16, crc32c(substr(bytes, 21)))
$$;
CREATE TABLE models (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, bytes bytea NOT NULL);
-- each number of the head, some of what follows, bytes anywhere, and the model cut off
INSERT INTO models (bytes)
SELECT sealed(put_integer(plasticc_model('m'), at, value))
FROM generate_series(20, 140, 4) AS at, unnest('{0, 2, 65536, 2147483647, 4294967295, 2139095040, 2124837000}'::bigint[]) AS value
WHERE at <= 52 OR value IN (2147483647, 4294967295, 2124837000);
INSERT INTO models (bytes)
SELECT sealed(set_byte(model, 20 + (i * 7919) % (length(model) - 20), (i * 31) % 256))
FROM plasticc_model('m') AS model, generate_series(1, 40) AS i;
INSERT INTO models (bytes)
SELECT sealed(substr(model, 1, n)) FROM plasticc_model('m') AS model, unnest('{20, 21, 24, 56, 57, 60, 100, 200}'::int[]) AS n
UNION ALL SELECT sealed(model || '\x00') FROM plasticc_model('m') AS model
UNION ALL SELECT set_byte(model, 30, 255) FROM plasticc_model('m') AS model;

-- Scores of one object, of none, of a class that is a text; whose words are as large, or as small, as they can be; and of as many objects as are
-- listed, of the greatest weight and probabilities.
CREATE TABLE scores AS
SELECT 'usual' AS name, plasticc_scores(15, '{0.25,0.75}'::real[], '{15,42}'::integer[]) AS scores
UNION ALL SELECT 'text', plasticc_scores('15', '{0.25,0.75}'::float8[], '{15,42}'::text[])
UNION ALL SELECT 'empty', '000000010000000200000000000000000000000f000000000000002a00000000'
UNION ALL SELECT word, ('000000010000000200000000000000000000000f000000000000002affffffff000018f0' || string_agg(lpad(to_hex(i), 8, '0') || word, ''))::plasticc_scores
FROM generate_series(0, 6383) AS i, unnest('{7fffffffffffffff,8000000000000000,ffffffffffffffff}'::text[]) AS word GROUP BY word
UNION ALL SELECT 'objects', ('000000010000000200000000000000000000000f000000000000002a00004000' || repeat('0000100000000000000000007f7fffff7f7fffff', 16384))::plasticc_scores;

-- ---------------------------------------------------------------------
-- Values of each type.  Where "argument", a pattern of "function.argument", fits several times, the longest one holds.
-- ---------------------------------------------------------------------
CREATE TABLE usual_values (type regtype, argument text, value text, PRIMARY KEY (type, argument));
INSERT INTO usual_values VALUES
    ('boolean', '%', 'true'), ('integer', '%', '1'), ('bigint', '%', '1'), ('double precision', '%', '0.5'), ('real', '%', '0.5'),
    ('text', '%', '''m'''), ('name', '%', '''object_id'''), ('jsonb', '%', '''{}'''), ('cstring', '%', '''{}'''),
    ('timestamptz', '%', '''2026-01-01 UTC'''),
    ('integer', '%.target', '15'), ('integer', 'plasticc_%_accum.2', '15'),
    ('double precision', 'plasticc_%_accum.2', '15'), ('double precision', '%.target', '15'), ('text', '%.target', '''15'''), ('text', 'plasticc_%_accum.2', '''15'''),
    ('bigint', 'plasticc_simulate%.n', '2'),
    ('double precision', 'plasticc_slice.mjd_to', '4'), ('double precision', 'plasticc_clip.n_sigma', '10'), ('double precision', '%.detected', '1'), ('double precision', 'plasticc_select.mjd_to', '4'), ('double precision', 'plasticc_gp_predict.mjd_to', '4'), ('double precision', 'plasticc_augment.new_redshift', '0.6'),
    ('double precision', 'plasticc_periodogram.max_frequency', '1'), ('double precision', 'plasticc_periodogram.oversampling', '5'),
    ('text', '%.feature_set', '''simple'''), ('text', 'plasticc_add_unknown.method', '''prior'''),
    ('text', 'plasticc_passband%', '''g'''), ('text', 'plasticc_passband.survey', '''ztf'''), ('text', 'plasticc_deredden.survey', '''ztf'''), ('text', 'plasticc_feature.name', '(plasticc_feature_names())[1]'),
    ('text', 'plasticc_simulate%.mix', '''test'''), ('text', '%.query', '''SELECT object_id, features, target FROM calls.objects'''),
    ('text', 'plasticc_drift.query', '''SELECT object_id, features FROM calls.objects'''),
    ('text', 'plasticc_classify_query.query', '''SELECT object_id, features FROM calls.objects'''),
    ('text', '%.training_query', '''SELECT features, target FROM calls.objects'''),
    ('text', 'plasticc_create%.name', '''calls.created'''), ('text', '%.alias', '''live'''),
    ('text[]', 'plasticc_feature%.names', '''{a,b,c,d}'''),
    ('text', 'plasticc_create_views.schema', '''calls'''), ('regclass', 'plasticc_create_views.predictions', '''calls.predicted'''),
    ('regclass', '%', '''calls.objects'''), ('regclass', '%.observations', '''calls.observations'''),
    ('regclass', '%.target', '''calls.extracted'''), ('regclass', 'plasticc_predict.target', '''calls.predicted'''),
    ('oid', '%', '''plasticc_models''::regclass'), ('name', '%owner%.owner', 'current_user'),
    ('regclass[]', '%', '''{calls.observations}'''), ('regtype', '%', '''bigint'''),
    ('jsonb', 'plasticc_train.options', '''{"layers": [2], "epochs": 1, "networks": 1, "trees": 0, "report_interval": 1000}'''),
    ('jsonb', 'plasticc_cross_validate.options', '''{"layers": [2], "epochs": 1, "networks": 1, "trees": 0, "folds": 2, "report_interval": 1000}'''),
    ('jsonb', 'plasticc_extract.options', '''{"feature_set": "simple"}'''),
    ('bytea', '%', 'plasticc_model(''m'')'), ('lightcurve', '%', '(SELECT curve FROM calls.curves WHERE name = ''usual'')'),
    ('integer[]', '%', '''{15,42}'''), ('integer[]', 'plasticc_select.passbands', '''{1,2}'''), ('text[]', '%', '''{15,42}'''), ('anyelement', '%', 'NULL::bigint'), ('real[]', '%', '''{0.25,0.75}'''), ('double precision[]', '%', '''{1,2}'''),
    ('real[]', '%.features', '''{1,2,NULL,1}'''),
    ('real[]', 'plasticc_feature.features', 'array_fill(1::real, ARRAY[cardinality(plasticc_feature_names())])'),
    ('real[]', 'plasticc_host_features.features', 'array_fill(1::real, ARRAY[cardinality(plasticc_feature_names(''simple''::plasticc_feature_set))])'),
    ('real[]', 'plasticc_add_unknown.probabilities', '''{0.25,0.75,0,0,0,0,0,0,0,0,0,0,0,0}'''),
    ('double precision[]', 'plasticc_submission.probabilities', '''{0.25,0.75,0,0,0,0,0,0,0,0,0,0,0,0}'''),
    ('integer[]', 'plasticc_add_unknown.classes', 'NULL'), ('bigint[]', 'plasticc_submission.classes', 'NULL'),
    ('double precision[]', 'plasticc_log_loss\_%', '''{2,15,42,2,1,1,0,0,0,0.5,0}'''),
    ('double precision[]', 'plasticc_calibration_error\_%', '''{2,0,15,42,1,1}'' || array_fill(0::float8, ARRAY[2 * 15 * 4])'),
    ('double precision[]', 'plasticc_calibration_error\_accum.5', '''{1,1}'''),
    ('double precision[]', '%.features', '''{1,2,NULL,1}'''), ('anynonarray', '%', '1'), ('text', '%.ddf', '''t'''),
    ('double precision[]', 'plasticc_feature.features', 'array_fill(1::float8, ARRAY[cardinality(plasticc_feature_names())])'),
    ('double precision[]', 'plasticc_host_features.features', 'array_fill(1::float8, ARRAY[cardinality(plasticc_feature_names(''simple''::plasticc_feature_set))])'),
    ('double precision[]', 'plasticc_add_unknown.probabilities', '''{0.25,0.75,0,0,0,0,0,0,0,0,0,0,0,0}'''),
    ('varchar', '%', '''m'''), ('varchar', 'plasticc_add_unknown.method', '''prior'''), ('varchar', 'plasticc_feature.name', '(plasticc_feature_names())[1]'),
    ('plasticc_model_bytes', '%', 'plasticc_model(''m'')'),
    ('double precision[]', 'plasticc_log_loss\_accum.5', '''{2,1}'''),
    ('double precision[]', 'plasticc_log_loss\_accum.3', '''{1,2}'''), ('double precision[]', 'plasticc_calibration_error\_accum.3', '''{1,2}'''),
    ('bigint[]', '%', '''{2,15,42,1,0,0,1}'''), ('text', 'plasticc_evaluate.by', 'NULL'),
    ('text', 'plasticc_taxonomy.name', '''elasticc'''), ('bigint[]', '%.classes', '''{15,42}'''), ('bigint[]', 'plasticc_%\_accum.4', '''{15,42}'''),
    ('jsonb', 'plasticc_rollup.taxonomy', '''[{"parent": "a", "child": 15}, {"parent": "a", "child": 42}]'''),
    ('plasticc_taxonomy_edges', '%', '''[{"parent": "a", "child": 15}, {"parent": "a", "child": 42}]'''),
    ('plasticc_scores', '%', '(SELECT scores FROM calls.scores WHERE name = ''usual'')'),
    ('cstring', 'plasticc_scores%', '''000000010000000100000000000000000000000f00000000''');

CREATE TABLE edge_values (type regtype, argument text, value text);
INSERT INTO edge_values
SELECT type::regtype, '%', value FROM (VALUES
    ('boolean', 'false'),
    ('integer', '0 | -1 | 2 | 99 | 2147483647 | -2147483648'),
    ('bigint', '0 | -1 | 2 | 5 | 4294967296 | 9223372036854775807 | -9223372036854775808'),
    ('double precision', '0 | -0 | -1 | 1e-300 | 4.9e-324 | 1e300 | 3.5e38 | NaN | Infinity | -Infinity'),
    ('real', '0 | -0 | -1 | 1e-45 | 3e38 | NaN | Infinity | -Infinity'),
    ('name', ' | no such'),
    ('timestamptz', '-infinity | infinity | 4713-01-01 BC | 294276-12-31'),
    ('regclass', '0 | 4294967295 | pg_class | pg_class_oid_index | calls.no_rows | calls.models'),
    ('oid', '0 | 1259 | 4294967295'),
    ('regclass[]', '{} | {NULL} | {0} | {calls.no_rows,calls.no_rows} | {{calls.objects}}'),
    ('regtype', '0 | 4294967295 | record | anyarray | internal | text[] | lightcurve | calls.objects'),
    ('bytea', ' | \x00 | plasticc'),
    ('jsonb', 'null | true | 1 | "x" | [] | [[]] | [{"child": 15}, {"child": 42}] | [{"parent": 15, "child": 42}, {"parent": 42, "child": 15}] | {"": 1} | {"no such": {}} | {"workers": -1}')
    ) AS v(type, list), unnest(string_to_array(list, ' | ')) AS v2(constant), format('%L', constant) AS value;
INSERT INTO edge_values VALUES
    ('plasticc_model_bytes', '%', '''plasticc'''), ('varchar', '%', ''''''), ('varchar', '%', '''no such'''), ('varchar', '%', 'repeat(''x'', 1000000)'),
    ('anynonarray', '%', 'true'), ('anynonarray', '%', '2'), ('anynonarray', '%', '''x''::text'), ('anynonarray', '%', '0.5'), ('anynonarray', '%', 'NULL::smallint'),
    ('anyelement', '%', 'NULL::text'), ('anyelement', '%', '1'), ('anyelement', '%', 'NULL::calls.objects'), ('anyelement', '%', '''15''::text'),
    ('bytea', '%', 'decode(repeat(''ff'', 1000000), ''hex'')'),
    ('jsonb', '%', '(repeat(''['', 5000) || repeat('']'', 5000))::jsonb'), ('jsonb', '%', 'jsonb_build_object(repeat(''x'', 1000000), 1)');
INSERT INTO edge_values SELECT 'cstring', '%', format('%L', value) FROM unnest(ARRAY['', '{', '{(1,1,1,1,t)', '{(nan,1,1,1,t)}', '{(1e999,1,1,1,t)}',
    '{(1,6,1,1,t)}', '{} + 99999999999 rejected', repeat('{', 100000)]) AS value;
INSERT INTO edge_values SELECT 'text', '%', value
FROM unnest(ARRAY['''''', ''' ''', '''"''', '''no such''', 'E''\x01''', ''';''', '''%s%n''', 'repeat(''x'', 1000000)', 'repeat(''('', 100000)']) AS value;
INSERT INTO edge_values SELECT 'lightcurve', '%', format('(SELECT curve FROM calls.curves WHERE name = %L)', name) FROM curves;
INSERT INTO edge_values SELECT 'bytea', '%', format('(SELECT bytes FROM calls.models WHERE id = %s)', id) FROM models;
INSERT INTO edge_values SELECT t.oid, '%', format('%L', enumlabel) FROM pg_enum JOIN pg_type t ON t.oid = enumtypid WHERE typname LIKE 'plasticc\_%';
INSERT INTO usual_values SELECT DISTINCT ON (t.oid) t.oid, '%', format('%L', enumlabel) FROM pg_enum JOIN pg_type t ON t.oid = enumtypid
WHERE typname LIKE 'plasticc\_%' ORDER BY t.oid, enumsortorder DESC;
-- arrays of every shape
INSERT INTO edge_values
SELECT format('%s[]', type)::regtype, '%', value FROM unnest('{integer,bigint,real,double precision,text}'::text[]) AS type, (VALUES
    ('''{}'''), ('''{NULL}'''), ('''{1,NULL}'''), ('''{1}'''), ('''{15,42}'''), ('''{{1,2},{3,4}}'''), ('''{{{1}}}'''), ('''[0:1]={1,2}'''),
    ('''[-2147483648:-2147483647]={15,42}'''), ('''{0,0}'''), ('''{-1,2}'''), ('''{15,15}'''), ('array_fill(1, ARRAY[1024])'), ('array_fill(1, ARRAY[70000])')) AS v(value);
UPDATE edge_values SET value = format('(%s)::%s', value, type) WHERE value LIKE 'array_fill%';
INSERT INTO edge_values
SELECT type::regtype, '%', value FROM unnest('{real[],double precision[]}'::text[]) AS type, (VALUES
    ('''{NaN,1}'''), ('''{Infinity,-Infinity}'''), ('''{1e-45,1e-45}'''), ('''{3e38,3e38}'''), ('''{-0,0}''')) AS v(value);
-- states of aggregates, also those of the other ones: n and as much as may follow
CREATE TABLE states (type regtype, value text);
INSERT INTO states SELECT 'double precision[]', format('ARRAY[%L]::float8[] || array_fill(1::float8, ARRAY[%s])', n, rest)
FROM unnest('{0,-1,1,1.5,2,1025,2147483648,1e300,NaN,Infinity}'::text[]) AS n, unnest('{1,5,10,63,125}'::int[]) AS rest;
INSERT INTO states SELECT 'double precision[]', format('ARRAY[%s]::float8[] || array_fill(%L::float8, ARRAY[%s])', n, fill, rest)
FROM unnest('{NaN,Infinity,-1,1e308}'::text[]) AS fill, (VALUES (1, 5), (2, 10), (1, 63), (2, 125)) AS v(n, rest);
INSERT INTO states SELECT 'bigint[]', format('ARRAY[%L]::int8[] || array_fill(%L::int8, ARRAY[%s])', n, fill, rest)
FROM unnest('{0,-1,1,2,46341,4294967297,9223372036854775807}'::text[]) AS n, unnest('{1,9223372036854775807}'::text[]) AS fill, unnest('{1,2,6}'::int[]) AS rest;
INSERT INTO states VALUES ('bigint[]', '''{2,15,42,9223372036854775807,9223372036854775807,-9223372036854775808,-9223372036854775808}''');
INSERT INTO states SELECT DISTINCT type, value FROM usual_values WHERE type IN ('double precision[]'::regtype, 'bigint[]'::regtype);
INSERT INTO edge_values SELECT type, argument, value FROM states, unnest('{%\\_accum.1,%\\_combine.1,%\\_combine.2,%\\_final.1}'::text[]) AS argument;
INSERT INTO edge_values SELECT 'plasticc_scores'::regtype, '%', format('(SELECT scores FROM calls.scores WHERE name = %L)', name) FROM scores;
-- statements where a function takes a query
INSERT INTO edge_values SELECT 'text', '%query', format('%L', value) FROM (VALUES
    ('SELECT'), ('SELECT 1'), ('SELECT 1; SELECT 2'), ('DELETE FROM calls.objects'), ('COMMIT'), ('VALUES (1)'), ('SELECT $1'),
    ('SELECT object_id, features, target FROM calls.objects WHERE false'), ('SELECT object_id, ''{}''::real[] AS features, target FROM calls.objects'),
    ('SELECT object_id, NULL::real[] AS features, NULL::int AS target FROM calls.objects'),
    ('SELECT object_id, features[1:object_id % 4] AS features, target FROM calls.objects'),
    ('SELECT object_id, ''{{1,2},{3,4}}''::float8[] AS features, target FROM calls.objects'),
    ('SELECT object_id, ''[5:8]={NaN,Infinity,1e300,NULL}''::float8[] AS features, target FROM calls.objects'),
    ('SELECT object_id, features, ''-2147483648''::int AS target FROM calls.objects'),
    ('SELECT object_id, features, target, ''NaN''::float8 AS weight FROM calls.objects'),
    ('SELECT object_id, features, target, 1e-45 AS weight, 2147483647 AS fold FROM calls.objects'),
    ('SELECT object_id, features, target, features FROM calls.objects')) AS v(value);

-- ---------------------------------------------------------------------
-- Calls.
-- ---------------------------------------------------------------------
CREATE TABLE members AS
SELECT p.* FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'plasticc';

CREATE TABLE arguments AS
SELECT m.oid AS function, i::int AS ordinal, t::regtype AS type, m.proname || '.' || coalesce(nullif(m.proargnames[i], ''), i::text) AS name,
    (SELECT value FROM usual_values u WHERE u.type = t AND m.proname || '.' || coalesce(nullif(m.proargnames[i], ''), i::text) LIKE u.argument
     ORDER BY length(u.argument) DESC LIMIT 1) AS usual
FROM members m, unnest(m.proargtypes::oid[]) WITH ORDINALITY AS u(t, i);

CREATE TABLE edges AS
SELECT function, ordinal, value FROM arguments a JOIN edge_values e ON e.type = a.type AND a.name LIKE e.argument
-- a survey without end
WHERE NOT (a.name LIKE 'plasticc_simulate%.n' AND value LIKE '''9%')
UNION ALL SELECT function, ordinal, 'NULL' FROM arguments;

-- each option
CREATE TABLE option_edges AS
SELECT a.function, a.ordinal, format('%L', a.options || jsonb_build_object(o.name, v.value))
FROM (SELECT function, ordinal, name, btrim(usual, '''')::jsonb AS options FROM arguments WHERE type = 'jsonb'::regtype) AS a
JOIN plasticc_option_catalog() AS o ON a.name = o.procedure || '.options',
    jsonb_array_elements('[null, true, -1, 0, 1.5, 2147483648, 1e308, "", "x", [], [-1], [null], [[]], ["", ""], {}, {"15": -1}]') AS v(value);

-- The call of a function with the given values; NULL stands for the usual ones.
CREATE FUNCTION call_with(function oid, given text[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format(CASE p.prokind WHEN 'p' THEN 'CALL %s(%s)' WHEN 'a' THEN 'SELECT %s(%s)::text FROM generate_series(1, 3)'
                  ELSE 'SELECT (%s(%s))::text LIMIT 100' END, p.oid::regproc, (
        SELECT string_agg(CASE WHEN a.type IN ('cstring'::regtype, 'anyelement'::regtype, 'anynonarray'::regtype) THEN coalesce(given[ordinal], usual)
                          ELSE format('(%s)::%s', coalesce(given[ordinal], usual), a.type) END, ', ' ORDER BY ordinal)
        FROM calls.arguments a WHERE a.function = p.oid))
    FROM pg_proc p WHERE p.oid = function
$$;

-- Runs a statement and undoes what it did; returns its SQLSTATE.
CREATE FUNCTION sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'Y0000';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'Y0000' THEN '00000' ELSE SQLSTATE END;
END $$;

-- What an argument may be, by function and ordinal.
CREATE TABLE choices AS
SELECT function, ordinal, array_agg(value ORDER BY value COLLATE "C") AS list
FROM (SELECT * FROM edges UNION ALL SELECT * FROM option_edges) AS e GROUP BY 1, 2;

-- A call of a function at random, each argument being the usual value or any other one.  Depends on setseed() alone.
CREATE FUNCTION random_call() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    callable CONSTANT oid[] := ARRAY(SELECT oid FROM calls.members WHERE NOT 'internal'::regtype = ANY (proargtypes::oid[]) ORDER BY oid::regprocedure::text COLLATE "C");
    chosen CONSTANT oid := callable[1 + floor(random() * cardinality(callable))];
    given text[] := '{}';
    c record;
BEGIN
    FOR c IN SELECT * FROM calls.choices WHERE function = chosen ORDER BY ordinal LOOP
        given := given || CASE WHEN random() < 0.5 THEN c.list[1 + floor(random() * cardinality(c.list))] END;
    END LOOP;
    RETURN calls.call_with(chosen, given);
END $$;
