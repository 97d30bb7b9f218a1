/*
 * prediction.c
 *		Class probabilities of an object, as arguments.
 */
#include "pg/module/plasticc.h"

#include "pg/model/prediction.h"
#include "pg/util/class_arrays.h"

const int32 challenge_classes[N_CHALLENGE_CLASSES] = {6,  15, 16, 42, 52, 53, 62,			64,
													  65, 67, 88, 90, 92, 95, UNKNOWN_CLASS};

Prediction
prediction_arguments(FunctionCallInfo fcinfo, int classes_argument)
{
	Prediction prediction;

	prediction.probabilities = probability_elements(PG_GETARG_ARRAYTYPE_P(0), &prediction.n);
	prediction.sum = probability_sum(prediction.probabilities, prediction.n);
	if (PG_NARGS() <= classes_argument || PG_ARGISNULL(classes_argument))
	{
		bool is_challenge =
			prediction.n == N_CHALLENGE_CLASSES || prediction.n == N_CHALLENGE_CLASSES - 1;

		prediction.classes = is_challenge ? challenge_classes : NULL;
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
