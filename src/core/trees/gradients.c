/*
 * gradients.c
 *		Gradients of a tree's rows, and their projections.
 */
#include "core/trees/gradients.h"

#include <math.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/simd.h"
#include "core/base/vector_exp.h"

void
make_gradients(Gradients *gradients, const TreeSample *sample, Workspace *workspace)
{
	size_t n_classes = sample->n_classes;

	*gradients = (Gradients){
		.sample = sample,
		.workspace = workspace,
		.direction = workspace_zeros(workspace, DIRECTIONS * n_classes),
		.pairs = workspace_array(workspace, float, sample->n_rows * 2 * n_classes),
		.sketch = workspace_array(workspace, Sums, sample->n_rows),
		.block = workspace_aligned_array(workspace, float, 2 * n_classes * GRADIENT_ROWS),
	};
}

/* Subtracts from x [n] its projection onto the unit vector [n]. */
static void
project_out(int n, const float *unit, float *x)
{
	float product = 0.0f;

	for (int c = 0; c < n; c++)
		product += unit[c] * x[c];
	for (int c = 0; c < n; c++)
		x[c] -= product * unit[c];
}

static void
scale_to(int n, float length, float *x)
{
	float square = 0.0f;

	for (int c = 0; c < n; c++)
		square += x[c] * x[c];
	for (int c = 0; c < n; c++)
		x[c] *= length / sqrtf(square);
}

/*
 * Random orthogonal directions of equal length whose components sum to 0, as those of
 * every gradient do, scaled so that projection preserves the squared length of the
 * gradient on average.
 */
void
draw_directions(Gradients *gradients, Random *random)
{
	int	  n = gradients->sample->n_classes;
	int	  n_directions = n - 1 < DIRECTIONS ? n - 1 : DIRECTIONS;
	float all[MODEL_MAX_CLASSES];

	for (int c = 0; c < n; c++)
		all[c] = 1.0f;
	scale_to(n, 1.0f, all);
	for (int d = 0; d < n_directions; d++)
	{
		float *x = gradients->direction + (size_t) d * n;

		for (int c = 0; c < n; c++)
			x[c] = (float) random_normal(random);
		project_out(n, all, x);
		for (int e = 0; e < d; e++)
			project_out(n, gradients->direction + (size_t) e * n, x);
		scale_to(n, 1.0f, x);
	}
	for (int d = 0; d < n_directions; d++)
		scale_to(n, sqrtf((float) (n - 1) / (float) n_directions),
				 gradients->direction + (size_t) d * n);
}

/* x [n_classes][GRADIENT_ROWS]: each column of logits becomes probabilities, as by softmax_rows. */
DISPATCHED static void
softmax_lanes(int n_classes, float *restrict x)
{
	float largest[GRADIENT_ROWS];
	float sum[GRADIENT_ROWS];

	FOR_LANES(i, GRADIENT_ROWS)
	{
		largest[i] = x[i];
		sum[i] = 0.0f;
	}
	for (int c = 1; c < n_classes; c++)
		FOR_LANES(i, GRADIENT_ROWS)
		{
			float logit = x[c * GRADIENT_ROWS + i];

			largest[i] = logit > largest[i] ? logit : largest[i];
		}
	for (int c = 0; c < n_classes; c++)
		FOR_LANES(i, GRADIENT_ROWS)
		{
			float odds = vector_exp(x[c * GRADIENT_ROWS + i] - largest[i]);

			x[c * GRADIENT_ROWS + i] = odds;
			sum[i] += odds;
		}
	for (int c = 0; c < n_classes; c++)
		FOR_LANES(i, GRADIENT_ROWS)
	x[c * GRADIENT_ROWS + i] /= sum[i];
}

/*
 * Replaces probabilities by gradients [n_classes][GRADIENT_ROWS], whose Hessians and sketches
 * [DIRECTIONS + 1][GRADIENT_ROWS] it fills.
 */
DISPATCHED static void
differentiate(int n_classes, const float *restrict direction, const int32_t *restrict target,
			  const float *restrict weight, float *restrict gradient, float *restrict hessian,
			  float *restrict sketch)
{
	memset(sketch, 0, sizeof(float) * (DIRECTIONS + 1) * GRADIENT_ROWS);
	for (int c = 0; c < n_classes; c++)
	{
		FOR_LANES(i, GRADIENT_ROWS)
		{
			float p = gradient[c * GRADIENT_ROWS + i];
			float h = weight[i] * p * (1.0f - p);

			gradient[c * GRADIENT_ROWS + i] = weight[i] * (p - (target[i] == c ? 1.0f : 0.0f));
			hessian[c * GRADIENT_ROWS + i] = h;
			sketch[DIRECTIONS * GRADIENT_ROWS + i] += h;
		}
		for (int d = 0; d < DIRECTIONS; d++)
			FOR_LANES(i, GRADIENT_ROWS)
		sketch[d * GRADIENT_ROWS + i] +=
			direction[d * n_classes + c] * gradient[c * GRADIENT_ROWS + i];
	}
}

/* The gradients of n <= GRADIENT_ROWS rows. */
static void
fill_block(Gradients *gradients, int n, const int *rows, const float *score)
{
	const TreeSample *sample = gradients->sample;
	int				  n_classes = sample->n_classes;
	float			 *gradient = gradients->block;
	float			 *hessian = gradients->block + n_classes * GRADIENT_ROWS;
	float			  sketch[(DIRECTIONS + 1) * GRADIENT_ROWS] VECTOR_ALIGNED;
	int32_t			  target[GRADIENT_ROWS] VECTOR_ALIGNED;
	float			  weight[GRADIENT_ROWS] VECTOR_ALIGNED;

	for (int i = 0; i < GRADIENT_ROWS; i++)
	{
		/* lanes without a row repeat the last */
		int			 row = rows[i < n ? i : n - 1];
		int			 source = sample->rows[row];
		const float *closed = closed_of_row(sample, row);

		target[i] = sample->target[source];
		weight[i] = sample->weight[source];
		for (int c = 0; c < n_classes; c++)
			gradient[c * GRADIENT_ROWS + i] =
				closed && closed[c] > 0.0f ? -INFINITY : score[(size_t) row * n_classes + c];
	}
	softmax_lanes(n_classes, gradient);
	differentiate(n_classes, gradients->direction, target, weight, gradient, hessian, sketch);
	for (int i = 0; i < n; i++)
	{
		float *pair = gradients->pairs + (size_t) rows[i] * 2 * n_classes;
		Sums  *sums = &gradients->sketch[rows[i]];

		for (int c = 0; c < 2 * n_classes; c++)
			pair[c] = gradients->block[c * GRADIENT_ROWS + i];
		for (int d = 0; d <= DIRECTIONS; d++)
			(*sums)[d] = sketch[d * GRADIENT_ROWS + i];
	}
}

void
fill_gradients(Gradients *gradients, int n_rows, const int *rows, const float *score)
{
	for (int start = 0; start < n_rows; start += GRADIENT_ROWS)
	{
		gradients->workspace->check_interrupts();
		fill_block(gradients, n_rows - start < GRADIENT_ROWS ? n_rows - start : GRADIENT_ROWS,
				   rows + start, score);
	}
}

DISPATCHED void
add_pairs(const Gradients *gradients, int n_rows, const int *rows, float *restrict sums)
{
	int n = 2 * gradients->sample->n_classes;

	for (int i = 0; i < n_rows; i++)
	{
		const float *restrict pair = gradients->pairs + (size_t) rows[i] * n;

		for (int c = 0; c < n; c++)
			sums[c] += pair[c];
	}
}
