-- The synthetic survey: reproducible and consistent, with clear errors for bad arguments.
CREATE TABLE objects AS SELECT * FROM plasticc_simulate_objects(600, 7);
CREATE TABLE observations AS SELECT * FROM plasticc_simulate_observations(600, 7);

-- the same arguments give the same rows, namely these
SELECT count(*) AS differing FROM (
    SELECT * FROM objects EXCEPT ALL SELECT * FROM plasticc_simulate_objects(600, 7)) AS d;
SELECT count(*) AS differing FROM (
    SELECT * FROM observations EXCEPT ALL SELECT * FROM plasticc_simulate_observations(600, 7)) AS d;
SELECT md5(string_agg(format('%s %s %s %s %s', object_id, target, ddf, round(ra::numeric, 3),
                             round(hostgal_photoz::numeric, 3)), ',' ORDER BY object_id)) AS objects
FROM objects;
SELECT count(*) AS rows,
       md5(string_agg(format('%s %s %s %s', object_id, round(mjd::numeric, 2), passband, detected), ','
                      ORDER BY object_id, mjd)) AS observations
FROM observations;
SELECT count(*) FILTER (WHERE a.ra = b.ra) AS same_places
FROM objects a JOIN plasticc_simulate_objects(600, 8) b USING (object_id);

-- a smaller n gives a prefix, and ranges of objects add up to the whole
SELECT count(*) AS differing FROM (
    SELECT * FROM observations WHERE object_id <= 100
    EXCEPT ALL SELECT * FROM plasticc_simulate_observations(100, 7)) AS d;
SELECT count(*) AS differing FROM (
    SELECT * FROM objects
    EXCEPT ALL (SELECT * FROM plasticc_simulate_objects(250, 7)
                UNION ALL SELECT * FROM plasticc_simulate_objects(350, 7, first_object => 251))) AS d;
SELECT count(*) AS differing FROM (
    SELECT * FROM observations WHERE object_id BETWEEN 501 AND 520
    EXCEPT ALL SELECT * FROM plasticc_simulate_observations(20, 7, 'training', 501)) AS d;

-- every observation belongs to an object, every object was detected at least twice
SELECT count(*) AS without_object FROM observations LEFT JOIN objects o USING (object_id)
WHERE o.object_id IS NULL;
SELECT count(*) AS objects, min(detections) >= 2 AS detected, min(n) > 50 AS seen
FROM (SELECT object_id, count(*) AS n, count(*) FILTER (WHERE detected) AS detections
      FROM observations GROUP BY object_id) AS g;
SELECT array_agg(DISTINCT passband ORDER BY passband) AS passbands,
       bool_and(flux_err > 0 AND flux_err < 'infinity') AS good_errors,
       bool_and(abs(flux) < 'infinity') AS finite,
       min(mjd) >= 59580 AND max(mjd) < 60676 AS in_survey
FROM observations;
SELECT count(*) AS out_of_order
FROM (SELECT (object_id, mjd) < lag((object_id, mjd)) OVER (ORDER BY ordinality) AS back
      FROM plasticc_simulate_observations(50, 7) WITH ORDINALITY) AS o
WHERE back;

-- seasons: a gap of months in every light curve
SELECT min(gap) > 100 AS gaps
FROM (SELECT max(next - mjd) AS gap
      FROM (SELECT object_id, mjd, lead(mjd) OVER (PARTITION BY object_id ORDER BY mjd) AS next
            FROM observations) AS s
      GROUP BY object_id) AS g;

-- deep fields have more and better observations
SELECT ddf, avg(n) BETWEEN 100 AND 150 AS about_130, avg(n) > 250 AS more_than_250, avg(err) < 2 AS deep
FROM objects JOIN (SELECT object_id, count(*) AS n, avg(flux_err) FILTER (WHERE passband = 1) AS err
                   FROM observations GROUP BY object_id) AS g USING (object_id)
WHERE target IN (42, 52, 62, 67, 90)
GROUP BY ddf ORDER BY ddf;

-- the Galaxy's objects have redshift zero and no distance
SELECT target IN (6, 16, 53, 65, 92) AS galactic, bool_and(hostgal_photoz = 0) AS zero,
       bool_and(hostgal_photoz > 0) AS positive, bool_and(hostgal_specz = 0) AS specz_zero,
       bool_and(hostgal_photoz_err = 0) AS no_error,
       bool_and(distmod IS NULL) AS no_distance, bool_and(distmod BETWEEN 25 AND 50) AS distance
FROM objects GROUP BY 1 ORDER BY 1;

-- mixes
SELECT bool_and(target <> 99) AS no_99, count(DISTINCT target) > 10 AS classes,
       avg(ddf::int) BETWEEN 0.2 AND 0.4 AS deep, count(hostgal_specz) = count(*) AS specz
FROM objects;
SELECT avg(ddf::int) < 0.03 AS wide, count(hostgal_specz) < 0.1 * count(*) AS few_specz,
       avg((target = 90)::int) BETWEEN 0.4 AND 0.55 AS mostly_ia
FROM plasticc_simulate_objects(1000, 7, 'test');
SELECT array_agg(DISTINCT target ORDER BY target) AS uniform FROM plasticc_simulate_objects(300, 7, 'uniform');

-- in a select list, rows are computed as they are fetched
SELECT (o).object_id, (o).passband BETWEEN 0 AND 5 AS passband
FROM (SELECT plasticc_simulate_observations(1000000000000) AS o LIMIT 2) AS s;

-- no objects, and invalid arguments
SELECT count(*) FROM plasticc_simulate_objects(0);
SELECT count(*) FROM plasticc_simulate_observations(0);
SELECT count(*) FROM plasticc_simulate_objects(NULL);
SELECT plasticc_simulate_objects(-1);
SELECT plasticc_simulate_observations(-1);
SELECT plasticc_simulate_objects(1, mix => 'Training');
SELECT plasticc_simulate_observations(1, 0, '');
SELECT plasticc_simulate_objects(1, first_object => 0);
SELECT plasticc_simulate_observations(2, first_object => 9223372036854775807);
SELECT (o).object_id FROM (SELECT plasticc_simulate_objects(1, -5, 'test', 9223372036854775806) AS o) AS s;

DROP TABLE objects, observations;
