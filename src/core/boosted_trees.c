/*
 * boosted_trees.c
 *		Which inputs tell the classes apart, as gradient-boosted trees see it.
 *
 * Each tree looks at a random part of the rows and of the inputs, whose values
 * are known to it by one of BINS bins.  Splits are sought by histograms of
 * the gradient, those of one child being those of its parent less its sibling's.
 */
#include "core/boosted_trees.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/kernels.h"
#include "core/model.h"
#include "core/random.h"
#include "core/simd.h"

#define ROUNDS			100
#define DEPTH			5
#define SHRINKAGE		0.1f
#define ROW_SHARE		0.8
#define MOST_ROWS		8192	/* that a tree looks at */
#define INPUT_SHARE		0.3
#define REGULARISATION	1.0f	/* added to the Hessian of a node */
#define SMALLEST_HESSIAN 1.0f	/* of a leaf */

#define BINS			32
#define EDGE_ROWS		1024	/* rows that tell where bins end */
#define BLOCK_ROWS		64		/* rows of inputs that stay in the cache */

/*
 * Splits are sought in a few random directions of the space of the classes
 * (SketchBoost, Iosipoi and Vakhrushev, arXiv:2211.12858), which up to four classes is
 * the whole of it.
 */
#define DIRECTIONS		3

/*
 * Of one row or summed over several: the gradient in these directions, and last the trace of
 * the Hessian.  A vector, as memory comes from the workspace, at no special address.
 */
typedef float Sums __attribute__((vector_size(sizeof(float) * (DIRECTIONS + 1)),
								  aligned(sizeof(float))));

/* Random streams of the seed, as in training.c. */
#define STREAM_TREES	7

typedef struct Split
{
	int			input;			/* -1 for none */
	int			bin;			/* up to this one goes left */
	float		gain;
} Split;

typedef struct Node
{
	Split		split;			/* none in a leaf */
	struct Node *children;		/* [2] */
	float	   *value;			/* [n_classes], what a leaf adds to the logits */
} Node;

#define MOST_NODES		((2 << DEPTH) - 1)

typedef struct Boosting
{
	const TreeSample *sample;
	Workspace  *workspace;
	Random		random;
	uint8_t    *bin;			/* [n_inputs][n_rows] */
	float	   *score;			/* [n_rows][n_classes], logits */
	double	   *gain;

	/* of the tree that grows */
	int			n_tree_rows;
	int		   *order;			/* [n_tree_rows], those of a node side by side */
	int		   *spare;			/* [n_tree_rows] */
	float	   *probability;	/* [n_rows][n_classes], of its rows, as the next */
	float	   *direction;		/* [DIRECTIONS][n_classes] */
	Sums	   *sketch;			/* [n_rows] */
	int			n_candidates;
	int		   *candidate;		/* [n_inputs], shuffled: inputs that it looks at come first */
	Sums	   *histogram[DEPTH];	/* of a node at each depth: [n_candidates][BINS] */
	int			n_nodes;
	Node		nodes[MOST_NODES];
} Boosting;

static int
compare_floats(const void *a, const void *b)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return (x > y) - (x < y);
}

/* ------------------------------------------------------------------------
 * Bins
 * ------------------------------------------------------------------------
 */

static const float *
input_row(const TreeSample *sample, int64_t i)
{
	return sample->inputs + (size_t) sample->rows[i] * sample->n_inputs;
}

/* Bins of about as many rows each, with equal values in one bin: edge [n_inputs][BINS - 1]. */
static void
fill_edges(const Boosting *boosting, float *edge)
{
	const TreeSample *sample = boosting->sample;
	int			n = sample->n_rows < EDGE_ROWS ? sample->n_rows : EDGE_ROWS;
	float		value[EDGE_ROWS];

	for (int j = 0; j < sample->n_inputs; j++, edge += BINS - 1)
	{
		boosting->workspace->check_interrupts();
		for (int i = 0; i < n; i++)
			value[i] = input_row(sample, (int64_t) i * sample->n_rows / n)[j];
		qsort(value, n, sizeof(float), compare_floats);
		for (int k = 0; k < BINS - 1; k++)
			edge[k] = value[(k + 1) * n / BINS];
	}
}

static int
bin_of(const float *edge, float x)
{
	int			below = 0;

	for (int step = BINS / 2; step > 0; step /= 2)
		below += edge[below + step - 1] < x ? step : 0;
	return below;
}

static void
fill_bins(Boosting *boosting)
{
	const TreeSample *sample = boosting->sample;
	float	   *edges =
		workspace_array(boosting->workspace, float, (size_t) sample->n_inputs * (BINS - 1));

	fill_edges(boosting, edges);
	for (int start = 0; start < sample->n_rows; start += BLOCK_ROWS)
	{
		int			end = start + BLOCK_ROWS < sample->n_rows ? start + BLOCK_ROWS : sample->n_rows;

		boosting->workspace->check_interrupts();
		for (int j = 0; j < sample->n_inputs; j++)
		{
			const float *edge = edges + (size_t) j * (BINS - 1);
			uint8_t    *bin = boosting->bin + (size_t) j * sample->n_rows;

			for (int i = start; i < end; i++)
				bin[i] = (uint8_t) bin_of(edge, input_row(sample, i)[j]);
		}
	}
}

/* ------------------------------------------------------------------------
 * What a tree looks at
 * ------------------------------------------------------------------------
 */

/* Rows in their order (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S), inputs in any. */
static void
draw_rows_and_inputs(Boosting *boosting)
{
	int			n = boosting->sample->n_rows;
	int			n_drawn = 0;

	for (int i = 0; i < n; i++)
		if ((double) (n - i) * random_uniform(&boosting->random) <
			(double) (boosting->n_tree_rows - n_drawn))
			boosting->order[n_drawn++] = i;
	random_shuffle(&boosting->random, boosting->sample->n_inputs, boosting->candidate);
}

/* Takes away from x [n] its part in the direction of unit [n]. */
static void
project_out(int n, const float *unit, float *x)
{
	float		product = 0.0f;

	for (int c = 0; c < n; c++)
		product += unit[c] * x[c];
	for (int c = 0; c < n; c++)
		x[c] -= product * unit[c];
}

static void
scale_to(int n, float length, float *x)
{
	float		square = 0.0f;

	for (int c = 0; c < n; c++)
		square += x[c] * x[c];
	for (int c = 0; c < n; c++)
		x[c] *= length / sqrtf(square);
}

/*
 * Orthogonal directions of equal length among those whose components add up to 0, as those of
 * every gradient do.  On average the squared length of the projection is that of
 * the gradient.
 */
static void
draw_directions(Boosting *boosting)
{
	int			n = boosting->sample->n_classes;
	int			n_directions = n - 1 < DIRECTIONS ? n - 1 : DIRECTIONS;
	float		all[MODEL_MAX_CLASSES];

	for (int c = 0; c < n; c++)
		all[c] = 1.0f;
	scale_to(n, 1.0f, all);
	for (int d = 0; d < n_directions; d++)
	{
		float	   *x = boosting->direction + (size_t) d * n;

		for (int c = 0; c < n; c++)
			x[c] = (float) random_normal(&boosting->random);
		project_out(n, all, x);
		for (int e = 0; e < d; e++)
			project_out(n, boosting->direction + (size_t) e * n, x);
		scale_to(n, 1.0f, x);
	}
	for (int d = 0; d < n_directions; d++)
		scale_to(n, sqrtf((float) (n - 1) / (float) n_directions), boosting->direction + (size_t) d * n);
}

/* Gradient of the cross-entropy with respect to the logits, and the diagonal of its Hessian. */
static void
row_gradient(const Boosting *boosting, int row, int class, float *gradient, float *hessian)
{
	const TreeSample *sample = boosting->sample;
	float		weight = sample->weight[sample->rows[row]];
	float		p = boosting->probability[(size_t) row * sample->n_classes + class];

	*gradient = weight * (p - (class == sample->target[sample->rows[row]] ? 1.0f : 0.0f));
	*hessian = weight * p * (1.0f - p);
}

static void
fill_gradients(Boosting *boosting)
{
	int			n_classes = boosting->sample->n_classes;

	for (int k = 0; k < boosting->n_tree_rows; k++)
	{
		int			row = boosting->order[k];
		float	   *p = boosting->probability + (size_t) row * n_classes;
		Sums		sketch = {0.0f};

		memcpy(p, boosting->score + (size_t) row * n_classes, sizeof(float) * n_classes);
		softmax_rows(1, n_classes, p);
		for (int c = 0; c < n_classes; c++)
		{
			float		gradient;
			float		hessian;

			row_gradient(boosting, row, c, &gradient, &hessian);
			for (int d = 0; d < DIRECTIONS; d++)
				sketch[d] += boosting->direction[(size_t) d * n_classes + c] * gradient;
			sketch[DIRECTIONS] += hessian;
		}
		boosting->sketch[row] = sketch;
	}
}

/* ------------------------------------------------------------------------
 * Splits
 * ------------------------------------------------------------------------
 */

static size_t
histogram_size(const Boosting *boosting)
{
	return (size_t) boosting->n_candidates * BINS;
}

static void
fill_histogram(Boosting *boosting, int n_rows, const int *rows, Sums *histogram)
{
	memset(histogram, 0, sizeof(Sums) * histogram_size(boosting));
	for (int k = 0; k < boosting->n_candidates; k++, histogram += BINS)
	{
		const uint8_t *bin =
			boosting->bin + (size_t) boosting->candidate[k] * boosting->sample->n_rows;

		boosting->workspace->check_interrupts();
		for (int i = 0; i < n_rows; i++)
			histogram[bin[rows[i]]] += boosting->sketch[rows[i]];
	}
}

DISPATCHED static void
subtract(size_t n, const Sums *restrict y, Sums *restrict x)
{
	for (size_t i = 0; i < n; i++)
		x[i] -= y[i];
}

/*
 * scores[b]: of a split after bin b, twice what its two leaves lower the loss, or 0 if one of them is too
 * small; of the last bin, which splits nothing, what the node as a leaf does.
 */
DISPATCHED static void
score_splits(const Sums *restrict histogram, float *restrict scores)
{
	float		sums[DIRECTIONS + 1][BINS];
	Sums		left = {0.0f};

	for (int b = 0; b < BINS; b++)
	{
		left += histogram[b];
		for (int k = 0; k <= DIRECTIONS; k++)
			sums[k][b] = left[k];
	}
	for (int b = 0; b < BINS; b++)
	{
		float		square = 0.0f;
		float		other_square = 0.0f;
		float		hessian = sums[DIRECTIONS][b];
		float		other_hessian = left[DIRECTIONS] - hessian;
		float		score;

		for (int k = 0; k < DIRECTIONS; k++)
		{
			float		other = left[k] - sums[k][b];

			square += sums[k][b] * sums[k][b];
			other_square += other * other;
		}
		score = square / (hessian + REGULARISATION) +
			other_square / (other_hessian + REGULARISATION);
		scores[b] = fminf(hessian, other_hessian) < SMALLEST_HESSIAN ? 0.0f : score;
	}
	scores[BINS - 1] = 0.0f;
	for (int k = 0; k < DIRECTIONS; k++)
		scores[BINS - 1] += left[k] * left[k];
	scores[BINS - 1] /= left[DIRECTIONS] + REGULARISATION;
}

static Split
best_split(Boosting *boosting, const Sums *histogram)
{
	Split		best = {.input = -1};

	for (int k = 0; k < boosting->n_candidates; k++)
	{
		float		scores[BINS];

		score_splits(histogram + (size_t) k * BINS, scores);
		for (int b = 0; b < BINS - 1; b++)
			if (scores[b] - scores[BINS - 1] > best.gain)
				best = (Split) {boosting->candidate[k], b, scores[b] - scores[BINS - 1]};
	}
	boosting->workspace->check_interrupts();
	return best;
}

/* Moves the rows that go left to the front, each side in its order; returns how many. */
static int
partition(Boosting *boosting, Split split, int n_rows, int *rows)
{
	const uint8_t *bin = boosting->bin + (size_t) split.input * boosting->sample->n_rows;
	int			n_left = 0;
	int			n_right = 0;

	for (int i = 0; i < n_rows; i++)
	{
		int			row = rows[i];

		if (bin[row] <= split.bin)
			rows[n_left++] = row;
		else
			boosting->spare[n_right++] = row;
	}
	memcpy(rows + n_left, boosting->spare, sizeof(int) * n_right);
	return n_left;
}

/* ------------------------------------------------------------------------
 * Trees
 * ------------------------------------------------------------------------
 */

/* A step of Newton's method for each class, as if the Hessian were diagonal. */
static void
fill_leaf(Boosting *boosting, Node *leaf, int n_rows, const int *rows)
{
	for (int c = 0; c < boosting->sample->n_classes; c++)
	{
		float		gradients = 0.0f;
		float		hessians = REGULARISATION;

		for (int i = 0; i < n_rows; i++)
		{
			float		gradient;
			float		hessian;

			row_gradient(boosting, rows[i], c, &gradient, &hessian);
			gradients += gradient;
			hessians += hessian;
		}
		leaf->value[c] = -SHRINKAGE * gradients / hessians;
	}
}

/*
 * Grows the node of these rows.  Its histogram, which nodes of the last depth do not have, is
 * overwritten.
 */
static void
grow(Boosting *boosting, Node *node, int depth, int n_rows, int *rows, Sums *histogram)
{
	int			n_left;
	bool		left_is_small;
	Sums	   *small_histogram = NULL;

	node->split.input = -1;
	if (depth < DEPTH)
		node->split = best_split(boosting, histogram);
	if (node->split.input < 0)
	{
		fill_leaf(boosting, node, n_rows, rows);
		return;
	}
	boosting->gain[node->split.input] += 0.5 * node->split.gain;
	node->children = boosting->nodes + boosting->n_nodes;
	boosting->n_nodes += 2;

	n_left = partition(boosting, node->split, n_rows, rows);
	left_is_small = n_left <= n_rows - n_left;
	if (depth + 1 < DEPTH)
	{
		small_histogram = boosting->histogram[depth + 1];
		fill_histogram(boosting, left_is_small ? n_left : n_rows - n_left,
					   left_is_small ? rows : rows + n_left, small_histogram);
		subtract(histogram_size(boosting), small_histogram, histogram);
	}
	grow(boosting, &node->children[0], depth + 1, n_left, rows,
		 left_is_small ? small_histogram : histogram);
	grow(boosting, &node->children[1], depth + 1, n_rows - n_left, rows + n_left,
		 left_is_small ? histogram : small_histogram);
}

/* Adds the tree to the logits of all rows. */
static void
add_tree(Boosting *boosting)
{
	size_t		n = boosting->sample->n_rows;
	int			n_classes = boosting->sample->n_classes;

	boosting->workspace->check_interrupts();
	for (size_t i = 0; i < n; i++)
	{
		const Node *node = boosting->nodes;
		float	   *score = boosting->score + i * n_classes;

		while (node->split.input >= 0)
			node = &node->children[boosting->bin[node->split.input * n + i] > node->split.bin];
		for (int c = 0; c < n_classes; c++)
			score[c] += node->value[c];
	}
}

static float *
zeros(Workspace *workspace, size_t n)
{
	float	   *values = workspace_array(workspace, float, n);

	memset(values, 0, sizeof(float) * n);
	return values;
}

static void
prepare(Boosting *boosting)
{
	const TreeSample *sample = boosting->sample;
	Workspace  *workspace = boosting->workspace;
	size_t		n = sample->n_rows;

	boosting->bin = workspace_array(workspace, uint8_t, n * sample->n_inputs);
	boosting->score = zeros(workspace, n * sample->n_classes);
	boosting->n_tree_rows = (int) fmin(MOST_ROWS, ceil(ROW_SHARE * n));
	boosting->order = workspace_array(workspace, int, boosting->n_tree_rows);
	boosting->spare = workspace_array(workspace, int, boosting->n_tree_rows);
	boosting->probability = workspace_array(workspace, float, n * sample->n_classes);
	boosting->direction = zeros(workspace, DIRECTIONS * sample->n_classes);
	boosting->sketch = workspace_array(workspace, Sums, n);
	boosting->n_candidates = (int) ceil(INPUT_SHARE * sample->n_inputs);
	boosting->candidate = workspace_array(workspace, int, sample->n_inputs);
	for (int j = 0; j < sample->n_inputs; j++)
		boosting->candidate[j] = j;
	for (int depth = 0; depth < DEPTH; depth++)
		boosting->histogram[depth] = workspace_array(workspace, Sums, histogram_size(boosting));
	for (int i = 0; i < MOST_NODES; i++)
		boosting->nodes[i].value = workspace_array(workspace, float, sample->n_classes);
}

void
boosted_tree_gains(const TreeSample *sample, int64_t seed, Workspace *workspace, double *gain)
{
	Boosting	boosting = {.sample = sample, .workspace = workspace, .gain = gain};

	random_seed(&boosting.random, seed, STREAM_TREES);
	prepare(&boosting);
	fill_bins(&boosting);
	memset(gain, 0, sizeof(double) * sample->n_inputs);
	for (int round = 0; round < ROUNDS; round++)
	{
		draw_rows_and_inputs(&boosting);
		draw_directions(&boosting);
		fill_gradients(&boosting);
		fill_histogram(&boosting, boosting.n_tree_rows, boosting.order, boosting.histogram[0]);
		boosting.n_nodes = 1;
		grow(&boosting, boosting.nodes, 0, boosting.n_tree_rows, boosting.order,
			 boosting.histogram[0]);
		add_tree(&boosting);
	}
}

typedef struct Gain
{
	double		gain;
	int			input;
} Gain;

/* Largest first; of equal ones the one with the lower index. */
static int
compare_gains(const void *a, const void *b)
{
	const Gain *x = a;
	const Gain *y = b;

	if (x->gain != y->gain)
		return x->gain > y->gain ? -1 : 1;
	return x->input - y->input;
}

static int
compare_indexes(const void *a, const void *b)
{
	return *(const int32_t *) a - *(const int32_t *) b;
}

void
choose_by_trees(const TreeSample *sample, int64_t seed, int n, Workspace *workspace,
				int32_t *chosen)
{
	double	   *gain = workspace_array(workspace, double, sample->n_inputs);
	Gain	   *sorted = workspace_array(workspace, Gain, sample->n_inputs);

	boosted_tree_gains(sample, seed, workspace, gain);
	for (int j = 0; j < sample->n_inputs; j++)
		sorted[j] = (Gain) {gain[j], j};
	qsort(sorted, sample->n_inputs, sizeof(Gain), compare_gains);
	for (int k = 0; k < n; k++)
		chosen[k] = sorted[k].input;
	qsort(chosen, n, sizeof(int32_t), compare_indexes);
}
