# Training with concurrent sessions, and models in a dump.  The extension is in a
# schema that is not in the search path.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('training');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->start;
$node->safe_psql('postgres', q{
	CREATE SCHEMA sky;
	CREATE EXTENSION plasticc SCHEMA sky;
	CREATE TABLE objects AS
	SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
	       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, hashint4(-i) / 4e9, 1]::real[] AS features
	FROM generate_series(1, 3000) AS i;
});

my $query = 'SELECT features, target FROM objects ORDER BY object_id';

sub call
{
	my ($name, $options) = @_;
	return "CALL sky.plasticc_train('$name', '$query', '$options')";
}

my $endless = '{"layers": [256, 256], "epochs": 100000}';
my $short = '{"networks": 1, "trees": 0, "layers": [8], "epochs": 3, "validation_fraction": 0.2, "report_interval": 0}';

# Cancels or terminates the backend that runs such a query, and waits until its session has ended.
sub end_session
{
	my ($session, $function, $like) = @_;
	$node->safe_psql('postgres',
		"SELECT $function(pid) FROM pg_stat_activity WHERE query LIKE '$like' AND pid <> pg_backend_pid()");
	finish_session($session);
}

# progress
my ($status, $out, $err) = $node->psql('postgres', call('m', $short));
is($status, 0, 'a training succeeds');
like($err, qr/training model "m" on 3000 objects with 3 features, 3 classes, 600 objects held out/, 'reports the training set');
like($err, qr/Objects of each class: 15: 1000, 42: 1000, 90: 1000\./, 'counts classes');
like($err, qr/epoch 1 of 3: training loss \d\.\d+, validation loss \d\.\d+$/m, 'reports the first epoch, after which the time left is unknown');
like($err, qr/epoch $_ of 3: training loss \d\.\d+, validation loss \d\.\d+, about \d+\.\d s left/, "reports epoch $_") for 2 .. 3;
like($err, qr/model "m" version 1 is ready.*Best epoch \d of 3: training loss .*, validation loss .*; .* s in all\./s, 'reports the result');

# while a training runs
my $session = start_session($node, call('long', $endless));
ok($node->poll_query_until('postgres', "SELECT count(*) >= 2 FROM sky.plasticc_training_log WHERE name = 'long'"),
	'epochs are visible during the training');
($status, $out, $err) = $node->psql('postgres', call('long', $short));
isnt($status, 0, 'a concurrent training of the same name fails');
like($err, qr/another plasticc_train of model "long" is already running/, 'with the reason');
is($node->psql('postgres', call('other', $short)), 0, 'another name can be trained');
end_session($session, 'pg_cancel_backend', 'CALL%');
like($session->{err}, qr/canceling statement due to user request/, 'with the usual error');
is($node->safe_psql('postgres', "SELECT count(*) FROM sky.plasticc_models WHERE name = 'long'"), 0, 'no model is stored');
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM sky.plasticc_training_log WHERE name = 'long'"), '>=', 2, 'the log is kept');

# a terminated backend releases the name
$session = start_session($node, call('long', $endless));
ok($node->poll_query_until('postgres', "SELECT count(*) >= 1 FROM sky.plasticc_training_log WHERE name = 'long' AND version = 2"),
	'a new training makes a new version');
end_session($session, 'pg_terminate_backend', 'CALL%');
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'"), 'no lock is left');
is($node->psql('postgres', call('long', $short)), 0, 'the name can be trained');
is($node->safe_psql('postgres', "SELECT version FROM sky.plasticc_models WHERE name = 'long'"), 3, 'as the next version');

# in a transaction block the name is locked until the end of the transaction
$session = start_session($node, 'BEGIN', call('block', $short), $forever);
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE query = '$forever'"), 'trained in a block');
($status, $out, $err) = $node->psql('postgres', call('block', $short));
like($err, qr/another plasticc_train of model "block" is already running/, 'the version of an open transaction is locked');
end_session($session, 'pg_terminate_backend', 'SELECT pg_sleep%');
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'"), 'no lock is left');
is($node->psql('postgres', call('block', $short)), 0, 'the name can be trained');

# a dump includes the models, also for a database with another encoding
is($node->psql('postgres', call('names', '{"layers": [8], "epochs": 1, "feature_names": ["é", "b", "c"]}')), 0, 'names of features');
my $models = "SELECT string_agg(format('%s %s %s', name, version, md5(model)), ',' ORDER BY name, version) FROM sky.plasticc_models";
my $log = 'SELECT count(*) FROM sky.plasticc_training_log';
my $names = "SET client_encoding = 'UTF8'; SELECT sky.plasticc_model_info(sky.plasticc_model('names')) -> 'feature_names'";
my $dump = $node->backup_dir . '.sql';
$node->command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-f', $dump ], 'dump');
foreach my $encoding ('UTF8', 'LATIN1')
{
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding'");
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $dump ], "restore into $encoding");
	is($node->safe_psql($database, $models), $node->safe_psql('postgres', $models), "models in $encoding");
	is($node->safe_psql($database, $log), $node->safe_psql('postgres', $log), "log in $encoding");
	is($node->safe_psql($database, $names), $node->safe_psql('postgres', $names), "names in $encoding");
}

# a result beyond work_mem
is($node->safe_psql('postgres', q{
	SET work_mem = '64kB';
	SELECT count(*), count(DISTINCT object_id), bool_and(cardinality(probabilities) = 3)
	FROM sky.plasticc_classify_query(sky.plasticc_model('m'),
		'SELECT object_id + 10000 * i AS object_id, features FROM objects, generate_series(1, 20) AS i')}),
	'60000|60000|t', 'a result larger than work_mem');

$node->stop;
done_testing();
