/*
 * model_read.c
 *		Reads the byte form of a model, which model_format.h describes.
 *
 * The bytes are not trusted.
 */
#include "core/model/model.h"

#include <float.h>
#include <string.h>

#include "core/base/crc32c.h"
#include "core/base/limits.h"
#include "core/model/byte_reader.h"
#include "core/model/model_format.h"

/* n weights or biases; NULL after a failure. */
static float *
take_weights(Reader *reader, size_t n)
{
	return take_limited(reader, n, -MODEL_MAX_WEIGHT, MODEL_MAX_WEIGHT, "a weight is out of range");
}

/* The names of the classes; NULL after a failure. */
static char **
take_class_names(Reader *reader, int n)
{
	char **names = workspace_array(reader->workspace, char *, n);

	for (int c = 0; c < n; c++)
	{
		size_t length;

		names[c] = take_text(reader);
		if (reader->failure)
			return NULL;
		length = strlen(names[c]);
		if (length == 0 || length > MODEL_MAX_CLASS_NAME_BYTES)
			reading_failed(reader, "the length of a class name is out of range");
		else if (c > 0 && strcmp(names[c - 1], names[c]) >= 0)
			reading_failed(reader, "class names are not in ascending order");
	}
	return names;
}

/* The range of the training values of each feature; that of all numbers where it is unbounded. */
static void
take_range(Reader *reader, Preprocessing *preprocessing)
{
	int n_used = preprocessing->n_used;

	if (!preprocessing->unbounded)
	{
		preprocessing->lowest = take_floats(reader, n_used);
		preprocessing->highest = take_floats(reader, n_used);
		for (int j = 0; j < n_used && reader->failure == NULL; j++)
			if (preprocessing->lowest[j] > preprocessing->highest[j])
				reading_failed(reader, "the range of a feature is empty");
		return;
	}
	preprocessing->lowest = workspace_array(reader->workspace, float, n_used);
	preprocessing->highest = workspace_array(reader->workspace, float, n_used);
	for (int j = 0; j < n_used; j++)
	{
		preprocessing->lowest[j] = -FLT_MAX;
		preprocessing->highest[j] = FLT_MAX;
	}
}

static void
take_preprocessing(Reader *reader, Preprocessing *preprocessing)
{
	int n_used = preprocessing->n_used;
	int n_quantiles = preprocessing->n_quantiles;

	preprocessing->used = take_indexes(reader, n_used, preprocessing->n_features,
									   "used features are not in ascending order or out of range");
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		take_range(reader, preprocessing);
		preprocessing->center = take_floats(reader, n_used);
		preprocessing->scale =
			take_limited(reader, n_used, 0.0f, FLT_MAX, "the scale of a feature is negative");
	}
	else
	{
		preprocessing->quantiles = take_floats(reader, (size_t) n_used * n_quantiles);
		check_quantiles(reader, n_used, n_quantiles, preprocessing->quantiles);
	}
	preprocessing->flagged =
		take_indexes(reader, preprocessing->n_flagged, preprocessing->n_features,
					 "flagged features are not in ascending order or out of range");
}

static void
take_network(Reader *reader, DenseNetwork *network, int n_all_inputs, int n_classes)
{
	int n_in = take_count(reader, 1, n_all_inputs, "the number of inputs is out of range");

	network->n_inputs = n_in;
	network->inputs = take_indexes(reader, n_in, n_all_inputs,
								   "inputs are not in ascending order or out of range");
	network->n_layers =
		take_count(reader, 1, MODEL_MAX_LAYERS, "the number of layers is out of range");
	network->layers = workspace_array(reader->workspace, DenseLayer, network->n_layers);
	for (int i = 0; i < network->n_layers; i++)
	{
		DenseLayer *layer = &network->layers[i];

		layer->n_in = n_in;
		layer->n_out =
			take_count(reader, 1, MODEL_MAX_WIDTH, "the width of a layer is out of range");
		layer->activation =
			take_count(reader, ACTIVATION_LINEAR, ACTIVATION_ELU, "an activation is unknown");
		layer->weight = take_weights(reader, (size_t) n_in * layer->n_out);
		layer->bias = take_weights(reader, layer->n_out);
		n_in = layer->n_out;
		if (reader->failure)
			return;
	}
	if (n_in != n_classes)
		reading_failed(reader, "the last layer does not match the classes");
}

/* On each side, at least one class must be open and the closed ones must sum to less than 1. */
static void
take_gate(Reader *reader, Gate *gate, int n_features, int n_classes)
{
	gate->feature = take_count(reader, 0, n_features, "the feature of the gate does not exist") - 1;
	if (gate->feature < 0)
		return;
	gate->closed = take_floats(reader, (size_t) GATE_SIDES * n_classes);
	for (int side = 0; side < GATE_SIDES && reader->failure == NULL; side++)
	{
		double sum = 0.0;
		int	   n_open = 0;

		for (int c = 0; c < n_classes; c++)
		{
			float closed = gate->closed[side * n_classes + c];

			if (!(closed >= 0.0f))
				reading_failed(reader, "a probability of the gate is out of range");
			sum += closed;
			n_open += closed == 0.0f;
		}
		if (n_open == 0 || !(sum < 1.0))
			reading_failed(reader, "the gate leaves no probability for open classes");
	}
}

/*
 * A tree: for each node in breadth-first order 0 for a leaf, otherwise a number whose last bit
 * tells that missing values go right and whose others are the input, counted from 1, and
 * the threshold.
 */
static void
take_tree(Reader *reader, Tree *tree, int n_inputs, int n_classes)
{
	tree->n_nodes =
		take_count(reader, 1, TREE_MAX_NODES, "the number of nodes of a tree is out of range");
	tree->nodes = workspace_array(reader->workspace, TreeNode, tree->n_nodes);
	for (int i = 0; i < tree->n_nodes && reader->failure == NULL; i++)
	{
		uint32_t  code = take_uint32(reader);
		TreeNode *node = &tree->nodes[i];

		*node = (TreeNode){.input = (int32_t) (code / 2) - 1, .missing_right = code % 2 == 1};
		if (node->input >= n_inputs || code == 1)
			reading_failed(reader, "the input of a split does not exist");
		else if (node->input >= 0)
			node->threshold = take_number(reader);
	}
	if (reader->failure)
		return;
	if (!link_tree(tree))
		reading_failed(reader, "the nodes of a tree are not in order");
	tree->leaves = take_weights(reader, (size_t) tree_leaves(tree) * n_classes);
}

static void
take_booster(Reader *reader, Booster *booster, int n_inputs, int n_classes)
{
	booster->base = take_weights(reader, n_classes);
	booster->n_trees =
		take_count(reader, 0, MODEL_MAX_ROUNDS, "the number of trees is out of range");
	booster->trees = workspace_array(reader->workspace, Tree, booster->n_trees);
	for (int t = 0; t < booster->n_trees && reader->failure == NULL; t++)
		take_tree(reader, &booster->trees[t], n_inputs, n_classes);
	if (reader->failure == NULL)
		pack_booster(booster, reader->workspace);
}

/* Weight, inputs, gains and boosters, if there are any. */
static void
take_boosters(Reader *reader, Model *model)
{
	if (model->n_boosters == 0)
		return;
	model->n_tree_inputs = take_count(reader, 0, model->preprocessing.n_features,
									  "the number of inputs of trees is out of range");
	model->tree_inputs = take_indexes(reader, model->n_tree_inputs, model->preprocessing.n_features,
									  "inputs of trees are not in ascending order or out of range");
	model->tree_gains = take_limited(reader, model->n_tree_inputs, 0.0f, FLT_MAX,
									 "the gain of an input is negative");
	model->tree_weight = take_number(reader);
	if (!(model->tree_weight >= (model->n_networks > 0 ? 0.0f : 1.0f) &&
		  model->tree_weight <= 1.0f))
		reading_failed(reader, "the weight of the trees is out of range");
	model->boosters = workspace_array(reader->workspace, Booster, model->n_boosters);
	for (int i = 0; i < model->n_boosters && reader->failure == NULL; i++)
		take_booster(reader, &model->boosters[i], model->n_tree_inputs, model->n_classes);
}

static void
take_body(Reader *reader, Model *model, uint32_t format)
{
	bool		   named = false;
	Preprocessing *preprocessing = &model->preprocessing;

	preprocessing->n_features =
		take_count(reader, 1, MODEL_MAX_FEATURES, "the number of features is out of range");
	preprocessing->n_used = take_count(reader, 0, preprocessing->n_features,
									   "the number of used features is out of range");
	preprocessing->normalisation = take_count(
		reader, NORMALISATION_ZSCORE, NORMALISATION_RANK_GAUSS, "the normalisation is unknown");
	preprocessing->clip = take_positive(reader, "the clip limit is out of range");
	preprocessing->n_quantiles =
		preprocessing->normalisation == NORMALISATION_RANK_GAUSS
			? take_count(reader, 2, MODEL_MAX_QUANTILES, "the number of quantiles is out of range")
			: take_count(reader, 0, 0, "the number of quantiles is out of range");
	preprocessing->n_flagged = take_count(reader, 0, preprocessing->n_features,
										  "the number of flagged features is out of range");
	model->n_classes =
		take_count(reader, 2, MODEL_MAX_CLASSES, "the number of classes is out of range");
	model->n_networks = take_count(reader, format == FORMAT_VERSION ? 0 : 1, MODEL_MAX_MEMBERS,
								   "the number of networks is out of range");
	if (format == FORMAT_VERSION)
	{
		model->n_boosters = take_count(reader, model->n_networks > 0 ? 0 : 1, MODEL_MAX_MEMBERS,
									   "the number of boosters is out of range");
		named = take_count(reader, 0, 1, "it is unknown whether classes have names") == 1;
	}
	model->n_feature_names = take_count(reader, 0, preprocessing->n_features,
										"the number of feature names is out of range");
	if (model->n_feature_names != 0 && model->n_feature_names != preprocessing->n_features)
		reading_failed(reader, "the number of feature names is out of range");
	if (reader->failure)
		return;

	take_preprocessing(reader, preprocessing);
	model->classes = take_ascending(reader, model->n_classes, "classes are not in ascending order");
	model->temperature = take_positive(reader, "the temperature is out of range");
	if (model->temperature > MODEL_MAX_TEMPERATURE ||
		model->temperature < 1.0f / MODEL_MAX_TEMPERATURE)
		reading_failed(reader, "the temperature is out of range");
	model->log_multipliers =
		take_limited(reader, model->n_classes, -MODEL_MAX_LOG_MULTIPLIER, MODEL_MAX_LOG_MULTIPLIER,
					 "a class multiplier is out of range");
	take_gate(reader, &model->gate, preprocessing->n_features, model->n_classes);
	model->networks = workspace_array(reader->workspace, DenseNetwork, model->n_networks);
	for (int i = 0; i < model->n_networks && reader->failure == NULL; i++)
		take_network(reader, &model->networks[i], preprocessing_inputs(preprocessing),
					 model->n_classes);
	take_boosters(reader, model);
	if (reader->failure)
		return;
	model->feature_names = workspace_array(reader->workspace, char *, model->n_feature_names);
	for (int i = 0; i < model->n_feature_names; i++)
		model->feature_names[i] = take_text(reader);
	if (named)
		model->class_names = take_class_names(reader, model->n_classes);
	model->options = take_text(reader);
	model->metrics = take_text(reader);
	if (reader->left > 0 && !preprocessing->unbounded)
		model->reference = take_reference(reader, preprocessing->n_features, model->n_classes);
	if (reader->failure == NULL && reader->left > 0)
		reading_failed(reader, "data follow the end of the model");
}

static uint32_t
format_version(const unsigned char *bytes)
{
	return decode_uint32(bytes + MAGIC_BYTES);
}

/* Checks magic number, version, length and checksum; returns the reason of a failure or NULL. */
static const char *
preamble_failure(const unsigned char *bytes, size_t length)
{
	if (length < PREAMBLE_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
		return "the magic number does not match";
	if (format_version(bytes) != FORMAT_VERSION && format_version(bytes) != OLD_FORMAT_VERSION)
		return "the format version is not supported";
	if (decode_uint32(bytes + MAGIC_BYTES + 4) != length)
		return "the length does not match";
	if (decode_uint32(bytes + MAGIC_BYTES + 8) !=
		crc32c(bytes + PREAMBLE_BYTES, length - PREAMBLE_BYTES))
		return "the checksum does not match";
	return NULL;
}

Model *
model_read(const unsigned char *bytes, size_t length, Workspace *workspace, const char **reason)
{
	Model *model = workspace_alloc(workspace, sizeof(Model));
	Reader reader = {.workspace = workspace};

	memset(model, 0, sizeof(Model));
	*reason = preamble_failure(bytes, length);
	if (*reason)
		return NULL;
	reader.position = bytes + PREAMBLE_BYTES;
	reader.left = length - PREAMBLE_BYTES;
	model->preprocessing.unbounded = format_version(bytes) == OLD_FORMAT_VERSION;
	take_body(&reader, model, format_version(bytes));
	*reason = reader.failure;
	return reader.failure ? NULL : model;
}
