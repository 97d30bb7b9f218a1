--
-- plasticc_extract from tables as other surveys' files have them: passbands, units, times, texts, rows that are no measurements
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET max_parallel_maintenance_workers = 2;
CREATE SCHEMA survey_rows;
SET search_path = survey_rows, public;
CREATE TABLE base AS
SELECT object_id, row_number() OVER (ORDER BY object_id, mjd, passband) AS i, mjd, passband::integer AS passband,
       'ugrizy'::char(6) AS letters, flux::float8 AS flux, flux_err::float8 AS flux_err, detected
FROM plasticc_simulate_observations(8, 3, 'uniform');
CREATE INDEX ON base (object_id);

-- the light curves of the base's rows for which the condition holds, and how the target's differ: in number, time, flux, error
CREATE FUNCTION differences(target regclass, passbands integer[] DEFAULT '{0,1,2,3,4,5}', condition text DEFAULT 'true')
RETURNS TABLE (objects bigint, rows bigint, more bigint, days numeric, flux numeric, flux_err numeric) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('
        WITH expected AS (SELECT b.object_id::text AS id, o.*, row_number() OVER (PARTITION BY b.object_id, o.passband ORDER BY o.mjd) AS n
            FROM (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err) AS c FROM base WHERE passband = ANY ($1) AND (%s) GROUP BY 1) AS b,
                plasticc_observations(c) AS o),
        found AS (SELECT t.object_id::text AS id, o.*, row_number() OVER (PARTITION BY t.object_id, o.passband ORDER BY o.mjd) AS n
            FROM %s AS t, plasticc_observations(lightcurve) AS o)
        SELECT count(DISTINCT id), count(*), count(*) FILTER (WHERE e.mjd IS NULL OR f.mjd IS NULL), round(max(abs(e.mjd - f.mjd))::numeric, 6),
            round(max(abs(e.flux - f.flux) / (abs(e.flux) + e.flux_err))::numeric, 4), round(max(abs(e.flux_err / f.flux_err - 1))::numeric, 4)
        FROM expected AS e FULL JOIN found AS f USING (id, passband, n)', condition, target) USING passbands;
END $$;

-- a raw table of texts gives what the typed one gives, alone and with workers
SELECT plasticc_create_feature_table('typed'), plasticc_create_feature_table('texts', 'text'), plasticc_create_feature_table('parallel', 'text');
CALL plasticc_extract('base', 'typed', '{"feature_set": "simple"}');
CREATE TABLE raw AS
SELECT object_id::text AS object_id, mjd::text AS mjd, passband::text AS passband, flux::text AS flux, ' ' || flux_err::text AS flux_err, detected::integer::text AS detected FROM base;
CALL plasticc_extract('raw', 'texts', '{"feature_set": "simple", "chunk_objects": 2, "workers": 0}');
CALL plasticc_extract('raw', 'parallel', '{"feature_set": "simple", "chunk_objects": 2, "workers": 2}');
SELECT count(*), count(*) FILTER (WHERE a.lightcurve = b.lightcurve AND a.features = b.features AND a.n_rows = b.n_rows) AS typed,
       count(*) FILTER (WHERE c.lightcurve = b.lightcurve AND c.features = b.features AND c.n_rows = b.n_rows) AS parallel
FROM typed a JOIN texts b ON b.object_id = a.object_id::text JOIN parallel c ON c.object_id = b.object_id;

-- Rubin's alerts: nanojansky, letters
SELECT plasticc_create_feature_table('rubin');
CREATE TABLE dia_sources AS SELECT object_id AS "diaObjectId", mjd AS "midpointMjdTai", substr(letters, passband + 1, 1) AS band,
    flux / plasticc_flux_from_nanojansky(1) AS "psfFlux", flux_err / plasticc_flux_from_nanojansky(1) AS "psfFluxErr" FROM base;
CALL plasticc_extract('dia_sources', 'rubin', '{"feature_set": "simple", "object_id": "diaObjectId", "mjd": "midpointMjdTai", "passband": "band",
    "flux": "psfFlux", "flux_err": "psfFluxErr", "survey": "rubin"}');
SELECT * FROM differences('rubin');
-- microjansky, of a survey without a preset
SELECT plasticc_create_feature_table('microjansky', 'text');
CREATE TABLE challenge AS SELECT 'Elf_' || object_id AS id, mjd AS "Time (MJD)", flux * 10^(0.4 * (23.9 - 27.5)) AS "Flux", flux_err * 10^(0.4 * (23.9 - 27.5)) AS "Flux_err", substr(letters, passband + 1, 1) AS "Filter" FROM base;
CALL plasticc_extract('challenge', 'microjansky', '{"feature_set": "simple", "object_id": "id", "mjd": "Time (MJD)", "flux": "Flux", "flux_err": "Flux_err", "passband": "Filter", "unit": "uJy"}');
UPDATE microjansky SET object_id = substr(object_id, 5);
SELECT * FROM differences('microjansky');

-- ZTF's alerts: magnitudes with a sign, limits in a table of their own, Julian dates
SELECT plasticc_create_feature_table('alerts', 'text');
CREATE TABLE detections AS SELECT 'ZTF' || object_id AS oid, mjd + 2400000.5 AS jd, passband AS fid, CASE WHEN flux > 0 THEN 't' ELSE 'f' END AS isdiffpos,
    27.5 - 2.5 * log(abs(flux)) AS magpsf, flux_err / abs(flux) * 2.5 / ln(10) AS sigmapsf FROM base WHERE passband IN (1, 2, 3) AND i % 3 > 0;
CREATE TABLE non_detections AS SELECT 'ZTF' || object_id AS oid, mjd AS limit_mjd, passband AS fid, 27.5 - 2.5 * log(5 * flux_err) AS diffmaglim FROM base WHERE passband IN (1, 2, 3) AND i % 3 = 0;
CALL plasticc_extract('detections', 'alerts', '{"feature_set": "simple", "object_id": "oid", "mjd": "jd", "time": "JD", "passband": "fid", "survey": "ztf", "magnitude": "magpsf",
    "magnitude_err": "sigmapsf", "sign": "isdiffpos", "limits": "non_detections", "limits_mjd": "limit_mjd", "limits_time": "MJD", "limit_magnitude": "diffmaglim", "chunk_objects": 3}');
UPDATE alerts SET object_id = substr(object_id, 4);
UPDATE base SET flux = 0 WHERE i % 3 = 0;
SELECT * FROM differences('alerts', '{1,2,3}');
SELECT sum(n_rows) = (SELECT count(*) FROM base WHERE passband IN (1, 2, 3)) AS all_rows FROM alerts;
-- the limits as a column of the same table, both as texts
SELECT plasticc_create_feature_table('one_table', 'text');
CREATE TABLE both_kinds AS
SELECT oid, (jd - 2400000.5)::text AS mjd, (ARRAY['g', 'R', 'i'])[fid] AS filter, magpsf::text AS mag, sigmapsf::text AS magerr, CASE isdiffpos WHEN 't' THEN '1' ELSE '-1' END AS isdiffpos, '99' AS lim FROM detections
UNION ALL SELECT oid, limit_mjd::text, 'ZTF_' || (ARRAY['g', 'r', 'i'])[fid], 'null', '', NULL, diffmaglim::text FROM non_detections;
CALL plasticc_extract('both_kinds', 'one_table', '{"feature_set": "simple", "object_id": "oid", "passband": "filter", "survey": "ztf", "magnitude": "mag", "magnitude_err": "magerr", "sign": "isdiffpos", "limit_magnitude": "lim"}');
UPDATE one_table SET object_id = substr(object_id, 4);
SELECT * FROM differences('one_table', '{1,2,3}');

-- ZTF's forced photometry: counts with a zero point in each row, ZTF_g, nulls, a condition
SELECT plasticc_create_feature_table('forced');
CREATE TABLE forced_photometry AS SELECT object_id AS index, mjd + 2400000.5 AS jd, (ARRAY['ZTF_g', 'ZTF_r', 'ZTF_i'])[passband] AS filter, i % 7 AS procstatus,
    CASE WHEN i % 5 = 0 THEN 'null' ELSE (flux * 10^(0.4 * (26 + i % 3 / 10.0 - 27.5)))::text END AS forcediffimflux, (flux_err * 10^(0.4 * (26 + i % 3 / 10.0 - 27.5)))::text AS forcediffimfluxunc,
    (26 + i % 3 / 10.0)::text AS zpdiff FROM base WHERE passband IN (1, 2, 3);
CALL plasticc_extract('forced_photometry', 'forced', '{"feature_set": "simple", "object_id": "index", "mjd": "jd", "time": "JD", "passband": "filter", "survey": "ztf", "flux": "forcediffimflux",
    "flux_err": "forcediffimfluxunc", "zero_point": "zpdiff", "where": "procstatus <> 6 -- all else"}');
SELECT * FROM differences('forced', '{1,2,3}', 'i % 5 > 0 AND i % 7 <> 6');
SELECT sum(n_rows) = (SELECT count(*) FROM base WHERE passband IN (1, 2, 3) AND i % 7 <> 6) AS rows_of_condition FROM forced;
-- ATLAS: microjansky, c and o, wild points that chi/N shows
SELECT plasticc_create_feature_table('atlas');
CREATE TABLE atlas_forced AS SELECT object_id, mjd AS "###MJD", flux * 10^(0.4 * (23.9 - 27.5)) AS "uJy", flux_err * 10^(0.4 * (23.9 - 27.5)) AS "duJy", (ARRAY['c', 'o'])[passband] AS "F", CASE WHEN i % 4 = 0 THEN 100 ELSE 1 END AS "chi/N" FROM base WHERE passband IN (1, 2);
CALL plasticc_extract('atlas_forced', 'atlas', '{"feature_set": "simple", "mjd": "###MJD", "flux": "uJy", "flux_err": "duJy", "passband": "F", "survey": "atlas", "where": "\"chi/N\" < 5"}');
SELECT * FROM differences('atlas', '{1,2}', 'i % 4 > 0');
-- SDSS: magnitudes with sentinels; OGLE: HJD - 2450000, Vega magnitudes of V and I; SNANA: FLUXCAL and codes of passbands
SELECT plasticc_create_feature_table('sdss'), plasticc_create_feature_table('ogle'), plasticc_create_feature_table('snana', 'varchar');
CREATE TABLE stars AS SELECT object_id AS star, mjd, CASE WHEN i % 6 = 0 THEN -99.99 ELSE 27.5 - 2.5 * log(100 + abs(flux)) END AS mag, CASE WHEN i % 6 = 1 THEN -9 ELSE 0.02 END AS magerr, substr(letters, passband + 1, 1) AS band FROM base WHERE passband < 5;
CALL plasticc_extract('stars', 'sdss', '{"feature_set": "simple", "object_id": "star", "flux": "mag", "flux_err": "magerr", "passband": "band", "survey": "sdss", "unit": "AB magnitude"}');
CREATE TABLE cepheids AS SELECT star, mjd - 49999.5 AS hjd, mag - CASE band WHEN 'g' THEN 0.02 ELSE 0.45 END AS mag, magerr, CASE band WHEN 'g' THEN 'V' ELSE 'I' END AS band FROM stars WHERE band IN ('g', 'i');
CALL plasticc_extract('cepheids', 'ogle', '{"feature_set": "simple", "object_id": "star", "mjd": "hjd", "magnitude": "mag", "magnitude_err": "magerr", "passband": "band", "survey": "ogle"}');
-- the same passbands by other names, and one of them for all rows
SELECT plasticc_create_feature_table('ogle_names'), plasticc_create_feature_table('ogle_v');
CREATE TABLE named_cepheids AS SELECT star, hjd, mag, magerr, (CASE WHEN band = 'V' THEN ARRAY['OGLE_V', ' v', 'V-OGLE', 'first'] ELSE ARRAY['OGLE:I', 'I  ', 'i', 'OGLE I'] END)[1 + star % 4] AS band FROM cepheids;
CALL plasticc_extract('named_cepheids', 'ogle_names', '{"feature_set": "simple", "object_id": "star", "mjd": "hjd", "magnitude": "mag", "magnitude_err": "magerr", "passband": "band", "survey": "ogle", "passbands": {"first": "g"}}');
SELECT count(*) AS objects, count(*) FILTER (WHERE o.lightcurve = n.lightcurve AND n.features = o.features) AS same FROM ogle o JOIN ogle_names n USING (object_id);
CALL plasticc_extract('cepheids', 'ogle_v', '{"feature_set": "simple", "object_id": "star", "mjd": "hjd", "magnitude": "mag", "magnitude_err": "magerr", "passband": "V", "survey": "ogle", "where": "band = ''V''"}');
SELECT count(*) AS objects, count(*) FILTER (WHERE plasticc_select(v.lightcurve) = plasticc_select(o.lightcurve, '{1}')) AS same FROM ogle o JOIN ogle_v v USING (object_id);
UPDATE base SET flux = 100 + abs(flux), flux_err = 0.02 * ln(10) / 2.5 * (100 + abs(flux));
SELECT * FROM differences('sdss', '{0,1,2,3,4}', 'i % 6 > 1');
SELECT * FROM differences('ogle', '{1,3}', 'i % 6 > 1');
CREATE TABLE snana_text AS SELECT object_id::text AS "SNID", mjd AS "MJD", (ARRAY['u', 'g', 'r', 'i', 'z', 'H'])[passband + 1] AS "FLT", flux AS "FLUXCAL", CASE WHEN i % 6 > 1 THEN flux_err ELSE -9 END AS "FLUXCALERR" FROM base;
CALL plasticc_extract('snana_text', 'snana', '{"feature_set": "simple", "object_id": "SNID", "mjd": "MJD", "passband": "FLT", "flux": "FLUXCAL", "flux_err": "FLUXCALERR", "survey": "snana", "chunk_objects": 3}');
SELECT * FROM differences('snana', '{0,1,2,3,4}', 'i % 6 > 1');
-- names of one's own, seconds, timestamps
SELECT plasticc_create_feature_table('own'), plasticc_create_feature_table('stamped');
CREATE TABLE seconds AS SELECT object_id, (mjd - 40587) * 86400 AS t, 10 * passband AS n, flux, flux_err FROM base;
CALL plasticc_extract('seconds', 'own', '{"feature_set": "simple", "mjd": "t", "time": "unix", "passband": "n", "passbands": {"0": "u", "10": "g", "20": 2, "30": "i", "40": "z", "50": "y"}, "zero_point": 27.5}');
SELECT * FROM differences('own');
CREATE TABLE stamps AS SELECT object_id, plasticc_timestamp(mjd) AS mjd, passband, flux, flux_err FROM base;
CALL plasticc_extract('stamps', 'stamped', '{"feature_set": "simple"}');
SELECT * FROM differences('stamped');

CREATE TABLE unzoned AS SELECT object_id, (plasticc_timestamp(mjd) AT TIME ZONE 'UTC')::timestamp(3) AS mjd, passband, flux, flux_err FROM base;
SELECT plasticc_create_feature_table('unzoned_features');
SET TimeZone = 'America/Santiago';
CALL plasticc_extract('unzoned', 'unzoned_features', '{"feature_set": "simple"}');
RESET TimeZone;
SELECT * FROM differences('unzoned_features');
-- texts that stand for a missing value are counted with their row
SELECT plasticc_create_feature_table('gaps', 'text');
CREATE TABLE gaps_of_texts AS SELECT object_id::text AS object_id, mjd::text AS mjd, passband::text AS passband,
    CASE WHEN i % 3 = 0 THEN ('{"", " ",null,NULL,None,none,NA,n/a,-,--,---,masked,*,nan,>19.5,<NA>}'::text[] || '{"null","NULL"}'::text[])[1 + i / 3 % 18] ELSE flux::text END AS flux, flux_err::text AS flux_err FROM base;
CALL plasticc_extract('gaps_of_texts', 'gaps', '{"feature_set": "simple"}');
SELECT * FROM differences('gaps', condition => 'i % 3 > 0');

-- one passband for all rows
SELECT plasticc_create_feature_table('one_band');
CREATE TABLE one_band_stars AS SELECT object_id, mjd, flux, flux_err FROM base WHERE passband = 3;
CALL plasticc_extract('one_band_stars', 'one_band', '{"feature_set": "simple", "passband": "i"}');
SELECT * FROM differences('one_band', '{3}');
CALL plasticc_extract('one_band_stars', 'one_band', '{"feature_set": "simple", "passband": "V"}');
CREATE TABLE capitals AS SELECT object_id AS "OBJECT_ID", mjd AS "MJD", passband, flux, flux_err FROM base LIMIT 1;
CALL plasticc_extract('capitals', 'one_band', '{"object_id": "object_id"}');
CALL plasticc_extract('capitals', 'one_band', '{"object_id": "OBJECT_ID"}');
CALL plasticc_extract('capitals', 'one_band', '{"object_id": "OBJECT_ID", "mjd": "time"}');
-- an epoch twice
SELECT plasticc_create_feature_table('coalesced');
CREATE TABLE twice AS SELECT object_id, mjd, passband, flux, flux_err FROM base UNION ALL SELECT object_id, mjd + 1e-6, passband, flux, flux_err FROM base;
CALL plasticc_extract('twice', 'coalesced', '{"feature_set": "simple", "coalesce": 1}');
SELECT count(*), count(*) FILTER (WHERE c.lightcurve = plasticc_coalesce(e.lightcurve, 1)) AS equal, sum(n_rows) = (SELECT count(*) FROM twice) AS all_rows
FROM coalesced c JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err) AS lightcurve FROM twice GROUP BY 1) e USING (object_id);

--
-- what is no measurement
--
CREATE TABLE bad AS SELECT object_id::text AS id, mjd, passband, flux, flux_err FROM base WHERE object_id <= 4 AND passband < 3
UNION ALL VALUES ('2', 60001::float8, 1, -9::float8, -9::float8), ('2', 60002, 1, 5, 0), ('3', 60003, 2, 'Infinity', 1), ('3', 60004, 2, 1, 'Infinity'), ('3', 'Infinity', 2, 1, 1),
    ('3', 60005, 2, 1e300, 1), ('4', 60006, 2, 1, 1e20), ('4', 60006, 2, 1, 1e300), ('4', 60007, 2, NULL, 1), ('4', 60007, 7, 1, 1), ('4', NULL, 7, 1, 1);
SELECT plasticc_create_feature_table('counted', 'text'), plasticc_create_feature_table('counted_parallel', 'text'), plasticc_create_feature_table('strict', 'text');
CALL plasticc_extract('bad', 'counted', '{"object_id": "id", "feature_set": "simple"}');
CALL plasticc_extract('bad', 'counted_parallel', '{"object_id": "id", "feature_set": "simple", "chunk_objects": 1, "workers": 2}');
SELECT object_id, plasticc_feature(c.features, 'n_rejected') AS rejected, c.lightcurve = p.lightcurve AS same FROM counted c JOIN counted_parallel p USING (object_id) ORDER BY 1;
CALL plasticc_extract('bad', 'strict', '{"object_id": "id", "feature_set": "simple", "invalid": "error", "workers": 0, "chunk_objects": 1}');
SELECT array_agg(object_id ORDER BY object_id) AS committed FROM strict;
CALL plasticc_extract('bad', 'strict', '{"object_id": "id", "feature_set": "simple", "unmapped": "error", "chunk_objects": 2, "workers": 1}');
-- nothing to complain of
CALL plasticc_extract('bad', 'strict', '{"object_id": "id", "feature_set": "simple", "invalid": "error", "unmapped": "error", "where": "flux_err BETWEEN 0.0001 AND 1000000 AND flux < 1e30 AND passband < 6 AND mjd < 1e6"}');

-- wild points are counted, and no error
CREATE TABLE wild AS SELECT object_id, mjd, passband, flux + CASE WHEN i % 97 = 50 THEN 1000 * flux_err ELSE 0 END AS flux, CASE WHEN i % 211 = 2 THEN -9 ELSE flux_err END AS flux_err FROM base;
SELECT plasticc_create_feature_table('unclipped'), plasticc_create_feature_table('clipped'), plasticc_create_feature_table('clipped_curves');
CALL plasticc_extract('wild', 'unclipped', '{"feature_set": "simple", "invalid": "count"}');
CALL plasticc_extract('wild', 'clipped', '{"feature_set": "simple", "clip": 10, "where": "flux_err > 0", "invalid": "error", "workers": 2, "chunk_objects": 1}');
CALL plasticc_extract('unclipped', 'clipped_curves', '{"feature_set": "simple", "clip": 10}');
SELECT count(*) AS objects, count(*) FILTER (WHERE c.lightcurve = plasticc_clip(e.lightcurve)) AS clipped, sum(c.n_rows) = (SELECT count(*) FROM wild WHERE flux_err > 0) AS all_rows,
       sum(plasticc_feature(c.features, 'n_rejected')) AS n_rejected, count(*) FILTER (WHERE k.features = plasticc_features(plasticc_clip(u.lightcurve), 'simple')) AS clipped_curves
FROM clipped c JOIN unclipped u USING (object_id) JOIN clipped_curves k USING (object_id)
    JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err) AS lightcurve FROM wild WHERE flux_err > 0 GROUP BY 1) e USING (object_id);
-- rejected by a view that makes light curves
CREATE VIEW curves AS SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err) AS lightcurve FROM wild GROUP BY 1;
TRUNCATE clipped_curves;
CALL plasticc_extract('curves', 'clipped_curves', '{"feature_set": "simple", "invalid": "error"}');
TRUNCATE clipped_curves;
CALL plasticc_extract('curves', 'clipped_curves', '{"feature_set": "simple"}');

-- an object that cannot be done is skipped, and listed by the query of the hint
CREATE TABLE mixed AS SELECT id, mjd::text AS mjd, passband::text AS band, flux::text AS flux, flux_err::text AS flux_err, '1' AS detected FROM bad WHERE id IN ('1', '2', '4');
UPDATE mixed SET flux = '1,5' WHERE id = '2' AND mjd = '60001';
INSERT INTO mixed VALUES ('5', '60008', '1', '3', '1', '5'), ('6', '60008', '1', '3', '1', '0.4'), ('7', '60008', '1', '3', '1', '1.0'), ('8', '60008', '1', '3', '1', 'null');
SELECT plasticc_create_feature_table('skipped', 'text');
CALL plasticc_extract('mixed', 'skipped', '{"object_id": "id", "passband": "band", "feature_set": "simple"}');
SELECT id, count(*) FROM mixed GROUP BY 1 EXCEPT SELECT object_id, n_rows FROM skipped ORDER BY 1;
SELECT array_agg(object_id ORDER BY object_id) AS done FROM skipped;
UPDATE mixed SET flux = '1.5' WHERE flux = '1,5';
UPDATE mixed SET detected = 'f' WHERE detected IN ('5', '0.4');
CALL plasticc_extract('mixed', 'skipped', '{"object_id": "id", "passband": "band", "feature_set": "simple"}');
SELECT count(*) FROM skipped;
-- also one for which the condition fails
UPDATE mixed SET detected = 'oops' WHERE id = '4' AND mjd = '60006';
TRUNCATE skipped;
ALTER TABLE mixed RENAME detected TO seen;
CALL plasticc_extract('mixed', 'skipped', '{"object_id": "id", "passband": "band", "feature_set": "simple", "where": "seen::bool"}');
SELECT id FROM mixed EXCEPT SELECT object_id FROM skipped;
TRUNCATE skipped;
CALL plasticc_extract('mixed', 'skipped', '{"object_id": "id", "passband": "band", "feature_set": "simple", "where": "seen::bool", "chunk_objects": 2, "workers": 2}');
SELECT array_agg(object_id ORDER BY object_id) AS done FROM skipped;
CALL plasticc_extract('mixed', 'skipped', '{"object_id": "id", "passband": "band", "feature_set": "simple", "where": "seen::bool OR (1 / 0 = 1)"}');
UPDATE mixed SET seen = '1' WHERE seen = 'oops';
CALL plasticc_extract('mixed', 'skipped', '{"object_id": "id", "passband": "band", "feature_set": "simple", "where": "seen::bool"}');
ALTER TABLE mixed RENAME seen TO detected;
-- nor can any
CREATE TABLE fractions AS SELECT 1 AS object_id, 60000::float8 AS mjd, 0.4 AS passband, 5 AS flux, 1 AS flux_err, n AS detected FROM (VALUES (0.4)) AS v(n);
SELECT plasticc_create_feature_table('nothing');
CALL plasticc_extract('fractions', 'nothing', '{"feature_set": "simple"}');
UPDATE fractions SET detected = 1.0;
CALL plasticc_extract('fractions', 'nothing', '{"feature_set": "simple"}');
SELECT object_id, features IS NULL AS no_features FROM nothing;
-- a value of the metadata that no observation explains
CREATE TABLE metadata AS SELECT i AS object_id, CASE i WHEN 2 THEN 5 ELSE i % 2 END AS ddf, 0.5 AS hostgal_photoz, 0.1 AS hostgal_photoz_err, 0.02 AS mwebv FROM generate_series(1, 8) AS i;
TRUNCATE nothing;
CALL plasticc_extract('base', 'nothing', '{"feature_set": "simple", "metadata": "metadata"}');
SELECT array_agg(object_id ORDER BY object_id) AS done FROM nothing;
-- a text that is no number, in a row without a time
CREATE TABLE timeless AS SELECT '1' AS object_id, NULL AS mjd, '1' AS passband, 'bright' AS flux, '1' AS flux_err;
TRUNCATE skipped;
CALL plasticc_extract('timeless', 'skipped', '{"feature_set": "simple"}');
-- of rejected rows that one is told of which is the reason; a valid one near the limit of real is none
CREATE TABLE rejected AS SELECT 1 AS object_id, mjd::float8, band AS passband, flux::float8, 1 AS flux_err
FROM (VALUES (60000, 1, 3.401e38), (60001, NULL, 5), (NULL, 1, 5), (60003, 1, 3.41e38)) AS v(mjd, band, flux);
TRUNCATE nothing;
CALL plasticc_extract('rejected', 'nothing', '{"feature_set": "simple"}');
SELECT n_rows, plasticc_n_observations(lightcurve) AS observations FROM nothing;
TRUNCATE nothing;
CALL plasticc_extract('rejected', 'nothing', '{"feature_set": "simple", "unmapped": "error"}');
CALL plasticc_extract('rejected', 'nothing', '{"feature_set": "simple", "invalid": "error"}');
-- names of passbands, as many as there is room for
CREATE TABLE bands AS SELECT 1 AS object_id, 60000::float8 + i AS mjd, 'the passband with number ' || i AS passband, 5 AS flux, 1 AS flux_err FROM generate_series(1, 50) AS i;
CALL plasticc_extract('bands', 'nothing', '{"feature_set": "simple"}');
-- numbers of a survey that has letters alone
SELECT plasticc_create_feature_table('letters');
CALL plasticc_extract('base', 'letters', '{"feature_set": "simple", "survey": "sdss", "unit": "FLUXCAL"}');
SELECT count(*), count(features) AS done FROM letters;
-- signs as numbers
SELECT plasticc_create_feature_table('signed');
CREATE TABLE magnitudes AS SELECT object_id, mjd, passband, abs(flux) AS flux, flux_err, sign(flux) AS sign FROM base;
CALL plasticc_extract('magnitudes', 'signed', '{"feature_set": "simple", "sign": "sign"}');
SELECT * FROM differences('signed');
-- an error that is not the data's stops the run
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
TRUNCATE skipped;
CREATE TRIGGER fail BEFORE INSERT ON skipped FOR EACH ROW WHEN (NEW.object_id = '7') EXECUTE FUNCTION fail();
CALL plasticc_extract('mixed', 'skipped', '{"object_id": "id", "passband": "band", "feature_set": "simple"}');

-- what looks wrong
SELECT plasticc_create_feature_table('looks');
CREATE TABLE looks_like AS SELECT star AS object_id, (mjd + 2400000.5) AS mjd, 1 AS passband, mag AS flux, magerr AS flux_err FROM stars WHERE band = 'r';
CALL plasticc_extract('looks_like', 'looks', '{"feature_set": "simple", "where": "flux > 0 AND flux_err > 0"}');
TRUNCATE looks;
UPDATE looks_like SET mjd = (mjd - 2440587.5) * 86400, flux = flux - 100;
CALL plasticc_extract('looks_like', 'looks', '{"feature_set": "simple", "where": "flux_err > 0"}');
TRUNCATE looks;
ALTER TABLE looks_like ALTER mjd TYPE real USING mjd / 86400 + 40587;
CALL plasticc_extract('looks_like', 'looks', '{"feature_set": "simple", "where": "flux_err > 0"}');

-- times minus 2450000, MJD taken for others, passbands that are floats, magnitudes of a survey with a unit of flux
TRUNCATE looks;
ALTER TABLE looks_like ALTER mjd TYPE float8 USING mjd - 49999.5, ALTER passband TYPE float8;
CALL plasticc_extract('looks_like', 'looks', '{"feature_set": "simple", "where": "flux_err > 0"}');
TRUNCATE looks;
UPDATE looks_like SET mjd = mjd + 49999.5, flux = flux + 100;
CALL plasticc_extract('looks_like', 'looks', '{"feature_set": "simple", "where": "flux > 0 AND flux_err > 0", "time": "JD", "passbands": {"1": "g"}}');
TRUNCATE looks;
ALTER TABLE looks_like ALTER passband TYPE text USING 'g';
CALL plasticc_extract('looks_like', 'looks', '{"feature_set": "simple", "where": "flux > 0 AND flux_err > 0", "survey": "sdss"}');
-- errors of options
\set VERBOSITY terse
CALL plasticc_extract('base', 'typed', '{"survey": "kepler"}');
CALL plasticc_extract('base', 'typed', '{"survey": "ztf"}');
CALL plasticc_extract('base', 'typed', '{"unit": "erg"}');
CALL plasticc_extract('base', 'typed', '{"unit": "uJy", "zero_point": 25}');
CALL plasticc_extract('base', 'typed', '{"zero_point": 25, "magnitude": "flux", "magnitude_err": "flux_err"}');
CALL plasticc_extract('base', 'typed', '{"zero_point": 1e6}');
CALL plasticc_extract('base', 'typed', '{"zero_point": "zp"}');
CALL plasticc_extract('base', 'typed', '{"magnitude": "flux"}');
CALL plasticc_extract('detections', 'skipped', '{"object_id": "oid", "limits": "non_detections"}');
CALL plasticc_extract('base', 'typed', '{"time": "stardate"}');
CALL plasticc_extract('base', 'typed', '{"time": "JD - x"}');
CALL plasticc_extract('base', 'typed', '{"time": "JD + 5"}');
CALL plasticc_extract('base', 'typed', '{"time": "JD - 1e999"}');
CALL plasticc_extract('base', 'typed', '{"time": "JD -"}');
CALL plasticc_extract('base', 'typed', '{"zero_point": ""}');
CALL plasticc_extract('base', 'typed', '{"passbands": {"zg": "x"}}');
CALL plasticc_extract('base', 'typed', '{"passbands": {"zg": 6}}');
CALL plasticc_extract('base', 'typed', '{"passbands": ["g"]}');
CALL plasticc_extract('base', 'typed', '{"passbands": {"zg": "g"}}');
CALL plasticc_extract('base', 'typed', '{"passbands": {"": "g"}}');
CALL plasticc_extract('base', 'typed', '{"passbands": {"1234567890": "g"}}');
CALL plasticc_extract('base', 'typed', '{"passbands": {"-1": "g"}}');
CALL plasticc_extract('base', 'typed', '{"invalid": "ignore"}');
CALL plasticc_extract('base', 'typed', '{"sign": "nowhere"}');
CALL plasticc_extract('base', 'typed', '{"coalesce": -1}');
CALL plasticc_extract('base', 'typed', '{"clip": 0}');
-- the condition is one expression, whatever is in it
CALL plasticc_extract('base', 'typed', '{"where": "true) OR (true"}');
CALL plasticc_extract('base', 'typed', '{"where": "true; DROP TABLE base"}');
CALL plasticc_extract('base', 'typed', '{"where": "true ORDER BY 1"}');
CALL plasticc_extract('base', 'typed', '{"where": "true UNION SELECT true"}');
CALL plasticc_extract('base', 'typed', '{"where": "true, true"}');
CALL plasticc_extract('base', 'typed', '{"where": "true AS x"}');
CALL plasticc_extract('base', 'typed', '{"where": "true FROM base"}');
CALL plasticc_extract('base', 'typed', '{"where": "DISTINCT true"}');
CALL plasticc_extract('base', 'typed', '{"where": "true WHERE true"}');
CALL plasticc_extract('base', 'typed', '{"where": "true GROUP BY 1"}');
CALL plasticc_extract('base', 'typed', '{"where": "true HAVING true"}');
CALL plasticc_extract('base', 'typed', '{"where": "true WINDOW w AS ()"}');
CALL plasticc_extract('base', 'typed', '{"where": "true LIMIT 1"}');
CALL plasticc_extract('base', 'typed', '{"where": "true OFFSET 0"}');
CALL plasticc_extract('base', 'typed', '{"where": "true FOR UPDATE"}');
CALL plasticc_extract('base', 'typed', '{"where": "true INTO x"}');
CALL plasticc_extract('base', 'typed', '{"where": "; SELECT true"}');
CALL plasticc_extract('base', 'typed', '{"where": "true /* "}');
CALL plasticc_extract('base', 'typed', '{"where": "flux"}');
CALL plasticc_extract('base', 'typed', '{"where": "chi_n < 5"}');
CALL plasticc_extract('base', 'typed', '{"where": "count(*) > 1"}');
\set VERBOSITY default

SET client_min_messages = error;
DROP SCHEMA survey_rows CASCADE;
