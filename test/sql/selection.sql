-- Parts of light curves, and epochs that were measured more than once.
SET extra_float_digits = 0;
CREATE VIEW curve AS SELECT '{(1,0,10,1,t),(2,1,-6,2,f),(2,3,1,1,f),(3,1,20,2,t),(4,2,4.9,1,f),(9,5,50,1,t)} + 2 rejected'::lightcurve AS c;

SELECT plasticc_select(c) AS all, plasticc_select(c, NULL, NULL, NULL, NULL) = plasticc_select(c) AS same FROM curve;
SELECT plasticc_select(c, '{1,2}') AS g_r, plasticc_select(c, '{5,5}') AS y, plasticc_select(c, min_snr => 5) AS bright, plasticc_select(c, '{1}', 3) AS bright_g FROM curve;
SELECT plasticc_select(c, mjd_from => 2, mjd_to => 4) = plasticc_slice(c, 2, 4) AS as_slice, plasticc_select(c, '{1,3}', 2, 2, 3),
       plasticc_select(c, mjd_from => 5, mjd_to => 1) AS none, plasticc_select(NULL, '{1}') IS NULL AS unknown FROM curve;
SELECT plasticc_select(c, array_agg(b::smallint)) AS smallints FROM curve, generate_series(1, 2) b GROUP BY c;
SELECT plasticc_select(c, '{}') FROM curve;
SELECT plasticc_select(c, '{1,6}') FROM curve;
SELECT plasticc_select(c, '{1,NULL}') FROM curve;
SELECT plasticc_select(c, min_snr => -1) FROM curve;
SELECT plasticc_select(c, mjd_from => 'NaN') FROM curve;

-- one exposure, reduced twice: the same second in the same passband; 1/flux_err^2 weighs, and their noise is shared
SELECT plasticc_coalesce('{(10,1,10,1,f),(10.00001,1,16,2,t),(10.00001,2,16,2,f),(10.00002,1,7,1,f)} + 3 rejected');
SELECT plasticc_coalesce('{(10,1,10,1,f),(10.00002,1,16,2,t)}', 2), plasticc_coalesce('{(10,1,10,1,f),(10.00002,1,16,2,t)}', 1),
       plasticc_coalesce('{(10,1,10,1,f),(10,1,16,2,t),(10.00001,1,5,1,f)}', 0), plasticc_coalesce('{}'), plasticc_coalesce(NULL) IS NULL AS unknown;
SELECT plasticc_coalesce('{}', -1);
SELECT plasticc_coalesce('{}', 'NaN');
-- in any order, and nothing changes where nothing is to be brought together
SELECT count(DISTINCT plasticc_coalesce(c)) AS one, count(DISTINCT plasticc_coalesce(c)::text) AS one_text, min(plasticc_n_observations(plasticc_coalesce(c))) AS epochs
FROM (SELECT plasticc_lightcurve(60000 + i / 7 + (i % 7) / 1e6, i / 5 % 3, (i * 7919 % 1009) / 7.0, 1 + i % 5) AS c FROM generate_series(1, 500) i
      UNION ALL SELECT plasticc_lightcurve(60000 + i / 7 + (i % 7) / 1e6, i / 5 % 3, (i * 7919 % 1009) / 7.0, 1 + i % 5 ORDER BY -i) FROM generate_series(1, 500) i) AS v;
SELECT plasticc_coalesce(c) = c AS same FROM curve;

-- wild points go, are counted, and go in any order of rows
CREATE VIEW noisy AS SELECT i, 60000 + i AS mjd, i % 2 + 1 AS passband, CASE i WHEN 20 THEN -1000 WHEN 51 THEN 1e6 ELSE i * i % 7 END AS flux FROM generate_series(1, 80) i;
SELECT plasticc_n_observations(c) AS rows, plasticc_lightcurve(o.mjd, o.passband, o.flux, o.flux_err) = (SELECT plasticc_lightcurve(mjd, passband, flux, 1) FROM noisy WHERE i NOT IN (20, 51)) AS without,
       plasticc_feature(plasticc_features(c, 'simple'), 'n_rejected') AS n_rejected
FROM (SELECT plasticc_clip(plasticc_lightcurve(mjd, passband, flux, 1)) AS c FROM noisy) v, plasticc_observations(c) o GROUP BY c;
SELECT count(DISTINCT plasticc_clip(c)) AS one FROM (SELECT plasticc_lightcurve(mjd, passband, flux, 1 ORDER BY -i) AS c FROM noisy UNION ALL SELECT plasticc_lightcurve(mjd, passband, flux, 1 ORDER BY md5(i::text)) FROM noisy) v;
SELECT n_sigma, 80 - count(*) AS wild FROM unnest('{1,10,100,1000,1000000}'::float8[]) AS n_sigma, LATERAL (SELECT plasticc_clip(plasticc_lightcurve(mjd, passband, flux, 1), n_sigma) AS c FROM noisy) v, plasticc_observations(c) GROUP BY 1 ORDER BY 1;
DROP VIEW noisy;
SELECT plasticc_clip('{}'), plasticc_clip('{(1,1,1,1,f)} + 2 rejected'), plasticc_clip(NULL) IS NULL AS unknown;
SELECT plasticc_clip('{}', 0.5);
SELECT plasticc_clip('{}', 'NaN');
-- of supernovae of the synthetic survey nothing goes
SELECT count(*) > 100 AS supernovae, count(*) FILTER (WHERE plasticc_clip(c) <> c) AS clipped
FROM (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS c FROM plasticc_simulate_observations(400, 11, 'training') GROUP BY 1) v
    JOIN plasticc_simulate_objects(400, 11, 'training') USING (object_id) WHERE target IN (42, 52, 62, 67, 90, 95);

-- corrected for dust: by the extinction in each passband, which keeps the signal to noise
SELECT passband, round((2.5 * log(d.flux / o.flux) / 0.1)::numeric, 3) AS extinction, abs(d.flux / d.flux_err - o.flux / o.flux_err) < 1e-5 AS same_snr, d.detected = o.detected AS same_detected
FROM (SELECT plasticc_lightcurve(60000 + b, b, 100, 4, b = 2) AS c FROM generate_series(0, 5) b) v, plasticc_observations(c) o JOIN plasticc_observations(plasticc_deredden(c, 0.1)) d USING (mjd, passband) ORDER BY 1;
SELECT plasticc_deredden(c, 0) = c AS same, plasticc_feature(plasticc_features(plasticc_deredden(c, 1), 'simple'), 'n_rejected') AS n_rejected, plasticc_deredden('{}', 1), plasticc_deredden(c, NULL) IS NULL AS unknown FROM curve;
SELECT survey, array_agg(round((2.5 * log(d.flux / o.flux) / 0.1)::numeric, 3) ORDER BY passband) AS extinction, bool_and(d.flux = r.flux) AS as_rubin
FROM unnest('{rubin,ztf,atlas,panstarrs,des,sdss,ogle,gaia,snana}'::text[]) AS survey, (SELECT plasticc_lightcurve(60000 + b, b, 100, 4, b = 2) AS c FROM generate_series(0, 5) b) v,
    plasticc_observations(c) o JOIN plasticc_observations(plasticc_deredden(c, 0.1, survey)) d USING (mjd, passband) JOIN plasticc_observations(plasticc_deredden(c, 0.1)) r USING (mjd, passband) GROUP BY 1 ORDER BY 1;
SELECT plasticc_deredden('{}', 0.1, 'kepler');
SELECT plasticc_deredden('{}', -0.1);
SELECT plasticc_deredden('{}', 'NaN');
SELECT plasticc_deredden('{(1,0,1e38,1,t)}', 10);

SELECT days, plasticc_truncate('{(1,0,1,1,f),(5,1,6,1,t),(6,1,9,1,t),(8,2,1,1,f),(9,1,30,1,t)} + 1 rejected', days) FROM unnest('{0,1,3,100}'::float8[]) AS days;
SELECT plasticc_truncate('{(1,0,1,1,f)}', 5) IS NULL AS undetected, plasticc_truncate('{}', 5) IS NULL AS empty, plasticc_truncate(NULL, 5) IS NULL AS unknown;
SELECT plasticc_truncate('{(1,0,1,1,f)}', -1);
DROP VIEW curve;
