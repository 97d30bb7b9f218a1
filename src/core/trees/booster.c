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

/* Trees that fewer rows go through together. */
#define TREES_TOGETHER 16

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

/*
 * Adds the values of n <= TREES_TOGETHER trees for a row: steps down different trees do not wait
 * for each other.
 */
static void
add_trees_of_row(const Tree *trees, int n, int n_classes, const float *row, size_t stride,
				 float scale, float *logits)
{
	int32_t at[TREES_TOGETHER] = {0};
	int		depth = 0;

	for (int t = 0; t < n; t++)
		depth = trees[t].depth > depth ? trees[t].depth : depth;
	for (int level = 0; level < depth; level++)
		for (int t = 0; t < n; t++)
			at[t] = next_node(trees[t].nodes + at[t], row, stride);
	for (int t = 0; t < n; t++)
	{
		const float *values = trees[t].leaves + (size_t) trees[t].nodes[at[t]].leaf * n_classes;

		for (int c = 0; c < n_classes; c++)
			logits[c] += scale * values[c];
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

/* One row after the other, each through several trees at once. */
static void
add_to_few(const Booster *booster, int n_classes, int n_rows, const float *columns, float scale,
		   float *logits)
{
	for (int i = 0; i < n_rows; i++)
		for (int t = 0; t < booster->n_trees; t += TREES_TOGETHER)
		{
			int left = booster->n_trees - t;

			add_trees_of_row(booster->trees + t, left < TREES_TOGETHER ? left : TREES_TOGETHER,
							 n_classes, columns + i, n_rows, scale,
							 logits + (size_t) i * n_classes);
		}
}

/* One tree after the other, each for many rows. */
static void
add_to_many(const Booster *booster, int n_classes, const bool *reads, int n_rows,
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
	if (n_rows < MANY_ROWS && reads == NULL)
		add_to_few(booster, n_classes, n_rows, columns, scale, logits);
	else
		add_to_many(booster, n_classes, reads, n_rows, columns, scale, logits);
}
