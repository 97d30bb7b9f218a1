/*
 * test_model_trees.c
 *		Models with boosted trees: probabilities, byte form, permuted inputs.
 */
#include "unit.h"

#include "core/base/crc32c.h"
#include "core/base/limits.h"
#include "core/model/model.h"
#include "core/model/model_format.h"
#include "core/model/permutation.h"
#include "random_trees.h"

#define FEATURES 7
#define USED 3
#define CLASSES 3
#define ROWS 150
#define BLOCK 40
#define TREE_INPUTS 5
#define GATE_FEATURE 4

static const int32_t tree_inputs[TREE_INPUTS] = {0, 2, 3, 4, 6};

/* Two networks without hidden layers of features 1, 4 and 5; boosters of features 0, 2, 3, 4, 6. */
static Model
make_model(int n_networks, int n_boosters, bool gated, Workspace *workspace)
{
	static int32_t used[USED] = {1, 4, 5};
	static float   lowest[USED] = {-9.0f, -9.0f, -9.0f}, highest[USED] = {9.0f, 9.0f, 9.0f};
	static float   center[USED] = {0.5f, 0.0f, -1.0f}, scale[USED] = {1.0f, 2.0f, 0.5f};
	static int32_t classes[CLASSES] = {1, 2, 5};
	Random		   random;
	Model		   model = {
				 .preprocessing = {.n_features = FEATURES,
								   .n_used = USED,
								   .used = used,
								   .clip = 5.0f,
								   .lowest = lowest,
								   .highest = highest,
								   .center = center,
								   .scale = scale},
				 .gate = {.feature = GATE_FEATURE},
				 .n_classes = CLASSES,
				 .classes = classes,
				 .n_networks = n_networks,
				 .n_boosters = n_boosters,
				 .n_tree_inputs = n_boosters > 0 ? TREE_INPUTS : 0,
				 .tree_weight = n_boosters == 0	  ? 0.0f
								: n_networks == 0 ? 1.0f
												  : 0.375f,
				 .temperature = 1.25f,
				 .options = "{}",
				 .metrics = "{}",
	 };

	random_seed(&random, 6, 0);
	model.networks = workspace_array(workspace, DenseNetwork, n_networks);
	for (int m = 0; m < n_networks; m++)
	{
		DenseLayer *layer = workspace_array(workspace, DenseLayer, 1);
		int32_t	   *inputs = workspace_array(workspace, int32_t, USED);

		*layer = (DenseLayer){USED, CLASSES, ACTIVATION_LINEAR,
							  workspace_array(workspace, float, USED *CLASSES),
							  workspace_array(workspace, float, CLASSES)};
		for (int k = 0; k < USED * CLASSES; k++)
			layer->weight[k] = (float) random_normal(&random);
		for (int k = 0; k < CLASSES; k++)
			layer->bias[k] = (float) random_normal(&random);
		for (int k = 0; k < USED; k++)
			inputs[k] = k;
		model.networks[m] = (DenseNetwork){USED, inputs, 1, layer};
	}
	model.boosters = workspace_array(workspace, Booster, n_boosters);
	for (int m = 0; m < n_boosters; m++)
		model.boosters[m] = random_booster(20, TREE_INPUTS, CLASSES, &random, workspace);
	model.tree_inputs = workspace_array(workspace, int32_t, TREE_INPUTS);
	memcpy(model.tree_inputs, tree_inputs, sizeof(tree_inputs));
	model.tree_gains = workspace_array(workspace, float, TREE_INPUTS);
	for (int j = 0; j < TREE_INPUTS; j++)
		model.tree_gains[j] = (float) j + 0.5f;
	model.log_multipliers = workspace_zeros(workspace, CLASSES);
	model.log_multipliers[1] = 0.25f;
	if (gated)
	{
		model.gate.closed = workspace_zeros(workspace, GATE_SIDES * CLASSES);
		model.gate.closed[GATE_ZERO * CLASSES + 2] = 0.125f;
		model.gate.closed[GATE_OTHER * CLASSES + 0] = 0.0625f;
	}
	return model;
}

static void
draw_features(float (*features)[FEATURES])
{
	static const float odd[] = {NAN, INFINITY, -INFINITY, 0.0f};
	Random			   random;

	random_seed(&random, 8, 1);
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < FEATURES; j++)
			features[i][j] =
				(i + j) % 5 == 0 ? odd[(i + 2 * j) % 4] : (float) random_normal(&random);
}

/* p [CLASSES] in double precision, by the definition. */
static void
oracle_probabilities(const Model *model, const float *features, double *p)
{
	const Preprocessing *pre = &model->preprocessing;
	const float *closed = gate_row(&model->gate, CLASSES, gate_side(features[GATE_FEATURE]));
	float		 reads[TREE_INPUTS];
	double		 mean[CLASSES] = {0}, sum = 0.0, rest = 1.0;

	for (int m = 0; m < model->n_networks; m++)
	{
		const DenseLayer *layer = &model->networks[m].layers[0];

		for (int c = 0; c < CLASSES; c++)
		{
			double y = layer->bias[c];

			for (int j = 0; j < USED; j++)
			{
				double x = features[pre->used[j]];
				double limited = fmax(pre->lowest[j], fmin(pre->highest[j], x));

				if (isfinite(x))
					y += layer->weight[j * CLASSES + c] *
						 fmax(-5.0, fmin(5.0, (limited - pre->center[j]) * pre->scale[j]));
			}
			mean[c] += (1.0 - model->tree_weight) * y / model->n_networks;
		}
	}
	for (int j = 0; j < TREE_INPUTS; j++)
		reads[j] = features[tree_inputs[j]];
	for (int m = 0; m < model->n_boosters; m++)
	{
		double y[CLASSES];

		oracle_booster(&model->boosters[m], CLASSES, reads, y);
		for (int c = 0; c < CLASSES; c++)
			mean[c] += model->tree_weight * y[c] / model->n_boosters;
	}
	for (int c = 0; c < CLASSES; c++)
	{
		p[c] = exp(mean[c] / model->temperature + model->log_multipliers[c]);
		if (closed && closed[c] > 0.0f)
			rest -= closed[c];
		else
			sum += p[c];
	}
	for (int c = 0; c < CLASSES; c++)
		p[c] = closed && closed[c] > 0.0f ? closed[c] : rest * p[c] / sum;
}

static void
test_classify(int n_networks, int n_boosters, bool gated)
{
	Workspace		 workspace = unit_workspace();
	Model			 model = make_model(n_networks, n_boosters, gated, &workspace);
	ClassifyScratch *scratch = classify_scratch(&model, ROWS, &workspace);
	float			 features[ROWS][FEATURES], block[ROWS][CLASSES], single[CLASSES];
	double			 expected[CLASSES];

	draw_features(features);
	model_classify(&model, scratch, ROWS, &features[0][0], &block[0][0]);
	for (int i = 0; i < ROWS; i++)
	{
		model_classify(&model, scratch, 1, features[i], single);
		oracle_probabilities(&model, features[i], expected);
		for (int c = 0; c < CLASSES; c++)
		{
			CHECK_CLOSE(block[i][c], expected[c], 2e-6, "probability in a block");
			CHECK_CLOSE(single[c], expected[c], 2e-6, "probability of one object");
		}
	}
	unit_free();
}

static unsigned char *
write_model(const Model *model, size_t *size, Workspace *workspace)
{
	unsigned char *bytes;

	*size = model_size(model);
	bytes = workspace_array(workspace, unsigned char, *size);
	model_write(model, bytes);
	return bytes;
}

/* Reading gives the same probabilities and gains, writing again the same bytes. */
static void
test_bytes(int n_networks, int n_boosters)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(n_networks, n_boosters, true, &workspace);
	size_t		   size, again;
	unsigned char *bytes = write_model(&model, &size, &workspace);
	const char	  *reason = NULL;
	Model		  *read = model_read(bytes, size, &workspace, &reason);
	float		   features[ROWS][FEATURES], before[ROWS][CLASSES], after[ROWS][CLASSES];

	CHECK(read != NULL, "refused: %s", reason);
	CHECK(memcmp(write_model(read, &again, &workspace), bytes, size) == 0 && again == size,
		  "writes different bytes");
	CHECK(read->n_boosters == n_boosters && read->tree_weight == model.tree_weight,
		  "other members");
	for (int j = 0; j < read->n_tree_inputs; j++)
		CHECK(read->tree_gains[j] == model.tree_gains[j] && read->tree_inputs[j] == tree_inputs[j],
			  "gain of input %d", j);
	draw_features(features);
	model_classify(&model, classify_scratch(&model, ROWS, &workspace), ROWS, &features[0][0],
				   &before[0][0]);
	model_classify(read, classify_scratch(read, ROWS, &workspace), ROWS, &features[0][0],
				   &after[0][0]);
	CHECK(memcmp(before, after, sizeof(before)) == 0, "the model read differs");
	unit_free();
}

static void
put_uint32(unsigned char *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
}

static Model *
read_changed(unsigned char *bytes, size_t size, size_t at, uint32_t value, const char **reason,
			 Workspace *workspace)
{
	unsigned char kept[4];
	Model		 *read;

	memcpy(kept, bytes + at, 4);
	put_uint32(bytes + at, value);
	put_uint32(bytes + 16, crc32c(bytes + PREAMBLE_BYTES, size - PREAMBLE_BYTES));
	*reason = NULL;
	read = model_read(bytes, size, workspace, reason);
	memcpy(bytes + at, kept, 4);
	return read;
}

/* What follows the weight of the trees in a model with one small booster. */
static void
test_forged(void)
{
	enum
	{
		AT_NODES = 12,	/* after the base */
		AT_ROOT = 20,	/* after n_trees and n_nodes of the first tree, a leaf */
		AT_SECOND = 36, /* n_nodes of the second tree, one split */
	};
	static const struct
	{
		int			offset; /* from the base of the booster */
		uint32_t	value;
		const char *reason;
	} forged[] = {
		{-4, 0x3f800001, "the weight of the trees is out of range"}, /* 1 + epsilon */
		{-4, 0x3f000000, "the weight of the trees is out of range"}, /* 0.5 without networks */
		{-4, 0x7fc00000, "a number is not finite"},
		{-8, 0xbf800000, "the gain of an input is negative"},
		{-4 - 4 * TREE_INPUTS - 4, 7, "inputs of trees are not in ascending order or out of range"},
		{-4 - 8 * TREE_INPUTS - 4, 8, "the number of inputs of trees is out of range"},
		{0, 0x7f800000, "a number is not finite"},
		{0, 0x7f7fffff, "a weight is out of range"},
		{AT_NODES, MODEL_MAX_ROUNDS + 1, "the number of trees is out of range"},
		{AT_NODES + 4, 0, "the number of nodes of a tree is out of range"},
		{AT_NODES + 4, TREE_MAX_NODES + 1, "the number of nodes of a tree is out of range"},
		{AT_NODES + 4, 2, NULL}, /* any reason */
		{AT_ROOT, 1, "the input of a split does not exist"},
		{AT_ROOT, 2, NULL},
		{AT_SECOND, 1, NULL},
		{AT_SECOND + 4, 0, NULL},
		{AT_SECOND + 4, 2 * TREE_INPUTS + 2, "the input of a split does not exist"},
		{AT_SECOND + 4, 0xffffffff, "the input of a split does not exist"},
		{AT_SECOND + 8, 0x7f800000, "a number is not finite"},
		{AT_SECOND + 12, 2, NULL},
		{AT_SECOND + 20, 0x7fc00000, "a number is not finite"},
	};
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(0, 1, false, &workspace);
	size_t		   size, base;
	unsigned char *bytes;
	const char	  *reason;

	model.boosters[0].n_trees = 2;
	bytes = write_model(&model, &size, &workspace);
	/* at the end: the texts, the second tree, the first, n_trees, the base */
	base = size - 12 - (20 + 8 * CLASSES) - (8 + 4 * CLASSES) - 4 - 4 * CLASSES;
	CHECK(memcmp(bytes + base, model.boosters[0].base, 4 * CLASSES) == 0, "the base is elsewhere");
	CHECK(read_changed(bytes, size, 8, FORMAT_VERSION, &reason, &workspace) != NULL, "%s", reason);
	for (size_t k = 0; k < sizeof(forged) / sizeof(forged[0]); k++)
	{
		Model *read = read_changed(bytes, size, base + forged[k].offset, forged[k].value, &reason,
								   &workspace);

		CHECK(read == NULL && reason != NULL &&
				  (forged[k].reason == NULL || strcmp(reason, forged[k].reason) == 0),
			  "case %zu: %s", k, reason ? reason : "accepted");
	}
	unit_free();
}

/* Cut off anywhere, or with any byte changed and a valid checksum: refused or harmless. */
static void
test_damaged(void)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(1, 1, true, &workspace);
	size_t		   size;
	unsigned char *bytes = write_model(&model, &size, &workspace);
	float		   features[ROWS][FEATURES], p[ROWS * MODEL_MAX_CLASSES];
	const char	  *reason;

	draw_features(features);
	for (size_t length = 0; length < size; length += 3)
		CHECK(model_read(bytes, length, &workspace, &reason) == NULL, "accepted %zu bytes", length);
	for (size_t i = PREAMBLE_BYTES; i + 4 <= size; i++)
		for (int k = 0; k < 3; k++)
		{
			uint32_t values[] = {0, bytes[i] + 1, 0xffffff7f};
			Model	*read = read_changed(bytes, size, i, values[k], &reason, &workspace);

			CHECK((read == NULL) == (reason != NULL), "byte %zu", i);
			if (read && read->preprocessing.n_features <= FEATURES)
				model_classify(read, classify_scratch(read, 9, &workspace), 9, &features[0][0], p);
		}
	unit_free();
}

/* Inputs that no tree reads are dropped; the probabilities keep the same bits. */
static void
test_drop(void)
{
	Workspace workspace = unit_workspace();
	Model	  model = make_model(1, 2, true, &workspace);
	float	  features[ROWS][FEATURES], before[ROWS][CLASSES], after[ROWS][CLASSES];

	for (int m = 0; m < 2; m++)
		for (int t = 0; t < model.boosters[m].n_trees; t++)
			for (int i = 0; i < model.boosters[m].trees[t].n_nodes; i++)
			{
				TreeNode *node = &model.boosters[m].trees[t].nodes[i];

				if (node->leaf < 0 && node->input % 2 == 1)
					node->input--;
			}
	draw_features(features);
	model_classify(&model, classify_scratch(&model, ROWS, &workspace), ROWS, &features[0][0],
				   &before[0][0]);
	drop_unused_inputs(&model, &workspace);
	model_classify(&model, classify_scratch(&model, ROWS, &workspace), ROWS, &features[0][0],
				   &after[0][0]);
	CHECK(memcmp(before, after, sizeof(before)) == 0, "other probabilities");
	CHECK(model.n_tree_inputs == 3, "%d inputs", model.n_tree_inputs);
	for (int j = 0; j < model.n_tree_inputs; j++)
		CHECK(model.tree_inputs[j] == tree_inputs[2 * j] && model.tree_gains[j] == 2 * j + 0.5f,
			  "input %d is feature %d", j, model.tree_inputs[j]);
	unit_free();
}

/* Permuted columns, of networks and of trees, are what permuted features give. */
static void
test_permuted(int n_networks, int n_boosters)
{
	Workspace			workspace = unit_workspace();
	Model				model = make_model(n_networks, n_boosters, true, &workspace);
	float				features[ROWS][FEATURES], inputs[ROWS][USED], reads[ROWS][TREE_INPUTS];
	uint8_t				side[ROWS];
	int32_t				permutation[ROWS];
	PermutedClassifier *classifier;

	draw_features(features);
	for (int i = 0; i < ROWS; i++)
	{
		permutation[i] = (7 * i + 3) % ROWS;
		side[i] = gate_side(features[i][GATE_FEATURE]);
		preprocess(&model.preprocessing, NULL, 1, features[i], inputs[i]);
		gather_inputs(TREE_INPUTS, tree_inputs, features[i], reads[i]);
	}
	classifier = permuted_classifier(
		&model, &(PermutedObjects){ROWS, &inputs[0][0], &reads[0][0], side}, BLOCK, 4, &workspace);
	for (int feature = -1; feature <= FEATURES; feature++)
	{
		float	changed[ROWS][FEATURES], expected[ROWS][CLASSES], p[BLOCK][CLASSES];
		int32_t columns[4];
		int		n = 0;

		memcpy(changed, features, sizeof(features));
		for (int j = 0; j < FEATURES; j++) /* the last time, two of them */
			for (int i = 0;
				 i < ROWS && (j == feature || (feature == FEATURES && (j == 1 || j == 4))); i++)
				changed[i][j] = features[permutation[i]][j];
		for (int j = 0; j < USED; j++)
			if (model.preprocessing.used[j] == feature || (feature == FEATURES && j < 2))
				columns[n++] = j;
		for (int j = 0; j < TREE_INPUTS && n_boosters > 0; j++)
			if (tree_inputs[j] == feature || (feature == FEATURES && tree_inputs[j] == 4))
				columns[n++] = USED + j;
		model_classify(&model, classify_scratch(&model, ROWS, &workspace), ROWS, &changed[0][0],
					   &expected[0][0]);
		for (int first = 0; first < ROWS; first += BLOCK)
		{
			int n_rows = ROWS - first < BLOCK ? ROWS - first : BLOCK;

			classify_permuted(classifier, n, columns, permutation, first, n_rows, &p[0][0]);
			for (int i = 0; i < n_rows; i++)
				for (int c = 0; c < CLASSES; c++)
					CHECK_CLOSE(p[i][c], expected[first + i][c], 1e-5, "probability");
		}
	}
	unit_free();
}

int
main(void)
{
	for (int n_networks = 0; n_networks <= 2; n_networks++)
		for (int n_boosters = n_networks == 0; n_boosters <= 3; n_boosters++)
		{
			test_classify(n_networks, n_boosters, false);
			test_classify(n_networks, n_boosters, true);
			test_bytes(n_networks, n_boosters);
			test_permuted(n_networks, n_boosters);
		}
	test_forged();
	test_damaged();
	test_drop();
	return unit_report();
}
