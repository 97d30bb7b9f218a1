/*
 * protobuf_writer.c
 *		Writes the wire format of protocol buffers, as far as ONNX needs it.
 */
#include "core/model/protobuf_writer.h"

#include <string.h>

/* Bytes of a message's length, which is written when the message ends: up to 2^35 - 1. */
#define LENGTH_BYTES 5

/* Converted between two checks for interrupts. */
#define NUMBERS_AT_ONCE (1 << 20)

/* Room for more bytes at the end, which count from now on. */
static unsigned char *
extend(ProtobufWriter *writer, size_t length)
{
	if (writer->capacity - writer->length < length)
	{
		size_t		   capacity = 2 * (writer->length + length) + 1024;
		unsigned char *bytes = workspace_alloc(writer->workspace, capacity);

		if (writer->length > 0)
			memcpy(bytes, writer->bytes, writer->length);
		writer->bytes = bytes;
		writer->capacity = capacity;
	}
	writer->length += length;
	return writer->bytes + writer->length - length;
}

/* Seven bits a byte, the lowest first; all but the last byte have their highest bit set. */
static void
put_varint(ProtobufWriter *writer, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*extend(writer, 1) = (unsigned char) (value | 0x80);
	*extend(writer, 1) = (unsigned char) value;
}

static void
put_tag(ProtobufWriter *writer, int field, int wire_type)
{
	put_varint(writer, (uint64_t) field << 3 | wire_type);
}

static void
store_little_endian(unsigned char *bytes, uint64_t value, int n_bytes)
{
	for (int i = 0; i < n_bytes; i++)
		bytes[i] = (unsigned char) (value >> 8 * i);
}

static void
store_float(unsigned char *bytes, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, 4);
	store_little_endian(bytes, bits, 4);
}

void
put_integer_field(ProtobufWriter *writer, int field, uint64_t value)
{
	put_tag(writer, field, WIRE_VARINT);
	put_varint(writer, value);
}

void
put_bytes_field(ProtobufWriter *writer, int field, const void *bytes, size_t length)
{
	put_tag(writer, field, WIRE_BYTES);
	put_varint(writer, length);
	if (length > 0)
		memcpy(extend(writer, length), bytes, length);
}

void
put_string_field(ProtobufWriter *writer, int field, const char *string)
{
	put_bytes_field(writer, field, string, strlen(string));
}

void
put_floats_field(ProtobufWriter *writer, int field, const float *values, size_t n)
{
	unsigned char *bytes;

	put_tag(writer, field, WIRE_BYTES);
	put_varint(writer, 4 * n);
	bytes = extend(writer, 4 * n);
	for (size_t i = 0; i < n; i++)
	{
		if (i % NUMBERS_AT_ONCE == 0)
			writer->workspace->check_interrupts();
		store_float(bytes + 4 * i, values[i]);
	}
}

void
put_integers_field(ProtobufWriter *writer, int field, const int64_t *values, size_t n)
{
	unsigned char *bytes;

	put_tag(writer, field, WIRE_BYTES);
	put_varint(writer, 8 * n);
	bytes = extend(writer, 8 * n);
	for (size_t i = 0; i < n; i++)
		store_little_endian(bytes + 8 * i, (uint64_t) values[i], 8);
}

size_t
begin_message(ProtobufWriter *writer, int field)
{
	put_tag(writer, field, WIRE_BYTES);
	(void) extend(writer, LENGTH_BYTES);
	return writer->length;
}

/* The length has leading zeros, which the format allows. */
void
end_message(ProtobufWriter *writer, size_t begin)
{
	uint64_t length = writer->length - begin;

	for (int i = 0; i < LENGTH_BYTES; i++)
		writer->bytes[begin - LENGTH_BYTES + i] =
			(unsigned char) ((length >> 7 * i & 0x7f) | (i < LENGTH_BYTES - 1 ? 0x80 : 0));
}
