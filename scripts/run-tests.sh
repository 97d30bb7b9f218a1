#!/usr/bin/env bash
#
# The tests themselves, on a built tree and with the server that PG_CONFIG names, as a user that may
# run a server.  scripts/check.sh prepares all that and describes what is counted.
#
# The suite unit needs neither, and EMULATOR runs its programs for another architecture:
#
#	CC=aarch64-linux-gnu-gcc STATIC=1 EMULATOR=qemu-aarch64-static SUITES=unit scripts/run-tests.sh /tmp/unit
#
# usage: scripts/run-tests.sh WORK_DIRECTORY

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fuzz_runs=20000					# of each target, or fewer within fuzz_seconds
fuzz_seconds=4
program_seconds=300				# a unit test or fuzz target that takes longer hangs
total_passed=0
total_failed=0
summary=()

# Adds a suite's result: name, passed, failed, and what was counted.
count_suite()
{
	local name=$1 passed=$2 failed=$3 what=$4

	if ((passed + failed == 0)); then
		failed=1
		what="$what; the suite ran no test"
	fi
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	summary+=("$(printf '%-9s %6d passed, %d failed  (%s)' "$name" "$passed" "$failed" "$what")")
	note "${summary[-1]}"
}

# Prints a log under a heading.
show_log()
{
	printf '%s\n' "---- $1" "$(cat "$2")" "----"
}

# Does the compiler build and run programs with these options?
compiler_can()
{
	local compiler=$1

	shift
	printf 'int main(void) { return 0; }\n' >"$out/probe.c"
	"$compiler" "$@" -o "$out/probe" "$out/probe.c" 2>/dev/null && "$out/probe" 2>/dev/null
}

# libFuzzer brings its own main().
has_libfuzzer()
{
	command -v clang >/dev/null || return 1
	printf '#include <stddef.h>\n#include <stdint.h>\nint LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) { return 0; }\n' >"$out/probe.c"
	clang -fsanitize=fuzzer,address,undefined -o "$out/probe" "$out/probe.c" 2>/dev/null &&
		"$out/probe" -runs=1 >/dev/null 2>&1
}

# Builds test programs: target, build folder, further make variables.  False, with the log shown,
# if that fails.
build_programs()
{
	local target=$1 build=$2

	shift 2
	mkdir -p "$build"
	if ! "${clean_make[@]}" -s -f test/programs.mk -j2 BUILD="$build" "$@" "$target" >"$build.log" 2>&1; then
		show_log "building $target" "$build.log"
		return 1
	fi
}

# A program passes if it ends well and reports at least one check, or why it was "skipped: ", and no
# failed one.
run_unit_test()
{
	run_alone "$1" && tail -n 1 "$1.log" | grep -qE '^[0-9]+ passed, 0 failed$' &&
		grep -qE '^([1-9][0-9]* passed|skipped: )' "$1.log"
}

# The last line that test/tap.pl printed sets passed and failed; without one, all has failed.
read_tap_report()
{
	local report

	grep '^skipped: ' "$1" || true
	report=$(sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p' "$1" | tail -n 1)
	if [[ -n $report ]]; then
		passed=${report% *}
		failed=${report#* }
	fi
}

suite_lint()
{
	local passed=0 failed=1 log=$out/lint.log

	PG_CONFIG=$PG_CONFIG perl test/tap.pl test/layout.pl >"$log" 2>&1 || show_log "rules of the source tree" "$log"
	read_tap_report "$log"
	count_suite lint "$passed" "$failed" "rules of the source tree"
}

suite_unit()
{
	local passed=0 failed=0 checks

	build_programs unit "$out/unit" ${CC:+CC="$CC"} || failed=1
	run_programs "$out/unit" "${UNIT:-test_*}" run_unit_test
	checks=$({ cat "$out"/unit/test_*.log 2>/dev/null || true; } | awk '/^[0-9]+ passed, [0-9]+ failed$/ { n += $1 + $3 } END { print n + 0 }')
	grep -h '^skipped: ' "$out"/unit/test_*.log 2>/dev/null || true
	count_suite unit "$passed" "$failed" "test programs, $checks checks in them"
}

# Runs a command on each program of a folder; where one fails its output is shown.  Sets passed and
# failed.
run_programs()
{
	local program folder=$1 pattern=$2 runner=$3

	while IFS= read -r program; do
		if "$runner" "$program" >"$program.log" 2>&1 </dev/null; then
			passed=$((passed + 1))
		else
			show_log "${program##*/}: exit status $?" "$program.log"
			failed=$((failed + 1))
		fi
	done < <(find "$folder" -maxdepth 1 -type f -perm -u+x -name "$pattern" | sort)
}

run_alone()
{
	timeout "$program_seconds" ${EMULATOR:+"$EMULATOR"} "$1"
}

suite_sanitize()
{
	local passed=0 failed=0

	if ! compiler_can "${CC:-cc}" -fsanitize=address,undefined; then
		note "sanitize  skipped: ${CC:-cc} has no address and undefined-behaviour sanitizers"
		return
	fi
	build_programs unit "$out/sanitize" ${CC:+CC="$CC"} OPTFLAGS=-O1 SANITIZE=address,undefined || failed=1
	run_programs "$out/sanitize" "${UNIT:-test_*}" run_alone
	count_suite sanitize "$passed" "$failed" "unit-test programs under -fsanitize=address,undefined"
}

run_libfuzzer()
{
	local arguments

	fuzz_arguments "${1##*/fuzz_}" "$1.corpus"
	timeout "$program_seconds" "$1" -runs="$fuzz_runs" -max_total_time="$fuzz_seconds" -seed=1 \
		-max_len=512 -artifact_prefix="$1." "${arguments[@]}"
}

# test/fuzz/corpus/NAME holds first inputs for the target fuzz_NAME, if there are any.
run_fuzz_driver()
{
	local corpus=$root_dir/test/fuzz/corpus/${1##*/fuzz_} files=()

	if [[ -d $corpus ]]; then
		mapfile -t files < <(find "$corpus" -type f | sort)
	fi
	(cd "$out/fuzz" && timeout "$program_seconds" "$1" "$fuzz_runs" "$fuzz_seconds" "${files[@]}")
}

suite_fuzz()
{
	local passed=0 failed=0 engine sanitizers=

	if has_libfuzzer; then
		engine=libFuzzer
		build_programs fuzz "$out/fuzz" CC=clang OPTFLAGS=-O1 SANITIZE=address,undefined LIBFUZZER=1 || failed=1
		run_programs "$out/fuzz" 'fuzz_*' run_libfuzzer
	else
		engine=test/fuzz/driver.c
		if compiler_can "${CC:-cc}" -fsanitize=address,undefined; then
			sanitizers=address,undefined
		fi
		build_programs fuzz "$out/fuzz" ${CC:+CC="$CC"} OPTFLAGS=-O1 ${sanitizers:+SANITIZE=$sanitizers} || failed=1
		run_programs "$out/fuzz" 'fuzz_*' run_fuzz_driver
	fi
	count_suite fuzz "$passed" "$failed" "targets, their corpora and up to $fuzz_runs new inputs each from $engine"
}

# pg_regress prints "test name ... ok" up to PostgreSQL 15, TAP from 16 on.
suite_regress()
{
	local pg_regress scripts passed failed status=0 log=$out/regress.log

	pg_regress=$(dirname "$("$PG_CONFIG" --pgxs)")/../../src/test/regress/pg_regress
	scripts=$(find test/sql -name "${SQL:-*}.sql" | sort | sed 's|.*/||; s|\.sql$||')
	printf '%s\n' 'fsync = off' "timezone = 'UTC'" >"$out/regress.conf"
	# shellcheck disable=SC2086
	"$pg_regress" --temp-instance="$out/regress" --temp-config="$out/regress.conf" \
		--bindir="$bin" --inputdir=test --outputdir="$out" --encoding=UTF8 --no-locale \
		--dbname=regression --load-extension=plasticc $scripts >"$log" 2>&1 || status=$?
	passed=$(grep -cE '^ok [0-9]+ |^test .*\.\.\. ok ' "$log") || true
	failed=$(($(wc -w <<<"$scripts") - passed))
	if ((status != 0 && failed == 0)); then
		failed=1
	fi
	if ((failed > 0)); then
		show_log "pg_regress: exit status $status" "$log"
		[[ ! -s $out/regression.diffs ]] || show_log regression.diffs "$out/regression.diffs"
		[[ ! -s $out/log/postmaster.log ]] || { tail -n 100 "$out/log/postmaster.log" >"$log" && show_log "server log, its end" "$log"; }
	fi
	count_suite regress "$passed" "$failed" "scripts"
}

suite_tap()
{
	local script scripts passed=0 failed=1 log=$out/tap.log modules

	mapfile -t scripts < <(compgen -G "test/t/${TAP:-*}.pl" | sort)
	modules=$(dirname "$("$PG_CONFIG" --pgxs)")/../../src/test/perl
	mkdir -p "$out/tap"
	if ! TESTDIR=$out/tap TESTLOGDIR=$out/tap/log TESTDATADIR=$out/tap/data PG_TEST_PORT_DIR=$out/tap \
		PG_REGRESS=$modules/../regress/pg_regress PERL5LIB=$modules perl test/tap.pl "${scripts[@]}" >"$log" 2>&1; then
		show_log "TAP tests" "$log"
		while IFS= read -r script; do
			tail -n 60 "$out"/tap/{,tmp_check/}log/regress_log_"$script" >"$out/tail.log" 2>/dev/null || true
			show_log "$script, the end of its log" "$out/tail.log"
		done < <(sed -n 's/^test\/t\/\([^ ]*\)\.pl  *(Wstat.*/\1/p' "$log")
	fi
	read_tap_report "$log"
	count_suite tap "$passed" "$failed" "tests of ${#scripts[@]} scripts"
}

main()
{
	local suite suites

	[[ $# -eq 1 ]] || die "usage: scripts/run-tests.sh WORK_DIRECTORY"
	suites=$(chosen_suites)
	mkdir -p "$1"
	out=$(cd "$1" && pwd)
	cd "$root_dir"
	if [[ -n ${EMULATOR:-} ]]; then
		[[ $suites == unit ]] || die "EMULATOR is for SUITES=unit alone"
		note "testing with $EMULATOR"
		program_seconds=$((20 * program_seconds))
	else
		bin=$("$PG_CONFIG" --bindir)
		note "testing with $("$PG_CONFIG" --version)"
	fi
	# without optimisation, and with counters
	[[ -z ${COVERAGE:-} ]] || program_seconds=$((5 * program_seconds))
	for suite in $suites; do
		"suite_$suite"
	done
	printf '\n%s\n' "Summary"
	printf '  %s\n' "${summary[@]}"
	note "$total_passed passed, $total_failed failed"
	((total_failed == 0))
}

main "$@"
