/*
 * test_booster.c
 *		Boosted trees: what they learn and predict.
 */
#include "unit.h"

#include "core/base/limits.h"
#include "core/base/softmax.h"
#include "core/trees/boosting.h"
#include "random_trees.h"

#define ROWS 600
#define HELD_OUT 100
#define INPUTS 8
#define CLASSES 3

typedef struct Problem
{
	float			inputs[ROWS][INPUTS];
	int32_t			target[ROWS];
	float			weight[ROWS];
	int				rows[ROWS];
	TreeSample		sample;
	BoostingOptions options;
} Problem;

static void
read_row(const void *source, int row, float *inputs)
{
	memcpy(inputs, (const float *) source + (size_t) row * INPUTS, sizeof(float) * INPUTS);
}

/* Class 2 where input 5 is missing, otherwise by the sign of input 1; input 6 is missing at random.
 */
static void
make_problem(Problem *problem)
{
	Random random;

	random_seed(&random, 17, 0);
	for (int i = 0; i < ROWS; i++)
	{
		float *x = problem->inputs[i];

		for (int j = 0; j < INPUTS; j++)
			x[j] = (float) random_normal(&random);
		if (i % 3 == 0)
			x[5] = i % 2 ? NAN : -INFINITY;
		if (random_uniform(&random) < 0.3)
			x[6] = NAN;
		problem->target[i] = !isfinite(x[5]) ? 2 : x[1] > 0.0f;
		problem->weight[i] = 1.0f;
		problem->rows[i] = i;
	}
	problem->sample = (TreeSample){
		.n_rows = ROWS - HELD_OUT,
		.n_held_out = HELD_OUT,
		.rows = problem->rows,
		.n_inputs = INPUTS,
		.n_classes = CLASSES,
		.target = problem->target,
		.weight = problem->weight,
		.read_inputs = read_row,
		.source = &problem->inputs[0][0],
	};
	problem->options = (BoostingOptions){
		.rounds = 40,
		.max_depth = 3,
		.most_rows = ROWS,
		.most_tree_rows = ROWS,
		.eta = 0.3,
		.subsample = 0.7,
		.colsample = 0.9,
		.lambda = 1.0,
		.min_child_weight = 1.0,
	};
}

/* Logits [CLASSES] of a row by the booster, scaled. */
static void
predict(const Booster *booster, const float *inputs, float scale, float *logits)
{
	float columns[INPUTS];

	for (int j = 0; j < INPUTS; j++)
		columns[j] = isfinite(inputs[j]) ? inputs[j] : NAN;
	memset(logits, 0, sizeof(float) * CLASSES);
	add_booster(booster, CLASSES, NULL, 1, columns, scale, logits);
}

/* The booster of random trees in blocks of odd sizes: as the definition has it. */
static void
test_predicts(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;
	Booster	  booster;
	float	 *columns = workspace_array(&workspace, float, ROWS *INPUTS);
	float	 *logits = workspace_zeros(&workspace, ROWS * CLASSES);
	float	 *parts = workspace_zeros(&workspace, ROWS * CLASSES);
	float	 *inputs = workspace_array(&workspace, float, ROWS *INPUTS);
	bool	  some[INPUTS] = {true, false, true}, none[INPUTS] = {false};

	random_seed(&random, 3, 1);
	booster = random_booster(50, INPUTS, CLASSES, &random, &workspace);
	for (int i = 0; i < ROWS * INPUTS; i++)
		inputs[i] = random_uniform(&random) < 0.2 ? NAN : (float) random_normal(&random);
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < INPUTS; j++)
			columns[j * ROWS + i] = inputs[i * INPUTS + j];
	add_booster(&booster, CLASSES, NULL, ROWS, columns, 0.5f, logits);
	for (int i = 0; i < ROWS; i++)
	{
		double expected[CLASSES];
		float  single[CLASSES];

		oracle_booster(&booster, CLASSES, inputs + i * INPUTS, expected);
		predict(&booster, inputs + i * INPUTS, 0.5f, single);
		for (int c = 0; c < CLASSES; c++)
		{
			CHECK_CLOSE(logits[i * CLASSES + c], 0.5 * expected[c], 1e-5, "logit");
			CHECK(logits[i * CLASSES + c] == single[c], "a single row differs");
		}
	}

	/* trees that read an input of some, and those that do not, together with the base */
	add_booster(&booster, CLASSES, none, ROWS, columns, 1.0f, parts);
	for (int k = 0; k < ROWS * CLASSES; k++)
		CHECK(parts[k] == 0.0f, "trees that read nothing add %g", parts[k]);
	add_booster(&booster, CLASSES, some, ROWS, columns, 1.0f, parts);
	for (int i = 0; i < ROWS; i++)
	{
		double expected[CLASSES] = {0};

		for (int t = 0; t < booster.n_trees; t++)
		{
			bool reads = false;

			for (int n = 0; n < booster.trees[t].n_nodes; n++)
				reads |=
					booster.trees[t].nodes[n].leaf < 0 && some[booster.trees[t].nodes[n].input];
			if (reads)
				oracle_tree(&booster.trees[t], CLASSES, inputs + i * INPUTS, expected);
		}
		for (int c = 0; c < CLASSES; c++)
			CHECK_CLOSE(parts[i * CLASSES + c], expected[c], 1e-5, "logit of some trees");
	}
	unit_free();
}

/* Logits of few rows from packed trees are those from trees as they are, to the bit. */
static void
test_packed(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, 4, 1);
	for (int k = 0; k < 200; k++)
	{
		int		n_rows = 1 + k % 7;
		int		n_classes = 1 + k % 21;
		float  *columns = workspace_array(&workspace, float, n_rows *INPUTS);
		float  *logits = workspace_zeros(&workspace, n_rows * n_classes);
		float  *expected = workspace_zeros(&workspace, n_rows * n_classes);
		Booster booster = random_booster(k % 40, INPUTS, n_classes, &random, &workspace);
		bool	deep = false;

		/* in some, all trees are stumps, complete, a chain, or a leaf */
		for (int t = 0; t < booster.n_trees && k % 3 == 0; t++)
			booster.trees[t] =
				random_tree((int[]){1, 3, 2, 0}[k / 3 % 4], INPUTS, n_classes, &random, &workspace);
		for (int t = 0; t < booster.n_trees; t++)
			deep |= booster.trees[t].depth > PACKED_MAX_DEPTH;
		for (int i = 0; i < n_rows * INPUTS; i++)
			columns[i] = random_uniform(&random) < 0.2 ? NAN : (float) random_normal(&random);
		add_booster(&booster, n_classes, NULL, n_rows, columns, 0.3f, expected);
		pack_booster(&booster, &workspace);
		CHECK(!deep || booster.packed == NULL, "trees too deep are packed");
		CHECK(k % 3 != 0 || booster.packed != NULL, "even trees are not packed");
		add_booster(&booster, n_classes, NULL, n_rows, columns, 0.3f, logits);
		CHECK(memcmp(logits, expected, sizeof(float) * n_rows * n_classes) == 0,
			  "packed trees give other logits of %d rows", n_rows);
	}
	unit_free();
}

/* One large tree among leaves: packed, all would take as much memory as the large one. */
static void
test_not_packed(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;
	Booster	  booster;

	random_seed(&random, 5, 1);
	booster = random_booster(30, INPUTS, CLASSES, &random, &workspace);
	for (int t = 0; t < booster.n_trees; t++)
		booster.trees[t] = random_tree(t == 0 ? 31 : 0, INPUTS, CLASSES, &random, &workspace);
	pack_booster(&booster, &workspace);
	CHECK(booster.packed == NULL, "uneven trees are packed");
	unit_free();
}

/* Trees that are none: a split too late, too few nodes, too many, too deep. */
static void
test_links(void)
{
	TreeNode nodes[2 * TREE_MAX_DEPTH + 5];
	Tree	 tree = {.nodes = nodes};
	static const struct
	{
		int	 n;
		int	 splits[5];
		bool valid;
		int	 depth;
	} cases[] = {
		{1, {0}, true, 0},
		{3, {1, 0, 0}, true, 1},
		{5, {1, 0, 1, 0, 0}, true, 2},
		{5, {1, 1, 0, 0, 0}, true, 2},
		{3, {0, 1, 0}, false, 0},
		{3, {0, 0, 0}, false, 0},
		{1, {1}, false, 0},
		{3, {1, 1, 0}, false, 0},
		{5, {1, 0, 0, 1, 0}, false, 0},
		{5, {1, 0, 0, 0, 0}, false, 0},
		{2, {1, 0}, false, 0},
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
	{
		tree.n_nodes = cases[k].n;
		for (int i = 0; i < tree.n_nodes; i++)
			nodes[i] = (TreeNode){.input = cases[k].splits[i] - 1};
		CHECK(link_tree(&tree) == cases[k].valid, "case %zu", k);
		CHECK(!cases[k].valid || tree.depth == cases[k].depth, "case %zu: depth %d", k, tree.depth);
	}
	for (int n_splits = TREE_MAX_DEPTH; n_splits <= TREE_MAX_DEPTH + 1; n_splits++)
	{
		tree.n_nodes = 2 * n_splits + 1;
		for (int i = 0; i < tree.n_nodes; i++)
			nodes[i] = (TreeNode){.input = i % 2 == 0 && i < 2 * n_splits ? 0 : -1};
		CHECK(link_tree(&tree) == (n_splits == TREE_MAX_DEPTH), "a chain of %d splits", n_splits);
	}
}

typedef struct Log
{
	int	   rounds;
	int	   stop_after;
	float *logits; /* [ROWS][CLASSES], of the last round */
} Log;

static bool
keep_logits(int round, const TreeSample *sample, const float *logits, void *argument)
{
	Log *log = argument;

	CHECK(round == log->rounds + 1, "round %d after %d", round, log->rounds);
	log->rounds = round;
	memcpy(log->logits, logits, sizeof(float) * ROWS * CLASSES);
	return round < log->stop_after;
}

static Booster
boost(const Problem *problem, int64_t seed, Log *log, double *gain, Workspace *workspace)
{
	Booster booster;

	log->rounds = 0;
	boost_trees(&problem->sample, &problem->options, seed, workspace, gain, &booster, keep_logits,
				log);
	return booster;
}

/* The fraction of rows from first on whose most probable class is the true one. */
static double
accuracy(const Problem *problem, const Booster *booster, int first)
{
	int n = 0;

	for (int i = first; i < ROWS; i++)
	{
		float logits[CLASSES];
		int	  best = 0;

		predict(booster, problem->inputs[i], 1.0f, logits);
		for (int c = 1; c < CLASSES; c++)
			best = logits[c] > logits[best] ? c : best;
		n += best == problem->target[i];
	}
	return (double) n / (ROWS - first);
}

/*
 * What the trees predict from values is what training computes from bins, of held-out rows as
 * well; missing values tell the classes apart, of which the held-out rows are proof.
 */
static void
test_learns(void)
{
	static Problem problem;
	static float   last[ROWS * CLASSES];
	Workspace	   workspace = unit_workspace();
	Log			   log = {.stop_after = 1000, .logits = last};
	double		   gain[INPUTS];
	Booster		   booster;

	make_problem(&problem);
	booster = boost(&problem, 1, &log, gain, &workspace);
	CHECK(booster.n_trees == 40 && log.rounds == 40, "%d trees in %d rounds", booster.n_trees,
		  log.rounds);
	for (int i = 0; i < ROWS; i++)
	{
		float logits[CLASSES];

		predict(&booster, problem.inputs[i], 1.0f, logits);
		for (int c = 0; c < CLASSES; c++)
			CHECK(logits[c] == last[i * CLASSES + c], "row %d: %g, in training %g", i, logits[c],
				  last[i * CLASSES + c]);
	}
	CHECK(accuracy(&problem, &booster, ROWS - HELD_OUT) > 0.97, "accuracy %g",
		  accuracy(&problem, &booster, ROWS - HELD_OUT));
	for (int j = 0; j < INPUTS; j++)
		CHECK((j == 1 || j == 5) == (gain[j] > 20.0), "gain %g of input %d", gain[j], j);
	for (int t = 0; t < booster.n_trees; t++)
		CHECK(booster.trees[t].depth <= 3, "depth %d", booster.trees[t].depth);

	log.stop_after = 7;
	booster = boost(&problem, 1, &log, gain, &workspace);
	CHECK(booster.n_trees == 7, "%d trees after the callback has stopped it", booster.n_trees);
	unit_free();
}

static bool
same_boosters(const Booster *a, const Booster *b)
{
	bool same = a->n_trees == b->n_trees;

	for (int t = 0; same && t < a->n_trees; t++)
	{
		const Tree *x = &a->trees[t], *y = &b->trees[t];

		same = x->n_nodes == y->n_nodes &&
			   memcmp(x->leaves, y->leaves, sizeof(float) * tree_leaves(x) * CLASSES) == 0;
		for (int i = 0; same && i < x->n_nodes; i++)
			same = x->nodes[i].input == y->nodes[i].input &&
				   x->nodes[i].threshold == y->nodes[i].threshold;
	}
	return same;
}

/* The same seed gives the same trees, held-out rows notwithstanding; another one others. */
static void
test_depends(void)
{
	static Problem problem;
	static float   last[ROWS * CLASSES];
	Workspace	   workspace = unit_workspace();
	Log			   log = {.stop_after = 1000, .logits = last};
	double		   gain[INPUTS];
	Booster		   first, again, other;

	make_problem(&problem);
	first = boost(&problem, 1, &log, gain, &workspace);
	other = boost(&problem, 2, &log, gain, &workspace);
	for (int i = ROWS - HELD_OUT; i < ROWS; i++)
	{
		problem.target[i] = 0;
		problem.weight[i] = 1e6f;
		memset(problem.inputs[i], 0, sizeof(problem.inputs[i]));
	}
	again = boost(&problem, 1, &log, gain, &workspace);
	CHECK(same_boosters(&first, &again), "held-out rows have an influence");
	CHECK(!same_boosters(&first, &other), "the seed has no influence");
	unit_free();
}

/* All rows alike: a tree is a leaf, whose values are Newton steps of the weighted classes. */
static void
test_leaf(double lambda)
{
	static Problem problem;
	static float   last[ROWS * CLASSES];
	Workspace	   workspace = unit_workspace();
	Log			   log = {.stop_after = 1000, .logits = last};
	double		   gain[INPUTS], gradient[CLASSES] = {0}, hessian = 0.0;
	Booster		   booster;

	make_problem(&problem);
	problem.options.subsample = 1.0;
	problem.options.rounds = 1;
	problem.options.lambda = lambda;
	for (int i = 0; i < ROWS - HELD_OUT; i++)
	{
		memset(problem.inputs[i], 0, sizeof(problem.inputs[i]));
		problem.weight[i] = 0.5f + (float) (i % 4);
		for (int c = 0; c < CLASSES; c++)
			gradient[c] += problem.weight[i] * (1.0 / 3.0 - (c == problem.target[i]));
		hessian += problem.weight[i] * 2.0 / 9.0;
	}
	booster = boost(&problem, 1, &log, gain, &workspace);
	CHECK(booster.trees[0].n_nodes == 1, "%d nodes", booster.trees[0].n_nodes);
	for (int c = 0; c < CLASSES; c++)
		CHECK_CLOSE(booster.trees[0].leaves[c], -0.3 * gradient[c] / (hessian + lambda), 1e-5,
					"value of the leaf");
	unit_free();
}

/* Closed classes are left out: they get no value, and rows do not push them down. */
static void
test_closed(void)
{
	static Problem		problem;
	static float		last[ROWS * CLASSES];
	static const float	closes[CLASSES] = {0.0f, 0.0f, 0.1f};
	static const float *closed[ROWS];
	Workspace			workspace = unit_workspace();
	Log					log = {.stop_after = 1000, .logits = last};
	double				gain[INPUTS];
	Booster				booster;

	make_problem(&problem);
	for (int i = 0; i < ROWS; i++)
		closed[i] = problem.target[i] == 2 ? NULL : closes;
	problem.sample.closed = closed;
	booster = boost(&problem, 1, &log, gain, &workspace);
	for (int t = 0; t < booster.n_trees; t++)
		for (int k = 0; k < tree_leaves(&booster.trees[t]); k++)
			CHECK(booster.trees[t].leaves[k * CLASSES + 2] >= -1e-6f,
				  "a row without the class pushes it down by %g",
				  booster.trees[t].leaves[k * CLASSES + 2]);
	CHECK(gain[1] > 20.0, "gain %g of what tells the open classes apart", gain[1]);
	unit_free();
}

/* A split needs min_child_weight on both sides, of rows and classes together. */
static void
test_min_child_weight(void)
{
	static Problem problem;
	static float   last[ROWS * CLASSES];
	Workspace	   workspace = unit_workspace();
	Log			   log = {.stop_after = 1000, .logits = last};
	double		   gain[INPUTS];
	Booster		   booster;

	make_problem(&problem);
	problem.options.subsample = 1.0;
	problem.options.rounds = 1;
	problem.options.max_depth = 1;
	/* of 500 rows of Hessian 2/3 in the first round */
	problem.options.min_child_weight = 160.0;
	booster = boost(&problem, 1, &log, gain, &workspace);
	CHECK(booster.trees[0].n_nodes == 3, "%d nodes", booster.trees[0].n_nodes);
	problem.options.min_child_weight = 167.0;
	booster = boost(&problem, 1, &log, gain, &workspace);
	CHECK(booster.trees[0].n_nodes == 1, "%d nodes", booster.trees[0].n_nodes);
	unit_free();
}

int
main(void)
{
	test_predicts();
	test_packed();
	test_not_packed();
	test_links();
	test_learns();
	test_depends();
	test_leaf(1.0);
	test_leaf(0.0);
	test_leaf(50.0);
	test_closed();
	test_min_child_weight();
	return unit_report();
}
