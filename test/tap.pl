# Runs TAP tests and counts them: the last line is "N passed, N failed", where a script that dies,
# breaks its plan or runs no test adds one to the failed.
#
# usage: perl test/tap.pl FILE...

use strict;
use warnings;

use TAP::Harness;

my $harness = TAP::Harness->new({ verbosity => 0, merge => 0, errors => 1, color => 0 });

my ($passed, $failed, %skipped) = (0, 0);
$harness->callback(
	made_parser => sub {
		my ($parser, $job) = @_;
		my $file = $job->[0];

		$parser->callback(
			test => sub {
				my ($test) = @_;
				$skipped{"$file: " . $test->explanation} = 1 if $test->has_skip;
			});
	});

my $aggregator = $harness->runtests(@ARGV);
foreach my $parser ($aggregator->parsers)
{
	my $whole = !$parser->exit && !$parser->parse_errors
	  && ($parser->tests_run > 0 || defined $parser->skip_all);

	$passed += $parser->passed;
	$failed += $parser->failed;
	$failed++ if !$whole && $parser->failed == 0;
	$skipped{'all of a script: ' . $parser->skip_all} = 1 if defined $parser->skip_all;
}
print "skipped: $_\n" foreach sort keys %skipped;
print "$passed passed, $failed failed\n";
exit($failed > 0);
