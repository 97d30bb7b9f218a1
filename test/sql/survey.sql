--
-- plasticc_extract and plasticc_predict: a survey brought up to date
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET max_parallel_maintenance_workers = 1;
CREATE SCHEMA survey;
SET search_path = survey, public;
CREATE TABLE hosts AS SELECT * FROM plasticc_simulate_objects(40, 1, 'uniform');
CREATE TABLE observations AS SELECT * FROM plasticc_simulate_observations(40, 1, 'uniform');
CREATE INDEX ON observations (object_id);

SELECT plasticc_create_feature_table('curves');
SELECT plasticc_create_feature_table('"Odd schema".t');
SELECT plasticc_create_feature_table('curves');
SELECT plasticc_create_feature_table(NULL) IS NULL AS nothing;

-- all objects
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple", "chunk_objects": 7}');
CREATE VIEW expected AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve,
       plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), 'simple') AS features, count(*) AS n_rows
FROM observations GROUP BY object_id;
CREATE VIEW differences AS
SELECT count(*) FILTER (WHERE c.object_id IS NULL) AS missing,
       count(*) FILTER (WHERE e.lightcurve <> c.lightcurve OR e.features <> c.features OR e.n_rows <> c.n_rows) AS different,
       count(*) AS objects
FROM expected e FULL JOIN curves c USING (object_id);
SELECT * FROM differences;
SELECT plasticc_n_observations(lightcurve) = n_rows AS equal, count(*) FROM curves GROUP BY 1;

-- null is the default of every option, and reports may come after fractions of a second
SELECT plasticc_create_feature_table('nulls');
SELECT jsonb_object_agg(name, NULL) || '{"feature_set": "simple", "report_interval": 0.5}' AS nulls
FROM plasticc_option_catalog() WHERE procedure = 'plasticc_extract' \gset
CALL plasticc_extract('observations', 'nulls', :'nulls');
SELECT count(*) AS same FROM curves c JOIN nulls n USING (object_id, n_rows) WHERE c.lightcurve = n.lightcurve AND c.features = n.features;

-- no objects to process
CREATE TABLE before AS SELECT * FROM curves;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple"}');
SELECT count(*) FROM curves JOIN before USING (object_id, extracted_at);

-- a night: objects that are observed again, and a new one
INSERT INTO observations SELECT object_id, 70000 + object_id, 1, 10, 1, true FROM generate_series(5, 45, 5) AS object_id;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple"}');
SELECT * FROM differences;
SELECT count(*) AS untouched FROM curves JOIN before USING (object_id, extracted_at);

-- the same by arrival, which only restricts the objects considered
INSERT INTO observations VALUES (1, 70100, 1, 10, 1, true), (2, 50000, 1, 10, 1, true), (50, 70100, 1, NULL, 1, true);
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple", "arrival": "mjd", "since": 70050}');
SELECT missing, different FROM differences;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple", "arrival": "mjd", "since": "5e4"}');
SELECT * FROM differences;
-- an object without usable observations has a row without features
SELECT object_id, lightcurve, features, n_rows FROM curves WHERE features IS NULL;

-- other column names, types and schemas; letters for passbands; metadata; an empty search_path
CREATE SCHEMA "Odd schema";
SELECT plasticc_create_feature_table('"Odd schema"."T ""1"""');
CREATE TABLE "Odd schema"."obs'" AS
SELECT object_id::integer AS "ID", mjd::text::numeric AS "M j d", substr('ugrizY', passband + 1, 1) AS "select", flux::double precision AS "f\x",
       flux_err AS "é", detected::integer AS "d""et"
FROM observations WHERE object_id <= 20;
CREATE TABLE "Odd schema".hosts AS
SELECT object_id::smallint AS oid, ddf::integer AS "DDF", hostgal_photoz::float8::text::numeric AS z, hostgal_photoz_err AS ze, mwebv FROM hosts WHERE object_id <> 7;
SET search_path = '';
CALL public.plasticc_extract('"Odd schema"."obs''"', '"Odd schema"."T ""1"""', '{"object_id": "ID", "mjd": "M j d", "passband": "select",
    "flux": "f\\x", "flux_err": "é", "detected": "d\"et", "chunk_objects": 6, "metadata": "\"Odd schema\".hosts", "metadata_object_id": "oid",
    "ddf": "DDF", "hostgal_photoz": "z", "hostgal_photoz_err": "ze", "feature_set": "simple"}');
SET search_path = survey, public;
SELECT count(*), count(*) FILTER (WHERE t.lightcurve = e.lightcurve) AS curves,
       count(*) FILTER (WHERE t.features = plasticc_host_features(e.features, ddf, hostgal_photoz, hostgal_photoz_err, NULL, mwebv)) AS features
FROM "Odd schema"."T ""1""" t JOIN expected e USING (object_id) LEFT JOIN (SELECT * FROM hosts WHERE object_id <> 7) h USING (object_id);

-- stored light curves as the source; a target without them
CREATE TABLE stored AS SELECT object_id, plasticc_slice(lightcurve, NULL, 60000) AS lightcurve FROM curves WHERE object_id <= 30;
CREATE TABLE slim (object_id integer UNIQUE, features real[], n_rows integer, extracted_at timestamptz, note text DEFAULT 'mine');
CALL plasticc_extract('stored', 'slim', '{"feature_set": "simple"}');
SELECT count(*), count(*) FILTER (WHERE s.features IS NOT DISTINCT FROM plasticc_features(lightcurve, 'simple')) AS equal, min(note) FROM slim s JOIN stored USING (object_id);
CREATE TABLE slim_before AS SELECT * FROM slim;
UPDATE stored SET lightcurve = stored.lightcurve || plasticc_slice(c.lightcurve, 60000, NULL) FROM curves c WHERE c.object_id = stored.object_id AND c.object_id <= 10;
CALL plasticc_extract('stored', 'slim', '{"feature_set": "simple"}');
SELECT count(*) FILTER (WHERE s.features IS NOT DISTINCT FROM plasticc_features(lightcurve, 'simple')) AS equal FROM slim s JOIN stored USING (object_id);
SELECT count(*) > 19 AS untouched FROM slim JOIN slim_before USING (object_id, extracted_at);

-- a target that is its own source: a night is appended to its curves
CREATE TABLE own (LIKE curves INCLUDING ALL);
INSERT INTO own SELECT object_id, plasticc_slice(lightcurve, NULL, 60000), NULL, 0, now() FROM curves WHERE object_id <= 10;
CALL plasticc_extract('own', 'own', '{"feature_set": "simple"}');
CREATE TABLE own_before AS SELECT * FROM own;
INSERT INTO own SELECT object_id, plasticc_slice(lightcurve, 60000, NULL), NULL, 0, now() FROM curves WHERE object_id BETWEEN 8 AND 11
ON CONFLICT (object_id) DO UPDATE SET lightcurve = own.lightcurve || EXCLUDED.lightcurve;
CALL plasticc_extract('own', 'own', '{"feature_set": "simple"}');
SELECT count(*), count(*) FILTER (WHERE features = plasticc_features(lightcurve, 'simple') AND n_rows = plasticc_n_observations(lightcurve)) AS equal FROM own;
SELECT count(*) AS untouched FROM own JOIN own_before USING (object_id, extracted_at);
SELECT count(*) AS whole FROM own JOIN curves c USING (object_id) WHERE own.features = c.features;

-- the distance modulus from a column that is there, or that an option names
CREATE VIEW distances AS SELECT object_id, ddf, hostgal_photoz, hostgal_photoz_err, distmod - 1 AS distmod, distmod + 1 AS "Dist", mwebv FROM hosts;
SELECT plasticc_create_feature_table('by_column'), plasticc_create_feature_table('by_option');
CALL plasticc_extract('observations', 'by_column', '{"feature_set": "simple", "metadata": "distances"}');
CALL plasticc_extract('observations', 'by_option', '{"feature_set": "simple", "metadata": "distances", "distmod": "Dist"}');
SELECT count(*), count(*) FILTER (WHERE c.features = plasticc_host_features(e.features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv)) AS by_column,
       count(*) FILTER (WHERE o.features = plasticc_host_features(e.features, ddf, hostgal_photoz, hostgal_photoz_err, "Dist", mwebv)) AS by_option,
       count(*) FILTER (WHERE c.features <> o.features) AS different
FROM expected e JOIN distances USING (object_id) JOIN by_column c USING (object_id) JOIN by_option o USING (object_id) WHERE e.features IS NOT NULL;

-- a large table without an index is read for each chunk
CREATE UNLOGGED TABLE large (object_id bigint, mjd float8, passband integer, flux float8, flux_err float8, filler text);
ALTER TABLE large ALTER filler SET STORAGE PLAIN;
INSERT INTO large SELECT i % 2, 60000 + i, 1, i, 1, repeat('x', 4100) FROM generate_series(1, 10010) AS i;
SELECT plasticc_create_feature_table('of_large');
CALL plasticc_extract('large', 'of_large', '{"feature_set": "simple"}');
CREATE INDEX ON large (mjd, object_id);
CALL plasticc_extract('large', 'of_large', '{"feature_set": "simple"}');
CREATE INDEX ON large (object_id);
CALL plasticc_extract('large', 'of_large', '{"feature_set": "simple"}');
DROP TABLE large;

-- in a transaction block nothing is committed
CREATE TABLE block (LIKE curves INCLUDING ALL);
BEGIN;
CALL plasticc_extract('observations', 'block', '{"feature_set": "simple"}');
SELECT count(*) FROM block;
ROLLBACK;
SELECT count(*) FROM block;
-- temporary tables, which workers cannot see
CREATE TEMPORARY TABLE private AS SELECT * FROM observations WHERE object_id <= 10;
CALL plasticc_extract('private', 'block', '{"feature_set": "simple", "chunk_objects": 2}');
SELECT count(*) FROM block;
-- a view, and a partitioned target
CREATE VIEW bright AS SELECT * FROM observations WHERE flux > 100;
CREATE TABLE parts (LIKE curves INCLUDING ALL) PARTITION BY HASH (object_id);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CALL plasticc_extract('bright', 'parts', '{"feature_set": "simple"}');
SELECT count(*) = (SELECT count(DISTINCT object_id) FROM bright) AS all_of_them FROM parts;

-- errors
CALL plasticc_extract('observations', 'curves', '{"feature_set": "all"}');
CALL plasticc_extract('observations', 'curves', '[]');
CALL plasticc_extract('observations', 'curves', '{"pasband": "band"}');
CALL plasticc_extract('observations', 'curves', '{"passbands": "band"}');
CALL plasticc_extract('observations', 'curves', '{"chunk_objects": 0}');
CALL plasticc_extract('observations', 'curves', '{"workers": 1.5}');
CALL plasticc_extract('observations', 'curves', '{"report_interval": "often"}');
CALL plasticc_extract('observations', 'curves', '{"mjd": 5}');
CALL plasticc_extract('observations', 'curves', '{"feature_set": "most"}');
CALL plasticc_extract('observations', 'curves', '{"arrival": "mjd"}');
CALL plasticc_extract('observations', 'curves', '{"arrival": "arrived", "since": 1}');
CALL plasticc_extract('observations', 'curves', '{"store_lightcurves": "yes"}');
CALL plasticc_extract('observations', 'slim', '{"store_lightcurves": true, "feature_set": "simple"}');
CALL plasticc_extract('observations', 'curves', '{"mjd": "time"}');
CALL plasticc_extract('observations', 'curves', '{"flux": "detected"}');
CALL plasticc_extract('observations', 'curves', '{"detected": "seen"}');
CALL plasticc_extract('observations', 'curves', '{"metadata": "nowhere"}');
CALL plasticc_extract('observations', 'curves', '{"metadata": "hosts", "mwebv": "target_class"}');
CALL plasticc_extract('observations', 'curves', '{"lightcurve": "flux"}');
CALL plasticc_extract('observations', 'hosts');
CALL plasticc_extract('observations', 'bright');
CALL plasticc_extract('observations_object_id_idx', 'curves');
CALL plasticc_extract(NULL, 'curves');
CALL plasticc_extract('observations', NULL);
CREATE VIEW dated AS SELECT *, date '2026-01-01' AS day FROM observations;
CALL plasticc_extract('dated', 'curves', '{"passband": "day"}');
CALL plasticc_extract('dated', 'curves', '{"detected": "day"}');
CREATE TABLE counted (LIKE curves INCLUDING ALL);
ALTER TABLE counted ALTER n_rows TYPE text;
CALL plasticc_extract('observations', 'counted');
CREATE TABLE keyless (LIKE curves);
CALL plasticc_extract('observations', 'keyless');
-- indexes that do not make the ids unique, or not yet
INSERT INTO keyless (object_id, n_rows, extracted_at) VALUES (1, 1, now()), (1, 2, now());
CREATE UNIQUE INDEX CONCURRENTLY invalid ON keyless (object_id);
DELETE FROM keyless;
CREATE INDEX ON keyless (object_id);
CREATE UNIQUE INDEX ON keyless (object_id) WHERE n_rows > 0;
CREATE UNIQUE INDEX ON keyless (object_id, n_rows);
CREATE UNIQUE INDEX ON keyless (n_rows);
ALTER TABLE keyless ADD UNIQUE (object_id) DEFERRABLE;
CALL plasticc_extract('observations', 'keyless');
BEGIN READ ONLY;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple"}');
ROLLBACK;
INSERT INTO observations VALUES (3, 70200, 9, 10, 1, true);
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple"}');
DELETE FROM observations WHERE passband = 9;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple"}');

--
-- predictions
--
CALL plasticc_train('a', 'SELECT features, target FROM curves JOIN hosts USING (object_id) ORDER BY object_id', '{"trees": 0, "layers": [8], "epochs": 2}');
SELECT plasticc_create_prediction_table('predictions'), plasticc_create_prediction_table('track', history => true);
CALL plasticc_predict('a', 'curves', 'predictions', '{"chunk_objects": 11}');
CREATE VIEW wrong AS
SELECT count(*) AS objects, count(*) FILTER (WHERE features_at <> extracted_at) AS older,
       count(*) FILTER (WHERE (SELECT max(abs(x - y)) FROM unnest(probabilities, plasticc_classify(plasticc_model(p.model, p.version), features)) AS u(x, y)) > 1e-6) AS different
FROM predictions p FULL JOIN (SELECT * FROM curves WHERE features IS NOT NULL) c USING (object_id);
SELECT * FROM wrong;
CREATE TABLE predicted_before AS SELECT * FROM predictions;
SELECT jsonb_object_agg(name, NULL) AS nulls FROM plasticc_option_catalog() WHERE procedure = 'plasticc_predict' \gset
CALL plasticc_predict('a', 'curves', 'predictions', :'nulls');
CALL plasticc_predict('a', 'curves', 'predictions');
SELECT count(*) AS untouched FROM predictions JOIN predicted_before USING (object_id, predicted_at);

-- a night, then another version, in the table of latest predictions and in that with the history
CALL plasticc_predict('a', 'curves', 'track', '{"history": true}');
INSERT INTO observations SELECT object_id, 71000, 2, 1000, 1, true FROM generate_series(1, 4) AS object_id;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple"}');
CALL plasticc_predict('a', 'curves', 'predictions');
CALL plasticc_predict('a', 'curves', 'track');
SELECT * FROM wrong;
SELECT count(*) AS untouched FROM predictions JOIN predicted_before USING (object_id, predicted_at);
CALL plasticc_train('a', 'SELECT features, target FROM curves JOIN hosts USING (object_id) ORDER BY object_id', '{"trees": 0, "layers": [8], "epochs": 2, "seed": 1}');
CALL plasticc_predict('a', 'curves', 'predictions');
CALL plasticc_predict('a', 'curves', 'track');
CALL plasticc_predict('a', 'curves', 'track', '{"version": 1}');
SELECT * FROM wrong;
SELECT version, count(*) FROM predictions GROUP BY 1 ORDER BY 1;
SELECT version, count(*), count(DISTINCT object_id) AS objects FROM track GROUP BY 1 ORDER BY 1;

-- one row an object, whatever the version
CREATE TABLE newest (LIKE predictions, PRIMARY KEY (object_id));
CALL plasticc_predict('a', 'curves', 'newest', '{"version": 1}');
CALL plasticc_predict('a', 'curves', 'newest');
SELECT version, count(*), count(*) = (SELECT count(*) FROM curves WHERE features IS NOT NULL) AS all_of_them FROM newest GROUP BY 1;

-- features from other tables, without a timestamp
CREATE VIEW plain AS SELECT object_id AS "Id", features::double precision[] AS "Values" FROM curves;
SELECT plasticc_create_prediction_table('others');
SET search_path = '';
CALL public.plasticc_predict('a', 'survey.plain', 'survey.others', '{"object_id": "Id", "features": "Values", "version": 1}');
CALL public.plasticc_predict('a', 'survey.plain', 'survey.others', '{"object_id": "Id", "features": "Values", "version": 1}');
SET search_path = survey, public;
SELECT count(*), min(version), max(features_at) FROM others;

-- errors
CALL plasticc_predict('b', 'curves', 'predictions');
CALL plasticc_predict('a', 'curves', 'predictions', '{"version": 5}');
CALL plasticc_predict('a', 'curves', 'predictions', '{"version": 0}');
CALL plasticc_predict('a', 'curves', 'predictions', '{"history": true}');
CALL plasticc_predict('a', 'curves', 'track', '{"history": false}');
CALL plasticc_predict('a', 'curves', 'predictions', '{"features": "n_rows"}');
CALL plasticc_predict('a', 'curves', 'predictions', '{"extracted_at": "n_rows"}');
CALL plasticc_predict('a', 'plain', 'predictions');
CALL plasticc_predict('a', 'curves', 'curves');
CREATE TABLE named (LIKE predictions INCLUDING ALL);
ALTER TABLE named ALTER model TYPE varchar(20), ALTER version TYPE text;
CALL plasticc_predict('a', 'curves', 'named');
CALL plasticc_predict(NULL, 'curves', 'predictions');
CREATE VIEW cut AS SELECT object_id, features[1:5] AS features, extracted_at + '1 s' AS extracted_at FROM curves;
CALL plasticc_predict('a', 'cut', 'predictions');

--
-- privileges: only those on the tables
--
CREATE ROLE regress_plasticc_survey;
GRANT USAGE ON SCHEMA survey TO regress_plasticc_survey;
GRANT SELECT (object_id, mjd, passband, flux, flux_err, detected) ON observations TO regress_plasticc_survey;
TRUNCATE curves, predictions;
SET ROLE regress_plasticc_survey;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple", "chunk_objects": 9}');
RESET ROLE;
GRANT SELECT, INSERT, UPDATE ON curves TO regress_plasticc_survey;
SET ROLE regress_plasticc_survey;
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple", "chunk_objects": 9}');
CALL plasticc_predict('a', 'curves', 'predictions', '{"chunk_objects": 9}');
RESET ROLE;
GRANT SELECT ON plasticc_models TO regress_plasticc_survey;
GRANT SELECT, INSERT, UPDATE ON predictions TO regress_plasticc_survey;
SET ROLE regress_plasticc_survey;
CALL plasticc_predict('a', 'curves', 'predictions', '{"chunk_objects": 9}');
RESET ROLE;
SELECT * FROM differences;
SELECT * FROM wrong;

DROP OWNED BY regress_plasticc_survey;
DROP ROLE regress_plasticc_survey;
DELETE FROM plasticc_models WHERE name = 'a';
DELETE FROM plasticc_training_log WHERE name = 'a';
DROP SCHEMA survey, "Odd schema" CASCADE;
