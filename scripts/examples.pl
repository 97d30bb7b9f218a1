#!/usr/bin/env perl
#
# Runs the SQL of documents, block by block and in the order given, in the server that the PG*
# variables name, and writes what psql prints into the ```text block that follows one of ```sql;
# "```text approximate" says that it depends on a training, which differs from processor to processor.
#
# A statement that fails ends it.
#
# usage: scripts/cluster.sh scripts/examples.pl FILE...

use strict;
use warnings;

use File::Temp;

# What psql prints for some statements.
sub run
{
	my ($file, $sql) = @_;
	my $script = File::Temp->new;

	print $script "SET client_min_messages = warning;\n$sql";
	close($script);
	my $output = qx(psql -XqP footer=off -v ON_ERROR_STOP=1 -f $script);
	die "$file: failed:\n$sql" if $? != 0;
	return $output =~ s/[ \t]+$//mgr =~ s/\n+\z/\n/r;
}

die "usage: scripts/cluster.sh scripts/examples.pl FILE...\n" if !@ARGV;
foreach my $file (@ARGV)
{
	open(my $in, '<', $file) or die "$file: $!\n";
	my $text = do { local $/; <$in> };
	close($in);

	$text =~ s/^(```sql\n(.*?)^```\n)(?:(\n```text(?: approximate)?\n).*?^(```\n))?/my $output = run($file, $2); $1 . (defined $3 ? $3 . $output . $4 : '')/msge;

	open(my $out, '>', $file) or die "$file: $!\n";
	print $out $text;
	close($out) or die "$file: $!\n";
}
