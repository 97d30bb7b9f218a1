#!/usr/bin/env bash
#
# Tidal disruption events of the MALLORN challenge (2026): the default training, cross-validated in five folds over all spectral
# types of its training set, with the redshift and the extinction of its log; of the class TDE the average precision, the best F1,
# F1 where its probability is greater than the threshold that is best on the other folds, log loss, and minutes.
#
# Needs surveys/mallorn_*.csv.gz in $PLASTICC_DATA.  OPTIONS='{"seed": 2}' are options of the training, SET=simple the features.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
require_data surveys/mallorn_lightcurves.csv.gz surveys/mallorn_log.csv.gz

sql <<-SQL
	SET client_min_messages = error;
	CREATE TABLE lightcurves (object_id text, "Time (MJD)" text, "Flux" text, "Flux_err" text, "Filter" text);
	CREATE TABLE log (object_id text, z real, z_err real, ebv real, spectype text, split text, target integer);
	\\copy lightcurves from program 'gzip -dc $data/surveys/mallorn_lightcurves.csv.gz' with (format csv, header true)
	\\copy log from program 'gzip -dc $data/surveys/mallorn_log.csv.gz' with (format csv, header true)
	CREATE INDEX ON lightcurves (object_id);
	CREATE TABLE hosts AS SELECT object_id, false AS ddf, z AS hostgal_photoz, coalesce(z_err, 0) AS hostgal_photoz_err, ebv AS mwebv FROM log;
	SELECT plasticc_create_feature_table('features', object_id_type => 'text');
	CALL plasticc_extract('lightcurves', 'features', '{"mjd": "Time (MJD)", "flux": "Flux", "flux_err": "Flux_err", "passband": "Filter",
		"passbands": {"Y": "y"}, "unit": "uJy", "metadata": "hosts", "feature_set": "${SET:-all}"}');
	CALL plasticc_cross_validate('mallorn', 'SELECT object_id, features, (target = 1)::integer AS target FROM features JOIN log USING (object_id) ORDER BY object_id', '${OPTIONS:-{\}}');
	CREATE TABLE scores AS SELECT object_key, fold, target = 1 AS tde, probabilities[2] AS p FROM plasticc_out_of_fold;
	\\pset tuples_only off
	\\pset footer off
	WITH thresholds AS (
		SELECT DISTINCT ON (f.fold) f.fold, t.p AS threshold
		FROM (SELECT DISTINCT fold FROM scores) AS f, (SELECT DISTINCT p FROM scores WHERE p > 0.02) AS t,
			LATERAL (SELECT 2.0 * count(*) FILTER (WHERE tde AND s.p >= t.p) / (count(*) FILTER (WHERE tde) + count(*) FILTER (WHERE s.p >= t.p)) AS f1
			         FROM scores AS s WHERE s.fold <> f.fold) AS score
		ORDER BY f.fold, f1 DESC, t.p),
	ranked AS (
		SELECT tde, count(*) FILTER (WHERE tde) OVER (ORDER BY p DESC) AS found, count(*) OVER (ORDER BY p DESC) AS classified FROM scores)
	SELECT count(*) AS objects, count(*) FILTER (WHERE tde) AS "TDE",
	       (SELECT round(avg(found::numeric / classified) FILTER (WHERE tde), 3) FROM ranked) AS "average precision",
	       (SELECT round(max(2.0 * found / (classified + (SELECT count(*) FROM scores WHERE tde))), 3) FROM ranked) AS "best F1",
	       round(2.0 * count(*) FILTER (WHERE tde AND p >= threshold) / (count(*) FILTER (WHERE tde) + count(*) FILTER (WHERE p >= threshold)), 3) AS "F1",
	       round(2.0 * count(*) FILTER (WHERE tde AND p >= 0.5) / (count(*) FILTER (WHERE tde) + count(*) FILTER (WHERE p >= 0.5)), 3) AS "F1 at 0.5",
	       round((-avg(ln(greatest(CASE WHEN tde THEN p ELSE 1 - p END, 1e-15))))::numeric, 4) AS "log loss",
	       (SELECT round(((metrics ->> 'elapsed_seconds')::numeric / 60), 1) FROM plasticc_cross_validations) AS minutes
	FROM scores JOIN thresholds USING (fold);
SQL
