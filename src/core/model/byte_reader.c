/*
 * byte_reader.c
 *		Reads numbers and texts from untrusted bytes.
 */
#include "core/model/byte_reader.h"

#include <math.h>
#include <string.h>

void
reading_failed(Reader *reader, const char *reason)
{
	if (reader->failure == NULL)
		reader->failure = reason;
	reader->left = 0;
}

const unsigned char *
take_bytes(Reader *reader, size_t length)
{
	const unsigned char *bytes = reader->position;

	if (length > reader->left)
	{
		reading_failed(reader, "the data end unexpectedly");
		return NULL;
	}
	reader->position += length;
	reader->left -= length;
	return bytes;
}

uint32_t
decode_uint32(const unsigned char *bytes)
{
	return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
		   (uint32_t) bytes[3] << 24;
}

uint32_t
take_uint32(Reader *reader)
{
	const unsigned char *bytes = take_bytes(reader, 4);

	return bytes ? decode_uint32(bytes) : 0;
}

int
take_count(Reader *reader, int minimum, int maximum, const char *reason)
{
	uint32_t value = take_uint32(reader);

	if (reader->failure == NULL && (value < (uint32_t) minimum || value > (uint32_t) maximum))
		reading_failed(reader, reason);
	return reader->failure ? minimum : (int) value;
}

float *
take_floats(Reader *reader, size_t n)
{
	const unsigned char *bytes = n <= reader->left / 4 ? take_bytes(reader, n * 4) : NULL;
	float				*values;

	if (bytes == NULL)
	{
		reading_failed(reader, "the data end unexpectedly");
		return NULL;
	}
	values = workspace_aligned_array(reader->workspace, float, n);
	for (size_t i = 0; i < n; i++)
	{
		uint32_t bits = decode_uint32(bytes + 4 * i);

		if (i % FLOATS_AT_ONCE == 0)
			reader->workspace->check_interrupts();
		memcpy(&values[i], &bits, 4);
		if (!isfinite(values[i]))
		{
			reading_failed(reader, "a number is not finite");
			return NULL;
		}
	}
	return values;
}

float *
take_limited(Reader *reader, size_t n, float lowest, float highest, const char *reason)
{
	float *values = take_floats(reader, n);

	for (size_t i = 0; i < n && values; i++)
		if (values[i] < lowest || values[i] > highest)
		{
			reading_failed(reader, reason);
			return NULL;
		}
	return values;
}

void
check_quantiles(Reader *reader, int n, int n_quantiles, const float *quantiles)
{
	for (int i = 0; i < n && reader->failure == NULL; i++)
		for (int k = 1; k < n_quantiles; k++)
		{
			const float *quantile = &quantiles[(size_t) i * n_quantiles + k];

			if (quantile[0] < quantile[-1])
				reading_failed(reader, "quantiles are not in order");
		}
}

int32_t *
take_ascending(Reader *reader, int n, const char *reason)
{
	const unsigned char *bytes = take_bytes(reader, (size_t) n * 4);
	int32_t				*values;

	if (bytes == NULL)
		return NULL;
	values = workspace_array(reader->workspace, int32_t, n);
	for (int i = 0; i < n; i++)
	{
		values[i] = (int32_t) decode_uint32(bytes + 4 * (size_t) i);
		if (i > 0 && values[i] <= values[i - 1])
		{
			reading_failed(reader, reason);
			return NULL;
		}
	}
	return values;
}

int32_t *
take_indexes(Reader *reader, int n, int limit, const char *reason)
{
	int32_t *indexes = take_ascending(reader, n, reason);

	if (indexes && n > 0 && (indexes[0] < 0 || indexes[n - 1] >= limit))
		reading_failed(reader, reason);
	return reader->failure ? NULL : indexes;
}

char *
take_text(Reader *reader)
{
	uint32_t			 length = take_uint32(reader);
	const unsigned char *bytes = take_bytes(reader, length);
	char				*text;

	if (bytes == NULL)
		return NULL;
	if (memchr(bytes, 0, length) != NULL)
	{
		reading_failed(reader, "a text contains a zero byte");
		return NULL;
	}
	text = workspace_array(reader->workspace, char, (size_t) length + 1);
	memcpy(text, bytes, length);
	text[length] = '\0';
	return text;
}

/* 0 after a failure. */
static float
take_float(Reader *reader)
{
	const unsigned char *bytes = take_bytes(reader, 4);
	uint32_t			 bits = bytes ? decode_uint32(bytes) : 0;
	float				 value;

	memcpy(&value, &bits, 4);
	return value;
}

float
take_number(Reader *reader)
{
	float value = take_float(reader);

	if (!isfinite(value))
		reading_failed(reader, "a number is not finite");
	return value;
}

float
take_positive(Reader *reader, const char *reason)
{
	float value = take_float(reader);

	if (!(isfinite(value) && value > 0.0f))
		reading_failed(reader, reason);
	return value;
}
