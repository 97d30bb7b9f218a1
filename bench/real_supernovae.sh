#!/usr/bin/env bash
#
# Real supernovae, classified by trees that were trained on simulated ones of another survey: the share of the type Ia supernovae
# of Pantheon+ and of ZTF's Bright Transient Survey that are called Ia, and, since calling everything Ia would do, the share of
# held-back simulated supernovae of each type and of real ones of the types Ib, Ic and IIb (a compilation).
#
# Trained on four fifths of the Supernova Photometric Classification Challenge (DES's griz), by the recipe of docs/training.md:
# light curves as they are, and three copies moved to lower redshifts, each whole, without what is fainter than a signal to noise
# of 3, and cut to what ZTF would have, g and r with a signal to noise of 5.  All are corrected for the Milky Way's dust, but for
# the compilation's, of which it is not known.  Neither redshifts nor brightness are used: features in units of flux are left out.
# The classes weigh as in a survey limited by magnitude; WEIGHTS='{}' lets them weigh the same.
#
# The recipe was chosen on half of the real supernovae, by a hash of their names; counted are the others (HALF=0: those).
# Needs snpcc/ and surveys/ in $PLASTICC_DATA.  SEEDS="1 2 3" sets the seeds.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
surveys=$data/surveys
weights=${WEIGHTS:-'{"90": 0.72, "42": 0.2, "62": 0.08}'}
require_data snpcc/lightcurves.csv.gz surveys/pantheonplus_photometry.csv.gz surveys/pantheonplus_objects.csv.gz \
	surveys/ztf_bts_snia_lightcurves.csv.gz surveys/ztf_bts_snia_catalog.csv.gz surveys/stripped_envelope_supernovae.csv.gz

# usage: copy TABLE FILE, a file of the folder of surveys
copy()
{
	sql -c "\\copy $1 from program 'gzip -dc $surveys/$2.csv.gz' with (format csv, header true)"
}

# The table curves of all sets, passbands by the names that the surveys give them, magnitudes as fluxes.
load_curves()
{
	load_snpcc
	sql <<-SQL
		CREATE TABLE pantheon (src text, snid text, mjd float8, flt text, fluxcal float8, fluxcalerr float8, photflag text);
		CREATE TABLE pantheon_objects (src text, snid text, survey text, sntype text, ra text, decl text, mwebv float8, z text, peakmjd text,
			filters text, pkmjd text, pkmjderr text, c text, x1 text);
		CREATE TABLE bts (id text, mjd float8, mag float8, magerr float8, band text);
		CREATE TABLE bts_objects (id text, iauid text, type text, redshift text, a_v float8, peakt text, peakfilt text);
		CREATE TABLE stripped (id text, mjd float8, band text, mag float8, magerr float8);
	SQL
	copy pantheon pantheonplus_photometry
	copy pantheon_objects pantheonplus_objects
	copy bts ztf_bts_snia_lightcurves
	copy bts_objects ztf_bts_snia_catalog
	copy stripped stripped_envelope_supernovae
	sql <<-SQL
		CREATE TABLE curves AS
		SELECT 'simulated' AS sample, object_id::text AS id, target, plasticc_deredden(plasticc_lightcurve(mjd, passband, flux, flux_err), mwebv, 'des') AS curve,
		       coalesce(hostgal_specz, hostgal_photoz) AS redshift, object_id % 5 <> 0 AS training
		FROM observations JOIN objects USING (object_id) GROUP BY object_id, target, mwebv, hostgal_specz, hostgal_photoz
		UNION ALL SELECT 'Pantheon+, Ia', src || ' ' || snid, 90, plasticc_deredden(plasticc_lightcurve(mjd, plasticc_passband(flt, 'snana'), fluxcal, fluxcalerr), mwebv), NULL, false
		FROM pantheon JOIN pantheon_objects USING (src, snid) WHERE flt IN ('g', 'r', 'i', 'z') GROUP BY src, snid, mwebv
		UNION ALL SELECT 'ZTF BTS, Ia', id, 90,
		       plasticc_deredden(plasticc_lightcurve(mjd, plasticc_passband(band, 'ztf'), plasticc_flux_from_magnitude(mag), plasticc_flux_err_from_magnitude(mag, magerr)), coalesce(a_v, 0) / 3.1, 'ztf'), NULL, false
		FROM bts LEFT JOIN bts_objects USING (id) WHERE band IN ('g', 'R') GROUP BY id, a_v
		UNION ALL SELECT 'Ib, Ic, IIb', id, 62,
		       plasticc_lightcurve(mjd, plasticc_passband(substr(band, 1, 1)), plasticc_flux_from_magnitude(mag), plasticc_flux_err_from_magnitude(mag, nullif(magerr, 0))), NULL, false
		FROM stripped WHERE band ~ '^[griz][lsp]?$' GROUP BY id;
		DELETE FROM curves WHERE sample <> 'simulated' AND ('x' || substr(md5(id), 2, 1))::bit(4)::integer % 2 <> ${HALF:-1};
	SQL
}

# The table inputs: features that no scale of the fluxes changes, of the curves, of copies of simulated ones, and of both cut.
make_inputs()
{
	sql <<-SQL
		CREATE TABLE copies AS
		SELECT sample, id, target, training, 0 AS copy, curve AS c FROM curves
		UNION ALL SELECT sample, id, target, training, copy, c
		FROM (SELECT *, generate_series(1, 3) AS copy FROM curves WHERE redshift BETWEEN 0.05 AND 0.65) AS o,
		     plasticc_augment_host(copy, redshift, redshift, NULL, min_redshift => 0.02, max_redshift => redshift) AS h,
		     plasticc_augment(curve, copy, redshift, h.new_redshift, drop_fraction => 0.2 * copy, noise => 0.3, detection_threshold => 5, detection_width => 0) AS c;
		CREATE TABLE inputs AS
		SELECT sample || cut AS sample, id AS object_id, target, training, copy,
		       (SELECT array_agg(feature ORDER BY ordinal) FROM unnest(plasticc_features(selected)) WITH ORDINALITY AS u (feature, ordinal)
		            JOIN plasticc_feature_catalog() USING (ordinal) WHERE unit NOT LIKE 'flux%') AS features
		FROM copies, (VALUES ('', NULL::integer[], 0), (', S/N > 3', NULL, 3), (', g and r', '{1,2}', 5)) AS cuts (cut, passbands, min_snr),
		     plasticc_select(c, passbands, min_snr) AS selected
		WHERE plasticc_n_observations(plasticc_select(selected, min_snr => 5)) >= 5
		  AND CASE sample WHEN 'simulated' THEN copy > 0 OR cut = '' WHEN 'ZTF BTS, Ia' THEN cut = ', g and r' ELSE cut <> ', S/N > 3' END;
		DROP TABLE curves, copies;
	SQL
}

load_curves
make_inputs
for seed in ${SEEDS:-1}; do
	echo "seed $seed"
	sql <<-SQL
		SET client_min_messages = warning;
		CALL plasticc_train('supernovae', 'SELECT object_id, target, features FROM inputs WHERE training ORDER BY object_id, copy, sample',
		    '{"networks": 0, "seed": $seed, "class_weights": $weights}');
		\\pset tuples_only off
		\\pset footer off
		SELECT CASE WHEN sample LIKE 'simulated%' THEN sample || CASE WHEN copy > 0 THEN ', moved' ELSE '' END || CASE target WHEN 90 THEN ', Ia' WHEN 62 THEN ', Ibc' ELSE ', II' END ELSE sample END AS sample,
		       count(*) AS "light curves", round(avg((called = 90)::integer), 3) AS "called Ia"
		FROM (SELECT *, (plasticc_classes(model))[(SELECT i FROM unnest(p) WITH ORDINALITY AS u (x, i) ORDER BY x DESC LIMIT 1)] AS called
		      FROM (SELECT plasticc_model('supernovae') AS model) AS m, inputs, LATERAL (SELECT plasticc_classify(model, features) AS p) AS classified
		      WHERE NOT training AND sample NOT LIKE '%S/N%') AS classes
		GROUP BY 1 ORDER BY 1;
	SQL
done
