// The statements of grafana.json run, on the views that the PG* variables' database can make.

import { readFileSync } from 'node:fs';
import { connect } from '../export/connection.js';
import { check, isTrue } from './browser.js';

export async function grafanaTests() {
	const dashboard = JSON.parse(readFileSync(new URL('../grafana.json', import.meta.url)));
	const client = await connect();
	await client.query("BEGIN; SET LOCAL client_min_messages = warning; SELECT plasticc_create_views('survey_features', 'survey_track', 'objects', 'observations', schema => 'pg_temp')");
	for (const { title, targets } of dashboard.panels)
		await check(`grafana: ${title}`, async () => {
			const sql = targets[0].rawSql.replaceAll('$model', 'survey').replaceAll(/\$__timeFilter\(\w+\)/g, 'true');
			isTrue((await client.query(sql)).rowCount > 0, 'no rows');
		});
	await client.end();
}
