// What build.js says of a database that cannot be shown.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, equal, isTrue } from './browser.js';

const build = fileURLToPath(new URL('../build.js', import.meta.url));

export async function buildTests() {
	await check('a table that does not exist ends the program with an error and leaves nothing', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
		const { status, stderr } = spawnSync(process.execPath, [build, '--predictions', 'no_such_table', '--out', join(folder, 'page')],
			{ encoding: 'utf8', timeout: 30000 });
		equal(status, 1, 'exit status');
		isTrue(stderr.includes('no_such_table'), 'the table is not named');
		equal(readdirSync(folder).length, 0, 'files left');
		rmSync(folder, { recursive: true });
	});
}
