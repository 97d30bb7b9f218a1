/*
 * shapley.h
 *		What each feature contributes to the probability of a class.
 *
 * Shapley values of the log-odds of a class against the rest, ln p / (1 - p), by sampling of
 * permutations (Castro, Gomez and Tejada, "Polynomial calculation of the Shapley value based on
 * sampling", Computers & Operations Research 36, 2009), for any kind of model: beginning with an
 * object of the reference, its features are replaced by those of the object that is explained,
 * one after the other in a random order, and each is given the change that it makes.  Every
 * object of the reference has one order and its reverse, which cancels most of the sampling's
 * noise.  The contributions are means over them; their sum is the log-odds of the object less
 * the mean of those of the reference's objects, up to rounding.
 */
#ifndef PLASTICC_CORE_MODEL_SHAPLEY_H
#define PLASTICC_CORE_MODEL_SHAPLEY_H

#include "core/model/model.h"

/*
 * Contributions [n_units] of units to class c; feature j of the model's reference, which must
 * exist, belongs to unit [j], and all features of a unit are replaced together.  The contributions
 * depend on the arguments alone.  Returns false where a probability is not a number or a network's
 * logit is infinite.
 */
extern bool shapley_values(const Model *model, const float *features, int c, int n_units,
						   const int32_t *unit, double *contributions, Workspace *workspace);

#endif /* PLASTICC_CORE_MODEL_SHAPLEY_H */
