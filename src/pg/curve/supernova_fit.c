/*
 * supernova_fit.c
 *		The fit of a supernova in SQL.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "core/fit/supernova.h"
#include "pg/curve/lightcurve_type.h"
#include "pg/util/arrays.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_supernova_fit);

/*
 * plasticc_supernova_fit(lightcurve)
 *		-> (mjd_peak, mjd_peak_err, rise, fall, flux_peak, chi2); NULL where there is
 *		no fit
 */
Datum
plasticc_supernova_fit(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Observations observations =
		lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	SupernovaFit fit;
	float4		 flux_peak[N_PASSBANDS];
	Datum		 values[6];
	bool		 nulls[6] = {false};

	if (!fit_supernova(&observations, &fit, &workspace))
		PG_RETURN_NULL();
	for (int band = 0; band < N_PASSBANDS; band++)
		flux_peak[band] = (float4) fit.flux_peak[band];
	values[0] = Float8GetDatum(fit.mjd_peak);
	values[1] = double_or_null(fit.mjd_peak_err, &nulls[1]);
	values[2] = Float8GetDatum(fit.rise);
	values[3] = Float8GetDatum(fit.fall);
	values[4] = PointerGetDatum(real_array(flux_peak, N_PASSBANDS));
	values[5] = Float8GetDatum(fit.chi_square);
	return single_row(fcinfo, values, nulls);
}
