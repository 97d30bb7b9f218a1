/*
 * workspace.h
 *		Memory and interrupt checks that callers provide to the core.
 *
 * src/core does not depend on PostgreSQL.  Its functions allocate through the
 * workspace they are handed and never free: the owner drops the whole arena,
 * which in the server is a memory context, so that an error or a cancel
 * anywhere leaks nothing.
 *
 * alloc() returns memory aligned for any type, or does not return at all (it
 * raises an error in the server and aborts in the tests).  check_interrupts()
 * may also not return; call it in every loop that can take longer than about
 * ten milliseconds.  open() makes an arena within an arena, for what is needed
 * for a while only; close() drops it, and so does the end of the outer one.
 */
#ifndef PLASTICC_CORE_BASE_WORKSPACE_H
#define PLASTICC_CORE_BASE_WORKSPACE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Workspace
{
	void *(*alloc)(void *arena, size_t size);
	void *(*open)(void *arena);
	void (*close)(void *arena);
	void (*check_interrupts)(void);
	void *arena;
} Workspace;

static inline void *
workspace_alloc(Workspace *workspace, size_t size)
{
	return workspace->alloc(workspace->arena, size);
}

/* A workspace within a workspace, to be closed as soon as its memory is not needed any more. */
static inline Workspace
workspace_open(const Workspace *outer)
{
	Workspace inner = *outer;

	inner.arena = outer->open(outer->arena);
	return inner;
}

static inline void
workspace_close(Workspace *workspace)
{
	workspace->close(workspace->arena);
}

/* An array of count elements; the caller has checked that count is not hostile. */
#define workspace_array(workspace, type, count)                                                    \
	((type *) workspace_alloc((workspace), sizeof(type) * (size_t) (count)))

/* An array that begins with a line of the cache, so that vectors do not straddle two. */
#define CACHE_LINE 64

static inline void *
workspace_alloc_aligned(Workspace *workspace, size_t size)
{
	uintptr_t start = (uintptr_t) workspace_alloc(workspace, size + CACHE_LINE - 1);

	return (void *) ((start + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
}

#define workspace_aligned_array(workspace, type, count)                                            \
	((type *) workspace_alloc_aligned((workspace), sizeof(type) * (size_t) (count)))

/*
 * Floats written between two checks for interrupts: the first touch of new memory takes
 * longer than writing to it, on a busy machine as long as 10 ms a megabyte.
 */
#define FLOATS_AT_ONCE ((size_t) 1 << 20)

/* n floats of 0. */
static inline float *
workspace_zeros(Workspace *workspace, size_t n)
{
	float *values = workspace_array(workspace, float, n);

	for (size_t i = 0; i < n; i += FLOATS_AT_ONCE)
	{
		workspace->check_interrupts();
		memset(values + i, 0, sizeof(float) * (n - i < FLOATS_AT_ONCE ? n - i : FLOATS_AT_ONCE));
	}
	return values;
}

/* Copies n floats. */
static inline void
copy_floats(float *to, const float *from, size_t n, void (*check_interrupts)(void))
{
	for (size_t i = 0; i < n; i += FLOATS_AT_ONCE)
	{
		check_interrupts();
		memcpy(to + i, from + i, sizeof(float) * (n - i < FLOATS_AT_ONCE ? n - i : FLOATS_AT_ONCE));
	}
}

#endif /* PLASTICC_CORE_BASE_WORKSPACE_H */
