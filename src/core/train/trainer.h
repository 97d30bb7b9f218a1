/*
 * trainer.h
 *		Trains a dense network on a matrix of features.
 */
#ifndef PLASTICC_CORE_TRAIN_TRAINER_H
#define PLASTICC_CORE_TRAIN_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/model.h"
#include "core/train/options.h"
#include "core/base/workspace.h"

typedef struct TrainingSet
{
	int			   n_rows;
	int			   n_features;
	int			   n_classes;
	float *const  *features;	 /* [n_rows], each [n_features]; NaN or infinite = missing */
	const int32_t *classes;		 /* [n_classes], ascending */
	const int32_t *target;		 /* [n_rows], index into classes */
	const float	  *weight;		 /* [n_rows], > 0, or NULL for all 1 */
	const int32_t *group;		 /* [n_rows], for rows of one object the number of its first row;
								  * NULL where each row is an object */
	const uint8_t *side;		 /* [n_rows], of the gate; NULL for no gate */
	int			   gate_feature; /* index of the feature that tells the side */
	const bool	  *validation; /* [n_rows], true = held out to measure each epoch; NULL for none */
	const bool	  *excluded;   /* [n_rows], true = takes no part; NULL for none */
} TrainingSet;

/*
 * What an epoch came to.  The validation loss is the one of the option "loss";
 * the training loss is what the optimizer saw, with weight_power and dropout.
 */
typedef struct EpochReport
{
	int	   epoch;			/* 1, 2, ... */
	double training_loss;	/* mean over the epoch */
	double validation_loss; /* NaN without held-out rows */
	double learning_rate;	/* at the end of the epoch */
} EpochReport;

typedef struct TrainingResult
{
	int	   epochs;		  /* run */
	int	   best_epoch;	  /* whose weights the model has */
	double training_loss; /* at the best epoch, as in its report */
	double validation_loss;
} TrainingResult;

typedef void (*EpochCallback)(const EpochReport *report, void *argument);

/* How networks see the features of a training set. */
typedef struct Inputs
{
	Preprocessing  preprocessing;
	Gate		   gate;
	const uint8_t *bins; /* for the trees, where all networks learn from the same rows, or NULL */
	size_t		   kept_bytes; /* a network's inputs of all rows are kept if they take no more, else
								* computed for each mini-batch */
} Inputs;

/* Objects of the set, of which some may have several rows. */
extern int training_objects(const TrainingSet *set);

/* w_c of the weighted loss: of the options, or else the challenge's. */
extern double class_weight(const TrainingOptions *options, int32_t class);

/* The gate that the rows not marked in skip make, each with its weight in the loss. */
extern Gate training_gate(const TrainingSet *set, const TrainingOptions *options, const bool *skip,
						  Workspace *workspace);

/* From a row's features to inputs. */
typedef struct InputSource
{
	const Preprocessing *preprocessing;
	const float			*scores;
	float *const		*features;
} InputSource;

extern InputSource input_source(const TrainingSet *set, const Preprocessing *preprocessing,
								Workspace *workspace);

/* inputs [preprocessing_inputs()] of a row of the source, an InputSource. */
extern void read_inputs(const void *source, int row, float *inputs);

/* What kept_bytes is where memory shall be for the features first of all. */
extern size_t kept_input_bytes(const TrainingSet *set);

/* Fits preprocessing and gate on the rows not marked in skip. */
extern void training_inputs(const TrainingSet *set, const TrainingOptions *options,
							const bool *skip, Workspace *workspace, Inputs *inputs);

/*
 * A model with the set's classes, no gate and no calibration, whose members (and feature
 * names and texts) the caller adds.
 */
extern Model *empty_model(const TrainingSet *set, const Preprocessing *preprocessing, int n_members,
						  Workspace *workspace);

/*
 * Trains a network and returns it as a model of one member; its memory is the
 * workspace's.  The callback is called after every epoch.  A loss that is no
 * longer finite ends the training: the result is then NULL.
 *
 * The same set, options and seed give the same model, byte for byte, on one machine.
 */
extern Model *train_member(const TrainingSet *set, const Inputs *inputs,
						   const TrainingOptions *options, Workspace *workspace,
						   EpochCallback callback, void *argument, TrainingResult *result);

#endif /* PLASTICC_CORE_TRAIN_TRAINER_H */
