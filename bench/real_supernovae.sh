#!/usr/bin/env bash
#
# Real supernovae, classified by a network that was trained on simulated ones of another survey: the share of the type Ia
# supernovae of Pantheon+ and of ZTF's Bright Transient Survey that are called Ia, and, since calling everything Ia would do, the
# share of held-back simulated supernovae of each type and of real ones of the types Ib, Ic and IIb (a compilation).
#
# Trained on four fifths of the Supernova Photometric Classification Challenge (DES's griz): each light curve as it is, and cut to
# what ZTF would have, observations of g and r with a signal to noise of 5.  Neither redshifts nor the brightness of the peak are
# used: light curves are scaled to peaks of 1,000, for the surveys' supernovae are at other distances.
#
# Needs snpcc/ and surveys/ in $PLASTICC_DATA.  OPTIONS='{"seed": 2}' are options of the training, SET=simple the features.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
surveys=$data/surveys
set=${SET:-all}
require_data snpcc/lightcurves.csv.gz surveys/pantheonplus_photometry.csv.gz surveys/ztf_bts_snia_lightcurves.csv.gz \
	surveys/stripped_envelope_supernovae.csv.gz

# Rows of all sets: those of real supernovae by the names that their surveys give to passbands, magnitudes as fluxes.
load_rows()
{
	load_snpcc
	sql <<-SQL
		CREATE TABLE pantheon (src text, snid text, mjd float8, flt text, fluxcal float8, fluxcalerr float8, photflag text);
		CREATE TABLE bts (id text, mjd float8, mag float8, magerr float8, band text);
		CREATE TABLE stripped (id text, mjd float8, band text, mag float8, magerr float8);
		\\copy pantheon from program 'gzip -dc $surveys/pantheonplus_photometry.csv.gz' with (format csv, header true)
		\\copy bts from program 'gzip -dc $surveys/ztf_bts_snia_lightcurves.csv.gz' with (format csv, header true)
		\\copy stripped from program 'gzip -dc $surveys/stripped_envelope_supernovae.csv.gz' with (format csv, header true)
		CREATE TABLE rows AS
		SELECT CASE WHEN object_id % 5 = 0 THEN 'simulated, held back: ' || CASE target WHEN 90 THEN 'Ia' WHEN 62 THEN 'Ibc' ELSE 'II' END ELSE 'training' END AS sample,
		       object_id::text AS id, target, mjd, passband, flux::float8 AS flux, flux_err::float8 AS flux_err
		FROM observations JOIN objects USING (object_id)
		UNION ALL SELECT 'Pantheon+, Ia', src || ' ' || snid, 90, mjd, plasticc_passband(flt, 'snana'), fluxcal, fluxcalerr
		FROM pantheon WHERE NOT (src LIKE 'CSP%' AND flt IN ('Y', 'y'))
		UNION ALL SELECT 'ZTF BTS, Ia', id, 90, mjd, plasticc_passband(band, 'ztf'), plasticc_flux_from_magnitude(mag), plasticc_flux_err_from_magnitude(mag, magerr)
		FROM bts WHERE band IN ('g', 'R')
		UNION ALL SELECT 'Ib, Ic, IIb', id, 62, mjd, plasticc_passband(substr(band, 1, 1)), plasticc_flux_from_magnitude(mag), plasticc_flux_err_from_magnitude(mag, nullif(magerr, 0))
		FROM stripped WHERE band ~ '^[ugriz][lsp]?$';
		DROP TABLE observations, objects, pantheon, bts, stripped;
	SQL
}

make_curves()
{
	sql <<-SQL
		CREATE TABLE curves AS
		SELECT sample, id, target, plasticc_lightcurve(mjd, passband, flux * scale, flux_err * scale) AS c
		FROM rows JOIN (SELECT sample, id, 1000 / max(flux) FILTER (WHERE flux >= 5 * flux_err) AS scale FROM rows WHERE passband IS NOT NULL GROUP BY 1, 2) AS peaks USING (sample, id)
		GROUP BY 1, 2, 3;
		INSERT INTO curves SELECT sample || ', g and r', id, target, cut
		FROM curves, LATERAL (SELECT plasticc_select(c, '{1,2}', 5) AS cut) AS s
		WHERE sample <> 'ZTF BTS, Ia' AND plasticc_n_observations(cut) >= 5;
		DELETE FROM curves WHERE plasticc_n_observations(c) < 5;
		CREATE TABLE inputs AS SELECT sample, id AS object_id, target, plasticc_features(c, '$set') AS features FROM curves;
		DROP TABLE rows, curves;
	SQL
}

load_rows
make_curves
sql <<-SQL
	SET client_min_messages = warning;
	CALL plasticc_train('supernovae', 'SELECT object_id, target, features FROM inputs WHERE sample LIKE ''training%'' ORDER BY object_id, sample', '${OPTIONS:-{\}}');
	\\pset tuples_only off
	\\pset footer off
	SELECT sample, count(*) AS supernovae, round(avg((called = 90)::integer), 3) AS "called Ia"
	FROM (SELECT sample, (plasticc_classes(model))[(SELECT i FROM unnest(p) WITH ORDINALITY AS u (x, i) ORDER BY x DESC LIMIT 1)] AS called
	      FROM (SELECT plasticc_model('supernovae') AS model) AS m, inputs, LATERAL (SELECT plasticc_classify(model, features) AS p) AS classified
	      WHERE sample NOT LIKE 'training%') AS classes
	GROUP BY sample ORDER BY sample;
SQL
