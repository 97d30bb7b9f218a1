# SNANA's FITS format: a file ..._HEAD.FITS has an object a row, and the file that it names ..._PHOT.FITS their observations
# one after the other.
#
# usage: perl snana-fits.pl HEAD_FILE OBJECTS    writes the observations as CSV, and the objects to the file OBJECTS

use strict;
use warnings;

use File::Basename;
use FindBin;
require "$FindBin::Bin/fits.pl";

my ($name, $objects_name) = @ARGV;

# as snana.awk has them
my @keys = qw(SNTYPE RA DEC PEAKMJD REDSHIFT_HELIO REDSHIFT_FINAL HOSTGAL_PHOTOZ HOSTGAL_SPECZ MWEBV REDSHIFT_HELIO_ERR HOSTGAL_PHOTOZ_ERR);
my $objects_header = 'object_id,survey,type,ra,decl,peakmjd,redshift,redshift_final,hostgal_photoz,hostgal_specz,mwebv,redshift_err,hostgal_photoz_err';

sub csv
{
	return join(',', map { /[",\n]/ ? '"' . s/"/""/gr . '"' : $_ } @_) . "\n";
}

# A number that stands for "unknown" is missing.
sub known
{
	return $_[0] =~ /^-(9|99|999|777|888)(\.0*)?$/ ? '' : $_[0];
}

sub photometry_file
{
	my ($head) = @_;
	my $file = $head->{primary}{PHOTFILE} // basename($name) =~ s/HEAD/PHOT/r;
	my ($found) = grep { -e } map { dirname($name) . "/$_" } $file, "$file.gz", $file =~ s/\.gz$//r;

	$file ne basename($name) && $found or refuse($name, "its file of observations \"$file\" is not beside it");
	return $found;
}

# The objects, with the range of their rows, in the order of these.
sub read_objects
{
	my ($head) = @_;
	my @names = map { $_->{name} } @{ $head->{columns} };
	my @objects;

	open(my $out, '>', $objects_name) or refuse($objects_name, $!);
	print $out "$objects_header\n";
	for (1 .. $head->{rows})
	{
		my %row;
		@row{@names} = next_row($head);
		defined $row{$_} or refuse($name, "there is no column \"$_\"") foreach qw(SNID PTROBS_MIN PTROBS_MAX);
		$row{DEC} //= $row{DECL};
		print $out csv($row{SNID}, $head->{primary}{SURVEY} // '', map { known($row{$_} // '') } @keys);
		push @objects, \%row if $row{PTROBS_MAX} >= $row{PTROBS_MIN};
	}
	close($out) or refuse($objects_name, $!);
	return sort { $a->{PTROBS_MIN} <=> $b->{PTROBS_MIN} } @objects;
}

my $head = open_table($name);
my @objects = read_objects($head);
my $photometry = open_table(photometry_file($head));

@objects or refuse($name, 'there is no observation');
# FLT in older files
print csv('object_id', map { $_->{name} eq 'FLT' ? 'BAND' : $_->{name} } @{ $photometry->{columns} });
foreach my $object (@objects)
{
	my ($first, $last) = @$object{qw(PTROBS_MIN PTROBS_MAX)};

	$first > $photometry->{row} && $last <= $photometry->{rows}
	  or refuse($name, "object \"$object->{SNID}\": rows $first to $last are another's, or not among the $photometry->{rows} of $photometry->{name}");
	next_row($photometry) while $photometry->{row} < $first - 1;
	print csv($object->{SNID}, next_row($photometry)) while $photometry->{row} < $last;
}
close(STDOUT) or refuse($name, $!);
