/*
 * class_gate.h
 *		Classes that occur on one side of a feature only.
 *
 * In the challenge hostgal_photoz is 0 for objects of the Milky Way, and no class
 * is both in it and beyond.  A gate learns that from the training objects: a
 * feature divides objects into those where it is exactly 0 and the others, and a
 * class that has no object on a side is closed there.  A network spends nothing on
 * what it cannot confuse, and closed classes get no more than a small probability.
 */
#ifndef PLASTICC_CORE_MODEL_CLASS_GATE_H
#define PLASTICC_CORE_MODEL_CLASS_GATE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"

typedef enum GateSide
{
	GATE_OTHER,
	GATE_ZERO,
	GATE_SIDES,
	GATE_UNKNOWN = GATE_SIDES, /* all classes are open */
} GateSide;

typedef struct Gate
{
	int	   feature; /* index */
	float *closed;	/* [GATE_SIDES][n_classes]: probability of a closed class; 0 = open.
					 * On a side at least one is open, and the sum is below 1.  NULL for
					 * no gate at all */
} Gate;

/* Of a value of the feature; a missing one (NaN or infinite) is unknown. */
static inline uint8_t
gate_side(float value)
{
	return !isfinite(value) ? GATE_UNKNOWN : value == 0.0f ? GATE_ZERO : GATE_OTHER;
}

/* What is closed [n_classes] to an object of the side; NULL for nothing. */
static inline const float *
gate_row(const Gate *gate, int n_classes, uint8_t side)
{
	return gate->closed && side < GATE_SIDES ? gate->closed + (size_t) side * n_classes : NULL;
}

/* Before the softmax of an object: keeps closed classes out of it. */
extern void gate_mask(const float *closed, int n_classes, float *logits);

/* After it: the closed classes get their probability, the others share the rest. */
extern void gate_fill(const float *closed, int n_classes, float *probabilities);

/* What a gate is learnt from. */
typedef struct GateSample
{
	int			   n_rows;
	int			   n_classes;
	const int32_t *target; /* [n_rows] */
	const uint8_t *side;   /* [n_rows] */
	const int32_t *group;  /* [n_rows], the row that stands for all of its object; NULL where
							* each row is an object */
	const bool	 *skip;	   /* [n_rows], rows that take no part; NULL for none */
	const double *weight;  /* [n_rows], in the loss, >= 0 */
} GateSample;

/* A side with fewer objects closes nothing. */
#define GATE_MIN_OBJECTS 20

/*
 * Sets gate->closed, NULL if nothing is closed.
 *
 * Of N objects of a class none was on the side.  That does not make it impossible:
 * the chance of the next is 1 / (2 N + 2), by the estimate of Krichevsky and
 * Trofimov ("The performance of universal encoding", IEEE Trans. Inf. Theory 27,
 * 1981).  Where no class at all is on both sides, the objects of any speak for all,
 * and N is the number of all; else it is the class's own.  A closed class has that
 * share of its weight in the loss, over the weight of all on the side, as its
 * probability there.  In the challenge that costs the other objects 1e-4 each, while
 * 0, clipped to 1e-15, would cost 34.5 for one on the wrong side.
 */
extern void gate_fit(const GateSample *sample, Gate *gate, Workspace *workspace);

#endif /* PLASTICC_CORE_MODEL_CLASS_GATE_H */
