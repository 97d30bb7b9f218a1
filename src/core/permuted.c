/*
 * permuted.c
 *		Classification of objects with permuted inputs.
 */
#include "core/permuted.h"

#include <string.h>

#include "core/kernels.h"
#include "core/matrix.h"

struct PermutedClassifier
{
	const Model *model;
	const float *inputs;
	float *unchanged; /* [n_rows][n_out], first layer without bias and activation */
	float *change;    /* [max_block][max_columns], of the changed inputs */
	float *weight;    /* [max_columns][n_out], their rows of the first layer */
	float *buffer[2]; /* [max_block][widest layer] */
	void (*check_interrupts)(void);
};

PermutedClassifier *
permuted_classifier(const Model *model, int n_rows, const float *inputs, int max_block,
					int max_columns, Workspace *workspace)
{
	PermutedClassifier *classifier = workspace_alloc(workspace, sizeof(PermutedClassifier));
	const DenseLayer *layer = &model->layers[0];
	size_t widest = 0;

	for (int i = 0; i < model->n_layers; i++)
		if ((size_t) model->layers[i].n_out > widest)
			widest = model->layers[i].n_out;
	classifier->model = model;
	classifier->inputs = inputs;
	classifier->unchanged = workspace_array(workspace, float, (size_t) n_rows * layer->n_out);
	classifier->change = workspace_array(workspace, float, (size_t) max_block *max_columns);
	classifier->weight = workspace_array(workspace, float, (size_t) max_columns * layer->n_out);
	for (int i = 0; i < 2; i++)
		classifier->buffer[i] = workspace_array(workspace, float, widest *max_block);
	classifier->check_interrupts = workspace->check_interrupts;

	multiply_matrices(CblasNoTrans, CblasNoTrans, n_rows, layer->n_out, layer->n_in, inputs,
					  layer->weight, classifier->unchanged, workspace->check_interrupts);
	return classifier;
}

/* output [n][n_out] = the first layer without bias and activation */
static void
first_layer(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
			const int32_t *permutation, int first, int n, float *output)
{
	const DenseLayer *layer = &classifier->model->layers[0];
	const float *unchanged = classifier->unchanged + (size_t) first * layer->n_out;
	float *change = classifier->change;

	if (n_columns == 0)
	{
		memcpy(output, unchanged, sizeof(float) * n * layer->n_out);
		return;
	}
	for (int i = first; i < first + n; i++)
	{
		const float *own = classifier->inputs + (size_t) i * layer->n_in;
		const float *other = classifier->inputs + (size_t) permutation[i] * layer->n_in;

		for (int k = 0; k < n_columns; k++)
			*change++ = other[columns[k]] - own[columns[k]];
	}
	for (int k = 0; k < n_columns; k++)
		memcpy(classifier->weight + (size_t) k * layer->n_out,
			   layer->weight + (size_t) columns[k] * layer->n_out, sizeof(float) * layer->n_out);
	multiply_matrices(CblasNoTrans, CblasNoTrans, n, layer->n_out, n_columns, classifier->change,
					  classifier->weight, output, classifier->check_interrupts);
	for (size_t i = 0; i < (size_t) n * layer->n_out; i++)
		output[i] += unchanged[i];
}

static void
activate_layer(const DenseLayer *layer, int n, float *output)
{
	Dropout none = {.random = NULL};

	activate(layer->activation, n, layer->n_out, layer->n_out, layer->bias, &none, output, NULL);
}

void
classify_permuted(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
				  const int32_t *permutation, int first, int n, float *probabilities)
{
	const Model *model = classifier->model;
	float *output = model->n_layers == 1 ? probabilities : classifier->buffer[0];

	first_layer(classifier, n_columns, columns, permutation, first, n, output);
	activate_layer(&model->layers[0], n, output);
	for (int i = 1; i < model->n_layers; i++)
	{
		const DenseLayer *layer = &model->layers[i];
		const float *input = output;

		output = i == model->n_layers - 1 ? probabilities : classifier->buffer[i % 2];
		multiply_matrices(CblasNoTrans, CblasNoTrans, n, layer->n_out, layer->n_in, input,
						  layer->weight, output, classifier->check_interrupts);
		activate_layer(layer, n, output);
	}
	softmax_rows(n, model->n_classes, probabilities);
}
