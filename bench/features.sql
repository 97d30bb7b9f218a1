-- The simple features of light curves compared with plain SQL aggregates of the same rows, in turn on the same
-- table: 7,848 objects of 181 observations each on average (the synthetic survey), one process, enough memory
-- for hashing.  All results are read.  Prints the times of five runs and the ratio of the medians.

SET max_parallel_workers_per_gather = 0;
SET work_mem = '512MB';
SET jit = off;

CREATE TABLE observations AS
SELECT * FROM plasticc_simulate_observations(7848, 1);
VACUUM (ANALYZE, FREEZE) observations;
CREATE TABLE shuffled AS
SELECT * FROM observations ORDER BY hashint8(object_id * 1000003 + (mjd * 1000)::bigint);
VACUUM (ANALYZE, FREEZE) shuffled;

SELECT count(*) AS rows, count(DISTINCT object_id) AS objects,
       round(count(*)::numeric / count(DISTINCT object_id)) AS "observations an object"
FROM observations;

CREATE TABLE measured (rows_in text, what text, seconds double precision);

CREATE PROCEDURE measure(rows_in text, what text, query text) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE format(query, rows_in);
    INSERT INTO measured VALUES (rows_in, what, extract(epoch FROM clock_timestamp() - start));
END $$;

CREATE PROCEDURE measure_all(rows_in text) LANGUAGE plpgsql AS $$
BEGIN
    CALL measure(rows_in, 'avg, stddev, min, max by passband', $q$
        SELECT count(a), count(b), count(c), count(d), count(e)
        FROM (SELECT object_id, passband, avg(flux) a, stddev(flux) b, min(flux) c, max(flux) d, avg(flux_err) e
              FROM %I GROUP BY 1, 2) s$q$);
    CALL measure(rows_in, 'plasticc_lightcurve', $q$
        SELECT count(c) FROM (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) c
                              FROM %I GROUP BY 1) s$q$);
    CALL measure(rows_in, 'plasticc_features, simple', $q$
        SELECT count(f) FROM (SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), 'simple') f
                              FROM %I GROUP BY 1) s$q$);
END $$;

-- the first round warms up
CALL measure_all('observations');
CALL measure_all('shuffled');
TRUNCATE measured;
CALL measure_all('observations');
CALL measure_all('shuffled');
CALL measure_all('observations');
CALL measure_all('shuffled');
CALL measure_all('observations');
CALL measure_all('shuffled');
CALL measure_all('observations');
CALL measure_all('shuffled');
CALL measure_all('observations');
CALL measure_all('shuffled');

WITH median AS (
    SELECT rows_in, what, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds,
           min(seconds) AS fastest, max(seconds) AS slowest
    FROM measured GROUP BY rows_in, what)
SELECT m.rows_in AS rows, m.what, round(m.seconds::numeric, 3) AS "median s",
       round(m.fastest::numeric, 3) AS "min s", round(m.slowest::numeric, 3) AS "max s",
       round((m.seconds / r.seconds)::numeric, 2) AS ratio
FROM median m
JOIN median r ON r.rows_in = m.rows_in AND r.what LIKE 'avg%'
ORDER BY m.rows_in, m.seconds;
