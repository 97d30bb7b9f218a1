/*
 * stepwise.c
 *		Classification of rows of which each differs from the one before in few features.
 */
#include "core/model/stepwise.h"

#include <math.h>
#include <string.h>

#include "core/base/simd.h"
#include "core/trees/tree_steps.h"

/* Rows of a network that are evaluated together, fewer where layers are wider than that. */
#define BLOCK_ROWS 256
#define BLOCK_FLOATS (1 << 21)

/* Logits of the steps of a call. */
#define STEP_LOGITS (1 << 19)

/* Numbers that belong to units: those of unit u are items [first[u]] to [first[u + 1] - 1]. */
typedef struct UnitItems
{
	int32_t *first;
	int32_t *items;
} UnitItems;

/* Objects of the reference, then the one that rows lead to. */
typedef struct Objects
{
	float	*inputs;	  /* [n_objects + 1][preprocessing_inputs()] */
	float	*tree_inputs; /* [n_objects + 1][n_tree_inputs], NaN = missing */
	uint8_t *side;		  /* [n_objects + 1], of the gate */
} Objects;

struct StepwiseClassifier
{
	const Model *model;
	Objects		 objects;
	int			 target;	/* the number of the object that rows lead to */
	UnitItems	 inputs;	/* of the networks, */
	UnitItems	 splits;	/* of the trees */
	int32_t		 gate_unit; /* of the gate's feature, -1 for none */
	TreeSteps	*trees;
	LayerBuffers layers;
	int			 most_rows; /* in layers */
	int32_t		*place;		/* [preprocessing_inputs()]: in the network at work, -1 for none */
	double		*products;	/* [widest layer]: of next_row and the weights of its first layer */
	float		*row;		/* [preprocessing_inputs()]: before the steps of a call, */
	float		*next_row;	/* [preprocessing_inputs()]: where they are in the network at work */
	float		*latest;	/* [n_networks][n_classes], logits */
	double		*total;		/* [n_classes], weighted logits after the last step */
	uint8_t		 last_side; /* of the gate after the last step */
	int			 most_steps;
	int32_t		*step_of; /* [most_rows]: the steps of the rows in layers */
	double		*change;  /* [most_steps][n_classes], of weighted logits */
	uint8_t		*side;	  /* [most_steps] */
	void (*check_interrupts)(void);
};

/* ----------------------------------------------------------------
 * Units and objects
 * ----------------------------------------------------------------
 */

/* The items 0 to n - 1 of each unit; unit [n], -1 for none. */
static UnitItems
items_of_units(int n_units, int n, const int32_t *unit, Workspace *workspace)
{
	UnitItems of = {
		.first = workspace_array(workspace, int32_t, n_units + 2),
		.items = workspace_array(workspace, int32_t, n),
	};

	/* counted two places further, a unit's end becomes the next one's beginning */
	memset(of.first, 0, sizeof(int32_t) * (n_units + 2));
	for (int i = 0; i < n; i++)
		of.first[unit[i] + 2] += unit[i] >= 0;
	for (int u = 2; u < n_units + 2; u++)
		of.first[u] += of.first[u - 1];
	for (int i = 0; i < n; i++)
		if (unit[i] >= 0)
			of.items[of.first[unit[i] + 1]++] = i;
	return of;
}

/* The units of inputs, of tree inputs and of the gate. */
static void
assign_units(StepwiseClassifier *classifier, int n_units, const int32_t *unit, Workspace *workspace)
{
	const Model			*model = classifier->model;
	const Preprocessing *preprocessing = &model->preprocessing;
	int					 n_inputs = preprocessing_inputs(preprocessing);
	int32_t				*unit_of = workspace_array(workspace, int32_t, preprocessing->n_features);
	int32_t				*of_input = workspace_array(workspace, int32_t, n_inputs);
	int32_t				*of_tree_input = workspace_array(workspace, int32_t, model->n_tree_inputs);

	for (int i = 0; i < preprocessing->n_features; i++)
		unit_of[i] = -1;
	for (int j = 0; j < model->reference->n_features; j++)
		unit_of[model->reference->features[j]] = unit[j];
	for (int j = 0; j < n_inputs; j++)
		of_input[j] =
			unit_of[j < preprocessing->n_used ? preprocessing->used[j]
											  : preprocessing->flagged[j - preprocessing->n_used]];
	for (int j = 0; j < model->n_tree_inputs; j++)
		of_tree_input[j] = unit_of[model->tree_inputs[j]];
	classifier->inputs = items_of_units(n_units, n_inputs, of_input, workspace);
	classifier->splits = items_of_units(n_units, model->n_tree_inputs, of_tree_input, workspace);
	classifier->gate_unit = model->gate.closed ? unit_of[model->gate.feature] : -1;
}

/* What members read of an object with these features. */
static void
add_object(StepwiseClassifier *classifier, int i, const float *scores, const float *features)
{
	const Model *model = classifier->model;
	size_t		 n_inputs = preprocessing_inputs(&model->preprocessing);
	size_t		 n_tree_inputs = model->n_tree_inputs;
	Objects		*objects = &classifier->objects;

	classifier->check_interrupts();
	preprocess(&model->preprocessing, scores, 1, features, objects->inputs + i * n_inputs);
	fill_tree_columns(model, 1, features, 0, model->tree_inputs,
					  objects->tree_inputs + i * n_tree_inputs);
	objects->side[i] = model->gate.closed ? gate_side(features[model->gate.feature]) : GATE_UNKNOWN;
}

static void
add_objects(StepwiseClassifier *classifier, const float *features, Workspace *workspace)
{
	const Model			*model = classifier->model;
	const Preprocessing *preprocessing = &model->preprocessing;
	const Reference		*reference = model->reference;
	size_t				 n_features = preprocessing->n_features;
	size_t				 n = classifier->target + 1;
	float				*scores = preprocessing_scores(preprocessing, workspace);
	float				*other = workspace_array(workspace, float, n_features);

	classifier->objects = (Objects){
		.inputs = workspace_array(workspace, float, n *preprocessing_inputs(preprocessing)),
		.tree_inputs = workspace_array(workspace, float, n * model->n_tree_inputs),
		.side = workspace_array(workspace, uint8_t, n),
	};
	memcpy(other, features, sizeof(float) * n_features);
	for (int i = 0; i < reference->n_objects; i++)
	{
		for (int j = 0; j < reference->n_features; j++)
			other[reference->features[j]] =
				reference->objects[(size_t) i * reference->n_features + j];
		add_object(classifier, i, scores, other);
	}
	add_object(classifier, classifier->target, scores, features);
}

/* The weighted logits that no step changes. */
static void
add_bases(StepwiseClassifier *classifier)
{
	const Model *model = classifier->model;
	double		 weight = (double) model->tree_weight / model->n_boosters;

	for (int c = 0; c < model->n_classes; c++)
	{
		classifier->total[c] = 0.0;
		for (int m = 0; m < model->n_boosters; m++)
			classifier->total[c] += weight * model->boosters[m].base[c];
	}
}

static int
at_most(size_t n, size_t most)
{
	return (int) (n < most ? n : most > 0 ? most : 1);
}

StepwiseClassifier *
stepwise_classifier(const Model *model, const float *features, int n_units, const int32_t *unit,
					Workspace *workspace)
{
	StepwiseClassifier *classifier = workspace_alloc(workspace, sizeof(StepwiseClassifier));
	size_t				n_inputs = preprocessing_inputs(&model->preprocessing);
	size_t				n_classes = model->n_classes;
	size_t				n_steps = (size_t) 2 * model->reference->n_objects * (n_units + 1);
	int					widest = widest_layer(model);
	int					most_rows = at_most(BLOCK_ROWS, BLOCK_FLOATS / (widest + 1));
	int					most = at_most(n_steps, STEP_LOGITS / n_classes);

	*classifier = (StepwiseClassifier){
		.model = model,
		.target = model->reference->n_objects,
		.trees = tree_steps(model->n_boosters, model->boosters, model->n_tree_inputs,
							model->n_classes, workspace),
		.layers = layer_buffers(model, most_rows, workspace),
		.most_rows = most_rows,
		.place = workspace_array(workspace, int32_t, n_inputs),
		.products = workspace_array(workspace, double, widest),
		.row = workspace_zeros(workspace, n_inputs),
		.next_row = workspace_array(workspace, float, n_inputs),
		.latest = workspace_zeros(workspace, model->n_networks * n_classes),
		.total = workspace_array(workspace, double, n_classes),
		.most_steps = most,
		.step_of = workspace_array(workspace, int32_t, most_rows),
		.change = workspace_array(workspace, double, most *n_classes),
		.side = workspace_array(workspace, uint8_t, most),
		.check_interrupts = workspace->check_interrupts,
	};
	for (size_t j = 0; j < n_inputs; j++)
		classifier->place[j] = -1;
	assign_units(classifier, n_units, unit, workspace);
	add_objects(classifier, features, workspace);
	add_bases(classifier);
	return classifier;
}

int
most_steps(const StepwiseClassifier *classifier)
{
	return classifier->most_steps;
}

/* ----------------------------------------------------------------
 * Steps
 * ----------------------------------------------------------------
 */

/* products [n] += x times weight [n].  They are doubles so that updates add up no errors. */
DISPATCHED static void
add_products(int n, double x, const float *restrict weight, double *restrict products)
{
	for (int k = 0; k < n; k++)
		products[k] += x * weight[k];
}

/* The products of next_row. */
static void
start_products(StepwiseClassifier *classifier, const DenseNetwork *network)
{
	const DenseLayer *layer = &network->layers[0];

	for (int k = 0; k < layer->n_out; k++)
		classifier->products[k] = 0.0;
	for (int i = 0; i < network->n_inputs; i++)
	{
		classifier->check_interrupts();
		add_products(layer->n_out, classifier->next_row[network->inputs[i]],
					 layer->weight + (size_t) i * layer->n_out, classifier->products);
	}
}

/* Changes next_row and the products; returns whether an input of the network is another one. */
static bool
take_step(StepwiseClassifier *classifier, const DenseNetwork *network, int32_t step)
{
	const DenseLayer *layer = &network->layers[0];
	const UnitItems	 *of = &classifier->inputs;
	size_t			  n_inputs = preprocessing_inputs(&classifier->model->preprocessing);
	const float		 *to = classifier->objects.inputs + classifier->target * n_inputs;
	float			 *row = classifier->next_row;
	bool			  changed = false;

	if (step < 0)
	{
		memcpy(row, classifier->objects.inputs + OBJECT_OF_STEP(step) * n_inputs,
			   sizeof(float) * n_inputs);
		start_products(classifier, network);
		return true;
	}
	for (int i = of->first[step]; i < of->first[step + 1]; i++)
	{
		int		j = of->items[i];
		int32_t place = classifier->place[j];

		if (place >= 0 && row[j] != to[j])
		{
			add_products(layer->n_out, (double) to[j] - row[j],
						 layer->weight + (size_t) place * layer->n_out, classifier->products);
			changed = true;
		}
		row[j] = to[j];
	}
	return changed;
}

/* Evaluates network m for n rows in layers, and adds what its logits change from row to row. */
static void
add_network_rows(StepwiseClassifier *classifier, int m, int n)
{
	const Model *model = classifier->model;
	size_t		 n_classes = model->n_classes;
	double		 weight = (1.0 - model->tree_weight) / model->n_networks;
	float		*latest = classifier->latest + m * n_classes;
	const float *logits = finish_network(&model->networks[m], &classifier->layers, n);

	for (int i = 0; i < n; i++, logits += n_classes)
	{
		double *change = classifier->change + classifier->step_of[i] * n_classes;

		for (size_t c = 0; c < n_classes; c++)
			change[c] += weight * ((double) logits[c] - latest[c]);
		memcpy(latest, logits, sizeof(float) * n_classes);
	}
}

/* Goes to the row before the steps. */
static void
begin_network(StepwiseClassifier *classifier, const DenseNetwork *network)
{
	memcpy(classifier->next_row, classifier->row,
		   sizeof(float) * preprocessing_inputs(&classifier->model->preprocessing));
	for (int i = 0; i < network->n_inputs; i++)
		classifier->place[network->inputs[i]] = i;
	start_products(classifier, network);
}

/* Leaves in next_row the row after the steps. */
static void
add_network_steps(StepwiseClassifier *classifier, int m, int n, const int32_t *steps)
{
	const DenseNetwork *network = &classifier->model->networks[m];
	int					n_out = network->layers[0].n_out;
	int					n_rows = 0;

	begin_network(classifier, network);
	for (int k = 0; k < n; k++)
	{
		if (!take_step(classifier, network, steps[k]))
			continue;
		for (int i = 0; i < n_out; i++)
			classifier->layers.buffer[0][(size_t) n_rows * n_out + i] =
				(float) classifier->products[i];
		classifier->step_of[n_rows++] = k;
		if (n_rows == classifier->most_rows)
		{
			add_network_rows(classifier, m, n_rows);
			n_rows = 0;
		}
	}
	if (n_rows > 0)
		add_network_rows(classifier, m, n_rows);
	for (int i = 0; i < network->n_inputs; i++)
		classifier->place[network->inputs[i]] = -1;
}

/* Adds what the trees' logits change, and weighs it: networks, which come later, weigh theirs. */
static void
add_tree_steps(StepwiseClassifier *classifier, int n, const int32_t *steps)
{
	const Model *model = classifier->model;
	size_t		 n_inputs = model->n_tree_inputs;
	const float *to = classifier->objects.tree_inputs + classifier->target * n_inputs;
	size_t		 n_changes = (size_t) n * model->n_classes;
	double		 weight = (double) model->tree_weight / model->n_boosters;

	for (int k = 0; k < n; k++)
	{
		double	  *change = classifier->change + (size_t) k * model->n_classes;
		UnitItems *of = &classifier->splits;

		if (steps[k] < 0)
			start_trees(classifier->trees,
						classifier->objects.tree_inputs + OBJECT_OF_STEP(steps[k]) * n_inputs,
						change);
		else
			for (int i = of->first[steps[k]]; i < of->first[steps[k] + 1]; i++)
				replace_tree_input(classifier->trees, of->items[i], to[of->items[i]], change);
	}
	for (size_t i = 0; i < n_changes; i++)
		classifier->change[i] *= weight;
}

/* The side of the gate after each step. */
static void
find_sides(StepwiseClassifier *classifier, int n, const int32_t *steps)
{
	const Objects *objects = &classifier->objects;

	for (int k = 0; k < n; k++)
	{
		if (steps[k] < 0)
			classifier->last_side = objects->side[OBJECT_OF_STEP(steps[k])];
		else if (steps[k] == classifier->gate_unit)
			classifier->last_side = objects->side[classifier->target];
		classifier->side[k] = classifier->last_side;
	}
}

void
classify_steps(StepwiseClassifier *classifier, int n, const int32_t *steps, float *probabilities)
{
	const Model *model = classifier->model;
	size_t		 n_classes = model->n_classes;
	float		*logits = probabilities;

	memset(classifier->change, 0, sizeof(double) * n * n_classes);
	if (model->n_boosters > 0)
		add_tree_steps(classifier, n, steps);
	for (int m = 0; m < model->n_networks; m++)
		add_network_steps(classifier, m, n, steps);
	if (model->n_networks > 0)
		memcpy(classifier->row, classifier->next_row,
			   sizeof(float) * preprocessing_inputs(&model->preprocessing));
	for (size_t i = 0; i < n * n_classes; i++)
		logits[i] = (float) (classifier->total[i % n_classes] += classifier->change[i]);
	find_sides(classifier, n, steps);
	calibrate_logits(model, 1.0f, n, classifier->side, probabilities);
}
