#!/usr/bin/env bash
#
# Runs the measurements of this folder, each a file NAME.sql, NAME.sh or NAME.py, in a database of its
# own with the extension, and prints their output.  `make bench` calls this with a temporary cluster
# (scripts/cluster.sh); for any other server, set PGHOST and so on.
#
# A .sql file is run by psql, a .sh by bash and a .py by python3, with PGDATABASE set.  A measurement
# prints its result and a comparison, and exits with status 77 if a prerequisite is missing.
#
# usage: bench/run.sh [NAME...]

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

run_file()
{
	case $1 in
		*.sql) psql -X -q -P pager=off -v ON_ERROR_STOP=1 -f "$1" ;;
		*.sh) bash "$1" ;;
		*.py) python3 "$1" ;;
	esac
}

measure()
{
	local file=$1 name status=0

	name=$(basename "${file%.*}")
	printf '\n== %s\n' "$name"
	psql -X -q -d postgres -v ON_ERROR_STOP=1 -c "CREATE DATABASE bench"
	export PGDATABASE=bench
	psql -X -q -v ON_ERROR_STOP=1 -c "CREATE EXTENSION plasticc"
	run_file "$file" || status=$?
	case $status in
		0) ;;
		77) note "$name: skipped" ;;
		*) failed+=("$name") ;;
	esac
	psql -X -q -d postgres -c "DROP DATABASE bench"
}

main()
{
	local name file files=() failed=()

	for file in "$root_dir"/bench/*.{sql,sh,py}; do
		name=$(basename "${file%.*}")
		if [[ -e $file && $name != run && ( $# -eq 0 || " $* " == *" $name "* ) ]]; then
			files+=("$file")
		fi
	done
	[[ ${#files[@]} -gt 0 ]] || die "no measurement${1:+ named $*} in bench/"
	note "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), $(nproc) cores, $(psql --version)"
	for file in "${files[@]}"; do
		measure "$file"
	done
	[[ ${#failed[@]} -eq 0 ]] || die "failed: ${failed[*]}"
}

main "$@"
