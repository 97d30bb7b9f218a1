/*
 * unknown_class.c
 *		What a submission to the PLAsTiCC challenge needs beyond the known
 *		classes: a probability of class 99 and the wide form of the file.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/util/arrays.h"
#include "pg/module/enums.h"
#include "core/train/scoring.h"
#include "core/base/limits.h"

#define UNKNOWN_CLASS 99
#define N_CHALLENGE_CLASSES 15

/* Ascending; class 99, which no training object has, is the last. */
static const int32 challenge_classes[N_CHALLENGE_CLASSES] = {
	6, 15, 16, 42, 52, 53, 62, 64, 65, 67, 88, 90, 92, 95, UNKNOWN_CLASS};

PG_FUNCTION_INFO_V1(plasticc_add_unknown);
PG_FUNCTION_INFO_V1(plasticc_submission);

/* Probabilities that sum to 1, and the classes they are of. */
typedef struct Prediction
{
	int			  n;
	const float4 *probabilities;
	double		  sum;	   /* to divide by */
	const int32	 *classes; /* NULL when not known */
} Prediction;

typedef double (*UnknownFormula)(const Prediction *prediction);

static double
probability(const Prediction *prediction, int i)
{
	return prediction->probabilities[i] / prediction->sum;
}

/* 0 for a class that the model does not know. */
static double
class_probability(const Prediction *prediction, int32 class)
{
	int i = class_index(prediction->classes, prediction->n, class);

	return i < 0 ? 0.0 : probability(prediction, i);
}

static double
largest_probability(const Prediction *prediction)
{
	double largest = 0.0;

	for (int i = 0; i < prediction->n; i++)
		largest = fmax(largest, probability(prediction, i));
	return largest;
}

/* The probability that no class fits, were the classes independent. */
static double
product_of_complements(const Prediction *prediction)
{
	double product = 1.0;

	for (int i = 0; i < prediction->n; i++)
		product *= 1.0 - probability(prediction, i);
	return product;
}

/* Whether the classes within the Milky Way hold the larger share. */
static bool
is_galactic(const Prediction *prediction)
{
	static const int32 galactic[] = {6, 16, 53, 65, 92};
	double			   share = 0.0;

	for (int i = 0; i < lengthof(galactic); i++)
		share += class_probability(prediction, galactic[i]);
	return share > 0.5;
}

/*
 * Gives class 99 the share that its weight has in the log loss: the least
 * expected loss of whoever knows nothing of an object but the known classes'
 * probabilities relative to each other.
 */
static double
prior_unknown(const Prediction *prediction)
{
	double weights = 0.0;

	for (int i = 0; i < prediction->n; i++)
		weights += prediction->classes ? challenge_weight(prediction->classes[i]) : 1.0;
	return challenge_weight(UNKNOWN_CLASS) / weights;
}

static double
presentation_unknown(const Prediction *prediction)
{
	return (1.0 - largest_probability(prediction)) / 14.0;
}

/* Scaled so that a row of equal probabilities gets 0.14. */
static double
product_unknown(const Prediction *prediction)
{
	return 0.14 * product_of_complements(prediction) /
		   fmax(pow(1.0 - 1.0 / prediction->n, prediction->n), 1e-300);
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
scirpus_unknown(const Prediction *prediction)
{
	int		n = prediction->n;
	double *sorted = palloc(sizeof(double) * n);
	double	median, mean = 1.0 / n, largest;

	for (int i = 0; i < n; i++)
		sorted[i] = probability(prediction, i);
	qsort(sorted, n, sizeof(double), compare_doubles);
	median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0;
	largest = sorted[n - 1];
	pfree(sorted);
	return ((median + mean / 2.0) / 2.0 + (1.0 - largest * largest * largest) / 2.0) / 2.0;
}

static double
constant_unknown(const Prediction *prediction)
{
	return is_galactic(prediction) ? 0.017 : 0.17;
}

static double
second_place_unknown(const Prediction *prediction)
{
	if (is_galactic(prediction))
		return 0.014;
	return (2.0 * (1.0 - largest_probability(prediction)) + 0.14) / 3.0;
}

static double
boone_unknown(const Prediction *prediction)
{
	if (is_galactic(prediction))
		return 0.04;
	return class_probability(prediction, 42) + 0.6 * class_probability(prediction, 62) +
		   0.2 * class_probability(prediction, 52) + 0.2 * class_probability(prediction, 95);
}

static double
major_tom_unknown(const Prediction *prediction)
{
	double p62 = class_probability(prediction, 62), p95 = class_probability(prediction, 95),
		   supernovae =
			   class_probability(prediction, 42) + p62 + class_probability(prediction, 52) + p95;

	if (is_galactic(prediction))
		return 0.2 * product_of_complements(prediction);
	return 1.65 * pow(supernovae, 2.5) * pow(fmax(1.0 - p95 - p62, 0.0), 0.635);
}

/*
 * The values of plasticc_unknown_method; the README lists the formulas.
 */
typedef struct UnknownMethod
{
	const char	  *label;
	UnknownFormula formula;
	bool		   needs_classes;
	bool		   needs_supernovae; /* some of the classes that are like it */
} UnknownMethod;

static const UnknownMethod unknown_methods[] = {
	{"prior", prior_unknown, false},	  {"presentation", presentation_unknown, false},
	{"product", product_unknown, false},  {"scirpus", scirpus_unknown, false},
	{"constant", constant_unknown, true}, {"second_place", second_place_unknown, true},
	{"boone", boone_unknown, true, true}, {"major_tom", major_tom_unknown, true, true},
};

/* The method of the last row, so that its label is looked up once. */
typedef struct MethodCache
{
	Oid					 value;
	const UnknownMethod *method;
} MethodCache;

static const UnknownMethod *
find_method(Oid value)
{
	const char *labels[lengthof(unknown_methods)];

	for (int i = 0; i < lengthof(unknown_methods); i++)
		labels[i] = unknown_methods[i].label;
	return &unknown_methods[enum_index(value, labels, lengthof(labels))];
}

static const UnknownMethod *
method_argument(FunctionCallInfo fcinfo, Oid value)
{
	MethodCache *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(MethodCache));
	if (cache->value != value)
	{
		cache->method = find_method(value);
		cache->value = value;
	}
	return cache->method;
}

/*
 * The probabilities of argument 0 and their classes in the given argument; a
 * NULL there stands for the challenge's classes when as many probabilities as
 * that, with or without class 99, are given, otherwise for unknown ones.
 */
static Prediction
prediction_arguments(FunctionCallInfo fcinfo, int classes_argument)
{
	Prediction prediction;
	int		   n_classes;

	prediction.probabilities =
		real_elements(PG_GETARG_ARRAYTYPE_P(0), "probabilities", MODEL_MAX_CLASSES, &prediction.n);
	prediction.sum = probability_sum(prediction.probabilities, prediction.n);
	if (PG_ARGISNULL(classes_argument))
	{
		bool is_challenge =
			prediction.n == N_CHALLENGE_CLASSES || prediction.n == N_CHALLENGE_CLASSES - 1;

		prediction.classes = is_challenge ? challenge_classes : NULL;
		return prediction;
	}
	prediction.classes = integer_elements(PG_GETARG_ARRAYTYPE_P(classes_argument), "classes",
										  MODEL_MAX_CLASSES, &n_classes);
	if (n_classes != prediction.n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d probabilities for %d classes", prediction.n, n_classes)));
	check_distinct_classes(prediction.classes, prediction.n);
	return prediction;
}

static void
require_classes(const Prediction *prediction)
{
	if (prediction->classes == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the classes of %d probabilities are not known", prediction->n),
						errhint("Pass plasticc_classes(model) as classes; only the challenge's own "
								"classes may be left out.")));
}

/* Without any of these classes the method would leave class 99 no probability. */
static void
require_supernovae(const Prediction *prediction, const UnknownMethod *method)
{
	static const int32 supernovae[] = {42, 52, 62, 95};

	for (int i = 0; i < lengthof(supernovae); i++)
		if (class_index(prediction->classes, prediction->n, supernovae[i]) >= 0)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("method \"%s\" needs one of the classes 42, 52, 62 and 95", method->label),
			 errhint("The method \"prior\" suits any classes.")));
}

/*
 * plasticc_add_unknown(probabilities, method, classes): the probabilities and
 * that of class 99 after them, all divided by their sum.
 */
Datum
plasticc_add_unknown(PG_FUNCTION_ARGS)
{
	const UnknownMethod *method;
	Prediction			 prediction;
	ArrayType			*result;
	float4				*values;
	double				 unknown;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	method = method_argument(fcinfo, PG_GETARG_OID(1));
	prediction = prediction_arguments(fcinfo, 2);
	if (method->needs_classes)
		require_classes(&prediction);
	if (method->needs_supernovae)
		require_supernovae(&prediction, method);
	if (prediction.classes != NULL &&
		class_index(prediction.classes, prediction.n, UNKNOWN_CLASS) >= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the probabilities already have class %d", UNKNOWN_CLASS),
						PG_ARGISNULL(2)
							? errhint("Without classes, %d probabilities are taken for those of "
									  "the challenge's classes.",
									  N_CHALLENGE_CLASSES)
							: 0));

	unknown = method->formula(&prediction);
	result = zero_array(FLOAT4OID, sizeof(float4), prediction.n + 1);
	values = (float4 *) ARR_DATA_PTR(result);
	for (int i = 0; i < prediction.n; i++)
		values[i] = (float4) (probability(&prediction, i) / (1.0 + unknown));
	values[prediction.n] = (float4) (unknown / (1.0 + unknown));
	PG_RETURN_ARRAYTYPE_P(result);
}

/* The result's row type, looked up once a query. */
static TupleDesc
result_row_type(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(flinfo->fn_mcxt);
		TupleDesc	  desc;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		flinfo->fn_extra = BlessTupleDesc(desc);
		MemoryContextSwitchTo(caller);
	}
	return flinfo->fn_extra;
}

/*
 * plasticc_submission(probabilities, classes): a column for each class of the
 * challenge, 0 for those that are not among classes.
 */
Datum
plasticc_submission(PG_FUNCTION_ARGS)
{
	TupleDesc  desc = result_row_type(fcinfo);
	Datum	   values[N_CHALLENGE_CLASSES];
	bool	   nulls[N_CHALLENGE_CLASSES] = {false};
	Prediction prediction;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	prediction = prediction_arguments(fcinfo, 1);
	require_classes(&prediction);
	for (int i = 0; i < prediction.n; i++)
		if (class_index(challenge_classes, N_CHALLENGE_CLASSES, prediction.classes[i]) < 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("class %d is not one of the challenge", prediction.classes[i])));
	for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
	{
		int j = class_index(prediction.classes, prediction.n, challenge_classes[i]);

		values[i] = Float4GetDatum(j < 0 ? 0.0f : prediction.probabilities[j]);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}
