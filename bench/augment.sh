#!/usr/bin/env bash
#
# The benefit of augmentation: models trained without copies, with copies that have added noise and missing
# observations, and with copies at other redshifts.  Features of the set "all"; ten copies per object, of weight 0.3.
#
#	snpcc   type Ia against the rest, trained on the 1,102 objects of the spectroscopic sample, which are bright, and
#	        tested on 4,000 others: accuracy, area under the ROC curve, and the accuracy with the class frequencies that
#	        docs/training.md estimates from the model's own probabilities; by the default and by networks of all
#	        inputs.  Published: accuracy 0.811 (PELICAN, Pasquet et al. 2019).
#	real    the challenge's weighted log loss of 356 real light curves, five folds; only objects of
#	        the training folds are copied.
#
# Needs snpcc/ and plasticc/ in $PLASTICC_DATA.  SEEDS="1 2 3" sets the seeds, SETS="real snpcc" what is measured.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
seeds=${SEEDS:-1 2 3}

# Computes, from the tables objects and observations, the table original of features, with the columns sample
# (expression $1) and copied (condition $2: the objects to copy), and the table sources of the objects to copy.
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

# Creates the table copies: $1 is the new redshift, $2 further arguments of plasticc_augment.
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

# Trains the model $1 on the rows that satisfy the condition $2, with the seed $3 and the options $4.
train()
{
	sql <<-SQL
		SET client_min_messages = warning;
		CALL plasticc_train('$1', 'SELECT object_id, features, target, CASE copy WHEN 0 THEN 1 ELSE 0.3 END AS weight
			FROM (SELECT * FROM original UNION ALL SELECT * FROM copies) AS rows WHERE $2 ORDER BY object_id, copy',
			'{"seed": $3}'::jsonb || '$4');
	SQL
}

# $1: the kind of copies.
measure_snpcc()
{
	local seed model_options

	for model_options in '{"loss": "plain"}' '{"loss": "plain", "trees": 0, "selected_inputs": 0}'; do
		for seed in $seeds; do
			train snpcc 'sample = 1' "$seed" "$model_options"
			sql <<-SQL
				CREATE TEMPORARY TABLE scores AS
				SELECT target = 90 AS ia, ((plasticc_classify(model, features))[array_position(plasticc_classes(model), 90)])::float8 AS score
				FROM original, (SELECT plasticc_model('snpcc') AS model) AS m WHERE sample = 0;
				-- the share of type Ia and the probabilities that go with it
				CREATE TEMPORARY TABLE adjusted AS
				WITH RECURSIVE training AS (
					SELECT avg((target = 90)::integer)::float8 AS share FROM (SELECT * FROM original UNION ALL SELECT * FROM copies) AS rows WHERE sample = 1
				), estimate (step, share) AS (
					SELECT 0, share FROM training
					UNION ALL
					SELECT step + 1, (SELECT avg(score * e.share / t.share / (score * e.share / t.share + (1 - score) * (1 - e.share) / (1 - t.share))) FROM scores, training AS t)
					FROM estimate AS e WHERE step < 50)
				SELECT ia, score * e.share * (1 - t.share) > (1 - score) * (1 - e.share) * t.share AS called_ia FROM scores, training AS t, estimate AS e WHERE step = 50;
				SELECT 'snpcc', '$1', '$model_options', 'seed $seed:', 'accuracy', round(avg((ia = (score > 0.5))::integer), 4),
				       'AUC', round(auc(array_agg(score), array_agg(ia))::numeric, 4),
				       'accuracy with estimated frequencies', (SELECT round(avg((ia = called_ia)::integer), 4) FROM adjusted)
				FROM scores;
			SQL
		done
	done
}

measure_real()
{
	local seed fold

	for seed in $seeds; do
		sql -c "CREATE TABLE predictions (target integer, classes integer[], probabilities real[])"
		for fold in 0 1 2 3 4; do
			train real "sample <> $fold" "$seed" '{}'
			sql -c "INSERT INTO predictions SELECT target, plasticc_classes(model), plasticc_classify(model, features)
				FROM original, (SELECT plasticc_model('real') AS model) AS m WHERE sample = $fold"
		done
		sql -c "SELECT 'real', '$1', 'seed $seed:', 'log loss', round(plasticc_log_loss(target, probabilities, classes)::numeric, 4) FROM predictions" \
			-c "DROP TABLE predictions"
	done
}

# Measures $1 without copies and with each kind of them; $2 are arguments of plasticc_augment.
compare()
{
	sql -c "CREATE TABLE copies AS SELECT * FROM original LIMIT 0"
	"measure_$1" "no copies"
	make_copies "NULL::double precision" ", galactic_dimming => 0, galactic_dimming_sd => 0 $2"
	"measure_$1" "noise and drops"
	make_copies "h.new_redshift" ", noise => 0, drop_fraction => 0 $2"
	"measure_$1" "other redshifts"
	make_copies "h.new_redshift" "$2"
	"measure_$1" "both"
	sql -c "DROP TABLE sources, original, copies"
}

require_data snpcc/lightcurves.csv.gz plasticc/training_set.csv.gz
create_auc
for set in ${SETS:-real snpcc}; do
	"load_$set"
	case $set in
		real)
			make_original "(row_number() OVER (PARTITION BY target ORDER BY object_id) % 5)" "true"
			compare real ""
			;;
		snpcc)
			make_original "spectroscopic" "spectroscopic = 1"
			# a point is detected from a signal-to-noise ratio of 5
			compare snpcc ", detection_threshold => 5, detection_width => 0"
			;;
	esac
done
