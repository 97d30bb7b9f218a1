# Training in background workers: cancel, termination and errors, after which nothing is left behind.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('workers');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->append_conf('postgresql.conf', 'dynamic_shared_memory_type = mmap');
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION plasticc;
	CREATE TABLE objects AS
	SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
	       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, hashint4(-i) / 4e9, 1]::real[] AS features
	FROM generate_series(1, 3000) AS i;
});

my $query = 'SELECT object_id, features, target FROM objects ORDER BY object_id';
my $endless = '{"layers": [256, 256], "epochs": 100000, "networks": 4, "trees": 0}';

sub call
{
	my ($name, $options, $procedure) = @_;
	$procedure //= 'plasticc_train';
	return "CALL $procedure('$name', '$query', '$options')";
}

# Process ids of the training workers of this server.
sub workers
{
	my ($postmaster) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');
	my @pids;

	foreach my $file (glob '/proc/[0-9]*/stat')
	{
		open my $stat, '<', $file or next;
		my ($pid, $rest) = (readline($stat) // '') =~ /^(\d+) \(.*\) (.*)/ or next;
		next if (split ' ', $rest)[1] != $postmaster || $rest =~ /^Z/;
		open my $command, '<', "/proc/$pid/cmdline" or next;
		push @pids, $pid if (readline($command) // '') =~ /plasticc training worker/;
	}
	return @pids;
}

# Segments of dynamic shared memory, including the server's own.
sub segments
{
	return scalar(my @files = glob $node->data_dir . '/pg_dynshmem/mmap.*');
}

sub poll
{
	my ($condition) = @_;

	foreach (1 .. 50 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return 1 if $condition->();
		usleep(20_000);
	}
	return 0;
}

sub start_training
{
	return start_session($node, 'SET max_parallel_maintenance_workers = 2', @_);
}

my $segments_before = segments();

sub nothing_left
{
	my ($what) = @_;

	ok(poll(sub { !workers() }), "no worker is left after $what");
	ok(poll(sub { segments() == $segments_before }), "no shared memory is left after $what");
}

# Starts an endless training with two workers, and waits until they have reported epochs.
sub start_endless
{
	my ($name) = @_;
	my $session = start_training(call($name, $endless));

	ok($node->poll_query_until('postgres', "SELECT count(DISTINCT member) = 3 FROM plasticc_training_log WHERE name = '$name'"),
		'three members are trained concurrently and logged');
	is(scalar workers(), 2, 'two of them by workers');
	ok($node->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_stat_activity
		WHERE backend_type = 'plasticc training worker' AND query ~ '^plasticc training worker: model \"$name\", job [1-4] of 4\$'"), 'pg_stat_activity shows their jobs');
	cmp_ok(segments(), '>', $segments_before, 'the rows are in shared memory');
	return $session;
}

SKIP:
{
	skip 'there is no /proc', 1 if !-e '/proc/self/stat';

	# the leader is cancelled or terminated
	foreach my $function ('pg_cancel_backend', 'pg_terminate_backend')
	{
		my $session = start_endless($function);

		$node->safe_psql('postgres', "SELECT $function(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%'");
		finish_session($session);
		like($session->{err}, $function eq 'pg_cancel_backend' ? qr/canceling statement due to user request/ : qr/terminating connection due to administrator command/, 'with the usual error');
		nothing_left($function);
	}
	my $session = start_training("SET statement_timeout = '2s'", call('timeout', $endless));
	finish_session($session);
	like($session->{err}, qr/canceling statement due to statement timeout/, 'statement_timeout applies to the leader');
	nothing_left('a timeout');

	# a worker is terminated
	$session = start_endless('killed');
	kill 'TERM', (workers())[0];
	finish_session($session);
	like($session->{err}, qr/ERROR:  plasticc training worker was terminated/, 'the loss of a worker raises an error in the leader');
	nothing_left('the end of a worker');
	is($node->safe_psql('postgres', "SELECT count(*) FROM plasticc_models"), 0, 'no model is stored');

	# an error in a worker or in the leader, whichever is first
	my ($status, $out, $err) = $node->psql('postgres', 'SET max_parallel_maintenance_workers = 2; ' . call('wild',
		'{"layers": [8, 8, 8], "networks": 4, "trees": 0, "epochs": 500, "batch_size": 2, "optimizer": "sgd", "momentum": 0.9999, "learning_rate": 100, "batch_norm": "none", "activation": "linear", "schedule": "constant", "dropout": 0, "input_dropout": 0}'));
	like($err, qr/ERROR:  training of model "wild" diverged: the loss is not finite.*HINT:  Lower the option "learning_rate"/s, 'divergence in any process raises the error');
	nothing_left('divergence');

	# the server's limits
	($status, $out, $err) = $node->psql('postgres', 'SET max_parallel_workers = 0; SET max_parallel_maintenance_workers = 2; ' . call('none', '{"layers": [8], "epochs": 3, "networks": 3, "trees": 0}'));
	like($err, qr/WARNING:  could not start any training worker\nHINT:  The session does all of the work/, 'no worker: a warning');
	is($node->safe_psql('postgres', "SELECT count(DISTINCT member) FROM plasticc_training_log WHERE name = 'none'"), 3, 'without workers the leader trains all members');
	$session = start_training('SET max_parallel_workers = 1', call('one', $endless));
	ok($node->poll_query_until('postgres', "SELECT count(DISTINCT member) = 2 FROM plasticc_training_log WHERE name = 'one'"), 'two members are trained concurrently');
	is(scalar workers(), 1, 'max_parallel_workers limits the workers');
	$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%'");
	finish_session($session);
	nothing_left('a cancel');

	# a cross-validation likewise
	$session = start_training(call('folds', '{"layers": [256, 256], "epochs": 100000}', 'plasticc_cross_validate'));
	ok(poll(sub { workers() == 2 }), 'a cross-validation has workers');
	($status, $out, $err) = $node->psql('postgres', call('folds', '{"epochs": 1}', 'plasticc_cross_validate'));
	like($err, qr/another plasticc_cross_validate of model "folds" is already running/, 'and locks its name');
	$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%'");
	finish_session($session);
	nothing_left('a cancelled cross-validation');

	# the postmaster is killed
	$session = start_endless('orphan');
	my @workers = workers();
	$node->kill9;
	ok(poll(sub { !grep { kill 0, $_ } @workers }), 'workers do not outlive the postmaster');
	finish_session($session);
	$node->start;
	is($node->psql('postgres', call('after', '{"layers": [8], "epochs": 3, "networks": 3, "trees": 0}')), 0, 'and the server starts again');

	# a worker crashes: the server restarts, as with any backend
	$node->append_conf('postgresql.conf', 'restart_after_crash = on');
	$node->reload;
	$session = start_endless('crash');
	kill 'KILL', (workers())[0];
	finish_session($session);
	like($session->{err}, qr/terminating connection because of crash of another server process|server closed the connection/, 'the crash of a worker is reported to the client');
	ok($node->poll_query_until('postgres', 'SELECT true'), 'the server is running again');
	ok(poll(sub { !workers() }), 'without workers');
}

$node->stop;
done_testing();
