# An installation upgraded from any earlier version has the same objects as a fresh one.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($current) = slurp_file('plasticc.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my @earlier = grep { $_ ne $current } map { m,--([^-]+)\.sql$, } glob('sql/plasticc--*.sql');

my $node = PostgreSQL::Test::Cluster->new('upgrade');
$node->init;
$node->start;

# Every object of the extension in a database, as pg_dump tells it when it cannot leave the objects to CREATE
# EXTENSION: definition, owner, comment and privileges, keyed by type and name.  Without OIDs and transactions.
sub objects
{
	my ($database) = @_;
	my ($dump, $errors) = run_command([ 'pg_dump', '--binary-upgrade', '--schema-only', '-d', $node->connstr($database) ]);
	my %objects;

	die $errors if $errors ne '';
	foreach (split /^--\n-- (?=Name: )/m, $dump)
	{
		my ($name) = /^Name: (.*); Owner: / or next;

		s/^-- For binary upgrade, must preserve .*\n//mg;
		s/^SELECT pg_catalog\.binary_upgrade_set_next_.*\n//mg;
		s/^--\n-- PostgreSQL database dump complete.*//ms;
		s/\n\n+/\n/g;
		s/^(.*relfrozenxid = |WHERE oid = )'\d+'/$1/mg;
		s/relminmxid = '\d+'//g;
		s/(?<=, ')\{[\d,]+\}(?=', )/tables/ if /binary_upgrade_create_empty_extension/;
		$objects{$name} = $_;
	}
	return \%objects;
}

# Tables whose rows pg_dump takes along.
sub configuration
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT t::regclass, condition FROM pg_extension, unnest(extconfig, extcondition) AS u(t, condition)
		WHERE extname = 'plasticc' ORDER BY t::regclass::text});
}

# A schema that must be qualified.
sub install
{
	my ($database, $version) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, "CREATE SCHEMA astro; CREATE EXTENSION plasticc SCHEMA astro VERSION '$version'");
}

install('fresh', $current);
my $fresh = objects('fresh');

cmp_ok(scalar(grep { /Type: (?:FUNCTION|AGGREGATE|PROCEDURE);/ } keys %$fresh), '>=',
	$node->safe_psql('fresh', q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'astro'::regnamespace}), 'the dump has all functions');
cmp_ok(scalar(@earlier), '>', 0, 'there are earlier versions');
foreach my $version (@earlier)
{
	my $upgraded;

	install('upgraded', $version);
	$node->safe_psql('upgraded', 'ALTER EXTENSION plasticc UPDATE');
	$upgraded = objects('upgraded');
	is_deeply([ sort keys %$upgraded ], [ sort keys %$fresh ], "$version upgraded: the same objects");
	is($upgraded->{$_}, $fresh->{$_}, "$version upgraded: $_")
		foreach grep { ($upgraded->{$_} // '') ne ($fresh->{$_} // '') } sort keys %$fresh;
	is(configuration('upgraded'), configuration('fresh'), "$version upgraded: the same tables are dumped");
	$node->safe_psql('postgres', 'DROP DATABASE upgraded');
}

$node->stop;
done_testing();
