-- Functions called directly, with NULL wherever SQL lets it through, give NULL or an error.

-- A call of each function whose arguments have types with literals: all of them NULL, or the first one only, as of an
-- aggregate that begins.
CREATE VIEW calls AS
SELECT p.oid::regprocedure::text AS signature, variant,
    format('SELECT %s(%s)', p.oid::regproc, coalesce((
        SELECT string_agg(format('%s::%s', CASE
            WHEN variant = 'all NULL' OR i = 1 THEN 'NULL'
            WHEN t = 'integer'::regtype THEN '5'
            WHEN t = 'bigint'::regtype THEN '1'
            WHEN t = 'double precision'::regtype THEN '0.5'
            WHEN t = 'boolean'::regtype THEN 'true'
            WHEN t = 'integer[]'::regtype THEN '''{5,6}'''
            WHEN t IN ('real[]'::regtype, 'double precision[]'::regtype) THEN '''{0,1}'''
            WHEN t = 'lightcurve'::regtype THEN '''{(1,1,1,1,t)}'''
            ELSE 'NULL' END, format_type(t, NULL)), ', ' ORDER BY i)
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, i)), '')) AS call
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'plasticc',
    (VALUES ('all NULL'), ('first NULL')) AS v(variant)
WHERE p.prokind = 'f'
      AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) t WHERE t IN ('internal'::regtype, 'cstring'::regtype));

CREATE TABLE outcomes (signature text, variant text, message text);
DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT * FROM calls LOOP
        BEGIN
            EXECUTE c.call;
            INSERT INTO outcomes VALUES (c.signature, c.variant, NULL);
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO outcomes VALUES (c.signature, c.variant, SQLERRM);
        END;
    END LOOP;
END
$$;
SELECT count(*) > 80 AS called FROM outcomes;
SELECT variant, signature, message FROM outcomes WHERE message IS NOT NULL
ORDER BY variant, signature COLLATE "C";

-- Transition and combine functions work in place, and therefore in aggregates only.
SELECT plasticc_log_loss_accum(NULL, 5, '{0,1}', '{5,6}');
SELECT plasticc_log_loss_combine('{1,6,1,1,0,0.5}', '{1,6,1,1,0,0.5}');
SELECT plasticc_calibration_error_accum(NULL, 5, '{0,1}', '{5,6}', '{1,1}');
SELECT plasticc_confusion_accum('{1,6,4}', 6, '{1}', '{6}');
SELECT plasticc_confusion_combine('{1,6,4}', '{1,6,5}');
SELECT lightcurve_accum(NULL, 1, 1, 1, 1);
SELECT lightcurve_combine('{}', '{}');

DROP TABLE outcomes;
DROP VIEW calls;
