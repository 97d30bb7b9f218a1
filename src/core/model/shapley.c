/*
 * shapley.c
 *		What each feature contributes to the probability of a class.
 */
#include "core/model/shapley.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/model/scoring.h"

#define BLOCK_ROWS 256

/* A walk from an object of the reference to the one that is explained. */
typedef struct Walk
{
	const Model		*model;
	ClassifyScratch *scratch;
	const float		*to; /* features of the object that is explained */
	int				 c;	 /* the class */
	int				 n_units;
	const int32_t	*unit;	/* of each feature of the reference */
	float			*row;	/* [n_features]: where the walk is */
	int				 n;		/* rows in the block, */
	float			*block; /* [BLOCK_ROWS][n_features] */
	int32_t			*step;	/* [BLOCK_ROWS]: the unit that was replaced last, -1 for none */
	float			*probabilities;
	double			 before; /* the log-odds of the previous row */
	double			*sums;	 /* [n_units] */
	bool			 failed;
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

/* Classifies the rows of the block and gives each unit its change. */
static void
end_block(Walk *walk)
{
	int n_classes = walk->model->n_classes;

	model_classify(walk->model, walk->scratch, walk->n, walk->block, walk->probabilities);
	walk->failed |= !probabilities_are_valid(walk->n, n_classes, walk->probabilities);
	for (int i = 0; i < walk->n; i++)
	{
		double now = log_odds(walk->probabilities + (size_t) i * n_classes, n_classes, walk->c);

		if (walk->step[i] >= 0)
			walk->sums[walk->step[i]] += now - walk->before;
		walk->before = now;
	}
	walk->n = 0;
}

/* Adds where the walk is after it replaced a unit. */
static void
add_step(Walk *walk, int32_t unit)
{
	size_t n_features = walk->model->preprocessing.n_features;

	memcpy(walk->block + walk->n * n_features, walk->row, sizeof(float) * n_features);
	walk->step[walk->n++] = unit;
	if (walk->n == BLOCK_ROWS)
		end_block(walk);
}

/* A step that changes no value changes no probability: it needs no row. */
static void
replace_unit(Walk *walk, int32_t unit)
{
	const Reference *reference = walk->model->reference;
	bool			 changed = false;

	for (int j = 0; j < reference->n_features; j++)
		if (walk->unit[j] == unit)
		{
			float *from = walk->row + reference->features[j];
			float  to = walk->to[reference->features[j]];

			changed |= *from != to && (isfinite(*from) || isfinite(to));
			*from = to;
		}
	if (changed)
		add_step(walk, unit);
}

/* From object i of the reference, in the given order of units or its reverse. */
static void
walk_from(Walk *walk, int i, const int32_t *order, bool reverse)
{
	const Reference *reference = walk->model->reference;
	int				 n = reference->n_features;

	for (int j = 0; j < n; j++)
		walk->row[reference->features[j]] = reference->objects[(size_t) i * n + j];
	add_step(walk, -1);
	for (int k = 0; k < walk->n_units; k++)
		replace_unit(walk, order[reverse ? walk->n_units - 1 - k : k]);
}

bool
shapley_values(const Model *model, const float *features, int c, int n_units, const int32_t *unit,
			   double *contributions, Workspace *workspace)
{
	size_t	 n_features = model->preprocessing.n_features;
	int		 n_objects = model->reference->n_objects;
	int32_t *order = workspace_array(workspace, int32_t, n_units);
	Walk	 walk = {
			.model = model,
			.scratch = classify_scratch(model, BLOCK_ROWS, workspace),
			.to = features,
			.c = c,
			.n_units = n_units,
			.unit = unit,
			.row = workspace_array(workspace, float, n_features),
			.block = workspace_array(workspace, float, n_features *BLOCK_ROWS),
			.step = workspace_array(workspace, int32_t, BLOCK_ROWS),
			.probabilities = workspace_array(workspace, float, (size_t) BLOCK_ROWS * model->n_classes),
			.sums = contributions,
	};

	memcpy(walk.row, features, sizeof(float) * n_features);
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
	if (walk.n > 0)
		end_block(&walk);
	for (int k = 0; k < n_units; k++)
		contributions[k] /= 2.0 * n_objects;
	return !walk.failed;
}
