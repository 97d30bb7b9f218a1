// What holds for all pages: themes, keyboard, small windows, no server, missing data.

import { join } from 'node:path';
import { check, equal, isTrue } from './browser.js';

export async function generalTests({ page, folder, test, visit, shown, settle, picture }) {
	const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

	await test('theme: dark, kept, and as the system has it', async () => {
		await visit('#/survey', '#sky svg');
		const light = await background();
		await page.click('.theme');
		await page.waitForSelector('#sky svg');
		await settle();
		const dark = await background();
		isTrue(light !== dark, 'the colours are the same');
		await visit('#/survey', '#sky svg');
		equal(await background(), dark, 'colour after a reload');
		await picture('dashboard-dark');
		await page.evaluate(() => localStorage.clear());
		await page.emulateMedia({ colorScheme: 'dark' });
		await visit('#/queue', '.card');
		equal(await background(), dark, 'colour of a dark system');
		await page.emulateMedia({ colorScheme: 'light' });
		await page.evaluate(() => localStorage.clear());
	});

	await test('keyboard: every kind of control can be reached and used', async () => {
		await visit('#/survey', '#sky svg');
		const reached = new Set();
		await page.keyboard.press('Tab');
		equal(await page.evaluate(() => document.activeElement.id), 'skip', 'first stop');
		for (let i = 0; i < 60; i += 1) {
			await page.keyboard.press('Tab');
			reached.add(await page.evaluate(() => document.activeElement.tagName));
		}
		for (const tag of ['A', 'BUTTON', 'INPUT', 'SELECT']) isTrue(reached.has(tag), `no ${tag} is reached`);
		const before = await shown();
		await page.locator('#classes input').nth(1).focus();
		await page.keyboard.press('Space');
		isTrue(await shown() < before, 'the space bar does not choose');
	});

	await test('small window: nothing is cut off', async () => {
		await page.setViewportSize({ width: 420, height: 900 });
		for (const hash of ['#/survey', '#/object', '#/model', '#/queue']) {
			await visit(hash, '.card');
			const [wide, narrow] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
			isTrue(wide <= narrow + 1, `${hash} is ${wide} pixels wide`);
		}
		await page.setViewportSize({ width: 1440, height: 1000 });
	});

	await test('a page that does not exist', async () => {
		await visit('#/nowhere', '.message.error');
		isTrue((await page.textContent('.message')).includes('nowhere'), 'it is not named');
	});

	await test('opened as a file, without a server', async () => {
		await page.goto(`file://${join(folder, 'index.html')}#/survey`);
		await page.waitForSelector('#sky svg');
		isTrue(await shown() > 0, 'no object is shown');
	});

	await test('texts from the database are texts', async () => {
		const text = '<img src=x onerror="document.title=\'bad\'">';
		const row = { id: text, priority: 1, low_confidence: true, changed_class: true, class_name: text, probability: 0.5, runner_up_name: text, runner_up_probability: 0.1, previous_class_name: text, redshift: 0 };
		await page.route('**/data/queue.js', (route) => route.fulfill({ contentType: 'text/javascript', body: `dashboardData("queue", ${JSON.stringify({ total: 1, objects: [row] })})` }));
		await visit('#/queue', '#queue tbody tr');
		equal(await page.locator('#queue tbody a').textContent(), text, 'id');
		equal(await page.locator('main img').count(), 0, 'images in the page');
		await page.unroute('**/data/queue.js');
	});

	await check('data that are missing are an error on the page', async () => {
		await page.route('**/data/queue.js', (route) => route.abort());
		await visit('#/queue', '.message.error');
		isTrue((await page.textContent('.message.error')).includes('queue.js'), 'the file is not named');
	});
}
