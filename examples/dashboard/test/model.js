// Models and the queue.

import { equal, isTrue } from './browser.js';

export async function modelTests({ page, test, visit, marks, shown, settle, picture }) {
	await test('model: scores, confusion, reliability, curves, importance, drift', async () => {
		await visit('#/model', '.version svg');
		isTrue(await marks('#scores tbody tr') > 0, 'no scores');
		isTrue(await marks('.version svg') >= 5, 'charts are missing');
		isTrue(await marks('#importance svg') > 0, 'no importance');
		equal(await marks('#drift tbody tr'), 20, 'features that drift');
		await picture('dashboard-model', true);
	});

	await test('model: two versions side by side, kept in the address', async () => {
		await page.getByLabel('beside').selectOption({ index: 1 });
		await page.waitForFunction(() => document.querySelectorAll('.version').length === 2);
		isTrue(await marks('tr.chosen') >= 2, 'the table does not mark them');
		await visit(new URL(page.url()).hash, '.version svg');
		isTrue(await marks('.version') === 2, 'not at the address');
		await picture('dashboard-versions');
	});

	await test('queue: reasons, classes and links', async () => {
		await visit('#/queue', '#queue tbody tr');
		await picture('dashboard-queue');
		const all = await shown();
		await page.locator('#queue .choice label').nth(1).click();
		const low = await shown();
		await page.locator('#queue .choice label').nth(2).click();
		const changed = await shown();
		isTrue(low < all || changed < all, 'the reason does not matter');
		isTrue(low + changed >= all, 'objects without a reason');
		await page.locator('#queue .choice label').first().click();
		await page.locator('#queue select').selectOption({ index: 2 });
		isTrue(await shown() < all, 'the class does not matter');
		await page.locator('#queue select').selectOption('');
		await page.locator('#queue tbody a').first().click();
		await page.waitForSelector('.headline, .message.empty');
		await settle();
	});
}
