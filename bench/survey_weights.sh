#!/usr/bin/env bash
#
# Training sets unlike the objects to be classified: what weights by survey_query do without any copies.  Type Ia against the rest,
# simulated DES supernovae, all features with the host's, loss plain, three seeds; training objects are
#
#	spectroscopic  the 1,102 of the spectroscopic sample, which ends where half of the 4,000 others that are classified begin
#	bright         drawn from those 4,000 with a probability that falls from 1 to 0 about a peak of 22.8 magnitudes in i; the
#	               remaining ones are classified
#
# and the weights are none, those of redshift (the default of survey_features), and "auto".  Columns: accuracy, area under
# the ROC curve, log loss, effective number of training objects, and, of "auto", the area under the ROC curve of telling the samples
# apart.  Needs snpcc/ in $PLASTICC_DATA.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"

# $1: a condition on the training objects, which may use SEED, in the objects that satisfy $2; $3: what they are called.
measure()
{
	local seed weights training others

	for weights in none '[]' '"auto"'; do
		for seed in 1 2 3; do
			training="($2) AND (${1//SEED/$seed})"
			others="($2) AND NOT (${1//SEED/$seed})"
			sql <<-SQL
				SET client_min_messages = warning;
				CALL plasticc_train('snpcc', \$\$SELECT object_id, features, target FROM snpcc WHERE $training ORDER BY object_id\$\$,
					'{"loss": "plain", "seed": $seed}' || CASE '$weights' WHEN 'none' THEN '{}' ELSE
					jsonb_build_object('survey_features', '${weights/none/[]}'::jsonb, 'survey_query', \$\$SELECT object_id, features FROM snpcc WHERE $others ORDER BY object_id\$\$) END);
				SELECT '$3,', 'weights $weights,', 'seed $seed:', round(avg((ia = (score > 0.5))::integer), 4), round(auc(array_agg(score), array_agg(ia))::numeric, 4),
				       round(avg(- ln(greatest(CASE WHEN ia THEN score ELSE 1 - score END, 1e-15)))::numeric, 4),
				       (SELECT concat_ws(' ', round((metrics -> 'effective_objects')::numeric), round((metrics #> '{survey,auc}')::numeric, 3)) FROM plasticc_models ORDER BY version DESC LIMIT 1)
				FROM (SELECT target = 90 AS ia, (plasticc_classify(model, features))[array_position(plasticc_classes(model), 90)]::double precision AS score
				      FROM snpcc, (SELECT plasticc_model('snpcc') AS model) AS m WHERE $others) AS scored;
			SQL
		done
	done
}

require_data snpcc/lightcurves.csv.gz
create_auc
load_snpcc
make_features snpcc spectroscopic
measure 'sample = 1' true spectroscopic
peak="27.5 - 2.5 * log(greatest(features[array_position(plasticc_host_feature_names(), 'gp_flux_at_peak_i')], 1e-3))"
measure "1 / (1 + exp(($peak - 22.8) / 0.4)) > hashint8extended(object_id, SEED) / 18446744073709551616.0 + 0.5" 'sample = 0' bright
