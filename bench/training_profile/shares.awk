# Shares of the samples of `perf script -F ip,sym`, by what the training was doing (from the callers) and whether the function
# was a matrix product, a sum of histograms, or something else.

function count(    phase, kind) {
	if (!self)
		return
	kind = self ~ /^sgemm/ ? "matrix products" : self ~ /histogram/ ? "histogram sums" : "other"
	phase = "other"
	if (stack ~ / (choose_by_trees|boosted_tree_gains) /)
		phase = "choice of inputs"
	else if (stack ~ / train_booster /)
		phase = "boosted trees"
	else if (stack ~ / train_network / || self ~ /^sgemm/)
		phase = "networks"
	else if (stack ~ / (normalise_set|fill_training_bins) /)
		phase = "normalising, binning"
	else if (stack ~ / run_read_input /)
		phase = "reading rows"
	else if (stack ~ / (make_reference|store_result) /)
		phase = "storing"
	n[phase "|" kind]++
	all++
	self = stack = ""
}

NF == 0 { count(); next }
{ sub(/\..*/, "", $2); stack = stack " " $2 " "; if (!self) self = $2 }
END {
	count()
	for (key in n) {
		split(key, part, "|")
		printf "| %s | %s | %s | %.1f %% |\n", what, part[1], part[2], 100 * n[key] / all | "sort -t '|' -k5,5nr"
	}
}
