/*
 * submission.c
 *		The wide form of a submission to the PLAsTiCC challenge.
 */
#include "pg/module/plasticc.h"

#include "core/model/challenge_classes.h"
#include "pg/model/prediction.h"
#include "pg/util/class_arrays.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_submission);

static bool
is_challenge_class(int32 class)
{
	for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
		if (challenge_classes[i].number == class)
			return true;
	return false;
}

/*
 * plasticc_submission(probabilities, classes): a column for each class of the
 * challenge, 0 for those that are not among classes.
 */
Datum
plasticc_submission(PG_FUNCTION_ARGS)
{
	Datum	   values[N_CHALLENGE_CLASSES];
	bool	   nulls[N_CHALLENGE_CLASSES] = {false};
	Prediction prediction;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	prediction = prediction_arguments(fcinfo, 1);
	require_classes(&prediction);
	for (int i = 0; i < prediction.n; i++)
		if (!is_challenge_class(prediction.classes[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("class %d is not a class of the challenge", prediction.classes[i])));
	for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
	{
		int j = class_index(prediction.classes, prediction.n, challenge_classes[i].number);

		values[i] = Float4GetDatum(j < 0 ? 0.0f : prediction.probabilities[j]);
	}
	return single_row(fcinfo, values, nulls);
}
