# Two roles that want the same name for a model at the same time, and dumps of models by roles that policies concern.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('owners');
$node->init;
$node->start;

my $tables = 'plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold';
$node->safe_psql('postgres', qq{
	CREATE EXTENSION plasticc;
	CREATE ROLE alice LOGIN;
	CREATE ROLE bob LOGIN;
	CREATE ROLE dba LOGIN;
	GRANT SELECT, INSERT, DELETE ON $tables TO alice, bob;
	GRANT SELECT ON $tables TO dba;
	GRANT CREATE ON SCHEMA public TO alice, bob;	-- pg_dump locks the tables
});

sub insertion
{
	my ($name, $version) = @_;

	return "INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
		VALUES ('$name', $version, '{1,2}', '{}', '{}', '\\x00$version$version')";
}

sub owners
{
	my ($name) = @_;

	return $node->safe_psql('postgres', "SELECT version, owner FROM plasticc_models WHERE name = '$name' ORDER BY 1");
}

# Alice inserts the first version of a name and ends her transaction while Bob waits to do so.
sub race
{
	my ($name, $end) = @_;
	my $gate = close_gate($node);
	my ($alice, $bob);

	$alice = start_session($node,
		"BEGIN; SET LOCAL ROLE alice; " . insertion($name, 1) . "; SELECT pg_advisory_xact_lock_shared(1); $end");
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted})
	  or die 'no row of alice';
	$bob = start_session($node, "BEGIN; SET LOCAL ROLE bob; " . insertion($name, 2) . "; COMMIT");
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 96 AND NOT granted}), "$name: the second one waits");
	open_gate($node, $gate);
	finish_session($alice);
	return finish_session($bob)->{err};
}

like(race('raced', 'COMMIT'), qr/permission denied for model "raced"\nDETAIL:  It belongs to role "alice"/,
	'the second one is refused');
is(owners('raced'), '1|alice', 'and only one has a row');
is(race('abandoned', 'ROLLBACK'), '', 'the second one gets the name when the first one gives up');
is(owners('abandoned'), '2|bob', 'and it is his');

# A transaction whose snapshot is older than the other's row.
foreach my $level ('REPEATABLE READ', 'SERIALIZABLE')
{
	my $name = lc $level;
	my $gate = close_gate($node);
	my $bob = start_session($node, "BEGIN ISOLATION LEVEL $level; SET LOCAL ROLE bob; SELECT count(*) FROM plasticc_models; "
		  . "SELECT pg_advisory_xact_lock_shared(1); " . insertion($name, 2) . "; COMMIT");

	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted})
	  or die 'no snapshot of bob';
	$node->safe_psql('postgres', "SET ROLE alice; " . insertion($name, 1));
	open_gate($node, $gate);
	like(finish_session($bob)->{err}, qr/permission denied for model "$name"/, "$level: refused");
	is(owners($name), '1|alice', "$level: and only one has a row");
}

# After a savepoint is rolled back, what was checked in it is checked again.
$node->safe_psql('postgres', "SET ROLE bob; BEGIN; SAVEPOINT s; " . insertion('saved', 1) . "; ROLLBACK TO s; "
	  . insertion('saved', 2) . "; " . insertion('saved', 3) . "; COMMIT");
is(owners('saved'), "2|bob\n3|bob", 'a name in a savepoint');

# Dumps of the models alone.
my $file = PostgreSQL::Test::Utils::tempdir() . '/models.sql';
my @dump = ('pg_dump', '--data-only', '--table=plasticc_models', '-f', $file, '-d', $node->connstr('postgres'));
my $all = "SELECT md5(string_agg(m::text, '' ORDER BY name, version)) FROM plasticc_models m";
my $before = $node->safe_psql('postgres', $all);

sub restored
{
	my ($role) = @_;

	$node->safe_psql('postgres', 'DROP EXTENSION plasticc; CREATE EXTENSION plasticc');
	$node->safe_psql('postgres', "GRANT SELECT, INSERT, DELETE ON $tables TO alice, bob; GRANT SELECT ON $tables TO dba");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM plasticc_models'), 0, 'DROP EXTENSION takes the models along');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', $role, '-f', $file, '-d', $node->connstr('postgres') ],
		"$role restores");
	return $node->safe_psql('postgres', $all);
}

my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
$node->command_ok(\@dump, 'pg_dump of the models');
is(restored($superuser), $before, 'the same models');

command_fails_like([ @dump, '-U', 'dba' ], qr/query would be affected by row-level security policy/,
	'pg_dump by a role that policies concern');
$node->command_ok([ @dump, '-U', 'dba', '--enable-row-security' ], 'but with --enable-row-security');
is(restored($superuser), $before, 'which reads all rows');

# An owner's models by himself.
$node->safe_psql('postgres', q{DELETE FROM plasticc_models WHERE owner <> 'bob'});
$before = $node->safe_psql('postgres', $all);
$node->command_ok([ @dump, '-U', 'bob', '--enable-row-security', '--inserts' ], 'an owner dumps with --inserts');
is(restored('bob'), $before, 'and restores his models');

$node->stop;
done_testing();
