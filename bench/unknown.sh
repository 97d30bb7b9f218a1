#!/usr/bin/env bash
#
# Which method of plasticc_add_unknown is best where class 99 occurs: the challenge's log loss with class 99 by
# each method, of networks that have not seen that class.
#
# test      of 300,000 objects of the synthetic survey's mix "test", at most 600 of each class, because the loss is
#           a mean over classes anyway, by the default preset trained on 4,000 objects of the mix "training"; there are
#           only a dozen kilonovae, but the differences between methods do not depend on how well a class is
#           separated from the others
# uniform   3,000 objects of the mix "uniform", as bright as the training set, likewise
# left out  real classes: of published_features.csv.gz each class in turn is left out of a training and is class 99; mean
#           over the 14 classes, by one network each, of one fold (FOLD) and all objects of the class left out
#
# Also printed are the accuracy, how many objects of class 42 are recognised, class 99's part of the loss, 2/18 of
# its own, and the mean probability of class 99 for objects inside and outside the class.  The benchmark
# for a method is "prior", which gives all objects the same probability.  At the end, how well plasticc_novelty tells
# class 99 from the others.
#
# SEEDS="1 2 3" sets the seeds of survey and network, SET="simple" or "all" the features.  The third sample needs
# the files of published_features in $PLASTICC_DATA/plasticc.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
seeds=${SEEDS:-1 2 3}
set=${SET:-simple}

# Appends to the table features, as sample $3, the objects of the query $4 (columns of plasticc_simulate_objects)
# in the survey with seed $1 and mix $2.
simulate()
{
	sql <<-SQL
		INSERT INTO features
		SELECT '$3', object_id, target,
		       plasticc_host_features(plasticc_features(lightcurve, '$set'), ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv)
		FROM ($4) AS o,
		     LATERAL (SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
		              FROM plasticc_simulate_observations(1, $1, '$2', o.object_id)) AS l;
	SQL
}

measure()
{
	local seed=$1

	sql -c "TRUNCATE features"
	simulate "$seed" training training "SELECT * FROM plasticc_simulate_objects(4000, $seed, 'training')"
	simulate "$seed" test test "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY target ORDER BY object_id) AS n
		FROM plasticc_simulate_objects(300000, $seed, 'test')) AS o WHERE n <= 600"
	simulate "$seed" uniform uniform "SELECT * FROM plasticc_simulate_objects(3000, $seed, 'uniform')"
	sql <<-SQL
		SET client_min_messages = warning;
		CALL plasticc_train('unknown', 'SELECT features, target FROM features WHERE sample = ''training'' ORDER BY object_id',
			'{"seed": $seed}');
		INSERT INTO classified
		SELECT $seed, sample, target, plasticc_classify(model, features), plasticc_classes(model), plasticc_novelty(model, features)
		FROM features, (SELECT plasticc_model('unknown') AS model) AS m WHERE sample <> 'training';
	SQL
}

# Leaves out each of the published classes in turn.
leave_out()
{
	local class seed=${seeds%% *} fold=${FOLD:-0}

	load_published
	for class in $(sql -c "SELECT DISTINCT target FROM inputs ORDER BY 1"); do
		sql <<-SQL
			SET client_min_messages = warning;
			CALL plasticc_train('left_out', 'SELECT features, target FROM inputs WHERE fold <> $fold AND target <> $class ORDER BY object_id',
				'{"seed": $seed, "members": 1}');
			INSERT INTO classified
			SELECT $class, 'left out', CASE target WHEN $class THEN 99 ELSE target END, plasticc_classify(model, features), plasticc_classes(model), plasticc_novelty(model, features)
			FROM inputs, (SELECT plasticc_model('left_out') AS model) AS m WHERE fold = $fold OR target = $class;
		SQL
	done
}

sql -c "CREATE TABLE features (sample text, object_id bigint, target integer, features real[])" \
	-c "CREATE TABLE classified (part integer, sample text, target integer, p real[], classes integer[], novelty double precision)"
for seed in $seeds; do
	measure "$seed"
done
if [[ -r $data/plasticc/published_features.csv.gz ]]; then
	leave_out
fi
psql -X -q -P pager=off -P footer=off -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE losses AS
SELECT part, sample, method, max(e.weighted_log_loss) AS loss, max(e.accuracy) AS accuracy, max(e.recall) FILTER (WHERE class = 42) AS recall_42,
       2.0 / 18 * max(e.log_loss) FILTER (WHERE class = 99) AS of_99, max(p_99) AS p_99, max(p_other) AS p_other
FROM (SELECT part, sample, method::text, plasticc_scores(target, p, classes) AS scores,
             avg(p[cardinality(p)]) FILTER (WHERE target = 99) AS p_99, avg(p[cardinality(p)]) FILTER (WHERE target <> 99) AS p_other
      FROM (SELECT part, sample, target, method, plasticc_add_unknown(p, method, classes) AS p, classes || 99 AS classes
            FROM classified, unnest(enum_range(NULL::plasticc_unknown_method)) AS method) AS with_99
      GROUP BY 1, 2, 3) AS scored, plasticc_evaluate(scores) AS e
GROUP BY 1, 2, 3;

SELECT sample, count(*) / count(DISTINCT part) AS objects, count(*) FILTER (WHERE target = 99) / count(DISTINCT part) AS "of class 99",
       count(*) FILTER (WHERE target = 64) / count(DISTINCT part) AS "of class 64", count(DISTINCT part) AS trainings
FROM classified GROUP BY 1 ORDER BY 1;
SELECT sample, method, round(avg(loss)::numeric, 4) AS "log loss", round(min(loss)::numeric, 4) AS "from", round(max(loss)::numeric, 4) AS "to",
       round(avg(accuracy)::numeric, 3) AS "accuracy", round(avg(recall_42)::numeric, 3) AS "42 recognised",
       round(avg(of_99)::numeric, 4) AS "due to 99", round(avg(p_99)::numeric, 3) AS "p99 of 99", round(avg(p_other)::numeric, 3) AS "p99 of others"
FROM losses GROUP BY 1, 2 ORDER BY 1, 3;
-- how well objects of class 99 are told from the others: by plasticc_novelty, and by how small the largest probability is
SELECT sample, measure, round(avg(auc)::numeric, 3) AS "AUC of class 99", round(min(auc)::numeric, 3) AS "from", round(max(auc)::numeric, 3) AS "to"
FROM (SELECT sample, part, measure, (SELECT roc_auc FROM plasticc_evaluate(scores) WHERE class = 99) AS auc
      FROM (SELECT sample, part, measure, plasticc_scores(CASE target WHEN 99 THEN 99 ELSE 0 END, ARRAY[1 - value, value]::real[], '{0,99}') AS scores
            FROM classified, LATERAL (VALUES ('novelty', novelty), ('1 - largest probability', 1 - (SELECT max(x) FROM unnest(p) AS x))) AS v (measure, value)
            GROUP BY 1, 2, 3) AS s) AS a
GROUP BY 1, 2 ORDER BY 1, 2;
SQL
