#!/usr/bin/env bash
#
# Installs what building and testing plasticc need and this machine lacks: a PostgreSQL server with
# its headers, the serial OpenBLAS, a C compiler, make, and Perl's IPC::Run and prove for the tests.
# With them comes clang-format 14, where apt has it; without it a test is skipped.
#
# Debian and Ubuntu, as root or through sudo.  It asks nothing, installs nothing that is there, and
# calls apt only if something is missing.  The server is the one that PG_CONFIG names, else the
# newest that is installed, else the distribution's default version.
#
# usage: scripts/install-deps.sh [PROGRAM...]    further programs that are packages of the same name

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A new server package would create and start a cluster "main", which nobody asked for.
no_cluster=/etc/postgresql-common/createcluster.d/plasticc-install.conf

# Prints the Debian packages that are missing, for the build and the given programs.
missing_packages()
{
	local pg_config major program

	command -v gcc >/dev/null || command -v "${CC:-cc}" >/dev/null || note gcc
	[[ -e /usr/include/stdio.h ]] || note libc6-dev
	command -v make >/dev/null || note make
	command -v gzip >/dev/null || note gzip
	command -v prove >/dev/null || note perl
	perl -MIPC::Run -e1 2>/dev/null || note libipc-run-perl
	[[ -n ${BLAS_LIBS:-} ]] || has_blas || note libopenblas-serial-dev
	for program in "$@"; do
		command -v "$program" >/dev/null || note "$program"
	done

	pg_config=$(find_pg_config)
	if [[ -z $pg_config ]]; then
		major=$(default_major)
		note "postgresql-$major"
		note "postgresql-server-dev-$major"
	else
		major=$("$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
		[[ -x $("$pg_config" --bindir)/postgres ]] || note "postgresql-$major"
		has_headers "$pg_config" || note "postgresql-server-dev-$major"
	fi
}

# The version that the distribution's package "postgresql" stands for; N if apt cannot tell.
default_major()
{
	local major=''

	if command -v apt-cache >/dev/null; then
		major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
	fi
	note "${major:-N}"
}

as_root()
{
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	elif [[ -t 0 ]]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

allow_cluster()
{
	as_root rm -f "$no_cluster"
}

main()
{
	local packages

	# A wrong PG_CONFIG ends it here.
	find_pg_config >/dev/null
	mapfile -t packages < <(missing_packages "$@")
	if [[ ${#packages[@]} -eq 0 ]]; then
		return
	fi
	if ! command -v apt-get >/dev/null; then
		die "missing, to be installed by hand (Debian's names): ${packages[*]}; for a server elsewhere give PG_CONFIG=/path/to/pg_config, for another CBLAS library BLAS_LIBS=..."
	fi
	if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
		die "missing: ${packages[*]}; run as root: apt-get install ${packages[*]}"
	fi

	if [[ $(id -u) -ne 0 && ! -t 0 ]] && ! sudo -n true 2>/dev/null; then
		die "missing: ${packages[*]}; sudo asks for a password and there is no terminal to enter it: run as root, or in a terminal: sudo apt-get install ${packages[*]}"
	fi

	# Without package lists, as on a fresh image, apt cannot even name the default server.
	if ! apt-cache show libopenblas-serial-dev >/dev/null 2>&1; then
		note "fetching the package lists"
		apt_get update >/dev/null || die "apt-get update failed"
		mapfile -t packages < <(missing_packages "$@")
	fi

	if ! command -v clang-format-14 >/dev/null && apt-cache show clang-format-14 >/dev/null 2>&1; then
		packages+=(clang-format-14)
	fi
	note "installing ${packages[*]}"
	trap allow_cluster EXIT
	as_root mkdir -p "${no_cluster%/*}"
	note "create_main_cluster = false" | as_root tee "$no_cluster" >/dev/null
	# Lists that are too old name packages that the mirror no longer has: fetch them and try again.
	apt_get install --no-install-recommends "${packages[@]}" >/dev/null ||
		{ apt_get update >/dev/null && apt_get install --no-install-recommends "${packages[@]}" >/dev/null; } ||
		die "apt-get could not install ${packages[*]}"

	mapfile -t packages < <(missing_packages "$@")
	[[ ${#packages[@]} -eq 0 ]] || die "still missing after the installation: ${packages[*]}"
}

main "$@"
