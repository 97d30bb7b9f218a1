/*
 * onnx_graph.c
 *		The graph of an ONNX model: constants, nodes, and the file around it.
 */
#include "core/model/onnx_graph.h"

#include <stdio.h>

#define IR_VERSION 7 /* of the format, that of opset 13 */

/* Numbers of fields. */
enum
{
	MODEL_IR_VERSION = 1,
	MODEL_PRODUCER = 2,
	MODEL_GRAPH = 7,
	MODEL_OPSET = 8,
	MODEL_METADATA = 14,
	OPSET_VERSION = 2,
	METADATA_KEY = 1,
	METADATA_VALUE = 2,
	GRAPH_NODE = 1,
	GRAPH_NAME = 2,
	GRAPH_INITIALIZER = 5,
	GRAPH_INPUT = 11,
	GRAPH_OUTPUT = 12,
	NODE_INPUT = 1,
	NODE_OUTPUT = 2,
	NODE_OPERATOR = 4,
	NODE_ATTRIBUTE = 5,
	ATTRIBUTE_NAME = 1,
	ATTRIBUTE_INTEGER = 3,
	ATTRIBUTE_TYPE = 20,
	TENSOR_DIMENSION = 1,
	TENSOR_TYPE = 2,
	TENSOR_NAME = 8,
	TENSOR_DATA = 9,
	VALUE_NAME = 1,
	VALUE_TYPE = 2,
	TYPE_TENSOR = 1,
	TENSOR_TYPE_ELEMENT = 1,
	TENSOR_TYPE_SHAPE = 2,
	SHAPE_DIMENSION = 1,
	DIMENSION_VALUE = 1,
	DIMENSION_PARAMETER = 2,
};

/* The type of an attribute that is an integer. */
#define ATTRIBUTE_IS_INTEGER 2

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

void
put_node(Graph *graph, const char *operator, int n_inputs, const Value *inputs,
		 const char *attribute, int64_t setting, Value output)
{
	ProtobufWriter *writer = &graph->writer;
	size_t			begin = begin_message(writer, GRAPH_NODE);

	for (int i = 0; i < n_inputs; i++)
		put_value_name(graph, NODE_INPUT, inputs[i]);
	put_value_name(graph, NODE_OUTPUT, output);
	put_string_field(writer, NODE_OPERATOR, operator);
	if (attribute)
	{
		size_t begin_attribute = begin_message(writer, NODE_ATTRIBUTE);

		put_string_field(writer, ATTRIBUTE_NAME, attribute);
		put_integer_field(writer, ATTRIBUTE_INTEGER, (uint64_t) setting);
		put_integer_field(writer, ATTRIBUTE_TYPE, ATTRIBUTE_IS_INTEGER);
		end_message(writer, begin_attribute);
	}
	end_message(writer, begin);
}

Value
add_node(Graph *graph, const char *operator, int n_inputs, const Value *inputs,
		 const char *attribute, int64_t setting)
{
	put_node(graph, operator, n_inputs, inputs, attribute, setting, ++graph->last);
	return graph->last;
}

/* ------------------------------------------------------------------------
 * The file
 * ------------------------------------------------------------------------
 */

/* Describes the input or the output: floats [N][columns]. */
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
	graph.begin = begin_message(writer, MODEL_GRAPH);
	put_string_field(writer, GRAPH_NAME, "plasticc");
	put_value_info(&graph, GRAPH_INPUT, FEATURES, n_features);
	put_value_info(&graph, GRAPH_OUTPUT, PROBABILITIES, n_classes);
	return graph;
}

const unsigned char *
end_graph(Graph *graph, const char *options, const char *metrics, size_t *length)
{
	ProtobufWriter *writer = &graph->writer;

	end_message(writer, graph->begin);
	put_metadata(writer, "options", options);
	put_metadata(writer, "metrics", metrics);
	*length = writer->length;
	return writer->bytes;
}
