/*
 * observations_io.c
 *		The text and binary forms of a light curve.
 *
 * What is parsed comes from outside and is hostile until checked; the parsers
 * check, reject and count each observation as the aggregates do.
 */
#include "core/curve/observations.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest text of an observation: four numbers of at most 32 bytes, punctuation, t or f. */
#define OBSERVATION_TEXT_SIZE 112

#define INTERRUPT_INTERVAL 65536

static bool __attribute__((format(printf, 3, 4)))
fail(ParseError *error, size_t position, const char *format, ...)
{
	va_list arguments;

	error->position = position;
	error->too_many = false;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return false;
}

static bool
fail_too_many(ParseError *error, size_t count)
{
	fail(error, 0, "%zu observations", count);
	error->too_many = true;
	return false;
}

static bool
fail_fault(ParseError *error, size_t position, ObservationFault fault, double mjd, int64_t passband,
		   double flux, double flux_err)
{
	char message[120];

	describe_fault(fault, mjd, passband, flux, flux_err, message, sizeof(message));
	return fail(error, position, "%s", message);
}

typedef struct TextReader
{
	const char *text;
	const char *at;
	ParseError *error;
} TextReader;

static void
skip_space(TextReader *reader)
{
	while (*reader->at == ' ' || (*reader->at >= '\t' && *reader->at <= '\r'))
		reader->at++;
}

static size_t
position(const TextReader *reader)
{
	return (size_t) (reader->at - reader->text);
}

static bool
fail_expected(TextReader *reader, const char *expected)
{
	if (*reader->at == '\0')
		return fail(reader->error, position(reader), "%s expected, but the text ends", expected);
	return fail(reader->error, position(reader), "%s expected", expected);
}

/* Takes one character, after white space. */
static bool
take(TextReader *reader, char character)
{
	skip_space(reader);
	if (*reader->at != character)
		return false;
	reader->at++;
	return true;
}

static bool
expect(TextReader *reader, char character)
{
	const char quoted[] = {'"', character, '"', '\0'};

	return take(reader, character) || fail_expected(reader, quoted);
}

/*
 * Copies the next decimal number, NaN or Infinity into token[size], for strtod and
 * its kin, which would otherwise also take hexadecimal.
 */
static bool
take_number(TextReader *reader, const char *column, char *token, size_t size)
{
	size_t length;

	skip_space(reader);
	length = strspn(reader->at, "+-.0123456789eENanIfity");
	if (length == 0)
		return fail(reader->error, position(reader), "a number expected for %s", column);
	if (length >= size)
		return fail(reader->error, position(reader), "number too long for %s", column);
	memcpy(token, reader->at, length);
	token[length] = '\0';
	return true;
}

/* Reads a double and, unless NULL, the float nearest to the text (not to the double). */
static bool
take_double(TextReader *reader, const char *column, double *value, float *nearest)
{
	char  token[512];
	char *end;

	if (!take_number(reader, column, token, sizeof(token)))
		return false;
	*value = strtod(token, &end);
	if (*end != '\0' || end == token)
		return fail(reader->error, position(reader), "invalid number \"%.40s\" for %s", token,
					column);
	if (nearest != NULL)
		*nearest = strtof(token, NULL);
	reader->at += strlen(token);
	return true;
}

static bool
take_count(TextReader *reader, const char *what, int64_t *value)
{
	char  token[32];
	char *end;

	if (!take_number(reader, what, token, sizeof(token)))
		return false;
	*value = strtoll(token, &end, 10);
	if (*end != '\0' || end == token)
		return fail(reader->error, position(reader), "invalid integer \"%s\" for %s", token, what);
	reader->at += strlen(token);
	return true;
}

/* Puts an observation behind those that there are, or counts it as rejected. */
static void
put_or_reject(Observations *observations, ObservationFault fault, Observation observation)
{
	if (fault == OBSERVATION_VALID)
		put_observation(observations, observations->count++, observation);
	else
		observations->n_rejected = add_rejected(observations->n_rejected, 1);
}

static bool
take_observation(TextReader *reader, Observations *observations)
{
	Observation		 observation;
	double			 mjd, flux, flux_err;
	float			 flux_nearest = 0.0f, flux_err_nearest = 0.0f;
	int64_t			 passband;
	Detection		 detected;
	ObservationFault fault;
	size_t			 start;

	skip_space(reader);
	start = position(reader);
	if (!expect(reader, '(') || !take_double(reader, "mjd", &mjd, NULL) || !expect(reader, ',') ||
		!take_count(reader, "passband", &passband) || !expect(reader, ',') ||
		!take_double(reader, "flux", &flux, &flux_nearest) || !expect(reader, ',') ||
		!take_double(reader, "flux_err", &flux_err, &flux_err_nearest) || !expect(reader, ','))
		return false;
	if (take(reader, 't'))
		detected = DETECTED_YES;
	else if (take(reader, 'f'))
		detected = DETECTED_NO;
	else
		return fail_expected(reader, "detected, \"t\" or \"f\",");
	if (!expect(reader, ')'))
		return false;

	fault = make_observation(mjd, passband, flux, flux_err, detected, &observation);
	if (fault != OBSERVATION_VALID && !is_rejected(fault))
		return fail_fault(reader->error, start, fault, mjd, passband, flux, flux_err);
	/* Within a rounding of the limits of float, the nearest may still be none. */
	if (isfinite(flux_nearest) && isfinite(flux_err_nearest) && flux_err_nearest > 0.0f)
	{
		observation.flux = flux_nearest + 0.0f;
		observation.flux_err = flux_err_nearest;
	}
	put_or_reject(observations, fault, observation);
	return true;
}

/* The optional " + K rejected" behind the observations, added to those in the text. */
static bool
take_rejected(TextReader *reader, uint32_t *n_rejected)
{
	static const char word[] = "rejected";
	int64_t			  count;
	size_t			  start;

	if (take(reader, '+'))
	{
		skip_space(reader);
		start = position(reader);
		if (!take_count(reader, "the number of rejected measurements", &count))
			return false;
		if (count < 0 || count > UINT32_MAX)
			return fail(reader->error, start, "number of rejected measurements out of range");
		*n_rejected = add_rejected(*n_rejected, (uint32_t) count);
		skip_space(reader);
		if (strncmp(reader->at, word, sizeof(word) - 1) != 0)
			return fail_expected(reader, "\"rejected\"");
		reader->at += sizeof(word) - 1;
	}
	skip_space(reader);
	return *reader->at == '\0' || fail_expected(reader, "the end of the text");
}

static size_t
count_character(const char *text, char character)
{
	size_t count = 0;

	for (; (text = strchr(text, character)) != NULL; text++)
		count++;
	return count;
}

bool
parse_lightcurve_text(const char *text, Observations *observations, Workspace *workspace,
					  ParseError *error)
{
	TextReader reader = {text, text, error};
	size_t	   capacity = count_character(text, '(');

	if (capacity > MAX_OBSERVATIONS)
		return fail_too_many(error, capacity);
	*observations = allocate_observations(capacity, workspace);

	if (!expect(&reader, '{'))
		return false;
	if (!take(&reader, '}'))
	{
		do
		{
			if (!take_observation(&reader, observations))
				return false;
			if (observations->count % INTERRUPT_INTERVAL == 0)
				workspace->check_interrupts();
		} while (take(&reader, ','));
		if (!take(&reader, '}'))
			return fail_expected(&reader, "\",\" or \"}\"");
	}
	return take_rejected(&reader, &observations->n_rejected);
}

char *
format_lightcurve_text(const Observations *o, const NumberWriter *writer, Workspace *workspace)
{
	char *text = workspace_alloc(workspace, (size_t) o->count * OBSERVATION_TEXT_SIZE + 64);
	char *to = text;

	*to++ = '{';
	for (uint32_t i = 0; i < o->count; i++)
	{
		if (i > 0)
			*to++ = ',';
		*to++ = '(';
		to += writer->write_double(o->mjd[i], to);
		*to++ = ',';
		*to++ = (char) ('0' + (o->kind[i] & KIND_PASSBAND));
		*to++ = ',';
		to += writer->write_float(o->flux[i], to);
		*to++ = ',';
		to += writer->write_float(o->flux_err[i], to);
		*to++ = ',';
		*to++ = o->kind[i] & KIND_DETECTED ? 't' : 'f';
		*to++ = ')';
		if (i % INTERRUPT_INTERVAL == 0)
			workspace->check_interrupts();
	}
	*to++ = '}';
	if (o->n_rejected > 0)
		to += sprintf(to, " + %u rejected", o->n_rejected);
	*to = '\0';
	return text;
}

static uint8_t *
write_big_endian(uint8_t *to, uint64_t value, int n_bytes)
{
	for (int shift = 8 * (n_bytes - 1); shift >= 0; shift -= 8)
		*to++ = (uint8_t) (value >> shift);
	return to;
}

static uint64_t
read_big_endian(const uint8_t **from, int n_bytes)
{
	uint64_t value = 0;

	while (n_bytes-- > 0)
		value = value << 8 | *(*from)++;
	return value;
}

static uint8_t *
write_float_bits(uint8_t *to, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return write_big_endian(to, bits, 4);
}

static float
read_float_bits(const uint8_t **from)
{
	uint32_t bits = (uint32_t) read_big_endian(from, 4);
	float	 value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

void
format_lightcurve_binary(const Observations *o, uint8_t *to)
{
	to = write_big_endian(to, LIGHTCURVE_BINARY_VERSION, 1);
	to = write_big_endian(to, o->count, 4);
	to = write_big_endian(to, o->n_rejected, 4);
	for (uint32_t i = 0; i < o->count; i++)
	{
		uint64_t mjd_bits;

		memcpy(&mjd_bits, &o->mjd[i], sizeof(mjd_bits));
		to = write_big_endian(to, mjd_bits, 8);
		to = write_float_bits(to, o->flux[i]);
		to = write_float_bits(to, o->flux_err[i]);
		*to++ = o->kind[i];
	}
}

static bool
read_binary_observation(const uint8_t **from, size_t at, Observations *observations,
						ParseError *error)
{
	uint64_t		 mjd_bits = read_big_endian(from, 8);
	float			 flux = read_float_bits(from);
	float			 flux_err = read_float_bits(from);
	uint8_t			 kind = *(*from)++;
	Detection		 detected = kind & KIND_DETECTED ? DETECTED_YES : DETECTED_NO;
	double			 mjd;
	Observation		 observation;
	ObservationFault fault;

	memcpy(&mjd, &mjd_bits, sizeof(mjd));
	if ((kind & ~(KIND_PASSBAND | KIND_DETECTED)) != 0)
		return fail(error, at, "unknown bits in an observation: \"%u\"", (unsigned) kind);
	fault = make_observation(mjd, kind & KIND_PASSBAND, flux, flux_err, detected, &observation);
	if (fault != OBSERVATION_VALID && !is_rejected(fault))
		return fail_fault(error, at, fault, mjd, kind & KIND_PASSBAND, flux, flux_err);
	put_or_reject(observations, fault, observation);
	return true;
}

bool
parse_lightcurve_binary(const uint8_t *bytes, size_t size, Observations *observations,
						Workspace *workspace, ParseError *error)
{
	const uint8_t *from = bytes;
	uint64_t	   count, n_rejected, version;

	if (size < LIGHTCURVE_BINARY_HEADER)
		return fail(error, size, "%zu bytes are too few for a light curve", size);
	version = read_big_endian(&from, 1);
	if (version != LIGHTCURVE_BINARY_VERSION)
		return fail(error, 0, "unknown version %u", (unsigned) version);
	count = read_big_endian(&from, 4);
	n_rejected = read_big_endian(&from, 4);
	if (count > MAX_OBSERVATIONS)
		return fail_too_many(error, count);
	if (size != LIGHTCURVE_BINARY_HEADER + count * OBSERVATION_SIZE)
		return fail(error, 1, "%u observations take %zu bytes, not %zu", (unsigned) count,
					(size_t) (LIGHTCURVE_BINARY_HEADER + count * OBSERVATION_SIZE), size);

	*observations = allocate_observations(count, workspace);
	observations->n_rejected = (uint32_t) n_rejected;
	for (uint32_t i = 0; i < count; i++)
	{
		if (!read_binary_observation(&from, (size_t) (from - bytes), observations, error))
			return false;
		if (i % INTERRUPT_INTERVAL == 0)
			workspace->check_interrupts();
	}
	return true;
}
