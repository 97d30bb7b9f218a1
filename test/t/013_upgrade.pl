# An installation upgraded from an earlier version has the same objects as a fresh one, and works with the models, light
# curves and features that the earlier version wrote.  test/t/VERSION.sql holds those.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($current) = slurp_file('plasticc.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my @earlier = grep { $_ ne $current } map { m,--([^-]+)\.sql$, } glob('sql/plasticc--*.sql');

my $node = PostgreSQL::Test::Cluster->new('upgrade');
$node->init;
$node->start;
my $fresh;

# Every object of the extension in a database, as pg_dump tells it when it cannot leave the objects to CREATE
# EXTENSION: definition, owner, comment and privileges, keyed by type and name.  Without OIDs and transactions, and
# without the rows of system catalogs that PostgreSQL 19 adds.
sub objects
{
	my ($database) = @_;
	my ($dump, $errors) = run_command([ 'pg_dump', '--binary-upgrade', '--schema-only', '-d', $node->connstr($database) ]);
	my %objects;

	die $errors if $errors ne '';
	foreach (split /^--\n-- (?=(?:Data for )?Name: )/m, $dump)
	{
		my ($name) = /^Name: (.*); Owner: / or next;

		s/^-- For binary upgrade, must preserve .*\n//mg;
		s/^SELECT pg_catalog\.binary_upgrade_set_next_.*\n//mg;
		s/^-- set missing value\.\nSELECT .*\n//mg;	# of rows older than a column
		s/^--\n-- PostgreSQL database dump complete.*//ms;
		s/\n\n+/\n/g;
		s/^(.*relfrozenxid = |WHERE oid = )'\d+'/$1/mg;
		s/relminmxid = '\d+'//g;
		s/(?<=, ')\{[\d,]+\}(?=', )/tables/ if /binary_upgrade_create_empty_extension/;
		$objects{$name} = $_;
	}
	return \%objects;
}

# Tables whose rows pg_dump takes along.
sub configuration
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT t::regclass, condition FROM pg_extension, unnest(extconfig, extcondition) AS u(t, condition)
		WHERE extname = 'plasticc' ORDER BY t::regclass::text});
}

# Objects that the tests create lie in the schema public.
sub check_objects
{
	my ($version, $upgraded) = @_;
	my @names = grep { !/; Schema: public$/ } sort keys %$upgraded;

	is_deeply(\@names, [ sort keys %$fresh ], "$version: the same objects");
	is($upgraded->{$_}, $fresh->{$_}, "$version: $_")
		foreach grep { ($upgraded->{$_} // '') ne ($fresh->{$_} // '') } @names;
}

# Features of 0.1.0 that are computed differently since 0.2.0, and have other names.
my $replaced = '^period_';

# The feature of a name never changes, but for rounding; those of a light curve keep their place.  Probabilities depend on the processor's matrix product by rounding.
sub check_rows
{
	my ($version) = @_;
	# a fit goes on until a step gains next to nothing, and rounding decides where in the valley that is
	my $tolerance = "(CASE WHEN name ~ 'supernova' THEN 1e-6 ELSE 0 END)";
	my %differences = (
		'light curves' => q{SELECT object_id FROM objects
			WHERE bytes <> astro.lightcurve_send(lightcurve)
			   OR bytes <> astro.lightcurve_send(lightcurve::text::astro.lightcurve)},
		'features' => qq{SELECT name FROM features FULL JOIN
			(SELECT name, (SELECT astro.plasticc_host_features(astro.plasticc_features(lightcurve), ddf, hostgal_photoz,
						hostgal_photoz_err, distmod, mwebv) FROM objects WHERE object_id = 1)[ordinal] AS object_1,
				(SELECT astro.plasticc_host_features(astro.plasticc_features(lightcurve), ddf, hostgal_photoz,
						hostgal_photoz_err, distmod, mwebv) FROM objects WHERE object_id = 5)[ordinal] AS object_5, ordinal AS now
			 FROM unnest(astro.plasticc_host_feature_names()) WITH ORDINALITY AS n(name, ordinal)) AS now
			USING (name)
			WHERE features.ordinal IS NOT NULL
			  AND (features.object_1 <> now.object_1 AND abs(features.object_1 - now.object_1) > $tolerance * abs(features.object_1)
				OR features.object_5 <> now.object_5 AND abs(features.object_5 - now.object_5) > $tolerance * abs(features.object_5)
				OR (now.name IS NULL) <> (name ~ '$replaced') OR (now <> features.ordinal AND features.ordinal <= 1271))},
		'probabilities' => q{SELECT c.version, c.features, p.probabilities, c.probabilities FROM classified AS c,
				LATERAL (SELECT astro.plasticc_classify(astro.plasticc_model('networks', version), features)) AS p(probabilities)
			WHERE EXISTS (SELECT FROM unnest(p.probabilities, c.probabilities) AS u(now, before)
				WHERE (abs(now - before) < 1e-5) IS NOT TRUE)},
		'rows of a view' => q{(TABLE submissions EXCEPT TABLE submitted) UNION ALL (TABLE submitted EXCEPT TABLE submissions)},
		'descriptions of models' => q{SELECT version, i.classes, i.metrics FROM astro.plasticc_models AS m,
				LATERAL jsonb_to_record(astro.plasticc_model_info(model)) AS i(classes jsonb, options jsonb, metrics jsonb)
			WHERE i.classes <> to_jsonb(m.classes) OR i.options <> m.options OR i.metrics <> m.metrics},
	);

	foreach my $what (sort keys %differences)
	{
		is($node->safe_psql('upgraded', $differences{$what}), '', "$version: the same $what");
	}
	is($node->safe_psql('upgraded', q{
			SELECT count(*), count(DISTINCT probabilities) FROM classified UNION ALL
			SELECT count(*), count(DISTINCT object_1) FROM features UNION ALL
			SELECT count(*), count(DISTINCT model) FROM astro.plasticc_models UNION ALL
			SELECT count(*), count(DISTINCT epoch) FROM astro.plasticc_training_log UNION ALL
			SELECT (SELECT count(*) FROM astro.plasticc_cross_validations), count(*) FROM astro.plasticc_out_of_fold}),
		"8|8\n1505|970\n2|2\n15|15\n1|2", "$version: there were rows");
}

# A model of the features that the earlier version computed refuses those that are computed now.
sub check_refusal
{
	my ($version) = @_;
	my ($status, $output, $errors);

	$node->safe_psql('upgraded', q{
		CREATE TABLE earlier AS SELECT array_agg(value ORDER BY ordinal) AS features, target
			FROM features, LATERAL (VALUES (object_1, 1), (object_5, 2)) AS v(value, target) GROUP BY target;
		CALL astro.plasticc_train('earlier', 'SELECT features, target FROM earlier, generate_series(1, 50)', '{"preset": "reference", "epochs": 1}')});
	is($node->safe_psql('upgraded', q{
			SELECT count(*) FROM earlier WHERE astro.plasticc_classify(astro.plasticc_model('earlier'), features) IS NOT NULL}),
		2, "$version: a model of its features");
	($status, $output, $errors) = $node->psql('upgraded', q{
		SELECT astro.plasticc_classify(astro.plasticc_model('earlier'), astro.plasticc_host_features(
			astro.plasticc_features(lightcurve), ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv)) FROM objects});
	like($errors, qr/expected 1505 features, not (?!1505)\d+\nHINT: .*train the model again/, "$version: which refuses others");
	($status, $output, $errors) = $node->psql('upgraded', q{
		SELECT astro.plasticc_drift(model, 'SELECT features FROM earlier') FROM astro.plasticc_models WHERE name <> 'earlier' LIMIT 1});
	like($errors, qr/model has kept nothing of its training set\nDETAIL: .*\nHINT: .*Train the model again/, "$version: what its models do not hold");
}

# A schema that must be qualified.
sub install
{
	my ($database, $version) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, "CREATE SCHEMA astro; CREATE EXTENSION plasticc SCHEMA astro VERSION '$version'");
}


install('fresh', $current);
$fresh = objects('fresh');
cmp_ok(scalar(grep { /Type: (?:FUNCTION|AGGREGATE|PROCEDURE);/ } keys %$fresh), '>=',
	$node->safe_psql('fresh', q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'astro'::regnamespace}), 'the dump has all functions');
cmp_ok(scalar(@earlier), '>', 0, 'there are earlier versions');
foreach my $version (@earlier)
{
	my $upgraded;

	install('upgraded', $version);
	$node->safe_psql('upgraded', slurp_file("test/t/$version.sql"));
	$node->safe_psql('upgraded', q{
		CREATE VIEW submissions AS SELECT version, astro.plasticc_add_unknown(probabilities, 'prior') AS with_unknown,
			astro.plasticc_submission(probabilities, (ARRAY[6, 15, 16, 42, 52])[:cardinality(probabilities)]) AS submission,
			astro.plasticc_submission(array_fill(probabilities[1], '{14}')) AS with_defaults FROM classified;
		CREATE TABLE submitted AS TABLE submissions});
	$node->safe_psql('upgraded', 'ALTER EXTENSION plasticc UPDATE');
	check_objects($version, objects('upgraded'));
	is(configuration('upgraded'), configuration('fresh'), "$version: the same tables are dumped");
	check_rows($version);
	check_refusal($version);
	$node->safe_psql('postgres', 'DROP DATABASE upgraded');
}

$node->stop;
done_testing();
