// The survey page: charts, filters, table.

import { equal, isTrue } from './browser.js';

export async function surveyTests({ page, test, visit, shown, marks, settle, picture }) {
	// Is anything drawn on the map?
	const painted = async () => (await page.locator('#sky canvas').evaluateAll((canvases) => canvases.some((canvas) =>
		canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))));

	await test('survey: map, charts and table', async () => {
		await visit('#/survey', '#sky svg');
		isTrue(await shown() > 0, 'no object is shown');
		isTrue(await painted(), 'the map has no points');
		for (const id of ['scatter', 'histogram', 'nights']) isTrue(await marks(`#${id} svg`) > 0, `#${id} has no chart`);
		isTrue(await marks('#objects tbody tr') > 0, 'the table is empty');
		equal(await marks('[aria-current="page"]'), 1, 'current pages in the navigation');
		await picture('dashboard-survey');
	});

	await test('survey: filter by class', async () => {
		const all = await shown();
		await page.click('#classes label:nth-child(2)');
		isTrue(await shown() < all, 'taking a class away leaves as many objects');
		await page.click('text="None"');
		equal(await shown(), 0, 'objects without a class');
		isTrue(!await painted(), 'the map still has points');
		isTrue(await page.locator('#objects .empty').isVisible(), 'the table does not say that it is empty');
		await page.click('text="Galactic"');
		const galactic = await shown();
		await page.click('text="Extragalactic"');
		equal(galactic + await shown(), all, 'objects within and beyond the Milky Way');
		await page.click('text="All"');
		equal(await shown(), all, 'all classes');
	});

	await test('survey: filters by confidence, redshift, field and night, kept in the address', async () => {
		await visit('#/survey', '#sky svg');
		const all = await shown();
		const lastNight = page.locator('input[type=date]').last();
		await page.locator('.filters input[type=range]').fill('0.6');
		const sure = await shown();
		isTrue(sure < all && sure > 0, 'confidence');
		await page.locator('.filters input[type=number]').first().fill('0.1');
		const far = await shown();
		isTrue(far < sure && far > 0, 'redshift');
		await page.getByLabel('Field').selectOption({ index: 1 });
		const inField = await shown();
		isTrue(inField < far, 'field');
		await lastNight.fill('1990-01-01');
		equal(await shown(), 0, 'objects detected before the survey');
		await lastNight.fill('');
		equal(await shown(), inField, 'objects without that condition');
		await visit(new URL(page.url()).hash, '#sky svg');
		equal(await shown(), inField, 'objects at the address');
		await page.click('#reset');
		await page.waitForSelector('#sky svg');
		equal(await shown(), all, 'objects after a reset');
	});

	await test('survey: every column, logarithms, class mix', async () => {
		await visit('#/survey', '#scatter svg');
		for (const [id, place] of [['scatter', 0], ['scatter', 1], ['histogram', 0]]) {
			const select = page.locator(`#${id} select`).nth(place);
			for (const value of await select.locator('option').evaluateAll((options) => options.map((option) => option.value))) {
				await select.selectOption(value);
				isTrue(await marks(`#${id} svg`) + await marks(`#${id} .empty`) > 0, `${value} shows nothing`);
			}
		}
		for (const text of ['log x', 'log y', 'log', 'fractions']) await page.getByLabel(text, { exact: true }).check();
		await page.locator('#nights .choice label').last().click();
		isTrue(await marks('#nights svg') > 0, 'the class mix has gone');
	});

	await test('survey: the table is sorted, turned and linked', async () => {
		await visit('#/survey', '#objects tbody');
		await page.click('#objects [data-column="probability"]');
		const values = (await page.locator('#objects tbody td:nth-child(3)').allTextContents()).map(Number.parseFloat);
		isTrue(values.every((value, i) => i === 0 || values[i - 1] >= value), 'not sorted by probability');
		const first = await page.locator('#objects tbody a').first().textContent();
		await page.click('#objects >> text="Next"');
		const id = await page.locator('#objects tbody a').first().textContent();
		isTrue(id !== first, 'the page is not turned');
		await page.locator('#objects tbody a').first().click();
		await page.waitForFunction((name) => document.querySelector('h1')?.textContent === name, id);
	});

	await test('survey: a point of the map opens the object', async () => {
		await visit('#/survey', '#sky svg');
		const box = await page.locator('#sky svg').boundingBox();
		const [x, y] = [box.x + 0.45 * box.width, box.y + 0.65 * box.height];
		await page.mouse.move(x, y);
		await settle();
		await page.mouse.click(x, y);
		await page.waitForSelector('.headline, .message.empty');
		isTrue(new URL(page.url()).hash.startsWith('#/object/'), 'another page');
	});
}
