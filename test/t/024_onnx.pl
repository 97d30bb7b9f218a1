# Models exported to ONNX give the probabilities that they give here.  What they contain is read and computed by the few
# operators below, as https://onnx.ai/onnx/operators defines them; and ONNX's own checker accepts it, where Python has that.

use strict;
use warnings;

use List::Util qw(max sum);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# The fields of a message: number => values, which are integers or bytes.
sub fields
{
	my ($bytes) = @_;
	my ($at, %fields) = (0);
	my $varint = sub {
		my ($value, $shift) = (0, 0);

		while (1)
		{
			my $byte = ord substr($bytes, $at++, 1);
			$value |= ($byte & 0x7f) << $shift;
			return $value if $byte < 0x80;
			$shift += 7;
		}
	};

	while ($at < length $bytes)
	{
		my $tag = $varint->();
		my $value = $varint->();

		if (($tag & 7) == 2)
		{
			my $length = $value;

			$value = substr($bytes, $at, $length);
			die 'a message ends beyond its end' if length $value < $length;
			$at += $length;
		}
		elsif (($tag & 7) != 0)
		{
			die 'a wire type that is not used';
		}
		push @{ $fields{ $tag >> 3 } }, $value;
	}
	return \%fields;
}

sub is_nan { return $_[0] != $_[0] }

# A tensor has rows and columns, whose values lie row by row; a vector is one row.
sub tensor { my ($n, $m, $values) = @_; return { n => $n, m => $m, values => $values } }

sub elements
{
	my ($function, @tensors) = @_;
	my ($n, $m) = (max(map { $_->{n} } @tensors), max(map { $_->{m} } @tensors));
	my @values;

	foreach my $i (0 .. $n - 1)
	{
		foreach my $j (0 .. $m - 1)
		{
			push @values, $function->(map { $_->{values}[ ($_->{n} > 1 ? $i * $_->{m} : 0) + ($_->{m} > 1 ? $j : 0) ] } @tensors);
		}
	}
	return tensor($n, $m, \@values);
}

sub gather
{
	my ($axis, $data, $indexes) = @_;

	return tensor($indexes->{n}, $indexes->{m}, [ map { $data->{values}[$_] } @{ $indexes->{values} } ]) if $axis == 0;
	return tensor($data->{n}, $indexes->{m},
		[ map { my $i = $_; map { $data->{values}[ $i * $data->{m} + $_ ] } @{ $indexes->{values} } } 0 .. $data->{n} - 1 ]);
}

sub row
{
	my ($x, $i) = @_;

	return @{ $x->{values} }[ $i * $x->{m} .. ($i + 1) * $x->{m} - 1 ];
}

sub gemm
{
	my ($x, $weight, $bias) = @_;
	my $m = $weight->{m};
	my @values;

	foreach my $i (0 .. $x->{n} - 1)
	{
		my @row = row($x, $i);

		foreach my $j (0 .. $m - 1)
		{
			my $sum = $bias->{values}[$j];

			$sum += $row[$_] * $weight->{values}[ $_ * $m + $j ] foreach 0 .. $#row;
			push @values, $sum;
		}
	}
	return tensor($x->{n}, $m, \@values);
}

sub softmax
{
	my ($x) = @_;
	my @values;

	foreach my $i (0 .. $x->{n} - 1)
	{
		my @row = row($x, $i);
		my $most = max(@row);

		push @values, map { exp($_ - $most) / sum(map { exp($_ - $most) } @row) } @row;
	}
	return tensor($x->{n}, $x->{m}, \@values);
}

# The sum of the leaves that rows reach, from the lists of nodes and leaves of all trees.
sub trees
{
	my ($x, $attributes) = @_;
	my %a = map { my ($name, $value) = @$_; ($name => $value) } map {
		my $attribute = fields($_);
		[ $attribute->{1}[0], $attribute->{7} ? [ unpack('f<*', $attribute->{7}[0]) ] : $attribute->{8} || $attribute->{9} || $attribute->{3} ] } @$attributes;
	my ($m, %node, %leaf, %roots, @values) = ($a{n_targets}[0]);

	foreach my $i (0 .. $#{ $a{nodes_nodeids} })
	{
		my ($tree, $id) = ($a{nodes_treeids}[$i], $a{nodes_nodeids}[$i]);

		$roots{$tree} //= $id;
		$node{$tree}{$id} = $i;
	}
	push @{ $leaf{ $a{target_treeids}[$_] }{ $a{target_nodeids}[$_] } }, [ $a{target_ids}[$_], $a{target_weights}[$_] ] foreach 0 .. $#{ $a{target_ids} };
	foreach my $i (0 .. $x->{n} - 1)
	{
		my @row = row($x, $i);
		my @sum = @{ $a{base_values} };

		while (my ($tree, $at) = each %roots)
		{
			while ($a{nodes_modes}[ my $k = $node{$tree}{$at} ] ne 'LEAF')
			{
				my $value = $row[ $a{nodes_featureids}[$k] ];
				my $left = is_nan($value) ? $a{nodes_missing_value_tracks_true}[$k] : $value <= $a{nodes_values}[$k];

				$at = $left ? $a{nodes_truenodeids}[$k] : $a{nodes_falsenodeids}[$k];
			}
			$sum[ $_->[0] ] += $_->[1] foreach @{ $leaf{$tree}{$at} };
		}
		push @values, @sum;
	}
	return tensor($x->{n}, $m, \@values);
}

my %operators = (
	IsNaN => sub { return is_nan($_[0]) ? 1 : 0 },
	IsInf => sub { return abs($_[0]) == 9**9**9 ? 1 : 0 },
	Or => sub { return $_[0] || $_[1] ? 1 : 0 },
	Not => sub { return $_[0] ? 0 : 1 },
	Equal => sub { return $_[0] == $_[1] ? 1 : 0 },
	Greater => sub { return $_[0] > $_[1] ? 1 : 0 },
	GreaterOrEqual => sub { return $_[0] >= $_[1] ? 1 : 0 },
	Where => sub { return $_[0] ? $_[1] : $_[2] },
	Max => sub { return $_[0] > $_[1] ? $_[0] : $_[1] },
	Min => sub { return $_[0] < $_[1] ? $_[0] : $_[1] },
	Add => sub { return $_[0] + $_[1] },
	Sub => sub { return $_[0] - $_[1] },
	Mul => sub { return $_[0] * $_[1] },
	Div => sub { return $_[0] / $_[1] },
	Sigmoid => sub { return 1 / (1 + exp(-$_[0])) },
	Tanh => sub { my $e = exp(2 * $_[0]); return ($e - 1) / ($e + 1) },
	Relu => sub { return $_[0] > 0 ? $_[0] : 0 },
	Elu => sub { return $_[0] > 0 ? $_[0] : exp($_[0]) - 1 },
	Cast => sub { return $_[0] });

# The probabilities of rows of features, as the graph of a file computes them.
sub run_onnx
{
	my ($file, $rows) = @_;
	my $model = fields($file);
	my $graph = fields($model->{7}[0]);
	my %values = (features => tensor(scalar @$rows, scalar @{ $rows->[0] }, [ map { @$_ } @$rows ]));

	is_deeply([ map { my $opset = fields($_); [ $opset->{1}[0] // '', $opset->{2}[0] ] } @{ $model->{8} } ],
		[ [ '', 13 ], [ 'ai.onnx.ml', 1 ] ], 'opset 13, and the first one of machine learning');
	foreach (map { fields($_) } @{ $graph->{5} })
	{
		my @dimensions = @{ $_->{1} };

		$values{ $_->{8}[0] } = tensor(@dimensions == 1 ? (1, @dimensions) : @dimensions, [ unpack($_->{2}[0] == 1 ? 'f<*' : 'q<*', $_->{9}[0]) ]);
	}
	foreach (map { fields($_) } @{ $graph->{1} })
	{
		my ($operator, $output) = ($_->{4}[0], $_->{2}[0]);
		my @inputs = map { $values{$_} // die "$_ is used before it is made" } @{ $_->{1} };
		my $setting = $_->{5} ? fields($_->{5}[0])->{3}[0] // 0 : undef;

		if ($operator eq 'Gather') { $values{$output} = gather($setting, @inputs) }
		elsif ($operator eq 'ReduceSum')
		{
			$values{$output} = tensor($inputs[0]{n}, 1, [ map { sum(row($inputs[0], $_)) } 0 .. $inputs[0]{n} - 1 ]);
		}
		elsif ($operator eq 'Softmax') { $values{$output} = softmax($inputs[0]) }
		elsif ($operator eq 'Concat')
		{
			my ($x, $y) = @inputs;
			$values{$output} = tensor($x->{n}, $x->{m} + $y->{m}, [ map { (row($x, $_), row($y, $_)) } 0 .. $x->{n} - 1 ]);
		}
		elsif ($operator eq 'TreeEnsembleRegressor') { $values{$output} = trees($inputs[0], $_->{5}) }
		elsif ($operator eq 'Gemm') { $values{$output} = gemm(@inputs) }
		else { $values{$output} = elements($operators{$operator} // die("no operator $operator"), @inputs) }
	}
	return @{ $values{probabilities}{values} };
}

my $node = PostgreSQL::Test::Cluster->new('onnx');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION plasticc;
	SET client_min_messages = warning;
	-- the second feature is often missing, the third has few values, and the fourth opens and closes classes
	CREATE TABLE objects AS
	SELECT i AS object_id, (ARRAY[15, 42, 90])[1 + i % 3] AS target,
	       ARRAY[2 * (i % 3) + hashint4(i) / 4e9, CASE WHEN i % 7 > 0 THEN i % 3 + hashint4(-i) / 4e9 END, i % 4, CASE WHEN i % 3 > 0 THEN hashint4(i) / 4e9 ELSE 0 END]::real[] AS features
	FROM generate_series(1, 240) AS i});
my %recipes = (
	ranks => '"normalisation": "rank_gauss", "activation": "elu", "gate_feature": 4, "bagging_folds": 2, "networks": 2',
	zscores => '"normalisation": "zscore", "activation": "tanh", "gate_feature": -1, "clip": 1.5',
	selected => '"normalisation": "rank_gauss", "quantiles": 8, "activation": "relu", "gate_feature": -1, "selected_inputs": 2, "networks": 3',
	blend => '"normalisation": "rank_gauss", "networks": 2, "trees": 3, "rounds": 12, "tree_weight": 0.3',
	trees => '"networks": 0, "trees": 2, "rounds": 9, "max_depth": 3, "eta": 0.4, "gate_feature": 4',
	wide => '"normalisation": "zscore", "activation": "sigmoid", "gate_feature": 4, "missing_flag_fraction": 0');
my @rows = map { [ split /,/, $_ ] } split /\n/, $node->safe_psql('postgres',
	q{SELECT array_to_string(features, ',', 'NaN') FROM objects WHERE object_id <= 30
	  UNION ALL VALUES ('NaN,NaN,NaN,NaN'), ('Infinity,-Infinity,1,0'), ('1e30,-1e30,1e30,-1e30'), ('0,0,0,0')});
@rows = map { [ map { /nan/i ? 9**9**9 - 9**9**9 : /^(-?)inf/i ? ($1 ? -1 : 1) * 9**9**9 : $_ + 0 } @$_ ] } @rows;
my $has_checker = system(q{python3 -c 'import onnx' 2>/dev/null}) == 0;

foreach my $name (sort keys %recipes)
{
	$node->safe_psql('postgres', qq{SET client_min_messages = warning; CALL plasticc_train('$name', 'SELECT features, target FROM objects ORDER BY object_id', '{"layers": [6, 5], "epochs": 3, "seed": 1, @{[ $recipes{$name} =~ /trees/ ? q{} : q{"trees": 0, } ]}$recipes{$name}}')});
	my @expected = map { split /,/ } split /\n/, $node->safe_psql('postgres', join ' UNION ALL ', map {
		my $row = join ',', map { is_nan($_) ? 'NaN' : abs($_) == 9**9**9 ? ($_ > 0 ? 'Infinity' : '-Infinity') : $_ } @{ $rows[$_] };
		"SELECT array_to_string(plasticc_classify('$name', '{$row}'::real[]), ',')" } 0 .. $#rows);
	my $hex = $node->safe_psql('postgres', "SELECT encode(plasticc_export_onnx(plasticc_model('$name')), 'hex')");
	my @got = run_onnx(pack('H*', $hex), \@rows);

	is(scalar @got, scalar @expected, "$name: as many probabilities");
	cmp_ok(max(map { abs($got[$_] - $expected[$_]) } 0 .. $#expected), '<', 1e-5, "$name: the same probabilities");

	is($node->safe_psql('postgres', "SELECT plasticc_import_onnx(plasticc_export_onnx(plasticc_model('$name'))) = plasticc_model('$name')"), 't', "$name: imported");

  SKIP:
	{
		my $file = PostgreSQL::Test::Utils::tempdir() . "/$name.onnx";

		skip q{Python has no module "onnx"}, 1 if !$has_checker;
		open(my $handle, '>:raw', $file) or die "$file: $!";
		print $handle pack('H*', $hex);
		close($handle);
		command_ok([ 'python3', '-c', 'import sys, onnx; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)', $file ],
			"$name: accepted by the checker");
	}
}

# What no export has made, or has been changed since, is not imported.
my %files = (
	q{''} => 'it does not contain a model of plasticc',
	q{'\x0807'} => 'it does not contain a model of plasticc',
	q{'\xff'} => 'it is not a model of ONNX',
	q{plasticc_model('ranks')} => 'it is not a model of ONNX',
	q{substr(file, 1, length(file) - 1)} => 'it is not a model of ONNX',
	q{set_byte(file, 300, get_byte(file, 300) # 1)} => 'its graph has been changed');

foreach my $file (sort keys %files)
{
	my ($status, $out, $error) = $node->psql('postgres', "SELECT plasticc_import_onnx($file) FROM plasticc_export_onnx(plasticc_model('ranks')) AS file");

	like($error, qr/ERROR:  file cannot be imported: \Q$files{$file}\E\n/, "$file: refused");
}
# The stored model begins with "plasticc" and the version of its format, in base64; with other bytes it is none.
foreach my $case ([ '????????', qr/invalid symbol "\?"/ ], [ 'AAAAAAAA', qr/invalid plasticc model/ ])
{
	my ($bytes, $expected) = @$case;
	my ($status, $out, $error) = $node->psql('postgres', "SELECT plasticc_import_onnx(overlay(file PLACING '$bytes'::bytea FROM position('cGxhc3RpY2'::bytea IN file))) FROM plasticc_export_onnx(plasticc_model('ranks')) AS file");

	like($error, $expected, "$bytes in the stored model: refused");
}

$node->stop;
done_testing();
