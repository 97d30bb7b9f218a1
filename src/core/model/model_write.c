/*
 * model_write.c
 *		Writes the byte form of a model, which model_format.h describes.
 */
#include "core/model/model.h"

#include <string.h>

#include "core/base/crc32c.h"
#include "core/model/model_format.h"

/* Appends to position; if that is NULL, only counts bytes. */
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
	if (writer->position == NULL)
	{
		writer->length += 4 * n;
		return;
	}
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
		if (!preprocessing->unbounded)
		{
			put_floats(writer, preprocessing->lowest, preprocessing->n_used);
			put_floats(writer, preprocessing->highest, preprocessing->n_used);
		}
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
	for (int c = 0; c < model->n_classes && model->class_names; c++)
		put_text(writer, model->class_names[c]);
	put_text(writer, model->options);
	put_text(writer, model->metrics);
}

static uint32_t
format_version(const Model *model)
{
	return model->preprocessing.unbounded ? UNBOUNDED_FORMAT_VERSION
		   : model->class_names			  ? FORMAT_VERSION
										  : UNNAMED_FORMAT_VERSION;
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
	put_uint32(&preamble, format_version(model));
	put_uint32(&preamble, (uint32_t) (PREAMBLE_BYTES + body.length));
	put_uint32(&preamble, crc32c(bytes + PREAMBLE_BYTES, body.length));
}
