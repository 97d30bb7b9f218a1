#!/usr/bin/env bash
#
# Memory and time of training by number of rows: three networks of the default preset on 6,000 and 60,000 objects
# of 1,505 features, with one background worker and with two.  Prints the seconds until the first epoch of a
# network has ended and those of the whole call, the peak memory of all processes together, and the limit that the
# memory should not exceed: 1.5 times the size of the features + 200 MB.  The models must not depend on the number
# of workers.
#
# Memory is the anonymous memory of the session and its workers (RssAnon) plus the segments of dynamic shared
# memory that they have mapped, each counted once with all memory allocated for it; read from /proc five times a
# second.  The server's buffers and the programs themselves are not counted.
#
# TRAINING_ROWS="6000 60000 200000" sets the numbers of rows; TRAINING_FEATURES, TRAINING_WORKERS="0 1 2" and
# TRAINING_EPOCHS (2) likewise.
#
# usage: bench/run.sh training_scale

set -euo pipefail
sizes=${TRAINING_ROWS:-6000 60000}
features=${TRAINING_FEATURES:-1505}
worker_counts=${TRAINING_WORKERS:-1 2}
epochs=${TRAINING_EPOCHS:-2}
work=$(mktemp -d)
sampler=
trap 'stop_sampler; rm -rf "$work"' EXIT
[[ -e /proc/self/status && -d /dev/shm ]] || exit 77

sql()
{
	psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 "$@"
}

# The session that trains and its workers: children of the server that say so in their titles.
training_processes()
{
	local pid

	for pid in $(<"/proc/$postmaster/task/$postmaster/children"); do
		# it may have ended by now
		if grep -q -a -e ' CALL' -e 'plasticc' "/proc/$pid/cmdline" 2>/dev/null; then
			echo "$pid"
		fi
	done
}

# kB of their memory.
total_memory()
{
	local pids=("$@") statuses

	statuses=("${pids[@]/#//proc/}")
	{
		cat "${statuses[@]/%//status}" | awk '/^RssAnon/ { print $2 }'
		cat "${statuses[@]/%//maps}" | grep -o '/dev/shm/PostgreSQL\.[0-9]*' | sort -u |
			xargs -r stat -c '%b' | awk '{ print $1 / 2 }'
	} 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

sample_memory()
{
	local pids

	while :; do
		mapfile -t pids < <(training_processes)
		if [[ ${#pids[@]} -gt 0 ]]; then
			total_memory "${pids[@]}" >>"$work/memory" || true
		fi
		sleep 0.2
	done
}

stop_sampler()
{
	if [[ -n $sampler ]]; then
		kill "$sampler" 2>/dev/null || true
		wait "$sampler" 2>/dev/null || true
		sampler=
	fi
}

# rows, workers: prints a row of the table.
measure()
{
	local rows=$1 workers=$2 start end first

	: >"$work/memory"
	sample_memory &
	sampler=$!
	start=$(date +%s.%N)
	PGOPTIONS="-c client_min_messages=warning -c max_parallel_maintenance_workers=$workers" sql \
		-c "CALL plasticc_train('rows_$rows', 'SELECT features, target FROM objects LIMIT $rows', '{\"networks\": 3, \"trees\": 0, \"epochs\": $epochs}')"
	end=$(date +%s.%N)
	stop_sampler
	first=$(sql -c "SELECT extract(epoch FROM min(elapsed)) FROM plasticc_training_log
		WHERE (name, version) = (SELECT name, max(version) FROM plasticc_models WHERE name = 'rows_$rows' GROUP BY 1)")
	sort -n "$work/memory" | tail -n 1 | awk -v rows="$rows" -v workers="$workers" -v features="$features" -v first="$first" -v seconds="$(awk "BEGIN { print $end - $start }")" '
		{ printf "| %d | %d | %.1f | %.1f | %.0f | %.0f |\n", rows, workers, first, seconds, $1 / 1024, (rows * features * 4 * 1.5 + 200e6) / 2^20 }'
}

postmaster=$(head -n 1 "$(sql -c 'SHOW data_directory')/postmaster.pid")
# 6,000 objects of eight classes, with missing values, as often as they are needed
sql <<-SQL
	CREATE TABLE few_objects AS
	SELECT (ARRAY[6, 15, 42, 52, 62, 65, 67, 90])[1 + i % 8] AS target,
	       (SELECT array_agg(CASE WHEN j % 3 = 0 AND (7 * i + j) % 11 = 0 THEN NULL ELSE (sin(0.37 * i + j * (i % 97)) + (i % 8 = j % 8)::int * 0.5)::real END)
	        FROM generate_series(1, $features) AS j) AS features
	FROM generate_series(1, 6000) AS i;
	CREATE TABLE objects (features real[], target int);
	ALTER TABLE objects ALTER features SET STORAGE EXTERNAL;
SQL
printf '\n| rows | workers | s to the first epoch | s in all | peak memory, MB | bound, MB |\n|---|---|---|---|---|---|\n'
for rows in $sizes; do
	sql -c "TRUNCATE objects; INSERT INTO objects SELECT features, target FROM few_objects, generate_series(1, ($rows + 5999) / 6000)"
	for workers in $worker_counts; do
		measure "$rows" "$workers"
	done
done
differing=$(sql -c "SELECT count(*) FROM (SELECT FROM plasticc_models GROUP BY name HAVING count(DISTINCT model) > 1) AS d")
printf '\nmodels that depend on the workers: %d\n' "$differing"
[[ $differing == 0 ]]
