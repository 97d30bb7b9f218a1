/*
 * fuzz_model.c
 *		Reads arbitrary bytes as a model.  The preamble is made valid first, so
 *		that the fuzzer reaches what the checksum protects.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/unit.h"
#include "core/model.h"

#define PREAMBLE_BYTES 20

static uint32_t
crc32c(const unsigned char *bytes, size_t length)
{
	uint32_t	crc = 0xFFFFFFFF;

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

int			LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Workspace	workspace = unit_workspace();
	size_t		length = PREAMBLE_BYTES + size;
	unsigned char *bytes = malloc(length);
	const char *reason;
	Model	   *model;

	memcpy(bytes, "plasticc", 8);
	put_uint32(bytes + 8, 3);
	put_uint32(bytes + 12, (uint32_t) length);
	memcpy(bytes + PREAMBLE_BYTES, data, size);
	put_uint32(bytes + 16, crc32c(bytes + PREAMBLE_BYTES, size));
	model = model_read(bytes, length, &workspace, &reason);
	if (model)
	{
		float	   *features = workspace_array(&workspace, float, model->preprocessing.n_features);
		float	   *probabilities = workspace_array(&workspace, float, model->n_classes);

		for (int i = 0; i < model->preprocessing.n_features; i++)
			features[i] = i % 3 == 0 ? NAN : (float) i;
		model_classify(model, classify_scratch(model, 1, &workspace), 1, features, probabilities);
	}
	free(bytes);
	unit_free();
	return 0;
}
