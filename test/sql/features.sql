-- Features: the catalog, values compared with SQL's own aggregates, host features, and errors.
SET extra_float_digits = 0;

CREATE TABLE observations AS
SELECT i % 17 AS object_id, 59580 + (i * 7919 % 10007) / 16.0::float8 AS mjd, ((i * 31 + i / 100) % 6)::smallint AS passband,
       ((i * 104729 % 20011) / 7.0 - 500)::real AS flux, ((i * 6007 % 997 + 1) / 9.0)::real AS flux_err, i % 11 = 0 AS detected
FROM generate_series(1, 3000) i;
-- an object with few observations, none of them in one passband
INSERT INTO observations VALUES (100, 59580, 0, 1.5, 0.5, false), (100, 59581, 1, 2.5, 0.5, true), (100, 59583, 1, 4.5, 0.5, true);

CREATE TABLE features AS
SELECT object_id, plasticc_features(mjd, passband, flux, flux_err, detected) AS features, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve
FROM observations GROUP BY object_id;

--
-- The catalog
--
SELECT feature_group, min(ordinal) AS first, count(*), array_agg(DISTINCT unit) AS units
FROM (SELECT * FROM plasticc_feature_catalog() UNION ALL SELECT * FROM plasticc_host_feature_catalog()) c GROUP BY feature_group ORDER BY first;
SELECT bool_and(array_ndims(features) = 1 AND array_lower(features, 1) = 1
                AND cardinality(features) = (SELECT count(*) FROM plasticc_feature_catalog())) AS as_in_catalog FROM features;
SELECT plasticc_feature_names() = (SELECT array_agg(name ORDER BY ordinal) FROM plasticc_feature_catalog()) AS names,
       plasticc_host_feature_names() = (SELECT array_agg(name ORDER BY ordinal)
           FROM (SELECT * FROM plasticc_feature_catalog() UNION ALL SELECT * FROM plasticc_host_feature_catalog()) c) AS host_names;
SELECT count(DISTINCT name) = count(*) AS names_differ, min(ordinal), count(*) = max(ordinal) AS ordinals_follow, bool_and(description <> '') AS described
FROM (SELECT * FROM plasticc_feature_catalog() UNION ALL SELECT * FROM plasticc_host_feature_catalog()) c;
-- one row per statistic: its name and its convention
SELECT name, unit, description FROM plasticc_feature_catalog() WHERE name !~ '_([ugizy]|[ugrizy]{2})$' AND name !~ '_r$' OR name ~ '_gr$|(delay|share)_r$' OR feature_group = 'fit_amplitude' AND name LIKE '%\_r' ORDER BY ordinal;
SELECT name FROM plasticc_feature_catalog() WHERE name LIKE 'flux\_mean%' ORDER BY ordinal;
SELECT name, unit, description FROM plasticc_host_feature_catalog('simple') WHERE name !~ '_([ugizy])$' ORDER BY ordinal;

--
-- Values
--
SELECT bool_and(array_send(features) = array_send(plasticc_features(curve))) AS of_stored_curve FROM features;
SELECT plasticc_features('{} + 3 rejected'::lightcurve) IS NULL AS empty, plasticc_features(NULL) IS NULL AS no_curve,
       plasticc_features(1, 1, NULL, 1) IS NULL AS nothing_left;
SELECT plasticc_feature(plasticc_features(i, 2, 10 * i, 2), 'n_detections') AS derived,
       plasticc_feature(plasticc_features(i, 2, 10 * i, 2, 0), 'n_detections') AS integer_0,
       plasticc_feature(plasticc_features(i, 2, 10 * i, 2, (i = 2)::integer), 'n_detections') AS integer_1,
       plasticc_feature(plasticc_features(i, 2, nullif(10 * i, 20), 2), 'n_rejected') AS rejected
FROM generate_series(1, 3) i;
SELECT name, plasticc_feature(features, name) AS value
FROM features, unnest('{n_observations,n_observations_g,detection_span,detected_fraction,flux_mean_g,flux_std_u,flux_skew_u,flux_slope_maximum,flux_slope_maximum_u,
rolling_flux_maximum_g,mjd_mean_g,passband_mean,flux_mean_r,n_observations_r,flux_mean_difference_ug,flux_mean_difference_gr,
detection_gap_before,detection_gap_before_g,detection_run,detection_span_75_g,peak_delay_g,peak_rise,peak_mean_after_0_10_g,peak_count_before_10_0,fraction_above_3,second_peak_ratio_g}'::text[]) name
WHERE object_id = 100;

-- SQL's own aggregates in double precision, over all passbands (NULL) and each one
CREATE TABLE oracle AS
SELECT object_id, coalesce('_' || substr('ugrizy', passband + 1, 1), '') AS suffix, s.*
FROM (SELECT object_id, passband, array_agg(flux::float8) AS x, array_agg(flux_err::float8) AS e, array_agg(mjd - first) AS t,
             count(*) FILTER (WHERE detected) AS detections, max(mjd) FILTER (WHERE detected) - min(mjd) FILTER (WHERE detected) AS span
      FROM (SELECT *, min(mjd) OVER (PARTITION BY object_id) AS first FROM observations) o
      GROUP BY GROUPING SETS ((object_id), (object_id, passband))) g,
     LATERAL (
         SELECT ARRAY['n_observations', 'n_detections', 'detected_fraction', 'detection_span',
                      'flux_mean', 'flux_median', 'flux_minimum', 'flux_maximum', 'flux_std', 'flux_amplitude',
                      'flux_percentile_05', 'flux_percentile_10', 'flux_percentile_25', 'flux_percentile_75', 'flux_percentile_90', 'flux_percentile_95',
                      'flux_weighted_mean', 'flux_err_mean', 'flux_err_median', 'flux_err_std',
                      'signal_to_noise_mean', 'signal_to_noise_median', 'signal_to_noise_std', 'signal_to_noise_maximum', 'signal_to_noise_sum_of_squares',
                      'mjd_mean', 'mjd_median', 'mjd_std'] AS names,
                ARRAY[count(*), detections, detections / count(*)::float8, span,
                      avg(x), percentile_cont(0.5) WITHIN GROUP (ORDER BY x), min(x), max(x), stddev_pop(x), (max(x) - min(x)) / 2,
                      percentile_cont(0.05) WITHIN GROUP (ORDER BY x), percentile_cont(0.1) WITHIN GROUP (ORDER BY x),
                      percentile_cont(0.25) WITHIN GROUP (ORDER BY x), percentile_cont(0.75) WITHIN GROUP (ORDER BY x),
                      percentile_cont(0.9) WITHIN GROUP (ORDER BY x), percentile_cont(0.95) WITHIN GROUP (ORDER BY x),
                      sum(x / e ^ 2) / sum(1 / e ^ 2), avg(e), percentile_cont(0.5) WITHIN GROUP (ORDER BY e), stddev_pop(e),
                      avg(x / e), percentile_cont(0.5) WITHIN GROUP (ORDER BY x / e), stddev_pop(x / e), max(x / e), sum((x / e) ^ 2),
                      avg(t), percentile_cont(0.5) WITHIN GROUP (ORDER BY t), stddev_pop(t)] AS values
         FROM unnest(x, e, t) u (x, e, t)) s;
SELECT name, count(*) AS compared,
       count(*) FILTER (WHERE abs(plasticc_feature(features, name || suffix) - coalesce(value, 'NaN'))
                              <= 1e-5 * greatest(abs(value), plasticc_feature(features, 'flux_err_median'))
                           OR plasticc_feature(features, name || suffix) = 'NaN' AND value IS NULL) AS equal
FROM oracle JOIN features USING (object_id), unnest(names, values) u (name, value)
GROUP BY name ORDER BY name COLLATE "C";

-- pairs are derived from the passbands
SELECT count(*) AS compared, count(*) FILTER (WHERE abs(difference - (a - b)) <= 1e-5 * (abs(a) + abs(b))) AS difference,
       count(*) FILTER (WHERE abs(log_ratio - (asinh(a / noise) - asinh(b / noise))) <= 1e-5) AS log_ratio
FROM (SELECT plasticc_feature(features, 'flux_err_median')::float8 AS noise,
             plasticc_feature(features, format('flux_%s_%s', statistic, left(pair, 1)))::float8 AS a,
             plasticc_feature(features, format('flux_%s_%s', statistic, right(pair, 1)))::float8 AS b,
             plasticc_feature(features, format('flux_%s_difference_%s', statistic, pair))::float8 AS difference,
             plasticc_feature(features, format('flux_%s_log_ratio_%s', statistic, pair))::float8 AS log_ratio
      FROM features, unnest('{mean,median,maximum,minimum,std}'::text[]) statistic, unnest('{ug,ur,ui,uz,uy,gr,gi,gz,gy,ri,rz,ry,iz,iy,zy}'::text[]) pair
      WHERE object_id < 100) s;

--
-- Access by name
--
SELECT bool_and(plasticc_feature(features, name) = features[ordinal] ) AS every_name FROM features, plasticc_feature_catalog() WHERE object_id = 1;
SELECT plasticc_feature(features, 'flux_mean_q') FROM features;
SELECT plasticc_feature(features, '') FROM features;
SELECT plasticc_feature(features, 'galactic') FROM features;
SELECT plasticc_feature('{1,2,3}', 'flux_mean');
SELECT plasticc_feature('{}', 'flux_mean');
SELECT plasticc_feature('{1,NULL}', 'flux_mean');
SELECT plasticc_feature('{{1,2},{3,4}}', 'flux_mean');
SELECT plasticc_feature(NULL, 'flux_mean') IS NULL AS null_features, plasticc_feature('{1}', NULL) IS NULL AS null_name;

--
-- Hosts
--
CREATE TABLE hosts (host integer, ddf boolean, photoz float8, photoz_err float8, distmod float8, mwebv float8);
INSERT INTO hosts VALUES (1, true, 0.5, 0.15, 42, 0.1), (2, false, 0.5, 0.15, NULL, 0.1), (3, false, 0.5, 0.15, 'NaN', 0.1), (4, false, 0, 0, NULL, 0.1),
    (5, NULL, NULL, NULL, NULL, NULL), (6, false, -9, -9, -9, -9), (7, false, 'NaN', 0.1, 42, 0.1);
CREATE TABLE host_features AS
SELECT host, plasticc_host_features(features, ddf, photoz, photoz_err, distmod, mwebv) AS f FROM features, hosts WHERE object_id = 100;
SELECT bool_and(cardinality(f) = cardinality(plasticc_host_feature_names()) AND f[1:cardinality(features)] = features) AS appended
FROM host_features, features WHERE object_id = 100;
SELECT host, plasticc_feature(f, 'ddf') AS ddf, plasticc_feature(f, 'hostgal_photoz') AS photoz, plasticc_feature(f, 'hostgal_photoz_err') AS err,
       round(plasticc_feature(f, 'distmod')::numeric, 3) AS distmod, plasticc_feature(f, 'mwebv') AS mwebv, plasticc_feature(f, 'galactic') AS galactic,
       round(plasticc_feature(f, 'hostgal_photoz_err_relative')::numeric, 3) AS relative
FROM host_features ORDER BY host;
SELECT host, round(plasticc_feature(f, 'magnitude_maximum_g')::numeric, 3) AS magnitude, round(plasticc_feature(f, 'absolute_magnitude_maximum_g')::numeric, 3) AS absolute,
       round(plasticc_feature(f, 'absolute_magnitude_amplitude_g')::numeric, 3) AS amplitude, round(plasticc_feature(f, 'luminosity_maximum_g')::numeric, 3) AS luminosity,
       round(plasticc_feature(f, 'rest_detection_span_g')::numeric, 3) AS rest_span, round(plasticc_feature(f, 'rest_flux_slope_maximum_g')::numeric, 3) AS rest_slope
FROM host_features ORDER BY host;
SELECT plasticc_host_features(NULL, true, 0.5, 0.1, 42, 0.1) IS NULL AS no_features;
SELECT plasticc_host_features('{1,2,3}', true, 0.5, 0.1, 42, 0.1);
SELECT plasticc_host_features(f, true, 0.5, 0.1, 42, 0.1) FROM host_features;
SELECT plasticc_host_features(features, true, 'Infinity', 0.1, 42, 0.1) FROM features;
SELECT plasticc_host_features(features, true, 0.5, 0.1, '-Infinity', 0.1) FROM features;


--
-- Feature sets: all by default, in which the simple ones come first
--
CREATE TABLE simple AS
SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), 'simple') AS features
FROM observations GROUP BY object_id;
SELECT bool_and(a.features[1:cardinality(s.features)] = s.features AND cardinality(a.features) > cardinality(s.features)) AS simple_first,
       bool_and(cardinality(s.features) = (SELECT count(*) FROM plasticc_feature_catalog('simple'))) AS as_in_catalog,
       bool_and(array_send(a.features) = array_send(plasticc_features(curve, 'all'))) AS all_by_default
FROM features a JOIN simple s USING (object_id);
SELECT (SELECT array_agg(c) FROM plasticc_feature_catalog() c) = (SELECT array_agg(c) FROM plasticc_feature_catalog('all') c) AS catalog,
       (SELECT array_agg(c) FROM plasticc_host_feature_catalog() c) = (SELECT array_agg(c) FROM plasticc_host_feature_catalog('all') c) AS host_catalog,
       plasticc_feature_names() = plasticc_feature_names('all') AS names, plasticc_host_feature_names() = plasticc_host_feature_names('all') AS host_names;
SELECT plasticc_feature_names('simple') = (SELECT array_agg(name ORDER BY ordinal) FROM plasticc_feature_catalog('simple')) AS names,
       plasticc_host_feature_names('simple') = (SELECT array_agg(name ORDER BY ordinal)
           FROM (SELECT * FROM plasticc_feature_catalog('simple') UNION ALL SELECT * FROM plasticc_host_feature_catalog('simple')) c) AS host_names,
       (SELECT array_agg(name ORDER BY ordinal) FROM plasticc_feature_catalog('simple')) <@ plasticc_feature_names() AS among_all;
SELECT count(*) = count(*) FILTER (WHERE plasticc_feature(h.features, c.name) IS NOT DISTINCT FROM h.features[c.ordinal]) AS every_name
FROM (SELECT plasticc_host_features(features, true, 0.3, 0.02, NULL, 0.05) AS features FROM simple WHERE object_id = 1) h,
     (SELECT * FROM plasticc_feature_catalog('simple') UNION ALL SELECT * FROM plasticc_host_feature_catalog('simple')) c;
SELECT count(*) = count(*) FILTER (WHERE plasticc_feature(h.features, c.name) IS NOT DISTINCT FROM h.features[c.ordinal]) AS every_name
FROM (SELECT plasticc_host_features(features, true, 0.3, 0.02, NULL, 0.05) AS features FROM features WHERE object_id = 1) h,
     (SELECT * FROM plasticc_feature_catalog() UNION ALL SELECT * FROM plasticc_host_feature_catalog()) c;
-- host features of the set all: the simple ones first, then those that need the fits
SELECT name, unit, description FROM plasticc_host_feature_catalog('all')
WHERE ordinal > cardinality(plasticc_feature_names('all')) + (SELECT count(*) FROM plasticc_host_feature_catalog('simple'))
  AND (name !~ '_([ugizy]|[ugrizy]{2})$' AND name !~ '^rest_gp.*_r$' OR name ~ '_gr$') ORDER BY ordinal;
CREATE TABLE simple_host_features AS
SELECT object_id, host, plasticc_host_features(features, ddf, photoz, photoz_err, distmod, mwebv) AS f, cardinality(features) AS n
FROM simple, hosts WHERE object_id IN (1, 100);
CREATE TABLE all_host_features AS
SELECT object_id, host, plasticc_host_features(features, ddf, photoz, photoz_err, distmod, mwebv) AS f
FROM features, hosts WHERE object_id IN (1, 100);
SELECT count(*), bool_and(cardinality(h.f) = cardinality(plasticc_host_feature_names('all'))
                AND h.f[cardinality(a.features) + 1:cardinality(a.features) + cardinality(s.f) - s.n] = s.f[s.n + 1:]) AS simple_first
FROM all_host_features h JOIN features a USING (object_id) JOIN simple_host_features s USING (object_id, host);
SELECT host, count(*) FILTER (WHERE abs(magnitude + 2.5 * log(nullif(greatest(flux, 0), 0)) - 27.5 + dust * mwebv) < 1e-4) AS dereddened,
       count(*) FILTER (WHERE abs(absolute + distmod - magnitude) < 1e-4) AS absolute, count(*) FILTER (WHERE err > 0 AND err <> 'NaN') AS err,
       count(*) FILTER (WHERE abs(rest_fall * (1 + photoz) - fall) < 1e-4 * fall) AS rest
FROM (SELECT host, plasticc_feature(f, 'gp_flux_maximum_' || band)::float8 AS flux, plasticc_feature(f, 'dereddened_magnitude_' || band)::float8 AS magnitude,
             plasticc_feature(f, 'gp_absolute_magnitude_' || band)::float8 AS absolute, plasticc_feature(f, 'gp_absolute_magnitude_err_' || band)::float8 AS err,
             plasticc_feature(f, 'rest_gp_fall_50_' || band)::float8 AS rest_fall, plasticc_feature(f, 'gp_fall_50_' || band)::float8 AS fall, dust,
             plasticc_feature(f, 'mwebv')::float8 AS mwebv, plasticc_feature(f, 'distmod')::float8 AS distmod, plasticc_feature(f, 'hostgal_photoz')::float8 AS photoz
      FROM all_host_features, unnest('{u,g,r,i,z,y}'::text[], '{4.145,3.237,2.273,1.684,1.323,1.088}'::float8[]) b (band, dust) WHERE object_id = 1) s
GROUP BY host ORDER BY host;
SELECT host, round(plasticc_feature(f, 'distmod_err')::numeric, 4) AS err, round(plasticc_feature(f, 'distmod_nearer')::numeric, 4) AS nearer,
       round(plasticc_feature(f, 'distmod_farther')::numeric, 4) AS farther FROM all_host_features WHERE object_id = 1 ORDER BY host;
SELECT plasticc_feature(f, 'rest_magnitude_4400') FROM simple_host_features;
DROP TABLE all_host_features, simple_host_features;
SELECT plasticc_feature(features, 'gp_amplitude') FROM simple WHERE object_id = 1;
SELECT plasticc_feature(features, 'hostgal_photoz') FROM features WHERE object_id = 1;
SELECT plasticc_features(NULL::lightcurve, 'all') IS NULL AS null_curve, plasticc_features('{}'::lightcurve, 'simple') IS NULL AS empty,
       plasticc_features('{}'::lightcurve, NULL) IS NULL AS null_set;
SELECT plasticc_features('{}'::lightcurve, 'cheap');

-- The planner knows the cost of each set, also of the aggregate; for a set unknown in planning, the cost of all.
CREATE FUNCTION cost(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Total Cost')::numeric;
END $$;
ANALYZE features;
CREATE TABLE sets AS SELECT set FROM unnest(enum_range(NULL::plasticc_feature_set)) set;
ANALYZE sets;
WITH costs AS (
    SELECT cost('SELECT plasticc_features(curve) FROM features') AS of_all, cost('SELECT plasticc_features(curve, ''all'') FROM features') AS all_named,
           cost('SELECT plasticc_features(curve, ''simple'') FROM features') AS simple,
           cost('SELECT plasticc_features(curve, set) FROM features, (SELECT set FROM sets LIMIT 1) s') AS unknown,
           cost('SELECT plasticc_features(mjd, passband, flux, flux_err, detected) FROM observations') AS aggregate,
           cost('SELECT plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), ''simple'') FROM observations') AS simple_aggregate)
SELECT of_all = all_named AS default_is_all, of_all > 50 * simple AS simple_is_cheap, unknown >= of_all AS unknown_as_all,
       aggregate > 2000 AS aggregate_as_all, simple_aggregate < 0.5 * aggregate AS simple_aggregate_is_cheap
FROM costs;
DROP FUNCTION cost;
DROP TABLE observations, features, oracle, hosts, host_features, simple, sets;
