#!/usr/bin/env bash
#
# Lines and branches of src that the tests reach: builds extension and unit tests for gcov, runs the
# suites, and prints a table by folder and the files that are covered least.
#
# Branches of the server's macros are not counted (ereport() alone has four), nor those of lines that
# cannot be reached.  Loops that are compiled for several instruction sets (core/base/simd.h) are
# compiled once, since a processor runs only one of them.  A process that is killed by a signal, as
# tests do on purpose, does not write what it reached; all others do when they exit.
#
# environment: SUITES          default unit regress tap
#              REPORT=folder   also write there files.csv, with each file's figures, and index.html,
#                              which leads to each line and branch
#              PG_CONFIG, PLASTICC_DATA
#
# usage: scripts/coverage.sh

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Macros of the server that branch.
macros='ereport|elog|errhint|errmsg|palloc|CHECK_FOR_INTERRUPTS|PG_GETARG|PG_ARGISNULL|PG_RETURN|DatumGet|GetDatum|VARDATA|VARSIZE|SET_VARSIZE|ARR_|foreach|MemoryContextSwitchTo|PG_TRY|PG_CATCH|PG_END_TRY|PG_FINALLY|pg_unreachable|Assert'

# From gcovr's CSV: a line for each folder and the total, then the files in rising order.
print_tables()
{
	awk -F, '
		function row(name) { return sprintf("| %-16s | %6d | %6.1f %% | %8d | %6.1f %% |", name, n[name], 100 * l[name] / n[name], b[name], b[name] ? 100 * c[name] / b[name] : 100) }
		NR > 1 {
			split($1, part, "/"); folder = part[2] "/" part[3]
			split("total " folder, names, " ")
			for (i in names) { n[names[i]] += $2; l[names[i]] += $3; b[names[i]] += $5; c[names[i]] += $6 }
			folders[folder] = 1
		}
		END {
			print "| folder           |  lines |  covered | branches |  covered |"
			print "|---|---:|---:|---:|---:|"
			for (folder in folders) print row(folder) | "sort"
			close("sort")
			print row("total")
		}' "$1"
	printf '\n%s\n' 'Least covered (lines not reached, share covered):'
	awk -F, 'NR > 1 && $2 > $3 { printf "%4d  %5.1f %%  %s\n", $2 - $3, 100 * $3 / $2, $1 }' "$1" | sort -rn | awk 'NR <= 25'
}

main()
{
	local status=0 report options=()

	command -v gcovr >/dev/null || die "gcovr is missing; apt-get install gcovr"
	if [[ -n ${REPORT:-} ]]; then
		mkdir -p "$REPORT"
		report=$(cd "$REPORT" && pwd)
		options+=(--html-details "$report/index.html")
	fi
	# An inline function of a header is in many objects: an error, from gcovr 6 on, without this.
	if [[ $(gcovr --help) == *--merge-mode-functions* ]]; then
		options+=(--merge-mode-functions=separate)
	fi
	clear_pg_environment
	make_work_dir
	export COVERAGE=1 OPTFLAGS=-O0 COPT='--coverage -O0 -DPLASTICC_NO_CLONES' SUITES=${SUITES:-unit regress tap}
	note "building the extension for a private copy of the server"
	stage_and_build
	unset COPT
	prepare_tests
	run_interruptibly as_server_user scripts/run-tests.sh "$work/test" </dev/null || status=$?
	report=${report:-$work}
	gcovr -r "$work/src" --filter 'src/(core|pg)/' --exclude-unreachable-branches --exclude-throw-branches \
		--exclude-branches-by-pattern ".*\b(${macros})" -j 2 --csv "$report/files.csv" "${options[@]}" \
		"$work/src" "$work/test" 2>"$work/gcovr.log" || { cat "$work/gcovr.log" >&2; die "gcovr failed"; }
	print_tables "$report/files.csv"
	return "$status"
}

main
