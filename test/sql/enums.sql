-- The labels of enum types stand in the SQL script and in a table of the library: they are the same.

-- A call that looks up a label.
CREATE TABLE lookups (type regtype PRIMARY KEY, call text);
INSERT INTO lookups VALUES
('plasticc_feature_set', 'SELECT plasticc_feature_names(%L::plasticc_feature_set)'),
('plasticc_unknown_method', 'SELECT plasticc_add_unknown(''{0.5,0.5}'', %L::plasticc_unknown_method, ''{42,62}'')');

SELECT t.oid::regtype AS type_without_lookup
FROM pg_type t JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'plasticc'
WHERE t.typtype = 'e' AND t.oid NOT IN (SELECT type FROM lookups);

-- The library finds every label of the script.  For one that it does not know it lists those that it does.
CREATE FUNCTION library_labels(sought regtype) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    label name;
    looked_up text;
    labels text;
BEGIN
    SELECT call INTO looked_up FROM lookups WHERE type = sought;
    FOR label IN SELECT enumlabel FROM pg_enum WHERE enumtypid = sought LOOP
        EXECUTE format(looked_up, label);
    END LOOP;
    BEGIN
        EXECUTE format('ALTER TYPE %s RENAME VALUE %L TO %L', sought, label, 'no such label');
        EXECUTE format(looked_up, 'no such label');
    EXCEPTION WHEN feature_not_supported THEN
        GET STACKED DIAGNOSTICS labels = PG_EXCEPTION_DETAIL;
    END;
    RETURN labels;
END
$$;

SELECT type, library_labels(type) = (
    SELECT 'Known labels: ' || string_agg(enumlabel, ', ' ORDER BY enumsortorder) || '.' FROM pg_enum WHERE enumtypid = type) AS same
FROM lookups ORDER BY type::text COLLATE "C";

-- versions that do not fit
BEGIN;
ALTER TYPE plasticc_feature_set RENAME VALUE 'simple' TO 'none';
SELECT plasticc_feature_names('none'::plasticc_feature_set);
ROLLBACK;

-- A text instead of the enum: the planner makes it one where it is constant, which is what foreign servers are sent.
CREATE TABLE rows AS SELECT '{(1,1,1,1,t)}'::lightcurve AS lightcurve, '{0.5,0.5}'::real[] AS probabilities, 'simple'::text AS label;
EXPLAIN (VERBOSE, COSTS OFF) SELECT plasticc_features(lightcurve, 'simple'), plasticc_features(lightcurve, label),
    plasticc_add_unknown(probabilities, 'prior'), plasticc_add_unknown(probabilities, method => 'prior', classes => '{6,16}') FROM rows;
SELECT plasticc_features(lightcurve, 'simple') = plasticc_features(lightcurve, 'simple'::plasticc_feature_set) AS same,
    plasticc_features(lightcurve, label) = plasticc_features(lightcurve, 'simple') AS same_label,
    plasticc_features(lightcurve, NULL::text) IS NULL AS none,
    plasticc_add_unknown(probabilities, 'prior') = plasticc_add_unknown(probabilities, lower('PRIOR')) AS same_method FROM rows;
SELECT plasticc_features(lightcurve, 'cheap') FROM rows;
SELECT plasticc_features(lightcurve, label || '!') FROM rows;
SELECT plasticc_features(lightcurve, 'a label that is longer than any name in PostgreSQL can be, which has 63 bytes at most') FROM rows;
SELECT plasticc_add_unknown(probabilities, 'best') FROM rows;
SELECT plasticc_feature_names(set::text) = plasticc_feature_names(set) AND plasticc_host_feature_names(set::text) = plasticc_host_feature_names(set) AS names,
    (SELECT array_agg(c) FROM plasticc_feature_catalog(set::text) c) = (SELECT array_agg(c) FROM plasticc_feature_catalog(set) c)
    AND (SELECT array_agg(c) FROM plasticc_host_feature_catalog(set::text) c) = (SELECT array_agg(c) FROM plasticc_host_feature_catalog(set) c) AS catalogs
FROM unnest(enum_range(NULL::plasticc_feature_set)) AS set;
-- A cost that depends on the set, however it is given.
CREATE FUNCTION total_cost(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Total Cost';
END
$$;
SELECT total_cost($$SELECT plasticc_features(lightcurve, 'simple') FROM rows$$) = total_cost($$SELECT plasticc_features(lightcurve, 'simple'::plasticc_feature_set) FROM rows$$) AS same,
    total_cost($$SELECT plasticc_features(lightcurve, 'simple') FROM rows$$) < total_cost($$SELECT plasticc_features(lightcurve, 'all') FROM rows$$) AS less;
DROP FUNCTION total_cost(text);
-- The user of a view needs no privileges on the extension's schema.
BEGIN;
CREATE VIEW simple_features AS SELECT plasticc_features(lightcurve, 'simple') IS NOT NULL AS has_features FROM rows;
CREATE ROLE regress_viewer;
CREATE SCHEMA views;
ALTER VIEW simple_features SET SCHEMA views;
GRANT USAGE ON SCHEMA views TO regress_viewer;
GRANT SELECT ON views.simple_features TO regress_viewer;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SET LOCAL ROLE regress_viewer;
SELECT * FROM views.simple_features;
ROLLBACK;
DROP TABLE rows;

DROP FUNCTION library_labels(regtype);
DROP TABLE lookups;
