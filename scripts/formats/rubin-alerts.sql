-- The source, those before it, and forced photometry; fluxes are in nanojansky.  A source without an object, of the solar
-- system or not yet associated, is an object of its own.  What several alerts of an object repeat is one row.  Schemas before
-- 2024 have other names.
CREATE TABLE :"target" AS
SELECT DISTINCT coalesce(packet #>> '{diaObject,diaObjectId}', packet #>> '{diaSource,diaObjectId}', packet #>> '{diaSource,ssObjectId}',
        packet #>> '{diaSource,diaSourceId}') AS object_id,
    coalesce("midpointMjdTai", "midPointTai") AS "midpointMjdTai", coalesce(band, "filterName") AS band,
    coalesce("psfFlux", "psFlux") AS "psfFlux", coalesce("psfFluxErr", "psFluxErr") AS "psfFluxErr",
    ra, coalesce("dec", decl) AS "dec", (kind <> 'prvDiaForcedSources')::text AS detected
FROM alert,
    (VALUES ('diaSource'), ('prvDiaSources'), ('prvDiaForcedSources')) AS kinds (kind),
    jsonb_array_elements(CASE jsonb_typeof(packet -> kind)
        WHEN 'array' THEN packet -> kind WHEN 'object' THEN jsonb_build_array(packet -> kind) ELSE '[]' END) AS source,
    jsonb_to_record(source) AS s ("midpointMjdTai" text, band text, "psfFlux" text, "psfFluxErr" text, ra text, "dec" text,
        "midPointTai" text, "filterName" text, "psFlux" text, "psFluxErr" text, decl text);
