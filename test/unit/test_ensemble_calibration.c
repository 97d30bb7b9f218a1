/*
 * test_ensemble_calibration.c
 *		The calibration of an ensemble recovers a known distortion of
 *		probabilities, from the rows that it may use.
 */
#include "unit.h"

#include "core/model/calibration.h"
#include "core/train/ensemble_calibration.h"
#include "core/base/random.h"

#define ROWS 12000
#define CLASSES 4
#define SHARPER 2.0

static const double bias[CLASSES] = {0.8, -0.5, 0.2, 0.0};

typedef struct Problem
{
	double			  p[ROWS][CLASSES]; /* the distribution of the targets */
	float			  values[ROWS][CLASSES];
	int32_t			  target[ROWS];
	int32_t			  classes[CLASSES];
	int				  n_members[ROWS];
	bool			  validation[ROWS];
	float			  weight[ROWS];
	float			  multipliers[CLASSES];
	TrainingSet		  set;
	TrainingOptions	  options;
	Ensemble		  ensemble;
	Model			  model;
	CalibrationReport report;
} Problem;

/*
 * Log-probabilities that are twice as sharp as they should be, and biased:
 * temperature 2 and multipliers exp(-bias / 2) bring p back.  Row 0 of three is
 * held out, and its predictions are wrong.
 */
static void
make_problem(Problem *problem)
{
	Random random;

	random_seed(&random, 11, 0);
	memset(problem, 0, sizeof(*problem));
	for (int i = 0; i < ROWS; i++)
	{
		double sum = 0.0, log_sum = 0.0, u = random_uniform(&random);

		for (int c = 0; c < CLASSES; c++)
			sum += problem->p[i][c] = exp(1.2 * random_normal(&random));
		for (int c = 0; c < CLASSES; c++)
		{
			problem->p[i][c] /= sum;
			log_sum += pow(problem->p[i][c], SHARPER) * exp(bias[c]);
			if (u >= 0.0 && (u -= problem->p[i][c]) < 0.0)
				problem->target[i] = c;
		}
		for (int c = 0; c < CLASSES; c++)
			problem->values[i][c] =
				(float) (SHARPER * log(problem->p[i][c]) + bias[c] - log(log_sum));
		problem->n_members[i] = 1;
		problem->weight[i] = 1.0f + (float) (i % 2);
		problem->validation[i] = i % 3 == 0;
		if (problem->validation[i])
			problem->target[i] = 2;
	}
	for (int c = 0; c < CLASSES; c++)
		problem->classes[c] = 10 * c;
	problem->set = (TrainingSet){
		.n_rows = ROWS,
		.n_features = 1,
		.n_classes = CLASSES,
		.classes = problem->classes,
		.target = problem->target,
		.weight = problem->weight,
		.validation = problem->validation,
	};
	problem->options = *training_preset(0);
	training_options_settle(&problem->options, 5000, 5000, 173, 6);
	problem->options.loss = LOSS_PLAIN;
	problem->options.bagging_folds = 2;
	problem->options.networks = 2;
	problem->options.trees = 0;
	problem->ensemble = (Ensemble){
		.set = &problem->set,
		.options = &problem->options,
		.n_folds = 1,
	};
	problem->model = (Model){
		.n_classes = CLASSES,
		.n_networks = 2,
		.log_multipliers = problem->multipliers,
	};
}

static void
calibrate_problem(Problem *problem, bool report)
{
	Workspace workspace = unit_workspace();
	Unseen unseen = {.n_members = problem->n_members, .log_probabilities = &problem->values[0][0]};

	calibrate_ensemble(&problem->ensemble, 0, &unseen, &problem->model,
					   report ? &problem->report : NULL, &workspace);
}

/* The distortion of the probabilities is recovered and reversed. */
static void
test_full(bool report)
{
	static Problem problem;
	double		   worst = 0.0;

	make_problem(&problem);
	calibrate_problem(&problem, report);
	CHECK(fabs(problem.model.temperature - SHARPER) < 0.1, "temperature %g",
		  problem.model.temperature);
	for (int c = 1; c < CLASSES; c++)
	{
		double ratio = problem.multipliers[c] - problem.multipliers[0];

		CHECK(fabs(ratio - (bias[0] - bias[c]) / SHARPER) < 0.1, "class %d: multiplier %g", c,
			  ratio);
	}
	for (int i = 0; i < ROWS; i++)
		for (int c = 0; c < CLASSES; c++)
			worst = fmax(worst, fabs(problem.values[i][c] - problem.p[i][c]));
	CHECK(worst < 0.05, "a probability is off by %g", worst);
	if (report)
	{
		CHECK(problem.report.n_rows == ROWS - ROWS / 3, "%d rows", problem.report.n_rows);
		CHECK(problem.report.error[0] > 0.1 && problem.report.error[1] < 0.02, "errors %g and %g",
			  problem.report.error[0], problem.report.error[1]);
		CHECK(problem.report.weighted_error[0] > 0.1 && problem.report.weighted_error[1] < 0.02 &&
				  problem.report.weighted_error[1] != problem.report.error[1],
			  "weighted errors %g and %g", problem.report.weighted_error[0],
			  problem.report.weighted_error[1]);
	}
	unit_free();
}

/* Rows to be scored, held out or of the fold, have no influence, whatever their class. */
static void
test_scored_rows(bool fold)
{
	static Problem problem;
	static int32_t folds[ROWS];
	float		   multipliers[2][CLASSES];
	float		   temperature[2];

	for (int run = 0; run < 2; run++)
	{
		make_problem(&problem);
		for (int i = 0; i < ROWS; i++)
		{
			folds[i] = problem.validation[i] ? 0 : 1;
			if (problem.validation[i] && run > 0)
				problem.target[i] = i % CLASSES;
		}
		if (fold)
		{
			problem.set.validation = NULL;
			problem.ensemble.fold = folds;
			problem.ensemble.n_folds = 2;
		}
		calibrate_problem(&problem, false);
		memcpy(multipliers[run], problem.multipliers, sizeof(multipliers[run]));
		temperature[run] = problem.model.temperature;
	}
	CHECK(temperature[0] == temperature[1] &&
			  memcmp(multipliers[0], multipliers[1], sizeof(multipliers[0])) == 0,
		  "learnt from what is to be scored");
	CHECK(fabs(temperature[0] - SHARPER) < 0.1, "temperature %g", temperature[0]);
	unit_free();
}

/* No object is scored with a calibration that was fitted to it. */
static void
test_cross_fit(void)
{
	static Problem problem;
	double		   distance = 0.0;

	make_problem(&problem);
	calibrate_problem(&problem, true);
	for (int i = 0; i < ROWS; i++)
	{
		float  p[CLASSES];
		double sum = 0.0;

		for (int c = 0; c < CLASSES; c++)
			sum += p[c] =
				(float) exp((SHARPER * log(problem.p[i][c]) + bias[c]) / problem.model.temperature +
							problem.multipliers[c]);
		for (int c = 0; c < CLASSES; c++)
		{
			double difference = fabs(p[c] / sum - problem.values[i][c]);

			if (problem.validation[i])
				CHECK(difference < 1e-5, "a row held out is not calibrated as the model is");
			else
				distance = fmax(distance, difference);
		}
	}
	CHECK(distance > 1e-4 && distance < 0.05, "differ by %g at most", distance);
	unit_free();
}

/* In the weighted loss, p of class c is to be multiplied by w_c / N_c. */
static void
test_weighted(void)
{
	static Problem problem;
	int			   count[CLASSES] = {0};
	double		   worst = 0.0;

	make_problem(&problem);
	problem.set.weight = NULL;
	problem.options.loss = LOSS_WEIGHTED;
	problem.set.class_weight = (const double[CLASSES]){1.0, 1.0, 3.0, 1.0};
	calibrate_problem(&problem, false);
	for (int i = 0; i < ROWS; i++)
		if (!problem.validation[i])
			count[problem.target[i]]++;
	for (int i = 0; i < ROWS; i++)
	{
		double expected[CLASSES];
		double sum = 0.0;

		for (int c = 0; c < CLASSES; c++)
			sum += expected[c] = problem.p[i][c] * (c == 2 ? 3.0 : 1.0) / count[c];
		for (int c = 0; c < CLASSES; c++)
			worst = fmax(worst, fabs(problem.values[i][c] - expected[c] / sum));
	}
	CHECK(worst < 0.05, "a probability is off by %g", worst);
	unit_free();
}

/* Temperature only, no calibration, and no rows to fit it on. */
static void
test_kinds(void)
{
	static Problem problem;

	for (int run = 0; run < 4; run++)
	{
		make_problem(&problem);
		if (run == 0)
			problem.options.calibration = CALIBRATION_TEMPERATURE;
		else if (run == 1)
			problem.options.calibration = CALIBRATION_NONE;
		else if (run == 2)
			problem.options.bagging_folds = 0;
		else
			memset(problem.n_members, 0, sizeof(problem.n_members));
		calibrate_problem(&problem, true);
		for (int c = 0; c < CLASSES; c++)
			CHECK(problem.multipliers[c] == 0.0f, "multiplier %g", problem.multipliers[c]);
		CHECK(run == 0 ? problem.model.temperature > 1.5f : problem.model.temperature == 1.0f,
			  "temperature %g", problem.model.temperature);
		CHECK((problem.report.n_rows > 0) == (run == 0), "%d rows", problem.report.n_rows);
	}
	unit_free();
}

/* A class without left-out objects has the multiplier 1. */
static void
test_absent_class(void)
{
	static Problem problem;

	make_problem(&problem);
	for (int i = 0; i < ROWS; i++)
		if (problem.target[i] == 1)
			problem.n_members[i] = 0;
	calibrate_problem(&problem, false);
	CHECK(problem.multipliers[1] == 0.0f, "multiplier %g", problem.multipliers[1]);
	CHECK(problem.multipliers[0] < problem.multipliers[2], "the others are not calibrated");
	unit_free();
}

/*
 * Trees whose predictions are those of the networks, distorted in another way, plus noise: the
 * weight is between the kinds, and by it the loss is less than by any other of a grid, each
 * with the calibration fitted to it.
 */
static void
test_tree_weight(double noise)
{
	static Problem problem;
	static float   kinds[2][ROWS][CLASSES];
	static float   both[ROWS][CLASSES];
	Workspace	   workspace = unit_workspace();
	Unseen		   unseen = {
				.n_members = problem.n_members,
				.log_probabilities = &both[0][0],
				.kinds = {{problem.n_members, &kinds[0][0][0]}, {problem.n_members, &kinds[1][0][0]}},
	};
	Random random;
	double fitted = 0.0, least = INFINITY;
	float  weight = NAN;

	make_problem(&problem);
	random_seed(&random, 4, 0);
	problem.options.trees = 2;
	for (int i = 0; i < ROWS; i++)
		for (int c = 0; c < CLASSES; c++)
		{
			kinds[0][i][c] = problem.values[i][c] + (float) random_normal(&random);
			kinds[1][i][c] = 0.5f * problem.values[i][c] + (float) (noise * random_normal(&random));
		}
	for (int k = -1; k <= 20; k++)
	{
		double loss = 0.0;

		problem.options.tree_weight = k < 0 ? -1.0 : k / 20.0;
		weigh_kinds(&problem.ensemble, fmax(0.4, problem.options.tree_weight), &unseen);
		if (k >= 0)
			weigh_kinds(&problem.ensemble, k / 20.0, &unseen);
		problem.model.tree_weight = 0.4f;
		calibrate_ensemble(&problem.ensemble, 0, &unseen, &problem.model, NULL, &workspace);
		for (int i = 0; i < ROWS; i++)
			if (!problem.validation[i])
				loss -= problem.weight[i] * log(both[i][problem.target[i]]);
		if (k < 0)
		{
			fitted = loss;
			weight = problem.model.tree_weight;
		}
		else
		{
			least = fmin(least, loss);
			CHECK(problem.model.tree_weight == 0.4f, "a given weight is fitted");
		}
	}
	CHECK(weight > 0.02f && weight < 0.98f, "weight %g", weight);
	CHECK(fitted < least + 1e-3 * fabs(least), "loss %g by weight %g, %g by another", fitted,
		  weight, least);
	unit_free();
}

int
main(void)
{
	test_tree_weight(0.5);
	test_tree_weight(1.5);
	test_full(false);
	test_full(true);
	test_scored_rows(false);
	test_scored_rows(true);
	test_cross_fit();
	test_weighted();
	test_kinds();
	test_absent_class();
	return unit_report();
}
