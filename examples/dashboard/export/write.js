// Files of the page.  Data are scripts that call dashboardData(name, value), because a page that is
// opened as a file may load scripts, but read no JSON.

import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const app = join(dirname(fileURLToPath(import.meta.url)), '..', 'app');

// Where the page is made, beside its place, so that a page that is there stays until the new one is
// complete.  A folder that holds anything else is not replaced.
export function temporaryFolder(out) {
	if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, 'data', 'survey.js')))
		throw new Error(`folder "${out}" holds something other than a dashboard`);
	const folder = `${out.replace(/\/+$/, '')}.new`;
	removeFolder(folder);
	return folder;
}

export const removeFolder = (folder) => rmSync(folder, { recursive: true, force: true });

export function replaceFolder(folder, out) {
	removeFolder(out);
	renameSync(folder, out);
}

export async function bundle(out) {
	mkdirSync(join(out, 'data', 'objects'), { recursive: true });
	await esbuild.build({
		entryPoints: [join(app, 'main.js'), join(app, 'style.css')],
		outdir: out,
		bundle: true,
		minify: true,
		format: 'iife',
		target: 'es2020',
		legalComments: 'linked',
		logLevel: 'warning',
	});
	copyFileSync(join(app, 'index.html'), join(out, 'index.html'));
}

export function dataWriter(out) {
	let files = 0;
	let bytes = 0;

	const write = (name, value) => {
		const text = `dashboardData(${JSON.stringify(name)},${JSON.stringify(value)});\n`;
		writeFileSync(join(out, 'data', `${name}.js`), text);
		files += 1;
		bytes += text.length;
	};
	write.files = () => files;
	write.bytes = () => bytes;
	return write;
}
