# The statements of docs/surveys.md, in their order, on small files of the surveys' forms: they run, and extract every object.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('recipes');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION plasticc');
@ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'postgres');

# The same curve in each form: flux in FLUXCAL units, at 20 times, in two passbands.
my @rows = map {
	my $flux = 1000 + 300 * sin($_);
	{ mjd => 59000 + 3.1 * $_, passband => $_ % 2, flux => $flux, flux_err => 10, magnitude => 27.5 - 2.5 * log($flux) / log(10),
	  magnitude_err => 2.5 / log(10) * 10 / $flux };
} 1 .. 20;
my $microjansky = 10**(0.4 * (23.9 - 27.5));
my $nanojansky = 10**(0.4 * (31.4 - 27.5));

# One line for each row, from a format and a function of the row.
sub lines
{
	my ($format, $values) = @_;

	return join('', map { sprintf("$format\n", $values->($_)) } @rows);
}

my %files = (
	'job01088.txt' => "###MJD m dm uJy duJy F err chi/N\n"
	  . lines('%.6f %.3f %.3f %.4f %.4f %s 0 1.5', sub { my $r = shift; ($r->{mjd}, $r->{magnitude}, $r->{magnitude_err}, $microjansky * $r->{flux}, $microjansky * $r->{flux_err}, qw(c o)[$r->{passband}]) })
	  . "59070.5 10 1 99999 1 o 0 900.5\n",
	'forcedphotometry_req00012210_lc.txt' => "# comment\n index, filter, zpdiff, jd, forcediffimflux, forcediffimfluxunc, procstatus\n"
	  . lines('0 %s 26.0 %.6f %.6f %.6f 0', sub { my $r = shift; (qw(ZTF_g ZTF_r)[$r->{passband}], $r->{mjd} + 2400000.5, map { $_ * 10**(0.4 * (26 - 27.5)) } @$r{qw(flux flux_err)}) })
	  . "0 ZTF_r null 2459090.5 null null 56\n",
	'alerts.json' => lines('{"objectId": "ZTF1", "candidate": {"jd": %.6f, "fid": %d, "magpsf": %.6f, "sigmapsf": %.6f, "isdiffpos": "t", "diffmaglim": 20.5}}',
		sub { my $r = shift; ($r->{mjd} + 2400000.5, 1 + $r->{passband}, @$r{qw(magnitude magnitude_err)}) }),
	'diasources.json' => lines('{"diaSource": {"diaObjectId": 1, "midpointMjdTai": %.6f, "band": "%s", "psfFlux": %.4f, "psfFluxErr": %.4f}}',
		sub { my $r = shift; ($r->{mjd}, qw(g r)[$r->{passband}], $nanojansky * $r->{flux}, $nanojansky * $r->{flux_err}) }),
	'des_real_01253039.dat' => "SNID: 7\nREDSHIFT_HELIO: 0.1 +- 0.01\nVARLIST: MJD BAND FLUXCAL FLUXCALERR\n"
	  . lines('OBS: %.6f %s %.6f %.6f', sub { my $r = shift; ($r->{mjd}, qw(g r)[$r->{passband}], @$r{qw(flux flux_err)}) }) . "END:\n",
	'rrlyrae.csv' => "star,mjd,mag,magerr,band\n" . lines('1,%.6f,%.6f,%.6f,%s', sub { my $r = shift; ($r->{mjd}, @$r{qw(magnitude magnitude_err)}, qw(g r)[$r->{passband}]) }),
	'cepheids.csv' => "star,hjd,mag,magerr,band\n" . lines('a,%.6f,%.6f,%.6f,%s', sub { my $r = shift; ($r->{mjd} - 49999.5, @$r{qw(magnitude magnitude_err)}, qw(V I)[$r->{passband}]) }),
	'star_17.csv' => "t,m,merr\n" . lines('%.6f,%.6f,%.6f', sub { my $r = shift; ($r->{mjd} - 49999.5, @$r{qw(magnitude magnitude_err)}) }),
	'lightcurves.csv' => "object_id,Time (MJD),Flux,Flux_err,Filter\n"
	  . join('', map { my $name = $_; lines("$name,%.6f,%.6f,%.6f,%s", sub { my $r = shift; ($r->{mjd}, $microjansky * $r->{flux} * (1 + ord($name) % 7 / 10), $microjansky * $r->{flux_err}, qw(r Y)[$r->{passband}]) }) } 'a' .. 'z'),
);

my $directory = PostgreSQL::Test::Utils::tempdir();
append_to_file("$directory/$_", $files{$_}) foreach keys %files;

my $loaded = 0;
my $recipes = slurp_file('docs/surveys.md');
my @blocks;
push @blocks, [ $1, $2 ] while $recipes =~ /^```(sh|sql)\n(.*?)^```/msg;
foreach my $block (@blocks)
{
	my ($language, $text) = @$block;

	if ($language eq 'sh')
	{
		foreach my $line (split /\n/, $text)
		{
			my @command = split ' ', $line;

			ok(exists $files{ $command[-1] }, "the test has a file $command[-1]");
			$command[-1] = "$directory/$command[-1]";
			command_ok(\@command, $line);
			$loaded++;
		}
	}
	else
	{
		my ($status, $out, $err) = $node->psql('postgres', $text, on_error_stop => 1, on_error_die => 0);

		is($status, 0, 'runs: ' . (split /\n/, $text)[0]) or diag($err);
	}
}
is($loaded, scalar keys %files, 'every file is used');

# The curves are the same: what can be compared, the mean flux of the rows of one passband.
foreach my $table (split /\n/, $node->safe_psql('postgres', q{SELECT relname FROM pg_class WHERE relname LIKE '%\_features' AND relnamespace = 'public'::regnamespace AND relkind = 'r'}))
{
	next if $table =~ /cepheid|star_features|microjansky/;	# whose magnitudes are Vega's; with several fluxes
	is( $node->safe_psql('postgres', qq{
			SELECT count(*), count(DISTINCT passband), round(max(flux)::numeric, 0), round(min(mjd)::numeric, 2)
			FROM $table, plasticc_observations(lightcurve)}),
		'20|2|' . sprintf('%.0f', (sort { $b <=> $a } map { $_->{flux} } @rows)[0]) . '|59003.10',
		"$table: the curve");
}

done_testing();
