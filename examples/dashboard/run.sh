#!/usr/bin/env bash
#
# Makes the dashboard of the database DB, or else of a synthetic survey in the database that the PG*
# variables name, and serves it or tries it in a browser.  `make dashboard` and `make dashboard-test`
# call this, without DB beside a throw-away cluster (scripts/cluster.sh).
#
# environment: DB=name    a database with a survey; PORT=8080
#              TEST=yes   try it, and put pictures into docs/images
#
# usage: examples/dashboard/run.sh [SETTING VALUE]...    of build.js: --predictions my_predictions

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [[ -n ${DB:-} ]]; then
	export PGDATABASE=$DB
else
	echo "Simulating a survey, training two versions of a model, classifying at four times"
	psql -X -q -f demo.sql
	set -- --title 'Synthetic survey'
fi
npm ci --no-audit --no-fund --loglevel=error
node build.js "$@"
if [[ -n ${TEST:-} ]]; then
	node test/run.js dist ../../docs/images
else
	exec node serve.js
fi
