/*
 * tree_trainer.h
 *		Trains one member that is boosted trees.
 */
#ifndef PLASTICC_CORE_TRAIN_TREE_TRAINER_H
#define PLASTICC_CORE_TRAIN_TREE_TRAINER_H

#include "core/train/member_training.h"

/*
 * Trains a booster and returns it as a model with one member, allocated in the
 * workspace; it reads the set's features as they are.  The loss, the weights of rows and
 * classes and the gate are those of networks.  The callback is called after every
 * EPOCH_ROUNDS rounds, and after the last; with held-out rows, the rounds of the least
 * validation loss are kept, and option patience counts these epochs.  Returns NULL if training
 * fails.
 *
 * The same set, options and seed give the same model, byte for byte, on the same machine.
 */
extern Model *train_booster(const TrainingSet *set, const Inputs *inputs,
							const TrainingOptions *options, Workspace *workspace,
							EpochCallback callback, void *argument, TrainingResult *result);

/*
 * If the boosters of a model were trained on features that the preprocessing has normalised,
 * makes their thresholds those of the original features.
 */
extern void denormalise_thresholds(Model *model, const Preprocessing *preprocessing,
								   Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_TREE_TRAINER_H */
