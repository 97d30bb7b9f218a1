--
-- plasticc_extract and plasticc_predict with objects identified by any type
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET max_parallel_maintenance_workers = 2;
CREATE SCHEMA ids;
SET search_path = ids, public;
CREATE TABLE numbered AS SELECT * FROM plasticc_simulate_observations(30, 1, 'uniform');
CREATE DOMAIN name_of_star AS text CHECK (length(VALUE) < 100);
CREATE DOMAIN small AS integer;
CREATE TYPE star AS ENUM ('s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 's12', 's13', 's14', 's15',
    's16', 's17', 's18', 's19', 's20', 's21', 's22', 's23', 's24', 's25', 's26', 's27', 's28', 's29', 's30');
SELECT plasticc_create_feature_table('reference');
CALL plasticc_extract('numbered', 'reference', '{"feature_set": "simple"}');
CALL plasticc_train('m', 'SELECT features, object_id::integer % 2 AS target FROM reference ORDER BY object_id', '{"layers": [4], "epochs": 2, "networks": 1, "trees": 0}');
SELECT plasticc_create_prediction_table('predicted');
CALL plasticc_predict('m', 'reference', 'predicted');

-- Extracts and classifies objects whose identifier is that expression of a number, of the type observed in the observations and
-- of the type stored in the targets, then a night; what differs from bigint?
CREATE PROCEDURE try_type(observed text, stored text, identifier text) LANGUAGE plpgsql AS $$
DECLARE
    bare text := split_part(stored, ' COLLATE', 1);
    result text;
BEGIN
    DROP TABLE IF EXISTS o, f, p, before;
    EXECUTE format('CREATE TABLE o AS SELECT *, (%s) AS id FROM numbered', identifier);
    EXECUTE format('ALTER TABLE o DROP object_id; ALTER TABLE o RENAME id TO object_id; ALTER TABLE o ALTER object_id TYPE %s USING object_id::text::%s',
        observed, split_part(observed, ' COLLATE', 1));
    CREATE INDEX ON o (object_id);
    PERFORM plasticc_create_feature_table('f', bare::regtype), plasticc_create_prediction_table('p', object_id_type => bare::regtype);
    IF bare <> stored THEN
        EXECUTE format('ALTER TABLE f ALTER object_id TYPE %1$s; ALTER TABLE p ALTER object_id TYPE %1$s', stored);
    END IF;
    COMMIT;
    CALL plasticc_extract('o', 'f', '{"feature_set": "simple", "chunk_objects": 4}');
    CALL plasticc_predict('m', 'f', 'p', '{"chunk_objects": 4}');
    CREATE TABLE before AS SELECT object_id, extracted_at FROM f;
    -- a night, of a few of them
    EXECUTE format('INSERT INTO o SELECT 70000, 1, 10, 1, true, (%s)::text::%s FROM (SELECT DISTINCT object_id FROM numbered WHERE object_id %% 10 = 0) AS n',
        identifier, split_part(observed, ' COLLATE', 1));
    CALL plasticc_extract('o', 'f', '{"feature_set": "simple", "chunk_objects": 4}');
    CALL plasticc_predict('m', 'f', 'p', '{"chunk_objects": 4}');
    EXECUTE format('SELECT format(''%%s objects, %%s as bigint, %%s untouched, predictions: %%s, %%s'', count(*),
        count(*) FILTER (WHERE r.features IS NOT DISTINCT FROM f.features), (SELECT count(*) FROM f JOIN before USING (object_id, extracted_at)),
        (SELECT count(*) FROM p), count(*) FILTER (WHERE (SELECT max(abs(a - b)) FROM unnest(q.probabilities, p.probabilities) AS u (a, b)) < 1e-6))
        FROM (SELECT DISTINCT object_id AS number, (%s)::text AS id FROM numbered) AS n
        JOIN reference r ON r.object_id = number JOIN predicted q ON q.object_id = number
        JOIN f ON f.object_id::text = n.id JOIN p ON p.object_id::text = n.id', identifier) INTO result;
    RAISE WARNING '% in %: %', observed, stored, result;
END $$;
\set VERBOSITY terse
CALL try_type('bigint', 'bigint', 'object_id');
CALL try_type('smallint', 'integer', 'object_id');
CALL try_type('small', 'bigint', 'object_id');
CALL try_type('text', 'text', $$'ZTF' || object_id % 7 || chr(96 + object_id::integer % 26) || object_id$$);
CALL try_type('text COLLATE "C"', 'text COLLATE "POSIX"', $$'x' || object_id$$);
CALL try_type('varchar(20)', 'name_of_star', $$'x''"' || object_id$$);
CALL try_type('name', 'text', $$'é' || object_id$$);
CALL try_type('character(8)', 'character(8)', $$'x' || object_id$$);
CALL try_type('uuid', 'uuid', $$md5(object_id::text)::uuid$$);
CALL try_type('numeric', 'numeric', $$object_id / 8.0 - 1$$);
CALL try_type('double precision', 'double precision', $$object_id / 8::float8 - 1$$);
CALL try_type('oid', 'oid', $$object_id::integer::oid$$);
CALL try_type('timestamptz', 'timestamptz', $$'2030-01-01Z'::timestamptz + object_id * interval '1 day'$$);
CALL try_type('bytea', 'bytea', $$decode(md5(object_id::text), 'hex')$$);
CALL try_type('star', 'star', $$'s' || object_id$$);
CALL try_type('inet', 'inet', $$('10.0.0.' || object_id)::inet$$);
\set VERBOSITY default

-- the host of an object
DROP TABLE o, f, p, before;
CREATE TABLE o AS SELECT 'x' || object_id AS id, mjd, passband, flux, flux_err FROM numbered;
CREATE TABLE hosts AS SELECT ('x' || object_id)::varchar COLLATE "C" AS id, ddf, hostgal_photoz, hostgal_photoz_err, mwebv FROM plasticc_simulate_objects(29, 1, 'uniform');
SELECT plasticc_create_feature_table('f', 'text');
CALL plasticc_extract('o', 'f', '{"object_id": "id", "metadata": "hosts", "metadata_object_id": "id", "feature_set": "simple"}');
SELECT count(*), count(*) FILTER (WHERE features[array_position(plasticc_host_feature_names('simple'), 'hostgal_photoz')] < 'NaN') AS with_host FROM f;

-- many chunks of long ids
CREATE TABLE long_ids AS SELECT repeat('long ', 20) || i AS id, 60000::float8 + j AS mjd, 1 AS passband, i AS flux, 1 AS flux_err FROM generate_series(1, 70) AS i, generate_series(1, 2) AS j;
SELECT plasticc_create_feature_table('chunks', 'text');
CALL plasticc_extract('long_ids', 'chunks', '{"object_id": "id", "feature_set": "simple", "chunk_objects": 1}');
SELECT count(*), count(*) FILTER (WHERE n_rows = 2 AND plasticc_feature(features, 'flux_mean') = substr(object_id, 101)::real) AS right FROM chunks;

-- errors
SELECT plasticc_create_feature_table('wrong', 'json');
SELECT plasticc_create_feature_table('wrong', 'text[]');
SELECT plasticc_create_feature_table('wrong', 'record');
SELECT plasticc_create_feature_table('wrong', 'void');
SELECT plasticc_create_feature_table('wrong', 987654321::oid);
SELECT plasticc_create_feature_table('wrong', 0::oid);
SELECT plasticc_create_prediction_table('wrong', object_id_type => 'point');
SELECT plasticc_create_prediction_table('wrong', true, 'no_such_type');
SELECT plasticc_create_prediction_table('regression.ids.wrong');
CALL plasticc_extract('o', 'reference', '{"object_id": "id", "feature_set": "simple"}');
CALL plasticc_extract('numbered', 'f', '{"feature_set": "simple"}');
CALL plasticc_extract('o', 'f', '{"object_id": "id", "metadata": "hosts", "metadata_object_id": "ddf"}');
CALL plasticc_predict('m', 'f', 'predicted');
ALTER TABLE f DROP object_id;
CALL plasticc_extract('o', 'f', '{"object_id": "id", "feature_set": "simple"}');
CREATE TABLE unordered (object_id json, features real[], n_rows bigint, extracted_at timestamptz);
CALL plasticc_extract('o', 'unordered', '{"object_id": "id", "feature_set": "simple"}');

DELETE FROM plasticc_models WHERE name = 'm';
DELETE FROM plasticc_training_log WHERE name = 'm';
SET client_min_messages = error;
DROP SCHEMA ids CASCADE;
