/*
 * period_functions.c
 *		The periodogram and the period in SQL.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "miscadmin.h"

#include "core/period/period.h"
#include "pg/curve/lightcurve_type.h"
#include "pg/util/args.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_periodogram);
PG_FUNCTION_INFO_V1(plasticc_period);

/* What bounds the time of a periodogram, to some ten seconds: its rows, and these times
 * observations. */
#define MAX_ROWS MAX_FREQUENCIES
#define MAX_PHASES UINT64CONST(20000000000)

#define MAX_OVERSAMPLING 1000.0
#define MAX_REQUEST_FREQUENCY 1e6 /* per day */

/* The grid of frequencies in arguments 1 to 3. */
static FrequencyGrid
requested_grid(FunctionCallInfo fcinfo, double baseline, uint32 n_observations)
{
	double minimum =
		number_argument_or(fcinfo, 1, "min_frequency", 1.0 / baseline, 0.0, MAX_REQUEST_FREQUENCY);
	double maximum =
		number_argument_or(fcinfo, 2, "max_frequency", MAX_FREQUENCY, 0.0, MAX_REQUEST_FREQUENCY);
	double oversampling =
		number_argument_or(fcinfo, 3, "oversampling", OVERSAMPLING, 1.0, MAX_OVERSAMPLING);
	FrequencyGrid grid;

	if (!PG_ARGISNULL(1) && minimum > maximum)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("min_frequency %g exceeds max_frequency %g", minimum, maximum),
						errhint("Frequencies are in cycles per day.")));
	grid = frequency_grid(baseline, oversampling, minimum, maximum, MAX_ROWS + 1);
	if (grid.count > MAX_ROWS)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("periodogram exceeds %d frequencies", MAX_ROWS),
			 errdetail("Frequencies are %g per day apart, because the light curve spans %g days.",
					   grid.step, baseline),
			 errhint("Decrease max_frequency or oversampling, increase min_frequency, or select "
					 "part of the light curve with plasticc_slice().")));
	if (grid.count > MAX_PHASES / Max(1, n_observations))
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("periodogram of %u observations at " UINT64_FORMAT
					" frequencies exceeds " UINT64_FORMAT " phases",
					n_observations, grid.count, MAX_PHASES),
			 errhint("Decrease max_frequency or oversampling, increase min_frequency, or select "
					 "part of the light curve with plasticc_slice().")));
	return grid;
}

/*
 * plasticc_periodogram(lightcurve, min_frequency, max_frequency, oversampling)
 *		-> SETOF (frequency, power); no rows where the power is undefined
 */
Datum
plasticc_periodogram(PG_FUNCTION_ARGS)
{
	Workspace		 workspace = server_workspace(CurrentMemoryContext);
	ReturnSetInfo	*result = begin_result(fcinfo);
	Observations	 observations;
	PeriodogramInput input;
	FrequencyGrid	 grid;
	PeriodogramScan *scan;
	float			*power;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	observations = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	input = periodogram_input(&observations, &workspace);
	grid = requested_grid(fcinfo, input.baseline, input.count);
	if (input.n_bands == 0 || grid.count == 0)
		return (Datum) 0;
	scan = begin_scan(&input, grid.step, &workspace);
	power = workspace_array(&workspace, float, SCAN_FREQUENCIES);
	for (uint64 i = 0; i < grid.count; i += SCAN_FREQUENCIES)
	{
		uint32 n = Min(grid.count - i, SCAN_FREQUENCIES);

		scan_frequencies(scan, grid.first + i, n, power, NULL);
		for (uint32 k = 0; k < n; k++)
		{
			Datum values[2] = {
				Float8GetDatum(grid_frequency(&grid, i + k)),
				Float4GetDatum(power[k]),
			};
			bool nulls[2] = {false, false};

			add_result_row(result, values, nulls);
		}
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/* plasticc_period(lightcurve) -> days; NULL where it is undefined. */
Datum
plasticc_period(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Observations observations =
		lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	Period period = find_period(&observations, &workspace);

	if (isnan(period.period))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(period.period);
}
