/*
 * onnx_export.c
 *		A model in the format of ONNX, for runtimes elsewhere.
 *
 * The graph repeats what preprocess.c, model.c and class_gate.c compute, for any number of
 * rows at once.  Shapes in comments are without the first dimension, the rows.
 */
#include "core/model/onnx_export.h"

#include <math.h>
#include <stdbool.h>

#include "core/model/onnx_graph.h"

/* Elements of rows, or of a vector. */
static Value
columns(Graph *graph, Value rows, Value indexes)
{
	return add_node(graph, "Gather", 2, (Value[]){rows, indexes}, "axis", 1);
}

static Value
elements(Graph *graph, Value vector, Value indexes)
{
	return add_node(graph, "Gather", 2, (Value[]){vector, indexes}, "axis", 0);
}

static Value
cast(Graph *graph, Value value, int type)
{
	return add_node(graph, "Cast", 1, &value, "to", type);
}

/* Which elements are missing. */
static Value
is_missing(Graph *graph, Value value)
{
	return NODE(graph, "Or", NODE(graph, "IsNaN", value), NODE(graph, "IsInf", value));
}

static Value
limit(Graph *graph, Value value, Value lowest, Value highest)
{
	return NODE(graph, "Max", NODE(graph, "Min", value, highest), lowest);
}

/* ------------------------------------------------------------------------
 * Preprocessing
 * ------------------------------------------------------------------------
 */

/* (x - center) * scale [n_used] of present values, between the lowest and highest of training */
static Value
standardised(Graph *graph, const Preprocessing *preprocessing, Value x)
{
	int n = preprocessing->n_used;

	x = limit(graph, x, constant_vector(graph, preprocessing->lowest, n),
			  constant_vector(graph, preprocessing->highest, n));
	return NODE(graph, "Mul",
				NODE(graph, "Sub", x, constant_vector(graph, preprocessing->center, n)),
				constant_vector(graph, preprocessing->scale, n));
}

/*
 * How many knots [n_used] of each feature the operator finds x [n_used] to exceed: a binary
 * search, by indexes into the knots of all features, of which start has the first ones.
 */
static Value
count_knots(Graph *graph, const char *operator, Value x, Value knots, Value start, int n_knots)
{
	Value at = start;

	for (int half, left = n_knots; left > 1; left -= half)
	{
		Value last, exceeded;

		half = left / 2;
		last = NODE(graph, "Add", at, constant_integer(graph, half - 1));
		exceeded =
			cast(graph, NODE(graph, operator, x, elements(graph, knots, last)), ELEMENT_INTEGER);
		at = NODE(graph, "Add", at, NODE(graph, "Mul", exceeded, constant_integer(graph, half)));
	}
	at = NODE(graph, "Add", at,
			  cast(graph, NODE(graph, operator, x, elements(graph, knots, at)), ELEMENT_INTEGER));
	return NODE(graph, "Sub", at, start);
}

/* The share [n_used] of the way from left to right at which x lies; 0 where they are equal. */
static Value
share_between(Graph *graph, Value left, Value right, Value x)
{
	Value rises = NODE(graph, "Greater", right, left);
	Value one = cast(graph, constant_number(graph, 1.0f), ELEMENT_DOUBLE);
	Value width, share;

	/* in double, because the difference of two floats can overflow */
	left = cast(graph, left, ELEMENT_DOUBLE);
	width = NODE(graph, "Sub", cast(graph, right, ELEMENT_DOUBLE), left);
	width = NODE(graph, "Where", rises, width, one);
	share = NODE(graph, "Div", NODE(graph, "Sub", cast(graph, x, ELEMENT_DOUBLE), left), width);
	return NODE(graph, "Where", rises, cast(graph, share, ELEMENT_FLOAT),
				constant_number(graph, 0.0f));
}

/*
 * Normal quantiles [n_used] of the ranks of present values among knots: between two knots
 * by linear interpolation, and the middle of the scores of several equal ones.
 */
static Value
ranked(Graph *graph, const Preprocessing *preprocessing, Value x)
{
	Workspace *workspace = graph->writer.workspace;
	int		   n = preprocessing->n_used;
	int		   n_knots = preprocessing->n_quantiles;
	int64_t	  *starts = workspace_array(workspace, int64_t, n);
	Value	   knots = constant_vector(graph, preprocessing->quantiles, (size_t) n * n_knots);
	Value scores = constant_vector(graph, preprocessing_scores(preprocessing, workspace), n_knots);
	Value one = constant_integer(graph, 1);
	Value start, low, high, tie, below, above, share;

	for (int j = 0; j < n; j++)
		starts[j] = (int64_t) j * n_knots;
	start = constant_integers(graph, starts, n);
	if (!preprocessing->unbounded)
		x = limit(graph, x, elements(graph, knots, start),
				  elements(graph, knots,
						   NODE(graph, "Add", start, constant_integer(graph, n_knots - 1))));
	low = count_knots(graph, "Greater", x, knots, start, n_knots);
	high = count_knots(graph, "GreaterOrEqual", x, knots, start, n_knots);
	tie = NODE(graph, "Greater", high, low);
	below = NODE(graph, "Where", tie, low,
				 NODE(graph, "Max", NODE(graph, "Sub", low, one), constant_integer(graph, 0)));
	above = NODE(graph, "Where", tie, NODE(graph, "Sub", high, one),
				 NODE(graph, "Min", low, constant_integer(graph, n_knots - 1)));
	share = share_between(graph, elements(graph, knots, NODE(graph, "Add", below, start)),
						  elements(graph, knots, NODE(graph, "Add", above, start)), x);
	share = NODE(graph, "Where", tie, constant_number(graph, 0.5f), share);
	below = elements(graph, scores, below);
	above = NODE(graph, "Sub", elements(graph, scores, above), below);
	return NODE(graph, "Add", below, NODE(graph, "Mul", above, share));
}

/* The inputs of networks [preprocessing_inputs()]. */
static Value
preprocessed(Graph *graph, const Preprocessing *preprocessing)
{
	Value zero = constant_number(graph, 0.0f);
	Value flags = FEATURES; /* if there are none */
	Value x, missing;

	if (preprocessing->n_flagged > 0)
		flags = cast(graph,
					 is_missing(graph, columns(graph, FEATURES,
											   constant_indexes(graph, preprocessing->flagged,
																preprocessing->n_flagged))),
					 ELEMENT_FLOAT);
	if (preprocessing->n_used == 0)
		return flags;
	x = columns(graph, FEATURES,
				constant_indexes(graph, preprocessing->used, preprocessing->n_used));
	missing = is_missing(graph, x);
	x = NODE(graph, "Where", missing, zero, x);
	x = preprocessing->normalisation == NORMALISATION_RANK_GAUSS
			? ranked(graph, preprocessing, x)
			: standardised(graph, preprocessing, x);
	x = limit(graph, NODE(graph, "Where", missing, zero, x),
			  constant_number(graph, -preprocessing->clip),
			  constant_number(graph, preprocessing->clip));
	if (preprocessing->n_flagged == 0)
		return x;
	return add_node(graph, "Concat", 2, (Value[]){x, flags}, "axis", 1);
}

/* ------------------------------------------------------------------------
 * Networks
 * ------------------------------------------------------------------------
 */

/* The logits of a network [n_classes]. */
static Value
dense_logits(Graph *graph, const DenseNetwork *network, int n_inputs, Value x)
{
	static const char *const operators[] = {
		[ACTIVATION_LINEAR] = NULL, [ACTIVATION_SIGMOID] = "Sigmoid", [ACTIVATION_TANH] = "Tanh",
		[ACTIVATION_RELU] = "Relu", [ACTIVATION_ELU] = "Elu",
	};

	if (network->n_inputs < n_inputs)
		x = columns(graph, x, constant_indexes(graph, network->inputs, network->n_inputs));
	for (int i = 0; i < network->n_layers; i++)
	{
		const DenseLayer *layer = &network->layers[i];
		Value			  weight = constant_matrix(graph, layer->weight, layer->n_in, layer->n_out);

		x = NODE(graph, "Gemm", x, weight, constant_vector(graph, layer->bias, layer->n_out));
		if (operators[layer->activation])
			x = NODE(graph, operators[layer->activation], x);
	}
	return x;
}

/* ------------------------------------------------------------------------
 * Trees
 * ------------------------------------------------------------------------
 */

/* Arrays for all trees of the model. */
static GraphTrees
allocate_trees(const Model *model, Workspace *workspace)
{
	GraphTrees trees = {.n_nodes = 1, .n_leaves = 1}; /* for a tree in place of none */
	size_t	   n_values;

	for (int m = 0; m < model->n_boosters; m++)
		for (int t = 0; t < model->boosters[m].n_trees; t++)
		{
			trees.n_nodes += model->boosters[m].trees[t].n_nodes;
			trees.n_leaves += tree_leaves(&model->boosters[m].trees[t]);
		}
	n_values = trees.n_leaves * model->n_classes;
	trees.tree = workspace_array(workspace, int32_t, trees.n_nodes);
	trees.node = workspace_array(workspace, int32_t, trees.n_nodes);
	trees.input = workspace_array(workspace, int32_t, trees.n_nodes);
	trees.is_leaf = workspace_array(workspace, bool, trees.n_nodes);
	trees.threshold = workspace_array(workspace, float, trees.n_nodes);
	trees.left = workspace_array(workspace, int32_t, trees.n_nodes);
	trees.right = workspace_array(workspace, int32_t, trees.n_nodes);
	trees.missing_left = workspace_array(workspace, int32_t, trees.n_nodes);
	trees.value_tree = workspace_array(workspace, int32_t, n_values);
	trees.value_node = workspace_array(workspace, int32_t, n_values);
	trees.value_class = workspace_array(workspace, int32_t, n_values);
	trees.value = workspace_array(workspace, float, n_values);
	return trees;
}

/* Appends a tree; the arrays have space for it. */
static void
append_tree(GraphTrees *trees, int number, const Tree *tree, int n_classes, float scale)
{
	for (int i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];
		size_t			n = trees->n_nodes++;

		trees->tree[n] = number;
		trees->node[n] = i;
		trees->is_leaf[n] = node->leaf >= 0;
		trees->input[n] = node->input;
		trees->threshold[n] = trees->is_leaf[n] ? 0.0f : node->threshold;
		trees->left[n] = trees->is_leaf[n] ? 0 : node->left;
		trees->right[n] = trees->is_leaf[n] ? 0 : node->left + 1;
		trees->missing_left[n] = !node->missing_right;
		for (int c = 0; c < n_classes && trees->is_leaf[n]; c++)
		{
			size_t k = trees->n_leaves * n_classes + c;

			trees->value_tree[k] = number;
			trees->value_node[k] = i;
			trees->value_class[k] = c;
			trees->value[k] = scale * tree->leaves[(size_t) node->leaf * n_classes + c];
		}
		trees->n_leaves += trees->is_leaf[n];
	}
}

/* scale times the mean of the boosters' logits [n_classes] */
static Value
tree_logits(Graph *graph, const Model *model, float scale)
{
	Workspace *workspace = graph->writer.workspace;
	float	  *base = workspace_zeros(workspace, model->n_classes);
	GraphTrees trees = allocate_trees(model, workspace);
	Value	   x = FEATURES; /* if no tree reads any */
	int		   number = 0;

	scale /= (float) model->n_boosters;
	trees.n_nodes = trees.n_leaves = 0;
	for (int m = 0; m < model->n_boosters; m++)
	{
		for (int c = 0; c < model->n_classes; c++)
			base[c] += scale * model->boosters[m].base[c];
		for (int t = 0; t < model->boosters[m].n_trees; t++)
		{
			workspace->check_interrupts();
			append_tree(&trees, number++, &model->boosters[m].trees[t], model->n_classes, scale);
		}
	}
	if (number == 0)
		append_tree(&trees, number,
					&(Tree){.n_nodes = 1,
							.nodes = &(TreeNode){.leaf = 0},
							.leaves = workspace_zeros(workspace, model->n_classes)},
					model->n_classes, scale);
	if (model->n_tree_inputs > 0)
	{
		x = columns(graph, FEATURES,
					constant_indexes(graph, model->tree_inputs, model->n_tree_inputs));
		x = NODE(graph, "Where", is_missing(graph, x), constant_number(graph, NAN), x);
	}
	return add_trees(graph, x, model->n_classes, base, &trees);
}

/* ------------------------------------------------------------------------
 * Ensemble, calibration, gate
 * ------------------------------------------------------------------------
 */

static Value
softmax(Graph *graph, Value logits, Value output)
{
	put_node(graph, "Softmax", 1, &logits, "axis", 1, output);
	return output;
}

/*
 * Classes that are closed where the gate's feature is 0, or elsewhere, are left out of
 * the softmax and get their constant probabilities; the others share the rest.
 */
static void
gated_softmax(Graph *graph, const Gate *gate, int n_classes, Value logits)
{
	Value feature = columns(graph, FEATURES, constant_integer(graph, gate->feature));
	Value is_zero = NODE(graph, "Equal", feature, constant_number(graph, 0.0f));
	Value is_closed_side = NODE(graph, "Not", is_missing(graph, feature));
	Value closed = NODE(graph, "Where", is_zero,
						constant_vector(graph, gate_row(gate, n_classes, GATE_ZERO), n_classes),
						constant_vector(graph, gate_row(gate, n_classes, GATE_OTHER), n_classes));
	Value zero = constant_number(graph, 0.0f);
	Value one = constant_number(graph, 1.0f);
	Value is_closed, rest, open;

	closed = NODE(graph, "Where", is_closed_side, closed, zero);
	is_closed = NODE(graph, "Greater", closed, zero);
	logits = NODE(graph, "Where", is_closed, constant_number(graph, -INFINITY), logits);
	rest = add_node(graph, "ReduceSum", 2, (Value[]){closed, constant_integer(graph, 1)},
					"keepdims", 1);
	open = NODE(graph, "Mul", softmax(graph, logits, ++graph->last), NODE(graph, "Sub", one, rest));
	put_node(graph, "Where", 3, (Value[]){is_closed, closed, open}, NULL, 0, PROBABILITIES);
}

/* scale times the mean of the networks' logits [n_classes] */
static Value
network_part(Graph *graph, const Model *model, float scale)
{
	Value inputs = preprocessed(graph, &model->preprocessing);
	int	  n_inputs = preprocessing_inputs(&model->preprocessing);
	Value logits = dense_logits(graph, &model->networks[0], n_inputs, inputs);

	for (int m = 1; m < model->n_networks; m++)
		logits =
			NODE(graph, "Add", logits, dense_logits(graph, &model->networks[m], n_inputs, inputs));
	return NODE(graph, "Mul", logits, constant_number(graph, scale / (float) model->n_networks));
}

static void
put_graph(Graph *graph, const Model *model)
{
	float tree_scale = model->tree_weight / model->temperature;
	float network_scale = (1.0f - model->tree_weight) / model->temperature;
	Value logits = constant_vector(graph, model->log_multipliers, model->n_classes);

	if (model->n_networks > 0)
		logits = NODE(graph, "Add", network_part(graph, model, network_scale), logits);
	if (model->n_boosters > 0)
		logits = NODE(graph, "Add", tree_logits(graph, model, tree_scale), logits);
	if (model->gate.closed)
		gated_softmax(graph, &model->gate, model->n_classes, logits);
	else
		(void) softmax(graph, logits, PROBABILITIES);
}

const unsigned char *
model_to_onnx(const Model *model, const char *stored, Workspace *workspace, size_t *length)
{
	Graph	  graph = begin_graph(workspace, model->preprocessing.n_features, model->n_classes);
	GraphText texts[] = {
		{"options", model->options},
		{"metrics", model->metrics},
		{STORED_MODEL_KEY, stored},
	};

	put_graph(&graph, model);
	return end_graph(&graph, sizeof(texts) / sizeof(texts[0]), texts, length);
}
