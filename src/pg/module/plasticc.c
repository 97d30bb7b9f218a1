/*
 * plasticc.c
 *		The module: its magic block, and the server's side of a workspace.
 */
#include "pg/module/plasticc.h"

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

static void *
context_alloc(void *arena, size_t size)
{
	return MemoryContextAllocHuge((MemoryContext) arena, size);
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
