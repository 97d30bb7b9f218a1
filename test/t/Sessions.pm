package Sessions;

# psql sessions that run beside a test, and a gate at which they wait: an advisory lock that a trigger or a query takes,
# so that a test knows how far a call has come without depending on time.
#
#	use FindBin;
#	use lib $FindBin::Bin;
#	use Sessions;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;

our @EXPORT = qw(start_session finish_session close_gate open_gate $forever);

# The last statement of a session that holds something until it is ended; longer than any test waits.
our $forever = 'SELECT pg_sleep(3600)';

# Starts a psql that runs statements; its output is in {out} and {err} when it has been finished.
sub start_session
{
	my ($node, @statements) = @_;
	my %session = (out => '', err => '');

	$session{handle} = IPC::Run::start([ 'psql', '-X', '-d', $node->connstr('postgres'), map { ('-c', $_) } @statements ],
		'>', \$session{out}, '2>', \$session{err});
	return \%session;
}

# Waits until a session has ended.
sub finish_session
{
	my ($session) = @_;

	$session->{handle}->finish;
	return $session;
}

# Takes the advisory lock 1, for which whoever calls pg_advisory_xact_lock_shared(1) then waits; returns the holder.
sub close_gate
{
	my ($node) = @_;
	my $holder = start_session($node, 'SELECT pg_advisory_lock(1)', $forever);

	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND granted")
	  or die 'no lock';
	return $holder;
}

sub open_gate
{
	my ($node, $holder) = @_;

	$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = '$forever'");
	finish_session($holder);
}

1;
