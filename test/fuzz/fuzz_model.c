/*
 * fuzz_model.c
 *		The bytes of a model, and classification with what they hold, and its export.
 *
 * The preamble is made valid first, so that the fuzzer gets past the checksum.  An
 * odd first byte makes a model of the bytes after it, of any sizes and extreme numbers,
 * and then changes single bytes of its form; an even one takes them as the form.  Its
 * next two bits choose the format of 0.1.0, and names of classes; with the next one the
 * features of an object are explained as well.
 */
#include "onnx_check.h"

#include "core/base/crc32c.h"
#include "core/model/model.h"
#include "core/model/model_format.h"
#include "core/model/novelty.h"
#include "core/model/shapley.h"

#define MAX_ROWS 3
#define OTHER_OBJECTS 2

/* n strictly ascending integers below limit >= n. */
static int32_t *
take_ascending(FuzzInput *input, int n, int limit, Workspace *workspace)
{
	int32_t *values = workspace_array(workspace, int32_t, n);
	int		 next = 0;

	for (int i = 0; i < n; i++)
	{
		values[i] = take_range(input, next, limit - n + i);
		next = values[i] + 1;
	}
	return values;
}

static float *
take_floats(FuzzInput *input, size_t n, Workspace *workspace)
{
	float *values = workspace_array(workspace, float, n);

	for (size_t i = 0; i < n; i++)
		values[i] = (float) take_number(input);
	return values;
}

static float
take_positive(FuzzInput *input)
{
	float value = fabsf((float) take_number(input));

	return value > 0.0f ? value : 1.0f;
}

static void
take_preprocessing(FuzzInput *input, bool unbounded, Preprocessing *preprocessing,
				   Workspace *workspace)
{
	int n_features = take_range(input, 1, 6);

	*preprocessing = (Preprocessing){
		.n_features = n_features,
		.n_used = take_range(input, 0, n_features),
		.normalisation = (Normalisation) take_range(input, 0, 1),
		.clip = take_positive(input),
		.unbounded = unbounded,
		.n_flagged = take_range(input, 0, n_features),
	};
	preprocessing->used = take_ascending(input, preprocessing->n_used, n_features, workspace);
	preprocessing->flagged = take_ascending(input, preprocessing->n_flagged, n_features, workspace);
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		preprocessing->lowest = take_floats(input, preprocessing->n_used, workspace);
		preprocessing->highest = take_floats(input, preprocessing->n_used, workspace);
		for (int j = 0; j < preprocessing->n_used; j++)
			if (preprocessing->highest[j] < preprocessing->lowest[j])
				preprocessing->highest[j] = preprocessing->lowest[j];
		preprocessing->center = take_floats(input, preprocessing->n_used, workspace);
		preprocessing->scale = take_floats(input, preprocessing->n_used, workspace);
	}
	else
	{
		int n = preprocessing->n_quantiles = take_range(input, 2, 5);

		preprocessing->quantiles =
			take_floats(input, (size_t) preprocessing->n_used * n, workspace);
		for (int j = 0; j < preprocessing->n_used; j++)
			for (int k = 1; k < n; k++)
			{
				float *knot = &preprocessing->quantiles[j * n + k];

				if (knot[0] < knot[-1])
					knot[0] = knot[-1];
			}
	}
}

static void
take_network(FuzzInput *input, int n_all, int n_classes, DenseNetwork *network,
			 Workspace *workspace)
{
	int n_in = take_range(input, 1, n_all);

	network->n_inputs = n_in;
	network->inputs = take_ascending(input, n_in, n_all, workspace);
	network->n_layers = take_range(input, 1, 3);
	network->layers = workspace_array(workspace, DenseLayer, network->n_layers);
	for (int i = 0; i < network->n_layers; i++)
	{
		int n_out = i == network->n_layers - 1 ? n_classes : take_range(input, 1, 5);

		network->layers[i] = (DenseLayer){
			.n_in = n_in,
			.n_out = n_out,
			.activation = (Activation) take_range(input, 0, ACTIVATION_ELU),
			.weight = take_floats(input, (size_t) n_in * n_out, workspace),
			.bias = take_floats(input, n_out, workspace),
		};
		n_in = n_out;
	}
}

/* Of up to three splits. */
static void
take_tree(FuzzInput *input, int n_inputs, int n_classes, Tree *tree, Workspace *workspace)
{
	int n_splits = take_range(input, 0, n_inputs > 0 ? 3 : 0);

	tree->n_nodes = 2 * n_splits + 1;
	tree->nodes = workspace_array(workspace, TreeNode, tree->n_nodes);
	for (int i = 0, n = 0; i < tree->n_nodes; i++)
	{
		bool split = n < n_splits && (i == 2 * n || take_range(input, 0, 1) == 1);

		tree->nodes[i] = (TreeNode){.input = -1};
		if (!split)
			continue;
		n++;
		tree->nodes[i].input = take_range(input, 0, n_inputs - 1);
		tree->nodes[i].threshold = (float) take_number(input);
		tree->nodes[i].missing_right = take_range(input, 0, 1) == 1;
	}
	REQUIRE(link_tree(tree));
	tree->leaves = take_floats(input, (size_t) tree_leaves(tree) * n_classes, workspace);
}

static void
take_boosters(FuzzInput *input, Model *model, Workspace *workspace)
{
	int n_features = model->preprocessing.n_features;

	model->n_tree_inputs = take_range(input, 0, n_features);
	model->tree_inputs = take_ascending(input, model->n_tree_inputs, n_features, workspace);
	model->tree_gains = take_floats(input, model->n_tree_inputs, workspace);
	for (int j = 0; j < model->n_tree_inputs; j++)
		model->tree_gains[j] = fabsf(model->tree_gains[j]);
	model->tree_weight = model->n_networks == 0 ? 1.0f : (float) take_byte(input) / 255.0f;
	model->boosters = workspace_array(workspace, Booster, model->n_boosters);
	for (int m = 0; m < model->n_boosters; m++)
	{
		Booster *booster = &model->boosters[m];

		booster->base = take_floats(input, model->n_classes, workspace);
		booster->n_trees = take_range(input, 0, 3);
		booster->packed = NULL;
		booster->trees = workspace_array(workspace, Tree, booster->n_trees);
		for (int t = 0; t < booster->n_trees; t++)
			take_tree(input, model->n_tree_inputs, model->n_classes, &booster->trees[t], workspace);
	}
}

static unsigned char *
build_model(FuzzInput *input, uint32_t format, bool named, size_t *length, Workspace *workspace)
{
	static char	  *class_names[] = {"1", "AGN", "SN Ia", "\xc3\xa9"};
	Model		   model = {.options = "{}", .metrics = "{}"};
	unsigned char *bytes;
	float		  *closed;

	take_preprocessing(input, format == OLD_FORMAT_VERSION, &model.preprocessing, workspace);
	if (preprocessing_inputs(&model.preprocessing) == 0)
	{
		model.preprocessing.n_flagged = 1;
		model.preprocessing.flagged = take_ascending(input, 1, 1, workspace);
	}
	model.n_classes = take_range(input, 2, 4);
	model.classes = take_ascending(input, model.n_classes, 100, workspace);
	model.temperature = take_positive(input);
	model.log_multipliers = take_floats(input, model.n_classes, workspace);
	model.gate.feature = take_range(input, -1, model.preprocessing.n_features - 1);
	if (model.gate.feature >= 0)
	{
		closed = model.gate.closed =
			workspace_zeros(workspace, (size_t) GATE_SIDES * model.n_classes);
		for (int side = 0; side < GATE_SIDES; side++)
			closed[side * model.n_classes + take_range(input, 0, model.n_classes - 1)] =
				(float) take_byte(input) / 256.0f;
	}
	model.n_boosters = format == FORMAT_VERSION ? take_range(input, 0, 2) : 0;
	model.n_networks = take_range(input, model.n_boosters == 0, 3);
	model.networks = workspace_array(workspace, DenseNetwork, model.n_networks);
	for (int i = 0; i < model.n_networks; i++)
		take_network(input, preprocessing_inputs(&model.preprocessing), model.n_classes,
					 &model.networks[i], workspace);
	if (model.n_boosters > 0)
		take_boosters(input, &model, workspace);
	if (take_range(input, 0, 1) == 1)
	{
		model.n_feature_names = model.preprocessing.n_features;
		model.feature_names = workspace_array(workspace, char *, model.n_feature_names);
		for (int i = 0; i < model.n_feature_names; i++)
			model.feature_names[i] = i % 2 == 0 ? "period" : "flux_mean_r";
	}
	if (named)
		model.class_names = class_names;
	*length = model_size(&model);
	bytes = malloc(*length); /* of exactly its size, for the sanitizer */
	model_write(&model, bytes);
	return bytes;
}

static void
put_uint32(unsigned char *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
}

/* The rest of the input: pairs of an offset, of two bytes, and what to write there. */
static void
change_bytes(FuzzInput *input, unsigned char *bytes, size_t length)
{
	while (input->left >= 3)
	{
		size_t offset = take_byte(input) + 256 * take_byte(input);

		bytes[PREAMBLE_BYTES + offset % (length - PREAMBLE_BYTES)] =
			(unsigned char) take_byte(input);
	}
}

static unsigned char *
make_bytes(FuzzInput *input, size_t *length, Workspace *workspace)
{
	unsigned char *bytes;
	int			   way = take_byte(input);
	uint32_t	   format = way & 2 ? OLD_FORMAT_VERSION : FORMAT_VERSION;
	bool		   named = format == FORMAT_VERSION && (way & 4);

	if (way % 2 == 1)
	{
		bytes = build_model(input, format, named, length, workspace);
		change_bytes(input, bytes, *length);
	}
	else
	{
		*length = PREAMBLE_BYTES + input->left;
		bytes = malloc(*length);
		memcpy(bytes + PREAMBLE_BYTES, input->at, input->left);
	}
	memcpy(bytes, MAGIC, MAGIC_BYTES);
	put_uint32(bytes + 8, format);
	put_uint32(bytes + 12, (uint32_t) *length);
	put_uint32(bytes + 16, crc32c(bytes + PREAMBLE_BYTES, *length - PREAMBLE_BYTES));
	return bytes;
}

/* Probabilities that are none are so because of a number that is none, and are detected. */
static void
require_probabilities(int n_rows, int n_classes, const float *probabilities)
{
	bool valid = probabilities_are_valid(n_rows, n_classes, probabilities);
	bool defined = true;

	for (int i = 0; i < n_rows; i++)
	{
		double sum = 0.0;

		for (int c = 0; c < n_classes; c++)
		{
			float p = probabilities[i * n_classes + c];

			REQUIRE(!(p < 0.0f) && !(p > 1.001f));
			sum += p;
		}
		REQUIRE(!(fabs(sum - 1.0) > 1e-3));
		defined = defined && !isnan(sum);
	}
	REQUIRE(valid == defined);
}

/* Features of rows that are missing, ordinary and extreme. */
static float *
extreme_features(const Model *model, int n_rows, Workspace *workspace)
{
	static const float numbers[] = {0.0f, NAN, 1.5f, -3e38f, INFINITY, 3e38f, -1e-45f, 1e20f};
	int				   n = model->preprocessing.n_features * n_rows;
	float			  *features = workspace_array(workspace, float, n);

	for (int i = 0; i < n; i++)
		features[i] = numbers[(i * 5 + i / 8) % 8];
	return features;
}

static float *
classify(const Model *model, int n_rows, Workspace *workspace)
{
	float *features = extreme_features(model, n_rows, workspace);
	float *probabilities = workspace_array(workspace, float, (size_t) model->n_classes *n_rows);

	model_classify(model, classify_scratch(model, n_rows, workspace), n_rows, features,
				   probabilities);
	require_probabilities(n_rows, model->n_classes, probabilities);
	return probabilities;
}

/* Contributions of features beside a reference of extreme objects are finite, or refused. */
static void
explain(const Model *model, Workspace *workspace)
{
	int		  n = model->preprocessing.n_features;
	float	 *features = extreme_features(model, OTHER_OBJECTS + 1, workspace);
	double	 *contributions = workspace_array(workspace, double, n);
	int32_t	 *number = workspace_array(workspace, int32_t, n);
	Reference reference = {
		.n_features = n, .features = number, .n_objects = OTHER_OBJECTS, .objects = features};
	Model explained = *model;
	bool  valid;

	for (int j = 0; j < n; j++)
		number[j] = j;
	explained.reference = &reference;
	valid = shapley_values(&explained, features + (size_t) n * OTHER_OBJECTS, 0, n, number,
						   contributions, workspace);
	for (int j = 0; j < n && valid; j++)
		REQUIRE(isfinite(contributions[j]));
}

/*
 * A model that was read can be used, reduced to the inputs it uses, and written; and
 * exported, as it is and reduced, unless it has trees.
 */
static void
use_model(Model *model, Workspace *workspace)
{
	float		  *before = classify(model, 1, workspace);
	float		  *after;
	size_t		   length;
	unsigned char *bytes;
	const char	  *reason;

	classify(model, MAX_ROWS, workspace);
	if (model->reference)
	{
		double share = novelty(&model->reference->neighbours, model->n_classes, before);

		REQUIRE(share >= 0.0 && share <= 1.0);
	}
	require_onnx(model, workspace);
	drop_unused_inputs(model, workspace);
	require_onnx(model, workspace);
	after = classify(model, 1, workspace);
	for (int c = 0; c < model->n_classes; c++)
		REQUIRE(after[c] == before[c] || (isnan(after[c]) && isnan(before[c])));
	length = model_size(model);
	bytes = workspace_array(workspace, unsigned char, length);
	model_write(model, bytes);
	REQUIRE(model_read(bytes, length, workspace, &reason) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace	   workspace = unit_workspace();
	FuzzInput	   input = {data, size};
	size_t		   length;
	unsigned char *bytes = make_bytes(&input, &length, &workspace);
	const char	  *reason = NULL;
	Model		  *model = model_read(bytes, length, &workspace, &reason);

	REQUIRE((model == NULL) == (reason != NULL));
	if (model && (data[0] & 8))
		explain(model, &workspace);
	if (model)
		use_model(model, &workspace);
	free(bytes);
	unit_free();
	return 0;
}
