# shellcheck shell=bash
# What the scripts share: messages, choice of the server, the private copy of it, the clean-up.
# Sourced; the caller has set -euo pipefail.

root_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=							# see make_work_dir
bin=							# see stage_and_build
child=							# see run_interruptibly

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

note()
{
	printf '%s\n' "$*"
}

# The pg_config of the server to build for: PG_CONFIG; else that of the newest installed server,
# one with headers preferred; else whatever is on the PATH.  Debian's /usr/bin/pg_config belongs
# to libpq-dev and can name another version than the server's, so it comes last.  Prints nothing
# if there is none.
find_pg_config()
{
	local bin with_headers='' with_server=''

	if [[ -n ${PG_CONFIG:-} ]]; then
		command -v "$PG_CONFIG" || die "PG_CONFIG=$PG_CONFIG is not a program"
		return
	fi
	for bin in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
		if [[ -x $bin/postgres && -x $bin/pg_config ]]; then
			with_server=$bin/pg_config
			if has_headers "$with_server"; then
				with_headers=$with_server
			fi
		fi
	done
	if [[ -n $with_headers$with_server ]]; then
		note "${with_headers:-$with_server}"
	elif command -v pg_config >/dev/null && [[ -x $(pg_config --bindir)/postgres ]]; then
		command -v pg_config
	fi
}

# Can extensions be built with this pg_config?
has_headers()
{
	[[ -e $("$1" --pgxs) && -e $("$1" --includedir-server)/postgres.h ]]
}

# Is the serial OpenBLAS there, with its header?  blas.mk looks in the same places.
has_blas()
{
	local multiarch

	multiarch=$("${CC:-cc}" -print-multiarch 2>/dev/null) || true
	multiarch=${multiarch:-*}
	compgen -G "/usr/lib/$multiarch/openblas-serial/libopenblas.[as]*" >/dev/null ||
		compgen -G '/usr/lib*/openblas-serial/libopenblas.[as]*' >/dev/null || return 1
	compgen -G "/usr/include/$multiarch/openblas-serial/cblas.h" >/dev/null || [[ -e /usr/include/openblas/cblas.h ]]
}

# Prints the test suites to run: SUITES, or all of them.
chosen_suites()
{
	local suite all='lint unit sanitize fuzz regress tap'

	for suite in ${SUITES:-$all}; do
		[[ " $all " == *" $suite "* ]] || die "there is no suite \"$suite\"; SUITES may name: $all"
	done
	note "${SUITES:-$all}"
}

# Unsets the caller's PGHOST, PGPORT and whatever else changes what a server, a client or a test
# does.  Our servers are reached by what we set afterwards.
clear_pg_environment()
{
	local name

	for name in $(compgen -e PG); do
		[[ $name == PG_CONFIG ]] || unset "$name"
	done
}

# The server refuses to run as root: root's clusters and tests belong to the user postgres.
server_user()
{
	if [[ $(id -u) -ne 0 ]]; then
		id -un
	elif id postgres >/dev/null 2>&1; then
		note postgres
	else
		die "the server does not run as root, and there is no user postgres to run it as"
	fi
}

# Runs a command as server_user.  Unlike su and runuser, setpriv leaves no process between that
# could swallow a signal.
as_server_user()
{
	local user

	user=$(server_user)
	if [[ $(id -u) -ne 0 ]]; then
		"$@"
	else
		HOME=$work USER=$user LOGNAME=$user \
			setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
	fi
}

# make without the options and variables of a make that called us: DATA=..., meant for the demo,
# would replace the list of files that PGXS installs.
clean_make=(env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES -u MAKELEVEL -u DATA make --no-print-directory)

# Creates $work, a temporary folder that everything of this run lives in.  It goes, and the
# servers in it stop, however the script ends.
make_work_dir()
{
	local LC_ALL=C parent=${TMPDIR:-/tmp} longest

	[[ $parent != *[[:space:]]* ]] || die "TMPDIR=$parent contains white space, which make cannot handle; choose another folder"
	# A Unix socket's path has at most 107 bytes.  The longest of ours is that of pg_regress.
	longest=/plasticc.XXXXXX/tmp/pg_regress-XXXXXX/.s.PGSQL.65535
	((${#parent} + ${#longest} <= 107)) ||
		die "TMPDIR=$parent is too long for the paths of Unix sockets; choose a folder whose path has at most $((107 - ${#longest})) bytes"
	work=$(mktemp -d "$parent/plasticc.XXXXXX")
	trap remove_work_dir EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	chown "$(server_user)" "$work"
	chmod 755 "$work"
}

remove_work_dir()
{
	local status=$?

	trap '' HUP INT TERM
	if [[ -n $child ]]; then
		kill -TERM -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	stop_servers "$work"
	umount "$work/small_disk" 2>/dev/null || true	# of check.sh
	rm -rf "$work"
	return "$status"
}

# Stops, without ceremony, each server whose data directory lies under a folder.
stop_servers()
{
	local pid_file pid tries

	while IFS= read -r pid_file; do
		pid=$(head -n 1 "$pid_file")
		kill -QUIT "$pid" 2>/dev/null || continue
		for ((tries = 0; tries < 100; tries++)); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
	done < <(find "$1" -name postmaster.pid 2>/dev/null)
}

# Runs a command, as a process group of its own, so that a signal for this script ends it at once
# and not after the command.
run_interruptibly()
{
	local status=0

	set -m
	"$@" &
	child=$!
	set +m
	wait "$child" || status=$?
	child=
	return "$status"
}

# Debian's pg_config of PostgreSQL 13 always prints the folders it was built for, although the rest of
# the server is relocatable.  Replaces it with a script that prints those below $work/server.
#
# usage: relocate_pg_config FOLDER...		the folders that were copied
relocate_pg_config()
{
	local folders

	[[ $("$bin/pg_config" --bindir) != "$bin" ]] || return 0
	folders=$(IFS='|' && printf '%s' "$*")
	mv "$bin/pg_config" "$bin/pg_config.built"
	cat >"$bin/pg_config" <<-END
		#!/bin/sh
		'$bin/pg_config.built' "\$@" | sed -E 's#(^|= )($folders)#\1$work/server\2#'
	END
	chmod 755 "$bin/pg_config"
}

# Writes the checkout without what was built to the standard output, as a tar archive.
archive_checkout()
{
	tar -C "$root_dir" -cf - --exclude=.git --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
		--exclude=tmp_check --exclude=./results --exclude=./dist --exclude=./build \
		--exclude=node_modules --exclude=./examples/dashboard/dist .
}

# Copies the sources to $work/src and the server to $work/server, builds the one and installs it
# into the other.  So neither the checkout nor the system's server is written to, the server's
# user can read everything, and runs do not meet.  Sets $bin, the folder of the server's programs.
stage_and_build()
{
	local pg_config directory directories=() log=$work/build.log

	pg_config=$(find_pg_config)
	[[ -n $pg_config ]] || die "no PostgreSQL server found; scripts/install-deps.sh installs one"
	has_headers "$pg_config" || die "$pg_config: the headers for server extensions are missing"

	mkdir "$work/src" "$work/server"
	archive_checkout | tar -C "$work/src" -xf - --no-same-owner
	for directory in bindir pkglibdir sharedir includedir-server; do
		directory=$("$pg_config" "--$directory")
		cp -r --parents "$directory" "$work/server/"
		directories+=("$directory")
	done
	bin=$work/server$("$pg_config" --bindir)
	relocate_pg_config "${directories[@]}"
	chown -R "$(server_user)" "$work/src" "$work/server"
	chmod -R u+rwX,go+rX "$work/src" "$work/server"

	if ! run_interruptibly as_server_user "${clean_make[@]}" -s -C "$work/src" -j2 PG_CONFIG="$bin/pg_config" \
		${CC:+CC="$CC"} install >"$log" 2>&1; then
		cat "$log" >&2
		die "the build failed"
	fi
	cat "$log" >&2
}

export_server_path()
{
	export PATH=$bin:$PATH PG_CONFIG=$bin/pg_config
}

# Sets the environment of the tests of the built tree, and enters it.
prepare_tests()
{
	export_server_path
	# Messages must be the untranslated ones.
	unset LANGUAGE
	as_server_user mkdir "$work/tmp"
	export TMPDIR=$work/tmp LC_ALL=C.UTF-8
	cd "$work/src" || exit
}

# Sets `arguments` to what libFuzzer gets for the target NAME: FOLDER, where new inputs go, and the
# corpus and the dictionary of the target, if there are any.
#
# usage: fuzz_arguments NAME FOLDER
fuzz_arguments()
{
	arguments=("$2")
	mkdir -p "$2"
	if [[ -d test/fuzz/corpus/$1 ]]; then
		arguments+=("test/fuzz/corpus/$1")
	fi
	if [[ -e test/fuzz/$1.dict ]]; then
		arguments+=("-dict=test/fuzz/$1.dict")
	fi
}
