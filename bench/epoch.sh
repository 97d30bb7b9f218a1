#!/usr/bin/env bash
#
# Seconds of an epoch of the preset "reference" in the database, against the same network in PyTorch
# (Debian's python3-torch) on one thread: 7,848 objects, 120 features, mini-batches of 20.  The two take
# turns; medians of the epochs, the first of each turn left out.
#
# PyTorch runs twice: as it is, and with the kernels of the OpenBLAS that Debian's PyTorch calls chosen
# for the processor by hand, as the extension does for its own.  The second is the fair comparison.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-/usr/bin/python3}
rows=7848 features=120 epochs=4 turns=3

if ! "$python" -c 'import torch' 2>/dev/null; then
	echo "skipped: $python has no torch (Debian: apt-get install python3-torch)"
	exit 77
fi

sql()
{
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

# Reads numbers, one a line; prints their median.
median()
{
	sort -n | awk '{ x[NR] = $1 } END { print NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2 }'
}

pytorch_turn()
{
	"$python" "$here/epoch/reference_torch.py" "$rows" "$features" "$epochs" | tail -n +2
}

plasticc_turn()
{
	sql <<-SQL
		SET client_min_messages = warning;
		CALL plasticc_train('epoch', 'SELECT features, target FROM objects', '{"preset": "reference", "epochs": $epochs}');
		SELECT extract(epoch FROM elapsed - lag) FROM (
			SELECT elapsed, lag(elapsed) OVER (ORDER BY epoch) AS lag FROM plasticc_training_log
			WHERE version = (SELECT max(version) FROM plasticc_training_log)) AS e
		WHERE lag IS NOT NULL;
	SQL
}

sql -c "SELECT setseed(0.5)" -c "CREATE TABLE objects AS
	SELECT i % 14 AS target, (SELECT array_agg(random()) FROM generate_series(1, $features) WHERE i > 0)::real[] AS features
	FROM generate_series(1, $rows) AS i" >/dev/null

family=$(grep -q -w avx512vl /proc/cpuinfo && echo SkylakeX || echo Haswell)
times=$(mktemp -d)
trap 'rm -rf "$times"' EXIT
for ((turn = 0; turn < turns; turn++)); do
	plasticc_turn >>"$times/plasticc"
	pytorch_turn >>"$times/pytorch"
	OPENBLAS_CORETYPE=$family pytorch_turn >>"$times/pytorch_tuned"
done

own=$(median <"$times/plasticc")
printf '%-45s %8s %8s\n' "" "s/epoch" "ratio"
for what in plasticc pytorch pytorch_tuned; do
	label=${what/_tuned/, OPENBLAS_CORETYPE=$family}
	figure=$(median <"$times/$what")
	printf '%-45s %8.3f %8.2f\n' "$label" "$figure" "$(awk "BEGIN { print $figure / $own }")"
done
