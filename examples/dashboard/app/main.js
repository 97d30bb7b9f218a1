// The frame of all pages: navigation, theme, and which page the address names.

import { loadSurvey } from './data.js';
import { h, message } from './dom.js';
import { modelPage } from './pages/model.js';
import { objectPage } from './pages/object.js';
import { queuePage } from './pages/queue.js';
import { surveyPage } from './pages/survey.js';
import { setClasses } from './palette.js';
import { currentRoute } from './route.js';

const pages = {
	survey: { title: 'Survey', make: surveyPage },
	object: { title: 'Object', make: objectPage },
	model: { title: 'Model', make: modelPage },
	queue: { title: 'Queue', make: queuePage },
};

const main = document.getElementById('main');
let shown = 0; // number of the page that was asked for last

function storedTheme() {
	try {
		return localStorage.getItem('theme');
	} catch {
		return null; // not allowed for files
	}
}

function setTheme(name) {
	document.documentElement.dataset.theme = name;
	try {
		localStorage.setItem('theme', name);
	} catch {
		// lasts as long as the page
	}
	show();
}

function header(survey, page) {
	const dark = document.documentElement.dataset.theme === 'dark';
	return [
		h('a', { class: 'brand', href: '#/survey' }, h('span', { class: 'logo', 'aria-hidden': 'true' }), h('span', {}, survey?.title ?? 'plasticc')),
		h('nav', { 'aria-label': 'Pages' }, Object.entries(pages).map(([name, { title }]) =>
			h('a', { href: `#/${name}`, 'aria-current': name === page ? 'page' : null }, title))),
		h('button', { class: 'theme', type: 'button', 'aria-label': `Use the ${dark ? 'light' : 'dark'} theme`, onclick: () => setTheme(dark ? 'light' : 'dark') },
			dark ? '☀' : '☾'),
	];
}

async function show() {
	const route = currentRoute();
	const page = pages[route.page];
	const turn = ++shown;

	main.replaceChildren(message('loading', 'Loading'));
	try {
		const survey = await loadSurvey();
		setClasses(survey.classes);
		document.getElementById('header').replaceChildren(...header(survey, route.page));
		document.title = `${page?.title ?? 'Not found'} · ${survey.title}`;
		const content = page ? await page.make(survey, route) : message('error', 'There is no such page', `"${route.page}" is none of survey, object, model and queue.`);
		if (turn === shown) main.replaceChildren(content);
	} catch (error) {
		console.warn(error);
		document.getElementById('header').replaceChildren(...header(null, route.page));
		if (turn === shown) main.replaceChildren(message('error', 'The page could not be shown', error.message));
	}
}

document.documentElement.dataset.theme = storedTheme() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
document.getElementById('skip').addEventListener('click', (event) => {
	event.preventDefault();
	main.focus();
});
window.addEventListener('hashchange', () => {
	show();
	window.scrollTo(0, 0);
});
show();
