#!/usr/bin/env bash
#
# What augmentation is worth: networks trained without copies, with copies that are noisier and have points
# missing, and with copies at other redshifts.  Features of the set "all"; an object has ten copies.
#
#	snpcc   type Ia against the rest, trained on the 1,102 objects of the spectroscopic sample, which are bright, and
#	        tested on 4,000 others: accuracy and area under the ROC curve, two seeds.  Published: accuracy 0.811 (PELICAN,
#	        Pasquet et al. 2019).
#	real    the challenge's weighted log loss of 356 real light curves, five folds, two seeds; copies only of
#	        objects of the training folds.
#
# Needs snpcc/ and plasticc/ in $PLASTICC_DATA.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${PLASTICC_DATA:-$here/../../shared/data}

sql()
{
	psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 "$@"
}

# Makes of tables objects and observations the table original of features, with columns sample (the expression $1) and copied
# ($2: of which objects copies are made), and the table sources of what copies are made of.
make_original()
{
	sql <<-SQL
		CREATE TABLE sources AS
		SELECT o.*, lightcurve, $1 AS sample, $2 AS copied
		FROM objects o
		JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
		      FROM observations GROUP BY object_id) AS curves USING (object_id);
		DROP TABLE objects, observations;
		CREATE TABLE original AS
		SELECT object_id, 0 AS copy, target, sample,
		       plasticc_host_features(plasticc_features(lightcurve, 'all'), ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features
		FROM sources;
	SQL
}

# Makes the table copies: $1 is the new redshift, $2 further arguments of plasticc_augment.
make_copies()
{
	sql <<-SQL
		SET client_min_messages = warning;
		DROP TABLE IF EXISTS copies;
		CREATE TABLE copies AS
		SELECT object_id, copy, target, sample,
		       plasticc_host_features(plasticc_features(c.lightcurve, 'all'), ddf, CASE WHEN $1 IS NULL THEN s.hostgal_photoz ELSE h.hostgal_photoz END,
		                              CASE WHEN $1 IS NULL THEN s.hostgal_photoz_err ELSE h.hostgal_photoz_err END,
		                              CASE WHEN $1 IS NULL THEN s.distmod ELSE h.distmod END, mwebv) AS features
		FROM (SELECT *, generate_series(1, 10) AS copy FROM sources WHERE copied) AS s,
		     plasticc_augment_host(copy, s.hostgal_photoz, s.hostgal_photoz, s.hostgal_photoz_err) AS h,
		     plasticc_augment(s.lightcurve, copy, s.hostgal_photoz, $1 $2) AS c (lightcurve)
		WHERE c.lightcurve IS NOT NULL;
	SQL
}

# The training rows of which the condition $1 holds.
training_query()
{
	echo "SELECT features, target FROM (SELECT * FROM original UNION ALL SELECT * FROM copies) AS rows WHERE $1 ORDER BY object_id, copy"
}

# What, and the number of epochs: as long as without copies, or twice as many steps.
measure_snpcc()
{
	local seed

	for seed in 1 2; do
		sql <<-SQL
			SET client_min_messages = warning;
			CALL plasticc_train('snpcc', '$(training_query 'sample = 1')', '{"loss": "plain", "seed": $seed, "epochs": $2}');
			WITH scored AS (
				SELECT target = 90 AS ia, p[array_position(classes, 90)] AS score
				FROM (SELECT target, plasticc_classify(model, features) AS p, plasticc_classes(model) AS classes
				      FROM original, (SELECT plasticc_model('snpcc') AS model) AS m WHERE sample = 0) AS c
			), ranked AS (
				SELECT ia, score, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS rank FROM scored)
			SELECT 'snpcc', '$1', 'seed $seed:', 'accuracy', round(avg((ia = (score > 0.5))::integer), 4),
			       'AUC', round(((sum(rank) FILTER (WHERE ia) - n_ia * (n_ia + 1) / 2.0) / (n_ia * (count(*) - n_ia)))::numeric, 4)
			FROM ranked, (SELECT count(*) FILTER (WHERE ia) AS n_ia FROM scored) AS n GROUP BY n_ia;
		SQL
	done
}

measure_real()
{
	local seed fold

	for seed in 1 2; do
		sql -c "CREATE TABLE predictions (target integer, classes integer[], probabilities real[])"
		for fold in 0 1 2 3 4; do
			sql <<-SQL
				SET client_min_messages = warning;
				CALL plasticc_train('real', '$(training_query "sample <> $fold")',
					'{"seed": $seed, "epochs": $2}');
				INSERT INTO predictions SELECT target, plasticc_classes(model), plasticc_classify(model, features)
				FROM original, (SELECT plasticc_model('real') AS model) AS m WHERE sample = $fold;
			SQL
		done
		sql -c "SELECT 'real', '$1', 'seed $seed:', 'log loss', round(plasticc_log_loss(target, probabilities, classes)::numeric, 4) FROM predictions" \
			-c "DROP TABLE predictions"
	done
}

# Measures $1 without copies and with each kind of them; $2 are arguments of plasticc_augment.
compare()
{
	sql -c "CREATE TABLE copies AS SELECT * FROM original LIMIT 0"
	"measure_$1" "no copies" 80
	make_copies "NULL::double precision" ", galactic_dimming => 0, galactic_dimming_sd => 0 $2"
	"measure_$1" "noise and drops" 25
	make_copies "h.new_redshift" ", noise => 0, drop_fraction => 0 $2"
	"measure_$1" "other redshifts" 25
	make_copies "h.new_redshift" "$2"
	"measure_$1" "both" 25
	sql -c "DROP TABLE sources, original, copies"
}

if [[ ! -r $data/snpcc/lightcurves.csv.gz || ! -r $data/plasticc/training_set.csv.gz ]]; then
	echo "skipped: $data has no snpcc/lightcurves.csv.gz or no plasticc/training_set.csv.gz"
	exit 77
fi
"$here/../scripts/load.sh" "$data/plasticc" >/dev/null
make_original "(row_number() OVER (PARTITION BY target ORDER BY object_id) % 5)" "true"
compare real ""

sql <<-SQL
	CREATE TABLE observations (object_id bigint, mjd double precision, passband smallint, flux real, flux_err real, detected smallint);
	CREATE TABLE objects (object_id bigint, ra real, decl real, hostgal_photoz real, hostgal_photoz_err real, hostgal_specz real,
		mwebv real, target integer, subtype text, spectroscopic integer);
	\\copy observations from program 'gzip -dc $data/snpcc/lightcurves.csv.gz' with (format csv, header true)
	\\copy objects from program 'gzip -dc $data/snpcc/metadata.csv.gz' with (format csv, header true)
	ALTER TABLE objects ADD ddf boolean, ADD distmod real;
	-- an error of -9 marks what was not measured
	DELETE FROM observations WHERE flux_err <= 0;
SQL
make_original "spectroscopic" "spectroscopic = 1"
# a point counts as detected from a signal to noise of 5 on
compare snpcc ", detection_threshold => 5, detection_width => 0"
