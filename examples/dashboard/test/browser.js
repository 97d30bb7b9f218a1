// A browser with a page that notes what goes wrong in it, and checks that are counted.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const counts = { passed: 0, failed: 0 };

export async function check(name, test) {
	try {
		await test();
		counts.passed += 1;
		console.log(`ok - ${name}`);
	} catch (error) {
		counts.failed += 1;
		console.log(`not ok - ${name}\n  ${String(error.message).replaceAll('\n', '\n  ')}`);
	}
}

export function equal(actual, expected, what) {
	if (actual !== expected) throw new Error(`${what}: expected ${JSON.stringify(expected)}, not ${JSON.stringify(actual)}`);
}

export function isTrue(condition, what) {
	if (!condition) throw new Error(what);
}

export async function openBrowser() {
	const profile = mkdtempSync(join(tmpdir(), 'dashboard-'));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		headless: true,
		viewport: { width: 1440, height: 1000 },
		colorScheme: 'light',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
	});
	const page = context.pages()[0] ?? await context.newPage();
	const troubles = [];
	page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
	page.on('console', (text) => ['error', 'warning'].includes(text.type()) && troubles.push(`${text.type()}: ${text.text()}`));
	page.on('request', (request) => !/^(http:\/\/127\.0\.0\.1|data:|file:)/.test(request.url()) && troubles.push(`request of ${request.url()}`));
	return {
		page,
		troubles,
		close: async () => {
			await context.close();
			rmSync(profile, { recursive: true, force: true });
		},
	};
}
