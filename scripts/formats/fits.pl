# Reads binary tables of FITS files (FITS Standard 4.0, section 7.3), as far as SNANA's files need it: columns of texts,
# logical values and single numbers; others, arrays among them, are left out.

use strict;
use warnings;

# bytes and template of unpack of the types that are read; big-endian
my %types = (L => [ 1, 'A' ], B => [ 1, 'C' ], I => [ 2, 's>' ], J => [ 4, 'l>' ], K => [ 8, 'q>' ], E => [ 4, 'f>' ], D => [ 8, 'd>' ]);
my %sizes = (X => 1 / 8, C => 8, M => 16, P => 8, Q => 16, map { $_ => $types{$_}[0] } keys %types);

# A table to be read from a file: its columns, the number of its rows, the keywords of the primary header; the reader
# stands before the first row.
sub open_table
{
	my ($name) = @_;
	my $table = { name => $name, row => 0 };
	my @command = $name =~ /\.gz$/ ? ('gzip', '-dc', '--', $name) : ('cat', '--', $name);

	-r $name or refuse($name, 'no such file, or not readable');
	open($table->{handle}, '-|', @command) or refuse($name, "cannot be read: $!");
	binmode($table->{handle});
	$table->{primary} = read_header($table);
	($table->{primary}{SIMPLE} // '') eq 'T' or refuse($name, 'not a FITS file');
	skip_data($table, $table->{primary});
	my $header = read_header($table);
	($header->{XTENSION} // '') eq 'BINTABLE' or refuse($name, 'its first extension is not a binary table');
	@$table{qw(size rows)} = @$header{qw(NAXIS1 NAXIS2)};
	$table->{columns} = [ columns($name, $header) ];
	return $table;
}

sub refuse
{
	my ($name, $message) = @_;

	print STDERR "$name: $message\n";
	exit 1;
}

sub read_bytes
{
	my ($table, $n) = @_;
	my $bytes = '';

	return $bytes if $n == 0;
	my $got = read($table->{handle}, $bytes, $n);
	defined $got && $got == $n
	  or refuse($table->{name}, $table->{row} ? "row $table->{row}: the file ends before its table does" : 'not a FITS file, or an incomplete one');
	return $bytes;
}

# The keywords of a header, which is of blocks of 36 cards of 80 bytes.
sub read_header
{
	my ($table) = @_;
	my %header;

	while (1)
	{
		foreach my $card (unpack('(A80)36', read_bytes($table, 2880)))
		{
			return \%header if $card =~ /^END\s*$/;
			next if $card !~ /^([A-Z0-9_-]+) *= *(?:'((?:[^']|'')*)'|([^ \/]+))/;
			my ($key, $value) = ($1, $2 // $3);
			$value =~ s/''/'/g;
			$value =~ s/ +$//;
			$header{$key} //= $value;
		}
	}
}

sub skip_data
{
	my ($table, $header) = @_;
	my $n = $header->{NAXIS} ? abs($header->{BITPIX}) / 8 : 0;

	$n *= $header->{"NAXIS$_"} foreach 1 .. ($header->{NAXIS} // 0);
	$n = 2880 * int(($n + 2879) / 2880);
	read_bytes($table, $n > 2880 ? 2880 : $n), $n -= 2880 while $n > 0;
}

# name, place in a row, template of unpack, and what else the header says of them
sub columns
{
	my ($name, $header) = @_;
	my ($place, @columns) = (0);

	foreach my $i (1 .. $header->{TFIELDS})
	{
		my ($repeat, $type) = ($header->{"TFORM$i"} // '') =~ /^(\d*)([A-Z])/ or refuse($name, "column $i: unknown format");
		$repeat = 1 if $repeat eq '';
		my $size = $type eq 'A' ? 1 : $sizes{$type} // refuse($name, "column $i: unknown format \"$type\"");
		my $template = $type eq 'A' ? "A$repeat" : $repeat == 1 && $types{$type} ? $types{$type}[1] : undef;
		push @columns,
		  { name => $header->{"TTYPE$i"} // "column_$i", type => $type, template => "\@$place$template",
			null => $header->{"TNULL$i"}, scale => $header->{"TSCAL$i"} // 1, zero => $header->{"TZERO$i"} // 0 }
		  if defined $template;
		my $bytes = $repeat * $size;
		$place += $bytes == int($bytes) ? $bytes : int($bytes) + 1;
	}
	$place == $header->{NAXIS1} or refuse($name, "its columns have $place bytes, its rows $header->{NAXIS1}");
	return @columns;
}

# The next row: its values as texts, in the order of the columns; '' is a missing one.
sub next_row
{
	my ($table) = @_;

	$table->{row}++;
	my $bytes = read_bytes($table, $table->{size});
	return map { value($_, unpack($_->{template}, $bytes)) } @{ $table->{columns} };
}

sub value
{
	my ($column, $value) = @_;

	if ($column->{type} =~ /[AL]/)
	{
		$value =~ s/\0.*//s;
		return $value;
	}
	return '' if defined $column->{null} && $column->{type} =~ /[BIJK]/ && $value == $column->{null};
	return 'NaN' if $value != $value;
	return $value if $column->{type} =~ /[BIJK]/ && $column->{scale} == 1 && $column->{zero} == 0;
	$value = $column->{zero} + $column->{scale} * $value if $column->{scale} != 1 || $column->{zero} != 0;
	return shortest($value, $column->{type} eq 'E' ? ('f', 6, 9) : ('d', 15, 17));
}

# The fewest digits, between two numbers of them, that read back to the same bits of the type.
sub shortest
{
	my ($value, $type, $fewest, $most) = @_;

	foreach my $digits ($fewest .. $most)
	{
		my $text = sprintf("%.${digits}g", $value);
		return $text if pack($type, $text) eq pack($type, $value);
	}
	return sprintf("%.${most}g", $value);
}

1;
