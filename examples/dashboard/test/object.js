// The page of an object: light curve and its controls, folding, links.

import { equal, isTrue } from './browser.js';

export async function objectTests({ page, test, visit, marks, wellObserved, picture }) {
	const points = '#lightcurve [aria-label="dot"] path';
	const titleIs = (id) => page.waitForFunction((name) => document.querySelector('h1')?.textContent === name, id);

	await test('object: light curve, probabilities, history, look-alikes, metadata', async () => {
		await visit('#/object', '#lightcurve svg');
		isTrue(await marks(points) > 0, 'no observations');
		if (await page.getByLabel('fold').isChecked()) await page.getByLabel('fold').uncheck();
		isTrue(await marks('#lightcurve [aria-label="area"] path') > 0, 'no Gaussian process');
		for (const id of ['probabilities', 'history']) isTrue(await marks(`#${id} svg`) > 0, `#${id} has no chart`);
		isTrue(await marks('#neighbours li a') > 0, 'no look-alikes');
		isTrue(await marks('#metadata dt') > 3, 'no metadata');
		isTrue(await marks('#explanation svg [aria-label="bar"] rect, #explanation svg [aria-label="bar"] path') > 3, 'no explanation');
		isTrue((await page.textContent('#set')).includes('90 %'), 'no set of classes');
		isTrue((await page.textContent('#novelty')).includes('%'), 'no novelty');
	});

	await test('object: controls of the light curve, kept in the address', async () => {
		await visit(`#/object/${encodeURIComponent(await wellObserved(['SNIa', 'SNII', 'SNIbc']))}`, '#lightcurve svg');
		const all = await marks(points);
		await page.getByLabel('forced photometry').uncheck();
		const detected = await marks(points);
		isTrue(detected < all && detected > 0, 'forced photometry');
		await page.getByLabel('Gaussian process').uncheck();
		equal(await marks('#lightcurve [aria-label="area"] path'), 0, 'areas without the process');
		await page.locator('#lightcurve .choice label').last().click();
		isTrue((await page.textContent('#lightcurve svg')).includes('magnitude'), 'no magnitudes');
		await page.locator('.bands label').nth(3).click();
		await page.locator('.bands input[type=range]').fill('6');
		const left = await marks(points);
		isTrue(left < detected, 'passband and S/N');
		await visit(new URL(page.url()).hash, '#lightcurve .drawing > *');
		equal(await marks(points), left, 'observations at the address');
	});

	await test('object: folded at its period, halved, doubled, adjusted', async () => {
		await visit('#/object', '#lightcurve svg');
		if (!await page.getByLabel('fold').isChecked()) await page.getByLabel('fold').check();
		const period = async () => Number.parseFloat(await page.textContent('.period'));
		const base = await period();
		isTrue((await page.textContent('#lightcurve svg')).includes('phase'), 'no phase');
		await page.click('text="× 2"');
		isTrue(Math.abs(await period() / base - 2) < 1e-3, 'twice the period');
		await page.click('text="× ½"');
		isTrue(Math.abs(await period() / base - 1) < 1e-3, 'half of it');
		await page.locator('#periods input[type=range]').fill('0.5');
		isTrue(Math.abs(await period() / base - 1.0025) < 1e-4, 'slider');
		await page.click('#periods >> text="Reset"');
		equal(await period(), base, 'period after a reset');
	});

	await test('object: keys to the next and back, look-alikes, search', async () => {
		await visit('#/object', '.headline');
		const first = await page.textContent('h1');
		await page.keyboard.press('ArrowRight');
		await page.waitForFunction((id) => document.querySelector('h1') && document.querySelector('h1').textContent !== id, first);
		await page.keyboard.press('ArrowLeft');
		await titleIs(first);
		const neighbour = await page.locator('#neighbours a').first().textContent();
		await page.locator('#neighbours a').first().click();
		await titleIs(neighbour);
		await page.fill('input[name=id]', first);
		await page.keyboard.press('Enter');
		await titleIs(first);
	});

	await test('object: one that does not exist', async () => {
		await visit('#/object/no%20such%20object', '.message.empty');
		isTrue((await page.textContent('.message')).includes('no such object'), 'it is not named');
	});

	await test('object: pictures', async () => {
		for (const [name, classes] of [['dashboard-object', ['SNIa', 'SNII']], ['dashboard-periodic', ['RRL']]]) {
			const id = await wellObserved(classes, 0.8);
			if (id === null) continue;
			await visit(`#/object/${encodeURIComponent(id)}`, '#lightcurve svg');
			await picture(name, true);
		}
	});
}
