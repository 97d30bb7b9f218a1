# What the server may be short of: shared memory, workers, disk, memory for a statement, a lock.  Calls go on
# without what they can do without, and wait for what they cannot.  A preloaded library makes files fail to grow
# while a file exists.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Calls;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();
my ($library, $full) = ("$folder/full_disk.so", "$folder/full");
my $compiler = $ENV{CC} // 'cc';

plan skip_all => "$compiler builds no library to preload"
  if system("$compiler -shared -fPIC -o '$library' '$FindBin::Bin/full_disk.c' -ldl >/dev/null 2>&1") != 0 || !-e '/proc/self/fd';

my $node = PostgreSQL::Test::Cluster->new('resources');
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 8\nmax_parallel_workers = 8\nmax_parallel_maintenance_workers = 2\nautovacuum = off\n");
start_server();

sub start_server
{
	local $ENV{LD_PRELOAD} = join ':', grep { length } $ENV{LD_PRELOAD} // '', $library;
	local $ENV{FULL_DISK} = $full;
	$node->stop;
	$node->start;
}

# From now on files whose path contains the text cannot grow.
sub fill_disk
{
	my ($path) = @_;
	PostgreSQL::Test::Utils::append_to_file($full, $path);
}

sub free_disk
{
	unlink $full or die "$full: $!";
}

sub sql
{
	return $node->safe_psql('postgres', $_[0]);
}

create_objects($node);
my $undisturbed = run_undisturbed($node);

# Runs all four with a setting in force; each warns so, and gives what the undisturbed calls gave.
sub all_give_the_same
{
	my ($suffix, $what, $warning, $settings) = @_;

	create_targets($node, $suffix);
	foreach my $procedure (@procedures)
	{
		my ($status, $out, $err) = $node->psql('postgres', ($settings // '') . call($procedure, $suffix));
		is($status, 0, "$procedure $what");
		like($err, $warning, 'a warning');
		is(result($node, $procedure, $suffix), $undisturbed->{$procedure}, 'the same result');
	}
}

# ---- shared memory and workers

my $no_memory = qr/WARNING:  could not start any (training|extraction|prediction) worker: could not .*: No space left on device\nHINT:  The session does all of the work/;
fill_disk('/dev/shm/');
all_give_the_same('posix', 'where /dev/shm is full', $no_memory);
free_disk();

is(left_of_calls($node), '', 'nothing is left');

$node->append_conf('postgresql.conf', "dynamic_shared_memory_type = mmap\nmax_worker_processes = 0\n");
start_server();
all_give_the_same('none', 'without worker processes', qr/WARNING:  could not start any (training|extraction|prediction) worker\nHINT:  The session does all of the work/);

# an error of another class, as where the folder may not be written to
my $segments = $node->data_dir . '/pg_dynshmem';
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
start_server();
chmod 0500, $segments or die "$segments: $!";
all_give_the_same('folder', 'where shared memory may not be had', qr/WARNING:  could not start any (training|extraction|prediction) worker: could not open shared memory segment .*: Permission denied\nHINT:  The session does all of the work/);
chmod 0700, $segments or die "$segments: $!";

# ---- the least memory for a statement

all_give_the_same('small', 'with the least work_mem', qr/NOTICE/, "SET work_mem = '64kB'; SET maintenance_work_mem = '1MB'; SET temp_buffers = '800kB'; ");

# ---- a full disk, a lock: what has been trained waits

my $waits = q{SELECT count(*) = 1 FROM plasticc_progress() WHERE phase = 'waiting for resources'};
my %stored = (plasticc_train => 'plasticc_models', plasticc_cross_validate => 'plasticc_cross_validations');

sub waits_until
{
	my ($procedure, $suffix, $what, $message, $disturb, $relieve, @settings) = @_;

	$disturb->();
	my $session = start_session($node, @settings, call($procedure, $suffix));
	ok($node->poll_query_until('postgres', $waits), "$procedure waits for $what");
	$relieve->();
	finish_session($session);
	like($session->{err}, qr/WARNING:  $procedure could not store a result: $message\nDETAIL:  It is kept in memory/, 'with a warning');
	is(() = $session->{err} =~ /could not store/g, 1, 'that is not repeated');
	unlike($session->{err}, qr/ERROR/, 'goes on');
	is(result($node, $procedure, $suffix), $undisturbed->{$procedure}, 'and stores the same result');
}

foreach my $procedure ('plasticc_train', 'plasticc_cross_validate')
{
	# a table that has no page to spare: the first row needs one
	sql('VACUUM FULL plasticc_models, plasticc_training_log, plasticc_cross_validations, plasticc_out_of_fold');
	waits_until($procedure, 'disk', 'a disk that is full', 'could not extend file .*: No space left on device.*',
		sub { fill_disk('/base/') }, \&free_disk);

	# whatever raises such an error, such as a tablespace's quota
	my $table = $stored{$procedure};
	sql("CREATE TABLE quota ();
		CREATE SEQUENCE tries;
		CREATE FUNCTION check_quota() RETURNS trigger LANGUAGE plpgsql AS \$\$
		BEGIN
			PERFORM nextval('tries');
			IF EXISTS (SELECT FROM pg_class WHERE relname = 'quota') THEN
				RAISE EXCEPTION 'over quota' USING ERRCODE = 'disk_full';
			END IF;
			RETURN NEW;
		END \$\$;
		CREATE TRIGGER quota BEFORE INSERT ON $table FOR EACH ROW EXECUTE FUNCTION check_quota()");
	waits_until($procedure, 'quota', 'a quota', 'over quota', sub { }, sub { sql('DROP TABLE quota') });
	# what waits can be cancelled, also after it has been tried again
	sql('CREATE TABLE quota (); ALTER SEQUENCE tries RESTART');
	my $session = start_session($node, call($procedure, 'cancelled'));
	ok($node->poll_query_until('postgres', 'SELECT last_value >= 2 FROM tries'), "$procedure tries again");
	ok($node->poll_query_until('postgres', $waits), "$procedure waits");
	sql('SELECT pg_cancel_backend(pid) FROM plasticc_progress()');
	finish_session($session);
	like($session->{err}, qr/canceling statement due to user request/, 'and can be cancelled');
	is(sql("SELECT count(*) FROM $table WHERE name = 'm_cancelled'"), 0, 'which stores nothing');
	sql('DROP TABLE quota; DROP FUNCTION check_quota() CASCADE; DROP SEQUENCE tries');

	my $holder;
	waits_until($procedure, 'lock', 'a lock', 'canceling statement due to lock timeout',
		sub {
			$holder = start_session($node, 'BEGIN', "LOCK TABLE $table IN SHARE MODE", $forever);
			$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_locks WHERE relation = '$table'::regclass AND mode = 'ShareLock' AND granted") or die 'no lock';
		},
		sub { open_gate($node, $holder) },
		q{SET lock_timeout = '100ms'});

	# another error is raised at once
	sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION \$\$refused\$\$; END';
		CREATE TRIGGER refuse BEFORE INSERT ON $table FOR EACH ROW EXECUTE FUNCTION refuse()");
	my ($status, $out, $err) = $node->psql('postgres', call($procedure, 'refused'));
	like($err, qr/ERROR:  refused/, 'another error is raised');
	sql('DROP FUNCTION refuse() CASCADE');
}

# Chunks that are committed stay, and the next call does the rest.
sub does_the_rest
{
	my ($procedure, $suffix, $what, $disturb, $relieve) = @_;

	$disturb->();
	my ($status, $out, $err) = $node->psql('postgres', call($procedure, $suffix));
	$relieve->();
	like($err, qr/ERROR:  could not extend file .*: No space left on device/, "$procedure on $what: an error");
	is($node->psql('postgres', call($procedure, $suffix)), 0, 'and the next call');
	is(result($node, $procedure, $suffix), $undisturbed->{$procedure}, 'does the rest');
}

create_targets($node, 'full');
does_the_rest($_, 'full', 'a full disk', sub { fill_disk('/base/') }, \&free_disk) foreach 'plasticc_extract', 'plasticc_predict';
is(left_of_calls($node), '', 'nothing is left');

# ---- a file system that is really full, which holds the tables, but not the write-ahead log

my $small_disk = $ENV{SMALL_DISK};
my $ballast = ($small_disk // '') . '/ballast';

# Leaves room for a few pages, so that a call fails on its way.
sub fill_file_system
{
	open my $file, '>', $ballast or die "$ballast: $!";
	while (syswrite $file, '.' x 4096) { }
	truncate $file, (-s $file) - 24576 or die "$ballast: $!";
	close $file;
}

sub empty_file_system
{
	unlink $ballast or die "$ballast: $!";
}

SKIP:
{
	skip 'there is no small file system: scripts/check.sh mounts one as root, where it may', 1 if !defined $small_disk;
	my @tables = qw(plasticc_models plasticc_training_log plasticc_cross_validations plasticc_out_of_fold features_really_full predictions_really_full);

	create_targets($node, 'really_full');
	mkdir "$small_disk/tables" or die "$small_disk/tables: $!";
	sql("CREATE TABLESPACE small LOCATION '$small_disk/tables'");
	sql("ALTER TABLE $_ SET TABLESPACE small") foreach @tables;
	waits_until($_, 'really_full', 'a file system that is full', 'could not extend file .*: No space left on device.*', \&fill_file_system, \&empty_file_system)
	  foreach 'plasticc_train', 'plasticc_cross_validate';
	does_the_rest($_, 'really_full', 'a file system that is full', \&fill_file_system, \&empty_file_system) foreach 'plasticc_extract', 'plasticc_predict';
	is(left_of_calls($node), '', 'nothing is left');
}

$node->stop;
done_testing();
