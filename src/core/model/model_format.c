/*
 * model_format.c
 *		The byte form of a model.
 *
 * Little-endian; 32-bit integers and IEEE single-precision floats:
 *
 *		magic "plasticc", format version, length of the whole, CRC-32C of all
 *		that follows;
 *		n_features, n_used, normalisation, clip, n_quantiles, n_flagged,
 *		n_classes, n_members, n_feature_names;
 *		used; center and scale, or quantiles; flagged; classes;
 *		temperature, log_multipliers;
 *		of the gate: 0 for none, or else the number of its feature, from 1, and
 *		the probabilities of closed classes of both sides;
 *		of each member: n_inputs, inputs, n_layers, and of each layer: n_out,
 *		activation, weight, bias;
 *		of each feature name, the options and the metrics: length and text.
 */
#include "core/model/model.h"

#include <math.h>
#include <string.h>

#include "core/base/limits.h"

#define MAGIC "plasticc"
#define MAGIC_BYTES 8
#define FORMAT_VERSION 4
#define PREAMBLE_BYTES (MAGIC_BYTES + 3 * 4)

/*
 * CRC-32C (Castagnoli polynomial, reflected: RFC 3720), eight bytes at a time
 * (Kounavis and Berry, 2005): table[k] is what a byte does that k bytes follow.
 */
static uint32_t
crc32c(const unsigned char *bytes, size_t length)
{
	uint32_t table[8][256];
	uint32_t crc = 0xFFFFFFFF;

	for (uint32_t i = 0; i < 256; i++)
	{
		uint32_t remainder = i;

		for (int bit = 0; bit < 8; bit++)
			remainder = (remainder >> 1) ^ (remainder & 1 ? 0x82F63B78 : 0);
		table[0][i] = remainder;
	}
	for (int k = 1; k < 8; k++)
		for (int i = 0; i < 256; i++)
			table[k][i] = (table[k - 1][i] >> 8) ^ table[0][table[k - 1][i] & 0xFF];

	for (; length >= 8; length -= 8, bytes += 8)
		crc = table[7][bytes[0] ^ (crc & 0xFF)] ^ table[6][bytes[1] ^ (crc >> 8 & 0xFF)] ^
			  table[5][bytes[2] ^ (crc >> 16 & 0xFF)] ^ table[4][bytes[3] ^ (crc >> 24)] ^
			  table[3][bytes[4]] ^ table[2][bytes[5]] ^ table[1][bytes[6]] ^ table[0][bytes[7]];
	for (; length > 0; length--, bytes++)
		crc = (crc >> 8) ^ table[0][(crc ^ *bytes) & 0xFF];
	return ~crc;
}

/* ------------------------------------------------------------------------
 * Writing
 * ------------------------------------------------------------------------
 */

/* Where to write; with position NULL it only counts. */
typedef struct Writer
{
	unsigned char *position;
	size_t		   length;
} Writer;

static void
put_bytes(Writer *writer, const void *bytes, size_t length)
{
	if (writer->position)
	{
		memcpy(writer->position, bytes, length);
		writer->position += length;
	}
	writer->length += length;
}

static void
put_uint32(Writer *writer, uint32_t value)
{
	unsigned char bytes[4] = {value, value >> 8, value >> 16, value >> 24};

	put_bytes(writer, bytes, 4);
}

static void
put_float(Writer *writer, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, 4);
	put_uint32(writer, bits);
}

static void
put_floats(Writer *writer, const float *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_float(writer, values[i]);
}

static void
put_indexes(Writer *writer, const int32_t *values, int n)
{
	for (int i = 0; i < n; i++)
		put_uint32(writer, (uint32_t) values[i]);
}

static void
put_text(Writer *writer, const char *text)
{
	size_t length = strlen(text);

	put_uint32(writer, (uint32_t) length);
	put_bytes(writer, text, length);
}

static void
put_preprocessing(Writer *writer, const Preprocessing *preprocessing)
{
	put_indexes(writer, preprocessing->used, preprocessing->n_used);
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		put_floats(writer, preprocessing->center, preprocessing->n_used);
		put_floats(writer, preprocessing->scale, preprocessing->n_used);
	}
	else
		put_floats(writer, preprocessing->quantiles,
				   (size_t) preprocessing->n_used * preprocessing->n_quantiles);
	put_indexes(writer, preprocessing->flagged, preprocessing->n_flagged);
}

static void
put_member(Writer *writer, const Member *member)
{
	put_uint32(writer, member->n_inputs);
	put_indexes(writer, member->inputs, member->n_inputs);
	put_uint32(writer, member->n_layers);
	for (int i = 0; i < member->n_layers; i++)
	{
		const DenseLayer *layer = &member->layers[i];

		put_uint32(writer, layer->n_out);
		put_uint32(writer, layer->activation);
		put_floats(writer, layer->weight, (size_t) layer->n_in * layer->n_out);
		put_floats(writer, layer->bias, layer->n_out);
	}
}

static void
put_body(Writer *writer, const Model *model)
{
	const Preprocessing *preprocessing = &model->preprocessing;

	put_uint32(writer, preprocessing->n_features);
	put_uint32(writer, preprocessing->n_used);
	put_uint32(writer, preprocessing->normalisation);
	put_float(writer, preprocessing->clip);
	put_uint32(writer, preprocessing->n_quantiles);
	put_uint32(writer, preprocessing->n_flagged);
	put_uint32(writer, model->n_classes);
	put_uint32(writer, model->n_members);
	put_uint32(writer, model->n_feature_names);
	put_preprocessing(writer, preprocessing);
	put_indexes(writer, model->classes, model->n_classes);
	put_float(writer, model->temperature);
	put_floats(writer, model->log_multipliers, model->n_classes);
	put_uint32(writer, model->gate.closed ? model->gate.feature + 1 : 0);
	if (model->gate.closed)
		put_floats(writer, model->gate.closed, (size_t) GATE_SIDES * model->n_classes);
	for (int i = 0; i < model->n_members; i++)
		put_member(writer, &model->members[i]);
	for (int i = 0; i < model->n_feature_names; i++)
		put_text(writer, model->feature_names[i]);
	put_text(writer, model->options);
	put_text(writer, model->metrics);
}

size_t
model_size(const Model *model)
{
	Writer writer = {NULL, PREAMBLE_BYTES};

	put_body(&writer, model);
	return writer.length;
}

void
model_write(const Model *model, unsigned char *bytes)
{
	Writer body = {bytes + PREAMBLE_BYTES, 0};
	Writer preamble = {bytes, 0};

	put_body(&body, model);
	put_bytes(&preamble, MAGIC, MAGIC_BYTES);
	put_uint32(&preamble, FORMAT_VERSION);
	put_uint32(&preamble, (uint32_t) (PREAMBLE_BYTES + body.length));
	put_uint32(&preamble, crc32c(bytes + PREAMBLE_BYTES, body.length));
}

/* ------------------------------------------------------------------------
 * Reading: every step checks what is left, and the first failure is kept.
 * ------------------------------------------------------------------------
 */

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

/* The next bytes, or NULL (and a failure) when there are not as many. */
static const unsigned char *
take(Reader *reader, size_t length)
{
	const unsigned char *bytes = reader->position;

	if (length > reader->left)
	{
		fail(reader, "a part is longer than the model");
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

/* An integer from minimum to maximum; minimum after a failure. */
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
		fail(reader, "a part is longer than the model");
		return NULL;
	}
	values = workspace_array(reader->workspace, float, n);
	for (size_t i = 0; i < n; i++)
	{
		uint32_t bits = decode_uint32(bytes + 4 * i);

		memcpy(&values[i], &bits, 4);
		if (!isfinite(values[i]))
		{
			fail(reader, "a number is not finite");
			return NULL;
		}
	}
	return values;
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

/* n strictly ascending indexes below the limit; NULL after a failure. */
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

static void
take_preprocessing(Reader *reader, Preprocessing *preprocessing)
{
	int n_used = preprocessing->n_used;
	int n_quantiles = preprocessing->n_quantiles;

	preprocessing->used = take_indexes(reader, n_used, preprocessing->n_features,
									   "used features are not in order, or do not exist");
	if (preprocessing->normalisation == NORMALISATION_ZSCORE)
	{
		preprocessing->center = take_floats(reader, n_used);
		preprocessing->scale = take_floats(reader, n_used);
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
					 "flagged features are not in order, or do not exist");
}

static void
take_member(Reader *reader, Member *member, int n_all_inputs, int n_classes)
{
	int n_in = take_count(reader, 1, n_all_inputs, "the number of inputs is out of range");

	member->n_inputs = n_in;
	member->inputs =
		take_indexes(reader, n_in, n_all_inputs, "inputs are not in order, or do not exist");
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
		layer->weight = take_floats(reader, (size_t) n_in * layer->n_out);
		layer->bias = take_floats(reader, layer->n_out);
		n_in = layer->n_out;
		if (reader->failure)
			return;
	}
	if (n_in != n_classes)
		fail(reader, "the last layer does not match the classes");
}

/* A finite number above zero. */
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

/* On each side some class is open, and the closed ones leave it something. */
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
			fail(reader, "the gate is closed");
	}
}

static void
take_body(Reader *reader, Model *model)
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
	model->classes = take_ascending(reader, model->n_classes, "classes are not in order");
	model->temperature = take_positive(reader, "the temperature is out of range");
	model->log_multipliers = take_floats(reader, model->n_classes);
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
	model->options = take_text(reader);
	model->metrics = take_text(reader);
	if (reader->failure == NULL && reader->left > 0)
		fail(reader, "bytes follow the end of the model");
}

/* The reason why the preamble is not that of a model of this length, or NULL. */
static const char *
preamble_failure(const unsigned char *bytes, size_t length)
{
	if (length < PREAMBLE_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
		return "the bytes do not start like a model";
	if (decode_uint32(bytes + MAGIC_BYTES) != FORMAT_VERSION)
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
	take_body(&reader, model);
	*reason = reader.failure;
	return reader.failure ? NULL : model;
}
