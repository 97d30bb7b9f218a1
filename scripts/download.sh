#!/usr/bin/env bash
#
# Downloads the public PLAsTiCC training set, 22 MB: 7,848 labelled objects with their light curves
# (PLAsTiCC team and modelers, "Unblinded Data for PLAsTiCC Classification Challenge",
# https://doi.org/10.5281/zenodo.2539456, CC-BY-4.0).  Then: scripts/load.sh DIRECTORY.
#
# A file that is already there with the right sum is not fetched again; an interrupted download
# is continued.  The MD5 sums are those that Zenodo publishes with the record
# (https://zenodo.org/api/records/2539456, files[].checksum).
#
# usage: scripts/download.sh DIRECTORY

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

record=${PLASTICC_URL:-https://zenodo.org/records/2539456/files}		# a mirror with the same names will do

is_right()
{
	local file=$1 md5=$2

	md5sum --check --status <<<"$md5  $file" 2>/dev/null
}

# Fetches or continues a file; false if that failed.
fetch()
{
	local url=$1 file=$2

	if command -v curl >/dev/null; then
		curl --fail --location --retry 5 --retry-delay 2 --continue-at - --progress-bar --output "$file" "$url"
	elif command -v wget >/dev/null; then
		wget --continue --tries=5 --no-verbose --output-document="$file" "$url"
	else
		die "neither curl nor wget is installed"
	fi
}

download()
{
	local name=$1 md5=$2 part=$directory/$1.part

	if is_right "$directory/$name" "$md5"; then
		note "$directory/$name: is there"
		return
	fi
	[[ ! -e $directory/$name ]] || die "$directory/$name is there but is not the published file (MD5 differs); move it away"
	note "fetching $record/$name"
	if ! is_right "$part" "$md5"; then
		fetch "$record/$name" "$part" || die "$record/$name: the download failed; start again to continue it"
	fi
	if ! is_right "$part" "$md5"; then
		rm -f "$part"
		die "$name: the MD5 sum of what came is wrong (expected $md5); removed, start again"
	fi
	mv "$part" "$directory/$name"
	note "$directory/$name: MD5 verified"
}

main()
{
	[[ $# -eq 1 ]] || die "usage: scripts/download.sh DIRECTORY"
	directory=$1
	mkdir -p "$directory"
	download plasticc_train_metadata.csv.gz 8c6b00fd503d6cf3d9a42bfb53046e0f
	download plasticc_train_lightcurves.csv.gz 1aa1605908b5a6398bd46bf9120b6400
}

main "$@"
