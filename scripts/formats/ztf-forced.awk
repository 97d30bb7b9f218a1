# ZTF's forced-photometry service: comments, a header of names with commas, then rows without commas.
# csv.awk has the variables and the functions.

/^#/ || NF == 0 { next }
!n_columns {
	if ($0 !~ /forcediffimflux/ || $0 !~ /,/)
		refuse("expected a header of names with commas, forcediffimflux among them")
	gsub(/,/, " ")
	$0 = $0
	begin_table()
	next
}
{ write_row() }
END { finish() }
