#!/usr/bin/env bash
#
# Prediction sets of 90 %: how often the true class is in plasticc_prediction_set(model, features, 0.9), and how many classes the
# sets have, of objects of other folds than those that the model is trained and its sets are calibrated on (bagging_folds 5):
# published features, the supernovae of snpcc (three types), elasticc, and the real light curves.
#
# Needs the files of published_features, snpcc/ and elasticc/ in $PLASTICC_DATA.  SEEDS="1" sets the seeds, FOLDS="0 1 2 3 4" the
# folds that are classified, and OPTIONS='{"networks": 1}' additional training options.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
seeds=${SEEDS:-1}
folds=${FOLDS:-0 1 2 3 4}
options=${OPTIONS:-'{}'}

# Sets for the folds of table $1 (object_id, target, features, fold), trained with the loss $2.
measure()
{
	local seed fold

	for seed in $seeds; do
		for fold in $folds; do
			sql <<-SQL
				SET client_min_messages = error;
				CALL plasticc_train('m', 'SELECT object_id, features, target FROM $1 WHERE fold <> $fold ORDER BY object_id',
					'{"bagging_folds": 5, "loss": "$2", "seed": $seed}'::jsonb || '$options');
				INSERT INTO sets
				SELECT '$1', $seed, target, plasticc_prediction_set(m, features, 0.9), plasticc_prediction_set(m, features, 0.9, by_class => true)
				FROM $1, plasticc_model('m') AS m WHERE fold = $fold;
			SQL
		done
	done
}

require_data plasticc/published_features.csv.gz plasticc/training_set.csv.gz snpcc/lightcurves.csv.gz elasticc/lightcurves.csv.gz
sql -c "CREATE TABLE sets (sample text, seed integer, target integer, classes integer[], by_class integer[])"
load_published
sql -c "ALTER TABLE inputs RENAME TO published_features"
make_features real 0
sql -c "ALTER TABLE real ADD fold integer" -c "UPDATE real SET fold = n % 5
	FROM (SELECT object_id, row_number() OVER (PARTITION BY target ORDER BY object_id) AS n FROM real) AS numbered WHERE numbered.object_id = real.object_id"
load_snpcc
make_features snpcc 'spectroscopic'
sql -c "DELETE FROM snpcc WHERE sample = 1"
load_elasticc
make_features elasticc 0
for sample in snpcc elasticc; do
	sql -c "ALTER TABLE $sample ADD fold integer" -c "UPDATE $sample SET fold = abs(hashint8(object_id) % 5)"
	measure "$sample" plain
done
measure published_features weighted
measure real weighted
printf '\n| sample | objects | coverage | classes | by class: coverage | of the class that is covered least | classes |\n|---|---|---|---|---|---|---|\n'
sql -F ' | ' <<-SQL
	WITH one AS (
		SELECT sample, target, count(*) AS n, avg((target = ANY (classes))::integer) AS covered, avg(cardinality(classes)) AS size,
		       avg((target = ANY (by_class))::integer) AS covered_by_class, avg(cardinality(by_class)) AS size_by_class
		FROM sets GROUP BY 1, 2)
	SELECT '', sample, sum(n), round(sum(n * covered) / sum(n), 3), round(sum(n * size) / sum(n), 2), round(sum(n * covered_by_class) / sum(n), 3),
	       round(min(covered_by_class), 3), round(sum(n * size_by_class) / sum(n), 2), ''
	FROM one GROUP BY sample ORDER BY sample
SQL
