# scripts/load.sh -f: files of other surveys, as they are, and that nothing is left after an error.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('surveys');
$node->init;
$node->start;
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'postgres';

my $directory = PostgreSQL::Test::Utils::tempdir();

sub file
{
	my ($name, $content) = @_;

	append_to_file("$directory/$name", $content);
	return "$directory/$name";
}

# Loads files into a table; returns the rows that a query then gives.
sub loaded
{
	my ($format, $table, $query, @files) = @_;

	command_like([ 'scripts/load.sh', '-f', $format, '-t', $table, @files ],
		qr/^loaded \d+ rows into table \Q$table\E$/, "$format: loads into $table");
	return $node->safe_psql('postgres', $query);
}

# Expects a message, and no table.
sub refused
{
	my ($format, $message, @files) = @_;

	command_fails_like([ 'scripts/load.sh', '-f', $format, '-t', 'refused', @files ], $message, "$format: $message");
	is($node->safe_psql('postgres', q{SELECT to_regclass('refused') IS NULL}), 't', 'and no table');
}

# ATLAS: two files, one compressed
my $header = "###MJD          m      dm   uJy   duJy F err chi/N\n";
my $first = file('atlas one.txt', "$header 59101.519211 -21.740  1.398    -7   10 o  0   7.69\n 59101.522461 18.1 0.1 200 11 c 0 1.67\n");
my $second = file('second.txt', "${header}59102.5 18.2 0.1 190 12 c 0 1.5\n");
system_or_bail('gzip', $second);
is( loaded('atlas', 'Atlas', q{SELECT object_id, "MJD", "uJy", "duJy", "F", "chi/N" FROM "Atlas" ORDER BY 2}, $first, "$second.gz"),
	"atlas one|59101.519211|-7|10|o|7.69\natlas one|59101.522461|200|11|c|1.67\nsecond|59102.5|190|12|c|1.5",
	'the rows');
refused('atlas', qr/short\.txt:3: expected 8 fields, not 7$/m, file('short.txt', "${header}1 2 3 4 5 o 7 8\n1 2 3 4 5 7 8\n"));
refused('atlas', qr/headless\.txt:1: expected a header "###MJD \.\.\."$/m, file('headless.txt', "1 2 3 4 5 o 7 8\n"));
refused('atlas', qr/other\.txt: its columns differ from those of .*atlas one\.txt$/m, $first, file('other.txt', "###MJD m\n1 2\n"));
refused('atlas', qr/rowless\.txt:1: there is no observation$/m, file('rowless.txt', $header));
refused('atlas', qr/nosuch\.txt: no such file, or not readable$/m, "$directory/nosuch.txt");
refused('atlas', qr/damaged\.txt\.gz: not a gzip file, or a damaged one$/m, file('damaged.txt.gz', $header));

# ZTF's forced photometry
my $forced = "# Generated\n# Order of columns below:\n index, filter, zpdiff, jd, forcediffimflux, forcediffimfluxunc\n#\n";
is( loaded('ztf-forced', 'forced', 'SELECT * FROM forced ORDER BY index',
		file('forcedphotometry_req01_lc_ZTF99abc.txt', "$forced 0 ZTF_g 26.2221 2459092.98 -61.05 34.70\n 1 ZTF_r null 2459095.97 null null\n")),
	"ZTF99abc|0|ZTF_g|26.2221|2459092.98|-61.05|34.70\nZTF99abc|1|ZTF_r||2459095.97||",
	'the rows; null is NULL');
refused('ztf-forced', qr/plain\.txt:1: expected a header of names with commas/m, file('plain.txt', "1 2 3\n"));

# SNANA: two objects in a file
my $snana = <<'END';
SURVEY: TOY
SNID: A1 # comment
TYPE: 1
RA: 54.4
DECL: -27.5
REDSHIFT_HELIO: 0.454 +- 0.005
HOSTGAL_PHOTOZ: -9.0000 +- -9.0000
NOBS: 2
VARLIST: MJD BAND FLUXCAL FLUXCALERR
OBS: 56534.218 g 4.682 6.133
OBS: 56534.221 r 15.339 8.087
END:
SURVEY: TOY
SNID: A2
MWEBV: 0.01
VARLIST: MJD BAND FLUXCAL FLUXCALERR
OBS: 56535 g 1 2
END:
END
is( loaded('snana', 'snana', 'SELECT * FROM snana', file('toy.dat', $snana)),
	"A1|56534.218|g|4.682|6.133\nA1|56534.221|r|15.339|8.087\nA2|56535|g|1|2",
	'the observations');
is( $node->safe_psql('postgres', 'SELECT object_id, survey, type, ra, decl, redshift, redshift_err, hostgal_photoz, mwebv FROM objects'),
	"A1|TOY|1|54.4|-27.5|0.454|0.005||\nA2|TOY||||||" . '|0.01',
	'the objects; sentinels are NULL');
refused('snana', qr/early\.dat:1: an observation before "SNID:" and "VARLIST:"$/m, file('early.dat', "OBS: 1 g 2 3\n"));
$node->safe_psql('postgres', 'DROP TABLE objects');
is(loaded('snana', 'carriage_returns', 'SELECT count(DISTINCT "FLUXCALERR") FROM carriage_returns', file('crlf.dat', $snana =~ s/\n/ \r\n/gr)), '3', 'lines that end with CR and LF');
$node->safe_psql('postgres', 'DROP TABLE objects');
is(loaded('snana', 'older', 'SELECT "BAND" FROM older', file('older.dat', $snana =~ s/BAND/FLT/r)), "g\nr\ng", 'names of older files');
(my $mixed = $snana) =~ s/(MWEBV.*\nVARLIST: MJD) BAND/$1 FIELD/;
refused('snana', qr/mixed\.dat:16: its columns differ from those of the objects before it$/m, file('mixed.dat', $mixed));

# SNANA's FITS: two objects in a HEAD file, whose rows of the PHOT file have one between them; an array, an unknown number
sub card
{
	my ($key, $value) = @_;

	return sprintf('%-80s', $value =~ /^(-?\d+|T)$/ ? sprintf('%-8s= %20s / it\'s', $key, $value) : sprintf("%-8s= '%-8s'", $key, $value));
}

sub blocks
{
	my ($bytes, $filler) = @_;

	return $bytes . $filler x (-length($bytes) % 2880);
}

# A FITS file with one binary table: keywords of the primary header, [name, format, null], rows.
sub fits
{
	my ($keywords, $columns, @rows) = @_;
	my %types = (J => [ 4, 'l>' ], E => [ 4, 'f>' ], D => [ 8, 'd>' ], L => [ 1, 'A' ]);
	my ($size, $template, $i, @cards) = (0, '', 0);

	foreach (@$columns)
	{
		my ($repeat, $type) = $_->[1] =~ /(\d+)(\w)/;

		$size += $repeat * ($type eq 'A' ? 1 : $types{$type}[0]);
		$template .= $type eq 'A' ? "A$repeat" : "($types{$type}[1])$repeat";
		$i++;
		push @cards, card("TTYPE$i", $_->[0]), card("TFORM$i", $_->[1]);
		push @cards, card("TNULL$i", $_->[2]) if defined $_->[2];
	}
	return blocks(join('', card(SIMPLE => 'T'), card(BITPIX => 8), card(NAXIS => 0), (map { card(@$_) } @$keywords), sprintf('%-80s', 'END')), ' ')
	  . blocks(join('', card(XTENSION => 'BINTABLE'), card(BITPIX => 8), card(NAXIS => 2), card(NAXIS1 => $size), card(NAXIS2 => scalar @rows),
			card(PCOUNT => 0), card(GCOUNT => 1), card(TFIELDS => $i), @cards, sprintf('%-80s', 'END')), ' ')
	  . blocks(join('', map { pack($template, @$_) } @rows), "\0");
}

my @head_columns = ([qw(SNID 16A)], [qw(RA 1D)], [qw(DEC 1D)], [qw(SNTYPE 1J)], [qw(PTROBS_MIN 1J)], [qw(PTROBS_MAX 1J)], [qw(SIM_X 3E)], [qw(REDSHIFT_HELIO 1E)], [qw(REDSHIFT_HELIO_ERR 1E)]);
my @heads = ([ 'A,"1"', 10.25, -20.5, 101, 4, 4, 1, 2, 3, 0.123, 0.001 ], [ 'B', 11, -21, -9, 1, 2, 1, 2, 3, -9, -9 ]);
my $photometry = fits([], [ [qw(MJD 1D)], [qw(BAND 2A)], [qw(FLUXCAL 1E)], [qw(FLUXCALERR 1E)], [qw(PHOTFLAG 1J -1)] ],
	[ 56534.21875123, 'g', 4.682, 6.133, 0 ], [ 56534.5, 'r', 'NaN', 8.087, -1 ], [ -777, '', 0, 0, 0 ], [ 56535, 'g', 1e-12, 2, 4096 ]);
my $head_file = file('TOY_HEAD.FITS', fits([ [ SURVEY => 'TOY' ], [ PHOTFILE => 'TOY_PHOT.FITS' ] ], \@head_columns, @heads));
refused('snana-fits', qr/TOY_HEAD\.FITS: its file of observations "TOY_PHOT\.FITS" is not beside it$/m, $head_file);
system_or_bail('gzip', file('TOY_PHOT.FITS', $photometry));
$node->safe_psql('postgres', 'DROP TABLE objects');
is( loaded('snana-fits', 'fits', 'SELECT * FROM fits', $head_file),
	"B|56534.21875123|g|4.682|6.133|0\nB|56534.5|r|NaN|8.087|\nA,\"1\"|56535|g|1e-12|2|4096",
	'the observations, each of its object; the row between them is left out');
is( $node->safe_psql('postgres', 'SELECT object_id, survey, type, ra, decl, redshift, redshift_err FROM objects'),
	"A,\"1\"|TOY|101|10.25|-20.5|0.123|0.001\nB|TOY||11|-21||",
	'the objects; sentinels are NULL');
$node->safe_psql('postgres', 'DROP TABLE objects');
system_or_bail('gzip', $head_file);
is(loaded('snana-fits', 'zipped', 'SELECT count(*) FROM zipped', "$head_file.gz"), '3', 'and compressed');
refused('snana-fits', qr/relation "objects" already exists/, "$head_file.gz");
$node->safe_psql('postgres', 'DROP TABLE objects');
refused('snana-fits', qr/text_HEAD\.FITS: not a FITS file, or an incomplete one$/m, file('text_HEAD.FITS', $snana));
refused('snana-fits', qr/image_HEAD\.FITS: its first extension is not a binary table$/m, file('image_HEAD.FITS', blocks(card(SIMPLE => 'T') . card(NAXIS => 0) . sprintf('%-80s', 'END'), ' ') x 2));
$heads[0][5] = 5;
file('far_PHOT.FITS', $photometry);
refused('snana-fits', qr/far_HEAD\.FITS: object "A,"1"": rows 4 to 5 are another's, or not among the 4 of .*far_PHOT\.FITS$/m, file('far_HEAD.FITS', fits([], \@head_columns, @heads)));
$heads[0][5] = 4;
file('cut_PHOT.FITS', substr($photometry, 0, 5760 + 50));
refused('snana-fits', qr/cut_PHOT\.FITS: row 3: the file ends before its table does$/m, file('cut_HEAD.FITS', fits([], \@head_columns, @heads)));

# Alerts: a document, and packets in lines, with numbers of 20 digits
my $packet = '{"objectId": "ZTF1", "candidate": {"jd": 2458226.76, "fid": 2, "candid": 12345678901234567890, "magpsf": 18.36,'
  . ' "sigmapsf": 0.09, "isdiffpos": "t", "diffmaglim": 20.5}, "prv_candidates": [{"jd": 2458224.7, "fid": 1, "diffmaglim": 19.8}]}';
my $query = 'SELECT object_id, candid, jd, fid, magpsf, sigmapsf, isdiffpos, diffmaglim FROM %s ORDER BY jd';
my $rows = "ZTF1||2458224.7|1||||19.8\nZTF1|12345678901234567890|2458226.76|2|18.36|0.09|t|20.5";
is(loaded('ztf-alerts', 'document', sprintf($query, 'document'), file('alerts.json', "[\n$packet\n]\n")), $rows, 'a document');
is(loaded('ztf-alerts', 'lines', sprintf($query, 'lines'), file('lines.json', "$packet\n\n$packet\n")), $rows, 'lines; a repeated row once');
refused('ztf-alerts', qr/broken\.json:2: neither the file nor this line is a JSON document$/m, file('broken.json', "$packet\n{\"objectId\": \n"));
is( loaded('rubin-alerts', 'rubin', 'SELECT object_id, "midpointMjdTai", band, "psfFlux", "psfFluxErr", detected FROM rubin ORDER BY 2',
		file('rubin.json', '{"diaSource": {"diaSourceId": 7, "diaObjectId": 281323062375219201, "midpointMjdTai": 60902.5, "band": "r", "psfFlux": 1241.0, "psfFluxErr": 12.0},'
			  . ' "prvDiaSources": null, "prvDiaForcedSources": [{"midpointMjdTai": 60901.5, "band": "g", "psfFlux": 2.5, "psfFluxErr": 3}]}')),
	"281323062375219201|60901.5|g|2.5|3|false\n281323062375219201|60902.5|r|1241.0|12.0|true",
	'sources and forced photometry');

is( loaded('rubin-alerts', 'rubin_before', 'SELECT object_id, "midpointMjdTai", band, "psfFlux", "psfFluxErr", "dec" FROM rubin_before',
		file('before.json', '{"diaSource": {"diaSourceId": 7, "diaObjectId": 8, "midPointTai": 60902.5, "filterName": "r", "psFlux": 1241.0, "psFluxErr": 12.0, "decl": -1.5}}')),
	"8|60902.5|r|1241.0|12.0|-1.5",
	'names of older schemas');

# any CSV
is(loaded('csv', 'csv', 'SELECT "Time (MJD)", b FROM csv', file('any.csv', "\xef\xbb\xbf\"Time (MJD)\",b\r\n1.5,\r\n")), '1.5|', 'the rows');
is(loaded('csv-objects', 'stars', 'SELECT * FROM stars ORDER BY 1', file("RR-1's.csv", "t,m\n1.5,\"1,2\"\n"), file('RR-2.dat.csv', "t,m\n2.5,3\n")), "1.5|1,2|RR-1's\n2.5|3|RR-2.dat", 'files of one object');
refused('csv-objects', qr/named\.csv:1: there is a column "object_id": use the format csv$/m, file('named.csv', "object_id,t\na,1\n"));
refused('csv', qr/wide\.csv:3: extra data after last expected column$/m, file('wide.csv', "a,b\n1,2\n1,2,3\n"));
refused('csv', qr/twice\.csv:1: column "a" occurs twice$/m, file('twice.csv', "a,a\n1,2\n"));
refused('csv', qr/empty\.csv: the file is empty$/m, file('empty.csv', ''));
refused('fits', qr/there is no format "fits"$/m, $first);

done_testing();
