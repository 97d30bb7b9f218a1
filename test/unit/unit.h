/*
 * unit.h
 *		The unit-test harness: checks that are counted, a workspace of malloc'd
 *		memory, and a report.
 *
 * A test program defines its tests as functions and calls them from main(),
 * which ends with `return unit_report();`.
 */
#ifndef PLASTICC_UNIT_H
#define PLASTICC_UNIT_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/workspace.h"

static int unit_passed;
static int unit_failed;

/* Counts a check; a failed one prints its location and the formatted explanation. */
#define CHECK(condition, ...)                                                                      \
	do                                                                                             \
	{                                                                                              \
		if (condition)                                                                             \
			unit_passed++;                                                                         \
		else                                                                                       \
		{                                                                                          \
			unit_failed++;                                                                         \
			printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);                                 \
			printf(__VA_ARGS__);                                                                   \
			printf("\n");                                                                          \
		}                                                                                          \
	} while (0)

/*
 * How often a test repeats itself that needs no statistics of the outcomes: n times, or a tenth
 * under an emulator of another processor (environment variable EMULATOR), which takes a
 * hundred times as long.
 */
static inline int
unit_repeats(int n)
{
	return getenv("EMULATOR") ? (n + 9) / 10 : n;
}

/* |actual - expected| <= tolerance * max(1, |expected|); NaN equals NaN. */
#define CHECK_CLOSE(actual, expected, tolerance, what)                                             \
	do                                                                                             \
	{                                                                                              \
		double unit_a = (actual), unit_e = (expected);                                             \
		CHECK((isnan(unit_a) && isnan(unit_e)) ||                                                  \
				  fabs(unit_a - unit_e) <= (tolerance) *fmax(1.0, fabs(unit_e)),                   \
			  "%s: %.17g, expected %.17g", (what), unit_a, unit_e);                                \
	} while (0)

typedef struct UnitBlock
{
	struct UnitBlock *next;
	bool			  is_arena; /* the head of an inner arena */
	_Alignas(16) char data[];
} UnitBlock;

static inline void *
unit_alloc(void *arena, size_t size)
{
	UnitBlock **head = arena;
	UnitBlock  *block = malloc(sizeof(UnitBlock) + size);

	if (block == NULL)
		abort();
	block->next = *head;
	block->is_arena = false;
	*head = block;
	return block->data;
}

static inline void
unit_close(void *arena)
{
	UnitBlock **head = arena;

	while (*head != NULL)
	{
		UnitBlock *next = (*head)->next;

		if ((*head)->is_arena)
			unit_close((*head)->data);
		free(*head);
		*head = next;
	}
}

/* The head of the inner arena is a block of the outer one, whose end is its own. */
static inline void *
unit_open(void *arena)
{
	UnitBlock **outer = arena;
	void	   *inner = memset(unit_alloc(arena, sizeof(UnitBlock *)), 0, sizeof(UnitBlock *));

	(*outer)->is_arena = true;
	return inner;
}

static inline void
unit_no_interrupts(void)
{
}

static UnitBlock *unit_arena;

/* A workspace for the test; unit_free() releases all of it. */
static inline Workspace
unit_workspace(void)
{
	return (Workspace){
		.alloc = unit_alloc,
		.open = unit_open,
		.close = unit_close,
		.check_interrupts = unit_no_interrupts,
		.arena = &unit_arena,
	};
}

static inline void
unit_free(void)
{
	unit_close(&unit_arena);
}

static inline int
unit_report(void)
{
	unit_free();
	printf("%d passed, %d failed\n", unit_passed, unit_failed);
	return unit_failed == 0 ? 0 : 1;
}

#endif /* PLASTICC_UNIT_H */
