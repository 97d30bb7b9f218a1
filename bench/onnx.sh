#!/usr/bin/env bash
#
# Exported models in ONNX Runtime (the npm package onnxruntime-node, one thread): the largest difference of its probabilities
# from those of plasticc_classify on the rest of a synthetic survey, of a default model, one of the preset "reference" and one
# of trees alone, all of the simple features of 1,000 objects; and the processor time an object of both, one row at a time and 1,024.
#
# environment: OBJECTS=11000 of the survey
# usage: bench/onnx.sh

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"

objects=${OBJECTS:-11000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! command -v npm >/dev/null; then
	echo 'skipped: npm is missing'
	exit 77
fi
cp "$bench_dir/onnx/compare.mjs" "$folder/"
# its scripts would fetch libraries for graphics processors
(cd "$folder" && npm install --no-audit --no-fund --loglevel=error --ignore-scripts onnxruntime-node >/dev/null)

load_simulated "$objects"
sql <<-SQL
	SET client_min_messages = warning;
	CREATE VIEW training AS SELECT object_id, target, features FROM objects ORDER BY object_id LIMIT 1000;
	CREATE TABLE test AS SELECT object_id, features FROM objects ORDER BY object_id OFFSET 1000;
	CALL plasticc_train('default', 'TABLE training', '{"epochs": 20}');
	CALL plasticc_train('reference', 'TABLE training', '{"preset": "reference", "epochs": 3}');
	CALL plasticc_train('trees', 'TABLE training', '{"networks": 0}');
	\i $bench_dir/common/processor.sql
SQL

# Microseconds of the processor an object, of a query that classifies each object of test; without parallel workers.
#
# usage: microseconds QUERY
microseconds()
{
	sql <<-SQL | tail -n 1
		SET max_parallel_workers_per_gather = 0;
		SELECT processor_ms() AS before \\gset
		$1;
		SELECT 1000 * (processor_ms() - :before) / count(*) FROM test;
	SQL
}

sql -c 'COPY (SELECT array_to_string(features, $$,$$, $$NaN$$) FROM test ORDER BY object_id) TO STDOUT' >"$folder/features"
for name in default reference trees; do
	sql -c "COPY (SELECT encode(plasticc_export_onnx(plasticc_model('$name')), 'hex')) TO STDOUT" | xxd -r -p >"$folder/$name.onnx"
	sql -c "COPY (SELECT array_to_string(plasticc_classify('$name', features), ',') FROM test ORDER BY object_id) TO STDOUT" >"$folder/expected"
	printf '%s, %s bytes\n' "$name" "$(stat -c %s "$folder/$name.onnx")"
	(cd "$folder" && node compare.mjs "$name.onnx" features expected)
	printf 'plasticc: %s us of the processor an object row by row, %s in blocks\n' "$(microseconds "SELECT count(plasticc_classify('$name', features)) FROM test")" \
		"$(microseconds "SELECT count(*) FROM plasticc_classify_query(plasticc_model('$name'), 'TABLE test')")"
done
