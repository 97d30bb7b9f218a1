#!/usr/bin/env bash
#
# Weighted log loss of a five-fold cross-validation on published feature tables, and its spread over seeds:
# the default preset, its networks, its boosted trees, one network of it, and the preset "reference".  Every object is scored by networks that
# were trained on the other four folds, with the same options for all folds.
#
# For comparison, on these folds: XGBoost 0.779; a PyTorch network of four layers 0.82, five of them
# averaged 0.782.
#
# Needs published_features.csv.gz, training_set_metadata.csv.gz and training_set.csv.gz in $PLASTICC_DATA/plasticc.
# SEEDS="1 2 3" sets the seeds; the reference preset uses the first.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
seeds=${SEEDS:-1 2 3}
# Cross-validates the options $1 with each of the seeds $2.
cross_validate()
{
	local seed

	for seed in $2; do
		sql <<-SQL
			SET client_min_messages = warning;
			CALL plasticc_cross_validate('published', 'SELECT object_id, features, target, fold FROM inputs ORDER BY object_id',
				'{"seed": $seed}'::jsonb || '$1');
			INSERT INTO results
			SELECT '$1', $seed, plasticc_log_loss(target, probabilities, classes), plasticc_calibration_error(target, probabilities, classes),
			       (c.metrics ->> 'accuracy')::float8, (c.metrics ->> 'elapsed_seconds')::float8
			FROM plasticc_cross_validations c JOIN plasticc_out_of_fold USING (name, version)
			WHERE version = (SELECT max(version) FROM plasticc_cross_validations) GROUP BY c.metrics;
			SELECT options, 'seed', seed, 'log loss', round(log_loss::numeric, 4), 'calibration error', round(error::numeric, 4),
			       'accuracy', round(accuracy::numeric, 4), round(seconds::numeric), 's'
			FROM results WHERE options = '$1' AND seed = $seed;
		SQL
	done
}

require_data plasticc/published_features.csv.gz plasticc/training_set.csv.gz
load_published
sql -c "SELECT count(*), 'objects,', max(cardinality(features)), 'inputs' FROM inputs" \
	-c "CREATE TABLE results (options text, seed integer, log_loss float8, error float8, accuracy float8, seconds float8)"
cross_validate '{}' "$seeds"
cross_validate '{"trees": 0}' "$seeds"
cross_validate '{"networks": 0}' "$seeds"
cross_validate '{"networks": 1, "trees": 0}' "$seeds"
cross_validate '{"preset": "reference"}' "${seeds%% *}"
sql -c "SELECT 'median of', count(*), 'seeds,', options, 'log loss', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY log_loss)::numeric, 4),
		'from', round(min(log_loss)::numeric, 4), 'to', round(max(log_loss)::numeric, 4),
		'calibration error', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY error)::numeric, 4)
	FROM results GROUP BY options ORDER BY min(log_loss)"
