#!/usr/bin/env bash
#
# Which method of plasticc_add_unknown is best where class 99 occurs: the challenge's log loss of 15 classes
# with each method, for the default preset trained on 4,000 objects of the synthetic survey's mix "training",
# which has no class 99.
#
# test      of 300,000 objects of the mix "test", at most 600 of each class, because the loss is a mean over
#           classes anyway; there are only a dozen kilonovae, but the differences between methods do not
#           depend on how well a class is separated from the others
# uniform   3,000 objects of the mix "uniform", as bright as the training set
#
# Also printed are class 99's part of the loss, 2/18 of its own, and the mean probability of class 99 for
# objects inside and outside the class.  The benchmark for a method is "prior", which gives all objects the
# same probability.
#
# SEEDS="1 2 3" sets the seeds of survey and network, SET="simple" or "all" the features.

set -euo pipefail
seeds=${SEEDS:-1 2 3}
set=${SET:-simple}

sql()
{
	psql -X -q -A -t -P pager=off -v ON_ERROR_STOP=1 "$@"
}

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
		INSERT INTO predictions
		SELECT $seed, sample, target, plasticc_classify(model, features), plasticc_classes(model)
		FROM features, (SELECT plasticc_model('unknown') AS model) AS m WHERE sample <> 'training';
	SQL
}

sql -c "CREATE TABLE features (sample text, object_id bigint, target integer, features real[])" \
	-c "CREATE TABLE predictions (seed integer, sample text, target integer, p real[], classes integer[])"
for seed in $seeds; do
	measure "$seed"
done
psql -X -q -P pager=off -P footer=off -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE with_99 AS
SELECT seed, sample, target, method::text, plasticc_add_unknown(p, method, classes) AS p, classes || 99 AS classes
FROM predictions, unnest(enum_range(NULL::plasticc_unknown_method)) AS method;
CREATE TABLE losses AS
SELECT seed, sample, method, plasticc_log_loss(target, p, classes) AS loss,
       2.0 / 18 * plasticc_log_loss(target, p, classes) FILTER (WHERE target = 99) AS of_99,
       avg(p[cardinality(p)]) FILTER (WHERE target = 99) AS p_99, avg(p[cardinality(p)]) FILTER (WHERE target <> 99) AS p_other
FROM with_99 GROUP BY 1, 2, 3;

SELECT sample, count(*) / count(DISTINCT seed) AS objects, count(*) FILTER (WHERE target = 99) / count(DISTINCT seed) AS "of class 99",
       count(*) FILTER (WHERE target = 64) / count(DISTINCT seed) AS "of class 64", count(DISTINCT seed) AS seeds
FROM predictions GROUP BY 1 ORDER BY 1;
SELECT sample, method, round(avg(loss)::numeric, 4) AS "log loss", round(min(loss)::numeric, 4) AS "from", round(max(loss)::numeric, 4) AS "to",
       round(avg(of_99)::numeric, 4) AS "due to 99", round(avg(p_99)::numeric, 3) AS "p99 of 99", round(avg(p_other)::numeric, 3) AS "p99 of others"
FROM losses GROUP BY 1, 2 ORDER BY 1, 3;
SQL
