/*
 * member_bytes.c
 *		A trained member in contiguous memory, from one process to another.
 */
#include "core/train/ensemble.h"

#include <string.h>

static size_t
network_bytes(const TrainingOptions *options, int n_all_inputs, int n_classes)
{
	size_t n_in = member_inputs(options, n_all_inputs);
	size_t n = 1 + n_in;

	for (int i = 0; i <= options->network.n_layers; i++)
	{
		size_t n_out = i < options->network.n_layers ? options->network.layers[i] : n_classes;

		n += (n_in + 1) * n_out;
		n_in = n_out;
	}
	return sizeof(float) * n;
}

static size_t
booster_bytes(const TrainingOptions *options, int n_features, int n_classes)
{
	size_t n_leaves = (size_t) 1 << options->boosting.max_depth;
	size_t tree =
		sizeof(Tree) + (2 * n_leaves - 1) * sizeof(TreeNode) + n_leaves * n_classes * sizeof(float);

	return sizeof(float) * ((size_t) n_features + n_classes) + sizeof(int) +
		   options->boosting.rounds * tree;
}

size_t
member_bytes(const TrainingOptions *options, int number, int n_all_inputs, int n_features,
			 int n_classes)
{
	return number < options->networks ? network_bytes(options, n_all_inputs, n_classes)
									  : booster_bytes(options, n_features, n_classes);
}

/* Copies n bytes and advances *bytes past them. */
static void
append_bytes(char **bytes, const void *from, size_t n)
{
	memcpy(*bytes, from, n);
	*bytes += n;
}

static void *
copy_bytes(const char **bytes, size_t n, Workspace *workspace)
{
	void *copy = workspace_alloc(workspace, n);

	memcpy(copy, *bytes, n);
	*bytes += n;
	return copy;
}

static void
save_network(const DenseNetwork *network, char *bytes)
{
	int32_t n_inputs = network->n_inputs;

	append_bytes(&bytes, &n_inputs, sizeof(int32_t));
	append_bytes(&bytes, network->inputs, sizeof(int32_t) * n_inputs);
	for (int i = 0; i < network->n_layers; i++)
	{
		const DenseLayer *layer = &network->layers[i];

		append_bytes(&bytes, layer->weight, sizeof(float) * layer->n_in * (size_t) layer->n_out);
		append_bytes(&bytes, layer->bias, sizeof(float) * layer->n_out);
	}
}

static void
save_booster(const Model *model, char *bytes)
{
	const Booster *booster = &model->boosters[0];

	append_bytes(&bytes, model->tree_gains, sizeof(float) * model->n_tree_inputs);
	append_bytes(&bytes, booster->base, sizeof(float) * model->n_classes);
	append_bytes(&bytes, &booster->n_trees, sizeof(int));
	for (int t = 0; t < booster->n_trees; t++)
	{
		const Tree *tree = &booster->trees[t];

		append_bytes(&bytes, tree, sizeof(Tree));
		append_bytes(&bytes, tree->nodes, sizeof(TreeNode) * tree->n_nodes);
		append_bytes(&bytes, tree->leaves, sizeof(float) * tree_leaves(tree) * model->n_classes);
	}
}

void
member_save(const Model *model, char *bytes)
{
	if (model->n_networks > 0)
		save_network(&model->networks[0], bytes);
	else
		save_booster(model, bytes);
}

static void
restore_network(const TrainingOptions *options, int n_classes, const char *bytes,
				Workspace *workspace, DenseNetwork *network)
{
	network->n_inputs = *(int32_t *) copy_bytes(&bytes, sizeof(int32_t), workspace);
	network->inputs = copy_bytes(&bytes, sizeof(int32_t) * network->n_inputs, workspace);
	network->n_layers = options->network.n_layers + 1;
	network->layers = workspace_array(workspace, DenseLayer, network->n_layers);
	for (int i = 0; i < network->n_layers; i++)
	{
		DenseLayer *layer = &network->layers[i];
		bool		hidden = i < options->network.n_layers;

		layer->n_in = i == 0 ? network->n_inputs : layer[-1].n_out;
		layer->n_out = hidden ? options->network.layers[i] : n_classes;
		layer->activation = hidden ? (Activation) options->network.activation : ACTIVATION_LINEAR;
		layer->weight =
			copy_bytes(&bytes, sizeof(float) * layer->n_in * (size_t) layer->n_out, workspace);
		layer->bias = copy_bytes(&bytes, sizeof(float) * layer->n_out, workspace);
	}
}

/* Adds the gains to those of the model. */
static void
restore_booster(const char *bytes, Workspace *workspace, Model *model, Booster *booster)
{
	size_t		 n_classes = model->n_classes;
	const float *gains = copy_bytes(&bytes, sizeof(float) * model->n_tree_inputs, workspace);

	for (int j = 0; j < model->n_tree_inputs; j++)
		model->tree_gains[j] += gains[j];
	booster->base = copy_bytes(&bytes, sizeof(float) * n_classes, workspace);
	booster->n_trees = *(int *) copy_bytes(&bytes, sizeof(int), workspace);
	booster->trees = workspace_array(workspace, Tree, booster->n_trees);
	booster->packed = NULL;
	for (int t = 0; t < booster->n_trees; t++)
	{
		Tree *tree = &booster->trees[t];

		*tree = *(Tree *) copy_bytes(&bytes, sizeof(Tree), workspace);
		tree->nodes = copy_bytes(&bytes, sizeof(TreeNode) * tree->n_nodes, workspace);
		tree->leaves = copy_bytes(&bytes, sizeof(float) * tree_leaves(tree) * n_classes, workspace);
	}
}

void
member_restore(const TrainingOptions *options, int number, const char *bytes, Workspace *workspace,
			   Model *model)
{
	if (number < options->networks)
		restore_network(options, model->n_classes, bytes, workspace, &model->networks[number]);
	else
		restore_booster(bytes, workspace, model, &model->boosters[number - options->networks]);
}
