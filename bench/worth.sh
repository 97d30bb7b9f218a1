#!/usr/bin/env bash
#
# What the features are worth on real and on others' light curves, for the sets "simple" and "all":
#
#	snpcc   type Ia against the rest, area under the ROC curve: one network a draw, trained on 1,100 of the
#	        4,000 objects outside the spectroscopic sample, tested on the others; five draws.  Published: 0.98 (Lochner
#	        et al. 2016, 1,103 representative objects).
#	real    the challenge's weighted log loss of 356 real light curves, five folds, three seeds.
#
# Needs snpcc/ and plasticc/ in $PLASTICC_DATA.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"

# Tables objects and observations become features, $1: object_id, target, features, sample (the expression $2).
make_features()
{
	sql -c "CREATE TABLE $1 AS
		SELECT object_id, target, plasticc_host_features(features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features,
		       $2 AS sample
		FROM objects
		JOIN (SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), '$set') AS features
		      FROM observations GROUP BY object_id) AS curves USING (object_id)" \
		-c "DROP TABLE objects, observations"
}

snpcc()
{
	local draw

	load_snpcc
	sql -c "CREATE TABLE auc (draw integer, auc double precision, accuracy double precision)"
	make_features snpcc spectroscopic
	for draw in 1 2 3 4 5; do
		sql <<-SQL
			SET client_min_messages = warning;
			CREATE TABLE drawn AS
			SELECT *, row_number() OVER (ORDER BY hashint8extended(object_id, $draw)) <= 1100 AS training FROM snpcc WHERE sample = 0;
			CALL plasticc_train('snpcc', 'SELECT features, target FROM drawn WHERE training ORDER BY object_id',
				'{"loss": "plain", "seed": $draw}');
			INSERT INTO auc
			SELECT $draw, auc(array_agg(score), array_agg(ia)), avg((ia = (score > 0.5))::integer)
			FROM (SELECT target = 90 AS ia, (plasticc_classify(model, features))[array_position(plasticc_classes(model), 90)] AS score
			      FROM drawn, (SELECT plasticc_model('snpcc') AS model) AS m WHERE NOT training) AS scored;
			DROP TABLE drawn;
		SQL
	done
	sql -c "SELECT '$set', 'snpcc: type Ia AUC', round(avg(auc)::numeric, 4), 'from', round(min(auc)::numeric, 4), 'to', round(max(auc)::numeric, 4),
		'accuracy', round(avg(accuracy)::numeric, 4) FROM auc"
}

real()
{
	local seed fold

	load_real
	make_features curves "(row_number() OVER (PARTITION BY target ORDER BY object_id) % 5)"
	sql -c "CREATE TABLE predictions (seed integer, target integer, classes integer[], probabilities real[])"
	for seed in 1 2 3; do
		for fold in 0 1 2 3 4; do
			sql <<-SQL
				SET client_min_messages = warning;
				CALL plasticc_train('real', 'SELECT features, target FROM curves WHERE sample <> $fold ORDER BY object_id',
					'{"seed": $seed}');
				INSERT INTO predictions SELECT $seed, target, plasticc_classes(model), plasticc_classify(model, features)
				FROM curves, (SELECT plasticc_model('real') AS model) AS m WHERE sample = $fold;
			SQL
		done
	done
	sql -c "SELECT '$set', 'real: weighted log loss', round(avg(loss)::numeric, 4), 'from', round(min(loss)::numeric, 4), 'to', round(max(loss)::numeric, 4)
		FROM (SELECT plasticc_log_loss(target, probabilities, classes) AS loss FROM predictions GROUP BY seed) AS s"
}

require_data snpcc/lightcurves.csv.gz plasticc/training_set.csv.gz
create_auc
for set in simple all; do
	snpcc
	real
	sql -c "DROP TABLE snpcc, auc, curves, predictions"
done
