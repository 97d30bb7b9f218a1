-- A model m of the default recipe for a simulated survey, trained on 1,000 objects of another seed.

CREATE TABLE training AS
SELECT object_id, target, plasticc_host_features(features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features
FROM plasticc_simulate_objects(1000, 2) JOIN
     (SELECT object_id, plasticc_features(mjd, passband, flux, flux_err, detected) AS features
      FROM plasticc_simulate_observations(1000, 2) GROUP BY 1) AS f USING (object_id);
CALL plasticc_train('m', 'SELECT features, target FROM training ORDER BY object_id', '{"epochs": 10}');
