# The scripts and make targets that need no server.

use strict;
use warnings;

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

# Everything that the help and the runner mention exists.
foreach my $script (glob('scripts/*.sh bench/*.sh .ci/run'))
{
	ok($script eq 'scripts/lib.sh' || -x $script, "$script is executable");
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
