/*
 * score_state.c
 *		Arguments and states of the aggregates that score class probabilities.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/base/limits.h"
#include "core/model/challenge_classes.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"
#include "pg/score/score_state.h"

double
class_challenge_weight(const ScoredObject *object, int i)
{
	return object->classes ? challenge_weight(object->classes[i])
						   : challenge_label_weight(text_to_cstring(object->names[i]));
}

/* The class as messages quote it. */
static char *
quoted_class(const ScoredObject *object, int i)
{
	return object->classes ? psprintf("%d", object->classes[i])
						   : psprintf("\"%s\"", quoted_text(object->names[i]));
}

void
get_class_weights(FunctionCallInfo fcinfo, ScoredObject *object)
{
	const float8 *weights;
	int			  n;

	if (PG_NARGS() <= 4)
		return;
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
							errmsg("weight of class %s must be finite and not negative, not %g",
								   quoted_class(object, i), weights[i])));
	object->weights = weights;
}

/* The target is double precision where the probabilities are double precision[], else an integer.
 */
static void
get_numbers(FunctionCallInfo fcinfo, ScoredObject *object)
{
	bool   is_double = ARR_ELEMTYPE(PG_GETARG_ARRAYTYPE_P(2)) == FLOAT8OID;
	double target = is_double ? PG_GETARG_FLOAT8(1) : PG_GETARG_INT32(1);

	object->classes = class_elements(PG_GETARG_ARRAYTYPE_P(3), object->n);
	object->target = object->n - 1;
	while (object->target >= 0 && object->classes[object->target] != target)
		object->target--;
	if (object->target < 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("target %.15g is not among the classes", target),
				 target == UNKNOWN_CLASS
					 ? errhint("Append it to the probabilities with plasticc_add_unknown, and "
							   "to the classes with classes || 99.")
					 : errhint("Leave out the objects of classes that the model does not know, or "
							   "add the class with a probability of 0.")));
}

int64
class_name_key(const char *utf8, int length)
{
	uint64 hash = UINT64CONST(0xCBF29CE484222325);

	for (int i = 0; i < length; i++)
		hash = (hash ^ (unsigned char) utf8[i]) * UINT64CONST(0x100000001B3);
	return (int64) ((hash ^ hash >> 52) & (UINT64CONST(0xFFFFFFFFFFFFF)));
}

static int64
text_key(const text *name)
{
	int			length = VARSIZE_ANY_EXHDR(name);
	const char *utf8 = pg_server_to_any(VARDATA_ANY(name), length, PG_UTF8);

	return class_name_key(utf8, utf8 == VARDATA_ANY(name) ? length : strlen(utf8));
}

static bool
same_text(const text *a, const text *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		   memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static void
get_names(FunctionCallInfo fcinfo, ScoredObject *object)
{
	const text *target = PG_GETARG_TEXT_PP(1);
	int64	   *keys = palloc(sizeof(int64) * object->n);

	object->names = class_name_elements(PG_GETARG_ARRAYTYPE_P(3), object->n);
	object->target = -1;
	for (int i = 0; i < object->n; i++)
	{
		keys[i] = text_key(object->names[i]);
		if (object->target < 0 && same_text(object->names[i], target))
			object->target = i;
	}
	object->keys = keys;
	if (object->target < 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("target \"%s\" is not among the classes", quoted_text(target)),
						errhint("Leave out the objects of classes that the model does not know, or "
								"add the class with a probability of 0.")));
}

bool
get_scored_object(FunctionCallInfo fcinfo, ScoredObject *object)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	if (PG_ARGISNULL(3))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("classes must not be NULL"),
						errhint("Pass plasticc_classes(model), or an array constant.")));
	memset(object, 0, sizeof(*object));
	object->probabilities = probability_elements(PG_GETARG_ARRAYTYPE_P(2), &object->n);
	if (ARR_ELEMTYPE(PG_GETARG_ARRAYTYPE_P(3)) == TEXTOID)
		get_names(fcinfo, object);
	else
		get_numbers(fcinfo, object);
	object->probability_sum = probability_sum(object->probabilities, object->n);
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

void *
state_argument(FunctionCallInfo fcinfo)
{
	(void) aggregate_context(fcinfo);
	return PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
}

/* An error unless all classes differ. */
static void
check_distinct(const ScoredObject *object)
{
	if (object->classes)
		check_distinct_classes(object->classes, object->n);
	for (int i = 1; i < object->n && object->names; i++)
		for (int j = 0; j < i; j++)
			if (same_text(object->names[i], object->names[j]))
				ereport(ERROR,
						(errcode(ERRCODE_DATA_EXCEPTION),
						 errmsg("class %s is listed more than once", quoted_class(object, i))));
}

void *
state_for_object(FunctionCallInfo fcinfo, const ScoredObject *object,
				 void *(*create)(const ScoredObject *object))
{
	MemoryContext caller;
	void		 *state;

	if (!PG_ARGISNULL(0))
		return state_argument(fcinfo);
	check_distinct(object);
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
		if (classes[i] != (float8) class_key(object, i))
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
