/*
 * test_tree_trainer.c
 *		Boosted trees as members: what they are trained on, and thresholds of normalised
 *		features.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/train/ensemble.h"
#include "core/train/tree_trainer.h"

#define ROWS 500
#define FEATURES 5
#define CLASSES 3

typedef struct Problem
{
	float			features[ROWS][FEATURES];
	float		   *rows[ROWS];
	int32_t			target[ROWS];
	int32_t			classes[CLASSES];
	uint8_t			side[ROWS];
	bool			validation[ROWS];
	TrainingSet		set;
	TrainingOptions options;
	Inputs			inputs;
} Problem;

/*
 * Class 2 only where feature 4 is 0, which is the gate's; classes 0 and 1, one of nine, by
 * feature 0, with noise; feature 1 has few values, many are missing in 2 and 3.
 */
static void
make_problem(Problem *problem, Workspace *workspace)
{
	Random random;

	random_seed(&random, 9, 0);
	memset(problem, 0, sizeof(*problem));
	for (int i = 0; i < ROWS; i++)
	{
		float *x = problem->features[i];

		problem->target[i] = i % 5 == 0 ? 2 : i % 9 == 0;
		for (int j = 0; j < FEATURES; j++)
			x[j] = (float) (1e3 * exp(random_normal(&random)));
		x[0] = (float) (random_normal(&random) + 1.5 * problem->target[i]);
		x[1] = (float) (int) (3.0 * random_uniform(&random));
		for (int j = 2; j <= 3; j++)
			if (random_uniform(&random) < 0.4)
				x[j] = j == 2 ? NAN : INFINITY;
		x[4] = problem->target[i] == 2 ? 0.0f : 1.0f + (float) random_uniform(&random);
		problem->rows[i] = x;
		problem->side[i] = gate_side(x[4]);
		problem->validation[i] = i % 4 == 0;
	}
	for (int c = 0; c < CLASSES; c++)
		problem->classes[c] = c;
	problem->set = (TrainingSet){
		.n_rows = ROWS,
		.n_features = FEATURES,
		.n_classes = CLASSES,
		.features = problem->rows,
		.classes = problem->classes,
		.target = problem->target,
		.side = problem->side,
		.gate_feature = 4,
	};
	problem->options = *training_preset(0);
	training_options_settle(&problem->options, ROWS, ROWS, FEATURES, 6);
	problem->options.boosting.rounds = 30;
	problem->options.seed = 3;
	training_inputs(&problem->set, &problem->options, NULL, workspace, &problem->inputs);
}

typedef struct Log
{
	int			n;
	EpochReport reports[100];
} Log;

static void
keep_report(const EpochReport *report, void *argument)
{
	Log *log = argument;

	log->reports[log->n++] = *report;
}

static Model *
train(const Problem *problem, Log *log, TrainingResult *result, Workspace *workspace)
{
	log->n = 0;
	return train_booster(&problem->set, &problem->inputs, &problem->options, workspace, keep_report,
						 log, result);
}

static void
probabilities_of(const Model *model, float (*features)[FEATURES], float (*p)[CLASSES],
				 Workspace	 *workspace)
{
	model_classify(model, classify_scratch(model, ROWS, workspace), ROWS, &features[0][0],
				   &p[0][0]);
}

/* Epochs of ten rounds, reported as they end; the trees of the best one are kept. */
static void
test_epochs(void)
{
	static Problem problem;
	static Log	   epochs;
	Workspace	   workspace = unit_workspace();
	TrainingResult result;
	Model		  *model;

	make_problem(&problem, &workspace);
	problem.options.boosting.rounds = 34;
	model = train(&problem, &epochs, &result, &workspace);
	CHECK(epochs.n == 4 && result.epochs == 4 && result.best_epoch == 4, "%d epochs, %d", epochs.n,
		  result.epochs);
	CHECK(model->boosters[0].n_trees == 34, "%d trees", model->boosters[0].n_trees);
	for (int k = 0; k < epochs.n; k++)
		CHECK(epochs.reports[k].epoch == k + 1 && isnan(epochs.reports[k].validation_loss) &&
				  (k == 0 || epochs.reports[k].training_loss < epochs.reports[k - 1].training_loss),
			  "epoch %d", k);

	problem.set.validation = problem.validation;
	problem.options.boosting.rounds = 400;
	problem.options.boosting.eta = 0.3;
	model = train(&problem, &epochs, &result, &workspace);
	CHECK(epochs.n == 40 && result.best_epoch < 20 &&
			  model->boosters[0].n_trees == 10 * result.best_epoch,
		  "best of %d epochs: %d, %d trees", epochs.n, result.best_epoch,
		  model->boosters[0].n_trees);
	for (int k = 0; k < epochs.n; k++)
		CHECK(epochs.reports[k].validation_loss >= result.validation_loss, "epoch %d is better", k);
	problem.options.patience = 2;
	train(&problem, &epochs, &result, &workspace);
	CHECK(epochs.n == result.best_epoch + 2, "patience of 2: %d of %d", result.best_epoch,
		  epochs.n);
	unit_free();
}

/* The validation loss is that of the model that is returned, with its gate, on held-out rows. */
static void
test_validation(int loss)
{
	static Problem problem;
	static Log	   epochs;
	static float   p[ROWS][CLASSES];
	Workspace	   workspace = unit_workspace();
	TrainingResult result;
	Model		  *model;
	double		   sum[CLASSES] = {0}, all = 0.0;
	int			   n[CLASSES] = {0}, n_all = 0, n_present = 0;

	make_problem(&problem, &workspace);
	problem.set.validation = problem.validation;
	problem.options.loss = loss;
	model = train(&problem, &epochs, &result, &workspace);
	probabilities_of(model, problem.features, p, &workspace);
	for (int i = 0; i < ROWS; i += 4)
	{
		int c = problem.target[i];

		sum[c] -= log(p[i][c]);
		all -= log(p[i][c]);
		n[c]++;
		n_all++;
	}
	if (loss == LOSS_WEIGHTED)
	{
		all = 0.0;
		for (int c = 0; c < CLASSES; c++)
			if (n[c] > 0)
			{
				all += sum[c] / n[c];
				n_present++;
			}
		n_all = n_present;
	}
	CHECK_CLOSE(result.validation_loss, all / n_all, 1e-5, "validation loss");
	for (int i = 0; i < ROWS; i++)
		CHECK(problem.side[i] == GATE_ZERO ? p[i][2] > 0.9f : p[i][2] < 0.01f,
			  "row %d: probability %g of the class of the other side", i, p[i][2]);
	unit_free();
}

/*
 * With weight_power p, trees are trained with the p-th power of the class weights, the rest is
 * added to their logits: where nothing can be learned, the probabilities are those of the
 * weighted classes, whatever the power.
 */
static void
test_weight_power(double power)
{
	static Problem problem;
	static Log	   epochs;
	static float   p[ROWS][CLASSES];
	Workspace	   workspace = unit_workspace();
	TrainingResult result;

	make_problem(&problem, &workspace);
	problem.set.side = NULL;
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < FEATURES; j++)
			problem.features[i][j] = i < 8 ? (float) (i % 2) : 0.0f;
	problem.options.weight_power = power;
	problem.options.boosting.rounds = 300;
	problem.options.boosting.min_child_weight = 50.0;
	training_inputs(&problem.set, &problem.options, NULL, &workspace, &problem.inputs);
	probabilities_of(train(&problem, &epochs, &result, &workspace), problem.features, p,
					 &workspace);
	for (int c = 0; c < CLASSES; c++)
		CHECK_CLOSE(p[100][c], 1.0 / 3.0, 0.03, "probability of a class");
	unit_free();
}

/*
 * Trees trained on normalised features are, with thresholds of the original ones, the same as
 * on normalised ones, and not worse than those trained on the original features.
 */
static void
test_denormalise(int normalisation, double clip)
{
	static Problem problem, other;
	static Log	   epochs;
	static float   on_normalised[ROWS][CLASSES], on_original[ROWS][CLASSES];
	Workspace	   workspace = unit_workspace();
	TrainingResult result;
	Preprocessing  preprocessing;
	int32_t		   flagged[FEATURES];
	Model		  *model;

	make_problem(&problem, &workspace);
	problem.options.preprocessing.normalisation = normalisation;
	problem.options.preprocessing.clip = clip;
	preprocessing_fit(&preprocessing, &problem.options.preprocessing, ROWS, FEATURES, problem.rows,
					  NULL, &workspace);
	other = problem;
	for (int i = 0; i < ROWS; i++)
		other.rows[i] = other.features[i];
	normalise_features(&preprocessing, ROWS, other.rows, &workspace);
	memcpy(flagged, preprocessing.flagged, sizeof(int32_t) * preprocessing.n_flagged);
	other.set.features = other.rows;
	other.inputs.preprocessing =
		normalised_preprocessing(FEATURES, preprocessing.n_flagged, flagged, &workspace);
	model = train(&other, &epochs, &result, &workspace);
	model->gate.closed = NULL;
	probabilities_of(model, other.features, on_normalised, &workspace);
	denormalise_thresholds(model, &preprocessing, &workspace);
	model->preprocessing = preprocessing;
	probabilities_of(model, problem.features, on_original, &workspace);
	for (int i = 0; i < ROWS; i++)
		for (int c = 0; c < CLASSES; c++)
			CHECK(on_original[i][c] == on_normalised[i][c], "row %d: %g, not %g", i,
				  on_original[i][c], on_normalised[i][c]);
	unit_free();
}

/* No feature tells the rows apart. */
static void
test_uninformed(void)
{
	static Problem problem;
	static Log	   epochs;
	Workspace	   workspace = unit_workspace();
	TrainingResult result;

	make_problem(&problem, &workspace);
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < FEATURES; j++)
			problem.features[i][j] = 2.0f;
	training_inputs(&problem.set, &problem.options, NULL, &workspace, &problem.inputs);
	CHECK(train(&problem, &epochs, &result, &workspace) == NULL &&
			  result.failure == TRAINING_UNINFORMED,
		  "trained on constants: %d", result.failure);
	unit_free();
}

/* Steps too large for numbers, and for a model that can be read. */
static void
test_divergence(void)
{
	static Problem problem;
	static Log	   epochs;
	Workspace	   workspace = unit_workspace();
	TrainingResult result;

	make_problem(&problem, &workspace);
	problem.options.boosting.eta = 1e38;
	CHECK(train(&problem, &epochs, &result, &workspace) == NULL &&
			  result.failure == TRAINING_DIVERGED,
		  "a diverging training: %d", result.failure);
	problem.options.boosting.eta = 1e35;
	problem.options.boosting.rounds = 1;
	CHECK(train(&problem, &epochs, &result, &workspace) == NULL &&
			  result.failure == TRAINING_DIVERGED,
		  "leaves beyond what a model holds: %d", result.failure);
	unit_free();
}

int
main(void)
{
	test_epochs();
	test_validation(LOSS_PLAIN);
	test_validation(LOSS_WEIGHTED);
	test_weight_power(0.0);
	test_weight_power(0.25);
	test_weight_power(1.0);
	test_denormalise(NORMALISATION_RANK_GAUSS, 0.0);
	test_denormalise(NORMALISATION_RANK_GAUSS, 1.0);
	test_denormalise(NORMALISATION_ZSCORE, 0.0);
	test_denormalise(NORMALISATION_ZSCORE, 2.0);
	test_uninformed();
	test_divergence();
	return unit_report();
}
