#!/usr/bin/env node
// Serves the page to this machine.  usage: node serve.js [FOLDER [PORT]]

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.txt': 'text/plain; charset=utf-8' };
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

export function serve(folder, port) {
	const root = resolve(folder);
	const server = createServer((request, response) => {
		const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
		const file = join(root, normalize(path === '/' ? '/index.html' : path));
		if (!file.startsWith(root) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
			response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n');
			return;
		}
		response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy });
		createReadStream(file).pipe(response);
	});
	return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server)));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
	const server = await serve(process.argv[2] ?? 'dist', Number(process.argv[3] ?? process.env.PORT ?? 8080));
	console.log(`The dashboard is at http://127.0.0.1:${server.address().port}/  (Ctrl-C ends it)`);
}
