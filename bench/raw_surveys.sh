#!/usr/bin/env bash
#
# Public files of fifteen surveys as their makers write them: scripts/load.sh puts each into a table of texts, and two statements,
# plasticc_create_feature_table and plasticc_extract, make features of it.  Prints a row a set: rows, rows that are
# rejected and why, objects with features, seconds of the extraction, and the options.
#
# Needs surveys/* in $PLASTICC_DATA.  SET=simple chooses the features.

set -euo pipefail
# shellcheck source=bench/common/datasets.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/datasets.sh"
load=$bench_dir/../scripts/load.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# name, format, options of plasticc_extract, files
run_set()
{
	local name=$1 format=$2 options=$3 start seconds
	local files=("${@:4}")

	require_data "${files[@]}"
	"$load" -f "$format" -t "$name" "${files[@]/#/$data/}" >"$work/loaded"
	sql -c 'SET client_min_messages = error; DROP TABLE IF EXISTS objects'
	start=$(date +%s.%N)
	sql -v VERBOSITY=default -v features="${name}_features" -v set="${SET:-all}" -v name="$name" -v options="$options" >"$work/notices" 2>&1 <<-'SQL' || true
		SELECT plasticc_create_feature_table(:'features', object_id_type => 'text') \g /dev/null
		CALL plasticc_extract(:'name', :'features', jsonb_build_object('feature_set', :'set') || :'options');
	SQL
	seconds=$(date +%s.%N)
	seconds=$(awk -v a="$start" -v b="$seconds" 'BEGIN { printf "%.1f", b - a }')
	sql -F ' | ' -c "SELECT '| $name', (SELECT count(*) FROM $name), (SELECT count(*) FROM ${name}_features), (SELECT count(features) FROM ${name}_features),
		(SELECT coalesce(sum(plasticc_feature(features, 'n_rejected')), 0) FROM ${name}_features), $seconds, '\`$options\` |'"
	grep -E '^(psql:.*)?(WARNING|ERROR|DETAIL|HINT):' "$work/notices" | sed 's/^psql:[^ ]* //; s/^/  /' || true
}

printf '| set | rows | objects | with features | rows rejected | s | options |\n|---|---|---|---|---|---|---|\n'
run_set sdss csv '{"survey": "sdss", "object_id": "star", "passband": "band", "magnitude": "mag", "magnitude_err": "magerr"}' surveys/sdss_s82_rrlyrae.csv.gz
run_set ogle csv '{"survey": "ogle", "object_id": "star", "mjd": "hjd", "passband": "band", "magnitude": "mag", "magnitude_err": "magerr"}' surveys/ogle_lmc_cepheids.csv.gz
run_set mallorn csv '{"mjd": "Time (MJD)", "flux": "Flux", "flux_err": "Flux_err", "passband": "Filter", "unit": "uJy"}' surveys/mallorn_lightcurves.csv.gz
run_set ztf_bts csv '{"survey": "ztf", "object_id": "ztfid", "passband": "band", "magnitude": "mag", "magnitude_err": "magerr"}' surveys/ztf_bts_snia_lightcurves.csv.gz
run_set pantheonplus csv '{"survey": "snana", "object_id": "snid", "passband": "flt", "flux": "fluxcal", "flux_err": "fluxcalerr"}' surveys/pantheonplus_photometry.csv.gz
run_set stripped_envelope csv '{"object_id": "sn", "passband": "filt", "magnitude": "mag", "magnitude_err": "magerr", "passbands": {"ul": "u", "gl": "g", "rl": "r", "il": "i", "zl": "z", "Vl": "g", "Rl": "r", "Il": "i"}}' surveys/stripped_envelope_supernovae.csv.gz
"$load" -f csv -t alerce_limits "$data/surveys/alerce_limits.csv.gz" >"$work/loaded"
run_set alerce csv '{"survey": "ztf", "object_id": "objectid", "passband": "fid", "magnitude": "magpsf", "magnitude_err": "sigmapsf", "sign": "isdiffpos", "limits": "alerce_limits", "limit_magnitude": "diffmaglim", "limits_mjd": "jd", "limits_time": "JD"}' surveys/alerce_detections.csv.gz
run_set ztf_forced csv '{"survey": "ztf", "object_id": "file", "mjd": "jd", "time": "JD", "passband": "filter", "flux": "forcediffimflux", "flux_err": "forcediffimfluxunc", "zero_point": "zpdiff"}' surveys/ztf_forced_photometry.csv.gz
run_set ztf_service ztf-forced '{"survey": "ztf", "mjd": "jd", "time": "JD", "passband": "filter", "flux": "forcediffimflux", "flux_err": "forcediffimfluxunc", "zero_point": "zpdiff"}' surveys/forcedphotometry_req00012210_lc_ZTF20acfkyll.txt
run_set atlas atlas '{"survey": "atlas", "mjd": "MJD", "flux": "uJy", "flux_err": "duJy", "passband": "F", "where": "\"chi/N\"::float8 < 5"}' surveys/atlas_job01088.txt
run_set des snana '{"survey": "snana", "mjd": "MJD", "passband": "BAND", "flux": "FLUXCAL", "flux_err": "FLUXCALERR"}' surveys/des_real_01253039.dat
run_set ztf_alert ztf-alerts '{"survey": "ztf", "mjd": "jd", "time": "JD", "passband": "fid", "magnitude": "magpsf", "magnitude_err": "sigmapsf", "sign": "isdiffpos", "limit_magnitude": "diffmaglim"}' surveys/ex_ztfavro_data_472263571115115000.avro.json
run_set rubin_alert rubin-alerts '{"survey": "rubin", "mjd": "midpointMjdTai", "passband": "band", "flux": "psfFlux", "flux_err": "psfFluxErr"}' surveys/hon_lsst_alert_packet_schema_11_0_sample_data_fakeAlert.avro.json
run_set asas csv '{"survey": "ogle", "object_id": "id", "mjd": "t", "passband": "V", "magnitude": "m", "magnitude_err": "merr"}' surveys/asas.csv.gz
run_set iar csv '{"object_id": "name", "mjd": "t", "passband": "g", "magnitude": "m", "magnitude_err": "merr"}' surveys/iar_periodic.csv.gz
run_set one_star csv-objects '{"survey": "sdss", "mjd": "time", "passband": "band", "magnitude": "mag", "magnitude_err": "magerr"}' surveys/s82_1087206_period_0.5575527.csv
