--
-- Aliases: names that stand for a version of a model, and can be changed in one statement
--
SET client_min_messages = warning;
CREATE TABLE objects AS
SELECT i AS object_id, (ARRAY[15, 42])[1 + i % 2] AS target, ARRAY[i % 2, hashint4(i) / 4e9]::real[] AS features FROM generate_series(1, 40) AS i;
DO $$
BEGIN
    FOR seed IN 1 .. 3 LOOP
        CALL plasticc_train(CASE WHEN seed < 3 THEN 'm' ELSE 'n' END, 'SELECT features, target FROM objects ORDER BY object_id', format('{"networks": 1, "trees": 0, "layers": [4], "epochs": 1, "seed": %s}', seed)::jsonb);
    END LOOP;
END $$;
CREATE TABLE answers AS SELECT name || ' ' || version AS model, plasticc_classify(model, '{1,2}') AS probabilities FROM plasticc_models;
PREPARE live AS SELECT model FROM answers WHERE probabilities = plasticc_classify('live', '{1,2}');

EXECUTE live;
SELECT plasticc_promote('m', 1, 'live');
EXECUTE live;
SELECT plasticc_promote('m', NULL, 'live');
EXECUTE live;
SELECT plasticc_promote('n', NULL, 'live');
EXECUTE live;
SELECT plasticc_model('live') = model AS same FROM plasticc_models WHERE name = 'n';
SELECT name, promotion, model, version, owner = current_user AS mine FROM plasticc_aliases ORDER BY 1, 2;
-- one statement back, and another one
SELECT * FROM plasticc_roll_back('live');
EXECUTE live;
BEGIN;
SELECT plasticc_promote('n', 1, 'live');
EXECUTE live;
ROLLBACK;
EXECUTE live;
-- what stands for it now, under another alias
SELECT plasticc_promote('live', NULL, 'safe');
SELECT * FROM plasticc_roll_back('live');
SELECT model, version FROM plasticc_aliases WHERE name = 'safe';
-- predictions tell the model and the version that made them
SELECT plasticc_create_prediction_table('predictions');
CALL plasticc_predict('live', 'objects', 'predictions', '{"workers": 0}');
SELECT plasticc_promote('m', 2, 'live');
CALL plasticc_predict('live', 'objects', 'predictions', '{"workers": 0}');
SELECT p.model, p.version, count(*), bool_and(abs(probabilities[1] - (plasticc_classify(m.model, features))[1]) < 1e-5) AS same
FROM predictions AS p JOIN objects USING (object_id) JOIN plasticc_models AS m ON m.name = p.model AND m.version = p.version GROUP BY 1, 2;

-- A version that is gone.
BEGIN;
DELETE FROM plasticc_models WHERE name = 'm' AND version = 2;
EXECUTE live;
ROLLBACK;

-- A name is that of a model or an alias, never of both.
SELECT plasticc_promote('m', 1, 'n');
CALL plasticc_train('live', 'SELECT features, target FROM objects');
CALL plasticc_cross_validate('live', 'SELECT features, target FROM objects');
SELECT plasticc_model('live', 1);

-- errors
SELECT plasticc_promote('nobody', NULL, 'live');
SELECT plasticc_promote('m', 7, 'live');
SELECT plasticc_promote('live', 1, 'safe');
SELECT plasticc_promote(NULL, 1, 'live');
SELECT plasticc_promote('m', 1, NULL);
SELECT plasticc_promote('m', 1, '');
SELECT plasticc_roll_back('nobody');
SELECT plasticc_roll_back(NULL) IS NULL AS nothing;

-- An alias belongs to a role, like a model.
CREATE ROLE regress_promoter;
CREATE ROLE regress_rival;
CREATE ROLE regress_user;
GRANT SELECT ON plasticc_models, answers TO regress_promoter, regress_rival, regress_user;
GRANT SELECT, INSERT, DELETE ON plasticc_aliases TO regress_promoter, regress_rival;
GRANT INSERT ON plasticc_models TO regress_promoter;
SET ROLE regress_promoter;
\set VERBOSITY terse    \\ -- the owner is whoever runs the tests
SELECT plasticc_promote('m', 1, 'live');
SELECT plasticc_promote('m', 1, 'mine'), plasticc_promote('m', 2, 'mine');
INSERT INTO plasticc_aliases (name, promotion, model, version) VALUES ('n', 1, 'm', 1);
\set VERBOSITY default
INSERT INTO plasticc_models (name, version, classes, options, metrics, model) SELECT 'mine', 1, classes, options, metrics, model FROM plasticc_models LIMIT 1;
SET ROLE regress_rival;
SELECT plasticc_promote('m', 1, 'mine');
SELECT plasticc_roll_back('mine');
INSERT INTO plasticc_aliases (name, promotion, model, version) VALUES ('mine', 9, 'm', 1);
DELETE FROM plasticc_aliases;
UPDATE plasticc_aliases SET version = 1;
SELECT model FROM answers WHERE probabilities = plasticc_classify('mine', '{1,2}');
-- who may not read aliases has none
SET ROLE regress_user;
SELECT plasticc_classify('mine', '{1,2}');
SELECT plasticc_promote('m', 1, 'own');
RESET ROLE;
SELECT * FROM plasticc_roll_back('mine');
SELECT * FROM plasticc_roll_back('mine');
SELECT count(*) FROM plasticc_aliases WHERE name = 'mine';

--
-- The card of a model
--
CALL plasticc_train('card', 'SELECT features, target FROM objects ORDER BY object_id',
    '{"networks": 2, "trees": 0, "bagging_folds": 2, "layers": [4], "epochs": 2, "feature_names": ["a", "b|c"], "validation_fraction": 0.2, "calibration": "none"}');
SELECT line FROM plasticc_model_card(plasticc_model('card')) AS card, regexp_split_to_table(card, '\n') WITH ORDINALITY AS l(line, i)
WHERE line ~ '^(#|\* (training rows|features|classes|networks|It|An|Features|No|The|Fewer|Some)|\|( (class|15|42|rows|option|networks|feature)|---))' ORDER BY i;
CALL plasticc_train('card', 'SELECT features, ''<b>'' || chr(10) || target AS target FROM objects ORDER BY object_id', '{"networks": 1, "trees": 0, "layers": [4], "epochs": 2}');
SELECT line FROM plasticc_model_card(plasticc_model('card')) AS card, regexp_split_to_table(card, '\n') WITH ORDINALITY AS l(line, i) WHERE line ~ '^(\| .<b|\* No)' ORDER BY i;

REVOKE ALL ON plasticc_models, plasticc_aliases FROM regress_promoter, regress_rival, regress_user;
DROP TABLE objects, answers, predictions;
DROP ROLE regress_promoter, regress_rival, regress_user;
TRUNCATE plasticc_models, plasticc_training_log, plasticc_aliases;
DEALLOCATE ALL;
