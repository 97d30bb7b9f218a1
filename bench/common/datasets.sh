# shellcheck shell=bash
# The real and published light curves used by several measurements, and psql.  To be sourced by scripts that
# have set -euo pipefail.
#
# Each load_ function creates two tables: objects (object_id, target, hostgal_photoz, hostgal_photoz_err, mwebv,
# ddf, distmod and further columns of the data set) and observations (object_id, mjd, passband, flux,
# flux_err, detected).

bench_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${PLASTICC_DATA:-$bench_dir/../../shared/data}

sql()
{
	psql -X -q -A -t -F ' ' -P pager=off -v ON_ERROR_STOP=1 "$@"
}

# Skips the measurement unless all these files are in $PLASTICC_DATA.
require_data()
{
	local file

	for file; do
		if [[ ! -r $data/$file ]]; then
			echo "skipped: $data has no $file"
			exit 77
		fi
	done
}

# The simulated DES supernovae of the Supernova Photometric Classification Challenge: targets 90 (Ia), 62 (Ibc), 42 (II).
load_snpcc()
{
	sql <<-SQL
		CREATE TABLE observations (object_id bigint, mjd double precision, passband smallint, flux real, flux_err real, detected smallint);
		CREATE TABLE objects (object_id bigint, ra real, decl real, hostgal_photoz real, hostgal_photoz_err real, hostgal_specz real,
			mwebv real, target integer, subtype text, spectroscopic integer);
		\\copy observations from program 'gzip -dc $data/snpcc/lightcurves.csv.gz' with (format csv, header true)
		\\copy objects from program 'gzip -dc $data/snpcc/metadata.csv.gz' with (format csv, header true)
		ALTER TABLE objects ADD ddf boolean, ADD distmod real;
		-- an error of -9 marks what was not measured
		DELETE FROM observations WHERE flux_err <= 0;
		ALTER TABLE observations ALTER detected TYPE boolean USING detected = 1;
	SQL
}

# Real light curves in the challenge's format.
load_real()
{
	"$bench_dir/../scripts/load.sh" "$data/plasticc" >/dev/null
}

# The table objects of so many objects of the synthetic survey: object_id, target, simple features and those of the host.
load_simulated()
{
	sql <<-SQL
		CREATE TABLE objects AS
		SELECT object_id, o.target,
		       plasticc_host_features(f.features, o.ddf, o.hostgal_photoz, o.hostgal_photoz_err, o.distmod, o.mwebv) AS features
		FROM plasticc_simulate_objects($1, seed => 1) AS o
		JOIN (SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected), 'simple') AS features
		      FROM plasticc_simulate_observations($1, seed => 1) GROUP BY 1) AS f USING (object_id);
	SQL
}

# Published feature tables and what follows from them and the metadata: the table inputs of object_id, target, fold, features.
load_published()
{
	local published=$data/plasticc/published_features.csv.gz columns other_columns band_columns names

	columns=$(gzip -dc "$published" | sed -n 1p)
	# object_id, target and fold are not inputs, and these two are the same for all objects
	names=$(tr ',' '\n' <<<"$columns" | grep -vxE 'object_id|target|fold|all_passband_min|all_passband_max')
	other_columns=$(paste -sd, <<<"$names")
	band_columns=$(sed -n 's/_pb0$//p' <<<"$names" |
		sed 's/.*/ARRAY[&_pb0, &_pb1, &_pb2, &_pb3, &_pb4, &_pb5] AS &/' | paste -sd,)

	sql -c "CREATE TABLE published (${columns//,/ double precision, } double precision)"
	sql -c "\\copy published from program 'gzip -dc $published' with (format csv, header true)"
	sql -c "ALTER TABLE published ALTER object_id TYPE bigint, ALTER target TYPE integer, ALTER fold TYPE integer,
		ADD others double precision[]"
	sql -c "UPDATE published SET others = ARRAY[$other_columns]"
	load_real
	sql -v published_bands="$band_columns" -f "$bench_dir/published/inputs.sql"
}

# Alert histories of ELAsTiCC: targets 111 (Ia) and 113 (II).  Nanojansky (zero point 31.4) are converted to
# the challenge's unit of flux (27.5).
load_elasticc()
{
	sql <<-SQL
		CREATE TABLE alerts (object_id bigint, mjd double precision, band text, flux double precision, flux_err double precision, detected smallint);
		CREATE TABLE objects (object_id bigint, ra double precision, decl double precision, mwebv real, hostgal_photoz real,
			hostgal_photoz_err real, hostgal_specz real, target integer);
		\\copy alerts from program 'gzip -dc $data/elasticc/lightcurves.csv.gz' with (format csv, header true)
		\\copy objects from program 'gzip -dc $data/elasticc/metadata.csv.gz' with (format csv, header true)
		ALTER TABLE objects ADD ddf boolean, ADD distmod real;
		CREATE TABLE observations AS
		SELECT object_id, mjd, (strpos('ugrizy', lower(band)) - 1)::smallint AS passband,
		       (flux * 10 ^ (-0.4 * (31.4 - 27.5)))::real AS flux, (flux_err * 10 ^ (-0.4 * (31.4 - 27.5)))::real AS flux_err, detected = 1 AS detected
		FROM alerts;
		DROP TABLE alerts;
	SQL
}

# Creates, from the tables objects and observations, the table $1 of object_id, target, all features including
# the host's, and sample, the expression $2.
make_features()
{
	sql -c "CREATE TABLE $1 AS
		SELECT object_id, target, $2 AS sample,
		       plasticc_host_features(features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features
		FROM objects
		JOIN (SELECT object_id, plasticc_features(plasticc_lightcurve(mjd, passband, flux, flux_err, detected)) AS features
		      FROM observations GROUP BY object_id) AS curves USING (object_id)" \
		-c "DROP TABLE objects, observations"
}

# Creates, from the tables objects and observations, the table $1 of object_id, copy and features: the copies of docs/training.md for
# training sets like the survey, four of each object; $2: further arguments of plasticc_augment.
make_noisy_copies()
{
	sql -c "CREATE TABLE $1 AS
		SELECT object_id, copy, plasticc_host_features(plasticc_features(c.lightcurve), ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) AS features
		FROM (SELECT *, generate_series(1, 4) AS copy
		      FROM objects JOIN (SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
		                         FROM observations GROUP BY object_id) AS curves USING (object_id)) AS o,
		     plasticc_augment(o.lightcurve, copy $2) AS c (lightcurve)
		WHERE c.lightcurve IS NOT NULL"
}

# Area under the ROC curve of scores, with ties counting half, as in the Mann-Whitney statistic.
create_auc()
{
	sql <<-SQL
		CREATE FUNCTION auc(scores double precision[], positive boolean[]) RETURNS double precision LANGUAGE sql IMMUTABLE AS \$\$
			SELECT (sum(rank) FILTER (WHERE positive) - count(*) FILTER (WHERE positive) * (count(*) FILTER (WHERE positive) + 1) / 2.0)
			       / (count(*) FILTER (WHERE positive) * count(*) FILTER (WHERE NOT positive))
			FROM (SELECT positive, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS rank
			      FROM unnest(scores, positive) AS s (score, positive)) AS ranked
		\$\$;
	SQL
}
