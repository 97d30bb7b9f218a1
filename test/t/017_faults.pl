# Each of the four procedures, with workers, killed, terminated, cancelled, timed out; its target dropped, altered, truncated
# and vacuumed meanwhile; two of each at once.  Nothing is left, and the next call gives what an undisturbed one gives.
#
# FAULT_ROUNDS=n adds n rounds of kill -9 at random moments (make check-faults).
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Calls;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('faults');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nmax_worker_processes = 8\nmax_parallel_workers = 8\nmax_parallel_maintenance_workers = 2\n"
	  . "dynamic_shared_memory_type = mmap\nautovacuum = off\n");
$node->start;
create_objects($node);
my $undisturbed = run_undisturbed($node);

# Rows of targets wait at the gate from some object on.
$node->safe_psql('postgres', q{
	CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.object_id > 20 THEN
			PERFORM pg_advisory_xact_lock_shared(1);
		END IF;
		RETURN NEW;
	END $$});

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

sub is_training
{
	return $_[0] =~ /train|validate/;
}

# A call that does not end by itself: endless networks, one for each process, or rows that wait at a gate.  Unless a
# setting will end it, two workers are at work.
sub start_endless
{
	my ($procedure, $suffix, @settings) = @_;
	my %call;

	if (is_training($procedure))
	{
		$call{session} = start_session($node, @settings, call($procedure, $suffix, networks => 3, trees => 0, layers => '[256, 256]', epochs => 100000, validation_fraction => '0'));
	}
	else
	{
		create_targets($node, $suffix) if sql("SELECT to_regclass('features_$suffix') IS NULL") eq 't';
		$call{target} = ($procedure eq 'plasticc_extract' ? 'features_' : 'predictions_') . $suffix;
		sql("CREATE TRIGGER gate BEFORE INSERT ON $call{target} FOR EACH ROW EXECUTE FUNCTION gate()");
		$call{holder} = close_gate($node);
		$call{session} = start_session($node, @settings, call($procedure, $suffix, chunk_objects => 5));
	}
	return \%call if @settings;
	$node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type LIKE 'plasticc%' AND query LIKE '%job%'}) or die "$procedure has no workers";
	return \%call;
}

# Waits for the end of such a call, however it ended; returns what it said.
sub end_call
{
	my ($call) = @_;

	finish_session($call->{session});
	$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'the server did not come back';
	open_gate($node, $call->{holder}) if $call->{holder};
	sql("DROP TRIGGER IF EXISTS gate ON $call->{target}") if $call->{target} && sql("SELECT to_regclass('$call->{target}')") ne '';
	return $call->{session}{err};
}

# Nothing is left, and another call completes the work.
sub recovers
{
	my ($procedure, $suffix) = @_;

	ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type LIKE 'plasticc%'}), 'no worker is left');
	is(left_of_calls($node), '', 'nothing else either');
	is($node->psql('postgres', call($procedure, $suffix)), 0, 'another call');
	is(result($node, $procedure, $suffix), $undisturbed->{$procedure}, 'gives what an undisturbed one gives');
}

my $leader = q{SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL%' AND backend_type = 'client backend' AND pid <> pg_backend_pid()};
my $worker = q{SELECT max(pid) FROM pg_stat_activity WHERE backend_type LIKE 'plasticc%'};
my %fault = (
	'kill -9 of the leader' => [ sub { kill 'KILL', sql($leader) }, qr/server closed the connection|terminating connection/ ],
	'kill -9 of a worker' => [ sub { kill 'KILL', sql($worker) }, qr/server closed the connection|terminating connection because of crash/ ],
	'a terminated leader' => [ sub { sql("SELECT pg_terminate_backend(($leader))") }, qr/terminating connection due to administrator command/ ],
	'a terminated worker' => [ sub { sql("SELECT pg_terminate_backend(($worker))"); open_gate($node, delete $_[0]{holder}) if $_[0]{holder} }, qr/ERROR:  plasticc \w+ worker was terminated/ ],
	'a cancel' => [ sub { sql("SELECT pg_cancel_backend(($leader))") }, qr/ERROR:  canceling statement due to user request/ ],
	'statement_timeout' => [ sub { }, qr/ERROR:  canceling statement due to statement timeout/, q{SET statement_timeout = '1s'} ]);

foreach my $procedure (@procedures)
{
	my $i = 0;

	foreach my $what (sort keys %fault)
	{
		my ($cause, $message, @settings) = @{ $fault{$what} };
		my $suffix = 'fault' . $i++;
		my $call = start_endless($procedure, $suffix, @settings);

		$cause->($call);
		like(end_call($call), $message, "$procedure, $what");
		recovers($procedure, $suffix);
	}

	# what another session locks
	create_targets($node, 'locked') if $procedure eq 'plasticc_extract';
	my %locked = (plasticc_train => 'plasticc_models', plasticc_cross_validate => 'plasticc_cross_validations', plasticc_extract => 'features_locked', plasticc_predict => 'predictions_locked');
	my $holder = start_session($node, 'BEGIN', "LOCK TABLE $locked{$procedure}", $forever);
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_locks WHERE relation = '$locked{$procedure}'::regclass AND mode = 'AccessExclusiveLock' AND granted") or die 'no lock';
	my ($status, $out, $err) = $node->psql('postgres', q{SET lock_timeout = '50ms'; } . call($procedure, 'locked'));
	like($err, qr/ERROR:  canceling statement due to lock timeout/, "$procedure, lock_timeout");
	open_gate($node, $holder);
	recovers($procedure, 'locked');

	# two at once, of different names; of the same, the second is refused
	create_targets($node, $_) foreach $procedure eq 'plasticc_extract' ? ('two', 'three') : ();
	my @both = map { start_session($node, call($procedure, $_)) } ('two', 'three');
	finish_session($_) foreach @both;
	is(result($node, $procedure, $_), $undisturbed->{$procedure}, "$procedure beside another") foreach ('two', 'three');
	my $call = start_endless($procedure, 'same');
	($status, $out, $err) = $node->psql('postgres', call($procedure, 'same'));
	like($err, qr/ERROR:  another $procedure of .* is already running\nHINT:/, "$procedure twice");
	sql("SELECT pg_cancel_backend(($leader))");
	end_call($call);
	recovers($procedure, 'same');
}

# ---- targets, meanwhile

sub waits_for_lock
{
	my ($table) = @_;
	$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE relation = '$table'::regclass AND NOT granted") or die "nobody waits for $table";
}

my %change = (
	'DROP TABLE %s' => qr/ERROR:  relation .* does not exist/,
	'ALTER TABLE %s DROP COLUMN %s' => qr/ERROR:  column .* does not exist/,
	'TRUNCATE %s' => undef,
	'VACUUM FULL %s' => undef,
	'VACUUM %s' => undef);

foreach my $procedure ('plasticc_extract', 'plasticc_predict')
{
	my $i = 0;

	foreach my $change (sort keys %change)
	{
		my $suffix = 'changed' . $i++;
		my $call = start_endless($procedure, $suffix);
		my $statement = sprintf($change, $call->{target}, $procedure eq 'plasticc_extract' ? 'features' : 'probabilities');
		my $session = start_session($node, $statement);

		waits_for_lock($call->{target}) if $change ne 'VACUUM %s';
		finish_session($session) if $change eq 'VACUUM %s';
		open_gate($node, delete $call->{holder});
		finish_session($session);
		my $err = end_call($call);
		is($session->{err}, '', "$statement during $procedure");
		$change{$change} ? like($err, $change{$change}, 'a clear error') : unlike($err, qr/ERROR/, 'no error');
		next if $change{$change} && $change =~ /ALTER/;
		create_targets($node, $suffix) if $change =~ /DROP TABLE/ && sql("DROP TABLE IF EXISTS features_$suffix, predictions_$suffix") eq '';
		recovers($procedure, $suffix);
	}
}

# ---- a hundred cancels more leave no more memory; the first ones fill the caches of the backend

SKIP:
{
	skip 'no pg_backend_memory_contexts', 4 if $node->safe_psql('postgres', 'SHOW server_version_num') < 140000;
	# What a session keeps for features is allocated once, which a slow server may do after the fortieth cancel.
	my $features = q{DO 'BEGIN PERFORM plasticc_features(''{(1,1,1,1,t)}''::lightcurve, ''simple''); END';};
	my $memory = q{SET statement_timeout = 0; SELECT sum(total_bytes) FROM pg_backend_memory_contexts; SET statement_timeout = '15ms';};
	create_targets($node, 'memory');
	foreach my $procedure (@procedures)
	{
		my $cancel = call($procedure, 'memory', is_training($procedure) ? (layers => '[256, 256]', epochs => 100000, validation_fraction => '0') : (chunk_objects => 1)) . ';';
		my $clean = is_training($procedure) ? '' : 'SET statement_timeout = 0; DELETE FROM features_memory; DELETE FROM predictions_memory;' . q{SET statement_timeout = '15ms';};
		my ($status, $out, $err) = $node->psql('postgres', "$features $memory ${\ join ' ', ($cancel . $clean) x 40} $memory ${\ join ' ', ($cancel . $clean) x 100} $memory", on_error_stop => 0);
		my ($before, $few, $many) = split /\n/, $out;

		is(() = $err =~ /canceling statement due to statement timeout/g, 140, "$procedure cancelled 140 times") if is_training($procedure);
		cmp_ok($many - $few, '<', 65536, "memory after 40 of them: $few bytes, after 140: $many");
	}
	is(left_of_calls($node), '', 'nothing is left');
}

# ---- at random moments

my $rounds = $ENV{FAULT_ROUNDS} // 0;
srand($ENV{FAULT_SEED} // 1);
foreach my $round (1 .. $rounds)
{
	foreach my $procedure (@procedures)
	{
		my ($suffix, $victim) = ("random$round", rand() < 0.5 ? $leader : $worker);

		create_targets($node, $suffix) if $procedure eq 'plasticc_extract';
		# chunks of more than one object: the probabilities of one are a product by another routine, which rounds differently
		my $session = start_session($node, call($procedure, $suffix, is_training($procedure) ? (epochs => 100) : (chunk_objects => 5)));
		usleep(rand(500_000));
		my $pid = sql($victim);
		kill 'KILL', $pid if $pid =~ /^\d+$/;
		finish_session($session);
		$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'the server did not come back';
		note("round $round, $procedure: " . ($session->{err} =~ /(server closed|terminating)/ ? 'killed' : 'ended before'));
		recovers($procedure, $suffix);
	}
}

$node->stop;
done_testing();
