/*
 * tree_trainer.c
 *		Trains one member that is boosted trees.
 */
#include "core/train/tree_trainer.h"

#include <math.h>
#include <string.h>

#include "core/train/loss.h"
#include "core/trees/boosting.h"

/* Rows evaluated between two checks for interrupts. */
#define ROWS_AT_ONCE 256

typedef struct TreeTrainer
{
	const TrainingSet	  *set;
	const TrainingOptions *options;
	Workspace			  *workspace;
	int					   n_training;
	int					   n_validation;
	int					  *rows; /* [n_training + n_validation], held-out rows last */
	LossFunction		   loss;
	Model				  *model;	   /* with one booster */
	double				  *gain;	   /* [n_features], of the rounds so far */
	float				  *best_gains; /* [n_features], of those that are kept */
	float				  *logits;	   /* [n_classes], of a row */
	EpochCallback		   callback;
	void				  *argument;
	TrainingResult		  *result;
} TreeTrainer;

/* Lists the training rows, then the held-out rows, in order. */
static void
list_rows(TreeTrainer *trainer)
{
	const TrainingSet *set = trainer->set;
	int				   n = 0;

	trainer->rows = workspace_array(trainer->workspace, int, set->n_rows);
	for (int held_out = 0; held_out < 2; held_out++)
	{
		for (int i = 0; i < set->n_rows; i++)
			if (!(set->excluded && set->excluded[i]) &&
				(set->validation && set->validation[i]) == held_out)
				trainer->rows[n++] = i;
		if (!held_out)
			trainer->n_training = n;
	}
	trainer->n_validation = n - trainer->n_training;
}

/* By row, the probabilities of classes that the gate closes; NULL without a gate. */
static const float **
closed_classes(const TreeTrainer *trainer, const Gate *gate)
{
	const TrainingSet *set = trainer->set;
	const float		 **closed;

	if (set->side == NULL || gate->closed == NULL)
		return NULL;
	closed = workspace_array(trainer->workspace, const float *, set->n_rows);
	for (int i = 0; i < set->n_rows; i++)
		closed[i] = gate_row(gate, set->n_classes, set->side[i]);
	return closed;
}

static void
read_features(const void *source, int row, float *inputs)
{
	const TrainingSet *set = source;

	memcpy(inputs, set->features[row], sizeof(float) * set->n_features);
}

/*
 * The mean losses of the rows that trees are fitted to, as the trees minimise it, and of the
 * held-out rows, as option loss has it; NaN without any.
 */
static void
measure_losses(TreeTrainer *trainer, const TreeSample *sample, const float *logits,
			   EpochReport *report)
{
	const TrainingSet *set = trainer->set;
	size_t			   n_classes = set->n_classes;
	double			   losses[2] = {0.0, 0.0};

	for (int k = 0; k < sample->n_rows + sample->n_held_out; k++)
	{
		bool held_out = k >= sample->n_rows;
		int	 row = sample->rows[k];

		if (k % ROWS_AT_ONCE == 0)
			trainer->workspace->check_interrupts();
		memcpy(trainer->logits, logits + k * n_classes, sizeof(float) * n_classes);
		if (held_out)
		{
			for (size_t c = 0; c < n_classes; c++)
				trainer->logits[c] += trainer->loss.shift[c];
			calibrate_logits(trainer->model, 1.0f, 1, set->side ? set->side + row : NULL,
							 trainer->logits);
		}
		else
			tree_softmax(sample, k, trainer->logits);
		losses[held_out] -= row_log_likelihood(&trainer->loss, row, trainer->logits);
	}
	report->training_loss = losses[0] / sample->n_rows;
	report->validation_loss = sample->n_held_out > 0 ? losses[1] / sample->n_held_out : NAN;
}

/* Reports an epoch and keeps its trees if they are the best; without held-out rows the last are. */
static bool
finish_round(int round, const TreeSample *sample, const float *logits, void *argument)
{
	TreeTrainer			  *trainer = argument;
	const TrainingOptions *options = trainer->options;
	TrainingResult		  *result = trainer->result;
	EpochReport			   report = {.learning_rate = options->boosting.eta};

	if (round % EPOCH_ROUNDS != 0 && round < options->boosting.rounds)
		return true;
	report.epoch = (round + EPOCH_ROUNDS - 1) / EPOCH_ROUNDS;
	measure_losses(trainer, sample, logits, &report);
	result->epochs = report.epoch;
	if (!isfinite(report.training_loss))
	{
		result->best_epoch = 0;
		return false;
	}
	if (sample->n_held_out == 0 || result->best_epoch == 0 ||
		report.validation_loss < result->validation_loss)
	{
		result->best_epoch = report.epoch;
		result->training_loss = report.training_loss;
		result->validation_loss = report.validation_loss;
		for (int j = 0; j < sample->n_inputs; j++)
			trainer->best_gains[j] = (float) fmin(trainer->gain[j], MODEL_MAX_WEIGHT);
	}
	trainer->callback(&report, trainer->argument);
	return !(options->patience > 0 && sample->n_held_out > 0 &&
			 report.epoch - result->best_epoch >= options->patience);
}

/* Whether all leaves are finite, and small enough for a model that can be read. */
static bool
booster_is_usable(const Booster *booster, int n_classes)
{
	for (int t = 0; t < booster->n_trees; t++)
		for (size_t k = 0; k < (size_t) tree_leaves(&booster->trees[t]) * n_classes; k++)
			if (!(fabsf(booster->trees[t].leaves[k]) <= MODEL_MAX_WEIGHT))
				return false;
	return true;
}

/* Whether any input tells the training rows apart. */
static bool
is_informed(const TreeTrainer *trainer, const Inputs *inputs)
{
	const Preprocessing *preprocessing = &inputs->preprocessing;
	bool				*informative =
		workspace_array(trainer->workspace, bool, preprocessing_inputs(preprocessing));

	return informative_inputs(trainer->set, preprocessing, trainer->n_training, trainer->rows,
							  trainer->workspace, informative) > 0;
}

static void
boost(TreeTrainer *trainer, const Inputs *inputs)
{
	const TrainingSet *set = trainer->set;
	TreeSample		   sample = {
				.n_rows = trainer->n_training,
				.n_held_out = trainer->n_validation,
				.rows = trainer->rows,
				.n_inputs = set->n_features,
				.n_classes = set->n_classes,
				.target = set->target,
				.weight = trainer->loss.weight,
				.closed = closed_classes(trainer, &inputs->gate),
				.read_inputs = read_features,
				.source = set,
	};

	boost_trees(&sample, &trainer->options->boosting, trainer->options->seed, trainer->workspace,
				trainer->gain, &trainer->model->boosters[0], finish_round, trainer);
}

Model *
train_booster(const TrainingSet *set, const Inputs *inputs, const TrainingOptions *options,
			  Workspace *workspace, EpochCallback callback, void *argument, TrainingResult *result)
{
	TreeTrainer trainer = {
		.set = set,
		.options = options,
		.workspace = workspace,
		.model = empty_model(set, &inputs->preprocessing, 0, 1, workspace),
		.gain = workspace_array(workspace, double, set->n_features),
		.logits = workspace_array(workspace, float, set->n_classes),
		.callback = callback,
		.argument = argument,
		.result = result,
	};
	Booster *booster = &trainer.model->boosters[0];

	*result = (TrainingResult){.failure = TRAINING_UNINFORMED, .validation_loss = NAN};
	trainer.model->gate = inputs->gate;
	trainer.best_gains = trainer.model->tree_gains;
	list_rows(&trainer);
	trainer.loss = create_loss(set, options, &inputs->gate, trainer.n_training,
							   trainer.n_validation, trainer.rows, workspace);
	if (!is_informed(&trainer, inputs))
		return NULL;
	boost(&trainer, inputs);
	result->failure = TRAINING_DIVERGED;
	if (result->best_epoch == 0 || !booster_is_usable(booster, set->n_classes))
		return NULL;
	if (booster->n_trees > result->best_epoch * EPOCH_ROUNDS)
		booster->n_trees = result->best_epoch * EPOCH_ROUNDS;
	memcpy(booster->base, trainer.loss.shift, sizeof(float) * set->n_classes);
	result->failure = TRAINING_SUCCEEDED;
	return trainer.model;
}

/* The splits of a model's boosters, sorted by input. */
typedef struct SortedSplits
{
	int		  *start; /* [n_tree_inputs + 1], of the input's splits */
	TreeNode **split;
} SortedSplits;

/* Calls for each split: counts it at the place after its input's, or puts it there. */
static void
pass_splits(const Model *model, SortedSplits *sorted, bool counting)
{
	for (int m = 0; m < model->n_boosters; m++)
		for (int t = 0; t < model->boosters[m].n_trees; t++)
		{
			const Tree *tree = &model->boosters[m].trees[t];

			for (int i = 0; i < tree->n_nodes; i++)
			{
				TreeNode *node = &tree->nodes[i];

				if (node->leaf >= 0)
					continue;
				if (counting)
					sorted->start[node->input + 1]++;
				else
					sorted->split[sorted->start[node->input]++] = node;
			}
		}
}

static SortedSplits
sort_splits(const Model *model, Workspace *workspace)
{
	int			 n = model->n_tree_inputs;
	SortedSplits sorted = {.start = workspace_array(workspace, int, n + 1)};

	memset(sorted.start, 0, sizeof(int) * (n + 1));
	pass_splits(model, &sorted, true);
	for (int j = 0; j < n; j++)
		sorted.start[j + 1] += sorted.start[j];
	sorted.split = workspace_array(workspace, TreeNode *, sorted.start[n]);
	pass_splits(model, &sorted, false);
	memmove(sorted.start + 1, sorted.start, sizeof(int) * n);
	sorted.start[0] = 0;
	return sorted;
}

void
denormalise_thresholds(Model *model, const Preprocessing *preprocessing, Workspace *workspace)
{
	Workspace	 scratch = workspace_open(workspace);
	const float *scores = preprocessing_scores(preprocessing, &scratch);
	SortedSplits sorted = sort_splits(model, &scratch);

	for (int j = 0; j < model->n_tree_inputs; j++)
	{
		TreeNode **split = sorted.split + sorted.start[j];
		int		   n = sorted.start[j + 1] - sorted.start[j];
		float	  *limits = workspace_array(&scratch, float, n);

		workspace->check_interrupts();
		for (int i = 0; i < n; i++)
			limits[i] = split[i]->threshold;
		denormalise_limits(preprocessing, scores, model->tree_inputs[j], n, limits);
		for (int i = 0; i < n; i++)
			split[i]->threshold = limits[i];
	}
	workspace_close(&scratch);
}
