/*
 * trainer.c
 *		Training of one network: the loop over epochs and mini-batches.
 */
#include "core/train/trainer.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/nn/network.h"
#include "core/train/loss.h"
#include "core/trees/input_choice.h"

/* Held-out rows are classified in blocks of this many. */
#define EVALUATION_ROWS 256

/* One-cycle schedule: the learning rate rises from 1/25 of its maximum and falls to 1e-5 of it
 * (Smith, arXiv:1708.07120). */
#define ONE_CYCLE_START 25.0
#define ONE_CYCLE_END 1e5

typedef struct Trainer
{
	const TrainingSet	  *set;
	const TrainingOptions *options;
	Workspace			  *workspace;
	int					  *order; /* [n_training + n_validation], indexes of training rows, shuffled
								   * each epoch, then of held-out rows */
	int				 n_training;
	int				 n_validation;
	LossFunction	 loss;
	Network			*network;
	Model			*candidate; /* the network after the current epoch */
	Model			*best;
	ClassifyScratch *scratch;

	/* inputs of the network: those selected among all inputs */
	const Inputs *all;
	int			  n_inputs;
	int32_t		 *chosen; /* [n_inputs], ascending indexes into all inputs */
	Preprocessing preprocessing;
	InputSource	  source;
	float		 *inputs; /* [n_rows][n_inputs]; NULL if computed for each mini-batch */
	float		 *row;	  /* [n_inputs], of one row then */

	float	   *batch;		   /* [batch_rows][n_inputs] */
	float	   *block;		   /* [EVALUATION_ROWS][n_inputs] */
	float	   *probabilities; /* [EVALUATION_ROWS][n_classes] */
	Random		shuffle;
	Random		noise;
	RandomLanes random;	 /* stream of the input dropout */
	Dropout		dropout; /* of the inputs of a row: random is [n_inputs] */
} Trainer;

static double
learning_rate(const TrainingOptions *options, int64_t step, int64_t n_steps)
{
	double maximum = options->learning_rate;
	double rise = options->warmup_fraction * (double) n_steps;
	double from = maximum / ONE_CYCLE_START;
	double to = maximum;
	double share;

	if (options->schedule == SCHEDULE_CONSTANT)
		return maximum;
	if ((double) step < rise)
		share = (double) step / rise;
	else
	{
		share = ((double) step - rise) / fmax((double) n_steps - 1.0 - rise, 1.0);
		from = maximum;
		to = maximum / ONE_CYCLE_END;
	}
	return to + (from - to) * 0.5 * (1.0 + cos(M_PI * fmin(share, 1.0)));
}

/* The network's inputs [n_inputs] of a row, valid until the next call. */
static const float *
row_inputs(Trainer *trainer, int row)
{
	if (trainer->inputs)
		return trainer->inputs + (size_t) row * trainer->n_inputs;
	read_inputs(&trainer->source, row, trainer->row);
	return trainer->row;
}

/* Fills the mini-batch with the inputs of the rows, after input noise and input dropout. */
static void
gather(Trainer *trainer, int n_rows, const int *rows)
{
	const TrainingOptions *options = trainer->options;
	size_t				   n_inputs = trainer->n_inputs;

	for (int i = 0; i < n_rows; i++)
	{
		const float *inputs = row_inputs(trainer, rows[i]);
		float		*x = trainer->batch + i * n_inputs;

		if (options->input_noise > 0.0)
		{
			for (size_t j = 0; j < n_inputs; j++)
				x[j] = inputs[j] + (float) (options->input_noise * random_normal(&trainer->noise));
			inputs = x;
		}
		if (trainer->dropout.random)
		{
			random_fill(&trainer->random, n_inputs, trainer->dropout.random);
			drop(n_inputs, &trainer->dropout, inputs, x);
		}
		else if (inputs != x)
			memcpy(x, inputs, sizeof(float) * n_inputs);
	}
}

/*
 * Trains on each training row once, in random order.  The sizes of mini-batches
 * differ by at most one, so that none is too small for batch normalisation.
 * Returns the mean loss; *rate receives the learning rate of the last mini-batch.
 */
static double
train_epoch(Trainer *trainer, int epoch, double *rate)
{
	const TrainingOptions *options = trainer->options;
	int					   n = trainer->n_training;
	int					   n_batches = (n + options->batch_size - 1) / options->batch_size;
	double				   loss = 0.0;

	random_shuffle(&trainer->shuffle, n, trainer->order);
	for (int b = 0; b < n_batches; b++)
	{
		int	   start = (int) ((int64_t) n * b / n_batches);
		int	   n_rows = (int) ((int64_t) n * (b + 1) / n_batches) - start;
		float *logits;

		trainer->workspace->check_interrupts();
		*rate = learning_rate(options, (int64_t) (epoch - 1) * n_batches + b,
							  (int64_t) options->epochs * n_batches);
		gather(trainer, n_rows, trainer->order + start);
		logits = network_forward(trainer->network, n_rows, trainer->batch);
		loss += loss_gradient(&trainer->loss, n_rows, trainer->order + start, logits);
		network_backward(trainer->network, n_rows, trainer->batch);
		network_update(trainer->network, &options->network, *rate);
	}
	return loss / n;
}

/* The mean loss of the candidate on the held-out rows; NaN without any. */
static double
validation_loss(Trainer *trainer)
{
	const TrainingSet *set = trainer->set;
	const int		  *rows = trainer->order + trainer->n_training;
	size_t			   n_inputs = trainer->n_inputs;
	uint8_t			   side[EVALUATION_ROWS];
	double			   loss = 0.0;

	if (trainer->n_validation == 0)
		return NAN;
	for (int start = 0; start < trainer->n_validation; start += EVALUATION_ROWS)
	{
		int n_rows = trainer->n_validation - start;

		n_rows = n_rows < EVALUATION_ROWS ? n_rows : EVALUATION_ROWS;
		trainer->workspace->check_interrupts();
		for (int k = 0; k < n_rows; k++)
		{
			memcpy(trainer->block + k * n_inputs, row_inputs(trainer, rows[start + k]),
				   sizeof(float) * n_inputs);
			side[k] = set->side ? set->side[rows[start + k]] : GATE_UNKNOWN;
		}
		network_logits(trainer->candidate, trainer->scratch, n_rows, trainer->block,
					   trainer->probabilities);
		calibrate_logits(trainer->candidate, 1.0f, n_rows, side, trainer->probabilities);
		for (int k = 0; k < n_rows; k++)
			loss -= row_log_likelihood(&trainer->loss, rows[start + k],
									   trainer->probabilities + (size_t) k * set->n_classes);
	}
	return loss / trainer->n_validation;
}

/* Stores the network in the candidate, as inference uses it. */
static void
fold_candidate(Trainer *trainer)
{
	DenseNetwork *folded = &trainer->candidate->networks[0];
	DenseLayer	 *last = &folded->layers[folded->n_layers - 1];

	network_fold(trainer->network, folded->layers);
	for (int c = 0; c < last->n_out; c++)
		last->bias[c] += trainer->loss.shift[c];
}

/* 0, 1, ..., n - 1 */
static int32_t *
ascending(int n, Workspace *workspace)
{
	int32_t *numbers = workspace_array(workspace, int32_t, n);

	for (int j = 0; j < n; j++)
		numbers[j] = j;
	return numbers;
}

/* A model with one member, of the network's shape, whose inputs are the selected ones. */
static Model *
empty_network(Trainer *trainer)
{
	Model *model = empty_model(trainer->set, &trainer->preprocessing, 1, 0, trainer->workspace);

	model->gate = trainer->all->gate;
	model->networks[0].n_inputs = trainer->n_inputs;
	model->networks[0].inputs = ascending(trainer->n_inputs, trainer->workspace);
	model->networks[0].n_layers = trainer->network->n_layers;
	model->networks[0].layers = network_folded_layers(trainer->network, trainer->workspace);
	return model;
}

/* Whether all numbers are finite, and small enough for a model that can be read. */
static bool
network_is_usable(const DenseNetwork *network)
{
	for (int i = 0; i < network->n_layers; i++)
	{
		const DenseLayer *layer = &network->layers[i];

		for (size_t k = 0; k < (size_t) layer->n_in * layer->n_out; k++)
			if (!(fabsf(layer->weight[k]) <= MODEL_MAX_WEIGHT))
				return false;
		for (int j = 0; j < layer->n_out; j++)
			if (!(fabsf(layer->bias[j]) <= MODEL_MAX_WEIGHT))
				return false;
	}
	return true;
}

/* Lists the training rows, then the held-out rows, in order. */
static void
order_rows(Trainer *trainer)
{
	const TrainingSet *set = trainer->set;

	trainer->order = workspace_array(trainer->workspace, int, set->n_rows);
	for (int held_out = 0; held_out < 2; held_out++)
		for (int i = 0; i < set->n_rows; i++)
		{
			if ((set->excluded && set->excluded[i]) ||
				(set->validation && set->validation[i]) != held_out)
				continue;
			trainer->order[trainer->n_training + trainer->n_validation] = i;
			if (held_out)
				trainer->n_validation++;
			else
				trainer->n_training++;
		}
}

/*
 * Feature selection: the inputs that tell the training rows apart, or those of them with
 * the largest gain in boosted trees fitted to the training rows.  Returns whether there
 * are any.
 */
static bool
choose_inputs(Trainer *trainer)
{
	Workspace			*workspace = trainer->workspace;
	const TrainingSet	*set = trainer->set;
	const Preprocessing *all = &trainer->all->preprocessing;
	int					 n_all = preprocessing_inputs(all);
	bool				*keep = workspace_array(workspace, bool, n_all);
	int					 n_informative =
		informative_inputs(set, all, trainer->n_training, trainer->order, workspace, keep);
	int			n = member_inputs(trainer->options, n_informative);
	InputSource source = input_source(set, all, workspace);

	trainer->n_inputs = n;
	trainer->chosen = workspace_array(workspace, int32_t, n);
	if (n < n_informative)
	{
		choose_by_trees(
			&(TreeSample){
				.n_rows = trainer->n_training,
				.rows = trainer->order,
				.n_inputs = n_all,
				.n_classes = set->n_classes,
				.target = set->target,
				.weight = trainer->loss.weight,
				.bins = trainer->all->bins,
				.read_inputs = read_inputs,
				.source = &source,
			},
			trainer->options->seed, keep, n, workspace, trainer->chosen);
		memset(keep, 0, n_all);
		for (int k = 0; k < n; k++)
			keep[trainer->chosen[k]] = true;
	}
	else
		for (int j = 0, k = 0; j < n_all; j++)
			if (keep[j])
				trainer->chosen[k++] = j;
	trainer->preprocessing = preprocessing_subset(all, keep, workspace);
	return n > 0;
}

/* Computes the inputs of all rows once if they fit into the memory allowed for it. */
static void
keep_inputs(Trainer *trainer)
{
	const TrainingSet *set = trainer->set;
	size_t			   n_inputs = trainer->n_inputs;

	trainer->source = input_source(set, &trainer->preprocessing, trainer->workspace);
	trainer->row = workspace_array(trainer->workspace, float, n_inputs);
	if (sizeof(float) * n_inputs * set->n_rows > trainer->all->kept_bytes)
		return;
	trainer->inputs = workspace_array(trainer->workspace, float, n_inputs * set->n_rows);
	for (int k = 0; k < trainer->n_training + trainer->n_validation; k++)
	{
		int row = trainer->order[k];

		trainer->workspace->check_interrupts();
		read_inputs(&trainer->source, row, trainer->inputs + row * n_inputs);
	}
}

/* Returns false if no input tells the training rows apart. */
static bool
prepare(Trainer *trainer, const Inputs *inputs)
{
	const TrainingSet	  *set = trainer->set;
	const TrainingOptions *options = trainer->options;
	Workspace			  *workspace = trainer->workspace;
	int					   batch_rows;

	trainer->all = inputs;
	order_rows(trainer);
	trainer->loss = create_loss(set, options, &inputs->gate, trainer->n_training,
								trainer->n_validation, trainer->order, workspace);
	if (!choose_inputs(trainer))
		return false;
	keep_inputs(trainer);

	batch_rows =
		options->batch_size < trainer->n_training ? options->batch_size : trainer->n_training;
	trainer->batch = workspace_array(workspace, float, (size_t) trainer->n_inputs *batch_rows);
	trainer->block = workspace_array(workspace, float, (size_t) trainer->n_inputs *EVALUATION_ROWS);
	trainer->network = network_create(&options->network, options->seed, trainer->n_inputs,
									  set->n_classes, batch_rows, workspace);
	trainer->candidate = empty_network(trainer);
	trainer->best = empty_network(trainer);
	trainer->scratch = classify_scratch(trainer->candidate, EVALUATION_ROWS, workspace);
	trainer->probabilities =
		workspace_array(workspace, float, (size_t) EVALUATION_ROWS * set->n_classes);
	random_seed(&trainer->shuffle, options->seed, STREAM_SHUFFLE);
	random_seed(&trainer->noise, options->seed, STREAM_INPUT_NOISE);
	random_lanes_seed(&trainer->random, options->seed, STREAM_INPUT_DROPOUT);
	if (options->input_dropout > 0.0)
		trainer->dropout = dropout_of(options->input_dropout,
									  workspace_array(workspace, uint16_t, trainer->n_inputs));
	return true;
}

/* The best epoch's model, its inputs as indexes into all inputs. */
static Model *
best_network(Trainer *trainer)
{
	Model *model = trainer->best;

	model->preprocessing = trainer->all->preprocessing;
	model->networks[0].inputs = trainer->chosen;
	return model;
}

Model *
train_network(const TrainingSet *set, const Inputs *inputs, const TrainingOptions *options,
			  Workspace *workspace, EpochCallback callback, void *argument, TrainingResult *result)
{
	Trainer trainer = {.set = set, .options = options, .workspace = workspace};

	*result = (TrainingResult){.failure = TRAINING_UNINFORMED, .validation_loss = NAN};
	if (!prepare(&trainer, inputs))
		return NULL;
	result->failure = TRAINING_DIVERGED;
	for (int epoch = 1; epoch <= options->epochs; epoch++)
	{
		EpochReport report = {.epoch = epoch};

		report.training_loss = train_epoch(&trainer, epoch, &report.learning_rate);
		if (!isfinite(report.training_loss))
			return NULL;
		if (trainer.n_validation > 0 || epoch == options->epochs)
			fold_candidate(&trainer);
		report.validation_loss = validation_loss(&trainer);
		result->epochs = epoch;

		/* without held-out rows the last epoch counts as the best */
		if (trainer.n_validation == 0 || result->best_epoch == 0 ||
			report.validation_loss < result->validation_loss)
		{
			Model *swap = trainer.best;

			trainer.best = trainer.candidate;
			trainer.candidate = swap;
			result->best_epoch = epoch;
			result->training_loss = report.training_loss;
			result->validation_loss = report.validation_loss;
		}
		callback(&report, argument);
		if (options->patience > 0 && trainer.n_validation > 0 &&
			epoch - result->best_epoch >= options->patience)
			break;
	}
	if (!network_is_usable(&trainer.best->networks[0]))
		return NULL;
	result->failure = TRAINING_SUCCEEDED;
	return best_network(&trainer);
}
