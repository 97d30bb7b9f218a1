#!/usr/bin/env bash
#
# How a survey's time and size grow: simulated objects in the test set's mix, all features, a default model.  For each number
# of objects the observations are loaded and indexed; plasticc_extract and plasticc_predict are cancelled when half of the objects
# are done, and called again.  Then NIGHTS nights follow, of which each brings one observation of every hundredth object, with
# extraction, prediction and VACUUM.  Prints seconds and bytes an object, and from a straight line through the sizes, with its
# residuals, what the challenge's 3,492,890 objects would take.
#
# SCALE_OBJECTS="10000 20000 40000" sets the numbers of objects, NIGHTS=30 the nights (of the largest), WORKERS=1 the workers
# beside the session.
#
# usage: bench/run.sh scale

set -euo pipefail
# shellcheck source=bench/common/median.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/median.sh"
sizes=${SCALE_OBJECTS:-10000 20000 40000}
nights=${NIGHTS:-30}
workers=${WORKERS:-1}
all=3492890
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sql()
{
	PGOPTIONS='-c client_min_messages=warning' psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 "$@"
}

# Runs the statement; sets seconds.
timed()
{
	local start

	start=$(date +%s.%N)
	sql -c "$1"
	seconds=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')
}

extract()
{
	echo "CALL plasticc_extract('observations', 'features', '{\"metadata\": \"objects\", \"workers\": $workers}')"
}

predict()
{
	echo "CALL plasticc_predict('m', 'features', 'predictions', '{\"workers\": $workers}')"
}

# Runs the call, cancels it when table $2 has half of $3 rows, and runs it again; sets seconds, of both, and done, the rows at
# the cancel.
cancelled_and_continued()
{
	local call=$1 table=$2 n=$3 start first

	start=$(date +%s.%N)
	sql -c "$call" 2>"$work/cancelled" &
	while [[ $(sql -c "SELECT count(*) FROM $table") -lt $((n / 2)) ]]; do
		sleep 0.1
	done
	sql -c "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL plasticc%' AND backend_type = 'client backend'" >"$work/pids"
	wait $! || grep -q 'canceling statement' "$work/cancelled"
	first=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
	done=$(sql -c "SELECT count(*) FROM $table")
	timed "$call"
	seconds=$(awk -v a="$first" -v b="$seconds" 'BEGIN { printf "%.2f", a + b }')
	[[ $(sql -c "SELECT count(*) FROM $table") == "$n" ]]
}

# Bytes of a table, with its indexes and what is stored out of line.
bytes()
{
	sql -c "SELECT pg_total_relation_size('$1')"
}

# Adds "NAME size value" to the measured values.
note()
{
	echo "$1 $2 $3" >>"$work/values"
}

run_size()
{
	local n=$1 table

	sql -c "DROP TABLE IF EXISTS observations, objects, features, predictions" \
		-c "CREATE TABLE objects AS SELECT * FROM plasticc_simulate_objects($n, 1, 'test')" -c "ANALYZE objects"
	timed "CREATE TABLE observations AS SELECT (row).* FROM (SELECT plasticc_simulate_observations($n, 1, 'test') AS row OFFSET 0) AS survey"
	note 'simulation, s' "$n" "$seconds"
	timed "CREATE INDEX ON observations (object_id)"
	note 'index, s' "$n" "$seconds"
	sql -c "VACUUM ANALYZE observations" -c "SELECT plasticc_create_feature_table('features'), plasticc_create_prediction_table('predictions')" >/dev/null
	cancelled_and_continued "$(extract)" features "$n"
	note 'extract, s' "$n" "$seconds"
	note 'objects done when extract was cancelled' "$n" "$done"
	cancelled_and_continued "$(predict)" predictions "$n"
	note 'predict, s' "$n" "$seconds"
	note 'objects done when predict was cancelled' "$n" "$done"
	note 'rows' "$n" "$(sql -c 'SELECT count(*) FROM observations')"
	for table in observations features predictions; do
		note "$table, bytes" "$n" "$(bytes "$table")"
	done
}

# The nights of n objects: seconds of each step, and the tables' growth.
run_nights()
{
	local n=$1 night step table

	for ((night = 1; night <= nights; night++)); do
		sql -c "INSERT INTO observations SELECT object_id, max(mjd) + 1, 2, 100, 10, true FROM observations WHERE object_id % 100 = $night % 100 GROUP BY 1"
		for step in extract predict; do
			timed "$($step)"
			echo "$step $seconds" >>"$work/nights"
		done
		timed "VACUUM observations, features, predictions"
		echo "vacuum $seconds" >>"$work/nights"
	done
	for table in observations features predictions; do
		awk -v table="$table" -v n="$n" -v after="$(bytes "$table")" -v nights="$nights" '$1 == table "," && $(NF - 1) == n {
			printf "%s after %d nights: %.1f MB, %.3f of before\n", table, nights, after / 1e6, after / $NF }' "$work/values"
	done
	for step in extract predict vacuum; do
		printf '%s of a night of %d objects: median %.2f s\n' "$step" $((n / 100)) "$(awk -v step="$step" '$1 == step { print $2 }' "$work/nights" | median)"
	done
}

sql -f "$(dirname "${BASH_SOURCE[0]}")/common/survey_model.sql"
for n in $sizes; do
	run_size "$n"
done

# one line a quantity: its values, and a straight line by least squares
awk -v sizes="$sizes" -v all="$all" '
	{ n = $(NF - 1); value = $NF; $NF = $(NF - 1) = ""; sub(/ +$/, ""); if (!($0 in seen)) { seen[$0] = 1; name[++names] = $0 } v[$0, n] = value }
	END {
		m = split(sizes, size, " ")
		printf "\n| what |"
		for (i = 1; i <= m; i++) printf " %d objects |", size[i]
		printf " largest residual of a line | %d objects |\n|---|", all
		for (i = 1; i <= m + 2; i++) printf "---|"
		printf "\n"
		for (k = 1; k <= names; k++) {
			sx = sy = sxx = sxy = 0
			printf "| %s |", name[k]
			for (i = 1; i <= m; i++) {
				x = size[i]; y = v[name[k], x]
				printf (y == int(y) ? " %d |" : " %.1f |"), y
				sx += x; sy += y; sxx += x * x; sxy += x * y
			}
			if (m < 2 || name[k] ~ /^objects done/) { printf " | |\n"; continue }
			slope = (m * sxy - sx * sy) / (m * sxx - sx * sx); start = (sy - slope * sx) / m
			worst = 0
			for (i = 1; i <= m; i++) {
				r = (v[name[k], size[i]] - start - slope * size[i]) / v[name[k], size[i]]
				if (r < 0) r = -r
				if (r > worst) worst = r
			}
			printf " %.1f %% | %s |\n", 100 * worst, name[k] ~ /, s$/ ? sprintf("%.2f h", (start + slope * all) / 3600) : name[k] ~ /bytes/ ? sprintf("%.1f GB", (start + slope * all) / 1e9) : sprintf("%d", start + slope * all)
		}
	}' "$work/values"
echo
run_nights "${sizes##* }"
