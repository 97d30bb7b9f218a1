#!/usr/bin/env bash
#
# Builds, from the source of a Debian package, a PostgreSQL server with assertions that overwrites memory when it is
# allocated and freed, and tells valgrind of every palloc.  Then
#
#	make check PG_CONFIG=DIRECTORY/bin/pg_config
#	make check-valgrind PG_CONFIG=DIRECTORY/bin/pg_config
#
# run the tests in it.  Needs root (or sudo) to install what is missing.
#
# environment: CC, MAJOR=15    default the distribution's version
#
# usage: scripts/cassert-server.sh DIRECTORY

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Writes the upstream source of a Debian package to a folder: the newest that the mirror still has.  The lists of
# packages are private, because those of the system seldom have the sources.
fetch_source()
{
	local package=$1 folder=$2 list version options

	mkdir -p "$work/apt/lists" "$work/apt/sources" "$folder"
	for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[[ ! -e $list ]] || sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' "$list" >>"$work/apt/sources/system.list"
	done
	for list in /etc/apt/sources.list.d/*.sources; do
		[[ ! -e $list ]] || ! grep -q debian "$list" || sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/apt/sources/${list##*/}"
	done
	options=(-q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/apt/sources" -o "Dir::State::Lists=$work/apt/lists"
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
	apt-get "${options[@]}" update >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; die "apt-get update failed"; }
	cd "$work/apt"
	for version in $(apt-cache "${options[@]}" showsrc "$package" | sed -n 's/^Version: //p' | sort -rV); do
		if apt-get "${options[@]}" source --download-only "$package=$version" >"$work/apt.log" 2>&1; then
			tar -xf ./*.orig.tar.* --strip-components=1 -C "$folder"
			return
		fi
	done
	cat "$work/apt.log" >&2
	die "the mirror has no source of $package"
}

build()
{
	local source=$1 prefix=$2

	cd "$source"
	# src/include/pg_config_manual.h of the source describes what the preprocessor is told
	./configure --prefix="$prefix" --enable-cassert --enable-debug --enable-tap-tests --without-readline --without-zlib --without-icu \
		CFLAGS=-O1 CPPFLAGS='-DUSE_VALGRIND -DRANDOMIZE_ALLOCATED_MEMORY'
	make -s -j2 install
	make -s -j2 -C contrib/postgres_fdw install
}

main()
{
	local prefix major

	[[ $# -eq 1 ]] || die "usage: scripts/cassert-server.sh DIRECTORY"
	mkdir -p "$1"
	prefix=$(cd "$1" && pwd)
	"$root_dir/scripts/install-deps.sh" valgrind bison flex
	make_work_dir
	major=${MAJOR:-$("$(find_pg_config)" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')}
	note "fetching the source of postgresql-$major"
	fetch_source "postgresql-$major" "$work/postgresql"
	note "building it"
	run_interruptibly build "$work/postgresql" "$prefix" >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" >&2; die "the build failed"; }
	chmod -R go+rX "$prefix"
	note "$("$prefix/bin/postgres" --version), with assertions: $prefix/bin/pg_config"
}

main "$@"
