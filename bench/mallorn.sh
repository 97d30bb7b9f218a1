#!/usr/bin/env bash
#
# Tidal disruption events of the MALLORN challenge (2026): default trainings in five folds over all spectral types of its training
# set, with the redshift and the extinction of its log, without copies and with ten that have noise and ten that are at other
# redshifts too, all of weight 0.2; of the class TDE the average precision, the best F1, F1 where its probability is greater than
# the threshold that is best on the other folds, log loss, and minutes.
#
# Needs surveys/mallorn_*.csv.gz in $PLASTICC_DATA.  OPTIONS='{"loss": "plain"}' are options of the training, SEEDS="1 2 3" its seeds.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
options=${OPTIONS:-'{}'}
require_data surveys/mallorn_lightcurves.csv.gz surveys/mallorn_log.csv.gz

sql <<-SQL
	SET client_min_messages = error;
	CREATE TABLE raw (object_id text, "Time (MJD)" text, "Flux" text, "Flux_err" text, "Filter" text);
	CREATE TABLE log (object_id text, z real, z_err real, ebv real, spectype text, split text, target integer);
	\\copy raw from program 'gzip -dc $data/surveys/mallorn_lightcurves.csv.gz' with (format csv, header true)
	\\copy log from program 'gzip -dc $data/surveys/mallorn_log.csv.gz' with (format csv, header true)
	CREATE INDEX ON raw (object_id);
	CREATE TABLE hosts AS SELECT object_id, target, false AS ddf, z AS hostgal_photoz, coalesce(z_err, 0) AS hostgal_photoz_err, ebv AS mwebv FROM log;
	SELECT plasticc_create_feature_table('features', object_id_type => 'text');
	CALL plasticc_extract('raw', 'features', '{"mjd": "Time (MJD)", "flux": "Flux", "flux_err": "Flux_err", "passband": "Filter",
		"passbands": {"Y": "y"}, "unit": "uJy", "metadata": "hosts"}');
	CREATE TABLE curves AS
	SELECT object_id, plasticc_lightcurve("Time (MJD)"::float8, plasticc_passband(lower("Filter")), plasticc_flux_from_microjansky("Flux"::float8),
	                                      plasticc_flux_from_microjansky("Flux_err"::float8)) AS lightcurve
	FROM raw WHERE "Flux" <> '' AND "Flux_err"::float8 > 0 GROUP BY object_id;
	CREATE TABLE copies AS
	SELECT object_id, copy, plasticc_host_features(plasticc_features(c.lightcurve), ddf, h.hostgal_photoz, h.hostgal_photoz_err, h.distmod, mwebv) AS features
	FROM (SELECT *, generate_series(1, 10) AS copy FROM hosts JOIN curves USING (object_id)) AS o,
	     LATERAL (SELECT copy, o.hostgal_photoz, o.hostgal_photoz_err, NULL::float8 AS distmod, NULL::float8 AS new_redshift UNION ALL
	              SELECT copy + 10, a.hostgal_photoz, a.hostgal_photoz_err, a.distmod, a.new_redshift
	              FROM plasticc_augment_host(o.copy, o.hostgal_photoz, o.hostgal_photoz, o.hostgal_photoz_err) AS a) AS h (number, hostgal_photoz, hostgal_photoz_err, distmod, new_redshift),
	     plasticc_augment(o.lightcurve, h.number, o.hostgal_photoz, h.new_redshift) AS c (lightcurve)
	WHERE c.lightcurve IS NOT NULL;
	CREATE TABLE scores (copies boolean, seed integer, object_id text, fold integer, tde boolean, p real, seconds float8);
SQL

# The rows of the other folds than $1, and their copies where $2 is true.
training_rows()
{
	echo "SELECT object_id, features, target, weight
		FROM (SELECT object_id, 0 AS copy, features, 1 AS weight FROM features UNION ALL SELECT object_id, copy, features, 0.2 FROM copies WHERE $2) AS r
		JOIN folds USING (object_id) WHERE fold <> $1 ORDER BY object_id, copy"
}

for seed in ${SEEDS:-1 2 3}; do
	sql -c "DROP TABLE IF EXISTS folds" -c "CREATE TABLE folds AS
		SELECT object_id, target, row_number() OVER (PARTITION BY target ORDER BY hashtextextended(object_id, $seed)) % 5 AS fold FROM log"
	for copies in false true; do
		for fold in 0 1 2 3 4; do
			sql <<-SQL
				SET client_min_messages = error;
				CALL plasticc_train('mallorn', '$(training_rows $fold $copies)', '{"seed": $seed}'::jsonb || '$options');
				INSERT INTO scores
				SELECT $copies, $seed, object_id, fold, target = 1, (plasticc_classify('mallorn', features))[2], (SELECT (metrics ->> 'elapsed_seconds')::float8 FROM plasticc_models ORDER BY version DESC LIMIT 1)
				FROM features JOIN folds USING (object_id) WHERE fold = $fold;
			SQL
		done
	done
done
sql -P tuples_only=off -P footer=off <<-'SQL'
	WITH thresholds AS (
		SELECT DISTINCT ON (f.copies, f.seed, f.fold) f.copies, f.seed, f.fold, t.p AS threshold
		FROM (SELECT DISTINCT copies, seed, fold FROM scores) AS f, (SELECT DISTINCT copies, seed, p FROM scores WHERE p > 0.02) AS t,
			LATERAL (SELECT 2.0 * count(*) FILTER (WHERE tde AND s.p >= t.p) / (count(*) FILTER (WHERE tde) + count(*) FILTER (WHERE s.p >= t.p)) AS f1
			         FROM scores AS s WHERE (s.copies, s.seed) = (f.copies, f.seed) AND s.fold <> f.fold) AS score
		WHERE (f.copies, f.seed) = (t.copies, t.seed)
		ORDER BY f.copies, f.seed, f.fold, f1 DESC, t.p),
	ranked AS (
		SELECT *, count(*) FILTER (WHERE tde) OVER (PARTITION BY copies, seed ORDER BY p DESC) AS found,
		       count(*) OVER (PARTITION BY copies, seed ORDER BY p DESC) AS classified, count(*) FILTER (WHERE tde) OVER (PARTITION BY copies, seed) AS n_tde
		FROM scores JOIN thresholds USING (copies, seed, fold))
	SELECT copies, seed, count(*) AS objects, max(n_tde) AS "TDE",
	       round(avg(found::numeric / classified) FILTER (WHERE tde), 3) AS "average precision",
	       round(max(2.0 * found / (classified + n_tde)), 3) AS "best F1",
	       round(2.0 * count(*) FILTER (WHERE tde AND p >= threshold) / (count(*) FILTER (WHERE tde) + count(*) FILTER (WHERE p >= threshold)), 3) AS "F1",
	       round(2.0 * count(*) FILTER (WHERE tde AND p >= 0.5) / (count(*) FILTER (WHERE tde) + count(*) FILTER (WHERE p >= 0.5)), 3) AS "F1 at 0.5",
	       round((-avg(ln(greatest(CASE WHEN tde THEN p ELSE 1 - p END, 1e-15))))::numeric, 4) AS "log loss", round((avg(seconds) * 5 / 60)::numeric, 1) AS minutes
	FROM ranked GROUP BY copies, seed ORDER BY copies, seed;
SQL
