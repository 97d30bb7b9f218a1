#!/usr/bin/env bash
#
# The default recipe on independent light curves, compared with gradient-boosted trees (Debian's
# python3-xgboost) on the same features, the set "all" with the host's:
#
#	snpcc      type Ia against the rest and all three types: trained on 1,100 or 3,000 of the 4,000 objects outside the
#	           spectroscopic sample and tested on the remaining ones; trained on the 1,102 spectroscopic ones
#	           (whose copies are those of augment.sh) and tested on all 4,000; and five folds of the 4,000
#	elasticc   Ia against II, five folds
#	real       14 classes, five folds, the challenge's loss
#
# Each is trained without copies and with those of docs/training.md, four of each training object with added noise and missing
# observations, of weight 0.5, but for the spectroscopic sample.
#
# All figures are medians over the seeds, which draw objects, folds and initial weights.  The log loss is the
# challenge's for real, otherwise plain; the expected calibration error weights all objects equally.
#
# Needs snpcc/, elasticc/ and plasticc/ in $PLASTICC_DATA.  SEEDS="1 2 3" sets the seeds, OPTIONS='{"members": 1}'
# additional training options, TASKS="snpcc elasticc real" what is measured, and PYTHON the interpreter that has XGBoost.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
seeds=${SEEDS:-1 2 3}
options=${OPTIONS:-'{}'}
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Of a query of object_id, target, weight and features, CSV.
export_rows()
{
	sql -c "SELECT concat_ws(',', object_id, target, weight, array_to_string(features, ',', 'NaN')) FROM ($1) AS r"
}

# Classifies fold $3 of task by models trained on the rows $6 (object_id, copy, features, target, weight); they are called $5.
measure_rows()
{
	local task=$1 loss=$2 fold=$3 seed=$4 kind=$5
	local rows="SELECT object_id, features, target, weight FROM ($6) AS r ORDER BY object_id, copy"

	sql <<-SQL
		SET client_min_messages = warning;
		CALL plasticc_train('m', '$rows', '{"loss": "$loss", "seed": $seed}'::jsonb || '$options');
		INSERT INTO predictions
		SELECT '$task', 'plasticc$kind', $seed, task.object_id, target, plasticc_classes(m), probabilities
		FROM plasticc_model('m') AS m,
		     plasticc_classify_query(m, 'SELECT object_id, features FROM task WHERE fold = $fold') AS c JOIN task USING (object_id);
	SQL
	if $with_trees; then
		export_rows "$rows" >"$work/training.csv"
		export_rows "SELECT object_id, target, 1 AS weight, features FROM task WHERE fold = $fold ORDER BY object_id" >"$work/test.csv"
		"$python" "$bench_dir/classifiers/boosted_trees.py" "$work/training.csv" "$work/test.csv" "$seed" "$loss" >"$work/predictions.csv"
		sql <<-SQL
			CREATE TEMPORARY TABLE trees (object_id bigint, target integer, classes integer[], probabilities real[]);
			\\copy trees from '$work/predictions.csv' with (format csv)
			INSERT INTO predictions SELECT '$task', 'XGBoost$kind', $seed, * FROM trees;
		SQL
	fi
}

# Task $1 with loss $2: classifies each fold, from 0, of the query $4 (object_id, target, features, fold) by
# models trained on the other folds, and, where there is a table of copies $5, on those and their copies.
measure()
{
	local task=$1 loss=$2 seed=$3 query=$4 copies=$5 fold rows

	sql -c "CREATE TABLE task AS $query"
	for fold in $(sql -c "SELECT DISTINCT fold FROM task WHERE fold >= 0 ORDER BY 1"); do
		rows="SELECT object_id, 0 AS copy, features, target, 1 AS weight FROM task WHERE fold <> $fold"
		measure_rows "$task" "$loss" "$fold" "$seed" '' "$rows"
		if [[ $copies ]]; then
			rows="$rows UNION ALL SELECT object_id, copy, c.features, target, 0.5 FROM task JOIN $copies AS c USING (object_id) WHERE fold <> $fold"
			measure_rows "$task" "$loss" "$fold" "$seed" ', copies' "$rows"
		fi
	done
	sql -c "DROP TABLE task"
}

# Task $1 with loss $2 for all seeds; SEED in the query $3 is replaced; $4: the table of copies.
measure_seeds()
{
	local seed

	for seed in $seeds; do
		measure "$1" "$2" "$seed" "${3//SEED/$seed}" "${4-}"
	done
}

# Task $1 on snpcc, for the objects that satisfy the condition $4: the expressions of the target $2 and the fold
# $3 may use n, the position in random order, and sample, which is 1 in the spectroscopic sample; $5: the table of copies.
draw_snpcc()
{
	measure_seeds "$1" plain "SELECT object_id, $2 AS target, features, $3 AS fold
		FROM (SELECT *, row_number() OVER (PARTITION BY sample ORDER BY hashint8extended(object_id, SEED)) AS n FROM snpcc) AS drawn
		WHERE $4" "${5-}"
}

measure_snpcc()
{
	local ia='CASE target WHEN 90 THEN 90 ELSE 99 END'

	draw_snpcc 'snpcc, Ia, 1,100' "$ia" '-(n <= 1100)::integer' 'sample = 0' snpcc_copies
	draw_snpcc 'snpcc, Ia, 3,000' "$ia" '-(n <= 3000)::integer' 'sample = 0' snpcc_copies
	draw_snpcc 'snpcc, three types, 3,000' target '-(n <= 3000)::integer' 'sample = 0' snpcc_copies
	draw_snpcc 'snpcc, Ia, spectroscopic' "$ia" '-(sample = 1)::integer' true
	draw_snpcc 'snpcc, Ia, five folds' "$ia" 'n % 5' 'sample = 0' snpcc_copies
}

measure_elasticc()
{
	measure_seeds 'elasticc, Ia, five folds' plain "SELECT object_id, target, features,
		row_number() OVER (PARTITION BY target ORDER BY hashint8extended(object_id, SEED)) % 5 AS fold FROM elasticc" elasticc_copies
}

measure_real()
{
	measure_seeds 'real, five folds' weighted "SELECT object_id, target, features,
		row_number() OVER (PARTITION BY target ORDER BY object_id) % 5 AS fold FROM real" real_copies
}

report()
{
	sql -F ' | ' <<-SQL
		WITH scored AS (
			SELECT task, method, seed, target, classes, probabilities, task LIKE 'real%' AS weighted,
			       target = classes[(SELECT i FROM generate_subscripts(probabilities, 1) AS i ORDER BY probabilities[i] DESC LIMIT 1)] AS is_right,
			       ln(greatest(probabilities[array_position(classes, target)], 1e-15)) AS log_probability
			FROM predictions
		), one AS (
			SELECT task, method, seed, avg(is_right::integer) AS accuracy,
			       CASE WHEN bool_or(weighted) THEN plasticc_log_loss(target, probabilities, classes) ELSE - avg(log_probability) END AS log_loss,
			       plasticc_calibration_error(target, probabilities, classes) AS error,
			       CASE WHEN max(cardinality(classes)) = 2 THEN auc(array_agg(probabilities[1]::float8), array_agg(target = classes[1])) END AS auc
			FROM scored GROUP BY 1, 2, 3)
		SELECT '', task, method, round(median(auc), 4), round(median(accuracy), 4), round(median(log_loss), 4), round(median(error), 4), ''
		FROM (SELECT task, method, array_agg(auc) AS auc, array_agg(accuracy::float8) AS accuracy, array_agg(log_loss) AS log_loss, array_agg(error) AS error
		      FROM one GROUP BY 1, 2) AS m ORDER BY task, method;
	SQL
}

require_data snpcc/lightcurves.csv.gz elasticc/lightcurves.csv.gz plasticc/training_set.csv.gz
with_trees=true
if ! "$python" -c 'import xgboost' 2>/dev/null; then
	echo "no comparison: $python has no xgboost (Debian: apt-get install python3-xgboost)"
	with_trees=false
fi
create_auc
sql -c "CREATE TABLE predictions (task text, method text, seed integer, object_id bigint, target integer, classes integer[], probabilities real[])" \
	-c "CREATE FUNCTION median(v double precision[]) RETURNS numeric LANGUAGE sql AS
		'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x)::numeric FROM unnest(v) AS x'"
for set in ${TASKS:-snpcc elasticc real}; do
	"load_$set"
	# a point of the simulated supernovae is detected from a signal-to-noise ratio of 5
	make_noisy_copies "${set}_copies" "$([[ $set != snpcc ]] || echo ', detection_threshold => 5, detection_width => 0')"
	make_features "$set" "$([[ $set == snpcc ]] && echo spectroscopic || echo 0)"
	"measure_$set"
done
printf '\n| task | trained by | AUC | accuracy | log loss | calibration error |\n|---|---|---|---|---|---|\n'
report
