/*
 * prediction.h
 *		Class probabilities of an object, as arguments.
 */
#ifndef PLASTICC_PG_MODEL_PREDICTION_H
#define PLASTICC_PG_MODEL_PREDICTION_H

#include "fmgr.h"

/* Probabilities, which sum to 1 after division by their sum, and their classes. */
typedef struct Prediction
{
	int			  n;
	const float4 *probabilities;
	double		  sum;	   /* to divide by */
	const int32	 *classes; /* NULL when not known */
} Prediction;

/*
 * The probabilities in argument 0 and their classes in the given argument.
 * NULL there means the challenge's classes if there are as many probabilities
 * as those, with or without class 99; otherwise the classes are not known.
 */
extern Prediction prediction_arguments(FunctionCallInfo fcinfo, int classes_argument);

/* An error where the classes are not known. */
extern void require_classes(const Prediction *prediction);

#endif /* PLASTICC_PG_MODEL_PREDICTION_H */
