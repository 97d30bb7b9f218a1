-- Rules for all objects of the extension: requirements of distributed engines, of parallel plans and of readers.
-- Each exception states its reason; an exception that no longer applies is reported as well.

CREATE VIEW members AS
SELECT classid, objid FROM pg_depend
WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
      AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'plasticc');
CREATE VIEW functions AS
SELECT p.*, p.oid::regprocedure::text AS signature
FROM pg_proc p JOIN members ON classid = 'pg_proc'::regclass AND objid = p.oid;
CREATE VIEW aggregates AS
SELECT f.signature, f.proargtypes, f.pronargs, a.*, t.typtype, t.typsend, t.typreceive
FROM functions f JOIN pg_aggregate a ON aggfnoid = f.oid JOIN pg_type t ON t.oid = aggtranstype;

CREATE VIEW called_by_aggregates AS
SELECT DISTINCT oid FROM aggregates, unnest(ARRAY[aggtransfn, aggcombinefn, aggfinalfn, aggserialfn, aggdeserialfn]::oid[]) AS oid WHERE oid <> 0;

CREATE VIEW findings (rule, object) AS
SELECT 'has a comment', pg_describe_object(classid, objid, 0)
FROM members WHERE obj_description(objid, classid::regclass::name) IS NULL
    -- except the relation of a composite type, which has one itself; from 17 on also the implicit types of types and tables
    AND NOT (classid = 'pg_class'::regclass AND (SELECT relkind = 'c' FROM pg_class WHERE oid = objid))
    AND NOT (classid = 'pg_type'::regclass
             AND (SELECT typelem <> 0 OR coalesce((SELECT relkind <> 'c' FROM pg_class WHERE oid = typrelid), false)
                  FROM pg_type WHERE oid = objid))
-- so that it is sent to shards and runs in parallel workers
UNION ALL SELECT 'is immutable', signature FROM functions WHERE provolatile <> 'i'
UNION ALL SELECT 'is parallel safe', signature FROM functions WHERE proparallel <> 's'
UNION ALL SELECT 'is strict', signature FROM functions WHERE prokind = 'f' AND NOT proisstrict
-- constants of types with a collation are not sent to shards
UNION ALL SELECT 'has no text argument', signature
FROM functions WHERE EXISTS (SELECT FROM pg_type t WHERE t.oid = ANY (proargtypes) AND typcollation <> 0)
-- anonymous row types cannot be returned by shards
UNION ALL SELECT 'returns no anonymous row', signature
FROM functions WHERE prorettype = 'record'::regtype AND NOT proretset
UNION ALL SELECT 'has no SET clause', signature FROM functions WHERE proconfig IS NOT NULL
UNION ALL SELECT 'runs with the caller''s privileges', signature FROM functions WHERE prosecdef OR proleakproof
UNION ALL SELECT 'has default privileges', signature FROM functions WHERE proacl IS NOT NULL AND oid NOT IN (SELECT oid FROM called_by_aggregates)
-- the server calls them with the rights of the aggregate's owner
UNION ALL SELECT 'is not executable by everybody', signature FROM functions JOIN called_by_aggregates USING (oid)
WHERE proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)
-- aggregates can be computed in parts whose states can be transferred
UNION ALL SELECT 'has a combine function', signature FROM aggregates WHERE aggcombinefn = 0
UNION ALL SELECT 'has a state type that is not internal', signature FROM aggregates WHERE typtype = 'p'
UNION ALL SELECT 'has a state with binary input and output', signature FROM aggregates WHERE typsend = 0 OR typreceive = 0
UNION ALL SELECT 'has no polymorphic arguments', signature
FROM aggregates a WHERE pronargs = 0 OR aggkind <> 'n'
    OR EXISTS (SELECT FROM pg_type t WHERE t.oid = ANY (proargtypes) AND t.typtype = 'p');

CREATE TABLE exceptions (rule text, object text, reason text NOT NULL, PRIMARY KEY (rule, object));

INSERT INTO exceptions VALUES
('is immutable', 'plasticc_model(text,integer)', 'reads plasticc_models: the look-up by name, done once per query'),
('is immutable', 'plasticc_classify(text,real[])', 'reads plasticc_models: a convenience without shards'),
('is immutable', 'plasticc_classify(character varying,double precision[])', 'likewise'),
('is immutable', 'plasticc_classify_query(bytea,text)', 'runs the caller''s query, which may be volatile'),
('is immutable', 'plasticc_classify_query(bytea,text,anyelement)', 'runs the caller''s query, which may be volatile'),
('is immutable', 'plasticc_train(text,text,jsonb)', 'writes models and their log'),
('is immutable', 'plasticc_cross_validate(text,text,jsonb)', 'writes its results'),
('is immutable', 'plasticc_importance(bytea,text,boolean,integer,bigint)', 'runs the caller''s query, which may be volatile'),
('is immutable', 'plasticc_drift(bytea,text)', 'runs the caller''s query, which may be volatile'),
('is immutable', 'plasticc_distribute(regclass[],name,boolean)', 'distributes tables'),
('is immutable', 'plasticc_extract(regclass,regclass,jsonb)', 'fills a table'),
('is immutable', 'plasticc_predict(text,regclass,regclass,jsonb)', 'fills a table'),
('is immutable', 'plasticc_create_feature_table(text,regtype)', 'creates a table'),
('is immutable', 'plasticc_create_views(regclass,regclass,regclass,regclass,text,text,jsonb)', 'creates views'),
('is immutable', 'plasticc_progress()', 'shows what runs'),
('is immutable', 'plasticc_promote(text,integer,text)', 'writes an alias'),
('is immutable', 'plasticc_roll_back(text)', 'writes an alias'),
('is immutable', 'plasticc_features_json(double precision[],text)', 'reads the newest version'),
('is immutable', 'plasticc_feature_rows(double precision[],text)', 'reads the newest version'),
('is parallel safe', 'plasticc_promote(text,integer,text)', 'writes an alias'),
('is parallel safe', 'plasticc_roll_back(text)', 'writes an alias'),
('is strict', 'plasticc_promote(text,integer,text)', 'NULL is the newest version'),
('has no text argument', 'plasticc_deredden(lightcurve,double precision,text)', 'the name of a survey, as of plasticc_passband'),
('has no text argument', 'plasticc_promote(text,integer,text)', 'names of models'),
('has no text argument', 'plasticc_roll_back(text)', 'the name of an alias'),
('has no text argument', 'plasticc_features_json(double precision[],text)', 'a convenience: plasticc_features_json(features, model) is the same'),
('has no text argument', 'plasticc_features_json(double precision[],text[])', 'the names'),
('has no text argument', 'plasticc_feature_rows(double precision[],text)', 'likewise'),
('has no text argument', 'plasticc_feature_rows(double precision[],text[])', 'likewise'),
('returns no anonymous row', 'plasticc_roll_back(text)', 'is not sent to foreign servers'),
('is immutable', 'plasticc_is_owner(name)', 'depends on the user'),
('is immutable', 'plasticc_check_owner(oid,text,name)', 'depends on the user and reads the owners'),
('is immutable', 'plasticc_create_prediction_table(text,boolean,regtype)', 'creates a table'),
('is parallel safe', 'plasticc_classify_query(bytea,text)', 'runs the caller''s query, which may write'),
('is parallel safe', 'plasticc_classify_query(bytea,text,anyelement)', 'runs the caller''s query, which may write'),
('is parallel safe', 'plasticc_train(text,text,jsonb)', 'writes models and their log'),
('is parallel safe', 'plasticc_cross_validate(text,text,jsonb)', 'writes its results'),
('is parallel safe', 'plasticc_importance(bytea,text,boolean,integer,bigint)', 'runs the caller''s query, which may write'),
('is parallel safe', 'plasticc_drift(bytea,text)', 'runs the caller''s query, which may write'),
('is parallel safe', 'plasticc_distribute(regclass[],name,boolean)', 'distributes tables'),
('is parallel safe', 'plasticc_extract(regclass,regclass,jsonb)', 'fills a table'),
('is parallel safe', 'plasticc_predict(text,regclass,regclass,jsonb)', 'fills a table'),
('is parallel safe', 'plasticc_create_feature_table(text,regtype)', 'creates a table'),
('is parallel safe', 'plasticc_create_views(regclass,regclass,regclass,regclass,text,text,jsonb)', 'creates views'),
('is parallel safe', 'plasticc_progress()', 'shows what runs, as the views of the server do'),
('is parallel safe', 'plasticc_check_owner(oid,text,name)', 'locks the name; only INSERT calls it'),
('is parallel safe', 'plasticc_create_prediction_table(text,boolean,regtype)', 'creates a table'),
('is strict', 'lightcurve_accum(lightcurve,double precision,bigint,double precision,double precision,bigint)', 'counts NULL measurements'),
('is strict', 'lightcurve_accum(lightcurve,double precision,bigint,double precision,double precision,boolean)', 'counts NULL measurements'),
('is strict', 'lightcurve_accum(lightcurve,double precision,bigint,double precision,double precision,double precision)', 'counts NULL measurements'),
('is strict', 'lightcurve_accum(lightcurve,double precision,bigint,double precision,double precision)', 'counts NULL measurements'),
('is strict', 'lightcurve_combine(lightcurve,lightcurve)', 'creates its state in the memory context of the aggregate'),
('is strict', 'plasticc_union(lightcurve,lightcurve)', 'NULL is a light curve without observations'),
('is strict', 'plasticc_slice(lightcurve,double precision,double precision)', 'a NULL bound is open'),
('is strict', 'plasticc_host_features(real[],boolean,double precision,double precision,double precision,double precision)', 'NULL is unknown metadata'),
('is strict', 'plasticc_host_features(double precision[],anynonarray,double precision,double precision,double precision,double precision)', 'NULL is unknown metadata'),
('is strict', 'plasticc_host_features(double precision[],text,double precision,double precision,double precision,double precision)', 'NULL is unknown metadata'),
('is strict', 'plasticc_augment(lightcurve,bigint,double precision,double precision,double precision,double precision,double precision,double precision,double precision,double precision,double precision,double precision,integer,boolean,double precision,double precision)', 'NULL is an unknown redshift or no change of redshift'),
('is strict', 'plasticc_augment_host(bigint,double precision,double precision,double precision,double precision,double precision,double precision)', 'NULL is unknown metadata or a default that depends on the redshift'),
('is strict', 'plasticc_period(lightcurve,double precision,double precision)', 'a NULL bound has a default'),
('is strict', 'plasticc_period_candidates(lightcurve,integer,double precision,double precision)', 'a NULL bound has a default'),
('is strict', 'plasticc_periodogram(lightcurve,double precision,double precision,double precision)', 'NULL is the default, which depends on the light curve'),
('is strict', 'plasticc_model(text,integer)', 'NULL is the newest version'),
('is strict', 'plasticc_add_unknown(double precision[],plasticc_unknown_method,integer[])', 'NULL means the challenge''s classes'),
('is strict', 'plasticc_add_unknown(real[],text,integer[])', 'NULL means the challenge''s classes'),
('is strict', 'plasticc_add_unknown(double precision[],character varying,integer[])', 'NULL means the challenge''s classes'),
('is strict', 'plasticc_submission(double precision[],bigint[])', 'NULL means the challenge''s classes'),
('is strict', 'plasticc_log_loss_accum(double precision[],integer,real[],integer[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_log_loss_accum(double precision[],integer,real[],integer[],double precision[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_calibration_error_accum(double precision[],integer,real[],integer[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_calibration_error_accum(double precision[],integer,real[],integer[],double precision[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_confusion_accum(bigint[],integer,real[],integer[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_log_loss_accum(double precision[],double precision,double precision[],bigint[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_log_loss_accum(double precision[],double precision,double precision[],bigint[],double precision[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_log_loss_accum(double precision[],text,double precision[],text[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_log_loss_accum(double precision[],text,double precision[],text[],double precision[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_calibration_error_accum(double precision[],double precision,double precision[],bigint[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_calibration_error_accum(double precision[],double precision,double precision[],bigint[],double precision[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_calibration_error_accum(double precision[],text,double precision[],text[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_calibration_error_accum(double precision[],text,double precision[],text[],double precision[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_confusion_accum(bigint[],double precision,double precision[],bigint[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_confusion_accum(bigint[],text,double precision[],text[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_create_views(regclass,regclass,regclass,regclass,text,text,jsonb)', 'observations and schema may be left out'),
('is strict', 'plasticc_scores_accum(plasticc_scores,integer,real[],integer[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_scores_accum(plasticc_scores,double precision,double precision[],bigint[])', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_scores_accum(plasticc_scores,text,double precision[],text[])', 'skips rows with NULL, and creates the first state'),
('has no text argument', 'plasticc_scores_accum(plasticc_scores,text,double precision[],text[])', 'of classes that are texts; those that are numbers are sent'),
('has no text argument', 'plasticc_scores(text,double precision[],text[])', 'likewise'),
('is strict', 'plasticc_scores_accum(plasticc_scores,integer,real[],integer[],double precision)', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_scores_accum(plasticc_scores,double precision,double precision[],bigint[],double precision)', 'skips rows with NULL, and creates the first state'),
('is strict', 'plasticc_scores_accum(plasticc_scores,text,double precision[],text[],double precision)', 'skips rows with NULL, and creates the first state'),
('has no text argument', 'plasticc_scores_accum(plasticc_scores,text,double precision[],text[],double precision)', 'of classes that are texts; those that are numbers are sent'),
('has no text argument', 'plasticc_scores(text,double precision[],text[],double precision)', 'likewise'),
('is immutable', 'plasticc_evaluate(bytea,text,text)', 'runs the caller''s query, which may be volatile'),
('is parallel safe', 'plasticc_evaluate(bytea,text,text)', 'runs the caller''s query, which may write'),
('is strict', 'plasticc_evaluate(bytea,text,text)', 'NULL is no groups'),
('has no text argument', 'plasticc_evaluate(bytea,text,text)', 'the caller''s query'),
('is immutable', 'plasticc_evaluate(text,text,text)', 'runs the caller''s query, which may be volatile'),
('is parallel safe', 'plasticc_evaluate(text,text,text)', 'runs the caller''s query, which may write'),
('is strict', 'plasticc_evaluate(text,text,text)', 'NULL is no groups'),
('has no text argument', 'plasticc_evaluate(text,text,text)', 'the caller''s query'),
('has no text argument', 'plasticc_taxonomy(text)', 'the name of a taxonomy'),
('has no text argument', 'plasticc_rollup(double precision[],text[],jsonb)', 'of classes that are texts; those that are numbers are sent'),
('is strict', 'plasticc_classify_query(bytea,text,anyelement)', 'the last argument gives a type'),
('is not executable by everybody', 'plasticc_features(lightcurve)', 'is for users too'),
('has no text argument', 'plasticc_create_feature_table(text,regtype)', 'the name of the table'),
('has no text argument', 'plasticc_create_prediction_table(text,boolean,regtype)', 'the name of the table'),
('has no text argument', 'plasticc_create_views(regclass,regclass,regclass,regclass,text,text,jsonb)', 'the names of the views'),
('has no text argument', 'plasticc_predict(text,regclass,regclass,jsonb)', 'the name of the model'),
('has no text argument', 'plasticc_is_owner(name)', 'the name of a role'),
('has no text argument', 'plasticc_check_owner(oid,text,name)', 'the names of the model and of a role'),
('has no text argument', 'plasticc_features(lightcurve,text)', 'the planner makes an enum of it'),
('has no text argument', 'plasticc_feature_catalog(text)', 'for literals without a type; the form with the enum is sent'),
('has no text argument', 'plasticc_feature_names(text)', 'likewise'),
('has no text argument', 'plasticc_host_feature_catalog(text)', 'likewise'),
('has no text argument', 'plasticc_host_feature_names(text)', 'likewise'),
('has no text argument', 'plasticc_add_unknown(real[],text)', 'likewise'),
('has no text argument', 'plasticc_add_unknown(real[],text,integer[])', 'likewise'),
('has no text argument', 'plasticc_add_unknown(double precision[],character varying,integer[])', 'likewise'),
('has no text argument', 'plasticc_host_features(double precision[],text,double precision,double precision,double precision,double precision)', 'likewise'),
('has no text argument', 'plasticc_passband(text)', 'converts a name'),
('has no text argument', 'plasticc_passband(text,text)', 'converts a name'), ('has no text argument', 'plasticc_passband(bigint,text)', 'names a survey'),
('is strict', 'plasticc_select(lightcurve,integer[],double precision,double precision,double precision)', 'NULL is no condition'),
('has no text argument', 'plasticc_feature(real[],text)', 'a convenience: features[ordinal] is the same'),
('has no text argument', 'plasticc_feature(double precision[],character varying)', 'likewise'),
('has no text argument', 'plasticc_model(text,integer)', 'the look-up by name'),
('has no text argument', 'plasticc_classify(text,real[])', 'a convenience: plasticc_classify(model, features) is the same'),
('has no text argument', 'plasticc_classify(character varying,double precision[])', 'likewise'),
('has no text argument', 'plasticc_classify_query(bytea,text)', 'the caller''s query'),
('has no text argument', 'plasticc_log_loss_accum(double precision[],text,double precision[],text[])', 'of classes that are texts; those that are numbers are sent'),
('has no text argument', 'plasticc_log_loss(text,double precision[],text[])', 'likewise'),
('has no text argument', 'plasticc_log_loss_accum(double precision[],text,double precision[],text[],double precision[])', 'of classes that are texts; those that are numbers are sent'),
('has no text argument', 'plasticc_log_loss(text,double precision[],text[],double precision[])', 'likewise'),
('has no text argument', 'plasticc_calibration_error_accum(double precision[],text,double precision[],text[])', 'of classes that are texts; those that are numbers are sent'),
('has no text argument', 'plasticc_calibration_error(text,double precision[],text[])', 'likewise'),
('has no text argument', 'plasticc_calibration_error_accum(double precision[],text,double precision[],text[],double precision[])', 'of classes that are texts; those that are numbers are sent'),
('has no text argument', 'plasticc_calibration_error(text,double precision[],text[],double precision[])', 'likewise'),
('has no text argument', 'plasticc_confusion_accum(bigint[],text,double precision[],text[])', 'of classes that are texts; those that are numbers are sent'),
('has no text argument', 'plasticc_confusion(text,double precision[],text[])', 'likewise'),
('has no text argument', 'plasticc_classify_query(bytea,text,anyelement)', 'the caller''s query'),
('has no text argument', 'plasticc_train(text,text,jsonb)', 'the name and the caller''s query'),
('has no text argument', 'plasticc_cross_validate(text,text,jsonb)', 'the name and the caller''s query'),
('has no text argument', 'plasticc_importance(bytea,text,boolean,integer,bigint)', 'the caller''s query'),
('has no text argument', 'plasticc_drift(bytea,text)', 'the caller''s query'),
('has no text argument', 'plasticc_distribute(regclass[],name,boolean)', 'the name of a column'),
('has no text argument', 'plasticc_simulate_objects(bigint,bigint,text,bigint)', 'the name of the mix: is not applied to rows of a table'),
('has no text argument', 'plasticc_simulate_observations(bigint,bigint,text,bigint)', 'the name of the mix: is not applied to rows of a table');

CREATE VIEW lint AS
SELECT rule, object, 'broken' AS state FROM findings
WHERE NOT EXISTS (SELECT FROM exceptions e WHERE (e.rule, e.object) = (findings.rule, findings.object))
UNION ALL
SELECT rule, object, 'unnecessary exception' FROM exceptions
WHERE NOT EXISTS (SELECT FROM findings f WHERE (f.rule, f.object) = (exceptions.rule, exceptions.object));

SELECT * FROM lint ORDER BY rule, object COLLATE "C";

-- The rules apply to the extension's objects, and detect violations.
SELECT count(*) > 40 AS functions, (SELECT count(*) > 5 FROM aggregates) AS aggregates FROM functions;
BEGIN;
CREATE FUNCTION bad(text) RETURNS record LANGUAGE sql SECURITY DEFINER SET work_mem = '1MB' AS 'SELECT 1, 2';
REVOKE ALL ON FUNCTION bad(text) FROM PUBLIC;
CREATE AGGREGATE bad_aggregate(anynonarray) (
    SFUNC = array_agg_transfn, STYPE = internal, FINALFUNC = array_agg_finalfn, FINALFUNC_EXTRA);
ALTER EXTENSION plasticc ADD FUNCTION bad(text);
ALTER EXTENSION plasticc ADD AGGREGATE bad_aggregate(anynonarray);
INSERT INTO exceptions VALUES ('is strict', 'lightcurve_final(lightcurve)', 'outdated');
SELECT * FROM lint ORDER BY rule, object COLLATE "C";
ROLLBACK;

-- Only the owner can read or write models.
SELECT relname, relacl FROM pg_class JOIN members ON classid = 'pg_class'::regclass AND objid = oid
WHERE relkind IN ('r', 'v') ORDER BY 1;

DROP VIEW lint, findings, called_by_aggregates, aggregates, functions, members;
DROP TABLE exceptions;
