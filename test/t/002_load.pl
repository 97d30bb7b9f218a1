# scripts/load.sh: what it loads, and that nothing is left after an error.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('load');
$node->init;
$node->start;

my $number = 0;

my $metadata_header =
  'object_id,ra,decl,gal_l,gal_b,ddf,hostgal_specz,hostgal_photoz,hostgal_photoz_err,distmod,mwebv,target';
my $curves_header = 'object_id,mjd,passband,flux,flux_err,detected';
my $metadata = "$metadata_header\n" . "615,349.04,-61.94,320.79,-51.75,1,0.0,0.0,0.0,,0.017,92\n"
  . "713,53.08,-27.78,223.52,-54.46,0,1.8181,1.6267,0.2552,45.4063,0.007,88\n";
my $curves = "$curves_header\n" . "615,59750.4229,2,-544.810303,3.622952,1\n"
  . "713,59825.26,1,-2.516,7.5,0\n" . "713,59825.29,5,,,0\n";

# A directory with the given files (name => content); a name that ends in .gz gets compressed.
sub directory_with
{
	my (%files) = @_;
	my $directory = PostgreSQL::Test::Utils::tempdir();

	foreach my $name (keys %files)
	{
		(my $plain = $name) =~ s/\.gz$//;
		append_to_file("$directory/$plain", $files{$name});
		system_or_bail('gzip', "$directory/$plain") if $name ne $plain;
	}
	return $directory;
}

sub new_database
{
	my $database = 'load' . ++$number;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	return $database;
}

# Loads and expects success; returns the database's name.
sub load_ok
{
	my ($what, $output, @arguments) = @_;
	my $database = new_database();

	$node->command_checks_all([ 'scripts/load.sh', '-d', $database, @arguments ],
		0, [ $output->[0] ], [ $output->[1] // qr/^$/ ], "$what: loads");
	return $database;
}

# command_fails_like for our server: its method of this name is not in PostgreSQL 13's modules.
sub load_refused
{
	my ($command, $message, $name) = @_;
	local @ENV{qw(PGHOST PGPORT)} = ($node->host, $node->port);

	command_fails_like($command, $message, $name);
}

# Loads and expects failure with a message, and a database as empty as before.
sub load_fails
{
	my ($what, $message, @arguments) = @_;
	my $database = new_database();

	load_refused([ 'scripts/load.sh', '-d', $database, @arguments ], $message, "$what: is rejected");
	is($node->safe_psql($database, q{SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace}),
		'0', "$what: nothing is loaded");
}

sub training_set
{
	my ($metadata_content, $curves_content) = @_;

	return directory_with('training_set_metadata.csv' => $metadata_content, 'training_set.csv' => $curves_content);
}

my $objects_query = 'SELECT * FROM objects ORDER BY object_id';
my $objects_rows = "615|349.04|-61.94|320.79|-51.75|t|0|0|0||0.017|92\n"
  . "713|53.08|-27.78|223.52|-54.46|f|1.8181|1.6267|0.2552|45.4063|0.007|88";
my $observations_query = 'SELECT * FROM observations ORDER BY object_id, mjd';
my $observations_rows =
  "615|59750.4229|2|-544.8103|3.622952|t\n713|59825.26|1|-2.516|7.5|f\n713|59825.29|5|||f";
my $loaded = qr/^loaded 2 objects, 2 of them with light curves, and 3 observations$/;

# The format of the challenge's own files.
my $database = load_ok('plain files', [$loaded], training_set($metadata, $curves));
is($node->safe_psql($database, $objects_query), $objects_rows, 'plain files: the objects');
is($node->safe_psql($database, $observations_query), $observations_rows, 'plain files: the observations');
is( $node->safe_psql($database, q{
	SELECT string_agg(attname || ' ' || format_type(atttypid, NULL), ', ' ORDER BY attnum)
	FROM pg_attribute WHERE attrelid = 'observations'::regclass AND attnum > 0}),
	'object_id bigint, mjd double precision, passband smallint, flux real, flux_err real, detected boolean',
	'plain files: the types of the observations');

$database = load_ok('compressed files', [$loaded],
	directory_with('training_set_metadata.csv.gz' => $metadata, 'training_set.csv.gz' => $curves));
is($node->safe_psql($database, $objects_query), $objects_rows, 'compressed files: the objects');

(my $metadata_crlf = $metadata) =~ s/\n/\r\n/g;
(my $curves_crlf = $curves) =~ s/\n/\r\n/g;
$database = load_ok('CRLF line ends', [$loaded], training_set($metadata_crlf, $curves_crlf));
is($node->safe_psql($database, $objects_query), $objects_rows, 'CRLF line ends: the objects');
is($node->safe_psql($database, $observations_query), $observations_rows, 'CRLF line ends: the observations');

$database = load_ok('quotes, a byte order mark, no newline at the end',
	[$loaded], training_set("\xef\xbb\xbf" . $metadata =~ s/object_id/"object_id"/r, $curves =~ s/\n\z//r));
is($node->safe_psql($database, $objects_query), $objects_rows, 'quotes: the objects');

# A different order of columns, and an additional one.
my $reordered = join("\n", map { my @f = split /,/, $_, -1; join(',', @f[ 5, 4, 3, 2, 1, 0 ], 'x y') } split(/\n/, $curves));
$database = load_ok('reordered columns', [$loaded], training_set($metadata, "$reordered\n"));
is($node->safe_psql($database, $observations_query), $observations_rows, 'reordered columns: the observations');

# The public release's files.
my $public_metadata =
    "object_id,ra,decl,ddf_bool,hostgal_specz,hostgal_photoz,hostgal_photoz_err,distmod,mwebv,target,true_target,"
  . "true_submodel,true_z\n"
  . "615,349.04,-61.94,1,0.0,0.0,0.0,,0.017,92,92,1,0.0\n"
  . "713,53.08,-27.78,0,1.8181,1.6267,0.2552,45.4063,0.007,88,88,1,1.8\n";
(my $public_curves = $curves) =~ s/detected/detected_bool/;
$database = load_ok('the public release', [$loaded],
	directory_with(
		'plasticc_train_metadata.csv.gz' => $public_metadata,
		'plasticc_train_lightcurves.csv.gz' => $public_curves));
is($node->safe_psql($database, $objects_query), $objects_rows =~ s/320\.79\|-51\.75|223\.52\|-54\.46/|/gr,
	'the public release: the objects, without galactic coordinates');
is($node->safe_psql($database, $observations_query), $observations_rows, 'the public release: the observations');

# Files by name: several files of light curves, true_target instead of target.
my $directory = directory_with(
	'metadata.csv' => $public_metadata =~ s/,target,true_target/,spare,true_target/r =~ s/88,88/88,993/r,
	'one.csv' => $curves,
	"it's two.csv.gz" => "$public_curves");
$database = load_ok('files by name', [qr/^loaded 2 objects, 2 of them with light curves, and 6 observations$/],
	'-m', "$directory/metadata.csv", '-l', "$directory/one.csv", '-l', "$directory/it's two.csv.gz");
is($node->safe_psql($database, 'SELECT target FROM objects ORDER BY object_id'), "92\n99",
	'files by name: classes from 990 on are 99');

my $unlabelled = join('', map { s/,[^,]*$/\n/r } split(/^/, $metadata));
$directory = training_set($unlabelled, $curves);
load_fails('no target', qr/training_set_metadata\.csv:1: column "target" is missing/, $directory);
$database = load_ok('no target but -u', [$loaded], '-u', '-m', "$directory/training_set_metadata.csv", '-l',
	"$directory/training_set.csv");
is($node->safe_psql($database, 'SELECT count(*) FROM objects WHERE target IS NULL'), '2', 'no target but -u: it is NULL');

# Objects without a light curve are reported, light curves without an object are a warning.
$database = new_database();
$node->command_like([ 'scripts/load.sh', '-d', $database, training_set($metadata =~ s/^713/714/mr, $curves) ],
	qr/^loaded 2 objects, 1 of them with light curves, and 3 observations
warning: 2 observations of 1 objects without metadata, the first of them object 713$/,
	'objects and observations that do not match are reported');

# Invalid files.
load_fails('a missing directory', qr{/nowhere: no such directory}, '/nowhere');
load_fails('a missing file', qr/there is no training_set\.csv in it/,
	directory_with('training_set_metadata.csv' => $metadata));
load_fails('a missing column', qr/training_set\.csv:1: column "flux_err" is missing/,
	training_set($metadata, $curves =~ s/flux_err/error/r));
load_fails('a column twice', qr/training_set\.csv:1: column "flux" occurs twice/,
	training_set($metadata, $curves =~ s/flux_err/flux/r));
load_fails('an empty file', qr/training_set\.csv: the file is empty/, training_set($metadata, ''));
load_fails('an empty compressed file', qr/training_set\.csv\.gz: the file is empty/,
	directory_with('training_set_metadata.csv' => $metadata, 'training_set.csv.gz' => ''));
load_fails('a header alone', qr/training_set_metadata\.csv:1: there is a header, but no row/,
	training_set("$metadata_header\n", $curves));
load_fails('a field too few', qr/training_set\.csv:3: missing data for column "detected"/,
	training_set($metadata, $curves =~ s/,7\.5,0$/,7.5/mr));
load_fails('a field too many', qr/training_set_metadata\.csv:2: extra data after last expected column/,
	training_set($metadata =~ s/,92$/,92,1/mr, $curves));
load_fails('a bad number', qr/training_set\.csv:4: invalid input syntax for type real: "bright"\n.*column flux/s,
	training_set($metadata, $curves =~ s/5,,,0/5,bright,1,0/r));
load_fails('a passband letter', qr/training_set\.csv:2: invalid input syntax for type smallint: "r"/,
	training_set($metadata, $curves =~ s/4229,2,/4229,r,/r));
load_fails('an object twice',
	qr/training_set_metadata\.csv:3: duplicate key value.*\nDETAIL: +Key \(object_id\)=\(615\) already exists/,
	training_set($metadata =~ s/^713/615/mr, $curves));
load_fails('an object without a number', qr/training_set\.csv:3: null value in column "object_id"/,
	training_set($metadata, $curves =~ s/^713//mr));

# Truncated in the middle, after thousands of valid rows; and not a gzip file.
my $long = $curves . join('', map { "713,$_.5,1," . sin($_) . ",1,0\n" } 1 .. 20000);
$directory = directory_with('training_set_metadata.csv' => $metadata, 'training_set.csv.gz' => $long);
my $size = -s "$directory/training_set.csv.gz";
truncate("$directory/training_set.csv.gz", $size / 2) or die "truncate: $!";
load_fails('a truncated file', qr/training_set\.csv\.gz: unexpected end of file/, $directory);
$directory = training_set($metadata, $curves);
rename("$directory/training_set.csv", "$directory/training_set.csv.gz") or die "rename: $!";
load_fails('a file that is not compressed', qr/training_set\.csv\.gz: not a gzip file/, $directory);

# A second load leaves the first unchanged.
load_refused([ 'scripts/load.sh', '-d', $database, training_set($metadata, $curves) ],
	qr/relation "objects" already exists.*Drop the tables/s, 'existing tables are not overwritten');
is($node->safe_psql($database, 'SELECT count(*) FROM observations'), '3', 'and keep their rows');

# The real files.
SKIP:
{
	my $real = $ENV{PLASTICC_DATA} // '';

	skip 'no real data', 1 if !-e "$real/plasticc/training_set.csv.gz";
	load_ok('real light curves',
		[qr/^loaded 6277 objects, 356 of them with light curves, and 60839 observations$/],
		"$real/plasticc");
}

$node->stop;
done_testing();
