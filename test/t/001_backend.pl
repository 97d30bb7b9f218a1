# What the module does to a backend: it adds no threads, neither when it is loaded nor in training, and leaves the environment as
# it is.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'no /proc to count threads in' if !-d "/proc/$$/task";

my $node = PostgreSQL::Test::Cluster->new('backend');
$node->init;
$node->start;

# The number of threads of a backend after it has run the SQL, counted by the system.
sub threads_after
{
	my ($sql) = @_;

	return $node->safe_psql('postgres',
		"SET client_min_messages = warning;\n$sql\n"
		  . "SELECT pg_backend_pid() AS pid \\gset\n\\setenv PID :pid\n\\! ls /proc/\$PID/task | wc -l\n");
}

is(threads_after(''), '1', 'a backend has one thread');
is(threads_after("LOAD 'plasticc';"), '1', 'one thread after loading the module');

$node->safe_psql('postgres', 'CREATE EXTENSION plasticc');
is( threads_after(
		q{CALL plasticc_train('threads', $$
			SELECT array_agg(sin(i * j + target * j)::real ORDER BY j) AS features, target
			FROM generate_series(1, 200) i, LATERAL (SELECT i % 3 AS target) t, generate_series(1, 200) j
			GROUP BY i, target ORDER BY i $$,
			'{"epochs": 2}');
		  SELECT count(plasticc_classify(plasticc_model('threads'), array_fill(0.5::real, ARRAY[200]))) \gset
		}),
	'1',
	'one thread after training and classifying');

# The environment variable by which BLAS chooses its kernels, in programs that a backend starts.
sub coretype_of_children
{
	return $node->safe_psql('postgres', q{
		LOAD 'plasticc';
		CREATE TEMPORARY TABLE environment (coretype text);
		COPY environment FROM PROGRAM 'echo "[$OPENBLAS_CORETYPE]"';
		SELECT coretype FROM environment});
}

delete local $ENV{OPENBLAS_CORETYPE};
$node->restart;
is(coretype_of_children(), '[]', 'programs do not inherit the choice of kernels');
$ENV{OPENBLAS_CORETYPE} = 'Prescott';
$node->restart;
is(coretype_of_children(), '[Prescott]', 'except for one that the server was started with');

$node->stop;
done_testing();
