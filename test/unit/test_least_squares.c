/*
 * test_least_squares.c
 *		The least-squares solver on problems whose answers are known.
 */
#include "unit.h"

#include "core/fit/least_squares.h"
#include "core/base/random.h"

/* A problem given by residuals and their Jacobian, as textbooks give them. */
typedef struct Residuals
{
	int n_parameters;
	int n_residuals;
	void (*compute)(const double *x, double *residuals, double *jacobian, const void *data);
	const void *data;
	int			n_evaluations;
} Residuals;

#define MAX_RESIDUALS 64

static double
evaluate(const double *x, double *gradient, double *curvature, void *context)
{
	Residuals *problem = context;
	int		   n = problem->n_parameters;
	double	   r[MAX_RESIDUALS], jacobian[MAX_RESIDUALS * LEAST_SQUARES_MAX_PARAMETERS];
	double	   chi_square = 0.0;

	problem->n_evaluations++;
	problem->compute(x, r, jacobian, problem->data);
	memset(gradient, 0, sizeof(double) * (size_t) n);
	memset(curvature, 0, sizeof(double) * (size_t) (n * n));
	for (int i = 0; i < problem->n_residuals; i++)
	{
		chi_square += r[i] * r[i];
		for (int j = 0; j < n; j++)
		{
			gradient[j] += jacobian[i * n + j] * r[i];
			for (int k = 0; k <= j; k++)
				curvature[j * n + k] += jacobian[i * n + j] * jacobian[i * n + k];
		}
	}
	return chi_square;
}

static LeastSquaresResult
solve(Residuals *residuals, const double *lower, const double *upper, const double *start)
{
	Workspace			workspace = unit_workspace();
	LeastSquaresResult	result;
	LeastSquaresProblem problem = {
		.n_parameters = residuals->n_parameters,
		.lower = lower,
		.upper = upper,
		.evaluate = evaluate,
		.context = residuals,
		.max_evaluations = 500,
	};

	residuals->n_evaluations = 0;
	solve_least_squares(&problem, start, &result, &workspace);
	CHECK(result.n_evaluations == residuals->n_evaluations && result.n_evaluations <= 500,
		  "%d evaluations, %d counted", residuals->n_evaluations, result.n_evaluations);
	for (int i = 0; i < residuals->n_parameters; i++)
		CHECK(result.parameters[i] >= lower[i] && result.parameters[i] <= upper[i],
			  "parameter %d is %g, out of [%g, %g]", i, result.parameters[i], lower[i], upper[i]);
	return result;
}

static void
rosenbrock(const double *x, double *r, double *jacobian, const void *data)
{
	r[0] = 10.0 * (x[1] - x[0] * x[0]);
	r[1] = 1.0 - x[0];
	memcpy(jacobian, (double[]){-20.0 * x[0], 10.0, -1.0, 0.0}, 4 * sizeof(double));
}

/* Powell's function, whose Jacobian is singular at the minimum. */
static void
powell(const double *x, double *r, double *jacobian, const void *data)
{
	double a = x[1] - 2.0 * x[2], b = x[0] - x[3];
	double rows[16] = {1.0, 10.0, 0.0, 0.0, 0.0, 0.0, sqrt(5.0), -sqrt(5.0)};

	r[0] = x[0] + 10.0 * x[1];
	r[1] = sqrt(5.0) * (x[2] - x[3]);
	r[2] = a * a;
	r[3] = sqrt(10.0) * b * b;
	rows[9] = 2.0 * a;
	rows[10] = -4.0 * a;
	rows[12] = 2.0 * sqrt(10.0) * b;
	rows[15] = -rows[12];
	memcpy(jacobian, rows, sizeof(rows));
}

static void
test_known_problems(void)
{
	static const double lower[4] = {-100, -100, -100, -100}, upper[4] = {100, 100, 100, 100};
	static const double start[2] = {-1.2, 1.0}, powell_start[4] = {3, -1, 0, 1};
	Residuals			valley = {2, 2, rosenbrock};
	Residuals			flat = {4, 4, powell};
	LeastSquaresResult	result = solve(&valley, lower, upper, start);

	CHECK(result.status == LEAST_SQUARES_CONVERGED, "Rosenbrock's valley");
	CHECK_CLOSE(result.parameters[0], 1.0, 1e-9, "x of Rosenbrock's minimum");
	CHECK_CLOSE(result.parameters[1], 1.0, 1e-9, "y of Rosenbrock's minimum");
	CHECK(result.n_evaluations < 60, "%d evaluations", result.n_evaluations);

	result = solve(&flat, lower, upper, powell_start);
	for (int i = 0; i < 4; i++)
		CHECK_CLOSE(result.parameters[i], 0.0, 1e-3, "Powell's minimum");
}

/* A box may contain several minima: at each, no feasible direction decreases the objective. */
static void
test_bounds(void)
{
	Residuals valley = {2, 2, rosenbrock};
	Random	  random;

	random_seed(&random, 31, 0);
	for (int repeat = 0; repeat < 1000; repeat++)
	{
		double			   lower[2], upper[2], start[2], gradient[2], curvature[4];
		LeastSquaresResult result;

		for (int i = 0; i < 2; i++)
		{
			lower[i] = 4.0 * random_uniform(&random) - 2.0;
			upper[i] = lower[i];
			if (repeat % 7 != 6 || i == 0)
				upper[i] += 2.0 * random_uniform(&random);
			start[i] = 10.0 * random_uniform(&random) - 5.0;
		}
		result = solve(&valley, lower, upper, start);
		CHECK(result.status == LEAST_SQUARES_CONVERGED, "box %d", repeat);
		evaluate(result.parameters, gradient, curvature, &valley);
		for (int i = 0; i < 2; i++)
		{
			bool   at_lower = result.parameters[i] <= lower[i];
			bool   at_upper = result.parameters[i] >= upper[i];
			double limit = 1e-4 * sqrt(curvature[3 * i] * (result.chi_square + 1e-8));

			CHECK((at_lower || gradient[i] <= limit) && (at_upper || gradient[i] >= -limit),
				  "box %d: gradient %d is %g", repeat, i, gradient[i]);
			CHECK(isnan(result.covariance[3 * i]) == (at_lower || at_upper),
				  "variance of parameter %d", i);
		}
	}
}

/* A straight line has a covariance in closed form and needs no iteration. */
static void
line(const double *x, double *r, double *jacobian, const void *data)
{
	const double *y = data;

	for (int i = 0; i < 20; i++)
	{
		r[i] = x[0] + x[1] * i - y[i];
		jacobian[2 * i] = 1.0;
		jacobian[2 * i + 1] = i;
	}
}

static void
test_covariance(void)
{
	static const double lower[2] = {-1e3, -1e3}, upper[2] = {1e3, 1e3}, start[2] = {900, -900};
	double				y[20];
	Residuals			residuals = {2, 20, line, y};
	LeastSquaresResult	result;
	double				determinant = 20.0 * 2470.0 - 190.0 * 190.0;
	Random				random;

	random_seed(&random, 32, 0);
	for (int i = 0; i < 20; i++)
		y[i] = 3.0 - 0.5 * i + random_normal(&random);
	result = solve(&residuals, lower, upper, start);
	CHECK(result.status == LEAST_SQUARES_CONVERGED && result.n_evaluations < 20, "line");
	CHECK_CLOSE(result.covariance[0], 2470.0 / determinant, 1e-12, "variance of the intercept");
	CHECK_CLOSE(result.covariance[3], 20.0 / determinant, 1e-12, "variance of the slope");
	CHECK_CLOSE(result.covariance[1], -190.0 / determinant, 1e-12, "covariance");
	CHECK_CLOSE(result.covariance[2], result.covariance[1], 1e-15, "symmetry");
}

/* Residuals with second derivatives so large that J'J is far from the Hessian. */
static void
large_residuals(const double *x, double *r, double *jacobian, const void *data)
{
	r[0] = x[0] * x[0] + 30.0;
	r[1] = 3.0 * (x[0] - 1.0);
	jacobian[0] = 2.0 * x[0];
	jacobian[1] = 3.0;
}

static void
not_finite(const double *x, double *r, double *jacobian, const void *data)
{
	r[0] = x[0] < 0.5 ? x[0] - 3.0 : NAN;
	jacobian[0] = 1.0;
}

static void
constant(const double *x, double *r, double *jacobian, const void *data)
{
	r[0] = 1.0;
	jacobian[0] = jacobian[1] = 0.0;
}

static void
test_hard_problems(void)
{
	static const double lower[2] = {-10, -10}, upper[2] = {10, 10};
	Residuals			large = {1, 2, large_residuals};
	Residuals			wall = {1, 1, not_finite};
	Residuals			flat = {2, 1, constant};
	LeastSquaresResult	result = solve(&large, lower, upper, (double[]){5.0});

	/* The derivative of chi_square / 2 is 2 x^3 + 69 x - 9. */
	CHECK_CLOSE(2.0 * pow(result.parameters[0], 3) + 69.0 * result.parameters[0], 9.0, 1e-5,
				"minimum with large residuals");
	CHECK(result.n_evaluations <= 7, "%d evaluations", result.n_evaluations);

	/* The objective is undefined beyond a bound; the reachable minimum is at the bound. */
	result = solve(&wall, lower, upper, (double[]){0.0});
	CHECK(result.parameters[0] < 0.5 && result.parameters[0] > 0.4, "stopped at %g",
		  result.parameters[0]);
	result = solve(&wall, lower, upper, (double[]){4.0});
	CHECK(result.status == LEAST_SQUARES_NOT_FINITE && result.parameters[0] == 4.0, "no start");

	result = solve(&flat, lower, upper, (double[]){1.0, 2.0});
	CHECK(result.status == LEAST_SQUARES_CONVERGED && result.parameters[0] == 1.0 &&
			  isnan(result.covariance[0]),
		  "nothing to move");
}

int
main(void)
{
	test_known_problems();
	test_bounds();
	test_covariance();
	test_hard_problems();
	return unit_report();
}
