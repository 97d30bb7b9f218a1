--
-- Boosted trees as members of a model
--
SET client_min_messages = warning;
-- the class depends on the second feature, on whether the third is missing, and weakly on the fourth, of a very wide range
CREATE TABLE objects AS
SELECT i AS object_id, i % 3 + 1 AS target, i % 4 AS fold,
       ARRAY[hashint4(i) / 2e9, CASE WHEN i % 3 = 0 THEN 1 ELSE 0 END + hashint4(-i) / 4e9,
             CASE WHEN i % 3 = 1 OR i % 10 = 0 THEN hashint4(5 * i) / 2e9 WHEN i % 2 = 0 THEN 'NaN' END,
             exp(i % 3 + hashint4(7 * i) / 2e8), 1]::real[] AS features
FROM generate_series(1, 600) AS i;

CREATE FUNCTION trained(options jsonb) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    CALL plasticc_train('t', 'SELECT object_id, features, target FROM objects ORDER BY object_id',
        '{"layers": [4], "epochs": 4, "rounds": 40}' || options);
    RETURN plasticc_model('t');
END $$;
CREATE FUNCTION accuracy(model bytea, fold integer DEFAULT NULL) RETURNS numeric LANGUAGE sql AS $$
    SELECT round(avg((p[target] = (SELECT max(x) FROM unnest(p) AS x))::integer), 2)
    FROM (SELECT target, plasticc_classify(model, features) AS p FROM objects WHERE accuracy.fold IS NULL OR objects.fold = accuracy.fold) AS classified $$;

-- members of both kinds, and of one
SELECT o, info -> 'members' AS members, info -> 'networks' AS networks, jsonb_array_length(info -> 'layers') AS layers, info -> 'trees' AS trees,
       info -> 'rounds' AS rounds, round((info ->> 'tree_weight')::numeric, 3) AS weight, info -> 'tree_features' AS tree_features
FROM (VALUES ('{"networks": 2, "trees": 3}'::jsonb), ('{"networks": 0, "trees": 2}'), ('{"networks": 1, "trees": 0}'),
             ('{"networks": 1, "trees": 1, "tree_weight": 0.75, "rounds": 7}'), ('{"preset": "reference", "epochs": 1}')) AS v(o),
     plasticc_model_info(trained(o)) AS info;
SELECT plasticc_model_info(trained('{}')) ->> 'trees' AS by_default;
-- "members" is a synonym
SELECT trained('{"members": 1, "trees": 1}') = trained('{"networks": 1, "trees": 1}') AS same,
       trained('{"members": 1, "trees": 1}') = trained('{"networks": 1, "trees": 1, "seed": 1}') AS seeds;
-- trees learn what there is, missing values included, alone and on rows that they have not seen; in blocks as row by row
CREATE TABLE models AS SELECT trained('{"networks": 0, "trees": 2}') AS trees, trained('{"networks": 1, "trees": 2}') AS "both";
SELECT accuracy(trees) > 0.95 AS learned FROM models;
SELECT bool_and(t = c.probabilities) AS same, bool_and(abs(b[1] - d.probabilities[1]) + abs(b[3] - d.probabilities[3]) < 1e-5) AS nearly, count(*)
FROM (SELECT object_id, plasticc_classify(trees, features) AS t, plasticc_classify("both", features) AS b FROM objects, models) AS one
JOIN (SELECT c.* FROM models, plasticc_classify_query(trees, 'SELECT object_id, features FROM objects') AS c) AS c USING (object_id)
JOIN (SELECT c.* FROM models, plasticc_classify_query("both", 'SELECT object_id, features FROM objects') AS c) AS d USING (object_id);
SELECT count(*) FILTER (WHERE abs(sum - 1) > 1e-5) AS no_distributions
FROM (SELECT (SELECT sum(x) FROM unnest(plasticc_classify(trees, ARRAY[a, b, c, d, 0]::real[])) AS x) AS sum
      FROM models, unnest('{NaN,1e38,-1e38,0}'::real[]) AS a, unnest('{Infinity,0.5,NULL}'::real[]) AS b, unnest('{NaN,0}'::real[]) AS c,
           unnest('{-Infinity,1e-30,7}'::real[]) AS d) AS odd;
-- the log has ten rounds as an epoch, the metrics the losses of each kind
DELETE FROM plasticc_training_log;
SELECT trained('{"networks": 1, "trees": 2, "rounds": 35}') IS NOT NULL AS trained;
SELECT member, count(*), max(epoch) AS epochs, min(learning_rate) < max(learning_rate) AS schedule,
       array_agg(training_loss ORDER BY epoch) = array_agg(training_loss ORDER BY training_loss DESC) AS falls
FROM plasticc_training_log GROUP BY member ORDER BY member;
SELECT metrics -> 'epochs' AS epochs, metrics -> 'trees' -> 'epochs' AS tree_epochs,
       (metrics -> 'trees' ->> 'training_loss')::float8 < (metrics ->> 'training_loss')::float8 AS lower
FROM plasticc_models ORDER BY version DESC LIMIT 1;
SELECT jsonb_object_keys(metrics) AS without_networks
FROM (SELECT plasticc_model_info(trees) -> 'metrics' AS metrics FROM models) AS m ORDER BY 1;
-- held-out rows choose the number of rounds; with bagging they also choose the weight of the trees
CREATE TABLE bagged AS
SELECT plasticc_model_info(trained('{"networks": 3, "trees": 3, "bagging_folds": 3, "rounds": 400, "eta": 0.3}')) AS info;
SELECT (SELECT max(r::integer) FROM jsonb_array_elements_text(info -> 'rounds') AS r) < 400 AS stopped,
       (info ->> 'tree_weight')::float8 BETWEEN 0.5 AND 1 AS fitted, info -> 'options' -> 'tree_weight' AS option,
       (info -> 'metrics' -> 'out_of_fold' ->> 'accuracy')::float8 > 0.9 AS accurate, info -> 'metrics' -> 'out_of_fold' -> 'objects' AS objects
FROM bagged;
SELECT round((plasticc_model_info(trained('{"networks": 3, "trees": 3, "bagging_folds": 3, "tree_weight": 0.125}')) ->> 'tree_weight')::numeric, 3) AS given,
       plasticc_model_info(trained('{"networks": 3, "trees": 1, "bagging_folds": 3}')) -> 'metrics' -> 'out_of_fold' -> 'objects' AS objects;
SELECT rounds, epochs FROM (SELECT plasticc_model_info(trained('{"networks": 0, "trees": 1, "validation_fraction": 0.3, "rounds": 1000, "patience": 3, "eta": 0.5}')) AS info) AS i,
    LATERAL (SELECT (info -> 'rounds' ->> 0)::integer <= 10 * (info -> 'metrics' -> 'trees' ->> 'best_epoch')::integer AS rounds,
                    (info -> 'metrics' -> 'trees' ->> 'epochs')::integer = (info -> 'metrics' -> 'trees' ->> 'best_epoch')::integer + 3 AS epochs) AS e;
-- the same with workers, byte for byte
CREATE FUNCTION trained_with(workers text, options jsonb) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_maintenance_workers', workers, true);
    RETURN trained(options);
END $$;
SELECT trained_with('0', o) = trained_with('2', o) AS same
FROM (VALUES ('{"networks": 1, "trees": 3}'::jsonb), ('{"networks": 2, "trees": 2, "bagging_folds": 2}'), ('{"networks": 0, "trees": 3, "validation_fraction": 0.2}')) AS v(o);
-- cross-validations
CALL plasticc_cross_validate('c', 'SELECT object_id, features, target, fold FROM objects ORDER BY object_id', '{"networks": 0, "trees": 2, "rounds": 40}');
CALL plasticc_cross_validate('c', 'SELECT object_id, features, target, fold FROM objects ORDER BY object_id',
    '{"layers": [4], "epochs": 4, "networks": 1, "trees": 1, "rounds": 40, "tree_weight": 0.9}');
SELECT version, (metrics ->> 'accuracy')::float8 > 0.9 AS accurate, metrics -> 'objects' AS objects FROM plasticc_cross_validations ORDER BY version;
-- trained on the features themselves in a cross-validation and on normalised ones otherwise, the trees are the same
CALL plasticc_train('three', 'SELECT object_id, features, target FROM objects WHERE fold <> 0 ORDER BY object_id', '{"networks": 0, "trees": 2, "rounds": 40}');
SELECT count(*), bool_and(abs((plasticc_classify(plasticc_model('three'), features))[1] - probabilities[1]) < 1e-4) AS same
FROM objects JOIN plasticc_out_of_fold USING (object_id) WHERE version = 1 AND plasticc_out_of_fold.fold = 0;

-- the inputs of networks and those of trees count as used, once
SELECT replace(line, chr(10), '') AS features FROM models, plasticc_model_card("both") AS card, regexp_split_to_table(card, '\n') AS line WHERE line ~ '^\* features';

-- gains
SELECT place, feature, feature_group, gain > 1 AS gains
FROM (SELECT row_number() OVER () AS place, i.* FROM models, plasticc_importance("both") AS i) AS i ORDER BY place;
CREATE TABLE named AS
SELECT trained('{"networks": 0, "trees": 1, "feature_names": ["noise", "telling", "flux_mean_r", "wide", "constant"]}') AS model;
SELECT feature, feature_group FROM named, plasticc_importance(model) WHERE feature IN ('telling', 'flux_mean_r') ORDER BY gain DESC;
-- permutation importance of trees
SELECT feature, loss_increase > 0.1 AS matters, loss_increase = 0 AS nothing
FROM models, plasticc_importance(trees, 'SELECT features, target FROM objects ORDER BY object_id') AS i ORDER BY feature;
WITH few AS (SELECT * FROM objects WHERE object_id <= 90), expected AS (
    SELECT j, plasticc_log_loss(a.target, plasticc_classify("both", a.features[:j - 1] || b.features[j] || a.features[j + 1:]), '{1,2,3}')
              - (SELECT plasticc_log_loss(target, plasticc_classify("both", features), '{1,2,3}') FROM few, models) AS loss_increase
    FROM few AS a, few AS b, generate_series(1, 5) AS j, models GROUP BY j)
SELECT feature, abs(i.loss_increase - e.loss_increase) < 0.01 + 0.05 * e.loss_increase AS equal
FROM models, plasticc_importance("both", 'SELECT target, features FROM objects WHERE object_id <= 90 ORDER BY object_id', repeats => 300) AS i
JOIN expected AS e ON i.feature = 'feature ' || j ORDER BY j;
SELECT * FROM plasticc_importance(trained('{"networks": 1, "trees": 0}'));
SELECT * FROM plasticc_importance('\x00'::bytea);

-- errors
SELECT trained('{"networks": 0, "trees": 0}');
SELECT trained('{"tree_weight": -0.5}');
SELECT trained('{"tree_weight": 1.5}');
SELECT trained('{"trees": -1}');
SELECT trained('{"max_depth": 11}');
SELECT trained('{"colsample": 0}');
SELECT trained('{"lamda": 2}');
SELECT trained('{"trees": 1000, "rounds": 100000}');
CALL plasticc_train('u', 'SELECT target, features[5:5] AS features FROM objects', '{"networks": 0, "trees": 1}');

DROP FUNCTION trained_with, trained, accuracy;
DROP TABLE objects, models, bagged, named;
TRUNCATE plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold;
