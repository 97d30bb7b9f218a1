// Data of the page: scripts in data/, which call dashboardData(name, value), each loaded once.

const loading = new Map();
const waiting = new Map();

window.dashboardData = (name, value) => waiting.get(name)?.(value);

export function load(name) {
	if (!loading.has(name)) {
		const promise = new Promise((resolve, reject) => {
			const script = document.createElement('script');
			waiting.set(name, resolve);
			script.src = `data/${name}.js`;
			script.onerror = () => {
				loading.delete(name);
				reject(new Error(`data/${name}.js could not be read`));
			};
			script.onload = () => script.remove();
			document.head.append(script);
		});
		loading.set(name, promise);
	}
	return loading.get(name);
}

// Rows of a table that is stored by column.
export function rowsOf(columns) {
	const names = Object.keys(columns);
	return (columns[names[0]] ?? []).map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
}

let survey;

// The survey with its objects as rows, made once.
export async function loadSurvey() {
	const data = await load('survey');
	survey ??= { ...data, rows: rowsOf(data.objects) };
	return survey;
}

// The object's page data, or null where it has none.
export async function loadObject(id) {
	const index = await load('index');
	const place = index.ids.indexOf(id);
	if (place < 0) return null;
	const file = await load(`objects/${Math.floor(place / index.objectsInFile)}`);
	return { ...file[place % index.objectsInFile], previousId: index.ids[place - 1], nextId: index.ids[place + 1] };
}
