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
SELECT plasticc_feature_names('none');
ROLLBACK;

DROP FUNCTION library_labels(regtype);
DROP TABLE lookups;
