--
-- plasticc_create_views: views of predictions and models
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET extra_float_digits = 0;
CREATE SCHEMA views;
SET search_path = views, public;

CREATE TABLE observations AS SELECT * FROM plasticc_simulate_observations(40, 1, 'uniform');
CREATE TABLE objects AS SELECT * FROM plasticc_simulate_objects(40, 1, 'uniform');
COMMENT ON COLUMN objects.ra IS 'right ascension in degrees';
SELECT plasticc_create_feature_table('curves'), plasticc_create_prediction_table('latest'), plasticc_create_prediction_table('track', history => true);
CALL plasticc_extract('observations', 'curves', '{"feature_set": "simple"}');
CALL plasticc_train('v', 'SELECT object_id, features, target FROM curves JOIN objects USING (object_id) WHERE target <> 99 ORDER BY object_id',
    '{"layers": [2], "epochs": 2, "networks": 2, "trees": 0, "bagging_folds": 2, "seed": 1}');
CALL plasticc_cross_validate('v', 'SELECT object_id, features, (target > 60)::integer AS target FROM curves JOIN objects USING (object_id) ORDER BY object_id',
    '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0, "folds": 2}');
-- Probabilities to reckon with: those of two nights, the second of which changes the class of objects 1 to 4.
INSERT INTO track
SELECT object_id, 'v', 1, (SELECT array_agg(CASE WHEN i = 1 + object_id % 3 + (night * (object_id <= 4)::integer) THEN 0.4 + object_id % 2 * 0.3
        WHEN i = 5 THEN 0.2 ELSE (0.4 - object_id % 2 * 0.3) / (cardinality(classes) - 2) END::real ORDER BY i) FROM generate_subscripts(classes, 1) AS i),
    now() + night * interval '1 day', '2026-01-01 UTC'::timestamptz + night * interval '1 day'
FROM objects, plasticc_models, generate_series(0, 1) AS night WHERE name = 'v' AND object_id <= 30;
INSERT INTO latest SELECT DISTINCT ON (object_id) * FROM track ORDER BY object_id, features_at DESC;

SELECT * FROM plasticc_create_views('curves', 'track', 'objects', 'observations', options => '{"feature_columns": ["flux_maximum_r", "detection_span"]}');

-- Each prediction as reckoned here in another way.
CREATE VIEW reckoned AS
SELECT DISTINCT ON (object_id, u.model) object_id, u.version, class, probability,
    -(SELECT sum(x * ln(x)) FROM unnest(u.probabilities::float8[]) AS x) AS entropy
FROM track u JOIN plasticc_models m ON (m.name, m.version) = (u.model, u.version), unnest(m.classes, u.probabilities) AS c (class, probability)
ORDER BY object_id, u.model, features_at DESC, probability DESC, class;
SELECT count(*), bool_and((p.version, p.class, p.probability) = (r.version, r.class, r.probability)) AS same,
    max(abs(p.entropy - r.entropy)) < 1e-6 AS entropy, bool_and(p.class_name = k.name) AS names,
    bool_and(p.true_class_name = t.name) AS truth, bool_and(p.field = CASE WHEN o.ddf THEN 'deep' ELSE 'wide' END) AS field,
    bool_and(p.redshift = o.hostgal_photoz AND p.ra = o.ra AND p.target = o.target) AS metadata,
    bool_and(p.runner_up <> p.class AND p.runner_up_probability <= p.probability) AS runner_up
FROM survey_predictions p JOIN reckoned r USING (object_id) JOIN objects o USING (object_id)
JOIN plasticc_class_catalog() k ON k.class = r.class JOIN plasticc_class_catalog() t ON t.class = o.target;
SELECT object_id, class_name, previous_class_name, round(probability::numeric, 2) AS p FROM survey_predictions WHERE object_id <= 6 ORDER BY 1;
SELECT count(*), count(DISTINCT features_at) AS nights FROM survey_history;
SELECT count(*), count(DISTINCT object_id) AS objects, round(sum(probability)::numeric, 3) AS sum FROM survey_probabilities;
SELECT bool_and(p.probability = q.probability) FROM survey_predictions p JOIN survey_probabilities q USING (object_id, model, class);
SELECT class_name, galactic FROM survey_classes WHERE model = 'v' ORDER BY position LIMIT 3;

-- Sums agree with the rows, and the bins are those of the redshifts.
SELECT sum(objects) AS objects, bool_and(redshift_to - redshift_from < 0.11) AS narrow, count(*) FILTER (WHERE redshift_to = 0) > 0 AS galactic,
    (SELECT count(*) FROM survey_predictions p WHERE NOT EXISTS (SELECT FROM survey_class_mix x WHERE x.class = p.class AND x.field = p.field
        AND (p.redshift > x.redshift_from - 1e-9 AND p.redshift < x.redshift_to + 1e-9))) AS without_bin
FROM survey_class_mix;
SELECT count(*) > 0 AS nights, sum(n.objects) = (SELECT count(DISTINCT (object_id, floor(mjd - 0.5))) FROM observations WHERE object_id <= 30) AS objects,
    sum(n.detected) = (SELECT count(DISTINCT (object_id, floor(mjd - 0.5))) FROM observations WHERE object_id <= 30 AND detected) AS detected,
    bool_and(date = plasticc_timestamp(night + 0.5)::date) AS date
FROM survey_class_mix_by_night n;
SELECT sum(objects) AS objects, count(DISTINCT true_class_name) AS classes,
    (SELECT bool_and(abs(sum - 1) < 1e-9) FROM (SELECT sum(fraction) FROM survey_confusion GROUP BY true_class_name) AS s) AS fractions,
    sum(objects) FILTER (WHERE true_class_name = class_name) = (SELECT count(*) FROM survey_predictions WHERE true_class_name = class_name) AS diagonal
FROM survey_confusion;
SELECT model, version, sample, objects, accuracy BETWEEN 0 AND 1 AS accuracy, log_loss > 0 AS log_loss, calibration_error >= 0 AS calibration,
    classes > 1 AS classes, training_objects > 0 AS training_objects, epochs, bytes > 0 AS bytes, seconds > 0 AS seconds
FROM survey_model_metrics WHERE model = 'v' ORDER BY sample;
SELECT member, epoch, training_loss > 0 AS training_loss, seconds >= 0 AS seconds FROM survey_training_curves WHERE model = 'v' ORDER BY 1, 2;
SELECT object_id, low_confidence, changed_class, previous_class_name, class_name, round(priority::numeric, 1) AS priority
FROM survey_queue WHERE object_id <= 8 ORDER BY object_id;
SELECT count(*) FILTER (WHERE NOT low_confidence AND NOT changed_class) AS without_reason, count(*) AS objects FROM survey_queue;
SELECT count(*), max(abs(f.flux_maximum_r - plasticc_feature(c.features, 'flux_maximum_r'))) AS difference
FROM survey_feature_columns f JOIN curves c USING (object_id);

-- Every view and column has a comment; columns of the metadata keep theirs.
SELECT c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0
WHERE relnamespace = 'views'::regnamespace AND relkind = 'v' AND relname LIKE 'survey%'
    AND (obj_description(c.oid, 'pg_class') IS NULL OR col_description(c.oid, attnum) IS NULL);
SELECT col_description('survey_predictions'::regclass, attnum) FROM pg_attribute
WHERE attrelid = 'survey_predictions'::regclass AND attname IN ('ra', 'decl', 'class') ORDER BY attnum;
SELECT bool_and(reloptions = '{security_invoker=true}') OR current_setting('server_version_num')::integer < 150000 AS as_the_reader
FROM pg_class WHERE relnamespace = 'views'::regnamespace AND relkind = 'v' AND relname LIKE 'survey%';

-- One row per object and model; nights by the stored light curves; another schema and prefix; no target, field or redshift.
CREATE SCHEMA "Other ""schema""";
CREATE VIEW bare AS SELECT object_id::integer AS "id {features}" FROM objects;
SELECT * FROM plasticc_create_views('curves', 'latest', 'bare', prefix => '', schema => 'Other "schema"',
    options => '{"metadata_object_id": "id {features}", "low_confidence": 0.45, "redshift_bin": 0.5}');
SELECT count(*) AS predictions, count(previous_class) AS previous, count(true_class_name) AS truth, count(field) AS field, count(redshift) AS redshift
FROM "Other ""schema""".predictions;
SELECT a.objects, a.detected, a.objects = b.objects AND a.detected = b.detected AS same FROM (SELECT sum(objects) AS objects, sum(detected) AS detected FROM "Other ""schema""".class_mix_by_night) AS a,
    (SELECT sum(objects) AS objects, sum(detected) AS detected FROM survey_class_mix_by_night) AS b;
SELECT count(*) FROM "Other ""schema""".queue;
DROP SCHEMA "Other ""schema""" CASCADE;

-- Names that would be SQL, names that are taken, identifiers and classes that are texts, sentinels.
CREATE TABLE "p'; --""" (LIKE latest INCLUDING ALL);
ALTER TABLE "p'; --""" ALTER object_id TYPE text;
INSERT INTO "p'; --""" SELECT 'ZTF' || object_id, model, version, probabilities, predicted_at, features_at FROM latest;
CREATE TABLE "m}{predictions}$1%s" ("the ""id""" varchar(20), class text, metadata_class integer, "x'); DROP TABLE latest; --" text, "{metadata}" real,
    "%1$s" integer, z double precision, label text);
INSERT INTO "m}{predictions}$1%s" SELECT 'ZTF' || object_id, 'a', 1, 'b', 2, 3, CASE object_id % 4 WHEN 0 THEN -9 WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' ELSE 0.3 END,
    CASE WHEN object_id % 2 = 0 THEN 'SNIa' END FROM objects;
COMMENT ON COLUMN "m}{predictions}$1%s".z IS 'it''s \ a "redshift"';
CREATE TABLE f (object_id name);
SELECT count(*) FROM plasticc_create_views('f', $$"p'; --"""$$, '"m}{predictions}$1%s"', prefix => $$x'"{features}; $$,
    options => '{"metadata_object_id": "the \"id\"", "redshift": "z", "field": "x''); DROP TABLE latest; --", "target": "label"}');
SELECT count(*), array_agg(DISTINCT field) AS field, array_agg(DISTINCT redshift) AS redshift, min(metadata_class) AS metadata_class,
    min(metadata_metadata_class) AS metadata_metadata_class, min("{metadata}") AS braces, count(true_class_name) AS truth
FROM "x'""{features}; predictions";
SELECT redshift_from, redshift_to, sum(objects) FROM "x'""{features}; class_mix" GROUP BY 1, 2 ORDER BY 1;
SELECT col_description('"x''""{features}; predictions"'::regclass, attnum) FROM pg_attribute
WHERE attrelid = '"x''""{features}; predictions"'::regclass AND attname IN ('z', '{metadata}') ORDER BY attnum;
SELECT count(*) AS still_there FROM latest;

-- Views of this session alone.
SELECT count(*), bool_and(view::text LIKE 'mine_%') FROM plasticc_create_views('curves', 'latest', 'objects', prefix => 'mine_', schema => 'pg_temp');
SELECT count(*) FROM mine_predictions;

-- What is wrong is named.
\set VERBOSITY default
SELECT plasticc_create_views('curves', 'objects', 'objects');
SELECT plasticc_create_views('curves', 'curves', 'objects', prefix => 'bad_');
SELECT plasticc_create_views('latest_pkey', 'latest', 'objects', prefix => 'bad_');
SELECT plasticc_create_views(NULL, 'latest', 'objects', prefix => 'bad_');
SELECT plasticc_create_views('curves', 'latest', 'objects', prefix => NULL);
SELECT plasticc_create_views('curves', 'latest', '"m}{predictions}$1%s"', prefix => 'bad_');
SELECT plasticc_create_views('curves', 'latest', '"m}{predictions}$1%s"', prefix => 'bad_', options => '{"metadata_object_id": "class"}');
SELECT plasticc_create_views('curves', 'latest', 'objects', prefix => 'bad_', schema => 'nowhere');
SELECT plasticc_create_views('curves', 'latest', 'objects', prefix => repeat('x', 60));
SELECT plasticc_create_views('curves', 'latest', 'objects', 'bare', prefix => 'bad_');
SELECT plasticc_create_views('curves', 'latest', 'objects', 'observations', prefix => 'bad_', options => '{"mjd": "time"}');
SELECT plasticc_create_views('curves', 'latest', 'objects', prefix => 'bad_', options => '{"redshift": "ddf"}');
SELECT plasticc_create_views('curves', 'latest', 'objects', prefix => 'bad_', options => '{"redshift_bin": 0}');
SELECT plasticc_create_views('curves', 'latest', 'objects', prefix => 'bad_', options => '{"feature_columns": ["flux_maximum_q"]}');
-- each column of the metadata pushes the next one to a longer name, up to the longest
SELECT format('CREATE TABLE chain (object_id bigint, %s)', string_agg(format('%I text', left(repeat('metadata_', i) || 'class', 63)), ', ' ORDER BY i))
FROM generate_series(0, 7) AS i \gexec
SELECT plasticc_create_views('curves', 'latest', 'chain', prefix => 'bad_');
CREATE TABLE wrong AS SELECT object_id, model, version, probabilities::text AS probabilities, predicted_at, features_at FROM latest;
SELECT plasticc_create_views('curves', 'wrong', 'objects', prefix => 'bad_');
SELECT relname FROM pg_class WHERE relname LIKE 'bad\_%';
-- The caller's search_path is the caller's again, also after an error.
SHOW search_path;

-- Operators, functions and types of others that come first in the caller's search_path are not those of the views.
CREATE SCHEMA planted;
CREATE FUNCTION planted.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR planted.= (LEFTARG = text, RIGHTARG = text, FUNCTION = planted.equal);
CREATE OPERATOR planted.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = planted.equal);
CREATE FUNCTION planted.ln(float8) RETURNS float8 LANGUAGE sql AS 'SELECT 0::pg_catalog.float8';
CREATE FUNCTION planted.floor(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1';
CREATE DOMAIN planted.float8 AS pg_catalog.float8;
SET search_path = planted, views, public, pg_catalog;
SELECT count(*) FROM plasticc_create_views('curves', 'track', 'objects', 'observations', prefix => 'safe_', schema => 'views');
SET search_path = views, public;
SELECT DISTINCT c.relname, pg_describe_object(d.refclassid, d.refobjid, 0) AS planted
FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relname LIKE 'safe\_%' AND pg_describe_object(d.refclassid, d.refobjid, 0) ~ 'planted' ORDER BY 1, 2;
SELECT count(*) > 20 AS found FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
JOIN pg_class c ON c.oid = r.ev_class WHERE c.relname LIKE 'safe\_%';

-- Created as the caller, and read with the rights of the reader.
\set VERBOSITY terse
CREATE ROLE regress_viewer;
SET ROLE regress_viewer;
SELECT plasticc_create_views('views.curves', 'views.latest', 'views.objects', schema => 'views');
RESET ROLE;
GRANT USAGE ON SCHEMA views TO regress_viewer;
CREATE SCHEMA viewer AUTHORIZATION regress_viewer;
SET ROLE regress_viewer;
SELECT plasticc_create_views('curves', 'latest', 'objects', schema => 'views', prefix => 'mine_');
SELECT count(*), bool_and(relowner = 'regress_viewer'::regrole) AS own
FROM plasticc_create_views('curves', 'latest', 'objects', schema => 'viewer') JOIN pg_class ON oid = view;
RESET ROLE;
GRANT SELECT ON survey_predictions, survey_classes TO regress_viewer;
CREATE FUNCTION readable() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM survey_predictions;
    RETURN true;
EXCEPTION WHEN insufficient_privilege THEN
    RETURN false;
END $$;
SET ROLE regress_viewer;
SELECT readable() = (current_setting('server_version_num')::integer < 150000) AS by_its_owner_where_the_server_knows_no_reader;
RESET ROLE;
GRANT SELECT ON track, objects, plasticc_model_versions TO regress_viewer;
SET ROLE regress_viewer;
SELECT readable();
RESET ROLE;

-- What owners of models write into the metrics is no error for those who read them.
INSERT INTO plasticc_models (name, version, classes, class_names, options, metrics, model)
VALUES ('odd', 1, '{1,1,NULL}', NULL, '[]', '{"validation": [], "out_of_fold": {"accuracy": "high"}, "objects": null}', '\x00'),
    ('odd', 2, '{}', NULL, '{}', '3', '\x00'), ('odd', 3, '{1,2}', '{a,"b ''c"}', '{}', '{}', '\x00');
SELECT model, version, sample, objects, accuracy, classes, training_objects FROM survey_model_metrics WHERE model = 'odd' ORDER BY version, sample;
SELECT position, class, class_name FROM survey_classes WHERE model = 'odd' ORDER BY version, position;

DELETE FROM plasticc_models WHERE name IN ('v', 'odd');
DELETE FROM plasticc_training_log WHERE name = 'v';
DELETE FROM plasticc_cross_validations WHERE name = 'v';
DELETE FROM plasticc_out_of_fold WHERE name = 'v';
DROP SCHEMA views, viewer, planted CASCADE;
DROP OWNED BY regress_viewer;
DROP ROLE regress_viewer;
