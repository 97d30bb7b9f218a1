/*
 * model_read.c
 *		Reads the byte form of a model, which model_format.h describes.
 *
 * The bytes are not trusted: each length is checked against the bytes that remain,
 * each number against its range.  The first failure is kept; after it, reading
 * continues without bytes until the caller checks for it.
 */
#include "core/model/model.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/crc32c.h"
#include "core/base/limits.h"
#include "core/model/model_format.h"

/* Read between two checks for interrupts. */
#define FLOATS_AT_ONCE (1 << 20)

typedef struct Reader
{
	const unsigned char *position;
	size_t				 left;
	Workspace			*workspace;
	const char			*failure;
} Reader;

static void
fail(Reader *reader, const char *reason)
{
	if (reader->failure == NULL)
		reader->failure = reason;
	reader->left = 0;
}

/* The next bytes; NULL and a failure if fewer remain. */
static const unsigned char *
take(Reader *reader, size_t length)
{
	const unsigned char *bytes = reader->position;

	if (length > reader->left)
	{
		fail(reader, "the data end unexpectedly");
		return NULL;
	}
	reader->position += length;
	reader->left -= length;
	return bytes;
}

static uint32_t
decode_uint32(const unsigned char *bytes)
{
	return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
		   (uint32_t) bytes[3] << 24;
}

static uint32_t
take_uint32(Reader *reader)
{
	const unsigned char *bytes = take(reader, 4);

	return bytes ? decode_uint32(bytes) : 0;
}

/* An integer in [minimum, maximum]; minimum after a failure. */
static int
take_count(Reader *reader, int minimum, int maximum, const char *reason)
{
	uint32_t value = take_uint32(reader);

	if (reader->failure == NULL && (value < (uint32_t) minimum || value > (uint32_t) maximum))
		fail(reader, reason);
	return reader->failure ? minimum : (int) value;
}

/* n finite floats; NULL after a failure. */
static float *
take_floats(Reader *reader, size_t n)
{
	const unsigned char *bytes = n <= reader->left / 4 ? take(reader, n * 4) : NULL;
	float				*values;

	if (bytes == NULL)
	{
		fail(reader, "the data end unexpectedly");
		return NULL;
	}
	values = workspace_array(reader->workspace, float, n);
	for (size_t i = 0; i < n; i++)
	{
		uint32_t bits = decode_uint32(bytes + 4 * i);

		if (i % FLOATS_AT_ONCE == 0)
			reader->workspace->check_interrupts();
		memcpy(&values[i], &bits, 4);
		if (!isfinite(values[i]))
		{
			fail(reader, "a number is not finite");
			return NULL;
		}
	}
	return values;
}

/* n floats from lowest to highest; NULL after a failure, for the given reason. */
static float *
take_limited(Reader *reader, size_t n, float lowest, float highest, const char *reason)
{
	float *values = take_floats(reader, n);

	for (size_t i = 0; i < n && values; i++)
		if (values[i] < lowest || values[i] > highest)
		{
			fail(reader, reason);
			return NULL;
		}
	return values;
}

/* n weights or biases; NULL after a failure. */
static float *
take_weights(Reader *reader, size_t n)
{
	return take_limited(reader, n, -MODEL_MAX_WEIGHT, MODEL_MAX_WEIGHT, "a weight is out of range");
}

/* n strictly ascending integers; NULL after a failure. */
static int32_t *
take_ascending(Reader *reader, int n, const char *reason)
{
	const unsigned char *bytes = take(reader, (size_t) n * 4);
	int32_t				*values;

	if (bytes == NULL)
		return NULL;
	values = workspace_array(reader->workspace, int32_t, n);
	for (int i = 0; i < n; i++)
	{
		values[i] = (int32_t) decode_uint32(bytes + 4 * (size_t) i);
		if (i > 0 && values[i] <= values[i - 1])
		{
			fail(reader, reason);
			return NULL;
		}
	}
	return values;
}

/* n strictly ascending indexes in [0, limit); NULL after a failure. */
static int32_t *
take_indexes(Reader *reader, int n, int limit, const char *reason)
{
	int32_t *indexes = take_ascending(reader, n, reason);

	if (indexes && n > 0 && (indexes[0] < 0 || indexes[n - 1] >= limit))
		fail(reader, reason);
	return reader->failure ? NULL : indexes;
}

static char *
take_text(Reader *reader)
{
	uint32_t			 length = take_uint32(reader);
	const unsigned char *bytes = take(reader, length);
	char				*text;

	if (bytes == NULL)
		return NULL;
	if (memchr(bytes, 0, length) != NULL)
	{
		fail(reader, "a text contains a zero byte");
		return NULL;
	}
	text = workspace_array(reader->workspace, char, (size_t) length + 1);
	memcpy(text, bytes, length);
	text[length] = '\0';
	return text;
}

/* The names of the classes; NULL after a failure. */
static char **
take_class_names(Reader *reader, int n)
{
	char **names = workspace_array(reader->workspace, char *, n);

	for (int c = 0; c < n; c++)
	{
		size_t length;

		names[c] = take_text(reader);
		if (reader->failure)
			return NULL;
		length = strlen(names[c]);
		if (length == 0 || length > MODEL_MAX_CLASS_NAME_BYTES)
			fail(reader, "the length of a class name is out of range");
		else if (c > 0 && strcmp(names[c - 1], names[c]) >= 0)
			fail(reader, "class names are not in ascending order");
	}
	return names;
}

/* The range of the training values of each feature; that of all numbers where it is unbounded. */
static void
take_range(Reader *reader, Preprocessing *preprocessing)
{
	int n_used = preprocessing->n_used;

	if (!preprocessing->unbounded)
	{
		preprocessing->lowest = take_floats(reader, n_used);
		preprocessing->highest = take_floats(reader, n_used);
		for (int j = 0; j < n_used && reader->failure == NULL; j++)
			if (preprocessing->lowest[j] > preprocessing->highest[j])
				fail(reader, "the range of a feature is empty");
		return;
	}
	preprocessing->lowest = workspace_array(reader->workspace, float, n_used);
	preprocessing->highest = workspace_array(reader->workspace, float, n_used);
	for (int j = 0; j < n_used; j++)
	{
		preprocessing->lowest[j] = -FLT_MAX;
		preprocessing->highest[j] = FLT_MAX;
	}
}

static void
take_preprocessing(Reader *reader, Preprocessing *preprocessing)
{
	int n_used = preprocessing->n_used;
	int n_quantiles = preprocessing->n_quantiles;

	preprocessing->used = take_indexes(reader, n_used, preprocessing->n_features,
									   "used features are not in ascending order or out of range");
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		take_range(reader, preprocessing);
		preprocessing->center = take_floats(reader, n_used);
		preprocessing->scale =
			take_limited(reader, n_used, 0.0f, FLT_MAX, "the scale of a feature is negative");
	}
	else
	{
		preprocessing->quantiles = take_floats(reader, (size_t) n_used * n_quantiles);
		for (int j = 0; j < n_used && reader->failure == NULL; j++)
			for (int k = 1; k < n_quantiles; k++)
			{
				float *knot = &preprocessing->quantiles[(size_t) j * n_quantiles + k];

				if (knot[0] < knot[-1])
					fail(reader, "quantiles are not in order");
			}
	}
	preprocessing->flagged =
		take_indexes(reader, preprocessing->n_flagged, preprocessing->n_features,
					 "flagged features are not in ascending order or out of range");
}

static void
take_member(Reader *reader, Member *member, int n_all_inputs, int n_classes)
{
	int n_in = take_count(reader, 1, n_all_inputs, "the number of inputs is out of range");

	member->n_inputs = n_in;
	member->inputs = take_indexes(reader, n_in, n_all_inputs,
								  "inputs are not in ascending order or out of range");
	member->n_layers =
		take_count(reader, 1, MODEL_MAX_LAYERS, "the number of layers is out of range");
	member->layers = workspace_array(reader->workspace, DenseLayer, member->n_layers);
	for (int i = 0; i < member->n_layers; i++)
	{
		DenseLayer *layer = &member->layers[i];

		layer->n_in = n_in;
		layer->n_out =
			take_count(reader, 1, MODEL_MAX_WIDTH, "the width of a layer is out of range");
		layer->activation =
			take_count(reader, ACTIVATION_LINEAR, ACTIVATION_ELU, "an activation is unknown");
		layer->weight = take_weights(reader, (size_t) n_in * layer->n_out);
		layer->bias = take_weights(reader, layer->n_out);
		n_in = layer->n_out;
		if (reader->failure)
			return;
	}
	if (n_in != n_classes)
		fail(reader, "the last layer does not match the classes");
}

/* A finite number > 0. */
static float
take_positive(Reader *reader, const char *reason)
{
	const unsigned char *bytes = take(reader, 4);
	uint32_t			 bits = bytes ? decode_uint32(bytes) : 0;
	float				 value;

	memcpy(&value, &bits, 4);
	if (!(isfinite(value) && value > 0.0f))
		fail(reader, reason);
	return value;
}

/* On each side, at least one class must be open and the closed ones must sum to less than 1. */
static void
take_gate(Reader *reader, Gate *gate, int n_features, int n_classes)
{
	gate->feature = take_count(reader, 0, n_features, "the feature of the gate does not exist") - 1;
	if (gate->feature < 0)
		return;
	gate->closed = take_floats(reader, (size_t) GATE_SIDES * n_classes);
	for (int side = 0; side < GATE_SIDES && reader->failure == NULL; side++)
	{
		double sum = 0.0;
		int	   n_open = 0;

		for (int c = 0; c < n_classes; c++)
		{
			float closed = gate->closed[side * n_classes + c];

			if (!(closed >= 0.0f))
				fail(reader, "a probability of the gate is out of range");
			sum += closed;
			n_open += closed == 0.0f;
		}
		if (n_open == 0 || !(sum < 1.0))
			fail(reader, "the gate leaves no probability for open classes");
	}
}

static void
take_body(Reader *reader, Model *model, bool named)
{
	Preprocessing *preprocessing = &model->preprocessing;

	preprocessing->n_features =
		take_count(reader, 1, MODEL_MAX_FEATURES, "the number of features is out of range");
	preprocessing->n_used = take_count(reader, 0, preprocessing->n_features,
									   "the number of used features is out of range");
	preprocessing->normalisation = take_count(
		reader, NORMALISATION_ZSCORE, NORMALISATION_RANK_GAUSS, "the normalisation is unknown");
	preprocessing->clip = take_positive(reader, "the clip limit is out of range");
	preprocessing->n_quantiles =
		preprocessing->normalisation == NORMALISATION_RANK_GAUSS
			? take_count(reader, 2, MODEL_MAX_QUANTILES, "the number of quantiles is out of range")
			: take_count(reader, 0, 0, "the number of quantiles is out of range");
	preprocessing->n_flagged = take_count(reader, 0, preprocessing->n_features,
										  "the number of flagged features is out of range");
	model->n_classes =
		take_count(reader, 2, MODEL_MAX_CLASSES, "the number of classes is out of range");
	model->n_members =
		take_count(reader, 1, MODEL_MAX_MEMBERS, "the number of members is out of range");
	model->n_feature_names = take_count(reader, 0, preprocessing->n_features,
										"the number of feature names is out of range");
	if (model->n_feature_names != 0 && model->n_feature_names != preprocessing->n_features)
		fail(reader, "the number of feature names is out of range");
	if (reader->failure)
		return;

	take_preprocessing(reader, preprocessing);
	model->classes = take_ascending(reader, model->n_classes, "classes are not in ascending order");
	model->temperature = take_positive(reader, "the temperature is out of range");
	if (model->temperature > MODEL_MAX_TEMPERATURE ||
		model->temperature < 1.0f / MODEL_MAX_TEMPERATURE)
		fail(reader, "the temperature is out of range");
	model->log_multipliers =
		take_limited(reader, model->n_classes, -MODEL_MAX_LOG_MULTIPLIER, MODEL_MAX_LOG_MULTIPLIER,
					 "a class multiplier is out of range");
	take_gate(reader, &model->gate, preprocessing->n_features, model->n_classes);
	model->members = workspace_array(reader->workspace, Member, model->n_members);
	for (int i = 0; i < model->n_members && reader->failure == NULL; i++)
		take_member(reader, &model->members[i], preprocessing_inputs(preprocessing),
					model->n_classes);
	if (reader->failure)
		return;
	model->feature_names = workspace_array(reader->workspace, char *, model->n_feature_names);
	for (int i = 0; i < model->n_feature_names; i++)
		model->feature_names[i] = take_text(reader);
	if (named)
		model->class_names = take_class_names(reader, model->n_classes);
	model->options = take_text(reader);
	model->metrics = take_text(reader);
	if (reader->failure == NULL && reader->left > 0)
		fail(reader, "data follow the end of the model");
}

static uint32_t
format_version(const unsigned char *bytes)
{
	return decode_uint32(bytes + MAGIC_BYTES);
}

/* Checks magic number, version, length and checksum; returns the reason of a failure or NULL. */
static const char *
preamble_failure(const unsigned char *bytes, size_t length)
{
	if (length < PREAMBLE_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
		return "the magic number does not match";
	if (format_version(bytes) != FORMAT_VERSION &&
		format_version(bytes) != UNNAMED_FORMAT_VERSION &&
		format_version(bytes) != UNBOUNDED_FORMAT_VERSION)
		return "the format version is not supported";
	if (decode_uint32(bytes + MAGIC_BYTES + 4) != length)
		return "the length does not match";
	if (decode_uint32(bytes + MAGIC_BYTES + 8) !=
		crc32c(bytes + PREAMBLE_BYTES, length - PREAMBLE_BYTES))
		return "the checksum does not match";
	return NULL;
}

Model *
model_read(const unsigned char *bytes, size_t length, Workspace *workspace, const char **reason)
{
	Model *model = workspace_alloc(workspace, sizeof(Model));
	Reader reader = {.workspace = workspace};

	memset(model, 0, sizeof(Model));
	*reason = preamble_failure(bytes, length);
	if (*reason)
		return NULL;
	reader.position = bytes + PREAMBLE_BYTES;
	reader.left = length - PREAMBLE_BYTES;
	model->preprocessing.unbounded = format_version(bytes) == UNBOUNDED_FORMAT_VERSION;
	take_body(&reader, model, format_version(bytes) == FORMAT_VERSION);
	*reason = reader.failure;
	return reader.failure ? NULL : model;
}
