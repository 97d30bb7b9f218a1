#!/usr/bin/env bash
#
# What the features are worth on real and on others' light curves, for the sets "simple" and "all":
#
#	snpcc   type Ia against the rest, area under the ROC curve: one network a draw, trained on 1,100 of the
#	        4,000 objects outside the spectroscopic sample, tested on the others; five draws.  Published: 0.98 (Lochner
#	        et al. 2016, 1,103 representative objects).
#	real    the challenge's weighted log loss of 356 real light curves, five folds, three seeds.
#
# Needs snpcc/ and plasticc/ in $PLASTICC_DATA.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${PLASTICC_DATA:-$here/../../shared/data}

sql()
{
	psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 "$@"
}

# Tables objects and observations become features, $1: object_id, target, features, sample (the expression $2).
make_features()
{
	sql -c "CREATE TABLE $1 AS
		SELECT object_id, target, plasticc_host_features(features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features,
		       $2 AS sample
		FROM objects
		JOIN (SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), '$set') AS features
		      FROM observations GROUP BY object_id) AS curves USING (object_id)" \
		-c "DROP TABLE objects, observations"
}

snpcc()
{
	local draw

	sql <<-SQL
		CREATE TABLE observations (object_id bigint, mjd double precision, passband smallint, flux real, flux_err real, detected smallint);
		CREATE TABLE objects (object_id bigint, ra real, decl real, hostgal_photoz real, hostgal_photoz_err real, hostgal_specz real,
			mwebv real, target integer, subtype text, spectroscopic integer);
		\\copy observations from program 'gzip -dc $data/snpcc/lightcurves.csv.gz' with (format csv, header true)
		\\copy objects from program 'gzip -dc $data/snpcc/metadata.csv.gz' with (format csv, header true)
		ALTER TABLE objects ADD ddf boolean, ADD distmod real;
		-- an error of -9 marks what was not measured
		DELETE FROM observations WHERE flux_err <= 0;
		ALTER TABLE observations ALTER detected TYPE boolean USING detected = 1;
		CREATE TABLE auc (draw integer, auc double precision, accuracy double precision);
	SQL
	make_features snpcc spectroscopic
	for draw in 1 2 3 4 5; do
		sql <<-SQL
			SET client_min_messages = warning;
			CREATE TABLE drawn AS
			SELECT *, row_number() OVER (ORDER BY hashint8extended(object_id, $draw)) <= 1100 AS training FROM snpcc WHERE sample = 0;
			CALL plasticc_train('snpcc', 'SELECT features, target FROM drawn WHERE training ORDER BY object_id',
				'{"loss": "plain", "seed": $draw}');
			INSERT INTO auc
			WITH scored AS (
				SELECT target = 90 AS ia, p[array_position(classes, 90)] AS score
				FROM (SELECT target, plasticc_classify(model, features) AS p, plasticc_classes(model) AS classes
				      FROM drawn, (SELECT plasticc_model('snpcc') AS model) AS m WHERE NOT training) AS c
			), ranked AS (
				-- the mean rank of ties: the area is that of the Mann-Whitney statistic
				SELECT ia, score, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS rank FROM scored)
			SELECT $draw, (sum(rank) FILTER (WHERE ia) - n_ia * (n_ia + 1) / 2.0) / (n_ia * (count(*) - n_ia)), avg((ia = (score > 0.5))::integer)
			FROM ranked, (SELECT count(*) FILTER (WHERE ia) AS n_ia FROM scored) AS n GROUP BY n_ia;
			DROP TABLE drawn;
		SQL
	done
	sql -c "SELECT '$set', 'snpcc: type Ia AUC', round(avg(auc)::numeric, 4), 'from', round(min(auc)::numeric, 4), 'to', round(max(auc)::numeric, 4),
		'accuracy', round(avg(accuracy)::numeric, 4) FROM auc"
}

real()
{
	local seed fold

	"$here/../scripts/load.sh" "$data/plasticc" >/dev/null
	make_features curves "(row_number() OVER (PARTITION BY target ORDER BY object_id) % 5)"
	sql -c "CREATE TABLE predictions (seed integer, target integer, classes integer[], probabilities real[])"
	for seed in 1 2 3; do
		for fold in 0 1 2 3 4; do
			sql <<-SQL
				SET client_min_messages = warning;
				CALL plasticc_train('real', 'SELECT features, target FROM curves WHERE sample <> $fold ORDER BY object_id',
					'{"seed": $seed}');
				INSERT INTO predictions SELECT $seed, target, plasticc_classes(model), plasticc_classify(model, features)
				FROM curves, (SELECT plasticc_model('real') AS model) AS m WHERE sample = $fold;
			SQL
		done
	done
	sql -c "SELECT '$set', 'real: weighted log loss', round(avg(loss)::numeric, 4), 'from', round(min(loss)::numeric, 4), 'to', round(max(loss)::numeric, 4)
		FROM (SELECT plasticc_log_loss(target, probabilities, classes) AS loss FROM predictions GROUP BY seed) AS s"
}

if [[ ! -r $data/snpcc/lightcurves.csv.gz || ! -r $data/plasticc/training_set.csv.gz ]]; then
	echo "skipped: $data has no snpcc/lightcurves.csv.gz or no plasticc/training_set.csv.gz"
	exit 77
fi
for set in simple all; do
	snpcc
	real
	sql -c "DROP TABLE snpcc, auc, curves, predictions"
done
