/*
 * booster.h
 *		Boosted trees of several classes, as a predictor.
 */
#ifndef PLASTICC_CORE_TREES_BOOSTER_H
#define PLASTICC_CORE_TREES_BOOSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"

/*
 * A node: a value <= threshold goes to the left child, a larger one to the right, a missing
 * one where it is told.  A leaf sends every value to itself, so that every row can take as many
 * steps as the tree is deep.
 */
typedef struct TreeNode
{
	float	 threshold; /* infinite in a leaf */
	int32_t	 input;		/* 0 in a leaf */
	int32_t	 left;		/* the right child follows the left one; a leaf itself */
	int32_t	 leaf;		/* of a leaf: its number; otherwise -1 */
	uint32_t beyond[2]; /* bits of the leaves that are left if the row goes to the left or to the
						 * right, in trees of at most MASK_LEAVES */
	bool missing_right;
} TreeNode;

#define MASK_LEAVES 32

/*
 * Nodes are in breadth-first order: the children of the k-th split, from 0, are nodes
 * 2 k + 1 and 2 k + 2, after it.
 */
typedef struct Tree
{
	int		  n_nodes; /* odd: one leaf more than splits */
	int		  depth;   /* splits on the longest way from the root to a leaf */
	TreeNode *nodes;
	float	 *leaves; /* [(n_nodes + 1) / 2][n_classes], added to the logits */
} Tree;

/* A split in eight bytes, so that those of a tree take two or three lines of the cache. */
typedef struct PackedSplit
{
	float	 threshold; /* infinite in what stands for a leaf */
	uint16_t input;
	uint16_t missing_right;
} PackedSplit;

#define PACKED_MAX_DEPTH 5

/*
 * Trees as if all were complete: the children of split i of a tree are 2 i + 1 and 2 i + 2,
 * where a leaf above the lowest level is a split that every row leaves to the left.
 */
typedef struct PackedTrees
{
	int			 depth;	 /* of the deepest tree, at most PACKED_MAX_DEPTH */
	PackedSplit *splits; /* [n_trees][2^depth - 1] */
	uint8_t		*leaf;	 /* [n_trees][2^depth], leaves of the tree */
} PackedTrees;

typedef struct Booster
{
	int			 n_trees;
	Tree		*trees;
	float		*base;	 /* [n_classes], logits without any tree */
	PackedTrees *packed; /* of the same trees, or NULL */
} Booster;

static inline int
tree_leaves(const Tree *tree)
{
	return (tree->n_nodes + 1) / 2;
}

/*
 * Sets leaf, left, beyond and depth from the splits, whose input is >= 0 and whose leaves' is
 * negative. Returns false if they are not in breadth-first order or the tree is deeper than
 * TREE_MAX_DEPTH.
 */
extern bool link_tree(Tree *tree);

/*
 * Packs the trees, which stay as they are from now on: for few rows at a time.  Does nothing if
 * they are too deep or so uneven that it would take much memory.
 */
extern void pack_booster(Booster *booster, Workspace *workspace);

/* The number of the leaf that a row of inputs reaches; NaN = missing. */
extern int32_t tree_leaf(const Tree *tree, const float *inputs);

/*
 * Adds scale times the booster's logits to logits [n_rows][n_classes].  columns
 * [n_inputs][n_rows] are the inputs, NaN = missing.  With reads [n_inputs], only the trees
 * are added that split on an input marked there, without the base.
 */
extern void add_booster(const Booster *booster, int n_classes, const bool *reads, int n_rows,
						const float *columns, float scale, float *logits);

#endif /* PLASTICC_CORE_TREES_BOOSTER_H */
