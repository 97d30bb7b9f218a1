-- Nothing that other roles create is called by the extension: functions, procedures, operators, types and tables of every
-- name that it uses or has, in its own schema and in one that comes before it and before pg_catalog in the search_path.
-- (Casts belong to types of those who create them, and meet none of the extension's.)

\set values `echo "${PG_ABS_SRCDIR:-test}/calls/values.sql"`
\set ECHO none
SET client_min_messages = warning;
\o /dev/null
\i :values
\o
\set ECHO all

-- The usual call of every function, with qualified names, and its outcome before anything is planted.
UPDATE arguments SET usual = replace(replace(replace(usual, 'plasticc_model(''m'')', 'public.plasticc_model(''m''::pg_catalog.text, NULL::pg_catalog.int4)'),
    'plasticc_feature_names()', 'public.plasticc_feature_names(''all''::public.plasticc_feature_set)'),
    'plasticc_feature_names(''simple''::plasticc', 'public.plasticc_feature_names(''simple''::public.plasticc');
UPDATE arguments SET usual = replace(replace(usual, '::real', '::pg_catalog.float4'), 'ARRAY[cardinality', 'ARRAY[pg_catalog.cardinality');
UPDATE arguments SET usual = replace(replace(usual, 'array_fill(', 'pg_catalog.array_fill('), '::regclass', '::pg_catalog.regclass');
UPDATE arguments SET usual = replace(replace(replace(usual, 'WHERE name = ''', 'WHERE name OPERATOR(pg_catalog.=) '''), '::float8', '::pg_catalog.float8'),
    ' || ', ' OPERATOR(pg_catalog.||) ');
UPDATE arguments SET usual = replace(usual, '2 * 15 * 4', '120');
CREATE TABLE statements AS
SELECT oid::regprocedure AS function, format(CASE prokind WHEN 'p' THEN 'CALL public.%I(%s)' WHEN 'a' THEN 'SELECT public.%I(%s) FROM pg_catalog.generate_series(1, 3)'
    ELSE 'SELECT public.%I(%s) LIMIT 100' END, proname, (
        SELECT string_agg(format('(%s)::%I.%I', usual, nspname, typname), ', ' ORDER BY ordinal)
        FROM arguments a JOIN pg_type t ON t.oid = a.type JOIN pg_namespace n ON n.oid = typnamespace WHERE a.function = m.oid)) AS statement
FROM members m WHERE NOT 'internal'::regtype = ANY (proargtypes::oid[]);
-- tables that the procedures fill, from letters and domains, into which all types of columns that they read may be put
INSERT INTO statements
SELECT NULL, format('CALL public.plasticc_extract(%L::pg_catalog.regclass, ''calls.extracted''::pg_catalog.regclass, %L::pg_catalog.jsonb)', observations, options)
FROM (VALUES ('calls.letters', '{"feature_set": "simple"}'), ('calls.letters', '{"feature_set": "simple", "metadata": "calls.hosts"}'),
    ('calls.observations', '{"feature_set": "all", "store_lightcurves": true}'),
    ('calls.stored', '{"feature_set": "simple", "lightcurve": "lightcurve", "metadata": "calls.hosts"}'),
    ('calls.letters', '{"feature_set": "simple", "survey": "rubin", "time": "JD - 2400000", "sign": "detected", "where": "flux OPERATOR(pg_catalog.<) 1e30::pg_catalog.float8"}'),
    ('calls.raw', '{"feature_set": "simple", "survey": "ztf", "zero_point": "zp", "passbands": {"u": "g"}, "time": "unix", "unmapped": "error"}'),
    ('calls.raw', '{"feature_set": "simple", "magnitude": "zp", "magnitude_err": "flux_err", "sign": "detected", "limit_magnitude": "zp"}'),
    ('calls.raw', '{"feature_set": "simple", "survey": "gaia", "limits": "calls.raw", "limit_magnitude": "zp", "invalid": "error"}')) AS v(observations, options);
CREATE DOMAIN letter AS varchar;
CREATE DOMAIN days AS float8;
CREATE DOMAIN curve AS lightcurve;
CREATE DOMAIN flag AS boolean;
CREATE TABLE letters AS SELECT object_id, mjd::days, ('{u,g,r,i,z,y}'::letter[])[passband + 1] AS passband, flux, flux_err, detected::flag FROM observations;
CREATE TABLE raw AS SELECT object_id, mjd::text::letter AS mjd, ('{u,g,r,i,z,y}'::letter[])[passband + 1] AS passband, flux::text::letter AS flux,
    flux_err::text::letter AS flux_err, detected::text::letter AS detected, '27'::letter AS zp FROM observations;
CREATE TABLE hosts AS SELECT object_id, ddf::flag, hostgal_photoz::float8::days AS hostgal_photoz, hostgal_photoz_err, distmod, mwebv FROM plasticc_simulate_objects(2);
CREATE TABLE stored AS SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected)::curve AS lightcurve FROM observations GROUP BY 1;
-- and where Citus has features and predictions in the same shards
CREATE TABLE pg_dist_partition (
    logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL, partkey text, colocationid integer NOT NULL, repmodel "char" NOT NULL);
ALTER TABLE pg_dist_partition SET SCHEMA pg_catalog;
CREATE FUNCTION pg_catalog.column_to_column_name(table_name regclass, column_var_text text) RETURNS text
    LANGUAGE sql STRICT AS 'SELECT column_var_text';
CREATE TABLE reals AS SELECT object_id, features FROM objects;
CREATE TABLE doubles AS SELECT object_id, features::float8[] FROM objects;
SELECT plasticc_create_prediction_table('calls.classified') IS NOT NULL AS created;
INSERT INTO pg_dist_partition
SELECT relation, 'h', 'object_id', 2, 's' FROM unnest('{reals,doubles,classified}'::regclass[]) AS relation
UNION ALL VALUES ('plasticc_models'::regclass, 'n', NULL, 1, 't');
INSERT INTO statements
SELECT NULL, format('CALL public.plasticc_predict(''m''::pg_catalog.text, %L::pg_catalog.regclass, ''calls.classified''::pg_catalog.regclass, ''{}''::pg_catalog.jsonb)', features)
FROM unnest('{calls.reals,calls.doubles}'::text[]) AS features;
CREATE TABLE outcomes AS SELECT row_number() OVER () AS id, *, calls.sqlstate_of(statement) AS before, NULL::text AS after, NULL::bigint AS planted FROM statements;
SELECT count(*) > 85 AS statements, count(*) FILTER (WHERE before = '00000') > 65 AS succeed,
       count(*) FILTER (WHERE before = '00000' AND statement LIKE '%classified%') AS shards FROM outcomes;

-- ---------------------------------------------------------------------
-- What a role plants that may create objects in the extension's schema and in one of its own.
-- ---------------------------------------------------------------------
CREATE ROLE regress_planter;
CREATE SCHEMA planted AUTHORIZATION regress_planter;
GRANT ALL ON SCHEMA public TO regress_planter;
GRANT USAGE ON SCHEMA calls TO regress_planter;
GRANT SELECT ON members TO regress_planter;
SET ROLE regress_planter;
-- A number that no ROLLBACK takes back says whether anything planted was called.
CREATE SEQUENCE planted.hits;
GRANT ALL ON planted.hits TO PUBLIC;
CREATE FUNCTION planted.hit() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN pg_catalog.nextval(''planted.hits''::pg_catalog.regclass) OPERATOR(pg_catalog.>) 0; END';
CREATE DOMAIN planted.a_curve AS lightcurve;
CREATE DOMAIN planted.a_number AS float8;
CREATE DOMAIN planted.a_flag AS boolean;

CREATE FUNCTION planted.plant(kind text, name text, arguments text, result text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE %s %s(%s) %s LANGUAGE plpgsql AS %L', kind, name, arguments, result, 'BEGIN PERFORM planted.hit(); '
        || CASE WHEN kind = 'PROCEDURE' THEN '' WHEN result LIKE 'RETURNS TABLE%' THEN 'RETURN; ' ELSE 'RETURN NULL; ' END || 'END');
    RETURN true;
EXCEPTION WHEN duplicate_function OR wrong_object_type OR invalid_function_definition OR feature_not_supported THEN
    RETURN false;
END $$;
-- Functions of the extension's names: the same arguments (elsewhere), fewer of them, texts, domains, any types.
SELECT count(*) > 700 AS functions FROM (
    SELECT DISTINCT m.oid, m.prokind, proname, prorettype, proretset, schema, arguments
    FROM calls.members m, unnest('{planted,public}'::text[]) AS schema, generate_series(0, pronargs) AS n, LATERAL (
        SELECT string_agg(t::regtype::text, ', ' ORDER BY i) AS exact, string_agg('text', ', ') AS texts,
            string_agg(CASE t WHEN 'lightcurve'::regtype THEN 'planted.a_curve' WHEN 'float8'::regtype THEN 'planted.a_number'
                       WHEN 'boolean'::regtype THEN 'planted.a_flag' ELSE t::regtype::text END, ', ' ORDER BY i) AS domains,
            string_agg(CASE WHEN t IN ('regclass'::regtype, 'jsonb'::regtype) OR typtype = 'e' THEN 'text' ELSE t::regtype::text END, ', ' ORDER BY i) AS literals,
            string_agg('anyelement', ', ') AS any
        FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS u(t, i) JOIN pg_type ON pg_type.oid = t WHERE i <= n) AS a,
        unnest(ARRAY[exact, texts, domains, literals, a.any, 'VARIADIC anyarray', 'VARIADIC text[]']) AS arguments
    WHERE NOT 'internal'::regtype = ANY (proargtypes::oid[])) AS p
WHERE planted.plant(CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, format('%I.%I', schema, proname), coalesce(arguments, ''),
    CASE WHEN prokind = 'p' THEN '' WHEN prorettype = 'record'::regtype THEN 'RETURNS TABLE (planted boolean)' ELSE 'RETURNS ' || prorettype::regtype END);
-- Our forms with a text are there already.
SELECT planted.plant('FUNCTION', 'public.plasticc_feature_names', 'text', 'RETURNS text[]'), planted.plant('FUNCTION', 'public.plasticc_features', 'lightcurve, text', 'RETURNS real[]');
-- Functions and operators of pg_catalog's names.
SELECT count(*) > 200 AS functions
FROM pg_proc p
WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset
    AND (proname ~ '^(to_reg|format|octet_length|length|pg_has_role|now|clock_timestamp|array_|unnest|hash|quote_|concat|lower|int|float|text|name|greatest|bool)')
    AND NOT EXISTS (SELECT FROM unnest(proargtypes::oid[]) AS u(t) JOIN pg_type ON pg_type.oid = t WHERE typtype = 'p')
    AND planted.plant('FUNCTION', format('planted.%I', proname), pg_get_function_identity_arguments(p.oid), 'RETURNS ' || prorettype::regtype);
SELECT bool_and(planted.plant('FUNCTION', 'planted.' || name, arguments, 'RETURNS ' || result)) AS planted
FROM (VALUES ('max', 'int4', 'int4'), ('min', 'int4', 'int4'), ('count', '', 'int8'), ('sum', 'int8', 'int8'), ('coalesce', 'int4, int4', 'int4'),
    ('max', 'anyelement', 'anyelement'), ('format', 'text, anyelement', 'text')) AS v(name, arguments, result);
CREATE FUNCTION planted.plant_operator(name text, l oid, r oid, result oid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM planted.plant('FUNCTION', 'planted.an_operator', concat_ws(', ', l::regtype, r::regtype), 'RETURNS boolean');
    EXECUTE format('CREATE OPERATOR planted.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = planted.an_operator)', name, l::regtype, r::regtype);
    RETURN true;
END $$;
SELECT count(*) > 100 AS operators FROM pg_operator
WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprname IN ('=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '||')
    AND oprleft::regtype::text IN ('text', 'name', 'integer', 'bigint', 'smallint', 'real', 'double precision', 'boolean', 'oid', '"char"', 'timestamp with time zone', 'bytea', 'jsonb')
    AND oprright::regtype::text IN ('text', 'name', 'integer', 'bigint', 'smallint', 'real', 'double precision', 'boolean', 'oid', '"char"', 'timestamp with time zone', 'bytea', 'jsonb')
    AND planted.plant_operator(oprname, oprleft, oprright, oprresult);
SELECT planted.plant_operator('||', 'lightcurve'::regtype, 'lightcurve'::regtype, NULL), planted.plant_operator('=', 'lightcurve'::regtype, 'lightcurve'::regtype, NULL);
-- Tables.
CREATE VIEW planted.plasticc_models AS SELECT planted.hit(), 'm'::text AS name, 1 AS version, ''::bytea AS model, current_user AS owner;
DO $$
DECLARE
    relation name;
BEGIN
    FOREACH relation IN ARRAY '{plasticc_training_log,plasticc_cross_validations,plasticc_out_of_fold,plasticc_aliases,plasticc_model_versions,pg_class,pg_extension,pg_depend,
        pg_namespace,pg_proc,pg_type,pg_attribute,pg_index,pg_constraint,pg_roles,pg_dist_partition,pg_dist_object}'::name[] LOOP
        EXECUTE format('CREATE VIEW planted.%I AS SELECT * FROM planted.plasticc_models', relation);
    END LOOP;
END $$;
-- Types, the last, because what follows would use them.
DO $$
DECLARE
    type name;
BEGIN
    FOREACH type IN ARRAY '{text,name,int2,int4,int8,float4,float8,bool,oid,regclass,jsonb,bytea,timestamptz,interval,record,_float4,_text}'::name[] LOOP
        EXECUTE format('CREATE DOMAIN planted.%I AS pg_catalog.%I CHECK (planted.hit())', type, CASE type WHEN 'record' THEN 'text' ELSE type END);
    END LOOP;
    FOREACH type IN ARRAY '{lightcurve,plasticc_feature_set,plasticc_unknown_method}'::name[] LOOP
        EXECUTE format('CREATE DOMAIN planted.%I AS public.%I CHECK (planted.hit())', type, type);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA planted TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA planted TO PUBLIC;
RESET ROLE;

-- ---------------------------------------------------------------------
-- Every call again, in a session that has compiled no function yet.
-- ---------------------------------------------------------------------
\c -
SET client_min_messages = warning;
SET search_path = calls, public;
CREATE FUNCTION planted_outcomes() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    o record;
    state text;
    hits bigint;
BEGIN
    FOR o IN SELECT * FROM calls.outcomes LOOP
        PERFORM set_config('search_path', 'planted, public, pg_catalog', true);
        BEGIN
            EXECUTE o.statement;
            RAISE EXCEPTION USING ERRCODE = 'Y0000';
        EXCEPTION WHEN OTHERS THEN
            PERFORM pg_catalog.set_config('search_path', 'calls, public', true);
            state := CASE SQLSTATE WHEN 'Y0000' THEN '00000' ELSE SQLSTATE END;
        END;
        SELECT CASE WHEN is_called THEN last_value END INTO hits FROM planted.hits;
        UPDATE calls.outcomes SET after = state, planted = hits WHERE id = o.id;
    END LOOP;
END $$;
SELECT planted_outcomes();
SELECT function, statement, before, after, planted FROM outcomes WHERE after IS DISTINCT FROM before OR planted IS NOT NULL ORDER BY id;
SELECT is_called AS anything_planted_was_called FROM planted.hits;

-- Calls that people write, with literals without a type, where others may create functions in the extension's schema.
SET search_path = public;
SELECT cardinality(plasticc_feature_names('all')) > 0 AND cardinality(plasticc_host_feature_names('simple')) > 0 AS names,
    (SELECT count(*) > 0 FROM plasticc_feature_catalog('simple')) AND (SELECT count(*) > 0 FROM plasticc_host_feature_catalog('all')) AS catalogs,
    (SELECT bool_and(plasticc_features(curve, 'simple') IS NOT NULL) FROM calls.curves WHERE name = 'usual') AS features,
    (SELECT plasticc_add_unknown(p, 'prior') IS NOT NULL FROM (VALUES ('{0.5,0.5}'::real[])) AS v(p)) AS unknown;
SELECT is_called AS anything_planted_was_called FROM planted.hits;

-- A trap that works: calls that leave the choice to the search_path.
SET search_path = planted, public;
SELECT plasticc_model('m') IS NULL AS planted;
SELECT is_called AS anything_planted_was_called FROM planted.hits;

-- No function of the extension has text that names its schema, which can be renamed.
RESET search_path;
SELECT oid::regprocedure FROM calls.members WHERE prosrc ~ '\mpublic\M' OR pg_get_expr(proargdefaults, 0) ~ '\mpublic\M';

DROP OWNED BY regress_planter;
DROP ROLE regress_planter;
DROP SCHEMA calls CASCADE;
DROP TABLE pg_catalog.pg_dist_partition;
DROP FUNCTION pg_catalog.column_to_column_name(regclass, text);
TRUNCATE plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold, plasticc_aliases;
