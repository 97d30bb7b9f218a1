/*
 * class_arrays.h
 *		Class probabilities, and the classes that they belong to, in arrays.
 */
#ifndef PLASTICC_PG_UTIL_CLASS_ARRAYS_H
#define PLASTICC_PG_UTIL_CLASS_ARRAYS_H

#include "utils/array.h"

/*
 * Elements of an array of class probabilities, real[] or double precision[], and their
 * number; NULLs are errors.
 */
extern const float4 *probability_elements(ArrayType *array, int *n);

/* The classes that n probabilities belong to; an error where they are not as many. */
extern const int32 *class_elements(ArrayType *array, int n);

/* The same where the classes are names. */
extern text **class_name_elements(ArrayType *array, int n);

/*
 * The sum of n class probabilities, which must be finite, not negative and not
 * all zero.
 */
extern double probability_sum(const float4 *probabilities, int n);

/* Index of class among n classes, or -1. */
extern int class_index(const int32 *classes, int n, int32 class);

/* An error unless all classes differ. */
extern void check_distinct_classes(const int32 *classes, int n);

#endif /* PLASTICC_PG_UTIL_CLASS_ARRAYS_H */
