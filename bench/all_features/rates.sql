-- Objects per second on one core for each feature set, for parts of them, and for augmented copies: 1,000
-- objects of the synthetic survey in the test set's mix.
SET max_parallel_workers_per_gather = 0;
SET jit = off;

CREATE TABLE lightcurves AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
FROM plasticc_simulate_observations(1000, 1, 'test') GROUP BY object_id;
ANALYZE lightcurves;

CREATE TABLE measured (what text, seconds double precision);

CREATE PROCEDURE measure(what text, expression text) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE format('SELECT count(%s) FROM lightcurves', expression);
    INSERT INTO measured VALUES (what, extract(epoch FROM clock_timestamp() - start));
END $$;

-- five rounds of all measurements
SELECT format('CALL measure(%L, %L)', what, expression)
FROM generate_series(1, 5),
     (VALUES ('simple features', 'plasticc_features(lightcurve, ''simple'')'),
             ('all features', 'plasticc_features(lightcurve)'),
             ('plasticc_gp_fit', '(plasticc_gp_fit(lightcurve)).amplitude'),
             ('plasticc_augment', 'plasticc_augment(lightcurve, 1)'),
             ('plasticc_augment, moved', 'plasticc_augment(lightcurve, 1, 0.3, 0.5)'),
             ('plasticc_augment, moved, ten copies', '(SELECT count(c) FROM generate_series(1, 10) s, plasticc_augment(lightcurve, s, 0.3, 0.5) c)'),
             ('plasticc_period', 'plasticc_period(lightcurve)')) AS v (what, expression)
\gexec

SELECT what, round((1000 / percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::numeric) AS "objects/s",
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::numeric, 3) AS "ms an object",
       round(min(seconds)::numeric, 3) AS min, round(max(seconds)::numeric, 3) AS max
FROM measured GROUP BY what ORDER BY 3;
