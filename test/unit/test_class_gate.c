/*
 * test_class_gate.c
 *		When a class is closed and with which probability, and what a network
 *		learns with a gate.
 */
#include "unit.h"

#include "core/train/ensemble.h"
#include "core/train/trainer.h"
#include "core/base/random.h"

#define ROWS 400
#define CLASSES 4
#define FEATURES 2

typedef struct Problem
{
	float			features[ROWS][FEATURES];
	float		   *rows[ROWS]; /* of features */
	int32_t			target[ROWS];
	int32_t			classes[CLASSES];
	int32_t			group[ROWS];
	uint8_t			side[ROWS];
	bool			skip[ROWS];
	TrainingSet		set;
	TrainingOptions options;
} Problem;

/* Classes 0 and 1 at feature 0 = 0, 2 elsewhere, 3 on both sides; feature 1 is uninformative. */
static void
make_problem(Problem *problem)
{
	Random random;

	random_seed(&random, 4, 0);
	memset(problem, 0, sizeof(*problem));
	for (int i = 0; i < ROWS; i++)
	{
		problem->target[i] = i % CLASSES;
		problem->side[i] = i % CLASSES < 2 || i % 8 == 3 ? GATE_ZERO : GATE_OTHER;
		problem->features[i][0] = problem->side[i] == GATE_ZERO ? 0.0f : 0.5f;
		problem->features[i][1] = (float) random_normal(&random);
		problem->group[i] = i;
	}
	for (int c = 0; c < CLASSES; c++)
		problem->classes[c] = 10 * c;
	for (int i = 0; i < ROWS; i++)
		problem->rows[i] = problem->features[i];
	problem->set = (TrainingSet){
		.n_rows = ROWS,
		.n_features = FEATURES,
		.n_classes = CLASSES,
		.features = problem->rows,
		.classes = problem->classes,
		.target = problem->target,
		.group = problem->group,
		.side = problem->side,
	};
	problem->options = *training_preset(0);
	training_options_settle(&problem->options, 5000, 5000, 173, 6);
	problem->options.network.n_layers = 1;
	problem->options.network.layers[0] = 8;
	problem->options.epochs = 20;
	problem->options.input_dropout = 0.0;
	problem->options.network.dropout[0] = 0.0;
}

static Gate
gate_of(const Problem *problem)
{
	Workspace workspace = unit_workspace();

	return training_gate(&problem->set, &problem->options, problem->skip, &workspace);
}

static void
check_open(const Gate *gate, int side, const char *open, const char *what)
{
	double sum = 0.0;

	CHECK(gate->closed != NULL, "%s: no gate", what);
	for (int c = 0; c < CLASSES && gate->closed; c++)
	{
		CHECK((gate->closed[side * CLASSES + c] == 0.0f) == (open[c] == 'o'),
			  "%s: class %d on side %d has %g", what, c, side, gate->closed[side * CLASSES + c]);
		sum += gate->closed[side * CLASSES + c];
	}
	CHECK(sum < 1.0, "%s: nothing remains", what);
}

static void
test_side(void)
{
	CHECK(gate_side(0.0f) == GATE_ZERO && gate_side(-0.0f) == GATE_ZERO, "zero");
	CHECK(gate_side(1e-30f) == GATE_OTHER && gate_side(-2.0f) == GATE_OTHER, "not zero");
	CHECK(gate_side(NAN) == GATE_UNKNOWN && gate_side(INFINITY) == GATE_UNKNOWN, "missing");
}

static void
test_fit(void)
{
	static Problem problem;
	Gate		   gate;

	make_problem(&problem);
	problem.options.loss = LOSS_PLAIN;
	gate = gate_of(&problem);
	check_open(&gate, GATE_ZERO, "oo.o", "plain");
	check_open(&gate, GATE_OTHER, "..oo", "plain");
	/* 100 objects of class 2, of weight 1: half an object of 101 on the side of 250 */
	CHECK_CLOSE(gate.closed[GATE_ZERO * CLASSES + 2], (100.0 / 202) / (250 + 100.0 / 202), 1e-6,
				"probability of a closed class");
	CHECK_CLOSE(gate.closed[GATE_OTHER * CLASSES + 1], (100.0 / 202) / (150 + 2 * 100.0 / 202),
				1e-6, "probability of one of two closed classes");

	/* in the weighted loss by the weight of the class: 3 of 1 + 1 + 1/2 on the side */
	problem.options.loss = LOSS_WEIGHTED;
	problem.set.class_weight = (const double[CLASSES]){1.0, 1.0, 3.0, 1.0};
	gate = gate_of(&problem);
	CHECK_CLOSE(gate.closed[GATE_ZERO * CLASSES + 2], (3.0 / 202) / (2.5 + 3.0 / 202), 1e-6,
				"weighted probability");
	problem.set.class_weight = (const double[CLASSES]){1.0, 1.0, 0.0, 1.0};
	gate = gate_of(&problem);
	check_open(&gate, GATE_ZERO, "oo.o", "weight 0");

	/* if no class is on both sides, all 400 objects count for each class */
	make_problem(&problem);
	for (int i = 0; i < ROWS; i++)
		problem.side[i] = i % CLASSES < 2 ? GATE_ZERO : GATE_OTHER;
	gate = gate_of(&problem);
	CHECK_CLOSE(gate.closed[GATE_ZERO * CLASSES + 2], (1.0 / 802) / (2 + 2.0 / 802), 1e-6,
				"probability where all classes are apart");

	/* one object keeps a class open, unless it is skipped */
	make_problem(&problem);
	problem.side[2] = GATE_ZERO;
	gate = gate_of(&problem);
	CHECK(gate.closed[GATE_ZERO * CLASSES + 2] == 0.0f, "class 2 is closed");
	problem.skip[2] = true;
	gate = gate_of(&problem);
	check_open(&gate, GATE_ZERO, "oo.o", "skipped");
	/* unknown values open nothing */
	problem.skip[2] = false;
	problem.side[2] = GATE_UNKNOWN;
	gate = gate_of(&problem);
	check_open(&gate, GATE_ZERO, "oo.o", "unknown");
	unit_free();
}

/* A side with too few objects closes nothing; copies do not count as objects. */
static void
test_few(void)
{
	static Problem problem;
	Gate		   gate;

	for (int copies = 1; copies <= 2; copies++)
		for (int n = GATE_MIN_OBJECTS - 1; n <= GATE_MIN_OBJECTS; n++)
		{
			make_problem(&problem);
			for (int i = 0, left = n * copies; i < ROWS; i++)
				if (problem.side[i] == GATE_OTHER && left-- <= 0)
					problem.side[i] = GATE_UNKNOWN;
			for (int i = 0, last = -1; i < ROWS && copies > 1; i++)
				if (problem.side[i] == GATE_OTHER)
				{
					problem.group[i] = last < 0 ? i : last;
					last = last < 0 ? i : -1;
				}
			gate = gate_of(&problem);
			check_open(&gate, GATE_ZERO, "oo.o", "known");
			check_open(&gate, GATE_OTHER, n < GATE_MIN_OBJECTS ? "oooo" : "..oo", "few");
		}
	make_problem(&problem);
	for (int i = 0; i < ROWS; i++)
		problem.side[i] = i < GATE_MIN_OBJECTS ? GATE_ZERO : GATE_OTHER;
	CHECK(gate_of(&problem).closed == NULL, "a gate that closes nothing");
	problem.set.side = NULL;
	CHECK(gate_of(&problem).closed == NULL, "a gate without a feature");
	unit_free();
}

static void
ignore_report(const EpochReport *report, void *argument)
{
}

/*
 * With a gate, a network separates only the open classes: without any information it
 * gives their shares on the side, and the closed ones get their probability.
 */
static void
test_training(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	Inputs		   inputs;
	Model		  *model;
	TrainingResult result;
	float		   x[3][FEATURES] = {{0.0f, 0.3f}, {0.5f, 0.3f}, {NAN, 0.3f}};
	float		   p[3][CLASSES];

	make_problem(&problem);
	problem.options.loss = LOSS_PLAIN;
	problem.options.label_smoothing = 0.1;
	training_inputs(&problem.set, &problem.options, NULL, &workspace, &inputs);
	model = train_network(&problem.set, &inputs, &problem.options, &workspace, ignore_report, NULL,
						  &result);
	CHECK(model != NULL && model->gate.feature == 0, "no gate in the model");
	model_classify(model, classify_scratch(model, 3, &workspace), 3, &x[0][0], &p[0][0]);
	for (int i = 0; i < 3; i++)
	{
		double sum = 0.0;

		for (int c = 0; c < CLASSES; c++)
			sum += p[i][c];
		CHECK_CLOSE(sum, 1.0, 1e-6, "sum");
	}
	CHECK(p[0][2] == inputs.gate.closed[GATE_ZERO * CLASSES + 2] && p[0][0] > 0.2 && p[0][1] > 0.2,
		  "at zero: %g %g %g %g", p[0][0], p[0][1], p[0][2], p[0][3]);
	CHECK(p[1][0] == inputs.gate.closed[GATE_OTHER * CLASSES] && p[1][2] > 0.5 && p[1][3] > 0.2,
		  "elsewhere: %g %g %g %g", p[1][0], p[1][1], p[1][2], p[1][3]);
	CHECK(p[2][0] > 0.02 && p[2][2] > 0.02, "unknown: %g %g %g %g", p[2][0], p[2][1], p[2][2],
		  p[2][3]);
	/* the loss of the open classes alone: at zero 2:2:1, elsewhere 2:1, a little smoothed */
	CHECK(result.training_loss > 0.85 && result.training_loss < 0.95, "loss %g",
		  result.training_loss);
	unit_free();
}

/* The gate of a fold is learnt from the rows that the fold's networks are trained on. */
static void
test_folds(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	int32_t		   fold[ROWS];
	Ensemble	   ensemble = {&problem.set, &problem.options, 2, fold};

	make_problem(&problem);
	problem.side[2] = GATE_ZERO;
	for (int i = 0; i < ROWS; i++)
		fold[i] = i < ROWS / 2;
	for (int f = 0; f < 2; f++)
	{
		Gate   gate = fold_gate(&ensemble, f, &workspace);
		Inputs inputs;

		check_open(&gate, GATE_ZERO, f == 0 ? "oooo" : "oo.o", "fold");
		fold_inputs(&ensemble, f, &workspace, &inputs);
		CHECK(memcmp(gate.closed, inputs.gate.closed, sizeof(float) * GATE_SIDES * CLASSES) == 0,
			  "the networks have another gate");
	}
	unit_free();
}

int
main(void)
{
	test_side();
	test_fit();
	test_few();
	test_training();
	test_folds();
	return unit_report();
}
