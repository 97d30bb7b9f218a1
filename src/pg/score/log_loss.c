/*
 * log_loss.c
 *		The aggregate plasticc_log_loss.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"
#include "core/model/scoring.h"
#include "core/base/limits.h"
#include "pg/score/score_state.h"

/*
 * State of plasticc_log_loss: a number n, then for each of n classes its
 * number, weight, count of objects, and the sum of their losses as a whole
 * part and a fraction.
 */
typedef struct LossState
{
	int		n;
	float8 *classes;
	float8 *weights;
	float8 *counts;
	float8 *wholes;
	float8 *fractions;
} LossState;

#define STATE_LENGTH(n) (1 + 5 * (n))

PG_FUNCTION_INFO_V1(plasticc_log_loss_accum);
PG_FUNCTION_INFO_V1(plasticc_log_loss_combine);
PG_FUNCTION_INFO_V1(plasticc_log_loss_final);

static LossState
open_state(ArrayType *array)
{
	LossState state;
	int		  length;
	float8	 *values = state_elements(array, FLOAT8OID, &length);

	if (!(values[0] >= 1 && values[0] <= MODEL_MAX_CLASSES) ||
		length != STATE_LENGTH((int) values[0]))
		invalid_state();
	state.n = (int) values[0];
	state.classes = values + 1;
	state.weights = state.classes + state.n;
	state.counts = state.weights + state.n;
	state.wholes = state.counts + state.n;
	state.fractions = state.wholes + state.n;
	return state;
}

static void *
new_state(const ScoredObject *object)
{
	ArrayType *array = zero_array(FLOAT8OID, sizeof(float8), STATE_LENGTH(object->n));
	LossState  state;

	*(float8 *) ARR_DATA_PTR(array) = object->n;
	state = open_state(array);
	for (int i = 0; i < state.n; i++)
	{
		state.classes[i] = (float8) class_key(object, i);
		state.weights[i] = object->weights ? object->weights[i] : class_challenge_weight(object, i);
	}
	return array;
}

/*
 * plasticc_log_loss_accum(state, target, probabilities, classes [, weights])
 */
Datum
plasticc_log_loss_accum(PG_FUNCTION_ARGS)
{
	ScoredObject object;
	ArrayType	*array;
	LossState	 state;
	double		 loss;

	if (!get_scored_object(fcinfo, &object))
		return state_unchanged(fcinfo);
	get_class_weights(fcinfo, &object);
	array = state_for_object(fcinfo, &object, new_state);
	state = open_state(array);
	check_same_classes(&object, state.n, state.classes, state.weights);

	loss = object_log_loss(object.probabilities, object.n, object.target);
	loss = rint(loss / SUM_UNIT) * SUM_UNIT;
	state.counts[object.target] += 1.0;
	add_exactly(&state.wholes[object.target], &state.fractions[object.target], floor(loss),
				loss - floor(loss));
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * plasticc_log_loss_combine(state, state)
 */
Datum
plasticc_log_loss_combine(PG_FUNCTION_ARGS)
{
	ArrayType *array = state_argument(fcinfo);
	LossState  state = open_state(array);
	LossState  other = open_state(PG_GETARG_ARRAYTYPE_P(1));

	if (state.n != other.n || memcmp(state.classes, other.classes, sizeof(float8) * state.n) != 0)
		state_mismatch("classes");
	if (memcmp(state.weights, other.weights, sizeof(float8) * state.n) != 0)
		state_mismatch("weights");
	for (int i = 0; i < state.n; i++)
	{
		state.counts[i] += other.counts[i];
		add_exactly(&state.wholes[i], &state.fractions[i], other.wholes[i], other.fractions[i]);
	}
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * plasticc_log_loss_final(state): sum over the classes that have objects of
 * weight * mean loss, divided by the sum of their weights; NULL when that is 0.
 */
Datum
plasticc_log_loss_final(PG_FUNCTION_ARGS)
{
	LossState	 state = open_state(PG_GETARG_ARRAYTYPE_P(0));
	WeightedLoss sum = {0};
	double		 loss;

	for (int i = 0; i < state.n; i++)
		add_class_loss(&sum, state.weights[i], state.wholes[i] + state.fractions[i],
					   state.counts[i]);
	loss = weighted_log_loss(&sum);
	if (isnan(loss))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(loss);
}
