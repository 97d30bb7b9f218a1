#!/usr/bin/env bash
#
# Seconds per epoch of the preset "reference" and of the same network in PyTorch (Debian's python3-torch) on
# one thread: 7,848 objects, 120 features, mini-batches of 20 and of 256.  The programs take turns; the figures
# are medians over the turns of each turn's median, excluding its first epoch.
#
# PyTorch runs twice: as it is, and with the kernels of the OpenBLAS that Debian's PyTorch calls selected by
# hand for the processor, as the extension does in its own.  The second is the fair comparison.
#
# epoch/network.c also times the bare matrix products of an epoch and of classification.  All times are
# processor time, which other programs on the machine disturb less than elapsed time.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
# shellcheck source=bench/common/median.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/median.sh"
python=${PYTHON:-/usr/bin/python3}
rows=7848 features=120 epochs=${EPOCHS:-4} turns=${TURNS:-3}

pytorch_turn()
{
	"$python" "$root_dir/bench/epoch/reference_torch.py" "$rows" "$features" "$1" "$epochs" | tail -n +2 | median
}

plasticc_turn()
{
	OPENBLAS_CORETYPE=$family "$work/bench/epoch/network" reference "$1" "$features" "$rows" "$epochs" |
		awk '$1 == "epoch" { print $2 }'
}

compare()
{
	local batch_size=$1 turn own what label figure

	for ((turn = 0; turn < turns; turn++)); do
		plasticc_turn "$batch_size" >>"$work/plasticc.$batch_size"
		pytorch_turn "$batch_size" >>"$work/pytorch.$batch_size"
		OPENBLAS_CORETYPE=$family pytorch_turn "$batch_size" >>"$work/pytorch_tuned.$batch_size"
	done
	own=$(median <"$work/plasticc.$batch_size")
	printf '%-50s %8s %8s\n' "mini-batches of $batch_size" "s/epoch" "ratio"
	for what in plasticc pytorch pytorch_tuned; do
		label=${what/_tuned/, OPENBLAS_CORETYPE=$family}
		figure=$(median <"$work/$what.$batch_size")
		printf '  %-48s %8.3f %8.2f\n' "$label" "$figure" "$(awk "BEGIN { print $figure / $own }")"
	done
}

# share PRESET BATCH_SIZE FEATURES ROWS EPOCHS MEMBERS
share()
{
	printf '%s, mini-batches of %s, %s inputs, %s networks to classify by\n' "$1" "$2" "$3" "$6"
	OPENBLAS_CORETYPE=$family "$work/bench/epoch/network" "$@" | awk '
		{ s[$1] = $2 }
		END {
			row = "  %-48s %8.3f %7.0f%%\n"
			printf row, "epoch, matrix products", s["epoch"], 100 * s["epoch_products"] / s["epoch"]
			printf row, "classified in blocks, matrix products", s["blocks"], 100 * s["blocks_products"] / s["blocks"]
			printf "  %-48s %8.3f %8.2f\n", "classified one by one, times as long", s["rows"], s["rows"] / s["blocks"]
		}'
}

family=$(grep -q -w avx512vl /proc/cpuinfo && echo SkylakeX || echo Haswell)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${clean_make[@]}" -s -C "$root_dir" -f test/programs.mk BUILD="$work" OPTFLAGS=-O3 bench
share reference 20 120 "$rows" 5 1
share reference 256 120 "$rows" 9 1
share default 64 1505 2560 15 1
share default 64 1505 2560 15 5

if "$python" -c 'import torch' 2>/dev/null; then
	compare 256
	compare 20
else
	echo "no comparison: $python has no torch (Debian: apt-get install python3-torch)"
fi
