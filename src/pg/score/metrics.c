/*
 * metrics.c
 *		Aggregates that score class probabilities: plasticc_log_loss and
 *		plasticc_confusion.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"
#include "core/train/scoring.h"
#include "core/base/limits.h"
#include "pg/score/metrics.h"
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

#define LOSS_STATE_LENGTH(n) (1 + 5 * (n))

/* State of plasticc_confusion: n, n classes, n * n counts [true][predicted]. */
typedef struct ConfusionState
{
	int	   n;
	int64 *classes;
	int64 *counts;
} ConfusionState;

#define CONFUSION_STATE_LENGTH(n) (1 + (n) + (n) * (n))

PG_FUNCTION_INFO_V1(plasticc_log_loss_accum);
PG_FUNCTION_INFO_V1(plasticc_log_loss_combine);
PG_FUNCTION_INFO_V1(plasticc_log_loss_final);
PG_FUNCTION_INFO_V1(plasticc_confusion_accum);
PG_FUNCTION_INFO_V1(plasticc_confusion_combine);
PG_FUNCTION_INFO_V1(plasticc_confusion_final);

double
object_log_loss(const float4 *probabilities, int n, int target)
{
	double p = probabilities[target] / probability_sum(probabilities, n);

	return -log(fmin(fmax(p, 1e-15), 1.0 - 1e-15));
}

int
most_probable(const float4 *probabilities, int n)
{
	int best = 0;

	for (int i = 1; i < n; i++)
		if (probabilities[i] > probabilities[best])
			best = i;
	return best;
}

static LossState
open_loss_state(ArrayType *array)
{
	LossState state;
	int		  length;
	float8	 *values = state_elements(array, FLOAT8OID, &length);

	if (!(values[0] >= 1 && values[0] <= MODEL_MAX_CLASSES) ||
		length != LOSS_STATE_LENGTH((int) values[0]))
		invalid_state();
	state.n = (int) values[0];
	state.classes = values + 1;
	state.weights = state.classes + state.n;
	state.counts = state.weights + state.n;
	state.wholes = state.counts + state.n;
	state.fractions = state.wholes + state.n;
	return state;
}

static ArrayType *
new_loss_state(const ScoredObject *object, const float8 *weights)
{
	ArrayType *array = zero_array(FLOAT8OID, sizeof(float8), LOSS_STATE_LENGTH(object->n));
	LossState  state;

	check_distinct_classes(object->classes, object->n);
	*(float8 *) ARR_DATA_PTR(array) = object->n;
	state = open_loss_state(array);
	for (int i = 0; i < state.n; i++)
	{
		double weight = weights ? weights[i] : challenge_weight(object->classes[i]);

		check_class_weight(object->classes[i], weight);
		state.classes[i] = object->classes[i];
		state.weights[i] = weight;
	}
	return array;
}

static void
check_loss_state(const LossState *state, const ScoredObject *object, const float8 *weights)
{
	if (state->n != object->n)
		state_mismatch("classes");
	for (int i = 0; i < state->n; i++)
		if (state->classes[i] != object->classes[i])
			state_mismatch("classes");
	if (weights != NULL)
		for (int i = 0; i < state->n; i++)
			if (state->weights[i] != weights[i])
				state_mismatch("weights");
}

/*
 * plasticc_log_loss_accum(state, target, probabilities, classes [, weights])
 */
Datum
plasticc_log_loss_accum(PG_FUNCTION_ARGS)
{
	ScoredObject  object;
	const float8 *weights;
	ArrayType	 *array;
	LossState	  state;
	double		  loss;

	if (!get_scored_object(fcinfo, &object))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	weights = weights_argument(fcinfo, object.n);
	if (PG_ARGISNULL(0))
	{
		MemoryContext caller = enter_state_context(fcinfo);

		array = new_loss_state(&object, weights);
		MemoryContextSwitchTo(caller);
		state = open_loss_state(array);
	}
	else
	{
		array = state_argument(fcinfo);
		state = open_loss_state(array);
		check_loss_state(&state, &object, weights);
	}

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
	LossState  state = open_loss_state(array);
	LossState  other = open_loss_state(PG_GETARG_ARRAYTYPE_P(1));

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
	LossState state = open_loss_state(PG_GETARG_ARRAYTYPE_P(0));
	double	  loss = 0.0, weight = 0.0;

	for (int i = 0; i < state.n; i++)
	{
		if (state.counts[i] <= 0.0)
			continue;
		loss += state.weights[i] * (state.wholes[i] + state.fractions[i]) / state.counts[i];
		weight += state.weights[i];
	}
	if (weight <= 0.0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(loss / weight);
}

static ConfusionState
open_confusion_state(ArrayType *array)
{
	ConfusionState state;
	int			   length;
	int64		  *values = state_elements(array, INT8OID, &length);

	if (values[0] < 1 || values[0] > MODEL_MAX_CLASSES ||
		length != CONFUSION_STATE_LENGTH((int) values[0]))
		invalid_state();
	state.n = (int) values[0];
	state.classes = values + 1;
	state.counts = state.classes + state.n;
	return state;
}

static ArrayType *
new_confusion_state(const ScoredObject *object)
{
	ArrayType	  *array = zero_array(INT8OID, sizeof(int64), CONFUSION_STATE_LENGTH(object->n));
	ConfusionState state;

	check_distinct_classes(object->classes, object->n);
	*(int64 *) ARR_DATA_PTR(array) = object->n;
	state = open_confusion_state(array);
	for (int i = 0; i < state.n; i++)
		state.classes[i] = object->classes[i];
	return array;
}

/*
 * plasticc_confusion_accum(state, target, probabilities, classes)
 */
Datum
plasticc_confusion_accum(PG_FUNCTION_ARGS)
{
	ScoredObject   object;
	ArrayType	  *array;
	ConfusionState state;
	int			   predicted;

	if (!get_scored_object(fcinfo, &object))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
	{
		MemoryContext caller = enter_state_context(fcinfo);

		array = new_confusion_state(&object);
		MemoryContextSwitchTo(caller);
		state = open_confusion_state(array);
	}
	else
	{
		array = state_argument(fcinfo);
		state = open_confusion_state(array);
		if (state.n != object.n)
			state_mismatch("classes");
		for (int i = 0; i < state.n; i++)
			if (state.classes[i] != object.classes[i])
				state_mismatch("classes");
	}

	(void) probability_sum(object.probabilities, object.n);
	predicted = most_probable(object.probabilities, object.n);
	state.counts[object.target * state.n + predicted]++;
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * plasticc_confusion_combine(state, state)
 */
Datum
plasticc_confusion_combine(PG_FUNCTION_ARGS)
{
	ArrayType	  *array = state_argument(fcinfo);
	ConfusionState state = open_confusion_state(array);
	ConfusionState other = open_confusion_state(PG_GETARG_ARRAYTYPE_P(1));

	if (state.n != other.n || memcmp(state.classes, other.classes, sizeof(int64) * state.n) != 0)
		state_mismatch("classes");
	for (int i = 0; i < state.n * state.n; i++)
		state.counts[i] = (int64) ((uint64) state.counts[i] + (uint64) other.counts[i]);
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * plasticc_confusion_final(state): the counts as [true][predicted].
 */
Datum
plasticc_confusion_final(PG_FUNCTION_ARGS)
{
	ConfusionState state = open_confusion_state(PG_GETARG_ARRAYTYPE_P(0));
	int			   n_counts = state.n * state.n;
	Datum		  *counts = palloc(sizeof(Datum) * n_counts);
	int			   dimensions[2] = {state.n, state.n};
	int			   lower_bounds[2] = {1, 1};

	for (int i = 0; i < n_counts; i++)
		counts[i] = Int64GetDatum(state.counts[i]);
	PG_RETURN_ARRAYTYPE_P(construct_md_array(counts, NULL, 2, dimensions, lower_bounds, INT8OID,
											 sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
