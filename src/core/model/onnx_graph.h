/*
 * onnx_graph.h
 *		The graph of an ONNX model: constants, nodes, and the file around it.
 *
 * The format is a protocol buffer, whose messages and fields are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.  Values are numbered in the order of
 * their making.
 */
#ifndef PLASTICC_CORE_MODEL_ONNX_GRAPH_H
#define PLASTICC_CORE_MODEL_ONNX_GRAPH_H

#include "core/model/protobuf_writer.h"

/* The version of the operators, which runtimes know since 2020. */
#define ONNX_OPSET 13

/* Types of elements. */
enum
{
	ELEMENT_FLOAT = 1,
	ELEMENT_INTEGER = 7,
	ELEMENT_DOUBLE = 11,
};

/* A value of the graph; the first two have names of their own. */
typedef int Value;

#define FEATURES ((Value) 0)
#define PROBABILITIES ((Value) 1)

typedef struct Graph
{
	ProtobufWriter writer;
	size_t		   begin;
	Value		   last;
} Graph;

/* A graph from features [N][n_features] to probabilities [N][n_classes], to be filled. */
extern Graph begin_graph(Workspace *workspace, int n_features, int n_classes);

/* The bytes of the model that the graph is, with some texts about it. */
extern const unsigned char *end_graph(Graph *graph, const char *options, const char *metrics,
									  size_t *length);

/* Constants: floats [n] or [n][m], a number, integers [n], an integer. */
extern Value constant_vector(Graph *graph, const float *values, size_t n);
extern Value constant_matrix(Graph *graph, const float *values, size_t n, size_t m);
extern Value constant_number(Graph *graph, float value);
extern Value constant_integers(Graph *graph, const int64_t *values, size_t n);
extern Value constant_integer(Graph *graph, int64_t value);
extern Value constant_indexes(Graph *graph, const int32_t *indexes, size_t n);

/*
 * The result of an operator of some values; attribute, whose setting is an integer, may be
 * NULL.  put_node gives it to a value that is there.
 */
extern Value add_node(Graph *graph, const char *operator, int n_inputs, const Value *inputs,
					  const char *attribute, int64_t setting);
extern void	 put_node(Graph *graph, const char *operator, int n_inputs, const Value *inputs,
					  const char *attribute, int64_t setting, Value output);

#define N_VALUES(...) ((int) (sizeof((Value[]){__VA_ARGS__}) / sizeof(Value)))

/* The same without attribute. */
#define NODE(graph, operator, ...)                                                                 \
	add_node(graph, operator, N_VALUES(__VA_ARGS__), (Value[]){__VA_ARGS__}, NULL, 0)

#endif /* PLASTICC_CORE_MODEL_ONNX_GRAPH_H */
