/*
 * trainer.h
 *		Trains one dense network.
 */
#ifndef PLASTICC_CORE_TRAIN_TRAINER_H
#define PLASTICC_CORE_TRAIN_TRAINER_H

#include "core/base/workspace.h"
#include "core/model/model.h"
#include "core/train/options.h"
#include "core/train/training_inputs.h"
#include "core/train/training_set.h"

/*
 * The result of an epoch.  The validation loss is that of option "loss"; the
 * training loss is the one that the optimizer minimises, so weight_power and dropout affect it.
 */
typedef struct EpochReport
{
	int	   epoch;			/* 1, 2, ... */
	double training_loss;	/* mean over the epoch */
	double validation_loss; /* NaN without held-out rows */
	double learning_rate;	/* of the last mini-batch */
} EpochReport;

/* Why there is no network. */
typedef enum TrainingFailure
{
	TRAINING_SUCCEEDED,
	TRAINING_UNINFORMED, /* no input tells the training rows apart */
	TRAINING_DIVERGED,	 /* the loss or a parameter is not finite, or too large */
} TrainingFailure;

typedef struct TrainingResult
{
	TrainingFailure failure;
	int				epochs;		   /* number of epochs trained */
	int				best_epoch;	   /* the model has the parameters of this epoch */
	double			training_loss; /* at the best epoch, as in its report */
	double			validation_loss;
} TrainingResult;

typedef void (*EpochCallback)(const EpochReport *report, void *argument);

/*
 * A model with the set's classes, without gate and calibration.  The caller fills in the
 * members, feature names and texts.
 */
extern Model *empty_model(const TrainingSet *set, const Preprocessing *preprocessing, int n_members,
						  Workspace *workspace);

/*
 * Trains a network and returns it as a model with one member, allocated in the
 * workspace.  Its inputs are informative ones, of the number that option selected_inputs
 * allows.  The callback is called after each epoch.  Returns NULL if training fails.
 *
 * The same set, options and seed give the same model, byte for byte, on the same machine.
 */
extern Model *train_member(const TrainingSet *set, const Inputs *inputs,
						   const TrainingOptions *options, Workspace *workspace,
						   EpochCallback callback, void *argument, TrainingResult *result);

#endif /* PLASTICC_CORE_TRAIN_TRAINER_H */
