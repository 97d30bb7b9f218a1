# A survey on three clusters: a coordinator whose hash partitions are foreign tables on two shards.  The set-up, the
# queries and the statements sent to the shards are read from docs/distributed.md, which is thereby tested.  Every query
# must return the same bits as over plain tables.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
plan skip_all => 'postgres_fdw is not installed' if !-e "$sharedir/extension/postgres_fdw.control";

# The statement that each documented query must send, and to how many shards; "other groups" sends no function.
my %sent = (
	'features' => [ 2, qr/sky\.plasticc_features\(.*GROUP BY/ ],
	'classes' => [ 2, qr/sky\.plasticc_classify\(\$1::bytea, sky\.plasticc_features\(sky\.plasticc_lightcurve\(.*GROUP BY/ ],
	'host' => [ 2, qr/sky\.plasticc_classify\(.*sky\.plasticc_host_features\(.*plasticc_features\(.* INNER JOIN .*GROUP BY/ ],
	'one object' => [ 1, qr/sky\.plasticc_classify\(.*plasticc_lightcurve\(.*object_id = 42.*GROUP BY/ ],
	'stored light curves' => [ 2, qr/sky\.plasticc_features\(sky\.plasticc_merge\(.*GROUP BY/ ],
	'stored features' => [ 2, qr/sky\.plasticc_add_unknown\(sky\.plasticc_classify\(\$1::bytea, .*'constant'::sky\..*GROUP BY/ ],
	'condition' => [ 2, qr/WHERE .*sky\.plasticc_classify\(\$1::bytea/ ],
	'Gaussian process' => [ 2, qr/sky\.plasticc_gp_fit\(.*sky\.plasticc_period\(.*GROUP BY/ ],
	'scores' => [ 2, qr/sky\.plasticc_classify\(\$1::bytea, .*INNER JOIN.*GROUP BY/ ],
	'evaluation' => [ 2, qr/sky\.plasticc_classify\(\$1::bytea, .*INNER JOIN.*GROUP BY/ ],
	'other groups' => [ 2, qr/^(?!.*plasticc_)/ ]);

my $documentation = slurp_file('docs/distributed.md');
my %setup = $documentation =~ /^```sql\n-- on (every server|every shard|the coordinator)\n(.*?)^```/msg;
my %query = $documentation =~ /^<!-- plan: (.*?) -->\n```sql\n(.*?);\n```/msg;
my %remote = $documentation =~ /^<!-- plan: (.*?) -->\n```sql\n.*?^```\n+```\n(.*?)^```/msg;

sub start_cluster
{
	my ($name) = @_;
	my $cluster = PostgreSQL::Test::Cluster->new($name);
	$cluster->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
	$cluster->append_conf('postgresql.conf', "jit = off\nshared_buffers = 16MB\nlog_statement = all\n");
	$cluster->start;
	$cluster->safe_psql('postgres', $setup{'every server'});
	return $cluster;
}

my ($coordinator, @shards) = map { start_cluster($_) } 'coordinator', 'shard1', 'shard2';
$_->safe_psql('postgres', $setup{'every shard'}) foreach @shards;
foreach my $shard (@shards)
{
	my ($name, $host, $port) = ($shard->name, $shard->host, $shard->port);
	ok($setup{'the coordinator'} =~ s/host '$name\.example', port '5432'/host '$host', port '$port'/, "address of $name");
}
my $server_version = $coordinator->safe_psql('postgres', 'SHOW server_version_num');
$setup{'the coordinator'} =~ s/,? *(?:async_capable|batch_size) '\w+'//g if $server_version < 140000;
$coordinator->safe_psql('postgres', $setup{'the coordinator'});

# The survey, in plain tables and on the shards, and two models.
$coordinator->safe_psql('postgres', q{
	CREATE SCHEMA single;
	SET search_path = single, sky;
	CREATE TABLE observations AS SELECT * FROM plasticc_simulate_observations(200, 1);
	CREATE TABLE objects AS
	SELECT object_id, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv, target FROM plasticc_simulate_objects(200, 1);
	CREATE TABLE lightcurves AS
	SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve FROM observations GROUP BY 1;
	CREATE TABLE simple AS
	SELECT object_id, target, plasticc_features(lightcurve, 'simple') AS features FROM lightcurves JOIN objects USING (object_id);
	CREATE TABLE features AS
	SELECT object_id, plasticc_host_features(features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features
	FROM simple JOIN objects USING (object_id);
	SET client_min_messages = warning;
	CALL plasticc_train('m', 'SELECT features, target FROM simple ORDER BY object_id', '{"layers": [8], "epochs": 100, "weight_decay": 0.2, "input_dropout": 0.3}');
	CALL plasticc_train('h', 'SELECT features, target FROM features JOIN objects USING (object_id) ORDER BY object_id',
		'{"layers": [8], "epochs": 100, "weight_decay": 0.2, "input_dropout": 0.3}');

	INSERT INTO survey.observations SELECT * FROM observations;
	INSERT INTO survey.objects SELECT * FROM objects;
	INSERT INTO survey.lightcurves SELECT * FROM lightcurves;
	INSERT INTO survey.features SELECT * FROM features;
	ANALYZE survey.observations, survey.objects, survey.lightcurves, survey.features;
});
foreach my $shard (@shards)
{
	my ($objects, $strays) = split /\|/, $shard->safe_psql('postgres', q{
		SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM survey.observations o WHERE o.object_id = objects.object_id))
		FROM survey.objects});
	cmp_ok($objects, '>', 50, $shard->name . ' has a part of the objects');
	is($strays, 0, 'with their observations');
}

sub result
{
	my ($schema, $query) = @_;
	return join("\n", sort split /\n/, $coordinator->safe_psql('postgres', "SET search_path = $schema, sky; $query"));
}

is_deeply([ sort keys %query ], [ sort keys %sent ], 'all documented queries are tested');
foreach my $name (sort keys %query)
{
	my ($scans, $like) = @{ $sent{$name} };
	my @remote = result('survey', "EXPLAIN (VERBOSE, COSTS OFF) $query{$name}") =~ /Remote SQL: (.*)/g;
	my $result = result('survey', $query{$name});
	my %seen;

	is(scalar @remote, $scans, "$name: queries $scans shard(s)");
	like($_, $like, "$name: sends the computation") foreach @remote;
	isnt($result, '', "$name: has a result");
	is($result, result('single', $query{$name}), "$name: gives the same bits as one server");

	# Joined tables have numbered aliases, which differ between partitions: renumber them.
	foreach my $statement (@remote)
	{
		my %number;
		$statement =~ s{\br(\d+)\b}{"r" . ($number{$1} //= keys %number)}ge;
	}
	is(join('', map { "$_\n" } grep { !$seen{$_}++ } @remote), ($remote{$name} // '') =~ s/\n +/ /gr,
		"$name: sends the statement in docs/distributed.md") if $server_version >= 150000 && $server_version < 160000;
}

# Also if the model is a parameter, whether known or unknown at planning time.
foreach my $mode ('force_custom_plan', 'force_generic_plan')
{
	my $prepared = "SET plan_cache_mode = $mode; PREPARE classify(bytea) AS "
	  . 'SELECT object_id, plasticc_classify($1, max(features)) FROM features GROUP BY object_id HAVING count(*) > 0;';
	my $execute = "SELECT format('EXECUTE classify(%L)', plasticc_model('h')) \\gexec\n";
	my $explain = $execute =~ s/EXECUTE/EXPLAIN (VERBOSE, COSTS OFF) EXECUTE/r;

	like(result('survey', $prepared . $explain), qr/Remote SQL: .*sky\.plasticc_classify\(/, "a model as parameter is sent, $mode");
	is(result('survey', $prepared . $execute), result('single', $prepared . $execute), 'and gives the same result');
}

# The convenience functions that take names run on the coordinator.
foreach my $expression (q{plasticc_classify('h', max(features))}, q{plasticc_classify(plasticc_model('h'), max(features))},
	q{plasticc_feature(max(features), 'flux_maximum_r')})
{
	my $query = "SELECT object_id, $expression FROM features GROUP BY object_id HAVING count(*) > 0";
	is(result('survey', $query), result('single', $query), "works: $expression");
}

# States converted to text and back, as an engine may send them.
is( result('single', 'SELECT object_id, plasticc_features(plasticc_merge(part::text::lightcurve)) FROM (SELECT object_id, '
		  . 'plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS part FROM observations GROUP BY object_id, passband) AS parts '
		  . 'GROUP BY object_id'),
	result('single', 'SELECT object_id, plasticc_features(lightcurve) FROM lightcurves'), 'partial states as text');

# The recommended settings for the tables of each server.
foreach my $advice ($documentation =~ /^```sql\n((?:CREATE INDEX|ALTER TABLE) .*?)^```/msg)
{
	is($shards[0]->psql('postgres', $advice), 0, 'runs: ' . $advice =~ s/\n.*//sr);
}

# The search path of sessions on the shards has only the system's schema.
my $log = slurp_file($shards[0]->logfile);
like($log, qr/SET search_path = pg_catalog/, 'the search path of a shard is empty');
like($log, qr/DECLARE c\d+ CURSOR FOR\s+SELECT object_id, sky\.plasticc_classify\(/, 'and functions were found nevertheless');

$_->stop foreach $coordinator, @shards;
done_testing();
