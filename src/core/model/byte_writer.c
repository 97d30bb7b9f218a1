/*
 * byte_writer.c
 *		Writes the parts of a model's byte form.
 */
#include "core/model/byte_writer.h"

#include <string.h>

void
put_bytes(Writer *writer, const void *bytes, size_t length)
{
	if (writer->position)
	{
		memcpy(writer->position, bytes, length);
		writer->position += length;
	}
	writer->length += length;
}

void
put_uint32(Writer *writer, uint32_t value)
{
	unsigned char bytes[4] = {value, value >> 8, value >> 16, value >> 24};

	put_bytes(writer, bytes, 4);
}

void
put_float(Writer *writer, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, 4);
	put_uint32(writer, bits);
}

void
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

void
put_indexes(Writer *writer, const int32_t *values, int n)
{
	for (int i = 0; i < n; i++)
		put_uint32(writer, (uint32_t) values[i]);
}

void
put_text(Writer *writer, const char *text)
{
	size_t length = strlen(text);

	put_uint32(writer, (uint32_t) length);
	put_bytes(writer, text, length);
}
