-- The fit of a supernova, and predictions over a range of times.
SET extra_float_digits = 0;
-- g and r peak at 60020, i four days earlier and fainter
CREATE VIEW supernovae AS
SELECT plasticc_lightcurve(60000 + i, 1 + (i + 30) % 3, scale * exp(-0.5 * power((i - 20 + CASE (i + 30) % 3 WHEN 2 THEN 4 ELSE 0 END) / CASE WHEN i < 20 THEN 7.0 ELSE 14.0 END, 2)) + sin(i * i), 1) AS c
FROM generate_series(-20, 80) i, (VALUES (50), (500)) AS v(scale) GROUP BY scale;
SELECT abs(mjd_peak - 60020) < 2 AS peak, mjd_peak_err BETWEEN 0.1 AND 3 AS error, rise > 0 AND fall > rise AS rise_fall,
       array_length(flux_peak, 1) AS passbands, flux_peak[1] AS u, flux_peak[2] > 30 AS g, flux_peak[4] > 30 AS i, chi2 > 0 AS chi2
FROM supernovae, plasticc_supernova_fit(c);
SELECT plasticc_supernova_fit('{}') IS NULL AS empty, plasticc_supernova_fit('{(1,1,1,1,f)}') IS NULL AS one, plasticc_supernova_fit(NULL) IS NULL AS unknown,
       (SELECT plasticc_supernova_fit(plasticc_lightcurve(i, 1, 0, 1)) IS NULL FROM generate_series(1, 50) i) AS nothing_there;
-- independent of order, of parts
SELECT plasticc_supernova_fit(c) = plasticc_supernova_fit(plasticc_slice(c, 60010, NULL) || plasticc_slice(c, NULL, 60010)) AS same FROM supernovae;

SELECT count(*) AS rows, count(DISTINCT mjd) AS times, min(mjd), max(mjd), bool_and(r.flux = p.flux AND r.flux_err = p.flux_sd) AS same
FROM (SELECT c FROM supernovae LIMIT 1) s, plasticc_gp_predict(c, 60000, 60010, 2.5) AS r JOIN LATERAL
     (SELECT * FROM (SELECT c FROM supernovae LIMIT 1) s2, plasticc_gp_predict(s2.c, ARRAY[60000, 60002.5, 60005, 60007.5, 60010])) AS p USING (mjd, passband);
SELECT (SELECT count(*) FROM plasticc_gp_predict('{(1,1,1,1,t)}', 0, 1, 0.1)) AS eleven, (SELECT count(*) FROM plasticc_gp_predict('{(1,1,1,1,t)}', 5, 5, 1)) AS one,
       (SELECT count(*) FROM plasticc_gp_predict('{(1,1,1,1,t)}', 5, 4, 1)) AS none, (SELECT count(*) FROM plasticc_gp_predict('{}', 0, 1, 0.1)) AS empty;
SELECT * FROM plasticc_gp_predict('{(1,1,1,1,t)}', 0, 1, 0);
SELECT * FROM plasticc_gp_predict('{(1,1,1,1,t)}', 'NaN', 1, 1);
SELECT * FROM plasticc_gp_predict('{(1,1,1,1,t)}', 0, 1e9, 1e-6);
DROP VIEW supernovae;
