-- Arrays of other types than real[], and ddf of other types than boolean: every call resolves, with one result.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE TABLE objects AS SELECT i AS object_id, (ARRAY[15, 42])[1 + i % 2] AS target, ARRAY[i % 2 + hashint4(i) / 4e9, i % 3, 0, 1]::real[] AS features
FROM generate_series(1, 20) AS i;
CALL plasticc_train('m', 'SELECT features::float8[] AS features, target FROM objects ORDER BY object_id', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');
SELECT plasticc_class_names(plasticc_model('m')) AS doubles;

-- The calls, in which # is a quote, and their results as texts; those with double precision[] are of the forms for it.
CREATE FUNCTION result(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SELECT md5((%s)::text)', replace(call, '#', '''')) INTO STRICT result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END $$;
CREATE FUNCTION results(call text, arrays text[]) RETURNS TABLE (calls bigint, results bigint, a_result text) LANGUAGE sql AS $$
    SELECT count(*), count(DISTINCT r), CASE WHEN min(r) ~ '^[0-9a-f]{32}$' THEN 'ok' ELSE min(r) END FROM unnest(arrays) AS a, result(replace(call, '$1', a)) AS r
$$;
CREATE TABLE models (m bytea, n text, v varchar, r real[], d double precision[]);
INSERT INTO models SELECT plasticc_model('m'), 'm', 'm', '{1,2,3,4}', '{1,2,3,4}';
SELECT call, r.* FROM unnest('{(SELECT plasticc_classify(m\, $1) FROM models),(SELECT plasticc_classify(n\, $1) FROM models),(SELECT plasticc_classify(v\, $1) FROM models),
    plasticc_classify(#m#\, $1),plasticc_classify(#m#::varchar\, $1),plasticc_classify(plasticc_model(#m#)\, $1),(SELECT string_agg(p::text\, #;#) FROM plasticc_probabilities(plasticc_model(#m#)\, $1) AS p),
    plasticc_novelty(plasticc_model(#m#)\, $1),plasticc_prediction_set(plasticc_model(#m#)\, $1),plasticc_prediction_set(plasticc_model(#m#)\, $1\, by_class => true),
    (SELECT string_agg(e::text\, #;#) FROM plasticc_explain(plasticc_model(#m#)\, $1\, true) AS e)}'::text[]) AS call,
    results(call, ARRAY['#{1,2,3,4}#', 'ARRAY[1,2,3,4]', 'ARRAY[1.0,2,3,4]', '#{1,2,3,4}#::real[]', '#{1,2,3,4}#::float8[]', '#{1,2,3,4}#::smallint[]', '#{1,2,3,4}#::bigint[]']) AS r;
-- features by name: one form for arrays of all numbers
SELECT call, r.* FROM unnest('{plasticc_features_json($1),plasticc_features_json($1\, ARRAY[#a#\,#b#\,#c#\,#d#]),plasticc_features_json($1\, plasticc_model(#m#)),plasticc_features_json($1\, #m#),
    (SELECT string_agg(f::text\, #;#) FROM plasticc_feature_rows($1) AS f),(SELECT string_agg(f::text\, #;#) FROM plasticc_feature_rows($1\, ARRAY[#a#\,#b#\,#c#\,#d#]) AS f),
    (SELECT string_agg(f::text\, #;#) FROM plasticc_feature_rows($1\, plasticc_model(#m#)) AS f),(SELECT string_agg(f::text\, #;#) FROM plasticc_feature_rows($1\, #m#) AS f)}'::text[]) AS call,
    results(call, ARRAY['#{1,2,3,4}#', 'ARRAY[1,2,3,4]', 'ARRAY[1.0,2,3,4]', '#{1,2,3,4}#::real[]', '#{1,2,3,4}#::float8[]', '#{1,2,3,4}#::smallint[]', '#{1,2,3,4}#::bigint[]']) AS r;
SELECT plasticc_features_json(ARRAY[0.1, 1e-50, NULL, 1e300]::float8[], '{a,b,c,d}'::text[]) = plasticc_features_json('{0.1,0,NaN,NaN}'::real[], '{a,b,c,d}'::text[]) AS rounded_to_real;
SELECT result('(SELECT plasticc_classify(m, d) FROM models)') = result('(SELECT plasticc_classify(m, r) FROM models)') AS same;
EXPLAIN (VERBOSE, COSTS OFF) SELECT plasticc_classify(m, d), plasticc_classify(n, d), plasticc_classify(m, r), plasticc_classify(n, r) FROM models;

SELECT call, r.* FROM unnest(ARRAY['plasticc_add_unknown($1, #prior#)', 'plasticc_add_unknown($1, #prior#::text)', 'plasticc_add_unknown($1, #prior#::varchar)',
    'plasticc_add_unknown($1, #prior#, #{6,16}#)', 'plasticc_add_unknown($1, #prior#, ARRAY[6,16])', 'plasticc_add_unknown($1, #prior#, classes => #{6,16}#::int[])']) AS call,
    results(call, ARRAY['#{0.25,0.75}#', 'ARRAY[0.25,0.75]', '#{0.25,0.75}#::real[]', '#{0.25,0.75}#::float8[]']) AS r;
SELECT call, r.* FROM unnest(ARRAY['plasticc_submission($1, #{42,62}#)', 'plasticc_submission($1, ARRAY[42,62])', 'plasticc_submission($1, ARRAY[42,62]::smallint[])', 'plasticc_submission($1, classes => ARRAY[42,62]::bigint[])']) AS call,
    results(call, ARRAY['#{1,3}#', 'ARRAY[1,3]', 'ARRAY[1.0,3.0]', '#{1,3}#::real[]', '#{1,3}#::float8[]', '#{1,3}#::smallint[]']) AS r;
SELECT r.* FROM results('plasticc_submission($1)', ARRAY['array_fill(1, #{14}#)', 'array_fill(1::real, #{14}#)', 'array_fill(1::float8, #{14}#)', 'array_fill(1::numeric, #{14}#)', 'array_fill(1::smallint, #{14}#)', '#{1,1,1,1,1,1,1,1,1,1,1,1,1,1}#']) AS r;
-- by the default method, and with the enum
SELECT call, r.* FROM unnest(ARRAY['plasticc_add_unknown($1)', 'plasticc_add_unknown($1, classes => #{42,62}#)', 'plasticc_add_unknown($1, classes => #{42,62}#::smallint[])', 'plasticc_add_unknown($1, #prior#::plasticc_unknown_method)',
    'plasticc_add_unknown($1, #prior#::plasticc_unknown_method, #{42,62}#)', 'plasticc_add_unknown($1, #prior#::plasticc_unknown_method, ARRAY[42,62])']) AS call,
    results(call, ARRAY['#{1,3}#', 'ARRAY[1,3]', 'ARRAY[1.0,3.0]', '#{1,3}#::real[]', '#{1,3}#::float8[]', '#{1,3}#::smallint[]']) AS r;
-- a real[] is not converted, which would keep the call from foreign servers
EXPLAIN (VERBOSE, COSTS OFF) SELECT plasticc_add_unknown(r), plasticc_add_unknown(r, classes => '{6,15,16,42}'), plasticc_add_unknown(r, 'prior'), plasticc_add_unknown(d), plasticc_add_unknown(d, 'prior') FROM models;
SELECT plasticc_add_unknown(r) = plasticc_add_unknown(d) AS same FROM models;

CREATE VIEW features AS SELECT array_fill(1::real, ARRAY[cardinality(plasticc_feature_names('simple'))]) AS r;
SELECT call, r.* FROM unnest('{plasticc_feature($1\, #flux_mean#),plasticc_feature($1\, #flux_mean#::text),plasticc_feature($1\, #flux_mean#::varchar)}'::text[]) AS call,
    results(call, ARRAY['(SELECT r FROM features)', '(SELECT r::float8[] FROM features)', '(SELECT r::numeric[] FROM features)', '(SELECT r::int[] FROM features)']) AS r;
-- ddf: of each type, and NULL
SELECT a, r.* FROM unnest('{r,r::float8[]}'::text[]) AS a,
    results(format('(SELECT plasticc_host_features(%s, $1, 0.5, 0.1, NULL, 0.05::real) FROM features)', a),
        ARRAY['true', '#t#', '1', '1::smallint', '1::bigint', '#true#::text', '#yes#::varchar', '(r = r)']) AS r;
SELECT r.* FROM results('(SELECT plasticc_host_features($1, 0.5, 0.1, NULL, 0.05) FROM features)', ARRAY['r, true', 'r, 1', 'r, #t#', 'r::float8[], true', 'r::float8[], 1', 'r::float8[], #t#', 'r::float8[], #1#::text', 'r::numeric[], true', 'r::text::float8[], 1::bigint']) AS r;
SELECT r.* FROM results('(SELECT plasticc_host_features($1, 0.5, 0.1, NULL, 0.05) FROM features)', ARRAY['r, NULL', 'r, NULL::int', 'r, NULL::boolean', 'r::float8[], NULL', 'r::float8[], NULL::smallint', 'r::float8[], NULL::text']) AS r;
SELECT plasticc_host_features(r, 2, 0.5, 0.1, NULL, 0.05) FROM features;
SELECT plasticc_host_features(r, 0.5, 0.5, 0.1, NULL, 0.05) FROM features;
SELECT plasticc_host_features(r, 'maybe'::text, 0.5, 0.1, NULL, 0.05) FROM features;

DROP FUNCTION result, results;
DROP VIEW features;
DROP TABLE objects, models;
TRUNCATE plasticc_models, plasticc_training_log;
