#!/usr/bin/env bash
#
# Shows that the tests of a commit fail without its code: takes the tests that the commit adds or
# changes to the code of its parent, runs them there, and succeeds only if they fail.
#
# The tests are files of test/sql (with their expected output), test/t, test/unit and test/fuzz/corpus; TEST
# names some of them, as in test/t/004_release.pl.  Of a suite only those run.
#
# A test that does not build on the parent, because it calls what the commit adds, fails too: read
# the output.
#
# usage: scripts/fails-before.sh COMMIT [TEST...]

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tree=

remove_tree()
{
	[[ -z $tree ]] || git -C "$root_dir" worktree remove --force "$tree"
	[[ -z $tree ]] || rm -rf "${tree%/tree}"
}

# Removes the tests of a folder that are not among those to run.
keep_only()
{
	local folder=$1 pattern=$2 file

	for file in "$tree/$folder"/$pattern; do
		[[ " $tests " == *" ${file#"$tree/"} "* ]] || rm "$file"
	done
}

main()
{
	local commit suites='' file status=0

	[[ $# -gt 0 ]] || die "usage: scripts/fails-before.sh COMMIT [TEST...]"
	cd "$root_dir"
	commit=$(git rev-parse --verify "$1^{commit}")
	shift
	tests=${*:-$(git diff --name-only --diff-filter=AM "$commit^" "$commit" -- test/sql test/t/*.pl test/unit/test_*.c test/fuzz/corpus | tr '\n' ' ')}
	[[ -n ${tests// /} ]] || die "$commit adds and changes no test"

	tree=$(mktemp -d)/tree
	trap remove_tree EXIT
	git worktree add --quiet --detach "$tree" "$commit^"
	# All of test and expected: a test may use others' files.
	git -C "$tree" checkout --quiet "$commit" -- test expected
	for file in $tests; do
		[[ -e $tree/$file ]] || die "$commit has no test $file"
		case $file in
			test/sql/*) suites+=' regress' ;;
			test/t/*) suites+=' tap' ;;
			test/unit/*) suites+=' unit' ;;
			test/fuzz/*) suites+=' fuzz' ;;
			*) die "$file is not a test that make check runs" ;;
		esac
	done
	keep_only test/sql '*.sql'
	keep_only test/t '[0-9]*.pl'
	keep_only test/unit 'test_*.c'
	suites=$(tr ' ' '\n' <<<"$suites" | sort -u | tr '\n' ' ')

	note "on $(git log -1 --format='%h %s' "$commit^"), of $(git log -1 --format='%h %s' "$commit"): $tests"
	run_interruptibly env SUITES="$suites" "$tree/scripts/check.sh" >"$tree.log" 2>&1 || status=$?
	cat "$tree.log"
	((status != 0)) || die "the tests pass on the code before $commit: they do not show what it mends"
	grep -qE '^[0-9]+ passed, [1-9][0-9]* failed$' "$tree.log" || die "the tests did not run"
	note "the tests fail on the code before $(git log -1 --format=%h "$commit"), as they must"
}

main "$@"
