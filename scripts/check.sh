#!/usr/bin/env bash
#
# Runs every test, in a temporary copy of the checkout with a private copy of the server, and prints
# as last line "N passed, N failed", the sum over the suites:
#
#	lint      the rules of the source tree (test/layout.pl); a rule is one test
#	unit      the programs test/unit/test_*.c, linked with src/core alone; a program is one test,
#	          however many checks it makes (loops make hundreds of thousands)
#	sanitize  the same programs under the address and undefined-behaviour sanitizers
#	fuzz      the targets test/fuzz/fuzz_*.c, a fixed number of inputs each; a target is one test
#	regress   the scripts of test/sql against expected/; a script is one test
#	tap       the scripts test/t/*.pl; each ok or not ok of theirs is one test
#
# With an argument, the suites regress and tap in a server that is instrumented (scripts/instrument.sh):
#
#	asan      the extension under the address and undefined-behaviour sanitizers
#	valgrind  the server under memcheck
#
# A crash counts as a failure, and so does a suite without a test.  Of a suite that failed the output
# is shown.  The exit status is 0 only if nothing failed.
#
# environment: SUITES="unit tap"    only these
#              UNIT='test_gp*'      of the unit tests, only these programs
#              SQL='lightcurve*'    of the regression tests, only these scripts of test/sql
#              TAP='01[67]*'        of the TAP tests, only these scripts of test/t
#              SMALL_DISK=dir       an empty file system of some 16 MB; by default one is mounted, by root
#              PLASTICC_DATA=dir    the real data; default ../shared/data, where there is one
#              PG_CONFIG, CC, BLAS_LIBS, CFLAGS_EXTRA
#
# usage: scripts/check.sh [asan | valgrind]

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/instrument.sh
. "$(dirname "${BASH_SOURCE[0]}")/instrument.sh"

# Makes the real data readable for the tests, and says so if there is none.
stage_data()
{
	local data=${PLASTICC_DATA:-$root_dir/../shared/data}

	if [[ ! -e $data/plasticc/training_set.csv.gz ]]; then
		[[ -z ${PLASTICC_DATA:-} ]] || die "PLASTICC_DATA=$PLASTICC_DATA holds no plasticc/training_set.csv.gz"
		unset PLASTICC_DATA
		note "no real data ($data/plasticc/training_set.csv.gz): the checks on it are skipped"
		return
	fi
	PLASTICC_DATA=$(cd "$data" && pwd)
	if ! as_server_user test -r "$PLASTICC_DATA/plasticc/training_set.csv.gz"; then
		mkdir "$work/data"
		for data in "$PLASTICC_DATA"/*/; do
			cp -r "$data" "$work/data/"
		done
		chmod -R u+rwX,go+rX "$work/data"
		PLASTICC_DATA=$work/data
	fi
	export PLASTICC_DATA
}

# Mounts a file system of 16 MB for tests of what happens when one is full, where that is permitted.
mount_small_disk()
{
	mkdir "$work/small_disk"
	if mount -t tmpfs -o "size=16m,mode=700,uid=$(server_user)" plasticc "$work/small_disk" 2>/dev/null; then
		export SMALL_DISK=$work/small_disk
	fi
}

main()
{
	local status=0 instrument=${1:-}

	clear_pg_environment
	if [[ -n $instrument ]]; then
		has_instrument "$instrument" || die "usage: scripts/check.sh [asan | valgrind]"
		export SUITES=${SUITES:-regress tap}
		"${instrument}_build"
	fi
	chosen_suites >/dev/null
	make_work_dir
	# Warnings are errors where nobody would read them.
	if [[ -n ${CI:-} && -z ${CFLAGS_EXTRA:-} ]]; then
		export CFLAGS_EXTRA=-Werror
	fi
	note "building the extension for a private copy of the server"
	stage_and_build
	[[ -z $instrument ]] || "${instrument}_server"
	stage_data
	[[ -n ${SMALL_DISK:-} ]] || mount_small_disk
	prepare_tests
	run_interruptibly as_server_user scripts/run-tests.sh "$work/test" </dev/null || status=$?
	[[ -z $instrument ]] || no_reports || status=1
	return "$status"
}

main "$@"
