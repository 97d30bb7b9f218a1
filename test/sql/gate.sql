--
-- The class gate: classes that occur only on one side of a feature
--
SET client_min_messages = warning;
-- 6 and 65 in the Milky Way, 42 and 90 beyond; the first feature separates only the classes on the same side
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[6, 65, 42, 90])[1 + i % 4] AS target, ARRAY[i % 2 + hashint4(i) / 8e9, hashint4(-i) / 4e9,
       CASE WHEN i % 4 < 2 THEN 0 ELSE 0.1 + (i % 7) / 10.0 END]::real[] AS features
FROM generate_series(1, 400) AS i;
CREATE FUNCTION trained(options jsonb, workers text DEFAULT '0') RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_maintenance_workers', workers, true);
    CALL plasticc_train('g', 'TABLE objects ORDER BY 1', '{"trees": 0, "layers": [8], "epochs": 10, "batch_size": 20, "learning_rate": 0.02, "weight_decay": 0.2}' || options);
    RETURN plasticc_model('g');
END $$;
CREATE FUNCTION gate(options jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_set(jsonb_set(g, '{closed_at_zero}', (SELECT jsonb_object_agg(key, round(value::numeric, 6)) FROM jsonb_each_text(g -> 'closed_at_zero'))),
                     '{closed_elsewhere}', (SELECT jsonb_object_agg(key, round(value::numeric, 6)) FROM jsonb_each_text(g -> 'closed_elsewhere')))
    FROM (SELECT plasticc_model_info(trained(options)) -> 'gate' AS g) AS g $$;

-- none of 400 objects is on the wrong side: the next one is with probability 1/802
SELECT gate('{"gate_feature": 3}');
-- by name; disabled; and without such a feature
SELECT gate('{"feature_names": ["a", "b", "hostgal_photoz"]}');
SELECT plasticc_model_info(trained(o)) -> 'gate' AS gate
FROM (VALUES ('{"feature_names": ["a", "b", "hostgal_photoz"], "gate_feature": -1}'::jsonb), ('{"feature_names": ["a", "b", "c"]}'), ('{}'),
    ('{"preset": "reference", "feature_names": ["a", "b", "hostgal_photoz"]}'), ('{"gate_feature": 1}')) AS v(o);
-- in arrays of plasticc_host_features, of the sets all and simple
CREATE FUNCTION host_gate(names text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE position int := array_position(names, 'hostgal_photoz');
BEGIN
    CALL plasticc_train('h', format('SELECT target, array_fill(1::real, ARRAY[%s]) || features[3] || array_fill(1::real, ARRAY[%s]) AS features FROM objects',
                                    position - 1, cardinality(names) - position), '{"trees": 0, "layers": [2], "epochs": 1, "normalisation": "zscore"}');
    RETURN names[(plasticc_model_info(plasticc_model('h')) #>> '{gate,feature}')::int];
END $$;
SELECT host_gate(plasticc_host_feature_names(s)) FROM unnest('{simple,all}'::plasticc_feature_set[]) AS s;

-- closed classes get the probability stored in the model, the others the rest; an unknown redshift closes no class
SELECT z, round(p[1]::numeric, 6) AS p6, p[2] > 0.5 AS p42, round(p[3]::numeric, 6) AS p65, p[4] > 0.001 AS p90,
       abs((SELECT sum(x) FROM unnest(p) AS x) - 1) < 1e-6 AS sum_1
FROM (VALUES (0.5)) AS z(z), (SELECT trained('{"gate_feature": 3}') AS model) AS m, LATERAL plasticc_classify(model, ARRAY[0, 0.1, z]::real[]) AS p;
SELECT p[1] > 0.5 AS p6, round(p[2]::numeric, 6) AS p42, p[3] > 0.001 AS p65, round(p[4]::numeric, 6) AS p90
FROM plasticc_classify(plasticc_model('g'), '{0,0.1,0}'::real[]) AS p;
SELECT bool_and(x > 0.0001) AS open FROM unnest(plasticc_classify(plasticc_model('g'), '{0.5,0.1,NaN}'::real[])) AS x;
SELECT max(abs(a - b)) < 1e-6 AS equal FROM objects
JOIN plasticc_classify_query(plasticc_model('g'), 'SELECT object_id, features FROM objects') AS q USING (object_id),
     unnest(plasticc_classify('g', features), q.probabilities) AS u(a, b);
-- the gate contributes to the importance of its feature
SELECT feature, loss_increase > 0.5 AS worth FROM plasticc_importance(plasticc_model('g'), 'SELECT features, target FROM objects') WHERE feature = 'feature 3';

-- with bagging, calibration and workers: the same bytes
SELECT trained(o, '0') = trained(o, '2') AS same FROM (VALUES ('{"gate_feature": 3, "networks": 3, "trees": 0, "bagging_folds": 3}'::jsonb)) AS v(o);
SELECT metrics #> '{out_of_fold,objects}' AS objects, (metrics #>> '{out_of_fold,log_loss}')::float8 < 0.3 AS log_loss FROM plasticc_models
WHERE name = 'g' ORDER BY version DESC LIMIT 1;
SELECT abs(sum(p) - 1) < 1e-6 AS sum_1, count(*) FILTER (WHERE p < 0.001) AS closed FROM unnest(plasticc_classify('g', '{0.5,0.1,0}'::real[])) AS p;

-- in a cross-validation, the gate is learnt without the fold: its only object of class 42 at redshift 0 is unexpected, at the full cost
UPDATE objects SET features[3] = 0 WHERE object_id = 2;
CALL plasticc_cross_validate('g', 'SELECT *, object_id % 3 AS fold FROM objects ORDER BY 1', '{"trees": 0, "layers": [8], "epochs": 10, "batch_size": 20, "learning_rate": 0.02, "weight_decay": 0.2, "gate_feature": 3}');
SELECT object_id, round(probabilities[array_position(classes, target)]::numeric, 4) AS p, (metrics -> 'log_loss')::float8 < 0.4 AS log_loss
FROM plasticc_out_of_fold JOIN plasticc_cross_validations USING (name, version) WHERE object_id = 2;
-- then only class 90 is closed there, based on 100 objects
SELECT gate('{"gate_feature": 3}') #> '{closed_at_zero}' AS closed_at_zero;

-- which the card says
SELECT line FROM plasticc_model_card(plasticc_model('g')) AS card, regexp_split_to_table(card, '\n') AS line WHERE line ~ 'closed';

\set VERBOSITY terse
SELECT trained('{"gate_feature": 4}');
SELECT trained('{"gate_feature": -2}');
SELECT trained('{"gate_feature": 1.5}');

DROP FUNCTION trained, gate, host_gate;
DROP TABLE objects;
TRUNCATE plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold;
