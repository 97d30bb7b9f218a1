/*
 * least_squares.h
 *		Bounded nonlinear least squares of a few parameters.
 *
 * Levenberg-Marquardt on the normal equations, with Marquardt's scaling by the
 * largest diagonal seen (More, "The Levenberg-Marquardt algorithm", 1978),
 * damping that grows ever faster while steps fail (Nielsen, "Damping parameter
 * in Marquardt's method", 1999) and is otherwise what the curvature along the
 * last step asks for, and steps projected onto the box (Kanzow, Yamashita and
 * Fukushima, J. Comput. Appl. Math. 172, 375, 2004): parameters that a bound
 * holds back are left out of the step.
 *
 * It always ends: after max_evaluations at the latest.  Nothing is allocated,
 * and the result depends on the problem alone.
 */
#ifndef PLASTICC_CORE_FIT_LEAST_SQUARES_H
#define PLASTICC_CORE_FIT_LEAST_SQUARES_H

#include "core/base/workspace.h"

#define LEAST_SQUARES_MAX_PARAMETERS 16

/*
 * Returns chi_square = sum of r^2 of the residuals r at parameters[n], and sets
 * gradient[n] = J'r and the lower triangle of curvature[n][n] = J'J, with J the
 * Jacobian of r, or an approximation of it whose J'r is exact.
 */
typedef double (*LeastSquaresFunction)(const double *parameters, double *gradient,
									   double *curvature, void *context);

typedef struct LeastSquaresProblem
{
	int					 n_parameters;
	const double		*lower; /* finite; a parameter with lower == upper is held fixed */
	const double		*upper;
	LeastSquaresFunction evaluate;
	void				*context;
	int					 max_evaluations;
} LeastSquaresProblem;

typedef enum LeastSquaresStatus
{
	LEAST_SQUARES_CONVERGED,
	LEAST_SQUARES_EXHAUSTED, /* max_evaluations reached; the parameters are the best so far */
	LEAST_SQUARES_NOT_FINITE /* at the start; the parameters are the start */
} LeastSquaresStatus;

typedef struct LeastSquaresResult
{
	LeastSquaresStatus status;
	int				   n_evaluations;
	double			   chi_square;
	double			   parameters[LEAST_SQUARES_MAX_PARAMETERS];

	/* The inverse of J'J over the parameters between their bounds, [n][n]; NaN in the rows and
	 * columns of the others, and everywhere if it is singular. */
	double covariance[LEAST_SQUARES_MAX_PARAMETERS * LEAST_SQUARES_MAX_PARAMETERS];
} LeastSquaresResult;

/* Minimises chi_square from start[n], which is moved into the box first. */
extern void solve_least_squares(const LeastSquaresProblem *problem, const double *start,
								LeastSquaresResult *result, Workspace *workspace);

#endif /* PLASTICC_CORE_FIT_LEAST_SQUARES_H */
