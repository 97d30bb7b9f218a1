/*
 * trainer.h
 *		Trains one dense network.
 */
#ifndef PLASTICC_CORE_TRAIN_TRAINER_H
#define PLASTICC_CORE_TRAIN_TRAINER_H

#include "core/base/workspace.h"
#include "core/train/member_training.h"

/*
 * Trains a network and returns it as a model with one member, allocated in the
 * workspace.  Its inputs are informative ones, of the number that option selected_inputs
 * allows.  The callback is called after each epoch.  Returns NULL if training fails.
 *
 * The same set, options and seed give the same model, byte for byte, on the same machine.
 */
extern Model *train_network(const TrainingSet *set, const Inputs *inputs,
							const TrainingOptions *options, Workspace *workspace,
							EpochCallback callback, void *argument, TrainingResult *result);

#endif /* PLASTICC_CORE_TRAIN_TRAINER_H */
