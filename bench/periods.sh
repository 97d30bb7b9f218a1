#!/usr/bin/env bash
#
# How often the period of a real star is the published one to 0.2 %, a multiple or a part of it, or another: RR Lyrae of
# SDSS Stripe 82 (Sesar et al. 2010), all five bands and one alone, and Cepheids of OGLE-IV.
#
# Needs surveys/ in $PLASTICC_DATA.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
require_data surveys/sdss_s82_rrlyrae.csv.gz surveys/ogle_lmc_cepheids.csv.gz

sql <<-SQL
	CREATE TABLE sdss (star text, mjd double precision, mag double precision, magerr double precision, band text, type text, period double precision);
	CREATE TABLE ogle (star text, hjd double precision, mag double precision, magerr double precision, band text, phase text, period double precision);
	\\copy sdss from program 'gzip -dc $data/surveys/sdss_s82_rrlyrae.csv.gz' with (format csv, header true)
	\\copy ogle from program 'gzip -dc $data/surveys/ogle_lmc_cepheids.csv.gz' with (format csv, header true)
	CREATE TABLE measurements AS
	SELECT 'SDSS RR Lyrae, ugriz' AS stars, star, period, mjd, plasticc_passband(band) AS passband, mag, magerr FROM sdss
	WHERE mag BETWEEN 10 AND 30
	UNION ALL SELECT 'OGLE Cepheids, VI', star, period, hjd + 49999.5, CASE band WHEN 'V' THEN 1 ELSE 3 END, mag, greatest(magerr, 0.001) FROM ogle;
	INSERT INTO measurements SELECT 'SDSS RR Lyrae, g', star, period, mjd, passband, mag, magerr FROM measurements
	WHERE stars LIKE 'SDSS%' AND passband = 1;
	CREATE TABLE found AS
	SELECT stars, period, plasticc_period(plasticc_lightcurve(mjd, passband, flux, 0.4 * ln(10) * magerr * flux)) AS found
	FROM measurements, LATERAL (SELECT 10 ^ (-0.4 * (mag - 27.5)) AS flux) AS f GROUP BY stars, star, period;
	\\pset tuples_only off
	\\pset footer off
	SELECT stars, count(*) AS n, count(*) FILTER (WHERE ratio = 1) AS "right",
	       count(*) FILTER (WHERE ratio <> 1) AS "multiple or part", count(*) FILTER (WHERE ratio IS NULL) AS other
	FROM (SELECT stars, (SELECT r FROM unnest('{1,2,3,4,5,6,7,0.5,0.3333333333}'::float8[]) AS r WHERE abs(found / period / r - 1) < 0.002) AS ratio
	      FROM found) AS compared
	GROUP BY stars ORDER BY stars;
SQL
