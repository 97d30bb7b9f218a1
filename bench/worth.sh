#!/usr/bin/env bash
#
# The contribution of feature groups on real and on independently simulated light curves: one network of the
# default preset, first with the simplest groups of features, then with more groups added step by step.
#
#	snpcc   type Ia against the rest: area under the ROC curve and accuracy, trained on 1,100 of the 4,000 objects
#	        outside the spectroscopic sample, tested on the remaining ones; mean of five draws.  Published: area 0.98 (Lochner
#	        et al. 2016, 1,103 representative objects).
#	real    the challenge's weighted log loss of 356 real light curves, five folds, mean of three seeds.
#
# Needs snpcc/ and plasticc/ in $PLASTICC_DATA.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
steps=(
	'statistics, and the host:sampling rejection flux rolling_flux flux_err signal_to_noise passband time pair host luminosity rest_frame'
	'timing, shape, shrunken flux:shrunken_flux shape passband_share detection timing peak_delay peak_window'
	'Gaussian process:gp gp_curve gp_flux gp_color'
	'fits:fit fit_amplitude'
	'periods:period period_band'
	'rest frame:distance peak_luminosity dereddened_color rest_curve rest_fit rest_spectrum'
)

# Creates the tables snpcc and real with the features of the groups $1 from all_snpcc and all_real.
choose_features()
{
	local name

	for name in snpcc real; do
		sql <<-SQL
			DROP TABLE IF EXISTS $name;
			CREATE TABLE $name AS
			SELECT object_id, target, sample, ARRAY(SELECT features[i] FROM unnest(positions) WITH ORDINALITY AS p (i, n) ORDER BY n) AS features
			FROM all_$name, (SELECT array_agg(ordinal ORDER BY ordinal) AS positions
				FROM (TABLE plasticc_catalog) AS c WHERE feature_group = ANY (string_to_array('$1', ' '))) AS chosen;
		SQL
	done
}

measure_snpcc()
{
	local draw

	sql -c "CREATE TABLE auc (auc double precision, accuracy double precision)"
	for draw in 1 2 3 4 5; do
		sql <<-SQL
			SET client_min_messages = warning;
			CREATE TABLE drawn AS
			SELECT *, row_number() OVER (ORDER BY hashint8extended(object_id, $draw)) <= 1100 AS training FROM snpcc WHERE sample = 0;
			CALL plasticc_train('snpcc', 'SELECT features, target FROM drawn WHERE training ORDER BY object_id',
				'{"loss": "plain", "seed": $draw}'::jsonb || '$options');
			INSERT INTO auc
			SELECT auc(array_agg(score), array_agg(ia)), avg((ia = (score > 0.5))::integer)
			FROM (SELECT target = 90 AS ia, (plasticc_classify(model, features))[array_position(plasticc_classes(model), 90)] AS score
			      FROM drawn, (SELECT plasticc_model('snpcc') AS model) AS m WHERE NOT training) AS scored;
			DROP TABLE drawn;
		SQL
	done
	sql -c "SELECT 'snpcc: AUC', round(avg(auc)::numeric, 4), 'from', round(min(auc)::numeric, 4), 'to', round(max(auc)::numeric, 4),
		'accuracy', round(avg(accuracy)::numeric, 4) FROM auc" -c "DROP TABLE auc"
}

measure_real()
{
	local seed fold

	sql -c "CREATE TABLE predictions (seed integer, target integer, classes integer[], probabilities real[])"
	for seed in 1 2 3; do
		for fold in 0 1 2 3 4; do
			sql <<-SQL
				SET client_min_messages = warning;
				CALL plasticc_train('real', 'SELECT features, target FROM real WHERE sample <> $fold ORDER BY object_id',
					'{"seed": $seed}'::jsonb || '$options');
				INSERT INTO predictions SELECT $seed, target, plasticc_classes(model), plasticc_classify(model, features)
				FROM real, (SELECT plasticc_model('real') AS model) AS m WHERE sample = $fold;
			SQL
		done
	done
	sql -c "SELECT 'real: log loss', round(avg(loss)::numeric, 4), 'from', round(min(loss)::numeric, 4), 'to', round(max(loss)::numeric, 4)
		FROM (SELECT plasticc_log_loss(target, probabilities, classes) AS loss FROM predictions GROUP BY seed) AS s" \
		-c "DROP TABLE predictions"
}

require_data snpcc/lightcurves.csv.gz plasticc/training_set.csv.gz
create_auc
sql -c "CREATE VIEW plasticc_catalog AS
	SELECT ordinal, name, feature_group FROM plasticc_feature_catalog() UNION ALL SELECT ordinal, name, feature_group FROM plasticc_host_feature_catalog()"
load_snpcc
make_features all_snpcc spectroscopic
load_real
make_features all_real "(row_number() OVER (PARTITION BY target ORDER BY object_id) % 5)"
groups=
for step in "${steps[@]}"; do
	groups="$groups ${step#*:}"
	choose_features "$groups"
	# the gate finds hostgal_photoz by its name
	options=$(sql -c "SELECT jsonb_build_object('members', 1, 'feature_names', array_agg(name ORDER BY ordinal))
		FROM plasticc_catalog WHERE feature_group = ANY (string_to_array('$groups', ' '))")
	printf '%s (%s features)\n' "${step%%:*}" "$(sql -c "SELECT cardinality(features) FROM real LIMIT 1")"
	measure_snpcc
	measure_real
done
