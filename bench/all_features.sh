#!/usr/bin/env bash
#
# Objects per second on one core for each feature set, in the database, and each feature group's share of
# the time, in a stand-alone program.  1,000 objects of the synthetic survey in the test set's mix.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

psql -X -q -P pager=off -v ON_ERROR_STOP=1 -f "$root_dir/bench/all_features/rates.sql"

"${clean_make[@]}" -s -C "$root_dir" -f test/programs.mk -j2 BUILD="$build" OPTFLAGS=-O3 bench
# the kernels that the extension selects in its own OpenBLAS
family=$(grep -q -w avx512vl /proc/cpuinfo && echo SkylakeX || echo Haswell)
OPENBLAS_CORETYPE=$family "$build/bench/all_features/group_times"
