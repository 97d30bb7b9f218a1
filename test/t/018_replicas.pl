# Copies of a database: a hot standby, logical replication, dump and restore into another database.  All that reads works on a
# standby, procedures raise a clear error; every table and type of the extension is replicated and restored byte for byte.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Calls;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', "autovacuum = off\n");
$primary->start;
create_objects($primary);
my $undisturbed = run_undisturbed($primary);
$primary->safe_psql('postgres', q{
	CREATE SCHEMA sky;
	CREATE TABLE sky.curves (object_id bigint PRIMARY KEY, lightcurve lightcurve, features real[], best plasticc_feature_set, gp plasticc_gp);
	INSERT INTO sky.curves SELECT object_id, lightcurve, features, 'simple', plasticc_gp_fit(lightcurve) FROM features_reference WHERE object_id <= 10});

# What both copies must have, as text.
my @tables = qw(plasticc_models plasticc_training_log plasticc_cross_validations plasticc_out_of_fold features_reference predictions_reference sky.curves);

sub checksum
{
	my ($node, $table, $database) = @_;
	return $node->safe_psql($database // 'postgres', "SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM $table AS t");
}

# ---- a hot standby

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));

my %reads = (
	features => q{SELECT md5(string_agg(plasticc_features(lightcurve)::text, '' ORDER BY object_id)) FROM sky.curves},
	aggregate => q{SELECT md5(string_agg(f, '')) FROM (SELECT plasticc_features(mjd, passband, flux, flux_err, detected)::text AS f FROM observations GROUP BY object_id ORDER BY object_id LIMIT 5) s},
	classify => q{SELECT md5(string_agg(plasticc_classify('m_reference', features)::text, '' ORDER BY object_id)) FROM objects},
	classify_query => q{SELECT md5(string_agg(probabilities::text, '' ORDER BY object_id)) FROM plasticc_classify_query(plasticc_model('m_reference'), 'SELECT object_id, features FROM objects')},
	importance => q{SELECT count(*) FROM plasticc_importance(plasticc_model('m_reference'), 'SELECT features, target FROM objects')},
	info => q{SELECT plasticc_model_info(plasticc_model('m_reference'))},
	periodogram => q{SELECT md5(string_agg(p::text, '')) FROM sky.curves, plasticc_periodogram(lightcurve, max_frequency => 1) p WHERE object_id = 1},
	gp => q{SELECT md5(string_agg(p::text, '')) FROM sky.curves, plasticc_gp_predict(lightcurve, ARRAY[60000, 60100]) p WHERE object_id = 1},
	log_loss => q{SELECT plasticc_log_loss(target, probabilities, (SELECT classes FROM plasticc_cross_validations)) FROM plasticc_out_of_fold},
	simulate => q{SELECT md5(string_agg(o::text, '')) FROM plasticc_simulate_observations(3) o},
	options => q{SELECT count(*) FROM plasticc_option_catalog()},
	progress => q{SELECT count(*) FROM plasticc_progress()});
foreach my $what (sort keys %reads)
{
	is($standby->safe_psql('postgres', $reads{$what}), $primary->safe_psql('postgres', $reads{$what}), "$what on a standby");
}
foreach my $procedure (@procedures)
{
	my ($status, $out, $err) = $standby->psql('postgres', call($procedure, 'reference'));
	like($err, qr/ERROR:  cannot execute CALL $procedure\(\) in a read-only transaction/, "$procedure on a standby");
}
$standby->stop;

# ---- logical replication

my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;
$subscriber->safe_psql('postgres', q{
	CREATE EXTENSION plasticc;
	CREATE SCHEMA sky;
	SELECT plasticc_create_feature_table('features_reference'), plasticc_create_prediction_table('predictions_reference');
	CREATE TABLE sky.curves (object_id bigint PRIMARY KEY, lightcurve lightcurve, features real[], best plasticc_feature_set, gp plasticc_gp)});
# rows that only their values tell apart, light curves among them
$_->safe_psql('postgres', 'CREATE TABLE sky.nights (night integer, curve lightcurve); ALTER TABLE sky.nights REPLICA IDENTITY FULL')
	foreach $primary, $subscriber;
$primary->safe_psql('postgres', q{INSERT INTO sky.nights
	SELECT 1, plasticc_slice(lightcurve, 59600 + 100 * part, 59700 + 100 * part) FROM sky.curves, generate_series(0, 5) AS part});
my $tables = join ', ', @tables;
$primary->safe_psql('postgres', "CREATE PUBLICATION all_of_it FOR TABLE $tables, sky.nights");
my $connection = $primary->connstr('postgres') =~ s/'/''/gr;
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION all_of_it CONNECTION '$connection' PUBLICATION all_of_it");
$subscriber->poll_query_until('postgres', q{SELECT count(*) > 0 AND bool_and(srsubstate IN ('r', 's')) FROM pg_subscription_rel}) or die 'no copy';
is(checksum($subscriber, $_), checksum($primary, $_), "$_ is copied") foreach @tables;

$primary->safe_psql('postgres', q{
	UPDATE sky.curves SET lightcurve = lightcurve || '{(90000,1,1,1,t)}'::lightcurve, best = 'all' WHERE object_id % 2 = 0;
	DELETE FROM sky.curves WHERE object_id = 3;
	DELETE FROM features_reference WHERE object_id = 5;
	UPDATE sky.nights SET curve = curve || '{(90000,1,1,1,t)}'::lightcurve WHERE plasticc_n_observations(curve) % 2 = 0;
	DELETE FROM sky.nights WHERE plasticc_n_observations(curve) % 3 = 0});
$primary->psql('postgres', call($_, 'reference')) foreach @procedures;
$primary->wait_for_catchup('all_of_it');
is(checksum($subscriber, $_), checksum($primary, $_), "changes of $_ are replicated") foreach @tables;
my $nights = 'SELECT night, curve FROM sky.nights ORDER BY curve';
is($subscriber->safe_psql('postgres', $nights), $primary->safe_psql('postgres', $nights), 'changes of rows without a key are replicated');
my $classify = q{SELECT plasticc_classify('m_reference', ARRAY[0.5, 2, 1]::real[])};
is($subscriber->safe_psql('postgres', $classify), $primary->safe_psql('postgres', $classify), 'a replicated model classifies alike');
$subscriber->stop;

# ---- dump and restore

$primary->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
my $file = PostgreSQL::Test::Utils::tempdir() . '/dump';
$primary->command_ok([ 'pg_dump', '-Fc', '-f', $file, '-d', $primary->connstr('postgres') ], 'pg_dump');
$primary->command_ok([ 'pg_restore', '--exit-on-error', '-d', $primary->connstr('restored'), $file ], 'pg_restore');
is(checksum($primary, $_, 'restored'), checksum($primary, $_), "$_ is restored") foreach @tables;

$primary->stop;
done_testing();
