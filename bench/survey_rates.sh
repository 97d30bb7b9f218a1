#!/usr/bin/env bash
#
# Milliseconds of one core that all features of a light curve take, for those of several
# surveys: medians of three rounds.  COMMIT=name measures that commit too, in servers
# of its own before and after this one's.
#
# Needs surveys/ and snpcc/ in $PLASTICC_DATA, but for the synthetic survey.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"

# Each survey has a table of observations, in the extension's units.
load_surveys()
{
	sql <<-SQL
		CREATE TABLE observations (survey text, object_id text, mjd double precision, passband integer, flux real, flux_err real);
		INSERT INTO observations SELECT 'synthetic, test', object_id, mjd, passband, flux, flux_err FROM plasticc_simulate_observations(1000, 1, 'test');
	SQL
	[[ -r $data/surveys/sdss_s82_rrlyrae.csv.gz && -r $data/snpcc/lightcurves.csv.gz ]] || return 0
	sql <<-SQL
		CREATE TABLE magnitudes (star text, mjd double precision, mag double precision, magerr double precision, band text, type text, period double precision);
		\\copy magnitudes from program 'gzip -dc $data/surveys/sdss_s82_rrlyrae.csv.gz' with (format csv, header true)
		INSERT INTO observations SELECT 'SDSS', star, mjd, strpos('ugrizy', band) - 1, f, f * magerr * 0.4 * ln(10)
		FROM magnitudes, LATERAL (SELECT 10 ^ (-0.4 * (mag - 27.5)) AS f) AS flux WHERE mag BETWEEN 10 AND 30 AND magerr > 0;
		TRUNCATE magnitudes;
		\\copy magnitudes from program 'gzip -dc $data/surveys/ogle_lmc_cepheids.csv.gz' with (format csv, header true)
		INSERT INTO observations SELECT 'OGLE', star, mjd + 49999.5, CASE band WHEN 'V' THEN 1 ELSE 3 END, f, f * greatest(magerr, 0.001) * 0.4 * ln(10)
		FROM magnitudes, LATERAL (SELECT 10 ^ (-0.4 * (mag - 27.5)) AS f) AS flux;
		CREATE TABLE mallorn (object_id text, mjd double precision, flux double precision, flux_err double precision, band text);
		\\copy mallorn from program 'gzip -dc $data/surveys/mallorn_lightcurves.csv.gz' with (format csv, header true)
		INSERT INTO observations SELECT 'MALLORN', object_id, mjd, strpos('ugrizy', lower(band)) - 1, flux * 10 ^ (0.4 * (27.5 - 23.9)), flux_err * 10 ^ (0.4 * (27.5 - 23.9))
		FROM mallorn WHERE flux_err > 0;
		CREATE TABLE snpcc (object_id text, mjd double precision, passband integer, flux real, flux_err real, detected integer);
		\\copy snpcc from program 'gzip -dc $data/snpcc/lightcurves.csv.gz' with (format csv, header true)
		INSERT INTO observations SELECT 'SNPCC', object_id, mjd, passband, flux, flux_err FROM snpcc WHERE flux_err > 0;
	SQL
}

measure_surveys()
{
	load_surveys
	sql <<-SQL
		SET max_parallel_workers_per_gather = 0;
		CREATE TABLE curves AS
		SELECT survey, lightcurve FROM (
			SELECT survey, plasticc_lightcurve(mjd, passband, flux, flux_err, abs(flux) > 5 * flux_err) AS lightcurve,
			       row_number() OVER (PARTITION BY survey ORDER BY object_id) AS i
			FROM observations GROUP BY survey, object_id) AS c WHERE i <= 1000;
		ANALYZE curves;
		CREATE TABLE times (survey text, ms double precision);
		CREATE PROCEDURE measure(measured text) LANGUAGE plpgsql AS \$\$
		DECLARE
			start CONSTANT timestamptz := clock_timestamp();
			n bigint;
		BEGIN
			SELECT count(plasticc_features(lightcurve)) INTO n FROM curves WHERE survey = measured;
			INSERT INTO times VALUES (measured, 1000 * extract(epoch FROM clock_timestamp() - start) / n);
		END \$\$;
		SELECT format('CALL measure(%L)', survey) FROM generate_series(1, 3), (SELECT DISTINCT survey FROM curves) AS s \\gexec
		SELECT format('%-18s %6s objects %8s ms an object', survey, (SELECT count(*) FROM curves AS c WHERE c.survey = t.survey),
		              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 3))
		FROM times AS t GROUP BY survey ORDER BY survey;
	SQL
}

# In a server of its own, with another commit's extension.
measure_commit()
{
	git -C "$bench_dir/.." worktree add --quiet --detach "$tree" "$1"
	echo "$1"
	ONLY_HERE=1 PGDATABASE=postgres "$tree/scripts/cluster.sh" bash -c "psql -X -q -c 'CREATE EXTENSION plasticc'; bash '$bench_dir/survey_rates.sh'"
	git -C "$bench_dir/.." worktree remove --force "$tree"
}

if [[ -z ${COMMIT:-} || -n ${ONLY_HERE:-} ]]; then
	measure_surveys
	exit
fi
tree=$(mktemp -d -u)
trap 'git -C "$bench_dir/.." worktree remove --force "$tree" 2>/dev/null || :' EXIT
measure_commit "$COMMIT"
echo "this version"
measure_surveys
measure_commit "$COMMIT"
