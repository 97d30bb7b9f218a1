# pg_upgrade takes along the extension and all that it has written: the same bytes, probabilities, privileges, policies and
# settings in the new server; a database that still has an earlier version of the extension is updated there.
#
# OLD_PG_CONFIG names the old server, in which this version is installed too; without it, both servers are of the same
# version, which pg_upgrade permits.
use strict;
use warnings;

use Cwd;
use FindBin;
use lib $FindBin::Bin;
use Calls;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($old_programs, $programs) = map { chomp(my $folder = qx{"$_" --bindir}); $folder } $ENV{OLD_PG_CONFIG} // $ENV{PG_CONFIG}, $ENV{PG_CONFIG};
plan skip_all => 'there is no pg_upgrade' if !-x "$programs/pg_upgrade";

# Checksums, which are the default of some versions only, must be those of the other server.
sub make_server
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => ['--data-checksums']);
	$node->append_conf('postgresql.conf', "max_worker_processes = 8\nautovacuum = off\n");
	return $node;
}

my $old;
{
	local $ENV{PATH} = "$old_programs:$ENV{PATH}";
	$old = make_server('old');
	$old->start;
}
my $new = make_server('new');

# ---- what the old server has

create_objects($old);
my $undisturbed = run_undisturbed($old);
$old->safe_psql('postgres', q{
	CREATE ROLE astronomer LOGIN;
	CREATE ROLE rival LOGIN;
	CREATE ROLE reader LOGIN;
	GRANT SELECT ON objects TO astronomer, rival;
	GRANT SELECT, INSERT, DELETE ON plasticc_models, plasticc_training_log, plasticc_aliases TO astronomer, rival;
	GRANT SELECT ON plasticc_models TO reader WITH GRANT OPTION;
	GRANT SELECT ON plasticc_model_versions TO PUBLIC;
	GRANT EXECUTE ON FUNCTION plasticc_log_loss_accum(double precision[], integer, real[], integer[]) TO reader;
	REVOKE EXECUTE ON FUNCTION plasticc_promote(text, integer, text) FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION plasticc_promote(text, integer, text) TO astronomer;
	ALTER DATABASE postgres SET plasticc.model_cache_size = '7MB';
	ALTER ROLE reader SET plasticc.model_cache_size = 0});
$old->safe_psql('postgres', 'SET ROLE astronomer; ' . call('plasticc_train', 'hers') . "; SELECT plasticc_promote('m_hers', 1, 'live')");

# A table of every type, with indexes of light curves, and the default of an enum.
$old->safe_psql('postgres', q{
	CREATE TABLE curves (object_id bigint PRIMARY KEY, lightcurve lightcurve, features real[], feature_set plasticc_feature_set DEFAULT 'simple',
		method plasticc_unknown_method, gp plasticc_gp, supernova plasticc_supernova, host plasticc_host, submission plasticc_submission_row);
	INSERT INTO curves (object_id, lightcurve, features, method, gp, supernova)
	SELECT object_id, c, plasticc_features(c), (enum_range(NULL::plasticc_unknown_method))[1 + object_id % 2], plasticc_gp_fit(c), plasticc_supernova_fit(c)
	FROM (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS c FROM observations WHERE object_id <= 10 GROUP BY object_id) AS s;
	CREATE UNIQUE INDEX by_order ON curves (lightcurve);
	CREATE INDEX by_hash ON curves USING hash (lightcurve);
	CREATE TABLE scores AS SELECT name, plasticc_scores(target, probabilities, classes) AS scores FROM plasticc_out_of_fold JOIN plasticc_cross_validations USING (name, version) GROUP BY name;
	CREATE VIEW newest AS SELECT object_id, plasticc_classify('live', features) AS probabilities FROM objects});

# An installation that has not been updated yet.
my ($earlier) = sort map { m,--([^-]+)\.sql$, } glob('sql/plasticc--*.sql');
$old->safe_psql('postgres', 'CREATE DATABASE earlier');
$old->safe_psql('earlier', "CREATE SCHEMA astro; CREATE EXTENSION plasticc SCHEMA astro VERSION '$earlier'");
$old->safe_psql('earlier', slurp_file("test/t/$earlier.sql"));

# ---- what must be the same, as text

# MAINTAIN is a privilege since PostgreSQL 17, which an owner then has.
my $explode = sub {
	my ($acl) = @_;
	return "(SELECT string_agg(concat_ws(' ', grantor::regrole, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type, is_grantable), ', '
		ORDER BY grantor::regrole::text, grantee, privilege_type) FROM aclexplode($acl) WHERE privilege_type <> 'MAINTAIN')";
};
my $members = q{JOIN pg_depend ON refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'plasticc') AND deptype = 'e' AND (classid, objid) =};
my %same = (
	'extension' => q{SELECT extversion, extnamespace::regnamespace, extconfig::regclass[], extcondition FROM pg_extension WHERE extname = 'plasticc'},
	# without arrays and rows, which are types of others and members since PostgreSQL 17
	'members' => q{SELECT type, identity FROM pg_depend AS d, pg_identify_object(classid, objid, objsubid)
		WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'plasticc') AND deptype = 'e'
		  AND NOT EXISTS (SELECT FROM pg_depend AS i WHERE (i.classid, i.objid, i.deptype) = (d.classid, d.objid, 'i') AND i.classid = 'pg_type'::regclass)
		ORDER BY 1, 2},
	'privileges of functions' => "SELECT p.oid::regprocedure, " . $explode->("coalesce(proacl, acldefault('f', proowner))") . " FROM pg_proc AS p $members (p.tableoid, p.oid) ORDER BY p.oid::regprocedure::text",
	'privileges of tables' => "SELECT c.oid::regclass, relrowsecurity, " . $explode->("coalesce(relacl, acldefault('r', relowner))") . " FROM pg_class AS c $members (c.tableoid, c.oid) ORDER BY c.oid::regclass::text",
	'initial privileges' => "SELECT pg_describe_object(classoid, objoid, i.objsubid), " . $explode->('initprivs') . " FROM pg_init_privs AS i $members (classoid, objoid) ORDER BY 1",
	'policies' => q{SELECT * FROM pg_policies ORDER BY tablename, policyname},
	'settings' => q{SELECT datname, rolname, setconfig FROM pg_db_role_setting LEFT JOIN pg_database AS d ON d.oid = setdatabase LEFT JOIN pg_roles AS r ON r.oid = setrole ORDER BY 1, 2},
	'setting' => 'SHOW plasticc.model_cache_size',
	'light curves' => q{SELECT object_id, md5(lightcurve_send(lightcurve)) FROM curves ORDER BY lightcurve},
	'scores' => 'SELECT name, md5(plasticc_scores_send(scores)) FROM scores ORDER BY name',
	'features' => q{SELECT object_id, md5(plasticc_features(lightcurve)::text), plasticc_features(lightcurve)::text = features::text FROM curves ORDER BY object_id},
	'probabilities' => q{SELECT name, version, md5(string_agg(plasticc_classify(model, features)::text, '' ORDER BY object_id)) FROM plasticc_models, objects GROUP BY name, version ORDER BY 1, 2},
	'probabilities of the live model' => q{SELECT md5(string_agg(probabilities::text, '' ORDER BY object_id)) FROM newest},
	'look-up by order' => q{SET enable_seqscan = off; SELECT count(*) FROM curves AS a JOIN curves AS b ON a.lightcurve = b.lightcurve},
	'look-up by hash' => q{SET enable_seqscan = off; SELECT count(*) FROM curves AS a, LATERAL (SELECT FROM curves AS b WHERE b.lightcurve = a.lightcurve OFFSET 0) AS b},
	map { ("rows of $_" => "SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM $_ AS t") }
	  qw(plasticc_models plasticc_training_log plasticc_cross_validations plasticc_out_of_fold plasticc_aliases
	  objects features_reference predictions_reference curves scores));
my %before = map { $_ => $old->safe_psql('postgres', $same{$_}) } keys %same;

# ---- from the old one to the new one

{
	local $ENV{PATH} = "$old_programs:$ENV{PATH}";
	$old->stop;
}
# It leaves files where it runs.
my $checkout = getcwd();
chdir PostgreSQL::Test::Utils::tempdir() or die;
my @servers = ('-b', $old_programs, '-B', $programs, '-d', $old->data_dir, '-D', $new->data_dir, '-p', $old->port, '-P', $new->port, '-s', $new->host);
command_ok([ 'pg_upgrade', '--check', @servers ], 'pg_upgrade --check');
command_ok([ 'pg_upgrade', @servers ], 'pg_upgrade');
chdir $checkout or die;
$new->start;

foreach my $what (sort keys %same)
{
	isnt($before{$what}, '', "$what: there were some");
	is($new->safe_psql('postgres', $same{$what}), $before{$what}, "$what: the same");
}

# ---- it goes on there

$new->safe_psql('postgres', q{INSERT INTO observations SELECT object_id + 1000, mjd, passband, flux, flux_err, detected FROM observations WHERE object_id <= 20});
foreach my $procedure (@procedures)
{
	is($new->psql('postgres', call($procedure, 'reference')), 0, "$procedure");
}
is($new->safe_psql('postgres', 'SELECT count(*) FROM features_reference'), 60, 'new objects are added to those extracted before');
is($new->safe_psql('postgres', q{SELECT array_agg(version) FROM plasticc_models WHERE name = 'm_reference'}), '{1,2}', 'a version to those trained before');
my ($status, $out, $err) = $new->psql('postgres', 'SET ROLE rival; ' . call('plasticc_train', 'hers'));
like($err, qr/permission denied for model "m_hers"\nDETAIL:  It belongs to role "astronomer"/, 'a name still belongs to its owner');
is($new->psql('postgres', 'SET ROLE astronomer; ' . call('plasticc_train', 'hers')), 0, 'who trains on');

$new->safe_psql('earlier', 'ALTER EXTENSION plasticc UPDATE');
is($new->safe_psql('earlier', q{
	SELECT count(*), count(*) FILTER (WHERE (SELECT bool_and(abs(now - before) < 1e-5) FROM unnest(astro.plasticc_classify(astro.plasticc_model('networks', version), features), probabilities) AS u(now, before)))
	FROM classified}), '8|8', "$earlier is updated after pg_upgrade, with the same probabilities");

$new->stop;
done_testing();
