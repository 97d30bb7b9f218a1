#!/usr/bin/env node
// Tries every page, filter and link of a dashboard in Chromium, and takes pictures.
// With PGDATABASE or PGHOST it also tries build.js and runs the statements of grafana.json on the synthetic survey.
// usage: node test/run.js [FOLDER [FOLDER_OF_PICTURES]]     CHROMIUM names another browser

import { counts } from './browser.js';
import { buildTests } from './build.js';
import { generalTests } from './general.js';
import { grafanaTests } from './grafana.js';
import { modelTests } from './model.js';
import { objectTests } from './object.js';
import { openSite } from './site.js';
import { surveyTests } from './survey.js';

const site = await openSite(process.argv[2] ?? 'dist', process.argv[3]);
for (const tests of [surveyTests, objectTests, modelTests, generalTests]) await tests(site);
await site.close();
if (process.env.PGDATABASE || process.env.PGHOST) {
	await buildTests();
	await grafanaTests();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed ? 1 : 0;
