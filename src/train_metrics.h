/*
 * train_metrics.h
 *		What a training came to, as JSON.
 */
#ifndef PLASTICC_TRAIN_METRICS_H
#define PLASTICC_TRAIN_METRICS_H

#include "core/training.h"
#include "train_input.h"

/*
 * The members of the metrics object of a model, without its braces: counts,
 * losses, and how the model does on the objects held out.  They go into the
 * model as well, so they do not tell the time that the training took.
 */
extern char *training_metrics(const TrainingInput *input, const Model *model,
							  const TrainingResult *result);

#endif							/* PLASTICC_TRAIN_METRICS_H */
