// Runs an ONNX model on rows of features and compares its probabilities with expected ones.
//
// usage: node compare.mjs MODEL FEATURES EXPECTED		(text files, a row a line, numbers between commas)

import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';

const [model, features, expected] = process.argv.slice(2);

function rows(file) {
	return readFileSync(file, 'utf8').trim().split('\n').map((line) => Float32Array.from(line.split(','), Number));
}

// Features in blocks of at most n rows.
function blocks(all, n) {
	const width = all[0].length;
	const result = [];

	for (let i = 0; i < all.length; i += n) {
		const part = all.slice(i, i + n);
		const values = new Float32Array(part.length * width);

		part.forEach((row, k) => values.set(row, k * width));
		result.push(new ort.Tensor('float32', values, [part.length, width]));
	}
	return result;
}

const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
const all = rows(features);
const target = rows(expected);
const times = {};

for (const n of [1, 1024]) {
	const given = blocks(all, n);
	const start = process.cpuUsage();
	const probabilities = [];

	for (const block of given)
		probabilities.push((await session.run({ features: block })).probabilities.data);
	const used = process.cpuUsage(start);

	times[n] = (used.user + used.system) / all.length;
	const flat = probabilities.flatMap((block) => Array.from(block));
	const difference = target.flatMap((row) => Array.from(row)).reduce((most, value, k) => Math.max(most, Math.abs(value - flat[k])), 0);

	console.log(`${n} rows at a time: largest difference ${difference.toExponential(1)} of ${all.length} objects, ${times[n].toFixed(0)} us of the processor an object`);
}
