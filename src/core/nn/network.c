/*
 * network.c
 *		A dense network in training.
 */
#include "core/nn/network.h"

#include <math.h>
#include <string.h>

#include "core/base/matrix_product.h"

/* The defaults of Keras. */
#define BATCH_NORM_EPSILON 1e-3f
#define BATCH_NORM_MOMENTUM 0.99f

/* Elements of a mini-batch processed between two checks for interrupts. */
#define PIECE_ELEMENTS (1 << 21)
#define NARROWEST_PIECE 64

/* Parameters updated and averaged together. */
#define UPDATE_PARAMETERS 4096

/* Of these blocks, and rows of a matrix of weights, between two checks for interrupts. */
#define UPDATES_AT_ONCE 256
#define ROWS_AT_ONCE 64
#define WEIGHTS_AT_ONCE (1 << 19) /* drawn */

/* Decay of the running moments after t mini-batches; initially they are plain means. */
static float
running_decay(int64_t batches)
{
	float mean = (float) batches / (float) (batches + 1);

	return mean < BATCH_NORM_MOMENTUM ? mean : BATCH_NORM_MOMENTUM;
}

/* ------------------------------------------------------------------------
 * Creation
 * ------------------------------------------------------------------------
 */

/* Uniform weights of variance 2 / (fan_in + fan_out) (Glorot) or 2 / fan_in (He). */
static void
initialise_weights(const TrainingLayer *layer, Initialisation initialisation, Random *random,
				   float *weight, void (*check_interrupts)(void))
{
	bool he = initialisation == INITIALISATION_HE ||
			  (initialisation == INITIALISATION_AUTO &&
			   (layer->activation == ACTIVATION_RELU || layer->activation == ACTIVATION_ELU));
	double variance = he ? 2.0 / layer->n_in : 2.0 / (layer->n_in + layer->n_out);
	double bound = sqrt(3.0 * variance);

	for (size_t i = 0; i < (size_t) layer->n_in * layer->n_out; i++)
	{
		if (i % WEIGHTS_AT_ONCE == 0)
			check_interrupts();
		weight[i] = (float) (bound * (2.0 * random_uniform(random) - 1.0));
	}
}

static void
layout_layer(TrainingLayer *layer, size_t *n_parameters)
{
	layer->weight = *n_parameters;
	layer->bias = layer->weight + (size_t) layer->n_in * layer->n_out;
	layer->gamma = layer->bias + layer->n_out;
	layer->beta = layer->gamma;
	if (layer->batch_norm != BATCH_NORM_NONE)
		layer->beta += layer->n_out;
	*n_parameters = layer->beta;
	if (layer->batch_norm != BATCH_NORM_NONE)
		*n_parameters += layer->n_out;
}

static void
allocate_batch(TrainingLayer *layer, double dropout, int max_rows, Workspace *workspace)
{
	size_t n = (size_t) max_rows * layer->n_out;

	layer->product = workspace_zeros(workspace, n);
	layer->output = layer->product;
	if (layer->batch_norm != BATCH_NORM_NONE)
	{
		layer->output = workspace_zeros(workspace, n);
		layer->mean = workspace_array(workspace, float, layer->n_out);
		layer->inverse_std = workspace_array(workspace, float, layer->n_out);
		layer->running_mean = workspace_zeros(workspace, layer->n_out);
		layer->running_variance = workspace_zeros(workspace, layer->n_out);
	}
	if (dropout > 0.0)
		layer->dropout = dropout_of(dropout, workspace_array(workspace, uint16_t, n));
}

Network *
network_create(const NetworkOptions *options, int64_t seed, int n_inputs, int n_classes,
			   int max_rows, Workspace *workspace)
{
	Network *network = workspace_alloc(workspace, sizeof(Network));
	int		 widest = n_inputs;
	Random	 random;

	memset(network, 0, sizeof(Network));
	network->check_interrupts = workspace->check_interrupts;
	network->n_layers = options->n_layers + 1;
	network->layers = workspace_array(workspace, TrainingLayer, network->n_layers);
	memset(network->layers, 0, sizeof(TrainingLayer) * network->n_layers);
	for (int i = 0; i < network->n_layers; i++)
	{
		TrainingLayer *layer = &network->layers[i];
		bool		   hidden = i < options->n_layers;

		layer->n_in = i == 0 ? n_inputs : network->layers[i - 1].n_out;
		layer->n_out = hidden ? options->layers[i] : n_classes;
		layer->activation = hidden ? (Activation) options->activation : ACTIVATION_LINEAR;
		layer->batch_norm = hidden ? (BatchNorm) options->batch_norm : BATCH_NORM_NONE;
		layout_layer(layer, &network->n_parameters);
		allocate_batch(layer, hidden ? options->dropout[options->n_dropout == 1 ? 0 : i] : 0.0,
					   max_rows, workspace);
		widest = layer->n_out > widest ? layer->n_out : widest;
	}

	network->parameters = workspace_zeros(workspace, network->n_parameters);
	network->gradients = workspace_zeros(workspace, network->n_parameters);
	network->first_moment = workspace_zeros(workspace, network->n_parameters);
	if (options->optimizer == OPTIMIZER_ADAM)
		network->second_moment = workspace_zeros(workspace, network->n_parameters);
	for (int i = 0; i < 2; i++)
		network->input_gradient[i] = workspace_zeros(workspace, (size_t) max_rows * widest);
	network->variance = workspace_array(workspace, float, widest);

	random_seed(&random, seed, STREAM_WEIGHTS);
	random_lanes_seed(&network->random, seed, STREAM_DROPOUT);
	for (int i = 0; i < network->n_layers; i++)
	{
		TrainingLayer *layer = &network->layers[i];

		initialise_weights(layer, options->initialisation, &random,
						   network->parameters + layer->weight, network->check_interrupts);
		if (layer->batch_norm != BATCH_NORM_NONE)
			for (int j = 0; j < layer->n_out; j++)
				network->parameters[layer->gamma + j] = 1.0f;
	}
	if (options->weight_average > 0.0)
	{
		network->averages = workspace_array(workspace, float, network->n_parameters);
		copy_floats(network->averages, network->parameters, network->n_parameters,
					network->check_interrupts);
	}
	return network;
}

/* ------------------------------------------------------------------------
 * Forward and backward pass
 * ------------------------------------------------------------------------
 */

/*
 * Columns processed between two checks for interrupts: all of them except in very large
 * mini-batches.  Columns are independent of each other.
 */
static int
piece_columns(int n_rows, int n_columns)
{
	int columns = PIECE_ELEMENTS / n_rows;

	columns = columns < NARROWEST_PIECE ? NARROWEST_PIECE : columns;
	return columns < n_columns ? columns : n_columns;
}

static void
draw_dropout(Network *network, size_t n, uint16_t *random)
{
	for (size_t i = 0; i < n; i += PIECE_ELEMENTS)
	{
		random_fill(&network->random, n - i < PIECE_ELEMENTS ? n - i : PIECE_ELEMENTS, random + i);
		network->check_interrupts();
	}
}

/* Dropout of the columns from j on. */
static Dropout
dropout_from(const TrainingLayer *layer, int j)
{
	Dropout dropout = layer->dropout;

	if (dropout.random)
		dropout.random += j;
	return dropout;
}

static BatchNormColumns
norm_from(const Network *network, const TrainingLayer *layer, int j)
{
	return (BatchNormColumns){
		.gamma = network->parameters + layer->gamma + j,
		.beta = network->parameters + layer->beta + j,
		.mean = layer->mean + j,
		.variance = network->variance + j,
		.inverse_std = layer->inverse_std + j,
	};
}

/* Computes the layer's output from its matrix product, for a group of columns from j on. */
static void
forward_columns(Network *network, TrainingLayer *layer, int n_rows, int j, int columns)
{
	const float *bias = network->parameters + layer->bias + j;
	bool		 after = layer->batch_norm == BATCH_NORM_AFTER;
	Dropout		 none = {.random = NULL};
	Dropout		 dropout = dropout_from(layer, j);

	if (layer->batch_norm == BATCH_NORM_NONE)
		activate(layer->activation, n_rows, columns, layer->n_out, bias, &dropout,
				 layer->output + j, NULL);
	else
	{
		BatchNormColumns norm = norm_from(network, layer, j);

		activate(after ? layer->activation : ACTIVATION_LINEAR, n_rows, columns, layer->n_out, bias,
				 &none, layer->product + j, norm.mean);
		batch_norm_forward(after ? ACTIVATION_LINEAR : layer->activation, n_rows, columns,
						   layer->n_out, BATCH_NORM_EPSILON, &norm, layer->product + j, &dropout,
						   layer->output + j);
	}
}

float *
network_forward(Network *network, int n_rows, const float *x)
{
	float decay = running_decay(network->steps);

	for (int i = 0; i < network->n_layers; i++)
	{
		TrainingLayer *layer = &network->layers[i];
		int			   width = piece_columns(n_rows, layer->n_out);

		multiply_matrices(CblasNoTrans, CblasNoTrans, n_rows, layer->n_out, layer->n_in, x,
						  network->parameters + layer->weight, layer->product,
						  network->check_interrupts);
		if (layer->dropout.random)
			draw_dropout(network, (size_t) n_rows * layer->n_out, layer->dropout.random);
		for (int j = 0; j < layer->n_out; j += width)
		{
			forward_columns(network, layer, n_rows, j,
							layer->n_out - j < width ? layer->n_out - j : width);
			network->check_interrupts();
		}
		if (layer->batch_norm != BATCH_NORM_NONE)
		{
			running_average(layer->n_out, decay, layer->mean, layer->running_mean);
			running_average(layer->n_out, decay, network->variance, layer->running_variance);
		}
		x = layer->output;
	}
	return network->layers[network->n_layers - 1].output;
}

/* Replaces the gradient of the layer's output by that of its matrix product. */
static void
backward_columns(Network *network, TrainingLayer *layer, int n_rows, int j, int columns,
				 float *gradient)
{
	float  *bias_gradient = network->gradients + layer->bias + j;
	bool	after = layer->batch_norm == BATCH_NORM_AFTER;
	Dropout dropout = dropout_from(layer, j);

	if (layer->batch_norm == BATCH_NORM_NONE)
		activate_backward(layer->activation, n_rows, columns, layer->n_out, &dropout,
						  layer->output + j, gradient + j, bias_gradient);
	else
	{
		BatchNormColumns norm = norm_from(network, layer, j);

		batch_norm_backward(after ? layer->activation : ACTIVATION_LINEAR,
							after ? ACTIVATION_LINEAR : layer->activation, n_rows, columns,
							layer->n_out, &norm, layer->product + j, &dropout, layer->output + j,
							gradient + j, network->gradients + layer->gamma + j,
							network->gradients + layer->beta + j, bias_gradient);
	}
}

void
network_backward(Network *network, int n_rows, const float *x)
{
	float *gradient = network->layers[network->n_layers - 1].output;
	int	   spare = 0;

	for (int i = network->n_layers - 1; i >= 0; i--)
	{
		TrainingLayer *layer = &network->layers[i];
		const float	  *input = i == 0 ? x : network->layers[i - 1].output;
		int			   width = piece_columns(n_rows, layer->n_out);

		for (int j = 0; j < layer->n_out; j += width)
		{
			backward_columns(network, layer, n_rows, j,
							 layer->n_out - j < width ? layer->n_out - j : width, gradient);
			network->check_interrupts();
		}
		multiply_matrices(CblasTrans, CblasNoTrans, layer->n_in, layer->n_out, n_rows, input,
						  gradient, network->gradients + layer->weight, network->check_interrupts);
		if (i > 0)
		{
			float *next = network->input_gradient[spare];

			multiply_matrices(CblasNoTrans, CblasTrans, n_rows, layer->n_in, layer->n_out, gradient,
							  network->parameters + layer->weight, next, network->check_interrupts);
			gradient = next;
			spare = 1 - spare;
		}
	}
}

/*
 * Updates n parameters from the given offset on and their averages, in blocks that stay
 * in the cache between the two loops.
 */
static void
update_range(Network *network, const NetworkOptions *options, const AdamStep *step,
			 float average_decay, size_t offset, size_t n)
{
	size_t end = offset + n;

	for (; offset < end; offset += n)
	{
		n = end - offset < UPDATE_PARAMETERS ? end - offset : UPDATE_PARAMETERS;
		if (options->optimizer == OPTIMIZER_ADAM)
			adam_update(n, step, network->gradients + offset, network->first_moment + offset,
						network->second_moment + offset, network->parameters + offset);
		else
			momentum_update(n, step->rate, (float) options->momentum, step->decay,
							network->gradients + offset, network->first_moment + offset,
							network->parameters + offset);
		if (network->averages)
			running_average(n, average_decay, network->parameters + offset,
							network->averages + offset);
		if (offset / UPDATE_PARAMETERS % UPDATES_AT_ONCE == 0)
			network->check_interrupts();
	}
}

void
network_update(Network *network, const NetworkOptions *options, double learning_rate)
{
	AdamStep step = {
		.rate = (float) learning_rate,
		.beta1 = (float) options->beta1,
		.beta2 = (float) options->beta2,
		.epsilon = (float) options->epsilon,
	};
	float weight_decay = (float) (learning_rate * options->weight_decay);
	float average_decay;

	network->steps++;
	average_decay =
		(float) fmin(options->weight_average, (double) network->steps / (network->steps + 10.0));
	step.correction1 = (float) (1.0 - pow(options->beta1, (double) network->steps));
	step.correction2 = (float) (1.0 - pow(options->beta2, (double) network->steps));
	for (int i = 0; i < network->n_layers; i++)
	{
		TrainingLayer *layer = &network->layers[i];
		size_t		   end = i + 1 < network->n_layers ? layer[1].weight : network->n_parameters;

		step.decay = weight_decay;
		update_range(network, options, &step, average_decay, layer->weight,
					 layer->bias - layer->weight);
		step.decay = 0.0f;
		update_range(network, options, &step, average_decay, layer->bias, end - layer->bias);
	}
}

/* ------------------------------------------------------------------------
 * Inference
 * ------------------------------------------------------------------------
 */

DenseLayer *
network_folded_layers(const Network *network, Workspace *workspace)
{
	DenseLayer *layers = workspace_array(workspace, DenseLayer, network->n_layers);

	for (int i = 0; i < network->n_layers; i++)
	{
		const TrainingLayer *layer = &network->layers[i];

		layers[i] = (DenseLayer){
			.n_in = layer->n_in,
			.n_out = layer->n_out,
			.activation = layer->activation,
			.weight = workspace_array(workspace, float, (size_t) layer->n_in * layer->n_out),
			.bias = workspace_array(workspace, float, layer->n_out),
		};
	}
	return layers;
}

/* Batch normalisation of output j in inference, as scale * x + shift. */
static void
affine(const TrainingLayer *layer, const float *parameters, int j, double *scale, double *shift)
{
	*scale = parameters[layer->gamma + j] /
			 sqrt((double) layer->running_variance[j] + BATCH_NORM_EPSILON);
	*shift = parameters[layer->beta + j] - *scale * layer->running_mean[j];
}

/* activation(scale * (x W + b) + shift) */
static void
fold_into_own(const Network *network, const TrainingLayer *layer, const float *parameters,
			  DenseLayer *folded)
{
	float *scales = network->variance; /* scratch, of at least n_out */

	for (int j = 0; j < layer->n_out; j++)
	{
		double scale;
		double shift;

		affine(layer, parameters, j, &scale, &shift);
		scales[j] = (float) scale;
		folded->bias[j] = (float) (scale * folded->bias[j] + shift);
	}
	for (int i = 0; i < layer->n_in; i++)
	{
		float *weight = folded->weight + (size_t) i * layer->n_out;

		if (i % ROWS_AT_ONCE == 0)
			network->check_interrupts();
		for (int j = 0; j < layer->n_out; j++)
			weight[j] *= scales[j];
	}
}

/* (scale * y + shift) W + b, in the layer that follows the normalised one */
static void
fold_into_next(const Network *network, const TrainingLayer *layer, const float *parameters,
			   DenseLayer *next)
{
	for (int i = 0; i < layer->n_out; i++)
	{
		float *weight = next->weight + (size_t) i * next->n_out;
		double scale;
		double shift;

		if (i % ROWS_AT_ONCE == 0)
			network->check_interrupts();
		affine(layer, parameters, i, &scale, &shift);
		for (int j = 0; j < next->n_out; j++)
		{
			next->bias[j] += (float) (shift * weight[j]);
			weight[j] *= (float) scale;
		}
	}
}

void
network_fold(const Network *network, DenseLayer *layers)
{
	const float *parameters = network->averages ? network->averages : network->parameters;

	for (int i = 0; i < network->n_layers; i++)
	{
		const TrainingLayer *layer = &network->layers[i];

		copy_floats(layers[i].weight, parameters + layer->weight,
					(size_t) layer->n_in * layer->n_out, network->check_interrupts);
		memcpy(layers[i].bias, parameters + layer->bias, sizeof(float) * layer->n_out);
		if (layer->batch_norm == BATCH_NORM_BEFORE)
			fold_into_own(network, layer, parameters, &layers[i]);
		if (i > 0 && layer[-1].batch_norm == BATCH_NORM_AFTER)
			fold_into_next(network, layer - 1, parameters, &layers[i]);
	}
}
