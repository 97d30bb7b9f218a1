/*
 * test_model.c
 *		The byte form of a model, and its probabilities against double precision.
 */
#include "unit.h"

#include "core/model.h"
#include "core/random.h"

#define FEATURES 4
#define HIDDEN	 5
#define CLASSES	 3
#define MEMBERS	 3

static float *
numbers(Workspace *workspace, Random *random, size_t n)
{
	float	   *x = workspace_array(workspace, float, n);

	for (size_t i = 0; i < n; i++)
		x[i] = (float) random_normal(random);
	return x;
}

/* Of one hidden layer, the last member of none. */
static Member
make_member(int number, Workspace *workspace, Random *random)
{
	int			n_hidden = number < MEMBERS - 1 ? HIDDEN + number : 0;
	int			n_in = n_hidden > 0 ? n_hidden : FEATURES + 2;
	Member		member = {.n_layers = n_hidden > 0 ? 2 : 1};

	member.layers = workspace_array(workspace, DenseLayer, member.n_layers);
	member.layers[0] = (DenseLayer)
	{
		.n_in = FEATURES + 2,
		.n_out = n_hidden,
		.activation = ACTIVATION_TANH,
		.weight = numbers(workspace, random, (FEATURES + 2) * n_hidden),
		.bias = numbers(workspace, random, n_hidden),
	};
	member.layers[member.n_layers - 1] = (DenseLayer)
	{
		.n_in = n_in,
		.n_out = CLASSES,
		.activation = ACTIVATION_LINEAR,
		.weight = numbers(workspace, random, n_in * CLASSES),
		.bias = numbers(workspace, random, CLASSES),
	};
	return member;
}

static Model
make_model(Normalisation normalisation, Workspace *workspace)
{
	static char *names[FEATURES] = {"flux_mean", "", "flux \"std\"", "z"};
	Random		random;
	Model		model = {0};

	random_seed(&random, 21, 0);
	model.preprocessing = (Preprocessing)
	{
		.n_features = FEATURES,
		.normalisation = normalisation,
		.clip = 3.0f,
		.n_flagged = 2,
		.flagged = workspace_array(workspace, int32_t, 2),
	};
	model.preprocessing.flagged[0] = 1;
	model.preprocessing.flagged[1] = 3;
	if (normalisation == NORMALISATION_ZSCORE)
	{
		model.preprocessing.center = numbers(workspace, &random, FEATURES);
		model.preprocessing.scale = numbers(workspace, &random, FEATURES);
	}
	else
	{
		model.preprocessing.n_quantiles = 3;
		model.preprocessing.quantiles = workspace_array(workspace, float, FEATURES * 3);
		for (int i = 0; i < FEATURES * 3; i++)
			model.preprocessing.quantiles[i] = (float) (i % 3) - 1.0f;
	}
	model.n_classes = CLASSES;
	model.classes = workspace_array(workspace, int32_t, CLASSES);
	model.classes[0] = -7;
	model.classes[1] = 42;
	model.classes[2] = 90;
	model.n_members = MEMBERS;
	model.members = workspace_array(workspace, Member, MEMBERS);
	for (int m = 0; m < MEMBERS; m++)
		model.members[m] = make_member(m, workspace, &random);
	model.temperature = 1.5f;
	model.log_multipliers = numbers(workspace, &random, CLASSES);
	model.gate.feature = 2;
	model.gate.closed = workspace_array(workspace, float, GATE_SIDES * CLASSES);
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
	uint32_t	crc = 0xFFFFFFFF;

	for (size_t i = 0; i < length * 8; i++)
	{
		uint32_t	bit = (bytes[i / 8] >> (i % 8)) & 1;

		crc = (crc >> 1) ^ (((crc ^ bit) & 1) ? 0x82F63B78 : 0);
	}
	return ~crc;
}

static void
seal(unsigned char *bytes, size_t size)
{
	uint32_t	crc = slow_crc32c(bytes + 20, size - 20);

	for (int i = 0; i < 4; i++)
	{
		bytes[12 + i] = (unsigned char) (size >> (8 * i));
		bytes[16 + i] = (unsigned char) (crc >> (8 * i));
	}
}

static void
test_round_trip(Normalisation normalisation)
{
	Workspace	workspace = unit_workspace();
	Model		model = make_model(normalisation, &workspace);
	size_t		size;
	size_t		again;
	unsigned char *bytes = write_model(&model, &size, &workspace);
	unsigned char *copy;
	const char *reason;
	Model	   *read = model_read(bytes, size, &workspace, &reason);

	CHECK(read != NULL && reason == NULL, "refused: %s", reason);
	copy = write_model(read, &again, &workspace);
	CHECK(again == size && memcmp(copy, bytes, size) == 0, "writes other bytes");
	CHECK(strcmp(read->feature_names[2], "flux \"std\"") == 0, "name %s", read->feature_names[2]);
	CHECK(strcmp(read->options, model.options) == 0, "options %s", read->options);
	CHECK(slow_crc32c((const unsigned char *) "123456789", 9) == 0xE3069283, "the oracle is wrong");
	unit_free();
}

static void
test_damage(Normalisation normalisation)
{
	Workspace	workspace = unit_workspace();
	Model		model = make_model(normalisation, &workspace);
	size_t		size;
	unsigned char *bytes = write_model(&model, &size, &workspace);
	unsigned char *longer = workspace_array(&workspace, unsigned char, size + 1);
	const char *reason;

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

	/* with a valid checksum every part must be refused or harmless */
	for (size_t i = 20; i < size; i++)
		for (int value = 0; value < 256; value += 51)
		{
			unsigned char kept = bytes[i];
			Model	   *read;

			bytes[i] = (unsigned char) value;
			seal(bytes, size);
			read = model_read(bytes, size, &workspace, &reason);
			if (read)
			{
				float		features[FEATURES] = {1.0f, -2.0f, 0.5f, NAN};
				float		p[MODEL_MAX_CLASSES];

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
		int			offset;
		uint32_t	value;
	}			forged[] = {
		{20, 0}, {20, 0xFFFFFFFF}, {20, MODEL_MAX_FEATURES + 1}, {24, 2}, {28, 0}, {28, 0x7FC00000},
		{28, 0x7F800000}, {28, 0xBF800000}, {32, 1}, {36, FEATURES + 1}, {40, 1}, {40, 0x80000000},
		{40, MODEL_MAX_CLASSES + 1}, {44, 0}, {44, MODEL_MAX_MEMBERS + 1}, {48, 1}, {48, FEATURES + 1},
	};
	Workspace	workspace = unit_workspace();
	Model		model = make_model(NORMALISATION_ZSCORE, &workspace);
	size_t		size;

	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
	{
		unsigned char *bytes = write_model(&model, &size, &workspace);
		const char *reason;

		for (int k = 0; k < 4; k++)
			bytes[forged[i].offset + k] = (unsigned char) (forged[i].value >> (8 * k));
		seal(bytes, size);
		CHECK(model_read(bytes, size, &workspace, &reason) == NULL, "accepted %u at %d",
			  forged[i].value, forged[i].offset);
	}
	unit_free();
}

/* The temperature and the log multipliers out of range, at their place after the classes. */
static void
test_calibration_bytes(void)
{
	static const uint32_t bad_temperatures[] = {0, 0x80000000, 0xBF800000, 0x7F800000, 0x7FC00000};
	static const uint32_t bad_multipliers[] = {0x7F800000, 0xFF800000, 0x7FC00000};
	int			temperature = 52 + 4 * (2 * FEATURES + 2 + CLASSES);
	Workspace	workspace = unit_workspace();
	Model		model = make_model(NORMALISATION_ZSCORE, &workspace);
	size_t		size;

	for (int i = 0; i < 5 + 3 * CLASSES; i++)
	{
		unsigned char *bytes = write_model(&model, &size, &workspace);
		uint32_t	value = i < 5 ? bad_temperatures[i] : bad_multipliers[(i - 5) % 3];
		int			offset = i < 5 ? temperature : temperature + 4 + 4 * ((i - 5) / 3);
		const char *reason = NULL;

		for (int k = 0; k < 4; k++)
			bytes[offset + k] = (unsigned char) (value >> (8 * k));
		seal(bytes, size);
		CHECK(model_read(bytes, size, &workspace, &reason) == NULL, "accepted %x at %d", value,
			  offset);
		CHECK(reason != NULL && strcmp(reason, i < 5 ? "the temperature is out of range" :
									   "a number is not finite") == 0, "reason %s", reason);
	}
	unit_free();
}

/* A gate on a feature that there is not, or that leaves a side without a class, or not finite. */
static void
test_gate_bytes(void)
{
	static const struct
	{
		int			number;		/* 0 is the feature, then the probabilities */
		uint32_t	value;
		const char *reason;
	}			forged[] = {
		{0, FEATURES + 1, "the feature of the gate does not exist"},
		{0, 0xFFFFFFFF, "the feature of the gate does not exist"},
		{1, 0x7FC00000, "a number is not finite"},
		{2, 0x7F800000, "a number is not finite"},
		{6, 0xBE000000, "a probability of the gate is out of range"},
		{2, 0x3F800000, "the gate is closed"},	/* 1 */
		{5, 0x3E000000, "the gate is closed"},	/* 0.125: none is open */
		{6, 0x3F600000, "the gate is closed"},	/* 0.875, beside 0.125 */
	};
	int			gate = 52 + 4 * (2 * FEATURES + 2 + CLASSES + 1 + CLASSES);
	Workspace	workspace = unit_workspace();
	Model		model = make_model(NORMALISATION_ZSCORE, &workspace);
	size_t		size;

	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
	{
		unsigned char *bytes = write_model(&model, &size, &workspace);
		const char *reason = NULL;

		CHECK(bytes[gate] == 3, "the gate is elsewhere");
		for (int k = 0; k < 4; k++)
			bytes[gate + 4 * forged[i].number + k] = (unsigned char) (forged[i].value >> (8 * k));
		seal(bytes, size);
		CHECK(model_read(bytes, size, &workspace, &reason) == NULL, "accepted %x at %d",
			  forged[i].value, forged[i].number);
		CHECK(reason != NULL && strcmp(reason, forged[i].reason) == 0, "reason %s", reason);
	}
	model.gate.closed = NULL;
	{
		unsigned char *bytes = write_model(&model, &size, &workspace);
		const char *reason;
		Model	   *read = model_read(bytes, size, &workspace, &reason);

		CHECK(read != NULL && read->gate.closed == NULL, "a gate out of nothing");
	}
	unit_free();
}

/* A member's log-probabilities, in double. */
static void
member_log_probabilities(const Member *member, const double *inputs, double *y)
{
	double		h[FEATURES + 2 + HIDDEN + MEMBERS];
	int			n_in = FEATURES + 2;
	double		sum = 0.0;

	memcpy(h, inputs, sizeof(double) * n_in);
	for (int l = 0; l < member->n_layers; l++)
	{
		const DenseLayer *layer = &member->layers[l];

		for (int j = 0; j < layer->n_out; j++)
		{
			double		x = layer->bias[j];

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
 * One object at a time or in blocks: the probabilities of a double-precision
 * pass, the mean of the members' logarithms, tempered and multiplied, of the
 * classes that are open; the closed ones have their own.
 */
static void
test_classify(int n_members, bool calibrated, bool gated)
{
	Workspace	workspace = unit_workspace();
	Model		model = make_model(NORMALISATION_ZSCORE, &workspace);
	ClassifyScratch *scratch;
	Random		random;
	float		features[50][FEATURES];
	float		block[50][CLASSES];
	float		single[CLASSES];

	model.n_members = n_members;
	if (!calibrated)
	{
		model.temperature = 1.0f;
		memset(model.log_multipliers, 0, sizeof(float) * CLASSES);
	}
	if (!gated)
		model.gate.closed = NULL;
	scratch = classify_scratch(&model, 50, &workspace);
	random_seed(&random, 1, 1);
	for (int i = 0; i < 50; i++)
		for (int j = 0; j < FEATURES; j++)
			features[i][j] = random_uniform(&random) < 0.2 ? NAN :
				j == 2 && i % 3 == 0 ? 0.0f : (float) (5.0 * random_normal(&random));
	model_classify(&model, scratch, 50, &features[0][0], &block[0][0]);
	for (int i = 0; i < 50; i++)
	{
		double		x[FEATURES + 2];
		double		mean[CLASSES] = {0};
		double		sum = 0.0;
		double		rest = 1.0;
		const float *closed = !gated || isnan(features[i][2]) ? NULL :
			model.gate.closed + (features[i][2] == 0.0f ? GATE_ZERO : GATE_OTHER) * CLASSES;

		for (int j = 0; j < FEATURES; j++)
			x[j] = isnan(features[i][j]) ? 0.0 :
				fmax(-3.0, fmin(3.0, (features[i][j] - model.preprocessing.center[j]) *
								model.preprocessing.scale[j]));
		x[FEATURES] = isnan(features[i][1]);
		x[FEATURES + 1] = isnan(features[i][3]);
		for (int m = 0; m < n_members; m++)
		{
			double		y[FEATURES + HIDDEN + MEMBERS];

			member_log_probabilities(&model.members[m], x, y);
			for (int c = 0; c < CLASSES; c++)
				mean[c] += y[c] / n_members;
		}
		for (int c = 0; c < CLASSES; c++)
		{
			mean[c] = exp(mean[c] / model.temperature + model.log_multipliers[c]);
			if (closed && closed[c] > 0.0f)
				rest -= closed[c];
			else
				sum += mean[c];
		}
		model_classify(&model, scratch, 1, features[i], single);
		for (int c = 0; c < CLASSES; c++)
		{
			mean[c] *= rest;
			if (closed && closed[c] > 0.0f)
				mean[c] = closed[c] * sum;
			CHECK_CLOSE(block[i][c], mean[c] / sum, 1e-5, "probability in a block");
			CHECK_CLOSE(single[c], mean[c] / sum, 1e-5, "probability of one object");
		}
	}
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
	}
	test_header();
	test_calibration_bytes();
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
