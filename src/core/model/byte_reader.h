/*
 * byte_reader.h
 *		Reads numbers and texts from untrusted bytes.
 *
 * Each length is checked against the bytes that remain, each number against its range.
 * The first failure is kept; after it, reading continues without bytes until the caller
 * checks for it.
 */
#ifndef PLASTICC_CORE_MODEL_BYTE_READER_H
#define PLASTICC_CORE_MODEL_BYTE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/workspace.h"

typedef struct Reader
{
	const unsigned char *position;
	size_t				 left;
	Workspace			*workspace;
	const char			*failure; /* static text without a full stop */
} Reader;

extern void reading_failed(Reader *reader, const char *reason);

/* The next bytes; NULL and a failure if fewer remain. */
extern const unsigned char *take_bytes(Reader *reader, size_t length);

extern uint32_t decode_uint32(const unsigned char *bytes);
extern uint32_t take_uint32(Reader *reader);

/* An integer in [minimum, maximum]; minimum after a failure. */
extern int take_count(Reader *reader, int minimum, int maximum, const char *reason);

/* A finite number, and one > 0. */
extern float take_number(Reader *reader);
extern float take_positive(Reader *reader, const char *reason);

/* n finite floats; NULL after a failure. */
extern float *take_floats(Reader *reader, size_t n);

/* n floats from lowest to highest; NULL after a failure, for the given reason. */
extern float *take_limited(Reader *reader, size_t n, float lowest, float highest,
						   const char *reason);

/* A failure unless each row of quantiles [n][n_quantiles] is ascending; none after a failure. */
extern void check_quantiles(Reader *reader, int n, int n_quantiles, const float *quantiles);

/* n strictly ascending integers; NULL after a failure. */
extern int32_t *take_ascending(Reader *reader, int n, const char *reason);

/* n strictly ascending indexes in [0, limit); NULL after a failure. */
extern int32_t *take_indexes(Reader *reader, int n, int limit, const char *reason);

extern char *take_text(Reader *reader);

#endif /* PLASTICC_CORE_MODEL_BYTE_READER_H */
