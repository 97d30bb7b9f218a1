--
-- CALL plasticc_train
--
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target, i % 5 AS fold, 1 + i % 2 AS weight,
       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, 3 * (i % 3 / 2) + hashint4(-i) / 4e9, hashint4(i + 7) / 4e9,
             CASE WHEN i % 7 > 0 THEN i % 3 END, 1]::real[] AS features
FROM generate_series(1, 300) AS i;

-- messages (losses and times are in the details, which terse omits)
\set VERBOSITY terse
CALL plasticc_train('m', 'SELECT object_id, features, target FROM objects ORDER BY object_id',
    '{"networks": 1, "trees": 0, "layers": [16], "epochs": 30, "batch_size": 20, "dropout": 0, "learning_rate": 0.01,
      "validation_fraction": 0.2, "report_interval": 1000}');
\set VERBOSITY default
SET client_min_messages = warning;

-- the results: a trained model and a log
SELECT name, version, classes, feature_names, created_at <= clock_timestamp() AS created,
       metrics - '{training_loss,validation_loss,training_curve,best_epoch,elapsed_seconds,validation}'::text[] AS metrics,
       (metrics ->> 'validation_loss')::float8 < 0.4 AS learnt,
       (metrics #>> '{validation,objects}')::int AS held_out,
       (metrics #>> '{validation,log_loss}')::float8 < 0.4 AS log_loss,
       (metrics #>> '{validation,accuracy}')::float8 > 0.8 AS accuracy,
       ARRAY(SELECT jsonb_object_keys(metrics #> '{validation,recall}')) AS recall,
       (metrics ->> 'best_epoch')::int BETWEEN 1 AND 30 AS best, (metrics ->> 'elapsed_seconds')::float8 > 0 AS elapsed
FROM plasticc_models;
SELECT count(*), min(epoch), max(epoch), bool_and(training_loss > 0 AND validation_loss > 0 AND learning_rate > 0) AS losses,
       abs(min(l.validation_loss) - (SELECT (metrics ->> 'validation_loss')::float8 FROM plasticc_models)) < 1e-6 AS best,
       bool_and(elapsed > interval '0') AS elapsed
FROM plasticc_training_log AS l WHERE name = 'm' AND version = 1;
SELECT plasticc_log_loss(target, plasticc_classify('m', features), '{15,42,90}') < 0.4 AS learnt FROM objects;
-- options are stored including defaults
SELECT (SELECT count(*) FROM jsonb_object_keys(options)) = (SELECT count(*) FROM plasticc_training_options() WHERE default_value <> 'null') AS complete,
       options -> 'layers' AS layers, options ->> 'preset' AS preset, options ->> 'optimizer' AS optimizer FROM plasticc_models;

-- the same seed gives the same bytes, a different seed or order different ones
CREATE FUNCTION trained(suffix text, options jsonb) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    CALL plasticc_train('t', 'SELECT features, target FROM objects ' || suffix, '{"trees": 0, "layers": [8], "epochs": 2, "batch_size": 20}' || options);
    RETURN plasticc_model('t');
END $$;
SELECT trained('ORDER BY object_id', '{}') = trained('ORDER BY object_id', '{}') AS same,
       trained('ORDER BY object_id', '{}') = trained('ORDER BY object_id', '{"seed": 1}') AS other_seed,
       trained('ORDER BY object_id', '{}') = trained('ORDER BY object_id DESC', '{}') AS other_order;
SELECT array_agg(version ORDER BY version) AS versions FROM plasticc_models WHERE name = 't';

-- weights of 1 equal no weights, and double precision[] equals real[]
CALL plasticc_train('w', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 2}');
CALL plasticc_train('w', 'SELECT features, target, 1 AS weight FROM objects', '{"trees": 0, "layers": [4], "epochs": 2}');
CALL plasticc_train('w', 'SELECT features, target, weight FROM objects', '{"trees": 0, "layers": [4], "epochs": 2}');
CALL plasticc_train('w', 'SELECT features::float8[] AS features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 2}');
SELECT plasticc_model('w', 1) = plasticc_model('w', 2) AS ones, plasticc_model('w', 1) = plasticc_model('w', 3) AS others,
       plasticc_model('w', 1) = plasticc_model('w', 4) AS doubles;

-- columns of every accepted type, in any order
CREATE DOMAIN feature_list AS double precision[];
CREATE FUNCTION train_on(query text, options jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    CALL plasticc_train('q', query, '{"trees": 0, "layers": [4], "epochs": 1, "batch_size": 20}' || options);
    RETURN (SELECT jsonb_build_object('held_out', metrics #> '{validation,objects}')
            || metrics - '{training_loss,elapsed_seconds,validation_loss,training_curve,best_epoch,epochs,validation}'::text[] FROM plasticc_models WHERE name = 'q' ORDER BY version DESC LIMIT 1);
END $$;
SELECT train_on('SELECT target::smallint, features::feature_list, fold::smallint, weight::numeric, object_id::smallint FROM objects');
SELECT train_on('SELECT weight::real, fold::bigint, features::float8[], target::bigint, object_id::bigint FROM objects', '{"validation_fold": 3}');
SELECT train_on('SELECT weight::float8, fold, features, target, object_id FROM objects', '{"validation_fraction": 0.25}');
SELECT train_on('TABLE objects', '{"validation_fold": 0, "validation_fraction": 0.5}');
SELECT train_on('WITH o AS (SELECT features, target FROM objects) SELECT * FROM o');
-- a fraction of less than half an object holds out none
SELECT train_on('SELECT features, target FROM objects', '{"validation_fraction": 0.001}') -> 'held_out' AS held_out;
-- infinite values are missing values
SELECT count(DISTINCT model) AS models FROM (
    SELECT trained('', '{}') AS model UNION ALL
    SELECT trained('WHERE false UNION ALL SELECT array_replace(features, NULL, ''Infinity''), target FROM objects', '{}')) AS m;

-- the log is committed as it goes, unless in a transaction block
SELECT count(DISTINCT xmin::text) > 1 AS committed FROM plasticc_training_log WHERE name = 'm';
BEGIN;
CALL plasticc_train('block', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 2}');
CALL plasticc_train('block', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 2}');
SELECT version FROM plasticc_models WHERE name = 'block' ORDER BY 1;
ROLLBACK;
SELECT count(*) FROM plasticc_models WHERE name = 'block';
SELECT count(*) FROM plasticc_training_log WHERE name = 'block';
-- inside an exception block, where a commit is not possible, and from a procedure, where it is
DO $$
BEGIN
    BEGIN
        CALL plasticc_train('handled', 'SELECT features, target FROM objects', '{"layers": [4], "networks": 1, "trees": 0, "epochs": 2}');
        RAISE 'undo';
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    CALL plasticc_train('plain', 'SELECT features, target FROM objects', '{"layers": [4], "networks": 1, "trees": 0, "epochs": 2}');
    RAISE 'too late';
END $$;
SELECT name, count(*) AS epochs FROM plasticc_training_log WHERE name IN ('handled', 'plain') GROUP BY 1;

-- a training that fails leaves no model, keeps the epochs already logged, and releases the name
CALL plasticc_train('wild', 'SELECT ARRAY[features[1]] AS features, target FROM objects',
    '{"trees": 0, "layers": [], "epochs": 500, "batch_size": 2, "optimizer": "sgd", "momentum": 0.9999, "learning_rate": 100, "weight_decay": 10, "schedule": "constant", "normalisation": "zscore"}');
\set VERBOSITY terse
SET statement_timeout = '1s';
CALL plasticc_train('long', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [64], "epochs": 100000}');
RESET statement_timeout;
\set VERBOSITY default
SELECT count(*) > 0 AS logged FROM plasticc_training_log WHERE name = 'long' AND version = 1;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON plasticc_models FOR EACH ROW EXECUTE FUNCTION refuse();
CALL plasticc_train('refused', 'SELECT features, target FROM objects', '{"layers": [4], "networks": 1, "trees": 0, "epochs": 20}');
DROP TRIGGER refuse ON plasticc_models;
SELECT count(*) AS logged FROM plasticc_training_log WHERE name = 'refused';
SELECT count(*) AS models FROM plasticc_models WHERE name IN ('long', 'wild', 'refused');
SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'advisory';
CALL plasticc_train('long', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 1}');
SELECT name, version FROM plasticc_models WHERE name = 'long';

-- wrong arguments
CALL plasticc_train(NULL, 'SELECT features, target FROM objects');
CALL plasticc_train('', 'SELECT features, target FROM objects');
CALL plasticc_train(repeat('x', 1001), 'SELECT features, target FROM objects');
CALL plasticc_train('e', NULL);
CALL plasticc_train('e', ' ');
CALL plasticc_train('e', 'SELEKT');
CALL plasticc_train('e', 'CREATE TABLE never (i int)');
CALL plasticc_train('e', 'INSERT INTO objects SELECT * FROM objects');
CALL plasticc_train('e', 'SELECT features, target FROM objects; SELECT 1');
-- wrong columns
CALL plasticc_train('e', 'SELECT target FROM objects');
CALL plasticc_train('e', 'SELECT features FROM objects');
CALL plasticc_train('e', 'SELECT features, target, weight AS wieght FROM objects');
CALL plasticc_train('e', 'SELECT features, target, target FROM objects');
CALL plasticc_train('e', 'SELECT features::text, target FROM objects');
CALL plasticc_train('e', 'SELECT features, target::numeric FROM objects');
CALL plasticc_train('e', 'SELECT features, target, weight::text FROM objects');
CALL plasticc_train('e', 'SELECT features, target, fold::numeric FROM objects');
-- wrong rows
CALL plasticc_train('e', 'SELECT features, target FROM objects WHERE false');
CALL plasticc_train('e', 'SELECT features, 15 AS target FROM objects');
CALL plasticc_train('e', 'SELECT object_id, features, nullif(object_id, 7) AS target FROM objects ORDER BY 1');
CALL plasticc_train('e', 'SELECT nullif(object_id, 7) AS object_id, features, nullif(object_id, 7) AS target FROM objects ORDER BY 1 NULLS FIRST');
CALL plasticc_train('e', 'SELECT features, nullif(target, 90) AS target FROM (SELECT * FROM objects ORDER BY object_id) o');
CALL plasticc_train('e', 'SELECT object_id, CASE WHEN object_id <> 8 THEN features END AS features, target FROM objects ORDER BY 1');
CALL plasticc_train('e', 'SELECT object_id, CASE WHEN object_id = 8 THEN features[1:2] ELSE features END AS features, target FROM objects ORDER BY 1');
CALL plasticc_train('e', 'SELECT object_id, ''{}''::real[] AS features, target FROM objects ORDER BY 1');
CALL plasticc_train('e', 'SELECT object_id, ARRAY[features] AS features, target FROM objects ORDER BY 1');
CALL plasticc_train('e', 'SELECT array_fill(0::real, ARRAY[65537]) AS features, target FROM objects ORDER BY object_id');
CALL plasticc_train('e', 'SELECT object_id, features, target * 100000000::bigint AS target FROM objects ORDER BY 1');
CALL plasticc_train('e', 'SELECT features, i AS target FROM objects, generate_series(1, 1025) AS i WHERE object_id = 1');
CALL plasticc_train('e', 'SELECT object_id, features, target, object_id - 9 AS weight FROM objects ORDER BY object_id DESC');
CALL plasticc_train('e', 'SELECT object_id, features, target, 1e39::numeric AS weight FROM objects ORDER BY object_id');
CALL plasticc_train('e', 'SELECT object_id, features, target, ''NaN''::numeric AS weight FROM objects ORDER BY object_id');
CALL plasticc_train('e', 'SELECT object_id, features, target, nullif(object_id, 3) AS weight FROM objects ORDER BY object_id');
CALL plasticc_train('e', 'SELECT object_id, features, target, nullif(object_id, 3) AS fold FROM objects ORDER BY object_id');
CALL plasticc_train('e', 'SELECT features, target FROM objects', '{"validation_fold": 1}');
CALL plasticc_train('e', 'SELECT features, target, fold FROM objects', '{"validation_fold": 5}');
CALL plasticc_train('e', 'SELECT features, target, target AS fold FROM objects', '{"validation_fold": 42}');
CALL plasticc_train('e', 'SELECT features, target, 1 / (object_id - 200) AS weight FROM objects');
CALL plasticc_train('e', 'SELECT object_id, features, target * -1000000000::bigint AS target FROM objects ORDER BY 1');
-- no version is left
INSERT INTO plasticc_models (name, version, classes, options, metrics, model) SELECT 'last', 2147483647, classes, options, metrics, model FROM plasticc_models LIMIT 1;
CALL plasticc_train('last', 'SELECT features, target FROM objects');
DELETE FROM plasticc_models WHERE name = 'last';
-- wrong options; the hint for an unknown option lists all options
CREATE FUNCTION refusal(options jsonb, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    CALL plasticc_train('e', 'SELECT 1', options);
EXCEPTION WHEN invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    hint := replace(hint, (SELECT string_agg(o.name, ', ') FROM plasticc_training_options() AS o), '(all)');
    hint := regexp_replace(hint, 'one of .*', 'one of (all)');
END $$;
\pset format unaligned
SELECT left(o::text, 60) AS options, r.* FROM (VALUES
    ('[]'::jsonb),
    ('{"learning_rat": 1}'::jsonb),
    ('{"colour": "blue"}'::jsonb),
    ('{"epochs": -1}'::jsonb),
    ('{"epochs": 2.5}'::jsonb),
    ('{"epochs": "10"}'::jsonb),
    ('{"epoch": 5}'::jsonb),
    ('{"seed": 9007199254740992}'::jsonb),
    ('{"report_interval": -0.5}'::jsonb),
    ('{"learning_rate": 1e500}'::jsonb),
    ('{"layers": 16}'::jsonb),
    ('{"layers": [16, "a"]}'::jsonb),
    ('{"layers": [[16]]}'::jsonb),
    ('{"layers": {"16": 16}}'::jsonb),
    (jsonb_build_object('layers', array_fill(4, ARRAY[40]))),
    ('{"dropout": "much"}'::jsonb),
    ('{"dropout": 1}'::jsonb),
    ('{"dropout": []}'::jsonb),
    ('{"dropout": [0.1, 0.2], "layers": [4, 4, 4]}'::jsonb),
    ('{"activation": "cubic"}'::jsonb),
    ('{"activation": 1}'::jsonb),
    ('{"preset": "best"}'::jsonb),
    ('{"class_weights": [1, 2]}'::jsonb),
    ('{"class_weights": {"90": "2"}}'::jsonb),
    ('{"class_weights": {"90": -1}}'::jsonb),
    ('{"survey_features": [1]}'::jsonb),
    ('{"survey_features": [3, 1, 1, 1, 1, 1, 1, 1, 1], "survey_query": "SELECT 1"}'::jsonb),
    ('{"survey_query": 1}'::jsonb),
    ('{"feature_names": "a"}'::jsonb),
    ('{"feature_names": [1]}'::jsonb)) AS v(o), refusal(o) AS r;
\pset format aligned
CALL plasticc_train('e', 'SELECT features, target FROM objects', '{"feature_names": ["a", "b"]}');
SELECT count(*) AS models FROM plasticc_models WHERE name = 'e';
SELECT count(*) AS epochs FROM plasticc_training_log WHERE name = 'e';

-- the table of options
SELECT name, reference_value FROM plasticc_training_options() WHERE name IN ('preset', 'layers', 'epochs', 'batch_size', 'feature_names') ORDER BY name;
SELECT count(*) AS incomplete FROM plasticc_training_options() WHERE name = '' OR type = '' OR range = '' OR default_value = '' OR reference_value = '' OR description = ''
    OR num_nulls(name, type, range, default_value, reference_value, description) > 0;
-- a preset sets the defaults of all other options, wherever it is listed
CALL plasticc_train('p', 'SELECT features, target FROM objects', '{"trees": 0, "epochs": 1, "layers": [4], "preset": "reference", "class_weights": {"15": 3}, "dropout": [0.1]}');
SELECT options -> 'preset' AS preset, options -> 'epochs' AS epochs, options -> 'layers' AS layers, options -> 'batch_size' AS batch_size,
       options -> 'activation' AS activation, options -> 'class_weights' AS class_weights, options -> 'dropout' AS dropout FROM plasticc_models WHERE name = 'p';
CALL plasticc_train('p', 'SELECT features, target FROM objects WHERE object_id < 50', NULL);
SELECT m.version, count(*) FILTER (WHERE m.options -> o.name <> o.default_value::jsonb) AS not_default
FROM plasticc_models AS m, plasticc_training_options() AS o WHERE m.name = 'p' AND o.name IN ('preset', 'epochs', 'layers', 'batch_size') GROUP BY 1 ORDER BY 1;

-- null is the default of every option
SELECT jsonb_object_agg(name, NULL) || '{"layers": [4], "epochs": 2, "report_interval": 0.25}' AS nulls
FROM plasticc_option_catalog() WHERE procedure = 'plasticc_train' \gset
CALL plasticc_train('n', 'SELECT features, target FROM objects ORDER BY object_id', '{"layers": [4], "epochs": 2, "report_interval": 0.25}');
CALL plasticc_train('n', 'SELECT features, target FROM objects ORDER BY object_id', :'nulls');
SELECT plasticc_model('n', 1) = plasticc_model('n', 2) AS same;
-- what a model stores of its options
SELECT plasticc_model_info(plasticc_model('n', 1)) -> 'options' = options AS same,
       options ->> 'seed' AS seed, options ->> 'epsilon' AS epsilon FROM plasticc_models WHERE name = 'n' AND version = 1;

-- options of all procedures
SELECT procedure, count(*), count(DISTINCT name) AS names, bool_and(type <> '' AND range <> '' AND length(description) > 3) AS described,
       bool_and(default_value::jsonb IS NOT NULL) AS defaults
FROM plasticc_option_catalog() GROUP BY 1 ORDER BY 1;
SELECT count(*) AS different FROM plasticc_training_options() AS t
FULL JOIN (SELECT * FROM plasticc_option_catalog() WHERE procedure = 'plasticc_cross_validate') AS c USING (name, type, range, default_value, description)
WHERE t.reference_value IS NULL OR c.procedure IS NULL;
SELECT * FROM plasticc_option_catalog() WHERE procedure = 'plasticc_predict';

-- privileges, and user objects with conflicting names
CREATE ROLE regress_plasticc_user;
GRANT SELECT ON objects TO regress_plasticc_user;
SET ROLE regress_plasticc_user;
CALL plasticc_train('u', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 1}');
SELECT plasticc_model('m') IS NULL;
RESET ROLE;
GRANT SELECT, INSERT ON plasticc_models, plasticc_training_log TO regress_plasticc_user;
REVOKE SELECT ON objects FROM regress_plasticc_user;
SET ROLE regress_plasticc_user;
CALL plasticc_train('u', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 1}');
RESET ROLE;
GRANT SELECT ON objects TO regress_plasticc_user;
CREATE SCHEMA hostile;
GRANT ALL ON SCHEMA hostile TO regress_plasticc_user;
SET ROLE regress_plasticc_user;
CREATE TABLE hostile.plasticc_models (name text, version integer, model bytea);
CREATE TABLE hostile.plasticc_training_log (name text);
CREATE FUNCTION hostile.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE FUNCTION hostile.trap(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR hostile.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = hostile.trap);
CREATE AGGREGATE hostile.max(integer) (SFUNC = int4mi, STYPE = integer);
SET search_path = hostile, pg_catalog, public;
SELECT 'a'::text = 'b'::text;
CALL plasticc_train('u', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 1}');
CALL plasticc_train('u', 'SELECT features, target FROM objects', '{"trees": 0, "layers": [4], "epochs": 1}');
SELECT version FROM public.plasticc_models WHERE name OPERATOR(pg_catalog.=) 'u' ORDER BY 1;
SELECT length(plasticc_model('u')) > 0 AS newest, length(plasticc_model('u', 1)) > 0 AS given,
       array_length(plasticc_classify('u', '{1,2,3,4,5}'), 1) AS classes;
SELECT plasticc_model('u', 3);
RESET search_path;
RESET ROLE;

-- without a table of the extension
BEGIN;
ALTER TABLE plasticc_training_log RENAME TO moved;
CALL plasticc_train('m', 'SELECT features, target FROM objects');
ROLLBACK;

-- in a read-only transaction
BEGIN READ ONLY;
CALL plasticc_train('m', 'SELECT features, target FROM objects');
ROLLBACK;

DROP SCHEMA hostile CASCADE;
REVOKE ALL ON plasticc_models, plasticc_training_log FROM regress_plasticc_user;
DROP TABLE objects;
DROP ROLE regress_plasticc_user;
DROP FUNCTION trained, train_on, refuse, refusal;
DROP DOMAIN feature_list;
TRUNCATE plasticc_models, plasticc_training_log;
