# plasticc_extract and plasticc_predict with several processes, cancelled, terminated and killed: every object is processed
# once, with the same result.  The extension is in a schema that is not in the search path.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('pipeline');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nmax_worker_processes = 8\nmax_parallel_workers = 8\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE SCHEMA sky;
	CREATE EXTENSION plasticc SCHEMA sky;
	CREATE TABLE hosts AS SELECT * FROM sky.plasticc_simulate_objects(200, 1, 'test');
	CREATE TABLE observations AS SELECT * FROM sky.plasticc_simulate_observations(200, 1, 'test');
	CREATE INDEX ON observations (object_id);
	ANALYZE;
	-- the second half of the objects waits for whoever holds the lock, where a table has this as a trigger
	CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.object_id > 100 THEN
			PERFORM pg_advisory_xact_lock_shared(1);
		END IF;
		RETURN NEW;
	END $$;
});

sub extract_call
{
	my ($target, %options) = @_;
	my $json = join ', ', q{"feature_set": "simple", "chunk_objects": 5, "report_interval": 0}, map { qq{"$_": $options{$_}} } sort keys %options;
	return "CALL sky.plasticc_extract('observations', '$target', '{$json}')";
}

sub predict_call
{
	my ($target, %options) = @_;
	my $json = join ', ', q{"chunk_objects": 5, "report_interval": 0}, map { qq{"$_": $options{$_}} } sort keys %options;
	return "CALL sky.plasticc_predict('m', 'reference', '$target', '{$json}')";
}

my $leader = q{SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL sky.plasticc%' AND backend_type = 'client backend' AND pid <> pg_backend_pid()};
my $workers = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type IN ('plasticc extraction worker', 'plasticc prediction worker')};

# Waits until something is committed; returns the number of objects.
sub wait_for_rows
{
	my ($target) = @_;
	$node->poll_query_until('postgres', "SELECT count(*) >= 10 FROM $target") or die "nothing in $target";
	return $node->safe_psql('postgres', "SELECT count(*) FROM $target");
}

sub create_feature_table
{
	my ($target) = @_;
	$node->safe_psql('postgres', "SELECT sky.plasticc_create_feature_table('$target');
		CREATE TRIGGER gate BEFORE INSERT ON $target FOR EACH ROW EXECUTE FUNCTION gate()");
}

sub create_prediction_table
{
	my ($target) = @_;
	$node->safe_psql('postgres', "SELECT sky.plasticc_create_prediction_table('$target');
		CREATE TRIGGER gate BEFORE INSERT ON $target FOR EACH ROW EXECUTE FUNCTION gate()");
}

# The number of objects, and of those that differ from the reference.
sub compare_features
{
	my ($target) = @_;
	return $node->safe_psql('postgres', "
		SELECT (SELECT count(*) FROM $target), count(*) FROM reference r FULL JOIN $target t USING (object_id)
		WHERE (r.n_rows, r.features, r.lightcurve::text) IS DISTINCT FROM (t.n_rows, t.features, t.lightcurve::text)");
}

sub compare_predictions
{
	my ($target) = @_;
	return $node->safe_psql('postgres', "
		SELECT (SELECT count(*) FROM $target), count(*) FROM predicted r FULL JOIN $target t USING (object_id)
		WHERE (r.model, r.version, r.probabilities, r.features_at) IS DISTINCT FROM (t.model, t.version, t.probabilities, t.features_at)");
}

# one process, and three
$node->safe_psql('postgres', q{SELECT sky.plasticc_create_feature_table('reference'), sky.plasticc_create_feature_table('parallel'),
	sky.plasticc_create_prediction_table('predicted'), sky.plasticc_create_prediction_table('predicted_parallel')});
my ($status, $out, $err) = $node->psql('postgres', extract_call('reference', workers => 0));
is($status, 0, 'one process');
like($err, qr/"reference": 200 objects have new observations/, 'reports the number of objects to process');
like($err, qr/\d+ of 200 objects, \d+ objects\/s, about .* s left/, 'reports progress');
like($err, qr/200 objects done in .* s by 1 process, \d+ objects\/s/, 'reports the result');
($status, $out, $err) = $node->psql('postgres', extract_call('parallel', workers => 2));
like($err, qr/200 objects done in .* by 3 processes/, 'three processes');
is(compare_features('parallel'), '200|0', 'give the same result');
is($node->safe_psql('postgres', q{SELECT count(*) FROM reference WHERE lightcurve IS NULL OR cardinality(features) <> 944}), 0, 'all objects have features');
is($node->safe_psql('postgres', "SET search_path = ''; CALL sky.plasticc_train('m',
	'SELECT features, target FROM public.reference JOIN public.hosts USING (object_id) ORDER BY object_id',
	'{\"layers\": [16], \"epochs\": 2}')"), '', 'a model');
($status, $out, $err) = $node->psql('postgres', 'SET max_parallel_workers = 0; ' . extract_call('parallel', workers => 2));
unlike($err, qr/WARNING/, 'no chunk, no worker that is missed');
($status, $out, $err) = $node->psql('postgres', 'TRUNCATE parallel; SET max_parallel_workers = 0; ' . extract_call('parallel', workers => 2));
like($err, qr/WARNING:  could not start any extraction worker\nHINT:  The session does all of the work.*200 objects done in .* by 1 process/s, 'a warning, and the session alone, where no worker is to be had');
is($node->psql('postgres', predict_call('predicted', workers => 0)), 0, 'predictions by one process');
is($node->psql('postgres', predict_call('predicted_parallel', workers => 2)), 0, 'predictions by three processes');
is(compare_predictions('predicted_parallel'), '200|0', 'are the same');
is($node->safe_psql('postgres', $workers), 0, 'no worker is left');

# workers have the caller's user and settings
$node->safe_psql('postgres', q{
	CREATE ROLE observer; CREATE ROLE astronomer LOGIN; GRANT observer TO astronomer;
	GRANT USAGE ON SCHEMA sky TO observer; GRANT SELECT ON observations TO observer;
	SELECT sky.plasticc_create_feature_table('theirs');
	ALTER TABLE theirs ADD who text DEFAULT current_user || ' ' || session_user || ' ' || current_setting('work_mem');
	GRANT SELECT, INSERT, UPDATE ON theirs TO observer});
my $call = extract_call('theirs', workers => 2);
$node->command_ok([ 'psql', '-X', '-q', '-U', 'astronomer', '-d', $node->connstr('postgres'), '-c', 'SET ROLE observer', '-c', "SET work_mem = '3MB'", '-c', $call ],
	'as another role');
is($node->safe_psql('postgres', 'SELECT who, count(*) FROM theirs GROUP BY 1'), 'observer astronomer 3MB|200', 'whose settings apply to all processes');

# an error in any process reaches the caller
$node->safe_psql('postgres', q{CREATE TABLE bad AS SELECT * FROM observations; UPDATE bad SET passband = 7 WHERE object_id = 150; CREATE INDEX ON bad (object_id)});
create_feature_table('broken');
($status, $out, $err) = $node->psql('postgres', extract_call('broken', workers => 2, unmapped => '"error"') =~ s/'observations'/'bad'/r);
isnt($status, 0, 'an error');
like($err, qr/object "150", mjd "[\d.]+": passband "7" is not mapped\nHINT: /, 'with message and hint');
is($node->safe_psql('postgres', $workers), 0, 'no worker is left');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM broken'), '>', 50, 'chunks committed before are kept');
is($node->safe_psql('postgres', 'SELECT count(*) FROM broken WHERE object_id BETWEEN 146 AND 150'), 0, 'the chunk with the error is not');

# but for what is wrong with one object
create_feature_table('skipping');
$node->safe_psql('postgres', q{ALTER TABLE bad ALTER flux TYPE text; UPDATE bad SET flux = 'x' WHERE object_id IN (50, 150)});
($status, $out, $err) = $node->psql('postgres', extract_call('skipping', workers => 2) =~ s/'observations'/'bad'/r);
is($status, 0, 'objects that cannot be done do not stop the run');
like($err, qr/WARNING:  2 of 200 objects could not be done\nDETAIL:  The first is object "50": mjd "[\d.]+": flux is not a number: "x"\nHINT:  This lists them: (.*)/, 'a warning tells of them');
is($node->safe_psql('postgres', "SELECT string_agg(x::text, ' ' ORDER BY x) FROM (" . ($err =~ /This lists them: SELECT object_id(, count.*)/ ? "SELECT object_id$1" : '') . ') AS l (x, n)'), '50 150', 'and a query lists them');

# cancel
create_feature_table('cancelled');
my $holder = close_gate($node);
my $session = start_session($node, extract_call('cancelled', workers => 2));
wait_for_rows('cancelled');
ok($node->poll_query_until('postgres', "SELECT ($workers AND query LIKE 'plasticc extraction worker: table \"%\", job % of %') = 2"), 'workers are active');
($status, $out, $err) = $node->psql('postgres', extract_call('cancelled'));
like($err, qr/another plasticc_extract of table "cancelled" is already running/, 'a concurrent run fails');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM ($leader) l");
finish_session($session);
like($session->{err}, qr/canceling statement due to user request/, 'a cancel');
is($node->safe_psql('postgres', $workers), 0, 'stops the workers');
my $kept = $node->safe_psql('postgres', 'SELECT count(*) FROM cancelled');
cmp_ok($kept, '<', 200, 'the run was not complete');
open_gate($node, $holder);
$node->safe_psql('postgres', 'CREATE TABLE kept AS SELECT object_id, extracted_at FROM cancelled; DROP TRIGGER gate ON cancelled');
is($node->psql('postgres', extract_call('cancelled', workers => 2)), 0, 'a second call');
is(compare_features('cancelled'), '200|0', 'completes the run');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cancelled JOIN kept USING (object_id, extracted_at)'), $kept, 'and processes only the rest');

# a terminated leader, a terminated worker
create_feature_table('terminated');
$holder = close_gate($node);
$session = start_session($node, extract_call('terminated', workers => 2));
wait_for_rows('terminated');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM ($leader) l");
finish_session($session);
ok($node->poll_query_until('postgres', "SELECT ($workers) = 0"), 'workers do not outlive their leader');
$session = start_session($node, extract_call('terminated', workers => 2));
ok($node->poll_query_until('postgres', "SELECT ($workers AND query LIKE 'plasticc extraction worker: table \"%\", job % of %') = 2"), 'workers are started again');
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(min(pid)) FROM pg_stat_activity WHERE backend_type IN ('plasticc extraction worker', 'plasticc prediction worker')});
ok($node->poll_query_until('postgres', "SELECT ($workers) < 2"), 'one is terminated');
open_gate($node, $holder);
finish_session($session);
like($session->{err}, qr/plasticc extraction worker was terminated/, 'a terminated worker raises an error');
is($node->safe_psql('postgres', $workers), 0, 'which stops the others');
$node->safe_psql('postgres', 'DROP TRIGGER gate ON terminated');
is($node->psql('postgres', extract_call('terminated')), 0, 'another call');
is(compare_features('terminated'), '200|0', 'completes the run');

# kill -9 of the backend
sub kill_leader
{
	my ($call, $target) = @_;
	my $holder = close_gate($node);
	my $session = start_session($node, $call);
	wait_for_rows($target);
	kill 'KILL', $node->safe_psql('postgres', $leader);
	finish_session($_) foreach $session, $holder;
	$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'the server did not come back';
	my $done = $node->safe_psql('postgres', "SELECT count(*) FROM $target");
	cmp_ok($done, '>=', 10, 'committed chunks are kept after kill -9');
	cmp_ok($done, '<', 200, 'the run was not complete');
	is($node->safe_psql('postgres', $workers), 0, 'no worker is left');
	$node->safe_psql('postgres', "DROP TRIGGER gate ON $target; CREATE TABLE ${target}_kept AS SELECT * FROM $target");
	return $done;
}

foreach my $n (0, 2)
{
	create_feature_table("killed_$n");
	my $done = kill_leader(extract_call("killed_$n", workers => $n), "killed_$n");
	is($node->psql('postgres', extract_call("killed_$n", workers => $n)), 0, 'plasticc_extract again');
	is(compare_features("killed_$n"), '200|0', 'every object is processed once, with the same result');
	is($node->safe_psql('postgres', "SELECT count(*) FROM killed_$n JOIN killed_${n}_kept USING (object_id, extracted_at)"), $done, 'committed objects are not processed again');

	create_prediction_table("prediction_killed_$n");
	$done = kill_leader(predict_call("prediction_killed_$n", workers => $n), "prediction_killed_$n");
	is($node->psql('postgres', predict_call("prediction_killed_$n", workers => $n)), 0, 'plasticc_predict again');
	is(compare_predictions("prediction_killed_$n"), '200|0', 'every object is processed once, with the same result');
	is($node->safe_psql('postgres', "SELECT count(*) FROM prediction_killed_$n JOIN prediction_killed_${n}_kept USING (object_id, predicted_at)"), $done, 'committed objects are not processed again');
}

# observations that arrive during a run are left to the next call, whichever transaction commits first
create_feature_table('live');
$holder = close_gate($node);
my $writer = start_session($node, 'BEGIN', 'INSERT INTO observations SELECT object_id, 90000, 1, 1, 1, true FROM generate_series(1, 200, 10) object_id', 'SELECT pg_advisory_xact_lock_shared(1)', 'COMMIT');
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted") or die 'nothing written';
$session = start_session($node, extract_call('live', workers => 1));
wait_for_rows('live');
$node->safe_psql('postgres', 'INSERT INTO observations SELECT object_id, 90001, 1, 1, 1, true FROM generate_series(1, 250, 25) object_id');
open_gate($node, $holder);
finish_session($session);
finish_session($writer);
$node->safe_psql('postgres', 'DROP TRIGGER gate ON live');
is($node->psql('postgres', extract_call('live')), 0, 'the next call');
is($node->safe_psql('postgres', q{
	SELECT count(*), count(*) FILTER (WHERE l.lightcurve = o.lightcurve AND l.n_rows = o.n) FROM live l FULL JOIN (
		SELECT object_id, sky.plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve, count(*) AS n FROM observations GROUP BY 1) o USING (object_id)
	} =~ s/=(?= o\.lightcurve)/OPERATOR(sky.=)/r), '202|202', 'processes them');

# a night appended to the target's own curves while they are extracted is not lost
create_feature_table('own');
$node->safe_psql('postgres', q{
	ALTER TABLE own DISABLE TRIGGER gate;
	INSERT INTO own SELECT object_id, lightcurve, NULL, 0, now() FROM reference;
	ALTER TABLE own ENABLE TRIGGER gate});
$holder = close_gate($node);
$session = start_session($node, extract_call('own', workers => 1) =~ s/'observations'/'own'/r);
$node->poll_query_until('postgres', 'SELECT count(*) >= 10 FROM own WHERE features IS NOT NULL') or die 'nothing extracted';
$node->safe_psql('postgres', q{UPDATE own SET lightcurve = lightcurve OPERATOR(sky.||) '{(90000,1,1,1,t)}'::sky.lightcurve WHERE object_id % 2 = 0});
open_gate($node, $holder);
finish_session($session);
is($node->safe_psql('postgres', 'SELECT count(*) FROM own JOIN reference r USING (object_id) WHERE sky.plasticc_n_observations(own.lightcurve) = r.n_rows + (object_id + 1) % 2'), 200, 'the appended light curves are kept');
$node->safe_psql('postgres', 'DROP TRIGGER gate ON own');
is($node->psql('postgres', extract_call('own') =~ s/'observations'/'own'/r), 0, 'the next call');
is($node->safe_psql('postgres', q{SELECT count(*) FROM own WHERE features = sky.plasticc_features(lightcurve, 'simple')}), 200, 'computes their features');

$node->stop;
done_testing();
