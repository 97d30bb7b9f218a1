/*
 * permutation.c
 *		Classification of objects with permuted inputs.
 */
#include "core/model/permutation.h"

#include <string.h>

#include "core/base/matrix_product.h"
#include "core/nn/kernels.h"

struct PermutedClassifier
{
	const Model	  *model;
	const float	  *inputs;
	const uint8_t *side;
	uint8_t		  *permuted_side; /* [max_block] */
	float **unchanged; /* [n_members] of [n_rows][n_out], first layer without bias and activation */
	int32_t	  *
		  *place;  /* [n_members] of [preprocessing_inputs()], index in the member's inputs or -1 */
	float *change; /* [max_block][max_columns], differences of the permuted inputs */
	float *weight; /* [max_columns][widest first layer], their rows of the layer's weights */
	float *buffer[2]; /* [max_block][widest layer] */
	void (*check_interrupts)(void);
};

/*
 * Applies the first layer of the member, without bias and activation; gathered is scratch
 * space of [max_block][preprocessing_inputs()].
 */
static float *
first_products(const PermutedClassifier *classifier, const Member *member, int n_rows,
			   int max_block, float *gathered, Workspace *workspace)
{
	const DenseLayer *layer = &member->layers[0];
	size_t			  n_all = preprocessing_inputs(&classifier->model->preprocessing);
	float			 *products = workspace_array(workspace, float, (size_t) n_rows * layer->n_out);

	for (size_t first = 0; first < (size_t) n_rows; first += max_block)
	{
		size_t n = n_rows - first < (size_t) max_block ? n_rows - first : (size_t) max_block;

		for (size_t i = 0; i < n; i++)
			gather_inputs(member->n_inputs, member->inputs,
						  classifier->inputs + (first + i) * n_all,
						  gathered + i * member->n_inputs);
		multiply_matrices(CblasNoTrans, CblasNoTrans, (int) n, layer->n_out, layer->n_in, gathered,
						  layer->weight, products + first * layer->n_out,
						  workspace->check_interrupts);
	}
	return products;
}

/* The index of each input in the member's inputs; -1 if the member does not use it. */
static int32_t *
input_places(const Member *member, size_t n_all, Workspace *workspace)
{
	int32_t *place = workspace_array(workspace, int32_t, n_all);

	for (size_t j = 0; j < n_all; j++)
		place[j] = -1;
	for (int j = 0; j < member->n_inputs; j++)
		place[member->inputs[j]] = j;
	return place;
}

PermutedClassifier *
permuted_classifier(const Model *model, int n_rows, const float *inputs, const uint8_t *side,
					int max_block, int max_columns, Workspace *workspace)
{
	PermutedClassifier *classifier = workspace_alloc(workspace, sizeof(PermutedClassifier));
	size_t				n_all = preprocessing_inputs(&model->preprocessing);
	float			   *gathered = workspace_array(workspace, float, n_all *max_block);
	size_t				widest = 0;

	classifier->model = model;
	classifier->inputs = inputs;
	classifier->side = side;
	classifier->permuted_side = workspace_array(workspace, uint8_t, max_block);
	classifier->check_interrupts = workspace->check_interrupts;
	classifier->unchanged = workspace_array(workspace, float *, model->n_members);
	classifier->place = workspace_array(workspace, int32_t *, model->n_members);
	for (int m = 0; m < model->n_members; m++)
	{
		const Member *member = &model->members[m];

		for (int i = 0; i < member->n_layers; i++)
			if ((size_t) member->layers[i].n_out > widest)
				widest = member->layers[i].n_out;
		classifier->unchanged[m] =
			first_products(classifier, member, n_rows, max_block, gathered, workspace);
		classifier->place[m] = input_places(member, n_all, workspace);
	}
	classifier->change = workspace_array(workspace, float, (size_t) max_block *max_columns);
	classifier->weight = workspace_array(workspace, float, widest *max_columns);
	for (int i = 0; i < 2; i++)
		classifier->buffer[i] = workspace_array(workspace, float, widest *max_block);
	return classifier;
}

/* classifier->change [n][n_columns] = permuted minus original values of the given columns */
static void
find_change(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
			const int32_t *permutation, int first, int n)
{
	size_t n_inputs = preprocessing_inputs(&classifier->model->preprocessing);
	float *change = classifier->change;

	for (int i = first; i < first + n; i++)
	{
		const float *own = classifier->inputs + i * n_inputs;
		const float *other = classifier->inputs + permutation[i] * n_inputs;

		for (int k = 0; k < n_columns; k++)
			*change++ = other[columns[k]] - own[columns[k]];
	}
}

/* output [n][n_out] = a member's first layer without bias and activation */
static void
first_layer(PermutedClassifier *classifier, int member, int n_columns, const int32_t *columns,
			int first, int n, float *output)
{
	const DenseLayer *layer = &classifier->model->members[member].layers[0];
	const float		 *unchanged = classifier->unchanged[member] + (size_t) first * layer->n_out;

	if (n_columns == 0)
	{
		memcpy(output, unchanged, sizeof(float) * n * layer->n_out);
		return;
	}
	for (int k = 0; k < n_columns; k++)
	{
		int32_t place = classifier->place[member][columns[k]];
		float  *weight = classifier->weight + (size_t) k * layer->n_out;

		if (place < 0)
			memset(weight, 0, sizeof(float) * layer->n_out);
		else
			memcpy(weight, layer->weight + (size_t) place * layer->n_out,
				   sizeof(float) * layer->n_out);
	}
	multiply_matrices(CblasNoTrans, CblasNoTrans, n, layer->n_out, n_columns, classifier->change,
					  classifier->weight, output, classifier->check_interrupts);
	for (size_t i = 0; i < (size_t) n * layer->n_out; i++)
		output[i] += unchanged[i];
}

/* The sides of the block's objects, permuted if the gate's feature is. */
static const uint8_t *
find_sides(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
		   const int32_t *permutation, int first, int n)
{
	const Preprocessing *preprocessing = &classifier->model->preprocessing;
	bool				 permuted = false;

	for (int k = 0; k < n_columns; k++)
		permuted |= columns[k] < preprocessing->n_used &&
					preprocessing->used[columns[k]] == classifier->model->gate.feature;
	for (int i = 0; i < n; i++)
		classifier->permuted_side[i] =
			classifier->side[permuted ? permutation[first + i] : first + i];
	return classifier->permuted_side;
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
	size_t		 n_logits = (size_t) n * model->n_classes;

	if (n_columns > 0)
		find_change(classifier, n_columns, columns, permutation, first, n);
	memset(probabilities, 0, sizeof(float) * n_logits);
	for (int m = 0; m < model->n_members; m++)
	{
		const Member *member = &model->members[m];
		float		 *output = classifier->buffer[0];

		first_layer(classifier, m, n_columns, columns, first, n, output);
		activate_layer(&member->layers[0], n, output);
		for (int i = 1; i < member->n_layers; i++)
		{
			const DenseLayer *layer = &member->layers[i];
			const float		 *input = output;

			output = classifier->buffer[i % 2];
			multiply_matrices(CblasNoTrans, CblasNoTrans, n, layer->n_out, layer->n_in, input,
							  layer->weight, output, classifier->check_interrupts);
			activate_layer(layer, n, output);
		}
		for (size_t k = 0; k < n_logits; k++)
			probabilities[k] += output[k];
	}
	calibrate_logits(model, 1.0f / (float) model->n_members, n,
					 find_sides(classifier, n_columns, columns, permutation, first, n),
					 probabilities);
}
