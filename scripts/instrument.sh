# shellcheck shell=bash disable=SC2154		# lib.sh sets $work and $bin
# A server that looks at every step of the extension: scripts/check.sh runs the tests in it.  Sourced after lib.sh.
# Each kind NAME has the functions NAME_build, called before the extension is built, and NAME_server, called when
# $bin holds a private copy of the server.  What it finds is in files below $reports.

reports=						# see instrumented

# Is there such a kind of server?
has_instrument()
{
	[[ $1 == asan || $1 == valgrind ]]
}

# Puts a script in the place of the server's program that runs it with the given environment and command; not while
# initdb makes a cluster, which has nothing of the extension.
#
# usage: wrap_server [NAME=VALUE...] [COMMAND...]
# shellcheck disable=SC2016	# the script expands its variables
wrap_server()
{
	local settings=()

	while [[ ${1:-} == *=* ]]; do
		settings+=("$1")
		shift
	done
	reports=$work/reports
	as_server_user mkdir "$reports"
	mv "$bin/postgres" "$bin/postgres.bare"
	{
		printf '#!/bin/bash\ncase $1 in --* | -V) exec %q "$@" ;; esac\n' "$bin/postgres.bare"
		if ((${#settings[@]} > 0)); then
			# beside what a test preloads
			printf 'preloaded=${LD_PRELOAD:-}\nexport%s\n' "$(printf ' %q' "${settings[@]}")"
			printf 'LD_PRELOAD=${LD_PRELOAD:-}${preloaded:+:$preloaded}\n'
		fi
		# by the name of the script, which pg_ctl takes from the server to start it again
		(($# > 0)) && printf 'exec' || printf 'exec -a "$0"'
		printf ' %q' "$@" "$bin/postgres.bare"
		printf ' "$@"\n'
	} >"$bin/postgres"
	chmod 755 "$bin/postgres"
}

# The address and undefined-behaviour sanitizers, of GCC because their library can be preloaded into a server that was
# built without.  What is undefined ends the process by a signal, as what is out of bounds does.
asan_build()
{
	export CC=${CC:-gcc} OPTFLAGS=-O1
	export CFLAGS_EXTRA="-g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer ${CFLAGS_EXTRA:-}"
}

asan_server()
{
	local library libraries='' stub=$work/stub.so

	# libubsan reads its options when it is loaded; later, the server has written the title of the process over them.
	for library in libasan libubsan; do
		library=$("$CC" -print-file-name="$library.so")
		[[ -e $library ]] || die "$CC has no ${library##*/}"
		libraries+=$library:
	done
	# libasan's bindtextdomain() never returns in a program that is linked without the library: Debian's server stops there.
	printf 'char *bindtextdomain(const char *domain, const char *folder) { return (char *) folder; }\n' |
		"$CC" -shared -fPIC -x c -o "$stub" -
	# Leaks: the server frees little before it ends.  The programs of the suite "sanitize" are checked for them.
	wrap_server LD_PRELOAD="$libraries$stub" \
		ASAN_OPTIONS="detect_leaks=0:abort_on_error=1:quarantine_size_mb=16:allocator_release_to_os_interval_ms=-1:log_path=$work/reports/asan" \
		UBSAN_OPTIONS="print_stacktrace=1:abort_on_error=1:log_path=$work/reports/ubsan"
}

# Memcheck.  A server built with USE_VALGRIND (scripts/cassert-server.sh) tells it of palloc, others of malloc alone.
valgrind_build()
{
	export OPTFLAGS=-O1 CFLAGS_EXTRA="-g ${CFLAGS_EXTRA:-}"
}

valgrind_server()
{
	# some thirty times slower, and the tests' waits as long
	export PG_TEST_TIMEOUT_DEFAULT=3600 PGCTLTIMEOUT=600
	wrap_server valgrind --quiet --tool=memcheck --trace-children=no --leak-check=no --error-exitcode=0 --track-origins=no \
		--suppressions="$work/src/scripts/valgrind.supp" --gen-suppressions=all --log-file="$work/reports/valgrind.%p"
}

# Prints what was found; false if anything was.
no_reports()
{
	local report found=0

	while IFS= read -r report; do
		found=$((found + 1))
		((found > 5)) || { printf -- '---- %s\n' "${report##*/}" && head -n 60 "$report"; }
	done < <(find "$reports" -type f -size +0 | sort)
	note "$found processes with findings"
	((found == 0))
}
