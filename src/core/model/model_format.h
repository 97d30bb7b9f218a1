/*
 * model_format.h
 *		The byte form of a model: private to model_write.c and model_read.c.
 *
 * Little-endian; integers are 32 bits wide, floats IEEE single precision:
 *
 *		magic number "plasticc", format version, total length in bytes,
 *		CRC-32C of everything that follows;
 *		n_features, n_used, normalisation, clip, n_quantiles, n_flagged,
 *		n_classes, n_networks, n_boosters, 1 if classes have names and 0 otherwise,
 *		n_feature_names;
 *		used; lowest, highest, center and scale, or quantiles; flagged; classes;
 *		temperature, log_multipliers;
 *		gate: 0 for none, otherwise the position of its feature, counted from 1,
 *		and the probabilities of the closed classes of each side;
 *		each network: n_inputs, inputs, n_layers, and for each layer n_out,
 *		activation, weight, bias;
 *		if there are boosters: n_tree_inputs, tree_inputs, tree_gains, tree_weight, and
 *		for each its base, n_trees, and for each tree n_nodes, nodes and leaves; a node
 *		is 0 for a leaf, otherwise 2 * (input + 1) + missing_right, and its threshold;
 *		each feature name, each class name, then the options and the metrics: length
 *		and text;
 *		the reference, if there is one: see put_reference().
 *
 * Format 4, of version 0.1.0, lacks n_boosters and what belongs to them, names of classes,
 * and lowest and highest: the values of a feature are not limited to the range of those in
 * training.  The two versions differ in two bits, because the checksum does not cover them.
 */
#ifndef PLASTICC_CORE_MODEL_MODEL_FORMAT_H
#define PLASTICC_CORE_MODEL_MODEL_FORMAT_H

#define MAGIC "plasticc"
#define MAGIC_BYTES 8
#define FORMAT_VERSION 7
#define OLD_FORMAT_VERSION 4
#define PREAMBLE_BYTES (MAGIC_BYTES + 3 * 4) /* up to and including the CRC-32C */

#endif /* PLASTICC_CORE_MODEL_MODEL_FORMAT_H */
