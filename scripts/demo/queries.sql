\set ECHO queries
\pset border 1
\echo
\echo '(a) Where to point a telescope tonight: the most probable kilonovae, with their coordinates'
\echo
SELECT object_id, round(ra::numeric, 3) AS ra, round(decl::numeric, 3) AS decl,
       round(hostgal_photoz::numeric, 3) AS photoz,
       round(probabilities[array_position(p.classes, 64)]::numeric, 3) AS "P(kilonova)",
       c.name AS truth
FROM predictions p
JOIN objects o USING (object_id)
JOIN classes c ON c.class = o.target
ORDER BY probabilities[array_position(p.classes, 64)] DESC, object_id
LIMIT 8;

\echo
\echo '(b) Is it as accurate in the wide survey as in the deep fields, inside and outside our galaxy?'
\echo
SELECT CASE WHEN hostgal_photoz = 0 THEN 'galactic' ELSE 'extragalactic' END AS place,
       CASE WHEN ddf THEN 'deep' ELSE 'wide' END AS field,
       count(*) AS objects,
       round(avg(p.probability)::numeric, 3) AS "mean P(predicted class)",
       round(avg((o.target = p.predicted)::integer), 3) AS accuracy
FROM predictions p
JOIN objects o USING (object_id)
GROUP BY 1, 2
ORDER BY 1, 2;

\echo
\echo '(c) Supernovae Ia for cosmology: purity and completeness of the sample by redshift'
\echo
SELECT CASE WHEN zbin < 5 THEN format('%s - %s', zbin * 0.2, (zbin + 1) * 0.2) ELSE '1.0 and more' END AS photoz,
       count(*) FILTER (WHERE predicted = 90) AS predicted,
       round(avg((o.target = 90)::integer) FILTER (WHERE predicted = 90), 3) AS purity,
       round(avg((predicted = 90)::integer) FILTER (WHERE o.target = 90), 3) AS completeness
FROM predictions p
JOIN objects o USING (object_id),
     LATERAL (SELECT least(floor(hostgal_photoz / 0.2), 5)::integer AS zbin) AS bin
WHERE hostgal_photoz > 0 AND (predicted = 90 OR o.target = 90)
GROUP BY zbin
ORDER BY zbin;
