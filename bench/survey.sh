#!/usr/bin/env bash
#
# A survey end to end: plasticc_extract (all features, including the hosts') and plasticc_predict for simulated
# objects in the test set's mix, by one process and by two, for N objects and for 2 N; then a night with new
# observations of a tenth of them.  Prints seconds, objects per second, the peak memory of every process, how the
# time scales with processes and objects, and how long the challenge's 3,492,890 objects would take.
#
# SURVEY_OBJECTS is N, 5,000 by default.  Peak memory is VmHWM minus the shared memory touched by the process
# (RssShmem), read twice a second from /proc.
#
# usage: bench/run.sh survey

set -euo pipefail
# shellcheck source=bench/common/median.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/median.sh"
n=${SURVEY_OBJECTS:-5000}
all=3492890
work=$(mktemp -d)
sampler=
trap 'stop_sampler; rm -rf "$work"' EXIT

sql()
{
	psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 "$@"
}

# Records the memory of the backends that run the procedure, until stopped: pid, kind, kB.
sample_memory()
{
	local pid kind

	while :; do
		while read -r pid kind; do
			# it may have exited by now
			awk -v pid="$pid" -v kind="$kind" '
				/^VmHWM/ { peak = $2 } /^RssShmem/ { shared = $2 } END { if (peak) print pid, kind, peak - shared }' \
				"/proc/$pid/status" 2>/dev/null || true
		done <"$work/pids" >>"$work/memory"
		sleep 0.5
	done
}

# The processes to watch, updated by the server itself.
list_processes()
{
	while :; do
		sql -c "SELECT pid, CASE WHEN backend_type = 'client backend' THEN 'session' ELSE 'worker' END FROM pg_stat_activity
			WHERE (query LIKE '%CALL plasticc_%' OR backend_type LIKE 'plasticc % worker') AND pid <> pg_backend_pid()" \
			>"$work/pids.new" 2>/dev/null && mv "$work/pids.new" "$work/pids"
		sleep 1
	done
}

start_sampler()
{
	: >"$work/pids"
	: >"$work/memory"
	list_processes &
	sampler=$!
	sample_memory &
	sampler="$sampler $!"
}

stop_sampler()
{
	if [[ -n $sampler ]]; then
		# shellcheck disable=SC2086
		kill $sampler 2>/dev/null || true
		# shellcheck disable=SC2086
		wait $sampler 2>/dev/null || true
		sampler=
	fi
}

# The peak of each process, in MB: "session 61, worker 58".
peak_memory()
{
	sort -k1,1n -k3,3nr "$work/memory" | awk '!seen[$1]++ { printf "%s%s %.0f", n++ ? ", " : "", $2, $3 / 1024 }'
}

# Runs a CALL; sets seconds and memory.
timed_call()
{
	local start end

	start_sampler
	start=$(date +%s.%N)
	PGOPTIONS='-c client_min_messages=warning' sql -c "$1"
	end=$(date +%s.%N)
	stop_sampler
	seconds=$(awk -v a="$start" -v b="$end" 'BEGIN { printf "%.2f", b - a }')
	memory=$(peak_memory)
}

# Prints a row of the table: what, objects, processes.
report()
{
	awk -v what="$1" -v objects="$2" -v processes="$3" -v seconds="$seconds" -v memory="$memory" \
		'BEGIN { printf "| %s | %d | %d | %.1f | %.0f | %s |\n", what, objects, processes, seconds, objects / seconds, memory }'
}

# Runs both procedures for a number of objects with a number of processes; adds to total_<objects>_<processes>.
run_survey()
{
	local objects=$1 processes=$2 sum

	sql -c "TRUNCATE features_$objects, predictions_$objects"
	timed_call "CALL plasticc_extract('observations_$objects', 'features_$objects', '{\"metadata\": \"objects_$objects\", \"workers\": $((processes - 1))}')"
	report extract "$objects" "$processes"
	sum=$seconds
	timed_call "CALL plasticc_predict('m', 'features_$objects', 'predictions_$objects', '{\"chunk_objects\": 1024, \"workers\": $((processes - 1))}')"
	report predict "$objects" "$processes"
	sum=$(awk -v a="$sum" -v b="$seconds" 'BEGIN { print a + b }')
	echo "$sum" >>"$work/total_${objects}_$processes"
}

for objects in "$n" $((2 * n)); do
	sql <<-SQL
		CREATE TABLE objects_$objects AS SELECT * FROM plasticc_simulate_objects($objects, 1, 'test');
		CREATE TABLE observations_$objects AS
		SELECT (row).* FROM (SELECT plasticc_simulate_observations($objects, 1, 'test') AS row OFFSET 0) AS survey;
		CREATE INDEX ON observations_$objects (object_id);
		SELECT plasticc_create_feature_table('features_$objects') \g /dev/null
		SELECT plasticc_create_prediction_table('predictions_$objects') \g /dev/null
		VACUUM ANALYZE observations_$objects;
		ANALYZE objects_$objects;
	SQL
done
PGOPTIONS='-c client_min_messages=warning' sql -f "$(dirname "${BASH_SOURCE[0]}")/common/survey_model.sql"

printf '\n| what | objects | processes | s | objects/s | peak memory, MB |\n|---|---|---|---|---|---|\n'
for _ in 1 2; do
	run_survey "$n" 1
	run_survey "$n" 2
done
run_survey $((2 * n)) 1
run_survey $((2 * n)) 2

# a night: one more observation of every tenth object
sql -c "INSERT INTO observations_$((2 * n))
	SELECT object_id, max(mjd) + 1, 2, 100, 10, true FROM observations_$((2 * n)) WHERE object_id % 10 = 0 GROUP BY 1"
timed_call "CALL plasticc_extract('observations_$((2 * n))', 'features_$((2 * n))', '{\"metadata\": \"objects_$((2 * n))\", \"workers\": 1}')"
report 'extract a night' $((n / 5)) 2
night=$seconds
timed_call "CALL plasticc_predict('m', 'features_$((2 * n))', 'predictions_$((2 * n))', '{\"workers\": 1}')"
report 'predict a night' $((n / 5)) 2
night=$(awk -v a="$night" -v b="$seconds" 'BEGIN { print a + b }')

wrong=$(sql -c "SELECT count(*) FROM objects_$((2 * n)) o FULL JOIN predictions_$((2 * n)) p USING (object_id) FULL JOIN features_$((2 * n)) f USING (object_id)
	WHERE o.object_id IS NULL OR p.object_id IS NULL OR f.object_id IS NULL OR p.features_at <> f.extracted_at")
awk -v one="$(median <"$work/total_${n}_1")" -v two="$(median <"$work/total_${n}_2")" -v one_twice="$(median <"$work/total_$((2 * n))_1")" \
	-v two_twice="$(median <"$work/total_$((2 * n))_2")" -v night="$night" -v n="$n" -v all="$all" -v wrong="$wrong" 'BEGIN {
	printf "\ntwo processes for one: %.2f times as fast (%d objects), %.2f (%d objects)\n", one / two, n, one_twice / two_twice, 2 * n
	printf "twice the objects: %.2f times the time (one process), %.2f (two)\n", one_twice / one, two_twice / two
	printf "a night that touches a tenth: %.3f of the time of all\n", night / two_twice
	printf "%d objects at that rate: %.1f h by one process, %.1f h by two\n", all, one_twice / (2 * n) * all / 3600, two_twice / (2 * n) * all / 3600
	printf "objects without a prediction of their present features: %d\n", wrong }'
[[ $wrong == 0 ]]
