// The address of a view: "#/page/part/part?name=value", which can be kept and sent.

export function currentRoute() {
	const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
	const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
	return { page: parts[0] ?? 'survey', parts: parts.slice(1), values: Object.fromEntries(new URLSearchParams(query)) };
}

export function address(page, parts = [], values = {}) {
	const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
	const query = new URLSearchParams(given).toString();
	return `#/${[page, ...parts].map(encodeURIComponent).join('/')}${query ? `?${query}` : ''}`;
}

// Notes what the controls say, without a new entry in the browser's history.
export function keep(page, parts, values) {
	history.replaceState(null, '', address(page, parts, values));
}
