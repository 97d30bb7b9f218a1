# plasticc_progress() during each of the four procedures, read by another session of another role.  A call stops
# at an advisory lock that a trigger or the training query waits for, so that what is read is known.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('progress');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE SCHEMA sky;
	CREATE EXTENSION plasticc SCHEMA sky;
	CREATE ROLE reader;
	GRANT USAGE ON SCHEMA sky TO reader;
	CREATE TABLE observations AS SELECT * FROM sky.plasticc_simulate_observations(100, 1, 'test');
	CREATE INDEX ON observations (object_id);
	CREATE TABLE objects AS
	SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
	       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, hashint4(-i) / 4e9, 1]::real[] AS features
	FROM generate_series(1, 300) AS i;

	-- rows from a number on wait for whoever holds the lock
	CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF (to_jsonb(NEW) ->> TG_ARGV[0])::bigint >= TG_ARGV[1]::bigint THEN
			PERFORM pg_advisory_xact_lock_shared(1);
		END IF;
		RETURN NEW;
	END $$;
	CREATE FUNCTION gated(features real[]) RETURNS real[] LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM pg_advisory_xact_lock_shared(1);
		RETURN features;
	END $$;
	CREATE TRIGGER gate BEFORE INSERT ON sky.plasticc_training_log FOR EACH ROW EXECUTE FUNCTION gate('epoch', 3);
	CREATE TRIGGER gate BEFORE INSERT ON sky.plasticc_cross_validations FOR EACH ROW EXECUTE FUNCTION gate('version', 1);
	SELECT sky.plasticc_create_feature_table('curves'), sky.plasticc_create_prediction_table('predictions');
	CREATE TRIGGER gate BEFORE INSERT ON curves FOR EACH ROW EXECUTE FUNCTION gate('object_id', 31);
	CREATE TRIGGER gate BEFORE INSERT ON predictions FOR EACH ROW EXECUTE FUNCTION gate('object_id', 41);
});

sub rows
{
	my ($columns) = @_;
	return $node->safe_psql('postgres', "SET ROLE reader; SELECT $columns FROM sky.plasticc_progress()");
}

# What else is tested while a call waits at the gate.
my $at_gate;

# Runs statements, of which the last is a call, until it waits at the gate; compares what is read; opens the gate.
sub progress_is
{
	my ($columns, $expected, $what, @statements) = @_;
	my ($procedure) = $statements[-1] =~ /(plasticc_\w+)/;
	my $holder = close_gate($node);
	my $session = start_session($node, @statements);
	ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted"), "$what stops");
	is(rows("procedure, $columns"), "$procedure|$expected", $what);
	is($node->safe_psql('postgres', "SELECT count(*) FROM sky.plasticc_progress() JOIN pg_stat_activity a USING (pid)
		WHERE a.query LIKE 'CALL sky.$procedure%' AND started_at BETWEEN backend_start AND clock_timestamp()"), 1, 'by the pid the text of the CALL is found');
	$at_gate->() if $at_gate;
	open_gate($node, $holder);
	finish_session($session);
	unlike($session->{err}, qr/ERROR/, 'it runs to its end');
	is(rows('count(*)'), 0, 'of which nothing is left');
	return $session;
}

is(rows('count(*)'), 0, 'nothing runs');

# training: epochs of all networks; an estimate needs two epochs of one network
my $options = '{"layers": [4], "networks": 2, "trees": 0, "epochs": 5, "report_interval": 0.5}';
my $query = 'SELECT features, target FROM objects ORDER BY object_id';
my @alone = ('SET max_parallel_maintenance_workers = 0');
progress_is('name, phase, done, total, seconds_left > 0', 'm|training|3|10|t', 'a training',
	@alone, "CALL sky.plasticc_train('m', '$query', '$options')");
progress_is('name, phase, done, total, seconds_left > 0', 'm|training|3|10|t', 'a training in a transaction block',
	@alone, 'BEGIN', "CALL sky.plasticc_train('m', '$query', '$options')");
progress_is('name, phase, done, total, seconds_left', 'm|reading rows|0||', 'a training that reads its query',
	"CALL sky.plasticc_train('m', 'SELECT gated(features) AS features, target FROM objects', '$options')");
progress_is('name, phase, done, total, seconds_left', ('x' x 103) . '|reading rows|0||', 'a long name, cut,',
	"CALL sky.plasticc_train('" . ('x' x 200) . "', 'SELECT gated(features) AS features, target FROM objects', '$options')");

# cross-validation
progress_is('name, phase, done, total, seconds_left', 'c|reading rows|0||', 'a cross-validation that reads its query',
	"CALL sky.plasticc_cross_validate('c', 'SELECT gated(features) AS features, target FROM objects', '$options')");
progress_is('name, phase, done', 'c|storing|0', 'a cross-validation that stores its result',
	"CALL sky.plasticc_cross_validate('c', '$query', '$options')");
my $session = start_session($node, "CALL sky.plasticc_cross_validate('c', '$query', '{\"layers\": [256], \"epochs\": 100000, \"folds\": 3, \"networks\": 2, \"trees\": 0}')");
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM sky.plasticc_progress()
	WHERE procedure = 'plasticc_cross_validate' AND phase = 'training' AND done > 5 AND total = 600000 AND seconds_left > 0}), 'a cross-validation that trains');
$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM sky.plasticc_progress()});
finish_session($session);
like($session->{err}, qr/canceling statement due to user request/, 'cancelled by its pid');
is(rows('count(*)'), 0, 'leaves nothing');

# objects in chunks
# a server with assertions reports them at the end of the call alone
my $with_assertions = $node->safe_psql('postgres', 'SHOW debug_assertions') eq 'on';
$at_gate = $with_assertions ? undef : sub {
	ok($node->poll_query_until('postgres', "SELECT n_tup_ins = 30 FROM pg_stat_user_tables WHERE relname = 'curves'"), 'statistics of finished chunks are reported');
};
progress_is('name, phase, done, total, seconds_left > 0', 'curves|extracting features|30|100|t', 'an extraction',
	q{CALL sky.plasticc_extract('observations', 'curves', '{"feature_set": "simple", "workers": 0, "chunk_objects": 10}')});
$at_gate = undef;
$node->safe_psql('postgres', q{CALL sky.plasticc_train('p', 'SELECT features, object_id % 2 AS target FROM curves ORDER BY object_id', '{"layers": [4], "epochs": 2}')});
progress_is('name, phase, done, total, seconds_left > 0', 'predictions|predicting|40|100|t', 'a prediction',
	q{CALL sky.plasticc_predict('p', 'curves', 'predictions', '{"workers": 0, "chunk_objects": 10}')});
$node->safe_psql('postgres', 'TRUNCATE predictions');
progress_is('name, phase, done, total, seconds_left > 0', 'predictions|predicting|40|100|t', 'a prediction in a transaction block',
	'BEGIN', q{CALL sky.plasticc_predict('p', 'curves', 'predictions', '{"chunk_objects": 10}')});

# a crash leaves nothing behind
$session = start_session($node, "CALL sky.plasticc_train('k', '$query', '{\"layers\": [256], \"epochs\": 100000, \"networks\": 1, \"trees\": 0, \"validation_fraction\": 0}')");
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM sky.plasticc_progress() WHERE phase = 'training' AND done > 0") or die 'no training';
kill 'KILL', rows('pid');
finish_session($session);
$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'the server did not come back';
is(rows('count(*)'), 0, 'nothing is left after kill -9');

$node->stop;
done_testing();
