/*
 * calibration.c
 *		Temperature and class multipliers by Newton's method.
 */
#include "core/model/calibration.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/cholesky.h"
#include "core/model/scoring.h"

#define MAX_STEPS 100
#define MAX_HALVINGS 60

/* Parameter 0 is the inverse temperature, parameter 1 + c the multiplier of class c. */
typedef struct Problem
{
	const CalibrationSet *set;
	int					  n;	  /* number of parameters */
	double				  weight; /* sum over objects */
	double	  *ridge;	  /* [n], of the prior: prior_objects * m, then * m_c for each class */
	double	   ridge_sum; /* sum over classes */
	double	  *mean;	  /* [n_classes], weights of the classes in the mean multiplier */
	double	  *gradient;  /* [n] */
	double	  *hessian;	  /* [n][n], lower triangle */
	double	  *step;	  /* [n] */
	double	  *trial;	  /* [n] */
	double	  *p;		  /* [n_classes], of one object */
	Workspace *workspace;
} Problem;

static double
row_weight(const CalibrationSet *set, int row)
{
	return set->weight == NULL ? 1.0 : set->weight[row];
}

static double
floored(float log_probability)
{
	return log_probability > LOG_SMALLEST_PROBABILITY ? log_probability : LOG_SMALLEST_PROBABILITY;
}

/* Computes p, the calibrated probabilities of one object; returns the log of the normaliser. */
static double
calibrated_row(const double *parameters, int n_classes, const float *log_probabilities, double *p)
{
	double largest = -INFINITY, sum = 0.0;

	for (int c = 0; c < n_classes; c++)
	{
		p[c] = parameters[0] * floored(log_probabilities[c]) + parameters[1 + c];
		if (p[c] > largest)
			largest = p[c];
	}
	for (int c = 0; c < n_classes; c++)
		sum += p[c] = exp(p[c] - largest);
	for (int c = 0; c < n_classes; c++)
		p[c] /= sum;
	/* cppcheck-suppress invalidFunctionArg ; the largest adds 1 to the sum */
	return largest + log(sum);
}

/* Sets up the prior that the header describes; a class without objects has the ridge m. */
static void
set_prior(Problem *problem, double prior_objects)
{
	const CalibrationSet *set = problem->set;
	double				 *class_weight = problem->mean;
	double				 *class_squares = problem->ridge + 1;
	double				  squares = 0.0, effective_sum = 0.0;

	memset(class_weight, 0, sizeof(double) * set->n_classes);
	memset(class_squares, 0, sizeof(double) * set->n_classes);
	problem->weight = 0.0;
	for (int i = 0; i < set->n_rows; i++)
	{
		double weight = row_weight(set, i);

		class_weight[set->target[i]] += weight;
		class_squares[set->target[i]] += weight * weight;
	}
	for (int c = 0; c < set->n_classes; c++)
	{
		problem->weight += class_weight[c];
		squares += class_squares[c];
	}
	problem->ridge[0] = prior_objects * squares / (problem->weight * problem->weight);
	problem->ridge_sum = 0.0;
	for (int c = 0; c < set->n_classes; c++)
	{
		double weight = class_weight[c];
		double ridge = problem->ridge[0];

		if (weight > 0.0)
		{
			ridge = prior_objects * class_squares[c] / (weight * problem->weight);
			problem->mean[c] = weight * weight / class_squares[c];
		}
		problem->ridge[1 + c] = ridge;
		problem->ridge_sum += ridge;
		effective_sum += problem->mean[c];
	}
	for (int c = 0; c < set->n_classes; c++)
		problem->mean[c] /= effective_sum;
}

/* The mean loss for the given parameters. */
static double
mean_loss(Problem *problem, const double *parameters)
{
	const CalibrationSet *set = problem->set;
	double				  loss = 0.0;

	for (int i = 0; i < set->n_rows; i++)
	{
		const float *row = set->log_probabilities + (size_t) i * set->n_classes;
		int			 target = set->target[i];
		double		 log_sum = calibrated_row(parameters, set->n_classes, row, problem->p);

		if (i % 1024 == 0)
			problem->workspace->check_interrupts();
		loss += row_weight(set, i) *
				(log_sum - parameters[0] * floored(row[target]) - parameters[1 + target]);
	}
	return loss / problem->weight;
}

static double
mean_multiplier(const Problem *problem, const double *parameters)
{
	double mean = 0.0;

	for (int c = 0; c < problem->set->n_classes; c++)
		mean += problem->mean[c] * parameters[1 + c];
	return mean;
}

/*
 * The objective: mean loss, prior, and a multiple of the squared mean log multiplier.  The
 * first two do not depend on that mean, so it is 0 at the minimum.
 */
static double
objective(Problem *problem, const double *parameters)
{
	double mean = mean_multiplier(problem, parameters);
	double prior = problem->ridge[0] * (parameters[0] - 1.0) * (parameters[0] - 1.0) +
				   problem->ridge_sum * mean * mean;

	for (int c = 0; c < problem->set->n_classes; c++)
	{
		double distance = parameters[1 + c] - mean;

		prior += problem->ridge[1 + c] * distance * distance;
	}
	return mean_loss(problem, parameters) + 0.5 * prior;
}

/* Sets gradient and Hessian to those of the objective, except the loss. */
static void
differentiate_prior(Problem *problem, const double *parameters)
{
	int	   n = problem->n;
	double mean = mean_multiplier(problem, parameters);
	double pull = 0.0; /* minus the derivative of the prior with respect to mean */

	for (int c = 0; c < n - 1; c++)
		pull += problem->ridge[1 + c] * (parameters[1 + c] - mean);
	memset(problem->hessian, 0, sizeof(double) * n * n);
	problem->gradient[0] = problem->ridge[0] * (parameters[0] - 1.0);
	problem->hessian[0] = problem->ridge[0];
	for (int c = 0; c < n - 1; c++)
	{
		double *hessian = problem->hessian + (size_t) (1 + c) * n + 1;
		double	ridge = problem->ridge[1 + c];

		problem->gradient[1 + c] = ridge * (parameters[1 + c] - mean) +
								   problem->mean[c] * (problem->ridge_sum * mean - pull);
		for (int d = 0; d <= c; d++)
			hessian[d] = 2.0 * problem->ridge_sum * problem->mean[c] * problem->mean[d] -
						 ridge * problem->mean[d] - problem->mean[c] * problem->ridge[1 + d];
		hessian[c] += ridge;
	}
}

/*
 * Adds an object's contribution to gradient and Hessian.  With l = ln p of the object and z =
 * parameters[0] * l + multipliers, the loss -z_target + ln sum exp z has the derivatives E[l] -
 * l_target and p_c - [c = target], and the Hessian is the covariance under p of l and the
 * indicators of the classes.
 */
static void
add_object(Problem *problem, const double *parameters, const float *row, int target, double share)
{
	int		n_classes = problem->set->n_classes;
	double *p = problem->p;
	double *gradient = problem->gradient;
	double	mean = 0.0;

	(void) calibrated_row(parameters, n_classes, row, p);
	for (int c = 0; c < n_classes; c++)
		mean += p[c] * floored(row[c]);
	gradient[0] += share * (mean - floored(row[target]));
	gradient[1 + target] -= share;
	for (int c = 0; c < n_classes; c++)
	{
		double *hessian = problem->hessian + (size_t) (1 + c) * problem->n;
		double	distance = floored(row[c]) - mean;
		double	weighted = share * p[c];

		gradient[1 + c] += weighted;
		problem->hessian[0] += weighted * distance * distance;
		hessian[0] += weighted * distance;
		hessian[1 + c] += weighted;
		for (int d = 0; d <= c; d++)
			hessian[1 + d] -= weighted * p[d];
	}
}

static void
differentiate(Problem *problem, const double *parameters)
{
	const CalibrationSet *set = problem->set;

	differentiate_prior(problem, parameters);
	for (int i = 0; i < set->n_rows; i++)
	{
		if (i % 256 == 0)
			problem->workspace->check_interrupts();
		add_object(problem, parameters, set->log_probabilities + (size_t) i * set->n_classes,
				   set->target[i], row_weight(set, i) / problem->weight);
	}
}

/* step = -Hessian^-1 gradient */
static void
newton_step(Problem *problem)
{
	for (int i = 0; i < problem->n; i++)
		problem->step[i] = -problem->gradient[i];
	(void) cholesky_factor(problem->hessian, problem->n, DBL_MIN,
						   problem->workspace->check_interrupts);
	cholesky_solve(problem->hessian, problem->n, problem->step);
}

/* Restricts the step to the temperature. */
static void
hold_multipliers(Problem *problem)
{
	size_t n = problem->n;

	for (size_t k = 1; k < n; k++)
	{
		problem->gradient[k] = 0.0;
		memset(problem->hessian + k * n, 0, sizeof(double) * n);
		problem->hessian[k * n + k] = 1.0;
	}
}

/* Restricts the step to the multipliers if the inverse temperature is at its bound. */
static void
hold_bound(Problem *problem, const double *parameters)
{
	if (parameters[0] > CALIBRATION_MIN_INVERSE_TEMPERATURE || problem->gradient[0] <= 0.0)
		return;
	problem->gradient[0] = 0.0;
	problem->hessian[0] = 1.0;
	for (int k = 1; k < problem->n; k++)
		problem->hessian[(size_t) k * problem->n] = 0.0;
}

/* Backtracking line search along the step; returns false if it does not reduce the objective. */
static bool
descend(Problem *problem, double *parameters, double *value)
{
	double slope = 0.0, length = 1.0;

	for (int k = 0; k < problem->n; k++)
		slope += problem->gradient[k] * problem->step[k];
	if (!(slope < -1e-15))
		return false;
	/* NOLINTNEXTLINE(cert-flp30-c): halving is exact, and the integer counts */
	for (int halving = 0; halving < MAX_HALVINGS; halving++, length /= 2.0)
	{
		double trial_value;

		for (int k = 0; k < problem->n; k++)
			problem->trial[k] = parameters[k] + length * problem->step[k];
		problem->trial[0] = fmax(problem->trial[0], CALIBRATION_MIN_INVERSE_TEMPERATURE);
		trial_value = objective(problem, problem->trial);
		if (trial_value < *value)
		{
			memcpy(parameters, problem->trial, sizeof(double) * problem->n);
			*value = trial_value;
			return true;
		}
	}
	return false;
}

static double
fit(const CalibrationSet *set, double prior_objects, bool temperature_only,
	Calibration *calibration, Workspace *workspace)
{
	int		n = 1 + set->n_classes;
	double *parameters = workspace_array(workspace, double, n);
	Problem problem = {
		.set = set,
		.n = n,
		.ridge = workspace_array(workspace, double, n),
		.mean = workspace_array(workspace, double, set->n_classes),
		.gradient = workspace_array(workspace, double, n),
		.hessian = workspace_array(workspace, double, (size_t) n *n),
		.step = workspace_array(workspace, double, n),
		.trial = workspace_array(workspace, double, n),
		.p = workspace_array(workspace, double, set->n_classes),
		.workspace = workspace,
	};
	double value;

	set_prior(&problem, prior_objects);
	parameters[0] = 1.0;
	memset(parameters + 1, 0, sizeof(double) * set->n_classes);
	value = objective(&problem, parameters);
	for (int step = 0; step < MAX_STEPS; step++)
	{
		differentiate(&problem, parameters);
		if (temperature_only)
			hold_multipliers(&problem);
		hold_bound(&problem, parameters);
		newton_step(&problem);
		if (!descend(&problem, parameters, &value))
			break;
	}
	calibration->inverse_temperature = parameters[0];
	calibration->log_multipliers = parameters + 1;
	return mean_loss(&problem, parameters);
}

double
fit_calibration(const CalibrationSet *set, double prior_objects, Calibration *calibration,
				Workspace *workspace)
{
	return fit(set, prior_objects, false, calibration, workspace);
}

double
fit_temperature(const CalibrationSet *set, double prior_objects, Calibration *calibration,
				Workspace *workspace)
{
	return fit(set, prior_objects, true, calibration, workspace);
}

void
calibrate(const Calibration *calibration, int n_rows, int n_classes, const float *log_probabilities,
		  float *probabilities)
{
	for (int i = 0; i < n_rows; i++)
	{
		const float *from = log_probabilities + (size_t) i * n_classes;
		float		*to = probabilities + (size_t) i * n_classes;
		double		 largest = -INFINITY, sum = 0.0;

		for (int c = 0; c < n_classes; c++)
		{
			double value = calibration->inverse_temperature * floored(from[c]) +
						   calibration->log_multipliers[c];

			if (value > largest)
				largest = value;
		}
		for (int c = 0; c < n_classes; c++)
		{
			double p = exp(calibration->inverse_temperature * floored(from[c]) +
						   calibration->log_multipliers[c] - largest);

			to[c] = (float) p;
			sum += p;
		}
		for (int c = 0; c < n_classes; c++)
			to[c] = (float) (to[c] / sum);
	}
}
