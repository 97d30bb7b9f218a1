/*
 * test_taxonomy.c
 *		Trees from edges: the order of their nodes, what is refused, and the known ones.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/model/challenge_classes.h"
#include "core/model/taxonomy.h"

/* "a0 b1 c1": names with their depth, in order. */
static const char *
describe(const Taxonomy *taxonomy)
{
	static char text[1000];
	char	   *at = text;

	*text = '\0';
	for (int i = 0; i < taxonomy->n; i++)
		at += sprintf(at, "%s%s%d", i > 0 ? " " : "", taxonomy->names[taxonomy->order[i]],
					  taxonomy->depth[taxonomy->order[i]]);
	return text;
}

static void
check_order(int n, const TaxonomyEdge *edges, const char *expected)
{
	Workspace	workspace = unit_workspace();
	const char *node = "";
	Taxonomy	taxonomy;

	CHECK(make_taxonomy(n, edges, &taxonomy, &node, &workspace) == TAXONOMY_VALID, "%s", node);
	CHECK(strcmp(describe(&taxonomy), expected) == 0, "%s", describe(&taxonomy));
}

static void
check_problem(int n, const TaxonomyEdge *edges, TaxonomyProblem problem, const char *nodes)
{
	Workspace		workspace = unit_workspace();
	const char	   *node = "none";
	Taxonomy		taxonomy;
	TaxonomyProblem found = make_taxonomy(n, edges, &taxonomy, &node, &workspace);

	CHECK(found == problem, "%d", found);
	CHECK(strstr(nodes, node) != NULL, "%s", node);
}

#define EDGES(...)                                                                                 \
	sizeof((TaxonomyEdge[]){__VA_ARGS__}) / sizeof(TaxonomyEdge), (TaxonomyEdge[])                 \
	{                                                                                              \
		__VA_ARGS__                                                                                \
	}

static void
test_order(void)
{
	check_order(EDGES({"z", "b"}, {"z", "a"}, {"b", "d"}, {"b", "c"}, {"a", "e"}),
				"z0 b1 d2 c2 a1 e2");
	/* several trees, by name; an edge twice; a root that is said to be one; one alone */
	check_order(EDGES({"y", "c"}, {"x", "b"}, {"y", "c"}, {NULL, "x"}, {NULL, "w"}),
				"w0 x0 b1 y0 c1");
	check_order(EDGES({"a", "b"}, {"b", "c"}, {"c", "d"}), "a0 b1 c2 d3");
}

static void
test_problems(void)
{
	check_problem(EDGES({"a", "a"}), TAXONOMY_CYCLE, "a");
	check_problem(EDGES({"r", "s"}, {"a", "b"}, {"b", "c"}, {"c", "a"}, {"c", "zz"}),
				  TAXONOMY_CYCLE, "a b c");
	check_problem(EDGES({"a", "c"}, {"b", "c"}), TAXONOMY_SEVERAL_PARENTS, "c");
	check_problem(EDGES({"r", "a"}, {"a", "b"}, {"b", "a"}), TAXONOMY_SEVERAL_PARENTS, "a");
}

/* A random tree with its edges in random order: each node after its parent, at one more depth. */
static void
test_random_trees(void)
{
	enum
	{
		N = 200
	};
	static char	 names[N][8];
	TaxonomyEdge edges[N - 1];
	int32_t		 permutation[N - 1];
	Random		 random;

	random_seed(&random, 5, 0);
	for (int i = 0; i < N; i++)
		sprintf(names[i], "%d", (i * 7919) % 10007);
	for (int round = 0; round < 50; round++)
	{
		Workspace	workspace = unit_workspace();
		const char *node = "";
		Taxonomy	taxonomy;
		int			place[N] = {0};

		for (int i = 0; i < N - 1; i++)
			permutation[i] = i;
		random_shuffle(&random, N - 1, permutation);
		for (int i = 1; i < N; i++)
			edges[permutation[i - 1]] = (TaxonomyEdge){
				names[(int) (random_uniform(&random) * (round % 2 ? i : fmin(i, 3)))], names[i]};
		CHECK(make_taxonomy(N - 1, edges, &taxonomy, &node, &workspace) == TAXONOMY_VALID, "%s",
			  node);
		CHECK(taxonomy.n == N, "%d", taxonomy.n);
		for (int i = 0; i < N; i++)
			place[taxonomy.order[i]] = i;
		for (int i = 0; i < N - 1; i++)
		{
			int parent = find_node(&taxonomy, edges[i].parent);
			int child = find_node(&taxonomy, edges[i].child);

			CHECK(taxonomy.parent[child] == parent && place[child] > place[parent] &&
					  taxonomy.depth[child] == taxonomy.depth[parent] + 1,
				  "edge %d", i);
			/* what stands between them is below the parent */
			for (int k = place[parent] + 1; k < place[child]; k++)
				CHECK(taxonomy.depth[taxonomy.order[k]] > taxonomy.depth[parent], "edge %d", i);
		}
		CHECK(find_node(&taxonomy, "no such") == -1, "found");
	}
}

static void
test_known(void)
{
	Workspace workspace = unit_workspace();

	for (int t = 0; t < N_KNOWN_TAXONOMIES; t++)
	{
		const KnownTaxonomy *known = &known_taxonomies[t];
		const char			*node = "";
		Taxonomy			 taxonomy;

		CHECK(make_taxonomy(known->n_edges, known->edges, &taxonomy, &node, &workspace) ==
				  TAXONOMY_VALID,
			  "%s: %s", known->name, node);
		/* one root */
		CHECK(taxonomy.n == known->n_edges + 1, "%s: %d", known->name, taxonomy.n);
		for (int c = 0; t == 0 && c < N_CHALLENGE_CLASSES; c++)
		{
			char number[12];
			int	 child, parent;

			sprintf(number, "%d", (int) challenge_classes[c].number);
			child = find_node(&taxonomy, number);
			CHECK(child >= 0, "%s", number);
			parent = taxonomy.parent[child];
			CHECK(strcmp(taxonomy.names[parent], challenge_classes[c].name) == 0, "%s", number);
			while (taxonomy.depth[parent] > 1)
				parent = taxonomy.parent[parent];
			CHECK(strcmp(taxonomy.names[parent],
						 challenge_classes[c].place == CLASS_GALACTIC		 ? "galactic"
						 : challenge_classes[c].place == CLASS_EXTRAGALACTIC ? "extragalactic"
																			 : "unknown") == 0,
				  "%s", number);
		}
	}
}

int
main(void)
{
	test_order();
	test_problems();
	test_random_trees();
	test_known();
	return unit_report();
}
