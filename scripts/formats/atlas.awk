# ATLAS forced photometry: a header "###MJD m dm uJy ...", then a row of as many fields for each exposure.
# csv.awk has the variables and the functions.

NR == 1 {
	if (sub(/^###/, "") == 0)
		refuse("expected a header \"###MJD ...\"")
	begin_table()
	next
}
/^#/ || NF == 0 { next }
{ write_row() }
END { finish() }
