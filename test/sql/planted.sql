-- Procedures call the extension's own functions, also where somebody has created functions of the same names, in the same
-- schema, whose parameters would fit unknown literals or domains better.  All of these raise an error.

SET client_min_messages = warning;

CREATE DOMAIN curve AS lightcurve;
CREATE DOMAIN flag AS boolean;
CREATE DOMAIN days AS double precision;

CREATE FUNCTION planted() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted function called'; END $$;
CREATE FUNCTION plasticc_feature_names(text) RETURNS text[] LANGUAGE sql AS 'SELECT ARRAY[planted()]';
CREATE FUNCTION plasticc_host_feature_names(text) RETURNS text[] LANGUAGE sql AS 'SELECT ARRAY[planted()]';
CREATE FUNCTION plasticc_n_observations(curve) RETURNS bigint LANGUAGE sql AS 'SELECT planted()::bigint';
CREATE FUNCTION plasticc_features(curve, plasticc_feature_set) RETURNS real[] LANGUAGE sql AS 'SELECT ARRAY[planted()::real]';
CREATE FUNCTION plasticc_features(lightcurve, text) RETURNS real[] LANGUAGE sql AS 'SELECT ARRAY[planted()::real]';
CREATE FUNCTION plasticc_passband(varchar) RETURNS smallint LANGUAGE sql AS 'SELECT planted()::smallint';
CREATE FUNCTION plasticc_host_features(real[], flag, days, double precision, double precision, double precision) RETURNS real[]
    LANGUAGE sql AS 'SELECT ARRAY[planted()::real]';
CREATE FUNCTION planted_accum(lightcurve, double precision, bigint, double precision, double precision, flag) RETURNS lightcurve
    LANGUAGE sql AS 'SELECT planted()::lightcurve';
CREATE AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision, flag) (
    SFUNC = planted_accum, STYPE = lightcurve);

CREATE TABLE observations AS
SELECT object_id, mjd::days, ('{u,g,r,i,z,y}'::varchar[])[passband + 1] AS passband, flux, flux_err, detected::flag
FROM plasticc_simulate_observations(5);
CREATE TABLE objects AS
SELECT object_id, ddf::flag, hostgal_photoz::double precision::days AS hostgal_photoz, hostgal_photoz_err, distmod, mwebv
FROM plasticc_simulate_objects(5);
SELECT plasticc_create_feature_table('from_rows'), plasticc_create_feature_table('from_curves');

-- twice, because the second time the features in the table are compared with those to come
CALL plasticc_extract('observations', 'from_rows', '{"feature_set": "simple"}');
CALL plasticc_extract('observations', 'from_rows', '{"feature_set": "simple"}');
SELECT count(*), count(DISTINCT cardinality(features)) AS lengths FROM from_rows;

CREATE TABLE curves AS SELECT object_id, lightcurve::curve FROM from_rows;
CALL plasticc_extract('curves', 'from_curves', '{"feature_set": "simple", "metadata": "objects"}');
CALL plasticc_extract('curves', 'from_curves', '{"feature_set": "simple", "metadata": "objects"}');
SELECT count(*), count(DISTINCT cardinality(features)) AS lengths FROM from_curves;

-- they would have been called by whoever leaves the choice to the server
SELECT plasticc_feature_names('all');
SELECT plasticc_n_observations(lightcurve) FROM curves;

DROP TABLE observations, objects, from_rows, from_curves, curves;
DROP AGGREGATE plasticc_lightcurve(double precision, bigint, double precision, double precision, flag);
DROP FUNCTION planted(), plasticc_feature_names(text), plasticc_host_feature_names(text), plasticc_n_observations(curve),
    plasticc_features(curve, plasticc_feature_set), plasticc_features(lightcurve, text), plasticc_passband(varchar),
    plasticc_host_features(real[], flag, days, double precision, double precision, double precision),
    planted_accum(lightcurve, double precision, bigint, double precision, double precision, flag);
DROP DOMAIN curve, flag, days;
