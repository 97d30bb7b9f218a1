/*
 * protobuf_writer.h
 *		Writes the wire format of protocol buffers, as far as ONNX needs it.
 *
 * A message is a sequence of fields, each a tag (field number and wire type) and a value:
 * an integer of variable length, or so many bytes, which may be a message.
 * https://protobuf.dev/programming-guides/encoding
 */
#ifndef PLASTICC_CORE_MODEL_PROTOBUF_WRITER_H
#define PLASTICC_CORE_MODEL_PROTOBUF_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/workspace.h"

/* Wire types. */
enum
{
	WIRE_VARINT = 0,
	WIRE_BYTES = 2,
};

typedef struct ProtobufWriter
{
	Workspace	  *workspace;
	unsigned char *bytes;
	size_t		   length;
	size_t		   capacity;
} ProtobufWriter;

extern void put_integer_field(ProtobufWriter *writer, int field, uint64_t value);
extern void put_bytes_field(ProtobufWriter *writer, int field, const void *bytes, size_t length);
extern void put_string_field(ProtobufWriter *writer, int field, const char *string);

/* n floats or integers as little-endian bytes. */
extern void put_floats_field(ProtobufWriter *writer, int field, const float *values, size_t n);
extern void put_integers_field(ProtobufWriter *writer, int field, const int64_t *values, size_t n);

/* What is put between the two is a message in a message; begin returns what end needs. */
extern size_t begin_message(ProtobufWriter *writer, int field);
extern void	  end_message(ProtobufWriter *writer, size_t begin);

#endif /* PLASTICC_CORE_MODEL_PROTOBUF_WRITER_H */
