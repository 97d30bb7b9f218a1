/*
 * byte_writer.h
 *		Writes the parts of a model's byte form: private to the files that write models.
 */
#ifndef PLASTICC_CORE_MODEL_BYTE_WRITER_H
#define PLASTICC_CORE_MODEL_BYTE_WRITER_H

#include <stddef.h>
#include <stdint.h>

/* Appends to position; if that is NULL, only counts bytes. */
typedef struct Writer
{
	unsigned char *position;
	size_t		   length;
} Writer;

extern void put_bytes(Writer *writer, const void *bytes, size_t length);
extern void put_uint32(Writer *writer, uint32_t value);
extern void put_float(Writer *writer, float value);
extern void put_floats(Writer *writer, const float *values, size_t n);
extern void put_indexes(Writer *writer, const int32_t *values, int n);
extern void put_text(Writer *writer, const char *text);

#endif /* PLASTICC_CORE_MODEL_BYTE_WRITER_H */
