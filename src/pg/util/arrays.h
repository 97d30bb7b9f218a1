/*
 * arrays.h
 *		One-dimensional arrays of numbers: their elements, and new arrays.
 */
#ifndef PLASTICC_PG_UTIL_ARRAYS_H
#define PLASTICC_PG_UTIL_ARRAYS_H

#include "utils/array.h"

/*
 * The elements of a one-dimensional array without NULLs, and their number
 * (1 to max); anything else is an error.  Name is the array's name in messages.
 */
extern const int32	*integer_elements(ArrayType *array, const char *name, int max, int *n);
extern const float4 *real_elements(ArrayType *array, const char *name, int max, int *n);
extern const float8 *double_elements(ArrayType *array, const char *name, int max, int *n);

/* The same of a text[], as texts that may have short headers. */
extern text **text_elements(ArrayType *array, const char *name, int max, int *n);

/* The same of an integer[] or a bigint[], whose elements must be integers of 32 bits. */
extern const int32 *integer_or_bigint_elements(ArrayType *array, const char *name, int max, int *n);

/* The same of a real[] or a double precision[], whose elements are rounded. */
extern const float4 *real_or_double_elements(ArrayType *array, const char *name, int max, int *n);

/*
 * A one-dimensional array of n fixed-length elements, all bytes zero, to be
 * written through ARR_DATA_PTR.
 */
extern ArrayType *zero_array(Oid element_type, Size element_size, int n);

/* Arrays of n values. */
extern ArrayType *integer_array(const int32 *values, int n);
extern ArrayType *real_array(const float4 *values, int n);
extern ArrayType *text_array(const char *const *strings, int n);

/*
 * The number of features in a feature array, which has at most one dimension;
 * row is what messages call the row it stands in, NULL for an argument.
 */
extern int feature_array_length(ArrayType *features, const char *row);

/*
 * Copies the values of a real[] or double precision[]; NULL elements, infinities
 * and values that overflow float become NaN, which means missing.
 */
extern void copy_features(ArrayType *features, float *values);

#endif /* PLASTICC_PG_UTIL_ARRAYS_H */
