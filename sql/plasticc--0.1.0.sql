\echo Use "CREATE EXTENSION plasticc" to load this file. \quit

-- =====================================================================
-- lightcurve: a set of observations in canonical order
-- =====================================================================

CREATE TYPE lightcurve;

CREATE FUNCTION lightcurve_in(cstring) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_out(lightcurve) RETURNS cstring
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_recv(internal) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_send(lightcurve) RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE lightcurve (
    INPUT = lightcurve_in,
    OUTPUT = lightcurve_out,
    RECEIVE = lightcurve_recv,
    SEND = lightcurve_send,
    ALIGNMENT = double,
    STORAGE = extended
);

COMMENT ON TYPE lightcurve IS
'set of observations (mjd days, passband 0-5 = ugrizy, flux and flux_err in FLUXCAL units, detected) in canonical order, with the number of rejected measurements';

-- Transition functions.  They skip NULL and NaN measurements and count them, so they are not strict.

CREATE FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, boolean)
RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, bigint)
RETURNS lightcurve
AS 'MODULE_PATHNAME', 'lightcurve_accum_integer' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision)
RETURNS lightcurve
AS 'MODULE_PATHNAME', 'lightcurve_accum_undetected' LANGUAGE C IMMUTABLE PARALLEL SAFE;

-- Appends the second curve's observations to the state: transition of plasticc_merge, combine of all.
CREATE FUNCTION lightcurve_combine(lightcurve, lightcurve) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION lightcurve_final(lightcurve) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE AGGREGATE plasticc_lightcurve(mjd double precision, passband bigint, flux double precision, flux_err double precision, detected boolean) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = lightcurve_final, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE plasticc_lightcurve(mjd double precision, passband bigint, flux double precision, flux_err double precision, detected bigint) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = lightcurve_final, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE plasticc_lightcurve(mjd double precision, passband bigint, flux double precision, flux_err double precision) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = lightcurve_final, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE plasticc_merge(lightcurve) (
    SFUNC = lightcurve_combine, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = lightcurve_final, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE FUNCTION plasticc_union(lightcurve, lightcurve) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE OPERATOR || (
    LEFTARG = lightcurve, RIGHTARG = lightcurve, FUNCTION = plasticc_union, COMMUTATOR = ||
);

CREATE FUNCTION lightcurve_eq(lightcurve, lightcurve) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION lightcurve_ne(lightcurve, lightcurve) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR = (
    LEFTARG = lightcurve, RIGHTARG = lightcurve, FUNCTION = lightcurve_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel
);

CREATE OPERATOR <> (
    LEFTARG = lightcurve, RIGHTARG = lightcurve, FUNCTION = lightcurve_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE FUNCTION plasticc_observations(
    lightcurve,
    OUT mjd double precision, OUT passband smallint, OUT flux real, OUT flux_err real, OUT detected boolean
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 200;

-- Not strict: a NULL bound is an open end.
CREATE FUNCTION plasticc_slice(lightcurve, mjd_from double precision, mjd_to double precision) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

CREATE FUNCTION plasticc_passband(name text) RETURNS smallint
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_flux_from_nanojansky(flux double precision) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- =====================================================================
-- features
-- =====================================================================

CREATE FUNCTION plasticc_features(lightcurve) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;

CREATE AGGREGATE plasticc_features(mjd double precision, passband bigint, flux double precision, flux_err double precision, detected boolean) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = plasticc_features, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE plasticc_features(mjd double precision, passband bigint, flux double precision, flux_err double precision, detected bigint) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = plasticc_features, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE plasticc_features(mjd double precision, passband bigint, flux double precision, flux_err double precision) (
    SFUNC = lightcurve_accum, STYPE = lightcurve, SSPACE = 4096,
    FINALFUNC = plasticc_features, COMBINEFUNC = lightcurve_combine, PARALLEL = SAFE
);

CREATE FUNCTION plasticc_feature_catalog(
    OUT ordinal integer, OUT name text, OUT unit text, OUT feature_group text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 500;

CREATE FUNCTION plasticc_feature_names() RETURNS text[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

CREATE FUNCTION plasticc_feature(features real[], name text) RETURNS real
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

-- Not strict: any of the metadata may be unknown.
CREATE FUNCTION plasticc_host_features(
    features real[], ddf boolean, hostgal_photoz double precision, hostgal_photoz_err double precision,
    distmod double precision, mwebv double precision
) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

-- The rows that plasticc_host_features appends, their ordinals continuing those of plasticc_feature_catalog.
CREATE FUNCTION plasticc_host_feature_catalog(
    OUT ordinal integer, OUT name text, OUT unit text, OUT feature_group text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 50;

-- The names of all that plasticc_host_features returns: the light curve's features, then the host's.
CREATE FUNCTION plasticc_host_feature_names() RETURNS text[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

-- =====================================================================
-- models and training
-- =====================================================================

CREATE TABLE plasticc_models (
    name text NOT NULL CHECK (name <> ''),
    version integer NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    classes integer[] NOT NULL,
    feature_names text[],
    options jsonb NOT NULL,
    metrics jsonb NOT NULL,
    model bytea NOT NULL,
    PRIMARY KEY (name, version)
);

-- Weights do not compress; uncompressed they are read without a copy more.
ALTER TABLE plasticc_models ALTER COLUMN model SET STORAGE EXTERNAL;

CREATE TABLE plasticc_training_log (
    name text NOT NULL,
    version integer NOT NULL,
    epoch integer NOT NULL,
    training_loss double precision,
    validation_loss double precision,
    learning_rate double precision,
    elapsed interval NOT NULL,
    logged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version, epoch)
);

SELECT pg_catalog.pg_extension_config_dump('plasticc_models', '');
SELECT pg_catalog.pg_extension_config_dump('plasticc_training_log', '');

CREATE PROCEDURE plasticc_train(name text, training_query text, options jsonb DEFAULT '{}')
AS 'MODULE_PATHNAME' LANGUAGE C;

CREATE FUNCTION plasticc_training_options(
    OUT name text, OUT type text, OUT range text, OUT default_value text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 40;

CREATE FUNCTION plasticc_model(name text, version integer DEFAULT NULL) RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE COST 1000;

CREATE FUNCTION plasticc_classes(model bytea) RETURNS integer[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION plasticc_model_info(model bytea) RETURNS jsonb
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

-- =====================================================================
-- classification
-- =====================================================================

CREATE FUNCTION plasticc_classify(model bytea, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000;

CREATE FUNCTION plasticc_classify(name text, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'plasticc_classify_name' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5000;

CREATE FUNCTION plasticc_probabilities(model bytea, features real[], OUT class integer, OUT probability real)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 14;

CREATE FUNCTION plasticc_classify_query(model bytea, query text, OUT object_id bigint, OUT probabilities real[])
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT COST 100000 ROWS 10000;

-- An enum, because foreign servers are not sent a text constant as an argument (collation).
CREATE TYPE plasticc_unknown_method AS ENUM ('presentation');

CREATE FUNCTION plasticc_add_unknown(probabilities real[], method plasticc_unknown_method DEFAULT 'presentation', classes integer[] DEFAULT NULL)
RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

-- =====================================================================
-- metrics
-- =====================================================================

-- =====================================================================
-- the synthetic survey
-- =====================================================================

CREATE FUNCTION plasticc_simulate_objects(
    n bigint, seed bigint DEFAULT 0, mix text DEFAULT 'training', first_object bigint DEFAULT 1,
    OUT object_id bigint, OUT ra double precision, OUT decl double precision,
    OUT gal_l double precision, OUT gal_b double precision, OUT ddf boolean,
    OUT hostgal_specz real, OUT hostgal_photoz real, OUT hostgal_photoz_err real,
    OUT distmod real, OUT mwebv real, OUT target integer
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000;

CREATE FUNCTION plasticc_simulate_observations(
    n bigint, seed bigint DEFAULT 0, mix text DEFAULT 'training', first_object bigint DEFAULT 1,
    OUT object_id bigint, OUT mjd double precision, OUT passband smallint,
    OUT flux real, OUT flux_err real, OUT detected boolean
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 1000000;

COMMENT ON FUNCTION plasticc_simulate_objects(bigint, bigint, text, bigint) IS
'A synthetic LSST-like survey, for demonstrations and load tests: a row for each of the objects first_object .. first_object + n - 1.
ra, decl, gal_l, gal_b in degrees (J2000); ddf: in a deep drilling field; hostgal_specz, hostgal_photoz, hostgal_photoz_err: redshifts of the host, photoz exactly 0 in the Galaxy, specz NULL where not known; distmod: distance modulus of hostgal_photoz in magnitudes, NULL in the Galaxy; mwebv: E(B-V) of the Milky Way in magnitudes; target: one of the challenge''s 15 classes.
mix: ''training'' (near, 30 % deep fields, no class 99), ''test'' (faint, 1 % deep fields, specz mostly NULL) or ''uniform'' (as training, each of the 15 classes equally often). The same seed, mix and object number give the same row, whatever n.';

COMMENT ON FUNCTION plasticc_simulate_observations(bigint, bigint, text, bigint) IS
'The observations of the objects that plasticc_simulate_objects returns for the same arguments, ordered by object_id and mjd; about 187 an object in the mix ''training'', 128 in ''test''.
mjd in days; passband 0-5 = u g r i z y; flux, flux_err: difference flux (template subtracted) and its standard error, zero point 27.5; detected: found by the survey. Every object has at least two detections.
Rows stream from a select list: SELECT (row).* FROM (SELECT plasticc_simulate_observations(n) AS row OFFSET 0) AS survey; a function in FROM is first collected by the server, on disk beyond work_mem.';
