-- The Gaussian process: objects per second on one core, for the fit and for predictions, on light curves of
-- the wide and of the deep fields of the synthetic survey.  Five runs each, in turn; all results are read.

SET max_parallel_workers_per_gather = 0;
SET jit = off;

CREATE TABLE curves AS
SELECT object_id, ddf, lightcurve, n
FROM plasticc_simulate_objects(3000, 1)
JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve, count(*) AS n
      FROM plasticc_simulate_observations(3000, 1) GROUP BY object_id) o USING (object_id);
VACUUM (ANALYZE, FREEZE) curves;

CREATE TABLE measured (what text, ddf boolean, seconds double precision);

CREATE PROCEDURE measure(what text, query text) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz;
    deep boolean;
BEGIN
    FOREACH deep IN ARRAY '{false,true}'::boolean[] LOOP
        start := clock_timestamp();
        EXECUTE query USING deep;
        INSERT INTO measured VALUES (what, deep, extract(epoch FROM clock_timestamp() - start));
    END LOOP;
END $$;

CREATE PROCEDURE measure_all() LANGUAGE plpgsql AS $$
BEGIN
    CALL measure('fit', 'SELECT sum(amplitude + length_scale + log_likelihood) FROM curves, plasticc_gp_fit(lightcurve) WHERE ddf = $1');
    CALL measure('fit, then 100 times of six passbands', 'SELECT sum(flux + flux_sd)
        FROM curves, plasticc_gp_predict(lightcurve, (SELECT array_agg(59580 + 10.0 * i) FROM generate_series(1, 100) i)) WHERE ddf = $1');
END $$;

-- the first round warms up
CALL measure_all();
TRUNCATE measured;
CALL measure_all();
CALL measure_all();
CALL measure_all();
CALL measure_all();
CALL measure_all();

WITH median AS (
    SELECT what, ddf, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds, min(seconds) AS fastest, max(seconds) AS slowest
    FROM measured GROUP BY what, ddf),
field AS (
    SELECT ddf, count(*) AS objects, percentile_cont(0.5) WITHIN GROUP (ORDER BY n) AS observations FROM curves GROUP BY ddf)
SELECT what, CASE WHEN ddf THEN 'deep' ELSE 'wide' END AS fields, objects, observations AS "median observations",
       round((objects / seconds)::numeric) AS "objects/s, median", round((objects / slowest)::numeric) AS slowest, round((objects / fastest)::numeric) AS fastest
FROM median JOIN field USING (ddf)
ORDER BY ddf, what;
