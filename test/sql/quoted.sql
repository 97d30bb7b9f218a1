-- A megabyte of text from outside is quoted in a message by its first 100 bytes, whole characters.
\set VERBOSITY terse

CREATE FUNCTION message(statement text) RETURNS TABLE (message text, hint_bytes integer) LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    message := replace(replace(SQLERRM, repeat('x', 99), '[99 x]'), repeat('é', 49), '[49 é]');
    hint_bytes := octet_length(hint);
    RETURN NEXT;
END $$;

CREATE TABLE observations (object_id bigint, mjd float8, passband integer, flux float8, flux_err float8);
CREATE TABLE features (object_id bigint, features real[]);
SELECT plasticc_create_feature_table('extracted'), plasticc_create_prediction_table('predicted');

SELECT m.message, m.hint_bytes < 2000 AS short_hint
FROM (VALUES (repeat('x', 1000000)), ('x' || repeat('é', 500000))) AS t (long),
LATERAL (VALUES
    (1, format('SELECT plasticc_passband(%L)', long)),
    (2, format('SELECT plasticc_feature(plasticc_features(''{(1,1,1,1,t)}''::lightcurve), %L)', long)),
    (3, format('SELECT plasticc_simulate_objects(1, 1, %L)', long)),
    (4, format('SELECT plasticc_classify(%L, ''{1}''::real[])', long)),
    (5, format('CALL plasticc_train(%L, ''SELECT 1'')', long)),
    (6, format('CALL plasticc_train(''m'', ''SELECT 1'', jsonb_build_object(%L::text, 1))', long)),
    (7, format('CALL plasticc_extract(''observations'', ''extracted'', jsonb_build_object(''object_id'', %L::text))', long)),
    (8, format('CALL plasticc_extract(''observations'', ''extracted'', jsonb_build_object(''arrival'', %L::text, ''since'', ''1''))', long)),
    (9, format('CALL plasticc_extract(''observations'', ''extracted'', jsonb_build_object(''lightcurve'', %L::text))', long)),
    (10, format('CALL plasticc_predict(''m'', ''features'', ''predicted'', jsonb_build_object(''features'', %L::text))', long)),
    (11, format('CALL plasticc_predict(''m'', ''features'', ''predicted'', jsonb_build_object(''extracted_at'', %L::text))', long)),
    (12, format('SELECT %L::lightcurve', '{(' || long))
) AS s (number, statement), LATERAL message(statement) AS m
ORDER BY long, number;

DROP TABLE observations, features, extracted, predicted;
DROP FUNCTION message(text);
