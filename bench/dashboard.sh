#!/usr/bin/env bash
#
# The dashboard of a large survey: seconds to make it, its size, and how long its pages take in Chromium.  Simulated objects in the
# test set's mix with the simple features, all classified, in two versions of a default model.
#
# Needs Node.js, npm with the packages of examples/dashboard (from a registry), and Chromium.
# DASHBOARD_OBJECTS=100000 is the number of objects.
#
# usage: bench/run.sh dashboard

set -euo pipefail
n=${DASHBOARD_OBJECTS:-100000}
dashboard=$(cd "$(dirname "${BASH_SOURCE[0]}")/../examples/dashboard" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in node npm "${CHROMIUM:-chromium}"; do
	if ! command -v "$program" >/dev/null; then
		echo "skipped: $program is missing"
		exit 77
	fi
done

PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 <<-SQL
	CREATE TABLE objects AS SELECT * FROM plasticc_simulate_objects($n, 1, 'test');
	ALTER TABLE objects ADD PRIMARY KEY (object_id);
	CREATE TABLE observations AS
	SELECT (row).* FROM (SELECT plasticc_simulate_observations($n, 1, 'test') AS row OFFSET 0) AS survey;
	CREATE INDEX ON observations (object_id);
	SELECT plasticc_create_feature_table('survey_features'), plasticc_create_prediction_table('survey_track', history => true) \g /dev/null
	VACUUM ANALYZE observations;
	ANALYZE objects;
	CALL plasticc_extract('observations', 'survey_features', '{"metadata": "objects", "feature_set": "simple"}');
	\set training 'SELECT object_id, features, target FROM survey_features JOIN objects USING (object_id) WHERE object_id <= 3000 ORDER BY object_id'
	CALL plasticc_train('survey', :'training', '{"epochs": 10, "networks": 1, "trees": 0}');
	CALL plasticc_predict('survey', 'survey_features', 'survey_track');
	CALL plasticc_train('survey', :'training', '{"epochs": 10, "bagging_folds": 5}');
	CALL plasticc_predict('survey', 'survey_features', 'survey_track');
	ANALYZE;
SQL
cd "$dashboard"
npm ci --no-audit --no-fund --loglevel=error
node build.js --title 'Large survey' --out "$work/page"
du -sh "$work/page" | awk '{ print "size of the page: " $1 "\n" }'
node test/speed.js "$work/page"
