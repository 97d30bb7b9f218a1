/*
 * simulated_rows.c
 *		The synthetic survey as set-returning functions.
 *
 * Both functions simulate one object at a time and return one row per call, so
 * that memory does not grow with n and rows that are not read cost nothing.  An
 * object depends only on the seed, its number and the mix: the two functions
 * agree, and ranges of objects can be simulated in parallel.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "common/int.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "core/simulate/simulate.h"
#include "pg/util/args.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_simulate_objects);
PG_FUNCTION_INFO_V1(plasticc_simulate_observations);

#define OBJECT_COLUMNS 12
#define OBSERVATION_COLUMNS 6

typedef struct SurveyScan
{
	uint64			  seed;
	SurveyMix		  mix;
	int64			  next_object;
	int64			  objects_left;
	SurveyObject	  object;
	int				  n_observations; /* of the current object */
	int				  n_returned;	  /* of them */
	SurveyObservation observations[SURVEY_MAX_VISITS];
} SurveyScan;

static SurveyMix
mix_argument(text *argument)
{
	char		  *name = text_to_cstring(argument);
	SurveyMix	   mix;
	StringInfoData names;

	if (survey_mix_by_name(name, &mix))
		return mix;
	initStringInfo(&names);
	for (int i = 0; survey_mix_names[i] != NULL; i++)
		appendStringInfo(&names, "%s\"%s\"", i > 0 ? ", " : "", survey_mix_names[i]);
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unknown mix \"%s\"", quoted_string(name)),
					errhint("Valid mixes are %s.", names.data)));
}

/* n and first_object must give a range of positive object numbers. */
static void
check_range(int64 n, int64 first_object)
{
	int64 last_object;

	if (n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("n must not be negative")));
	if (first_object < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("first_object must be positive, not " INT64_FORMAT, first_object)));
	if (pg_add_s64_overflow(first_object, n, &last_object))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("object numbers are out of range for bigint"),
						errhint("Decrease n or first_object.")));
}

/* The first call checks the arguments (n, seed, mix, first_object) and sets up the scan. */
static void
begin_scan(FunctionCallInfo fcinfo)
{
	FuncCallContext *call = begin_rows(fcinfo);
	SurveyScan		*scan = MemoryContextAllocZero(call->multi_call_memory_ctx, sizeof(SurveyScan));

	check_range(PG_GETARG_INT64(0), PG_GETARG_INT64(3));
	scan->objects_left = PG_GETARG_INT64(0);
	scan->seed = (uint64) PG_GETARG_INT64(1);
	scan->mix = mix_argument(PG_GETARG_TEXT_PP(2));
	scan->next_object = PG_GETARG_INT64(3);
	call->user_fctx = scan;
}

/* Simulates the next object; false after the last one. */
static bool
next_object(SurveyScan *scan)
{
	if (scan->objects_left == 0)
		return false;
	scan->n_observations = survey_simulate(scan->seed, scan->next_object, scan->mix, &scan->object,
										   scan->observations);
	scan->n_returned = 0;
	scan->next_object++;
	scan->objects_left--;
	return true;
}

static Datum
object_row(TupleDesc row_type, const SurveyObject *object)
{
	Datum values[OBJECT_COLUMNS];
	bool  nulls[OBJECT_COLUMNS] = {false};

	values[0] = Int64GetDatum(object->object_id);
	values[1] = Float8GetDatum(object->position.ra);
	values[2] = Float8GetDatum(object->position.decl);
	values[3] = Float8GetDatum(object->position.gal_l);
	values[4] = Float8GetDatum(object->position.gal_b);
	values[5] = BoolGetDatum(object->ddf);
	values[6] = float_or_null(object->hostgal_specz, &nulls[6]);
	values[7] = Float4GetDatum(object->hostgal_photoz);
	values[8] = Float4GetDatum(object->hostgal_photoz_err);
	values[9] = float_or_null(object->distmod, &nulls[9]);
	values[10] = Float4GetDatum((float4) object->position.mwebv);
	values[11] = Int32GetDatum(object->target);
	return HeapTupleGetDatum(heap_form_tuple(row_type, values, nulls));
}

static Datum
observation_row(TupleDesc row_type, int64 object_id, const SurveyObservation *observation)
{
	Datum values[OBSERVATION_COLUMNS];
	bool  nulls[OBSERVATION_COLUMNS] = {false};

	values[0] = Int64GetDatum(object_id);
	values[1] = Float8GetDatum(observation->mjd);
	values[2] = Int16GetDatum((int16) observation->passband);
	values[3] = Float4GetDatum(observation->flux);
	values[4] = Float4GetDatum(observation->flux_err);
	values[5] = BoolGetDatum(observation->detected);
	return HeapTupleGetDatum(heap_form_tuple(row_type, values, nulls));
}

/* What both functions begin with. */
static SurveyScan *
current_scan(FunctionCallInfo fcinfo, FuncCallContext **call)
{
	if (SRF_IS_FIRSTCALL())
		begin_scan(fcinfo);
	*call = SRF_PERCALL_SETUP();
	return (*call)->user_fctx;
}

/*
 * plasticc_simulate_objects(n, seed, mix, first_object)
 *		A row of metadata for each object.  An object is drawn again until the
 *		survey detects it, so its light curve is simulated, too.
 */
Datum
plasticc_simulate_objects(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	SurveyScan		*scan = current_scan(fcinfo, &call);

	if (!next_object(scan))
		SRF_RETURN_DONE(call);
	SRF_RETURN_NEXT(call, object_row(call->tuple_desc, &scan->object));
}

/*
 * plasticc_simulate_observations(n, seed, mix, first_object)
 *		A row for each observation, ordered by object and time.
 */
Datum
plasticc_simulate_observations(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	SurveyScan		*scan = current_scan(fcinfo, &call);

	if (scan->n_returned == scan->n_observations && !next_object(scan))
		SRF_RETURN_DONE(call);
	SRF_RETURN_NEXT(call, observation_row(call->tuple_desc, scan->object.object_id,
										  &scan->observations[scan->n_returned++]));
}
