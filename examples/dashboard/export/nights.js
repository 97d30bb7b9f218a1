// Class mix by night, in bins of nights that a page has room for.

import { byColumn } from './database.js';

const mostBins = 90;

export async function exportNights(survey, write) {
	if (!survey.has('class_mix_by_night')) return write('nights', null);
	await survey.query(`
		CREATE TEMP TABLE nights AS
		SELECT model, night, class_name, objects, detected FROM dashboard_class_mix_by_night`);
	const [range] = await survey.query('SELECT min(night) AS first, max(night) AS last FROM nights WHERE model = $1', [survey.model]);
	const width = Math.max(1, Math.ceil((range.last - range.first + 1) / mostBins));
	const rows = await survey.query(`
		SELECT $1::integer + (night - $1::integer) / $2::integer * $2::integer AS night, class_name,
		       sum(objects) AS objects, sum(detected) AS detected
		FROM nights WHERE model = $3 GROUP BY 1, 2 ORDER BY 1, 2`, [range.first, width, survey.model]);
	return write('nights', { width, ...byColumn(rows) });
}
