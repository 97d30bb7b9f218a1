# SNANA's text format: "KEY: value" lines, then "VARLIST: names" and "OBS: values" lines, for one object after the
# other.  The objects go to the file named by the variable objects.  csv.awk has the other variables and the functions.

BEGIN {
	n_keys = split("SURVEY TYPE RA DEC PEAKMJD REDSHIFT_HELIO REDSHIFT_FINAL HOSTGAL_PHOTOZ HOSTGAL_SPECZ MWEBV", keys, " ")
	split("survey type ra decl peakmjd redshift redshift_final hostgal_photoz hostgal_specz mwebv", names, " ")
	line = "object_id"
	for (i = 1; i <= n_keys; i++)
		line = line "," names[i]
	print line ",redshift_err,hostgal_photoz_err" > objects
}

# Numbers that stand for "unknown".
function known(text)
{
	return text ~ /^-(9|99|999|777|888)(\.0*)?$/ ? "" : text
}

# The survey stands before the first SNID.
function write_object(    i, line, survey)
{
	if (object == "")
		return
	line = quoted(object)
	for (i = 1; i <= n_keys; i++)
		line = line "," quoted(value[keys[i]])
	print line "," quoted(error["REDSHIFT_HELIO"]) "," quoted(error["HOSTGAL_PHOTOZ"]) > objects
	survey = value["SURVEY"]
	split("", value)
	split("", error)
	value["SURVEY"] = survey
}

{ sub(/[ \t]#.*/, "") }

$1 == "SNID:" {
	write_object()
	object = $2
	next
}
$1 == "VARLIST:" || $1 == "VARNAMES:" {
	$1 = ""
	$0 = $0
	# FLT in older files
	for (i = 1; i <= NF; i++)
		if ($i == "FLT")
			$i = "BAND"
	if (!n_columns)
		begin_table()
	else if (!same_columns())
		refuse("its columns differ from those of the objects before it")
	next
}
$1 == "OBS:" {
	if (object == "" || !n_columns)
		refuse("an observation before \"SNID:\" and \"VARLIST:\"")
	$1 = ""
	$0 = $0
	write_row()
	next
}
/^[A-Z_]+:/ {
	key = substr($1, 1, length($1) - 1)
	if (key == "DECL")
		key = "DEC"
	value[key] = known($2)
	if ($3 == "+-")
		error[key] = known($4)
}
END {
	finish()
	write_object()
}
