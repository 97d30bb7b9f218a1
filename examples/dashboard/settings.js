// Settings of build.js: from the command line, else these.

const descriptions = {
	predictions: ['survey_track', 'table that plasticc_predict fills'],
	features: ['survey_features', 'table that plasticc_extract fills'],
	metadata: ['objects', 'table of what is known about the objects'],
	observations: ['observations', "table of observations, or '' for the stored light curves"],
	options: ['{}', 'options of plasticc_create_views, as JSON'],
	model: ['', 'name of the model on the survey page; by default the one that predicted last'],
	title: ['Survey', 'title of the page'],
	ra: ['', 'column of the metadata: right ascension in degrees; by default ra'],
	decl: ['', 'column of the metadata: declination in degrees; by default decl, dec or declination'],
	columns: ['flux_maximum_r,flux_maximum_i,detection_span', 'features to plot, beside the metadata'],
	sample: ['5000', 'objects on the maps, at most; the others are counted in the database'],
	objects: ['1500', 'objects with a light curve, at most'],
	explained: ['100', 'objects with an explanation of their class, at most'],
	out: ['dist', 'folder of the page, which is replaced'],
};

function usage() {
	console.log('usage: node build.js [--SETTING VALUE]...   PG* variables name the database\n');
	for (const [name, [value, text]] of Object.entries(descriptions))
		console.log(`  --${name.padEnd(13)} ${text}${value ? ` (${value})` : ''}`);
}

export function readSettings(words) {
	const settings = Object.fromEntries(Object.entries(descriptions).map(([name, [value]]) => [name, value]));

	if (words.includes('--help')) {
		usage();
		process.exit(0);
	}
	for (let i = 0; i < words.length; i += 2) {
		const name = words[i].replace(/^--/, '');
		if (!(name in descriptions)) throw new Error(`unknown setting "${words[i]}"`);
		if (i + 1 === words.length) throw new Error(`setting "${words[i]}" needs a value`);
		settings[name] = words[i + 1];
	}
	for (const name of ['sample', 'objects', 'explained']) {
		settings[name] = Number(settings[name]);
		if (!Number.isInteger(settings[name]) || settings[name] < 1)
			throw new Error(`setting "--${name}" must be a positive integer`);
	}
	settings.columns = settings.columns.split(',').filter((name) => name !== '');
	settings.options = JSON.parse(settings.options);
	return settings;
}
