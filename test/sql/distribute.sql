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
