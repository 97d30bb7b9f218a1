/*
 * prediction.c
 *		Class probabilities of an object, as arguments.
 */
#include "pg/module/plasticc.h"

#include "core/model/challenge_classes.h"
#include "pg/model/prediction.h"
#include "pg/util/class_arrays.h"

/* The classes of so many probabilities: the challenge's, with or without the last; else NULL. */
static const int32 *
assumed_classes(int n)
{
	static int32 classes[N_CHALLENGE_CLASSES]; /* filled by the first call */

	if (n != N_CHALLENGE_CLASSES && n != N_CHALLENGE_CLASSES - 1)
		return NULL;
	if (classes[0] == 0)
		for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
			classes[i] = challenge_classes[i].number;
	return classes;
}

Prediction
prediction_arguments(FunctionCallInfo fcinfo, int classes_argument)
{
	Prediction prediction;

	prediction.probabilities = probability_elements(PG_GETARG_ARRAYTYPE_P(0), &prediction.n);
	prediction.sum = probability_sum(prediction.probabilities, prediction.n);
	if (PG_NARGS() <= classes_argument || PG_ARGISNULL(classes_argument))
	{
		prediction.classes = assumed_classes(prediction.n);
		return prediction;
	}
	prediction.classes = class_elements(PG_GETARG_ARRAYTYPE_P(classes_argument), prediction.n);
	check_distinct_classes(prediction.classes, prediction.n);
	return prediction;
}

void
require_classes(const Prediction *prediction)
{
	if (prediction->classes == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the classes of %d probabilities are not known", prediction->n),
						errhint("Pass plasticc_classes(model) as classes; they can be omitted only "
								"for the challenge's classes.")));
}
