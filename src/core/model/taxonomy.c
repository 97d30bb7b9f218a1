/*
 * taxonomy.c
 *		Trees of classes.
 */
#include "core/model/taxonomy.h"

#include <stdlib.h>
#include <string.h>

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

int
find_node(const Taxonomy *taxonomy, const char *name)
{
	const char **found =
		bsearch(&name, taxonomy->names, taxonomy->n, sizeof(char *), compare_names);

	return found ? (int) (found - taxonomy->names) : -1;
}

/* The names in the edges, ascending, each once. */
static void
collect_names(int n_edges, const TaxonomyEdge *edges, Taxonomy *taxonomy, Workspace *workspace)
{
	int n = 0, n_names = 0;

	taxonomy->names = workspace_array(workspace, const char *, 2 * n_edges + 1);
	for (int i = 0; i < n_edges; i++)
	{
		if (edges[i].parent != NULL)
			taxonomy->names[n_names++] = edges[i].parent;
		taxonomy->names[n_names++] = edges[i].child;
	}
	qsort(taxonomy->names, n_names, sizeof(char *), compare_names);
	for (int i = 0; i < n_names; i++)
		if (n == 0 || strcmp(taxonomy->names[n - 1], taxonomy->names[i]) != 0)
			taxonomy->names[n++] = taxonomy->names[i];
	taxonomy->n = n;
}

/* The children of each node, as a chain. */
typedef struct Family
{
	int *first; /* child; -1 if none */
	int *last;
	int *next; /* sibling; -1 if none */
} Family;

static void
add_child(Family *family, int parent, int child)
{
	if (family->first[parent] < 0)
		family->first[parent] = child;
	else
		family->next[family->last[parent]] = child;
	family->last[parent] = child;
}

/* Fills in order and depth from a root down; returns the number of nodes in order. */
static int
descend(Taxonomy *taxonomy, const Family *family, int root, int n)
{
	int node = root;

	taxonomy->depth[root] = 0;
	for (;;)
	{
		taxonomy->order[n++] = node;
		if (family->first[node] >= 0)
		{
			taxonomy->depth[family->first[node]] = taxonomy->depth[node] + 1;
			node = family->first[node];
			continue;
		}
		while (node != root && family->next[node] < 0)
			node = taxonomy->parent[node];
		if (node == root)
			return n;
		taxonomy->depth[family->next[node]] = taxonomy->depth[node];
		node = family->next[node];
	}
}

static int *
new_links(int n, Workspace *workspace)
{
	int *links = workspace_array(workspace, int, n + 1);

	for (int i = 0; i < n; i++)
		links[i] = -1;
	return links;
}

TaxonomyProblem
make_taxonomy(int n_edges, const TaxonomyEdge *edges, Taxonomy *taxonomy, const char **node,
			  Workspace *workspace)
{
	Family family;
	int	   n = 0;

	collect_names(n_edges, edges, taxonomy, workspace);
	taxonomy->parent = new_links(taxonomy->n, workspace);
	taxonomy->depth = new_links(taxonomy->n, workspace);
	taxonomy->order = new_links(taxonomy->n, workspace);
	family.first = new_links(taxonomy->n, workspace);
	family.last = new_links(taxonomy->n, workspace);
	family.next = new_links(taxonomy->n, workspace);
	for (int i = 0; i < n_edges; i++)
	{
		int child = find_node(taxonomy, edges[i].child);
		int parent = edges[i].parent ? find_node(taxonomy, edges[i].parent) : -1;

		if (parent < 0 || taxonomy->parent[child] == parent)
			continue;
		if (taxonomy->parent[child] >= 0)
		{
			*node = taxonomy->names[child];
			return TAXONOMY_SEVERAL_PARENTS;
		}
		taxonomy->parent[child] = parent;
		add_child(&family, parent, child);
	}
	for (int i = 0; i < taxonomy->n; i++)
		if (taxonomy->parent[i] < 0)
			n = descend(taxonomy, &family, i, n);
	if (n == taxonomy->n)
		return TAXONOMY_VALID;

	/* what no root leads to is below a circle, to which its ancestors lead */
	for (int i = 0; i < taxonomy->n; i++)
		if (taxonomy->depth[i] < 0)
		{
			int below = i;

			for (int step = 0; step < taxonomy->n; step++)
				below = taxonomy->parent[below];
			*node = taxonomy->names[below];
		}
	return TAXONOMY_CYCLE;
}
