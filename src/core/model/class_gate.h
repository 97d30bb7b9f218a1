/*
 * class_gate.h
 *		A gate for classes that occur on only one side of a feature.
 *
 * In the challenge, hostgal_photoz is 0 for objects in the Milky Way, and no class is
 * both Galactic and extragalactic.  A gate learns this from the training objects: it
 * divides objects into those whose feature is exactly 0 and the others, and closes a
 * class on the side where it has no object.  Closed classes are left out of the
 * softmax and get a small fixed probability instead.
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
	GATE_UNKNOWN = GATE_SIDES, /* no class is closed */
} GateSide;

typedef struct Gate
{
	int	   feature; /* index */
	float *closed;	/* [GATE_SIDES][n_classes]: probability of a closed class, 0 = open; on
					 * each side at least one class is open and the sum is below 1.  NULL
					 * without a gate */
} Gate;

/* The side of a feature value; unknown if it is missing (NaN or infinite). */
static inline uint8_t
gate_side(float value)
{
	return !isfinite(value) ? GATE_UNKNOWN : value == 0.0f ? GATE_ZERO : GATE_OTHER;
}

/* The side's probabilities of closed classes [n_classes]; NULL if no class is closed. */
static inline const float *
gate_row(const Gate *gate, int n_classes, uint8_t side)
{
	return gate->closed && side < GATE_SIDES ? gate->closed + (size_t) side * n_classes : NULL;
}

/* Before the softmax: sets the logits [n_classes] of closed classes so that they have no effect. */
extern void gate_mask(const float *closed, int n_classes, float *logits);

/* After the softmax: sets the probabilities of closed classes and scales the others to sum to 1. */
extern void gate_fill(const float *closed, int n_classes, float *probabilities);

/* The training rows of a gate. */
typedef struct GateSample
{
	int			   n_rows;
	int			   n_classes;
	const int32_t *target; /* [n_rows] */
	const uint8_t *side;   /* [n_rows] */
	const int32_t *group;  /* [n_rows], index of the first row of the same object; NULL if each
							* row is an object */
	const bool	 *skip;	   /* [n_rows], true = not used; NULL for none */
	const double *weight;  /* [n_rows], in the loss, >= 0 */
} GateSample;

/* On a side with fewer objects no class is closed. */
#define GATE_MIN_OBJECTS 20

/*
 * Fits gate->closed; NULL if no class is closed.
 *
 * If none of the N objects of a class is on a side, the probability that the next one
 * is there is estimated as 1 / (2 N + 2) (Krichevsky and Trofimov, "The performance of
 * universal encoding", IEEE Trans. Inf. Theory 27, 1981).  If no class occurs on both
 * sides, N is the number of all objects; otherwise that of the class.  The probability
 * of a closed class is this estimate times the class's weight in the loss, divided by
 * the weight of all objects on the side.  In the challenge this increases the loss
 * of other objects by 1e-4 each; a probability of 0, clipped to 1e-15, would give an
 * object on the wrong side a loss of 34.5.
 */
extern void gate_fit(const GateSample *sample, Gate *gate, Workspace *workspace);

#endif /* PLASTICC_CORE_MODEL_CLASS_GATE_H */
