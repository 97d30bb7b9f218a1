/*
 * test_network.c
 *		The network's passes against a plain double-precision implementation.
 */
#include "unit.h"

#include "core/network.h"

#define ROWS	7
#define INPUTS	5
#define CLASSES 3
#define WIDEST	6

static TrainingOptions
small_options(Activation activation, BatchNorm batch_norm, double dropout)
{
	TrainingOptions options;

	training_options_default(&options);
	options.n_layers = 2;
	options.layers[0] = WIDEST;
	options.layers[1] = 4;
	options.activation = activation;
	options.batch_norm = batch_norm;
	options.n_dropout = 1;
	options.dropout[0] = dropout;
	options.batch_size = ROWS;
	options.weight_average = 0.0;
	options.seed = 11;
	return options;
}

static void
fill(float *x, size_t n, uint64_t seed)
{
	Random		random;

	random_seed(&random, seed, 0);
	for (size_t i = 0; i < n; i++)
		x[i] = (float) random_normal(&random);
}

static double
oracle_activation(Activation activation, double x)
{
	switch (activation)
	{
		case ACTIVATION_SIGMOID:
			return 1.0 / (1.0 + exp(-x));
		case ACTIVATION_TANH:
			return tanh(x);
		case ACTIVATION_RELU:
			return x > 0.0 ? x : 0.0;
		case ACTIVATION_ELU:
			return x > 0.0 ? x : expm1(x);
		default:
			return x;
	}
}

/* Normalises column j of y by its own moments, or by the running ones. */
static void
oracle_batch_norm(const TrainingLayer *layer, const double *parameters, bool training,
				  double y[ROWS][WIDEST])
{
	for (int j = 0; j < layer->n_out; j++)
	{
		double		mean = 0.0;
		double		variance = 0.0;

		for (int i = 0; i < ROWS; i++)
			mean += y[i][j] / ROWS;
		for (int i = 0; i < ROWS; i++)
			variance += (y[i][j] - mean) * (y[i][j] - mean) / ROWS;
		if (!training)
		{
			mean = layer->running_mean[j];
			variance = layer->running_variance[j];
		}
		for (int i = 0; i < ROWS; i++)
			y[i][j] = parameters[layer->gamma + j] * (y[i][j] - mean) / sqrt(variance + 1e-3) +
				parameters[layer->beta + j];
	}
}

static void
oracle_logits(const Network *network, const double *parameters, const float *x, bool training,
			  double logits[ROWS][WIDEST])
{
	double		input[ROWS][WIDEST];

	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < INPUTS; j++)
			input[i][j] = x[i * INPUTS + j];
	for (int l = 0; l < network->n_layers; l++)
	{
		const TrainingLayer *layer = &network->layers[l];
		double		y[ROWS][WIDEST];

		for (int i = 0; i < ROWS; i++)
			for (int j = 0; j < layer->n_out; j++)
			{
				y[i][j] = parameters[layer->bias + j];
				for (int k = 0; k < layer->n_in; k++)
					y[i][j] += input[i][k] * parameters[layer->weight + k * layer->n_out + j];
			}
		if (layer->batch_norm == BATCH_NORM_BEFORE)
			oracle_batch_norm(layer, parameters, training, y);
		for (int i = 0; i < ROWS; i++)
			for (int j = 0; j < layer->n_out; j++)
				y[i][j] = oracle_activation(layer->activation, y[i][j]);
		if (layer->batch_norm == BATCH_NORM_AFTER)
			oracle_batch_norm(layer, parameters, training, y);
		for (int i = 0; i < ROWS; i++)
			for (int j = 0; j < layer->n_out; j++)
				input[i][j] = y[i][j] *
					(training && layer->mask ? layer->mask[i * layer->n_out + j] : 1.0);
	}
	memcpy(logits, input, sizeof(input));
}

/* A function of the logits whose gradient is known: the sum of coefficient * logit. */
static double
oracle_objective(const Network *network, const double *parameters, const float *x,
				 const float *coefficient)
{
	double		logits[ROWS][WIDEST];
	double		sum = 0.0;

	oracle_logits(network, parameters, x, true, logits);
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < CLASSES; j++)
			sum += coefficient[i * CLASSES + j] * logits[i][j];
	return sum;
}

static void
test_gradients(Activation activation, BatchNorm batch_norm, double dropout)
{
	Workspace	workspace = unit_workspace();
	TrainingOptions options = small_options(activation, batch_norm, dropout);
	Network    *network = network_create(&options, INPUTS, CLASSES, options.batch_size, &workspace);
	double	   *parameters = malloc(sizeof(double) * network->n_parameters);
	float		x[ROWS * INPUTS];
	float		coefficient[ROWS * CLASSES];
	double		logits[ROWS][WIDEST];
	float	   *actual;
	double		worst = 0.0;

	fill(x, ROWS * INPUTS, 1);
	fill(coefficient, ROWS * CLASSES, 2);
	fill(network->parameters, network->n_parameters, 3);
	for (size_t i = 0; i < network->n_parameters; i++)
		parameters[i] = network->parameters[i];

	actual = network_forward(network, ROWS, x);
	oracle_logits(network, parameters, x, true, logits);
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < CLASSES; j++)
			CHECK_CLOSE(actual[i * CLASSES + j], logits[i][j], 2e-4, "logit in training");

	memcpy(actual, coefficient, sizeof(coefficient));
	network_backward(network, ROWS, x);
	for (size_t i = 0; i < network->n_parameters; i++)
	{
		double		step = 1e-6;
		double		kept = parameters[i];
		double		up;
		double		down;
		double		expected;

		parameters[i] = kept + step;
		up = oracle_objective(network, parameters, x, coefficient);
		parameters[i] = kept - step;
		down = oracle_objective(network, parameters, x, coefficient);
		parameters[i] = kept;
		expected = (up - down) / (2.0 * step);
		worst = fmax(worst, fabs(network->gradients[i] - expected) / fmax(1.0, fabs(expected)));
	}
	CHECK(worst < 1e-3, "activation %d, batch_norm %d, dropout %g: gradient off by %g",
		  activation, batch_norm, dropout, worst);
	free(parameters);
	unit_free();
}

/* Folding batch normalisation into the layers changes no logit. */
static void
test_fold(BatchNorm batch_norm)
{
	Workspace	workspace = unit_workspace();
	TrainingOptions options = small_options(ACTIVATION_ELU, batch_norm, 0.0);
	Network    *network = network_create(&options, INPUTS, CLASSES, options.batch_size, &workspace);
	double	   *parameters = malloc(sizeof(double) * network->n_parameters);
	DenseLayer *layers = network_folded_layers(network, &workspace);
	float		x[ROWS * INPUTS];
	double		expected[ROWS][WIDEST];

	fill(x, ROWS * INPUTS, 4);
	fill(network->parameters, network->n_parameters, 5);
	for (int i = 0; i < 3; i++)
		network_forward(network, ROWS, x);
	for (int l = 0; l < network->n_layers - 1 && batch_norm != BATCH_NORM_NONE; l++)
		for (int j = 0; j < network->layers[l].n_out; j++)
			network->layers[l].running_mean[j] += 0.25f * (float) (j + 1);
	for (size_t i = 0; i < network->n_parameters; i++)
		parameters[i] = network->parameters[i];
	oracle_logits(network, parameters, x, false, expected);
	network_fold(network, layers);

	for (int i = 0; i < ROWS; i++)
	{
		double		input[WIDEST];

		for (int j = 0; j < INPUTS; j++)
			input[j] = x[i * INPUTS + j];
		for (int l = 0; l < network->n_layers; l++)
		{
			double		output[WIDEST];

			for (int j = 0; j < layers[l].n_out; j++)
			{
				output[j] = layers[l].bias[j];
				for (int k = 0; k < layers[l].n_in; k++)
					output[j] += input[k] * layers[l].weight[k * layers[l].n_out + j];
				output[j] = oracle_activation(layers[l].activation, output[j]);
			}
			memcpy(input, output, sizeof(output));
		}
		for (int j = 0; j < CLASSES; j++)
			CHECK_CLOSE(input[j], expected[i][j], 1e-4, "folded logit");
	}
	free(parameters);
	unit_free();
}

/* The moments of the batches are averaged plainly at first. */
static void
test_running_moments(void)
{
	Workspace	workspace = unit_workspace();
	TrainingOptions options = small_options(ACTIVATION_RELU, BATCH_NORM_BEFORE, 0.0);
	Network    *network = network_create(&options, INPUTS, CLASSES, options.batch_size, &workspace);
	float		x[ROWS * INPUTS];
	float		first;
	float		second;

	options.learning_rate = 0.0;
	fill(x, ROWS * INPUTS, 6);
	network_forward(network, ROWS, x);
	first = network->layers[0].running_mean[0];
	network_update(network, &options, 0.0);
	for (int i = 0; i < ROWS * INPUTS; i++)
		x[i] *= -1.0f;
	network_forward(network, ROWS, x);
	second = network->layers[0].running_mean[0];
	CHECK(fabsf(first) > 1e-3f && fabsf(second) < 1e-5f, "means %g and %g", first, second);
	unit_free();
}

static void
test_adam(void)
{
	float		parameter[3] = {1.0f, -2.0f, 0.5f};
	float		first[3] = {0};
	float		second[3] = {0};
	double		p[3] = {1.0, -2.0, 0.5};
	double		m[3] = {0};
	double		v[3] = {0};

	for (int t = 1; t <= 5; t++)
	{
		float		gradient[3] = {0.3f * t, -1.0f / t, 1e-4f};
		AdamStep	step = {.rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f,
			.correction1 = (float) (1 - pow(0.9, t)), .correction2 = (float) (1 - pow(0.999, t)),
			.decay = 0.01f * 0.1f};

		adam_update(3, &step, gradient, first, second, parameter);
		for (int i = 0; i < 3; i++)
		{
			m[i] = 0.9 * m[i] + 0.1 * gradient[i];
			v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
			p[i] -= 0.01 * 0.1 * p[i];
			p[i] -= 0.01 * (m[i] / (1 - pow(0.9, t))) / (sqrt(v[i] / (1 - pow(0.999, t))) + 1e-8);
			CHECK_CLOSE(parameter[i], p[i], 1e-5, "parameter under Adam");
		}
	}
}

static void
test_momentum(void)
{
	float		parameter = 1.0f;
	float		velocity = 0.0f;
	float		gradient = 0.5f;

	momentum_update(1, 0.1f, 0.9f, 0.02f, &gradient, &velocity, &parameter);
	CHECK_CLOSE(parameter, 1.0 - 0.05 - 0.02, 1e-6, "first step");
	momentum_update(1, 0.1f, 0.9f, 0.0f, &gradient, &velocity, &parameter);
	CHECK_CLOSE(parameter, 0.93 - 0.1 * (0.45 + 0.5), 1e-6, "second step");
}

static void
test_activations(void)
{
	for (int activation = ACTIVATION_LINEAR; activation <= ACTIVATION_ELU; activation++)
		for (double x = -100.0; x <= 100.0; x += 0.37)
		{
			float		y = (float) x;

			activate(activation, 1, &y);
			CHECK_CLOSE(y, oracle_activation(activation, (float) x), 4e-7, "activation");
		}
}

static void
test_softmax(void)
{
	float		x[6] = {1.0f, 2.0f, 3.0f, 1000.0f, -1000.0f, 999.0f};
	double		sum = exp(-2.0) + exp(-1.0) + 1.0;

	softmax_rows(2, 3, x);
	CHECK_CLOSE(x[0], exp(-2.0) / sum, 1e-6, "softmax");
	CHECK_CLOSE(x[2], 1.0 / sum, 1e-6, "softmax");
	CHECK_CLOSE(x[3], 1.0 / (1.0 + exp(-1.0)), 1e-6, "softmax of large logits");
	CHECK(x[4] >= 0.0f && x[4] < 1e-30f, "softmax of a small logit is %g", x[4]);
}

/* Dropout drops the share it is told, and keeps the expectation. */
static void
test_dropout(void)
{
	Workspace	workspace = unit_workspace();
	TrainingOptions options = small_options(ACTIVATION_RELU, BATCH_NORM_NONE, 0.4);
	Network    *network;
	float	   *x;
	int			dropped = 0;
	int			n = 500 * 64;

	options.layers[0] = 64;
	options.batch_size = 500;
	network = network_create(&options, INPUTS, CLASSES, options.batch_size, &workspace);
	x = workspace_array(&workspace, float, 500 * INPUTS);
	fill(x, 500 * INPUTS, 8);
	network_forward(network, 500, x);
	for (int i = 0; i < n; i++)
	{
		float		mask = network->layers[0].mask[i];

		if (mask == 0.0f)
			dropped++;
		else if (fabsf(mask - 1.0f / 0.6f) > 1e-6f)
			CHECK(false, "mask %g", mask);
	}
	CHECK(fabs(dropped / (double) n - 0.4) < 0.01, "dropped %d of %d", dropped, n);
	unit_free();
}

/* The largest mini-batches are normalised some columns at a time: to the same bits. */
static void
test_column_pieces(void)
{
	enum { N = 9, M = 10 };
	float		x[2][N * M], standardised[2][N * M], gradient[2][N * M];
	float		gamma[M], beta[M], mean[M], variance[M], inverse_std[M];
	float		gamma_gradient[2][M], beta_gradient[2][M];

	fill(gamma, M, 1);
	fill(beta, M, 2);
	for (int pieces = 0; pieces < 2; pieces++)
	{
		int			width = pieces ? 4 : M;

		fill(x[pieces], N * M, 3);
		fill(gradient[pieces], N * M, 4);
		for (int j = 0; j < M; j += width)
		{
			int			columns = M - j < width ? M - j : width;

			batch_norm_forward(N, columns, M, 1e-3f, gamma + j, beta + j, x[pieces] + j,
							   standardised[pieces] + j, mean + j, variance + j, inverse_std + j);
			batch_norm_backward(N, columns, M, gamma + j, standardised[pieces] + j,
								inverse_std + j, gradient[pieces] + j,
								gamma_gradient[pieces] + j, beta_gradient[pieces] + j);
		}
	}
	CHECK(memcmp(x[0], x[1], sizeof(x[0])) == 0, "output");
	CHECK(memcmp(standardised[0], standardised[1], sizeof(x[0])) == 0, "standardised");
	CHECK(memcmp(gradient[0], gradient[1], sizeof(x[0])) == 0, "gradient");
	CHECK(memcmp(gamma_gradient[0], gamma_gradient[1], sizeof(gamma)) == 0, "gradient of gamma");
	CHECK(memcmp(beta_gradient[0], beta_gradient[1], sizeof(beta)) == 0, "gradient of beta");
}

int
main(void)
{
	for (int activation = ACTIVATION_LINEAR; activation <= ACTIVATION_ELU; activation++)
		for (int batch_norm = BATCH_NORM_NONE; batch_norm <= BATCH_NORM_AFTER; batch_norm++)
			for (int dropout = 0; dropout <= 1; dropout++)
				test_gradients(activation, batch_norm, 0.3 * dropout);
	for (int batch_norm = BATCH_NORM_NONE; batch_norm <= BATCH_NORM_AFTER; batch_norm++)
		test_fold(batch_norm);
	test_running_moments();
	test_adam();
	test_momentum();
	test_activations();
	test_softmax();
	test_dropout();
	test_column_pieces();
	return unit_report();
}
