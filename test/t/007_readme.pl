# The README is correct: its SQL runs, and its tables list all functions and options.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $readme = slurp_file('README.md');
my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->start;

my @blocks = $readme =~ /^```sql\n(.*?)^```/msg;
cmp_ok(scalar @blocks, '>', 5, 'the README has SQL');

foreach my $block (@blocks)
{
	my ($status, $out, $err) = $node->psql('postgres', "SET client_min_messages = warning;\n$block",
		on_error_stop => 1, on_error_die => 0);
	my ($first) = $block =~ /^(?:--.*\n)*(.*)/;
	is($status, 0, "runs: $first") or diag($err);
}

# scripts/option-tables.pl, which writes the option tables, leaves the README as it is.
{
	my $copy = PostgreSQL::Test::Utils::tempdir() . '/README.md';

	append_to_file($copy, $readme);
	local @ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'postgres');
	command_ok([ 'perl', 'scripts/option-tables.pl', $copy ], 'the option tables are written');
	is(slurp_file($copy), $readme, 'the option tables of the README equal those of the functions');
}

my @functions = split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT p.proname
	FROM pg_proc p
	JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'plasticc'
	WHERE p.proname LIKE 'plasticc%' AND p.proname !~ '_(accum|combine|final|support|owner)$' AND p.proname <> 'plasticc_union'});
foreach my $function (@functions)
{
	like($readme, qr/^\|.*\b$function\b/m, "the reference tables list $function");
}

my %groups = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT feature_group, count(*)
	FROM (SELECT feature_group FROM plasticc_feature_catalog()
		  UNION ALL SELECT feature_group FROM plasticc_host_feature_catalog()) f
	GROUP BY 1});
my %counts = $readme =~ /^\| ((?:`\w+`(?:, )?)+) \| (\d+) \|/mg;
foreach my $names (sort keys %counts)
{
	my $sum = 0;

	$sum += delete $groups{$_} // 0 foreach $names =~ /`(\w+)`/g;
	is($sum, $counts{$names}, "the README has the number of features of $names");
}
is_deeply([ keys %groups ], [], 'the README has all feature groups');

$node->stop;
done_testing();
