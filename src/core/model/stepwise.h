/*
 * stepwise.h
 *		Classification of rows of which each differs from the one before in few features.
 *
 * The rows lead from objects of a model's reference to another object, one unit of features
 * after the other.  A network is evaluated where one of its own inputs changes, a tree where
 * one that it splits on does, and inputs are computed once for each object.  The first layer
 * of a network, by far the largest, is only updated by the inputs that change.
 *
 * The memory does not grow with the number of steps; the largest model takes 60 MB, and boosted
 * trees up to four bytes a split.
 */
#ifndef PLASTICC_CORE_MODEL_STEPWISE_H
#define PLASTICC_CORE_MODEL_STEPWISE_H

#include <stdint.h>

#include "core/base/workspace.h"
#include "core/model/model.h"

typedef struct StepwiseClassifier StepwiseClassifier;

/*
 * To the object with these features.  Feature j of the model's reference belongs to unit [j];
 * features that the reference has not are those of the object in all rows.
 */
extern StepwiseClassifier *stepwise_classifier(const Model *model, const float *features,
											   int n_units, const int32_t *unit,
											   Workspace *workspace);

/* The step to object i of the reference, and i of that step; the others are units to replace. */
#define STEP_TO_OBJECT(i) (-1 - (i))
#define OBJECT_OF_STEP(step) (-1 - (step))

/* How many steps a call of classify_steps may take. */
extern int most_steps(const StepwiseClassifier *classifier);

/*
 * Class probabilities [n][n_classes] after each of n steps; the row is kept from call to call.
 * The first step of all is one to an object.
 */
extern void classify_steps(StepwiseClassifier *classifier, int n, const int32_t *steps,
						   float *probabilities);

#endif /* PLASTICC_CORE_MODEL_STEPWISE_H */
