--
-- Features that carry no information in training, and values beyond those in training
--
SET client_min_messages = warning;
-- features: two that tell the classes, a constant, one always missing, one constant or missing, one that only fold 3 varies
CREATE TABLE objects AS
SELECT i AS object_id, i % 3 AS target, i % 5 AS fold,
       ARRAY[i % 3 + hashint4(i) / 2e9, 1, NULL, CASE WHEN i % 4 > 0 THEN 4 END, CASE WHEN i % 5 = 3 THEN i % 2 ELSE 0 END,
             i % 3 / 2 + hashint4(-i) / 3e9]::real[] AS features
FROM generate_series(1, 240) AS i;

-- the options of a training, without and with selection of inputs
CREATE TABLE settings AS
SELECT row_number() OVER () AS setting, options::jsonb AS options FROM (VALUES
    ('{"preset": "reference", "layers": [8]}'),
    ('{"preset": "reference", "layers": [8], "missing_flag_fraction": 0.1, "validation_fraction": 0.2, "clip": 5}'),
    ('{"preset": "reference", "layers": [8], "normalisation": "rank_gauss", "selected_inputs": 2, "networks": 3, "trees": 0}'),
    ('{}'),
    ('{"networks": 1, "trees": 0, "layers": [], "gate_feature": 2}'),
    ('{"selected_inputs": 0, "networks": 3, "trees": 0, "gate_feature": 1}'),
    ('{"selected_inputs": 1, "networks": 2, "trees": 0}'),
    ('{"selected_inputs": 4, "normalisation": "zscore"}'),
    ('{"bagging_folds": 5, "networks": 10, "trees": 0, "calibration": "full"}'),
    ('{"validation_fold": 3}')) AS v(options);

-- the largest change of a probability by a value of a feature
CREATE FUNCTION largest_change(model bytea, feature integer, "values" real[]) RETURNS real LANGUAGE sql AS $$
    SELECT max(abs(p - q)) FROM (SELECT features FROM objects ORDER BY object_id LIMIT 20) AS o,
        unnest("values") AS v, unnest(plasticc_classify(model, features),
            plasticc_classify(model, features[:feature - 1] || v || features[feature + 1:])) AS u(p, q)
$$;
DO $$
DECLARE
    setting record;
BEGIN
    FOR setting IN SELECT * FROM settings LOOP
        CALL plasticc_train('s' || setting.setting, 'SELECT * FROM objects ORDER BY object_id',
            '{"trees": 0, "epochs": 3, "batch_size": 20, "layers": [16]}' || setting.options);
    END LOOP;
END $$;
SELECT setting, largest_change(model, 2, '{1.5, -1e30, NULL, NaN, Infinity}') AS constant,
       largest_change(model, 3, '{0, 7, 3e38, -Infinity}') AS missing,
       largest_change(model, 4, '{4.1, -7}') = largest_change(model, 4, '{4}') AS constant_or_missing,
       largest_change(model, 5, '{0.5, 1, 9}') > 0 AS one_fold,
       largest_change(model, 1, '{0, 3}') > 0 AS telling,
       info -> 'used_features' AS used_features, info -> 'missing_flags' AS missing_flags
FROM settings, plasticc_model('s' || setting) AS model, plasticc_model_info(model) AS info ORDER BY 1;
-- the importance of what is no input is 0
SELECT setting, feature, loss_increase FROM settings, plasticc_importance(plasticc_model('s' || setting), 'SELECT target, features FROM objects') AS i
WHERE feature IN ('feature 2', 'feature 3') AND loss_increase <> 0;

-- the largest and the smallest value in training stand for all beyond them
SELECT setting, plasticc_classify(model, features[:0] || 1e30::real || features[2:])
           = plasticc_classify(model, features[:0] || most || features[2:]) AS above,
       plasticc_classify(model, features[:0] || -5::real || features[2:])
           = plasticc_classify(model, features[:0] || least || features[2:]) AS below
FROM settings, plasticc_model('s' || setting) AS model, (SELECT min(features[1]) AS least, max(features[1]) AS most FROM objects) AS r,
     (SELECT features FROM objects WHERE object_id = 1) AS o WHERE setting NOT IN (2, 10) ORDER BY 1;

-- in a cross-validation, what varies in the fold left out alone is no input either
CALL plasticc_cross_validate('cv', 'SELECT object_id, fold, target, features FROM objects ORDER BY object_id',
    '{"epochs": 3, "batch_size": 20, "layers": [16], "networks": 2, "trees": 0, "seed": 1}');
CALL plasticc_cross_validate('cv',
    'SELECT object_id, fold, target, features[:1] || 1::real || features[3:3] || features[4:4] || 0::real || features[6:] AS features FROM objects ORDER BY object_id',
    '{"epochs": 3, "batch_size": 20, "layers": [16], "networks": 2, "trees": 0, "seed": 1}');
SELECT bool_and(a.probabilities = b.probabilities) AS same FROM plasticc_out_of_fold AS a JOIN plasticc_out_of_fold AS b USING (name, object_id)
WHERE name = 'cv' AND a.version = 1 AND b.version = 2 AND a.fold = 3;

-- nothing carries information: of all rows, and of those that one fold leaves
CALL plasticc_train('nothing', 'SELECT target, features[2:4] AS features FROM objects', '{"missing_flag_fraction": 1}');
CALL plasticc_train('nothing', 'SELECT target, features[3:3] AS features FROM objects', '{"preset": "reference"}');
CALL plasticc_train('nothing', 'SELECT target, fold, features[5:5] AS features FROM objects', '{"validation_fold": 3}');
CALL plasticc_cross_validate('nothing', 'SELECT target, fold, features[5:5] AS features FROM objects', '{"networks": 1, "trees": 0}');
DROP TABLE objects, settings CASCADE;
DELETE FROM plasticc_models;
DELETE FROM plasticc_training_log;
DELETE FROM plasticc_cross_validations;
