#!/usr/bin/env bash
#
# The weighted log loss of five-fold cross-validation on feature tables that others have published, and
# its spread over seeds: presets "reference" and "default", one network each, and the average of the
# default networks' probabilities.  Every object is scored by a network that was trained on the other
# four folds, with options that are the same for all folds.
#
# For scale, on these folds and such inputs: XGBoost 0.779; a PyTorch network of four layers 0.82, five
# of them averaged 0.782.
#
# Needs published_features.csv.gz and training_set_metadata.csv.gz in $PLASTICC_DATA/plasticc.
# SEEDS="1 2 3" gives the seeds of the default preset; the reference preset has the first.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${PLASTICC_DATA:-$here/../../shared/data}/plasticc
seeds=${SEEDS:-1 2 3}
published=$data/published_features.csv.gz

sql()
{
	psql -X -q -A -t -P pager=off -v ON_ERROR_STOP=1 "$@"
}

load()
{
	local columns other_columns band_columns names

	columns=$(gzip -dc "$published" | sed -n 1p)
	# object_id, target and fold are no inputs, and these two are the same for all objects
	names=$(tr ',' '\n' <<<"$columns" | grep -vxE 'object_id|target|fold|all_passband_min|all_passband_max')
	other_columns=$(paste -sd, <<<"$names")
	band_columns=$(sed -n 's/_pb0$//p' <<<"$names" |
		sed 's/.*/ARRAY[&_pb0, &_pb1, &_pb2, &_pb3, &_pb4, &_pb5] AS &/' | paste -sd,)

	sql -c "CREATE TABLE published (${columns//,/ double precision, } double precision)"
	sql -c "\\copy published from program 'gzip -dc $published' with (format csv, header true)"
	sql -c "ALTER TABLE published ALTER object_id TYPE bigint, ALTER target TYPE integer, ALTER fold TYPE integer,
		ADD others double precision[]"
	sql -c "UPDATE published SET others = ARRAY[$other_columns]"
	"$here/../scripts/load.sh" -m "$data/training_set_metadata.csv.gz" -l "$data/training_set.csv.gz" >/dev/null
	sql -v published_bands="$band_columns" -f "$here/published/inputs.sql"
}

cross_validate()
{
	local preset=$1 seed=$2 fold start=$SECONDS

	for fold in 0 1 2 3 4; do
		sql <<-SQL
			SET client_min_messages = warning;
			CALL plasticc_train('$preset', 'SELECT features, target FROM inputs WHERE fold <> $fold ORDER BY object_id',
				'{"preset": "$preset", "seed": $seed}');
			INSERT INTO predictions
			SELECT '$preset', $seed, object_id, target, plasticc_classify(model, features), plasticc_classes(model)
			FROM inputs, (SELECT plasticc_model('$preset') AS model) AS m
			WHERE fold = $fold;
		SQL
	done
	sql -F ' ' -c "SELECT preset, 'seed', seed, 'log loss', round(plasticc_log_loss(target, probabilities, classes)::numeric, 4),
			'accuracy', round(avg((target = classes[(SELECT i FROM generate_subscripts(probabilities, 1) AS i
				ORDER BY probabilities[i] DESC LIMIT 1)])::integer), 4), '$((SECONDS - start)) s'
		FROM predictions WHERE preset = '$preset' AND seed = $seed GROUP BY preset, seed"
}

summarise()
{
	sql -F ' ' -c "WITH one AS (
			SELECT preset, seed, plasticc_log_loss(target, probabilities, classes) AS loss
			FROM predictions GROUP BY preset, seed)
		SELECT preset, 'preset:', count(*), 'seeds, log loss', round(avg(loss)::numeric, 4),
			'from', round(min(loss)::numeric, 4), 'to', round(max(loss)::numeric, 4)
		FROM one GROUP BY preset ORDER BY preset"
	sql -F ' ' -c "WITH mean AS (
			SELECT object_id, target, classes, class, avg(probability)::real AS probability
			FROM predictions, unnest(classes, probabilities) AS p (class, probability)
			WHERE preset = 'default' GROUP BY object_id, target, classes, class
		), averaged AS (
			SELECT target, classes, array_agg(probability ORDER BY class) AS probabilities
			FROM mean GROUP BY object_id, target, classes)
		SELECT 'default preset: average of the networks,', 'log loss', round(plasticc_log_loss(target, probabilities, classes)::numeric, 4)
		FROM averaged"
}

if [[ ! -r $published ]]; then
	echo "skipped: $published is not there"
	exit 77
fi
load
sql -F ' ' -c "SELECT count(*), 'objects,', max(cardinality(features)), 'inputs' FROM inputs"
for seed in $seeds; do
	cross_validate default "$seed"
done
cross_validate reference "${seeds%% *}"
summarise
