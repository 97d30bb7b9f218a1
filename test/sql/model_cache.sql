--
-- Parsed models that a session keeps: always what the statement sees and may read, within the memory that it may use
--
SET client_min_messages = warning;
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target, ARRAY[2 * (i % 3), 3 * (i % 3 / 2), hashint4(i) / 4e9]::real[] AS features
FROM generate_series(1, 60) AS i;
DO $$
BEGIN
    FOR seed IN 1 .. 3 LOOP
        CALL plasticc_train('source', 'SELECT features, target FROM objects ORDER BY object_id', format('{"networks": 1, "trees": 0, "layers": [64, 64], "epochs": 1, "seed": %s}', seed)::jsonb);
    END LOOP;
END $$;

-- Which of the three has answered.
CREATE TABLE answers AS SELECT version, plasticc_classify(model, '{1,2,3}') AS probabilities FROM plasticc_models WHERE name = 'source';
GRANT SELECT ON answers TO PUBLIC;
CREATE FUNCTION source_of(answer real[]) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(version::text, ' ') FROM answers WHERE probabilities = answer $$;
SELECT source_of(probabilities) FROM answers ORDER BY 1;
PREPARE by_name AS SELECT source_of(plasticc_classify('m', '{1,2,3}')) AS by_name;
PREPARE by_model AS SELECT source_of(plasticc_classify(plasticc_model('m'), '{1,2,3}')) AS by_model;
PREPARE by_column AS SELECT version, source_of(plasticc_classify(model, '{1,2,3}')) AS by_column FROM plasticc_models WHERE name = 'm' ORDER BY version;
PREPARE add_version(int, int) AS INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
SELECT 'm', $1, classes, options, metrics, model FROM plasticc_models WHERE name = 'source' AND version = $2;

--
-- New versions, deleted ones, and what is rolled back
--
EXECUTE by_name;
EXECUTE add_version(1, 1);
EXECUTE by_name;
EXECUTE by_model;
EXECUTE add_version(2, 2);
EXECUTE by_name;
EXECUTE by_model;
BEGIN;
EXECUTE add_version(3, 3);
EXECUTE by_name;
SAVEPOINT here;
DELETE FROM plasticc_models WHERE name = 'm' AND version = 3;
EXECUTE by_name;
EXECUTE by_model;
ROLLBACK TO here;
EXECUTE by_name;
EXECUTE by_column;
ROLLBACK;
EXECUTE by_name;
EXECUTE by_model;
-- another model by the same name and version
DELETE FROM plasticc_models WHERE name = 'm' AND version = 2;
EXECUTE by_name;
EXECUTE add_version(2, 3);
EXECUTE by_name;
EXECUTE by_model;
EXECUTE by_column;
-- which only a superuser can do
UPDATE plasticc_models SET model = (SELECT model FROM plasticc_models WHERE name = 'source' AND version = 1) WHERE name = 'm' AND version = 2;
EXECUTE by_name;
VACUUM FULL plasticc_models;
EXECUTE by_name;
EXECUTE by_column;
-- one call site
DO $$
DECLARE
    answers text;
BEGIN
    FOR i IN 1 .. 4 LOOP
        answers := concat_ws(', ', answers, source_of(plasticc_classify('m', '{1,2,3}')));
        IF i = 2 THEN
            DELETE FROM plasticc_models WHERE name = 'm' AND version = 2;
        ELSE
            INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
            SELECT 'm', 2 + i, classes, options, metrics, model FROM plasticc_models WHERE name = 'source' AND version = 1 + i % 3;
        END IF;
    END LOOP;
    RAISE WARNING '%', answers;
END $$;
-- the schema gets another name, and its own goes to one with another table
DELETE FROM plasticc_models WHERE name = 'm';
EXECUTE add_version(1, 2);
EXECUTE by_name;
ALTER SCHEMA public RENAME TO renamed;
CREATE SCHEMA public;
CREATE TABLE public.plasticc_models AS SELECT * FROM renamed.plasticc_models WHERE name = 'source';
UPDATE public.plasticc_models SET name = 'm';
SET search_path = renamed;
EXECUTE by_name;
EXECUTE by_model;
DROP SCHEMA public CASCADE;
ALTER SCHEMA renamed RENAME TO public;
RESET search_path;
EXECUTE by_name;

--
-- Who may not read the model does not get it from the cache
--
CREATE ROLE regress_outsider;
GRANT USAGE ON SCHEMA public TO regress_outsider;
SET ROLE regress_outsider;
EXECUTE by_name;
RESET ROLE;
DO $$
BEGIN
    FOR i IN 1 .. 2 LOOP
        RAISE WARNING '% %', current_user = 'regress_outsider', source_of(plasticc_classify('m', '{1,2,3}'));
        SET LOCAL ROLE regress_outsider;
    END LOOP;
END $$;
GRANT SELECT ON plasticc_models TO regress_outsider;
CREATE POLICY hidden ON plasticc_models AS RESTRICTIVE FOR SELECT TO regress_outsider USING (name <> 'm');
EXECUTE by_name;
SET ROLE regress_outsider;
EXECUTE by_name;
EXECUTE by_model;
RESET ROLE;
DROP POLICY hidden ON plasticc_models;
SET ROLE regress_outsider;
EXECUTE by_name;
RESET ROLE;
REVOKE SELECT ON plasticc_models FROM regress_outsider;
SET ROLE regress_outsider;
EXECUTE by_name;
RESET ROLE;
-- bytes that begin like those of a model in the cache, where length and checksum are
SELECT source_of(plasticc_classify(model || '', '{1,2,3}')) AS in_line FROM plasticc_models WHERE name = 'm';
SELECT plasticc_classify(set_byte(model, 1000, get_byte(model, 1000) # 1), '{1,2,3}') FROM plasticc_models WHERE name = 'm';
SELECT source_of(plasticc_classify(model || '', '{1,2,3}')) AS in_line FROM plasticc_models WHERE name = 'm';

--
-- Memory
--
-- number and bytes of the models in memory; the view came in 14
CREATE FUNCTION kept(OUT n bigint, OUT kilobytes numeric) LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('server_version_num')::int >= 140000 THEN
        EXECUTE $q$ SELECT count(*), coalesce(sum(total_bytes), 0) / 1024 FROM pg_backend_memory_contexts WHERE name = 'plasticc model' $q$ INTO n, kilobytes;
    END IF;
END $$;
CREATE TABLE models AS SELECT name, version, copy, model FROM plasticc_models, generate_series(1, 10) AS copy WHERE name = 'source';
ALTER TABLE models ALTER COLUMN model SET STORAGE EXTERNAL;
SET plasticc.model_cache_size = '100MB';
SELECT count(*) FILTER (WHERE source_of(plasticc_classify(model, '{1,2,3}')) = version::text) AS right_answers FROM models, generate_series(1, 3);
SELECT coalesce(n >= 30, true) AS all_are_kept FROM kept();
-- fewer, also after errors, and none
SET plasticc.model_cache_size = '300kB';
SELECT count(*) FILTER (WHERE source_of(plasticc_classify(model, '{1,2,3}')) = version::text) AS right_answers FROM models, generate_series(1, 3);
SELECT coalesce(n BETWEEN 2 AND 15 AND kilobytes <= 300, true) AS some_are_kept FROM kept();
DO $$
DECLARE
    bytes bytea := model FROM models LIMIT 1;
    states text[] := '{}';
BEGIN
    FOR i IN 1 .. 40 LOOP
        BEGIN
            PERFORM plasticc_classify(CASE WHEN i % 2 = 0 THEN set_byte(bytes, 20 + i * 100, 255 - get_byte(bytes, 20 + i * 100)) ELSE model END, '{1,2}') FROM models WHERE copy = 1 + i % 10;
        EXCEPTION WHEN OTHERS THEN
            states := states || SQLSTATE::text;
        END;
    END LOOP;
    RAISE WARNING '%', (SELECT array_agg(DISTINCT s ORDER BY s) FROM unnest(states) AS s);
END $$;
SELECT coalesce(n <= 15 AND kilobytes <= 300, true) AS no_more_are_kept FROM kept();
SET plasticc.model_cache_size = 0;
SELECT count(*) FILTER (WHERE source_of(plasticc_classify(model, '{1,2,3}')) = version::text) AS right_answers FROM models, generate_series(1, 3);
SELECT coalesce(n = 0, true) AS none_is_kept FROM kept();
-- calls within calls, where nothing but what is in use has room
SELECT count(*), count(DISTINCT object_id) AS objects, bool_and(probabilities[1] >= 0) AS valid
FROM plasticc_classify_query(plasticc_model('source', 1), $$SELECT object_id, features FROM objects, models
    WHERE source_of(plasticc_classify(model, '{1,2,3}')) = version::text$$);
RESET plasticc.model_cache_size;
SELECT bool_and(a.probabilities = b.probabilities) AS same
FROM plasticc_classify_query(plasticc_model('source', 1), 'SELECT object_id, features FROM objects') AS a
JOIN plasticc_classify_query(plasticc_model('source', 1), $$SELECT object_id, features FROM objects WHERE plasticc_classify('m', features) IS NOT NULL$$) AS b USING (object_id);
\set VERBOSITY sqlstate
SET plasticc.model_cache_size = '-1';		-- whose message differs between minor releases of the server
\set VERBOSITY default
SHOW plasticc.model_cache_size;

DEALLOCATE ALL;
REVOKE USAGE ON SCHEMA public FROM regress_outsider;
DROP ROLE regress_outsider;
DROP FUNCTION kept, source_of;
DROP TABLE objects, answers, models;
TRUNCATE plasticc_models, plasticc_training_log;
