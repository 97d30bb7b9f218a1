package Calls;

# A small call of each of the four procedures, what it writes, and what is left of it, for tests of what may happen to a call.
#
#	create_objects($node);
#	my $undisturbed = run_undisturbed($node);			# procedure => result
#	$node->psql('postgres', call($procedure, 'x'));		# writes to names that end in _x
#	is(result($node, $procedure, 'x'), $undisturbed->{$procedure});

use strict;
use warnings;

use Exporter 'import';
use Test::More;

our @EXPORT = qw(@procedures create_objects create_targets call result run_undisturbed left_of_calls);

our @procedures = qw(plasticc_train plasticc_cross_validate plasticc_extract plasticc_predict);

my $query = 'SELECT object_id, features, target FROM objects ORDER BY object_id';

# The rows that calls read.
sub create_objects
{
	my ($node) = @_;

	$node->safe_psql('postgres', q{
		CREATE EXTENSION plasticc;
		CREATE TABLE objects AS
		SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
		       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, hashint4(-i) / 4e9, 1]::real[] AS features
		FROM generate_series(1, 300) AS i;
		CREATE TABLE observations AS SELECT * FROM plasticc_simulate_observations(40, 1, 'test');
		CREATE INDEX ON observations (object_id)});
}

# The tables that plasticc_extract and plasticc_predict fill.
sub create_targets
{
	my ($node, $suffix) = @_;

	$node->safe_psql('postgres', "SELECT plasticc_create_feature_table('features_$suffix'), plasticc_create_prediction_table('predictions_$suffix')");
}

# The statement; further options replace those of the small call.
sub call
{
	my ($procedure, $suffix, %options) = @_;
	my %training = (layers => '[8]', epochs => 3, trees => 1, rounds => 30, report_interval => 0);
	my %chunks = (workers => 2, report_interval => 0);
	my $json = sub {
		my %all = (@_, %options);
		return '{' . join(', ', map { "\"$_\": $all{$_}" } sort keys %all) . '}';
	};

	return "CALL plasticc_train('m_$suffix', '$query', '" . $json->(%training, networks => 2) . "')" if $procedure eq 'plasticc_train';
	return "CALL plasticc_cross_validate('m_$suffix', '$query', '" . $json->(%training, folds => 3) . "')" if $procedure eq 'plasticc_cross_validate';
	return "CALL plasticc_extract('observations', 'features_$suffix', '" . $json->(%chunks, feature_set => '"simple"', chunk_objects => 5) . "')" if $procedure eq 'plasticc_extract';
	return "CALL plasticc_predict('m_reference', 'objects', 'predictions_$suffix', '" . $json->(%chunks, chunk_objects => 50) . "')";
}

# What the call has written, of its last version: rows, and their bytes as a checksum.
sub result
{
	my ($node, $procedure, $suffix) = @_;
	my %query = (
		plasticc_train => "SELECT 1, md5(model) FROM plasticc_models WHERE name = 'm_$suffix' ORDER BY version DESC LIMIT 1",
		plasticc_cross_validate => "SELECT count(*), md5(string_agg(probabilities::text, '' ORDER BY object_id)) FROM plasticc_out_of_fold WHERE name = 'm_$suffix' GROUP BY version ORDER BY version DESC LIMIT 1",
		plasticc_extract => "SELECT count(*), md5(string_agg(features::text, '' ORDER BY object_id)) FROM features_$suffix",
		plasticc_predict => "SELECT count(*), md5(string_agg(probabilities::text, '' ORDER BY object_id)) FROM predictions_$suffix");

	return $node->safe_psql('postgres', $query{$procedure});
}

# Runs the four calls, whose names end in _reference; their results.
sub run_undisturbed
{
	my ($node) = @_;
	my %result;

	create_targets($node, 'reference');
	foreach my $procedure (@procedures)
	{
		my ($status, $out, $err) = $node->psql('postgres', call($procedure, 'reference'));

		is($status, 0, "$procedure undisturbed");
		unlike($err, qr/WARNING|ERROR/, 'no warning');
		$result{$procedure} = result($node, $procedure, 'reference');
	}
	return \%result;
}

# Segments of shared memory (of dynamic_shared_memory_type = mmap) that calls have created: pools start with their magic
# number, and blocks of rows are not made of pages, as the server's own are but for the first, which has a number too.
sub segments_of_calls
{
	my ($node) = @_;
	my @segments;

	foreach my $file (glob $node->data_dir . '/pg_dynshmem/mmap.*')
	{
		open my $handle, '<:raw', $file or next;
		read $handle, my $start, 8;
		push @segments, $file
		  if ($start eq 'plasticc' || $start eq 'ccitsalp') || ((-s $handle // 0) % 4096 != 0 && substr($start, 0, 4) ne pack('L', 0x9a503d32));
	}
	return @segments;
}

# Workers, advisory locks, temporary files and segments of shared memory, as text: empty where nothing is left.
sub left_of_calls
{
	my ($node) = @_;
	my @files = glob $node->data_dir . '/base/pgsql_tmp/*';
	my $others = $node->safe_psql('postgres', q{
		SELECT backend_type FROM pg_stat_activity WHERE backend_type LIKE 'plasticc%'
		UNION ALL SELECT 'lock of ' || pid FROM pg_locks WHERE locktype = 'advisory'});

	return join ' ', segments_of_calls($node), @files, split /\n/, $others;
}

1;
