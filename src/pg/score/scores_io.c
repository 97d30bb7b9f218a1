/*
 * scores_io.c
 *		Input and output of the type plasticc_scores.
 *
 * The binary form, in network byte order: version, n and names_size, as 32 bits; n numbers, as 64
 * bits, unless there are names; the names, each followed by a zero; n_listed, as 32 bits.  Then, of
 *each object its weight, as 64 bits, its target and probabilities, as 32; or, if they are not
 *listed, how many words are not 0, as 32 bits, and of each of these its index, as 32 bits, and its
 *value, as 64.  The text form is the same in hexadecimal digits.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/base/limits.h"
#include "pg/score/scores_type.h"

PG_FUNCTION_INFO_V1(plasticc_scores_in);
PG_FUNCTION_INFO_V1(plasticc_scores_out);
PG_FUNCTION_INFO_V1(plasticc_scores_recv);
PG_FUNCTION_INFO_V1(plasticc_scores_send);

#define SCORES_VERSION 1

/* ----------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------
 */

typedef struct Bytes
{
	const uint8 *at;
	const uint8 *end;
} Bytes;

/* Takes a number of that many bytes; false where there are not as many. */
static bool
take(Bytes *bytes, int width, uint64 *value)
{
	if (bytes->end - bytes->at < width)
		return false;
	*value = 0;
	for (int i = 0; i < width; i++)
		*value = *value << 8 | *bytes->at++;
	return true;
}

/* Takes n names of names_size bytes in all. */
static bool
take_names(Bytes *bytes, Scores *scores)
{
	char *names = scores_names(scores), *end = names + scores->names_size, *at = names;

	if (bytes->end - bytes->at < scores->names_size)
		return false;
	memcpy(names, bytes->at, scores->names_size);
	bytes->at += scores->names_size;
	for (int i = 0; i < scores->n; i++)
	{
		char *zero = memchr(at, '\0', end - at);

		if (zero == NULL || !pg_verify_mbstr(PG_UTF8, at, zero - at, true))
			return false;
		at = zero + 1;
	}
	hash_names(scores);
	return at == end;
}

static bool
take_numbers(Bytes *bytes, Scores *scores)
{
	for (int i = 0; i < scores->n; i++)
	{
		uint64 value;

		if (!take(bytes, 8, &value) || (int64) value < PG_INT32_MIN || (int64) value > PG_INT32_MAX)
			return false;
		scores->keys[i] = (int64) value;
	}
	return true;
}

static bool
take_object(Bytes *bytes, int n, EvaluatedObject *object)
{
	double sum = 0.0;
	uint64 value;

	if (!take(bytes, 8, &value) || value > EVALUATION_MAX_UNITS)
		return false;
	object->weight = (int64) value;
	if (!take(bytes, 4, &value) || value >= n)
		return false;
	object->target = (int32) value;
	for (int c = 0; c < n; c++)
	{
		uint32 bits;
		float  p;

		if (!take(bytes, 4, &value))
			return false;
		bits = (uint32) value;
		memcpy(&p, &bits, sizeof(p));
		if (!(p >= 0.0f) || !isfinite(p))
			return false;
		object->probabilities[c] = p;
		sum += p;
	}
	return sum > 0.0;
}

static bool
take_objects(Bytes *bytes, Scores *scores, int count)
{
	for (int i = 0; i < count; i++)
		if (!take_object(bytes, scores->n, object_at(scores_data(scores), scores->n, i)))
			return false;
	scores->n_listed = count;
	return true;
}

static bool
take_words(Bytes *bytes, Scores *scores)
{
	int64 *words = scores_data(scores);
	uint64 n_words, index, value;

	if (!take(bytes, 4, &n_words))
		return false;
	for (uint64 i = 0; i < n_words; i++)
	{
		if (!take(bytes, 4, &index) || index >= evaluation_length(scores->n) ||
			!take(bytes, 8, &value))
			return false;
		words[index] = (int64) value;
	}
	return true;
}

/* The scores of a binary form; NULL where it is not one. */
static Scores *
read_scores(const char *data, int size)
{
	Bytes	bytes = {(const uint8 *) data, (const uint8 *) data + size};
	Scores *classes, *scores;
	uint64	version, n, names_size, n_listed;
	int		capacity;

	if (!take(&bytes, 4, &version) || version != SCORES_VERSION || !take(&bytes, 4, &n) || n < 1 ||
		n > MODEL_MAX_CLASSES || !take(&bytes, 4, &names_size) || names_size > LARGEST_NAMES_SIZE)
		return NULL;
	classes = empty_scores((int) n, (int) names_size, 0);
	if (!(names_size > 0 ? take_names : take_numbers)(&bytes, classes) ||
		!take(&bytes, 4, &n_listed))
		return NULL;
	capacity = (int32) n_listed;
	if (capacity < -1 || capacity > MAX_LISTED)
		return NULL;
	scores = copy_scores(classes, capacity);
	if (!(capacity < 0 ? take_words(&bytes, scores) : take_objects(&bytes, scores, capacity)) ||
		bytes.at != bytes.end)
		return NULL;
	return scores;
}

/* ----------------------------------------------------------------
 * Writing
 * ----------------------------------------------------------------
 */

static void
write_objects(StringInfo bytes, const Scores *scores)
{
	for (int i = 0; i < scores->n_listed; i++)
	{
		const EvaluatedObject *object = object_at(scores_data(scores), scores->n, i);

		pq_sendint64(bytes, object->weight);
		pq_sendint32(bytes, object->target);
		for (int c = 0; c < scores->n; c++)
			pq_sendfloat4(bytes, object->probabilities[c]);
	}
}

static void
write_words(StringInfo bytes, const Scores *scores)
{
	const int64 *words = scores_data(scores);
	int			 length = evaluation_length(scores->n), n_words = 0;

	for (int i = 0; i < length; i++)
		n_words += words[i] != 0;
	pq_sendint32(bytes, n_words);
	for (int i = 0; i < length; i++)
		if (words[i] != 0)
		{
			pq_sendint32(bytes, i);
			pq_sendint64(bytes, words[i]);
		}
}

static StringInfoData
write_scores(const Scores *scores)
{
	StringInfoData bytes;

	pq_begintypsend(&bytes);
	pq_sendint32(&bytes, SCORES_VERSION);
	pq_sendint32(&bytes, scores->n);
	pq_sendint32(&bytes, scores->names_size);
	for (int i = 0; scores->names_size == 0 && i < scores->n; i++)
		pq_sendint64(&bytes, scores->keys[i]);
	pq_sendbytes(&bytes, scores_names(scores), scores->names_size);
	pq_sendint32(&bytes, scores->n_listed);
	if (scores->n_listed < 0)
		write_words(&bytes, scores);
	else
		write_objects(&bytes, scores);
	return bytes;
}

/* ----------------------------------------------------------------
 * Functions
 * ----------------------------------------------------------------
 */

static int
hex_digit(char digit)
{
	return digit >= '0' && digit <= '9'	  ? digit - '0'
		   : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
										  : -1;
}

Datum
plasticc_scores_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	int			size = strlen(text) / 2;
	char	   *bytes = palloc(size + 1);
	Scores	   *scores = NULL;
	int			i = 0;

	while (i < size && hex_digit(text[2 * i]) >= 0 && hex_digit(text[2 * i + 1]) >= 0)
	{
		bytes[i] = (char) (hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
		i++;
	}
	if (text[2 * i] == '\0')
		scores = read_scores(bytes, size);
	if (scores == NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "plasticc_scores"),
				 errhint("Values are made by the aggregate plasticc_scores.")));
	PG_RETURN_POINTER(scores);
}

Datum
plasticc_scores_out(PG_FUNCTION_ARGS)
{
	StringInfoData bytes = write_scores(PG_GETARG_SCORES(0));
	int			   size = bytes.len - VARHDRSZ;
	char		  *text = palloc((Size) size * 2 + 1);

	hex_encode(bytes.data + VARHDRSZ, size, text);
	text[(Size) size * 2] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
plasticc_scores_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int		   size = message->len - message->cursor;
	Scores	  *scores = read_scores(pq_getmsgbytes(message, size), size);

	if (scores == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid binary value of type %s", "plasticc_scores")));
	PG_RETURN_POINTER(scores);
}

Datum
plasticc_scores_send(PG_FUNCTION_ARGS)
{
	StringInfoData bytes = write_scores(PG_GETARG_SCORES(0));

	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}
