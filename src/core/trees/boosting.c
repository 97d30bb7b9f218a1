/*
 * boosting.c
 *		Gradient boosting of trees.
 *
 * Each tree is fitted to a random subset of rows and inputs.  The gradient histogram
 * of one child is computed as its parent's minus its sibling's.
 */
#include "core/trees/boosting.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/base/simd.h"
#include "core/base/softmax.h"
#include "core/trees/gradients.h"
#include "core/trees/histogram.h"

#define ROWS_AT_ONCE 256 /* processed between two checks for interrupts */

typedef struct Node
{
	Split		 split;	   /* input is -1 in a leaf */
	struct Node *children; /* [2] */
	float		*value;	   /* [n_classes], added to the logits by a leaf */
} Node;

typedef struct Boosting
{
	TreeSample			   sample;
	const BoostingOptions *options;
	SplitOptions		   split_options;
	Workspace			  *workspace;
	Random				   random;
	BinnedInputs		   binned;
	float				  *score; /* [n_rows + n_held_out][n_classes], logits */
	double				  *gain;

	/* of the current tree */
	int		  n_tree_rows;
	int		 *order; /* [n_tree_rows], the rows of a node contiguous */
	int		 *spare; /* [n_tree_rows] */
	Gradients gradients;
	float	 *sums; /* [2][n_classes], of the pairs of a leaf's rows */
	int		  n_candidates;
	int		 *candidate; /* [n_inputs], shuffled; the first n_candidates are the tree's inputs */
	Sums *histogram[TREE_MAX_DEPTH]; /* of a node at each depth: [n_candidates][HISTOGRAM_BINS] */
	int	  n_nodes;
	Node *nodes; /* [2^(depth + 1) - 1] */
} Boosting;

/* ------------------------------------------------------------------------
 * Rows and probabilities
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

void
tree_softmax(const TreeSample *sample, int row, float *logits)
{
	const float *closed = closed_of_row(sample, row);

	for (int c = 0; c < sample->n_classes && closed; c++)
		if (closed[c] > 0.0f)
			logits[c] = -INFINITY;
	softmax_rows(1, sample->n_classes, logits);
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
		int right = goes_right(&split, bin[row]);

		/* both, and one of them counts: no branch to predict */
		boosting->spare[n_right] = row;
		rows[n_left] = row;
		n_right += right;
		n_left += !right;
	}
	memcpy(rows + n_left, boosting->spare, sizeof(int) * n_right);
	return n_left;
}

/*
 * Leaf values: a Newton step for each class, with the diagonal of the Hessian, which can be
 * 0 without lambda.
 */
static void
fill_leaf(Boosting *boosting, Node *leaf, int n_rows, const int *rows)
{
	int	   n_classes = boosting->sample.n_classes;
	float *gradient = boosting->sums;
	float *hessian = boosting->sums + n_classes;

	for (int c = 0; c < n_classes; c++)
	{
		gradient[c] = 0.0f;
		hessian[c] = boosting->split_options.lambda;
	}
	add_pairs(&boosting->gradients, n_rows, rows, boosting->sums);
	for (int c = 0; c < n_classes; c++)
		leaf->value[c] = -(float) boosting->options->eta * gradient[c] / fmaxf(hessian[c], FLT_MIN);
}

/* Computes the histogram of the given rows. */
static void
sum_gradients(Boosting *boosting, int n_rows, const int *rows, Sums *histogram)
{
	fill_histogram(&boosting->binned, boosting->n_candidates, boosting->candidate, n_rows, rows,
				   boosting->gradients.sketch, histogram, boosting->workspace);
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
	if (depth < boosting->options->max_depth)
		node->split = best_split(&boosting->split_options, boosting->n_candidates,
								 boosting->candidate, histogram);
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
	if (depth + 1 < boosting->options->max_depth)
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

/* at [n]: where those of n rows that are at node parent go from it. */
DISPATCHED static void
go_down(int n, const uint8_t *restrict bin, Split split, uint16_t parent, uint16_t left,
		uint16_t *restrict at)
{
	/* the bin of missing values is beyond all others */
	uint8_t last = split.missing_right ? MISSING_BIN : MISSING_BIN - 1;

	for (int i = 0; i < n; i++)
	{
		uint16_t right = (bin[i] > split.bin) & (bin[i] <= last);

		at[i] = at[i] == parent ? left + right : at[i];
	}
}

/* Adds the tree to the logits of all rows. */
static void
add_tree(Boosting *boosting)
{
	int		 n_rows = boosting->binned.n_rows;
	int		 n_classes = boosting->sample.n_classes;
	uint16_t at[ROWS_AT_ONCE];

	for (int start = 0; start < n_rows; start += ROWS_AT_ONCE)
	{
		int n = n_rows - start < ROWS_AT_ONCE ? n_rows - start : ROWS_AT_ONCE;

		boosting->workspace->check_interrupts();
		memset(at, 0, sizeof(at));
		/* children come after their parent */
		for (int k = 0; k < boosting->n_nodes; k++)
		{
			const Node *node = &boosting->nodes[k];

			if (node->split.input >= 0)
				go_down(n, input_bins(&boosting->binned, node->split.input) + start, node->split, k,
						node->children - boosting->nodes, at);
		}
		for (int i = 0; i < n; i++)
		{
			float		*score = boosting->score + (size_t) (start + i) * n_classes;
			const float *value = boosting->nodes[at[i]].value;

			for (int c = 0; c < n_classes; c++)
				score[c] += value[c];
		}
	}
}

/* The largest value of a bin; no value is beyond the last one's. */
static float
upper_edge(const BinnedInputs *binned, int input, int bin)
{
	return bin < BINS - 1 ? binned->edges[(size_t) input * (BINS - 1) + bin] : FLT_MAX;
}

/* The tree as a predictor, allocated in the workspace. */
static Tree
store_tree(const Boosting *boosting, Workspace *workspace)
{
	size_t		 n_classes = boosting->sample.n_classes;
	const Node **order = workspace_array(boosting->workspace, const Node *, boosting->n_nodes);
	Tree		 tree = {.n_nodes = boosting->n_nodes};
	float		*value;
	int			 n = 1;

	tree.nodes = workspace_array(workspace, TreeNode, tree.n_nodes);
	tree.leaves = value = workspace_array(workspace, float, tree_leaves(&tree) * n_classes);
	order[0] = boosting->nodes;
	for (int i = 0; i < tree.n_nodes; i++)
	{
		const Node *node = order[i];
		int			input = node->split.input;

		tree.nodes[i] = (TreeNode){.input = input};
		if (input < 0)
		{
			memcpy(value, node->value, sizeof(float) * n_classes);
			value += n_classes;
			continue;
		}
		tree.nodes[i].missing_right = node->split.missing_right;
		tree.nodes[i].threshold = upper_edge(&boosting->binned, input, node->split.bin);
		order[n++] = &node->children[0];
		order[n++] = &node->children[1];
	}
	link_tree(&tree);
	return tree;
}

/* ------------------------------------------------------------------------
 * Boosting
 * ------------------------------------------------------------------------
 */

/* The sample limited to a random subset of the rows that trees are fitted to. */
static TreeSample
limit_rows(const TreeSample *sample, int most_rows, Random *random, Workspace *workspace)
{
	TreeSample limited = *sample;
	int		  *rows;

	if (sample->n_rows <= most_rows)
		return limited;
	rows = workspace_array(workspace, int, (size_t) most_rows + sample->n_held_out);
	draw_ascending(random, sample->n_rows, most_rows, rows);
	for (int i = 0; i < most_rows; i++)
		rows[i] = sample->rows[rows[i]];
	memcpy(rows + most_rows, sample->rows + sample->n_rows, sizeof(int) * sample->n_held_out);
	limited.n_rows = most_rows;
	limited.bins = NULL;
	limited.rows = rows;
	return limited;
}

static void
bin_sample(Boosting *boosting)
{
	const TreeSample *sample = &boosting->sample;
	Workspace		 *workspace = boosting->workspace;
	size_t			  n = (size_t) sample->n_rows + sample->n_held_out;

	boosting->binned = (BinnedInputs){.n_rows = (int) n, .bin = sample->bins};
	if (sample->bins == NULL)
	{
		uint8_t *bins = workspace_array(workspace, uint8_t, n * sample->n_inputs);
		float	*edges = workspace_array(workspace, float, (size_t) sample->n_inputs *(BINS - 1));

		bin_inputs(sample, bins, edges, workspace);
		boosting->binned.bin = bins;
		boosting->binned.edges = edges;
	}
}

static void
prepare(Boosting *boosting)
{
	const TreeSample	  *sample = &boosting->sample;
	const BoostingOptions *options = boosting->options;
	Workspace			  *workspace = boosting->workspace;
	size_t				   n = boosting->binned.n_rows;
	int					   most_nodes = (2 << options->max_depth) - 1;

	boosting->split_options = (SplitOptions){
		.lambda = (float) options->lambda,
		.min_child_weight = (float) options->min_child_weight,
	};
	boosting->score = workspace_zeros(workspace, n * sample->n_classes);
	boosting->n_tree_rows =
		(int) fmin(options->most_tree_rows, ceil(options->subsample * sample->n_rows));
	boosting->order = workspace_array(workspace, int, boosting->n_tree_rows);
	boosting->spare = workspace_array(workspace, int, boosting->n_tree_rows);
	make_gradients(&boosting->gradients, sample, workspace);
	boosting->sums = workspace_array(workspace, float, 2 * sample->n_classes);
	boosting->n_candidates = (int) fmin(
		sample->n_inputs, fmax(options->least_inputs, ceil(options->colsample * sample->n_inputs)));
	boosting->candidate = workspace_array(workspace, int, sample->n_inputs);
	for (int j = 0; j < sample->n_inputs; j++)
		boosting->candidate[j] = j;
	for (int depth = 0; depth < options->max_depth; depth++)
		boosting->histogram[depth] =
			workspace_array(workspace, Sums, (size_t) boosting->n_candidates * HISTOGRAM_BINS);
	boosting->nodes = workspace_array(workspace, Node, most_nodes);
	for (int i = 0; i < most_nodes; i++)
		boosting->nodes[i].value = workspace_array(workspace, float, sample->n_classes);
}

static void
grow_tree(Boosting *boosting)
{
	draw_ascending(&boosting->random, boosting->sample.n_rows, boosting->n_tree_rows,
				   boosting->order);
	random_shuffle(&boosting->random, boosting->sample.n_inputs, boosting->candidate);
	draw_directions(&boosting->gradients, &boosting->random);
	fill_gradients(&boosting->gradients, boosting->n_tree_rows, boosting->order, boosting->score);
	if (boosting->options->max_depth > 0)
		sum_gradients(boosting, boosting->n_tree_rows, boosting->order, boosting->histogram[0]);
	boosting->n_nodes = 1;
	grow(boosting, boosting->nodes, 0, boosting->n_tree_rows, boosting->order,
		 boosting->histogram[0]);
	add_tree(boosting);
}

void
boost_trees(const TreeSample *sample, const BoostingOptions *options, int64_t seed,
			Workspace *workspace, double *gain, Booster *booster, RoundCallback callback,
			void *argument)
{
	Workspace scratch = workspace_open(workspace);
	Boosting  boosting = {.options = options, .workspace = &scratch, .gain = gain};

	random_seed(&boosting.random, seed, STREAM_TREES);
	boosting.sample = limit_rows(sample, options->most_rows, &boosting.random, &scratch);
	bin_sample(&boosting);
	prepare(&boosting);
	memset(gain, 0, sizeof(double) * sample->n_inputs);
	if (booster)
	{
		booster->n_trees = 0;
		booster->packed = NULL;
		booster->trees = workspace_array(workspace, Tree, options->rounds);
		booster->base = workspace_zeros(workspace, sample->n_classes);
	}
	for (int round = 1; round <= options->rounds; round++)
	{
		grow_tree(&boosting);
		if (booster)
			booster->trees[booster->n_trees++] = store_tree(&boosting, workspace);
		if (callback && !callback(round, &boosting.sample, boosting.score, argument))
			break;
	}
	workspace_close(&scratch);
}
