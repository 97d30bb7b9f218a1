# What the formats of forced photometry and SNANA have in common: a table of fields between blanks becomes CSV with a
# header, whose first column is the object.  load.sh puts this file before that of the format.
#
# variables: file    the name in error messages
#            object  the object_id of the rows

# A line may end with CR and LF.
{ sub(/\r$/, "") }

function refuse(message)
{
	printf "%s:%d: %s\n", file, NR, message > "/dev/stderr"
	refused = 1
	exit 1
}

function quoted(text)
{
	if (text ~ /[",]/)
	{
		gsub(/"/, "\"\"", text)
		return "\"" text "\""
	}
	return text
}

# The record is the header.
function begin_table(    i, line)
{
	n_columns = NF
	line = "object_id"
	for (i = 1; i <= NF; i++)
	{
		column[i] = $i
		line = line "," quoted($i)
	}
	print line
}

function same_columns(    i)
{
	for (i = 1; i <= NF; i++)
		if (column[i] != $i)
			return 0
	return NF == n_columns
}

# The record is a row; null is a value that is missing.
function write_row(    i, line)
{
	if (NF != n_columns)
		refuse("expected " n_columns " fields, not " NF)
	line = quoted(object)
	for (i = 1; i <= NF; i++)
		line = line "," ($i == "null" ? "" : quoted($i))
	print line
	n_rows++
}

function finish()
{
	if (refused)
		exit 1
	if (!n_rows)
	{
		NR = NR ? NR : 1
		refuse("there is no observation")
	}
}
