/*
 * plasticc.c
 *		The module: its magic block, and the server's side of a workspace.
 */
#include "pg/module/plasticc.h"

#include <sys/mman.h>

#include "miscadmin.h"

#include "pg/module/blas.h"
#include "pg/module/settings.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	blas_init();
	settings_init();
}

/* A huge page of the operating system, on most machines. */
#define HUGE_PAGE ((size_t) 2 << 20)

/*
 * Large arrays take huge pages where the system gives them to who asks: the first touch of each
 * page and its return took longer than what large networks compute between two checks for
 * interrupts.
 */
static void *
context_alloc(void *arena, size_t size)
{
	char *memory = MemoryContextAllocHuge((MemoryContext) arena, size);

#ifdef MADV_HUGEPAGE
	if (size >= 2 * HUGE_PAGE)
	{
		char *start = (char *) TYPEALIGN(HUGE_PAGE, memory);

		(void) madvise(start, TYPEALIGN_DOWN(HUGE_PAGE, memory + size - start), MADV_HUGEPAGE);
	}
#endif
	return memory;
}

static void *
context_open(void *arena)
{
	return AllocSetContextCreate((MemoryContext) arena, "plasticc scratch", ALLOCSET_DEFAULT_SIZES);
}

static void
context_close(void *arena)
{
	MemoryContextDelete((MemoryContext) arena);
}

static void
check_for_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

Workspace
server_workspace(MemoryContext context)
{
	return (Workspace){
		.alloc = context_alloc,
		.open = context_open,
		.close = context_close,
		.check_interrupts = check_for_interrupts,
		.arena = context,
	};
}
