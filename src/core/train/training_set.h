/*
 * training_set.h
 *		The training set: a matrix of features with classes, weights and masks.
 */
#ifndef PLASTICC_CORE_TRAIN_TRAINING_SET_H
#define PLASTICC_CORE_TRAIN_TRAINING_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TrainingSet
{
	int			   n_rows;
	int			   n_features;
	int			   n_classes;
	float *const  *features;	 /* [n_rows], each [n_features]; NaN or infinite = missing */
	const int32_t *classes;		 /* [n_classes], ascending */
	const double  *class_weight; /* [n_classes], in the weighted loss; NULL for all 1 */
	const int32_t *target;		 /* [n_rows], index into classes */
	const float	  *weight;		 /* [n_rows], > 0, or NULL for all 1 */
	const int32_t *group;		 /* [n_rows], index of the first row of the same object; NULL if
								  * each row is an object */
	const uint8_t *side;		 /* [n_rows], side of the gate; NULL without a gate */
	int			   gate_feature; /* index of the feature that determines the side */
	const bool	  *validation;	 /* [n_rows], true = held out for validation; NULL for none */
	const bool	  *excluded;	 /* [n_rows], true = not used; NULL for none */
} TrainingSet;

/* The weight w_c of the class of that index in the weighted loss. */
static inline double
class_weight(const TrainingSet *set, int c)
{
	return set->class_weight ? set->class_weight[c] : 1.0;
}

/* The number of distinct objects, of which each may have several rows. */
static inline int
training_objects(const TrainingSet *set)
{
	int n = 0;

	if (set->group == NULL)
		return set->n_rows;
	for (int i = 0; i < set->n_rows; i++)
		n += set->group[i] == i;
	return n;
}

#endif /* PLASTICC_CORE_TRAIN_TRAINING_SET_H */
