/*
 * test_boosting.c
 *		Feature selection by boosted trees: finds relevant inputs, single or
 *		interacting, and is invariant where it should be.
 */
#include "unit.h"

#include "core/base/limits.h"
#include "core/trees/input_choice.h"
#include "core/base/random.h"

#define ROWS 900
#define INPUTS 60
#define CLASSES 3

typedef struct Problem
{
	float	   inputs[ROWS][INPUTS];
	int32_t	   target[ROWS];
	float	   weight[ROWS];
	int		   rows[ROWS];
	TreeSample sample;
} Problem;

static void
read_row(const void *source, int row, float *inputs)
{
	memcpy(inputs, (const float *) source + (size_t) row * INPUTS, sizeof(float) * INPUTS);
}

/*
 * Classes 0 and 1 depend on inputs 3 and 17 together, which separately are nearly
 * uninformative, class 2 on input 40; the others are noise, and 50 is constant.
 */
static void
make_problem(Problem *problem)
{
	Random random;

	random_seed(&random, 11, 0);
	for (int i = 0; i < ROWS; i++)
	{
		float *x = problem->inputs[i];

		for (int j = 0; j < INPUTS; j++)
			x[j] = (float) random_normal(&random);
		x[50] = 7.0f;
		problem->target[i] = x[40] > 1.0f ? 2 : (x[3] > 0.2f) != (x[17] > 0.2f);
		problem->weight[i] = 1.0f;
		problem->rows[i] = i;
	}
	problem->sample = (TreeSample){
		.n_rows = ROWS,
		.rows = problem->rows,
		.n_inputs = INPUTS,
		.n_classes = CLASSES,
		.read_inputs = read_row,
		.source = &problem->inputs[0][0],
		.target = problem->target,
		.weight = problem->weight,
	};
}

/* Whether chosen [n] is the given list. */
static void
check_chosen(const TreeSample *sample, int n, const int32_t *expected, const char *what)
{
	Workspace workspace = unit_workspace();
	bool	  eligible[INPUTS];
	int32_t	  chosen[INPUTS];

	memset(eligible, true, sizeof(eligible));
	choose_by_trees(sample, 1, eligible, n, &workspace, chosen);
	for (int k = 0; k < n; k++)
		CHECK(chosen[k] == expected[k], "%s: %d, not %d", what, chosen[k], expected[k]);
}

static void
test_finds(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	double		   gain[INPUTS];

	make_problem(&problem);
	check_chosen(&problem.sample, 3, (int32_t[]){3, 17, 40}, "what matters");
	boosted_tree_gains(&problem.sample, 1, &workspace, gain);
	CHECK(gain[50] == 0.0, "gain of a constant: %g", gain[50]);
	for (int j = 0; j < INPUTS; j++)
		CHECK(gain[j] >= 0.0, "gain %g of input %d", gain[j], j);
	unit_free();
}

/* The requested number, ascending, and no other eligible input has a larger gain. */
static void
test_number(bool all_eligible)
{
	static const int numbers[] = {1, 2, 10, 40, INPUTS - 1, INPUTS};
	static Problem	 problem;
	Workspace		 workspace = unit_workspace();
	double			 gain[INPUTS];
	bool			 eligible[INPUTS];
	int32_t			 chosen[INPUTS];

	make_problem(&problem);
	boosted_tree_gains(&problem.sample, 1, &workspace, gain);
	memset(eligible, true, sizeof(eligible));
	eligible[40] = all_eligible; /* one of the largest gains */
	for (int i = 0; i < (all_eligible ? 6 : 5); i++)
	{
		int	   n = numbers[i];
		bool   is_chosen[INPUTS] = {false};
		double least = INFINITY;
		double most = 0.0;

		choose_by_trees(&problem.sample, 1, eligible, n, &workspace, chosen);
		for (int k = 0; k < n; k++)
		{
			CHECK(chosen[k] >= 0 && chosen[k] < INPUTS && (k == 0 || chosen[k] > chosen[k - 1]),
				  "%d of %d is %d", k, n, chosen[k]);
			CHECK(eligible[chosen[k]], "%d is not eligible", chosen[k]);
			is_chosen[chosen[k]] = true;
			least = fmin(least, gain[chosen[k]]);
		}
		for (int j = 0; j < INPUTS; j++)
			if (!is_chosen[j] && eligible[j])
				most = fmax(most, gain[j]);
		CHECK(least >= most, "%d inputs: gain %g is chosen, %g is not", n, least, most);
	}
	unit_free();
}

/* Strictly increasing maps, which keep distinct floats distinct. */
static float
stretch(int way, float x)
{
	return way == 0 ? 4.0f * x : way == 1 ? (float) ((double) x * x * x) : (float) sinh(x);
}

/* The result depends only on the ranks within the given rows, and on the seed. */
static void
test_depends(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	double		   gain[INPUTS];
	double		   other[INPUTS];

	make_problem(&problem);
	problem.sample.n_rows = ROWS / 2;
	for (int i = 0; i < ROWS / 2; i++)
		problem.rows[i] = 2 * i;
	boosted_tree_gains(&problem.sample, 1, &workspace, gain);
	for (int i = 0; i < ROWS; i++)
	{
		for (int j = 0; j < INPUTS; j++)
			problem.inputs[i][j] = i % 2 ? 1e9f : stretch(j % 3, problem.inputs[i][j]);
		if (i % 2)
			problem.weight[i] = 1e9f;
	}
	boosted_tree_gains(&problem.sample, 1, &workspace, other);
	for (int j = 0; j < INPUTS; j++)
		CHECK_CLOSE(other[j], gain[j], 0.0, "scaled, with other rows elsewhere");
	boosted_tree_gains(&problem.sample, 2, &workspace, other);
	CHECK(memcmp(gain, other, sizeof(gain)) != 0, "another seed");
	unit_free();
}

/* The noise inputs. */
static double
largest_noise(const double *gain)
{
	double largest = 0.0;

	for (int j = 0; j < INPUTS; j++)
		if (j != 3 && j != 17 && j != 40)
			largest = fmax(largest, gain[j]);
	return largest;
}

/* Inputs that separate a class of tiny weight count no more than noise, of a heavy one most. */
static void
test_weights(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	double		   gain[INPUTS];

	make_problem(&problem);
	boosted_tree_gains(&problem.sample, 1, &workspace, gain);
	CHECK(gain[40] > 4.0 * largest_noise(gain), "gain %g, of noise %g", gain[40],
		  largest_noise(gain));
	for (int i = 0; i < ROWS; i++)
		problem.weight[i] = problem.target[i] == 2 ? 1e-6f : 1.5f;
	boosted_tree_gains(&problem.sample, 1, &workspace, gain);
	CHECK(gain[40] < 1.5 * largest_noise(gain), "gain %g of a class of no weight, of noise %g",
		  gain[40], largest_noise(gain));
	for (int i = 0; i < ROWS; i++)
		problem.weight[i] = problem.target[i] == 2 ? 5.0f : 0.02f;
	check_chosen(&problem.sample, 1, (int32_t[]){40}, "what tells the heavy class");
	unit_free();
}

/* Two rows do not grow a tree; among equal gains the first inputs are chosen. */
static void
test_hopeless(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	double		   gain[INPUTS];

	make_problem(&problem);
	problem.sample.n_rows = 2;
	boosted_tree_gains(&problem.sample, 1, &workspace, gain);
	for (int j = 0; j < INPUTS; j++)
		CHECK(gain[j] == 0.0, "gain %g of input %d by two rows", gain[j], j);
	check_chosen(&problem.sample, 5, (int32_t[]){0, 1, 2, 3, 4}, "two rows");
	unit_free();
}

/* Eight classes, more than there are directions, determined by the signs of three inputs. */
static void
test_signs(void)
{
	static Problem problem;

	make_problem(&problem);
	problem.sample.n_classes = 8;
	for (int i = 0; i < ROWS; i++)
	{
		const float *x = problem.inputs[i];

		problem.target[i] = (x[8] > 0.0f) + 2 * (x[29] > 0.0f) + 4 * (x[53] > 0.0f);
	}
	check_chosen(&problem.sample, 3, (int32_t[]){8, 29, 53}, "signs");
	unit_free();
}

/* As many classes, each with an input of its own that is larger in it. */
static void
test_many_classes(void)
{
	static Problem problem;

	make_problem(&problem);
	problem.sample.n_classes = 8;
	for (int i = 0; i < ROWS; i++)
	{
		problem.target[i] = i % 8;
		problem.inputs[i][5 * (i % 8) + 4] += 2.0f;
	}
	check_chosen(&problem.sample, 8, (int32_t[]){4, 9, 14, 19, 24, 29, 34, 39}, "an input each");
	unit_free();
}

/* Four rows for the oracle, and the side of the split of each. */
#define FEW 4
static const int32_t few_targets[FEW] = {0, 1, 2, 0};
static const float	 few_weights[FEW] = {30.0f, 50.0f, 20.0f, 40.0f};
static const int	 few_sides[FEW] = {0, 0, 1, 1};

/* The logits of both sides, and sums over their rows. */
typedef struct Oracle
{
	int	   n_classes;
	double logits[2][MODEL_MAX_CLASSES];
	double gradient[MODEL_MAX_CLASSES];
	double hessian[MODEL_MAX_CLASSES];
} Oracle;

/* Over the rows of a side; over all rows if side is -1. */
static void
oracle_sums(Oracle *oracle, int side)
{
	memset(oracle->gradient, 0, sizeof(oracle->gradient));
	memset(oracle->hessian, 0, sizeof(oracle->hessian));
	for (int i = 0; i < FEW; i++)
	{
		const double *logits = oracle->logits[few_sides[i]];
		double		  sum = 0.0;

		if (side >= 0 && few_sides[i] != side)
			continue;
		for (int c = 0; c < oracle->n_classes; c++)
			sum += exp(logits[c]);
		for (int c = 0; c < oracle->n_classes; c++)
		{
			double p = exp(logits[c]) / sum;

			oracle->gradient[c] += few_weights[i] * (p - (few_targets[i] == c));
			oracle->hessian[c] += few_weights[i] * p * (1.0 - p);
		}
	}
}

/* The reduction of the loss by a leaf of these rows, in the second-order approximation. */
static double
oracle_score(const Oracle *oracle)
{
	double square = 0.0;
	double sum = 0.0;

	for (int c = 0; c < oracle->n_classes; c++)
	{
		square += oracle->gradient[c] * oracle->gradient[c];
		sum += oracle->hessian[c];
	}
	return 0.5 * square / (sum + 1.0);
}

/* The total gain of the documented trees if each has a single split. */
static double
oracle_gain(int n_classes, int n_trees)
{
	Oracle oracle = {.n_classes = n_classes};
	double total = 0.0;

	for (int tree = 0; tree < n_trees; tree++)
	{
		oracle_sums(&oracle, -1);
		total -= oracle_score(&oracle);
		for (int side = 0; side < 2; side++)
		{
			oracle_sums(&oracle, side);
			total += oracle_score(&oracle);
			for (int c = 0; c < n_classes; c++)
				oracle.logits[side][c] -= 0.1 * oracle.gradient[c] / (oracle.hessian[c] + 1.0);
		}
	}
	return total;
}

static void
read_input(const void *source, int row, float *inputs)
{
	inputs[0] = ((const float *) source)[row];
}

/*
 * Four heavy rows are in every tree, and an input of two values splits each
 * once: the gain of up to four classes, and on average over seeds that of more.
 */
static void
test_gain(int n_classes, int n_seeds, double tolerance)
{
	Workspace  workspace = unit_workspace();
	float	   inputs[FEW];
	int		   rows[FEW] = {2, 0, 3, 1};
	TreeSample sample = {
		.n_rows = FEW,
		.rows = rows,
		.n_inputs = 1,
		.n_classes = n_classes,
		.target = few_targets,
		.weight = few_weights,
		.read_inputs = read_input,
		.source = inputs,
	};
	double mean = 0.0;

	for (int i = 0; i < FEW; i++)
		inputs[i] = few_sides[i] ? 5.0f : -1.0f;
	for (int seed = 0; seed < n_seeds; seed++)
	{
		double gain;

		boosted_tree_gains(&sample, seed, &workspace, &gain);
		mean += gain / n_seeds;
	}
	CHECK_CLOSE(mean, oracle_gain(n_classes, 100), tolerance, "gain of a hundred trees");
	unit_free();
}

#define MANY_ROWS 70000
#define MANY_INPUTS 12

static void
read_many_inputs(const void *source, int row, float *inputs)
{
	memcpy(inputs, (const float *) source + (size_t) row * MANY_INPUTS,
		   sizeof(float) * MANY_INPUTS);
}

/* Of very many rows only a sample is used, wherever the rows of a class are. */
static void
test_many_rows(void)
{
	Workspace workspace = unit_workspace();
	float	 *inputs = workspace_array(&workspace, float, MANY_ROWS *MANY_INPUTS);
	int32_t	 *target = workspace_array(&workspace, int32_t, MANY_ROWS);
	float	 *weight = workspace_array(&workspace, float, MANY_ROWS);
	int		 *rows = workspace_array(&workspace, int, MANY_ROWS);
	bool	  eligible[MANY_INPUTS];
	int32_t	  chosen[2];
	Random	  random;

	memset(eligible, true, sizeof(eligible));

	random_seed(&random, 5, 0);
	for (int i = 0; i < MANY_ROWS; i++)
	{
		target[i] = i >= MANY_ROWS - 3000;
		weight[i] = 1.0f;
		rows[i] = i;
		for (int j = 0; j < MANY_INPUTS; j++)
			inputs[i * MANY_INPUTS + j] =
				(float) (random_normal(&random) + (j == 4 || j == 9 ? 2 * target[i] : 0));
	}
	choose_by_trees(
		&(TreeSample){
			.n_rows = MANY_ROWS,
			.rows = rows,
			.n_inputs = MANY_INPUTS,
			.n_classes = 2,
			.read_inputs = read_many_inputs,
			.source = inputs,
			.target = target,
			.weight = weight,
		},
		1, eligible, 2, &workspace, chosen);
	CHECK(chosen[0] == 4 && chosen[1] == 9, "chosen: %d, %d", chosen[0], chosen[1]);
	unit_free();
}

int
main(void)
{
	test_finds();
	test_number(true);
	test_number(false);
	test_depends();
	test_weights();
	test_hopeless();
	test_signs();
	test_many_classes();
	test_gain(3, 1, 1e-5);
	test_gain(4, 1, 1e-5);
	test_gain(8, 1000, 0.03);
	test_many_rows();
	return unit_report();
}
