#!/usr/bin/env bash
#
# Static analysis of all of src: clang-tidy with the checks of .clang-tidy, cppcheck, and gcc's
# -fanalyzer.  A tool that is missing is skipped, and said so.  Findings are printed; the exit status
# is 0 only if there is none.  What is suppressed is suppressed at its place, with the reason.
#
# environment: ANALYZERS="clang-tidy cppcheck fanalyzer"    only these
#              PG_CONFIG
#
# usage: scripts/analyze.sh [FILE...]		default all of src

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

found=0

analyze_clang_tidy()
{
	# shellcheck disable=SC2016		# expanded by the inner shell
	printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 5 \
		sh -c 'clang-tidy-14 -quiet --extra-arg=-Wno-everything "$@" -- '"$flags" analyze 2>/dev/null
}

# It does not read the server's headers, and must know that errors do not return; compilers see a missing return
# better.  Casts of an arena's bytes and of node pointers are what C does for generic code.
analyze_cppcheck()
{
	cppcheck -q -j "$(nproc)" --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=invalidPointerCast --suppress=missingReturn -Isrc -DPG_VERSION_NUM=150000 '-DERROR=21' '-Dereport(level,rest)=((void)(rest),(level)<ERROR?(void)0:abort())' "${files[@]}" 2>&1
}

# Two of its checks are wrong about this code with GCC 12: it takes loops over an array of fixed length for loops
# that may end early, and the operands of shifts in random.h for numbers of three bits.  Valgrind and the sanitizers
# look for both.
analyze_fanalyzer()
{
	# shellcheck disable=SC2016		# expanded by the inner shell
	printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 1 sh -c "gcc -O1 -fanalyzer -Wno-analyzer-use-of-uninitialized-value \
		-Wno-analyzer-shift-count-overflow -Werror $flags -c -o /dev/null"' "$1"' analyze 2>&1
}

main()
{
	local analyzer program log pg_config

	cd "$root_dir"
	pg_config=$(find_pg_config)
	if [[ -z $pg_config ]] || ! has_headers "$pg_config"; then
		die "no PostgreSQL server with headers found"
	fi
	# With assertions, which tell the analyzers what is never so.
	flags="-std=gnu11 -D_GNU_SOURCE -DUSE_ASSERT_CHECKING -Isrc -isystem $("$pg_config" --includedir-server) $(pkg-config --cflags openblas 2>/dev/null || true) -isystem /usr/include/$(gcc -print-multiarch)/openblas-serial"
	files=("$@")
	if ((${#files[@]} == 0)); then
		mapfile -t files < <(find src -name '*.c' | sort)
	fi
	log=$(mktemp)
	for analyzer in ${ANALYZERS:-clang-tidy cppcheck fanalyzer}; do
		case $analyzer in
			clang-tidy) program=clang-tidy-14 ;;
			cppcheck) program=cppcheck ;;
			fanalyzer) program=gcc ;;
			*) die "there is no analyzer \"$analyzer\"" ;;
		esac
		if ! command -v "$program" >/dev/null; then
			note "$analyzer: skipped, there is no $program"
		elif "analyze_${analyzer//-/_}" >"$log"; then
			note "$analyzer: ${#files[@]} files, no finding"
		else
			cat "$log"
			note "$analyzer: ${#files[@]} files, findings above"
			found=1
		fi
	done
	rm "$log"
	return "$found"
}

main "$@"
