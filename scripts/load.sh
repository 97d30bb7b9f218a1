#!/usr/bin/env bash
#
# Loads light curves: the challenge's, and those of other surveys as their makers write them.
#
# Without -f, light curves and their metadata, CSV files with a header, go into two new tables:
#
#	objects       object_id (primary key), ra, decl, gal_l, gal_b, ddf, hostgal_specz, hostgal_photoz,
#	              hostgal_photoz_err, distmod, mwebv, target
#	observations  object_id, mjd, passband, flux, flux_err, detected
#
# usage: scripts/load.sh [-d DBNAME] DIRECTORY
#        scripts/load.sh [-d DBNAME] [-u] -m METADATA_FILE -l LIGHTCURVES_FILE [-l ...]
#        scripts/load.sh [-d DBNAME] [-t TABLE] -f FORMAT FILE...
#
#	DIRECTORY  holds training_set.csv and training_set_metadata.csv (the challenge's names), or
#	           plasticc_train_lightcurves.csv and plasticc_train_metadata.csv (those of
#	           scripts/download.sh), each plain or as .csv.gz
#	-m, -l     name the files instead: the test set, for instance
#	-u         the metadata may be unlabelled: target is NULL if there is no such column
#	-d         the database; the rest of the connection comes from the environment (PGHOST, ...)
#
# With -f, the rows of all files go into one new table, "observations" or TABLE, with the names of the files' columns, all
# of them text: plasticc_extract reads them with its options.  FORMAT is
#
#	atlas         ATLAS forced photometry; column object_id is the file's name without its ending
#	ztf-forced    ZTF's forced-photometry service; object_id likewise, or NAME of ..._lc_NAME.txt
#	snana         SNANA's text format; the objects go into the new table "objects"
#	snana-fits    SNANA's FITS format: ..._HEAD.FITS files, beside which are their ..._PHOT.FITS
#	ztf-alerts    ZTF's alert packets as JSON, one document or one packet a line
#	rubin-alerts  Rubin's alert packets as JSON, likewise
#	csv           any CSV files with the same header
#	csv-objects   the same, of one object each: column object_id is the file's name without its ending
#
# The header gives the order of the columns.  Columns not listed above are left out.  The public
# release's names detected_bool, ddf_bool and true_target are understood; it has no gal_l and gal_b,
# which are then NULL.  An empty field is NULL.
#
# Everything happens in one transaction: after an error, which names the file and, where there is
# one, the line, nothing has changed.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/load-survey.sh
. "$(dirname "${BASH_SOURCE[0]}")/load-survey.sh"

usage()
{
	sed -n '/^# usage:/,/^$/{/^$/q; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# file columns' names -> table columns' names
declare -A renamed=([detected_bool]=detected [ddf_bool]=ddf)

# shellcheck disable=SC2034		# the arrays of types are passed by name
declare -A observation_types=(
	[object_id]='bigint NOT NULL' [mjd]='double precision' [passband]=smallint
	[flux]=real [flux_err]=real [detected]=boolean)
observation_columns=(object_id mjd passband flux flux_err detected)

# shellcheck disable=SC2034
declare -A object_types=(
	[object_id]='bigint PRIMARY KEY' [ra]='double precision' [decl]='double precision'
	[gal_l]='double precision' [gal_b]='double precision' [ddf]=boolean
	[hostgal_specz]=real [hostgal_photoz]=real [hostgal_photoz_err]=real
	[distmod]=real [mwebv]=real [target]=integer)
object_columns=(object_id ra decl gal_l gal_b ddf hostgal_specz hostgal_photoz hostgal_photoz_err
	distmod mwebv target)
optional_columns=' gal_l gal_b hostgal_specz '

# Prints the shell command that writes the file linked as $1 to its standard output.
reader()
{
	if [[ $(readlink "$1") == *.gz ]]; then
		note "gzip -dc < $1"
	else
		note "cat < $1"
	fi
}

# Prints a header without quotes, and without the byte order mark and the carriage return that some files have.
clean_header()
{
	local line=${1%$'\r'}

	line=${line#$'\xef\xbb\xbf'}
	note "${line//\"/}"
}

# Reads the header of the file linked as $1; sets header to its columns, in our names.
read_header()
{
	local file lines=() i column seen=' '

	file=$(readlink "$1")
	[[ -f $file && -r $file ]] || die "$file: no such file, or not readable"
	mapfile -t -n 2 lines < <(sh -c "$(reader "$1")" 2>/dev/null)
	if [[ ${#lines[@]} -eq 0 && $file == *.gz ]] && ! gzip -t <"$file" 2>/dev/null; then
		die "$file: not a gzip file, or a damaged one"
	fi
	[[ ${#lines[@]} -ge 1 ]] || die "$file: the file is empty"
	IFS=, read -r -a header < <(clean_header "${lines[0]}")
	for i in "${!header[@]}"; do
		column=${header[i]}
		# Such a name is none of ours, and has no business in SQL.
		[[ $column =~ ^[A-Za-z_][A-Za-z_0-9]*$ ]] || column=other_$i
		column=${renamed[$column]:-$column}
		[[ $seen != *" $column "* ]] || die "$file:1: column \"$column\" occurs twice"
		seen+="$column "
		header[i]=$column
	done
	[[ ${#lines[@]} -ge 2 ]] || die "$file:1: there is a header, but no row after it"
}

in_header()
{
	[[ " ${header[*]} " == *" $1 "* ]]
}

require_columns()
{
	local file=$1 column

	shift
	for column in "$@"; do
		[[ $optional_columns != *" $column "* ]] || continue
		in_header "$column" || die "$file:1: column \"$column\" is missing; the header has: ${header[*]}"
	done
}

# Prints SQL that loads the file linked as $1 into table $2, whose columns' types are in the array
# named $3.  COPY reads the file itself, into a temporary table if it has columns to be left out.
copy_statements()
{
	local link=$1 table=$2 column type definitions=() kept=() values=() spare=0
	local -n types=$3

	for column in "${header[@]}"; do
		type=${types[$column]:-}
		if [[ -n $type ]]; then
			definitions+=("$column $type")
			kept+=("$column")
			values+=("$column")
		elif [[ $column == true_target ]] && ! in_header target; then
			# The public release numbers the classes that make up 99 from 990 on.
			definitions+=("true_target integer")
			kept+=(target)
			values+=("CASE WHEN true_target >= 990 THEN 99 ELSE true_target END")
		else
			spare=$((spare + 1))
			definitions+=("spare_$spare text")
		fi
	done
	if [[ ${#kept[@]} -eq ${#header[@]} && ${values[*]} == "${kept[*]}" ]]; then
		note "\\copy $table ($(join "${kept[@]}")) from program '$(reader "$link")' with (format csv, header true)"
	else
		note "CREATE TEMPORARY TABLE plasticc_staging ($(join "${definitions[@]}")) ON COMMIT DROP;"
		note "\\copy plasticc_staging from program '$(reader "$link")' with (format csv, header true)"
		note "INSERT INTO $table ($(join "${kept[@]}")) SELECT $(join "${values[@]}") FROM plasticc_staging;"
		note "DROP TABLE plasticc_staging;"
	fi
}

join()
{
	local result

	result=$(printf ', %s' "$@")
	note "${result:2}"
}

create_statement()
{
	local table=$1 column definitions=()
	local -n table_columns=$2 types=$3

	for column in "${table_columns[@]}"; do
		definitions+=("$column ${types[$column]}")
	done
	note "CREATE TABLE $table ($(join "${definitions[@]}"));"
}

# Puts FILE:LINE before a COPY's error message, from what psql and the server say about where it was:
# "psql:load.sql:12: ERROR:  ..." and "CONTEXT:  COPY objects, line 3, column ra: ...".
report_error()
{
	local script_line link='' file='' line='' message

	script_line=$(sed -n 's/^psql:[^:]*:\([0-9]*\): .*/\1/p' "$work/errors" | head -n 1)
	if [[ -n $script_line ]]; then
		link=$(sed -n "${script_line}s/^.copy .* < \([^ ]*\)' with .*/\1/p" "$work/load.sql")
	fi
	[[ -z $link ]] || file=$(readlink "$link")
	line=$(sed -n 's/^CONTEXT:  COPY [^,]*, line \([0-9]*\).*/\1/p' "$work/errors" | head -n 1)
	message=$(sed -n 's/^psql:[^:]*:[0-9]*: *\(ERROR: *\)\{0,1\}//p' "$work/errors" | head -n 1)
	if grep -q '^gzip: ' "$work/errors"; then
		die "$file: $(sed -n 's/^gzip: stdin: //p' "$work/errors" | head -n 1) (a damaged or incomplete gzip file)"
	elif [[ -n $file && -n $message ]]; then
		{
			printf '%s%s: %s\n' "$file" "${line:+:$line}" "$message"
			grep -E '^(DETAIL|HINT): ' "$work/errors" || true
			sed -n 's/^CONTEXT:  COPY [^,]*, line [0-9]*, \(column.*\)/\1/p' "$work/errors"
		} >&2
	else
		sed 's/^psql:[^:]*:[0-9]*: //' "$work/errors" >&2
	fi
	if grep -q 'relation "\(objects\|observations\)" already exists' "$work/errors"; then
		note "HINT:  Drop the tables \"objects\" and \"observations\" first, or load into another database." >&2
	fi
	die "nothing was loaded"
}

# Says what is there, and what does not fit together.
summary_statements()
{
	cat <<-'END'
		ANALYZE objects;
		ANALYZE observations;
		SELECT format('loaded %s objects, %s of them with light curves, and %s observations',
		              (SELECT count(*) FROM objects),
		              (SELECT count(*) FROM objects o WHERE EXISTS (SELECT FROM with_curve c WHERE c.object_id = o.object_id)),
		              (SELECT coalesce(sum(n), 0) FROM with_curve));
		SELECT format('warning: %s observations of %s objects without metadata, the first of them object %s',
		              sum(n), count(*), min(object_id))
		FROM with_curve c WHERE NOT EXISTS (SELECT FROM objects o WHERE o.object_id = c.object_id)
		HAVING count(*) > 0;
	END
}

# The first of the files that is there, plain or compressed.
find_file()
{
	local name file

	for name in "$@"; do
		for file in "$directory/$name" "$directory/$name.gz"; do
			if [[ -e $file ]]; then
				note "$file"
				return
			fi
		done
	done
	die "$directory: there is no $1 in it, nor $1.gz, nor $2(.gz)"
}

parse_arguments()
{
	local option

	while getopts 'd:f:t:um:l:h' option; do
		case $option in
			d) export PGDATABASE=$OPTARG ;;
			f) format=$OPTARG ;;
			t) target=$OPTARG ;;
			u) optional_columns+='target ' ;;
			m) metadata=$OPTARG ;;
			l) lightcurves+=("$OPTARG") ;;
			*) usage ;;
		esac
	done
	shift $((OPTIND - 1))
	if [[ -n $format ]]; then
		[[ " atlas ztf-forced snana snana-fits ztf-alerts rubin-alerts csv csv-objects " == *" $format "* ]] || die "there is no format \"$format\""
		[[ -z $metadata && ${#lightcurves[@]} -eq 0 && $# -ge 1 ]] || usage
		files=("$@")
	elif [[ -z $metadata && ${#lightcurves[@]} -eq 0 && $# -eq 1 ]]; then
		directory=$1
		[[ -d $directory ]] || die "$directory: no such directory"
		metadata=$(find_file training_set_metadata.csv plasticc_train_metadata.csv)
		lightcurves[0]=$(find_file training_set.csv plasticc_train_lightcurves.csv)
	elif [[ -z $metadata || ${#lightcurves[@]} -eq 0 || $# -ne 0 ]]; then
		usage
	fi
}

# Links the files under names that need no quoting, and writes load.sql.
prepare()
{
	local i

	ln -s "$(realpath -ms "$metadata")" "$work/metadata"
	for i in "${!lightcurves[@]}"; do
		ln -s "$(realpath -ms "${lightcurves[i]}")" "$work/lightcurves.$i"
	done

	exec 3>"$work/load.sql"
	{
		note "BEGIN;"
		create_statement objects object_columns object_types
		create_statement observations observation_columns observation_types
	} >&3

	read_header "$work/metadata"
	if in_header true_target && ! in_header target; then
		optional_columns+='target '
	fi
	require_columns "$metadata" "${object_columns[@]}"
	copy_statements "$work/metadata" objects object_types >&3

	for i in "${!lightcurves[@]}"; do
		read_header "$work/lightcurves.$i"
		require_columns "${lightcurves[i]}" "${observation_columns[@]}"
		copy_statements "$work/lightcurves.$i" observations observation_types >&3
	done
	{
		note "CREATE TEMPORARY TABLE with_curve ON COMMIT DROP AS SELECT object_id, count(*) AS n FROM observations GROUP BY object_id;"
		summary_statements
		note "COMMIT;"
	} >&3
	exec 3>&-
}

main()
{
	local metadata='' lightcurves=() header=() directory format='' target=observations files=()

	parse_arguments "$@"
	command -v psql >/dev/null || die "psql is not on the PATH"
	work=$(mktemp -d /tmp/plasticc-load.XXXXXX)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	if [[ -n $format ]]; then
		prepare_survey
	else
		prepare
	fi
	if ! PGCLIENTENCODING=UTF8 LC_ALL=C psql -X -q -A -t -P pager=off -v ON_ERROR_STOP=1 -f "$work/load.sql" 2>"$work/errors"; then
		report_error
	fi
	cat "$work/errors" >&2
}

main "$@"
