-- Who may do what with models: README's privileges, and that a name belongs to a role.

SET client_min_messages = warning;
\set VERBOSITY default

CREATE ROLE regress_trainer;
CREATE ROLE regress_colleague;
CREATE ROLE regress_mallory;
CREATE ROLE regress_reader;
CREATE ROLE regress_nobody;
GRANT SELECT, INSERT, DELETE ON plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold
TO regress_trainer, regress_colleague, regress_mallory;
GRANT UPDATE ON plasticc_models, plasticc_training_log TO regress_trainer, regress_mallory;
GRANT SELECT ON plasticc_models, plasticc_model_versions TO regress_reader;

CREATE TABLE examples AS
SELECT ARRAY[i, i % 2, i % 7]::real[] AS features, 42 + 48 * (i % 2) AS target FROM generate_series(1, 60) AS i;
GRANT SELECT ON examples TO PUBLIC;

-- An own model: the first version of a name makes its inserter the owner.
SET ROLE regress_trainer;
CALL plasticc_train('periodic', 'SELECT * FROM examples', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');
CALL plasticc_train('periodic', 'SELECT * FROM examples', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');
CALL plasticc_cross_validate('periodic', 'SELECT * FROM examples', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0, "folds": 2}');
SELECT name, version, owner FROM plasticc_models ORDER BY 1, 2;
SELECT DISTINCT owner FROM plasticc_training_log UNION ALL
SELECT owner FROM plasticc_cross_validations UNION ALL
SELECT DISTINCT owner FROM plasticc_out_of_fold;

-- Others add no versions to it, under whatever owner, nor rows of its training and cross-validation.
SET ROLE regress_mallory;
SELECT count(*) FROM plasticc_models;
INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
SELECT name, 99, classes, options, metrics, model FROM plasticc_models WHERE version = 1;
INSERT INTO plasticc_models SELECT name, 99, created_at, classes, feature_names, options, metrics, model, owner
FROM plasticc_models WHERE version = 1;
INSERT INTO plasticc_models SELECT 'mine', 1, created_at, classes, feature_names, options, metrics, model, 'regress_trainer'
FROM plasticc_models WHERE version = 1;
INSERT INTO plasticc_models SELECT 'mine', 1, created_at, classes, feature_names, options, metrics, model, 'regress_no_such_role'
FROM plasticc_models WHERE version = 1;
INSERT INTO plasticc_training_log (name, version, member, epoch, elapsed) VALUES ('periodic', 3, 1, 1, '1 s');
INSERT INTO plasticc_cross_validations (name, version, classes, options, metrics) VALUES ('periodic', 2, '{}', '{}', '{}');
INSERT INTO plasticc_out_of_fold (name, version, fold, target, probabilities) VALUES ('periodic', 1, 0, 42, '{0,1}');
CALL plasticc_train('periodic', 'SELECT * FROM examples');
CALL plasticc_cross_validate('periodic', 'SELECT * FROM examples');
-- nor do they change or delete anything
UPDATE plasticc_models SET model = '\x00', owner = 'regress_mallory';
UPDATE plasticc_training_log SET epoch = 5 RETURNING *;
INSERT INTO plasticc_models SELECT * FROM plasticc_models WHERE version = 1
ON CONFLICT (name, version) DO UPDATE SET model = '\x00';
DELETE FROM plasticc_models;
DELETE FROM plasticc_training_log;
DELETE FROM plasticc_cross_validations;
DELETE FROM plasticc_out_of_fold;
TRUNCATE plasticc_models;
ALTER TABLE plasticc_models DISABLE ROW LEVEL SECURITY;
ALTER POLICY owners_insert ON plasticc_models WITH CHECK (true);
\copy plasticc_models (name, version, classes, options, metrics, model) FROM '/dev/null'
-- An own name, which others cannot take either.
INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
SELECT 'mine', 1, classes, options, metrics, model FROM plasticc_models WHERE version = 1;
SET ROLE regress_trainer;
CALL plasticc_cross_validate('mine', 'SELECT * FROM examples');
INSERT INTO plasticc_training_log (name, version, member, epoch, elapsed) VALUES ('mine', 1, 1, 1, '1 s');
-- An owner does not change versions either.
UPDATE plasticc_models SET model = '\x00' WHERE name = 'periodic';

-- Members of the owner's role.
RESET ROLE;
GRANT regress_trainer TO regress_colleague;
SET ROLE regress_colleague;
CALL plasticc_train('periodic', 'SELECT * FROM examples', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');
INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
SELECT name, 99, classes, options, metrics, model FROM plasticc_models WHERE name = 'periodic' AND version = 1;
INSERT INTO plasticc_models (name, version, classes, options, metrics, model, owner)
SELECT name, 99, classes, options, metrics, model, owner FROM plasticc_models WHERE name = 'periodic' AND version = 1;
DELETE FROM plasticc_models WHERE version = 99 RETURNING name, version;
SELECT name, version, owner FROM plasticc_models ORDER BY 1, 2;
SET ROLE regress_trainer;
CALL plasticc_train('periodic', 'SELECT * FROM examples', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');

-- A superuser passes, and keeps the owner.
RESET ROLE;
CALL plasticc_train('periodic', 'SELECT * FROM examples', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');
SELECT name, version, owner FROM plasticc_models ORDER BY 1, 2;

-- Deleting one's own versions, and all of a name, which is free then.
SET ROLE regress_trainer;
DELETE FROM plasticc_models WHERE name = 'periodic' AND version < 3 RETURNING version;
SELECT plasticc_classes(plasticc_model('periodic'));
DELETE FROM plasticc_models WHERE name = 'periodic';
SET ROLE regress_mallory;
CALL plasticc_train('periodic', 'SELECT * FROM examples');
SET ROLE regress_trainer;
DELETE FROM plasticc_training_log;
DELETE FROM plasticc_cross_validations;
DELETE FROM plasticc_out_of_fold;
SET ROLE regress_mallory;
CALL plasticc_train('periodic', 'SELECT * FROM examples', '{"layers": [2], "epochs": 1, "networks": 1, "trees": 0}');
SELECT name, version, owner FROM plasticc_models ORDER BY 1, 2;

-- Rows of a role that has been dropped belong to nobody.
RESET ROLE;
CREATE ROLE regress_leaver;
UPDATE plasticc_models SET owner = 'regress_leaver' WHERE name = 'periodic';
UPDATE plasticc_training_log SET owner = 'regress_leaver' WHERE name = 'periodic';
DROP ROLE regress_leaver;
SET ROLE regress_mallory;
CALL plasticc_train('periodic', 'SELECT * FROM examples');
DELETE FROM plasticc_models RETURNING name, owner;

-- A reader reads models, or their descriptions only; nobody without a grant reads either.
SET ROLE regress_reader;
SELECT plasticc_classify('periodic', '{1,NULL,2}') IS NOT NULL AS classified;
SELECT name, version, owner, classes, bytes > 100 AS has_bytes FROM plasticc_model_versions ORDER BY 1, 2;
SELECT count(*) FROM plasticc_training_log;
DELETE FROM plasticc_models;
CALL plasticc_train('own', 'SELECT * FROM examples');
SET row_security = off;
SELECT plasticc_classify('periodic', '{1,NULL,2}');
RESET row_security;
RESET ROLE;
REVOKE SELECT ON plasticc_models FROM regress_reader;
SET ROLE regress_reader;
SELECT name, version FROM plasticc_model_versions;
SELECT plasticc_model('periodic');
SELECT plasticc_classify('periodic', '{1,NULL,2}');
SET ROLE regress_nobody;
SELECT count(*) FROM plasticc_model_versions;
SELECT plasticc_model('periodic');
CALL plasticc_train('own', 'SELECT * FROM examples');

-- The functions of the policies, called directly.
SELECT plasticc_is_owner('regress_nobody'), plasticc_is_owner('regress_trainer'), plasticc_is_owner('regress_leaver'),
    plasticc_is_owner(NULL);
\set VERBOSITY sqlstate
SELECT plasticc_check_owner('plasticc_models'::regclass, 'periodic', 'regress_nobody');
SELECT plasticc_check_owner('plasticc_models'::regclass, 'free', 'regress_nobody');
SELECT plasticc_check_owner('examples'::regclass, 'free', 'regress_nobody');
SELECT plasticc_check_owner(1, 'free', 'regress_nobody');
RESET ROLE;
SELECT plasticc_check_owner('examples'::regclass, 'free', 'regress_nobody');
SELECT plasticc_check_owner(1, 'free', 'regress_nobody');
\set VERBOSITY default

-- A shard of plasticc_models elsewhere has the same policies and reads itself only.
CREATE TABLE shard (LIKE plasticc_models INCLUDING ALL);
ALTER TABLE shard ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON shard FOR SELECT USING (true);
CREATE POLICY owners_insert ON shard FOR INSERT WITH CHECK (plasticc_check_owner(tableoid, name, owner));
GRANT SELECT, INSERT ON shard TO regress_trainer, regress_mallory;
SET ROLE regress_trainer;
INSERT INTO shard (name, version, classes, options, metrics, model) VALUES ('mine', 1, '{}', '{}', '{}', '');
INSERT INTO shard (name, version, classes, options, metrics, model) VALUES ('mine', 2, '{}', '{}', '{}', '');
SET ROLE regress_mallory;
INSERT INTO shard (name, version, classes, options, metrics, model) VALUES ('mine', 3, '{}', '{}', '{}', '');
-- A prepared statement follows a change of role.
PREPARE add(integer) AS
INSERT INTO plasticc_training_log (name, version, member, epoch, elapsed, owner) VALUES ('mine', $1, 1, 1, '1 s', 'regress_mallory');
EXECUTE add(10);
SET ROLE regress_trainer;
EXECUTE add(11);
RESET ROLE;
EXECUTE add(12);

DROP TABLE examples, shard;
DELETE FROM plasticc_models;
DELETE FROM plasticc_training_log;
REVOKE ALL ON plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold, plasticc_model_versions
FROM regress_trainer, regress_colleague, regress_mallory, regress_reader;
DROP ROLE regress_trainer, regress_colleague, regress_mallory, regress_reader, regress_nobody;
