# The release's metadata: META.json conforms to PGXN's specification, and all files have the same version.

use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my ($version) = slurp_file('plasticc.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my $meta = eval { decode_json(slurp_file('META.json')) };

ok(defined $version, 'plasticc.control has a version');
is(ref $meta, 'HASH', 'META.json is JSON');

# PGXN Meta Spec 1.0.0: the required keys and their formats.
my $term = qr{^[^\s/\\[:cntrl:]]{2,}$};
my $semver = qr/^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
like($meta->{name}, $term, 'name is a term');
like($meta->{version}, $semver, 'version is a semantic version');
like($meta->{abstract}, qr/\S/, 'abstract is not empty');
like($meta->{maintainer}, qr/\S/, 'maintainer is not empty');
is($meta->{license}, 'postgresql', 'license is one that the spec names');
is($meta->{'meta-spec'}{version}, '1.0.0', 'meta-spec is 1.0.0');
is_deeply([ keys %{ $meta->{provides} } ], ['plasticc'], 'provides the extension');
like($meta->{provides}{plasticc}{version}, $semver, 'provides: a semantic version');
ok(-e ($meta->{provides}{plasticc}{file} // ''), 'provides: its file is there');
ok(!defined $meta->{provides}{plasticc}{docfile} || -e $meta->{provides}{plasticc}{docfile},
	'provides: its documentation is there');
is_deeply([ grep { !/^(?:configure|build|test|runtime|develop)$/ } keys %{ $meta->{prereqs} } ], [],
	'prereqs: phases of the spec');
like($meta->{prereqs}{runtime}{requires}{PostgreSQL}, $semver, 'prereqs: the PostgreSQL version');
is_deeply([ grep { !m{^[^/\\[:cntrl:]]{1,256}$} } @{ $meta->{tags} } ], [], 'tags are of the allowed form');
is_deeply(
	[ grep { !/^(?:name|version|abstract|maintainer|license|provides|meta-spec|description|generated_by|tags|no_index|prereqs|release_status|resources|[xX]_.+)$/ } keys %$meta ],
	[], 'no key that the spec does not know');
like($meta->{release_status} // 'stable', qr/^(?:stable|testing|unstable)$/, 'release_status is one of the three');

# The version.
is($meta->{version}, $version, 'META.json has the version of plasticc.control');
is($meta->{provides}{plasticc}{version}, $version, 'and so has what it provides');
is($meta->{provides}{plasticc}{file}, "sql/plasticc--$version.sql", 'and the file of what it provides');
my ($newest) = slurp_file('CHANGELOG.md') =~ /^## (\S+)/m;
is($newest, $version, 'CHANGELOG.md begins with it');
like(slurp_file('debian/changelog'), qr/^plasticc \(\Q$version\E-\d+\) /, 'debian/changelog begins with it');
like(slurp_file('packaging/plasticc.spec'), qr/^Version: +\Q$version\E$/m, 'and the RPM recipe has it');

done_testing();
