-- The Gaussian process: fit and prediction compared with closed forms, and errors.
SET extra_float_digits = 0;

CREATE FUNCTION matern(x float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS 'SELECT (1 + sqrt(3) * x) * exp(greatest(-sqrt(3) * x, -300))';
CREATE TABLE wavelengths AS SELECT * FROM unnest('{0,1,2,3,4,5}'::smallint[], '{3671,4827,6223,7546,8691,9710}'::float8[]) w (passband, wavelength);
CREATE TABLE curves AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve
FROM plasticc_simulate_observations(60, 5) GROUP BY object_id;

--
-- One observation: a normal distribution with variance amplitude^2 + flux_err^2, whose likelihood has its maximum at flux^2
--
SELECT round(amplitude::numeric, 5) AS amplitude, length_scale, round(log_likelihood::numeric, 9) AS log_likelihood,
       round((-0.5 * (ln(2 * pi()) + ln(9) + 1))::numeric, 9) AS expected
FROM plasticc_gp_fit('{(59580,2,3,1,f)}');
SELECT max(abs(p.flux - g.amplitude ^ 2 / (g.amplitude ^ 2 + 1) * k * 3)) < 1e-5 AS flux,
       max(abs(p.flux_sd - g.amplitude * sqrt(1 - g.amplitude ^ 2 / (g.amplitude ^ 2 + 1) * k ^ 2))) < 1e-5 AS flux_sd, count(*)
FROM plasticc_gp_fit('{(59580,2,3,1,f)}') g, plasticc_gp_predict('{(59580,2,3,1,f)}', '{59580,59590,59480,0}') p JOIN wavelengths USING (passband),
     LATERAL (SELECT matern(abs(p.mjd - 59580) / g.length_scale) * matern(abs(wavelength - 6223) / 6000)) c (k);

--
-- Two observations: a bivariate normal distribution, more likely at the fit than around it
--
CREATE FUNCTION log_likelihood_2(curve lightcurve, amplitude float8, length_scale float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
    SELECT -ln(2 * pi()) - 0.5 * ln(a * b - c * c) - 0.5 * (b * x * x - 2 * c * x * y + a * y * y) / (a * b - c * c)
    FROM (SELECT v[1] + amplitude ^ 2 AS a, v[2] + amplitude ^ 2 AS b, f[1] AS x, f[2] AS y,
                 amplitude ^ 2 * matern((t[2] - t[1]) / length_scale) * matern(abs(w[1] - w[2]) / 6000) AS c
          FROM (SELECT array_agg(flux_err::float8 ^ 2 ORDER BY mjd) AS v, array_agg(flux::float8 ORDER BY mjd) AS f, array_agg(mjd ORDER BY mjd) AS t,
                       array_agg(wavelength ORDER BY mjd) AS w FROM plasticc_observations(curve) JOIN wavelengths USING (passband)) o) p $$;
CREATE TABLE pairs AS SELECT ('{(59580,1,30,2,f),(' || 59580 + gap || ',' || band || ',' || flux || ',3,f)}')::lightcurve AS curve
FROM unnest('{0.01,1,25}'::float8[]) gap, generate_series(0, 5) band, unnest('{-20,25,31}'::float8[]) flux;
SELECT count(*), max(abs(g.log_likelihood - log_likelihood_2(curve, g.amplitude, g.length_scale))) < 1e-9 AS likelihood,
       bool_and(NOT EXISTS (SELECT FROM unnest('{0.9,0.99,1,1.01,1.1}'::float8[]) x, unnest('{0.9,0.99,1,1.01,1.1}'::float8[]) y
                            WHERE g.length_scale * y BETWEEN 0.1 AND 1000
                              AND log_likelihood_2(curve, g.amplitude * x, g.length_scale * y) > g.log_likelihood + 1e-9)) AS greatest
FROM pairs, plasticc_gp_fit(curve) g;

--
-- Properties
--
-- fluxes and errors scaled by c: amplitude scaled by c, the same length scale
SELECT count(*), count(*) FILTER (WHERE abs(s.amplitude / (1000 * g.amplitude) - 1) < 1e-4 AND abs(s.length_scale / g.length_scale - 1) < 1e-3
                                    AND abs(s.log_likelihood + n * ln(1000) - g.log_likelihood) < 1e-3) AS scaled
FROM curves, plasticc_gp_fit(curve) g,
     LATERAL (SELECT plasticc_lightcurve(mjd, passband, 1000 * flux::float8, 1000 * flux_err::float8), count(*) FROM plasticc_observations(curve)) c (scaled, n),
     plasticc_gp_fit(scaled) s;
-- neither the order of observations nor that of times matters
SELECT bool_and(g::text = h::text) AS any_order
FROM curves, plasticc_gp_fit(curve) g, LATERAL (SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected ORDER BY flux) FROM plasticc_observations(curve)) r (c),
     plasticc_gp_fit(c) h;
SELECT array_agg(mjd) = '{59600,59590,59590,59700}' AS order_kept
FROM curves, plasticc_gp_predict(curve, '{59600,59590,59590,59700}') WHERE object_id = 1 AND passband = 2;
SELECT count(DISTINCT (mjd, flux, flux_sd)) AS times
FROM curves, plasticc_gp_predict(curve, '{59600,59590,59590,59700}') WHERE object_id = 1 AND passband = 2;
-- the prediction follows the observations: the normalised residuals are those of (partly fitted) noise
SELECT bool_and(z < 1.1) AS residuals, bool_and(flux_sd_greatest < amplitude * 1.00001) AS bounded
FROM curves, plasticc_gp_fit(curve) g, LATERAL (
    SELECT sqrt(avg(((o.flux - p.flux) / o.flux_err) ^ 2)) AS z, max(p.flux_sd) AS flux_sd_greatest
    FROM plasticc_observations(curve) o,
         LATERAL (SELECT * FROM plasticc_gp_predict(curve, ARRAY[o.mjd]) q WHERE q.passband = o.passband) p) r
WHERE object_id <= 10;
-- far from all observations it returns the prior
SELECT bool_and(abs(p.flux) < 1e-6 * g.amplitude AND abs(p.flux_sd / g.amplitude - 1) < 1e-6) AS nothing
FROM curves, plasticc_gp_fit(curve) g, plasticc_gp_predict(curve, '{0,1000000}') p;

--
-- Difficult input
--
SELECT what, amplitude > 0 AND amplitude < 'Infinity' AS amplitude, length_scale BETWEEN 0.0999 AND 1001 AS length_scale, abs(log_likelihood) < 'Infinity' AS log_likelihood
FROM (SELECT 'one passband' AS what, plasticc_lightcurve(i, 2, sin(i), 0.1) AS curve FROM generate_series(1, 50) i
      UNION ALL SELECT 'one night', plasticc_lightcurve(59580 + i / 1000.0, i % 6, sin(i), 0.1) FROM generate_series(1, 50) i
      UNION ALL SELECT 'one time', plasticc_lightcurve(59580, i % 6, sin(i), 0.1) FROM generate_series(1, 50) i
      UNION ALL SELECT 'no scatter', plasticc_lightcurve(i, i % 6, 0, 1) FROM generate_series(1, 50) i
      UNION ALL SELECT 'gigantic signal to noise', plasticc_lightcurve(i, i % 6, 1e30 * sin(i), 1e-30) FROM generate_series(1, 50) i
      UNION ALL SELECT 'griz', plasticc_lightcurve(i, 1 + i % 4, sin(i), 0.1) FROM generate_series(1, 50) i
      UNION ALL SELECT '10,000 points', plasticc_lightcurve(i, i % 6, sin(i / 10.0), 0.1) FROM generate_series(1, 10000) i) c, plasticc_gp_fit(curve);
SELECT plasticc_gp_fit('{} + 3 rejected') IS NULL AS empty, plasticc_gp_fit(NULL) IS NULL AS no_curve;
SELECT count(*) AS of_empty FROM plasticc_gp_predict('{}', '{59580}');
SELECT count(*) AS no_times FROM plasticc_gp_predict('{(59580,2,3,1,f)}', '{}');
SELECT count(*) AS null_times FROM plasticc_gp_predict('{(59580,2,3,1,f)}', NULL);
SELECT * FROM plasticc_gp_predict('{(59580,2,3,1,f)}', '{59580,NULL}');
SELECT * FROM plasticc_gp_predict('{(59580,2,3,1,f)}', '{59580,NaN}');
SELECT * FROM plasticc_gp_predict('{(59580,2,3,1,f)}', '{-Infinity}');
SELECT * FROM plasticc_gp_predict('{(59580,2,3,1,f)}', '{{59580,59590}}');

-- what an engine needs to distribute and parallelise the functions
SELECT proname, provolatile, proparallel, proisstrict FROM pg_proc WHERE proname LIKE 'plasticc\_gp\_%' ORDER BY 1;

DROP TABLE curves, pairs, wavelengths;
DROP FUNCTION matern, log_likelihood_2;
