/*
 * test_stepwise.c
 *		Contributions of features, for which a step evaluates only what it can change, compared
 *		with those of all rows classified whole.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/model/model.h"
#include "core/model/shapley.h"
#include "random_trees.h"

#define FEATURES 14
#define USED 6
#define FLAGGED 3
#define INPUTS (USED + FLAGGED)
#define TREE_INPUTS 7
#define READ 12
#define OBJECTS 32
#define NETWORKS 3
#define MOST_CLASSES 1024

/* The reference has 4 and 6, which no member reads, and has not 8, which trees read. */
static int32_t used[USED] = {0, 2, 3, 5, 7, 9};
static int32_t flagged[FLAGGED] = {3, 9, 11};
static int32_t tree_inputs[TREE_INPUTS] = {1, 2, 3, 5, 8, 9, 12};
static int32_t read_features[READ] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12};

/* Gates of a feature that members read, and of one that none does. */
#define GATE_READ 5
#define GATE_ALONE 10
#define NO_GATE (-1)

/* The inputs of the networks; 5 belongs to none, and to all features that trees read. */
static const struct
{
	int		n_inputs;
	int32_t inputs[INPUTS];
	int		n_layers;
} looks[NETWORKS] = {{3, {0, 2, 7}, 1}, {4, {1, 2, 4, 6}, 2}, {5, {0, 3, 4, 7, 8}, 3}};

/* Units of the features of the reference. */
static const struct
{
	int		n_units;
	int32_t unit[READ];
} alone = {READ, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
  groups = {4, {2, 1, 0, 1, 3, 2, 2, 0, 1, 2, 2, 1}};

typedef struct Case
{
	const char *name;
	int			n_classes;
	int			n_networks;
	int			n_boosters;
	int			gate; /* its feature */
} Case;

static float *
normal_numbers(size_t n, double scale, Random *random, Workspace *workspace)
{
	float *x = workspace_array(workspace, float, n);

	for (size_t i = 0; i < n; i++)
		x[i] = (float) (scale * random_normal(random));
	return x;
}

static DenseNetwork
make_network(int number, int n_classes, Random *random, Workspace *workspace)
{
	int			 n_layers = looks[number].n_layers;
	DenseNetwork network = {
		.n_inputs = looks[number].n_inputs,
		.inputs = workspace_array(workspace, int32_t, looks[number].n_inputs),
		.n_layers = n_layers,
		.layers = workspace_array(workspace, DenseLayer, n_layers),
	};
	int n_in = network.n_inputs;

	memcpy(network.inputs, looks[number].inputs, sizeof(int32_t) * n_in);
	for (int i = 0; i < n_layers; i++)
	{
		bool last = i == n_layers - 1;
		int	 n_out = last ? n_classes : 9 - 2 * i;

		network.layers[i] = (DenseLayer){
			.n_in = n_in,
			.n_out = n_out,
			.activation = last ? ACTIVATION_LINEAR : ACTIVATION_TANH,
			.weight = normal_numbers((size_t) n_in * n_out, 0.7, random, workspace),
			.bias = normal_numbers(n_out, 0.7, random, workspace),
		};
		n_in = n_out;
	}
	return network;
}

/* A row of features, some of them missing, and some 0. */
static void
draw_row(Random *random, int n, float *row)
{
	for (int j = 0; j < n; j++)
	{
		double u = random_uniform(random);

		row[j] = u < 0.15 ? NAN : u < 0.3 ? 0.0f : (float) random_normal(random);
	}
}

static Reference *
make_reference(Random *random, Workspace *workspace)
{
	Reference *reference = workspace_alloc(workspace, sizeof(Reference));

	*reference = (Reference){
		.n_features = READ,
		.features = read_features,
		.n_objects = OBJECTS,
		.objects = workspace_array(workspace, float, OBJECTS *READ),
	};
	draw_row(random, OBJECTS * READ, reference->objects);
	return reference;
}

static float *
make_gate(int n_classes, Workspace *workspace)
{
	float *closed = workspace_zeros(workspace, (size_t) GATE_SIDES * n_classes);

	closed[GATE_ZERO * n_classes + 2] = 0.125f;
	closed[GATE_OTHER * n_classes] = 0.0625f;
	return closed;
}

static Model
make_model(const Case *this, Random *random, Workspace *workspace)
{
	static float lowest[USED] = {-2.0f, -9.0f, -9.0f, -9.0f, -9.0f, -1.0f};
	static float highest[USED] = {9.0f, 2.0f, 9.0f, 9.0f, 9.0f, 1.0f};
	static float center[USED] = {0.5f, 0.0f, -1.0f}, scale[USED] = {1, 2, 0.5f, 1, 1, 1};
	bool		 trees = this->n_boosters > 0;
	Model		 model = {
			   .preprocessing = {.n_features = FEATURES,
								 .n_used = USED,
								 .used = used,
								 .clip = 3.0f,
								 .lowest = lowest,
								 .highest = highest,
								 .center = center,
								 .scale = scale,
								 .n_flagged = FLAGGED,
								 .flagged = flagged},
			   .n_classes = this->n_classes,
			   .n_networks = this->n_networks,
			   .networks = workspace_array(workspace, DenseNetwork, NETWORKS),
			   .n_boosters = this->n_boosters,
			   .boosters = workspace_array(workspace, Booster, this->n_boosters),
			   .n_tree_inputs = trees ? TREE_INPUTS : 0,
			   .tree_inputs = tree_inputs,
			   .tree_weight = !trees				  ? 0.0f
							  : this->n_networks == 0 ? 1.0f
													  : 0.375f,
			   .temperature = 1.25f,
			   .log_multipliers = normal_numbers(this->n_classes, 0.5, random, workspace),
			   .reference = make_reference(random, workspace),
	   };

	for (int m = 0; m < NETWORKS; m++)
		model.networks[m] = make_network(m, this->n_classes, random, workspace);
	for (int m = 0; m < this->n_boosters; m++)
		model.boosters[m] = random_booster(12, TREE_INPUTS, this->n_classes, random, workspace);
	if (this->gate != NO_GATE)
		model.gate = (Gate){this->gate, make_gate(this->n_classes, workspace)};
	return model;
}

static double
row_log_odds(const Model *model, ClassifyScratch *scratch, const float *row, int c)
{
	float  p[MOST_CLASSES];
	double rest = 0.0;

	model_classify(model, scratch, 1, row, p);
	for (int i = 0; i < model->n_classes; i++)
		rest += i == c ? 0.0 : (double) p[i];
	return log((double) p[c]) - log(rest);
}

/* values [n_units] += the changes on the way from object i in this order of units, or its reverse.
 */
static void
walk(const Model *model, ClassifyScratch *scratch, const float *x, int c, int i, int n_units,
	 const int32_t *unit, const int32_t *order, bool reverse, double *values)
{
	float  row[FEATURES];
	double before;

	memcpy(row, x, sizeof(row));
	for (int j = 0; j < READ; j++)
		row[read_features[j]] = model->reference->objects[i * READ + j];
	before = row_log_odds(model, scratch, row, c);
	for (int k = 0; k < n_units; k++)
	{
		int	   u = order[reverse ? n_units - 1 - k : k];
		double after;

		for (int j = 0; j < READ; j++)
			if (unit[j] == u)
				row[read_features[j]] = x[read_features[j]];
		after = row_log_odds(model, scratch, row, c);
		values[u] += after - before;
		before = after;
	}
}

static void
expected_contributions(const Model *model, const float *x, int c, int n_units, const int32_t *unit,
					   double *values, Workspace *workspace)
{
	ClassifyScratch *scratch = classify_scratch(model, 1, workspace);

	for (int u = 0; u < n_units; u++)
		values[u] = 0.0;
	for (int i = 0; i < OBJECTS; i++)
	{
		int32_t order[READ];
		Random	random;

		for (int k = 0; k < n_units; k++)
			order[k] = k;
		random_seed(&random, 0, i);
		random_shuffle(&random, n_units, order);
		walk(model, scratch, x, c, i, n_units, unit, order, false, values);
		walk(model, scratch, x, c, i, n_units, unit, order, true, values);
	}
	for (int u = 0; u < n_units; u++)
		values[u] /= 2.0 * OBJECTS;
}

static void
check_contributions(const Case *this, const Model *model, const float *x, int c, int n_units,
					const int32_t *unit, Workspace *workspace)
{
	double expected[READ], values[READ], largest = 0.0;

	expected_contributions(model, x, c, n_units, unit, expected, workspace);
	CHECK(shapley_values(model, x, c, n_units, unit, values, workspace), "%s", this->name);
	for (int u = 0; u < n_units; u++)
		largest = fmax(largest, fabs(expected[u]));
	CHECK(largest > 0.01, "%s: contributions of at most %g", this->name, largest);
	for (int u = 0; u < n_units; u++)
		CHECK(fabs(values[u] - expected[u]) < 2e-6 * fmax(1.0, largest),
			  "%s, class %d, unit %d of %d: %.9g, of whole rows %.9g", this->name, c, u, n_units,
			  values[u], expected[u]);
}

static void
test_case(const Case *this)
{
	Workspace workspace = unit_workspace();
	Random	  random;
	Model	  model;

	random_seed(&random, 12, 0);
	model = make_model(this, &random, &workspace);
	for (int c = 0; c < 3; c++)
	{
		float x[FEATURES];

		draw_row(&random, FEATURES, x);
		x[9] = c == 1 ? INFINITY : x[9];
		x[this->gate == NO_GATE ? 0 : this->gate] = c == 1 ? 0.0f : 1.0f;
		check_contributions(this, &model, x, c, alone.n_units, alone.unit, &workspace);
		check_contributions(this, &model, x, c, groups.n_units, groups.unit, &workspace);
	}
	unit_free();
}

int
main(void)
{
	static const Case cases[] = {
		{"a network", 3, 1, 0, NO_GATE},
		{"networks", 4, NETWORKS, 0, NO_GATE},
		{"trees", 3, 0, 2, NO_GATE},
		{"trees and a gate", 3, 0, 1, GATE_READ},
		{"networks and trees", 5, NETWORKS, 2, NO_GATE},
		{"networks, trees and a gate of an input", 4, NETWORKS, 2, GATE_READ},
		{"networks, trees and a gate of its own", 4, NETWORKS, 2, GATE_ALONE},
		/* so many that the steps of one object take several calls */
		{"many classes", MOST_CLASSES, NETWORKS, 1, GATE_ALONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	return unit_report();
}
