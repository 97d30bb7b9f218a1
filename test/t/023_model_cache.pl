# A session that keeps models in memory while other sessions change which there are and who may read them.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('model_cache');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION plasticc;
	CREATE ROLE reader;
	GRANT SELECT ON plasticc_models TO reader;
	CREATE TABLE objects AS
	SELECT (ARRAY[15, 42])[1 + i % 2] AS target, ARRAY[i % 2, hashint4(i) / 4e9]::real[] AS features FROM generate_series(1, 40) AS i;
	CALL plasticc_train('source', 'SELECT features, target FROM objects', '{"networks": 1, "trees": 0, "layers": [64, 64], "epochs": 1, "seed": 1}');
	CALL plasticc_train('source', 'SELECT features, target FROM objects', '{"networks": 1, "trees": 0, "layers": [64, 64], "epochs": 1, "seed": 2}');
	CREATE TABLE answers AS SELECT version, plasticc_classify(model, '{1,2}') AS probabilities FROM plasticc_models;
	GRANT SELECT ON answers TO reader});

sub add_version
{
	my ($version, $source) = @_;

	return "INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
		SELECT 'm', $version, classes, options, metrics, model FROM plasticc_models WHERE name = 'source' AND version = $source";
}

# What a session answers, as the version of "source", before and after another one has executed statements.
sub before_and_after
{
	my ($other, $begin) = @_;
	my $gate = close_gate($node);
	my $session = start_session($node, 'SET client_min_messages = warning',
		q{PREPARE answer AS SELECT 'answer ' || version FROM answers WHERE probabilities = plasticc_classify('m', '{1,2}')},
		$begin, 'EXECUTE answer', 'EXECUTE answer', 'SELECT pg_advisory_lock_shared(1)', 'EXECUTE answer');

	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted})
	  or die 'no answer';
	$node->safe_psql('postgres', $other);
	open_gate($node, $gate);
	finish_session($session);
	return join(' ', $session->{out} =~ /answer (\d)/g, $session->{err} =~ /ERROR:  (.*)/);
}

$node->safe_psql('postgres', add_version(1, 1));
is(before_and_after(add_version(2, 2), 'SELECT'), '1 1 2', 'a new version');
is(before_and_after(q{DELETE FROM plasticc_models WHERE name = 'm' AND version = 2; VACUUM plasticc_models}, 'SELECT'), '2 2 1', 'a deleted one');
is(before_and_after(add_version(2, 2), 'BEGIN ISOLATION LEVEL REPEATABLE READ'), '1 1 1', 'a new one that the snapshot does not see');
is(before_and_after(q{DELETE FROM plasticc_models WHERE name = 'm' AND version = 2;} . add_version(2, 1), 'SELECT'), '2 2 1', 'another model by the same version');
is(before_and_after('REVOKE SELECT ON plasticc_models FROM reader', 'SET ROLE reader'), '1 1 permission denied for table plasticc_models', 'a privilege taken away');
$node->safe_psql('postgres', 'GRANT SELECT ON plasticc_models TO reader');
is(before_and_after(q{CREATE POLICY hidden ON plasticc_models AS RESTRICTIVE FOR SELECT TO reader USING (name <> 'm')}, 'SET ROLE reader'),
	'1 1 model "m" does not exist', 'a policy that hides it');
is(before_and_after(q{DELETE FROM plasticc_models WHERE name = 'm'}, 'SELECT'), '1 1 model "m" does not exist', 'all versions deleted');

$node->stop;
done_testing();
