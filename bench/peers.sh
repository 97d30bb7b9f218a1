#!/usr/bin/env bash
#
# The same work by plasticc and by what a user of Python would take instead (Debian's python3-astropy, python3-pandas,
# python3-sklearn), on the same light curves of the synthetic survey, one thread: milliseconds an object and their ratio.
# XGBoost and PyTorch are compared in trees.sh and epoch.sh.
#
# PYTHON is the interpreter that has the packages.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

grid='0.05 20 5'

# Prints "NAME,milliseconds" of the expression $3 for each row of the table $2, each $4 times: the median of five.
measure()
{
	for _ in 1 2 3 4 5; do
		sql <<-SQL
			SET max_parallel_workers_per_gather = 0;
			SELECT clock_timestamp() AS start \gset
			SELECT count($3) AS n FROM generate_series(1, $4), $2 \gset
			SELECT 1000 * extract(epoch FROM clock_timestamp() - :'start'::timestamptz) / :n;
		SQL
	done | sort -g | awk -v name="$1" '{ x[NR] = $1 } END { printf "%s,%s\n", name, x[3] }'
}

for package in astropy.timeseries pandas sklearn; do
	"$python" -c "import $package" 2>/dev/null || { echo "skipped: $python has no $package"; exit 77; }
done
sql <<-SQL
	CREATE TABLE observations AS SELECT object_id, mjd, passband, flux, flux_err, detected FROM plasticc_simulate_observations(1000, 1, 'test');
	CREATE TABLE curves AS
	SELECT object_id, count(*), plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve,
	       plasticc_lightcurve(mjd, passband, flux, flux_err, detected) FILTER (WHERE passband = 2) AS one_band
	FROM observations GROUP BY object_id;
	CREATE TABLE first_curves AS SELECT * FROM curves ORDER BY object_id LIMIT 40;
	CREATE TABLE large_curves AS
	SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
	FROM (SELECT *, row_number() OVER (PARTITION BY object_id ORDER BY mjd, passband) AS i FROM observations) AS o
	WHERE i <= 150 AND object_id IN (SELECT object_id FROM curves WHERE count >= 150 ORDER BY object_id LIMIT 10) GROUP BY object_id;
	ANALYZE;
	\\copy (SELECT object_id, mjd, passband, flux, flux_err FROM observations ORDER BY object_id, mjd, passband) to '$work/observations.csv' with (format csv, header true)
SQL
{
	measure 'periodogram of one band' first_curves "(SELECT max(power) FROM plasticc_periodogram(one_band, ${grid// /, }))" 1
	measure 'periodogram of all bands' first_curves "(SELECT max(power) FROM plasticc_periodogram(lightcurve, ${grid// /, }))" 1
	measure 'simple features' "(SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), 'simple') AS f FROM observations GROUP BY object_id) AS o" f 1
	measure 'Gaussian process of 150 observations' large_curves 'plasticc_gp_fit(lightcurve)' 100 | sed 's/\(.*\),\(.*\)/\1; one start,\2\n\1; ten starts,\2/'
} >"$work/ours"
# shellcheck disable=SC2086	# three numbers
"$python" "$bench_dir/peers/peers.py" "$work/observations.csv" 3671,4827,6223,7546,8691,9710 $grid >"$work/theirs"
printf '| | plasticc, ms | Python, ms | ratio |\n|---|---|---|---|\n'
join -t, <(sort "$work/ours") <(sort "$work/theirs") | awk -F, '{ printf "| %s | %.3f | %.1f | %.0f |\n", $1, $2, $3, $3 / $2 }'
