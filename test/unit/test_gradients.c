/*
 * test_gradients.c
 *		Gradients of trees' rows compared with their formulas in double precision.
 */
#include "unit.h"

#include "core/base/limits.h"
#include "core/trees/gradients.h"

#define ROWS 150 /* of the tree, no multiple of the rows computed together */
#define ALL_ROWS 200
#define MOST_CLASSES 9

typedef struct Problem
{
	int			 n_classes;
	float		 score[ALL_ROWS * MOST_CLASSES];
	float		 weight[ALL_ROWS];
	int32_t		 target[ALL_ROWS];
	float		 closed[MOST_CLASSES];
	const float *closed_of[ALL_ROWS];
	int			 source[ALL_ROWS]; /* the sample's rows, in another order than the arrays by row */
	int			 rows[ROWS];
	TreeSample	 sample;
} Problem;

/* The last class is closed in every third row, none of which is of it. */
static void
make_problem(Problem *problem, int n_classes, Random *random)
{
	problem->n_classes = n_classes;
	for (int c = 0; c < n_classes; c++)
		problem->closed[c] = n_classes > 2 && c == n_classes - 1 ? 1.0f : 0.0f;
	for (int i = 0; i < ALL_ROWS; i++)
	{
		problem->source[i] = (7 * i + 3) % ALL_ROWS;
		problem->weight[i] = (float) (0.2 + random_uniform(random));
		problem->closed_of[i] = i % 3 == 0 ? problem->closed : NULL;
		problem->target[i] = i % (i % 3 == 0 && n_classes > 2 ? n_classes - 1 : n_classes);
		for (int c = 0; c < n_classes; c++)
			problem->score[i * n_classes + c] = (float) (3.0 * random_normal(random));
	}
	for (int k = 0; k < ROWS; k++)
		problem->rows[k] = k + k / 3;
	problem->sample = (TreeSample){
		.n_rows = ALL_ROWS,
		.rows = problem->source,
		.n_classes = n_classes,
		.target = problem->target,
		.weight = problem->weight,
		.closed = problem->closed_of,
	};
}

/* gradient and hessian [n_classes] of a row of the sample. */
static void
expected_pair(const Problem *problem, int row, double *gradient, double *hessian)
{
	int			 source = problem->source[row];
	const float *closed = problem->closed_of[source];
	const float *score = problem->score + row * problem->n_classes;
	double		 sum = 0.0;

	for (int c = 0; c < problem->n_classes; c++)
		sum += closed && closed[c] > 0.0f ? 0.0 : exp(score[c]);
	for (int c = 0; c < problem->n_classes; c++)
	{
		double p = closed && closed[c] > 0.0f ? 0.0 : exp(score[c]) / sum;

		gradient[c] = problem->weight[source] * (p - (c == problem->target[source]));
		hessian[c] = problem->weight[source] * p * (1.0 - p);
	}
}

static void
check_gradients(const Problem *problem, const Gradients *gradients)
{
	int	   n = problem->n_classes;
	double sums[2 * MOST_CLASSES] = {0.0};
	float  added[2 * MOST_CLASSES] = {0.0f};

	for (int k = 0; k < ROWS; k++)
	{
		int	   row = problem->rows[k];
		double pair[2 * MOST_CLASSES];
		double sketch[DIRECTIONS + 1] = {0.0};

		expected_pair(problem, row, pair, pair + n);
		for (int c = 0; c < n; c++)
		{
			for (int d = 0; d < DIRECTIONS; d++)
				sketch[d] += gradients->direction[d * n + c] * pair[c];
			sketch[DIRECTIONS] += pair[n + c];
		}
		for (int c = 0; c < 2 * n; c++)
		{
			CHECK_CLOSE(gradients->pairs[row * 2 * n + c], pair[c], 1e-6, "gradient or Hessian");
			sums[c] += pair[c];
		}
		for (int d = 0; d <= DIRECTIONS; d++)
			CHECK_CLOSE(gradients->sketch[row][d], sketch[d], 1e-5, "sketch");
	}
	add_pairs(gradients, ROWS, problem->rows, added);
	for (int c = 0; c < 2 * n; c++)
		CHECK_CLOSE(added[c], sums[c], 1e-5, "sum");
}

/* Of equal length and orthogonal to each other and to equal components; up to four classes lose
 * nothing. */
static void
check_directions(const Problem *problem, const Gradients *gradients)
{
	int			 n = problem->n_classes;
	int			 n_directions = n - 1 < DIRECTIONS ? n - 1 : DIRECTIONS;
	const float *x = gradients->direction;

	for (int d = 0; d < DIRECTIONS; d++)
		for (int e = 0; e <= d; e++)
		{
			double product = 0.0;
			double sum = 0.0;

			for (int c = 0; c < n; c++)
			{
				product += x[d * n + c] * x[e * n + c];
				sum += x[d * n + c];
			}
			CHECK_CLOSE(sum, 0.0, 1e-5, "sum of a direction");
			CHECK_CLOSE(product, d == e && d < n_directions ? (double) (n - 1) / n_directions : 0.0,
						1e-5, "product of directions");
		}
}

int
main(void)
{
	static const int n_classes[] = {2, 3, 4, 8, MOST_CLASSES};
	static Problem	 problem;
	Random			 random;

	random_seed(&random, 5, 0);
	for (size_t k = 0; k < sizeof(n_classes) / sizeof(n_classes[0]); k++)
	{
		Workspace workspace = unit_workspace();
		Gradients gradients;

		make_problem(&problem, n_classes[k], &random);
		make_gradients(&gradients, &problem.sample, &workspace);
		draw_directions(&gradients, &random);
		fill_gradients(&gradients, ROWS, problem.rows, problem.score);
		check_directions(&problem, &gradients);
		check_gradients(&problem, &gradients);
	}
	return unit_report();
}
