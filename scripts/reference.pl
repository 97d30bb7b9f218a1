#!/usr/bin/env perl
#
# Writes docs/reference.md from the comments, types, options and features of the extension, as the
# server that the PG* variables name has it.  Its sections are those of the install script.
#
# usage: scripts/cluster.sh scripts/reference.pl [FILE]

use strict;
use warnings;

use JSON::PP;

my $file = $ARGV[0] // 'docs/reference.md';
my ($version) = slurp('plasticc.control') =~ /^default_version\s*=\s*'([^']+)'/m;

sub slurp
{
	my ($name) = @_;

	open(my $handle, '<', $name) or die "$name: $!\n";
	local $/;
	return <$handle>;
}

# The rows of a query, each a hash.
sub rows
{
	my ($query) = @_;

	open(my $psql, '-|', 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', 'SET client_min_messages = warning',
		'-c', 'CREATE EXTENSION IF NOT EXISTS plasticc', '-c', "SELECT coalesce(json_agg(q), '[]') FROM ($query) q")
	  or die "psql: $!\n";
	my $json = do { local $/; <$psql> };
	close($psql) or die "a query failed\n";
	return @{ decode_json($json) };
}

sub table
{
	my ($header, @rows) = @_;

	return join("\n", '| ' . join(' | ', @$header) . ' |', '|' . '---|' x @$header,
		map { '| ' . join(' | ', map { s/\|/\\|/gr } @$_) . ' |' } @rows) . "\n\n";
}

# The section in which the install script creates an object first.
my (%section, @sections);
foreach (split /\n/, slurp("sql/plasticc--$version.sql") =~ s/^-- =+\n-- (.*)\n-- =+$/SECTION $1/mgr)
{
	push @sections, $1 if /^SECTION (.*)/;
	$section{$1} //= $sections[-1] if /^CREATE (?:FUNCTION|AGGREGATE|PROCEDURE|TYPE|DOMAIN|TABLE|VIEW) (\w+)/;
}

my $members = q{
	SELECT classid, objid FROM pg_depend d JOIN pg_extension e ON e.oid = refobjid AND e.extname = 'plasticc'
	WHERE refclassid = 'pg_extension'::regclass AND d.deptype = 'e'};

# Those that somebody would call: not what the server calls for types, operators, aggregates and plans.
my @functions = rows(qq{
	SELECT p.proname AS name, p.prokind AS kind, p.proretset AS is_set, pg_get_function_arguments(p.oid) AS arguments,
		   pg_get_function_result(p.oid) AS result, obj_description(p.oid, 'pg_proc') AS description
	FROM pg_proc p JOIN ($members) m ON classid = 'pg_proc'::regclass AND objid = p.oid
	WHERE has_function_privilege('public', p.oid, 'EXECUTE') AND NOT EXISTS (
		SELECT FROM unnest(p.proargtypes || p.prorettype) t WHERE t IN ('internal'::regtype, 'cstring'::regtype))
		AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
		AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
		AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typsend, t.typreceive))
		AND NOT EXISTS (SELECT FROM pg_policy l, pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = l.oid
						AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid)
	ORDER BY p.oid});
my @types = rows(qq{
	SELECT t.typname AS name, obj_description(t.oid, 'pg_type') AS description,
		   (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) AS labels,
		   (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
			FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped) AS columns
	FROM pg_type t JOIN ($members) m ON classid = 'pg_type'::regclass AND objid = t.oid
	WHERE t.typtype <> 'd' AND t.typelem = 0 AND coalesce((SELECT relkind = 'c' FROM pg_class WHERE oid = t.typrelid), true)
	ORDER BY t.oid});
my @operators = rows(qq{
	SELECT oprname AS name, oprleft::regtype AS l, oprright::regtype AS r, oprresult::regtype AS result,
		   obj_description(o.oid, 'pg_operator') AS description
	FROM pg_operator o JOIN ($members) m ON classid = 'pg_operator'::regclass AND objid = o.oid ORDER BY o.oid});
my @relations = rows(qq{
	SELECT relname AS name, CASE relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind, obj_description(c.oid, 'pg_class') AS description,
		   (SELECT string_agg('`' || attname || ' ' || format_type(atttypid, atttypmod) || '`', ', ' ORDER BY attnum)
			FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
	FROM pg_class c JOIN ($members) m ON classid = 'pg_class'::regclass AND objid = c.oid
	WHERE relkind IN ('r', 'v') ORDER BY c.oid});
my @settings = rows(q{
	SELECT name, coalesce(setting || unit, setting) AS setting, context, short_desc AS description
	FROM pg_settings WHERE name LIKE 'plasticc.%' ORDER BY name});

# A signature as one would write the call, with the names and types of what is returned.
sub signature
{
	my ($function) = @_;
	my ($call, $result) = (($function->{kind} eq 'p' ? 'CALL ' : '') . $function->{name}, $function->{result} // '');
	my (@in, @out);

	foreach (split /, (?![^(\[]*[)\]])/, $function->{arguments})
	{
		s/(DEFAULT (?:'[^']*'|[^:]*))::.*/$1/;
		s/^OUT // ? push(@out, $_) : push(@in, s/^IN //r);
	}
	$call .= '(' . join(', ', @in) . ')';
	return "`$call`" if $function->{kind} eq 'p';
	$result = $function->{is_set} && !@out ? $result =~ s/SETOF //r : $result;
	return "`$call` → " . (@out ? ($function->{is_set} ? 'rows ' : '') . '`(' . join(', ', @out) . ')`' : "`$result`");
}

my $text = <<"END";
# Reference

Every function, type, table, option and feature of plasticc $version, as the database describes them (`\\dx+ plasticc`, `\\df+`,
`\\d+`). This file is written by `scripts/cluster.sh scripts/reference.pl`.

Units: mjd in days, flux and flux_err in FLUXCAL (zero point 27.5), passband 0–5 = u g r i z y.

END

my %is_placed;
foreach my $section (@sections)
{
	my @of = grep { ($section{ $_->{name} } // '') eq $section } @functions;
	my @of_types = grep { ($section{ $_->{name} } // '') eq $section } @types;
	my @of_relations = grep { ($section{ $_->{name} } // '') eq $section } @relations;
	my @rows;

	next if !@of && !@of_types && !@of_relations;
	$text .= '## ' . ucfirst($section) . "\n\n";
	$text .= table([ 'Type', 'Description' ], map {
		[ "`$_->{name}`", join('; ', grep { defined } $_->{description}, map { defined ? "`$_`" : undef } $_->{labels} // $_->{columns}) ]
	} @of_types) if @of_types;
	$text .= table([ 'Operator', 'Description' ], map { [ "`$_->{l} $_->{name} $_->{r}` → `$_->{result}`", $_->{description} ] } @operators)
	  if grep { $_->{name} eq 'lightcurve' } @of_types;
	$text .= table([ 'Table, view', 'Description', 'Columns' ], map { [ "`$_->{name}`", "$_->{kind}: $_->{description}", $_->{columns} ] } @of_relations)
	  if @of_relations;
	# the forms of a function stand together, where the first of them is
	foreach my $function (@of)
	{
		next if $is_placed{ $function->{name} }++;
		push @rows, map {
			[ signature($_), ($_->{kind} eq 'a' ? 'aggregate: ' : '') . $_->{description} ]
		} grep { $_->{name} eq $function->{name} } @of;
	}
	$text .= table([ 'Function', 'Description' ], @rows) if @rows;
}

$text .= "## Options of trainings\n\n" . table([ 'Option', 'Value', 'Default', '`reference`', 'Description' ], map {
	[ "`$_->{name}`", map { defined ? s/"//gr =~ s/array of at most 31/array of/r : '' } @$_{qw(range default_value reference_value description)} ]
} rows('SELECT * FROM plasticc_training_options()'));
$text .= "## Options of extractions and predictions\n\n" . table([ 'Procedure', 'Option', 'Value', 'Default', 'Description' ], map {
	[ "`$_->{procedure}`", "`$_->{name}`", $_->{range} =~ s/"//gr, ($_->{default_value} // '') =~ s/"|^null$//gr, $_->{description} ]
} rows(q{SELECT * FROM plasticc_option_catalog() WHERE procedure IN ('plasticc_extract', 'plasticc_predict')}));
$text .= "## Options of views\n\n" . table([ 'Option', 'Value', 'Default', 'Description' ], map {
	[ "`$_->{name}`", $_->{range} =~ s/"//gr, ($_->{default_value} // '') =~ s/"|^null$//gr, $_->{description} ]
} rows(q{SELECT * FROM plasticc_option_catalog() WHERE procedure = 'plasticc_create_views'}));
$text .= "## Settings\n\n" . table([ 'Setting', 'Default', 'Set by', 'Description' ], map { [ "`$_->{name}`", @$_{qw(setting context description)} ] } @settings)
  if @settings;
$text .= "## Groups of features\n\n[features.md](features.md) says what they are, `plasticc_feature_catalog()` and `plasticc_host_feature_catalog()` what each feature is.\n\n"
  . table([ 'Group', 'Features', 'First', 'In `simple`' ], map { [ "`$_->{feature_group}`", $_->{n}, "`$_->{first}`", $_->{n_simple} ] } rows(q{
	SELECT feature_group, count(*) AS n, (array_agg(name ORDER BY ordinal))[1] AS first, count(*) FILTER (WHERE name = ANY (simple)) AS n_simple
	FROM (SELECT ordinal, name, feature_group FROM plasticc_feature_catalog()
		  UNION ALL SELECT ordinal, name, feature_group FROM plasticc_host_feature_catalog()) f,
		 (SELECT plasticc_host_feature_names('simple') AS simple) s
	GROUP BY 1 ORDER BY min(ordinal)}));

open(my $out, '>:raw', $file) or die "$file: $!\n";
print $out $text =~ s/\n+\z/\n/r;
close($out) or die "$file: $!\n";
