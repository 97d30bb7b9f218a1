#!/usr/bin/env bash
#
# Runs the fuzz targets test/fuzz/fuzz_*.c under libFuzzer with the address and undefined-behaviour
# sanitizers, one after the other, and prints of each the executions, the executions a second of
# processor time, the size of its corpus, and the coverage of the sources that it is for.  The exit status is 0 only if
# there was no finding; the input of a finding stays in DIRECTORY.
#
# Corpora start from test/fuzz/corpus and grow in DIRECTORY.  MERGE=1 adds to test/fuzz/corpus what
# reaches new code.
#
# environment: TIME=seconds            of each target, default 60
#              FUZZ="NAME ..."         only these targets
#              MERGE=1                 see above
#              FUZZ_DIRECTORY          default build/fuzz
#
# usage: scripts/fuzz.sh

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

time=${TIME:-60}
failed=0
TIMEFORMAT='%U %S'

# The sources whose coverage tells how far a target gets.
declare -A sources=(
	[lightcurve_text]='src/core/curve/observations_io.c src/core/curve/observations.c'
	[lightcurve_binary]='src/core/curve/observations_io.c src/core/curve/observations.c'
	[model]='src/core/model/model_read.c src/core/model/byte_reader.c src/core/model/model.c src/core/model/model_write.c src/core/model/onnx_*.c src/core/model/protobuf_writer.c src/core/trees/booster.c'
	[scores]='src/core/score/*.c'
	[features]='src/core/features/*.c'
	[gp]='src/core/gp/*.c'
	[period]='src/core/period/*.c'
	[fit]='src/core/fit/*.c'
	[augment]='src/core/augment/*.c'
	[simulate]='src/core/simulate/*.c'
	[onnx_import]='src/core/model/onnx_import.c'
	[options]='src/core/train/options.c'
	[training]='src/core/train/trainer.c src/core/train/tree_trainer.c src/core/nn/*.c src/core/trees/*.c'
)

# One of libFuzzer's final statistics.
statistic()
{
	sed -n "s/^stat::$1: *//p" "$2"
}

# "lines % of sources", of a run of the corpus without sanitizers.
coverage()
{
	local name=$1 source total=0 covered=0 lines percent
	local objects=$out/coverage files=()

	find "$objects" -name '*.gcda' -delete
	mapfile -t files < <(find "$out/corpus/$name" "test/fuzz/corpus/$name" -type f 2>/dev/null)
	(cd "$objects" && "./fuzz_$name" 0 0 "${files[@]/#test/$root_dir/test}" >/dev/null)
	for source in ${sources[$name]:-}; do
		read -r percent lines < <(gcov -n -o "$objects/${source%.c}.o" "$source" 2>/dev/null |
			grep -A1 "^File '$source'" | sed -n 's/^Lines executed:\([0-9.]*\)% of \([0-9]*\)$/\1 \2/p') || continue
		total=$((total + lines))
		covered=$((covered + $(awk -v p="$percent" -v n="$lines" 'BEGIN { printf "%.0f", p * n / 100 }')))
	done
	((total > 0)) && awk -v c="$covered" -v t="$total" 'BEGIN { printf "%.1f %% of %d lines", 100 * c / t, t }'
}

run_target()
{
	local name=$1 log=$out/$1.log arguments status=0

	fuzz_arguments "$name" "$out/corpus/$name"
	{ time run_interruptibly "$out/build/fuzz_$name" -max_total_time="$time" -max_len=512 -timeout=60 -print_final_stats=1 \
		-artifact_prefix="$out/$name." "${arguments[@]}" >"$log" 2>&1 || status=$?; } 2>"$log.time"
	if ((status != 0)); then
		failed=$((failed + 1))
		grep -vE '^#[0-9]+|^stat::' "$log" | tail -n 40
	fi
	if [[ -n ${MERGE:-} ]]; then
		mkdir -p "test/fuzz/corpus/$name"
		"$out/build/fuzz_$name" -merge=1 -use_counters=0 -max_len=512 "test/fuzz/corpus/$name" "$out/corpus/$name" >>"$log" 2>&1 || true
	fi
	printf '%-18s %12s %9.0f/s %7s inputs  %-28s %s\n' "$name" "$(statistic number_of_executed_units "$log")" \
		"$(awk -v n="$(statistic number_of_executed_units "$log")" '{ print n / ($1 + $2) }' "$log.time")" "$(find "${arguments[@]:0:1}" -type f | wc -l)" "$(coverage "$name")" \
		"$( ((status == 0)) || printf 'FINDING, %s' "$out/$name.*")"
}

main()
{
	local target targets

	cd "$root_dir"
	mkdir -p "${FUZZ_DIRECTORY:-build/fuzz}"
	out=$(cd "${FUZZ_DIRECTORY:-build/fuzz}" && pwd)
	targets=${FUZZ:-$(for target in test/fuzz/fuzz_*.c; do target=${target##*/fuzz_} && printf '%s ' "${target%.c}"; done)}
	"${clean_make[@]}" -s -f test/programs.mk -j2 BUILD="$out/build" CC=clang OPTFLAGS=-O2 SANITIZE=address,undefined LIBFUZZER=1 fuzz
	"${clean_make[@]}" -s -f test/programs.mk -j2 BUILD="$out/coverage" CC=gcc OPTFLAGS=-O0 COVERAGE=1 fuzz
	printf '%-18s %12s %11s %14s  %s\n' target executions speed corpus 'coverage of its sources'
	for target in $targets; do
		[[ -e test/fuzz/fuzz_$target.c ]] || die "there is no target \"$target\""
		run_target "$target"
	done
	((failed == 0))
}

main
