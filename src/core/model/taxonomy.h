/*
 * taxonomy.h
 *		Taxonomies of classes: trees that are given by their edges, from parent to child.
 */
#ifndef PLASTICC_CORE_MODEL_TAXONOMY_H
#define PLASTICC_CORE_MODEL_TAXONOMY_H

#include "core/base/workspace.h"

typedef struct TaxonomyEdge
{
	const char *parent; /* NULL where the child has none */
	const char *child;
} TaxonomyEdge;

/* The taxonomies that come with the extension. */
typedef struct KnownTaxonomy
{
	const char		   *name;
	int					n_edges;
	const TaxonomyEdge *edges;
} KnownTaxonomy;

#define N_KNOWN_TAXONOMIES 2

extern const KnownTaxonomy known_taxonomies[N_KNOWN_TAXONOMIES];

/* Nodes are numbered in the order of their names' bytes. */
typedef struct Taxonomy
{
	int			 n;
	const char **names;	 /* [n] */
	int			*parent; /* [n]; -1 of a root */
	int			*depth;	 /* [n]; 0 of a root */
	int			*order;	 /* [n], nodes: each followed by all that are below it, siblings as the
						  * edges name them first */
} Taxonomy;

typedef enum TaxonomyProblem
{
	TAXONOMY_VALID,
	TAXONOMY_CYCLE,			 /* the node is below itself */
	TAXONOMY_SEVERAL_PARENTS /* of the node */
} TaxonomyProblem;

/*
 * Makes the taxonomy of n edges, of which equal ones count once; it refers to their names.
 * Otherwise *node is the name of the node that has the problem.
 */
extern TaxonomyProblem make_taxonomy(int n_edges, const TaxonomyEdge *edges, Taxonomy *taxonomy,
									 const char **node, Workspace *workspace);

/* The node of that name, or -1. */
extern int find_node(const Taxonomy *taxonomy, const char *name);

#endif /* PLASTICC_CORE_MODEL_TAXONOMY_H */
