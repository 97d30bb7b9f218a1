/*
 * member_training.h
 *		What training a member gives, be it a network or boosted trees.
 */
#ifndef PLASTICC_CORE_TRAIN_MEMBER_TRAINING_H
#define PLASTICC_CORE_TRAIN_MEMBER_TRAINING_H

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

/* Why there is no member. */
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
 * A model with the set's classes and all its features as inputs of trees, without gate and
 * calibration.  The caller fills in the members, feature names and texts.
 */
extern Model *empty_model(const TrainingSet *set, const Preprocessing *preprocessing,
						  int n_networks, int n_boosters, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_MEMBER_TRAINING_H */
