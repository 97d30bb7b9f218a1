--
-- Importance weights that give the training set the distribution of the objects to be classified
--
SET client_min_messages = warning;
-- the class depends on the sign of the third feature where the first is 0.1, and on the opposite sign where it is 0.9, which is rare
CREATE TABLE objects AS
SELECT i AS object_id, ARRAY[CASE WHEN i % 10 > 0 THEN 0.1 ELSE 0.9 END, i % 2, s]::real[] AS features,
       CASE WHEN (s > 0) = (i % 10 > 0) THEN 42 ELSE 90 END AS target
FROM (SELECT i, hashint4(i) / 2e9 AS s FROM generate_series(1, 1000) AS i) AS o;
CREATE VIEW survey AS SELECT object_id, features FROM objects WHERE features[1] > 0.5 OR object_id % 90 = 1;
CREATE FUNCTION trained(options jsonb, workers text DEFAULT '0') RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_maintenance_workers', workers, true);
    CALL plasticc_train('s', 'SELECT features, target FROM objects ORDER BY object_id', '{"trees": 0, "layers": [], "epochs": 20, "batch_size": 50, "learning_rate": 0.05}' || options);
    RETURN plasticc_model('s');
END $$;

-- a linear model can fit only one of them: the majority, or the objects of the survey
SELECT o ? 'survey_query' AS survey, features[1] > 0.5 AS rare, avg(((p[1] > 0.5) = (target = 42))::int) > 0.8 AS right, avg(((p[1] > 0.5) = (target = 42))::int) < 0.2 AS wrong
FROM (VALUES ('{}'::jsonb), ('{"survey_query": "TABLE survey", "survey_features": [1]}')) AS v(o), LATERAL (SELECT trained(o) AS model OFFSET 0) AS m, objects,
     plasticc_classify(model, features) AS p GROUP BY 1, 2 ORDER BY 1, 2;
-- 100 of 1000 objects weigh ten times as much as the other 900
SELECT version, options ->> 'survey_query' AS survey_query, options -> 'survey_features' AS survey_features, metrics -> 'effective_objects' IS NOT NULL AS weighed,
       (metrics -> 'effective_objects')::float8 BETWEEN 100 AND 150 AS effective FROM plasticc_models ORDER BY 1;
-- by names from the option or the catalog; with the training set itself as target, all rows weigh the same
SELECT count(*) FROM (SELECT trained('{"survey_query": "SELECT features FROM survey", "feature_names": ["hostgal_photoz", "b", "c"], "gate_feature": -1}')) AS m;
SELECT count(*) FROM (SELECT trained('{"survey_query": "SELECT features FROM objects", "feature_names": ["a", "ddf", "c"]}')) AS m;
SELECT version, (metrics -> 'effective_objects')::float8 BETWEEN 100 AND 150 AS few, (metrics -> 'effective_objects')::float8 BETWEEN 999.9 AND 1000.1 AS effective FROM plasticc_models WHERE version > 2 ORDER BY 1;
-- any text of a query is kept
SELECT length(trained(jsonb_build_object('survey_features', '[1]'::jsonb, 'survey_query', E'-- "objects" \\ \n\tTABLE survey'))) > 0 AS trained;
SELECT version, options ->> 'survey_query' = E'-- "objects" \\ \n\tTABLE survey' AS same, plasticc_model_info(model) #> '{options,survey_query}' = options -> 'survey_query' AS same_in_the_model
FROM plasticc_models ORDER BY version DESC LIMIT 1;
-- with workers, bagging and calibration
SELECT trained(o) = trained(o, '2') AS same FROM (VALUES ('{"survey_query": "TABLE survey", "survey_features": [1, 2], "networks": 2, "trees": 0, "bagging_folds": 2}'::jsonb)) AS v(o);

-- a cross-validation: the training rows of each fold are weighted
CALL plasticc_cross_validate('s', 'SELECT * FROM objects ORDER BY object_id', '{"trees": 0, "layers": [], "epochs": 20, "batch_size": 50, "learning_rate": 0.05, "folds": 2, "survey_query": "TABLE survey", "survey_features": [1]}');
SELECT bool_and((f -> 'effective_objects')::float8 BETWEEN 45 AND 80) AS effective FROM plasticc_cross_validations, jsonb_array_elements(metrics -> 'folds') AS f;
SELECT features[1] > 0.5 AS rare, avg(((probabilities[1] > 0.5) = (o.target = 42))::int) > 0.8 AS right FROM plasticc_out_of_fold AS o JOIN objects USING (object_id) GROUP BY 1 ORDER BY 1;

-- by a classifier that is trained on all features: here the first tells the survey from the training set; 100 objects weigh three times as much as in the training set, 900 a third
TRUNCATE plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold;
SELECT o ? 'survey_query' AS survey, avg(p[CASE target WHEN 42 THEN 1 ELSE 2 END]) > 0.35 AS balanced
FROM (VALUES ('{"survey_query": "TABLE survey", "survey_features": "auto"}'::jsonb), ('{}')) AS v(o), LATERAL (SELECT trained(o) AS model OFFSET 0) AS m, objects, plasticc_classify(model, features) AS p WHERE features[1] > 0.5 GROUP BY 1 ORDER BY 1;
SELECT options -> 'survey_features' AS option, options -> 'survey_features' = plasticc_model_info(model) #> '{options,survey_features}' AS same, (metrics -> 'effective_objects')::float8 BETWEEN 300 AND 500 AS effective,
       (metrics #> '{survey,auc}')::float8 > 0.85 AS separable, jsonb_array_length(metrics #> '{survey,features}') BETWEEN 1 AND 3 AS features, (metrics #> '{survey,features,0}') - 'gain'::text AS first, (metrics #> '{survey,features,0,gain}')::float8 > 0.8 AS gain,
       metrics -> 'survey' = plasticc_model_info(model) #> '{metrics,survey}' AS same_in_the_model
FROM plasticc_models ORDER BY version;
-- the training set itself, which is not told apart; names; features that are missing; a survey of which only a sample is kept
SELECT count(*) FROM (SELECT trained('{"survey_query": "SELECT features FROM objects", "survey_features": "auto", "feature_names": ["a", "b", "c"]}')) AS m;
SELECT count(*) FROM (SELECT trained('{"survey_query": "SELECT object_id, ARRAY[features[1], NULL, features[3]] AS features FROM objects", "survey_features": "auto", "feature_names": ["a", "b", "c"]}')) AS m;
SELECT count(*) FROM (SELECT trained('{"survey_query": "SELECT features FROM objects, generate_series(1, 20)", "survey_features": "auto"}')) AS m;
SELECT version, round((metrics #> '{survey,auc}')::numeric, 2) AS auc, (metrics -> 'effective_objects')::float8 > 950 AS alike, metrics #>> '{survey,features,0,name}' AS first FROM plasticc_models WHERE version > 2 ORDER BY 1;
-- the seed determines the weights, with workers too
SELECT trained(o) = trained(o, '2') AS same FROM (VALUES ('{"survey_query": "TABLE survey", "survey_features": "auto", "networks": 2, "trees": 1, "rounds": 10, "bagging_folds": 2}'::jsonb)) AS v(o);
-- targets that are text, classes that keep their total weight, copies of objects; training rows of each fold
CALL plasticc_cross_validate('s', 'SELECT object_id, features, ''class '' || target AS target FROM objects, generate_series(1, 2) ORDER BY object_id',
    '{"loss": "weighted", "trees": 0, "layers": [], "epochs": 2, "folds": 2, "survey_query": "TABLE survey", "survey_features": "auto"}');
SELECT f -> 'fold' AS fold, (f -> 'effective_objects')::float8 BETWEEN 300 AND 500 AS effective, (f #> '{survey,auc}')::float8 > 0.85 AS separable, f #>> '{survey,features,0,name}' AS first
FROM plasticc_cross_validations, jsonb_array_elements(metrics -> 'folds') AS f ORDER BY 1;

-- invalid survey queries
SELECT trained('{"survey_features": "auto"}');
SELECT trained('{"survey_query": "TABLE survey", "survey_features": "automatic"}');
SELECT trained('{"survey_query": "TABLE survey"}');
SELECT trained('{"survey_features": [1]}');
\set VERBOSITY terse
SELECT trained('{"survey_query": "TABLE survey", "survey_features": [4]}');
SELECT trained('{"survey_query": "TABLE survey", "survey_features": [0]}');
SELECT trained('{"survey_query": "TABLE survey", "survey_features": [1,1,1,1,1,1,1,1,1]}');
SELECT trained('{"survey_query": "TABLE survey", "survey_features": ["auto"]}');
SELECT trained('{"survey_query": "TABLE survey", "survey_features": ""}');
SELECT trained('{"survey_query": "TABLE survey", "survey_features": 1}');
SELECT trained('{"survey_query": "TABLE survey", "survey_features": "auto", "layers": "auto"}');
SELECT trained('{"survey_query": "SELECT 615 AS object_id, ARRAY[1,2]::real[] AS features", "survey_features": "auto"}');
SELECT trained('{"survey_query": "SELECT * FROM survey WHERE false", "survey_features": "auto"}');
SELECT trained('{"survey_query": 5}');
SELECT trained('{"survey_query": "", "survey_features": [1]}');
SELECT trained('{"survey_query": "DELETE FROM objects", "survey_features": [1]}');
SELECT trained('{"survey_query": "SELECT 1 AS feature", "survey_features": [1]}');
SELECT trained('{"survey_query": "SELECT NULL::real[] AS features", "survey_features": [1]}');
SELECT trained('{"survey_query": "SELECT 615 AS object_id, ARRAY[1,2]::real[] AS features", "survey_features": [1]}');
SELECT trained('{"survey_query": "SELECT * FROM survey WHERE false", "survey_features": [1]}');
-- the query runs as the caller, who has no model of that name to respect
TRUNCATE plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold;
CREATE ROLE plasticc_surveyor;
GRANT SELECT, INSERT ON plasticc_models, plasticc_training_log TO plasticc_surveyor;
GRANT SELECT ON objects TO plasticc_surveyor;
SET ROLE plasticc_surveyor;
SELECT trained('{"survey_query": "TABLE survey", "survey_features": [1]}');
RESET ROLE;
REVOKE ALL ON plasticc_models, plasticc_training_log FROM plasticc_surveyor;
DROP FUNCTION trained;
DROP VIEW survey;
DROP TABLE objects;
DROP ROLE plasticc_surveyor;
