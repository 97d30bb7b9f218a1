/*
 * tree_steps.c
 *		Boosted trees of a row of which one input after the other changes.
 */
#include "core/trees/tree_steps.h"

#include <math.h>
#include <string.h>

#define NO_LEAF (-1)

struct TreeSteps
{
	int			 n_inputs;
	int			 n_classes;
	int			 n_trees; /* of all boosters */
	const Tree **trees;	  /* [n_trees] */
	int32_t		*leaf;	  /* [n_trees]: where the row is */
	float		*row;	  /* [n_inputs] */
	size_t		*first;	  /* [n_inputs + 1]: where an input's readers begin */
	int32_t		*readers; /* trees that split on an input, those of all inputs one after another */
	void (*check_interrupts)(void);
};

static void
list_trees(TreeSteps *steps, int n_boosters, const Booster *boosters, Workspace *workspace)
{
	int n = 0;

	for (int m = 0; m < n_boosters; m++)
		n += boosters[m].n_trees;
	steps->n_trees = n;
	steps->trees = workspace_array(workspace, const Tree *, n);
	steps->leaf = workspace_array(workspace, int32_t, n);
	n = 0;
	for (int m = 0; m < n_boosters; m++)
		for (int t = 0; t < boosters[m].n_trees; t++)
		{
			steps->trees[n] = &boosters[m].trees[t];
			steps->leaf[n++] = NO_LEAF;
		}
}

/*
 * For each pair of an input and a tree that splits on it, in the order of trees, increases end
 * [n_inputs] of the input, before which the tree is written unless readers is NULL; last
 * [n_inputs] is scratch space.
 */
static void
visit_readers(const TreeSteps *steps, int32_t *last, size_t *end, int32_t *readers)
{
	for (int j = 0; j < steps->n_inputs; j++)
		last[j] = -1;
	for (int t = 0; t < steps->n_trees; t++)
	{
		const Tree *tree = steps->trees[t];

		steps->check_interrupts();
		for (int i = 0; i < tree->n_nodes; i++)
		{
			int input = tree->nodes[i].input;

			if (tree->nodes[i].leaf >= 0 || last[input] == t)
				continue;
			last[input] = t;
			if (readers)
				readers[end[input]] = t;
			end[input]++;
		}
	}
}

static void
list_readers(TreeSteps *steps, Workspace *workspace)
{
	size_t	 n = steps->n_inputs;
	int32_t *last = workspace_array(workspace, int32_t, n);
	size_t	*first = workspace_array(workspace, size_t, n + 2);

	/* counted two places further, an input's end becomes the next one's beginning */
	memset(first, 0, sizeof(size_t) * (n + 2));
	visit_readers(steps, last, first + 2, NULL);
	for (size_t j = 2; j < n + 2; j++)
		first[j] += first[j - 1];
	steps->readers = workspace_array(workspace, int32_t, first[n + 1]);
	visit_readers(steps, last, first + 1, steps->readers);
	steps->first = first;
}

TreeSteps *
tree_steps(int n_boosters, const Booster *boosters, int n_inputs, int n_classes,
		   Workspace *workspace)
{
	TreeSteps *steps = workspace_alloc(workspace, sizeof(TreeSteps));

	*steps = (TreeSteps){
		.n_inputs = n_inputs,
		.n_classes = n_classes,
		.row = workspace_array(workspace, float, n_inputs),
		.check_interrupts = workspace->check_interrupts,
	};
	list_trees(steps, n_boosters, boosters, workspace);
	list_readers(steps, workspace);
	return steps;
}

/* Finds the leaf of tree t. */
static void
update_tree(TreeSteps *steps, int t, double *change)
{
	const Tree *tree = steps->trees[t];
	size_t		n_classes = steps->n_classes;
	int32_t		before = steps->leaf[t];
	int32_t		now = tree_leaf(tree, steps->row);

	if (now == before)
		return;
	steps->leaf[t] = now;
	for (size_t c = 0; c < n_classes; c++)
		change[c] += tree->leaves[now * n_classes + c];
	for (size_t c = 0; c < n_classes && before != NO_LEAF; c++)
		change[c] -= tree->leaves[before * n_classes + c];
}

void
start_trees(TreeSteps *steps, const float *inputs, double *change)
{
	memcpy(steps->row, inputs, sizeof(float) * steps->n_inputs);
	for (int t = 0; t < steps->n_trees; t++)
	{
		steps->check_interrupts();
		update_tree(steps, t, change);
	}
}

void
replace_tree_input(TreeSteps *steps, int j, float value, double *change)
{
	if (steps->row[j] == value || (isnan(steps->row[j]) && isnan(value)))
		return;
	steps->row[j] = value;
	steps->check_interrupts();
	for (size_t i = steps->first[j]; i < steps->first[j + 1]; i++)
		update_tree(steps, steps->readers[i], change);
}
