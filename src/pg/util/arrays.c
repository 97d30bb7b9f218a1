/*
 * arrays.c
 *		One-dimensional arrays of numbers, checked and made.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "pg/util/arrays.h"

static const void *
checked_elements(ArrayType *array, const char *name, int max, int *n)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s must be a one-dimensional array", name),
						errdetail("It has %d dimensions.", ARR_NDIM(array))));
	if (array_contains_nulls(array))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("%s must not contain NULL", name)));
	*n = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	if (*n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s must not be empty", name)));
	if (*n > max)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("%s must not have more than %d elements", name, max),
						errdetail("The array has %d.", *n)));
	return ARR_DATA_PTR(array);
}

const int32 *
integer_elements(ArrayType *array, const char *name, int max, int *n)
{
	Assert(ARR_ELEMTYPE(array) == INT4OID);
	return checked_elements(array, name, max, n);
}

const float4 *
real_elements(ArrayType *array, const char *name, int max, int *n)
{
	Assert(ARR_ELEMTYPE(array) == FLOAT4OID);
	return checked_elements(array, name, max, n);
}

const float8 *
double_elements(ArrayType *array, const char *name, int max, int *n)
{
	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	return checked_elements(array, name, max, n);
}

ArrayType *
zero_array(Oid element_type, Size element_size, int n)
{
	Size	   size = ARR_OVERHEAD_NONULLS(1) + element_size * n;
	ArrayType *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = element_type;
	ARR_DIMS(array)[0] = n;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

int
feature_array_length(ArrayType *features, const char *whose)
{
	if (ARR_NDIM(features) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("features%s must be a one-dimensional array", whose),
						errdetail("It has %d dimensions.", ARR_NDIM(features))));
	return ARR_NDIM(features) == 0 ? 0 : ARR_DIMS(features)[0];
}

static inline float
finite_or_missing(float value)
{
	return isfinite(value) ? value : NAN;
}

void
copy_features(ArrayType *features, float *values)
{
	int			  n = feature_array_length(features, "");
	bits8		 *present = ARR_NULLBITMAP(features);
	bool		  is_double = ARR_ELEMTYPE(features) == FLOAT8OID;
	const float4 *reals = (const float4 *) ARR_DATA_PTR(features);
	const float8 *doubles = (const float8 *) ARR_DATA_PTR(features);

	for (int i = 0; i < n; i++)
	{
		/* the data area has no room for NULLs */
		if (present != NULL && !(present[i / 8] & (1 << (i % 8))))
			values[i] = NAN;
		else if (is_double)
			values[i] = finite_or_missing((float) *doubles++);
		else
			values[i] = finite_or_missing(*reals++);
	}
}

double
probability_sum(const float4 *probabilities, int n)
{
	double sum = 0.0;

	for (int i = 0; i < n; i++)
	{
		if (!(probabilities[i] >= 0.0f) || !isfinite(probabilities[i]))
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("probability %d is %g", i + 1, probabilities[i]),
							errhint("Probabilities must be finite and not negative.")));
		sum += probabilities[i];
	}
	if (sum <= 0.0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("all probabilities are zero")));
	return sum;
}

int
class_index(const int32 *classes, int n, int32 class)
{
	for (int i = 0; i < n; i++)
		if (classes[i] == class)
			return i;
	return -1;
}

void
check_distinct_classes(const int32 *classes, int n)
{
	for (int i = 1; i < n; i++)
		if (class_index(classes, i, classes[i]) >= 0)
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("class %d stands twice in classes", classes[i])));
}
