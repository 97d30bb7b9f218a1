/*
 * least_squares.c
 *		Bounded nonlinear least squares of a few parameters.
 */
#include "core/fit/least_squares.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/cholesky.h"

#define MAX_N LEAST_SQUARES_MAX_PARAMETERS

/* Converged: a full step that gains less than this part of chi_square, ... */
#define GAIN_TOLERANCE 1e-12
/* ... or any step shorter than this part of the box. */
#define STEP_TOLERANCE 1e-13

/* A gain ratio below this rejects the step. */
#define MINIMUM_GAIN_RATIO 1e-4

/* Of a scaled curvature: one with a smaller pivot is not positive definite. */
#define SMALLEST_PIVOT 1e-14

#define FIRST_DAMPING 1e-3
#define LARGEST_DAMPING_AT_END 10.0 /* more of it makes any step gain little */

/* A point, and what is known of chi_square around it. */
typedef struct Point
{
	double chi_square;
	double parameters[MAX_N];
	double gradient[MAX_N];
	double curvature[MAX_N * MAX_N];
} Point;

static void
evaluate_point(const LeastSquaresProblem *problem, Point *point)
{
	point->chi_square =
		problem->evaluate(point->parameters, point->gradient, point->curvature, problem->context);
}

static bool
point_is_finite(const LeastSquaresProblem *problem, const Point *point)
{
	int	 n = problem->n_parameters;
	bool finite = isfinite(point->chi_square);

	for (int i = 0; i < n; i++)
	{
		finite &= isfinite(point->gradient[i]);
		for (int j = 0; j <= i; j++)
			finite &= isfinite(point->curvature[i * n + j]);
	}
	return finite;
}

/* The parameters that may move: neither fixed, nor without effect, nor held back by a bound. */
static int
list_free(const LeastSquaresProblem *problem, const Point *point, int *free)
{
	int n = problem->n_parameters;
	int n_free = 0;

	for (int i = 0; i < n; i++)
	{
		double value = point->parameters[i];
		bool   held = (value <= problem->lower[i] && point->gradient[i] >= 0.0) ||
					(value >= problem->upper[i] && point->gradient[i] <= 0.0);

		if (!held && point->curvature[i * n + i] > 0.0)
			free[n_free++] = i;
	}
	return n_free;
}

/* The lower triangle of the free curvature, scaled to scale = 1 and damped. */
static void
scale_curvature(const Point *point, int n, const int *free, int n_free, const double *scale,
				double damping, double *matrix)
{
	for (int i = 0; i < n_free; i++)
	{
		for (int j = 0; j <= i; j++)
			matrix[i * n_free + j] = point->curvature[free[i] * n + free[j]] /
									 (sqrt(scale[free[i]]) * sqrt(scale[free[j]]));
		matrix[i * n_free + i] += damping;
	}
}

/* The damped step of the free parameters, cut off at the bounds; false if it has no solution. */
static bool
find_step(const LeastSquaresProblem *problem, const Point *point, const int *free, int n_free,
		  const double *scale, double damping, double *step)
{
	int	   n = problem->n_parameters;
	double matrix[MAX_N * MAX_N], solution[MAX_N];

	scale_curvature(point, n, free, n_free, scale, damping, matrix);
	if (!cholesky_factor(matrix, n_free, SMALLEST_PIVOT, NULL))
		return false;
	for (int i = 0; i < n_free; i++)
		solution[i] = -point->gradient[free[i]] / sqrt(scale[free[i]]);
	cholesky_solve(matrix, n_free, solution);
	memset(step, 0, sizeof(double) * (size_t) n);
	for (int i = 0; i < n_free; i++)
	{
		int	   k = free[i];
		double value = point->parameters[k] + solution[i] / sqrt(scale[k]);

		value = fmax(problem->lower[k], fmin(problem->upper[k], value));
		step[k] = value - point->parameters[k];
	}
	return true;
}

/* What the step takes from chi_square if J is constant. */
static double
predict_gain(const Point *point, int n, const double *step)
{
	double gain = 0.0;

	for (int i = 0; i < n; i++)
	{
		gain -=
			2.0 * point->gradient[i] * step[i] + point->curvature[i * n + i] * step[i] * step[i];
		for (int j = 0; j < i; j++)
			gain -= 2.0 * point->curvature[i * n + j] * step[i] * step[j];
	}
	return gain;
}

/*
 * The damping with which the model would have had the curvature that chi_square
 * showed along the step.  It stands for what J'J leaves out, the second
 * derivatives of the residuals: where these are not small, Newton's step with
 * J'J overshoots by the same part each time.
 */
static double
secant_damping(const Point *point, const Point *next, int n, const double *scale,
			   const double *step)
{
	double slope = 0.0, length = 0.0, curvature;

	for (int i = 0; i < n; i++)
	{
		slope -= 2.0 * point->gradient[i] * step[i];
		length += scale[i] * step[i] * step[i];
	}
	curvature = slope - predict_gain(point, n, step);
	return ((slope - (point->chi_square - next->chi_square)) - curvature) / length;
}

static bool
step_is_short(const LeastSquaresProblem *problem, const double *step)
{
	for (int i = 0; i < problem->n_parameters; i++)
	{
		if (fabs(step[i]) > STEP_TOLERANCE * (problem->upper[i] - problem->lower[i]))
			return false;
	}
	return true;
}

static void
raise_scale(const Point *point, int n, double *scale)
{
	for (int i = 0; i < n; i++)
		scale[i] = fmax(scale[i], point->curvature[i * n + i]);
}

/* Moves *point to the minimum. */
static LeastSquaresStatus
descend(const LeastSquaresProblem *problem, Point *point, int *n_evaluations, Workspace *workspace)
{
	int	   n = problem->n_parameters;
	double scale[MAX_N] = {0};
	double damping = FIRST_DAMPING;
	double growth = 2.0;

	while (*n_evaluations < problem->max_evaluations)
	{
		int	   free[MAX_N];
		int	   n_free = list_free(problem, point, free);
		double step[MAX_N];
		double predicted, ratio = -1.0, secant = 0.0;
		Point  next;

		if (n_free == 0)
			return LEAST_SQUARES_CONVERGED;
		raise_scale(point, n, scale);
		if (find_step(problem, point, free, n_free, scale, damping, step))
		{
			predicted = predict_gain(point, n, step);
			if (step_is_short(problem, step) ||
				(damping <= LARGEST_DAMPING_AT_END &&
				 fabs(predicted) <= GAIN_TOLERANCE * point->chi_square))
				return LEAST_SQUARES_CONVERGED;
			for (int i = 0; i < n; i++)
				next.parameters[i] = point->parameters[i] + step[i];
			workspace->check_interrupts();
			evaluate_point(problem, &next);
			++*n_evaluations;
			if (predicted > 0.0 && point_is_finite(problem, &next))
			{
				ratio = (point->chi_square - next.chi_square) / predicted;
				secant = secant_damping(point, &next, n, scale, step);
			}
		}
		if (ratio > MINIMUM_GAIN_RATIO)
		{
			/* cppcheck-suppress uninitStructMember ; the ratio is 0 unless next was computed */
			*point = next;
			damping = fmax(0.1 * damping, secant);
			growth = 2.0;
		}
		else
		{
			damping = fmax(growth * damping, fmin(secant, 100.0 * damping));
			growth *= 2.0;
			/* Where damping does not help, the evaluations would not end. */
			if (!(damping < 1e30))
				return LEAST_SQUARES_CONVERGED;
		}
	}
	return LEAST_SQUARES_EXHAUSTED;
}

static void
compute_covariance(const LeastSquaresProblem *problem, const Point *point, double *covariance)
{
	int	   n = problem->n_parameters;
	int	   free[MAX_N] = {0};
	int	   n_free = 0;
	double matrix[MAX_N * MAX_N], scale[MAX_N] = {0};

	for (int i = 0; i < n * n; i++)
		covariance[i] = NAN;
	for (int i = 0; i < n; i++)
	{
		scale[i] = point->curvature[i * n + i];
		if (point->parameters[i] > problem->lower[i] && point->parameters[i] < problem->upper[i])
			free[n_free++] = i;
	}
	scale_curvature(point, n, free, n_free, scale, 0.0, matrix);
	if (!cholesky_factor(matrix, n_free, SMALLEST_PIVOT, NULL))
		return;
	for (int i = 0; i < n_free; i++)
	{
		double column[MAX_N] = {0};

		column[i] = 1.0;
		cholesky_solve(matrix, n_free, column);
		for (int j = 0; j < n_free; j++)
			covariance[free[j] * n + free[i]] =
				column[j] / (sqrt(scale[free[i]]) * sqrt(scale[free[j]]));
	}
}

void
solve_least_squares(const LeastSquaresProblem *problem, const double *start,
					LeastSquaresResult *result, Workspace *workspace)
{
	int	  n = problem->n_parameters;
	Point point;

	for (int i = 0; i < n; i++)
		point.parameters[i] = fmax(problem->lower[i], fmin(problem->upper[i], start[i]));
	evaluate_point(problem, &point);
	result->n_evaluations = 1;
	result->status = point_is_finite(problem, &point)
						 ? descend(problem, &point, &result->n_evaluations, workspace)
						 : LEAST_SQUARES_NOT_FINITE;
	result->chi_square = point.chi_square;
	memcpy(result->parameters, point.parameters, sizeof(double) * (size_t) n);
	compute_covariance(problem, &point, result->covariance);
}
