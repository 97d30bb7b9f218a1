#!/usr/bin/env node
// How long the pages of a dashboard take in Chromium: from the visit, and from an input, until the page is drawn.
// Medians of five; drawing an input's effect takes three frames, 50 ms, at least.
// usage: node test/speed.js [FOLDER]     CHROMIUM names another browser

import { openSite } from './site.js';

const times = 5;
const { page, home, close } = await openSite(process.argv[2] ?? 'dist');
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function report(what, measure) {
	const values = [];
	for (let i = 0; i < times; i += 1) values.push(await measure(i));
	console.log(`| ${what} | ${median(values).toFixed(0)} | ${Math.max(...values).toFixed(0)} |`);
}

async function visit(hash, selector) {
	await page.goto('about:blank');
	const start = performance.now();
	await page.goto(`${home}${hash}`);
	await page.waitForSelector(selector);
	return performance.now() - start;
}

// Milliseconds from the event that sets the input's value, or clicks it, until three frames later.
const input = (selector, value) => page.locator(selector).first().evaluate(async (element, text) => {
	const frame = () => new Promise((done) => requestAnimationFrame(done));
	await frame();
	const start = performance.now();
	if (text === null) element.click();
	else {
		element.value = text;
		element.dispatchEvent(new Event('input', { bubbles: true }));
		element.dispatchEvent(new Event('change', { bubbles: true }));
	}
	for (let i = 0; i < 3; i += 1) await frame();
	return performance.now() - start;
}, value);

console.log('| what | median ms | largest |\n|---|---|---|');
await report('survey page', () => visit('#/survey', '#sky svg'));
const objects = await page.textContent('#summary');
await report('a class more or less', () => input('#classes input', null));
await report('confidence', (i) => input('.filters input[type=range]', String(0.1 * i)));
await report('redshift', (i) => input('.filters input[type=number]', String(0.1 * i)));
await report('another column', (i) => page.locator('#scatter select option').nth(i).getAttribute('value').then((value) => input('#scatter select', value)));
await report('sorting the table', () => input('#objects [data-column="observations"]', null));
await visit('#/object', '.search input');
const ids = await page.locator('#ids option').evaluateAll((options) => options.map(({ value }) => value));
await report('page of an object', (i) => visit(`#/object/${ids[i]}`, '.headline'));
await report('page of the models', () => visit('#/model', '.version svg'));
await report('queue', () => visit('#/queue', '#queue tbody tr'));
console.log(`\n${objects}`);
await close();
