/*
 * calibration_error.c
 *		The aggregate plasticc_calibration_error.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"
#include "core/model/scoring.h"
#include "core/base/limits.h"
#include "pg/score/score_state.h"

/* The objects of a class in a bin; their confidence is summed as a whole part and a fraction. */
typedef struct Tally
{
	float8 objects;
	float8 correct;
	float8 whole;
	float8 fraction;
} Tally;

/*
 * The state: a number n and whether there are weights, then for each of n classes its number,
 * its weight, and its tallies.  Only at the end is it known what an object of a class weighs.
 */
typedef struct CalibrationState
{
	int		n;
	bool	weighted;
	float8 *values; /* the whole state */
	float8 *classes;
	float8 *weights; /* 1 when not weighted */
	Tally  *tallies; /* [n][CALIBRATION_BINS] */
} CalibrationState;

#define HEADER_LENGTH(n) (2 + 2 * (n))
#define STATE_LENGTH(n)                                                                            \
	(HEADER_LENGTH(n) + (n) *CALIBRATION_BINS * (int) (sizeof(Tally) / sizeof(float8)))

PG_FUNCTION_INFO_V1(plasticc_calibration_error_accum);
PG_FUNCTION_INFO_V1(plasticc_calibration_error_combine);
PG_FUNCTION_INFO_V1(plasticc_calibration_error_final);

static CalibrationState
open_state(ArrayType *array)
{
	CalibrationState state;
	int				 length;

	state.values = state_elements(array, FLOAT8OID, &length);
	if (!(state.values[0] >= 1 && state.values[0] <= MODEL_MAX_CLASSES) ||
		length != STATE_LENGTH((int) state.values[0]))
		invalid_state();
	state.n = (int) state.values[0];
	state.weighted = state.values[1] != 0.0;
	state.classes = state.values + 2;
	state.weights = state.classes + state.n;
	state.tallies = (Tally *) (state.weights + state.n);
	return state;
}

static void *
new_state(const ScoredObject *object)
{
	ArrayType		*array = zero_array(FLOAT8OID, sizeof(float8), STATE_LENGTH(object->n));
	float8			*values = (float8 *) ARR_DATA_PTR(array);
	CalibrationState state;

	values[0] = object->n;
	values[1] = object->weights != NULL;
	state = open_state(array);
	for (int i = 0; i < state.n; i++)
	{
		state.classes[i] = (float8) class_key(object, i);
		state.weights[i] = object->weights ? object->weights[i] : 1.0;
	}
	return array;
}

static void
add_object(CalibrationState *state, const ScoredObject *object)
{
	int	   predicted = most_probable(object->probabilities, object->n);
	double confidence = object->probabilities[predicted] / object->probability_sum;
	Tally *tally = &state->tallies[object->target * CALIBRATION_BINS + confidence_bin(confidence)];

	confidence = rint(confidence / SUM_UNIT) * SUM_UNIT;
	tally->objects += 1.0;
	tally->correct += predicted == object->target;
	add_exactly(&tally->whole, &tally->fraction, floor(confidence), confidence - floor(confidence));
}

/*
 * plasticc_calibration_error_accum(state, target, probabilities, classes [, weights])
 */
Datum
plasticc_calibration_error_accum(PG_FUNCTION_ARGS)
{
	ScoredObject	 object;
	ArrayType		*array;
	CalibrationState state;

	if (!get_scored_object(fcinfo, &object))
		return state_unchanged(fcinfo);
	get_class_weights(fcinfo, &object);
	array = state_for_object(fcinfo, &object, new_state);
	state = open_state(array);
	check_same_classes(&object, state.n, state.classes, state.weights);
	add_object(&state, &object);
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * plasticc_calibration_error_combine(state, state)
 */
Datum
plasticc_calibration_error_combine(PG_FUNCTION_ARGS)
{
	ArrayType		*array = state_argument(fcinfo);
	CalibrationState state = open_state(array);
	CalibrationState other = open_state(PG_GETARG_ARRAYTYPE_P(1));

	if (state.n != other.n || memcmp(state.classes, other.classes, sizeof(float8) * state.n) != 0)
		state_mismatch("classes");
	if (state.weighted != other.weighted ||
		memcmp(state.weights, other.weights, sizeof(float8) * state.n) != 0)
		state_mismatch("weights");
	for (int i = 0; i < state.n * CALIBRATION_BINS; i++)
	{
		Tally		*tally = &state.tallies[i];
		const Tally *added = &other.tallies[i];

		tally->objects += added->objects;
		tally->correct += added->correct;
		add_exactly(&tally->whole, &tally->fraction, added->whole, added->fraction);
	}
	PG_RETURN_ARRAYTYPE_P(array);
}

/* What each object of class i weighs. */
static double
object_weight(const CalibrationState *state, int i)
{
	double objects = 0.0;

	if (!state->weighted)
		return 1.0;
	for (int bin = 0; bin < CALIBRATION_BINS; bin++)
		objects += state->tallies[i * CALIBRATION_BINS + bin].objects;
	return objects > 0.0 ? state->weights[i] / objects : 0.0;
}

/*
 * plasticc_calibration_error_final(state): NULL when the objects weigh nothing.
 */
Datum
plasticc_calibration_error_final(PG_FUNCTION_ARGS)
{
	CalibrationState state = open_state(PG_GETARG_ARRAYTYPE_P(0));
	ConfidenceBin	 bins[CALIBRATION_BINS] = {{0}};
	double			 error;

	for (int i = 0; i < state.n; i++)
	{
		double weight = object_weight(&state, i);

		for (int bin = 0; bin < CALIBRATION_BINS; bin++)
		{
			const Tally *tally = &state.tallies[i * CALIBRATION_BINS + bin];

			bins[bin].weight += weight * tally->objects;
			bins[bin].correct += weight * tally->correct;
			bins[bin].confidence += weight * (tally->whole + tally->fraction);
		}
	}
	error = calibration_error(bins);
	if (isnan(error))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(error);
}
