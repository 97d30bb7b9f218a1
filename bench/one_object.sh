#!/usr/bin/env bash
#
# Classifying one object a query, as a broker does: transactions a second of pgbench, prepared statements, with a
# default model of the simple features of 600 objects and their hosts; by the model's name and by the column of its table, one and a
# hundred rows a transaction, 1, 2, 4 and 8 clients.  Beside it the same without classification, which reads the row alone, and
# with a model of XGBoost in PL/Python, where the server and its Python have both (Debian: postgresql-plpython3-15 and
# python3-xgboost).  Then 20 such models in one join compared with the same models one after the other.
#
# environment: SECONDS_EACH=4 of each measurement, CLIENTS="1 2 4 8"

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"

seconds=${SECONDS_EACH:-4}
numbers=${CLIENTS:-1 2 4 8}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

load_simulated 1000
sql <<-'SQL'
	SET client_min_messages = warning;
	CREATE UNIQUE INDEX ON objects (object_id);
	VACUUM ANALYZE objects;
	CALL plasticc_train('one', 'SELECT object_id, features, target FROM objects WHERE object_id <= 600 ORDER BY object_id', '{"epochs": 5}');
	INSERT INTO plasticc_models (name, version, classes, options, metrics, model)
	SELECT 'many', i, classes, options, metrics, model FROM plasticc_models, generate_series(1, 20) AS i WHERE name = 'one';
	ANALYZE plasticc_models;
SQL
printf 'bytes of the model: %s\n' "$(sql -c "SELECT bytes FROM plasticc_model_versions WHERE name = 'one'")"

# Prints transactions a second and the mean latency in ms.
#
# usage: measure WHAT EXPRESSION FROM
measure()
{
	local rows condition clients

	for rows in 1 100; do
		condition='object_id = :i'
		[[ $rows == 1 ]] || condition='object_id BETWEEN :i AND :i + 99'
		printf '\\set i random(601, 900)\nSELECT %s FROM objects%s WHERE %s;\n' "$2" "$3" "$condition" >"$folder/$rows.sql"
		for clients in $numbers; do
			pgbench -n -M prepared -T "$seconds" -c "$clients" -f "$folder/$rows.sql" 2>/dev/null |
				awk -v what="$1" -v rows="$rows" -v clients="$clients" '/^latency average/{latency = $4}
					/^tps/{printf "%-28s %3d rows, %d clients: %8.0f transactions/s, %7.3f ms\n", what, rows, clients, $3, latency}'
		done
	done
}

measure 'reading the row' 'features[1]' ''
measure 'by name' "plasticc_classify('one', features)" ''
measure 'by the model column' 'plasticc_classify(model, features)' ", (SELECT model FROM plasticc_models WHERE name = 'one' ORDER BY version DESC LIMIT 1) AS m"

if sql -f "$bench_dir/one_object/plpython.sql" 2>"$folder/plpython"; then
	measure 'XGBoost in PL/Python' 'classify_xgboost(features)' ''
else
	printf 'XGBoost in PL/Python: not measured, %s\n' "$(head -n 1 "$folder/plpython")"
fi

# The processor time that the session's process takes for the same, without the client.
sql -f "$bench_dir/common/processor.sql" -f - <<-'SQL' 2>&1 | sed 's/.*NOTICE: *//'
	DO $$
	DECLARE
	    start integer := processor_ms();
	    number real;
	    probabilities real[];
	BEGIN
	    FOR i IN 1 .. 10000 LOOP
	        SELECT features[1] INTO number FROM objects WHERE object_id = 601 + i % 300;
	    END LOOP;
	    RAISE NOTICE 'reading the row:     % us of the processor', (processor_ms() - start) / 10.0::real;
	    start := processor_ms();
	    FOR i IN 1 .. 10000 LOOP
	        SELECT plasticc_classify('one', features) INTO probabilities FROM objects WHERE object_id = 601 + i % 300;
	    END LOOP;
	    RAISE NOTICE 'by name:             % us', (processor_ms() - start) / 10.0::real;
	    start := processor_ms();
	    FOR i IN 1 .. 10000 LOOP
	        SELECT plasticc_classify(model, features) INTO probabilities
	        FROM objects, (SELECT model FROM plasticc_models WHERE name = 'one' ORDER BY version DESC LIMIT 1) AS m WHERE object_id = 601 + i % 300;
	    END LOOP;
	    RAISE NOTICE 'by the model column: % us', (processor_ms() - start) / 10.0::real;
	    start := processor_ms();
	    PERFORM plasticc_classify('one', features) FROM objects, generate_series(1, 25) WHERE object_id <= 400;
	    RAISE NOTICE 'in one statement:    % us an object', (processor_ms() - start) / 10.0::real;
	END $$;
SQL

# Milliseconds of a query.
milliseconds()
{
	sql -c 'SET max_parallel_workers_per_gather = 0' -c '\timing on' -c "$1" | awk '/^Time/{sum += $2} END{print sum}'
}

query="SELECT count(plasticc_classify(m.model, f.features)) FROM (SELECT features FROM objects WHERE object_id > 900) AS f"
joined=$(milliseconds "$query, plasticc_models AS m WHERE m.name = 'many'")
alone=0
for version in $(seq 20); do
	one=$(milliseconds "$query, plasticc_models AS m WHERE m.name = 'many' AND m.version = $version")
	alone=$(awk -v sum="$alone" -v one="$one" 'BEGIN{print sum + one}')
done
awk -v joined="$joined" -v alone="$alone" 'BEGIN{printf "20 models, 100 rows: in one join %.0f ms, one after the other %.0f ms, ratio %.2f\n", joined, alone, joined / alone}'
