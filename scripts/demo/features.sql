-- One row per object: the features of its light curve and of its host.  hostgal_specz is not an input,
-- because hardly any object to be classified has one.  The folds are stratified by class; class 99 is not
-- used for training.
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
