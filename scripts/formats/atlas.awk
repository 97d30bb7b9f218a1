# ATLAS forced photometry: a header "###MJD m dm uJy ...", with or without the marks, then a row of as many fields for
# each exposure.
# csv.awk has the variables and the functions.

NR == 1 {
	sub(/^#+ */, "")
	if ($1 != "MJD")
		refuse("expected a header \"###MJD ...\"")
	begin_table()
	next
}
/^#/ || NF == 0 { next }
{ write_row() }
END { finish() }
