#!/usr/bin/env bash
#
# plasticc_extract of a survey in which one row of a hundred is no measurement, by one of ten faults, and of the same rows as they
# were before: the time of each, runs of both in turn, the ratio of the medians, and the WARNING that it gives.
#
# The synthetic survey's test mix, simple features, two workers.  OBJECTS=80000 light curves, of about 128 rows each, ROUNDS=3.

set -euo pipefail
# shellcheck source=bench/common/median.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/median.sh"
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
objects=${OBJECTS:-80000}
rounds=${ROUNDS:-3}

make_rows()
{
	sql <<-SQL
		CREATE TABLE clean AS
		SELECT object_id, mjd, passband, flux::float8 AS flux, flux_err::float8 AS flux_err, detected FROM plasticc_simulate_observations($objects, 1, 'test');
		CREATE TABLE bad AS
		SELECT object_id, CASE fault WHEN 0 THEN NULL WHEN 1 THEN 'Infinity' ELSE mjd END AS mjd, passband,
		       CASE fault WHEN 2 THEN NULL WHEN 3 THEN 'NaN' WHEN 4 THEN '-Infinity' WHEN 5 THEN 1e39 ELSE flux END AS flux,
		       CASE fault WHEN 6 THEN 0 WHEN 7 THEN -9 WHEN 8 THEN 'Infinity' WHEN 9 THEN NULL ELSE flux_err END AS flux_err, detected
		FROM (SELECT *, CASE WHEN hash % 100 = 0 THEN hash / 100 % 10 END AS fault
		      FROM (SELECT *, abs(hashfloat8extended(mjd, 10 * object_id + passband) / 2) AS hash FROM clean) AS hashed) AS chosen;
		CREATE INDEX ON clean (object_id);
		CREATE INDEX ON bad (object_id);
		VACUUM ANALYZE clean, bad;
		SELECT 'rows', count(*) FROM clean;
	SQL
}

# Prints the seconds that plasticc_extract takes; its messages go to a file.
extract()
{
	local table=$1 start

	sql -c "DROP TABLE IF EXISTS extracted" -c "SELECT plasticc_create_feature_table('extracted')" >/dev/null 2>&1
	sql -c CHECKPOINT
	start=$(date +%s%N)
	sql -c "SET max_parallel_maintenance_workers = 2" -c "CALL plasticc_extract('$table', 'extracted', '{\"feature_set\": \"simple\", \"workers\": 2}')" 2>"$work/messages"
	echo $((($(date +%s%N) - start) / 1000000))
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make_rows
for ((round = 0; round < rounds; round++)); do
	for table in clean bad; do
		extract "$table" >>"$work/$table"
		printf '%-6s %8.1f s\n' "$table" "$(tail -n 1 "$work/$table" | awk '{ print $1 / 1000 }')"
	done
done
awk -v bad="$(median <"$work/bad")" -v clean="$(median <"$work/clean")" 'BEGIN { printf "ratio of the medians: %.3f\n", bad / clean }'
grep -A 2 WARNING "$work/messages"
