-- The periodogram and the period: values compared with sums in SQL, defaults, and errors.
SET extra_float_digits = 0;

CREATE TABLE curves AS
SELECT object_id, plasticc_lightcurve(mjd, passband, 20 * (1 + passband) + (5 + passband) * sin(2 * pi() * mjd / period + passband) + noise, 0.5 + i % 3) AS curve
FROM (SELECT i % 4 AS object_id, i, i % 3 AS passband, 59580 + (i * 7919 % 10007) / 23.7 + 0.4 * sin(i * i) AS mjd, 0.3 + 0.41 * (i % 4) AS period,
             (i * 104729 % 2003) / 2003.0 - 0.5 AS noise
      FROM generate_series(1, 400) i) o
GROUP BY object_id;

SELECT object_id, round(plasticc_period(curve)::numeric, 3) AS period, 0.3 + 0.41 * object_id AS expected FROM curves ORDER BY object_id;

-- within a range, and the candidates
SELECT object_id, round(plasticc_period(curve, 0.05, NULL)::numeric, 3) AS period, plasticc_period(curve, NULL, NULL) = plasticc_period(curve) AS defaults,
       plasticc_period(curve, 2, 5) BETWEEN 1.99 AND 5.01 AS in_range
FROM curves ORDER BY object_id;
SELECT object_id, count(*), bool_and(c.period > 0 AND c.power BETWEEN 0 AND 1 AND c.false_alarm BETWEEN 0 AND 1) AS valid,
       bool_and(c.period = plasticc_period(curve)) FILTER (WHERE ordinality = 1) AS best_first
FROM curves, plasticc_period_candidates(curve) WITH ORDINALITY c GROUP BY object_id ORDER BY object_id;
SELECT count(*) AS three FROM curves, plasticc_period_candidates(curve, 3, 0.1, 10) WHERE object_id = 1;
SELECT count(*) AS none FROM plasticc_period_candidates(NULL);
SELECT count(*) AS none FROM plasticc_period_candidates('{(1,2,3,1,t)}');
SELECT plasticc_period('{}', 2, 1);
SELECT plasticc_period('{}', 0, 1);
SELECT plasticc_period('{(0,2,3,1,t),(2,2,4,1,t),(3.3,2,1,1,t),(1e6,2,5,1,t)}', 0.01, NULL);
SELECT plasticc_period_candidates('{}', 17);

-- a sinusoid seen at the same time of each day has its own period, and noise has no power at whole frequencies
SELECT round(plasticc_period(plasticc_lightcurve(59000 + i, 2, 100 + 50 * sin(2 * pi() * i / 7.3), 1))::numeric, 2) AS daily FROM generate_series(1, 300) i;
SELECT max(power) < 0.2 AS low FROM plasticc_periodogram((SELECT plasticc_lightcurve(59000 + j, 2, 10 * sin(j * j * 1.7), 1) FROM generate_series(1, 300) j));

-- the frequencies: multiples of 1 / (oversampling * span)
SELECT object_id, count(*) = floor(5 * 20 * span) - 4 AS complete, abs(min(frequency) * span - 1) < 1e-9 AS from_one_cycle,
       max(frequency) BETWEEN 20 - 1 / (5 * span) AND 20 AS to_twenty, bool_and(power BETWEEN 0 AND 1) AS share,
       abs((array_agg(frequency ORDER BY power DESC))[1] * (0.3 + 0.41 * object_id) - 1) < 1e-3 AS peak
FROM curves, LATERAL (SELECT max(mjd) - min(mjd) AS span FROM plasticc_observations(curve)) s, plasticc_periodogram(curve)
GROUP BY object_id, span ORDER BY object_id;
SELECT count(*), min(frequency) >= 1 AS from_minimum, max(frequency) <= 1.5 AS to_maximum
FROM curves, plasticc_periodogram(curve, 1, 1.5, 2) WHERE object_id = 1;
SELECT count(*) AS one_argument_by_name, max(frequency) <= 0.5 AS to_maximum
FROM curves, plasticc_periodogram(curve, max_frequency => 0.5) WHERE object_id = 1;

-- the power from weighted sums in SQL, by the normal equations: 1 - sum of residuals
WITH p AS (
    SELECT frequency, power, curve FROM curves, plasticc_periodogram(curve, 0.1, 9.9, 1) WHERE object_id = 2
), sums AS (
    SELECT frequency, power, passband, sum(w) AS w, sum(w * y) AS y, sum(w * y * y) AS yy, sum(w * c) AS c, sum(w * s) AS s,
           sum(w * c * c) AS cc, sum(w * s * s) AS ss, sum(w * c * s) AS cs, sum(w * y * c) AS yc, sum(w * y * s) AS ys
    FROM p, LATERAL (SELECT passband, flux::float8 AS y, 1 / flux_err::float8 ^ 2 AS w, cos(2 * pi() * frequency * (mjd - 59580)) AS c, sin(2 * pi() * frequency * (mjd - 59580)) AS s
                     FROM plasticc_observations(curve)) o
    GROUP BY frequency, power, passband
), centred AS (
    SELECT frequency, power, yy - y * y / w AS yy, cc - c * c / w AS cc, ss - s * s / w AS ss, cs - c * s / w AS cs, yc - y * c / w AS yc, ys - y * s / w AS ys FROM sums
)
SELECT count(*) > 4000 AS many, max(difference) < 1e-3 AS equal
FROM (SELECT abs(power - sum((ss * yc * yc + cc * ys * ys - 2 * cs * yc * ys) / (cc * ss - cs * cs)) / sum(yy)) AS difference
      FROM centred GROUP BY frequency, power) d;

-- light curves without a periodogram
SELECT plasticc_period(NULL) IS NULL AS no_curve, plasticc_period('{}') IS NULL AS empty, plasticc_period('{(1,2,3,1,t)}') IS NULL AS one,
       plasticc_period('{(1,2,3,1,t),(2,2,4,1,t),(3,2,1,1,t)}') IS NULL AS three, plasticc_period('{(1,2,3,1,t),(2,2,3,1,t),(3,2,3,1,t),(4,2,3,2,t)}') IS NULL AS constant,
       plasticc_period('{(1,2,3,1,t),(1,2,4,1,t),(1,2,5,1,t),(1,2,6,1,t)}') IS NULL AS one_time;
SELECT count(*) FROM plasticc_periodogram(NULL);
SELECT count(*) FROM plasticc_periodogram('{}');
SELECT count(*) FROM plasticc_periodogram('{(1,2,3,1,t),(2,2,4,1,t),(3,2,1,1,t)}');
SELECT count(*) FROM plasticc_periodogram('{(1,2,3,1,t),(1.01,2,4,1,t),(1.015,2,1,1,t),(1.02,2,5,1,t)}');
-- four points and three parameters
SELECT count(*), min(power) >= 0 AND max(power) <= 1 AS share FROM plasticc_periodogram('{(1,2,3,1,t),(2,2,4,1,t),(3.3,2,1,1,t),(7,2,5,1,t)}');

-- errors
SELECT count(*) FROM plasticc_periodogram('{}', -1);
SELECT count(*) FROM plasticc_periodogram('{}', 'NaN');
SELECT count(*) FROM plasticc_periodogram('{}', 1, 'Infinity');
SELECT count(*) FROM plasticc_periodogram('{}', 2, 1);
SELECT count(*) FROM plasticc_periodogram('{}', 1, 2, 0);
SELECT count(*) FROM plasticc_periodogram('{}', 1, 2, 1001);
SELECT count(*) FROM plasticc_periodogram('{(0,2,3,1,t),(2,2,4,1,t),(3.3,2,1,1,t),(1e6,2,5,1,t)}');
SELECT count(*) FROM plasticc_periodogram((SELECT plasticc_lightcurve(i / 30.0::float8, 1, i % 7, 1, true) FROM generate_series(1, 30000) AS i), oversampling => 40);
SELECT plasticc_period('{(0,2,3,1,t),(2,2,4,1,t),(3.3,2,1,1,t),(1e6,2,5,1,t)}') > 0 AS bounded_grid;

SELECT proname, provolatile, proparallel, proisstrict, proretset FROM pg_proc WHERE proname IN ('plasticc_period', 'plasticc_periodogram') ORDER BY 1;

DROP TABLE curves;
