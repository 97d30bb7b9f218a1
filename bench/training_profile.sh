#!/usr/bin/env bash
#
# What a default training by one process spends its time on: shares of samples of the processor, by part of the training and by
# matrix products, histogram sums and the rest, for so many objects of so many features, a third of them with missing values.
#
# Needs perf.  TRAINING_SIZES="6277x173 3200x1505" sets the sizes, OPTIONS='{"networks": 1}' additional training options.
#
# usage: bench/run.sh training_profile

set -euo pipefail
bench_dir=$(dirname "${BASH_SOURCE[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! perf record -o "$work/test" true >/dev/null 2>&1; then
	echo "skipped: perf is missing, or may not be used"
	exit 77
fi

printf '| objects x features | part | | share |\n|---|---|---|---|\n'
for size in ${TRAINING_SIZES:-6277x173 3200x1505}; do
	PGOPTIONS='-c client_min_messages=warning -c max_parallel_maintenance_workers=0' psql -X -q -A -t -v ON_ERROR_STOP=1 <<-SQL
		CREATE TABLE objects AS
		SELECT i AS object_id, (ARRAY[6, 15, 42, 52, 62, 65, 67, 90])[1 + i % 8] AS target,
		       (SELECT array_agg(CASE WHEN j % 3 = 0 AND (7 * i + j) % 11 = 0 THEN NULL ELSE (sin(0.37 * i + j * (i % 97)) + (i % 8 = j % 8)::int * 0.5)::real END)
		        FROM generate_series(1, ${size#*x}) AS j) AS features
		FROM generate_series(1, ${size%x*}) AS i;
		SELECT pg_backend_pid() \gset
		\setenv PID :pg_backend_pid
		\! perf record -q -g -F 500 -o $work/$size -p \$PID & echo \$! >$work/perf; sleep 0.5
		CALL plasticc_train('m', 'SELECT object_id, features, target FROM objects ORDER BY object_id', '${OPTIONS:-{\}}');
		\! kill -INT \$(cat $work/perf)
		DROP TABLE objects;
	SQL
	while kill -0 "$(cat "$work/perf")" 2>/dev/null; do
		sleep 0.1
	done
	perf script -i "$work/$size" -F ip,sym 2>/dev/null | awk -v what="$size" -f "$bench_dir/training_profile/shares.awk"
done
