/*
 * scratch.c
 *		Memory that a session keeps for one call after another.
 */
#include "pg/module/scratch.h"

#include "core/base/simd.h"

/* What the arrays of a light curve of a thousand observations over ten years take. */
#ifdef PLASTICC_SANITIZED
#define BLOCK_SIZE 0 /* each array by itself, so that its ends are seen */
#else
#define BLOCK_SIZE ((size_t) 4 << 20)
#endif

/* Arrays begin on cache lines. */
#define ALIGNMENT 64

/* What is left of the block, and where everything else goes. */
typedef struct Arena
{
	char		 *next;
	size_t		  left;
	MemoryContext context;
} Arena;

static void *
arena_alloc(void *pointer, size_t size)
{
	Arena *arena = pointer;
	void  *memory = arena->next;

	if (size > arena->left)
		return MemoryContextAllocHuge(arena->context, size);
	size = Min(TYPEALIGN(ALIGNMENT, size), arena->left);
	arena->next += size;
	arena->left -= size;
	return memory;
}

/* An arena within an arena has no part of the block, which is not given back. */
static void *
arena_open(void *outer)
{
	MemoryContext context = AllocSetContextCreate(((Arena *) outer)->context, "plasticc scratch",
												  ALLOCSET_DEFAULT_SIZES);
	Arena		 *arena = MemoryContextAllocZero(context, sizeof(Arena));

	arena->context = context;
	return arena;
}

static void
arena_close(void *arena)
{
	MemoryContextDelete(((Arena *) arena)->context);
}

Workspace
scratch_workspace(void)
{
	static char *block = NULL;
	Arena		*arena = palloc(sizeof(Arena));
	Workspace	 workspace = server_workspace(CurrentMemoryContext);

	if (block == NULL)
		block = MemoryContextAlloc(TopMemoryContext, BLOCK_SIZE + ALIGNMENT);
	*arena = (Arena){
		.next = (char *) TYPEALIGN(ALIGNMENT, block),
		.left = BLOCK_SIZE,
		.context = CurrentMemoryContext,
	};
	workspace.alloc = arena_alloc;
	workspace.open = arena_open;
	workspace.close = arena_close;
	workspace.arena = arena;
	return workspace;
}
