/*
 * loss.h
 *		The training loss: cross-entropy weighted by object and by class.
 */
#ifndef PLASTICC_CORE_TRAIN_LOSS_H
#define PLASTICC_CORE_TRAIN_LOSS_H

#include "core/base/workspace.h"
#include "core/model/class_gate.h"
#include "core/train/options.h"
#include "core/train/training_set.h"

typedef struct LossFunction
{
	const TrainingSet *set;
	const Gate		  *gate;
	double			   label_smoothing;
	float *weight; /* [n_rows], of mean 1 over the training and over the held-out rows */
	float *shift;  /* [n_classes], added to the logits of the trained network */
} LossFunction;

/*
 * The loss of rows [n_training + n_validation], the training rows first.  The gate
 * must live as long as the loss.
 */
extern LossFunction create_loss(const TrainingSet *set, const TrainingOptions *options,
								const Gate *gate, int n_training, int n_validation, const int *rows,
								Workspace *workspace);

/*
 * Replaces the logits [n_rows][n_classes] of a mini-batch by the gradient of its mean
 * loss.  Returns the summed loss, without label smoothing, so that values with and
 * without it are comparable.  Classes closed by the gate are left out of the softmax.
 */
extern double loss_gradient(const LossFunction *loss, int n_rows, const int *rows, float *logits);

/* The weighted log-probability of the row's class, given probabilities [n_classes]. */
extern double row_log_likelihood(const LossFunction *loss, int row, const float *probabilities);

#endif /* PLASTICC_CORE_TRAIN_LOSS_H */
