// The dashboard in the browser: visits, what is shown, pictures.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serve } from '../serve.js';
import { check, equal, openBrowser } from './browser.js';

export async function openSite(folder, pictures) {
	const server = await serve(folder, 0);
	const home = `http://127.0.0.1:${server.address().port}/`;
	const { page, troubles, close } = await openBrowser();
	const site = { page, home, folder: resolve(folder) };

	// Drawing waits for the next frames.
	site.settle = (milliseconds = 250) => page.waitForTimeout(milliseconds);
	site.visit = async (hash, selector) => {
		await page.goto('about:blank');
		await page.goto(`${home}${hash}`);
		await page.waitForSelector(selector);
		await site.settle();
	};
	site.marks = (selector) => page.locator(selector).count();
	site.shown = async () => {
		await site.settle();
		return Number((await page.textContent('#summary strong')).replaceAll(',', ''));
	};
	// The object of these classes that has most observations, or null.
	site.wellObserved = async (classes, confidence = 0) => {
		await site.visit(`#/survey?classes=${encodeURIComponent(classes.join('~'))}&confidence=${confidence}`, '#objects .card-head');
		if (await site.marks('#objects tbody tr') === 0) return null;
		await page.click('#objects [data-column="observations"]');
		return page.locator('#objects tbody a').first().textContent();
	};
	site.picture = async (name, fullPage = false) => {
		if (!pictures) return;
		mkdirSync(pictures, { recursive: true });
		await page.mouse.move(0, 0);
		await page.screenshot({ path: join(pictures, `${name}.png`), fullPage });
	};
	// A test during which the page reports no trouble.
	site.test = (name, test) => check(name, async () => {
		troubles.length = 0;
		await test(site);
		equal(troubles.join('\n'), '', 'troubles on the page');
	});
	site.close = async () => {
		await close();
		server.close();
	};
	return site;
}
