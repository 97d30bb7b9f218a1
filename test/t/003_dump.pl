# Models and their training log survive pg_dump and restore, byte for byte.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;

$node->safe_psql('postgres', q{
	CREATE DATABASE original;
	CREATE DATABASE restored;
});
# A separate schema, which the dump must qualify.  The model contains every byte value.
$node->safe_psql('original', q{
	CREATE SCHEMA astro;
	CREATE EXTENSION plasticc SCHEMA astro;
	INSERT INTO astro.plasticc_models (name, version, classes, feature_names, options, metrics, model)
	SELECT format('model "%s"', i), i, ARRAY[6, 15, 90], ARRAY['a', NULL, 'ü'], '{"seed": 1}', '{"loss": 0.5}',
	       (SELECT string_agg(set_byte('\x00', 0, b % 256), '' ORDER BY b) FROM generate_series(0, 9999) b)
	FROM generate_series(1, 3) i;
	INSERT INTO astro.plasticc_training_log (name, version, member, epoch, training_loss, validation_loss, learning_rate, elapsed)
	SELECT 'model "1"', 1, member, epoch, 1.0 / epoch, 'NaN', 0.001, epoch * interval '1 s' FROM generate_series(1, 5) epoch, generate_series(1, 2) member;
	INSERT INTO astro.plasticc_cross_validations (name, version, classes, options, metrics) VALUES ('model "1"', 1, '{6,15}', '{"seed": 1}', '{"log_loss": 0.5}');
	INSERT INTO astro.plasticc_out_of_fold SELECT 'model "1"', 1, nullif(i, 3), i % 2, 15, ARRAY[1.0 / i, 1 - 1.0 / i] FROM generate_series(1, 5) i;
});

my $file = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, 'original' ], 'pg_dump');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $file ], 'pg_restore');

foreach my $table ('plasticc_models', 'plasticc_training_log', 'plasticc_cross_validations', 'plasticc_out_of_fold')
{
	my $query = "SELECT t FROM astro.$table t ORDER BY t.name, t.version, t";
	my $original = $node->safe_psql('original', $query);

	isnt($original, '', "$table has rows");
	is($node->safe_psql('restored', $query), $original, "$table is the same after the restore");
}
is( $node->safe_psql('restored', q{SELECT extname || ' ' || extversion FROM pg_extension WHERE extname = 'plasticc'}),
	$node->safe_psql('original', q{SELECT extname || ' ' || extversion FROM pg_extension WHERE extname = 'plasticc'}),
	'the extension is restored');

$node->stop;
done_testing();
