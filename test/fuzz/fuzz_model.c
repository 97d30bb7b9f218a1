/*
 * fuzz_model.c
 *		Parses arbitrary bytes as a model, or a model with modified bytes.  The
 *		preamble is made valid first, so that the fuzzer gets past the checksum.
 *
 * If the first byte is odd, the input modifies a model: each group of three
 * bytes that follow is an offset, of two bytes, and the byte to write there.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/unit.h"
#include "core/model/model.h"

#define PREAMBLE_BYTES 20
#define FORMAT_VERSION 4

static uint32_t
crc32c(const unsigned char *bytes, size_t length)
{
	uint32_t crc = 0xFFFFFFFF;

	for (size_t i = 0; i < length; i++)
	{
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78 : 0);
	}
	return ~crc;
}

static void
put_uint32(unsigned char *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
}

/* Five features, one only as a missing-value indicator; members of two layers and of one. */
static unsigned char *
write_model(size_t *length, Workspace *workspace)
{
	static float ascending[] = {-3.0f, -2.0f, -1.0f, 0.5f, 1.0f, 2.0f};
	static float closed[GATE_SIDES * 2] = {0.25f, 0.0f, 0.0f, 0.5f};
	DenseLayer	 layers[] = {
		  {2, 3, ACTIVATION_ELU, ascending, ascending},
		  {3, 2, ACTIVATION_LINEAR, ascending, ascending},
		  {3, 2, ACTIVATION_LINEAR, ascending, ascending},
	  };
	Member members[] = {
		{2, (int32_t[]){0, 4}, 2, &layers[0]},
		{3, (int32_t[]){0, 1, 2}, 1, &layers[2]},
	};
	Model model = {
		.preprocessing =
			{
				.n_features = 5,
				.n_used = 3,
				.used = (int32_t[]){0, 1, 4},
				.normalisation = NORMALISATION_RANK_GAUSS,
				.clip = 5.0f,
				.n_quantiles = 2,
				.quantiles = ascending,
				.n_flagged = 2,
				.flagged = (int32_t[]){1, 3},
			},
		.gate = {4, closed},
		.n_classes = 2,
		.classes = (int32_t[]){15, 42},
		.n_members = 2,
		.members = members,
		.temperature = 1.0f,
		.log_multipliers = ascending,
		.options = "{}",
		.metrics = "{}",
	};
	unsigned char *bytes;

	*length = model_size(&model);
	bytes = workspace_array(workspace, unsigned char, *length);
	model_write(&model, bytes);
	return bytes;
}

/* The bytes described by the input, in an allocation of exactly their size. */
static unsigned char *
make_bytes(const unsigned char *data, size_t size, size_t *length, Workspace *workspace)
{
	unsigned char *bytes;

	if (size == 0 || data[0] % 2 == 0)
	{
		*length = PREAMBLE_BYTES + size;
		bytes = malloc(*length);
		memcpy(bytes + PREAMBLE_BYTES, data, size);
	}
	else
	{
		unsigned char *model = write_model(length, workspace);

		bytes = malloc(*length);
		memcpy(bytes, model, *length);
		for (size_t i = 1; i + 2 < size; i += 3)
			bytes[PREAMBLE_BYTES + (data[i] + 256 * data[i + 1]) % (*length - PREAMBLE_BYTES)] =
				data[i + 2];
	}
	memcpy(bytes, "plasticc", 8);
	put_uint32(bytes + 8, FORMAT_VERSION);
	put_uint32(bytes + 12, (uint32_t) *length);
	put_uint32(bytes + 16, crc32c(bytes + PREAMBLE_BYTES, *length - PREAMBLE_BYTES));
	return bytes;
}

static float *
classify(const Model *model, Workspace *workspace)
{
	int	   n_features = model->preprocessing.n_features;
	float *features = workspace_array(workspace, float, n_features);
	float *probabilities = workspace_array(workspace, float, model->n_classes);

	for (int i = 0; i < n_features; i++)
		features[i] = i % 3 == 0 ? NAN : (float) i;
	model_classify(model, classify_scratch(model, 1, workspace), 1, features, probabilities);
	return probabilities;
}

/* A parsed model can be used, reduced to the inputs it uses, and written. */
static void
use_model(Model *model, Workspace *workspace)
{
	float		  *before = classify(model, workspace);
	float		  *after;
	size_t		   length;
	unsigned char *bytes;
	const char	  *reason;

	drop_unused_inputs(model, workspace);
	after = classify(model, workspace);
	for (int c = 0; c < model->n_classes; c++)
		if (!(after[c] == before[c] || (isnan(after[c]) && isnan(before[c]))))
			abort();
	length = model_size(model);
	bytes = workspace_array(workspace, unsigned char, length);
	model_write(model, bytes);
	if (model_read(bytes, length, workspace, &reason) == NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Workspace	   workspace = unit_workspace();
	size_t		   length;
	unsigned char *bytes = make_bytes(data, size, &length, &workspace);
	const char	  *reason;
	Model		  *model = model_read(bytes, length, &workspace, &reason);

	if (model)
		use_model(model, &workspace);
	free(bytes);
	unit_free();
	return 0;
}
