/*
 * target_sample.h
 *		The objects to be classified, which option survey_query returns.
 */
#ifndef PLASTICC_PG_TRAIN_TARGET_SAMPLE_H
#define PLASTICC_PG_TRAIN_TARGET_SAMPLE_H

#include "core/train/sample_weights.h"
#include "pg/train/train_input.h"

/*
 * Runs the option's query, as the current user, and keeps the columns in which
 * its objects and the training rows are compared; NULL without the option.  Memory
 * comes from context.  Errors: no such columns, a row that cannot be used.  Call it
 * connected to SPI.
 */
extern SurveySample *read_target_sample(const TrainingInput *input, const TrainingOptions *options,
										MemoryContext context);

/* survey_weights for each of the ensemble's folds, in ensemble->weight. */
extern void weigh_like_target_sample(Ensemble *ensemble, const SurveySample *sample,
									 MemoryContext context);

#endif /* PLASTICC_PG_TRAIN_TARGET_SAMPLE_H */
