/*
 * conformal.c
 *		Sets of classes that hold the true one with a wanted probability.
 */
#include "core/model/conformal.h"

#include <math.h>

double
conformal_threshold(const Conformal *conformal, int c, double coverage)
{
	const float *knots = conformal->knots + (size_t) c * CONFORMAL_KNOTS;
	int			 n = conformal->n_objects[c];
	double		 k = floor((n + 1.0) * (1.0 - coverage) + 1e-9); /* that of 0.9 is no tenth */
	double		 position, share;
	int			 below;

	if (k < 1.0)
		return 0.0;
	position = n > 1 ? sqrt((k - 1.0) / (n - 1.0)) * (CONFORMAL_KNOTS - 1) : 0.0;
	below = (int) position;
	if (below >= CONFORMAL_KNOTS - 1)
		return knots[CONFORMAL_KNOTS - 1];
	share = position - below;
	return (1.0 - share) * (double) knots[below] + share * (double) knots[below + 1];
}
