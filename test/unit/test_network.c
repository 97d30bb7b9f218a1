/*
 * test_network.c
 *		The network's passes compared with a plain double-precision implementation.
 */
#include "unit.h"

#include "core/base/softmax.h"
#include "core/nn/network.h"
#include "core/train/options.h"

#define ROWS 7
#define INPUTS 5
#define CLASSES 3
#define WIDEST 6

static TrainingOptions
small_options(Activation activation, BatchNorm batch_norm, double dropout)
{
	TrainingOptions options;

	options = *training_preset(0);
	training_options_settle(&options, 5000, 5000, 173, 6);
	options.network.n_layers = 2;
	options.network.layers[0] = WIDEST;
	options.network.layers[1] = 4;
	options.network.activation = activation;
	options.network.batch_norm = batch_norm;
	options.network.n_dropout = 1;
	options.network.dropout[0] = dropout;
	options.batch_size = ROWS;
	options.network.weight_average = 0.0;
	options.seed = 11;
	return options;
}

static void
fill(float *x, size_t n, uint64_t seed)
{
	Random random;

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

/* Normalises column j of y by its batch moments, or by the running ones. */
static void
oracle_batch_norm(const TrainingLayer *layer, const double *parameters, bool training,
				  double y[ROWS][WIDEST])
{
	for (int j = 0; j < layer->n_out; j++)
	{
		double mean = 0.0;
		double variance = 0.0;

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

/* The factor of dropout for element i of a matrix. */
static double
dropout_factor(const Dropout *dropout, size_t i)
{
	if (dropout->random == NULL)
		return 1.0;
	return dropout->random[i] < dropout->threshold ? 0.0 : dropout->kept;
}

static void
oracle_logits(const Network *network, const double *parameters, const float *x, bool training,
			  double logits[ROWS][WIDEST])
{
	double input[ROWS][WIDEST];

	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < INPUTS; j++)
			input[i][j] = x[i * INPUTS + j];
	for (int l = 0; l < network->n_layers; l++)
	{
		const TrainingLayer *layer = &network->layers[l];
		double				 y[ROWS][WIDEST];

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
				input[i][j] =
					y[i][j] *
					(training ? dropout_factor(&layer->dropout, i * layer->n_out + j) : 1.0);
	}
	memcpy(logits, input, sizeof(input));
}

/* A function of the logits with a known gradient: the sum of coefficient * logit. */
static double
oracle_objective(const Network *network, const double *parameters, const float *x,
				 const float *coefficient)
{
	double logits[ROWS][WIDEST];
	double sum = 0.0;

	oracle_logits(network, parameters, x, true, logits);
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < CLASSES; j++)
			sum += coefficient[i * CLASSES + j] * logits[i][j];
	return sum;
}

static void
test_gradients(Activation activation, BatchNorm batch_norm, double dropout)
{
	Workspace		workspace = unit_workspace();
	TrainingOptions options = small_options(activation, batch_norm, dropout);
	Network		   *network = network_create(&options.network, options.seed, INPUTS, CLASSES,
											 options.batch_size, &workspace);
	double		   *parameters = malloc(sizeof(double) * network->n_parameters);
	float			x[ROWS * INPUTS];
	float			coefficient[ROWS * CLASSES];
	double			logits[ROWS][WIDEST];
	float		   *actual;
	double			worst = 0.0;

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
		double step = 1e-6;
		double kept = parameters[i];
		double up;
		double down;
		double expected;

		parameters[i] = kept + step;
		up = oracle_objective(network, parameters, x, coefficient);
		parameters[i] = kept - step;
		down = oracle_objective(network, parameters, x, coefficient);
		parameters[i] = kept;
		expected = (up - down) / (2.0 * step);
		worst = fmax(worst, fabs(network->gradients[i] - expected) / fmax(1.0, fabs(expected)));
	}
	CHECK(worst < 1e-3, "activation %d, batch_norm %d, dropout %g: gradient off by %g", activation,
		  batch_norm, dropout, worst);
	free(parameters);
	unit_free();
}

/* Folding batch normalisation into the layers changes no logit. */
static void
test_fold(BatchNorm batch_norm)
{
	Workspace		workspace = unit_workspace();
	TrainingOptions options = small_options(ACTIVATION_ELU, batch_norm, 0.0);
	Network		   *network = network_create(&options.network, options.seed, INPUTS, CLASSES,
											 options.batch_size, &workspace);
	double		   *parameters = malloc(sizeof(double) * network->n_parameters);
	DenseLayer	   *layers = network_folded_layers(network, &workspace);
	float			x[ROWS * INPUTS];
	double			expected[ROWS][WIDEST];

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
		double input[WIDEST];

		for (int j = 0; j < INPUTS; j++)
			input[j] = x[i * INPUTS + j];
		for (int l = 0; l < network->n_layers; l++)
		{
			double output[WIDEST];

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

/* At first, the running moments are plain averages over the batches. */
static void
test_running_moments(void)
{
	Workspace		workspace = unit_workspace();
	TrainingOptions options = small_options(ACTIVATION_RELU, BATCH_NORM_BEFORE, 0.0);
	Network		   *network = network_create(&options.network, options.seed, INPUTS, CLASSES,
											 options.batch_size, &workspace);
	float			x[ROWS * INPUTS];
	float			first;
	float			second;

	options.learning_rate = 0.0;
	fill(x, ROWS * INPUTS, 6);
	network_forward(network, ROWS, x);
	first = network->layers[0].running_mean[0];
	network_update(network, &options.network, 0.0);
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
	float  parameter[3] = {1.0f, -2.0f, 0.5f};
	float  first[3] = {0};
	float  second[3] = {0};
	double p[3] = {1.0, -2.0, 0.5};
	double m[3] = {0};
	double v[3] = {0};

	for (int t = 1; t <= 5; t++)
	{
		float	 gradient[3] = {0.3f * t, -1.0f / t, 1e-4f};
		AdamStep step = {.rate = 0.01f,
						 .beta1 = 0.9f,
						 .beta2 = 0.999f,
						 .epsilon = 1e-8f,
						 .correction1 = (float) (1 - pow(0.9, t)),
						 .correction2 = (float) (1 - pow(0.999, t)),
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
	float parameter = 1.0f;
	float velocity = 0.0f;
	float gradient = 0.5f;

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
			float	y = (float) x;
			float	bias = 0.0f;
			Dropout none = {.random = NULL};

			activate(activation, 1, 1, 1, &bias, &none, &y, NULL);
			CHECK_CLOSE(y, oracle_activation(activation, (float) x), 4e-7, "activation");
		}
}

static void
test_softmax(void)
{
	float  x[6] = {1.0f, 2.0f, 3.0f, 1000.0f, -1000.0f, 999.0f};
	double sum = exp(-2.0) + exp(-1.0) + 1.0;

	softmax_rows(2, 3, x);
	CHECK_CLOSE(x[0], exp(-2.0) / sum, 1e-6, "softmax");
	CHECK_CLOSE(x[2], 1.0 / sum, 1e-6, "softmax");
	CHECK_CLOSE(x[3], 1.0 / (1.0 + exp(-1.0)), 1e-6, "softmax of large logits");
	CHECK(x[4] >= 0.0f && x[4] < 1e-30f, "softmax of a small logit is %g", x[4]);
}

/* Dropout drops the given share, and preserves the expectation. */
static void
test_dropout(void)
{
	Workspace		workspace = unit_workspace();
	TrainingOptions options = small_options(ACTIVATION_RELU, BATCH_NORM_NONE, 0.4);
	Network		   *network;
	float		   *x;
	int				dropped = 0;
	int				n = 500 * 64;

	options.network.layers[0] = 64;
	options.batch_size = 500;
	network = network_create(&options.network, options.seed, INPUTS, CLASSES, options.batch_size,
							 &workspace);
	x = workspace_array(&workspace, float, 500 * INPUTS);
	fill(x, 500 * INPUTS, 8);
	network_forward(network, 500, x);
	for (int i = 0; i < n; i++)
	{
		double factor = dropout_factor(&network->layers[0].dropout, i);

		if (factor == 0.0)
			dropped++;
		else if (fabs(factor - 1.0 / 0.6) > 1e-6)
			CHECK(false, "factor %g", factor);
	}
	CHECK(fabs(dropped / (double) n - 0.4) < 0.01, "dropped %d of %d", dropped, n);
	unit_free();
}

/* Each lane equals the scalar generator; the number drawn at a time only changes what is left. */
static void
test_random_fill(void)
{
	RandomLanes lanes;
	RandomLanes again;
	Random		random[RANDOM_LANES];
	uint16_t	values[99];
	uint16_t	second[99];
	const int	step = RANDOM_LANES * 4;
	int			wrong = 0;

	random_lanes_seed(&lanes, 5, 6);
	again = lanes;
	for (int lane = 0; lane < RANDOM_LANES; lane++)
		for (int i = 0; i < 4; i++)
			random[lane].state[i] = lanes.state[i][lane];
	memset(values, 0xAA, sizeof(values));
	random_fill(&lanes, 3 * step - 3, values);
	for (int draw = 0; draw < 3; draw++)
		for (int lane = 0; lane < RANDOM_LANES; lane++)
		{
			uint64_t bits = random_bits(&random[lane]);
			uint16_t parts[4];

			memcpy(parts, &bits, sizeof(bits));
			for (int k = 0; k < 4; k++)
			{
				int i = draw * step + lane * 4 + k;

				wrong += i < 3 * step - 3 ? values[i] != parts[k] : values[i] != 0xAAAA;
			}
		}
	CHECK(wrong == 0, "%d values are wrong", wrong);
	random_fill(&again, step, second);
	random_fill(&again, 2 * step - 3, second + step);
	CHECK(memcmp(values, second, sizeof(uint16_t) * (3 * step - 3)) == 0, "in two draws");
}

static double
oracle_derivative(Activation activation, double x)
{
	double y = oracle_activation(activation, x);

	switch (activation)
	{
		case ACTIVATION_SIGMOID:
			return y * (1.0 - y);
		case ACTIVATION_TANH:
			return 1.0 - y * y;
		case ACTIVATION_RELU:
			return x > 0.0;
		case ACTIVATION_ELU:
			return x > 0.0 ? 1.0 : exp(x);
		default:
			return 1.0;
	}
}

#define TALL 33
#define WIDE 45
#define STRIDE 51

/* A mini-batch of TALL rows through the kernels of one layer, and through plain double loops. */
typedef struct Pass
{
	float	 bias[WIDE];
	float	 gamma[WIDE];
	float	 beta[WIDE];
	float	 x[TALL * STRIDE]; /* before bias and activation; after them, on return */
	float	 y[TALL * STRIDE];
	float	 gradient[TALL * STRIDE];
	uint16_t random[TALL * STRIDE];
	float	 mean[WIDE];
	float	 variance[WIDE];
	float	 inverse_std[WIDE];
	float	 gamma_gradient[WIDE];
	float	 beta_gradient[WIDE];
	float	 bias_gradient[WIDE];
} Pass;

static void
fill_pass(Pass *pass)
{
	RandomLanes lanes;

	memset(pass, 0, sizeof(Pass));
	fill(pass->bias, WIDE, 21);
	fill(pass->gamma, WIDE, 22);
	fill(pass->beta, WIDE, 23);
	fill(pass->x, TALL * STRIDE, 24);
	fill(pass->gradient, TALL * STRIDE, 25);
	random_lanes_seed(&lanes, 26, 0);
	random_fill(&lanes, TALL * STRIDE, pass->random);
}

/* Forward and backward, `width` columns at a time. */
static void
run_pass(Pass *pass, Activation before, bool normalised, Activation activation, double dropout,
		 int width)
{
	Dropout none = {.random = NULL};

	for (int j = 0; j < WIDE; j += width)
	{
		int				 columns = WIDE - j < width ? WIDE - j : width;
		Dropout			 drop = dropout > 0.0 ? dropout_of(dropout, pass->random + j) : none;
		BatchNormColumns norm = {.gamma = pass->gamma + j,
								 .beta = pass->beta + j,
								 .mean = pass->mean + j,
								 .variance = pass->variance + j,
								 .inverse_std = pass->inverse_std + j};

		if (normalised)
		{
			activate(before, TALL, columns, STRIDE, pass->bias + j, &none, pass->x + j, norm.mean);
			batch_norm_forward(activation, TALL, columns, STRIDE, 1e-3f, &norm, pass->x + j, &drop,
							   pass->y + j);
			batch_norm_backward(before, activation, TALL, columns, STRIDE, &norm, pass->x + j,
								&drop, pass->y + j, pass->gradient + j, pass->gamma_gradient + j,
								pass->beta_gradient + j, pass->bias_gradient + j);
		}
		else
		{
			activate(activation, TALL, columns, STRIDE, pass->bias + j, &drop, pass->x + j, NULL);
			activate_backward(activation, TALL, columns, STRIDE, &drop, pass->x + j,
							  pass->gradient + j, pass->bias_gradient + j);
		}
	}
}

/* Largest error, relative to max(1, |expected|), of a column of the pass of run_pass. */
static double
column_error(const Pass *start, const Pass *done, int j, Activation before, bool normalised,
			 Activation activation, double dropout)
{
	double	z[TALL], x[TALL], standardised[TALL], g[TALL];
	double	mean = 0.0, variance = 0.0, inverse_std;
	double	gamma_gradient = 0.0, beta_gradient = 0.0, bias_gradient = 0.0;
	double	worst = 0.0;
	Dropout drop = dropout_of(dropout, dropout > 0.0 ? (uint16_t *) done->random : NULL);

#define COMPARE(actual, expected)                                                                  \
	(worst = fmax(worst, fabs((actual) - (expected)) / fmax(1.0, fabs(expected))))
	for (int i = 0; i < TALL; i++)
	{
		z[i] = (double) start->x[i * STRIDE + j] + start->bias[j];
		x[i] = normalised ? oracle_activation(before, z[i]) : z[i];
		mean += x[i] / TALL;
	}
	for (int i = 0; i < TALL; i++)
		variance += (x[i] - mean) * (x[i] - mean) / TALL;
	inverse_std = 1.0 / sqrt(variance + 1e-3);
	for (int i = 0; i < TALL; i++)
	{
		int	   k = i * STRIDE + j;
		double input;

		standardised[i] = (x[i] - mean) * inverse_std;
		input = normalised ? start->gamma[j] * standardised[i] + start->beta[j] : x[i];
		COMPARE(normalised ? done->y[k] : done->x[k],
				oracle_activation(activation, input) * dropout_factor(&drop, k));
		g[i] = start->gradient[k] * dropout_factor(&drop, k) * oracle_derivative(activation, input);
		beta_gradient += g[i];
		gamma_gradient += g[i] * standardised[i];
	}
	for (int i = 0; i < TALL; i++)
	{
		if (normalised)
			g[i] = start->gamma[j] * inverse_std * oracle_derivative(before, z[i]) *
				   (g[i] - (beta_gradient + standardised[i] * gamma_gradient) / TALL);
		bias_gradient += g[i];
		COMPARE(done->gradient[i * STRIDE + j], g[i]);
	}
	COMPARE(done->bias_gradient[j], bias_gradient);
	if (normalised)
	{
		COMPARE(done->gamma_gradient[j], gamma_gradient);
		COMPARE(done->beta_gradient[j], beta_gradient);
		COMPARE(done->mean[j], mean);
		COMPARE(done->variance[j], variance);
	}
#undef COMPARE
	return worst;
}

/*
 * The kernels of a layer compared with double loops; a few columns at a time give the
 * same bits and change no other columns.
 */
static void
test_kernels(Activation before, bool normalised, Activation activation, double dropout)
{
	static Pass start, done, pieces;
	double		worst = 0.0;
	int			touched = 0;

	fill_pass(&start);
	done = pieces = start;
	run_pass(&done, before, normalised, activation, dropout, WIDE);
	run_pass(&pieces, before, normalised, activation, dropout, 19);
	for (int j = 0; j < WIDE; j++)
		worst =
			fmax(worst, column_error(&start, &done, j, before, normalised, activation, dropout));
	CHECK(worst < 1e-4, "%d, normalised %d, %d, dropout %g: off by %g", before, normalised,
		  activation, dropout, worst);
	CHECK(memcmp(&done, &pieces, sizeof(Pass)) == 0, "%d, normalised %d, %d, dropout %g: pieces",
		  before, normalised, activation, dropout);
	for (int i = 0; i < TALL; i++)
		for (int j = WIDE; j < STRIDE; j++)
		{
			int k = i * STRIDE + j;

			touched += done.x[k] != start.x[k] || done.y[k] != start.y[k] ||
					   done.gradient[k] != start.gradient[k];
		}
	CHECK(touched == 0, "%d elements beside the columns changed", touched);
}

/* Dropout in place and out of place give the same result, as defined. */
static void
test_drop(void)
{
	float		x[WIDE];
	float		y[WIDE];
	uint16_t	random[WIDE];
	Dropout		dropout = dropout_of(0.3, random);
	RandomLanes lanes;
	int			wrong = 0;

	random_lanes_seed(&lanes, 9, 0);
	random_fill(&lanes, WIDE, random);
	fill(x, WIDE, 9);
	drop(WIDE, &dropout, x, y);
	for (int i = 0; i < WIDE; i++)
		wrong += fabs(y[i] - x[i] * dropout_factor(&dropout, i)) > 1e-6;
	drop(WIDE, &dropout, x, x);
	CHECK(wrong == 0 && memcmp(x, y, sizeof(x)) == 0, "%d elements are wrong", wrong);
}

/* The moving average of the parameters follows each step, however the step is divided. */
static void
test_weight_average(int optimizer)
{
	Workspace		workspace = unit_workspace();
	TrainingOptions options = small_options(ACTIVATION_RELU, BATCH_NORM_AFTER, 0.0);
	Network		   *network;
	float		   *expected;
	float			worst = 0.0f;

	options.network.layers[0] = 2000;
	options.network.optimizer = optimizer;
	options.network.weight_average = 0.15;
	network = network_create(&options.network, options.seed, INPUTS, CLASSES, options.batch_size,
							 &workspace);
	expected = workspace_array(&workspace, float, network->n_parameters);
	memcpy(expected, network->parameters, sizeof(float) * network->n_parameters);
	for (int step = 1; step <= 3; step++)
	{
		float decay = fminf(0.15f, (float) (step / (step + 10.0)));

		fill(network->gradients, network->n_parameters, step);
		network_update(network, &options.network, 0.1);
		for (size_t i = 0; i < network->n_parameters; i++)
		{
			expected[i] += (1.0f - decay) * (network->parameters[i] - expected[i]);
			worst = fmaxf(worst, fabsf(expected[i] - network->averages[i]));
		}
	}
	CHECK(worst < 1e-5f, "off by %g", worst);
	CHECK(network->n_parameters > 2 * 4096, "only %zu parameters", network->n_parameters);
	unit_free();
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
	test_random_fill();
	test_drop();
	for (int activation = ACTIVATION_LINEAR; activation <= ACTIVATION_ELU; activation++)
		for (int dropout = 0; dropout <= 1; dropout++)
		{
			test_kernels(ACTIVATION_LINEAR, false, activation, 0.4 * dropout);
			test_kernels(ACTIVATION_LINEAR, true, activation, 0.4 * dropout);
			test_kernels(activation, true, ACTIVATION_LINEAR, 0.4 * dropout);
		}
	test_weight_average(OPTIMIZER_ADAM);
	test_weight_average(OPTIMIZER_SGD);
	return unit_report();
}
