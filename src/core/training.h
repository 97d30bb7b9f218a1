/*
 * training.h
 *		Trains a dense network on a matrix of features.
 */
#ifndef PLASTICC_TRAINING_H
#define PLASTICC_TRAINING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model.h"
#include "core/options.h"
#include "core/workspace.h"

typedef struct TrainingSet
{
	int			n_rows;
	int			n_features;
	int			n_classes;
	const float *features;		/* [n_rows][n_features], NaN = missing */
	const int32_t *classes;		/* [n_classes], ascending */
	const int32_t *target;		/* [n_rows], index into classes */
	const float *weight;		/* [n_rows], > 0, or NULL for all 1 */
	const bool *validation;		/* [n_rows], true = held out; NULL for none */
} TrainingSet;

/*
 * What an epoch came to.  The validation loss is the one of the option "loss";
 * the training loss is what the optimizer saw, with weight_power and dropout.
 */
typedef struct EpochReport
{
	int			epoch;			/* 1, 2, ... */
	double		training_loss;	/* mean over the epoch */
	double		validation_loss;	/* NaN without held-out rows */
	double		learning_rate;	/* at the end of the epoch */
} EpochReport;

typedef struct TrainingResult
{
	int			epochs;			/* run */
	int			best_epoch;		/* whose weights the model has */
	double		training_loss;	/* at the best epoch, as in its report */
	double		validation_loss;
} TrainingResult;

typedef void (*EpochCallback) (const EpochReport *report, void *argument);

/*
 * Marks a fraction of each class's rows as held out, at random but always the
 * same for the same seed; a class with at least two rows keeps one for training.
 */
extern void stratified_holdout(int n_rows, int n_classes, const int32_t *target, double fraction,
							   uint64_t seed, bool *validation, Workspace *workspace);

/*
 * Trains and returns the model (without feature names and texts, which the
 * caller adds); its memory is the workspace's.  The callback is called after
 * every epoch.  A loss that is no longer finite ends the training: the result
 * is then NULL.
 *
 * The same set, options and seed give the same model, byte for byte, on one machine.
 */
extern Model *train_network(const TrainingSet *set, const TrainingOptions *options,
							Workspace *workspace, EpochCallback callback, void *argument,
							TrainingResult *result);

#endif							/* PLASTICC_TRAINING_H */
