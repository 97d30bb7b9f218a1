/*
 * test_trainer.c
 *		Training as a whole: it learns, is reproducible byte for byte, and reports
 *		the right losses.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/train/folds.h"
#include "core/train/trainer.h"

#define ROWS 600
#define FEATURES 6
#define CLASSES 3

/* The feature that is larger in this class than in the others. */
#define TELLING(class) (2 * (class) + 1)

static const double class_weights[CLASSES] = {2.0, 1.0, 1.0};

typedef struct Problem
{
	float		features[ROWS][FEATURES];
	float	   *rows[ROWS]; /* of features */
	int32_t		target[ROWS];
	int32_t		classes[CLASSES];
	bool		validation[ROWS];
	TrainingSet set;
} Problem;

typedef struct Log
{
	int			n;
	EpochReport reports[1000];
} Log;

static void
keep_report(const EpochReport *report, void *argument)
{
	Log *log = argument;

	log->reports[log->n++] = *report;
}

/* Three overlapping clouds, of 400, 150 and 50 objects. */
static void
make_problem(Problem *problem, double separation)
{
	Random random;

	random_seed(&random, 5, 0);
	memset(problem, 0, sizeof(*problem));
	for (int i = 0; i < ROWS; i++)
	{
		problem->target[i] = i < 400 ? 0 : i < 550 ? 1 : 2;
		for (int j = 0; j < FEATURES; j++)
			problem->features[i][j] =
				(float) (random_normal(&random) +
						 (j == TELLING(problem->target[i]) ? separation : 0.0));
	}
	problem->classes[0] = 15;
	problem->classes[1] = 42;
	problem->classes[2] = 90;
	for (int i = 0; i < ROWS; i++)
		problem->rows[i] = problem->features[i];
	problem->set = (TrainingSet){
		.n_rows = ROWS,
		.n_features = FEATURES,
		.n_classes = CLASSES,
		.features = problem->rows,
		.classes = problem->classes,
		.class_weight = class_weights,
		.target = problem->target,
	};
}

static TrainingOptions
quick_options(void)
{
	TrainingOptions options;

	options = *training_preset(0);
	training_options_settle(&options, 5000, 5000, 173, 6);
	options.network.n_layers = 1;
	options.network.layers[0] = 16;
	options.epochs = 20;
	options.batch_size = 32;
	options.learning_rate = 0.01;
	options.network.dropout[0] = 0.2;
	options.selected_inputs = 0;
	options.input_dropout = 0.0;
	options.network.weight_decay = 0.01;
	options.weight_power = 1.0;
	options.seed = 1;
	return options;
}

/* Trains one network on the rows that are not held out. */
static Model *
train_on(const TrainingSet *set, const TrainingOptions *options, Workspace *workspace,
		 EpochCallback callback, void *argument, TrainingResult *result)
{
	Inputs inputs;

	training_inputs(set, options, set->validation, workspace, &inputs);
	return train_network(set, &inputs, options, workspace, callback, argument, result);
}

static void
hold_out(int n_rows, int n_classes, const int32_t *target, double fraction, uint64_t seed,
		 bool *held_out, Workspace *workspace)
{
	SplitRows rows = {n_rows, n_classes, target, NULL, NULL};

	stratified_holdout(&rows, fraction, seed, held_out, workspace);
}

/* The challenge's loss of the model on the rows with the given validation flag. */
static double
weighted_log_loss(const Model *model, const Problem *problem, bool validation)
{
	Workspace		 workspace = unit_workspace();
	ClassifyScratch *scratch = classify_scratch(model, 1, &workspace);
	double			 sum[CLASSES] = {0};
	int				 count[CLASSES] = {0};
	double			 loss = 0.0;

	for (int i = 0; i < ROWS; i++)
	{
		float p[CLASSES];

		if (problem->validation[i] != validation)
			continue;
		model_classify(model, scratch, 1, problem->features[i], p);
		CHECK_CLOSE(p[0] + p[1] + p[2], 1.0, 1e-5, "sum of probabilities");
		sum[problem->target[i]] -= log(p[problem->target[i]]);
		count[problem->target[i]]++;
	}
	for (int c = 0; c < CLASSES; c++)
		loss += class_weights[c] * sum[c] / count[c];
	return loss / 4.0;
}

static bool
same_bytes(const Model *a, const Model *b)
{
	size_t		   size = model_size(a);
	unsigned char *bytes_a = malloc(size);
	unsigned char *bytes_b = malloc(size);
	bool		   same = model_size(b) == size;

	if (same)
	{
		model_write(a, bytes_a);
		model_write(b, bytes_b);
		same = memcmp(bytes_a, bytes_b, size) == 0;
	}
	free(bytes_a);
	free(bytes_b);
	return same;
}

static void
test_learns(TrainingOptions options, double bound, const char *what)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	Log			   log = {0};
	TrainingResult result;
	Model		  *model;

	make_problem(&problem, 4.0);
	model = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	CHECK(model != NULL && log.n == options.epochs, "%s: %d epochs", what, log.n);
	CHECK(weighted_log_loss(model, &problem, false) < bound, "%s: loss %g", what,
		  weighted_log_loss(model, &problem, false));
	unit_free();
}

static void
test_variants(void)
{
	TrainingOptions options = quick_options();

	test_learns(options, 0.35, "default");
	options.loss = LOSS_PLAIN;
	test_learns(options, 0.35, "plain loss");
	options = quick_options();
	options.weight_power = 0.0;
	test_learns(options, 0.35, "weights on the probabilities");
	options = quick_options();
	options.network.n_layers = 0;
	test_learns(options, 0.35, "linear");
	options = quick_options();
	options.network.optimizer = OPTIMIZER_SGD;
	options.learning_rate = 0.05;
	test_learns(options, 0.35, "sgd");
	options = quick_options();
	options.preprocessing.normalisation = NORMALISATION_ZSCORE;
	options.schedule = SCHEDULE_CONSTANT;
	options.network.activation = ACTIVATION_TANH;
	options.network.batch_norm = BATCH_NORM_BEFORE;
	options.network.weight_average = 0.99;
	options.input_dropout = 0.1;
	options.input_noise = 0.2;
	options.label_smoothing = 0.02;
	test_learns(options, 0.35, "all else");
	options = quick_options();
	options.selected_inputs = CLASSES;
	test_learns(options, 0.35, "selected inputs");
}

static void
test_repeatable(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};
	Model		   *first;
	Model		   *second;
	Model		   *third;

	make_problem(&problem, 1.0);
	options.epochs = 3;
	options.input_dropout = 0.1;
	options.input_noise = 0.1;
	first = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	second = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	options.seed = 2;
	third = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	CHECK(same_bytes(first, second), "same seed, other model");
	CHECK(!same_bytes(first, third), "other seed, same model");
	unit_free();
}

/* The network kept is that of the epoch with the smallest reported loss. */
static void
test_validation(int selected_inputs)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};
	Model		   *model;
	double			best = INFINITY;

	make_problem(&problem, 1.0);
	problem.set.validation = problem.validation;
	hold_out(ROWS, CLASSES, problem.target, 0.2, 9, problem.validation, &workspace);
	options.schedule = SCHEDULE_CONSTANT;
	options.learning_rate = 0.03;
	options.epochs = 200;
	options.patience = 15;
	options.network.dropout[0] = 0.0;
	options.selected_inputs = selected_inputs;
	model = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	CHECK(result.epochs < 200, "did not stop early: %d epochs", result.epochs);
	CHECK(result.epochs - result.best_epoch == 15, "stopped at %d, best was %d", result.epochs,
		  result.best_epoch);
	for (int i = 0; i < log.n; i++)
		best = fmin(best, log.reports[i].validation_loss);
	CHECK(result.validation_loss == best, "best loss %g, reported %g", best,
		  result.validation_loss);
	CHECK_CLOSE(weighted_log_loss(model, &problem, true), best, 1e-5, "loss of the kept model");
	unit_free();
}

static void
test_holdout(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	bool		   other[ROWS];
	int			   held[CLASSES] = {0};
	int32_t		   few[3] = {0, 1, 1};

	make_problem(&problem, 1.0);
	hold_out(ROWS, CLASSES, problem.target, 0.2, 9, problem.validation, &workspace);
	for (int i = 0; i < ROWS; i++)
		held[problem.target[i]] += problem.validation[i];
	CHECK(held[0] == 80 && held[1] == 30 && held[2] == 10, "held out %d, %d, %d", held[0], held[1],
		  held[2]);
	hold_out(ROWS, CLASSES, problem.target, 0.2, 10, other, &workspace);
	CHECK(memcmp(other, problem.validation, sizeof(other)) != 0, "seeds hold out the same");
	hold_out(3, 2, few, 0.9, 1, other, &workspace);
	CHECK(!other[0] && other[1] + other[2] == 1, "a class was left without training rows");
	unit_free();
}

/* Full-batch gradient descent: repeating every row has no effect, weighting a class does. */
static void
test_weights(void)
{
	static Problem	 problem;
	Workspace		 workspace = unit_workspace();
	TrainingOptions	 options = quick_options();
	TrainingSet		 doubled;
	TrainingResult	 result;
	Log				 log = {0};
	float			 weight[100];
	float			 features[200][FEATURES];
	float			*rows[200];
	int32_t			 target[200];
	Model			*once;
	Model			*twice;
	Model			*weighted;
	float			 p[CLASSES];
	float			 q[CLASSES];
	ClassifyScratch *scratch;

	make_problem(&problem, 1.0);
	options.loss = LOSS_PLAIN;
	options.network.n_layers = 0;
	options.preprocessing.normalisation = NORMALISATION_ZSCORE;
	options.network.optimizer = OPTIMIZER_SGD;
	options.schedule = SCHEDULE_CONSTANT;
	options.network.momentum = 0.0;
	options.network.weight_decay = 0.0;
	options.network.weight_average = 0.0;
	options.batch_size = 1000;
	options.epochs = 30;
	options.input_dropout = 0.0;
	options.input_noise = 0.0;
	options.learning_rate = 0.5;
	for (int i = 0; i < 200; i++)
	{
		target[i] = i % 100 % CLASSES;
		problem.target[i % 100] = target[i];
		memcpy(features[i], problem.features[i % 100], sizeof(features[i]));
		rows[i] = features[i];
	}
	problem.set.n_rows = 100;
	doubled = problem.set;
	doubled.n_rows = 200;
	doubled.features = rows;
	doubled.target = target;
	once = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	twice = train_on(&doubled, &options, &workspace, keep_report, &log, &result);
	scratch = classify_scratch(once, 1, &workspace);
	for (int i = 0; i < 100; i++)
	{
		model_classify(once, scratch, 1, problem.features[i], p);
		model_classify(twice, scratch, 1, problem.features[i], q);
		CHECK_CLOSE(p[0], q[0], 1e-4, "rows written twice");
	}

	for (int i = 0; i < 100; i++)
		weight[i] = problem.target[i] == 2 ? 5.0f : 1.0f;
	problem.set.weight = weight;
	weighted = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	model_classify(weighted, scratch, 1, problem.features[0], q);
	model_classify(once, scratch, 1, problem.features[0], p);
	CHECK(q[2] > 1.5f * p[2], "weight 5 moves %g to %g", p[2], q[2]);
	unit_free();
}

static void
test_divergence(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};

	make_problem(&problem, 1.0);
	options.network.optimizer = OPTIMIZER_SGD;
	options.learning_rate = 100.0;
	options.network.momentum = 0.99;
	options.network.batch_norm = BATCH_NORM_NONE;
	options.network.activation = ACTIVATION_LINEAR;
	options.network.n_layers = 3;
	options.network.layers[1] = options.network.layers[2] = 16;
	options.epochs = 200;
	CHECK(train_on(&problem.set, &options, &workspace, keep_report, &log, &result) == NULL,
		  "a diverging training gave a model");
	CHECK(result.failure == TRAINING_DIVERGED, "failure %d", result.failure);

	/* The loss of the only step is that before it, but the weights are none that can be read. */
	log.n = 0;
	options.network.optimizer = OPTIMIZER_SGD;
	options.learning_rate = 1e35;
	options.batch_size = ROWS;
	options.epochs = 1;
	CHECK(train_on(&problem.set, &options, &workspace, keep_report, &log, &result) == NULL &&
			  result.failure == TRAINING_DIVERGED,
		  "weights beyond what a model holds: failure %d", result.failure);
	CHECK(log.n == 1 && isfinite(log.reports[0].training_loss), "%d epochs", log.n);
	unit_free();
}

static void
test_schedule(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};
	double			largest = 0.0;

	make_problem(&problem, 1.0);
	options.schedule = SCHEDULE_ONE_CYCLE;
	options.epochs = 50;
	train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	for (int i = 0; i < log.n; i++)
		largest = fmax(largest, log.reports[i].learning_rate);
	CHECK(fabs(largest / options.learning_rate - 1.0) < 0.01, "peak %g", largest);
	CHECK(log.reports[0].learning_rate < 0.1 * options.learning_rate, "start %g",
		  log.reports[0].learning_rate);
	CHECK_CLOSE(log.reports[49].learning_rate, options.learning_rate * 1e-5, 1e-9, "end");
	unit_free();
}

/* The given number of inputs, ascending, informative ones before noise. */
static void
check_selection(const Model *model, int n)
{
	const DenseNetwork *member = &model->networks[0];
	int					n_telling = 0;

	CHECK(member->n_inputs == n && member->layers[0].n_in == n, "%d inputs, the layer %d",
		  member->n_inputs, member->layers[0].n_in);
	for (int k = 0; k < n; k++)
	{
		CHECK(member->inputs[k] >= 0 && member->inputs[k] < FEATURES &&
				  (k == 0 || member->inputs[k] > member->inputs[k - 1]),
			  "input %d is %d", k, member->inputs[k]);
		for (int c = 0; c < CLASSES; c++)
			n_telling += member->inputs[k] == TELLING(c);
	}
	CHECK(n_telling == (n < CLASSES ? n : CLASSES), "%d inputs, %d telling", n, n_telling);
}

/* The requested number of inputs. */
static void
test_selection(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};

	make_problem(&problem, 2.0);
	options.epochs = 1;
	for (int n = 1; n < FEATURES; n++)
	{
		options.selected_inputs = n;
		check_selection(train_on(&problem.set, &options, &workspace, keep_report, &log, &result),
						n);
	}
	unit_free();
}

/* Whether a value is missing may be more informative than its value. */
static void
test_selection_of_flag(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};
	Model		   *model;

	make_problem(&problem, 1.0);
	for (int i = 0; i < ROWS; i++)
		if (problem.target[i] == 1)
			problem.features[i][0] = NAN;
	options.epochs = 1;
	options.selected_inputs = 1;
	options.preprocessing.missing_flag_fraction = 0.1;
	model = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	CHECK(model->preprocessing.n_flagged == 1 && model->networks[0].inputs[0] == FEATURES,
		  "input %d, %d flags", model->networks[0].inputs[0], model->preprocessing.n_flagged);
	unit_free();
}

/* Among uninformative inputs the seed decides. */
static void
test_selection_seed(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};
	int				n_chosen[FEATURES] = {0};

	make_problem(&problem, 0.0);
	options.epochs = 1;
	options.selected_inputs = 1;
	for (options.seed = 1; options.seed <= 8; options.seed++)
	{
		Model *model = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);

		n_chosen[model->networks[0].inputs[0]]++;
	}
	for (int j = 0; j < FEATURES; j++)
		CHECK(n_chosen[j] < 8, "input %d by all seeds", j);
	unit_free();
}

/* Requesting all inputs or more selects all. */
static void
test_selection_of_all(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};
	Model		   *all;

	make_problem(&problem, 1.0);
	options.epochs = 3;
	options.input_dropout = 0.1;
	all = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	check_selection(all, FEATURES);
	for (int n = FEATURES - 1; n <= FEATURES + 1; n++)
	{
		Model *model;

		options.selected_inputs = n;
		model = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
		CHECK(same_bytes(all, model) == (n >= FEATURES), "%d of %d inputs", n, FEATURES);
	}
	unit_free();
}

/* A network that selects two inputs and is kept after its only epoch. */
static Model *
train_blindly(const Problem *problem, const bool *excluded, const bool *validation,
			  Workspace *workspace)
{
	TrainingOptions options = quick_options();
	TrainingSet		set = problem->set;
	TrainingResult	result;
	Log				log = {0};
	Inputs			inputs;
	bool			skip[ROWS];

	options.epochs = 1;
	options.selected_inputs = 2;
	set.excluded = excluded;
	set.validation = validation;
	for (int i = 0; i < ROWS; i++)
		skip[i] = (excluded && excluded[i]) || (validation && validation[i]);
	training_inputs(&set, &options, skip, workspace, &inputs);
	return train_network(&set, &inputs, &options, workspace, keep_report, &log, &result);
}

/* Makes two noise features the only informative ones in the marked rows. */
static void
change_rows(Problem *problem, const bool *mark, bool so)
{
	for (int i = 0; i < ROWS; i++)
		if (mark[i] == so)
		{
			memset(problem->features[i], 0, sizeof(problem->features[i]));
			problem->features[i][0] = 100.0f * (float) problem->target[i];
			problem->features[i][2] = -100.0f * (float) problem->target[i];
		}
}

/* A value that training rows never vary: constant, always missing, constant or missing. */
static void
spoil_feature(Problem *problem, int feature, int kind)
{
	for (int i = 0; i < ROWS; i++)
		problem->features[i][feature] = kind == 1 || (kind == 2 && i % 3 == 0) ? NAN : 0.3f;
}

/* What does not vary in training is no input and has no effect. */
static void
test_uninformative(Normalisation normalisation, int selected_inputs)
{
	static Problem	   problem;
	Workspace		   workspace = unit_workspace();
	TrainingOptions	   options = quick_options();
	TrainingResult	   result;
	Log				   log = {0};
	Model			  *model;
	static const float values[] = {0.3f, 7.0f, -1e30f, NAN, INFINITY};
	float			   first[CLASSES];

	make_problem(&problem, 1.0);
	for (int kind = 0; kind < 3; kind++)
		spoil_feature(&problem, 2 * kind, kind);
	options.selected_inputs = selected_inputs;
	options.preprocessing.normalisation = normalisation;
	options.preprocessing.missing_flag_fraction = 0.1;
	model = train_on(&problem.set, &options, &workspace, keep_report, &log, &result);
	/* three features, and the indicator of the one that is missing sometimes */
	CHECK(model->networks[0].n_inputs ==
			  (selected_inputs % 4 == 0 || selected_inputs > 4 ? 4 : selected_inputs),
		  "%d inputs", model->networks[0].n_inputs);
	for (int k = 0; k < 25; k++)
	{
		float features[FEATURES] = {values[k % 5], 0.5f, values[k / 5], 1.5f, 100.0f * k, -0.5f};
		float p[CLASSES];

		model_classify(model, classify_scratch(model, 1, &workspace), 1, features, p);
		if (k == 0)
			memcpy(first, p, sizeof(p));
		CHECK(memcmp(first, p, sizeof(p)) == 0, "%g and %g make a difference", values[k % 5],
			  values[k / 5]);
	}
	unit_free();
}

/* Without any input that varies among the training rows there is no model. */
static void
test_nothing_informative(void)
{
	static Problem	problem;
	Workspace		workspace = unit_workspace();
	TrainingOptions options = quick_options();
	TrainingResult	result;
	Log				log = {0};

	make_problem(&problem, 1.0);
	for (int j = 0; j < FEATURES; j++)
		spoil_feature(&problem, j, j % 2);
	problem.features[7][2] = 5.0f; /* held out */
	problem.validation[7] = true;
	problem.set.validation = problem.validation;
	CHECK(train_on(&problem.set, &options, &workspace, keep_report, &log, &result) == NULL &&
			  result.failure == TRAINING_UNINFORMED && log.n == 0,
		  "failure %d after %d epochs", result.failure, log.n);
	unit_free();
}

/* Skipped rows and held-out rows influence neither the selected inputs nor anything else. */
static void
test_selection_is_blind(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	bool		   half[ROWS];
	Model		  *before[2];
	Model		  *after;

	make_problem(&problem, 2.0);
	for (int i = 0; i < ROWS; i++)
		half[i] = i % 2 == 0;
	before[0] = train_blindly(&problem, half, NULL, &workspace);
	before[1] = train_blindly(&problem, NULL, half, &workspace);
	check_selection(before[0], 2);
	check_selection(before[1], 2);
	change_rows(&problem, half, true);
	after = train_blindly(&problem, half, NULL, &workspace);
	CHECK(same_bytes(before[0], after), "skipped rows have an influence");
	after = train_blindly(&problem, NULL, half, &workspace);
	CHECK(same_bytes(before[1], after), "held-out rows have an influence");
	change_rows(&problem, half, false);
	after = train_blindly(&problem, half, NULL, &workspace);
	CHECK(after->networks[0].inputs[0] == 0 && after->networks[0].inputs[1] == 2,
		  "training rows have no say: inputs %d and %d", after->networks[0].inputs[0],
		  after->networks[0].inputs[1]);
	unit_free();
}

int
main(void)
{
	test_variants();
	test_repeatable();
	test_validation(0);
	test_validation(CLASSES);
	test_selection();
	test_selection_of_flag();
	test_selection_seed();
	test_selection_of_all();
	test_selection_is_blind();
	for (int selected_inputs = 0; selected_inputs <= 5; selected_inputs++)
	{
		test_uninformative(NORMALISATION_ZSCORE, selected_inputs);
		test_uninformative(NORMALISATION_RANK_GAUSS, selected_inputs);
	}
	test_nothing_informative();
	test_holdout();
	test_weights();
	test_divergence();
	test_schedule();
	return unit_report();
}
