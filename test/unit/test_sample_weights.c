/*
 * test_sample_weights.c
 *		Importance weights of training rows for a given target sample.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/train/sample_weights.h"

#define ROWS 2000
#define TARGETS 3000
#define CLASSES 2

typedef struct Problem
{
	double training[ROWS];
	double target[TARGETS];
	int32_t class[ROWS];
	int32_t			classes[CLASSES];
	int32_t			fold[ROWS];
	bool			validation[ROWS];
	int32_t			group[ROWS];
	float			own[ROWS];
	float			values[ROWS];
	float		   *features[ROWS]; /* of one value */
	float			target_values[TARGETS];
	TrainingSet		set;
	TrainingOptions options;
	Ensemble		ensemble;
	TargetSample	sample;
} Problem;

/* A flag set in a quarter of the training rows and in three quarters of the target sample. */
static void
make_problem(Problem *problem)
{
	memset(problem, 0, sizeof(*problem));
	for (int i = 0; i < ROWS; i++)
	{
		problem->training[i] = i % 4 == 0;
		/* class 1 has the flag more often */
		problem->class[i] = i % 4 == 0 ? i % 8 == 0 || i % 16 == 4 : i % 3 == 0;
		problem->own[i] = 1.0f;
		problem->values[i] = (float) problem->training[i];
		problem->features[i] = &problem->values[i];
		problem->fold[i] = i % 5;
	}
	for (int i = 0; i < TARGETS; i++)
		problem->target[i] = problem->target_values[i] = i % 4 != 0;
	problem->classes[1] = 1;
	problem->set = (TrainingSet){
		.n_rows = ROWS,
		.n_features = 1,
		.n_classes = CLASSES,
		.features = problem->features,
		.classes = problem->classes,
		.target = problem->class,
	};
	problem->options = *training_preset(0);
	training_options_settle(&problem->options, 5000, 5000, 173, 6);
	problem->options.loss = LOSS_PLAIN;
	problem->ensemble = (Ensemble){
		.set = &problem->set,
		.options = &problem->options,
		.n_folds = 1,
	};
	problem->sample =
		(TargetSample){1, problem->training, TARGETS, problem->target, problem->target_values};
}

static Separation
weigh(const Problem *problem, int fold, float *weight)
{
	Workspace  workspace = unit_workspace();
	Separation separation = {0};

	target_weights(&problem->ensemble, fold, &problem->sample, weight, &separation, &workspace);
	return separation;
}

/* Three quarters of the total weight have the flag; the set's own weights multiply. */
static void
test_plain(void)
{
	static Problem problem;
	float		   weight[ROWS];
	double		   with = 0.0, all = 0.0;

	make_problem(&problem);
	weigh(&problem, 0, weight);
	for (int i = 0; i < ROWS; i++)
	{
		all += weight[i];
		with += problem.training[i] > 0.0 ? weight[i] : 0.0;
	}
	CHECK(fabs(with / all - 0.75) < 0.01, "%g have the flag", with / all);
	CHECK_CLOSE(all / ROWS, 1.0, 1e-5, "mean weight");
	for (int i = 0; i < ROWS; i++)
		problem.own[i] = 1.0f + (float) (i % 7);
	problem.set.weight = problem.own;
	{
		float multiplied[ROWS];

		weigh(&problem, 0, multiplied);
		for (int i = 0; i < ROWS; i++)
			CHECK_CLOSE(multiplied[i], weight[i] * problem.own[i], 1e-5, "own weight");
	}
	unit_free();
}

/* With the weighted loss, ratios within a class are kept and the mean of each class is 1. */
static void
test_weighted(void)
{
	static Problem problem;
	float		   plain[ROWS];
	float		   weight[ROWS];
	double		   sum[CLASSES] = {0};
	int			   n[CLASSES] = {0};

	make_problem(&problem);
	weigh(&problem, 0, plain);
	problem.options.loss = LOSS_WEIGHTED;
	weigh(&problem, 0, weight);
	for (int i = 0; i < ROWS; i++)
	{
		sum[problem.class[i]] += weight[i];
		n[problem.class[i]]++;
	}
	for (int c = 0; c < CLASSES; c++)
		CHECK_CLOSE(sum[c] / n[c], 1.0, 1e-5, "mean of a class");
	for (int i = 0; i + 1 < ROWS; i++)
		if (problem.class[i] == problem.class[i + 1])
			CHECK_CLOSE(weight[i] / weight[i + 1], plain[i] / plain[i + 1], 1e-5,
						"ratio in a class");
	unit_free();
}

/* Rows not used in training keep their weight and do not affect the others. */
static void
test_unseen(bool fold, int n_columns)
{
	static Problem problem;
	float		   weight[2][ROWS];

	for (int run = 0; run < 2; run++)
	{
		make_problem(&problem);
		if (fold)
		{
			problem.ensemble.fold = problem.fold;
			problem.ensemble.n_folds = 5;
		}
		else
		{
			for (int i = 0; i < ROWS; i++)
				problem.validation[i] = problem.fold[i] == 2;
			problem.set.validation = problem.validation;
		}
		for (int i = 0; i < ROWS && run > 0; i++)
			if (problem.fold[i] == 2)
				problem.training[i] = problem.values[i] = 1.0f;
		problem.sample.n_columns = n_columns;
		weigh(&problem, fold ? 2 : 0, weight[run]);
	}
	for (int i = 0; i < ROWS; i++)
	{
		CHECK(problem.fold[i] != 2 || weight[0][i] == 1.0f, "row %d weighs %g", i, weight[0][i]);
		CHECK(weight[0][i] == weight[1][i], "row %d: %g and %g", i, weight[0][i], weight[1][i]);
	}
	CHECK(weight[0][0] > 2.5f * weight[0][1], "weights %g and %g", weight[0][0], weight[0][1]);
	unit_free();
}

/*
 * A classifier knows the copies of an object as such, in a fold of which other rows are left out:
 * samples of the same population are not told apart by them.
 */
static void
test_copies(void)
{
	static Problem problem;
	float		   weight[ROWS];
	Random		   random;
	Separation	   separation;

	make_problem(&problem);
	random_seed(&random, 1, 0);
	for (int i = 0; i < TARGETS; i++)
		problem.target_values[i] = (float) random_normal(&random);
	for (int i = 0; i < ROWS; i++)
	{
		problem.group[i] = i - i % 40;
		problem.fold[i] = problem.group[i] / 40 % 5;
		problem.values[i] = i % 40 ? problem.values[i - 1] : (float) random_normal(&random);
	}
	problem.set.group = problem.group;
	problem.ensemble.fold = problem.fold;
	problem.ensemble.n_folds = 5;
	problem.sample.n_columns = 0;
	separation = weigh(&problem, 0, weight);
	CHECK(separation.auc < 0.6, "area %g", separation.auc);
	unit_free();
}

/* n weights w and n weights 3 w: (4 n)^2 / (10 n) of 2 n; networks use the fold's weights. */
static void
test_effective_objects(void)
{
	static Problem problem;
	static float   weight[5 * ROWS];
	Workspace	   workspace = unit_workspace();

	make_problem(&problem);
	CHECK_CLOSE(effective_objects(&problem.ensemble, 0, &workspace), ROWS, 1e-9, "no weights");
	problem.ensemble.fold = problem.fold;
	problem.ensemble.n_folds = 5;
	for (int i = 0; i < 5 * ROWS; i++)
		weight[i] = i / ROWS == 3 ? (i % 2 ? 3.0f : 1.0f) : NAN;
	problem.ensemble.weight = weight;
	CHECK_CLOSE(effective_objects(&problem.ensemble, 3, &workspace), 0.8 * ROWS * 16 / 20, 1e-6,
				"effective objects");
	CHECK(fold_weight(&problem.ensemble, 3) == weight + 3 * ROWS, "weights of another fold");
	problem.ensemble.weight = NULL;
	problem.set.weight = problem.own;
	CHECK(fold_weight(&problem.ensemble, 3) == problem.own, "not the set's weights");
	unit_free();
}

/* Each object as one row of weight 0.1 to 2, and three copies, of which two weigh half of that and
 * one a fifth. */
static void
test_weighted_rows(void)
{
	static Problem problem;
	TrainingSet	  *set = &problem.set;
	Workspace	   workspace = unit_workspace();

	make_problem(&problem);
	CHECK(weighted_rows(set, &workspace) == ROWS, "each row is an object");
	for (int i = 0; i < ROWS; i++)
	{
		static const float part[] = {0.5f, 1.0f, 0.2f, 0.5f};

		problem.group[i] = i - i % 4;
		problem.own[i] = part[i % 4] * (0.1f + 1.9f * (float) (i / 4) / (ROWS / 4));
	}
	set->group = problem.group;
	CHECK(weighted_rows(set, &workspace) == ROWS, "%d rows without weights",
		  weighted_rows(set, &workspace));
	set->weight = problem.own;
	CHECK(weighted_rows(set, &workspace) == ROWS / 4 * 22 / 10, "%d weighted rows",
		  weighted_rows(set, &workspace));
	unit_free();
}

int
main(void)
{
	test_weighted_rows();
	test_plain();
	test_weighted();
	for (int n_columns = 0; n_columns < 2; n_columns++)
	{
		test_unseen(false, n_columns);
		test_unseen(true, n_columns);
	}
	test_copies();
	test_effective_objects();
	return unit_report();
}
