# The documents are correct: their SQL runs and prints what they say, and docs/reference.md is what the extension says of itself.

use strict;
use warnings;

use File::Basename;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('documents');
# psycopg returns texts of a database without an encoding as bytes
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->start;
@ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'postgres');
my $copies = PostgreSQL::Test::Utils::tempdir();

sub copy_of
{
	my ($document) = @_;

	copy($document, "$copies/" . basename($document)) or die "$document: $!";
	return "$copies/" . basename($document);
}

# Pairs of whether it is approximate, and the text.
sub outputs
{
	my ($text) = @_;
	my @outputs;

	push @outputs, [ defined $1, $2 ] while $text =~ /^```text( approximate)?\n(.*?)^```/msg;
	return @outputs;
}

# Whether outputs differ in no more than the last digits; approximate ones have the same columns and number of rows.
sub agree
{
	my ($got, $expected, $is_approximate) = @_;
	my $number = qr/^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/;

	if ($is_approximate)
	{
		return 0 if ($got =~ tr/\n//) != ($expected =~ tr/\n//);
		($got, $expected) = map { /^(.*)$/m } $got, $expected;
	}
	my @got = split ' ', $got =~ s/-{3,}/---/gr;
	my @expected = split ' ', $expected =~ s/-{3,}/---/gr;
	return 0 if @got != @expected;
	foreach my $i (0 .. $#got)
	{
		next if $got[$i] eq $expected[$i];
		return 0 if "$got[$i] $expected[$i]" !~ /\./ || $got[$i] !~ $number || $expected[$i] !~ $number;
		return 0 if abs($got[$i] - $expected[$i]) > 1e-4 * abs($expected[$i]);
	}
	return 1;
}
ok(agree("a | 0.50000\n---+--\n", "a | 0.50001\n-----+--\n"), 'outputs may differ a little');
ok(!agree('a | 0.5', 'b | 0.5'), 'but not in words');
ok(!agree('a | 0.5', 'a | 0.6'), 'or much');
ok(agree("a | b\n0.5\n", "a | b\n0.6\n", 1), 'approximate ones may');
ok(!agree("a | b\n0.5\n", "a | c\n0.5\n", 1) && !agree("a\n0.5\n", "a\n0.5\n0.6\n", 1), 'but not in columns and number of rows');

# In the order in which they use each other's tables.
foreach my $document ('README.md', map { "docs/$_.md" } qw(light-curves features training classification pipeline dashboards administration))
{
	my $copy = copy_of($document);
	my $before = slurp_file($copy);

	command_ok([ 'perl', 'scripts/examples.pl', $copy ], "$document: its SQL runs");
	my @got = outputs(slurp_file($copy));
	my @expected = outputs($before);
	is(scalar @got, scalar @expected, "$document: has as many outputs as before");
	foreach my $i (0 .. $#expected)
	{
		ok(agree($got[$i][1], $expected[$i][1], $expected[$i][0]), "$document: output " . ($i + 1))
		  or diag("$got[$i][1]is not\n$expected[$i][1]");
	}
}

# The Python of docs/python.md, as one program, in a directory of its own.
SKIP:
{
	skip 'docs/python.md: no python3 with psycopg, pandas, matplotlib and astropy', 2
	  if system('python3 -c "import astropy, matplotlib, pandas, psycopg" >/dev/null 2>&1') != 0;
	my $directory = PostgreSQL::Test::Utils::tempdir();
	append_to_file("$directory/examples.py", "import os\nos.chdir('$directory')\n" . join("\n", slurp_file('docs/python.md') =~ /^```python\n(.*?)^```/msg));
	command_ok([ 'python3', "$directory/examples.py" ], 'docs/python.md: its Python runs');
	ok(-s "$directory/lightcurve.png", 'docs/python.md: draws a light curve');
}

# Every file that a document links to is there.
foreach my $document (glob('*.md docs/*.md bench/*.md'))
{
	my @missing = grep { !-e dirname($document) . "/$_" } slurp_file($document) =~ /\]\((?!\w+:)([^)#]+)/g;

	is_deeply(\@missing, [], "$document: links to files that exist");
}

# As scripts/reference.pl would write it.
{
	my $copy = "$copies/reference.md";

	local $ENV{PGDATABASE} = 'fresh';
	$node->safe_psql('postgres', 'CREATE DATABASE fresh');
	command_ok([ 'perl', 'scripts/reference.pl', $copy ], 'the reference is written');
	is(slurp_file($copy), slurp_file('docs/reference.md'), 'docs/reference.md is up to date: scripts/cluster.sh scripts/reference.pl writes it');
}

my %groups = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT feature_group, count(*)
	FROM (SELECT feature_group FROM plasticc_feature_catalog()
		  UNION ALL SELECT feature_group FROM plasticc_host_feature_catalog()) f
	GROUP BY 1});
my %counts = slurp_file('docs/features.md') =~ /^\| ((?:`\w+`(?:, )?)+) \| (\d+) \|/mg;
foreach my $names (sort keys %counts)
{
	my $sum = 0;

	$sum += delete $groups{$_} // 0 foreach $names =~ /`(\w+)`/g;
	is($sum, $counts{$names}, "docs/features.md has the number of features of $names");
}
is_deeply([ keys %groups ], [], 'docs/features.md has all feature groups');

# The features that the dashboard reads, and plots unless others are chosen.
{
	my @named = map { slurp_file($_) =~ /plasticc_feature\(\S+ '(\w+)'\)/g } glob 'examples/dashboard/export/*.js';
	my ($plotted) = slurp_file('examples/dashboard/settings.js') =~ /columns: \['([\w,]+)'/;

	push @named, split /,/, $plotted;
	cmp_ok(scalar @named, '>=', 5, 'the dashboard names features');
	is($node->safe_psql('postgres', "SELECT unnest('{" . join(',', @named) . "}'::text[]) EXCEPT SELECT unnest(plasticc_feature_names())"),
		'', 'all of them exist');
}

$node->stop;
done_testing();
