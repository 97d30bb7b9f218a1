#!/usr/bin/env bash
#
# Runs `make check` on every supported server with every compiler, and the unit tests of src/core on
# other architectures, in chroots of Debian's releases:
#
#	bullseye bookworm trixie sid    each with the PostgreSQL of that release
#	experimental                    sid with the newest PostgreSQL there is, if need be a beta
#	arm64 s390x                     bookworm's cross compilers; the tests run under qemu
#
# The last lines are a table: PostgreSQL, compiler, architecture, tests passed and failed.  The exit
# status is 0 only if nothing failed.  Continuous integration does not run this.
#
# Needs root, debootstrap and 3 GB a chroot.  A chroot that is missing is made; remove it to have it
# made anew.  The output of the tests is in DIRECTORY/log.
#
# environment: COMPILERS="gcc clang"    these compilers
#              SUITES="unit regress"    these suites, on the servers
#              CFLAGS_EXTRA             default -Werror
#              MIRROR                   Debian's mirror; default as debootstrap has it
#              PLASTICC_DATA=dir        the real data; default ../shared/data, where there is one
#
# usage: scripts/matrix.sh DIRECTORY [CHROOT...]

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/chroot.sh
. "$(dirname "${BASH_SOURCE[0]}")/chroot.sh"

servers=(bullseye bookworm trixie sid experimental)
declare -A cross_compiler=([arm64]=aarch64-linux-gnu-gcc [s390x]=s390x-linux-gnu-gcc)
declare -A emulator=([arm64]=qemu-aarch64-static [s390x]=qemu-s390x-static)
table=()
all_passed=true

# The checkout as it is now, in the chroot's /root/plasticc.
copy_checkout()
{
	rm -rf "$1/root/plasticc"
	mkdir "$1/root/plasticc"
	tar -xf "$checkout" -C "$1/root/plasticc" --no-same-owner
}

# What a chroot for servers has besides the release's own packages that `make check` installs.
install_for_servers()
{
	local root=$1 name=$2 major

	install_packages "$root" make git curl procps gcc libc6-dev clang
	# the sanitizers' libraries, where they are not part of clang
	major=$(in_chroot "$root" clang -dumpversion)
	if in_chroot "$root" apt-cache show "libclang-rt-${major%%.*}-dev" >/dev/null 2>&1; then
		install_packages "$root" "libclang-rt-${major%%.*}-dev"
	fi
	if [[ $name == experimental ]]; then
		sed 's/ sid / experimental /' "$root/etc/apt/sources.list" >"$root/etc/apt/sources.list.d/experimental.list"
		in_chroot "$root" apt-get -q update
		major=$(in_chroot "$root" apt-cache search --names-only '^postgresql-[0-9]+$' | sed 's/^postgresql-\([0-9]*\).*/\1/' | sort -n | tail -n 1)
		mkdir -p "$root/etc/postgresql-common/createcluster.d"
		note "create_main_cluster = false" >"$root/etc/postgresql-common/createcluster.d/none.conf"
		install_packages "$root" -t experimental "postgresql-$major" "postgresql-server-dev-$major"
	fi
	copy_checkout "$root"
	in_chroot "$root" /root/plasticc/scripts/install-deps.sh
}

install_for_emulation()
{
	local root=$1 name=$2

	in_chroot "$root" dpkg --add-architecture "$name"
	in_chroot "$root" apt-get -q update
	install_packages "$root" make gcc-"${cross_compiler[$name]%-gcc}" "libc6-dev-$name-cross" qemu-user-static "libopenblas-serial-dev:$name"
}

# Makes $directory/NAME if it is not there.  Until it is complete it has another name.
make_chroot()
{
	local name=$1 release=$1 install=install_for_servers root=$directory/$1.incomplete

	[[ ! -d $directory/$name ]] || return 0
	if [[ $name == experimental ]]; then
		release=sid
	elif [[ -v cross_compiler[$name] ]]; then
		release=bookworm
		install=install_for_emulation
	fi
	note "$name: making the chroot"
	rm -rf "$root"
	# A job of its own, which ends at the first command that fails.
	{
		bootstrap "$release" "$root"
		"$install" "$root" "$name"
		mv "$root" "$directory/$name"
	} >"$directory/log/$name.log" 2>&1 &
	wait $! || {
		tail -n 20 "$directory/log/$name.log" >&2
		die "$name: the chroot could not be made; see $directory/log/$name.log"
	}
}

# Runs tests in a chroot and adds a line to the table.
#
# usage: run_tests NAME COMPILER ARCHITECTURE [VARIABLE=VALUE...] COMMAND...
run_tests()
{
	local name=$1 compiler=$2 architecture=$3 root=$directory/$1 log=$directory/log/$1-$2.log
	local status=0 version server result

	shift 3
	version=$(in_chroot "$root" "$compiler" --version | sed -n '1s/[^0-9]* \([0-9][0-9.]*\).*/\1/p')
	note "$name: testing with $compiler"
	in_chroot "$root" --chdir=/root/plasticc CC="$compiler" CFLAGS_EXTRA="${CFLAGS_EXTRA:--Werror}" "$@" >"$log" 2>&1 || status=$?
	server=$(sed -n 's/^testing with PostgreSQL \([^ ]*\).*/\1/p' "$log")
	result=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1) || result="no result, exit status $status"
	if ((status != 0)); then
		all_passed=false
		result+=" (see $log)"
	fi
	table+=("$(printf '%-10s  %-14s  %-30s  %-12s  %s' "${server:--}" "$name" "$compiler ${version:-}" "$architecture" "$result")")
	note "${table[-1]}"
}

main()
{
	local directory checkout data=${PLASTICC_DATA:-$root_dir/../shared/data} name names compiler commit

	[[ $# -ge 1 ]] || die "usage: scripts/matrix.sh DIRECTORY [CHROOT...]"
	can_make_chroots
	mkdir -p "$1/log"
	directory=$(cd "$1" && pwd)
	shift
	names=("$@")
	[[ $# -gt 0 ]] || names=("${servers[@]}" "${!cross_compiler[@]}")
	for name in "${names[@]}"; do
		[[ " ${servers[*]} ${!cross_compiler[*]} " == *" $name "* ]] ||
			die "no chroot \"$name\"; there are: ${servers[*]} ${!cross_compiler[*]}"
	done
	chosen_suites >/dev/null
	[[ -d $data ]] && data=$(cd "$data" && pwd) || data=

	checkout=$directory/checkout.tar
	archive_checkout >"$checkout"
	commit=$(git -C "$root_dir" describe --always --dirty 2>/dev/null) || commit='no git checkout'
	for name in "${names[@]}"; do
		make_chroot "$name"
		copy_checkout "$directory/$name"
		if [[ -v cross_compiler[$name] ]]; then
			run_tests "$name" "${cross_compiler[$name]}" "$name" EMULATOR="${emulator[$name]}" STATIC=1 \
				OPTFLAGS=-O3 SUITES=unit scripts/run-tests.sh /tmp/plasticc-unit
		else
			for compiler in ${COMPILERS:-gcc clang}; do
				run_tests "$name" "$compiler" "$(dpkg --print-architecture)" SUITES="$(chosen_suites)" make check
			done
		fi
	done
	printf '\n%-10s  %-14s  %-30s  %-12s  %s\n' PostgreSQL chroot compiler architecture "tests, at commit $commit"
	printf '%s\n' "${table[@]}"
	"$all_passed"
}

main "$@"
