/*
 * gaussian_process.c
 *		Light curves as Gaussian processes in SQL: fit and prediction.
 */
#include "pg/module/plasticc.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"

#include "core/gp/gp.h"
#include "pg/curve/lightcurve_type.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_gp_fit);
PG_FUNCTION_INFO_V1(plasticc_gp_predict);
PG_FUNCTION_INFO_V1(plasticc_gp_predict_range);

/* Times that one call accepts: six passbands for each of them fit in memory. */
#define MAX_TIMES 1000000

/* Bounds of a range of times and of its step, days. */
#define MAX_RANGE_MJD 1e9
#define MIN_RANGE_STEP 1e-6

/*
 * plasticc_gp_fit(lightcurve)
 *		-> (amplitude, length_scale, log_likelihood); NULL without observations
 */
Datum
plasticc_gp_fit(PG_FUNCTION_ARGS)
{
	LightCurve		  *lightcurve = PG_GETARG_LIGHTCURVE(0);
	Workspace		   workspace = server_workspace(CurrentMemoryContext);
	Observations	   observations;
	GaussianProcessFit fit;
	Datum			   values[3];
	bool			   nulls[3] = {false};

	if (lightcurve->n_observations == 0)
		PG_RETURN_NULL();
	observations = lightcurve_observations(canonical_lightcurve(lightcurve));
	fit = gp_fit(&observations, &workspace);
	values[0] = Float8GetDatum(fit.process.amplitude);
	values[1] = Float8GetDatum(fit.process.length_scale);
	values[2] = Float8GetDatum(fit.log_likelihood);
	return single_row(fcinfo, values, nulls);
}

/* The rows of plasticc_gp_predict(): all passbands of a time, then those of the next time. */
typedef struct FluxPrediction
{
	float8 *mjd;
	float8 *flux;
	float8 *flux_sd;
} FluxPrediction;

/* The times to predict at, and their number. */
static const float8 *
time_argument(ArrayType *array, int *n)
{
	const float8 *mjd;

	*n = 0;
	if (ARR_NDIM(array) == 0)
		return NULL;
	mjd = double_elements(array, "mjd", MAX_TIMES, n);
	for (int i = 0; i < *n; i++)
	{
		if (!isfinite(mjd[i]))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("mjd must be finite"),
							errdetail("Element %d is %g.", i + 1, mjd[i]),
							errhint("Exclude such values, as in array_agg(mjd) FILTER (WHERE "
									"mjd < 'Infinity').")));
	}
	return mjd;
}

/* The times mjd_from, mjd_from + step, ... up to mjd_to, arguments 1 to 3, and their number. */
static const float8 *
time_range_argument(FunctionCallInfo fcinfo, int *n)
{
	double	from = number_argument(fcinfo, 1, "mjd_from", -MAX_RANGE_MJD, MAX_RANGE_MJD);
	double	to = number_argument(fcinfo, 2, "mjd_to", -MAX_RANGE_MJD, MAX_RANGE_MJD);
	double	step = number_argument(fcinfo, 3, "step", MIN_RANGE_STEP, MAX_RANGE_MJD);
	double	count = floor((to - from) / step * (1.0 + DBL_EPSILON)) + 1.0;
	float8 *mjd;

	if (count > MAX_TIMES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("time range exceeds %d steps", MAX_TIMES),
						errhint("Increase step, or decrease the range.")));
	*n = (int) Max(count, 0.0);
	mjd = palloc(sizeof(float8) * Max(*n, 1));
	for (int i = 0; i < *n; i++)
		mjd[i] = from + i * step;
	return mjd;
}

/* Fits, and predicts at these times; *n becomes 0 without observations. */
static FluxPrediction *
make_prediction(FunctionCallInfo fcinfo, MemoryContext context, const float8 *mjd, int *n)
{
	LightCurve		  *lightcurve = PG_GETARG_LIGHTCURVE(0);
	Workspace		   workspace = server_workspace(CurrentMemoryContext);
	Workspace		   result = server_workspace(context);
	FluxPrediction	  *prediction = workspace_array(&result, FluxPrediction, 1);
	Observations	   observations;
	GaussianProcessFit fit;

	if (lightcurve->n_observations == 0)
		*n = 0;
	if (*n == 0)
		return prediction;
	Assert(mjd != NULL);
	observations = lightcurve_observations(canonical_lightcurve(lightcurve));
	prediction->mjd = workspace_array(&result, float8, *n);
	prediction->flux = workspace_array(&result, float8, *n * N_PASSBANDS);
	prediction->flux_sd = workspace_array(&result, float8, *n * N_PASSBANDS);
	memcpy(prediction->mjd, mjd, *n * sizeof(float8));
	fit = gp_fit(&observations, &workspace);
	gp_predict(&observations, &fit.process, mjd, *n, prediction->flux, prediction->flux_sd,
			   &workspace);
	return prediction;
}

/* The rows of a prediction, one a call, by time in the given order, then by passband. */
static Datum
predicted_rows(FunctionCallInfo fcinfo, bool is_range)
{
	FuncCallContext *call;
	FluxPrediction	*prediction;
	uint64			 i;
	Datum			 values[4];
	bool			 nulls[4] = {false};

	if (SRF_IS_FIRSTCALL())
	{
		const float8 *mjd;
		int			  n;

		call = begin_rows(fcinfo);
		mjd = is_range ? time_range_argument(fcinfo, &n)
					   : time_argument(PG_GETARG_ARRAYTYPE_P(1), &n);
		call->user_fctx = make_prediction(fcinfo, call->multi_call_memory_ctx, mjd, &n);
		call->max_calls = (uint64) n * N_PASSBANDS;
	}
	call = SRF_PERCALL_SETUP();
	prediction = call->user_fctx;
	i = call->call_cntr;
	if (i >= call->max_calls)
		SRF_RETURN_DONE(call);
	values[0] = Float8GetDatum(prediction->mjd[i / N_PASSBANDS]);
	values[1] = Int16GetDatum((int16) (i % N_PASSBANDS));
	values[2] = Float4GetDatum((float4) prediction->flux[i]);
	values[3] = Float4GetDatum((float4) prediction->flux_sd[i]);
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, values, nulls)));
}

/* plasticc_gp_predict(lightcurve, mjd[]) -> SETOF (mjd, passband, flux, flux_sd) */
Datum
plasticc_gp_predict(PG_FUNCTION_ARGS)
{
	return predicted_rows(fcinfo, false);
}

/*
 * plasticc_gp_predict(lightcurve, mjd_from, mjd_to, step)
 *		-> SETOF (mjd, passband, flux, flux_err)
 */
Datum
plasticc_gp_predict_range(PG_FUNCTION_ARGS)
{
	return predicted_rows(fcinfo, true);
}
