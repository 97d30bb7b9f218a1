/*
 * class_arrays.c
 *		Class probabilities, and the classes that they belong to, in arrays.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "core/base/limits.h"
#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"

const float4 *
probability_elements(ArrayType *array, int *n)
{
	return real_or_double_elements(array, "probabilities", MODEL_MAX_CLASSES, n);
}

static void
check_class_count(int n_classes, int n)
{
	if (n_classes != n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("expected %d classes for %d probabilities, not %d", n, n, n_classes)));
}

const int32 *
class_elements(ArrayType *array, int n)
{
	int			 n_classes;
	const int32 *classes =
		integer_or_bigint_elements(array, "classes", MODEL_MAX_CLASSES, &n_classes);

	check_class_count(n_classes, n);
	return classes;
}

text **
class_name_elements(ArrayType *array, int n)
{
	int	   n_classes;
	text **names = text_elements(array, "classes", MODEL_MAX_CLASSES, &n_classes);

	check_class_count(n_classes, n);
	return names;
}

double
probability_sum(const float4 *probabilities, int n)
{
	double sum = 0.0;

	for (int i = 0; i < n; i++)
	{
		if (!(probabilities[i] >= 0.0f) || !isfinite(probabilities[i]))
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("probability %d must be finite and not negative, not %g", i + 1,
								   probabilities[i])));
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
							errmsg("class %d is listed more than once", classes[i])));
}
