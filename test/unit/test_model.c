/*
 * test_model.c
 *		The serialised form of a model, and its probabilities compared with double
 *		precision.
 */
#include "unit.h"

#include <float.h>

#include "core/base/limits.h"
#include "core/model/model.h"
#include "core/base/random.h"

#define FEATURES 6
#define USED 4
#define FLAGGED 2
#define INPUTS (USED + FLAGGED)
#define HIDDEN 5
#define CLASSES 3
#define MEMBERS 4
#define QUANTILES 3
#define ROWS 50

/* Feature 1 only has a missing-value indicator, and feature 4 is not used. */
static const int32_t used[USED] = {0, 2, 3, 5};
static const int32_t flagged[FLAGGED] = {1, 3};

/* The inputs of the members; the last two use all inputs, and only the indicators. */
static const struct
{
	int		n;
	int32_t inputs[INPUTS];
} looks[MEMBERS] = {{3, {0, 2, 5}}, {3, {0, 3, 4}}, {6, {0, 1, 2, 3, 4, 5}}, {2, {4, 5}}};

/* Offsets of the parts with zscore; the members follow the gate. */
enum
{
	AT_N_USED = 24,
	AT_USED = 64,
	AT_LOWEST = AT_USED + 4 * USED,
	AT_HIGHEST = AT_LOWEST + 4 * USED,
	AT_SCALE = AT_HIGHEST + 4 * 2 * USED,
	AT_FLAGGED = AT_SCALE + 4 * USED,
	AT_TEMPERATURE = AT_FLAGGED + 4 * (FLAGGED + CLASSES),
	AT_GATE = AT_TEMPERATURE + 4 * (1 + CLASSES),
	AT_MEMBERS = AT_GATE + 4 * (1 + GATE_SIDES * CLASSES),
};

static float *
numbers(Workspace *workspace, Random *random, size_t n)
{
	float *x = workspace_array(workspace, float, n);

	for (size_t i = 0; i < n; i++)
		x[i] = (float) random_normal(random);
	return x;
}

static int32_t *
copy_indexes(Workspace *workspace, const int32_t *indexes, int n)
{
	int32_t *copy = workspace_array(workspace, int32_t, n);

	memcpy(copy, indexes, sizeof(int32_t) * n);
	return copy;
}

/* One hidden layer, except for the last member. */
static DenseNetwork
make_member(int number, Workspace *workspace, Random *random)
{
	int			 n_inputs = looks[number].n;
	int			 n_hidden = number < MEMBERS - 1 ? HIDDEN + number : 0;
	int			 n_in = n_hidden > 0 ? n_hidden : n_inputs;
	DenseNetwork member = {.n_inputs = n_inputs, .n_layers = n_hidden > 0 ? 2 : 1};

	member.inputs = copy_indexes(workspace, looks[number].inputs, n_inputs);
	member.layers = workspace_array(workspace, DenseLayer, member.n_layers);
	member.layers[0] = (DenseLayer){
		.n_in = n_inputs,
		.n_out = n_hidden,
		.activation = ACTIVATION_TANH,
		.weight = numbers(workspace, random, n_inputs * n_hidden),
		.bias = numbers(workspace, random, n_hidden),
	};
	member.layers[member.n_layers - 1] = (DenseLayer){
		.n_in = n_in,
		.n_out = CLASSES,
		.activation = ACTIVATION_LINEAR,
		.weight = numbers(workspace, random, n_in * CLASSES),
		.bias = numbers(workspace, random, CLASSES),
	};
	return member;
}

static Preprocessing
make_preprocessing(Normalisation normalisation, Workspace *workspace, Random *random)
{
	Preprocessing preprocessing = {
		.n_features = FEATURES,
		.n_used = USED,
		.used = copy_indexes(workspace, used, USED),
		.normalisation = normalisation,
		.clip = 3.0f,
		.n_flagged = FLAGGED,
		.flagged = copy_indexes(workspace, flagged, FLAGGED),
	};

	if (normalisation == NORMALISATION_ZSCORE)
	{
		preprocessing.lowest = workspace_array(workspace, float, USED);
		preprocessing.highest = workspace_array(workspace, float, USED);
		for (int j = 0; j < USED; j++)
		{
			preprocessing.lowest[j] = -4.0f;
			preprocessing.highest[j] = (float) j;
		}
		preprocessing.center = numbers(workspace, random, USED);
		preprocessing.scale = numbers(workspace, random, USED);
		for (int j = 0; j < USED; j++)
			preprocessing.scale[j] = fabsf(preprocessing.scale[j]);
		return preprocessing;
	}
	preprocessing.n_quantiles = QUANTILES;
	preprocessing.quantiles = workspace_array(workspace, float, USED *QUANTILES);
	for (int i = 0; i < USED * QUANTILES; i++)
		preprocessing.quantiles[i] = (float) ((i % QUANTILES - 1) * (1 + i / QUANTILES));
	return preprocessing;
}

static Model
make_model(Normalisation normalisation, Workspace *workspace)
{
	static char *names[FEATURES] = {"flux_mean", "", "flux \"std\"", "z", "none", "skew"};
	Random		 random;
	Model		 model = {0};

	random_seed(&random, 21, 0);
	model.preprocessing = make_preprocessing(normalisation, workspace, &random);
	model.n_classes = CLASSES;
	model.classes = copy_indexes(workspace, (int32_t[]){-7, 42, 90}, CLASSES);
	model.n_networks = MEMBERS;
	model.networks = workspace_array(workspace, DenseNetwork, MEMBERS);
	for (int m = 0; m < MEMBERS; m++)
		model.networks[m] = make_member(m, workspace, &random);
	model.temperature = 1.5f;
	model.log_multipliers = numbers(workspace, &random, CLASSES);
	model.gate.feature = 2;
	model.gate.closed = workspace_array(workspace, float, GATE_SIDES *CLASSES);
	memset(model.gate.closed, 0, sizeof(float) * GATE_SIDES * CLASSES);
	model.gate.closed[GATE_OTHER * CLASSES + 1] = 0.25f;
	model.gate.closed[GATE_ZERO * CLASSES] = 0.125f;
	model.gate.closed[GATE_ZERO * CLASSES + 2] = 0.5f;
	model.n_feature_names = FEATURES;
	model.feature_names = names;
	model.options = "{\"seed\": 1}";
	model.metrics = "{}";
	return model;
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

/* CRC-32C bit by bit, to check the preamble and to forge one. */
static uint32_t
slow_crc32c(const unsigned char *bytes, size_t length)
{
	uint32_t crc = 0xFFFFFFFF;

	for (size_t i = 0; i < length * 8; i++)
	{
		uint32_t bit = (bytes[i / 8] >> (i % 8)) & 1;

		crc = (crc >> 1) ^ (((crc ^ bit) & 1) ? 0x82F63B78 : 0);
	}
	return ~crc;
}

static void
put_uint32(unsigned char *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
}

static void
seal(unsigned char *bytes, size_t size)
{
	put_uint32(bytes + 12, (uint32_t) size);
	put_uint32(bytes + 16, slow_crc32c(bytes + 20, size - 20));
}

/* The model with one number changed is rejected, for the given reason unless that is NULL. */
static void
check_forged(const Model *model, int offset, uint32_t value, const char *expected)
{
	Workspace	   workspace = unit_workspace();
	size_t		   size;
	unsigned char *bytes = write_model(model, &size, &workspace);
	const char	  *reason = NULL;

	put_uint32(bytes + offset, value);
	seal(bytes, size);
	CHECK(model_read(bytes, size, &workspace, &reason) == NULL, "accepted %x at %d", value, offset);
	CHECK(reason != NULL && (expected == NULL || strcmp(reason, expected) == 0),
		  "%x at %d: reason %s", value, offset, reason ? reason : "none");
}

static bool
same_indexes(int n, const int32_t *indexes, int n_expected, const int32_t *expected)
{
	return n == n_expected && memcmp(indexes, expected, sizeof(int32_t) * n) == 0;
}

static void
test_round_trip(Normalisation normalisation)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(normalisation, &workspace);
	size_t		   size;
	size_t		   again;
	unsigned char *bytes = write_model(&model, &size, &workspace);
	unsigned char *copy;
	const char	  *reason;
	Model		  *read = model_read(bytes, size, &workspace, &reason);

	CHECK(read != NULL && reason == NULL, "refused: %s", reason);
	copy = write_model(read, &again, &workspace);
	CHECK(again == size && memcmp(copy, bytes, size) == 0, "writes different bytes");
	CHECK(strcmp(read->feature_names[2], "flux \"std\"") == 0, "name %s", read->feature_names[2]);
	CHECK(strcmp(read->options, model.options) == 0, "options %s", read->options);
	CHECK(same_indexes(read->preprocessing.n_used, read->preprocessing.used, USED, used) &&
			  same_indexes(read->preprocessing.n_flagged, read->preprocessing.flagged, FLAGGED,
						   flagged),
		  "other features");
	for (int m = 0; m < MEMBERS; m++)
		CHECK(same_indexes(read->networks[m].n_inputs, read->networks[m].inputs, looks[m].n,
						   looks[m].inputs) &&
				  read->networks[m].layers[0].n_in == looks[m].n,
			  "other inputs of member %d", m);
	CHECK(slow_crc32c((const unsigned char *) "123456789", 9) == 0xE3069283, "the oracle is wrong");
	unit_free();
}

static void
test_damage(Normalisation normalisation)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(normalisation, &workspace);
	size_t		   size;
	unsigned char *bytes = write_model(&model, &size, &workspace);
	unsigned char *longer = workspace_array(&workspace, unsigned char, size + 1);
	const char	  *reason;

	for (size_t length = 0; length < size; length++)
		CHECK(model_read(bytes, length, &workspace, &reason) == NULL && reason != NULL,
			  "accepted %zu of %zu bytes", length, size);
	for (size_t i = 0; i < size; i++)
		for (int bit = 0; bit < 8; bit++)
		{
			bytes[i] ^= (unsigned char) (1 << bit);
			CHECK(model_read(bytes, size, &workspace, &reason) == NULL, "accepted damaged byte %zu",
				  i);
			bytes[i] ^= (unsigned char) (1 << bit);
		}
	memcpy(longer, bytes, size);
	longer[size] = 0;
	seal(longer, size + 1);
	CHECK(model_read(longer, size + 1, &workspace, &reason) == NULL, "accepted a byte too many");

	/* with a valid checksum, any change must be rejected or harmless */
	for (size_t i = 20; i < size; i++)
		for (int value = 0; value < 256; value += 51)
		{
			unsigned char kept = bytes[i];
			Model		 *read;

			bytes[i] = (unsigned char) value;
			seal(bytes, size);
			read = model_read(bytes, size, &workspace, &reason);
			if (read)
			{
				float features[FEATURES] = {1.0f, -2.0f, 0.5f, NAN, 7.0f, 0.0f};
				float p[MODEL_MAX_CLASSES];

				if (read->preprocessing.n_features == FEATURES)
					model_classify(read, classify_scratch(read, 1, &workspace), 1, features, p);
			}
			else
				CHECK(reason != NULL, "no reason");
			bytes[i] = kept;
		}
	unit_free();
}

/* Each field of the header out of range, one at a time. */
static void
test_header(void)
{
	static const struct
	{
		int		 offset;
		uint32_t value;
	} forged[] = {
		{20, 0},
		{20, 0xFFFFFFFF},
		{20, MODEL_MAX_FEATURES + 1},
		{24, FEATURES + 1},
		{24, 0xFFFFFFFF},
		{28, 2},
		{32, 0},
		{32, 0x7FC00000},
		{32, 0x7F800000},
		{32, 0xBF800000},
		{36, 1},
		{40, FEATURES + 1},
		{44, 1},
		{44, 0x80000000},
		{44, MODEL_MAX_CLASSES + 1},
		{48, 0},
		{48, MODEL_MAX_MEMBERS + 1},
		{52, MODEL_MAX_MEMBERS + 1},
		{52, 1},
		{56, 2},
		{56, 1},
		{60, 1},
		{60, FEATURES + 1},
	};
	Workspace workspace = unit_workspace();
	Model	  model = make_model(NORMALISATION_ZSCORE, &workspace);

	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		check_forged(&model, forged[i].offset, forged[i].value, NULL);
	check_forged(&model, 8, 3, "the format version is not supported");
	check_forged(&model, 8, 6, "the format version is not supported");
	check_forged(&model, 8, 8, "the format version is not supported");
	check_forged(&model, AT_LOWEST, 0x40800000, "the range of a feature is empty");
	check_forged(&model, AT_HIGHEST + 4, 0xC0A00000, "the range of a feature is empty");
	check_forged(&model, AT_HIGHEST + 4, 0x7F800000, "a number is not finite");
	unit_free();
}

/* Names of classes are kept; those that are empty, too long or not ascending are refused. */
static void
test_class_names(void)
{
	static char longest[MODEL_MAX_CLASS_NAME_BYTES + 2];
	static const struct
	{
		char	   *names[CLASSES];
		const char *reason;
	} cases[] = {
		{{"AGN", "SN Ia", "\xc3\xa9toile"}, NULL},
		{{"A", "AA", longest}, NULL},
		{{"", "SN Ia", "TDE"}, "the length of a class name is out of range"},
		{{"A", longest, longest + 1}, "class names are not in ascending order"},
		{{"A", "B", "B"}, "class names are not in ascending order"},
		{{"\xc3\xa9toile", "SN Ia", "TDE"}, "class names are not in ascending order"},
	};
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(NORMALISATION_RANK_GAUSS, &workspace);
	const char	  *reason = NULL;
	unsigned char *bytes;
	size_t		   size;
	Model		  *read;

	memset(longest, 'n', MODEL_MAX_CLASS_NAME_BYTES);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		model.class_names = (char **) cases[i].names;
		bytes = write_model(&model, &size, &workspace);
		CHECK(bytes[8] == 7, "format %d", bytes[8]);
		read = model_read(bytes, size, &workspace, &reason);
		CHECK((read == NULL) == (cases[i].reason != NULL) &&
				  (read || strcmp(reason, cases[i].reason) == 0),
			  "case %zu: %s", i, reason ? reason : "accepted");
		for (int c = 0; read && c < CLASSES; c++)
			CHECK(strcmp(read->class_names[c], cases[i].names[c]) == 0, "name %s",
				  read->class_names[c]);
		if (read)
			CHECK(memcmp(write_model(read, &size, &workspace), bytes, size) == 0,
				  "writes different bytes");
	}
	longest[MODEL_MAX_CLASS_NAME_BYTES] = 'n';
	model.class_names = (char **) cases[1].names;
	bytes = write_model(&model, &size, &workspace);
	CHECK(model_read(bytes, size, &workspace, &reason) == NULL &&
			  strcmp(reason, "the length of a class name is out of range") == 0,
		  "a name of 256 bytes: %s", reason ? reason : "accepted");
	unit_free();
}

/* Lists of features and of inputs that are not ascending or out of range. */
static void
test_list_bytes(void)
{
	static const char count_of_used[] = "the number of used features is out of range";
	static const char bad_used[] = "used features are not in ascending order or out of range";
	static const char bad_flagged[] = "flagged features are not in ascending order or out of range";
	static const char count_of_inputs[] = "the number of inputs is out of range";
	static const char bad_inputs[] = "inputs are not in ascending order or out of range";
	static const struct
	{
		int			offset;
		uint32_t	value;
		const char *reason;
	} forged[] = {
		{AT_N_USED, FEATURES + 1, count_of_used},
		{AT_N_USED, 0xFFFFFFFF, count_of_used},
		{AT_USED, 0xFFFFFFFF, bad_used},
		{AT_USED, 2, bad_used},		/* as the next */
		{AT_USED + 4, 4, bad_used}, /* above the next */
		{AT_USED + 4 * (USED - 1), FEATURES, bad_used},
		{AT_USED + 4 * (USED - 1), 0x7FFFFFFF, bad_used},
		{AT_FLAGGED, 0xFFFFFFFF, bad_flagged},
		{AT_FLAGGED, 3, bad_flagged},
		{AT_FLAGGED, 4, bad_flagged},
		{AT_FLAGGED + 4, FEATURES, bad_flagged},
		{AT_MEMBERS, 0, count_of_inputs},
		{AT_MEMBERS, INPUTS + 1, count_of_inputs},
		{AT_MEMBERS, 0xFFFFFFFF, count_of_inputs},
		{AT_MEMBERS + 4, 0xFFFFFFFF, bad_inputs},
		{AT_MEMBERS + 4, 2, bad_inputs},
		{AT_MEMBERS + 8, 5, bad_inputs},
		{AT_MEMBERS + 12, INPUTS, bad_inputs},
	};
	Workspace workspace = unit_workspace();
	Model	  model = make_model(NORMALISATION_ZSCORE, &workspace);

	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		check_forged(&model, forged[i].offset, forged[i].value, forged[i].reason);
	unit_free();
}

/* A model without any input, whose bytes are otherwise well-formed. */
static void
test_no_inputs(void)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(NORMALISATION_ZSCORE, &workspace);
	size_t		   size;
	unsigned char *bytes;
	const char	  *reason = NULL;

	model.preprocessing.n_used = 0;
	model.preprocessing.n_flagged = 0;
	model.networks[0].n_inputs = 0;
	model.networks[0].layers[0].n_in = 0;
	model.n_networks = 1;
	bytes = write_model(&model, &size, &workspace);
	CHECK(model_read(bytes, size, &workspace, &reason) == NULL, "accepted a model of no input");
	CHECK(reason != NULL && strcmp(reason, "the number of inputs is out of range") == 0,
		  "reason %s", reason);
	unit_free();
}

/* Temperature and log multipliers out of range; they follow the classes. */
static void
test_calibration_bytes(void)
{
	static const uint32_t bad_temperatures[] = {0,			0x80000000, 0xBF800000, 0x7F800000,
												0x7FC00000, 0x1,		0x7E800000};
	static const uint32_t bad_multipliers[] = {0x7F800000, 0xFF800000, 0x7FC00000};
	Workspace			  workspace = unit_workspace();
	Model				  model = make_model(NORMALISATION_ZSCORE, &workspace);

	for (int i = 0; i < 7; i++)
		check_forged(&model, AT_TEMPERATURE, bad_temperatures[i],
					 "the temperature is out of range");
	for (int i = 0; i < 3 * CLASSES; i++)
		check_forged(&model, AT_TEMPERATURE + 4 + 4 * (i / 3), bad_multipliers[i % 3],
					 "a number is not finite");
	check_forged(&model, AT_TEMPERATURE + 4, 0x7F000000, "a class multiplier is out of range");
	check_forged(&model, AT_TEMPERATURE + 8, 0xFF000000, "a class multiplier is out of range");
	check_forged(&model, AT_SCALE + 4, 0xBF800000, "the scale of a feature is negative");
	unit_free();
}

/* The first weight and the first bias of a member, whose layers follow its inputs. */
static void
test_weight_bytes(void)
{
	Workspace workspace = unit_workspace();
	Model	  model = make_model(NORMALISATION_ZSCORE, &workspace);
	int		  weight = AT_MEMBERS + 4 * (1 + looks[0].n + 3);

	check_forged(&model, weight, 0x7E967699, "a weight is out of range"); /* 1e38 */
	check_forged(&model, weight, 0xFE967699, "a weight is out of range");
	check_forged(&model, weight + 4 * looks[0].n * HIDDEN, 0x7E967699, "a weight is out of range");
	unit_free();
}

/* Weights that are allowed one by one and overflow together are noticed afterwards. */
static void
test_overflow(void)
{
	Workspace workspace = unit_workspace();
	Model	  model = make_model(NORMALISATION_ZSCORE, &workspace);
	float	  features[FEATURES] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f};
	float	  p[CLASSES];

	model.n_networks = 1;
	model_classify(&model, classify_scratch(&model, 1, &workspace), 1, features, p);
	CHECK(probabilities_are_valid(1, CLASSES, p), "%g, %g, %g", p[0], p[1], p[2]);
	model.networks[0].layers[0].activation = ACTIVATION_LINEAR;
	for (int l = 0; l < 2; l++)
	{
		DenseLayer *layer = &model.networks[0].layers[l];

		for (int k = 0; k < layer->n_in * layer->n_out; k++)
			layer->weight[k] = 1e30f;
	}
	model_classify(&model, classify_scratch(&model, 1, &workspace), 1, features, p);
	CHECK(!probabilities_are_valid(1, CLASSES, p), "%g, %g, %g", p[0], p[1], p[2]);
	CHECK(!probabilities_are_valid(2, 2, (float[]){0.5f, 0.5f, 0.5f, 0.51f}), "sum of 1.01");
	CHECK(!probabilities_are_valid(1, 3, (float[]){0.75f, 0.5f, -0.25f}), "negative");
	unit_free();
}

/* A gate with a feature out of range, without an open class on a side, or not finite. */
static void
test_gate_bytes(void)
{
	static const struct
	{
		int			number; /* 0 is the feature, then the probabilities */
		uint32_t	value;
		const char *reason;
	} forged[] = {
		{0, FEATURES + 1, "the feature of the gate does not exist"},
		{0, 0xFFFFFFFF, "the feature of the gate does not exist"},
		{1, 0x7FC00000, "a number is not finite"},
		{2, 0x7F800000, "a number is not finite"},
		{6, 0xBE000000, "a probability of the gate is out of range"},
		{2, 0x3F800000, "the gate leaves no probability for open classes"}, /* 1 */
		{5, 0x3E000000,
		 "the gate leaves no probability for open classes"}, /* 0.125: none is open */
		{6, 0x3F600000,
		 "the gate leaves no probability for open classes"}, /* 0.875, beside 0.125 */
	};
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(NORMALISATION_ZSCORE, &workspace);
	size_t		   size;
	unsigned char *bytes = write_model(&model, &size, &workspace);
	const char	  *reason;
	Model		  *read;

	CHECK(bytes[AT_GATE] == model.gate.feature + 1, "the gate is elsewhere");
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		check_forged(&model, AT_GATE + 4 * forged[i].number, forged[i].value, forged[i].reason);
	model.gate.closed = NULL;
	bytes = write_model(&model, &size, &workspace);
	read = model_read(bytes, size, &workspace, &reason);
	CHECK(read != NULL && read->gate.closed == NULL, "a gate out of nothing");
	unit_free();
}

/* All inputs of an object, in double. */
static void
oracle_inputs(const Preprocessing *preprocessing, const float *features, double *inputs)
{
	for (int j = 0; j < USED; j++)
	{
		double x =
			fmax(preprocessing->lowest[j], fmin(preprocessing->highest[j], features[used[j]]));

		inputs[j] =
			isnan(features[used[j]])
				? 0.0
				: fmax(-3.0, fmin(3.0, (x - preprocessing->center[j]) * preprocessing->scale[j]));
	}
	for (int k = 0; k < FLAGGED; k++)
		inputs[USED + k] = isnan(features[flagged[k]]);
}

/* A member's log-probabilities, in double. */
static void
member_log_probabilities(const DenseNetwork *member, const double *inputs, double *y)
{
	double h[INPUTS + HIDDEN + MEMBERS];
	int	   n_in = member->n_inputs;
	double sum = 0.0;

	for (int k = 0; k < n_in; k++)
		h[k] = inputs[member->inputs[k]];
	for (int l = 0; l < member->n_layers; l++)
	{
		const DenseLayer *layer = &member->layers[l];

		for (int j = 0; j < layer->n_out; j++)
		{
			double x = layer->bias[j];

			for (int k = 0; k < n_in; k++)
				x += h[k] * layer->weight[k * layer->n_out + j];
			y[j] = layer->activation == ACTIVATION_TANH ? tanh(x) : x;
		}
		n_in = layer->n_out;
		memcpy(h, y, sizeof(double) * n_in);
	}
	for (int c = 0; c < CLASSES; c++)
		sum += exp(y[c]);
	for (int c = 0; c < CLASSES; c++)
		y[c] -= log(sum);
}

/*
 * The calibrated mean of the members' log-probabilities for the open classes; closed
 * classes have fixed probabilities.
 */
static void
oracle_probabilities(const Model *model, const float *features, double *p)
{
	const float *closed = gate_row(&model->gate, CLASSES, gate_side(features[model->gate.feature]));
	double		 inputs[INPUTS];
	double		 mean[CLASSES] = {0};
	double		 sum = 0.0;
	double		 rest = 1.0;

	oracle_inputs(&model->preprocessing, features, inputs);
	for (int m = 0; m < model->n_networks; m++)
	{
		double y[INPUTS + HIDDEN + MEMBERS];

		member_log_probabilities(&model->networks[m], inputs, y);
		for (int c = 0; c < CLASSES; c++)
			mean[c] += y[c] / model->n_networks;
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

/* Some features are missing, and the gate's feature is often 0. */
static void
draw_features(float (*features)[FEATURES])
{
	Random random;

	random_seed(&random, 1, 1);
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < FEATURES; j++)
			features[i][j] = random_uniform(&random) < 0.2 ? NAN
							 : j == 2 && i % 3 == 0		   ? 0.0f
														   : (float) (5.0 * random_normal(&random));
}

/* One object at a time and in blocks: equal to the probabilities in double precision. */
static void
test_classify(int n_members, bool calibrated, bool gated)
{
	Workspace		 workspace = unit_workspace();
	Model			 model = make_model(NORMALISATION_ZSCORE, &workspace);
	ClassifyScratch *scratch;
	float			 features[ROWS][FEATURES];
	float			 block[ROWS][CLASSES];
	float			 single[CLASSES];
	double			 expected[CLASSES];

	model.n_networks = n_members;
	if (!calibrated)
	{
		model.temperature = 1.0f;
		memset(model.log_multipliers, 0, sizeof(float) * CLASSES);
	}
	if (!gated)
		model.gate.closed = NULL;
	scratch = classify_scratch(&model, ROWS, &workspace);
	draw_features(features);
	model_classify(&model, scratch, ROWS, &features[0][0], &block[0][0]);
	for (int i = 0; i < ROWS; i++)
	{
		model_classify(&model, scratch, 1, features[i], single);
		oracle_probabilities(&model, features[i], expected);
		for (int c = 0; c < CLASSES; c++)
		{
			CHECK_CLOSE(block[i][c], expected[c], 1e-5, "probability in a block");
			CHECK_CLOSE(single[c], expected[c], 1e-5, "probability of one object");
		}
	}
	unit_free();
}

/* For all rows in a block, and for each row separately. */
typedef struct Answers
{
	float block[ROWS][CLASSES];
	float single[ROWS][CLASSES];
} Answers;

static Answers
classify_all(const Model *model, float (*features)[FEATURES], Workspace *workspace)
{
	ClassifyScratch *scratch = classify_scratch(model, ROWS, workspace);
	Answers			 answers;

	model_classify(model, scratch, ROWS, &features[0][0], &answers.block[0][0]);
	for (int i = 0; i < ROWS; i++)
		model_classify(model, scratch, 1, features[i], answers.single[i]);
	return answers;
}

/* The inputs of some of the members, with or without the gate's feature. */
typedef struct DropCase
{
	int		first; /* member, and so many from there */
	int		n_members;
	bool	gated;
	int		n_used;
	int32_t used[USED];
	int		n_flagged;
	int32_t flagged[FLAGGED];
} DropCase;

static Model
drop_model(const DropCase *drop, Normalisation normalisation, Workspace *workspace)
{
	Model model = make_model(normalisation, workspace);

	model.networks += drop->first;
	model.n_networks = drop->n_members;
	if (!drop->gated)
		model.gate.closed = NULL;
	return model;
}

/* Features that the model must not use get arbitrary values. */
static void
spoil_features(const DropCase *drop, float (*features)[FEATURES])
{
	static const float garbage[] = {NAN, INFINITY, -INFINITY, 0.0f, 1e30f, -3.0f};
	bool			   needed[FEATURES] = {false};

	for (int j = 0; j < drop->n_used; j++)
		needed[drop->used[j]] = true;
	for (int k = 0; k < drop->n_flagged; k++)
		needed[drop->flagged[k]] = true;
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < FEATURES; j++)
			if (!needed[j])
				features[i][j] = garbage[(i + j) % 6];
}

/* Writing, reading and writing again gives the same bytes, and reading the same probabilities. */
static void
check_rewritten(const Model *model, float (*features)[FEATURES], const Answers *expected,
				Workspace *workspace)
{
	size_t		   size;
	size_t		   again;
	unsigned char *bytes = write_model(model, &size, workspace);
	unsigned char *copy;
	const char	  *reason;
	Model		  *read = model_read(bytes, size, workspace, &reason);
	Answers		   answers;

	CHECK(read != NULL, "refused: %s", reason);
	if (read == NULL)
		return;
	copy = write_model(read, &again, workspace);
	answers = classify_all(read, features, workspace);
	CHECK(again == size && memcmp(copy, bytes, size) == 0, "writes different bytes");
	CHECK(memcmp(&answers, expected, sizeof(Answers)) == 0, "the model read differs");
}

static void
check_drop(const DropCase *drop, Normalisation normalisation)
{
	Workspace workspace = unit_workspace();
	Model	  model = drop_model(drop, normalisation, &workspace);
	float	  features[ROWS][FEATURES];
	Answers	  before;
	Answers	  after;

	draw_features(features);
	before = classify_all(&model, features, &workspace);
	drop_unused_inputs(&model, &workspace);
	after = classify_all(&model, features, &workspace);
	CHECK(memcmp(&before, &after, sizeof(Answers)) == 0, "%d members from %d: other probabilities",
		  drop->n_members, drop->first);
	CHECK(same_indexes(model.preprocessing.n_used, model.preprocessing.used, drop->n_used,
					   drop->used) &&
			  same_indexes(model.preprocessing.n_flagged, model.preprocessing.flagged,
						   drop->n_flagged, drop->flagged),
		  "%d members from %d: %d used, %d flagged", drop->n_members, drop->first,
		  model.preprocessing.n_used, model.preprocessing.n_flagged);
	check_rewritten(&model, features, &before, &workspace);

	spoil_features(drop, features);
	after = classify_all(&model, features, &workspace);
	CHECK(memcmp(&before, &after, sizeof(Answers)) == 0, "%d members from %d: uses other inputs",
		  drop->n_members, drop->first);
	model = drop_model(drop, normalisation, &workspace);
	after = classify_all(&model, features, &workspace);
	CHECK(memcmp(&before, &after, sizeof(Answers)) == 0, "%d members from %d: used other inputs",
		  drop->n_members, drop->first);
	unit_free();
}

/*
 * Unused inputs are removed, except for the gate's feature 2 if there is a gate; the
 * probabilities keep the same bits and depend on nothing else.
 */
static void
test_drop(Normalisation normalisation)
{
	static const DropCase cases[] = {
		{0, 1, true, 3, {0, 2, 3}, 1, {3}},		  {0, 1, false, 2, {0, 3}, 1, {3}},
		{0, 2, true, 4, {0, 2, 3, 5}, 2, {1, 3}}, {0, 2, false, 3, {0, 3, 5}, 2, {1, 3}},
		{0, 3, true, 4, {0, 2, 3, 5}, 2, {1, 3}}, {0, 3, false, 4, {0, 2, 3, 5}, 2, {1, 3}},
		{3, 1, true, 1, {2}, 2, {1, 3}},		  {3, 1, false, 0, {0}, 2, {1, 3}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_drop(&cases[i], normalisation);
}

/* A model of format 4 extrapolates: values beyond those in training give what they gave. */
static void
test_format_4(Normalisation normalisation)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(normalisation, &workspace);
	float		   features[ROWS][FEATURES];
	Answers		   bounded;
	Answers		   unbounded;
	size_t		   size;
	unsigned char *bytes;
	const char	  *reason;
	Model		  *read;

	draw_features(features);
	for (int j = 0; j < USED * QUANTILES && normalisation == NORMALISATION_RANK_GAUSS; j++)
		model.preprocessing.quantiles[j] = 1.0f;
	model.preprocessing.clip = 100.0f;
	bounded = classify_all(&model, features, &workspace);
	model.preprocessing.unbounded = true;
	for (int j = 0; j < USED && normalisation == NORMALISATION_ZSCORE; j++)
	{
		model.preprocessing.lowest[j] = -FLT_MAX;
		model.preprocessing.highest[j] = FLT_MAX;
	}
	unbounded = classify_all(&model, features, &workspace);
	CHECK(memcmp(&bounded, &unbounded, sizeof(Answers)) != 0, "the range has no effect");
	bytes = write_model(&model, &size, &workspace);
	CHECK(bytes[8] == 4, "format %d", bytes[8]);
	read = model_read(bytes, size, &workspace, &reason);
	CHECK(read != NULL, "refused: %s", reason);
	check_rewritten(&model, features, &unbounded, &workspace);
	unit_free();
}

int
main(void)
{
	for (int normalisation = NORMALISATION_ZSCORE; normalisation <= NORMALISATION_RANK_GAUSS;
		 normalisation++)
	{
		test_round_trip(normalisation);
		test_damage(normalisation);
		test_drop(normalisation);
		test_format_4(normalisation);
	}
	test_header();
	test_class_names();
	test_list_bytes();
	test_no_inputs();
	test_calibration_bytes();
	test_weight_bytes();
	test_overflow();
	test_gate_bytes();
	for (int n_members = 1; n_members <= MEMBERS; n_members++)
	{
		test_classify(n_members, false, false);
		test_classify(n_members, true, false);
		test_classify(n_members, false, true);
		test_classify(n_members, true, true);
	}
	return unit_report();
}
