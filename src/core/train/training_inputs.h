/*
 * training_inputs.h
 *		The inputs of networks: preprocessing and gate, fitted on a training set,
 *		and the inputs of a single row.
 */
#ifndef PLASTICC_CORE_TRAIN_TRAINING_INPUTS_H
#define PLASTICC_CORE_TRAIN_TRAINING_INPUTS_H

#include "core/base/workspace.h"
#include "core/model/class_gate.h"
#include "core/model/preprocess.h"
#include "core/train/options.h"
#include "core/train/training_set.h"

/* What all networks trained on the same rows have in common. */
typedef struct Inputs
{
	Preprocessing  preprocessing;
	Gate		   gate;
	const uint8_t *bins; /* binned inputs for feature selection, if all networks train on the same
						  * rows; otherwise NULL */
	size_t kept_bytes;	 /* a network's inputs of all rows are computed once if they need no
						  * more memory than this, otherwise for each mini-batch */
} Inputs;

/* Fits preprocessing and gate on the rows not marked in skip [n_rows] (NULL for all rows). */
extern void training_inputs(const TrainingSet *set, const TrainingOptions *options,
							const bool *skip, Workspace *workspace, Inputs *inputs);

/* The gate alone, fitted on the same rows, each with its weight in the loss. */
extern Gate training_gate(const TrainingSet *set, const TrainingOptions *options, const bool *skip,
						  Workspace *workspace);

/* kept_bytes for the set: small beside its features, so that they dominate peak memory. */
extern size_t kept_input_bytes(const TrainingSet *set);

/* The features of a set and how they become inputs. */
typedef struct InputSource
{
	const Preprocessing *preprocessing;
	const float			*scores;   /* preprocessing_scores() */
	float *const		*features; /* the set's */
} InputSource;

extern InputSource input_source(const TrainingSet *set, const Preprocessing *preprocessing,
								Workspace *workspace);

/* Computes the inputs [preprocessing_inputs()] of a row; source is an InputSource. */
extern void read_inputs(const void *source, int row, float *inputs);

/*
 * Marks in informative [preprocessing_inputs()] the inputs that can tell the given rows
 * [n_rows] apart, and returns their number: features with at least two different values,
 * the missing ones aside, and indicators of features that are missing in some of the rows
 * only.  A network would learn nothing about any other input, and give it a random weight.
 */
extern int informative_inputs(const TrainingSet *set, const Preprocessing *preprocessing,
							  int n_rows, const int *rows, Workspace *workspace, bool *informative);

#endif /* PLASTICC_CORE_TRAIN_TRAINING_INPUTS_H */
