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

#include <stdbool.h>

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

/*
 * Keys of the metadata that tell which model the graph was made of: its own bytes, as text, and the
 * CRC-32C of the graph in decimal digits.
 */
#define STORED_MODEL_KEY "plasticc_model"
#define GRAPH_CHECKSUM_KEY "plasticc_graph_crc32c"

/* The bytes of the file that holds the graph; texts [n_texts] are its metadata. */
typedef struct GraphText
{
	const char *key;
	const char *value;
} GraphText;

extern const unsigned char *end_graph(Graph *graph, int n_texts, const GraphText *texts,
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

/*
 * Trees, whose nodes [n_nodes] and values of leaves [n_leaves][n_classes] are in arrays: each
 * node has the numbers of its tree and, in the tree, of itself and of its children, each value
 * those of its tree, its leaf and its class.
 */
typedef struct GraphTrees
{
	size_t	 n_nodes;
	size_t	 n_leaves;
	int32_t *tree;
	int32_t *node;
	int32_t *input;
	bool	*is_leaf;
	float	*threshold;
	int32_t *left;
	int32_t *right;
	int32_t *missing_left; /* 1 if missing values go left, otherwise 0 */
	int32_t *value_tree;
	int32_t *value_node;
	int32_t *value_class;
	float	*value;
} GraphTrees;

/* base [n_classes] plus the sum of the leaves that inputs reach, NaN being missing. */
extern Value add_trees(Graph *graph, Value inputs, int n_classes, const float *base,
					   const GraphTrees *trees);

#define N_VALUES(...) ((int) (sizeof((Value[]){__VA_ARGS__}) / sizeof(Value)))

/* The same without attribute. */
#define NODE(graph, operator, ...)                                                                 \
	add_node(graph, operator, N_VALUES(__VA_ARGS__), (Value[]){__VA_ARGS__}, NULL, 0)

#endif /* PLASTICC_CORE_MODEL_ONNX_GRAPH_H */
