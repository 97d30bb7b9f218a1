-- plasticc_distribute with stand-ins for Citus: the functions and catalogs that it uses, with the
-- signatures of Citus 13.2.  Citus itself is not run.
\set SHOW_CONTEXT never

CREATE TABLE observations (object_id bigint, mjd double precision);
CREATE SCHEMA "My Survey";
CREATE TABLE "My Survey"."Features" (object_id bigint PRIMARY KEY, features real[]);
CREATE TABLE predictions (object_id bigint PRIMARY KEY, probabilities real[]);

-- without Citus
SELECT * FROM plasticc_distribute('{observations}');

BEGIN;
CREATE SCHEMA citus;
CREATE TYPE citus.distribution_type AS ENUM ('hash', 'range', 'append');
CREATE TABLE citus.pg_dist_partition (
    logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL, partkey text, colocationid integer NOT NULL, repmodel "char" NOT NULL);
CREATE TABLE citus.pg_dist_object (classid oid, objid oid);
ALTER TABLE citus.pg_dist_partition SET SCHEMA pg_catalog;
ALTER TABLE citus.pg_dist_object SET SCHEMA pg_catalog;
GRANT SELECT, INSERT ON pg_catalog.pg_dist_partition TO PUBLIC;		-- SELECT as Citus does; INSERT for these stand-ins
GRANT SELECT ON pg_catalog.pg_dist_object TO PUBLIC;
CREATE FUNCTION pg_catalog.column_to_column_name(table_name regclass, column_var_text text) RETURNS text
    LANGUAGE sql STRICT AS 'SELECT column_var_text';
CREATE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql STRICT AS $$
BEGIN
    IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = table_name), 'USAGE') THEN
        RAISE EXCEPTION 'must be owner of table %', table_name;
    END IF;
    RAISE NOTICE 'create_reference_table(%)', table_name;
    INSERT INTO pg_dist_partition VALUES (table_name, 'n', NULL, 1, 't');
END $$;
CREATE FUNCTION pg_catalog.create_distributed_table(
    table_name regclass, distribution_column text, distribution_type citus.distribution_type DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = table_name), 'USAGE') THEN
        RAISE EXCEPTION 'must be owner of table %', table_name;
    END IF;
    RAISE NOTICE 'create_distributed_table(%, %, %, %)', table_name, distribution_column, distribution_type, colocate_with;
    INSERT INTO pg_dist_partition
    SELECT table_name, 'h', distribution_column,
           coalesce((SELECT colocationid FROM pg_dist_partition WHERE logicalrelid = to_regclass(nullif(colocate_with, 'default'))),
                    CASE WHEN shard_count IS NULL THEN 2 ELSE 3 END), 's';
END $$;

-- created before Citus: workers do not have the extension
SELECT * FROM plasticc_distribute();
INSERT INTO pg_dist_object SELECT 'pg_extension'::regclass, oid FROM pg_extension WHERE extname = 'plasticc';

-- a second call does nothing
SELECT * FROM plasticc_distribute(ARRAY['observations', '"My Survey"."Features"']::regclass[]);
SELECT * FROM plasticc_distribute(ARRAY['observations', '"My Survey"."Features"']::regclass[]);

-- a new table joins those already distributed, even if it is named before them
SELECT * FROM plasticc_distribute(ARRAY['predictions', '"My Survey"."Features"']::regclass[], models => false);
SELECT * FROM pg_dist_partition ORDER BY logicalrelid::text COLLATE "C";

-- errors are raised before anything is changed
CREATE TABLE other (id bigint, object_id bigint);
CREATE TABLE third (object_id bigint);
SAVEPOINT before;
SELECT * FROM plasticc_distribute('{third,observations}', 'id');
ROLLBACK TO before;
SELECT * FROM plasticc_distribute('{third,plasticc_models}');
ROLLBACK TO before;
SELECT create_distributed_table('other', 'object_id', shard_count => 8);
SELECT * FROM plasticc_distribute('{third,observations,other}');
ROLLBACK TO before;

-- table owners without other privileges
CREATE ROLE regress_plasticc_owner;
ALTER TABLE third OWNER TO regress_plasticc_owner;
SET ROLE regress_plasticc_owner;
SELECT * FROM plasticc_distribute('{third}');
SAVEPOINT owner;
SELECT * FROM plasticc_distribute('{third,other}');
ROLLBACK TO owner;

-- a hostile search path has no effect
RESET ROLE;
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$SELECT 'hostile'$$;
CREATE FUNCTION hostile.differs(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR hostile.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.differs);
SET LOCAL search_path = hostile, pg_catalog, public;
SELECT * FROM plasticc_distribute('{observations,other}');
RESET search_path;

-- the extension's schema has been renamed, and its name given to another one
DELETE FROM pg_dist_partition;
ALTER SCHEMA public RENAME TO renamed;
CREATE SCHEMA public;
CREATE TABLE public.plasticc_models ();
SELECT * FROM renamed.plasticc_distribute();
ROLLBACK;

DROP SCHEMA "My Survey" CASCADE;
DROP TABLE observations, predictions;

-- plasticc_predict where the rows of an object lie together: the statements that Citus would send to the shards classify here,
-- all objects of a chunk at the same time.
SET client_min_messages = warning;
CREATE SCHEMA shards;
SET search_path = shards, public;
CREATE TABLE pg_dist_partition (
    logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL, partkey text, colocationid integer NOT NULL, repmodel "char" NOT NULL);
ALTER TABLE pg_dist_partition SET SCHEMA pg_catalog;
GRANT SELECT ON pg_catalog.pg_dist_partition TO PUBLIC;
CREATE FUNCTION pg_catalog.column_to_column_name(table_name regclass, column_var_text text) RETURNS text
    LANGUAGE sql STRICT AS 'SELECT column_var_text';

CREATE TABLE curves AS
SELECT object_id, target, lightcurve
FROM plasticc_simulate_objects(60, 3)
JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
      FROM plasticc_simulate_observations(60, 3) GROUP BY object_id) AS c USING (object_id);
SELECT plasticc_create_feature_table('whole'), plasticc_create_feature_table('nights');
CALL plasticc_extract('curves', 'whole', '{"feature_set": "simple"}');
CREATE VIEW two_days AS SELECT object_id, plasticc_truncate(lightcurve, 2) AS lightcurve FROM curves;
CALL plasticc_extract('two_days', 'nights', '{"feature_set": "simple"}');
INSERT INTO whole VALUES (1001, NULL, NULL, 0, now());
CALL plasticc_train('m', 'SELECT features, target FROM whole JOIN curves USING (object_id) ORDER BY object_id',
    '{"layers": [8], "epochs": 2, "networks": 2, "trees": 2}');

-- predictions of both kinds made by the session and its workers from tables that do not lie together, and made where they lie
SELECT plasticc_create_prediction_table('apart'), plasticc_create_prediction_table('apart_track', history => true),
       plasticc_create_prediction_table('together'), plasticc_create_prediction_table('together_track', history => true);
INSERT INTO pg_dist_partition VALUES ('plasticc_models', 'n', NULL, 1, 't');
INSERT INTO pg_dist_partition
SELECT relation, 'h', 'object_id', 2, 's' FROM unnest('{whole,nights,together,together_track}'::regclass[]) AS relation;
CREATE VIEW comparison AS
SELECT kind, model, version, count(t.object_id) AS objects, count(*) FILTER (WHERE a.object_id IS NULL OR t.object_id IS NULL) AS of_one_alone,
       count(*) FILTER (WHERE (SELECT max(abs(x - y)) FROM unnest(a.probabilities, t.probabilities) AS u(x, y)) > 1e-6) AS different,
       count(*) FILTER (WHERE t.probabilities = plasticc_classify(plasticc_model(model, version), coalesce(w.features, n.features))) AS by_classify,
       count(DISTINCT a.predicted_at) > count(DISTINCT t.predicted_at) AS apart, count(DISTINCT t.predicted_at) AS chunks
FROM (SELECT 'latest' AS kind, * FROM apart UNION ALL SELECT 'track', * FROM apart_track) AS a
FULL JOIN (SELECT 'latest' AS kind, * FROM together UNION ALL SELECT 'track', * FROM together_track) AS t
    USING (kind, object_id, model, version, features_at)
LEFT JOIN whole AS w ON w.object_id = t.object_id AND w.extracted_at = features_at
LEFT JOIN nights AS n ON n.object_id = t.object_id AND n.extracted_at = features_at
GROUP BY kind, model, version ORDER BY kind, model, version;
CALL plasticc_predict('m', 'whole', 'apart', '{"chunk_objects": 25, "workers": 2}');
CALL plasticc_predict('m', 'whole', 'apart_track', '{"chunk_objects": 25, "workers": 0}');
CALL plasticc_predict('m', 'whole', 'together', '{"chunk_objects": 25, "workers": 2}');
CALL plasticc_predict('m', 'whole', 'together_track', '{"chunk_objects": 25, "workers": 0}');
SELECT * FROM comparison;
-- nothing is left to do; new features, and another version, in a block
CREATE TABLE before AS SELECT * FROM together;
CALL plasticc_predict('m', 'whole', 'together');
SELECT count(*) AS untouched FROM together JOIN before USING (object_id, predicted_at);
UPDATE whole SET features = features[1:10] || 1::real || features[12:], extracted_at = extracted_at + '1 h' WHERE object_id <= 10;
CALL plasticc_predict('m', 'whole', 'apart');
CALL plasticc_predict('m', 'whole', 'together');
SELECT * FROM comparison WHERE kind = 'latest';
SELECT count(*) AS untouched FROM together JOIN before USING (object_id, predicted_at);
CALL plasticc_train('m', 'SELECT features, target FROM whole JOIN curves USING (object_id) ORDER BY object_id',
    '{"layers": [8], "epochs": 2, "networks": 2, "trees": 2, "seed": 1}');
BEGIN;
CALL plasticc_predict('m', 'whole', 'apart');
CALL plasticc_predict('m', 'whole', 'together');
CALL plasticc_predict('m', 'whole', 'apart_track');
CALL plasticc_predict('m', 'whole', 'together_track');
COMMIT;
CALL plasticc_predict('m', 'whole', 'apart_track', '{"version": 1}');
CALL plasticc_predict('m', 'whole', 'together_track', '{"version": 1}');
SELECT kind, version, objects, of_one_alone, different FROM comparison;

-- the same warning of early objects, where arrays do not begin with 1 and values are missing, too
SELECT array_position(plasticc_feature_names('simple'), 'detection_span') AS span \gset
UPDATE nights SET features = ('[-3:' || cardinality(features) - 4 || ']=' || features::text)::real[] WHERE object_id % 3 = 0;
UPDATE nights SET features[:span] = NULL WHERE object_id = 1;
UPDATE nights SET features[:span] = 'Infinity' WHERE object_id = 2;
UPDATE nights SET features[:span] = '-Infinity' WHERE object_id = 4;
UPDATE nights SET features[:span] = 'NaN' WHERE object_id = 5;
CALL plasticc_predict('m', 'nights', 'apart', '{"chunk_objects": 25}');
CALL plasticc_predict('m', 'nights', 'together', '{"chunk_objects": 25}');
SELECT * FROM comparison WHERE kind = 'latest';

-- the same errors of features that are not the model's
UPDATE nights SET features = features[1:5], extracted_at = extracted_at + '1 h' WHERE object_id = 7;
CALL plasticc_predict('m', 'nights', 'apart');
CALL plasticc_predict('m', 'nights', 'together');
UPDATE nights SET features = '{{1},{2}}' WHERE object_id = 7;
CALL plasticc_predict('m', 'nights', 'apart');
CALL plasticc_predict('m', 'nights', 'together');
UPDATE nights SET features = '{}' WHERE object_id = 7;
CALL plasticc_predict('m', 'nights', 'together');
-- of a version that is deleted while it classifies
CALL plasticc_train('gone', 'SELECT features, target FROM whole JOIN curves USING (object_id)', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN DELETE FROM plasticc_models WHERE name = 'gone'; RETURN NULL; END$$;
CREATE TRIGGER forget AFTER INSERT ON together EXECUTE FUNCTION forget();
CALL plasticc_predict('gone', 'whole', 'together', '{"chunk_objects": 25, "workers": 0}');
DROP TRIGGER forget ON together;
SELECT count(*) FROM together WHERE model = 'gone';

-- other types, names and collations, double precision, no times, an empty search path
CREATE TABLE "Odd ""ones""" AS
SELECT object_id::text COLLATE "C" AS "Id", array_agg(f::double precision ORDER BY i) AS "Values"
FROM whole, unnest(features) WITH ORDINALITY AS u(f, i) GROUP BY object_id;
SELECT plasticc_create_prediction_table('odd', object_id_type => 'varchar');
INSERT INTO pg_dist_partition VALUES ('"Odd ""ones"""', 'h', 'Id', 3, 's'), ('odd', 'h', 'object_id', 3, 's');
SET search_path = '';
CALL public.plasticc_predict('m', 'shards."Odd ""ones"""', 'shards.odd', '{"object_id": "Id", "features": "Values"}');
SET search_path = shards, public;
SELECT count(*) AS objects, count(DISTINCT o.predicted_at) AS chunks, bool_and(o.probabilities = plasticc_classify(plasticc_model('m'), w.features)) AS same, min(o.features_at)
FROM odd AS o JOIN whole AS w ON w.object_id::text = o.object_id;

-- rights and policies are those of the caller
BEGIN;
CREATE ROLE regress_plasticc_shards;
GRANT USAGE ON SCHEMA shards TO regress_plasticc_shards;
GRANT SELECT ON whole TO regress_plasticc_shards;
GRANT SELECT, INSERT, UPDATE ON together TO regress_plasticc_shards;
ALTER TABLE whole ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON whole USING (object_id <= 20);
TRUNCATE together;
SAVEPOINT granted;
SET ROLE regress_plasticc_shards;
CALL plasticc_predict('m', 'whole', 'together');
ROLLBACK TO granted;
GRANT SELECT ON plasticc_models TO regress_plasticc_shards;
SET ROLE regress_plasticc_shards;
CALL plasticc_predict('m', 'whole', 'together');
RESET ROLE;
SELECT count(*) AS objects, max(object_id) <= 20 AS few, count(DISTINCT predicted_at) AS chunks FROM together;
ROLLBACK;

-- the other way where something is missing: the models' copies, the column, the co-location
CREATE FUNCTION chunks(change text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    TRUNCATE together;
    EXECUTE change;
    CALL plasticc_predict('m', 'whole', 'together');
    SELECT count(DISTINCT predicted_at) INTO n FROM together;
    RAISE EXCEPTION USING ERRCODE = 'Y0000', MESSAGE = n;
EXCEPTION WHEN SQLSTATE 'Y0000' THEN
    RETURN SQLERRM::bigint;
END $$;
SELECT change, chunks(change) > 1 AS apart
FROM (VALUES (1, 'SELECT'),
    (2, $$UPDATE pg_dist_partition SET repmodel = 's' WHERE logicalrelid = 'plasticc_models'::regclass$$),
    (3, $$DELETE FROM pg_dist_partition WHERE logicalrelid = 'plasticc_models'::regclass$$),
    (4, $$UPDATE pg_dist_partition SET partkey = 'n_rows' WHERE logicalrelid = 'whole'::regclass$$),
    (5, $$UPDATE pg_dist_partition SET partkey = 'version' WHERE logicalrelid = 'together'::regclass$$),
    (6, $$UPDATE pg_dist_partition SET colocationid = 3 WHERE logicalrelid = 'together'::regclass$$),
    (7, $$UPDATE pg_dist_partition SET partmethod = 'a' WHERE logicalrelid IN ('whole'::regclass, 'together'::regclass)$$),
    (8, $$DELETE FROM pg_dist_partition WHERE logicalrelid = 'whole'::regclass$$)) AS v(i, change)
ORDER BY i;

DROP SCHEMA shards CASCADE;
DROP TABLE pg_catalog.pg_dist_partition;
DROP FUNCTION pg_catalog.column_to_column_name(regclass, text);
TRUNCATE plasticc_models, plasticc_training_log;
