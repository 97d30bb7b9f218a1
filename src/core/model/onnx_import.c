/*
 * onnx_import.c
 *		The model in a file that model_to_onnx has made.
 */
#include "core/model/onnx_import.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/crc32c.h"
#include "core/model/onnx_fields.h"
#include "core/model/onnx_graph.h"

typedef struct Bytes
{
	const unsigned char *start;
	size_t				 length;
} Bytes;

/* A field of a message: an integer or bytes, which may be a message. */
typedef struct Field
{
	uint64_t number;
	uint64_t integer;
	Bytes	 bytes;
} Field;

/* Takes an integer of variable length off the bytes. */
static bool
take_varint(Bytes *left, uint64_t *value)
{
	*value = 0;
	for (int shift = 0; shift < 64 && left->length > 0; shift += 7)
	{
		unsigned char byte = *left->start++;

		left->length--;
		*value |= (uint64_t) (byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

/* Takes a field off a message; false if its bytes are none.  Fixed-length types do not occur. */
static bool
take_field(Bytes *left, Field *field)
{
	uint64_t tag;

	*field = (Field){0};
	if (!take_varint(left, &tag) || !take_varint(left, &field->integer))
		return false;
	field->number = tag >> 3;
	if ((tag & 7) == WIRE_VARINT)
		return true;
	if ((tag & 7) != WIRE_BYTES || field->integer > left->length)
		return false;
	field->bytes = (Bytes){left->start, field->integer};
	left->start += field->integer;
	left->length -= field->integer;
	return true;
}

static bool
is_text(Bytes bytes, const char *text)
{
	return bytes.length == strlen(text) && memcmp(bytes.start, text, bytes.length) == 0;
}

/* An entry of the metadata. */
static bool
take_entry(Bytes message, Bytes *key, Bytes *value)
{
	Field field;

	*key = *value = (Bytes){(const unsigned char *) "", 0};
	while (message.length > 0)
	{
		if (!take_field(&message, &field) || field.bytes.start == NULL)
			return false;
		if (field.number == METADATA_KEY)
			*key = field.bytes;
		else if (field.number == METADATA_VALUE)
			*value = field.bytes;
	}
	return true;
}

const char *
onnx_stored_model(const unsigned char *bytes, size_t length, size_t *stored_length,
				  const char **reason)
{
	Bytes left = {bytes, length};
	Bytes graph = {0}, stored = {0}, checksum = {0};
	Field field;
	Bytes key, value;
	char  expected[16];

	while (left.length > 0)
	{
		*reason = "it is not a model of ONNX";
		if (!take_field(&left, &field))
			return NULL;
		if (field.number == MODEL_GRAPH)
			graph = field.bytes;
		if (field.number != MODEL_METADATA)
			continue;
		if (field.bytes.start == NULL || !take_entry(field.bytes, &key, &value))
			return NULL;
		if (is_text(key, STORED_MODEL_KEY))
			stored = value;
		else if (is_text(key, GRAPH_CHECKSUM_KEY))
			checksum = value;
	}
	*reason = "it does not contain a model of plasticc";
	if (graph.start == NULL || stored.start == NULL || checksum.start == NULL)
		return NULL;
	*reason = "its graph has been changed";
	snprintf(expected, sizeof(expected), "%u", (unsigned) crc32c(graph.start, graph.length));
	if (!is_text(checksum, expected))
		return NULL;
	*stored_length = stored.length;
	return (const char *) stored.start;
}
