/*
 * novelty.c
 *		How unlike the training set of a model an object is.
 */
#include "core/model/novelty.h"

#include <math.h>

#include "core/base/limits.h"
#include "core/base/statistics.h"

#define NONE (-1)

/* The square roots of probabilities [n]. */
static void
find_roots(int n, const float *probabilities, float *roots)
{
	for (int i = 0; i < n; i++)
		roots[i] = sqrtf(fminf(fmaxf(probabilities[i], 0.0f), 1.0f));
}

/* The distance to the second nearest neighbour, without the one that is the object itself. */
static double
second_distance(const Neighbours *neighbours, int n_classes, const float *roots, int itself)
{
	const float *other = neighbours->roots;
	double		 nearest = 1.0, second = 1.0; /* squares of distances */

	for (int i = 0; i < neighbours->n_objects; i++, other += n_classes)
	{
		double square = 1.0;

		if (i == itself)
			continue;
		for (int c = 0; c < n_classes; c++)
			square -= (double) roots[c] * (double) other[c];
		if (square < nearest)
		{
			second = nearest;
			nearest = square;
		}
		else if (square < second)
			second = square;
	}
	return sqrt(fmax(second, 0.0));
}

double
neighbour_distance(const Neighbours *neighbours, int n_classes, const float *probabilities)
{
	float roots[MODEL_MAX_CLASSES];

	find_roots(n_classes, probabilities, roots);
	return second_distance(neighbours, n_classes, roots, NONE);
}

Neighbours
fit_neighbours(int n_rows, int n_classes, const float *probabilities, Workspace *workspace)
{
	int		   n = n_rows < NOVELTY_OBJECTS ? n_rows : NOVELTY_OBJECTS;
	float	  *values = workspace_array(workspace, float, n);
	float	  *scratch = workspace_array(workspace, float, n);
	Neighbours neighbours = {
		.n_objects = n,
		.roots = workspace_array(workspace, float, (size_t) n *n_classes),
		.distances = workspace_array(workspace, float, NOVELTY_KNOTS),
	};

	find_roots(n * n_classes, probabilities, neighbours.roots);
	for (int i = 0; i < n; i++)
	{
		workspace->check_interrupts();
		values[i] = (float) second_distance(&neighbours, n_classes,
											neighbours.roots + (size_t) i * n_classes, i);
	}
	sort_floats(values, n, scratch);
	for (int k = 0; k < NOVELTY_KNOTS; k++)
		neighbours.distances[k] = float_quantile(values, n, novelty_level(k));
	return neighbours;
}

double
novelty_level(int k)
{
	double rest = 1.0 - k / (NOVELTY_KNOTS - 1.0);

	return 1.0 - rest * rest;
}

double
novelty(const Neighbours *neighbours, int n_classes, const float *probabilities)
{
	const float *knots = neighbours->distances;
	float		 x = (float) neighbour_distance(neighbours, n_classes, probabilities);
	int			 k = count_below(knots, NOVELTY_KNOTS, x);
	double		 share;

	if (k == 0 || k == NOVELTY_KNOTS)
		return k == 0 ? 0.0 : 1.0;
	share = ((double) x - (double) knots[k - 1]) / ((double) knots[k] - (double) knots[k - 1]);
	return (1.0 - share) * novelty_level(k - 1) + share * novelty_level(k);
}
