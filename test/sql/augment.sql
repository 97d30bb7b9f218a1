-- Augmented copies of light curves and of their hosts.
SET extra_float_digits = 0;

CREATE TABLE objects AS SELECT * FROM plasticc_simulate_objects(60, 5);
CREATE TABLE curves AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
FROM plasticc_simulate_observations(60, 5) GROUP BY object_id;

--
-- Without any change requested the copy is identical, bit for bit, whatever the redshift
--
SELECT count(*), bool_and(plasticc_augment(lightcurve, 1, drop_fraction => 0, noise => 0) = lightcurve) AS unmoved,
       bool_and(plasticc_augment(lightcurve, 1, 0.3, 0.3, drop_fraction => 0, noise => 0) = lightcurve) AS same_redshift,
       bool_and(plasticc_augment(lightcurve, 1, 0, 0, drop_fraction => 0, noise => 0, galactic_dimming => 0, galactic_dimming_sd => 0) = lightcurve) AS galactic
FROM curves;
-- objects with unknown redshifts are neither moved nor dimmed
SELECT bool_and(plasticc_augment(lightcurve, 1, z, NULL, drop_fraction => 0, noise => 0) = lightcurve) AS unknown
FROM curves, unnest('{NULL,NaN,-9,0.2}'::float8[]) z;
-- the number of rejected measurements is kept
SELECT plasticc_augment('{(59580,2,30,1,t),(59581,2,30,1,t)} + 3 rejected', 1, drop_fraction => 0, noise => 0);

--
-- Determined by the arguments, different for each seed and each light curve
--
SELECT bool_and((a = b) IS NOT FALSE) AS same, count(DISTINCT a::text) = count(a) AND count(a) > 20 AS differ
FROM (SELECT plasticc_augment(lightcurve, 7, 0.2, 0.3) AS a, plasticc_augment(lightcurve || NULL, 7, 0.2, 0.3) AS b FROM curves) c;
SELECT count(DISTINCT plasticc_augment(lightcurve, seed, 0.2, 0.3)::text) AS copies
FROM curves, generate_series(1, 25) seed WHERE object_id = (SELECT object_id FROM objects ORDER BY object_id LIMIT 1);
-- whether the process is fitted again or kept from the previous call
SELECT bool_and(a::text IS NOT DISTINCT FROM b::text) AS remembered
FROM (SELECT object_id, seed, plasticc_augment(lightcurve, seed, 0.2, 0.3) AS a FROM (SELECT *, generate_series(1, 3) AS seed FROM curves) c) x
JOIN (SELECT object_id, seed, plasticc_augment(lightcurve, seed, 0.2, 0.3) AS b FROM generate_series(1, 3) seed, (SELECT * FROM curves ORDER BY object_id DESC) c) y
     USING (object_id, seed);

--
-- A single observation, moved: fainter by the distance, with an unknown colour
--
SELECT o.mjd, o.passband, o.flux > 0 AND o.flux < 300 AS fainter, o.flux_err > 50 AS uncertain
FROM plasticc_observations(plasticc_augment('{(59580,2,1000,1,t)}', 1, 0.2, 0.4, drop_fraction => 0, noise => 0, min_detections => 0)) o;
-- time dilation about the peak
SELECT round(o.mjd::numeric, 6) AS mjd
FROM plasticc_observations(plasticc_augment('{(59500,2,1,1,f),(59580,2,1000,1,t),(59583,2,900,1,t),(59700,2,0,1,f)}', 1, 0.2, 0.4, drop_fraction => 0, noise => 0, min_detections => 0)) o;
-- a copy with too few detections would not have been found
SELECT plasticc_augment(lightcurve, 1) IS NULL AS default, plasticc_augment(lightcurve, 1, min_detections => 0) IS NULL AS all
FROM (VALUES ('{(59580,2,0,1,f),(59581,2,0,1,f)}'::lightcurve)) c (lightcurve);
SELECT plasticc_augment('{}', 1) IS NULL AS default, plasticc_augment('{} + 2 rejected', 1, min_detections => 0) AS all;
SELECT plasticc_augment(NULL, 1) IS NULL AS no_curve, plasticc_augment('{(59580,2,3,1,f)}', NULL) IS NULL AS no_seed;

--
-- Truncated copies: what was known of the same copy some days after its first detection
--
SELECT count(*) > 40 AS enough, bool_and(a = b) AS same, bool_or(a <> whole) AS shorter
FROM curves, plasticc_augment(lightcurve, 3, 0.2, 0.3, min_detections => 1, truncate => true, min_days => 8, max_days => 8) a,
     plasticc_augment(lightcurve, 3, 0.2, 0.3, min_detections => 1) whole, plasticc_truncate(whole, 8) b
WHERE a IS NOT NULL;
-- the days are log-uniform: as often below as above the geometric mean of the range
SELECT round(avg((days < sqrt(120))::int), 1) AS early, min(days) < 2 AS soon, max(days) BETWEEN 100 AND 120 AS late
FROM (SELECT plasticc_lightcurve(i, 2, 10, 1, true) AS lightcurve FROM generate_series(0, 200, 0.1) i) c, generate_series(1, 300) seed,
     LATERAL (SELECT max(o.mjd) AS days FROM plasticc_observations(plasticc_augment(lightcurve, seed, drop_fraction => 0, noise => 0, truncate => true)) o) d;
-- what the classifier reads of how much is known is in the catalog
SELECT name, unit FROM plasticc_feature_catalog('simple')
WHERE name IN ('n_observations', 'n_detections', 'detection_span', 'observation_span', 'time_after_detections', 'detection_gap_after') ORDER BY ordinal;

--
-- Hosts
--
SELECT bool_and(h.new_redshift BETWEEN 0.95 * 0.3 AND 1.5 * 1.3 - 1) AS bounds, max(h.new_redshift) - min(h.new_redshift) > 0.5 AS spread,
       bool_and(abs((1 + h.hostgal_photoz) / (1 + h.new_redshift) - 1.35 / 1.3) < 1e-9) AS photoz,
       bool_and(abs(h.hostgal_photoz_err / (1 + h.new_redshift) - 0.05 / 1.3) < 1e-9) AS photoz_err
FROM generate_series(1, 100) seed, plasticc_augment_host(seed, 0.3, 0.35, 0.05, photoz_noise => 0) h;
SELECT round(h.new_redshift::numeric, 6) AS new_redshift, round(h.distmod::numeric, 6) AS distmod
FROM plasticc_augment_host(1, 0.3, 0.3, 0.05, photoz_noise => 0, min_redshift => 0.5, max_redshift => 0.5) h;
SELECT h.* FROM unnest('{0,NULL,NaN,-9}'::float8[]) z, plasticc_augment_host(1, z, 0, 0) h;
SELECT h.hostgal_photoz, h.hostgal_photoz_err, h.distmod FROM plasticc_augment_host(1, 0.3, NULL, -9) h;
SELECT plasticc_augment_host(NULL, 0.3, 0.3, 0.1) IS NULL AS no_seed;

--
-- Combined: extragalactic objects are moved and become fainter, galactic ones are not moved
--
SELECT o.hostgal_photoz > 0 AS extragalactic, count(*) > 20 AS enough, count(c.lightcurve) > 20 AS found,
       avg(h.new_redshift - o.hostgal_photoz) > 0.1 AS farther, bool_and(h.distmod IS NULL) AS no_distance
FROM (SELECT *, generate_series(1, 5) AS copy FROM objects JOIN curves USING (object_id)) o,
     plasticc_augment_host(copy, o.hostgal_photoz, o.hostgal_photoz, o.hostgal_photoz_err) h,
     plasticc_augment(o.lightcurve, copy, o.hostgal_photoz, h.new_redshift) c (lightcurve)
GROUP BY 1 ORDER BY 1;

--
-- Errors
--
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, drop_fraction => 1.5);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, drop_block => -1);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, noise => 'NaN');
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, time_shift => 'Infinity');
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, galactic_dimming => NULL);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, min_detections => -1);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, truncate => NULL);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, truncate => true, min_days => 0);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, truncate => true, max_days => 'Infinity');
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, truncate => true, min_days => 10, max_days => 5);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, 0, 0.3);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, -9, 0.3);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, 0.3, 0);
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, 0.3, 'NaN');
SELECT plasticc_augment('{(59580,2,3,1,f)}', 1, 1e-9, 0.3);
SELECT plasticc_augment('{(59580,2,3e38,1,f)}', 1, 0, galactic_dimming => -5);
SELECT plasticc_augment_host(1, 0.3, 0.3, 0.1, min_redshift => 2);
SELECT plasticc_augment_host(1, 0.3, 0.3, 0.1, max_redshift => 0);
SELECT plasticc_augment_host(1, 0.3, 0.3, 0.1, photoz_noise => -1);
SELECT plasticc_augment_host(1, 'Infinity', 0.3, 0.1);

DROP TABLE objects, curves;
