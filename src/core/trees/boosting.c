/*
 * boosting.c
 *		Feature selection by gradient-boosted trees.
 *
 * Each tree is fitted to a random subset of rows and inputs.  The gradient histogram
 * of one child is computed as its parent's minus its sibling's.
 */
#include "core/trees/boosting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/base/softmax.h"
#include "core/trees/histogram.h"

#define ROUNDS 100
#define DEPTH 5
#define SHRINKAGE 0.1f
#define ROW_SHARE 0.8
#define MOST_TREE_ROWS 8192 /* of one tree */
#define INPUT_SHARE 0.3

#define ROWS_AT_ONCE 256 /* processed between two checks for interrupts */

typedef struct Node
{
	Split		 split;	   /* input is -1 in a leaf */
	struct Node *children; /* [2] */
	float		*value;	   /* [n_classes], added to the logits by a leaf */
} Node;

#define MOST_NODES ((2 << DEPTH) - 1)

typedef struct Boosting
{
	TreeSample	 sample;
	Workspace	*workspace;
	Random		 random;
	BinnedInputs binned;
	float		*score; /* [n_rows][n_classes], logits */
	double		*gain;

	/* of the current tree */
	int	   n_tree_rows;
	int	  *order;		/* [n_tree_rows], the rows of a node contiguous */
	int	  *spare;		/* [n_tree_rows] */
	float *probability; /* [n_rows][n_classes], set for the tree's rows only */
	float *direction;	/* [DIRECTIONS][n_classes] */
	Sums  *sketch;		/* [n_rows], likewise */
	int	   n_candidates;
	int	  *candidate; /* [n_inputs], shuffled; the first n_candidates are the tree's inputs */
	Sums  *histogram[DEPTH]; /* of a node at each depth: [n_candidates][BINS] */
	int	   n_nodes;
	Node   nodes[MOST_NODES];
} Boosting;

/* ------------------------------------------------------------------------
 * Rows and gradients of a tree
 * ------------------------------------------------------------------------
 */

/*
 * Draws the given number of integers from 0 to n - 1 without replacement, ascending
 * (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
 */
static void
draw_ascending(Random *random, int n, int n_wanted, int *drawn)
{
	int n_drawn = 0;

	for (int i = 0; i < n; i++)
		if ((double) (n - i) * random_uniform(random) < (double) (n_wanted - n_drawn))
			drawn[n_drawn++] = i;
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
static void
draw_directions(Boosting *boosting)
{
	int	  n = boosting->sample.n_classes;
	int	  n_directions = n - 1 < DIRECTIONS ? n - 1 : DIRECTIONS;
	float all[MODEL_MAX_CLASSES];

	for (int c = 0; c < n; c++)
		all[c] = 1.0f;
	scale_to(n, 1.0f, all);
	for (int d = 0; d < n_directions; d++)
	{
		float *x = boosting->direction + (size_t) d * n;

		for (int c = 0; c < n; c++)
			x[c] = (float) random_normal(&boosting->random);
		project_out(n, all, x);
		for (int e = 0; e < d; e++)
			project_out(n, boosting->direction + (size_t) e * n, x);
		scale_to(n, 1.0f, x);
	}
	for (int d = 0; d < n_directions; d++)
		scale_to(n, sqrtf((float) (n - 1) / (float) n_directions),
				 boosting->direction + (size_t) d * n);
}

/* Gradient of the cross-entropy with respect to the logits, and the diagonal of its Hessian. */
static void
row_gradient(const Boosting *boosting, int row, int class, float *gradient, float *hessian)
{
	const TreeSample *sample = &boosting->sample;
	float			  weight = sample->weight[sample->rows[row]];
	float			  p = boosting->probability[(size_t) row * sample->n_classes + class];

	*gradient = weight * (p - (class == sample->target[sample->rows[row]] ? 1.0f : 0.0f));
	*hessian = weight * p * (1.0f - p);
}

static void
fill_gradients(Boosting *boosting)
{
	int n_classes = boosting->sample.n_classes;

	for (int k = 0; k < boosting->n_tree_rows; k++)
	{
		int	   row = boosting->order[k];
		float *p = boosting->probability + (size_t) row * n_classes;
		Sums   sketch = {0.0f};

		memcpy(p, boosting->score + (size_t) row * n_classes, sizeof(float) * n_classes);
		softmax_rows(1, n_classes, p);
		for (int c = 0; c < n_classes; c++)
		{
			float gradient;
			float hessian;

			row_gradient(boosting, row, c, &gradient, &hessian);
			for (int d = 0; d < DIRECTIONS; d++)
				sketch[d] += boosting->direction[(size_t) d * n_classes + c] * gradient;
			sketch[DIRECTIONS] += hessian;
		}
		boosting->sketch[row] = sketch;
		if (k % ROWS_AT_ONCE == 0)
			boosting->workspace->check_interrupts();
	}
}

/* ------------------------------------------------------------------------
 * Trees
 * ------------------------------------------------------------------------
 */

/* Stable partition: moves the rows that go left to the front; returns their number. */
static int
partition(Boosting *boosting, Split split, int n_rows, int *rows)
{
	const uint8_t *bin = input_bins(&boosting->binned, split.input);
	int			   n_left = 0;
	int			   n_right = 0;

	for (int i = 0; i < n_rows; i++)
	{
		int row = rows[i];

		if (bin[row] <= split.bin)
			rows[n_left++] = row;
		else
			boosting->spare[n_right++] = row;
	}
	memcpy(rows + n_left, boosting->spare, sizeof(int) * n_right);
	return n_left;
}

/* Leaf values: a Newton step for each class, with the diagonal of the Hessian. */
static void
fill_leaf(Boosting *boosting, Node *leaf, int n_rows, const int *rows)
{
	for (int c = 0; c < boosting->sample.n_classes; c++)
	{
		float gradients = 0.0f;
		float hessians = REGULARISATION;

		for (int i = 0; i < n_rows; i++)
		{
			float gradient;
			float hessian;

			row_gradient(boosting, rows[i], c, &gradient, &hessian);
			gradients += gradient;
			hessians += hessian;
		}
		leaf->value[c] = -SHRINKAGE * gradients / hessians;
	}
}

/* Computes the histogram of the given rows. */
static void
sum_gradients(Boosting *boosting, int n_rows, const int *rows, Sums *histogram)
{
	fill_histogram(&boosting->binned, boosting->n_candidates, boosting->candidate, n_rows, rows,
				   boosting->sketch, histogram, boosting->workspace);
}

/*
 * Grows the subtree of the given rows.  Overwrites the node's histogram, which nodes at
 * the maximum depth do not have.
 */
static void
grow(Boosting *boosting, Node *node, int depth, int n_rows, int *rows, Sums *histogram)
{
	int	  n_left;
	bool  left_is_small;
	Sums *small_histogram = NULL;

	node->split.input = -1;
	if (depth < DEPTH)
		node->split = best_split(boosting->n_candidates, boosting->candidate, histogram);
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
		sum_gradients(boosting, left_is_small ? n_left : n_rows - n_left,
					  left_is_small ? rows : rows + n_left, small_histogram);
		subtract_histogram(boosting->n_candidates, small_histogram, histogram);
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
	size_t n = boosting->sample.n_rows;
	int	   n_classes = boosting->sample.n_classes;

	for (size_t i = 0; i < n; i++)
	{
		const Node *node = boosting->nodes;
		float	   *score = boosting->score + i * n_classes;

		while (node->split.input >= 0)
			node = &node->children[input_bins(&boosting->binned, node->split.input)[i] >
								   node->split.bin];
		for (int c = 0; c < n_classes; c++)
			score[c] += node->value[c];
		if (i % ROWS_AT_ONCE == 0)
			boosting->workspace->check_interrupts();
	}
}

/* ------------------------------------------------------------------------
 * Boosting
 * ------------------------------------------------------------------------
 */

/* The sample limited to a random subset of TREE_MAX_ROWS rows. */
static TreeSample
limit_rows(const TreeSample *sample, Random *random, Workspace *workspace)
{
	TreeSample limited = *sample;
	int		  *rows;

	if (sample->n_rows <= TREE_MAX_ROWS)
		return limited;
	rows = workspace_array(workspace, int, TREE_MAX_ROWS);
	draw_ascending(random, sample->n_rows, TREE_MAX_ROWS, rows);
	for (int i = 0; i < TREE_MAX_ROWS; i++)
		rows[i] = sample->rows[rows[i]];
	limited.n_rows = TREE_MAX_ROWS;
	limited.bins = NULL;
	limited.rows = rows;
	return limited;
}

static void
prepare(Boosting *boosting)
{
	const TreeSample *sample = &boosting->sample;
	Workspace		 *workspace = boosting->workspace;
	size_t			  n = sample->n_rows;

	boosting->binned = (BinnedInputs){.n_rows = sample->n_rows, .bin = sample->bins};
	if (sample->bins == NULL)
	{
		uint8_t *bins = workspace_array(workspace, uint8_t, n * sample->n_inputs);

		bin_inputs(sample, bins, workspace);
		boosting->binned.bin = bins;
	}
	boosting->score = workspace_zeros(workspace, n * sample->n_classes);
	boosting->n_tree_rows = (int) fmin(MOST_TREE_ROWS, ceil(ROW_SHARE * n));
	boosting->order = workspace_array(workspace, int, boosting->n_tree_rows);
	boosting->spare = workspace_array(workspace, int, boosting->n_tree_rows);
	boosting->probability = workspace_array(workspace, float, n * sample->n_classes);
	boosting->direction = workspace_zeros(workspace, DIRECTIONS * sample->n_classes);
	boosting->sketch = workspace_array(workspace, Sums, n);
	boosting->n_candidates = (int) ceil(INPUT_SHARE * sample->n_inputs);
	boosting->candidate = workspace_array(workspace, int, sample->n_inputs);
	for (int j = 0; j < sample->n_inputs; j++)
		boosting->candidate[j] = j;
	for (int depth = 0; depth < DEPTH; depth++)
		boosting->histogram[depth] =
			workspace_array(workspace, Sums, (size_t) boosting->n_candidates * BINS);
	for (int i = 0; i < MOST_NODES; i++)
		boosting->nodes[i].value = workspace_array(workspace, float, sample->n_classes);
}

void
boosted_tree_gains(const TreeSample *sample, int64_t seed, Workspace *workspace, double *gain)
{
	Workspace scratch = workspace_open(workspace);
	Boosting  boosting = {.workspace = &scratch, .gain = gain};

	random_seed(&boosting.random, seed, STREAM_TREES);
	boosting.sample = limit_rows(sample, &boosting.random, &scratch);
	prepare(&boosting);
	memset(gain, 0, sizeof(double) * sample->n_inputs);
	for (int round = 0; round < ROUNDS; round++)
	{
		draw_ascending(&boosting.random, boosting.sample.n_rows, boosting.n_tree_rows,
					   boosting.order);
		random_shuffle(&boosting.random, sample->n_inputs, boosting.candidate);
		draw_directions(&boosting);
		fill_gradients(&boosting);
		sum_gradients(&boosting, boosting.n_tree_rows, boosting.order, boosting.histogram[0]);
		boosting.n_nodes = 1;
		grow(&boosting, boosting.nodes, 0, boosting.n_tree_rows, boosting.order,
			 boosting.histogram[0]);
		add_tree(&boosting);
	}
	workspace_close(&scratch);
}

/* ------------------------------------------------------------------------
 * Selection
 * ------------------------------------------------------------------------
 */

typedef struct Gain
{
	double gain;
	int	   input;
} Gain;

/* Descending by gain, ties by ascending index. */
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
choose_by_trees(const TreeSample *sample, int64_t seed, const bool *eligible, int n,
				Workspace *workspace, int32_t *chosen)
{
	double *gain = workspace_array(workspace, double, sample->n_inputs);
	Gain   *sorted = workspace_array(workspace, Gain, sample->n_inputs);
	int		n_eligible = 0;

	boosted_tree_gains(sample, seed, workspace, gain);
	for (int j = 0; j < sample->n_inputs; j++)
		if (eligible[j])
			sorted[n_eligible++] = (Gain){gain[j], j};
	qsort(sorted, n_eligible, sizeof(Gain), compare_gains);
	for (int k = 0; k < n; k++)
		chosen[k] = sorted[k].input;
	qsort(chosen, n, sizeof(int32_t), compare_indexes);
}
