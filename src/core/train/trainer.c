/*
 * trainer.c
 *		The loop over epochs and mini-batches.
 */
#include "core/train/trainer.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/softmax.h"
#include "core/model/scoring.h"
#include "core/nn/network.h"
#include "core/trees/boosting.h"

/* Rows of a block when held-out rows are classified. */
#define EVALUATION_ROWS 256

/* One-cycle schedule: the rate rises from 1/25 and falls to 1e-5 of its maximum (Smith,
 * arXiv:1708.07120). */
#define ONE_CYCLE_START 25.0
#define ONE_CYCLE_END 1e5

/* Inputs of a network that are kept: so many bytes, or such a part of the features. */
#define KEPT_BYTES ((size_t) 32 << 20)
#define KEPT_PART 6

typedef struct Trainer
{
	const TrainingSet	  *set;
	const TrainingOptions *options;
	Workspace			  *workspace;
	Network				  *network;
	Model				  *candidate; /* the network of the last epoch */
	Model				  *best;
	ClassifyScratch		  *scratch;
	float				  *weight; /* [n_rows], of each object in the loss */
	float				  *shift;  /* [n_classes], added to the logits of the model */
	int					  *order; /* [n_rows], training rows, shuffled, then the held-out ones; then
								   * nothing where there are excluded ones */
	int			  n_training;
	int			  n_validation;
	const Inputs *all;
	int			  n_inputs;		 /* of the network */
	int32_t		 *chosen;		 /* [n_inputs], which of all these are */
	Preprocessing preprocessing; /* of these */
	InputSource	  source;		 /* of these */
	float		 *inputs;		 /* [n_rows][n_inputs] of rows that take part; NULL if too large */
	float		 *row;			 /* [n_inputs] */
	float		 *batch;		 /* [batch_rows][n_inputs] */
	float		 *block;		 /* [EVALUATION_ROWS][n_inputs] */
	float		 *probabilities; /* [EVALUATION_ROWS][n_classes] */
	Random		  shuffle;
	Random		  noise;
	Dropout		  dropout; /* of the inputs of an object; random is [n_inputs] */
	RandomLanes	  random;  /* of that */
} Trainer;

/* ------------------------------------------------------------------------
 * Loss
 * ------------------------------------------------------------------------
 */

int
training_objects(const TrainingSet *set)
{
	int n = 0;

	if (set->group == NULL)
		return set->n_rows;
	for (int i = 0; i < set->n_rows; i++)
		n += set->group[i] == i;
	return n;
}

double
class_weight(const TrainingOptions *options, int32_t class)
{
	for (int i = 0; i < options->n_class_weights; i++)
		if (options->class_weights[i].class == class)
			return options->class_weights[i].weight;
	return challenge_weight(class);
}

/* Scales the weights of n rows to mean 1. */
static void
normalise_weights(Trainer *trainer, int n, const int *rows)
{
	double sum = 0.0;

	for (int k = 0; k < n; k++)
		sum += trainer->weight[rows[k]];
	for (int k = 0; k < n && sum > 0.0; k++)
		trainer->weight[rows[k]] *= (float) (n / sum);
}

/*
 * The weight of each object in the loss: its own, times w_c / N_c in the
 * weighted loss, with N_c counted among the training rows and among the
 * held-out rows separately.
 *
 * A network trained with weights w learns probabilities proportional to w_c p_c,
 * so that part of the weights can as well act on its probabilities: with
 * weight_power q, (w_c / N_c)^q acts in training, and (w_c / N_c)^(1 - q) is
 * added to the logits, as a logarithm, in shift.  Rare classes, whose few
 * objects would otherwise dominate the gradients, are learnt better so.
 */
static void
weigh_objects(Trainer *trainer)
{
	const TrainingSet	  *set = trainer->set;
	const TrainingOptions *options = trainer->options;
	int					  *count = workspace_array(trainer->workspace, int, 2 * set->n_classes);
	int					   n = trainer->n_training + trainer->n_validation;

	memset(count, 0, sizeof(int) * 2 * set->n_classes);
	for (int k = 0; k < n; k++)
		count[(k >= trainer->n_training) * set->n_classes + set->target[trainer->order[k]]]++;
	for (int k = 0; k < n; k++)
	{
		bool   held_out = k >= trainer->n_training;
		int	   i = trainer->order[k];
		int	   c = set->target[i];
		double weight =
			class_weight(options, set->classes[c]) / count[held_out * set->n_classes + c];

		trainer->weight[i] = set->weight ? set->weight[i] : 1.0f;
		if (options->loss == LOSS_WEIGHTED)
			trainer->weight[i] *= (float) (held_out ? weight : pow(weight, options->weight_power));
	}
	normalise_weights(trainer, trainer->n_training, trainer->order);
	normalise_weights(trainer, trainer->n_validation, trainer->order + trainer->n_training);

	for (int c = 0; c < set->n_classes; c++)
	{
		double weight = class_weight(options, set->classes[c]);

		trainer->shift[c] =
			options->loss == LOSS_WEIGHTED && weight > 0.0 && count[c] > 0
				? (float) ((1.0 - options->weight_power) * log(weight * n / count[c]))
				: 0.0f;
	}
}

/* What the gate closes to the row; NULL for nothing. */
static const float *
closed_classes(const Trainer *trainer, int row)
{
	const TrainingSet *set = trainer->set;

	return set->side ? gate_row(&trainer->all->gate, set->n_classes, set->side[row]) : NULL;
}

/* Of no probability lower than the challenge's; of NaN, which shall not pass unseen, NaN. */
static double
log_probability(double probability)
{
	return log(probability < SMALLEST_PROBABILITY ? SMALLEST_PROBABILITY : probability);
}

static int
open_classes(const float *closed, int n_classes)
{
	int n = n_classes;

	for (int c = 0; c < n_classes && closed; c++)
		n -= closed[c] > 0.0f;
	return n;
}

/*
 * Turns the logits of a mini-batch into their gradient; returns the summed
 * weighted loss (without label smoothing, so that it compares with others).
 * Classes that the gate closes to an object have no part in its softmax.
 */
static double
loss_gradient(const Trainer *trainer, int n_rows, const int *rows, float *logits)
{
	int	   n_classes = trainer->set->n_classes;
	float  smoothing = (float) trainer->options->label_smoothing;
	double loss = 0.0;

	for (int i = 0; i < n_rows; i++)
	{
		const float *closed = closed_classes(trainer, rows[i]);

		if (closed)
			gate_mask(closed, n_classes, logits + (size_t) i * n_classes);
	}
	softmax_rows(n_rows, n_classes, logits);
	for (int i = 0; i < n_rows; i++, logits += n_classes)
	{
		const float *closed = closed_classes(trainer, rows[i]);
		int			 target = trainer->set->target[rows[i]];
		float		 scale = trainer->weight[rows[i]] / (float) n_rows;
		float		 smooth = smoothing / (float) open_classes(closed, n_classes);

		loss -= trainer->weight[rows[i]] * log_probability(logits[target]);
		for (int c = 0; c < n_classes; c++)
			logits[c] =
				closed && closed[c] > 0.0f
					? 0.0f
					: scale * (logits[c] - smooth - (c == target ? 1.0f - smoothing : 0.0f));
	}
	return loss;
}

/* ------------------------------------------------------------------------
 * Epochs
 * ------------------------------------------------------------------------
 */

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

InputSource
input_source(const TrainingSet *set, const Preprocessing *preprocessing, Workspace *workspace)
{
	return (InputSource){
		.preprocessing = preprocessing,
		.scores = preprocessing_scores(preprocessing, workspace),
		.features = set->features,
	};
}

void
read_inputs(const void *source, int row, float *inputs)
{
	const InputSource *from = source;

	preprocess(from->preprocessing, from->scores, 1, from->features[row], inputs);
}

/* The inputs of the network [n_inputs], until the next call. */
static const float *
row_inputs(Trainer *trainer, int row)
{
	if (trainer->inputs)
		return trainer->inputs + (size_t) row * trainer->n_inputs;
	read_inputs(&trainer->source, row, trainer->row);
	return trainer->row;
}

/* The inputs of a mini-batch, with dropout and noise of the inputs. */
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
 * Passes once over the shuffled training rows, in mini-batches whose sizes
 * differ by at most one, so that no batch is too small for its own moments.
 * Returns the mean loss.
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
		loss += loss_gradient(trainer, n_rows, trainer->order + start, logits);
		network_backward(trainer->network, n_rows, trainer->batch);
		network_update(trainer->network, &options->network, *rate);
	}
	return loss / n;
}

/* Weighted mean loss of the held-out rows under the candidate; NaN without any. */
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
		classify_inputs(trainer->candidate, trainer->scratch, n_rows, trainer->block, side,
						trainer->probabilities);
		for (int k = 0; k < n_rows; k++)
		{
			int row = rows[start + k];

			loss -= trainer->weight[row] *
					log_probability(
						trainer->probabilities[(size_t) k * set->n_classes + set->target[row]]);
		}
	}
	return loss / trainer->n_validation;
}

static void
fold_candidate(Trainer *trainer)
{
	Member	   *member = &trainer->candidate->members[0];
	DenseLayer *last = &member->layers[member->n_layers - 1];

	network_fold(trainer->network, member->layers);
	for (int c = 0; c < last->n_out; c++)
		last->bias[c] += trainer->shift[c];
}

static int32_t *
ascending(int n, Workspace *workspace)
{
	int32_t *numbers = workspace_array(workspace, int32_t, n);

	for (int j = 0; j < n; j++)
		numbers[j] = j;
	return numbers;
}

/* A model of one network, of the shape of that in training, and of its inputs alone. */
static Model *
empty_member(Trainer *trainer)
{
	Model *model = empty_model(trainer->set, &trainer->preprocessing, 1, trainer->workspace);

	model->gate = trainer->all->gate;
	model->members[0].n_inputs = trainer->n_inputs;
	model->members[0].inputs = ascending(trainer->n_inputs, trainer->workspace);
	model->members[0].n_layers = trainer->network->n_layers;
	model->members[0].layers = network_folded_layers(trainer->network, trainer->workspace);
	return model;
}

static bool
member_is_finite(const Member *member)
{
	for (int i = 0; i < member->n_layers; i++)
	{
		const DenseLayer *layer = &member->layers[i];

		for (size_t k = 0; k < (size_t) layer->n_in * layer->n_out; k++)
			if (!isfinite(layer->weight[k]))
				return false;
		for (int j = 0; j < layer->n_out; j++)
			if (!isfinite(layer->bias[j]))
				return false;
	}
	return true;
}

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

/* The inputs of the network: all, or those of the most gain in trees on the training rows. */
static void
choose_inputs(Trainer *trainer)
{
	Workspace			*workspace = trainer->workspace;
	const TrainingSet	*set = trainer->set;
	const Preprocessing *all = &trainer->all->preprocessing;
	int					 n_all = preprocessing_inputs(all);
	int					 n = member_inputs(trainer->options, n_all);
	InputSource			 source = input_source(set, all, workspace);
	bool				*keep;

	trainer->n_inputs = n;
	trainer->chosen = ascending(n, workspace);
	trainer->preprocessing = *all;
	if (n == n_all)
		return;

	choose_by_trees(
		&(TreeSample){
			.n_rows = trainer->n_training,
			.rows = trainer->order,
			.n_inputs = n_all,
			.n_classes = set->n_classes,
			.target = set->target,
			.weight = trainer->weight,
			.bins = trainer->all->bins,
			.read_inputs = read_inputs,
			.source = &source,
		},
		trainer->options->seed, n, workspace, trainer->chosen);
	keep = workspace_array(workspace, bool, n_all);
	memset(keep, 0, n_all);
	for (int j = 0; j < n; j++)
		keep[trainer->chosen[j]] = true;
	trainer->preprocessing = preprocessing_subset(all, keep, workspace);
}

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

static void
prepare(Trainer *trainer, const Inputs *inputs)
{
	const TrainingSet	  *set = trainer->set;
	const TrainingOptions *options = trainer->options;
	Workspace			  *workspace = trainer->workspace;
	int					   batch_rows;

	trainer->all = inputs;
	order_rows(trainer);
	trainer->weight = workspace_array(workspace, float, set->n_rows);
	trainer->shift = workspace_array(workspace, float, set->n_classes);
	weigh_objects(trainer);
	choose_inputs(trainer);
	keep_inputs(trainer);

	batch_rows =
		options->batch_size < trainer->n_training ? options->batch_size : trainer->n_training;
	trainer->batch = workspace_array(workspace, float, (size_t) trainer->n_inputs *batch_rows);
	trainer->block = workspace_array(workspace, float, (size_t) trainer->n_inputs *EVALUATION_ROWS);
	trainer->network = network_create(&options->network, options->seed, trainer->n_inputs,
									  set->n_classes, batch_rows, workspace);
	trainer->candidate = empty_member(trainer);
	trainer->best = empty_member(trainer);
	trainer->scratch = classify_scratch(trainer->candidate, EVALUATION_ROWS, workspace);
	trainer->probabilities =
		workspace_array(workspace, float, (size_t) EVALUATION_ROWS * set->n_classes);
	random_seed(&trainer->shuffle, options->seed, STREAM_SHUFFLE);
	random_seed(&trainer->noise, options->seed, STREAM_INPUT_NOISE);
	random_lanes_seed(&trainer->random, options->seed, STREAM_INPUT_DROPOUT);
	if (options->input_dropout > 0.0)
		trainer->dropout = dropout_of(options->input_dropout,
									  workspace_array(workspace, uint16_t, trainer->n_inputs));
}

Model *
empty_model(const TrainingSet *set, const Preprocessing *preprocessing, int n_members,
			Workspace *workspace)
{
	Model *model = workspace_alloc(workspace, sizeof(Model));

	memset(model, 0, sizeof(Model));
	model->preprocessing = *preprocessing;
	model->n_classes = set->n_classes;
	model->classes = workspace_array(workspace, int32_t, set->n_classes);
	memcpy(model->classes, set->classes, sizeof(int32_t) * set->n_classes);
	model->n_members = n_members;
	model->members = workspace_array(workspace, Member, n_members);
	model->temperature = 1.0f;
	model->log_multipliers = workspace_array(workspace, float, set->n_classes);
	memset(model->log_multipliers, 0, sizeof(float) * set->n_classes);
	model->options = "{}";
	model->metrics = "{}";
	return model;
}

Gate
training_gate(const TrainingSet *set, const TrainingOptions *options, const bool *skip,
			  Workspace *workspace)
{
	Gate	   gate = {.feature = set->gate_feature};
	double	  *weight;
	int		  *count;
	GateSample sample = {
		.n_rows = set->n_rows,
		.n_classes = set->n_classes,
		.target = set->target,
		.side = set->side,
		.group = set->group,
		.skip = skip,
	};

	if (set->side == NULL)
		return gate;
	sample.weight = weight = workspace_array(workspace, double, set->n_rows);
	count = workspace_array(workspace, int, set->n_classes);
	memset(count, 0, sizeof(int) * set->n_classes);
	for (int i = 0; i < set->n_rows; i++)
		if (!(skip && skip[i]))
			count[set->target[i]]++;
	for (int i = 0; i < set->n_rows; i++)
	{
		int c = set->target[i];

		weight[i] = set->weight ? set->weight[i] : 1.0;
		if (options->loss == LOSS_WEIGHTED && count[c] > 0)
			weight[i] *= class_weight(options, set->classes[c]) / count[c];
	}
	gate_fit(&sample, &gate, workspace);
	return gate;
}

size_t
kept_input_bytes(const TrainingSet *set)
{
	size_t part = sizeof(float) * set->n_features * set->n_rows / KEPT_PART;

	return part > KEPT_BYTES ? part : KEPT_BYTES;
}

void
training_inputs(const TrainingSet *set, const TrainingOptions *options, const bool *skip,
				Workspace *workspace, Inputs *inputs)
{
	preprocessing_fit(&inputs->preprocessing, &options->preprocessing, set->n_rows, set->n_features,
					  set->features, skip, workspace);
	inputs->gate = training_gate(set, options, skip, workspace);
	inputs->bins = NULL;
	inputs->kept_bytes = kept_input_bytes(set);
}

/* The model of the best epoch in terms of all inputs; NULL if it is not finite. */
static Model *
best_member(Trainer *trainer)
{
	Model *model = trainer->best;

	model->preprocessing = trainer->all->preprocessing;
	model->members[0].inputs = trainer->chosen;
	return member_is_finite(&model->members[0]) ? model : NULL;
}

Model *
train_member(const TrainingSet *set, const Inputs *inputs, const TrainingOptions *options,
			 Workspace *workspace, EpochCallback callback, void *argument, TrainingResult *result)
{
	Trainer trainer = {.set = set, .options = options, .workspace = workspace};

	prepare(&trainer, inputs);
	*result = (TrainingResult){
		.validation_loss = NAN,
	};
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
	return best_member(&trainer);
}
