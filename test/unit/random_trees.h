/*
 * random_trees.h
 *		Random boosters for tests, and what they predict by the definition of a tree.
 */
#ifndef PLASTICC_RANDOM_TREES_H
#define PLASTICC_RANDOM_TREES_H

#include "unit.h"

#include "core/base/random.h"
#include "core/trees/booster.h"

/* A tree of n_splits random splits on the inputs, in breadth-first order; leaves are normal. */
static inline Tree
random_tree(int n_splits, int n_inputs, int n_classes, Random *random, Workspace *workspace)
{
	Tree tree = {.n_nodes = 2 * n_splits + 1};

	tree.nodes = workspace_array(workspace, TreeNode, tree.n_nodes);
	tree.leaves = workspace_array(workspace, float, (size_t) (n_splits + 1) * n_classes);
	for (int i = 0, n = 0; i < tree.n_nodes; i++)
	{
		/* the last node that may split must, if splits remain; large trees are not too deep */
		double often = n_splits <= MASK_LEAVES ? 0.6 : 0.9;
		bool   split = n < n_splits && (i == 2 * n || random_uniform(random) < often);

		tree.nodes[i] = (TreeNode){
			.threshold = (float) random_normal(random),
			.input = split ? (int32_t) (random_uniform(random) * n_inputs) : -1,
			.missing_right = random_uniform(random) < 0.5,
		};
		n += split;
	}
	for (int k = 0; k < (n_splits + 1) * n_classes; k++)
		tree.leaves[k] = (float) random_normal(random);
	CHECK(link_tree(&tree), "a random tree of %d splits is not one", n_splits);
	return tree;
}

/* Small trees, and of ten one with more leaves than a mask has bits. */
static inline Booster
random_booster(int n_trees, int n_inputs, int n_classes, Random *random, Workspace *workspace)
{
	Booster booster = {
		.n_trees = n_trees,
		.trees = workspace_array(workspace, Tree, n_trees),
		.base = workspace_array(workspace, float, n_classes),
	};

	for (int t = 0; t < n_trees; t++)
		booster.trees[t] = random_tree(t % 10 == 9 ? MASK_LEAVES + t : t % 7, n_inputs, n_classes,
									   random, workspace);
	for (int c = 0; c < n_classes; c++)
		booster.base[c] = (float) random_normal(random);
	return booster;
}

/* Adds the values of the leaf that a row reaches from the k-th split, by counting splits and leaves
 * before it. */
static inline void
oracle_tree(const Tree *tree, int n_classes, const float *inputs, double *logits)
{
	int node = 0;

	for (;;)
	{
		int splits = 0, leaves = 0;

		for (int i = 0; i < node; i++)
			*(tree->nodes[i].leaf >= 0 ? &leaves : &splits) += 1;
		if (tree->nodes[node].leaf >= 0)
		{
			for (int c = 0; c < n_classes; c++)
				logits[c] += tree->leaves[leaves * n_classes + c];
			return;
		}
		else
		{
			const TreeNode *split = &tree->nodes[node];
			float			x = inputs[split->input];
			bool			right = isfinite(x) ? x > split->threshold : split->missing_right;

			node = 2 * splits + (right ? 2 : 1);
		}
	}
}

static inline void
oracle_booster(const Booster *booster, int n_classes, const float *inputs, double *logits)
{
	for (int c = 0; c < n_classes; c++)
		logits[c] = booster->base[c];
	for (int t = 0; t < booster->n_trees; t++)
		oracle_tree(&booster->trees[t], n_classes, inputs, logits);
}

#endif /* PLASTICC_RANDOM_TREES_H */
