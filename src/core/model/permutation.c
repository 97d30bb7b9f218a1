/*
 * permutation.c
 *		Classification of objects with permuted inputs.
 */
#include "core/model/permutation.h"

#include <string.h>

#include "core/base/matrix_product.h"

struct PermutedClassifier
{
	const Model	   *model;
	PermutedObjects objects;
	uint8_t		   *permuted_side; /* [max_block] */
	float *
		*unchanged; /* [n_networks] of [n_rows][n_out], first layer without bias and activation */
	int32_t *
		*place; /* [n_networks] of [preprocessing_inputs()], index in the network's inputs or -1 */
	float		*unchanged_trees; /* [n_rows][n_classes], weighted logits of the boosters */
	int32_t		*columns;		  /* [max_columns], permuted inputs */
	bool		*reads;			  /* [n_tree_inputs], permuted tree inputs */
	float		*tree_rows;		  /* [max_block][n_tree_inputs] */
	float		*tree_columns;	  /* [n_tree_inputs][max_block] */
	int32_t		*tree_places;	  /* [n_tree_inputs]: 0, 1, ... */
	float		*change;		  /* [max_block][max_columns], differences of the permuted inputs */
	float		*weight; /* [max_columns][widest layer], their rows of a first layer's weights */
	LayerBuffers layers; /* for max_block rows */
};

/*
 * Applies the first layer of the network, without bias and activation; gathered is scratch
 * space of [max_block][preprocessing_inputs()].
 */
static float *
first_products(const PermutedClassifier *classifier, const DenseNetwork *network, int n_rows,
			   int max_block, float *gathered, Workspace *workspace)
{
	const DenseLayer *layer = &network->layers[0];
	size_t			  n_all = preprocessing_inputs(&classifier->model->preprocessing);
	float			 *products = workspace_array(workspace, float, (size_t) n_rows * layer->n_out);

	for (size_t first = 0; first < (size_t) n_rows; first += max_block)
	{
		size_t n = n_rows - first < (size_t) max_block ? n_rows - first : (size_t) max_block;

		for (size_t i = 0; i < n; i++)
			gather_inputs(network->n_inputs, network->inputs,
						  classifier->objects.inputs + (first + i) * n_all,
						  gathered + i * network->n_inputs);
		multiply_matrices(CblasNoTrans, CblasNoTrans, (int) n, layer->n_out, layer->n_in, gathered,
						  layer->weight, products + first * layer->n_out,
						  workspace->check_interrupts);
	}
	return products;
}

/* The index of each input in the network's inputs; -1 if the network does not use it. */
static int32_t *
input_places(const DenseNetwork *network, size_t n_all, Workspace *workspace)
{
	int32_t *place = workspace_array(workspace, int32_t, n_all);

	for (size_t j = 0; j < n_all; j++)
		place[j] = -1;
	for (int j = 0; j < network->n_inputs; j++)
		place[network->inputs[j]] = j;
	return place;
}

/* Allocates what boosters need, and evaluates them for all objects. */
static void
prepare_trees(PermutedClassifier *classifier, int max_block, Workspace *workspace)
{
	const Model			  *model = classifier->model;
	const PermutedObjects *objects = &classifier->objects;
	size_t				   n_inputs = model->n_tree_inputs;

	classifier->unchanged_trees =
		workspace_zeros(workspace, (size_t) objects->n_rows * model->n_classes);
	classifier->reads = workspace_array(workspace, bool, n_inputs);
	classifier->tree_rows = workspace_array(workspace, float, n_inputs *max_block);
	classifier->tree_columns = workspace_array(workspace, float, n_inputs *max_block);
	classifier->tree_places = workspace_array(workspace, int32_t, n_inputs);
	for (size_t j = 0; j < n_inputs; j++)
		classifier->tree_places[j] = (int32_t) j;
	for (size_t first = 0; first < (size_t) objects->n_rows; first += max_block)
	{
		size_t left = objects->n_rows - first;
		int	   n = left < (size_t) max_block ? (int) left : max_block;

		workspace->check_interrupts();
		fill_tree_columns(model, n, objects->tree_inputs + first * n_inputs, n_inputs,
						  classifier->tree_places, classifier->tree_columns);
		add_tree_logits(model, NULL, n, classifier->tree_columns, model->tree_weight,
						classifier->unchanged_trees + first * model->n_classes);
	}
}

PermutedClassifier *
permuted_classifier(const Model *model, const PermutedObjects *objects, int max_block,
					int max_columns, Workspace *workspace)
{
	PermutedClassifier *classifier = workspace_alloc(workspace, sizeof(PermutedClassifier));
	size_t				n_all = preprocessing_inputs(&model->preprocessing);
	float			   *gathered = workspace_array(workspace, float, n_all *max_block);

	memset(classifier, 0, sizeof(PermutedClassifier));
	classifier->model = model;
	classifier->objects = *objects;
	classifier->permuted_side = workspace_array(workspace, uint8_t, max_block);
	classifier->unchanged = workspace_array(workspace, float *, model->n_networks);
	classifier->place = workspace_array(workspace, int32_t *, model->n_networks);
	for (int m = 0; m < model->n_networks; m++)
	{
		const DenseNetwork *network = &model->networks[m];

		classifier->unchanged[m] =
			first_products(classifier, network, objects->n_rows, max_block, gathered, workspace);
		classifier->place[m] = input_places(network, n_all, workspace);
	}
	classifier->columns = workspace_array(workspace, int32_t, max_columns);
	classifier->change = workspace_array(workspace, float, (size_t) max_block *max_columns);
	classifier->weight =
		workspace_array(workspace, float, (size_t) widest_layer(model) * max_columns);
	classifier->layers = layer_buffers(model, max_block, workspace);
	if (model->n_boosters > 0)
		prepare_trees(classifier, max_block, workspace);
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
		const float *own = classifier->objects.inputs + i * n_inputs;
		const float *other = classifier->objects.inputs + permutation[i] * n_inputs;

		for (int k = 0; k < n_columns; k++)
			*change++ = other[columns[k]] - own[columns[k]];
	}
}

/* output [n][n_out] = a network's first layer without bias and activation */
static void
first_layer(PermutedClassifier *classifier, int number, int n_columns, const int32_t *columns,
			int first, int n, float *output)
{
	const DenseLayer *layer = &classifier->model->networks[number].layers[0];
	const float		 *unchanged = classifier->unchanged[number] + (size_t) first * layer->n_out;

	if (n_columns == 0)
	{
		memcpy(output, unchanged, sizeof(float) * n * layer->n_out);
		return;
	}
	for (int k = 0; k < n_columns; k++)
	{
		int32_t place = classifier->place[number][columns[k]];
		float  *weight = classifier->weight + (size_t) k * layer->n_out;

		if (place < 0)
			memset(weight, 0, sizeof(float) * layer->n_out);
		else
			memcpy(weight, layer->weight + (size_t) place * layer->n_out,
				   sizeof(float) * layer->n_out);
	}
	multiply_matrices(CblasNoTrans, CblasNoTrans, n, layer->n_out, n_columns, classifier->change,
					  classifier->weight, output, classifier->layers.check_interrupts);
	for (size_t i = 0; i < (size_t) n * layer->n_out; i++)
		output[i] += unchanged[i];
}

/* The sides of the block's objects, permuted if the gate's feature is. */
static const uint8_t *
find_sides(PermutedClassifier *classifier, bool permuted, const int32_t *permutation, int first,
		   int n)
{
	for (int i = 0; i < n; i++)
		classifier->permuted_side[i] =
			classifier->objects.side[permuted ? permutation[first + i] : first + i];
	return classifier->permuted_side;
}

/* logits [n][n_classes] += those of the networks with the given inputs permuted */
static void
add_networks(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
			 const int32_t *permutation, int first, int n, float *logits)
{
	const Model *model = classifier->model;

	if (n_columns > 0)
		find_change(classifier, n_columns, columns, permutation, first, n);
	for (int m = 0; m < model->n_networks; m++)
	{
		const float *output;

		first_layer(classifier, m, n_columns, columns, first, n, classifier->layers.buffer[0]);
		output = finish_network(&model->networks[m], &classifier->layers, n);
		for (size_t k = 0; k < (size_t) n * model->n_classes; k++)
			logits[k] += output[k];
	}
}

/* Adds scale times the logits of the trees that read a permuted input, as they are or permuted. */
static void
add_readers(PermutedClassifier *classifier, const int32_t *permutation, int first, int n,
			float scale, float *logits)
{
	const Model *model = classifier->model;
	size_t		 n_inputs = model->n_tree_inputs;
	float		*row = classifier->tree_rows;

	for (int i = first; i < first + n; i++, row += n_inputs)
	{
		const float *own = classifier->objects.tree_inputs + i * n_inputs;
		const float *other =
			classifier->objects.tree_inputs + (permutation ? permutation[i] : i) * n_inputs;

		for (size_t j = 0; j < n_inputs; j++)
			row[j] = classifier->reads[j] ? other[j] : own[j];
	}
	fill_tree_columns(model, n, classifier->tree_rows, n_inputs, classifier->tree_places,
					  classifier->tree_columns);
	add_tree_logits(model, classifier->reads, n, classifier->tree_columns, scale, logits);
}

/* logits [n][n_classes] += those of the boosters with the marked inputs permuted */
static void
add_trees(PermutedClassifier *classifier, bool any_permuted, const int32_t *permutation, int first,
		  int n, float *logits)
{
	const Model *model = classifier->model;
	const float *unchanged = classifier->unchanged_trees + (size_t) first * model->n_classes;

	for (size_t k = 0; k < (size_t) n * model->n_classes; k++)
		logits[k] += unchanged[k];
	if (!any_permuted)
		return;
	add_readers(classifier, NULL, first, n, -model->tree_weight, logits);
	add_readers(classifier, permutation, first, n, model->tree_weight, logits);
}

void
classify_permuted(PermutedClassifier *classifier, int n_columns, const int32_t *columns,
				  const int32_t *permutation, int first, int n, float *probabilities)
{
	const Model			*model = classifier->model;
	const Preprocessing *preprocessing = &model->preprocessing;
	int					 n_inputs = preprocessing_inputs(preprocessing);
	int					 n_permuted = 0; /* inputs of networks */
	bool				 gate = false;
	float				 scale;

	if (model->n_boosters > 0)
		memset(classifier->reads, 0, model->n_tree_inputs);
	for (int k = 0; k < n_columns; k++)
	{
		int column = columns[k];

		if (column >= n_inputs)
			classifier->reads[column - n_inputs] = true;
		else
			classifier->columns[n_permuted++] = column;
		gate |=
			column < preprocessing->n_used && preprocessing->used[column] == model->gate.feature;
	}
	memset(probabilities, 0, sizeof(float) * n * model->n_classes);
	add_networks(classifier, n_permuted, classifier->columns, permutation, first, n, probabilities);
	scale = weigh_network_logits(model, n, probabilities);
	if (model->n_boosters > 0)
		add_trees(classifier, n_permuted < n_columns, permutation, first, n, probabilities);
	calibrate_logits(model, scale, n, find_sides(classifier, gate, permutation, first, n),
					 probabilities);
}
