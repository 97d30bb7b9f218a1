/*
 * model_write.c
 *		Writes the byte form of a model, which model_format.h describes.
 */
#include "core/model/model.h"

#include "core/base/crc32c.h"
#include "core/model/byte_writer.h"
#include "core/model/model_format.h"

static void
put_preprocessing(Writer *writer, const Preprocessing *preprocessing)
{
	put_indexes(writer, preprocessing->used, preprocessing->n_used);
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		if (!preprocessing->unbounded)
		{
			put_floats(writer, preprocessing->lowest, preprocessing->n_used);
			put_floats(writer, preprocessing->highest, preprocessing->n_used);
		}
		put_floats(writer, preprocessing->center, preprocessing->n_used);
		put_floats(writer, preprocessing->scale, preprocessing->n_used);
	}
	else
		put_floats(writer, preprocessing->quantiles,
				   (size_t) preprocessing->n_used * preprocessing->n_quantiles);
	put_indexes(writer, preprocessing->flagged, preprocessing->n_flagged);
}

static void
put_network(Writer *writer, const DenseNetwork *network)
{
	put_uint32(writer, network->n_inputs);
	put_indexes(writer, network->inputs, network->n_inputs);
	put_uint32(writer, network->n_layers);
	for (int i = 0; i < network->n_layers; i++)
	{
		const DenseLayer *layer = &network->layers[i];

		put_uint32(writer, layer->n_out);
		put_uint32(writer, layer->activation);
		put_floats(writer, layer->weight, (size_t) layer->n_in * layer->n_out);
		put_floats(writer, layer->bias, layer->n_out);
	}
}

static void
put_tree(Writer *writer, const Tree *tree, int n_classes)
{
	put_uint32(writer, tree->n_nodes);
	for (int i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];

		if (node->leaf >= 0)
		{
			put_uint32(writer, 0);
			continue;
		}
		put_uint32(writer, 2 * ((uint32_t) node->input + 1) + node->missing_right);
		put_float(writer, node->threshold);
	}
	put_floats(writer, tree->leaves, (size_t) tree_leaves(tree) * n_classes);
}

static void
put_boosters(Writer *writer, const Model *model)
{
	if (model->n_boosters == 0)
		return;
	put_uint32(writer, model->n_tree_inputs);
	put_indexes(writer, model->tree_inputs, model->n_tree_inputs);
	put_floats(writer, model->tree_gains, model->n_tree_inputs);
	put_float(writer, model->tree_weight);
	for (int i = 0; i < model->n_boosters; i++)
	{
		const Booster *booster = &model->boosters[i];

		put_floats(writer, booster->base, model->n_classes);
		put_uint32(writer, booster->n_trees);
		for (int t = 0; t < booster->n_trees; t++)
			put_tree(writer, &booster->trees[t], model->n_classes);
	}
}

static uint32_t
format_version(const Model *model)
{
	return model->preprocessing.unbounded ? OLD_FORMAT_VERSION : FORMAT_VERSION;
}

static void
put_body(Writer *writer, const Model *model)
{
	const Preprocessing *preprocessing = &model->preprocessing;

	put_uint32(writer, preprocessing->n_features);
	put_uint32(writer, preprocessing->n_used);
	put_uint32(writer, preprocessing->normalisation);
	put_float(writer, preprocessing->clip);
	put_uint32(writer, preprocessing->n_quantiles);
	put_uint32(writer, preprocessing->n_flagged);
	put_uint32(writer, model->n_classes);
	put_uint32(writer, model->n_networks);
	if (format_version(model) == FORMAT_VERSION)
	{
		put_uint32(writer, model->n_boosters);
		put_uint32(writer, model->class_names != NULL);
	}
	put_uint32(writer, model->n_feature_names);
	put_preprocessing(writer, preprocessing);
	put_indexes(writer, model->classes, model->n_classes);
	put_float(writer, model->temperature);
	put_floats(writer, model->log_multipliers, model->n_classes);
	put_uint32(writer, model->gate.closed ? model->gate.feature + 1 : 0);
	if (model->gate.closed)
		put_floats(writer, model->gate.closed, (size_t) GATE_SIDES * model->n_classes);
	for (int i = 0; i < model->n_networks; i++)
		put_network(writer, &model->networks[i]);
	put_boosters(writer, model);
	for (int i = 0; i < model->n_feature_names; i++)
		put_text(writer, model->feature_names[i]);
	for (int c = 0; c < model->n_classes && model->class_names; c++)
		put_text(writer, model->class_names[c]);
	put_text(writer, model->options);
	put_text(writer, model->metrics);
	if (model->reference)
		put_reference(writer, model->reference, model->n_classes);
}

size_t
model_size(const Model *model)
{
	Writer writer = {NULL, PREAMBLE_BYTES};

	put_body(&writer, model);
	return writer.length;
}

void
model_write(const Model *model, unsigned char *bytes)
{
	Writer body = {bytes + PREAMBLE_BYTES, 0};
	Writer preamble = {bytes, 0};

	put_body(&body, model);
	put_bytes(&preamble, MAGIC, MAGIC_BYTES);
	put_uint32(&preamble, format_version(model));
	put_uint32(&preamble, (uint32_t) (PREAMBLE_BYTES + body.length));
	put_uint32(&preamble, crc32c(bytes + PREAMBLE_BYTES, body.length));
}
