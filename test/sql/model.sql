--
-- Models as values: looked up by name and version, described, and always validated
--
SET client_min_messages = warning;
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
       ARRAY[2 * (i % 3), 3 * (i % 3 / 2), 0]::real[] AS features
FROM generate_series(1, 90) AS i;
CALL plasticc_train('small', 'SELECT features, target FROM objects ORDER BY object_id',
                    '{"networks": 1, "trees": 0, "layers": [4], "epochs": 3, "batch_size": 10, "normalisation": "zscore", "activation": "tanh",
                      "feature_names": ["a", "b \"quoted\"", "µ"], "seed": 5}');
CALL plasticc_train('small', 'SELECT features, target FROM objects ORDER BY object_id',
                    '{"networks": 1, "trees": 0, "layers": [], "epochs": 2, "batch_size": 10, "normalisation": "rank_gauss", "seed": 6}');
SELECT name, version, classes, feature_names, options ->> 'seed' AS seed, metrics ->> 'epochs' AS epochs
FROM plasticc_models ORDER BY version;

-- the newest version, or the given one
SELECT plasticc_model('small') = model AS newest, plasticc_model('small', 2) = model AS same,
       plasticc_model('small', NULL) = model AS same FROM plasticc_models WHERE version = 2;
SELECT plasticc_model('small', 1) = model AS older FROM plasticc_models WHERE version = 1;
SELECT plasticc_model(NULL) IS NULL AS no_name;
SELECT plasticc_model('smal');
SELECT plasticc_model('small', 3);
SELECT plasticc_model('smal', 3);
-- several in one query
SELECT version, plasticc_model(name, version) = model AS equal FROM plasticc_models ORDER BY version;

-- its description
SELECT plasticc_classes(plasticc_model('small'));
SELECT jsonb_object_agg(key, value) FROM jsonb_each(plasticc_model_info(plasticc_model('small', 1)))
WHERE key NOT IN ('options', 'metrics', 'bytes');
SELECT jsonb_object_agg(key, value) FROM jsonb_each(plasticc_model_info(plasticc_model('small', 2)))
WHERE key NOT IN ('options', 'metrics', 'bytes');
SELECT (info ->> 'bytes')::int = length(model) AS bytes, info -> 'options' = options AS options,
       info -> 'metrics' = metrics - 'elapsed_seconds' AS metrics
FROM plasticc_models, plasticc_model_info(model) AS info;

-- anything other than a model is an error
SELECT plasticc_classes('');
SELECT plasticc_classes('abc');
SELECT plasticc_model_info('\x00000000000000000000000000000000');
SELECT plasticc_classify('not a model'::bytea, '{1,2,3}');
SELECT plasticc_probabilities(decode(repeat('00', 5000), 'hex'), '{1,2,3}');
SELECT plasticc_classify_query('abc', 'SELECT 1');

-- any changed byte and any truncation raise that same error
CREATE FUNCTION error_of(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM plasticc_classes(bytes);
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT error_of(model) FROM plasticc_models WHERE version = 1;
SELECT error_of(set_byte(model, i, get_byte(model, i) # flip)) AS error, count(*) = 3 * min(length(model)) AS all
FROM plasticc_models, generate_series(0, length(model) - 1) AS i, (VALUES (1), (128), (255)) AS f(flip)
WHERE version = 1 GROUP BY 1;
SELECT error_of(substr(model, 1, i)) AS error, count(*) = min(length(model)) AS all
FROM plasticc_models, generate_series(0, length(model) - 1) AS i WHERE version = 1 GROUP BY 1;
SELECT error_of(model || '\x00') FROM plasticc_models WHERE version = 1;

-- the rows of the tables are included in a dump
SELECT extconfig @> ARRAY['plasticc_models'::regclass::oid, 'plasticc_training_log'::regclass::oid,
                          'plasticc_cross_validations'::regclass::oid, 'plasticc_out_of_fold'::regclass::oid,
                          'plasticc_aliases'::regclass::oid] AS dumped
FROM pg_extension WHERE extname = 'plasticc';

-- and so does a checksum that somebody has made match, where a number or a text cannot be of a model
CREATE FUNCTION sealed(bytes bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    crc bigint := 4294967295;
BEGIN
    FOR i IN 20 .. length(bytes) - 1 LOOP
        crc := crc # get_byte(bytes, i);
        FOR bit IN 1 .. 8 LOOP
            crc := (crc >> 1) # CASE WHEN crc & 1 = 1 THEN 2197175160 ELSE 0 END;
        END LOOP;
    END LOOP;
    crc := crc # 4294967295;
    FOR i IN 0 .. 3 LOOP
        bytes := set_byte(bytes, 16 + i, ((crc >> 8 * i) & 255)::integer);
    END LOOP;
    RETURN bytes;
END $$;
CALL plasticc_train('forged', 'SELECT features[:2] AS features, target FROM objects ORDER BY object_id',
                    '{"networks": 1, "trees": 0, "layers": [4], "activation": "relu", "epochs": 1, "batch_size": 10, "seed": 5}');
-- where its options begin: before them are a length, 3 biases, 12 weights, 2 integers, 4 biases and 8 weights
CREATE VIEW forged AS SELECT model, position('{"preset"'::bytea IN model) AS options FROM plasticc_models WHERE name = 'forged';
SELECT sealed(model) = model AS same FROM forged;
SELECT what, error_of(sealed(overlay(model PLACING bytes FROM options + place)))
FROM forged, (VALUES ('an infinite weight', '\x0000807f'::bytea, -8), ('weight of 1e38', '\x9976967e', -8), ('not UTF-8', '\xff', 3),
                     ('not JSON', '\x3c', 0)) AS v(what, bytes, place);
-- weights that are allowed and overflow together
UPDATE plasticc_models SET model = (SELECT sealed(overlay(overlay(f.model PLACING decode(repeat('caf24971', 12), 'hex') FROM options - 64)
    PLACING decode(repeat('caf24971', 8), 'hex') FROM options - 120)) FROM forged AS f) WHERE name = 'forged';
SELECT plasticc_classify('forged', '{4,3}');
SELECT plasticc_classify(plasticc_model('forged'), '{4,3}');
SELECT plasticc_probabilities(plasticc_model('forged'), '{4,3}');
SELECT plasticc_classify_query(plasticc_model('forged'), 'SELECT 1 AS object_id, ARRAY[4, 3]::real[] AS features');
SELECT plasticc_importance(plasticc_model('forged'), 'SELECT target, features[:2] AS features FROM objects');
UPDATE plasticc_models SET model = 'abc' WHERE name = 'forged';
SELECT plasticc_classify('forged', '{4,3}');
DROP VIEW forged;
-- names that are no texts
CREATE FUNCTION reason_of(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    reason text;
BEGIN
    RETURN array_to_string(plasticc_classes(bytes), ',');
EXCEPTION WHEN invalid_binary_representation THEN
    GET STACKED DIAGNOSTICS reason = PG_EXCEPTION_DETAIL;
    RETURN reason;
END $$;
CALL plasticc_train('told', 'SELECT features[:2] AS features, ''class '' || target AS target FROM objects ORDER BY object_id',
    '{"networks": 1, "trees": 0, "layers": [4], "epochs": 1, "batch_size": 10, "feature_names": ["detection_span", "time_after_detections"]}');
SELECT text, reason_of(sealed(overlay(model PLACING '\xff' FROM position(text::bytea IN model)))) AS reason
FROM plasticc_models, unnest('{detection_span,class 90}'::text[]) AS text WHERE name = 'told';
-- options and metrics that are JSON, but not what the extension writes: nothing is made of them
CREATE FUNCTION text_of(bytes bytea, at integer) RETURNS text LANGUAGE sql AS
    $$SELECT convert_from(substr(bytes, at + 4, get_byte(bytes, at - 1) + 256 * get_byte(bytes, at)), 'UTF8')$$;
CREATE VIEW texts AS
SELECT model, text_of(model, at) AS options, text_of(model, at + 4 + length(text_of(model, at))) AS metrics
FROM plasticc_models, LATERAL (SELECT position('{"preset"'::bytea IN model) - 4 AS at) AS p WHERE name = 'told';
SELECT options::jsonb = plasticc_model_info(model) -> 'options' AS options, metrics::jsonb = plasticc_model_info(model) -> 'metrics' AS metrics, metrics ~ '"known_days": {"p05": 0,' AS days FROM texts;
CREATE TABLE retold AS
SELECT n, what, sealed(overlay(model PLACING rpad(new, length(old))::bytea FROM position(old::bytea IN model))) AS bytes
FROM texts, LATERAL (VALUES
    (1, 'as written', metrics, metrics), (2, 'days as a number', metrics, regexp_replace(metrics, '(?<="known_days": ){[^}]*}', '5')),
    (3, 'days as an array', metrics, regexp_replace(metrics, '(?<="known_days": ){[^}]*}', '[0]')), (4, 'a day as a text', metrics, replace(metrics, '"p05": 0,', '"p05":"",')),
    (5, 'no day', metrics, replace(metrics, '"p05"', '"p50"')), (6, 'a number', metrics, '7'), (7, 'an array', metrics, '[]'), (8, 'options as an array', options, '["preset"]'),
    (9, 'a day beyond numbers', metrics, regexp_replace(metrics, '(?<="known_days": ){[^}]*}', '{"p05": 1e999}'))
) AS v(n, what, old, new);
SELECT what, plasticc_classify(bytes, '{4,3}') = plasticc_classify(model, '{4,3}') AS same, (card ~ 'training rows: 90') AS rows, (card ~ '\| preset') AS recipe
FROM retold, texts, plasticc_model_card(bytes) AS card ORDER BY n;
-- three objects of -2 days, which is less than the 5 % of those in training: a WARNING where the metrics tell these
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT * FROM retold ORDER BY n LOOP
        RAISE WARNING '%', r.what;
        PERFORM plasticc_classify_query(r.bytes, 'SELECT i AS object_id, ''{-1,-1}''::real[] AS features FROM generate_series(1, 3) AS i');
    END LOOP;
END $$;
DROP VIEW texts;
DROP TABLE objects, retold;
DROP FUNCTION error_of, reason_of, sealed, text_of;
TRUNCATE plasticc_models, plasticc_training_log;
