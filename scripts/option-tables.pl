#!/usr/bin/env perl
#
# Writes the option tables of README.md from plasticc_training_options() and plasticc_option_catalog(),
# of the server that the PG* variables name.
#
# usage: scripts/cluster.sh scripts/option-tables.pl [FILE]

use strict;
use warnings;

my $file = $ARGV[0] // 'README.md';

# Header of a table, and the query of its rows.
my %tables = (
	'| Option | Value | Default | `reference` | Description |' => q{
		SELECT format('| `%s` | %s | %s | %s | %s |', name,
				replace(replace(range, '"', ''), 'array of at most 31', 'array of'),
				replace(default_value, '"', ''), replace(reference_value, '"', ''), description)
		FROM plasticc_training_options()},
	'| Procedure | Option | Value | Default | Description |' => q{
		SELECT format('| `%s` | `%s` | %s | %s | %s |', procedure, name, replace(range, '"', ''),
				replace(replace(default_value, '"', ''), 'null', ''), description)
		FROM plasticc_option_catalog() WHERE procedure IN ('plasticc_extract', 'plasticc_predict')});

sub rows
{
	my ($query) = @_;

	open(my $psql, '-|', 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', 'SET client_min_messages = warning',
		'-c', 'CREATE EXTENSION IF NOT EXISTS plasticc', '-c', $query) or die "psql: $!\n";
	my $rows = do { local $/; <$psql> };
	close($psql) or die "the query of a table failed\n";
	return $rows;
}

open(my $in, '<', $file) or die "$file: $!\n";
my $text = do { local $/; <$in> };
close($in);
foreach my $header (sort keys %tables)
{
	my $rows = rows($tables{$header});
	$text =~ s/^(\Q$header\E\n\|[-|]*\n)(?:\|.*\n)*/$1$rows/m or die "$file has no table $header\n";
}
open(my $out, '>', $file) or die "$file: $!\n";
print $out $text;
close($out) or die "$file: $!\n";
