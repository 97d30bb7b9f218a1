/*
 * confusion.c
 *		The aggregate plasticc_confusion.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"

#include "core/base/limits.h"
#include "core/model/scoring.h"
#include "pg/score/score_state.h"
#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"

/* The state: a number n, n classes, n * n counts [true][predicted]. */
typedef struct ConfusionState
{
	int	   n;
	int64 *classes;
	int64 *counts;
} ConfusionState;

#define STATE_LENGTH(n) (1 + (n) + (n) * (n))

PG_FUNCTION_INFO_V1(plasticc_confusion_accum);
PG_FUNCTION_INFO_V1(plasticc_confusion_combine);
PG_FUNCTION_INFO_V1(plasticc_confusion_final);

static ConfusionState
open_state(ArrayType *array)
{
	ConfusionState state;
	int			   length;
	int64		  *values = state_elements(array, INT8OID, &length);

	if (values[0] < 1 || values[0] > MODEL_MAX_CLASSES || length != STATE_LENGTH((int) values[0]))
		invalid_state();
	state.n = (int) values[0];
	state.classes = values + 1;
	state.counts = state.classes + state.n;
	return state;
}

static void *
new_state(const ScoredObject *object)
{
	ArrayType	  *array = zero_array(INT8OID, sizeof(int64), STATE_LENGTH(object->n));
	ConfusionState state;

	*(int64 *) ARR_DATA_PTR(array) = object->n;
	state = open_state(array);
	for (int i = 0; i < state.n; i++)
		state.classes[i] = class_key(object, i);
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
		return state_unchanged(fcinfo);
	array = state_for_object(fcinfo, &object, new_state);
	state = open_state(array);
	if (state.n != object.n)
		state_mismatch("classes");
	for (int i = 0; i < state.n; i++)
		if (state.classes[i] != class_key(&object, i))
			state_mismatch("classes");

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
	ConfusionState state = open_state(array);
	ConfusionState other = open_state(PG_GETARG_ARRAYTYPE_P(1));

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
	ConfusionState state = open_state(PG_GETARG_ARRAYTYPE_P(0));
	int			   n_counts = state.n * state.n;
	Datum		  *counts = palloc(sizeof(Datum) * n_counts);
	int			   dimensions[2] = {state.n, state.n};
	int			   lower_bounds[2] = {1, 1};

	for (int i = 0; i < n_counts; i++)
		counts[i] = Int64GetDatum(state.counts[i]);
	PG_RETURN_ARRAYTYPE_P(construct_md_array(counts, NULL, 2, dimensions, lower_bounds, INT8OID,
											 sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
