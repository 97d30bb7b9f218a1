/*
 * onnx_graph.c
 *		The graph of an ONNX model: constants, nodes, and the file around it.
 */
#include "core/model/onnx_graph.h"

#include <stdio.h>

#include "core/base/crc32c.h"
#include "core/model/onnx_fields.h"

#define IR_VERSION 7 /* of the format, that of opset 13 */

/* Types of attributes. */
enum
{
	ATTRIBUTE_IS_INTEGER = 2,
	ATTRIBUTE_IS_FLOATS = 6,
	ATTRIBUTE_IS_INTEGERS = 7,
	ATTRIBUTE_IS_STRINGS = 8,
};

/* The domain of operators of machine learning, and their version. */
#define ML_DOMAIN "ai.onnx.ml"
#define ML_OPSET 1

/* ------------------------------------------------------------------------
 * Constants and nodes
 * ------------------------------------------------------------------------
 */

static void
put_value_name(Graph *graph, int field, Value value)
{
	char name[16];

	snprintf(name, sizeof(name), "v%d", value);
	put_string_field(&graph->writer, field,
					 value == FEATURES		  ? "features"
					 : value == PROBABILITIES ? "probabilities"
											  : name);
}

/* Describes a value: floats [N][columns]. */
static void
put_value_info(Graph *graph, int field, Value value, int n_columns)
{
	ProtobufWriter *writer = &graph->writer;
	size_t			info = begin_message(writer, field);
	size_t			type, tensor, shape, dimension;

	put_value_name(graph, VALUE_NAME, value);
	type = begin_message(writer, VALUE_TYPE);
	tensor = begin_message(writer, TYPE_TENSOR);
	put_integer_field(writer, TENSOR_TYPE_ELEMENT, ELEMENT_FLOAT);
	shape = begin_message(writer, TENSOR_TYPE_SHAPE);
	dimension = begin_message(writer, SHAPE_DIMENSION);
	put_string_field(writer, DIMENSION_PARAMETER, "N");
	end_message(writer, dimension);
	dimension = begin_message(writer, SHAPE_DIMENSION);
	put_integer_field(writer, DIMENSION_VALUE, n_columns);
	end_message(writer, dimension);
	end_message(writer, shape);
	end_message(writer, tensor);
	end_message(writer, type);
	end_message(writer, info);
}

/* Begins a constant of that shape, of which the second size may be 0 for none. */
static Value
begin_constant(Graph *graph, int type, size_t n, size_t m, size_t *begin)
{
	*begin = begin_message(&graph->writer, GRAPH_INITIALIZER);
	put_integer_field(&graph->writer, TENSOR_DIMENSION, n);
	if (m > 0)
		put_integer_field(&graph->writer, TENSOR_DIMENSION, m);
	put_integer_field(&graph->writer, TENSOR_TYPE, type);
	put_value_name(graph, TENSOR_NAME, ++graph->last);
	return graph->last;
}

Value
constant_matrix(Graph *graph, const float *values, size_t n, size_t m)
{
	size_t begin;
	Value  constant = begin_constant(graph, ELEMENT_FLOAT, n, m, &begin);

	put_floats_field(&graph->writer, TENSOR_DATA, values, n * (m > 0 ? m : 1));
	end_message(&graph->writer, begin);
	return constant;
}

Value
constant_vector(Graph *graph, const float *values, size_t n)
{
	return constant_matrix(graph, values, n, 0);
}

Value
constant_number(Graph *graph, float value)
{
	return constant_vector(graph, &value, 1);
}

Value
constant_integers(Graph *graph, const int64_t *values, size_t n)
{
	size_t begin;
	Value  constant = begin_constant(graph, ELEMENT_INTEGER, n, 0, &begin);

	put_integers_field(&graph->writer, TENSOR_DATA, values, n);
	end_message(&graph->writer, begin);
	return constant;
}

Value
constant_integer(Graph *graph, int64_t value)
{
	return constant_integers(graph, &value, 1);
}

Value
constant_indexes(Graph *graph, const int32_t *indexes, size_t n)
{
	int64_t *values = workspace_array(graph->writer.workspace, int64_t, n);

	for (size_t i = 0; i < n; i++)
		values[i] = indexes[i];
	return constant_integers(graph, values, n);
}

/* What begins here gets attributes and ends with end_message. */
static size_t
begin_node(Graph *graph, const char *operator, int n_inputs, const Value *inputs, Value output)
{
	size_t begin = begin_message(&graph->writer, GRAPH_NODE);

	for (int i = 0; i < n_inputs; i++)
		put_value_name(graph, NODE_INPUT, inputs[i]);
	put_value_name(graph, NODE_OUTPUT, output);
	put_string_field(&graph->writer, NODE_OPERATOR, operator);
	return begin;
}

static size_t
begin_attribute(Graph *graph, const char *name, int type)
{
	size_t begin = begin_message(&graph->writer, NODE_ATTRIBUTE);

	put_string_field(&graph->writer, ATTRIBUTE_NAME, name);
	put_integer_field(&graph->writer, ATTRIBUTE_TYPE, type);
	return begin;
}

static void
put_integer_attribute(Graph *graph, const char *name, int64_t value)
{
	size_t begin = begin_attribute(graph, name, ATTRIBUTE_IS_INTEGER);

	put_integer_field(&graph->writer, ATTRIBUTE_INTEGER, (uint64_t) value);
	end_message(&graph->writer, begin);
}

void
put_node(Graph *graph, const char *operator, int n_inputs, const Value *inputs,
		 const char *attribute, int64_t setting, Value output)
{
	size_t begin = begin_node(graph, operator, n_inputs, inputs, output);

	if (attribute)
		put_integer_attribute(graph, attribute, setting);
	end_message(&graph->writer, begin);
}

Value
add_node(Graph *graph, const char *operator, int n_inputs, const Value *inputs,
		 const char *attribute, int64_t setting)
{
	put_node(graph, operator, n_inputs, inputs, attribute, setting, ++graph->last);
	return graph->last;
}

/* ------------------------------------------------------------------------
 * Trees
 * ------------------------------------------------------------------------
 */

static void
put_integers_attribute(Graph *graph, const char *name, const int32_t *values, size_t n)
{
	size_t begin = begin_attribute(graph, name, ATTRIBUTE_IS_INTEGERS);

	for (size_t i = 0; i < n; i++)
		put_integer_field(&graph->writer, ATTRIBUTE_INTEGERS, (uint64_t) values[i]);
	end_message(&graph->writer, begin);
}

static void
put_floats_attribute(Graph *graph, const char *name, const float *values, size_t n)
{
	size_t begin = begin_attribute(graph, name, ATTRIBUTE_IS_FLOATS);

	put_floats_field(&graph->writer, ATTRIBUTE_FLOATS, values, n);
	end_message(&graph->writer, begin);
}

static void
put_modes(Graph *graph, const bool *is_leaf, size_t n)
{
	size_t begin = begin_attribute(graph, "nodes_modes", ATTRIBUTE_IS_STRINGS);

	for (size_t i = 0; i < n; i++)
		put_string_field(&graph->writer, ATTRIBUTE_STRINGS, is_leaf[i] ? "LEAF" : "BRANCH_LEQ");
	end_message(&graph->writer, begin);
}

Value
add_trees(Graph *graph, Value inputs, int n_classes, const float *base, const GraphTrees *trees)
{
	Value  output = ++graph->last;
	size_t n_values = trees->n_leaves * n_classes;
	size_t begin = begin_node(graph, "TreeEnsembleRegressor", 1, &inputs, output);

	put_string_field(&graph->writer, NODE_DOMAIN, ML_DOMAIN);
	put_integer_attribute(graph, "n_targets", n_classes);
	put_floats_attribute(graph, "base_values", base, n_classes);
	put_integers_attribute(graph, "nodes_treeids", trees->tree, trees->n_nodes);
	put_integers_attribute(graph, "nodes_nodeids", trees->node, trees->n_nodes);
	put_integers_attribute(graph, "nodes_featureids", trees->input, trees->n_nodes);
	put_modes(graph, trees->is_leaf, trees->n_nodes);
	put_floats_attribute(graph, "nodes_values", trees->threshold, trees->n_nodes);
	put_integers_attribute(graph, "nodes_truenodeids", trees->left, trees->n_nodes);
	put_integers_attribute(graph, "nodes_falsenodeids", trees->right, trees->n_nodes);
	put_integers_attribute(graph, "nodes_missing_value_tracks_true", trees->missing_left,
						   trees->n_nodes);
	put_integers_attribute(graph, "target_treeids", trees->value_tree, n_values);
	put_integers_attribute(graph, "target_nodeids", trees->value_node, n_values);
	put_integers_attribute(graph, "target_ids", trees->value_class, n_values);
	put_floats_attribute(graph, "target_weights", trees->value, n_values);
	end_message(&graph->writer, begin);
	/* the operator's definition does not tell the type of its output */
	put_value_info(graph, GRAPH_VALUE, output, n_classes);
	return output;
}

/* ------------------------------------------------------------------------
 * The file
 * ------------------------------------------------------------------------
 */

static void
put_metadata(ProtobufWriter *writer, const char *key, const char *value)
{
	size_t begin = begin_message(writer, MODEL_METADATA);

	put_string_field(writer, METADATA_KEY, key);
	put_string_field(writer, METADATA_VALUE, value);
	end_message(writer, begin);
}

Graph
begin_graph(Workspace *workspace, int n_features, int n_classes)
{
	Graph			graph = {.writer.workspace = workspace, .last = PROBABILITIES};
	ProtobufWriter *writer = &graph.writer;
	size_t			opset;

	put_integer_field(writer, MODEL_IR_VERSION, IR_VERSION);
	put_string_field(writer, MODEL_PRODUCER, "plasticc");
	opset = begin_message(writer, MODEL_OPSET);
	put_integer_field(writer, OPSET_VERSION, ONNX_OPSET);
	end_message(writer, opset);
	opset = begin_message(writer, MODEL_OPSET);
	put_string_field(writer, OPSET_DOMAIN, ML_DOMAIN);
	put_integer_field(writer, OPSET_VERSION, ML_OPSET);
	end_message(writer, opset);
	graph.begin = begin_message(writer, MODEL_GRAPH);
	put_string_field(writer, GRAPH_NAME, "plasticc");
	put_value_info(&graph, GRAPH_INPUT, FEATURES, n_features);
	put_value_info(&graph, GRAPH_OUTPUT, PROBABILITIES, n_classes);
	return graph;
}

const unsigned char *
end_graph(Graph *graph, int n_texts, const GraphText *texts, size_t *length)
{
	ProtobufWriter *writer = &graph->writer;
	char			checksum[16];

	end_message(writer, graph->begin);
	snprintf(checksum, sizeof(checksum), "%u",
			 (unsigned) crc32c(writer->bytes + graph->begin, writer->length - graph->begin));
	for (int i = 0; i < n_texts; i++)
		put_metadata(writer, texts[i].key, texts[i].value);
	put_metadata(writer, GRAPH_CHECKSUM_KEY, checksum);
	*length = writer->length;
	return writer->bytes;
}
