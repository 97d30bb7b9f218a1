# The scripts and make targets that need no server.

use strict;
use warnings;

use File::Basename;
use PostgreSQL::Test::Utils;
use Test::More;

delete @ENV{ grep { /^(?:MAKE|MFLAGS)/ } keys %ENV };

command_checks_all(['scripts/install-deps.sh'], 0, [qr/^$/], [qr/^$/],
	'install-deps.sh does nothing if nothing is missing');
{
	local $ENV{PG_CONFIG} = '/nowhere/pg_config';
	command_fails_like(['scripts/install-deps.sh'], qr{PG_CONFIG=/nowhere/pg_config is not a program},
		'install-deps.sh uses PG_CONFIG');
}
command_fails_like([ 'make', 'PG_CONFIG=/nowhere/pg_config' ],
	qr/headers for PostgreSQL server extensions are missing.*make deps/s, 'make without headers gives a hint');
command_like([ 'make', 'help' ], qr/^make check +/m, 'make help lists the targets');
command_like([ 'make', 'PG_CONFIG=/nowhere/pg_config', 'help' ], qr/^make demo +/m, 'make help needs no server');

# As a user whose sudo wants a password, on a machine without prove.
SKIP:
{
	skip 'root needs no sudo', 1 if $> == 0;

	my $programs = PostgreSQL::Test::Utils::tempdir();
	symlink($_, "$programs/" . basename($_)) foreach glob('/usr/bin/* /bin/*');
	unlink("$programs/prove", "$programs/sudo");
	append_to_file("$programs/sudo", "#!/bin/sh\nexit 1\n");
	append_to_file("$programs/apt-get", "#!/bin/sh\nexit 1\n") if !-e "$programs/apt-get";
	chmod(0755, "$programs/sudo", "$programs/apt-get");
	local $ENV{PATH} = $programs;
	command_fails_like(['scripts/install-deps.sh'],
		qr/missing: perl; sudo asks for a password and there is no terminal.*: sudo apt-get install perl$/,
		'install-deps.sh says what to do when sudo asks for a password');
}

# What cannot work is refused before anything is built.
{
	local $ENV{SUITES} = 'unit nosuch';
	command_fails_like(['scripts/check.sh'], qr/^check\.sh: there is no suite "nosuch"; SUITES may name: lint unit /,
		'check.sh: an unknown suite is refused');
}
foreach my $script ([ 'scripts/check.sh' ], [ 'scripts/cluster.sh', 'true' ])
{
	my $directory = PostgreSQL::Test::Utils::tempdir();
	mkdir("$directory/$_") foreach 'a folder', 'x' x 60;
	{
		local $ENV{TMPDIR} = "$directory/a folder";
		command_fails_like($script, qr/TMPDIR=.* contains white space/, "$script->[0]: TMPDIR with a space is refused");
	}
	{
		local $ENV{TMPDIR} = "$directory/" . 'x' x 60;
		command_fails_like($script, qr/TMPDIR=.* is too long for the paths of Unix sockets; .* at most \d+ bytes$/,
			"$script->[0]: TMPDIR that is too long is refused");
	}
}

# The caller's connection is none of the throw-away server's.  -O0: the code is not what is tested.
{
	local @ENV{qw(PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS PGSERVICE PGSSLMODE PGDATA CFLAGS_EXTRA)} =
	  ('/nowhere', 1, 'nobody', 'nothing', '-c nothing=1', 'none', 'verify-full', '/nowhere', '-O0');
	command_like([ 'scripts/cluster.sh', 'psql', '-X', '-At', '-c', "SELECT 'answer'" ], qr/^answer$/m,
		'cluster.sh: no PG* variable of the caller matters');
}

# Everything that the help and the runner mention exists.
foreach my $script (glob('scripts/*.sh bench/*.sh .ci/run'))
{
	# those that are sourced name no interpreter
	is(!!-x $script, scalar(slurp_file($script) =~ /^#!/), "$script is executable if it is to be");
	command_ok([ 'bash', '-n', $script ], "$script parses");
}

# Downloads from a local mirror with the wrong files.
SKIP:
{
	skip 'no curl', 6 if system('curl --version >/dev/null 2>&1') != 0;

	my $directory = PostgreSQL::Test::Utils::tempdir();
	my $mirror = PostgreSQL::Test::Utils::tempdir();
	local $ENV{PLASTICC_URL} = "file://$mirror";

	command_fails_like([ 'scripts/download.sh', $directory ],
		qr/metadata\.csv\.gz: the download failed; start again to continue/, 'download: a missing file is reported');
	append_to_file("$mirror/plasticc_train_metadata.csv.gz", 'not the file');
	command_fails_like([ 'scripts/download.sh', $directory ],
		qr/metadata\.csv\.gz: the MD5 sum of what came is wrong/, 'download: a wrong file is reported');
	is_deeply([ glob("$directory/*") ], [], 'download: and not kept');
	append_to_file("$directory/plasticc_train_metadata.csv.gz", 'mine');
	command_fails_like([ 'scripts/download.sh', $directory ], qr/is there but is not the published file/,
		'download: existing files are not overwritten');
}

done_testing();
