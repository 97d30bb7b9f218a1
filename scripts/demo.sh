#!/usr/bin/env bash
#
# From observations to scored class probabilities, on a server that psql finds by itself and that has
# the extension installed.  `make demo` calls this beside a throw-away cluster (scripts/cluster.sh).
#
# Without a directory: a synthetic survey of 3,000 objects to train on and 1,000 held out, with 60 of
# class 99, which the network has never seen.  With a directory: the files that scripts/load.sh takes;
# few objects (up to 2,000 with a light curve) are all scored, in five parts, each by a network trained
# on the other four; of more, one part of five is.
#
# usage: scripts/demo.sh [DIRECTORY]

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

sql()
{
	psql -X -q -P pager=off -v ON_ERROR_STOP=1 -v VERBOSITY=terse "$@"
}

value()
{
	sql -A -t -c "$1"
}

step_number=0
step()
{
	step_number=$((step_number + 1))
	printf '\n%d. %s  [%d s]\n' "$step_number" "$1" "$SECONDS"
}

make_survey()
{
	step "Simulating a survey of 4,060 objects, as seen by a telescope like Rubin's"
	sql -f "$root_dir/scripts/demo/survey.sql"
	value "SELECT format('   %s objects, %s observations', (SELECT count(*) FROM objects), (SELECT count(*) FROM observations))"
}

load_files()
{
	step "Loading $1"
	"$root_dir/scripts/load.sh" "$1" | sed 's/^/   /'
}

compute_features()
{
	step "Computing features of every light curve, and adding those of the host galaxy"
	sql -v parts="$1" -f "$root_dir/scripts/demo/features.sql"
	value "SELECT format('   %s objects, %s features each; %s objects without a light curve are left out',
	       count(*), max(cardinality(features)), (SELECT count(*) FROM objects) - count(*)) FROM features"
}

train()
{
	local part=$1 query

	query="SELECT object_id, features, target FROM features WHERE fold <> $part"
	step "Training on $(value "SELECT count(*) FROM ($query) q") objects: CALL plasticc_train('demo_$part', '$query')"
	sql -c "CALL plasticc_train('demo_$part', '$query',
		jsonb_build_object('seed', 1, 'report_interval', 2, 'feature_names', plasticc_host_feature_names()))" 2>&1 | sed -u 's/^NOTICE: */   /'
	value "INSERT INTO scored VALUES ($part, 'demo_$part')"
}

main()
{
	local data=${1:-} parts=5 scored_parts=1 part

	[[ $# -le 1 ]] || die "usage: scripts/demo.sh [DIRECTORY]"
	sql -f "$root_dir/scripts/demo/setup.sql"
	if [[ -z $data ]]; then
		parts=4
		make_survey
	else
		load_files "$data"
	fi
	compute_features "$parts"
	if [[ -n $data && $(value "SELECT count(*) <= 2000 FROM features") == t ]]; then
		scored_parts=$parts
	fi
	for ((part = 0; part < scored_parts; part++)); do
		train "$part"
	done

	step "Classifying objects that the network was not trained on"
	sql -f "$root_dir/scripts/demo/classify.sql"
	value "SELECT format('   %s objects', count(*)) FROM predictions"

	step "How good is it?"
	sql -f "$root_dir/scripts/demo/score.sql"

	step "Asking questions: predictions are a table beside the metadata"
	sql -f "$root_dir/scripts/demo/queries.sql"
	printf '\nDone in %d s.\n' "$SECONDS"
}

main "$@"
