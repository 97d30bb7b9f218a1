#!/usr/bin/env bash
#
# Runs a command beside a throw-away PostgreSQL cluster in which plasticc is installed: builds the
# checkout, copies the server, installs into the copy, starts a cluster with data directory and Unix
# socket of its own (no TCP port), and removes all of it when the command ends, in whatever way.
# The command finds the cluster through PGHOST, PGUSER and PGDATABASE.  It sees the checkout as its
# working directory.
#
# usage: scripts/cluster.sh COMMAND [ARGUMENT...]      for example: scripts/cluster.sh psql

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_cluster()
{
	local data=$work/data log=$work/server.log

	mkdir -m 700 "$work/socket"
	chown "$(server_user)" "$work/socket"
	# programs that cannot enter the folder they are called in say so
	cd "$work"
	as_server_user "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1 ||
		{ cat "$work/initdb.log" >&2; die "initdb failed"; }
	# Nothing here needs to survive a crash.  Parallel hash joins are off because they take
	# work_mem a worker from /dev/shm, of which containers often have 64 MB.
	as_server_user tee -a "$data/postgresql.conf" >/dev/null <<-END
		listen_addresses = ''
		unix_socket_directories = '$work/socket'
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		shared_buffers = 256MB
		work_mem = 64MB
		maintenance_work_mem = 256MB
		max_wal_size = 2GB
		enable_parallel_hash = off
		jit = off
		timezone = 'UTC'
		log_timezone = 'UTC'
	END
	as_server_user "$bin/pg_ctl" -D "$data" -l "$log" -w -s start ||
		{ cat "$log" >&2; die "the server did not start"; }
}

main()
{
	[[ $# -gt 0 ]] || die "usage: scripts/cluster.sh COMMAND [ARGUMENT...]"
	clear_pg_environment
	make_work_dir
	note "building the extension for a private copy of the server"
	stage_and_build
	note "starting a throw-away cluster of $("$bin/postgres" --version)"
	start_cluster
	export_server_path
	export PGHOST=$work/socket PGUSER=postgres PGDATABASE=postgres
	cd "$root_dir"
	if [[ -t 0 ]]; then
		"$@"
	else
		run_interruptibly "$@"
	fi
}

main "$@"
