/*
 * model.c
 *		Class probabilities from a trained model.
 */
#include "core/model/model.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/base/matrix_product.h"
#include "core/base/softmax.h"
#include "core/nn/kernels.h"

/* Rounding in the sum of probabilities, of MODEL_MAX_CLASSES at most. */
#define SUM_TOLERANCE 1e-3f

struct ClassifyScratch
{
	float		*scores;   /* preprocessing_scores() */
	float		*inputs;   /* [max_rows][preprocessing_inputs()] */
	float		*gathered; /* [max_rows][most inputs of a network] */
	uint8_t		*side;	   /* [max_rows]; NULL without a gate */
	float		*columns;  /* [n_tree_inputs][max_rows] */
	LayerBuffers layers;
};

int
widest_layer(const Model *model)
{
	int widest = 0;

	for (int m = 0; m < model->n_networks; m++)
		for (int i = 0; i < model->networks[m].n_layers; i++)
			if (model->networks[m].layers[i].n_out > widest)
				widest = model->networks[m].layers[i].n_out;
	return widest;
}

LayerBuffers
layer_buffers(const Model *model, int max_rows, Workspace *workspace)
{
	LayerBuffers buffers = {.check_interrupts = workspace->check_interrupts};
	size_t		 widest = widest_layer(model);

	for (int i = 0; i < 2; i++)
		buffers.buffer[i] = workspace_array(workspace, float, widest *max_rows);
	return buffers;
}

ClassifyScratch *
classify_scratch(const Model *model, int max_rows, Workspace *workspace)
{
	ClassifyScratch *scratch = workspace_alloc(workspace, sizeof(ClassifyScratch));
	size_t			 n_inputs = preprocessing_inputs(&model->preprocessing);
	size_t			 most_inputs = 0;

	for (int m = 0; m < model->n_networks; m++)
		if ((size_t) model->networks[m].n_inputs > most_inputs)
			most_inputs = model->networks[m].n_inputs;
	scratch->scores = preprocessing_scores(&model->preprocessing, workspace);
	scratch->inputs = workspace_array(workspace, float, n_inputs *max_rows);
	scratch->gathered = workspace_array(workspace, float, most_inputs *max_rows);
	scratch->columns = workspace_array(workspace, float, (size_t) model->n_tree_inputs *max_rows);
	scratch->side = model->gate.closed ? workspace_array(workspace, uint8_t, max_rows) : NULL;
	scratch->layers = layer_buffers(model, max_rows, workspace);
	return scratch;
}

/* output = activation(output + b) */
static void
activate_layer(const DenseLayer *layer, int n_rows, float *output)
{
	Dropout none = {.random = NULL};

	activate(layer->activation, n_rows, layer->n_out, layer->n_out, layer->bias, &none, output,
			 NULL);
}

/* output = activation(input W + b) */
static void
dense_layer(const DenseLayer *layer, int n_rows, const float *input, float *output,
			void (*check_interrupts)(void))
{
	if (n_rows == 1)
		cblas_sgemv(CblasRowMajor, CblasTrans, layer->n_in, layer->n_out, 1.0f, layer->weight,
					layer->n_out, input, 1, 0.0f, output, 1);
	else
		multiply_matrices(CblasNoTrans, CblasNoTrans, n_rows, layer->n_out, layer->n_in, input,
						  layer->weight, output, check_interrupts);
	activate_layer(layer, n_rows, output);
}

const float *
finish_network(const DenseNetwork *network, const LayerBuffers *buffers, int n_rows)
{
	float *output = buffers->buffer[0];

	activate_layer(&network->layers[0], n_rows, output);
	for (int i = 1; i < network->n_layers; i++)
	{
		const float *input = output;

		output = buffers->buffer[i % 2];
		dense_layer(&network->layers[i], n_rows, input, output, buffers->check_interrupts);
	}
	return output;
}

/* Computes the logits of a network, in logits or, if that is NULL, in one of the buffers. */
static const float *
logits_of(const Model *model, const DenseNetwork *network, ClassifyScratch *scratch, int n_rows,
		  const float *inputs, float *logits)
{
	const LayerBuffers *buffers = &scratch->layers;
	int					n_all = preprocessing_inputs(&model->preprocessing);
	int					n = network->n_inputs;

	if (n < n_all)
	{
		for (size_t i = 0; i < n_rows; i++)
			gather_inputs(n, network->inputs, inputs + i * n_all, scratch->gathered + i * n);
		inputs = scratch->gathered;
	}
	for (int i = 0; i < network->n_layers; i++)
	{
		bool   last = i == network->n_layers - 1;
		float *output = last && logits ? logits : buffers->buffer[i % 2];

		dense_layer(&network->layers[i], n_rows, inputs, output, buffers->check_interrupts);
		inputs = output;
	}
	return inputs;
}

void
network_logits(const Model *model, ClassifyScratch *scratch, int n_rows, const float *inputs,
			   float *logits)
{
	size_t n = (size_t) n_rows * model->n_classes;

	if (model->n_networks == 0)
	{
		memset(logits, 0, sizeof(float) * n);
		return;
	}
	logits_of(model, &model->networks[0], scratch, n_rows, inputs, logits);
	for (int m = 1; m < model->n_networks; m++)
	{
		const float *more = logits_of(model, &model->networks[m], scratch, n_rows, inputs, NULL);

		for (size_t k = 0; k < n; k++)
			logits[k] += more[k];
	}
}

void
fill_tree_columns(const Model *model, int n_rows, const float *features, size_t stride,
				  const int32_t *places, float *columns)
{
	for (int j = 0; j < model->n_tree_inputs; j++)
	{
		const float *feature = features + places[j];

		for (int i = 0; i < n_rows; i++)
		{
			float x = feature[i * stride];

			*columns++ = isfinite(x) ? x : NAN;
		}
	}
}

void
add_tree_logits(const Model *model, const bool *reads, int n_rows, const float *columns,
				float scale, float *logits)
{
	for (int m = 0; m < model->n_boosters; m++)
		add_booster(&model->boosters[m], model->n_classes, reads, n_rows, columns,
					scale / (float) model->n_boosters, logits);
}

float
weigh_network_logits(const Model *model, int n_rows, float *logits)
{
	size_t n = (size_t) n_rows * model->n_classes;
	float  scale = model->n_networks > 0 ? 1.0f / (float) model->n_networks : 0.0f;

	if (model->n_boosters == 0)
		return scale;
	for (size_t k = 0; k < n; k++)
		logits[k] *= scale * (1.0f - model->tree_weight);
	return 1.0f;
}

void
calibrate_logits(const Model *model, float scale, int n_rows, const uint8_t *side, float *logits)
{
	int n_classes = model->n_classes;

	scale /= model->temperature;
	for (int i = 0; i < n_rows; i++)
	{
		const float *closed = gate_row(&model->gate, n_classes, side ? side[i] : GATE_UNKNOWN);
		float		*row = logits + (size_t) i * n_classes;

		for (int c = 0; c < n_classes; c++)
			row[c] = row[c] * scale + model->log_multipliers[c];
		if (closed)
			gate_mask(closed, n_classes, row);
	}
	softmax_rows(n_rows, n_classes, logits);
	for (int i = 0; i < n_rows && side; i++)
	{
		const float *closed = gate_row(&model->gate, n_classes, side[i]);

		if (closed)
			gate_fill(closed, n_classes, logits + (size_t) i * n_classes);
	}
}

void
model_classify(const Model *model, ClassifyScratch *scratch, int n_rows, const float *features,
			   float *probabilities)
{
	size_t n_features = model->preprocessing.n_features;
	float  scale;

	preprocess(&model->preprocessing, scratch->scores, n_rows, features, scratch->inputs);
	for (int i = 0; i < n_rows && scratch->side; i++)
		scratch->side[i] = gate_side(features[i * n_features + model->gate.feature]);
	network_logits(model, scratch, n_rows, scratch->inputs, probabilities);
	scale = weigh_network_logits(model, n_rows, probabilities);
	fill_tree_columns(model, n_rows, features, n_features, model->tree_inputs, scratch->columns);
	add_tree_logits(model, NULL, n_rows, scratch->columns, model->tree_weight, probabilities);
	calibrate_logits(model, scale, n_rows, scratch->side, probabilities);
}

bool
probabilities_are_valid(int n_rows, int n_classes, const float *probabilities)
{
	for (int i = 0; i < n_rows; i++, probabilities += n_classes)
	{
		float sum = 0.0f;
		float least = 0.0f;

		for (int c = 0; c < n_classes; c++)
		{
			sum += probabilities[c];
			least = probabilities[c] < least ? probabilities[c] : least;
		}
		if (!(fabsf(sum - 1.0f) < SUM_TOLERANCE) || least < 0.0f)
			return false;
	}
	return true;
}

int
model_features(const Model *model, int32_t *features, Workspace *workspace)
{
	const Preprocessing *preprocessing = &model->preprocessing;
	bool				*marked = workspace_array(workspace, bool, preprocessing->n_features);
	int					 n = 0;

	memset(marked, 0, preprocessing->n_features);
	for (int j = 0; j < preprocessing->n_used; j++)
		marked[preprocessing->used[j]] = true;
	for (int j = 0; j < preprocessing->n_flagged; j++)
		marked[preprocessing->flagged[j]] = true;
	for (int j = 0; j < model->n_tree_inputs; j++)
		marked[model->tree_inputs[j]] = true;
	if (model->gate.closed)
		marked[model->gate.feature] = true;
	for (int i = 0; i < preprocessing->n_features; i++)
		if (marked[i])
			features[n++] = i;
	return n;
}

/* Marks the inputs used by networks, and the gate's feature. */
static void
mark_inputs(const Model *model, bool *marked)
{
	const Preprocessing *preprocessing = &model->preprocessing;

	memset(marked, 0, preprocessing_inputs(preprocessing));
	for (int m = 0; m < model->n_networks; m++)
		for (int j = 0; j < model->networks[m].n_inputs; j++)
			marked[model->networks[m].inputs[j]] = true;
	for (int j = 0; j < preprocessing->n_used && model->gate.closed; j++)
		if (preprocessing->used[j] == model->gate.feature)
			marked[j] = true;
}

/* place [n] = number of marked elements before each of n; returns the number of all. */
static int
count_marked(int n, const bool *marked, int32_t *place)
{
	int n_marked = 0;

	for (int j = 0; j < n; j++)
	{
		place[j] = n_marked;
		n_marked += marked[j];
	}
	return n_marked;
}

/* Marks the inputs that trees read, or with place replaces input j by place[j]. */
static void
visit_splits(Model *model, bool *marked, const int32_t *place)
{
	for (int m = 0; m < model->n_boosters; m++)
		for (int t = 0; t < model->boosters[m].n_trees; t++)
		{
			const Tree *tree = &model->boosters[m].trees[t];

			for (int i = 0; i < tree->n_nodes; i++)
			{
				TreeNode *node = &tree->nodes[i];

				if (node->leaf < 0 && place)
					node->input = place[node->input];
				else if (node->leaf < 0)
					marked[node->input] = true;
			}
		}
}

static void
drop_unused_tree_inputs(Model *model, Workspace *workspace)
{
	int		 n = model->n_tree_inputs;
	bool	*marked = workspace_array(workspace, bool, n);
	int32_t *place = workspace_array(workspace, int32_t, n);
	int32_t *inputs = workspace_array(workspace, int32_t, n);
	float	*gains = workspace_array(workspace, float, n);

	for (int m = 0; m < model->n_boosters; m++)
		model->boosters[m].packed = NULL;
	memset(marked, 0, n);
	visit_splits(model, marked, NULL);
	model->n_tree_inputs = count_marked(n, marked, place);
	visit_splits(model, marked, place);
	for (int j = 0; j < n; j++)
		if (marked[j])
		{
			inputs[place[j]] = model->tree_inputs[j];
			gains[place[j]] = model->tree_gains[j];
		}
	model->tree_inputs = inputs;
	model->tree_gains = gains;
}

void
drop_unused_inputs(Model *model, Workspace *workspace)
{
	int		 n_inputs = preprocessing_inputs(&model->preprocessing);
	bool	*marked = workspace_array(workspace, bool, n_inputs);
	int32_t *place = workspace_array(workspace, int32_t, n_inputs);

	mark_inputs(model, marked);
	count_marked(n_inputs, marked, place);
	for (int m = 0; m < model->n_networks; m++)
		for (int j = 0; j < model->networks[m].n_inputs; j++)
			model->networks[m].inputs[j] = place[model->networks[m].inputs[j]];
	model->preprocessing = preprocessing_subset(&model->preprocessing, marked, workspace);
	if (model->n_boosters > 0)
		drop_unused_tree_inputs(model, workspace);
}
