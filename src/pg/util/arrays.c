/*
 * arrays.c
 *		One-dimensional arrays of numbers: their elements, and new arrays.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/util/arrays.h"

static const void *
checked_elements(ArrayType *array, const char *name, int max, int *n)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s must be a one-dimensional array", name),
						errdetail("The array has %d dimensions.", ARR_NDIM(array))));
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
						errdetail("The array has %d elements.", *n)));
	return ARR_DATA_PTR(array);
}

const int32 *
integer_elements(ArrayType *array, const char *name, int max, int *n)
{
	Assert(ARR_ELEMTYPE(array) == INT4OID);
	return checked_elements(array, name, max, n);
}

const int32 *
integer_or_bigint_elements(ArrayType *array, const char *name, int max, int *n)
{
	const int64 *bigints;
	int32		*integers;

	if (ARR_ELEMTYPE(array) == INT4OID)
		return integer_elements(array, name, max, n);
	Assert(ARR_ELEMTYPE(array) == INT8OID);
	bigints = checked_elements(array, name, max, n);
	integers = palloc(sizeof(int32) * *n);
	for (int i = 0; i < *n; i++)
	{
		if (bigints[i] < PG_INT32_MIN || bigints[i] > PG_INT32_MAX)
			ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("%s must be integers of 32 bits, not " INT64_FORMAT, name,
								   bigints[i])));
		integers[i] = (int32) bigints[i];
	}
	return integers;
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

const float4 *
real_or_double_elements(ArrayType *array, const char *name, int max, int *n)
{
	const float8 *doubles;
	float4		 *reals;

	if (ARR_ELEMTYPE(array) == FLOAT4OID)
		return real_elements(array, name, max, n);
	doubles = double_elements(array, name, max, n);
	reals = palloc(sizeof(float4) * *n);
	for (int i = 0; i < *n; i++)
		reals[i] = (float4) doubles[i];
	return reals;
}

text **
text_elements(ArrayType *array, const char *name, int max, int *n)
{
	Datum *elements;
	text **texts;

	Assert(ARR_ELEMTYPE(array) == TEXTOID);
	(void) checked_elements(array, name, max, n);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, n);
	texts = palloc(sizeof(text *) * *n);
	for (int i = 0; i < *n; i++)
		texts[i] = (text *) DatumGetPointer(elements[i]);
	return texts;
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

/* The array of n elements of that type that stand in a row at values. */
static ArrayType *
array_of(Oid element_type, Size element_size, const void *values, int n)
{
	ArrayType *array = zero_array(element_type, element_size, n);

	memcpy(ARR_DATA_PTR(array), values, element_size * n);
	return array;
}

ArrayType *
integer_array(const int32 *values, int n)
{
	return array_of(INT4OID, sizeof(int32), values, n);
}

ArrayType *
real_array(const float4 *values, int n)
{
	return array_of(FLOAT4OID, sizeof(float4), values, n);
}

ArrayType *
text_array(const char *const *strings, int n)
{
	Datum *texts = palloc(sizeof(Datum) * Max(1, n));

	for (int i = 0; i < n; i++)
		texts[i] = CStringGetTextDatum(strings[i]);
	return construct_array(texts, n, TEXTOID, -1, false, TYPALIGN_INT);
}

int
feature_array_length(ArrayType *features, const char *row)
{
	if (ARR_NDIM(features) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("features%s%s must be a one-dimensional array", row ? " of " : "",
							   row ? row : ""),
						errdetail("The array has %d dimensions.", ARR_NDIM(features))));
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
	int			  n = feature_array_length(features, NULL);
	uint8		 *present = ARR_NULLBITMAP(features);
	bool		  is_double = ARR_ELEMTYPE(features) == FLOAT8OID;
	const float4 *reals = (const float4 *) ARR_DATA_PTR(features);
	const float8 *doubles = (const float8 *) ARR_DATA_PTR(features);

	for (int i = 0; i < n; i++)
	{
		/* the next eight at once, where none of them is NULL */
		if (!is_double && i % 8 == 0 && n - i >= 8 &&
			(present == NULL || present[i / 8] == (uint8) 0xff))
		{
			for (int k = 0; k < 8; k++)
				values[i + k] = finite_or_missing(reals[k]);
			reals += 8;
			i += 7;
			continue;
		}
		/* NULLs take no space in the data area */
		if (present != NULL && !(present[i / 8] & (1 << (i % 8))))
			values[i] = NAN;
		else if (is_double)
			values[i] = finite_or_missing((float) *doubles++);
		else
			values[i] = finite_or_missing(*reals++);
	}
}
