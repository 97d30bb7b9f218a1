# Functions, procedures and aggregates called at random with values at the edge of what their types allow, any number
# of arguments at once and outside a transaction: the server stays up, and no error is an internal one.
#
# environment: RANDOM_CALLS=1000    how many
#              RANDOM_SEED=1        which

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{RANDOM_CALLS} // 1000;
my $seed = $ENV{RANDOM_SEED} // 1;

my $node = PostgreSQL::Test::Cluster->new('random');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
# a call that takes long is as good as another one
$node->append_conf('postgresql.conf', "client_min_messages = error\nstatement_timeout = 2s\nlog_min_messages = fatal\nlog_min_error_statement = fatal");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION plasticc');
$node->safe_psql('postgres', slurp_file('test/calls/values.sql'));
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

my @statements = split /\n/, $node->safe_psql('postgres', "SET statement_timeout = 0; SET search_path = calls, public;
	SELECT setseed(1 / $seed.0) IS NULL; SELECT random_call() FROM generate_series(1, $calls)");
shift @statements;
is(scalar(@statements), $calls, "$calls calls");

# A psql for a thousand statements, one a line.
my (%outcomes, @internal, $lost);
while (my @some = splice @statements, 0, 1000)
{
	my $file = PostgreSQL::Test::Utils::tempdir() . '/calls.sql';
	my $errors = '';

	append_to_file($file, join('', map { "$_;\n" } @some));
	$lost ||= !IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-v', 'VERBOSITY=verbose', '-f', $file ],
		'>', '/dev/null', '2>', \$errors);
	unlink $file;
	foreach (split /\n/, $errors)
	{
		my ($line, $sqlstate, $message) = /^psql:[^:]*:(\d+): (?:ERROR|FATAL): +(\w{5}): (.*)/ or next;

		$outcomes{$sqlstate}++;
		push @internal, "$sqlstate $message\n$some[$line - 1]" if $sqlstate =~ /^XX/;
	}
}
ok(!$lost, 'no connection was lost');
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server stayed up');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC/, 'no process ended by a signal');
is(scalar(@internal), 0, 'no internal error') or diag(join("\n", @internal));
cmp_ok(scalar(keys %outcomes), '>=', 10, 'there are errors of many kinds');
note(join(', ', map { "$_: $outcomes{$_}" } sort keys %outcomes));

$node->stop;
done_testing();
