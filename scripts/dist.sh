#!/usr/bin/env bash
#
# Writes the release of the current commit, dist/plasticc-VERSION.zip and .tar.gz, as PGXN takes it.
#
# usage: scripts/dist.sh

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main()
{
	local version name format

	cd "$root_dir"
	git rev-parse --git-dir >/dev/null 2>&1 || die "not a git checkout: the release is made from a commit"
	[[ -z $(git status --porcelain) ]] || note "warning: uncommitted changes are not in the release" >&2
	version=$(git show HEAD:plasticc.control | sed -n "s/^default_version *= *'\(.*\)'/\1/p")
	name=plasticc-$version
	mkdir -p dist
	for format in zip tar.gz; do
		git archive --format="$format" --prefix="$name/" --output="dist/$name.$format" HEAD
		note "dist/$name.$format"
	done
}

main
