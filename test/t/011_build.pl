# Builds out of the tree, as packagers make them, and what the linker was told.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

delete @ENV{ grep { /^(?:MAKE|MFLAGS)/ } keys %ENV };

my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
chomp(my $installed = `$pg_config --pkglibdir`);
$installed .= '/plasticc.so';

# The symbols that a shared library exports.
sub exports
{
	my ($library) = @_;

	return [ sort map { /^\S+ T (\S+)$/ ? $1 : () } split /\n/, `nm -D --defined-only $library` ];
}

# The sources alone, as a package has them; the optimiser is not what is tested.
my $root = PostgreSQL::Test::Utils::tempdir();
system_or_bail("tar -cf - --exclude='*.o' Makefile blas.mk plasticc.control sql src test | tar -C '$root' -xf -");
mkdir("$root/$_") foreach 'build', 'package';
my @make = ('make', '-s', '-C', "$root/build", '-f', "$root/Makefile", 'OPTFLAGS=-O0', "PG_CONFIG=$pg_config");

command_checks_all([ @make, "VPATH=$root" ], 0, [qr/^$/], [qr/^$/], 'a build with VPATH');
command_ok([ 'make', '-q', '-C', "$root/build", '-f', '../Makefile', "PG_CONFIG=$pg_config" ],
	'a Makefile in another folder finds the same sources');
is_deeply([ glob("$root/src/*/*/*.o $root/*.so") ], [], 'leaves the sources as they were');
is_deeply(exports("$root/build/plasticc.so"), exports($installed), 'exports what the build in the tree exports');
command_ok([ @make, "VPATH=$root", 'install', "DESTDIR=$root/package" ], 'can be installed');
chomp(my $files = `cd '$root/package' && find . -type f | sed 's,.*/,,' | sort`);
is_deeply([ split /\n/, $files ],
	[ sort 'plasticc.so', 'plasticc.control', map { s,.*/,,r } glob('sql/plasticc--*.sql') ], 'installs all files');

append_to_file("$root/plasticc.so", '');
command_fails_like([ @make, "VPATH=$root" ], qr/has been built in place: run "make clean" there first/,
	'a source tree that was built in place is refused');

# Some of OpenBLAS's assembly would ask for an executable stack.
foreach my $library ($installed, "$root/build/plasticc.so")
{
	like(`readelf -lW $library`, qr/^\s*GNU_STACK .* RW /m, "$library has no executable stack");
}

done_testing();
