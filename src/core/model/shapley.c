/*
 * shapley.c
 *		What each feature contributes to the probability of a class.
 */
#include "core/model/shapley.h"

#include <math.h>

#include "core/base/random.h"
#include "core/model/scoring.h"
#include "core/model/stepwise.h"

/* Walks from objects of the reference to the one that is explained. */
typedef struct Walk
{
	const Model		   *model;
	StepwiseClassifier *classifier;
	int					c; /* the class */
	int					n_units;
	int					n;	   /* steps that wait */
	int32_t			   *steps; /* [most_steps()] */
	float			   *probabilities;
	double				before; /* the log-odds before them */
	double			   *sums;	/* [n_units] */
	bool				failed;
} Walk;

static double
log_odds(const float *probabilities, int n, int c)
{
	double rest = 0.0;

	for (int i = 0; i < n; i++)
		rest += i == c ? 0.0 : (double) probabilities[i];
	return log(fmax(probabilities[c], SMALLEST_PROBABILITY)) -
		   log(fmax(rest, SMALLEST_PROBABILITY));
}

/* Takes the steps that wait, and gives each unit its change. */
static void
take_steps(Walk *walk)
{
	int n_classes = walk->model->n_classes;

	classify_steps(walk->classifier, walk->n, walk->steps, walk->probabilities);
	walk->failed |= !probabilities_are_valid(walk->n, n_classes, walk->probabilities);
	for (int i = 0; i < walk->n; i++)
	{
		double now = log_odds(walk->probabilities + (size_t) i * n_classes, n_classes, walk->c);

		if (walk->steps[i] >= 0)
			walk->sums[walk->steps[i]] += now - walk->before;
		walk->before = now;
	}
	walk->n = 0;
}

static void
add_step(Walk *walk, int32_t step)
{
	walk->steps[walk->n++] = step;
	if (walk->n == most_steps(walk->classifier))
		take_steps(walk);
}

/* From object i of the reference, in the given order of units or its reverse. */
static void
walk_from(Walk *walk, int i, const int32_t *order, bool reverse)
{
	add_step(walk, STEP_TO_OBJECT(i));
	for (int k = 0; k < walk->n_units; k++)
		add_step(walk, order[reverse ? walk->n_units - 1 - k : k]);
}

bool
shapley_values(const Model *model, const float *features, int c, int n_units, const int32_t *unit,
			   double *contributions, Workspace *workspace)
{
	int					n_objects = model->reference->n_objects;
	int32_t			   *order = workspace_array(workspace, int32_t, n_units);
	StepwiseClassifier *classifier = stepwise_classifier(model, features, n_units, unit, workspace);
	size_t				most = most_steps(classifier);
	Walk				walk = {
					   .model = model,
					   .classifier = classifier,
					   .c = c,
					   .n_units = n_units,
					   .steps = workspace_array(workspace, int32_t, most),
					   .probabilities = workspace_array(workspace, float, most * model->n_classes),
					   .sums = contributions,
	   };

	for (int k = 0; k < n_units; k++)
		contributions[k] = 0.0;
	for (int i = 0; i < n_objects; i++)
	{
		Random random;

		workspace->check_interrupts();
		random_seed(&random, 0, i);
		for (int k = 0; k < n_units; k++)
			order[k] = k;
		random_shuffle(&random, n_units, order);
		walk_from(&walk, i, order, false);
		walk_from(&walk, i, order, true);
	}
	take_steps(&walk);
	for (int k = 0; k < n_units; k++)
		contributions[k] /= 2.0 * n_objects;
	return !walk.failed;
}
