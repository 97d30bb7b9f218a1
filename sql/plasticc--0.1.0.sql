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
    -- In the row while it fits: three times as fast to read (bench/storage.sql).  The server only
    -- compresses what is longer than 2 kB, in vain here.
    STORAGE = main
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

-- Not strict: NULL is a curve without observations, which the aggregates return of a night without any.
CREATE FUNCTION plasticc_union(lightcurve, lightcurve) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

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

COMMENT ON FUNCTION lightcurve_in(cstring) IS
'input of lightcurve: {(mjd,passband,flux,flux_err,t|f),...}, optionally followed by + K rejected; in any order, duplicates are kept once';
COMMENT ON FUNCTION lightcurve_out(lightcurve) IS
'output of lightcurve: canonical order, the shortest digits that read back to the same bits';
COMMENT ON FUNCTION lightcurve_recv(internal) IS
'binary input of lightcurve: version, counts, observations, in network byte order; in any order, duplicates are kept once';
COMMENT ON FUNCTION lightcurve_send(lightcurve) IS
'binary output of lightcurve: version, counts, observations in canonical order, in network byte order';
COMMENT ON FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, boolean) IS
'transition of the light-curve aggregates: (state, mjd days, passband 0-5, flux, flux_err in FLUXCAL units, detected)';
COMMENT ON FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision, bigint) IS
'transition of the light-curve aggregates: (state, mjd days, passband 0-5, flux, flux_err in FLUXCAL units, detected 0 or 1)';
COMMENT ON FUNCTION lightcurve_accum(lightcurve, double precision, bigint, double precision, double precision) IS
'transition of the light-curve aggregates: (state, mjd days, passband 0-5, flux, flux_err in FLUXCAL units)';
COMMENT ON FUNCTION lightcurve_combine(lightcurve, lightcurve) IS
'transition of plasticc_merge, and combine function of all light-curve aggregates';
COMMENT ON FUNCTION lightcurve_final(lightcurve) IS
'final function of plasticc_lightcurve and plasticc_merge; NULL without observations';

COMMENT ON AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision, boolean) IS
'light curve of a group: mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected (NULL: |flux| >= 5 flux_err); NULL and NaN are skipped and counted; at most 1000000 observations';
COMMENT ON AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision, bigint) IS
'light curve of a group: mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected 0 or 1 (NULL: |flux| >= 5 flux_err); NULL and NaN are skipped and counted; at most 1000000 observations';
COMMENT ON AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision) IS
'light curve of a group: mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units; detected where |flux| >= 5 flux_err; NULL and NaN are skipped and counted; at most 1000000 observations';
COMMENT ON AGGREGATE plasticc_merge(lightcurve) IS
'union of the observations of light curves, an exact duplicate kept once; numbers of rejected measurements add up';
COMMENT ON FUNCTION plasticc_union(lightcurve, lightcurve) IS
'union of the observations of two light curves, an exact duplicate kept once; numbers of rejected measurements add up; NULL has no observations';
COMMENT ON OPERATOR || (lightcurve, lightcurve) IS
'union of the observations of two light curves, an exact duplicate kept once; numbers of rejected measurements add up; NULL has no observations';
COMMENT ON FUNCTION lightcurve_eq(lightcurve, lightcurve) IS 'same observations and same number of rejected measurements';
COMMENT ON OPERATOR = (lightcurve, lightcurve) IS 'same observations and same number of rejected measurements';
COMMENT ON FUNCTION lightcurve_ne(lightcurve, lightcurve) IS 'other observations or another number of rejected measurements';
COMMENT ON OPERATOR <> (lightcurve, lightcurve) IS 'other observations or another number of rejected measurements';
COMMENT ON FUNCTION plasticc_observations(lightcurve) IS
'observations of a light curve as rows, in canonical order: mjd in days, passband 0-5 = ugrizy, flux and flux_err in FLUXCAL units, detected';
COMMENT ON FUNCTION plasticc_slice(lightcurve, double precision, double precision) IS
'observations with mjd_from <= mjd <= mjd_to, in days, as with BETWEEN; a NULL bound is an open end; the number of rejected measurements is 0, as their times are not known';
COMMENT ON FUNCTION plasticc_passband(text) IS 'number of a passband: u 0, g 1, r 2, i 3, z 4, y (or Y) 5';
COMMENT ON FUNCTION plasticc_flux_from_nanojansky(double precision) IS
'flux or flux_err in FLUXCAL units (zero point 27.5) of one in nanojansky (zero point 31.4): flux * 10^-1.56';

-- =====================================================================
-- features
-- =====================================================================

-- An enum, because foreign servers are not sent a text constant as an argument (collation).
CREATE TYPE plasticc_feature_set AS ENUM ('simple', 'all');

COMMENT ON TYPE plasticc_feature_set IS
'which features of a light curve: all, with those of fits and searches, which cost milliseconds an object, or the simple ones, which cost microseconds. The simple ones come first in the order of all';

-- Tells the planner what a constant set costs.
CREATE FUNCTION plasticc_features_support(internal) RETURNS internal
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_features_support(internal) IS
'planner support of plasticc_features(lightcurve, plasticc_feature_set): its cost by the set';

-- Costs: 400 stand for a microsecond.  This one is also the final function's of the aggregates.
CREATE FUNCTION plasticc_features(lightcurve) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000000;

CREATE FUNCTION plasticc_features(lightcurve, feature_set plasticc_feature_set) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000000 SUPPORT plasticc_features_support;

COMMENT ON FUNCTION plasticc_features(lightcurve, plasticc_feature_set) IS
'the simple features or all of them, real[] in the order of plasticc_feature_catalog(feature_set); for rows: plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), ''simple'')';

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
    feature_set plasticc_feature_set DEFAULT 'all',
    OUT ordinal integer, OUT name text, OUT unit text, OUT feature_group text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1200;

CREATE FUNCTION plasticc_feature_names(feature_set plasticc_feature_set DEFAULT 'all') RETURNS text[]
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
    feature_set plasticc_feature_set DEFAULT 'all',
    OUT ordinal integer, OUT name text, OUT unit text, OUT feature_group text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 80;

-- The names of all that plasticc_host_features returns: the light curve's features, then the host's.
CREATE FUNCTION plasticc_host_feature_names(feature_set plasticc_feature_set DEFAULT 'all') RETURNS text[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION plasticc_features(lightcurve) IS
'all features of a light curve, in the order of plasticc_feature_catalog(); NaN where a feature cannot be computed; NULL without observations';
COMMENT ON AGGREGATE plasticc_features(double precision, bigint, double precision, double precision, boolean) IS
'all features of the light curve of a group, in the order of plasticc_feature_catalog(): mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected; input as for plasticc_lightcurve';
COMMENT ON AGGREGATE plasticc_features(double precision, bigint, double precision, double precision, bigint) IS
'all features of the light curve of a group, in the order of plasticc_feature_catalog(): mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units, detected 0 or 1; input as for plasticc_lightcurve';
COMMENT ON AGGREGATE plasticc_features(double precision, bigint, double precision, double precision) IS
'all features of the light curve of a group, in the order of plasticc_feature_catalog(): mjd in days, passband 0-5 = ugrizy, flux and flux_err > 0 in FLUXCAL units; detected where |flux| >= 5 flux_err; input as for plasticc_lightcurve';
COMMENT ON FUNCTION plasticc_feature_catalog(plasticc_feature_set) IS
'what plasticc_features returns, all of it or the simple features only: ordinal (from 1), name, unit (of flux and flux_err times c, "flux" and "flux/day" scale by c, "mag(flux)" changes by -2.5 log10 c, others stay), group, description';
COMMENT ON FUNCTION plasticc_feature_names(plasticc_feature_set) IS 'names of the features that plasticc_features returns, in their order';
COMMENT ON FUNCTION plasticc_feature(real[], text) IS
'one feature by name, of what plasticc_features or plasticc_host_features returned';
COMMENT ON FUNCTION plasticc_host_features(real[], boolean, double precision, double precision, double precision, double precision) IS
'features followed by those of the host: deep drilling field, photometric redshift (0 = galactic) and its error, distmod in mag (NULL or NaN: from the redshift by a flat Lambda-CDM cosmology), mwebv in mag, which features of the set "all" are corrected by (give 0 if the fluxes are already); NULL, NaN or negative is unknown';
COMMENT ON FUNCTION plasticc_host_feature_catalog(plasticc_feature_set) IS
'what plasticc_host_features appends: ordinal (continuing that of plasticc_feature_catalog), name, unit, group, description';
COMMENT ON FUNCTION plasticc_host_feature_names(plasticc_feature_set) IS
'names of the features that plasticc_host_features returns, in their order: those of the light curve, then those of the host';

-- =====================================================================
-- Gaussian process
-- =====================================================================

-- Rows have types with names, because foreign servers cannot return others.
CREATE TYPE plasticc_gp AS (
    amplitude double precision, length_scale double precision, log_likelihood double precision
);

COMMENT ON TYPE plasticc_gp IS
'what plasticc_gp_fit finds: amplitude in the unit of flux, length_scale in days, log_likelihood';

CREATE FUNCTION plasticc_gp_fit(lightcurve) RETURNS plasticc_gp
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;

-- The fit, then a third of a microsecond a row.
CREATE FUNCTION plasticc_gp_predict(
    lightcurve, mjd double precision[],
    OUT mjd double precision, OUT passband smallint, OUT flux real, OUT flux_sd real
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 150000 ROWS 600;

COMMENT ON FUNCTION plasticc_gp_fit(lightcurve) IS
'fits a Gaussian process of mean zero in time and wavelength by maximum likelihood: amplitude (standard deviation, in the unit of flux), length_scale in days (0.1 to 1000), log_likelihood with its constant; Matern 3/2 in time and, at a fixed scale of 6000 Angstrom, in wavelength; NULL without observations';
COMMENT ON FUNCTION plasticc_gp_predict(lightcurve, double precision[]) IS
'flux in all six passbands at each of the times, which may lie anywhere, by the Gaussian process that plasticc_gp_fit finds: mean and standard deviation of the noiseless flux; no rows without observations';

-- =====================================================================
-- augmentation
-- =====================================================================

-- Not strict: a redshift may be unknown.
CREATE FUNCTION plasticc_augment(
    lightcurve, seed bigint,
    redshift double precision DEFAULT NULL, new_redshift double precision DEFAULT NULL,
    drop_fraction double precision DEFAULT 0.1, drop_block double precision DEFAULT 0,
    noise double precision DEFAULT 0.5, time_shift double precision DEFAULT 0,
    galactic_dimming double precision DEFAULT 0.5, galactic_dimming_sd double precision DEFAULT 0.5,
    detection_threshold double precision DEFAULT 5.5, detection_width double precision DEFAULT 2,
    min_detections integer DEFAULT 2
) RETURNS lightcurve
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;

CREATE TYPE plasticc_host AS (
    new_redshift double precision, hostgal_photoz double precision,
    hostgal_photoz_err double precision, distmod double precision
);

COMMENT ON TYPE plasticc_host IS
'the host of a copy of a light curve at another redshift: its redshift, the photometric one and its error, distmod in mag of the latter';

-- Not strict either.
CREATE FUNCTION plasticc_augment_host(
    seed bigint, redshift double precision, photoz double precision, photoz_err double precision,
    photoz_noise double precision DEFAULT 0.5,
    min_redshift double precision DEFAULT NULL, max_redshift double precision DEFAULT NULL
) RETURNS plasticc_host
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;

COMMENT ON FUNCTION plasticc_augment(lightcurve, bigint, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, integer) IS
'a copy of a light curve as it might have been observed otherwise, the same for the same arguments: moved from redshift (NULL, NaN or negative: unknown) to new_redshift (NULL: not moved) through a Gaussian process; of redshift 0 fainter by galactic_dimming +- galactic_dimming_sd magnitudes; each observation dropped with probability drop_fraction, and all of a block of drop_block days; noise of so many flux_err added; shifted by up to time_shift days; where the flux changed detected with probability (1 + erf((|flux|/flux_err - detection_threshold) / detection_width)) / 2; NULL with less than min_detections: it would not have been found';
COMMENT ON FUNCTION plasticc_augment_host(bigint, double precision, double precision, double precision, double precision, double precision, double precision) IS
'the host of a copy at another redshift: new_redshift is log-uniform from min_redshift (NULL: 0.95 redshift) to max_redshift (NULL: the lesser of 5 redshift and 1.5 (1 + redshift) - 1); hostgal_photoz keeps its error relative to 1 + z and gets noise of photoz_noise times its error, which grows accordingly; distmod is that of hostgal_photoz, NULL of a photoz that is 0 or unknown; an object of redshift 0 or unknown stays as it is';

-- =====================================================================
-- periods
-- =====================================================================

-- Not strict: NULL stands for the default, which depends on the light curve.
CREATE FUNCTION plasticc_periodogram(
    lightcurve, min_frequency double precision DEFAULT NULL, max_frequency double precision DEFAULT NULL,
    oversampling double precision DEFAULT NULL,
    OUT frequency double precision, OUT power real
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1100000 ROWS 100000;

CREATE FUNCTION plasticc_period(lightcurve) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1100000;

COMMENT ON FUNCTION plasticc_periodogram(lightcurve, double precision, double precision, double precision) IS
'multiband periodogram: the share (0-1) of the scatter about the passbands'' means that a sinusoid of each frequency (per day), of own amplitude and phase in each passband, explains; from min_frequency (NULL: 1/time span) to max_frequency (NULL: 20) in steps of 1/(oversampling * time span) (NULL: 5); no rows if no passband has 4 times; at most 10000000';
COMMENT ON FUNCTION plasticc_period(lightcurve) IS
'period in days, from 0.05 to the time span, at which the folded light curve is explained best by one shape for all passbands; of an eclipsing binary possibly half of it; NULL if no passband has 4 times and some scatter. There is an answer for a light curve without a period too: see the power';

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
    member integer NOT NULL,
    epoch integer NOT NULL,
    training_loss double precision,
    validation_loss double precision,
    learning_rate double precision,
    elapsed interval NOT NULL,
    logged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version, member, epoch)
);

CREATE TABLE plasticc_cross_validations (
    name text NOT NULL CHECK (name <> ''),
    version integer NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    classes integer[] NOT NULL,
    options jsonb NOT NULL,
    metrics jsonb NOT NULL,
    PRIMARY KEY (name, version)
);

-- No key: object_id may be NULL, and copies of an object share it.
CREATE TABLE plasticc_out_of_fold (
    name text NOT NULL,
    version integer NOT NULL,
    object_id bigint,
    fold integer NOT NULL,
    target integer NOT NULL,
    probabilities real[] NOT NULL
);

CREATE INDEX plasticc_out_of_fold_name_version_object_id_idx ON plasticc_out_of_fold (name, version, object_id);

SELECT pg_catalog.pg_extension_config_dump('plasticc_models', '');
SELECT pg_catalog.pg_extension_config_dump('plasticc_training_log', '');
SELECT pg_catalog.pg_extension_config_dump('plasticc_cross_validations', '');
SELECT pg_catalog.pg_extension_config_dump('plasticc_out_of_fold', '');

COMMENT ON TABLE plasticc_models IS
'trained models, a row a version; a row never changes, a new training of a name makes its next version';
COMMENT ON COLUMN plasticc_models.classes IS 'the classes, in the order of the probabilities';
COMMENT ON COLUMN plasticc_models.feature_names IS 'option feature_names, or NULL';
COMMENT ON COLUMN plasticc_models.options IS 'all options of the training, defaults included';
COMMENT ON COLUMN plasticc_models.metrics IS
'objects (in all and of each class), features; with option survey_query also effective_objects: (sum of weights)^2 / sum of squared weights; epochs, best_epoch, training_loss and validation_loss at the best epoch, all means over the members; elapsed_seconds; with held-out objects also validation: objects, log_loss (the challenge''s), accuracy, calibration_error (expected), recall of each class; with bagging_folds likewise out_of_fold: each object by the members that have not seen it, and calibration: objects that it is fitted on, their expected calibration errors with it (error, and weighted_error with the weights of the loss) and without (error_before, weighted_error_before)';
COMMENT ON COLUMN plasticc_models.model IS 'argument of plasticc_classify; the same in every database';
COMMENT ON TABLE plasticc_training_log IS
'an epoch of a training a row, written while it runs; losses are of the kind that is trained for';
COMMENT ON COLUMN plasticc_training_log.member IS 'which network of the ensemble, from 1';
COMMENT ON COLUMN plasticc_training_log.elapsed IS 'since the start of the training, reading the query included';
COMMENT ON TABLE plasticc_cross_validations IS
'cross-validations, a row a run; a new run of a name makes its next version, apart from the versions of models';
COMMENT ON COLUMN plasticc_cross_validations.classes IS 'the classes, in the order of the probabilities';
COMMENT ON COLUMN plasticc_cross_validations.options IS 'all options of the training, defaults included';
COMMENT ON COLUMN plasticc_cross_validations.metrics IS
'objects, log_loss (the challenge''s), accuracy, calibration_error (expected) and recall of each class, over all objects and, in folds, of each; with option survey_query there also effective_objects, of the rows that the fold''s networks learn from; classes (objects of each), features, elapsed_seconds';
COMMENT ON TABLE plasticc_out_of_fold IS
'probabilities of each object of a cross-validation by the networks that were trained without its fold';
COMMENT ON COLUMN plasticc_out_of_fold.object_id IS 'of the training query, or NULL';
COMMENT ON COLUMN plasticc_out_of_fold.target IS 'the class';
COMMENT ON COLUMN plasticc_out_of_fold.probabilities IS 'in the order of plasticc_cross_validations.classes';

CREATE PROCEDURE plasticc_train(name text, training_query text, options jsonb DEFAULT '{}')
AS 'MODULE_PATHNAME' LANGUAGE C;

COMMENT ON PROCEDURE plasticc_train(text, text, jsonb) IS
'trains one network or several (option members) on the rows of training_query and stores it in plasticc_models as the next version of name. The query, run once as the current user, returns features real[] (or double precision[]; NULL, NaN or infinite elements are missing values), target integer (the class), and optionally weight double precision (> 0), fold integer (see option validation_fold) and object_id bigint (rows with the same one are held out together; also for error messages). plasticc_training_options() lists the options. Networks are trained in up to max_parallel_maintenance_workers background workers too. Outside a transaction block it commits every few epochs; the same rows in the same order with the same options give the same model';

CREATE PROCEDURE plasticc_cross_validate(name text, training_query text, options jsonb DEFAULT '{}')
AS 'MODULE_PATHNAME' LANGUAGE C;

COMMENT ON PROCEDURE plasticc_cross_validate(text, text, jsonb) IS
'trains as plasticc_train does, with the same query and options, on all folds but one, for each fold. Folds are the values of the query''s column fold, or else as many as option folds says, each class in equal parts; rows with the same object_id are in one. Probabilities of each row go to plasticc_out_of_fold, metrics to plasticc_cross_validations';

CREATE FUNCTION plasticc_training_options(
    OUT name text, OUT type text, OUT range text, OUT default_value text, OUT reference_value text, OUT description text
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 40;

COMMENT ON FUNCTION plasticc_training_options() IS
'the options of plasticc_train: name, type, accepted range, the value (as JSON) in the presets default and reference, description';

-- Not strict: without a version the newest is meant.
CREATE FUNCTION plasticc_model(name text, version integer DEFAULT NULL) RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION plasticc_model(text, integer) IS
'the newest, or the given, version of a model; an error when there is none, NULL for a NULL name';

CREATE FUNCTION plasticc_classes(model bytea) RETURNS integer[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION plasticc_classes(bytea) IS 'the classes that the model knows, ascending: the order of its probabilities';

CREATE FUNCTION plasticc_model_info(model bytea) RETURNS jsonb
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION plasticc_model_info(bytea) IS
'what the model is: classes, features (their number), feature_names, normalisation, used_features and missing_flags (features, counted from 1, whose value, or whose absence, is an input of a network), members (networks), layers (of each; batch normalisation is part of their weights), parameters (of all), temperature and class_multipliers (the calibration; 1 = none), gate (null, or its feature, counted from 1, and the probabilities of the classes that are closed where that is 0 and elsewhere), bytes, options, metrics (among them training_curve: after each of at most 100 epochs the mean losses of the networks)';

-- =====================================================================
-- classification
-- =====================================================================

CREATE FUNCTION plasticc_classify(model bytea, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40000;

COMMENT ON FUNCTION plasticc_classify(bytea, real[]) IS
'class probabilities in the order of plasticc_classes(model), sum 1; features as in the training, NULL, NaN or infinite = missing; another number of features than the model''s is an error. The model is parsed once a query; take it from plasticc_model or a table''s column, for one given as a parameter is compared byte by byte for every row';

CREATE FUNCTION plasticc_classify(name text, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'plasticc_classify_name' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 40000;

COMMENT ON FUNCTION plasticc_classify(text, real[]) IS
'plasticc_classify(plasticc_model(name), features); distributed databases need the model as an argument instead';

CREATE FUNCTION plasticc_probabilities(model bytea, features real[], OUT class integer, OUT probability real)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40000 ROWS 14;

COMMENT ON FUNCTION plasticc_probabilities(bytea, real[]) IS 'plasticc_classify in long form, a class a row';

-- Volatile, because the query may be.
CREATE FUNCTION plasticc_classify_query(model bytea, query text, OUT object_id bigint, OUT probabilities real[])
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 10000;

COMMENT ON FUNCTION plasticc_classify_query(bytea, text) IS
'classifies the rows of a query, run as the current user, that returns object_id (an integer type) and features (real[] or double precision[]); the fastest way for many objects. Results differ from plasticc_classify by rounding only; NULL features give NULL';

-- Volatile, because the query may be.
CREATE FUNCTION plasticc_importance(
    model bytea, query text, by_group boolean DEFAULT false, repeats integer DEFAULT 3, seed bigint DEFAULT 0,
    OUT feature text, OUT feature_group text, OUT loss_increase double precision
) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10000000 ROWS 1000;

COMMENT ON FUNCTION plasticc_importance(bytea, text, boolean, integer, bigint) IS
'permutation importance: by how much the challenge''s weighted log loss of the query''s objects increases when the values of a feature are exchanged among them at random, mean of repeats (1 to 1000), the largest first. The query, run as the current user, returns features, target and optionally object_id (for error messages), best of objects that the model was not trained on, and in an ORDER BY, on which the exchange depends besides seed. Feature names are those of the model''s training, else of the catalog where the number of features is that of plasticc_features or plasticc_host_features, else numbers. by_group: all features of a group are exchanged together, those of no known group likewise (feature_group NULL). Features that tell the same stand in for each other, so that each alone seems to matter little; their group tells better';

-- An enum, because foreign servers are not sent a text constant as an argument (collation).
CREATE TYPE plasticc_unknown_method AS ENUM
    ('prior', 'presentation', 'product', 'scirpus', 'constant', 'second_place', 'boone', 'major_tom');

COMMENT ON TYPE plasticc_unknown_method IS
'how plasticc_add_unknown finds p99 from the n known probabilities p (m = largest, P = product of 1 - p; an object is galactic when classes 6, 16, 53, 65, 92 hold more than half).
prior: 2 / the sum of the known classes'' weights in the challenge''s log loss (15 and 64 weigh 2, others 1; n when classes are not known), so that p99 is the share of the weight that class 99 has, 1/9 for the challenge''s classes.
presentation: (1 - m) / 14.
product: 0.14 P / (1 - 1/n)^n, so that equal probabilities give 0.14 (after Olivier, who scaled P to a mean of 0.14 over the test set).
scirpus: ((median + mean/2)/2 + (1 - m^3)/2) / 2.
constant: 0.017 if galactic, else 0.17.
second_place: 0.014 if galactic, else (2 (1 - m) + 0.14) / 3.
boone: 0.04 if galactic, else p42 + 0.6 p62 + 0.2 p52 + 0.2 p95.
major_tom: 0.2 P if galactic, else 1.65 (p42 + p52 + p62 + p95)^2.5 (1 - p95 - p62)^0.635.
All but prior and presentation come from entries to the challenge whose authors tuned them to its leaderboard; they say nothing of other surveys';

-- Not strict: classes may be left out.
CREATE FUNCTION plasticc_add_unknown(probabilities real[], method plasticc_unknown_method DEFAULT 'boone', classes integer[] DEFAULT NULL)
RETURNS real[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION plasticc_add_unknown(real[], plasticc_unknown_method, integer[]) IS
'the probabilities with that of class 99 appended, divided by their sum; the classes are then classes || 99. Comment on type plasticc_unknown_method: the methods. classes may be left out when there are 14 probabilities, of the challenge''s classes in ascending order, and for the methods prior, presentation, product and scirpus. The default, boone, has the smallest log loss on the synthetic survey''s mix test, in which class 99 occurs (make bench BENCH=unknown); like major_tom it needs one of the classes 42, 52, 62 and 95. For classes that are not the challenge''s take prior, which is tuned to nothing. Probabilities are divided by their sum first; negative, NaN, infinite or all zero is an error';

CREATE TYPE plasticc_submission_row AS (
    class_6 real, class_15 real, class_16 real, class_42 real, class_52 real,
    class_53 real, class_62 real, class_64 real, class_65 real, class_67 real,
    class_88 real, class_90 real, class_92 real, class_95 real, class_99 real
);

COMMENT ON TYPE plasticc_submission_row IS 'the probabilities of a row of a submission to the challenge';

-- Not strict: classes may be left out.
CREATE FUNCTION plasticc_submission(probabilities real[], classes integer[] DEFAULT NULL) RETURNS plasticc_submission_row
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION plasticc_submission(real[], integer[]) IS
'the columns of a submission to the challenge, 0 for classes that are not given; for COPY (SELECT object_id, s.* FROM predictions, plasticc_submission(probabilities, classes) AS s ORDER BY 1) TO STDOUT (FORMAT csv, HEADER). classes may be left out when there are 14 or 15 probabilities, of the challenge''s classes in ascending order';

-- =====================================================================
-- metrics
-- =====================================================================

-- State: n, then n each of: classes, weights, counts, whole and fractional parts of summed losses.
CREATE FUNCTION plasticc_log_loss_accum(double precision[], integer, real[], integer[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION plasticc_log_loss_accum(double precision[], integer, real[], integer[], double precision[])
RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION plasticc_log_loss_combine(double precision[], double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_log_loss_final(double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], integer, real[], integer[]) IS
'transition of plasticc_log_loss: (state, target, probabilities, classes)';
COMMENT ON FUNCTION plasticc_log_loss_accum(double precision[], integer, real[], integer[], double precision[]) IS
'transition of plasticc_log_loss: (state, target, probabilities, classes, weights)';
COMMENT ON FUNCTION plasticc_log_loss_combine(double precision[], double precision[]) IS
'combine function of plasticc_log_loss';
COMMENT ON FUNCTION plasticc_log_loss_final(double precision[]) IS 'final function of plasticc_log_loss';

CREATE AGGREGATE plasticc_log_loss(target integer, probabilities real[], classes integer[]) (
    SFUNC = plasticc_log_loss_accum, STYPE = double precision[],
    FINALFUNC = plasticc_log_loss_final, COMBINEFUNC = plasticc_log_loss_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_log_loss(integer, real[], integer[]) IS
'the challenge''s weighted log loss: the mean over classes, weighted 1 but 2 for 15, 64 and 99, of the mean over a class''s objects of -ln p(target); only classes with objects count. Probabilities are divided by their sum and clipped to [1e-15, 1 - 1e-15]. classes, in the order of the probabilities, must be the same in all rows and contain every target; rows whose target or probabilities are NULL are skipped. The same to the bit in any order of rows';

CREATE AGGREGATE plasticc_log_loss(target integer, probabilities real[], classes integer[], weights double precision[]) (
    SFUNC = plasticc_log_loss_accum, STYPE = double precision[],
    FINALFUNC = plasticc_log_loss_final, COMBINEFUNC = plasticc_log_loss_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_log_loss(integer, real[], integer[], double precision[]) IS
'the same with a weight (finite, not negative) for each of classes; NULL when those with objects weigh nothing';

-- State: n, whether weighted, n classes, n weights, then for each class and bin: objects, correct ones, whole and fractional part of summed confidence.
CREATE FUNCTION plasticc_calibration_error_accum(double precision[], integer, real[], integer[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION plasticc_calibration_error_accum(double precision[], integer, real[], integer[], double precision[])
RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION plasticc_calibration_error_combine(double precision[], double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_calibration_error_final(double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], integer, real[], integer[]) IS
'transition of plasticc_calibration_error: (state, target, probabilities, classes)';
COMMENT ON FUNCTION plasticc_calibration_error_accum(double precision[], integer, real[], integer[], double precision[]) IS
'transition of plasticc_calibration_error: (state, target, probabilities, classes, weights)';
COMMENT ON FUNCTION plasticc_calibration_error_combine(double precision[], double precision[]) IS
'combine function of plasticc_calibration_error';
COMMENT ON FUNCTION plasticc_calibration_error_final(double precision[]) IS 'final function of plasticc_calibration_error';

CREATE AGGREGATE plasticc_calibration_error(target integer, probabilities real[], classes integer[]) (
    SFUNC = plasticc_calibration_error_accum, STYPE = double precision[],
    FINALFUNC = plasticc_calibration_error_final, COMBINEFUNC = plasticc_calibration_error_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_calibration_error(integer, real[], integer[]) IS
'expected calibration error (Guo et al. 2017): objects are put into 15 bins of equal width by their largest probability, the confidence; the mean over objects of the distance, in their bin, between mean confidence and share of right predictions. Every object counts alike, whatever its class. Probabilities are divided by their sum; rows are skipped, and errors raised, as by plasticc_log_loss. The same to the bit in any order of rows';

CREATE AGGREGATE plasticc_calibration_error(target integer, probabilities real[], classes integer[], weights double precision[]) (
    SFUNC = plasticc_calibration_error_accum, STYPE = double precision[],
    FINALFUNC = plasticc_calibration_error_final, COMBINEFUNC = plasticc_calibration_error_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_calibration_error(integer, real[], integer[], double precision[]) IS
'the same with a weight (finite, not negative) for each of classes, shared by the objects of the class, as in plasticc_log_loss: what a model that is trained with the weighted loss, and so for classes as frequent as they weigh, is to be judged by; NULL when the classes with objects weigh nothing';

-- State: n, n classes, n * n counts.
CREATE FUNCTION plasticc_confusion_accum(bigint[], integer, real[], integer[]) RETURNS bigint[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION plasticc_confusion_combine(bigint[], bigint[]) RETURNS bigint[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION plasticc_confusion_final(bigint[]) RETURNS bigint[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION plasticc_confusion_accum(bigint[], integer, real[], integer[]) IS
'transition of plasticc_confusion: (state, target, probabilities, classes)';
COMMENT ON FUNCTION plasticc_confusion_combine(bigint[], bigint[]) IS 'combine function of plasticc_confusion';
COMMENT ON FUNCTION plasticc_confusion_final(bigint[]) IS 'final function of plasticc_confusion';

CREATE AGGREGATE plasticc_confusion(target integer, probabilities real[], classes integer[]) (
    SFUNC = plasticc_confusion_accum, STYPE = bigint[],
    FINALFUNC = plasticc_confusion_final, COMBINEFUNC = plasticc_confusion_combine, PARALLEL = SAFE
);

COMMENT ON AGGREGATE plasticc_confusion(integer, real[], integer[]) IS
'counts of objects as [true class][predicted class], both in the order of classes; predicted is the most probable class, the first of equal ones. Rows are skipped, and errors raised, as by plasticc_log_loss';

-- =====================================================================
-- surveys
-- =====================================================================

CREATE FUNCTION plasticc_n_observations(lightcurve) RETURNS bigint
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION plasticc_n_observations(lightcurve) IS
'number of observations of a light curve, with those that were rejected as NULL or NaN; reads its first bytes only';

CREATE FUNCTION plasticc_create_feature_table(name text) RETURNS regclass
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;

COMMENT ON FUNCTION plasticc_create_feature_table(text) IS
'creates a table for plasticc_extract: object_id bigint PRIMARY KEY, lightcurve, features real[] (both NULL of an object without usable observations), n_rows bigint (observations seen), extracted_at timestamptz';

CREATE FUNCTION plasticc_create_prediction_table(name text, history boolean DEFAULT false) RETURNS regclass
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;

COMMENT ON FUNCTION plasticc_create_prediction_table(text, boolean) IS
'creates a table for plasticc_predict: object_id bigint, model text, version integer, probabilities real[], predicted_at timestamptz, features_at timestamptz (extracted_at of the features that they were made of); the primary key is (object_id, model), or to keep the history (object_id, model, version, features_at)';

CREATE PROCEDURE plasticc_extract(observations regclass, target regclass, options jsonb DEFAULT '{}')
AS 'MODULE_PATHNAME' LANGUAGE C;

COMMENT ON PROCEDURE plasticc_extract(regclass, regclass, jsonb) IS
'light curves and features of all objects whose number of observations is not the one in the target (a table as plasticc_create_feature_table makes), in chunks of objects, each a transaction, by this process and parallel workers. May be called again after an error, a cancel or a crash, and after each night. Needs SELECT on what it reads and SELECT, INSERT, UPDATE on the target. In a transaction block it commits nothing and starts no workers.
Options: object_id, mjd, passband, flux, flux_err, detected: names of the columns of observations (detected may be absent; passband may be letters); lightcurve: column of stored light curves, a row an object, instead of those (the target itself may be the table); arrival, since: only objects with a row whose column arrival is at least since are looked at; metadata: a table whose columns ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv (options of these names name others) are joined by object_id (or metadata_object_id) and go to plasticc_host_features; feature_set: all or simple; store_lightcurves: whether the target gets them (true where it has the column); chunk_objects (100); workers (max_parallel_maintenance_workers); report_interval: seconds (5)';

CREATE PROCEDURE plasticc_predict(model text, features regclass, target regclass, options jsonb DEFAULT '{}')
AS 'MODULE_PATHNAME' LANGUAGE C;

COMMENT ON PROCEDURE plasticc_predict(text, regclass, regclass, jsonb) IS
'class probabilities, by the newest version of a model, of all objects of features (a table as plasticc_extract fills) that this version has not classified yet with their present features; classified in blocks, committed in chunks, as by plasticc_extract. The target is a table as plasticc_create_prediction_table makes: by its primary key a new prediction replaces the object''s former one, or is added to the history. Objects without features are left out. Needs SELECT on features and plasticc_models and SELECT, INSERT, UPDATE on the target.
Options: version: of the model; history: true or false must agree with the key; object_id, features, extracted_at: names of the columns of features (without extracted_at only another version is a reason to classify again); chunk_objects (4096); workers (max_parallel_maintenance_workers); report_interval: seconds (5)';

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

-- =====================================================================
-- distribution
-- =====================================================================

-- Names are qualified throughout, because a function with a setting of its own would be none that engines ship.
CREATE FUNCTION plasticc_distribute(
    tables regclass[] DEFAULT '{}', distribution_column name DEFAULT 'object_id', models boolean DEFAULT true,
    OUT relation regclass, OUT action text
) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 10 AS $$
DECLARE
    registry CONSTANT regclass := '@extschema@.plasticc_models';
    leader regclass;
    leader_group integer;
    citus_table record;
BEGIN
    IF pg_catalog.to_regproc('pg_catalog.create_distributed_table') IS NULL THEN
        RAISE EXCEPTION 'Citus is not installed in this database' USING
            ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Create the extension citus before plasticc, on the coordinator; docs/distributed.md says how to do without Citus.';
    END IF;

    -- All that can be wrong is found before anything is done.
    FOREACH relation IN ARRAY tables LOOP
        SELECT p.partmethod, p.colocationid, pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) AS key
        INTO citus_table
        FROM pg_catalog.pg_dist_partition AS p WHERE p.logicalrelid OPERATOR(pg_catalog.=) relation;
        CONTINUE WHEN NOT FOUND;
        IF citus_table.partmethod OPERATOR(pg_catalog.<>) 'h' THEN
            RAISE EXCEPTION 'table % is one of Citus, but not distributed by hash', relation USING
                ERRCODE = 'wrong_object_type',
                HINT = 'Call undistribute_table for it first.';
        ELSIF citus_table.key OPERATOR(pg_catalog.<>) distribution_column::text THEN
            RAISE EXCEPTION 'table % is distributed by column "%", not by "%"', relation, citus_table.key, distribution_column USING
                ERRCODE = 'wrong_object_type',
                HINT = 'Call alter_distributed_table to distribute it by another column.';
        ELSIF citus_table.colocationid OPERATOR(pg_catalog.<>) leader_group THEN
            RAISE EXCEPTION 'tables % and % are distributed, but not co-located', leader, relation USING
                ERRCODE = 'wrong_object_type',
                HINT = 'Call update_distributed_table_colocation or alter_distributed_table for one of them.';
        END IF;
        leader := relation;
        leader_group := citus_table.colocationid;
    END LOOP;

    -- First, because Citus replicates no table in a transaction that has filled shards in parallel.
    IF models THEN
        relation := registry;
        PERFORM FROM pg_catalog.pg_dist_partition AS p WHERE p.logicalrelid OPERATOR(pg_catalog.=) registry;
        IF FOUND THEN
            action := 'is a table of Citus already';
        ELSE
            PERFORM pg_catalog.create_reference_table(registry);
            action := 'made a reference table';
        END IF;
        RETURN NEXT;
    END IF;

    FOREACH relation IN ARRAY tables LOOP
        PERFORM FROM pg_catalog.pg_dist_partition AS p WHERE p.logicalrelid OPERATOR(pg_catalog.=) relation;
        IF FOUND THEN
            action := 'is distributed already';
        ELSE
            PERFORM pg_catalog.create_distributed_table(relation, distribution_column::text, colocate_with => coalesce(
                (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
                 FROM pg_catalog.pg_class AS c
                 JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                 WHERE c.oid OPERATOR(pg_catalog.=) leader),
                'default'));
            action := pg_catalog.format('distributed by %I', distribution_column);
        END IF;
        leader := coalesce(leader, relation);
        RETURN NEXT;
    END LOOP;

    PERFORM FROM pg_catalog.pg_dist_object AS o
    JOIN pg_catalog.pg_extension AS e ON e.oid OPERATOR(pg_catalog.=) o.objid
    WHERE o.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
          AND e.extname OPERATOR(pg_catalog.=) 'plasticc';
    IF NOT FOUND THEN
        RAISE WARNING 'Citus does not know the extension plasticc, which may be missing on the workers' USING
            HINT = 'It was probably created before citus. Create it on every worker, or drop it and create it again.';
    END IF;
END
$$;

COMMENT ON FUNCTION plasticc_distribute(regclass[], name, boolean) IS
'for Citus: distributes tables by hash of a column, co-located with each other, and makes plasticc_models a reference table (models = false: leaves it alone); tells what was done with each. What is so already stays: a second call does nothing. The caller needs what Citus asks for, ownership of the tables that change. An error where Citus is not installed';
