/*
 * test_permuted.c
 *		Classification of permuted inputs against that of inputs permuted by hand.
 */
#include "unit.h"

#include "core/permuted.h"
#include "core/random.h"

#define ROWS 37
#define INPUTS 9
#define GATE_FEATURE 2
#define CLASSES 4
#define MEMBERS 3
#define BLOCK 16

/* A network with hidden layers of widths 12, 7, 12, ... */
static Member
make_member(int n_layers, Activation activation, Random *random, Workspace *workspace)
{
	static const int widths[] = {12, 7, 12};
	Member member = {.n_layers = n_layers};
	int n_in = INPUTS;

	member.layers = workspace_array(workspace, DenseLayer, n_layers);
	for (int i = 0; i < n_layers; i++)
	{
		int n_out = i == n_layers - 1 ? CLASSES : widths[i];
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

/* Three of them, calibrated somehow. */
static Model
make_model(int n_layers, Activation activation, Random *random, Workspace *workspace)
{
	Model model = {.n_classes = CLASSES, .n_members = MEMBERS, .temperature = 1.5f};

	model.preprocessing.n_features = INPUTS;
	model.members = workspace_array(workspace, Member, MEMBERS);
	for (int m = 0; m < MEMBERS; m++)
		model.members[m] = make_member(n_layers, activation, random, workspace);
	model.log_multipliers = workspace_array(workspace, float, CLASSES);
	for (int c = 0; c < CLASSES; c++)
		model.log_multipliers[c] = 0.3f * (float) c;
	model.gate.feature = GATE_FEATURE;
	model.gate.closed = workspace_array(workspace, float, GATE_SIDES * CLASSES);
	memset(model.gate.closed, 0, sizeof(float) * GATE_SIDES * CLASSES);
	model.gate.closed[GATE_ZERO * CLASSES + 1] = 0.125f;
	model.gate.closed[GATE_OTHER * CLASSES] = 0.25f;
	return model;
}

static void
check(const Model *model, const float *inputs, PermutedClassifier *classifier, int n_columns,
	  const int32_t *columns, const int32_t *permutation, Workspace *workspace)
{
	uint8_t side[ROWS];
	float by_hand[ROWS * INPUTS], expected[ROWS * CLASSES], p[BLOCK * CLASSES];
	double worst = 0.0;

	memcpy(by_hand, inputs, sizeof(by_hand));
	for (int i = 0; i < ROWS; i++)
		for (int k = 0; k < n_columns; k++)
			by_hand[i * INPUTS + columns[k]] = inputs[permutation[i] * INPUTS + columns[k]];
	for (int i = 0; i < ROWS; i++)
		side[i] = gate_side(by_hand[i * INPUTS + GATE_FEATURE]);
	classify_inputs(model, classify_scratch(model, ROWS, workspace), ROWS, by_hand, side, expected);
	for (int first = 0; first < ROWS; first += BLOCK)
	{
		int n = first + BLOCK < ROWS ? BLOCK : ROWS - first;

		classify_permuted(classifier, n_columns, columns, permutation, first, n, p);
		for (int i = 0; i < n * CLASSES; i++)
			worst = fmax(worst, fabs(p[i] - expected[first * CLASSES + i]));
	}
	CHECK(worst < 2e-5, "%d layers, %d columns: differs by %g", model->members[0].n_layers, n_columns, worst);
}

static void
test_against_classify(void)
{
	static const Activation activations[] = {ACTIVATION_ELU, ACTIVATION_SIGMOID, ACTIVATION_TANH};
	Workspace workspace = unit_workspace();
	Random random;

	random_seed(&random, 5, 0);
	for (int n_layers = 1; n_layers <= 4; n_layers++)
		for (int a = 0; a < 3; a++)
		{
			Model model = make_model(n_layers, activations[a], &random, &workspace);
			float inputs[ROWS * INPUTS];
			uint8_t side[ROWS];
			int32_t permutation[ROWS], columns[INPUTS];
			PermutedClassifier *classifier;

			for (int i = 0; i < ROWS * INPUTS; i++)
				inputs[i] = (float) random_normal(&random);
			for (int i = 0; i < ROWS; i++)
			{
				if (i % 3 == 0)
					inputs[i * INPUTS + GATE_FEATURE] = 0.0f;
				side[i] = gate_side(inputs[i * INPUTS + GATE_FEATURE]);
			}
			for (int i = 0; i < ROWS; i++)
				permutation[i] = (11 * i + 5) % ROWS;
			classifier = permuted_classifier(&model, ROWS, inputs, side, BLOCK, INPUTS, &workspace);
			check(&model, inputs, classifier, 0, NULL, NULL, &workspace);
			for (int j = 0; j < INPUTS; j++)
			{
				columns[0] = j;
				columns[1] = (j + 4) % INPUTS;
				check(&model, inputs, classifier, 1, columns, permutation, &workspace);
				check(&model, inputs, classifier, 2, columns, permutation, &workspace);
			}
			for (int j = 0; j < INPUTS; j++)
				columns[j] = INPUTS - 1 - j;
			check(&model, inputs, classifier, INPUTS, columns, permutation, &workspace);
			/* what was classified before leaves no trace */
			check(&model, inputs, classifier, 0, NULL, NULL, &workspace);
		}
	unit_free();
}

int
main(void)
{
	test_against_classify();
	return unit_report();
}
