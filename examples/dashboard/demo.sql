-- A synthetic survey for the dashboard: 1,200 objects to train on and 1,500 to classify, by two versions of
-- a model and at four times of the survey's three years.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS plasticc;

CREATE TABLE objects AS SELECT * FROM plasticc_simulate_objects(2700, seed => 3);
ALTER TABLE objects ADD PRIMARY KEY (object_id);
COMMENT ON COLUMN objects.ra IS 'right ascension in degrees';
COMMENT ON COLUMN objects.decl IS 'declination in degrees';
COMMENT ON COLUMN objects.mwebv IS 'extinction E(B-V) of the Milky Way in mag';
CREATE TABLE training_observations AS SELECT * FROM plasticc_simulate_observations(1200, seed => 3);
CREATE TABLE whole_survey AS SELECT * FROM plasticc_simulate_observations(1500, seed => 3, first_object => 1201);

SELECT plasticc_create_feature_table('training_features'), plasticc_create_feature_table('survey_features'),
       plasticc_create_prediction_table('survey_track', history => true) \g /dev/null
CALL plasticc_extract('training_observations', 'training_features', '{"metadata": "objects"}');

\set training 'SELECT object_id, features, target FROM training_features JOIN objects USING (object_id) ORDER BY object_id'
CALL plasticc_train('survey', :'training', '{"seed": 1, "networks": 1, "trees": 0, "epochs": 12, "validation_fraction": 0.2}');

-- The survey up to a night: its features are those of that time.
CREATE TABLE observations (LIKE whole_survey);
CREATE INDEX ON observations (object_id);
CREATE PROCEDURE observe(until double precision) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO observations
    SELECT * FROM whole_survey WHERE mjd < until AND mjd >= coalesce((SELECT max(mjd) FROM observations), 0);
    COMMIT;
    CALL plasticc_extract('observations', 'survey_features', '{"metadata": "objects"}');
    UPDATE survey_features SET extracted_at = least(plasticc_timestamp(until), now());
    COMMIT;
    CALL plasticc_predict('survey', 'survey_features', 'survey_track');
END $$;

SELECT min(mjd) AS first, max(mjd) + 1 AS last FROM whole_survey \gset
CALL observe(:first + 0.25 * (:last - :first));
CALL observe(:first + 0.5 * (:last - :first));
CALL plasticc_train('survey', :'training', '{"seed": 2, "bagging_folds": 5}');
CALL observe(:first + 0.75 * (:last - :first));
CALL observe(:last);
CALL plasticc_cross_validate('survey', :'training', '{"seed": 3, "networks": 1, "trees": 0, "folds": 3}');
ANALYZE;
