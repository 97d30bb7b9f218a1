# shellcheck shell=bash
# The median of figures of repeated runs.  To be sourced.

# Reads numbers, one per line; prints their median.
median()
{
	sort -g | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}
