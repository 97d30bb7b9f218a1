/*
 * period_functions.c
 *		The periodogram and the period in SQL.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "miscadmin.h"

#include "core/period/period.h"
#include "pg/curve/lightcurve_type.h"
#include "pg/module/scratch.h"
#include "pg/util/args.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_periodogram);
PG_FUNCTION_INFO_V1(plasticc_period);
PG_FUNCTION_INFO_V1(plasticc_period_candidates);

/* What bounds the time of a periodogram, to some ten seconds: its rows, and these times
 * observations. */
#define MAX_ROWS MAX_FREQUENCIES
#define MAX_PHASES UINT64CONST(20000000000)

#define MAX_OVERSAMPLING 1000.0
#define MAX_REQUEST_FREQUENCY 1e6 /* per day */

/* The limits of min_period and max_period, days. */
#define MIN_PERIOD 1e-6
#define MAX_PERIOD 1e6

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

/*
 * The range of periods in arguments `first` and first + 1, either of which may be NULL or missing.
 * An error where the search would exceed MAX_FREQUENCIES; without a minimum it stops there.
 */
static PeriodRange
requested_range(FunctionCallInfo fcinfo, int first, const Observations *observations)
{
	PeriodRange range = ANY_PERIOD;
	double		baseline, count;

	if (PG_NARGS() <= first)
		return range;
	range.minimum =
		number_argument_or(fcinfo, first, "min_period", range.minimum, MIN_PERIOD, MAX_PERIOD);
	range.maximum =
		number_argument_or(fcinfo, first + 1, "max_period", range.maximum, MIN_PERIOD, MAX_PERIOD);
	if (range.minimum > range.maximum)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("min_period %g exceeds max_period %g", range.minimum, range.maximum),
						errhint("Periods are in days.")));
	if (PG_ARGISNULL(first) || observations->count == 0)
		return range;
	baseline = observations->mjd[observations->count - 1] - observations->mjd[0];
	count = OVERSAMPLING * baseline / range.minimum;
	if (count > MAX_FREQUENCIES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("period search exceeds %d frequencies", MAX_FREQUENCIES),
						errdetail("The light curve spans %g days, %g times min_period.", baseline,
								  baseline / range.minimum),
						errhint("Increase min_period, or select part of the light curve with "
								"plasticc_slice().")));
	return range;
}

/* plasticc_period(lightcurve [, min_period, max_period]) -> days; NULL where it is undefined. */
Datum
plasticc_period(PG_FUNCTION_ARGS)
{
	Workspace	 workspace = scratch_workspace();
	Observations observations;
	Period		 period;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	observations = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	period = find_period(&observations, requested_range(fcinfo, 1, &observations), &workspace);
	if (isnan(period.period))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(period.period);
}

/*
 * plasticc_period_candidates(lightcurve, n, min_period, max_period)
 *		-> SETOF (period, power, false_alarm), the best first
 */
Datum
plasticc_period_candidates(PG_FUNCTION_ARGS)
{
	Workspace		workspace = scratch_workspace();
	ReturnSetInfo  *result = begin_result(fcinfo);
	int32			limit = integer_argument(fcinfo, 1, "n", 1, MAX_PERIOD_CANDIDATES);
	PeriodCandidate candidates[MAX_PERIOD_CANDIDATES];
	Observations	observations;
	PeriodRange		range;
	int				n;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	observations = lightcurve_observations(canonical_lightcurve(PG_GETARG_LIGHTCURVE(0)));
	range = requested_range(fcinfo, 2, &observations);
	n = find_period_candidates(&observations, range, limit, candidates, &workspace);
	for (int i = 0; i < n; i++)
	{
		Datum values[] = {
			Float8GetDatum(candidates[i].period),
			Float8GetDatum(candidates[i].power),
			Float8GetDatum(pow(10.0, candidates[i].log10_false_alarm)),
		};
		bool nulls[lengthof(values)] = {false};

		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}
