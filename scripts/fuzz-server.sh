#!/usr/bin/env bash
#
# Random queries over every table, type and function of the extension, by sqlsmith, and then random
# calls with values at the edge of what their types allow (test/calls), half of TIME each, in a
# throw-away server.  Prints how many queries there were and which errors.  The exit status is 0 only
# if no process was ended by a signal and no error was an internal one of SQLSTATE XX.
#
# environment: TIME=seconds    in all, default 120
#              SEED=number     default 1
#
# usage: scripts/cluster.sh scripts/fuzz-server.sh

set -euo pipefail

seconds=${TIME:-120}
seed=${SEED:-1}
log=${PGHOST%/socket}/server.log
queries=$(mktemp)
trap 'rm -f "$queries"' EXIT

run_sqlsmith()
{
	command -v sqlsmith >/dev/null || { printf 'sqlsmith: skipped, it is not installed\n'; return; }
	timeout "$((seconds / 2))" sqlsmith --target="host=$PGHOST user=$PGUSER dbname=$PGDATABASE" --exclude-catalog --seed="$seed" \
		--dump-all-queries 2>/dev/null >"$queries" || true
	printf 'sqlsmith: %d queries\n' "$(grep -c ';$' "$queries")"
}

# Batches of calls, of rising seeds.
run_calls()
{
	local end=$((SECONDS + seconds - seconds / 2)) n=0

	while ((SECONDS < end)); do
		psql -X -q -A -t -v ON_ERROR_STOP=1 >"$queries" <<-END
			SET search_path = calls, public;
			DO 'BEGIN PERFORM setseed(1 / ($seed + $n + 0.5)); END';
			SELECT random_call() || ';' FROM generate_series(1, 500)
		END
		psql -X -q -c "SET statement_timeout = '2s'" -f "$queries" >/dev/null 2>&1 || true
		n=$((n + 1))
	done
	printf 'random calls: %d\n' $((500 * n))
}

main()
{
	local findings

	psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<-END
		SET client_min_messages = error;
		CREATE EXTENSION plasticc;
		\i test/calls/values.sql
		ALTER SYSTEM SET statement_timeout = '5s';
		ALTER SYSTEM SET log_line_prefix = '%e ';
		SELECT pg_reload_conf();
	END
	run_sqlsmith
	run_calls
	printf 'errors by SQLSTATE: %s\n' "$(grep -aoE '^[0-9A-Z]{5} ERROR' "$log" | sort | uniq -c | sort -rn | awk '{ printf "%s %s, ", $2, $1 }')"
	findings=$(grep -acE '^XX[0-9A-Z]{3} (ERROR|FATAL|PANIC)|terminated by signal' "$log") || true
	if ((findings > 0)); then
		grep -aE -A12 '^XX[0-9A-Z]{3} (ERROR|FATAL|PANIC)|terminated by signal' "$log" | head -n 200
	fi
	printf '%d findings\n' "$findings"
	((findings == 0))
}

main
