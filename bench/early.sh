#!/usr/bin/env bash
#
# Light curves that have just begun: supernovae as they were known at 2, 8, 16, 32 and 64 days after their first detection, and
# whole, classified (type Ia against the rest, plain loss) by a model of whole light curves and by one that has seen truncated
# copies, which are noisier, as well.  Five folds of the 4,000 objects of snpcc outside the spectroscopic sample and of the alert histories of
# elasticc, all features with the host's.  For each day the number of objects, area under the ROC curve, log loss and accuracy,
# medians over the seeds; "prior" is the log loss of the share of the class.
#
# Needs snpcc/ and elasticc/ in $PLASTICC_DATA.  SURVEYS="snpcc elasticc" names them, SEEDS="1 2 3" sets the seeds,
# FOLDS="0 1 2 3 4" the folds that are classified (one is the quick form), DAYS the days, COPIES=8 the truncated copies of each
# object, WEIGHTS="0.5" their weights, of which each is measured, and OPTIONS='{"networks": 1}' additional training options.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
surveys=${SURVEYS:-snpcc elasticc}
seeds=${SEEDS:-1 2 3}
folds=${FOLDS:-0 1 2 3 4}
days=${DAYS:-2 8 16 32 64}
copies=${COPIES:-8}
weights=${WEIGHTS:-0.5}
options=${OPTIONS:-'{}'}

# The features of a light curve $1 and its host.
features()
{
	echo "plasticc_host_features(plasticc_features($1), ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv)"
}

# Of the tables objects and observations, for the objects that satisfy the condition $1; $2: further arguments of plasticc_augment.
make_early_features()
{
	sql <<-SQL
		CREATE TABLE sources AS
		SELECT o.*, CASE WHEN target IN (90, 111) THEN 90 ELSE 99 END AS class, lightcurve
		FROM objects AS o
		JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
		      FROM observations GROUP BY object_id) AS curves USING (object_id)
		WHERE $1;
		-- days is infinite for the whole light curve
		CREATE TABLE known AS
		SELECT object_id, class AS target, days, $(features early) AS features
		FROM sources, unnest('{${days// /,},Infinity}'::float8[]) AS days,
		     LATERAL (SELECT CASE WHEN days = 'Infinity' THEN lightcurve ELSE plasticc_truncate(lightcurve, days) END) AS e (early)
		WHERE early IS NOT NULL;
		CREATE TABLE copies AS
		SELECT object_id, class AS target, copy, $(features early) AS features
		FROM sources, generate_series(1, $copies) AS copy,
		     plasticc_augment(lightcurve, copy, min_detections => 1, truncate => true $2) AS early
		WHERE early IS NOT NULL;
		DROP TABLE objects, observations;
	SQL
}

# Classifies a fold $3 of survey $1 by a model $5 trained on the query $4 of rows outside it.
measure()
{
	local survey=$1 seed=$2 fold=$3 rows=$4 kind=$5

	sql <<-SQL
		SET client_min_messages = error;
		CALL plasticc_train('m', 'SELECT object_id, features, target, weight FROM ($rows) AS r JOIN folds USING (object_id)
			WHERE fold <> $fold ORDER BY object_id, copy', '{"loss": "plain", "seed": $seed}'::jsonb || '$options');
		INSERT INTO predictions
		SELECT '$survey', '$kind', $seed, days, target, plasticc_classes(m), plasticc_classify(m, features)
		FROM known JOIN folds USING (object_id), plasticc_model('m') AS m WHERE fold = $fold;
	SQL
}

median()
{
	echo "round(percentile_cont(0.5) WITHIN GROUP (ORDER BY $1)::numeric, 4)"
}

report()
{
	printf '\n| survey | trained on | days | objects | AUC | log loss | prior | accuracy |\n|---|---|---|---|---|---|---|---|\n'
	sql -F ' | ' <<-SQL
		WITH scored AS (
			SELECT survey, kind, seed, days, target = 90 AS ia, probabilities[array_position(classes, 90)]::float8 AS p FROM predictions
		), one AS (
			SELECT survey, kind, seed, days, count(*) AS n, auc(array_agg(p), array_agg(ia)) AS auc, avg(((p > 0.5) = ia)::integer)::float8 AS accuracy,
			       - avg(ln(greatest(CASE WHEN ia THEN p ELSE 1 - p END, 1e-15))) AS log_loss, entropy(avg(ia::integer)) AS prior
			FROM scored GROUP BY 1, 2, 3, 4)
		SELECT '', survey, kind, CASE WHEN days = 'Infinity' THEN 'whole' ELSE days::text END, min(n), $(median auc), $(median log_loss), $(median prior),
		       $(median accuracy), ''
		FROM one GROUP BY survey, kind, days ORDER BY survey DESC, kind DESC, one.days;
	SQL
}

# Survey $1, whose features are made, by all seeds, folds and weights.
measure_seeds()
{
	local survey=$1 seed fold weight whole

	for seed in $seeds; do
		sql -c "DROP TABLE IF EXISTS folds" -c "CREATE TABLE folds AS SELECT object_id, row_number() OVER (ORDER BY hashint8extended(object_id, $seed)) % 5 AS fold FROM sources"
		for fold in $folds; do
			whole="SELECT object_id, 0 AS copy, features, target, 1 AS weight FROM known WHERE days = ''Infinity''"
			measure "$survey" "$seed" "$fold" "$whole" "whole light curves"
			for weight in $weights; do
				measure "$survey" "$seed" "$fold" "$whole UNION ALL SELECT object_id, copy, features, target, $weight FROM copies" "and $copies copies of weight $weight"
			done
		done
	done
}

for survey in $surveys; do
	require_data "$survey/lightcurves.csv.gz"
done
create_auc
sql -c "CREATE TABLE predictions (survey text, kind text, seed integer, days float8, target integer, classes integer[], probabilities real[])" \
	-c "CREATE FUNCTION entropy(p numeric) RETURNS double precision LANGUAGE sql AS 'SELECT (- p * ln(p) - (1 - p) * ln(1 - p))::float8'"
for survey in $surveys; do
	"load_$survey"
	case $survey in
		snpcc) make_early_features 'spectroscopic = 0' ', detection_threshold => 5, detection_width => 0' ;;
		*) make_early_features true '' ;;
	esac
	measure_seeds "$survey"
	sql -c "DROP TABLE sources, known, copies"
done
report
