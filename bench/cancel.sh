#!/usr/bin/env bash
#
# How long a cancel takes at most: statements that run for long are cancelled at random moments, each several
# times, and the longest time from pg_cancel_backend() to the end of the statement is printed; and, where the machine
# has other work, the most processor time that one of the statement's processes used meanwhile.  The four
# procedures with two workers, on networks about as large as a model can hold and on small ones; functions on the
# largest light curves.  The target is 1 s.
#
# environment: ROUNDS, cancels of each statement (default 5)
#              STATEMENTS='*train*', only those whose names match

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

sql()
{
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

now_ms()
{
	date +%s%3N
}

# Sets used to the processor time of a process in ms, to a hundredth of a second; leaves it where there is none.
read_used()
{
	local fields

	{ read -r -a fields <"/proc/$1/stat"; } 2>/dev/null || return 0
	used=$((10 * (fields[13] + fields[14])))
}

# Cancels a statement after so many ms; sets took to the ms that it then went on, -1 where it had ended before, and
# worked to the processor time of its processes in that time, the most of one.
cancel_after()
{
	local delay=$1 statement=$2 client start pid used
	declare -A before

	PGAPPNAME=cancelled psql -X -q -A -t -c "$statement" >"$work/out" 2>"$work/err" &
	client=$!
	sleep "$((delay / 1000)).$(printf '%03d' $((delay % 1000)))"
	for pid in $(sql -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'cancelled' OR backend_type LIKE 'plasticc%'"); do
		used=0
		read_used "$pid"
		before[$pid]=$used
	done
	worked=0
	start=$(now_ms)
	sql -c "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'cancelled' AND state = 'active'" >/dev/null
	while kill -0 "$client" 2>/dev/null; do
		for pid in "${!before[@]}"; do
			used=0
			read_used "$pid"
			worked=$((used - before[$pid] > worked ? used - before[$pid] : worked))
		done
		sleep 0.01
	done
	wait "$client" || true
	took=$(($(now_ms) - start))
	grep -q 'canceling statement' "$work/err" || took=-1
}

# usage: measure NAME LATEST_MOMENT_MS STATEMENT
measure()
{
	local name=$1 latest=$2 statement=$3 longest=0 most=0 cancelled=0 round

	# shellcheck disable=SC2053		# a pattern
	[[ $name == ${STATEMENTS:-*} ]] || return 0
	for ((round = 0; round < ${ROUNDS:-5}; round++)); do
		cancel_after $((50 + (RANDOM * 32768 + RANDOM) % latest)) "$statement"
		if ((took >= 0)); then
			cancelled=$((cancelled + 1))
			longest=$((took > longest ? took : longest))
			most=$((worked > most ? worked : most))
		fi
	done
	printf '%-52s %5d ms longest of %d cancels, %5d ms of a processor\n' "$name" "$longest" "$cancelled" "$most"
}

main()
{
	local rows="SELECT object_id, features, target FROM rows ORDER BY object_id"
	local big='"layers": [4096, 4096, 4096, 4096], "batch_size": 8192, "epochs": 1000, "networks": 3, "trees": 0'
	local survey="(SELECT plasticc_lightcurve(i / 900.0::float8, i % 6, (1000 * random())::float8, 1, true) FROM generate_series(1, 1000000) AS i)"

	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	export PGOPTIONS='-c max_parallel_maintenance_workers=2 -c client_min_messages=error'
	sql <<-END
		CREATE TABLE rows AS
		SELECT i AS object_id, i % 14 AS target, (SELECT array_agg(random()::real) FROM generate_series(1, 500) WHERE i > 0) AS features
		FROM generate_series(1, 10000) AS i;
		CREATE TABLE curves AS SELECT 1 AS object_id, lightcurve FROM $survey AS s (lightcurve);
		CREATE TABLE observations AS SELECT * FROM plasticc_simulate_observations(5000, 1, 'test');
		CREATE INDEX ON observations (object_id);
		SELECT plasticc_create_feature_table('extracted'), plasticc_create_feature_table('extracted_curves'), plasticc_create_prediction_table('predicted');
		CALL plasticc_train('m', '$rows', '{"layers": [2048, 2048, 2048], "epochs": 1, "networks": 1, "trees": 0, "selected_inputs": 0}');
		ANALYZE;
	END
	measure 'plasticc_train, large network' 20000 "CALL plasticc_train('c', '$rows', '{$big}')"
	measure 'plasticc_train, small network' 5000 "CALL plasticc_train('c', '$rows', '{\"layers\": [64], \"epochs\": 10000, \"networks\": 3, \"trees\": 0}')"
	measure 'plasticc_train, boosted trees' 20000 "CALL plasticc_train('c', '$rows', '{\"networks\": 0, \"trees\": 3, \"rounds\": 10000}')"
	measure 'plasticc_cross_validate, large network' 20000 "CALL plasticc_cross_validate('c', '$rows', '{$big}')"
	measure 'plasticc_extract' 3000 "CALL plasticc_extract('observations', 'extracted', '{\"workers\": 2}')"
	measure 'plasticc_extract, a curve of a million points' 3000 "CALL plasticc_extract('curves', 'extracted_curves', '{\"workers\": 2}')"
	measure 'plasticc_predict, large network' 2000 "CALL plasticc_predict('m', 'rows', 'predicted', '{\"workers\": 2}')"
	measure 'plasticc_features, a million points' 1500 "SELECT plasticc_features(lightcurve) FROM curves"
	measure 'plasticc_period, a million points' 1000 "SELECT plasticc_period(lightcurve) FROM curves"
	measure 'plasticc_periodogram, a million rows' 2000 "SELECT count(*) FROM plasticc_periodogram((SELECT plasticc_slice(lightcurve, 0, 22) FROM curves), max_frequency => 9000)"
	measure 'plasticc_gp_fit, a million points' 500 "SELECT plasticc_gp_fit(lightcurve) FROM curves"
	measure 'plasticc_gp_predict, a million points and times' 5000 "SELECT count(*) FROM curves, plasticc_gp_predict(lightcurve, ARRAY(SELECT 0.001 * i FROM generate_series(1, 1000000) AS i))"
	measure 'plasticc_supernova_fit, a million points' 500 "SELECT plasticc_supernova_fit(lightcurve) FROM curves"
	measure 'plasticc_clip, a million points' 1000 "SELECT plasticc_clip(lightcurve) FROM curves"
	measure 'plasticc_augment, a million points' 5000 "SELECT plasticc_augment(lightcurve, 1, 0.5, 0.7) FROM curves"
	measure 'plasticc_lightcurve of a million points' 1000 "SELECT plasticc_n_observations($survey)"
	measure 'light curve of a million points as text and back' 1000 "SELECT lightcurve::text::lightcurve FROM curves"
	measure 'plasticc_simulate_observations' 3000 "SELECT count(*) FROM plasticc_simulate_observations(1000000)"
	measure 'plasticc_classify, large network' 2000 "SELECT count(plasticc_classify('m', features)) FROM rows"
	measure 'plasticc_classify_query, large network' 2000 "SELECT count(*) FROM plasticc_classify_query(plasticc_model('m'), 'SELECT object_id, features FROM rows')"
	measure 'plasticc_importance, large network' 5000 "SELECT count(*) FROM plasticc_importance(plasticc_model('m'), '$rows')"
	measure 'plasticc_evaluate, large network' 2000 "SELECT count(*) FROM plasticc_evaluate('m', 'SELECT features, target FROM rows')"
	measure 'plasticc_drift' 1000 "SELECT count(*) FROM generate_series(1, 100), plasticc_drift(plasticc_model('m'), 'SELECT features FROM rows')"
	measure 'plasticc_explain, large network' 2000 "SELECT count(*) FROM rows, plasticc_explain(plasticc_model('m'), features)"
}

main "$@"
