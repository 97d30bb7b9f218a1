#!/usr/bin/env bash
#
# Boosted trees compared with XGBoost's histogram method (Debian's python3-xgboost), one thread each, the same rounds, depth,
# sampling and rows: published features, four folds to train on and one to score.  A round is one tree of plasticc, with a
# value for each class in every leaf, and one tree a class of XGBoost.  The challenge's weighted log loss.
#
# Needs published_features.csv.gz, training_set_metadata.csv.gz and training_set.csv.gz in $PLASTICC_DATA/plasticc.
# ROUNDS="300 1000" sets the rounds, PYTHON the interpreter that has XGBoost.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The rows that satisfy the condition $1, as CSV.
export_rows()
{
	sql -c "SELECT concat_ws(',', object_id, target, array_to_string(features, ',', 'NaN')) FROM inputs WHERE $1 ORDER BY object_id"
}

# Trains the options $2 as model $1, and prints the seconds and those that classifying all objects takes.
measure()
{
	sql <<-SQL
		SET client_min_messages = warning;
		SET max_parallel_maintenance_workers = 0;
		CALL plasticc_train('$1', 'SELECT object_id, features, target FROM inputs WHERE fold <> 0 ORDER BY object_id', '$2');
		SELECT '| plasticc, $1 |', round((metrics ->> 'elapsed_seconds')::numeric, 2), '|' FROM plasticc_models WHERE name = '$1';
		CREATE TEMPORARY TABLE times (seconds float8);
		DO \$\$
			DECLARE model bytea := plasticc_model('$1');
			        start timestamptz;
			BEGIN
				FOR i IN 1..5 LOOP
					start := clock_timestamp();
					PERFORM count(*) FROM plasticc_classify_query(model, 'SELECT object_id, features FROM inputs');
					INSERT INTO times VALUES (extract(epoch FROM clock_timestamp() - start));
				END LOOP;
			END
		\$\$;
		SELECT round(1e6 * (percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) / (SELECT count(*) FROM inputs))::numeric, 1), '|' FROM times;
		SELECT round(plasticc_log_loss(target, probabilities, plasticc_classes(m))::numeric, 4), '|'
		FROM plasticc_model('$1') AS m, plasticc_classify_query(m, 'SELECT object_id, features FROM inputs WHERE fold = 0')
		JOIN inputs USING (object_id) GROUP BY m;
	SQL
}

require_data plasticc/published_features.csv.gz plasticc/training_set.csv.gz
load_published
export_rows 'fold <> 0' >"$work/training.csv"
export_rows 'fold = 0' >"$work/test.csv"
printf '| | training, s | scoring, µs a row | log loss |\n|---|---|---|---|\n'
for rounds in ${ROUNDS:-300}; do
	measure "$rounds rounds" "{\"networks\": 0, \"trees\": 1, \"rounds\": $rounds, \"max_depth\": 5, \"eta\": 0.05, \"subsample\": 0.6, \"colsample\": 0.15}" | paste -sd' '
	if "$python" -c 'import xgboost' 2>/dev/null; then
		"$python" "$bench_dir/trees/xgboost_trees.py" "$work/training.csv" "$work/test.csv" "$rounds" |
			awk -v rows="$(wc -l <"$work/test.csv")" -v rounds="$rounds" '{ printf "| XGBoost, %s rounds | %.2f | %.1f | %.4f |\n", rounds, $1, 1e6 * $2 / rows, $3 }'
	else
		echo "no comparison: $python has no xgboost (Debian: apt-get install python3-xgboost)"
	fi
done
measure default '{}' | paste -sd' '
measure networks '{"trees": 0}' | paste -sd' '
