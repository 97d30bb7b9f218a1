/*
 * target_sample.h
 *		The target sample: the objects to be classified, returned by option survey_query.
 */
#ifndef PLASTICC_PG_TRAIN_TARGET_SAMPLE_H
#define PLASTICC_PG_TRAIN_TARGET_SAMPLE_H

#include "core/train/sample_weights.h"
#include "pg/train/train_input.h"

/*
 * Runs the option's query as the current user and keeps the features in which target
 * sample and training rows are compared; of many objects that are compared in all features,
 * a random sample.  NULL without the option.  Allocated in context.  Features that do not
 * exist and rows that cannot be used are errors.  Must be called connected to SPI.
 */
extern TargetSample *read_target_sample(const TrainingInput *input, const TrainingOptions *options,
										MemoryContext context);

/*
 * Sets ensemble->weight to target_weights() of each fold, and separation if there is one; does
 * nothing if sample is NULL.
 */
extern void weigh_like_target_sample(Ensemble *ensemble, const TargetSample *sample,
									 MemoryContext context);

#endif /* PLASTICC_PG_TRAIN_TARGET_SAMPLE_H */
