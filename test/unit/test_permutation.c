/*
 * test_permutation.c
 *		Classification of permuted inputs compared with inputs permuted by hand.
 */
#include "unit.h"

#include "core/model/permutation.h"
#include "core/base/random.h"

#define ROWS 37
#define USED 7
#define FLAGGED 2
#define INPUTS (USED + FLAGGED)
#define CLASSES 4
#define MEMBERS 4
#define BLOCK 16

/* The gate's feature is not the input with its number, and may not be an input at all. */
#define GATE_FEATURE 4
#define GATE_INPUT 2
#define UNUSED_FEATURE 3
static int32_t used[USED] = {1, 2, GATE_FEATURE, 5, 7, 8, 10};
static int32_t flagged[FLAGGED] = {UNUSED_FEATURE, 8};

/* The inputs of the members; input 6 is used by the last one only. */
static const struct
{
	int		n;
	int32_t inputs[INPUTS];
} looks[MEMBERS] = {
	{5, {0, 1, 2, 4, 8}}, {3, {1, 3, 5}}, {1, {7}}, {INPUTS, {0, 1, 2, 3, 4, 5, 6, 7, 8}}};

/* A network with hidden layers of width 12, 7, 12, ... */
static DenseNetwork
make_member(int number, int n_layers, Activation activation, Random *random, Workspace *workspace)
{
	static const int widths[] = {12, 7, 12};
	DenseNetwork	 member = {.n_inputs = looks[number].n, .n_layers = n_layers};
	int				 n_in = member.n_inputs;

	member.inputs = workspace_array(workspace, int32_t, n_in);
	memcpy(member.inputs, looks[number].inputs, sizeof(int32_t) * n_in);
	member.layers = workspace_array(workspace, DenseLayer, n_layers);
	for (int i = 0; i < n_layers; i++)
	{
		int			n_out = i == n_layers - 1 ? CLASSES : widths[i];
		DenseLayer *layer = &member.layers[i];

		*layer = (DenseLayer){
			.n_in = n_in,
			.n_out = n_out,
			.activation = i == n_layers - 1 ? ACTIVATION_LINEAR : activation,
			.weight = workspace_array(workspace, float, n_in *n_out),
			.bias = workspace_array(workspace, float, n_out),
		};
		for (int k = 0; k < n_in * n_out; k++)
			layer->weight[k] = (float) random_normal(random);
		for (int k = 0; k < n_out; k++)
			layer->bias[k] = (float) random_normal(random);
		n_in = n_out;
	}
	return member;
}

/* Several such networks, with an arbitrary calibration. */
static Model
make_model(int n_members, int n_layers, Activation activation, Random *random, Workspace *workspace)
{
	Model model = {.n_classes = CLASSES, .n_networks = n_members, .temperature = 1.5f};

	model.preprocessing = (Preprocessing){
		.n_features = 12,
		.n_used = USED,
		.used = used,
		.n_flagged = FLAGGED,
		.flagged = flagged,
	};
	model.networks = workspace_array(workspace, DenseNetwork, MEMBERS);
	for (int m = 0; m < MEMBERS; m++)
		model.networks[m] = make_member(m, n_layers, activation, random, workspace);
	model.log_multipliers = workspace_array(workspace, float, CLASSES);
	for (int c = 0; c < CLASSES; c++)
		model.log_multipliers[c] = 0.3f * (float) c;
	model.gate.closed = workspace_array(workspace, float, GATE_SIDES *CLASSES);
	memset(model.gate.closed, 0, sizeof(float) * GATE_SIDES * CLASSES);
	model.gate.closed[GATE_ZERO * CLASSES + 1] = 0.125f;
	model.gate.closed[GATE_OTHER * CLASSES] = 0.25f;
	return model;
}

/* The objects, a third of them galactic, and the donors of their permuted inputs. */
typedef struct Objects
{
	float	inputs[ROWS * INPUTS];
	uint8_t side[ROWS];
	int32_t permutation[ROWS];
} Objects;

static void
make_objects(Random *random, Objects *objects)
{
	for (int i = 0; i < ROWS * INPUTS; i++)
		objects->inputs[i] = (float) random_normal(random);
	for (int i = 0; i < ROWS; i++)
	{
		if (i % 3 == 0)
			objects->inputs[i * INPUTS + GATE_INPUT] = 0.0f;
		objects->side[i] = gate_side(objects->inputs[i * INPUTS + GATE_INPUT]);
		objects->permutation[i] = (11 * i + 5) % ROWS;
	}
}

/* The sides are permuted with the gate's feature if that is an input. */
static void
check(const Model *model, const Objects *objects, PermutedClassifier *classifier, int n_columns,
	  const int32_t *columns, Workspace *workspace)
{
	uint8_t side[ROWS];
	float	by_hand[ROWS * INPUTS], expected[ROWS * CLASSES], p[BLOCK * CLASSES];
	double	worst = 0.0;

	memcpy(by_hand, objects->inputs, sizeof(by_hand));
	memcpy(side, objects->side, sizeof(side));
	for (int i = 0; i < ROWS; i++)
		for (int k = 0; k < n_columns; k++)
		{
			int from = objects->permutation[i];

			by_hand[i * INPUTS + columns[k]] = objects->inputs[from * INPUTS + columns[k]];
			if (columns[k] == GATE_INPUT && model->gate.feature == GATE_FEATURE)
				side[i] = objects->side[from];
		}
	network_logits(model, classify_scratch(model, ROWS, workspace), ROWS, by_hand, expected);
	calibrate_logits(model, weigh_network_logits(model, ROWS, expected), ROWS, side, expected);
	for (int first = 0; first < ROWS; first += BLOCK)
	{
		int n = first + BLOCK < ROWS ? BLOCK : ROWS - first;

		classify_permuted(classifier, n_columns, columns, objects->permutation, first, n, p);
		for (int i = 0; i < n * CLASSES; i++)
		{
			double difference = fabs(p[i] - expected[first * CLASSES + i]);

			if (difference > worst)
				worst = difference;
		}
	}
	CHECK(worst < 2e-5, "%d members of %d layers, %d columns: differs by %g", model->n_networks,
		  model->networks[0].n_layers, n_columns, worst);
}

/* No column, each, pairs, all, and none again: earlier calls have no influence. */
static void
check_columns(const Model *model, const Objects *objects, Workspace *workspace)
{
	PermutedClassifier *classifier =
		permuted_classifier(model, &(PermutedObjects){ROWS, objects->inputs, NULL, objects->side},
							BLOCK, INPUTS, workspace);
	int32_t columns[INPUTS];

	check(model, objects, classifier, 0, NULL, workspace);
	for (int j = 0; j < INPUTS; j++)
	{
		columns[0] = j;
		columns[1] = (j + 4) % INPUTS;
		check(model, objects, classifier, 1, columns, workspace);
		check(model, objects, classifier, 2, columns, workspace);
	}
	for (int j = 0; j < INPUTS; j++)
		columns[j] = INPUTS - 1 - j;
	check(model, objects, classifier, INPUTS, columns, workspace);
	check(model, objects, classifier, 0, NULL, workspace);
}

static void
test_against_classify(int n_members, int gate_feature)
{
	static const Activation activations[] = {ACTIVATION_ELU, ACTIVATION_SIGMOID, ACTIVATION_TANH};
	Workspace				workspace = unit_workspace();
	Random					random;

	random_seed(&random, 5, 0);
	for (int n_layers = 1; n_layers <= 4; n_layers++)
		for (int a = 0; a < 3; a++)
		{
			Model	model = make_model(n_members, n_layers, activations[a], &random, &workspace);
			Objects objects;

			model.gate.feature = gate_feature;
			make_objects(&random, &objects);
			check_columns(&model, &objects, &workspace);
		}
	unit_free();
}

int
main(void)
{
	for (int n_members = 1; n_members <= MEMBERS; n_members++)
	{
		test_against_classify(n_members, GATE_FEATURE);
		test_against_classify(n_members, UNUSED_FEATURE);
	}
	return unit_report();
}
