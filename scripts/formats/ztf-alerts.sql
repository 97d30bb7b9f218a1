-- The candidate and those of the 30 days before; where there was only an upper limit, diffmaglim, magpsf is NULL.  What
-- several alerts of an object repeat is one row.
CREATE TABLE :"target" AS
SELECT DISTINCT packet ->> 'objectId' AS object_id, c.*
FROM alert,
    jsonb_array_elements(jsonb_build_array(packet -> 'candidate')
        || CASE jsonb_typeof(packet -> 'prv_candidates') WHEN 'array' THEN packet -> 'prv_candidates' ELSE '[]' END) AS candidate,
    jsonb_to_record(candidate) AS c (candid text, jd text, fid text, magpsf text, sigmapsf text, isdiffpos text, diffmaglim text, ra text, "dec" text);
