# shellcheck shell=bash
# What load.sh does with files of other surveys: their columns stay as they are, as text, for plasticc_extract to read.
# Sourced; load.sh has set work, format, target and files.

formats_dir=$root_dir/scripts/formats

# The object that a file of forced photometry is about: ..._lc_NAME.txt of ZTF's service, else its name.
object_of()
{
	local name=${1##*/}

	name=${name%.gz}
	name=${name%.*}
	note "${name##*_lc_}"
}

quoted_name()
{
	note "\"${1//\"/\"\"}\""
}

# Prints the names in the first line of the CSV file $1, of which one with a comma in it is not understood.
csv_header()
{
	local line

	IFS= read -r line < <(sh -c "$(reader "$1")" 2>/dev/null) || true
	clean_header "$line" | tr ',' '\n'
}

# Prints SQL that creates a table with the columns of the CSV file $2, all text.
create_text_table()
{
	local column definitions=() seen=$'\n'

	while IFS= read -r column; do
		[[ -n $column ]] || die "$(original "$2"):1: a column has no name"
		[[ $(printf %s "$column" | wc -c) -le 63 ]] || die "$(original "$2"):1: \"${column:0:40}...\" is too long for the name of a column"
		[[ $seen != *$'\n'"$column"$'\n'* ]] || die "$(original "$2"):1: column \"$column\" occurs twice"
		seen+=$column$'\n'
		definitions+=("$(quoted_name "$column") text")
	done < <(csv_header "$2")
	note "CREATE TABLE $(quoted_name "$1") ($(join "${definitions[@]}"));"
}

# The name that the user gave the file $1.
original()
{
	readlink "${1/rows./file.}"
}

# Writes the observations of a file linked as $1 as CSV to $2, and SNANA's objects to $3.
convert()
{
	local link=$1 file object=

	file=$(readlink "$link")
	if [[ $format == snana-fits ]]; then
		perl "$formats_dir/snana-fits.pl" "$file" "$3" >"$2"
		return
	fi
	[[ $format == snana ]] || object=$(object_of "$file")
	sh -c "$(reader "$link")" | awk -v file="$file" -v object="$object" -v objects="$3" \
		-f "$formats_dir/csv.awk" -f "$formats_dir/$format.awk" >"$2"
}

copy_statement()
{
	note "\\copy $(quoted_name "$1") from program '$(reader "$2")' with (format csv, header true)"
}

# Prints SQL that adds the column of the object to the table of the CSV file $1.
add_object_column()
{
	! csv_header "$1" | grep -qxF object_id || die "$(original "$1"):1: there is a column \"object_id\": use the format csv"
	note "ALTER TABLE $(quoted_name "$target") ADD object_id text;"
}

# The same as copy_statement of a file of one object: the rest of the columns, beside the object that the file is named after.
copy_object_statement()
{
	local column columns=()

	while IFS= read -r column; do
		columns+=("$(quoted_name "$column")")
	done < <(csv_header "$2")
	note "ALTER TABLE $(quoted_name "$1") ALTER object_id SET DEFAULT $(quoted_text "$(object_of "$(original "$2")")");"
	note "\\copy $(quoted_name "$1") ($(join "${columns[@]}")) from program '$(reader "$2")' with (format csv, header true)"
	note "ALTER TABLE $(quoted_name "$1") ALTER object_id DROP DEFAULT;"
}

# Prints SQL that loads files of rows.
table_statements()
{
	local i rows first=''

	for i in "${!files[@]}"; do
		rows=$work/file.$i
		if [[ $format != csv* ]]; then
			rows=$work/rows.$i
			convert "$work/file.$i" "$rows" "$work/objects.$i" || die "nothing was loaded"
		fi
		if [[ -z $first ]]; then
			first=$rows
			create_text_table "$target" "$rows"
			[[ $format != csv-objects ]] || add_object_column "$rows"
			[[ $format != snana* ]] || create_text_table objects "$work/objects.$i"
		elif ! diff -q <(csv_header "$first") <(csv_header "$rows") >/dev/null; then
			die "$(original "$rows"): its columns differ from those of $(original "$first")"
		fi
		if [[ $format == csv-objects ]]; then
			copy_object_statement "$target" "$rows"
		else
			copy_statement "$target" "$rows"
		fi
		[[ $format != snana* ]] || copy_statement objects "$work/objects.$i"
	done
}

# Prints SQL that loads files of alert packets.
alert_statements()
{
	local i

	note "\\set target $target"
	note "\\i $formats_dir/alerts.sql"
	for i in "${!files[@]}"; do
		# a line is a value: the quote and the delimiter are bytes that JSON does not have
		note "\\copy alert_line (line) from program '$(reader "$work/file.$i")' with (format csv, quote E'\\x01', delimiter E'\\x02')"
		note "SELECT FROM pg_temp.read_alerts($(quoted_text "${files[i]}"));"
	done
	note "\\i $formats_dir/$format.sql"
}

quoted_text()
{
	note "'${1//\'/\'\'}'"
}

# Links the files under names that need no quoting, and writes load.sql.
prepare_survey()
{
	local i

	for i in "${!files[@]}"; do
		[[ -f ${files[i]} && -r ${files[i]} ]] || die "${files[i]}: no such file, or not readable"
		[[ -s ${files[i]} ]] || die "${files[i]}: the file is empty"
		[[ ${files[i]} != *.gz ]] || gzip -tq <"${files[i]}" || die "${files[i]}: not a gzip file, or a damaged one"
		ln -s "$(realpath -ms "${files[i]}")" "$work/file.$i"
	done
	{
		note "BEGIN;"
		case $format in
			*-alerts) alert_statements ;;
			*) table_statements ;;
		esac
		note "ANALYZE $(quoted_name "$target");"
		note "SELECT format('loaded %s rows into table %s', count(*), $(quoted_text "$target")) FROM $(quoted_name "$target");"
		note "COMMIT;"
	} >"$work/load.sql"
}
