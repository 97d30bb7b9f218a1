-- An object depends only on seed, mix and its number, so those of class 99, which only the test set's
-- mix has, can be picked from many without simulating the light curves of the others.
CREATE TABLE objects AS
SELECT * FROM plasticc_simulate_objects(4000, seed => 1)
UNION ALL
(SELECT * FROM plasticc_simulate_objects(60000, seed => 1, mix => 'test', first_object => 1000001)
 WHERE target = 99
 LIMIT 60);
ALTER TABLE objects ADD PRIMARY KEY (object_id);

CREATE TABLE observations AS
SELECT * FROM plasticc_simulate_observations(4000, seed => 1)
UNION ALL
SELECT s.*
FROM objects o, plasticc_simulate_observations(1, seed => 1, mix => 'test', first_object => o.object_id) s
WHERE o.target = 99;

ANALYZE objects;
ANALYZE observations;
