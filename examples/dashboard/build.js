#!/usr/bin/env node
// Makes the dashboard of a survey: reads the database that the PG* variables name, and writes a static
// page.  usage: node build.js [--predictions TABLE] [--out FOLDER] ..., --help lists the settings.

import { openSurvey } from './export/database.js';
import { exportDetails } from './export/details.js';
import { exportModels } from './export/models.js';
import { exportNights } from './export/nights.js';
import { exportObjects } from './export/objects.js';
import { exportQueue } from './export/queue.js';
import { bundle, dataWriter, removeFolder, replaceFolder, temporaryFolder } from './export/write.js';
import { readSettings } from './settings.js';

async function makePage(settings, folder, say) {
	await bundle(folder);
	say('page bundled');

	const write = dataWriter(folder);
	const survey = await openSurvey(settings);
	try {
		say(`model ${survey.model}: ${survey.total} objects classified`);
		const sample = await exportObjects(survey, write);
		say(`${sample.length} objects on the maps`);
		await exportNights(survey, write);
		say('class mix by night');
		await exportQueue(survey, write);
		say('queue');
		const inputs = await exportModels(survey, write);
		say('models');
		const details = await exportDetails(survey, inputs, write);
		say(`${details} objects with light curves`);
	} finally {
		await survey.close();
	}
	say(`${settings.out}: ${write.files()} files of data, ${(write.bytes() / 1e6).toFixed(1)} MB`);
}

async function main() {
	const settings = readSettings(process.argv.slice(2));
	const start = performance.now();
	const folder = temporaryFolder(settings.out);

	try {
		await makePage(settings, folder, (text) =>
			console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${text}`));
		replaceFolder(folder, settings.out);
	} finally {
		removeFolder(folder);
	}
}

main().catch((error) => {
	console.error(`dashboard: ${error.message}${error.hint ? `\nhint: ${error.hint}` : ''}`);
	process.exitCode = 1;
});
