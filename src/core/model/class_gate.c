/*
 * class_gate.c
 *		A gate for classes that occur on only one side of a feature.
 */
#include "core/model/class_gate.h"

#include <math.h>
#include <string.h>

#include "core/model/scoring.h"

/* Lower than any logit of an open class, however small the temperature. */
#define CLOSED_LOGIT (-INFINITY)

void
gate_mask(const float *closed, int n_classes, float *logits)
{
	for (int c = 0; c < n_classes; c++)
		if (closed[c] > 0.0f)
			logits[c] = CLOSED_LOGIT;
}

void
gate_fill(const float *closed, int n_classes, float *probabilities)
{
	double rest = 1.0;

	for (int c = 0; c < n_classes; c++)
		rest -= closed[c];
	for (int c = 0; c < n_classes; c++)
		probabilities[c] = closed[c] > 0.0f ? closed[c] : probabilities[c] * (float) rest;
}

/* Counts and weights of a sample. */
typedef struct Census
{
	const GateSample *sample;
	int				  n_objects[GATE_SIDES];
	double			  weight[GATE_SIDES]; /* of rows */
	bool			 *occurs;			  /* [GATE_SIDES][n_classes] */
	int				 *count;			  /* [n_classes], objects of known side */
	double			 *class_weight;		  /* [n_classes], of rows */
	bool			  separate;			  /* whether no class occurs on both sides */
} Census;

static void
take_census(Census *census, Workspace *workspace)
{
	const GateSample *sample = census->sample;
	int				  n_classes = sample->n_classes;

	census->occurs = workspace_array(workspace, bool, GATE_SIDES *n_classes);
	census->count = workspace_array(workspace, int, n_classes);
	census->class_weight = workspace_array(workspace, double, n_classes);
	memset(census->occurs, 0, sizeof(bool) * GATE_SIDES * n_classes);
	memset(census->count, 0, sizeof(int) * n_classes);
	memset(census->class_weight, 0, sizeof(double) * n_classes);
	for (int i = 0; i < sample->n_rows; i++)
	{
		int	 target = sample->target[i];
		int	 side = sample->side[i];
		bool is_object = sample->group == NULL || sample->group[i] == i;

		if (sample->skip && sample->skip[i])
			continue;
		census->class_weight[target] += sample->weight[i];
		if (side == GATE_UNKNOWN)
			continue;
		census->occurs[side * n_classes + target] = true;
		census->count[target] += is_object;
		census->n_objects[side] += is_object;
		census->weight[side] += sample->weight[i];
	}
	census->separate = true;
	for (int c = 0; c < n_classes; c++)
		if (census->occurs[GATE_ZERO * n_classes + c] && census->occurs[GATE_OTHER * n_classes + c])
			census->separate = false;
}

/* The expected weight of a class on a side where it does not occur. */
static double
unseen_weight(const Census *census, int class)
{
	int n = census->separate ? census->n_objects[GATE_ZERO] + census->n_objects[GATE_OTHER]
							 : census->count[class];

	return census->class_weight[class] / (2.0 * n + 2.0);
}

/* Fits one side; returns false if no class is closed there. */
static bool
close_side(const Census *census, int side, float *closed)
{
	int			n_classes = census->sample->n_classes;
	const bool *occurs = census->occurs + (size_t) side * n_classes;
	double		weight = census->weight[side];
	bool		any = false;

	if (census->n_objects[side] < GATE_MIN_OBJECTS || weight <= 0.0)
		return false;
	for (int c = 0; c < n_classes; c++)
		if (!occurs[c])
			weight += unseen_weight(census, c);
	for (int c = 0; c < n_classes; c++)
	{
		if (occurs[c])
			continue;
		closed[c] = (float) fmax(unseen_weight(census, c) / weight, SMALLEST_PROBABILITY);
		any = true;
	}
	return any;
}

void
gate_fit(const GateSample *sample, Gate *gate, Workspace *workspace)
{
	Census census = {.sample = sample};
	float *closed = workspace_array(workspace, float, (size_t) GATE_SIDES * sample->n_classes);
	bool   any = false;

	take_census(&census, workspace);
	memset(closed, 0, sizeof(float) * GATE_SIDES * sample->n_classes);
	for (int side = 0; side < GATE_SIDES; side++)
		any |= close_side(&census, side, closed + (size_t) side * sample->n_classes);
	gate->closed = any ? closed : NULL;
}
