-- Passbands, units and times of other surveys.
SET extra_float_digits = 0;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

SELECT survey, string_agg(name || '=' || coalesce(plasticc_passband(name, survey)::text, '-'), ' ' ORDER BY ordinal) AS passbands
FROM (VALUES ('ztf', '{1,2,3,g,R,i,zg,ZTF_r,ztfi,u,4}'::text[]), ('atlas', '{c,o,atlaso,g}'), ('panstarrs', '{1,5,g,y,ps1::z,w}'),
      ('des', '{g,z,Y,VR}'), ('sdss', '{u,g,r,i,z,y}'), ('rubin', '{0,5,u,y,lsstg,LSST-i}'), ('ogle', '{V,I,v}'),
      ('gaia', '{G,BP,RP,G_RP}'), ('snana', '{u,g,Y,DES-r,o,n,B}')) AS v(survey, names), unnest(names) WITH ORDINALITY AS n(name, ordinal)
GROUP BY survey ORDER BY survey COLLATE "C";
SELECT fid, plasticc_passband(fid, 'ztf') FROM unnest('{1,2,3,4,-1}'::int[]) AS fid;
SELECT plasticc_passband('g', NULL) IS NULL AND plasticc_passband(NULL::text, 'ztf') IS NULL AS unknown;
SELECT plasticc_passband('g', 'ZTF');
SELECT plasticc_passband(1, repeat('x', 1000));

-- a survey's rows as they are: bands that are none are skipped and counted
SELECT plasticc_lightcurve(mjd, plasticc_passband(f, 'atlas'), plasticc_flux_from_microjansky(ujy), plasticc_flux_from_microjansky(dujy))
FROM (VALUES (59101.519211, 'o', -7, 10), (59107.537739, 'c', 300, 11), (59107.6, 'w', 3, 11)) AS v(mjd, f, ujy, dujy);

-- fluxes
SELECT plasticc_flux_from_magnitude(20), round(plasticc_flux_from_magnitude(20, 31.4)::numeric, 8) AS nanojansky,
       round(plasticc_flux_from_magnitude(20.5, 23.9)::numeric, 10) AS microjansky;
SELECT round(plasticc_rescale_flux(plasticc_flux_from_magnitude(20.5, zero_point), zero_point)::numeric, 9) AS same
FROM unnest('{8.9,22.5,23.9,26.3699,27.5,31.4}'::float8[]) AS zero_point;
SELECT plasticc_flux_from_microjansky(1) / plasticc_flux_from_nanojansky(1000) AS one, plasticc_rescale_flux(1, 23.9), plasticc_rescale_flux(1, 27.5);
SELECT round(plasticc_flux_err_from_magnitude(20, 0.1)::numeric, 10) AS flux_err,
       round((plasticc_flux_err_from_magnitude(20, 0.1, 31.4) / plasticc_flux_from_magnitude(20, 31.4))::numeric, 12) AS relative;
SELECT plasticc_magnitude(1000), plasticc_magnitude(1), plasticc_magnitude_err(1000, plasticc_flux_err_from_magnitude(20, 0.1));
-- what has no value is NULL, which aggregates skip and count
SELECT magnitude, plasticc_flux_from_magnitude(magnitude), plasticc_flux_err_from_magnitude(magnitude, 0.1), plasticc_flux_from_magnitude(20, magnitude)
FROM unnest('{99,99.99,-999,50,-30,NaN,Infinity,-Infinity,NULL}'::float8[]) AS magnitude;
SELECT error, plasticc_flux_err_from_magnitude(20, error), plasticc_magnitude_err(1000, error), plasticc_magnitude(error), plasticc_magnitude_err(error, 1)
FROM unnest('{0,-9,NaN,Infinity,NULL}'::float8[]) AS error;
SELECT plasticc_rescale_flux('NaN', 25) AS nan, plasticc_rescale_flux('Infinity', 25) AS infinite, plasticc_rescale_flux(1, -999) AS none,
       plasticc_flux_from_microjansky('NaN') AS unchanged;

-- times
SELECT plasticc_mjd(2459250.8690856), plasticc_mjd(2400000.5), plasticc_mjd('NaN'::float8), plasticc_mjd('-Infinity'::float8);
SELECT plasticc_mjd('2000-01-01 00:00+00'::timestamptz), plasticc_mjd('2021-02-04 08:51:29.5+00'::timestamptz), plasticc_mjd('1858-11-17 00:00+00'::timestamptz),
       plasticc_mjd('2000-01-01 02:00+02'::timestamptz), plasticc_mjd('infinity'::timestamptz);
SELECT plasticc_timestamp(51544), plasticc_timestamp(59249.369091435185), plasticc_timestamp(0), plasticc_timestamp('NaN'), plasticc_timestamp('Infinity');
SELECT max(abs(extract(epoch FROM plasticc_timestamp(plasticc_mjd(t)) - t))) < 2e-6 AS to_a_microsecond
FROM generate_series('1950-01-01 00:00:00.123457+00', '2050-01-01'::timestamptz, '31 days 01:02:03.000007') AS t;
SELECT plasticc_timestamp(1e12);
SELECT plasticc_timestamp(-1e9);
