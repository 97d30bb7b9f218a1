/*
 * test_domain_classifier.c
 *		Weights by a classifier, between samples whose density ratio is known.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/train/density_ratio.h"
#include "core/train/domain_classifier.h"

#define TRAINING 2000
#define TARGET 3000
#define FEATURES 12
#define SHIFT 0.7

typedef struct Problem
{
	float		 values[TRAINING + TARGET][FEATURES];
	const float *features[TRAINING + TARGET];
	int32_t		 group[TRAINING];
	double		 weights[TRAINING];
	double		 ratio[TRAINING]; /* of the densities, by the weights, with mean 1 */
	Domains		 domains;
	Separation	 separation;
} Problem;

static Problem problem;

/* Independent standard normal features of n_training and n_target rows, each an object. */
static void
make_problem(int n_training, int n_target, uint64_t seed)
{
	Random random;

	random_seed(&random, seed, 0);
	for (int i = 0; i < n_training + n_target; i++)
	{
		for (int j = 0; j < FEATURES; j++)
			problem.values[i][j] = (float) random_normal(&random);
		problem.features[i] = problem.values[i];
	}
	problem.domains = (Domains){n_training, n_target, FEATURES, problem.features, NULL};
}

static void
weigh(int64_t seed)
{
	Workspace workspace = unit_workspace();
	int		  n = problem.domains.n_training;
	double	  sum = 0.0, square = 0.0;

	classifier_weights(&problem.domains, seed, problem.weights, &problem.separation, &workspace);
	for (int i = 0; i < n; i++)
	{
		sum += problem.weights[i];
		square += problem.weights[i] * problem.weights[i];
	}
	CHECK_CLOSE(sum / n, 1.0, 1e-9, "mean weight");
	for (int i = 0; i < n; i++)
		problem.ratio[i] = problem.weights[i] * problem.weights[i] / (square / n);
}

/* Of a feature of the training rows, by the ratio of the densities. */
static double
weighted_mean(int feature)
{
	double sum = 0.0;

	for (int i = 0; i < problem.domains.n_training; i++)
		sum += problem.ratio[i] * problem.values[i][feature];
	return sum / problem.domains.n_training;
}

/* The root mean square of the errors of the logarithms of the ratio. */
static double
log_error(double (*log_ratio)(const float *))
{
	double square = 0.0;

	for (int i = 0; i < problem.domains.n_training; i++)
	{
		double error = log(problem.ratio[i]) - log_ratio(problem.values[i]);

		square += error * error;
	}
	return sqrt(square / problem.domains.n_training);
}

/* N(SHIFT, 1) to N(0, 1) in one feature. */
static double
shifted_log_ratio(const float *values)
{
	return SHIFT * values[4] - 0.5 * SHIFT * SHIFT;
}

/*
 * The target sample is shifted in one feature: there the weighted mean of the training rows is the
 * target's, and the area under the curve that of two normal distributions, Phi(SHIFT / sqrt(2)).
 */
static void
test_shifted(void)
{
	double auc = 0.5 * erfc(-SHIFT / 2.0);

	make_problem(TRAINING, TARGET, 1);
	for (int i = TRAINING; i < TRAINING + TARGET; i++)
		problem.values[i][4] += (float) SHIFT;
	weigh(1);
	CHECK(fabs(weighted_mean(4) - SHIFT) < 0.2, "mean %g", weighted_mean(4));
	CHECK(fabs(weighted_mean(3)) < 0.08, "mean of another feature %g", weighted_mean(3));
	CHECK(log_error(shifted_log_ratio) < 0.3, "error of the logarithms %g",
		  log_error(shifted_log_ratio));
	CHECK(fabs(problem.separation.auc - auc) < 0.02, "area %g, expected %g", problem.separation.auc,
		  auc);
	CHECK(problem.separation.features[0].feature == 4 && problem.separation.features[0].gain > 0.5,
		  "feature %d with a gain of %g", problem.separation.features[0].feature,
		  problem.separation.features[0].gain);
	CHECK(problem.separation.n_features == SEPARATING_FEATURES, "%d features",
		  problem.separation.n_features);
	for (int k = 1; k < problem.separation.n_features; k++)
		CHECK(problem.separation.features[k].gain <= problem.separation.features[k - 1].gain,
			  "gains ascend");
	unit_free();
}

/*
 * A flag that a quarter of the training rows and three quarters of a much smaller target sample
 * have: the densities are in the ratio of 3 and of 1 / 3.
 */
static void
test_small_target(void)
{
	double ratio;

	make_problem(TRAINING, TARGET / 20, 10);
	for (int i = 0; i < TRAINING + TARGET / 20; i++)
		for (int j = 0; j < FEATURES; j++)
			problem.values[i][j] = j == 4 && (i < TRAINING ? i % 4 == 0 : i % 4 != 0);
	weigh(1);
	ratio = problem.ratio[0] / problem.ratio[1];
	CHECK(fabs(ratio - 9.0) < 1.5, "densities in the ratio of %g", ratio);
	unit_free();
}

/* Missing in half of the training rows and in a fifth of the target sample, which weights repeat.
 */
static void
test_missing(void)
{
	double missing = 0.0;

	make_problem(TRAINING, TARGET, 2);
	for (int i = 0; i < TRAINING + TARGET; i++)
		if (i < TRAINING ? i % 2 == 0 : i % 5 == 0)
			problem.values[i][7] = i % 4 == 0 ? NAN : INFINITY;
	weigh(1);
	for (int i = 0; i < TRAINING; i += 2)
		missing += problem.ratio[i] / TRAINING;
	CHECK(fabs(missing - 0.2) < 0.05, "missing in %g", missing);
	unit_free();
}

static double
no_log_ratio(const float *values)
{
	(void) values;
	return 0.0;
}

/* Samples of the same population have weights near 1, and no classifier tells them apart. */
static void
test_same_population(void)
{
	make_problem(TRAINING, TARGET, 3);
	weigh(1);
	CHECK(log_error(no_log_ratio) < 0.25, "error of the logarithms %g", log_error(no_log_ratio));
	CHECK(fabs(problem.separation.auc - 0.5) < 0.025, "area %g", problem.separation.auc);
	unit_free();
}

/* With the training set as its own target, nothing is learned from twins. */
static void
test_twins(void)
{
	make_problem(TRAINING, TRAINING, 4);
	memcpy(problem.values[TRAINING], problem.values[0], sizeof(problem.values[0]) * TRAINING);
	weigh(1);
	CHECK_CLOSE(problem.separation.auc, 0.5, 0.01, "area");
	CHECK(log_error(no_log_ratio) < 0.1, "error of the logarithms %g", log_error(no_log_ratio));
	unit_free();
}

/* Nor are those of an object's rows learned from its other rows, which are much like them. */
static void
test_copies(void)
{
	enum
	{
		COPIES = 10
	};

	make_problem(TRAINING, TARGET, 5);
	problem.domains.group = problem.group;
	for (int i = 0; i < TRAINING; i++)
	{
		int first = i - i % COPIES;

		problem.group[i] = first;
		for (int j = 0; j < FEATURES && i != first; j++)
			problem.values[i][j] = problem.values[first][j] + 0.01f * problem.values[i][j];
	}
	weigh(1);
	CHECK(fabs(problem.separation.auc - 0.5) < 0.1, "area %g", problem.separation.auc);
	unit_free();
}

/* Samples without anything in common: the ratio is within its limits. */
static void
test_disjoint(void)
{
	double least = INFINITY, greatest = 0.0;

	make_problem(TRAINING, TARGET, 6);
	for (int i = TRAINING; i < TRAINING + TARGET; i++)
		problem.values[i][0] += 100.0f;
	weigh(1);
	for (int i = 0; i < TRAINING; i++)
	{
		least = fmin(least, problem.ratio[i]);
		greatest = fmax(greatest, problem.ratio[i]);
	}
	CHECK(problem.separation.auc > 0.999, "area %g", problem.separation.auc);
	CHECK(greatest / least <= IMPORTANCE_MAX_WEIGHT * IMPORTANCE_MAX_WEIGHT * (1 + 1e-9),
		  "ratios from %g to %g", least, greatest);
	unit_free();
}

/* The seed determines the weights. */
static void
test_seed(void)
{
	static double again[TRAINING];

	make_problem(TRAINING, TARGET, 7);
	for (int i = TRAINING; i < TRAINING + TARGET; i++)
		problem.values[i][4] += (float) SHIFT;
	weigh(1);
	memcpy(again, problem.weights, sizeof(again));
	weigh(1);
	CHECK(memcmp(again, problem.weights, sizeof(again)) == 0, "other weights with the same seed");
	weigh(2);
	CHECK(memcmp(again, problem.weights, sizeof(again)) != 0, "the same weights for another seed");
	unit_free();
}

/* Too few rows to learn from, and features without information. */
static void
test_degenerate(void)
{
	for (int n = 1; n <= 4; n++)
	{
		make_problem(n, 1, 8);
		weigh(1);
		CHECK(isfinite(problem.separation.auc), "area %g", problem.separation.auc);
	}
	make_problem(TRAINING, TARGET, 9);
	for (int i = 0; i < TRAINING + TARGET; i++)
		for (int j = 0; j < FEATURES; j++)
			problem.values[i][j] = j % 2 ? NAN : 3.0f;
	weigh(1);
	for (int i = 0; i < TRAINING; i++)
		CHECK_CLOSE(problem.weights[i], 1.0, 1e-5, "weight of equal rows");
	CHECK(problem.separation.n_features == 0 && problem.separation.auc == 0.5,
		  "%d features, area %g", problem.separation.n_features, problem.separation.auc);
	unit_free();
}

int
main(void)
{
	test_shifted();
	test_small_target();
	test_missing();
	test_same_population();
	test_twins();
	test_copies();
	test_disjoint();
	test_seed();
	test_degenerate();
	return unit_report();
}
