/*
 * booster.c
 *		Boosted trees of several classes, as a predictor.
 */
#include "core/trees/booster.h"

#include <math.h>

#include "core/base/limits.h"
#include "core/base/simd.h"

/* Rows that go through a tree together: their inputs on its splits stay in the L1 cache. */
#define ROWS_TOGETHER 64

/* From so many rows on, comparing all of them with all splits is faster than going down. */
#define MANY_ROWS 8

/* Trees that one of fewer rows goes through together. */
#define TREES_TOGETHER 16

/* Classes whose logits are added at once; rows of leaves begin anywhere. */
#define VECTOR 4
typedef float Vector __attribute__((vector_size(sizeof(float) * VECTOR), aligned(4), may_alias));

/* Leaves of complete trees for each leaf that there is, at most: a bound for memory. */
#define MOST_PADDING 4

/* Sets beyond of all splits, from the last, whose children come after it. */
static void
mask_leaves(Tree *tree)
{
	uint32_t below[2 * MASK_LEAVES - 1]; /* bits of the leaves below a node */

	for (int i = tree->n_nodes - 1; i >= 0; i--)
	{
		TreeNode *node = &tree->nodes[i];

		if (node->leaf >= 0)
		{
			below[i] = UINT32_C(1) << node->leaf;
			continue;
		}
		node->beyond[0] = ~below[node->left + 1];
		node->beyond[1] = ~below[node->left];
		below[i] = below[node->left] | below[node->left + 1];
	}
}

bool
link_tree(Tree *tree)
{
	uint8_t depth[TREE_MAX_NODES] = {0};
	int		n_splits = 0;
	int		n_leaves = 0;

	tree->depth = 0;
	for (int i = 0; i < tree->n_nodes; i++)
	{
		TreeNode *node = &tree->nodes[i];

		if (node->input < 0)
		{
			*node = (TreeNode){.threshold = INFINITY, .left = i, .leaf = n_leaves++};
			continue;
		}
		if (i > 2 * n_splits || 2 * n_splits + 2 >= tree->n_nodes || depth[i] == TREE_MAX_DEPTH)
			return false;
		node->left = 2 * n_splits + 1;
		node->leaf = -1;
		depth[node->left] = depth[node->left + 1] = depth[i] + 1;
		if (depth[i] + 1 > tree->depth)
			tree->depth = depth[i] + 1;
		n_splits++;
	}
	if (tree->n_nodes != 2 * n_splits + 1)
		return false;
	if (n_leaves <= MASK_LEAVES)
		mask_leaves(tree);
	return true;
}

/* Packs a tree into splits [2^depth - 1] and leaf [2^depth]. */
static void
pack_tree(const Tree *tree, int depth, PackedSplit *splits, uint8_t *leaf)
{
	int n_splits = (1 << depth) - 1;
	int node_at[(2 << PACKED_MAX_DEPTH) - 1] = {0};

	for (int i = 0; i < n_splits; i++)
	{
		const TreeNode *node = &tree->nodes[node_at[i]];

		splits[i] = (PackedSplit){node->threshold, node->input, node->missing_right};
		node_at[2 * i + 1] = node->left;
		node_at[2 * i + 2] = node->leaf < 0 ? node->left + 1 : node->left;
	}
	for (int i = 0; i <= n_splits; i++)
		leaf[i] = tree->nodes[node_at[n_splits + i]].leaf;
}

void
pack_booster(Booster *booster, Workspace *workspace)
{
	PackedTrees *packed = workspace_alloc(workspace, sizeof(PackedTrees));
	size_t		 n_leaves = 0;
	size_t		 size;

	booster->packed = NULL;
	packed->depth = 0;
	for (int t = 0; t < booster->n_trees; t++)
	{
		n_leaves += tree_leaves(&booster->trees[t]);
		if (booster->trees[t].depth > packed->depth)
			packed->depth = booster->trees[t].depth;
	}
	size = (size_t) 1 << packed->depth;
	if (packed->depth > PACKED_MAX_DEPTH || booster->n_trees * size > MOST_PADDING * n_leaves)
		return;
	packed->splits = workspace_array(workspace, PackedSplit, booster->n_trees * (size - 1));
	packed->leaf = workspace_array(workspace, uint8_t, booster->n_trees * size);
	for (int t = 0; t < booster->n_trees; t++)
		pack_tree(&booster->trees[t], packed->depth, packed->splits + t * (size - 1),
				  packed->leaf + t * size);
	booster->packed = packed;
}

/* Where a row goes from a node. */
static inline int32_t
next_node(const TreeNode *node, const float *row, size_t stride)
{
	float x = row[node->input * stride];

	return node->left + ((x > node->threshold) | ((x != x) & node->missing_right));
}

/* leaf [n]: of n rows, each going its way down; column c begins at columns + c * stride. */
INLINED void
descend(const Tree *tree, int n, const float *columns, size_t stride, int32_t *restrict leaf)
{
	for (int i = 0; i < n; i++)
	{
		int32_t at = 0;

		for (int level = 0; level < tree->depth; level++)
			at = next_node(tree->nodes + at, columns + i, stride);
		leaf[i] = tree->nodes[at].leaf;
	}
}

int32_t
tree_leaf(const Tree *tree, const float *inputs)
{
	int32_t leaf;

	descend(tree, 1, inputs, 1, &leaf);
	return leaf;
}

/*
 * The same of many rows at once: each split rules out leaves, until one is left (as in Lucchese
 * et al., "QuickScorer", SIGIR 2015).
 */
INLINED void
rule_out(const Tree *tree, int n, const float *columns, size_t stride, int32_t *restrict leaf)
{
	uint32_t left[ROWS_TOGETHER];

	for (int i = 0; i < n; i++)
		left[i] = ~UINT32_C(0);
	for (int k = 0; k < tree->n_nodes; k++)
	{
		const TreeNode *node = &tree->nodes[k];
		const float	   *x = columns + node->input * stride;
		float			threshold = node->threshold;
		uint32_t		if_left = node->beyond[0];
		uint32_t		if_right = node->beyond[1];

		if (node->leaf >= 0)
			continue;
		if (node->missing_right)
			for (int i = 0; i < n; i++)
				left[i] &= x[i] <= threshold ? if_left : if_right;
		else
			for (int i = 0; i < n; i++)
				left[i] &= x[i] > threshold ? if_right : if_left;
	}
	for (int i = 0; i < n; i++)
		leaf[i] = __builtin_ctz(left[i]);
}

/* Adds scale times the tree's values for n <= ROWS_TOGETHER rows to logits [n][n_classes]. */
DISPATCHED static void
add_tree(const Tree *tree, int n_classes, int n, const float *columns, size_t stride, float scale,
		 float *restrict logits)
{
	int32_t leaf[ROWS_TOGETHER];

	if (n >= MANY_ROWS && tree_leaves(tree) <= MASK_LEAVES)
		rule_out(tree, n, columns, stride, leaf);
	else
		descend(tree, n, columns, stride, leaf);
	for (size_t i = 0; i < (size_t) n; i++)
	{
		const float *values = tree->leaves + (size_t) leaf[i] * n_classes;

		for (int c = 0; c < n_classes; c++)
			logits[i * n_classes + c] += scale * values[c];
	}
}

/* values [n]: of the leaves of one row in n packed trees; steps down different trees do not wait
 * for each other. */
INLINED void
descend_packed(const Booster *booster, int n_classes, int first, int n, const float *row,
			   size_t stride, const float **values)
{
	const PackedTrees *packed = booster->packed;
	size_t			   n_splits = ((size_t) 1 << packed->depth) - 1;
	const PackedSplit *splits = packed->splits + first * n_splits;
	const uint8_t	  *leaf = packed->leaf + first * (n_splits + 1);
	uint32_t		   at[TREES_TOGETHER] = {0};

	for (int level = 0; level < packed->depth; level++)
		for (int t = 0; t < n; t++)
		{
			const PackedSplit *split = splits + t * n_splits + at[t];
			float			   x = row[split->input * stride];

			at[t] = 2 * at[t] + 1 + ((x > split->threshold) | ((x != x) & split->missing_right));
		}
	for (int t = 0; t < n; t++)
		values[t] = booster->trees[first + t].leaves +
					(size_t) leaf[t * (n_splits + 1) + at[t] - n_splits] * n_classes;
}

/* Adds scale times the values of all trees for a row to logits [n_classes]. */
DISPATCHED static void
add_packed(const Booster *booster, int n_classes, const float *row, size_t stride, float scale,
		   float *logits)
{
	for (int first = 0; first < booster->n_trees; first += TREES_TOGETHER)
	{
		int			 left = booster->n_trees - first;
		int			 n = left < TREES_TOGETHER ? left : TREES_TOGETHER;
		const float *values[TREES_TOGETHER];
		int			 c = 0;

		if (n == TREES_TOGETHER)
			descend_packed(booster, n_classes, first, TREES_TOGETHER, row, stride, values);
		else
			descend_packed(booster, n_classes, first, n, row, stride, values);
		for (; c + VECTOR <= n_classes; c += VECTOR)
		{
			Vector sum = *(Vector *) (logits + c);

			for (int t = 0; t < n; t++)
				sum += scale * *(const Vector *) (values[t] + c);
			*(Vector *) (logits + c) = sum;
		}
		for (; c < n_classes; c++)
		{
			float sum = logits[c];

			for (int t = 0; t < n; t++)
				sum += scale * values[t][c];
			logits[c] = sum;
		}
	}
}

static bool
tree_reads(const Tree *tree, const bool *reads)
{
	for (int i = 0; i < tree->n_nodes; i++)
		if (tree->nodes[i].leaf < 0 && reads[tree->nodes[i].input])
			return true;
	return false;
}

/* One tree after the other, each for all rows. */
static void
add_tree_by_tree(const Booster *booster, int n_classes, const bool *reads, int n_rows,
				 const float *columns, float scale, float *logits)
{
	for (int t = 0; t < booster->n_trees; t++)
	{
		const Tree *tree = &booster->trees[t];

		if (reads && !tree_reads(tree, reads))
			continue;
		for (int start = 0; start < n_rows; start += ROWS_TOGETHER)
		{
			int n = n_rows - start < ROWS_TOGETHER ? n_rows - start : ROWS_TOGETHER;

			add_tree(tree, n_classes, n, columns + start, n_rows, scale,
					 logits + (size_t) start * n_classes);
		}
	}
}

void
add_booster(const Booster *booster, int n_classes, const bool *reads, int n_rows,
			const float *columns, float scale, float *logits)
{
	for (size_t i = 0; i < (size_t) n_rows && reads == NULL; i++)
		for (int c = 0; c < n_classes; c++)
			logits[i * n_classes + c] += scale * booster->base[c];
	if (n_rows < MANY_ROWS && reads == NULL && booster->packed)
		for (int i = 0; i < n_rows; i++)
			add_packed(booster, n_classes, columns + i, n_rows, scale,
					   logits + (size_t) i * n_classes);
	else
		add_tree_by_tree(booster, n_classes, reads, n_rows, columns, scale, logits);
}
