# The rules of the source tree: src/README.md describes its folders and which may include which.
#
# usage: perl test/layout.pl [ROOT]
#
# environment: CC, PG_CONFIG, BLAS_CFLAGS

use strict;
use warnings;

use File::Find;
use File::Temp;
use IO::Handle;
use Test::More;

my $max_lines = 500;
my $format_version = 14;

chdir($ARGV[0] // '.') or die "$ARGV[0]: $!\n";

my (@sources, @elsewhere);
find({ no_chdir => 1, wanted => sub { push @sources, $_ if /\.[ch]$/ } }, 'src');
find({ no_chdir => 1, wanted => sub { push @elsewhere, $_ if /\.[ch]$/ } }, 'test', 'bench');
@sources = sort map { s{^src/}{}r } @sources;
my @headers = grep { /\.h$/ } @sources;
my %is_source = map { $_ => 1 } @sources;

# Per file: its text, and the files that its #include lines name, with their quotes.
my (%text, %includes);
foreach my $file (@sources)
{
	open(my $handle, '<', "src/$file") or die "src/$file: $!\n";
	local $/;
	$text{$file} = <$handle>;
	$includes{$file} = [ $text{$file} =~ /^\s*#\s*include\s*(<[^>]+>|"[^"]+")/mg ];
}

# The table of folders: purpose and folders that may be included.
my (%purpose, %allowed);
{
	open(my $handle, '<', 'src/README.md') or die "src/README.md: $!\n";
	while (<$handle>)
	{
		next unless m{^\| `((?:core|pg)/\w+)` \| (.*?) *\| *(.*?) *\|$};
		my ($folder, $what, $list) = ($1, $2, $3);

		$purpose{$folder} = $what;
		$allowed{$folder} = [ $list =~ /`([^`]+)`/g ];
	}
}
my @core_folders = grep { m{^core/} } sort keys %purpose;
$_ = [ map { $_ eq 'core' ? @core_folders : $_ } @$_ ] foreach values %allowed;

sub folder_of
{
	return $_[0] =~ s{/[^/]*$}{}r;
}

# The test of one rule: passes if it is broken nowhere.
sub holds
{
	my ($rule, @broken) = @_;

	ok(!@broken, $rule) or diag(map { "$_\n" } @broken);
}

# The first circle of a graph (node => its successors), as "a > b > a"; nothing if there is none.
sub circle
{
	my ($graph) = @_;
	my (%done, @path, %on_path, $visit);

	$visit = sub {
		my ($node) = @_;

		if ($on_path{$node})
		{
			shift @path while $path[0] ne $node;
			return join(' > ', @path, $node);
		}
		return if $done{$node}++;
		push @path, $node;
		$on_path{$node} = 1;
		foreach my $next (@{ $graph->{$node} // [] })
		{
			my $found = $visit->($next);
			return $found if defined $found;
		}
		delete $on_path{ pop @path };
		return;
	};
	foreach my $node (sort keys %$graph)
	{
		my $found = $visit->($node);
		return $found if defined $found;
	}
	return;
}

# Groups files by what a function makes of their names; the groups of more than one, as lines.
sub shared
{
	my ($key, @files) = @_;
	my %by_key;

	push @{ $by_key{ $key->($_) } }, $_ foreach @files;
	return map { join(', ', @$_) } grep { @$_ > 1 } map { $by_key{$_} } sort keys %by_key;
}

# Runs a command; the first error it reported if it failed, nothing if not.
sub failure
{
	my $command = join(' ', map { "'" . s/'/'\\''/gr . "'" } @_);
	my $printed = `$command 2>&1 </dev/null`;

	return if $? == 0;
	return $printed =~ /^(.*\berror:.*)$/m ? $1 : "$_[0]: exit status $?";
}

# Compiles each header, included twice, as all that a program has.
sub not_compiled
{
	my ($flags, @files) = @_;
	my @compile = (split(' ', $ENV{CC} // 'cc'), '-fsyntax-only', '-std=gnu11', '-Wall', '-Werror', '-Isrc', @$flags);
	my $probe = File::Temp->new(SUFFIX => '.c');

	return map {
		truncate($probe, 0);
		seek($probe, 0, 0);
		$probe->print(qq{#include "$_"\n} x 2);
		$probe->flush;
		failure(@compile, "$probe")
	} @files;
}

# Folders.
holds('every folder of src is described in src/README.md',
	grep { !defined $purpose{$_} } do { my %seen; grep { !$seen{$_}++ } map { folder_of($_) } @sources });
holds('every folder described in src/README.md holds something and has a purpose',
	grep { my $folder = $_; $purpose{$folder} eq '' || !grep { folder_of($_) eq $folder } @sources } sort keys %purpose);
holds('the folders that may be included are described too',
	map { my $folder = $_; map { "$folder: $_" } grep { !defined $purpose{$_} } @{ $allowed{$folder} } } sort keys %allowed);

# Includes.
my (@missing, @refused, @foreign);
foreach my $file (@sources)
{
	my $folder = folder_of($file);
	my %may = map { $_ => 1 } $folder, @{ $allowed{$folder} // [] };

	foreach my $include (@{ $includes{$file} })
	{
		my ($quoted, $name) = $include =~ /^([<"])(.*)[>"]$/;

		if ($quoted eq '"' && $name =~ m{^(?:core|pg)/})
		{
			push @missing, "$file: $name" unless $is_source{$name};
			push @refused, "$file: $name" unless $may{ folder_of($name) };
		}
		elsif ($file =~ m{^core/})
		{
			push @foreign, "$file: $include"
			  unless $include =~ /^<(?:assert|ctype|errno|float|inttypes|limits|math|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|cblas)\.h>$/;
		}
	}
}
holds('an include names its file by its path below src', @missing);
holds('a folder includes only what src/README.md allows', @refused);
holds('core includes only itself, the C library and CBLAS', @foreign);
holds('no circle of folders', circle(\%allowed) // ());
holds('no circle of files', circle({ map { my $file = $_; $file => [ grep { $is_source{$_} } map { s/[<>"]//gr } @{ $includes{$file} } ] } @sources }) // ());

# Names.
holds('a file name occurs once', shared(sub { $_[0] =~ s{.*/}{}r }, @sources));
holds('a name before the suffix occurs in one folder', shared(sub { $_[0] =~ s{.*/}{}r =~ s/\..*//r },
	do { my %seen; grep { !$seen{ s/\.[ch]$//r }++ } @sources }));
holds('the guard of a header is its path', grep {
	my $guard = 'PLASTICC_' . uc($_ =~ s{[/.]}{_}gr);
	$text{$_} !~ m{\A(?:/\*.*?\*/\s*)?#ifndef $guard\n#define $guard\n.*\n#endif(?: /\* $guard \*/)?\n\z}s
} @headers);

# Headers.
holds('every header of core compiles by itself', not_compiled([ split(' ', $ENV{BLAS_CFLAGS} // '') ], grep { m{^core/} } @headers));
SKIP:
{
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
	my $server = `$pg_config --includedir-server 2>/dev/null`;
	chomp $server;
	skip("no server headers ($pg_config)", 1) unless -e "$server/postgres.h";
	holds('every header of pg compiles by itself, after postgres.h', not_compiled([ '-D_GNU_SOURCE', '-isystem', $server, '-include', 'postgres.h' ], grep { m{^pg/} } @headers));
}

# Text.
holds("no file of src has more than $max_lines lines", grep { ($text{$_} =~ tr/\n//) > $max_lines } @sources);
SKIP:
{
	my ($formatter) = grep { (`$_ --version 2>/dev/null` // '') =~ /version $format_version\./ } "clang-format-$format_version", 'clang-format';
	skip("no clang-format $format_version", 1) unless defined $formatter;
	holds("all C is formatted as by clang-format $format_version",
		failure($formatter, '--dry-run', '-Werror', (map { "src/$_" } @sources), sort @elsewhere));
}

done_testing();
