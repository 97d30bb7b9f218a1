/*
 * score_state.c
 *		Arguments and states of the aggregates that score class probabilities.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"
#include "core/base/limits.h"
#include "pg/score/score_state.h"

/* The weights of the classes in argument 4; NULL when the function has none. */
static const float8 *
weights_argument(FunctionCallInfo fcinfo, const ScoredObject *object)
{
	const float8 *weights;
	int			  n;

	if (PG_NARGS() <= 4)
		return NULL;
	if (PG_ARGISNULL(4))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("weights must not be NULL"),
						errhint("Leave the argument out for the weights of the challenge.")));
	weights = double_elements(PG_GETARG_ARRAYTYPE_P(4), "weights", MODEL_MAX_CLASSES, &n);
	if (n != object->n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("expected %d weights for %d classes, not %d", object->n, object->n, n)));
	for (int i = 0; i < n; i++)
		if (!(weights[i] >= 0.0) || !isfinite(weights[i]))
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("weight of class %d must be finite and not negative, not %g",
								   object->classes[i], weights[i])));
	return weights;
}

bool
get_scored_object(FunctionCallInfo fcinfo, ScoredObject *object)
{
	int32 target;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	if (PG_ARGISNULL(3))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("classes must not be NULL"),
						errhint("Pass plasticc_classes(model), or an array constant.")));
	target = PG_GETARG_INT32(1);
	object->probabilities = probability_elements(PG_GETARG_ARRAYTYPE_P(2), &object->n);
	object->classes = class_elements(PG_GETARG_ARRAYTYPE_P(3), object->n);
	object->target = class_index(object->classes, object->n, target);
	if (object->target < 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("target %d is not among the classes", target),
				 target == 99
					 ? errhint("Append it to the probabilities with plasticc_add_unknown, and "
							   "to the classes with classes || 99.")
					 : errhint("Leave out the objects of classes that the model does not know, or "
							   "add the class with a probability of 0.")));
	object->probability_sum = probability_sum(object->probabilities, object->n);
	object->weights = weights_argument(fcinfo, object);
	return true;
}

void
state_mismatch(const char *reason)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s differ between rows", reason),
					errhint("All rows of an aggregate must have the same; use GROUP BY to "
							"separate them.")));
}

void
invalid_state(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid aggregate state")));
}

ArrayType *
state_argument(FunctionCallInfo fcinfo)
{
	(void) aggregate_context(fcinfo);
	return PG_GETARG_ARRAYTYPE_P(0);
}

ArrayType *
state_for_object(FunctionCallInfo fcinfo, const ScoredObject *object,
				 ArrayType *(*create)(const ScoredObject *object))
{
	MemoryContext caller;
	ArrayType	 *state;

	if (!PG_ARGISNULL(0))
		return state_argument(fcinfo);
	check_distinct_classes(object->classes, object->n);
	caller = MemoryContextSwitchTo(aggregate_context(fcinfo));
	state = create(object);
	MemoryContextSwitchTo(caller);
	return state;
}

Datum
state_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

void
check_same_classes(const ScoredObject *object, int n, const float8 *classes, const float8 *weights)
{
	if (n != object->n)
		state_mismatch("classes");
	for (int i = 0; i < n; i++)
		if (classes[i] != object->classes[i])
			state_mismatch("classes");
	for (int i = 0; object->weights != NULL && i < n; i++)
		if (weights[i] != object->weights[i])
			state_mismatch("weights");
}

void *
state_elements(ArrayType *array, Oid element_type, int *length)
{
	if (ARR_NDIM(array) != 1 || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != element_type)
		invalid_state();
	*length = ARR_DIMS(array)[0];
	return ARR_DATA_PTR(array);
}
