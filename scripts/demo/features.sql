-- One row an object: its light curve's features and the host's.  hostgal_specz is no input: hardly any
-- object to be classified has one.  The parts (fold) have the same share of every class; class 99 is
-- never trained on.
CREATE TABLE features AS
SELECT object_id, target,
       CASE WHEN target = 99 THEN 0
            ELSE (row_number() OVER (PARTITION BY target ORDER BY object_id) % :parts)::integer
       END AS fold,
       plasticc_host_features(features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features
FROM objects
JOIN (SELECT object_id, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
      FROM observations
      GROUP BY object_id) AS curves USING (object_id);
ANALYZE features;
