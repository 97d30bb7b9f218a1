#!/usr/bin/env bash
#
# When the type Ia supernovae of Pantheon+ were brightest, by plasticc_supernova_fit, against the published times, which are
# SALT2's: the median difference in days of the rest frame, and the share of those that differ by more than ten.
#
# Needs surveys/pantheonplus_*.csv.gz in $PLASTICC_DATA.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
require_data surveys/pantheonplus_photometry.csv.gz surveys/pantheonplus_objects.csv.gz

sql <<-SQL
	CREATE TABLE photometry (src text, snid text, mjd float8, flt text, fluxcal float8, fluxcalerr float8, photflag text);
	CREATE TABLE objects (src text, snid text, survey text, sntype text, ra float8, decl float8, mwebv float8, z float8, peakmjd float8,
		filters text, pkmjd float8, pkmjderr float8, c float8, x1 float8);
	\\copy photometry from program 'gzip -dc $data/surveys/pantheonplus_photometry.csv.gz' with (format csv, header true)
	\\copy objects from program 'gzip -dc $data/surveys/pantheonplus_objects.csv.gz' with (format csv, header true)
	-- Y and y of the Carnegie Supernova Project are in the infrared
	CREATE TABLE differences AS
	SELECT src, abs(f.mjd_peak - pkmjd) / (1 + z) AS days
	FROM (SELECT src, snid, plasticc_lightcurve(mjd, plasticc_passband(flt, 'snana'), fluxcal, fluxcalerr) AS curve
	      FROM photometry WHERE NOT (src LIKE 'CSP%' AND flt IN ('Y', 'y')) GROUP BY src, snid) AS curves
	JOIN objects USING (src, snid), plasticc_supernova_fit(curve) AS f
	WHERE pkmjd IS NOT NULL;
	\\pset tuples_only off
	\\pset footer off
	SELECT coalesce(src, 'all') AS supernovae, count(*) AS n, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY days)::numeric, 3) AS "median days",
	       round(avg((days > 10)::integer), 4) AS "beyond 10 days"
	FROM differences GROUP BY ROLLUP (src) ORDER BY src;
SQL
