/*
 * unknown_class.c
 *		The probability of class 99, of objects that belong to no known class.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/base/statistics.h"
#include "core/model/challenge_classes.h"
#include "pg/model/prediction.h"
#include "pg/module/enums.h"
#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"

PG_FUNCTION_INFO_V1(plasticc_add_unknown);
PG_FUNCTION_INFO_V1(plasticc_add_unknown_support);
PG_FUNCTION_INFO_V1(plasticc_default_unknown_method);

#define DEFAULT_METHOD "confidence"

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
	double share = 0.0;

	for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
		if (challenge_classes[i].place == CLASS_GALACTIC)
			share += class_probability(prediction, challenge_classes[i].number);
	return share > 0.5;
}

/*
 * The share of class 99 in the weights of the log loss: it minimises the expected
 * loss where nothing is known of an object but the relative probabilities of the
 * known classes.
 */
static double
prior_unknown(const Prediction *prediction)
{
	double weights = 0.0;

	for (int i = 0; i < prediction->n; i++)
		weights += prediction->classes ? challenge_weight(prediction->classes[i]) : 1.0;
	return challenge_weight(UNKNOWN_CLASS) / weights;
}

/*
 * Linear in the largest probability, which shows best of the simple measures whether an object is
 * of a known class at all (Hendrycks & Gimpel 2017).  The coefficients are measured
 * (bench/README.md). Class 99 is the most probable only where no known class has more than 0.285.
 */
static double
confidence_unknown(const Prediction *prediction)
{
	return 0.07 + 0.3 * (1.0 - largest_probability(prediction));
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

static double
scirpus_unknown(const Prediction *prediction)
{
	int		n = prediction->n;
	double *sorted = palloc(sizeof(double) * 2 * n); /* and scratch */
	double	median, mean = 1.0 / n, largest;

	for (int i = 0; i < n; i++)
		sorted[i] = probability(prediction, i);
	sort_values(sorted, n, sorted + n);
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
 * The values of plasticc_unknown_method; docs/classification.md lists the formulas.
 */
typedef struct UnknownMethod
{
	const char	  *label; /* first, for ENUM_INDEX */
	UnknownFormula formula;
	bool		   needs_classes;
	bool		   needs_supernovae; /* at least one of the classes that resemble class 99 */
} UnknownMethod;

static const UnknownMethod unknown_methods[] = {
	{"prior", prior_unknown, false},
	{"presentation", presentation_unknown, false},
	{"product", product_unknown, false},
	{"scirpus", scirpus_unknown, false},
	{"constant", constant_unknown, true},
	{"second_place", second_place_unknown, true},
	{"boone", boone_unknown, true, true},
	{"major_tom", major_tom_unknown, true, true},
	{DEFAULT_METHOD, confidence_unknown, false}, /* for any classes */
	{NULL},
};

/* The method of the previous row, so that its label is looked up once. */
typedef struct MethodCache
{
	Oid					 value;
	const UnknownMethod *method;
} MethodCache;

static const UnknownMethod *
method_argument(FunctionCallInfo fcinfo, int argument)
{
	MethodCache *cache = fcinfo->flinfo->fn_extra;
	Oid			 value;

	if (is_label_argument(fcinfo, argument))
		return &unknown_methods[ENUM_ARGUMENT(fcinfo, argument, unknown_methods, "method")];
	value = PG_GETARG_OID(argument);
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(MethodCache));
	if (cache->value != value)
	{
		cache->method = &unknown_methods[ENUM_INDEX(value, unknown_methods)];
		cache->value = value;
	}
	return cache->method;
}

/* Without any of these classes the method would give class 99 no probability. */
static void
require_supernovae(const Prediction *prediction, const UnknownMethod *method)
{
	static const int32 supernovae[] = {42, 52, 62, 95};

	for (int i = 0; i < lengthof(supernovae); i++)
		if (class_index(prediction->classes, prediction->n, supernovae[i]) >= 0)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("method \"%s\" requires one of the classes 42, 52, 62 and 95", method->label),
			 errhint("Use the method \"%s\", which accepts any classes.", DEFAULT_METHOD)));
}

/*
 * plasticc_add_unknown(probabilities, method [, classes]): the probabilities with
 * that of class 99 appended, divided by their sum.
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
	method = method_argument(fcinfo, 1);
	prediction = prediction_arguments(fcinfo, 2);
	if (method->needs_classes)
		require_classes(&prediction);
	if (method->needs_supernovae)
		require_supernovae(&prediction, method);
	if (prediction.classes != NULL &&
		class_index(prediction.classes, prediction.n, UNKNOWN_CLASS) >= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("probabilities already include class %d", UNKNOWN_CLASS),
						PG_NARGS() < 3 || PG_ARGISNULL(2)
							? errhint("If classes is omitted, %d probabilities are assumed to be "
									  "those of the challenge's classes.",
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

/*
 * plasticc_default_unknown_method(): a function, because an update adds the value to its type and,
 * in the same transaction, cannot use it as a constant.
 */
Datum
plasticc_default_unknown_method(PG_FUNCTION_ARGS)
{
	Oid type = get_func_rettype(fcinfo->flinfo->fn_oid);
	Oid value = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(type),
								CStringGetDatum(DEFAULT_METHOD));

	if (!OidIsValid(value))
		elog(ERROR, "enum type %u has no label \"%s\"", type, DEFAULT_METHOD);
	PG_RETURN_OID(value);
}

/*
 * Planner support for plasticc_add_unknown: of the method as a text it makes the enum
 * value, in the form that has all three arguments and double precision[].  That of a real[] takes
 * it as it is, without the conversion, which is not sent to foreign servers.
 */
Datum
plasticc_add_unknown_support(PG_FUNCTION_ARGS)
{
	SupportRequestSimplify *request = (SupportRequestSimplify *) PG_GETARG_POINTER(0);
	FuncExpr			   *call;
	ArrayCoerceExpr		   *conversion;
	Node				   *with_enum;

	if (!IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	call = copyObject(request->fcall);
	if (list_length(call->args) == 2)
		call->args = lappend(call->args, makeNullConst(INT4ARRAYOID, -1, InvalidOid));
	with_enum = call_with_enum((Node *) call, 1, "plasticc_unknown_method", FLOAT8ARRAYOID);
	if (with_enum != NULL)
		PG_RETURN_POINTER(with_enum);
	conversion = linitial(call->args);
	if (!IsA(conversion, ArrayCoerceExpr) || exprType((Node *) conversion->arg) != FLOAT4ARRAYOID)
		PG_RETURN_POINTER(NULL);
	linitial(call->args) = conversion->arg;
	PG_RETURN_POINTER(call);
}
